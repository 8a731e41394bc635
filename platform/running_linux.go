package platform

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Bounds on how many processes are looked at, and on how many deleted programs
// are held open.
const (
	maxRunning = 100_000
	maxKept    = 128
)

// running lists what /proc shows (proc_pid_exe(5), proc_pid_stat(5)).
func running() *Running { return runningIn("/proc") }

func runningIn(proc string) *Running {
	entries, err := os.ReadDir(proc)
	if err != nil {
		return &Running{Unreadable: 1}
	}
	r := &Running{kept: map[string]*os.File{}}
	for _, e := range entries[:min(len(entries), maxRunning)] {
		if _, err := strconv.ParseUint(e.Name(), 10, 32); err == nil {
			r.add(path.Join(proc, e.Name()))
		}
	}
	slices.SortFunc(r.Programs, func(a, b RunningProgram) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(order(a), order(b)))
	})
	r.Programs = slices.Compact(r.Programs)
	return r
}

func order(p RunningProgram) int {
	switch {
	case p.Deleted:
		return 1
	case p.Elsewhere:
		return 2
	}
	return 0
}

func (r *Running) add(process string) {
	const deleted = " (deleted)"
	exe := path.Join(process, "exe")
	target, err := os.Readlink(exe)
	switch {
	case errors.Is(err, fs.ErrPermission):
		if !ofKernel(process) {
			r.Unreadable++
		}
		return
	case err != nil || !strings.HasPrefix(target, "/"):
		return // it ended, or is a thread of the kernel
	}
	name, gone := strings.CutSuffix(target, deleted)
	p := RunningProgram{Path: strings.TrimPrefix(name, "/"), Deleted: gone}
	if gone {
		p.Kept = r.keep(exe, p.Path)
	} else {
		runs, err := os.Stat(exe) // through the link, which leads to the very file
		here, hereErr := os.Stat(name)
		p.Elsewhere = err == nil && (hereErr != nil || !os.SameFile(runs, here))
	}
	r.Programs = append(r.Programs, p)
}

// keep opens a program that was deleted while it runs, the same one once, and
// names it as the process would see it (proc_pid_root(5)). The kernel leads from the
// link to the very file, whatever lies at its old name by now.
func (r *Running) keep(exe, name string) string {
	if len(r.kept) == maxKept || Private(name) {
		return ""
	}
	info, err := os.Stat(exe)
	if err != nil || !info.Mode().IsRegular() {
		return ""
	}
	for at, f := range r.kept {
		if known, err := f.Stat(); err == nil && os.SameFile(known, info) && strings.HasSuffix(at, "/"+name) {
			return at
		}
	}
	f, err := os.Open(exe)
	if err != nil {
		return ""
	}
	if opened, err := f.Stat(); err != nil || !os.SameFile(opened, info) {
		f.Close()
		return ""
	}
	at := strings.TrimPrefix(path.Dir(exe), "/") + "/root/" + name
	r.kept[at] = f
	return at
}

// ofKernel is true for threads of the kernel, which run no file. The name in
// brackets may hold anything, so the flags are counted from the last bracket.
func ofKernel(process string) bool {
	const pfKthread = 0x00200000
	stat, err := os.ReadFile(path.Join(process, "stat"))
	if err != nil {
		return false
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 7 {
		return false
	}
	flags, err := strconv.ParseUint(fields[6], 10, 64)
	return err == nil && flags&pfKthread != 0
}
