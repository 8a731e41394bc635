// Package folder finds candidates in folders that no package manager knows of:
// those that a person named, and the download folders of everybody who uses the
// machine. Every regular file there is a candidate; what it is, its bytes say.
//
// A walk never follows symbolic links, so it cannot go in circles or be led
// into somebody's conversations, and it never enters the folders of
// platform.Private. What is left out so is reported.
package folder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// Bounds on a walk.
const (
	maxSiblings = 64 // sibling facts of one candidate
	maxLinks    = 10 // links that are reported one by one
)

// walk looks through one folder and what is below it.
type walk struct {
	ctx     context.Context
	fs      platform.FS
	want    *signatures.List
	sink    platform.Sink
	lookup  string
	channel string
	depth   int // folders below the first
	files   int // entries that may still be looked at

	name, real string // where the walk begins, as it was named and as it is
	full       bool   // files has run out, and that was said
	links      int
}

// folder looks through a folder in the order of names. Where its name holds
// links, real is what it leads to. It returns an error only when ctx ended.
func (w *walk) folder(name, real string) error {
	w.name, w.real, w.links = name, real, 0
	err := w.into(name, 0)
	if more := w.links - maxLinks; more > 0 {
		w.note(name, "what they lead to", platform.GapLink, fmt.Sprintf("%d more symbolic links were not followed", more))
	}
	return err
}

func (w *walk) into(dir string, depth int) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if platform.Private(w.real+strings.TrimPrefix(dir, w.name)) || platform.Private(dir) {
		w.sink.Gap(platform.GapOf(dir, "anything in this folder", platform.ErrPrivate))
		return nil
	}
	entries, err := w.fs.ReadDir(dir)
	if err != nil {
		w.sink.Gap(platform.GapOf(dir, "files in this folder", err))
	}
	siblings := w.siblings(entries)
	for _, e := range entries {
		if !w.spend(dir) {
			return nil
		}
		if err := w.entry(dir, e, siblings, depth); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) entry(dir string, e fs.DirEntry, siblings []string, depth int) error {
	name := join(dir, e.Name())
	switch kind := e.Type(); {
	case kind.IsRegular():
		w.file(name, siblings)
	case kind.IsDir() && platform.IsApp(w.fs, name):
		w.app(name)
	case kind.IsDir() && depth < w.depth:
		return w.into(name, depth+1)
	case kind.IsDir():
		w.note(name, "files in this folder", platform.GapTooMany, fmt.Sprintf("more than %d folders deep", w.depth))
	case kind&fs.ModeSymlink != 0:
		if w.links++; w.links <= maxLinks {
			w.note(name, "what it leads to", platform.GapLink, "symbolic links are not followed")
		}
	default:
		w.sink.Looked(0, 1) // a pipe, socket or device has no contents to judge
	}
	return nil
}

// spend takes one from the walk's allowance, and says once when it is gone.
func (w *walk) spend(dir string) bool {
	if w.files > 0 {
		w.files--
		return true
	}
	if !w.full {
		w.full = true
		w.note(dir, "the files after the first ones", platform.GapTooMany, "too many files; name a smaller folder to look at the rest")
	}
	return false
}

// file yields one regular file. Facts of the folder and the download go with it.
func (w *walk) file(name string, siblings []string) {
	base := path.Base(name)
	c := platform.Candidate{Lookup: w.lookup, Path: name, Channel: w.channel}
	if w.want.Wanted(signatures.FileName, base) {
		c.Facts = append(c.Facts, signatures.Fact{
			Kind: signatures.FileName, Value: platform.Display(base), Place: platform.Display(name),
		})
	}
	for _, s := range siblings {
		if s != base {
			c.Facts = append(c.Facts, signatures.Fact{Kind: signatures.SiblingName, Value: platform.Display(s)})
		}
	}
	w.origin(&c)
	w.sink.Candidate(c)
}

// app yields the folder of an app as one thing.
func (w *walk) app(name string) {
	if platform.Private(w.real+strings.TrimPrefix(name, w.name)) || platform.Private(name) {
		w.sink.Gap(platform.GapOf(name, "anything in this folder", platform.ErrPrivate))
		return
	}
	c := platform.Candidate{Lookup: w.lookup, Path: name, Channel: w.channel, Format: signatures.App}
	w.origin(&c)
	w.sink.Candidate(c)
}

// origin adds where a candidate came from, as far as the disk notes that.
func (w *walk) origin(c *platform.Candidate) {
	raw, err := platform.OriginOf(w.fs, c.Path)
	if err != nil {
		return
	}
	from, facts := platform.OriginFacts(raw)
	c.FromURL, c.Facts = from, append(c.Facts, facts...)
	if from != "" {
		c.Channel = "download"
	}
}

// siblings returns the names in a folder that the list asks for beside a
// program.
func (w *walk) siblings(entries []fs.DirEntry) []string {
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() && len(names) < maxSiblings && w.want.Wanted(signatures.SiblingName, e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names
}

func (w *walk) note(name, what, kind, reason string) {
	w.sink.Gap(platform.Gap{Where: platform.Display(name), What: what, Kind: kind, Reason: reason})
}

// start follows the links of the name that a walk begins at. Where it leads to
// chat data or to nothing that can be read, it says so and returns false.
func (w *walk) start(name string) (real string, info fs.FileInfo, ok bool) {
	real, err := w.fs.Resolve(name)
	if err == nil {
		info, err = w.fs.Lstat(real)
	}
	switch {
	case err != nil:
		w.sink.Gap(platform.GapOf(name, "this file or folder", err))
		return "", nil, false
	case platform.Private(real) || platform.Private(name):
		w.sink.Gap(platform.GapOf(name, "anything in this folder", platform.ErrPrivate))
		return "", nil, false
	}
	return real, info, true
}

func join(dir, base string) string {
	if dir == "." {
		return base
	}
	return dir + "/" + base
}

func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
