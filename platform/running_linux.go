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

// maxRunning bounds how many processes are looked at.
const maxRunning = 100_000

// running lists what /proc shows (proc_pid_exe(5), proc_pid_stat(5)).
func running() *Running { return runningIn("/proc") }

func runningIn(proc string) *Running {
	entries, err := os.ReadDir(proc)
	if err != nil {
		return &Running{Unreadable: 1}
	}
	r := &Running{}
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
	if !gone {
		runs, err := os.Stat(exe) // through the link, which leads to the very file
		here, hereErr := os.Stat(name)
		p.Elsewhere = err == nil && (hereErr != nil || !os.SameFile(runs, here))
	}
	r.Programs = append(r.Programs, p)
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
