package platform

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Calls of proc_info, which libproc's proc_listpids and proc_pidpath are made of
// (XNU, bsd/sys/proc_info.h and bsd/kern/proc_info.c). It hands out where the file
// of a process lies and nothing else of the process.
const (
	procListPIDs    = 1
	procPIDInfo     = 2
	procAllPIDs     = 1
	procPIDPathInfo = 11
	procPathMax     = 4 * 1024
)

// maxRunning bounds how many processes are looked at.
const maxRunning = 100_000

// running lists what the kernel shows of processes.
func running() *Running {
	pids := make([]byte, 4*maxRunning)
	n, err := procInfo(procListPIDs, procAllPIDs, 0, pids)
	if err != nil || n > len(pids) {
		return &Running{Unreadable: 1}
	}
	r := &Running{}
	place := make([]byte, procPathMax)
	for at := 0; at+4 <= n; at += 4 {
		pid := binary.NativeEndian.Uint32(pids[at:])
		if pid == 0 {
			continue // the kernel itself
		}
		clear(place)
		switch _, err := procInfo(procPIDInfo, uintptr(pid), procPIDPathInfo, place); err {
		case nil:
			path, _, _ := bytes.Cut(place, []byte{0})
			if name, ok := strings.CutPrefix(string(path), "/"); ok {
				r.Programs = append(r.Programs, RunningProgram{Path: name})
			}
		case unix.EPERM, unix.EACCES:
			r.Unreadable++
		}
	}
	slices.SortFunc(r.Programs, func(a, b RunningProgram) int { return cmp.Compare(a.Path, b.Path) })
	r.Programs = slices.Compact(r.Programs)
	return r
}

// procInfo returns how many bytes of the answer were filled in, where the call
// tells.
func procInfo(call, pid, flavor uintptr, answer []byte) (int, error) {
	n, _, err := unix.Syscall6(unix.SYS_PROC_INFO, call, pid, flavor, 0, uintptr(unsafe.Pointer(&answer[0])), uintptr(len(answer)))
	if err != 0 {
		return 0, err
	}
	return int(n), nil
}
