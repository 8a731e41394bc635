package platform

import (
	"bytes"
	"strings"
	"testing"
)

// The form is that of a real machine: "/" stands behind its own sub-mounts, one
// mount lies over another, and one is hidden below a later one.
const mountInfo = `22 27 0:21 / /proc rw,relatime - proc proc rw
23 27 0:22 / /sys rw,relatime shared:7 - sysfs sysfs rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 27 0:40 / /home/ann/net\040drive rw - nfs4 server:/x rw
41 27 0:41 / /mnt/auto rw - autofs systemd-1 rw
42 41 8:1 / /mnt/auto rw - vfat /dev/sda1 rw
43 27 0:43 / /mnt/over/old rw - cifs //server/x rw
44 27 8:2 / /mnt/over rw - ext4 /dev/sdb1 rw
45 27 0:45 / /media/phone rw - fuse.simple-mtpfs mtp rw
46 27 8:3 / /media/stick rw - fuseblk /dev/sdc1 rw
47 27 8:4 / /media/crypt rw - fuse.gocryptfs x rw
damaged
48 x 8:4 / /x rw - ext4 x rw
`

func TestMounts(t *testing.T) {
	all, err := parseMountInfo(strings.NewReader(mountInfo))
	if err != nil {
		t.Fatal(err)
	}
	table := newMountTable(all)
	for path, want := range map[string]mountClass{
		"/":                          localMount,
		"/usr/bin/x":                 localMount,
		"/proc":                      pseudoMount,
		"/proc/self":                 pseudoMount,
		"/process":                   localMount,
		"/home/ann/net drive":        remoteMount,
		"/home/ann/net drive/a":      remoteMount,
		"/home/ann/net drives":       localMount,
		"/mnt/auto/x":                localMount,
		"/mnt/over/old/x":            localMount,
		"/media/phone/DCIM":          remoteMount,
		"/media/stick/x":             localMount,
		"/media/crypt/x":             localMount,
		"/nfs":                       localMount,
		"/home/nfs/looks-like-a-net": localMount,
	} {
		if got := table.covering(path).class; got != want {
			t.Errorf("%s: class %v, want %v", path, got, want)
		}
	}
}

// In a chroot the root's own mount is not shown.
func TestMountsWithoutRoot(t *testing.T) {
	all, err := parseMountInfo(strings.NewReader("50 49 0:1 / /proc rw - proc proc rw\n"))
	if err != nil {
		t.Fatal(err)
	}
	table := newMountTable(all)
	if table.covering("/proc/1").class != pseudoMount || table.covering("/etc").class != localMount {
		t.Error("/proc is not told from /etc")
	}
}

func FuzzMountInfo(f *testing.F) {
	f.Add([]byte(mountInfo), "/home/ann/net drive/x")
	f.Add([]byte("1 1 0:1 / / rw - ext4 x rw\n1 1 0:1 / / rw - nfs x rw\n"), "/")
	f.Add([]byte("1 2 0:1 / / rw - ext4 x\n2 1 0:1 / / rw - nfs x\n"), "/a")
	f.Fuzz(func(t *testing.T, in []byte, path string) {
		all, err := parseMountInfo(bytes.NewReader(in))
		if err != nil {
			return
		}
		for _, m := range all {
			if !strings.HasPrefix(m.point, "/") {
				t.Errorf("mount point %q", m.point)
			}
		}
		if newMountTable(all).covering(path) == nil {
			t.Error("a path on no mount")
		}
	})
}
