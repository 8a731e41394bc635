package darwin

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/inspect/plist"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/hosttest"
	"github.com/chatvet/chatvet/platform/origin"
	"github.com/chatvet/chatvet/platform/origin/origintest"
	"github.com/chatvet/chatvet/signatures"
)

func find(t *testing.T, root platform.Root) *hosttest.Sink {
	t.Helper()
	if !(Lookup{}).Fits(root) {
		t.Fatal("the look-up does not fit")
	}
	sink := &hosttest.Sink{}
	if err := (Lookup{}).Find(context.Background(), root, hosttest.List(), sink); err != nil {
		t.Fatal(err)
	}
	return sink
}

// found writes down each candidate and each gap in one line.
func found(sink *hosttest.Sink) (candidates, gaps []string) {
	for _, c := range sink.Candidates {
		line := fmt.Sprintf("%s (%s)", c.Path, c.Channel)
		for _, f := range c.Facts {
			switch f.Kind {
			case signatures.LaunchLabel, signatures.PackageOrigin, signatures.OriginURL, signatures.OriginAgent, signatures.FileName:
				line += fmt.Sprintf(" %s=%s", f.Kind, f.Value)
			}
		}
		candidates = append(candidates, line)
	}
	for _, g := range sink.Gaps {
		gaps = append(gaps, g.Kind+" "+g.Where)
	}
	slices.Sort(gaps)
	return candidates, gaps
}

func check(t *testing.T, sink *hosttest.Sink, want, wantGaps []string) {
	t.Helper()
	got, gaps := found(sink)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantGaps, gaps); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
}

// A program that runs leads to its application, wherever it lies.
func TestRunning(t *testing.T) {
	root := hosttest.Load(t, "mac")
	without, gaps := found(find(t, root))
	root.Running = &platform.Running{Unreadable: 2, Programs: []platform.RunningProgram{
		{Path: "Applications/Signal.app/Contents/MacOS/Signal"},
		{Path: "System/Applications/Calculator.app/Contents/MacOS/Calculator"},
		{Path: "Users/Shared/Elsewhere/Run Chat.app/Contents/MacOS/Run Chat"},
		{Path: "Users/Shared/gone/ContentFilter.exe"},
		{Path: "usr/libexec/gone"},
	}}
	with, more := found(find(t, root))
	added := func(before, after []string) []string {
		return slices.DeleteFunc(after, func(s string) bool { return slices.Contains(before, s) })
	}
	if diff := cmp.Diff([]string{"Users/Shared/Elsewhere/Run Chat.app (folder)"}, added(without, with)); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"missing Users/Shared/gone/ContentFilter.exe", "permission processes"}, added(gaps, more)); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
}

func TestMac(t *testing.T) {
	sink := find(t, hosttest.Load(t, "mac"))
	check(t, sink, []string{
		"Applications/Brewed.app (homebrew) package.origin=homebrew/cask",
		"Applications/Cover.app/Contents/Resources/Inner.app (folder)",
		"Applications/Empty.app (folder)",
		"Applications/Phone Chat.app (folder)",
		"Applications/Setapp/Set Chat.app (setapp)",
		"Applications/Signal.app (download) launchd.label=com.example.start origin.url=https://dl.example.org/signal.dmg origin.agent=Google Chrome",
		"Applications/Store Chat.app (mac-app-store)",
		"Users/ann/.hidden/Chat.app (folder) launchd.label=com.example.hidden",
		"Users/ann/Applications/སྐད་ཆ ་ 1.app (folder)",
		"opt/chat/Telegram.app (folder)",
		"Users/Shared/ContentFilter.exe (folder) launchd.label=com.example.filter file.name=ContentFilter.exe",
	}, []string{
		"corrupt usr/local/Caskroom/broken/.metadata/INSTALL_RECEIPT.json",
		"link-not-followed Applications/folder",
		"permission Users/bob/Applications",
		"permission Users/bob/Library/LaunchAgents",
		"private-data Applications/into-chat.app",
	})
	if sink.Packages != 2 {
		t.Errorf("%d other apps, want 2", sink.Packages)
	}
}

func TestFacts(t *testing.T) {
	sink := find(t, hosttest.Load(t, "mac"))
	i := slices.IndexFunc(sink.Candidates, func(c platform.Candidate) bool { return c.Path == "Applications/Signal.app" })
	if i < 0 {
		t.Fatal("not found")
	}
	want := platform.Candidate{
		Lookup: "mac-apps", Path: "Applications/Signal.app", Format: signatures.App, Product: "Signal", Version: "7.1.0",
		Channel: "download", FromURL: "https://dl.example.org/signal.dmg",
		Facts: []signatures.Fact{
			{Kind: signatures.BundleID, Value: "org.whispersystems.signal-desktop"},
			{Kind: signatures.DisplayName, Value: "Signal"},
			{Kind: signatures.BundleVersion, Value: "7.1.0"},
			{Kind: signatures.LaunchLabel, Value: "com.example.start"},
			{Kind: signatures.OriginURL, Value: "https://dl.example.org/signal.dmg"},
			{Kind: signatures.OriginHost, Value: "dl.example.org"},
			{Kind: signatures.OriginAgent, Value: "Google Chrome"},
		},
	}
	if diff := cmp.Diff(want, sink.Candidates[i]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A disk shows its two volumes apart, spells names as it likes, and keeps a Mac's
// notes in files of their own.
func TestDisk(t *testing.T) {
	root := hosttest.Load(t, "mac-disk")
	double := origintest.Double(map[string][]byte{origin.QuarantineAttribute: []byte("0083;;Safari;"), origin.WhereFromsAttribute: origintest.WhereFroms("https://dl.example.org/t.dmg")})
	if err := root.FS.(*hosttest.FS).Add("System/Volumes/Data/Applications/._TELEGRAM.APP", 0o644, double); err != nil {
		t.Fatal(err)
	}
	root.FS = platform.FoldCase(root.FS)
	check(t, find(t, root), []string{
		"System/Volumes/Data/Applications/TELEGRAM.APP (download) origin.url=https://dl.example.org/t.dmg origin.agent=Safari",
		"System/Volumes/Data/Users/ann/Applications/Signal.app (folder) launchd.label=a",
	}, nil)
}

// bplist is a list in binary form, of objects without more than one byte of
// offset or reference.
func bplist(objects ...string) []byte {
	out := []byte("bplist00")
	var table []byte
	for _, o := range objects {
		table = append(table, byte(len(out)))
		out = append(out, o...)
	}
	at := len(out)
	out = append(append(out, table...), 0, 0, 0, 0, 0, 0, 1, 1)
	for _, n := range []uint64{uint64(len(objects)), 0, uint64(at)} {
		out = binary.BigEndian.AppendUint64(out, n)
	}
	return out
}

// An app whose description cannot be read is told by its name, and by a gap.
func TestHostile(t *testing.T) {
	root := hosttest.Load(t, "mac-hostile")
	fsys := root.FS.(*hosttest.FS)
	huge := bplist("\xd0")
	binary.BigEndian.PutUint64(huge[len(huge)-24:], 1<<60)
	for name, data := range map[string][]byte{
		"Applications/Recursive.app/Contents/Info.plist": bplist("\xd1\x01\x02", "\x51a", "\xa2\x02\x02"),
		"Applications/Huge.app/Contents/Info.plist":      huge,
		"Applications/Binary.app/Contents/Info.plist":    bplist("\xd1\x01\x02", "\x5f\x10\x12CFBundleIdentifier", "\x5f\x10\x15ru.keepcoder.Telegram"),
		"Applications/._Signal.app":                      []byte("no AppleDouble file"),
	} {
		if err := fsys.Add(name, 0o644, data); err != nil {
			t.Fatal(err)
		}
	}
	check(t, find(t, root), []string{"Applications/Binary.app (folder)", "Applications/Signal.app (folder)"}, []string{
		"corrupt Applications/Huge.app/Contents/Info.plist",
		"corrupt Applications/Other.app/Contents/Info.plist",
		"corrupt Applications/Out.app/Contents/Info.plist",
		"corrupt Applications/Recursive.app/Contents/Info.plist",
		"corrupt Applications/Signal.app/Contents/Info.plist",
		"corrupt Library/LaunchAgents/array.plist",
		"corrupt Library/LaunchAgents/none.plist",
		"link-loop Applications/Loop.app",
		"not-a-file Applications/Folder.app/Contents/Info.plist",
		"not-a-file Applications/Pipe.app/Contents/Info.plist",
		"too-many Applications/Large.app/Contents/Info.plist",
		"unreadable Applications/Signal.app",
	})
}

func TestStopped(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if err := (Lookup{}).Find(ctx, hosttest.Load(t, "mac"), hosttest.List(), &hosttest.Sink{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// Many apps that are gone wrong are told in a bounded number of gaps.
func TestManyGaps(t *testing.T) {
	fsys := hosttest.NewFS()
	for i := range 3 * maxGaps {
		if err := fsys.Add(fmt.Sprintf("Applications/%d.app/Contents/Info.plist", i), 0o644, nil); err != nil {
			t.Fatal(err)
		}
	}
	sink := find(t, platform.Root{Kind: platform.Disk, OS: "darwin", FS: fsys})
	if len(sink.Gaps) != maxGaps+1 || !strings.Contains(sink.Gaps[maxGaps].Reason, fmt.Sprint(2*maxGaps)) {
		t.Errorf("%d gaps, the last one %+v", len(sink.Gaps), sink.Gaps[len(sink.Gaps)-1])
	}
}

func TestJob(t *testing.T) {
	for text, want := range map[string]job{
		`<key>Label</key><string>a</string><key>Program</key><string>/a b/c</string>`:                                      {"a", []string{"/a b/c"}},
		`<key>ProgramArguments</key><array><string>/bin/sh</string><string>-c</string><string>'/a' -x;/b</string></array>`: {"", []string{"/bin/sh", "/a"}},
		`<key>Program</key><array/><key>ProgramArguments</key><string>/a</string>`:                                         {},
		`<key>Program</key><string>relative</string>`:                                                                      {},
		`<key>Label</key><string>` + strings.Repeat("x", 300) + `</string>`:                                                {},
		`<key>Program</key><string>/` + strings.Repeat("x", maxArgument) + `</string>`:                                     {},
	} {
		d, err := plist.Parse([]byte("<plist><dict>" + text + "</dict></plist>"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, jobOf(d), cmp.AllowUnexported(job{})); diff != "" {
			t.Errorf("%.80s: %s", text, diff)
		}
	}
}

func FuzzJob(f *testing.F) {
	f.Add([]byte("<plist><dict><key>Label</key><string>a</string><key>ProgramArguments</key><array><string>/bin/sh</string><string>-c</string><string>exec /a</string></array></dict></plist>"))
	f.Add(bplist("\xd1\x01\x02", "\x57Program", "\x52/a"))
	f.Fuzz(func(t *testing.T, data []byte) {
		fsys := hosttest.NewFS()
		for name, content := range map[string][]byte{"Library/LaunchAgents/a.plist": data, "a": nil, "Chat.app/Contents/Info.plist": data} {
			if err := fsys.Add(name, 0o755, content); err != nil {
				t.Fatal(err)
			}
		}
		s := find(t, platform.Root{Kind: platform.Disk, OS: "darwin", FS: fsys})
		for _, c := range s.Candidates {
			if !fitsFS(fsys, c.Path) {
				t.Errorf("%s is not there", c.Path)
			}
		}
		if d, err := plist.Parse(data); err == nil {
			if j := jobOf(d); len(j.places) > 2*maxArguments+1 || len(j.label) > maxName {
				t.Errorf("%d places, a label of %d bytes", len(j.places), len(j.label))
			}
		}
	})
}

func fitsFS(fsys platform.FS, name string) bool {
	_, err := fsys.Lstat(name)
	return err == nil
}

func FuzzReceipt(f *testing.F) {
	f.Add([]byte(`{"source": {"tap": "homebrew/cask"}, "uninstall_artifacts": [{"app": ["Chat.app"]}, {"app": [{"target": "../Chat.app"}, 7]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		fsys := hosttest.NewFS()
		for name, content := range map[string][]byte{"opt/homebrew/Caskroom/a/" + caskReceipt: data, "Applications/Chat.app/Contents/Info.plist": nil} {
			if err := fsys.Add(name, 0o644, content); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range find(t, platform.Root{Kind: platform.Disk, OS: "darwin", FS: fsys}).Candidates {
			if c.Path != "Applications/Chat.app" {
				t.Errorf("%s", c.Path)
			}
		}
	})
}
