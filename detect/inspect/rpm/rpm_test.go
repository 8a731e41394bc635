package rpm

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/inspect/archive"
	"github.com/chatvet/chatvet/detect/inspect/rpmheader"
	"github.com/chatvet/chatvet/platform/linux/linuxtest"
)

const spec = `
Name: a-chat
Version: 5.1
Release: 2
Summary: synthetic
License: none
%description
synthetic
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/usr/share/a-chat
echo '#!/bin/sh' > %{buildroot}/usr/bin/a-chat
ln -s a-chat %{buildroot}/usr/bin/link
printf 12345 > %{buildroot}/usr/share/a-chat/five
: > %{buildroot}/usr/share/a-chat/empty
%files
/usr/bin/*
/usr/share/a-chat
`

func limits() archive.Limits { return archive.Limits{Members: 100, Budget: archive.NewBudget(1 << 20)} }

// contents walks a package.
func contents(t *testing.T, data []byte) (map[string]string, error) {
	got := map[string]string{}
	err := Walk(t.Context(), bytes.NewReader(data), int64(len(data)), limits(), func(m archive.Member, body io.Reader) error {
		text, err := io.ReadAll(body)
		if err == nil && int64(len(text)) != m.Size {
			err = io.ErrUnexpectedEOF
		}
		got[m.Name] = string(text)
		return err
	})
	return got, err
}

// TestReal reads packages that rpmbuild made, in each compression.
func TestReal(t *testing.T) {
	for _, coding := range []string{"w9.gzdio", "w2.xzdio", "w3.zstdio", "w9.bzdio", "w.ufdio"} {
		dir := t.TempDir()
		linuxtest.Write(t, dir, map[string]string{"a.spec": spec})
		linuxtest.Tool(t, dir, nil, "rpmbuild", "-bb", "--quiet", "--define", "_topdir "+dir+"/top", "--define", "_binary_payload "+coding, "--target", "noarch", "a.spec")
		built, err := filepath.Glob(dir + "/top/RPMS/noarch/*.rpm")
		if err != nil || len(built) != 1 {
			t.Fatal(built, err)
		}
		data, err := os.ReadFile(built[0])
		if err != nil {
			t.Fatal(err)
		}
		got, err := contents(t, data)
		want := map[string]string{"usr/bin/a-chat": "#!/bin/sh\n", "usr/share/a-chat/five": "12345", "usr/share/a-chat/empty": ""}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", coding, err, diff)
		}
		p, err := Read(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		sum, err := p.PayloadSHA256(t.Context())
		if err != nil || sum != p.Header.String(rpmheader.PayloadDigest) {
			t.Errorf("%s: payload %s, want %s (%v)", coding, sum, p.Header.String(rpmheader.PayloadDigest), err)
		}
		if p.Header.String(rpmheader.Name) != "a-chat" || p.Header.EVR() != "5.1-2" || len(p.Signatures) > 0 {
			t.Errorf("%s: %s %s", coding, p.Header.String(rpmheader.Name), p.Header.EVR())
		}
	}
}

// synthetic is a package with one file, made without rpm: no signature, no digest.
func synthetic() []byte {
	header := func(tags map[uint32]string) []byte {
		var index, data []byte
		for n, v := range tags {
			for _, x := range []uint32{n, 6, uint32(len(data)), 1} {
				index = binary.BigEndian.AppendUint32(index, x)
			}
			data = append(append(data, v...), 0)
		}
		out := append(bytes.Clone(headerMagic), 0, 0, 0, 0)
		out = binary.BigEndian.AppendUint32(out, uint32(len(tags)))
		out = binary.BigEndian.AppendUint32(out, uint32(len(data)))
		return append(append(out, index...), data...)
	}
	out := append(bytes.Clone(leadMagic), make([]byte, leadSize-len(leadMagic))...)
	out = append(out, header(nil)...)
	out = append(out, header(map[uint32]string{rpmheader.Name: "a-chat", rpmheader.PayloadCoding: "none"})...)
	return append(append(out, member("./usr/bin/a-chat", 0o100755, "text")...), member(cpioTrailer, 0, "")...)
}

func member(name string, mode int, text string) []byte {
	head := fmt.Sprintf("%s%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", cpioMagic, 0, mode, 0, 0, 1, 0, len(text), 0, 0, 0, 0, len(name)+1, 0)
	out := append([]byte(head), name...)
	out = append(out, make([]byte, 1+(4-(len(out)+1)%4)%4)...)
	out = append(out, text...)
	return append(out, make([]byte, (4-len(text)%4)%4)...)
}

func TestHostile(t *testing.T) {
	whole := synthetic()
	if got, err := contents(t, whole); err != nil || got["usr/bin/a-chat"] != "text" {
		t.Fatalf("%v, %v", got, err)
	}
	for n := range whole {
		if got, err := contents(t, whole[:n]); err == nil {
			t.Errorf("%d bytes of it: %v", n, got)
		}
	}
	if got, err := contents(t, append(bytes.Clone(whole), whole...)); err != nil || len(got) != 1 {
		t.Errorf("doubled: %v, %v", got, err)
	}
	for what, c := range map[string]struct {
		old, new string
		want     error
	}{
		"a size that lies":           {"00000004", "7fffffff", archive.ErrExpansion},
		"a name that lies":           {"00000011", "7fffffff", ErrCorrupt},
		"no number":                  {"00000004", "0000000x", ErrCorrupt},
		"files of 4 GB":              {"070701", "07070X", ErrUnsupported},
		"another compression":        {"none", "rare", ErrUnsupported},
		"no header behind the first": {"\x8e\xad\xe8\x01", "\x00\x00\x00\x00", ErrCorrupt},
	} {
		data := []byte(strings.Replace(string(whole), c.old, c.new, 1))
		if _, err := contents(t, data); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
	// A reader that has less than was said.
	if _, err := Read(bytes.NewReader(whole[:100]), int64(len(whole))); err == nil {
		t.Error("a short reader: no error")
	}
}

func TestMembersAreBounded(t *testing.T) {
	whole := synthetic()
	at := bytes.Index(whole, []byte(cpioMagic))
	data := append(bytes.Clone(whole[:at]), bytes.Repeat(member("x", 0o100644, ""), 101)...)
	if _, err := contents(t, data); !errors.Is(err, archive.ErrTooManyMembers) {
		t.Error(err)
	}
}

func FuzzWalk(f *testing.F) {
	f.Add(synthetic())
	f.Fuzz(func(t *testing.T, in []byte) {
		read := int64(0)
		_ = Walk(t.Context(), bytes.NewReader(in), int64(len(in)), limits(), func(m archive.Member, body io.Reader) error {
			n, err := io.Copy(io.Discard, body)
			read += n
			return err
		})
		if read > 1<<20 {
			t.Errorf("%d bytes were unpacked", read)
		}
	})
}
