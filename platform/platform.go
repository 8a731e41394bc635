// Package platform answers one question: where on this system is a chat client
// installed? A Root is one thing to look at (this machine, a mounted disk, a
// folder); a Lookup yields Candidates from it: files, where they were found,
// and what the system itself says about them. Nothing here judges.
//
// Everything is read through Root.FS, which never leaves the root, follows
// symbolic links as the root's own system would, and can be observed by a test.
package platform

import (
	"context"
	"io"
	"io/fs"

	"github.com/chatvet/chatvet/signatures"
)

// RootKind says what sort of thing a root is.
type RootKind string

// The kinds of root.
const (
	Live  RootKind = "live"  // the running machine
	Disk  RootKind = "disk"  // a mounted or unpacked system
	Disks RootKind = "disks" // several of them, in one inventory
	Paths RootKind = "paths" // folders and files that a person named
	Phone RootKind = "phone" // a phone on a cable
	// Acquisition is what a forensic tool copied of an Android phone, Backup what
	// Apple's own programs copied of an iPhone or iPad.
	Acquisition RootKind = "acquisition"
	Backup      RootKind = "backup"
)

// Root is one thing to look at.
type Root struct {
	Kind RootKind
	OS   string // as GOOS; "" for Paths
	Name string // what a person calls it: a folder's path, or "" for this machine
	FS   FS
	// Running are the programs that run, for kind Live where that is known.
	Running *Running
	// Paths are the files and folders to look at, for kind Paths, as FS names.
	Paths []string
}

// FS reads one root. Names are slash-separated and relative to the root ("."
// is the root itself), and may hold any bytes. Errors wrap *fs.PathError.
type FS interface {
	// Lstat does not follow a symbolic link at the end of name.
	Lstat(name string) (fs.FileInfo, error)
	// Resolve follows every symbolic link of name inside the root and returns
	// the name of what it leads to.
	Resolve(name string) (string, error)
	ReadDir(name string) ([]fs.DirEntry, error)
	// Open opens a regular file; anything else is an error wrapping
	// ErrNotRegular, and is never opened.
	Open(name string) (File, error)
}

// File is an open file.
type File interface {
	io.ReaderAt
	io.Closer
	Stat() (fs.FileInfo, error)
}

// Lookup finds candidates in one kind of place.
type Lookup interface {
	// Name is short and stable: "dpkg", "downloads".
	Name() string
	// Fits says whether the look-up makes sense for a root. A miss is silent:
	// a machine without dpkg has no gap because of it.
	Fits(Root) bool
	// Reads lists the paths it may open, as patterns of path.Match with "**"
	// for any number of folders. docs/what-is-read.md and the observer test
	// are made from it.
	Reads() []string
	// Find yields every candidate. Whatever could not be read goes to Sink.Gap;
	// an error is returned only when ctx ended.
	Find(ctx context.Context, root Root, want *signatures.List, sink Sink) error
}

// Sink takes what a look-up finds. Its methods may be called from one goroutine
// at a time.
type Sink interface {
	Candidate(Candidate)
	Gap(Gap)
	// Looked counts things that were looked at and not yielded.
	Looked(packages, files int)
}

// Candidate is something that may be a chat client.
type Candidate struct {
	Lookup  string
	Path    string            // the main file or folder, as an FS name
	Format  signatures.Format // Package for installed packages, else empty: the reader finds out
	Product string
	Version string
	Arch    string
	Channel string // "dpkg", "download"
	FromURL string
	Facts   []signatures.Fact
	// Files are what belongs to it. Empty means Path alone.
	Files []CandidateFile
	// Record is set where a package manager kept something signed from which the
	// files' digests can be proved, or lists that say where they came from.
	Record *Record
	// Recorded is true where a record says that the app is installed and no file
	// of it is in the root. Files is empty then, and no file is opened.
	Recorded bool
}

// CandidateFile is one file of a candidate.
type CandidateFile struct {
	Path string
	// Program is true for files that are to be read, digested and searched;
	// the others are only compared with their recorded digest.
	Program bool
	// MD5, SHA256 and SHA3384 are the digests in hex that the package's own
	// record lists, or empty. Of MD5 and SHA256, a record has one.
	MD5, SHA256, SHA3384 string
	// Conffile is true where the record says that an administrator may change
	// the file.
	Conffile bool
	// Script is true for code that only its place shows to be code.
	Script bool
}

// Gap is something that a look-up could not read.
type Gap struct {
	Where, What, Kind, Reason string
}
