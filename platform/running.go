package platform

import "os"

// Running are the programs that run on a live machine, as far as the system shows
// them. It is taken when the machine is opened, because a scan that has confined
// itself is shown no other process. Of a process only the file that it runs is
// taken: not its arguments, not its environment, not its memory. A program whose
// file was deleted is held open, because no name leads to it later.
type Running struct {
	Programs []RunningProgram
	// Unreadable counts processes of other people, of which the system does not
	// show what they run.
	Unreadable int

	kept map[string]*os.File // by RunningProgram.Kept
}

// RunningProgram is the file that a process runs.
type RunningProgram struct {
	Path string // as an FS name, where the process sees it
	// Deleted is true where the file is gone, or was replaced, since it started.
	Deleted bool
	// Kept is the FS name by which a deleted file can still be read; empty where it
	// cannot. It lies below proc, and ends in Path.
	Kept string
	// Elsewhere is true where the path means another file for the process than for
	// this machine: it runs in a container.
	Elsewhere bool
}
