package dpkg

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

type statusResult struct {
	Found   []string // name version
	Damaged []int    // lines
	Others  int
}

func readStatus(r io.Reader, needStatus bool) (statusResult, error) {
	var got statusResult
	s := statusReader{
		wanted:     func(name []byte) bool { return bytes.HasPrefix(name, []byte("chat")) },
		needStatus: needStatus,
		found:      func(p pkg) { got.Found = append(got.Found, p.name+" "+p.version) },
		damaged:    func(line int, _ string) { got.Damaged = append(got.Damaged, line) },
	}
	err := s.read(r)
	got.Others = s.others
	return got, err
}

const good = "Package: chat\nStatus: install ok installed\nVersion: 1:2-3\nArchitecture: amd64\n\n"

func TestReadStatus(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want statusResult
	}{
		"empty":        {in: ""},
		"blank lines":  {in: "\n\n\n"},
		"one byte":     {in: "P", want: statusResult{Damaged: []int{1, 1, 1}}},
		"good":         {in: good, want: statusResult{Found: []string{"chat 1:2-3"}}},
		"no end line":  {in: strings.TrimSuffix(good, "\n"), want: statusResult{Found: []string{"chat 1:2-3"}}},
		"carriage":     {in: strings.ReplaceAll(good, "\n", "\r\n"), want: statusResult{Found: []string{"chat 1:2-3"}}},
		"any case":     {in: strings.ToLower(good), want: statusResult{Found: []string{"chat 1:2-3"}}},
		"unwanted":     {in: strings.Replace(good, "chat", "libc", 1), want: statusResult{Others: 1}},
		"package last": {in: "Version: 2\nStatus: install ok installed\nPackage: chat\n\n", want: statusResult{Found: []string{"chat 2"}}},
		"cut in a line": {
			in:   good + "Package: chat2\nStatus: install ok installed\nVers",
			want: statusResult{Found: []string{"chat 1:2-3"}, Damaged: []int{8, 8, 6}},
		},
		"junk between": {
			in:   "\x00\x01\xff\n\n" + good,
			want: statusResult{Found: []string{"chat 1:2-3"}, Damaged: []int{1, 1}},
		},
		"continuation is no field": {
			in:   "Package: chat\nStatus: install ok installed\nDescription: x\n Version: 9\nVersion: 2\n\n",
			want: statusResult{Found: []string{"chat 2"}},
		},
		"field twice": {
			in:   "Package: chat\nStatus: install ok installed\nVersion: 2\nVersion: 3\n\n",
			want: statusResult{Found: []string{"chat 2"}, Damaged: []int{4}},
		},
		"climbing name": {
			in:   "Package: chat/../../x\nStatus: install ok installed\nVersion: 2\n\n",
			want: statusResult{Damaged: []int{1}},
		},
		"climbing version": {
			in:   "Package: chat\nStatus: install ok installed\nVersion: ../2\n\n",
			want: statusResult{Damaged: []int{1}},
		},
		"line too long": {
			in:   "Package: chat\nStatus: install ok installed\nDepends: " + strings.Repeat("x", maxLine) + "\nVersion: 2\n\n" + good,
			want: statusResult{Found: []string{"chat 2", "chat 1:2-3"}, Damaged: []int{3}},
		},
		"paragraph too long": {
			in: "Package: chat\nStatus: install ok installed\nVersion: 2\n" +
				strings.Repeat("X: "+strings.Repeat("x", 1000)+"\n", maxParagraph/1000) + "\n" + good,
			want: statusResult{Found: []string{"chat 2", "chat 1:2-3"}, Damaged: []int{4185}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(c.in), iotest.HalfReader(strings.NewReader(c.in))} {
				got, err := readStatus(r, true)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}

// Cut off anywhere, the file yields the whole paragraphs before the cut, and
// says that something is wrong unless the cut is between lines.
func TestReadStatusTruncated(t *testing.T) {
	in := good + strings.Replace(good, "chat", "chat2", 1)
	for n := range len(in) {
		got, err := readStatus(strings.NewReader(in[:n]), true)
		if err != nil {
			t.Fatal(err)
		}
		if whole := strings.Count(in[:n], "\n\n"); len(got.Found) < whole {
			t.Errorf("cut at %d: found %v, want the first %d", n, got.Found, whole)
		}
		if n > 0 && in[n-1] != '\n' && len(got.Damaged) == 0 {
			t.Errorf("cut at %d, in the middle of a line: nothing was reported", n)
		}
	}
}

func TestReadStatusError(t *testing.T) {
	broken := errors.New("disk error")
	got, err := readStatus(io.MultiReader(strings.NewReader(good), iotest.ErrReader(broken)), true)
	if !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
	if diff := cmp.Diff([]string{"chat 1:2-3"}, got.Found); diff != "" {
		t.Error(diff)
	}
}

func FuzzStatus(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("Package: chat\nConffiles:\n /etc/a 0123456789abcdef0123456789abcdef obsolete\n"))
	f.Add([]byte("Package: chat\nPackage: chat\n\x00\n:\n \n\n"))
	f.Add([]byte(strings.Repeat("x", maxLine+1)))
	f.Fuzz(func(t *testing.T, in []byte) {
		s := statusReader{
			wanted:  func([]byte) bool { return true },
			damaged: func(int, string) {},
			found: func(p pkg) {
				for _, name := range p.infoNames(".list") {
					if strings.Count(name, "/") != strings.Count(infoDir, "/")+1 {
						t.Errorf("%q leads out of its folder", name)
					}
				}
			},
		}
		// The record is what infoNames goes by.
		found := s.found
		s.found = func(p pkg) { p.record = statusFile; found(p) }
		if err := s.read(bytes.NewReader(in)); err != nil {
			t.Fatal(err)
		}
	})
}

// BenchmarkStatus reads the records of 200,000 packages, of which ten are
// wanted.
func BenchmarkStatus(b *testing.B) {
	var status bytes.Buffer
	for i := range 200_000 {
		name := fmt.Sprintf("package-%06d", i)
		if i%20_000 == 0 {
			name = "chat-" + name
		}
		fmt.Fprintf(&status, `Package: %s
Status: install ok installed
Priority: optional
Section: libs
Installed-Size: 1234
Maintainer: Synthetic Maintainers <nobody@example.org>
Architecture: amd64
Multi-Arch: same
Source: synthetic
Version: 1:2.3.4-5+deb12u%d
Depends: libc6 (>= 2.34), libglib2.0-0 (>= 2.66.0), libgtk-3-0 (>= 3.24.0), libstdc++6 (>= 11)
Conffiles:
 /etc/synthetic/%[1]s.conf 0123456789abcdef0123456789abcdef
Description: a synthetic package
 that has a description of some length, as most packages have, which goes
 over several lines and says nothing that matters here at all.
Homepage: https://example.org/

`, name, i)
	}
	b.SetBytes(int64(status.Len()))
	b.ReportAllocs()
	for b.Loop() {
		got, err := readStatus(bytes.NewReader(status.Bytes()), true)
		if err != nil || len(got.Found) != 10 || got.Others != 199_990 {
			b.Fatal(err, len(got.Found), got.Others)
		}
	}
}
