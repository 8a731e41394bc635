// Package snap finds chat clients that snapd installed. The images and
// assertions below var/lib/snapd go in, one candidate for each installed snap
// that the list knows comes out: its name, revision, publisher and what the
// store says of that publisher, and the digest that the image should have.
//
// Formats: snapd's var/lib/snapd/sequence (overlord/snapstate), its store of
// assertions (asserts/fsbackstore.go) and the assertions snap-declaration,
// snap-revision and account (asserts/snap_asserts.go, account.go). The
// signatures on the assertions are not checked, and so they prove nothing:
// whoever can change an image can change them too. state.json is not opened,
// because it holds what logs people in to the store.
package snap

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/linux/tree"
	"github.com/chatvet/chatvet/signatures"
)

const (
	imageDir    = "var/lib/snapd/snaps"
	sequenceDir = "var/lib/snapd/sequence"
	assertDir   = "var/lib/snapd/assertions/asserts-v0"
	declDir     = assertDir + "/snap-declaration/16" // the only series there is
	accountDir  = assertDir + "/account"
	revisionDir = assertDir + "/snap-revision"
	mountDir    = "snap"
)

// Bounds on what is read.
const (
	maxSnaps    = 10_000
	maxSequence = 1 << 20
	maxYAML     = 1 << 20
)

// Lookup is the platform.Lookup "snap".
type Lookup struct{}

// Name implements platform.Lookup.
func (Lookup) Name() string { return "snap" }

// Fits implements platform.Lookup: every Linux system with snapd's images.
func (Lookup) Fits(root platform.Root) bool {
	if root.OS != "linux" || root.Kind == platform.Paths {
		return false
	}
	_, err := root.FS.Resolve(imageDir)
	return !tree.Missing(err)
}

// Reads implements platform.Lookup.
func (Lookup) Reads() []string {
	return []string{
		sequenceDir + "/*.json",
		declDir + "/*/active*",
		accountDir + "/*/active*",
		revisionDir + "/*/active*",
		mountDir + "/*/*/meta/snap.yaml",
	}
}

// Find implements platform.Lookup.
func (Lookup) Find(ctx context.Context, root platform.Root, want *signatures.List, sink platform.Sink) error {
	s := &search{ctx: ctx, fs: root.FS, sink: sink}
	images, others := s.images(want)
	sink.Looked(others, 0)
	for _, name := range slices.Sorted(keys(images)) {
		for _, revision := range s.current(name, images[name]) {
			if err := s.candidate(name, revision); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

func keys(m map[string][]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

type search struct {
	ctx    context.Context
	fs     platform.FS
	sink   platform.Sink
	signed *assertions // nil until a wanted snap was found
}

// images lists the revisions of wanted snaps by name (NAME_REVISION.snap), and
// counts the other snaps.
func (s *search) images(want *signatures.List) (wanted map[string][]string, others int) {
	wanted = map[string][]string{}
	other := map[string]bool{}
	for _, e := range s.list(imageDir, "apps that snapd installed") {
		name, isImage := strings.CutSuffix(e.Name(), ".snap")
		name, revision, ok := strings.Cut(name, "_")
		if !isImage || !ok || !isRevision(revision) {
			continue // partial downloads and the folder of auxiliary data
		}
		// A second copy of a snap has a key: NAME_KEY_REVISION is not made by
		// default and is left to the person who turned that on.
		if want.Wanted(signatures.SnapName, name) {
			wanted[name] = append(wanted[name], revision)
		} else {
			other[name] = true
		}
	}
	return wanted, len(other)
}

// isRevision is true for a number of the store and for x and a number, which
// snapd gives to what was installed from a file.
func isRevision(s string) bool {
	n, err := strconv.Atoi(strings.TrimPrefix(s, "x"))
	return err == nil && n > 0 && !strings.ContainsAny(s, "+-")
}

// current narrows the revisions of a snap to the one that runs, where snapd's
// record names it; earlier ones are kept to go back to.
func (s *search) current(name string, revisions []string) []string {
	at := sequenceDir + "/" + name + ".json"
	data, err := tree.Read(s.fs, at, maxSequence)
	if tree.Missing(err) {
		return revisions
	}
	if err != nil {
		s.gap(at, "which revision of "+name+" runs", err)
		return revisions
	}
	var sequence struct {
		Current string `json:"current"`
	}
	if err := json.Unmarshal(data, &sequence); err != nil {
		s.corrupt(at, "which revision of "+name+" runs", err)
		return revisions
	}
	if slices.Contains(revisions, sequence.Current) {
		return []string{sequence.Current}
	}
	return revisions
}

// candidate gathers what there is about one revision.
func (s *search) candidate(name, revision string) error {
	if s.signed == nil {
		s.signed = s.readAssertions()
	}
	image := platform.CandidateFile{Path: imageDir + "/" + name + "_" + revision + ".snap", Program: true}
	c := platform.Candidate{
		Lookup: Lookup{}.Name(), Path: image.Path, Format: signatures.Package, Channel: "snap", Product: name,
		Facts: []signatures.Fact{
			{Kind: signatures.SnapName, Value: name},
			{Kind: signatures.SnapRevision, Value: revision},
		},
	}
	if id := s.signed.idOf(name, revision); id != "" {
		c.Facts = append(c.Facts, signatures.Fact{Kind: signatures.PackageOrigin, Value: s.signed.publisher(id)})
		image.SHA3384 = s.signed.digest(id, revision)
		if image.SHA3384 == "" {
			s.sink.Gap(platform.Gap{Where: platform.Display(image.Path), What: "whether this is the image that the store published", Kind: platform.GapMissing,
				Reason: "no assertion names this revision"})
		}
	}
	c.Files = []platform.CandidateFile{image}
	mount := mountDir + "/" + name + "/" + revision
	if err := s.mounted(&c, mount); err != nil {
		return err
	}
	s.sink.Candidate(c)
	return nil
}

// mounted adds what the running system shows of the image: the version, and the
// programs, for only the administrator may read the image itself.
func (s *search) mounted(c *platform.Candidate, mount string) error {
	at := mount + "/meta/snap.yaml"
	data, err := tree.Read(s.fs, at, maxYAML)
	if tree.Missing(err) {
		return nil // not running
	}
	if err != nil {
		s.gap(at, "the version of "+c.Product, err)
		return nil
	}
	var meta struct {
		Version string
	}
	if err := unmarshal(data, &meta); err != nil {
		s.corrupt(at, "the version of "+c.Product, err)
	}
	c.Version = platform.Display(meta.Version)
	programs, err := tree.Programs(s.ctx, s.fs, mount, s.sink)
	// What runs is read. The same programs are not read once more out of the image,
	// which is only compared with what the store says of it.
	c.Files[0].Program = len(programs) == 0
	c.Files = append(c.Files, programs...)
	return err
}

// unmarshal keeps a text that the YAML reader cannot bear from ending the scan.
func unmarshal(data []byte, v any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the reader stopped: %v", p)
		}
	}()
	return yaml.Unmarshal(data, v)
}

// assertions are what the store said about installed snaps.
type assertions struct {
	declared map[string]map[string]string // by snap id
	accounts map[string]map[string]string // by account id
	digests  map[string]string            // by snap id and revision, in hex
}

func (s *search) readAssertions() *assertions {
	a := &assertions{declared: map[string]map[string]string{}, accounts: map[string]map[string]string{}, digests: map[string]string{}}
	s.eachAssertion(declDir, "snap-declaration", func(h map[string]string) { a.declared[h["snap-id"]] = h })
	s.eachAssertion(accountDir, "account", func(h map[string]string) { a.accounts[h["account-id"]] = h })
	s.eachAssertion(revisionDir, "snap-revision", func(h map[string]string) {
		sum, err := base64.RawURLEncoding.DecodeString(h["snap-sha3-384"])
		if err == nil && len(sum) == 48 {
			a.digests[h["snap-id"]+" "+h["snap-revision"]] = hex.EncodeToString(sum)
		}
	})
	return a
}

// eachAssertion reads the assertions of one type. Of one that is there in
// several formats, the newest counts, as for snapd.
func (s *search) eachAssertion(dir, kind string, take func(headers map[string]string)) {
	const what = "who published installed snaps"
	for _, e := range s.list(dir, what) {
		at := s.newest(dir + "/" + e.Name())
		if at == "" {
			continue
		}
		data, err := tree.Read(s.fs, at, maxAssertion)
		if err != nil {
			s.gap(at, what, err)
			continue
		}
		if h := parseAssertion(data); h["type"] == kind {
			take(h)
		} else {
			s.corrupt(at, what, errors.New("no assertion of type "+kind))
		}
	}
}

// newest is the assertion of the highest format in a folder: "active" is of
// format 0, "active.3" of format 3.
func (s *search) newest(dir string) (at string) {
	best := -1
	entries, err := s.fs.ReadDir(dir)
	if err != nil {
		return ""
	}
	for _, e := range entries {
		format := 0
		suffix, ok := strings.CutPrefix(e.Name(), "active")
		if ok && suffix != "" {
			format, err = strconv.Atoi(strings.TrimPrefix(suffix, "."))
			ok = err == nil && suffix[0] == '.'
		}
		if ok && format > best {
			best, at = format, dir+"/"+e.Name()
		}
	}
	return at
}

// idOf is the id that the store gave to a snap of a name; empty for one that was
// installed from a file.
func (a *assertions) idOf(name, revision string) string {
	if strings.HasPrefix(revision, "x") {
		return ""
	}
	var ids []string
	for id, h := range a.declared {
		if h["snap-name"] == name {
			ids = append(ids, id)
		}
	}
	if len(ids) != 1 {
		return "" // two claim the name: neither is believed
	}
	return ids[0]
}

// publisher names who published a snap, and what the store says of them.
func (a *assertions) publisher(id string) string {
	account := a.declared[id]["publisher-id"]
	h := a.accounts[account]
	name := h["username"]
	if name == "" {
		name = account
	}
	if display := h["display-name"]; display != "" && display != name {
		name = display + ", " + name
	}
	if v := validation[h["validation"]]; v != "" {
		name += " (" + v + ")"
	}
	return platform.Display("Snap Store, " + name)
}

func (a *assertions) digest(id, revision string) string { return a.digests[id+" "+revision] }

func (s *search) list(dir, what string) []fs.DirEntry {
	entries, err := s.fs.ReadDir(dir)
	if err != nil && !tree.Missing(err) {
		s.gap(dir, what, err)
	}
	if len(entries) > maxSnaps {
		s.gap(dir, what, platform.ErrTooMany)
		entries = entries[:maxSnaps]
	}
	return entries
}

func (s *search) gap(name, what string, err error) { s.sink.Gap(platform.GapOf(name, what, err)) }

func (s *search) corrupt(name, what string, err error) {
	s.sink.Gap(platform.Gap{Where: platform.Display(path.Clean(name)), What: what, Kind: platform.GapCorrupt, Reason: platform.Display(err.Error())})
}
