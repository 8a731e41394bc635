package platform

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// Reasons for which a name is not opened.
var (
	// ErrNotRegular is wrapped by Open for folders, pipes, sockets and devices.
	ErrNotRegular = errors.New("not a regular file")
	// ErrNotLocal is wrapped where a name lies on a network or pseudo file
	// system that a scan leaves out.
	ErrNotLocal = errors.New("not on a local file system")
	// ErrPrivate is wrapped for chat data, which is never opened.
	ErrPrivate = errors.New("chat data is never opened")
	// ErrLoop is wrapped where symbolic links lead round in a circle or are
	// more than MaxLinks.
	ErrLoop = errors.New("too many symbolic links")
	// ErrTooMany is wrapped where a folder holds more than MaxEntries entries.
	ErrTooMany = errors.New("too many entries in one folder")
)

// NotSystemError is returned by OpenDisk for a folder without a system in it.
type NotSystemError struct{ Dir string }

func (e *NotSystemError) Error() string {
	return fmt.Sprintf("%s holds no Linux, Windows or macOS system", Display(e.Dir))
}

// Hint is what to try instead.
func (e *NotSystemError) Hint() string {
	dir := e.Dir
	if strings.ContainsAny(dir, " \t'\"\\$&;()<>|*?`") {
		dir = "'" + strings.ReplaceAll(dir, "'", `'\''`) + "'"
	}
	return "to look at the files of a folder: chatvet scan " + dir
}

// GapError is an error that knows the kind of gap it makes.
type GapError struct {
	Kind string
	Err  error
}

func (e *GapError) Error() string { return e.Err.Error() }

// Unwrap is the error as it was.
func (e *GapError) Unwrap() error { return e.Err }

// Kinds of gap that look-ups report. They are codes in the JSON output.
const (
	GapPermission = "permission"        // the system refused
	GapNotLocal   = "other-file-system" // network and pseudo file systems
	GapNotRegular = "not-a-file"        // a pipe, socket or device
	GapLink       = "link-not-followed"
	GapLoop       = "link-loop"
	GapMissing    = "missing"      // a record names it, and it is not there
	GapUnreadable = "unreadable"   // an error of the disk
	GapCorrupt    = "corrupt"      // read, but not understood
	GapTooMany    = "too-many"     // more than a bound allows
	GapPrivate    = "private-data" // chat data, which is never opened
	GapUnrecorded = "unrecorded"   // there, and no package manager has it
	GapElsewhere  = "elsewhere"    // leads to a place that has to be named
	GapNotOpened  = "not-opened"   // a format that is not read
)

// GapOf makes a gap of an error that a FS returned for a name. What says what
// is missing because of it.
func GapOf(name, what string, err error) Gap {
	return Gap{Where: Display(name), What: what, Kind: gapKind(err), Reason: cause(err).Error()}
}

func gapKind(err error) string {
	var known *GapError
	switch {
	case errors.As(err, &known):
		return known.Kind
	case errors.Is(err, fs.ErrPermission):
		return GapPermission
	case errors.Is(err, ErrNotLocal):
		return GapNotLocal
	case errors.Is(err, ErrNotRegular):
		return GapNotRegular
	case errors.Is(err, ErrPrivate):
		return GapPrivate
	case errors.Is(err, ErrLoop):
		return GapLoop
	case errors.Is(err, ErrTooMany):
		return GapTooMany
	case errors.Is(err, fs.ErrNotExist):
		return GapMissing
	}
	return GapUnreadable
}

// cause drops the path, which a gap states once, in its displayed form.
func cause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// pathError states a name of the root instead of the host's path.
func pathError(op, name string, err error) error {
	return &fs.PathError{Op: op, Path: name, Err: cause(err)}
}
