package ios

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"

	"github.com/chatvet/chatvet/detect/inspect/plist"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

const lookupName = "ios-backup"

// Lookup is the platform.Lookup "ios-backup": apps of a phone of which there is a
// backup.
type Lookup struct{}

// Name is "ios-backup".
func (Lookup) Name() string { return lookupName }

// Fits a backup.
func (Lookup) Fits(root platform.Root) bool { return root.Kind == platform.Backup }

// Reads lists the files of a backup that are opened. Of those in folders, only the
// configuration profiles are.
func (Lookup) Reads() []string {
	return []string{infoName, manifestName, filesName, "[0-9a-f][0-9a-f]/*"}
}

// What is missing because of a gap.
const (
	whatApps     = "which apps were installed"
	whatSigner   = "who signed it, and whether it was changed since"
	whatProfiles = "whether somebody else manages this phone"
)

// Kinds of gap that only copies of phones have.
const (
	gapNotInCopy = "not-in-copy"
	gapEncrypted = "encrypted"
)

// Bounds on a backup.
const (
	maxApps  = 20_000
	maxValue = 256
)

// app is what the records say of one app.
type app struct {
	id       string
	store    bool
	metadata plist.Dict // iTunesMetadata
}

// finder is one search.
type finder struct {
	ctx     context.Context
	fs      *only
	sink    platform.Sink
	apps    map[string]*app
	full    bool     // there are more
	managed []string // payload types
}

// Find yields the apps of a backup that the list asks for.
func (Lookup) Find(ctx context.Context, root platform.Root, want *signatures.List, sink platform.Sink) error {
	fsys, ok := root.FS.(*only)
	if !ok {
		fsys = &only{FS: root.FS, profiles: map[string]bool{}}
	}
	f := &finder{ctx: ctx, fs: fsys, sink: sink, apps: map[string]*app{}}
	f.info()
	if f.encrypted() {
		for _, what := range []string{"apps that only the rest of the backup names", whatProfiles} {
			f.gap(filesName, what, gapEncrypted, "the backup is encrypted: only "+infoName+" was read")
		}
	} else {
		f.files()
	}
	for _, id := range slices.Sorted(maps.Keys(f.apps)) {
		sink.Looked(1, 0)
		if want.Wanted(signatures.BundleID, id) {
			f.candidate(f.apps[id])
		}
	}
	return ctx.Err()
}

func (f *finder) gap(where, what, kind, reason string) {
	f.sink.Gap(platform.Gap{Where: where, What: what, Kind: kind, Reason: reason})
}

func (f *finder) fault(where, what string, err error) {
	if errors.Is(err, errDamaged) {
		f.gap(where, what, platform.GapCorrupt, err.Error())
		return
	}
	f.sink.Gap(platform.GapOf(where, what, err))
}

// add takes in an app, and returns nil for what is no bundle id.
func (f *finder) add(id string) *app {
	if !isBundleID(id) {
		return nil
	}
	a := f.apps[id]
	if a == nil {
		if len(f.apps) == maxApps {
			if f.full {
				return nil
			}
			f.full = true
			f.gap(".", whatApps, platform.GapTooMany, fmt.Sprintf("only the first %d are looked at", maxApps))
			return nil
		}
		a = &app{id: id}
		f.apps[id] = a
	}
	return a
}

// isBundleID is true for what Apple takes as one (CFBundleIdentifier: letters,
// digits, hyphens, periods), and the underscore, which it took once.
func isBundleID(s string) bool {
	if s == "" || len(s) > maxValue {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_') {
			return false
		}
	}
	return true
}

// info reads what the computer wrote down about the phone. Only what is about apps
// is looked at: the same file has the phone's number and its owner's name.
func (f *finder) info() {
	d, err := readList(f.fs, infoName)
	if err != nil {
		f.fault(infoName, whatApps, err)
		return
	}
	for _, v := range d.List("Installed Applications") {
		if id, ok := v.(string); ok {
			f.add(id)
		}
	}
	for id := range d.Dict("Applications") {
		a := f.add(id)
		raw, _ := d.Dict("Applications").Dict(id)["iTunesMetadata"].([]byte)
		if a == nil || len(raw) == 0 {
			continue
		}
		if a.metadata, err = plist.Parse(raw); err != nil {
			f.gap(id, "where this app came from", platform.GapCorrupt, err.Error())
		}
		a.store = number(a.metadata["itemId"]) != ""
	}
}

// encrypted reads Manifest.plist, which is not encrypted itself.
func (f *finder) encrypted() bool {
	d, err := readList(f.fs, manifestName)
	if err != nil {
		f.fault(manifestName, "whether the backup is encrypted", err)
		return false // what is encrypted will be no database
	}
	if is, _ := d["IsEncrypted"].(bool); is {
		return true
	}
	for id := range d.Dict("Applications") {
		f.add(id)
	}
	return false
}

// candidate is an app as the phone recorded it.
func (f *finder) candidate(a *app) {
	c := platform.Candidate{Lookup: lookupName, Path: a.id, Format: signatures.IPA, Channel: lookupName, Recorded: true}
	c.Product = text(a.metadata, "itemName")
	c.Version = text(a.metadata, "bundleShortVersionString")
	c.Facts = []signatures.Fact{{Kind: signatures.BundleID, Value: a.id}}
	add := func(k signatures.Kind, value string) {
		if value != "" {
			c.Facts = append(c.Facts, signatures.Fact{Kind: k, Value: value})
		}
	}
	if _, err := signatures.ParseVersion(c.Version); err == nil {
		add(signatures.BundleVersion, c.Version)
	}
	add(signatures.IOSItem, number(a.metadata["itemId"]))
	add(signatures.IOSSeller, text(a.metadata, "artistName"))
	if a.store {
		add(signatures.IOSOrigin, "store-record")
	} else {
		add(signatures.IOSOrigin, "no-store-record")
	}
	for _, payload := range f.managed {
		add(signatures.IOSManaged, payload)
	}
	f.gap(a.id, whatSigner, gapNotInCopy, "a backup holds no programs")
	f.sink.Candidate(c)
}

func text(d plist.Dict, key string) string {
	if s := d.Text(key); len(s) <= maxValue {
		return platform.Display(s)
	}
	return ""
}

// number writes a number of the store.
func number(v any) string {
	if n, ok := v.(int64); ok && n > 0 {
		return strconv.FormatInt(n, 10)
	}
	return ""
}

func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
