package platform

import (
	"bufio"
	"bytes"
	"io"
	"path"
	"strconv"
	"strings"
)

// mountClass says whether a scan goes into a mounted file system.
type mountClass int

const (
	localMount  mountClass = iota
	remoteMount            // another machine's or the host's files: only where a person named it
	pseudoMount            // made up by the kernel: never, reading can block for ever
)

// mount is one mounted file system.
type mount struct {
	id, parent int
	point      string // absolute path on the host
	kind       string // type, as the system names it
	class      mountClass
}

// mountTable tells which file system a path of the host lies on. It is built
// from mount ids, because the order of mountinfo says nothing (switch_root
// leaves "/" behind its own sub-mounts) and a mount can hide older ones.
type mountTable struct {
	root *mount
	on   map[mountSpot]*mount
}

type mountSpot struct {
	parent int
	point  string
}

const noMount = -1

func newMountTable(all []mount) *mountTable {
	t := &mountTable{root: &mount{id: noMount, point: "/"}, on: map[mountSpot]*mount{}}
	known := map[int]bool{}
	for _, m := range all {
		known[m.id] = true
	}
	for i := range all {
		m := &all[i]
		if !known[m.parent] || m.parent == m.id {
			m.parent = noMount // its parent is outside of this process's root
		}
		t.on[mountSpot{m.parent, m.point}] = m
	}
	return t
}

// covering returns the mount that an absolute, cleaned path lies on.
func (t *mountTable) covering(p string) *mount {
	at := t.top(t.root, "/")
	for i := 1; i <= len(p); i++ {
		if i == len(p) || p[i] == '/' {
			at = t.top(at, p[:i])
		}
	}
	return at
}

// top goes from a mount to the last one that was mounted over it at a point.
func (t *mountTable) top(at *mount, point string) *mount {
	for range len(t.on) { // a damaged table could hold a circle
		over, ok := t.on[mountSpot{at.id, point}]
		if !ok {
			break
		}
		at = over
	}
	return at
}

// Bounds on the mount table.
const (
	maxMountLine = 64 << 10
	maxMounts    = 100_000
)

// parseMountInfo reads the form of /proc/self/mountinfo (proc(5)). Lines that
// are damaged are left out.
func parseMountInfo(r io.Reader) ([]mount, error) {
	var all []mount
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 4096), maxMountLine)
	for lines.Scan() && len(all) < maxMounts {
		if m, ok := parseMountLine(lines.Bytes()); ok {
			all = append(all, m)
		}
	}
	return all, lines.Err()
}

// parseMountLine reads "36 35 98:0 /root /point rw,noatime [tags] - type source options".
func parseMountLine(line []byte) (mount, bool) {
	before, after, ok := bytes.Cut(line, []byte(" - "))
	if !ok {
		return mount{}, false
	}
	left, right := strings.Fields(string(before)), strings.Fields(string(after))
	if len(left) < 6 || len(right) < 1 {
		return mount{}, false
	}
	id, err := strconv.Atoi(left[0])
	if err != nil || id < 0 {
		return mount{}, false
	}
	parent, err := strconv.Atoi(left[1])
	if err != nil || parent < 0 {
		return mount{}, false
	}
	point := unescapeMount(left[4])
	if !strings.HasPrefix(point, "/") {
		return mount{}, false
	}
	kind := unescapeMount(right[0])
	return mount{id: id, parent: parent, point: path.Clean(point), kind: kind, class: classOfMount(kind)}, true
}

// unescapeMount undoes the octal escapes of space, tab, newline and backslash.
func unescapeMount(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// classOfMount goes by the type: lists of what the kernel makes up and of what
// lies on another machine. Types with a disk behind them are too many to list;
// FUSE is the other way round, since most of what it serves is remote.
func classOfMount(kind string) mountClass {
	switch {
	case pseudoMounts[kind]:
		return pseudoMount
	case remoteMounts[kind]:
		return remoteMount
	case strings.HasPrefix(kind, "fuse.") && !localFUSE[kind], kind == "fuse":
		return remoteMount
	}
	return localMount
}

var pseudoMounts = set(`autofs binder binfmt_misc bpf cgroup cgroup2 configfs debugfs devfs devpts devtmpfs
	efivarfs fuse.gvfsd-fuse fuse.lxcfs fuse.portal fusectl hugetlbfs mqueue nsfs proc pstore resctrl
	rpc_pipefs securityfs selinuxfs smackfs sysfs tracefs`)

var remoteMounts = set(`9p acfs afp afs beegfs ceph cifs coda davfs davfs2 ftp gfs gfs2 glusterfs gpfs lustre ncpfs
	nfs nfs4 ocfs2 orangefs panfs prl_fs pvfs2 shfs smb2 smb3 smbfs vboxsf virtiofs vmhgfs webdav`)

var localFUSE = set(`fuse.apfs-fuse fuse.bindfs fuse.bitlocker fuse.cryfs fuse.dislocker fuse.encfs fuse.exfat
	fuse.fuse-overlayfs fuse.gocryptfs fuse.mergerfs fuse.ntfs fuse.ntfs-3g fuse.snapfuse fuse.squashfuse
	fuse.squashfuse_ll fuse.zfs`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}
