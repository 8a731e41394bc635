package dpkg

import (
	"bytes"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/platform/linux/program"
)

func ignore(int, string) {}

func TestParseConffiles(t *testing.T) {
	var bad []int
	got, err := parseConffiles(strings.NewReader("/etc/a\nremove-on-upgrade /etc/b c\netc/d\n\n"), func(n int, _ string) { bad = append(bad, n) })
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range got {
		names = append(names, c.name)
	}
	if diff := cmp.Diff([]string{"etc/a", "etc/b c"}, names); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{3}, bad); diff != "" {
		t.Error(diff)
	}
}

func TestParseStatusConffiles(t *testing.T) {
	const sum = "0123456789abcdef0123456789ABCDEF"
	got := map[string]string{}
	for _, c := range parseStatusConffiles("\n /etc/a " + sum + "\n /etc/b c " + sum + " obsolete\n /etc/d newconffile\n etc/e " + sum + "\n junk") {
		got[c.name] = c.md5
	}
	low := strings.ToLower(sum)
	if diff := cmp.Diff(map[string]string{"etc/a": low, "etc/b c": low, "etc/d": ""}, got); diff != "" {
		t.Error(diff)
	}
}

func TestExcluded(t *testing.T) {
	rules, err := parseExcludes(strings.NewReader("# comment\npath-exclude=/usr/share/doc/*\npath-include /usr/share/doc/*/copyright\npath-exclude=[\nforce-unsafe-io\n"), ignore)
	if err != nil {
		t.Fatal(err)
	}
	s := &search{excludes: rules}
	for name, want := range map[string]bool{
		"usr/share/doc/a/b/c":       true,
		"usr/share/doc/a/copyright": false,
		"usr/share/documents":       false,
		"usr/bin/pidgin":            false,
	} {
		if got := s.excluded(name); got != want {
			t.Errorf("%s: excluded %v, want %v", name, got, want)
		}
	}
}

func TestIsProgram(t *testing.T) {
	for name, want := range map[string]bool{
		"usr/bin/pidgin":        true,
		"usr/games/toxic":       true,
		"bin/x":                 true,
		"usr/local/sbin/x":      true,
		"opt/x/bin/data.pak":    false,
		"usr/lib/p/libx.so":     true,
		"usr/lib/p/libx.so.0.1": true,
		"usr/lib/python3/dist-packages/gajim/main.py": true,
		"opt/Signal/resources/app.asar":               true,
		"usr/share/icons/x.png":                       false,
		"usr/share/doc/gajim/example.py":              false,
	} {
		if got := program.Is(name, 0o644); got != want {
			t.Errorf("%s: program %v, want %v", name, got, want)
		}
		if !program.Is(name, 0o755) {
			t.Errorf("%s: executable, but no program", name)
		}
	}
}

func FuzzRecords(f *testing.F) {
	f.Add([]byte("/.\n/usr\n/usr/bin/pidgin\n"))
	f.Add([]byte("0123456789abcdef0123456789abcdef  usr/bin/pidgin\n"))
	f.Add([]byte("/usr/bin/a\n/usr/bin/a.real\n:\n"))
	f.Add([]byte("path-exclude=/usr/*\nremove-on-upgrade /etc/x\n/../../etc\n\x00"))
	f.Fuzz(func(t *testing.T, in []byte) {
		var names []string
		reader := func() io.Reader { return bytes.NewReader(in) }
		check := func(err error, more ...string) {
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, more...)
		}
		list, err := parseList(reader(), ignore)
		check(err, list...)
		sums, order, err := parseMD5Sums(reader(), ignore)
		check(err, order...)
		if len(sums) != len(order) {
			t.Errorf("%d digests for %d names", len(sums), len(order))
		}
		conf, err := parseConffiles(reader(), ignore)
		for _, c := range append(conf, parseStatusConffiles(string(in))...) {
			check(err, c.name)
		}
		diverted, err := parseDiversions(reader(), ignore)
		for from, d := range diverted {
			check(err, from, d.to)
		}
		_, err = parseExcludes(reader(), ignore)
		check(err)
		for _, name := range names {
			if name == "" || strings.HasPrefix(name, "/") || strings.HasPrefix(name, "../") || strings.Contains(name, "/../") {
				t.Errorf("%q is no name inside the root", name)
			}
		}
		_ = (&search{}).placeOf(pkg{}, "x")
		_ = program.Is(string(in), fs.FileMode(0))
	})
}
