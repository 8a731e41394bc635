package platform

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// readMounts takes the table of getfsstat(2), which has no ids: a mount's
// parent is the longest other mount point above it.
func readMounts() (*mountTable, error) {
	n, err := unix.Getfsstat(nil, unix.MNT_NOWAIT)
	if err != nil {
		return nil, fmt.Errorf("reading which file systems are mounted: %w", err)
	}
	stats := make([]unix.Statfs_t, n)
	if n, err = unix.Getfsstat(stats, unix.MNT_NOWAIT); err != nil {
		return nil, fmt.Errorf("reading which file systems are mounted: %w", err)
	}
	var all []mount
	for i, s := range stats[:min(n, len(stats))] {
		m := mount{id: i, parent: noMount, kind: unix.ByteSliceToString(s.Fstypename[:]), point: unix.ByteSliceToString(s.Mntonname[:])}
		if m.class = classOfMount(m.kind); m.class == localMount && s.Flags&unix.MNT_LOCAL == 0 {
			m.class = remoteMount
		}
		all = append(all, m)
	}
	slices.SortStableFunc(all, func(a, b mount) int { return len(a.point) - len(b.point) })
	for i := range all {
		for _, above := range all[:i] {
			if above.point == "/" || strings.HasPrefix(all[i].point, above.point+"/") {
				all[i].parent = above.id
			}
		}
	}
	return newMountTable(all), nil
}
