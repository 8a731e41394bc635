package rpm

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bytes"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/linux/linuxtest"
	"github.com/chatvet/chatvet/signatures"
)

const spec = `
Name: %s
Version: 5.1
Release: 2
Epoch: 1
Summary: synthetic
License: none
Vendor: A Vendor
%%description
synthetic
%%install
mkdir -p %%{buildroot}/usr/bin %%{buildroot}/etc %%{buildroot}/usr/share/%s
echo '#!/bin/sh' > %%{buildroot}/usr/bin/%s
chmod 755 %%{buildroot}/usr/bin/%s
ln -s %s %%{buildroot}/usr/bin/%s-link
echo x > %%{buildroot}/etc/%s.conf
for n in $(seq %d); do echo $n > %%{buildroot}/usr/share/%s/a-file-with-a-long-name-$n; done
%%files
/usr/bin/*
%%config /etc/%s.conf
/usr/share/%s
`

// install builds packages with rpmbuild and installs them with rpm into a root.
// The one with many files has a header of more than a page.
func install(t *testing.T, dir string) string {
	root := filepath.Join(dir, "root")
	for name, files := range map[string]int{"telegram-desktop": 1500, "another": 1} {
		text := fmt.Sprintf(spec, name, name, name, name, name, name, name, files, name, name, name)
		linuxtest.Write(t, dir, map[string]string{name + ".spec": text})
		linuxtest.Tool(t, dir, nil, "rpmbuild", "-bb", "--quiet", "--define", "_topdir "+dir+"/top", "--define", "_source_filedigest_algorithm 8",
			"--define", "_binary_filedigest_algorithm 8", "--target", "noarch", name+".spec")
	}
	built, err := filepath.Glob(dir + "/top/RPMS/noarch/*.rpm")
	if err != nil || len(built) != 2 {
		t.Fatal(built, err)
	}
	linuxtest.Tool(t, dir, nil, "rpm", append([]string{"--root", root, "--dbpath", "/var/lib/rpm", "-i", "--nodeps", "--noscripts"}, built...)...)
	return root
}

func list() *signatures.List {
	return linuxtest.List(signatures.Indicator{Kind: signatures.RPMPackage, Value: "telegram-desktop"})
}

// TestReal compares what is found with what rpm itself says of the same database.
func TestReal(t *testing.T) {
	dir := t.TempDir()
	root := install(t, dir)
	sink := linuxtest.Find(t, Lookup{}, linuxtest.Disk(t, root), list())
	if len(sink.Candidates) != 1 || len(sink.Gaps) > 0 || sink.Packages != 1 {
		t.Fatalf("candidates %v, gaps %v, %d others", sink.Candidates, sink.Gaps, sink.Packages)
	}
	c := sink.Candidates[0]
	rpm := func(args ...string) string {
		return linuxtest.Tool(t, dir, nil, "rpm", append([]string{"--root", root, "--dbpath", "/var/lib/rpm"}, args...)...)
	}
	said := rpm("-q", "--qf", "%{name} %{epoch}:%{version}-%{release} %{arch} %{vendor}", "telegram-desktop")
	if diff := cmp.Diff(said, strings.Join([]string{c.Product, c.Version, c.Arch, linuxtest.Value(c.Facts, signatures.RPMVendor)}, " ")); diff != "" {
		t.Error(diff)
	}
	var dump, got []string
	for line := range strings.Lines(rpm("-q", "--dump", "telegram-desktop")) {
		// path size mtime digest mode owner group isconfig isdoc rdev symlink
		f := strings.Fields(line)
		if strings.HasPrefix(f[4], "0100") {
			dump = append(dump, f[0]+" "+f[3]+" config="+f[7])
		}
	}
	for _, f := range c.Files {
		got = append(got, "/"+f.Path+" "+f.SHA256+" config="+map[bool]string{true: "1", false: "0"}[f.Conffile])
		if f.Program != strings.HasPrefix(f.Path, "usr/bin/") {
			t.Errorf("%s: program %v", f.Path, f.Program)
		}
	}
	slices.Sort(dump)
	slices.Sort(got)
	if diff := cmp.Diff(dump, got); diff != "" {
		t.Errorf("rpm --dump (-want +got):\n%s", diff)
	}
	if c.Path != "usr/bin/telegram-desktop" || linuxtest.Value(c.Facts, signatures.PackageOrigin) != "A Vendor" {
		t.Errorf("path %s, facts %v", c.Path, c.Facts)
	}

	if err := os.Remove(root + "/usr/bin/telegram-desktop"); err != nil {
		t.Fatal(err)
	}
	c = linuxtest.Find(t, Lookup{}, linuxtest.Disk(t, root), list()).Candidates[0]
	if got := linuxtest.Value(c.Facts, signatures.PackageMissing); got != "usr/bin/telegram-desktop" {
		t.Errorf("missing: %q", got)
	}
	damaged(t, root)
}

// damaged changes the real database in ways that no writer does.
func damaged(t *testing.T, root string) {
	name := filepath.Join(root, "var/lib/rpm", sqliteFile)
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for what, data := range map[string][]byte{
		"empty": nil, "one byte": whole[:1], "header": whole[:100], "first page": whole[:4096], "cut in between": whole[:len(whole)/2+7],
		"nonsense": bytes.Repeat([]byte{0xa5}, 8192), "nonsense pages": append(slices.Clone(whole[:4096]), bytes.Repeat([]byte{13}, len(whole)-4096)...),
	} {
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
		sink := linuxtest.Find(t, Lookup{}, linuxtest.Disk(t, root), list())
		if len(sink.Gaps) == 0 {
			t.Errorf("%s: no gap", what)
		}
	}
	// What a page of another database holds is no package.
	if err := os.WriteFile(name, append(slices.Clone(whole), whole...), 0o644); err != nil {
		t.Fatal(err)
	}
	if sink := linuxtest.Find(t, Lookup{}, linuxtest.Disk(t, root), list()); len(sink.Candidates) != 1 {
		t.Errorf("doubled: %v", sink.Gaps)
	}
}

func TestOtherDatabases(t *testing.T) {
	for name, c := range map[string]struct{ host, kind string }{
		"Berkeley DB": {"-- var/lib/rpm/Packages --\nx\n", "not-opened var/lib/rpm/Packages"},
		"unreadable":  {"-- usr/lib/sysimage/rpm/rpmdb.sqlite [mode=000] --\nx\n", "permission usr/lib/sysimage/rpm/rpmdb.sqlite"},
		"ndb":         {"-- var/lib/rpm/Packages.db [size=4096] --\n", "corrupt var/lib/rpm/Packages.db"},
	} {
		sink := linuxtest.Find(t, Lookup{}, linuxtest.Host(t, c.host), list())
		if diff := cmp.Diff([]string{c.kind}, linuxtest.Kinds(sink.Gaps)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// headerOf builds a header of text tags, as rpm writes them.
func headerOf(tags map[uint32]string) []byte {
	var index, data []byte
	for n, value := range tags {
		for _, v := range []uint32{n, 6, uint32(len(data)), 1} {
			index = binary.BigEndian.AppendUint32(index, v)
		}
		data = append(append(data, value...), 0)
	}
	out := binary.BigEndian.AppendUint32(nil, uint32(len(tags)))
	return append(append(binary.BigEndian.AppendUint32(out, uint32(len(data))), index...), data...)
}

// ndb builds a database of rpm's own format, with blobs behind one page of slots.
func ndb(blobs ...[]byte) []byte {
	out := make([]byte, slotPage)
	le := binary.LittleEndian
	for i, v := range []uint32{ndbMagic, 0, 1, 1} {
		le.PutUint32(out[4*i:], v)
	}
	for at := 2 * slotSize; at < slotPage; at += slotSize {
		le.PutUint32(out[at:], slotMagic)
	}
	for i, blob := range blobs {
		slot := out[(2+i)*slotSize:]
		le.PutUint32(slot[4:], uint32(i+1))
		le.PutUint32(slot[8:], uint32(len(out)/slotSize))
		for _, v := range []uint32{blobMagic, uint32(i + 1), 1, uint32(len(blob))} {
			out = le.AppendUint32(out, v)
		}
		out = append(out, blob...)
		out = append(out, make([]byte, (slotSize-len(out)%slotSize)%slotSize)...)
	}
	return out
}

func TestNDB(t *testing.T) {
	db := ndb(headerOf(map[uint32]string{tagName: "a", tagVersion: "1"}), headerOf(map[uint32]string{tagName: "b"}))
	read := func(db []byte) (names []string, bad int, err error) {
		err = eachNDB(bytes.NewReader(db), int64(len(db)), func(b []byte) error {
			h, err := parseHeader(b)
			if err == nil {
				names = append(names, h.string(tagName))
			}
			return err
		}, func(error) { bad++ })
		return names, bad, err
	}
	if names, bad, err := read(db); !slices.Equal(names, []string{"a", "b"}) || bad > 0 || err != nil {
		t.Errorf("%v, %d damaged, %v", names, bad, err)
	}
	other := slices.Clone(db)
	other[slotPage] = 'X'
	if names, bad, err := read(other); !slices.Equal(names, []string{"b"}) || bad != 1 || err != nil {
		t.Errorf("one damaged: %v, %d damaged, %v", names, bad, err)
	}
	binary.LittleEndian.PutUint32(other[12:], 1<<30)
	if _, _, err := read(other); err == nil {
		t.Error("more slots than bytes were read")
	}
}

func TestIssuer(t *testing.T) {
	v4 := []byte{4, 0, 1, 8, 0, 6, 5, 2, 1, 2, 3, 4, 0, 10, 9, 16, 0xab, 1, 2, 3, 4, 5, 6, 7}
	v3 := append([]byte{3, 5, 0, 1, 2, 3, 4}, 1, 2, 3, 4, 5, 6, 7, 0xcd, 1, 8)
	for want, packet := range map[string][]byte{
		"AB01020304050607": append([]byte{0x88, byte(len(v4))}, v4...),
		"01020304050607CD": append([]byte{0x89, 0, byte(len(v3))}, v3...),
		"":                 {0x88, 3, 4, 0, 1},
	} {
		if got := issuer(packet); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzNDB(f *testing.F) {
	f.Add(ndb(headerOf(map[uint32]string{tagName: "a"})))
	f.Fuzz(func(t *testing.T, in []byte) {
		_ = eachNDB(bytes.NewReader(in), int64(len(in)), func([]byte) error { return nil }, func(error) {})
	})
}

func FuzzHeader(f *testing.F) {
	f.Add(headerOf(map[uint32]string{tagName: "a", tagVendor: "b", tagBasenames: "c", tagDirnames: "/usr/"}))
	f.Fuzz(func(t *testing.T, in []byte) {
		h, err := parseHeader(in)
		if err != nil {
			return
		}
		h.keyID()
		for _, file := range h.files() {
			if strings.HasPrefix(file.name, "/") || strings.Contains("/"+file.name+"/", "/../") {
				t.Errorf("name %q", file.name)
			}
		}
	})
}

var _ platform.Lookup = Lookup{}
