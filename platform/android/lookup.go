package android

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/android/adb"
	"github.com/chatvet/chatvet/platform/android/dumpsys"
	"github.com/chatvet/chatvet/signatures"
)

// Lookup is the platform.Lookup "phone": apps of every user and profile of a
// phone on a cable.
type Lookup struct {
	// Similar makes a test for package ids that a person could take for a client's.
	// Such an app is looked at too. Nil finds none.
	Similar func(*signatures.List) func(id string) bool
}

// Name is "phone".
func (Lookup) Name() string { return "phone" }

// Fits any phone on a cable.
func (Lookup) Fits(root platform.Root) bool { return root.Kind == platform.Phone }

// Reads lists where Android keeps apps. Other files are refused by Phone.Open.
func (Lookup) Reads() []string {
	return []string{"data/app/**/*.apk", "mnt/expand/*/app/**/*.apk", "system/**/*.apk", "system_ext/**/*.apk",
		"product/**/*.apk", "vendor/**/*.apk", "odm/**/*.apk", "oem/**/*.apk", "my_*/**/*.apk", "apex/**/*.apk"}
}

// What is missing because of a gap.
const (
	whatUsers    = "which users and profiles the phone has"
	whatApps     = "the apps of this user"
	whatParts    = "further parts of this app"
	whatRecord   = "what the phone recorded about this app"
	whatPackages = "some of the apps of this user"
)

// GapUser is the kind of gap for a user or profile that may not be looked at.
const GapUser = "user-not-read"

// GapPhone is the kind of gap for a phone that did not answer, or went away.
const GapPhone = "phone-lost"

// app is one package, for everybody who has it.
type app struct {
	listed dumpsys.Listed
	users  []int
}

// finder is one search.
type finder struct {
	ctx   context.Context
	phone *Phone
	sink  platform.Sink
	apps  map[string]*app // by id and path
	order []string
}

// Find lists the packages of every user, and yields those that the list asks for.
func (l Lookup) Find(ctx context.Context, root platform.Root, want *signatures.List, sink platform.Sink) error {
	phone, ok := root.FS.(*Phone)
	if !ok {
		return fmt.Errorf("%T is no phone", root.FS)
	}
	f := &finder{ctx: ctx, phone: phone, sink: sink, apps: map[string]*app{}}
	for _, u := range f.users() {
		if err := f.list(u); errors.Is(err, adb.ErrLost) {
			break // the others would fail too
		}
	}
	similar := func(string) bool { return false }
	if l.Similar != nil {
		similar = l.Similar(want)
	}
	for _, key := range f.order {
		a := f.apps[key]
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !want.Wanted(signatures.APKPackage, a.listed.ID) && !similar(a.listed.ID) {
			sink.Looked(1, 0)
			continue
		}
		sink.Looked(1, 0)
		sink.Candidate(f.candidate(a))
	}
	return ctx.Err()
}

// run runs a command, and makes a gap of it where that fails.
func (f *finder) run(command, where, what string) (string, error) {
	out, err := f.phone.device.Run(f.ctx, command)
	switch {
	case f.ctx.Err() != nil:
		return "", f.ctx.Err()
	case errors.Is(err, adb.ErrLost):
		f.gap(where, what, GapPhone, err.Error())
		return "", err
	case err != nil:
		f.gap(where, what, platform.GapUnreadable, err.Error())
		return "", err
	}
	text := string(out.Stdout)
	if failed := complaint(text, string(out.Stderr), out.Exit); failed != "" {
		return text, &complained{failed}
	}
	return text, nil
}

// complained is a command that ran and did not do its work.
type complained struct{ words string }

func (c *complained) Error() string { return c.words }

const maxComplaint = 200

// complaint finds what a command says when it fails. Some versions of pm exit with
// 0 and print the exception among the rest.
func complaint(stdout, stderr string, exit int) string {
	all := stderr + "\n" + stdout
	for _, isSign := range []func(line string) bool{
		func(line string) bool { return strings.Contains(line, "SecurityException") },
		func(line string) bool {
			return strings.HasPrefix(line, "Exception") || strings.HasPrefix(line, "Error:") || strings.HasPrefix(line, "Failure")
		},
	} {
		for line := range strings.Lines(all) {
			if line = strings.TrimSpace(line); !strings.HasPrefix(line, "package:") && isSign(line) {
				return clipped(line)
			}
		}
	}
	if exit != 0 {
		return fmt.Sprintf("the command ended with code %d", exit)
	}
	return ""
}

func clipped(s string) string {
	if len(s) > maxComplaint {
		s = strings.ToValidUTF8(s[:maxComplaint], "") + "..."
	}
	return platform.Display(s)
}

func (f *finder) gap(where, what, kind, reason string) {
	f.sink.Gap(platform.Gap{Where: where, What: what, Kind: kind, Reason: reason})
}

// users lists whose apps there are. A phone that does not say has its first user.
func (f *finder) users() []dumpsys.User {
	text, err := f.run("pm list users", "pm list users", whatUsers)
	if errors.Is(err, adb.ErrLost) {
		return nil
	}
	users := dumpsys.Users(text)
	if len(users) > 0 {
		return users
	}
	if err == nil {
		err = errors.New("the phone listed none; only the first was looked at")
	}
	if f.ctx.Err() == nil {
		f.gap("pm list users", whatUsers, platform.GapCorrupt, err.Error())
	}
	return []dumpsys.User{{ID: 0, Running: true}}
}

// list takes down the packages of one user. Some phones do not know -i, some not
// -U; without a user's number some list the apps of all and then refuse.
func (f *finder) list(u dumpsys.User) error {
	user := strconv.Itoa(u.ID)
	where := "user " + user
	if u.Profile {
		where = "profile " + user
	}
	var text string
	var err error
	for _, options := range []string{"-f -i -U", "-f -U", "-f"} {
		text, err = f.run("pm list packages "+options+" --user "+user, where, whatApps)
		if c := (*complained)(nil); !errors.As(err, &c) || refusesUser(c.words) {
			break
		}
	}
	if c := (*complained)(nil); errors.As(err, &c) {
		f.gap(where, whatApps, GapUser, c.words)
	} else if err != nil {
		return err
	}
	all, broken, tooMany := dumpsys.Packages(text)
	switch {
	case tooMany:
		f.gap(where, whatPackages, platform.GapTooMany, fmt.Sprintf("more than %d packages", len(all)))
	case broken > 0:
		f.gap(where, whatPackages, platform.GapCorrupt, fmt.Sprintf("%d lines name no package", broken))
	case len(all) == 0 && err == nil:
		f.gap(where, whatApps, GapUser, "the phone listed no app")
	}
	for _, p := range all {
		f.add(p, u.ID)
	}
	return nil
}

// refusesUser is true where another try for the same user is of no use.
func refusesUser(words string) bool {
	return strings.Contains(words, "SecurityException")
}

func (f *finder) add(p dumpsys.Listed, user int) {
	key := p.ID + "\x00" + p.Path
	a := f.apps[key]
	if a == nil {
		a = &app{listed: p}
		f.apps[key] = a
		f.order = append(f.order, key)
	}
	if !slices.Contains(a.users, user) {
		a.users = append(a.users, user)
	}
}

// candidate asks for the parts of an app and for what is recorded of it.
func (f *finder) candidate(a *app) platform.Candidate {
	id := a.listed.ID
	c := platform.Candidate{Lookup: "phone", Format: signatures.APK, Channel: "phone"}
	for _, path := range f.parts(a) {
		name := strings.TrimPrefix(path, "/")
		c.Files = append(c.Files, platform.CandidateFile{Path: name, Program: true})
	}
	c.Path = id
	if len(c.Files) > 0 {
		c.Path = c.Files[0].Path
	}
	record := f.record(a)
	c.Version = record.Version
	c.Facts = facts(a, record)
	return c
}

// parts returns the paths of an app's APKs, the main one first.
func (f *finder) parts(a *app) []string {
	text, err := f.run(fmt.Sprintf("pm path --user %d %s", a.users[0], a.listed.ID), a.listed.ID, whatParts)
	paths := dumpsys.Paths(text)
	if len(paths) > 0 && (a.listed.Path == "" || slices.Contains(paths, a.listed.Path)) {
		return paths
	}
	if c := (*complained)(nil); err == nil || errors.As(err, &c) {
		reason := "the phone does not say where they are"
		if c != nil {
			reason = c.words
		}
		f.gap(a.listed.ID, whatParts, platform.GapUnreadable, reason)
	}
	if strings.HasPrefix(a.listed.Path, "/") {
		return []string{a.listed.Path}
	}
	return paths
}

func (f *finder) record(a *app) dumpsys.Package {
	text, err := f.run("dumpsys package "+a.listed.ID, a.listed.ID, whatRecord)
	p, ok := dumpsys.PackageOf(text, a.listed.ID)
	if c := (*complained)(nil); !ok && (err == nil || errors.As(err, &c)) {
		f.gap(a.listed.ID, whatRecord, platform.GapCorrupt, "the phone's answer does not speak of this app")
	}
	return p
}

// facts are what the phone says of an app. It could say anything.
func facts(a *app, record dumpsys.Package) []signatures.Fact {
	all := []signatures.Fact{{Kind: signatures.APKPackage, Value: a.listed.ID}}
	add := func(k signatures.Kind, value string) {
		if value != "" {
			all = append(all, signatures.Fact{Kind: k, Value: platform.Display(value)})
		}
	}
	installer := a.listed.Installer
	if installer == "" {
		installer = record.Installer
	}
	add(signatures.PackageOrigin, dumpsys.InstallerInWords(installer))
	add(signatures.AndroidFirstInstall, record.FirstInstall)
	for _, digest := range record.CertSHA256 {
		add(signatures.AndroidRecordedCert, digest)
	}
	for _, user := range a.users {
		add(signatures.AndroidUser, strconv.Itoa(user))
	}
	return all
}
