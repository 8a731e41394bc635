// Package flatpak finds chat clients that flatpak installed, for everybody or for
// one person. The records below an installation go in, one candidate for each
// deployed app that the list knows comes out: its id, branch, commit, and the
// remote that the record says it came from.
//
// Formats: flatpak-metadata(5) for metadata; deploy is a GVariant of type
// (ssasta{sv}) (flatpak, common/flatpak-dir.c) that begins with the remote's name
// and the commit; repo/config is OSTree's (ostree.repo-config(5)). The records
// prove nothing: whoever can change a program can change them too. Where the
// repository and the remote's keys lie is handed on, so that the commit's signature
// can be checked and the deployed files compared with it.
package flatpak

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/linux/keyfile"
	"github.com/chatvet/chatvet/platform/linux/program"
	"github.com/chatvet/chatvet/platform/linux/tree"
	"github.com/chatvet/chatvet/signatures"
)

const (
	systemDir  = "var/lib/flatpak"
	userDir    = ".local/share/flatpak"
	repoConfig = "repo/config"
	metainfo   = "files/share/metainfo"
)

// Bounds on what is read.
const (
	maxDeploy   = 1 << 20
	maxMetainfo = 4 << 20
	maxApps     = 10_000
	maxDeployed = 100 // architectures and branches of one app
)

const what = "apps that flatpak installed"

// Lookup is the platform.Lookup "flatpak".
type Lookup struct{}

// Name implements platform.Lookup.
func (Lookup) Name() string { return "flatpak" }

// Fits implements platform.Lookup: every Linux system where somebody has an
// installation, readable or not.
func (Lookup) Fits(root platform.Root) bool {
	if root.OS != "linux" || root.Kind == platform.Paths {
		return false
	}
	return len(installations(root.FS, ignore{})) > 0
}

// Reads implements platform.Lookup.
func (Lookup) Reads() []string {
	var patterns []string
	for _, dir := range []string{systemDir, "home/*/" + userDir, "root/" + userDir} {
		app := dir + "/app/*/*/*/*/"
		patterns = append(patterns, dir+"/"+repoConfig, dir+"/repo/*.trustedkeys.gpg",
			// Opened only to prove what an installed client's files should be.
			dir+"/repo/objects/*/*.commit", dir+"/repo/objects/*/*.commitmeta", dir+"/repo/objects/*/*.dirtree",
			app+"metadata", app+"deploy", app+metainfo+"/*.xml")
	}
	return patterns
}

// Find implements platform.Lookup.
func (l Lookup) Find(ctx context.Context, root platform.Root, want *signatures.List, sink platform.Sink) error {
	for _, dir := range installations(root.FS, sink) {
		s := &search{ctx: ctx, fs: root.FS, want: want, sink: sink, dir: dir}
		if err := s.apps(); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// installations are the folders of the system's and of people's own apps.
func installations(fsys platform.FS, sink platform.Sink) []string {
	places := []string{systemDir}
	for _, home := range tree.Homes(fsys, sink) {
		places = append(places, home+"/"+userDir)
	}
	var found []string
	for _, dir := range places {
		if _, err := fsys.Resolve(dir + "/app"); !tree.Missing(err) {
			found = append(found, dir)
		}
	}
	return found
}

// ignore is a sink for a look that only asks whether there is anything.
type ignore struct{}

func (ignore) Candidate(platform.Candidate) {}
func (ignore) Gap(platform.Gap)             {}
func (ignore) Looked(int, int)              {}

// search is one run over one installation.
type search struct {
	ctx     context.Context
	fs      platform.FS
	want    *signatures.List
	sink    platform.Sink
	dir     string
	remotes keyfile.File
}

func (s *search) apps() error {
	ids := s.names(s.dir+"/app", maxApps)
	others := 0
	for _, id := range ids {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		if !s.want.Wanted(signatures.FlatpakID, id) {
			others++
			continue
		}
		if s.remotes == nil {
			s.remotes = s.readRemotes()
		}
		if err := s.app(id); err != nil {
			return err
		}
	}
	s.sink.Looked(others, 0)
	return nil
}

func (s *search) readRemotes() keyfile.File {
	name := s.dir + "/" + repoConfig
	data, err := tree.Read(s.fs, name, keyfile.MaxSize)
	if err != nil {
		s.gap(name, "where apps of flatpak came from", err)
		return keyfile.File{}
	}
	remotes, _ := keyfile.Parse(data)
	return remotes
}

// app yields what is deployed of one app: for each architecture and branch the
// commit that "active" leads to.
func (s *search) app(id string) error {
	dir := s.dir + "/app/" + id
	for _, arch := range s.names(dir, maxDeployed) {
		if arch == "current" { // a link to the branch that runs by default
			continue
		}
		for _, branch := range s.names(dir+"/"+arch, maxDeployed) {
			if err := s.deployed(id, arch, branch); err != nil {
				return err
			}
		}
	}
	return nil
}

var errElsewhere = errors.New("the link leads to something that is no deployed commit")

func (s *search) deployed(id, arch, branch string) error {
	dir := s.dir + "/app/" + id + "/" + arch + "/" + branch
	active, err := s.fs.Resolve(dir + "/active")
	if tree.Missing(err) {
		return nil // taken away, and its data kept
	}
	real, dirErr := s.fs.Resolve(dir)
	if err = errors.Join(err, dirErr); err == nil && (path.Dir(active) != real || !isCommit(path.Base(active))) {
		err = errElsewhere
	}
	if err != nil {
		s.gap(dir+"/active", "the app "+id, err)
		return nil
	}
	return s.candidate(id, arch, dir+"/"+path.Base(active))
}

// candidate gathers what there is about one deployed commit.
func (s *search) candidate(id, arch, dir string) error {
	programs, err := tree.Programs(s.ctx, s.fs, dir+"/files", s.sink)
	if err != nil {
		return err
	}
	c := platform.Candidate{
		Lookup: Lookup{}.Name(), Format: signatures.Package, Channel: "flatpak",
		Product: id, Version: s.version(id, dir), Arch: arch, Files: programs,
		Facts: []signatures.Fact{
			{Kind: signatures.FlatpakID, Value: id},
			{Kind: signatures.FlatpakCommit, Value: path.Base(dir)},
		},
	}
	c.Record = &platform.Record{Repository: s.dir + "/repo", Commit: path.Base(dir), Deployed: dir}
	remote, origin := s.origin(dir)
	if keys := s.dir + "/repo/" + remote + ".trustedkeys.gpg"; remote != "" && !strings.Contains(remote, "/") {
		c.Record.Keys = []string{keys}
	}
	if origin != "" {
		c.Facts = append(c.Facts, signatures.Fact{Kind: signatures.PackageOrigin, Value: platform.Display(origin)})
	}
	c.Path = s.main(dir, programs)
	s.sink.Candidate(c)
	return nil
}

// origin is the remote that the record names, and the same with its address.
func (s *search) origin(dir string) (remote, origin string) {
	name := dir + "/deploy"
	data, err := tree.Read(s.fs, name, maxDeploy)
	if err != nil {
		s.gap(name, "where this app came from", err)
		return "", ""
	}
	remote, commit, err := parseDeploy(data)
	if err == nil && commit != path.Base(dir) {
		err = fmt.Errorf("the record is about commit %s", platform.Display(commit))
	}
	if err != nil {
		s.sink.Gap(platform.Gap{Where: platform.Display(name), What: "where this app came from", Kind: platform.GapCorrupt, Reason: err.Error()})
		return "", ""
	}
	u, err := url.Parse(s.remotes[`remote "`+remote+`"`]["url"])
	if err != nil || u.Scheme == "" {
		return remote, remote
	}
	// A name and a password in it would open somebody's account.
	return remote, remote + " (" + (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String() + ")"
}

var errDeploy = errors.New("not a record of a deployed app")

// parseDeploy reads the first two members of the record, which are strings that
// each end in a zero byte.
func parseDeploy(data []byte) (remote, commit string, err error) {
	const longest = 256
	first, rest, ok1 := bytes.Cut(data, []byte{0})
	second, _, ok2 := bytes.Cut(rest, []byte{0})
	if !ok1 || !ok2 || len(first) > longest || !isCommit(string(second)) {
		return "", "", errDeploy
	}
	return string(first), string(second), nil
}

func isCommit(s string) bool {
	sum, err := hex.DecodeString(s)
	return err == nil && len(sum) == 32
}

// version is the newest release that the app's AppStream data names. flatpak
// itself keeps no version.
func (s *search) version(id, dir string) string {
	for _, ending := range []string{".metainfo.xml", ".appdata.xml"} {
		data, err := tree.Read(s.fs, dir+"/"+metainfo+"/"+id+ending, maxMetainfo)
		if err == nil {
			return firstRelease(data)
		}
		if !tree.Missing(err) {
			s.gap(dir+"/"+metainfo+"/"+id+ending, "the version of "+id, err)
		}
	}
	return ""
}

// main is the command that the app's metadata names, or else its metadata.
func (s *search) main(dir string, programs []platform.CandidateFile) string {
	name := dir + "/metadata"
	data, err := tree.Read(s.fs, name, keyfile.MaxSize)
	if err != nil {
		s.gap(name, "which program this app runs", err)
	}
	metadata, _ := keyfile.Parse(data)
	command := metadata["Application"]["command"]
	for _, f := range programs {
		if command != "" && f.Path == dir+"/files/bin/"+path.Base(command) {
			return f.Path
		}
	}
	return program.Main(path.Base(command), tree.Paths(programs), name)
}

// names lists the folders and links in a folder, within a bound.
func (s *search) names(dir string, most int) []string {
	entries, err := s.fs.ReadDir(dir)
	if err != nil {
		s.gap(dir, what, err)
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() {
			continue
		}
		if len(names) == most {
			s.gap(dir, what, platform.ErrTooMany)
			break
		}
		names = append(names, e.Name())
	}
	return names
}

func (s *search) gap(name, what string, err error) {
	s.sink.Gap(platform.GapOf(name, strings.ToValidUTF8(what, "\uFFFD"), err))
}
