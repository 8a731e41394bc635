// Package process finds chat clients that run on a live Linux and that no other
// look-up knows: started from a folder where nobody installs programs, or from a
// file that was deleted or replaced since. What platform.OpenLive saw in /proc goes
// in; a candidate for each program file comes out, also for one that was deleted, and
// a gap for what is not known of it.
//
// Only the file that a process runs is known here. Arguments and environments of
// processes are not read: they may hold what people write.
package process

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/linux/owned"
	"github.com/chatvet/chatvet/platform/linux/tree"
	"github.com/chatvet/chatvet/signatures"
)

// Lookup is the platform.Lookup "processes".
type Lookup struct{}

// Name implements platform.Lookup.
func (Lookup) Name() string { return "processes" }

// Fits implements platform.Lookup: a running Linux.
func (Lookup) Fits(root platform.Root) bool {
	return root.OS == "linux" && root.Kind == platform.Live && root.Running != nil
}

// Reads implements platform.Lookup: only what says which files packages have.
// Deleted programs are open already.
func (Lookup) Reads() []string { return owned.Reads() }

const what = "a chat program that runs"

// Find implements platform.Lookup.
func (Lookup) Find(ctx context.Context, root platform.Root, want *signatures.List, sink platform.Sink) error {
	var loose []string
	for _, p := range root.Running.Programs {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !wanted(want, path.Base(p.Path)) || platform.Private(p.Path) {
			continue
		}
		switch {
		case p.Deleted && p.Kept != "":
			sink.Candidate(platform.Candidate{Lookup: Lookup{}.Name(), Path: p.Kept, Channel: "folder"})
			sink.Gap(platform.Gap{Where: platform.Display(p.Path), What: "what belongs to a chat program that runs", Kind: platform.GapMissing,
				Reason: "its file was deleted or replaced since it was started; only that file was read, from the process; restart the program and scan again"})
		case p.Deleted:
			sink.Gap(platform.Gap{Where: platform.Display(p.Path), What: what, Kind: platform.GapMissing,
				Reason: "its file was deleted or replaced since it was started; restart the program and scan again"})
		case p.Elsewhere:
			sink.Gap(platform.Gap{Where: platform.Display(p.Path), What: what, Kind: platform.GapElsewhere,
				Reason: "it runs in a container, and its file is not the one of that name here"})
		default:
			sink.Candidate(platform.Candidate{Lookup: Lookup{}.Name(), Path: p.Path, Channel: "folder"})
			if !packaged(p.Path) {
				loose = append(loose, p.Path)
			}
		}
	}
	listed, err := owned.Files(ctx, root.FS, loose, func(name string, err error) {
		if !tree.Missing(err) {
			sink.Gap(platform.GapOf(name, what, err))
		}
	})
	if err != nil {
		return err
	}
	for _, at := range loose {
		if !listed.Has(at) && !listed.Incomplete {
			sink.Gap(platform.Gap{Where: platform.Display(at), What: "who made this program, which runs under the name of a chat client", Kind: platform.GapUnrecorded,
				Reason: "no package has it"})
		}
	}
	if n := root.Running.Unreadable; n > 0 {
		sink.Gap(platform.Gap{Where: "proc", What: "chat programs that run for other people", Kind: platform.GapPermission,
			Reason: fmt.Sprintf("processes of others that could not be looked at: %d", n)})
	}
	return ctx.Err()
}

// packaged holds for the folders that only a package manager writes into.
func packaged(name string) bool {
	return strings.HasPrefix(name, "usr/") && !strings.HasPrefix(name, "usr/local/") || strings.HasPrefix(name, "snap/") || strings.HasPrefix(name, "var/lib/flatpak/")
}

// wanted is true for the names of programs that the list knows.
func wanted(want *signatures.List, base string) bool {
	return want.Wanted(signatures.FileName, base) || want.Wanted(signatures.DebPackage, base) || want.Wanted(signatures.DesktopID, base+".desktop")
}
