package folder

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/hosttest"
	"github.com/chatvet/chatvet/signatures"
)

func find(t *testing.T, l platform.Lookup, root platform.Root) *hosttest.Sink {
	t.Helper()
	if !l.Fits(root) {
		t.Fatal("the look-up does not fit")
	}
	sink := &hosttest.Sink{}
	if err := l.Find(context.Background(), root, hosttest.List(), sink); err != nil {
		t.Fatal(err)
	}
	return sink
}

func parse(t *testing.T, archive string) platform.Root {
	t.Helper()
	root, err := hosttest.Parse([]byte(archive))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func names(sink *hosttest.Sink) (found, gaps []string) {
	for _, c := range sink.Candidates {
		found = append(found, c.Path)
	}
	for _, g := range sink.Gaps {
		gaps = append(gaps, g.Kind+" "+g.Where)
	}
	return found, gaps
}

func TestDownloads(t *testing.T) {
	for host, want := range map[string]struct{ found, gaps []string }{
		"debian-with-clients": {
			found: []string{
				"home/ann/Stažené/SkypeSetup.exe",
				"home/ann/Stažené/unpacked/ContentFilter.exe",
				"home/ann/Stažené/unpacked/Skype.exe",
				"home/bob/Downloads/notes.txt",
				"root/Downloads/tool.deb",
			},
			gaps: []string{"too-many home/ann/Stažené/a/b/c"},
		},
		"empty": {},
		"unreadable-dirs": {
			found: []string{"home/eve/Downloads/z.exe"},
			gaps: []string{
				"permission home/ann/.config/user-dirs.dirs",
				"permission home/ann/Downloads",
				"permission home/bob/Downloads",
				"permission home/eve/Downloads/sub",
			},
		},
		"symlink-loop": {
			found: []string{
				"home/ann/Downloads/real.exe",
				"home/cem/Downloads/tool.exe",
				"home/eve/Downloads/on-big-disk.exe",
			},
			gaps: []string{
				"link-not-followed home/ann/Downloads/logs",
				"link-not-followed home/ann/Downloads/loop",
				"link-not-followed home/ann/Downloads/one",
				"link-not-followed home/ann/Downloads/two",
				"private-data home/bob/Downloads",
				"private-data home/cem/Downloads/TelegramDesktop",
				"link-loop home/fay/Downloads",
			},
		},
	} {
		t.Run(host, func(t *testing.T) {
			found, gaps := names(find(t, Downloads{}, hosttest.Load(t, host)))
			if diff := cmp.Diff(want.found, found); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(want.gaps, gaps); diff != "" {
				t.Errorf("gaps (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFacts(t *testing.T) {
	sink := find(t, Downloads{}, hosttest.Load(t, "debian-with-clients"))
	setup, filter, skype := sink.Candidates[0], sink.Candidates[1], sink.Candidates[2]
	url := "https://skype.tom.com/download/SkypeSetup.exe"
	want := platform.Candidate{
		Lookup: "downloads", Path: "home/ann/Stažené/SkypeSetup.exe", Channel: "download", FromURL: url,
		Facts: []signatures.Fact{{Kind: signatures.OriginURL, Value: url}, {Kind: signatures.OriginHost, Value: "skype.tom.com"}},
	}
	if diff := cmp.Diff(want, setup); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]signatures.Fact{{Kind: signatures.FileName, Value: "ContentFilter.exe", Place: filter.Path}}, filter.Facts); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]signatures.Fact{{Kind: signatures.SiblingName, Value: "ContentFilter.exe"}}, skype.Facts); diff != "" {
		t.Error(diff)
	}
}

func TestPaths(t *testing.T) {
	sink := find(t, Paths{}, hosttest.Load(t, "non-utf8"))
	found, gaps := names(sink)
	dir := "home/ann/files/"
	if diff := cmp.Diff([]string{
		dir + "back\\slash.exe", dir + "caf\xe9.exe", dir + "gpj\u202eexe.txt", dir + "huge.exe", dir + "line\nbreak.exe", dir + "བོད་ཡིག། file.exe",
	}, found); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"other-file-system " + dir + "net"}, gaps); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
	if sink.Files != 3 {
		t.Errorf("passed over %d, want 3: pipe, socket and device", sink.Files)
	}
}

func TestNamed(t *testing.T) {
	const files = `
-- d/Skype.exe --
x
-- d/ContentFilter.exe --
x
-- d/pipe [fifo] --
-- link [link=d/Skype.exe] --
-- dir-link [link=d] --
-- home/ann/.purple/logs/x.txt --
private
-- home/ann/setup.exe --
x
-- innocent [link=home/ann/.purple] --
`
	for paths, want := range map[string]struct{ found, gaps []string }{
		"d/Skype.exe":                 {found: []string{"d/Skype.exe"}},
		"d d/Skype.exe d":             {found: []string{"d/ContentFilter.exe", "d/Skype.exe"}},
		"link":                        {found: []string{"d/Skype.exe"}},
		"dir-link":                    {found: []string{"dir-link/ContentFilter.exe", "dir-link/Skype.exe"}},
		"d/pipe":                      {gaps: []string{"not-a-file d/pipe"}},
		"home/ann/.purple":            {gaps: []string{"private-data home/ann/.purple"}},
		"home/ann/.purple/logs":       {gaps: []string{"private-data home/ann/.purple/logs"}},
		"home/ann/.purple/logs/x.txt": {gaps: []string{"private-data home/ann/.purple/logs/x.txt"}},
		"innocent/logs/x.txt":         {gaps: []string{"private-data innocent/logs/x.txt"}},
		"innocent":                    {gaps: []string{"private-data innocent"}},
		"home":                        {found: []string{"home/ann/setup.exe"}, gaps: []string{"private-data home/ann/.purple"}},
	} {
		t.Run(paths, func(t *testing.T) {
			archive := "kind: paths\n"
			for _, p := range strings.Fields(paths) {
				archive += "path: " + p + "\n"
			}
			found, gaps := names(find(t, Paths{}, parse(t, archive+files)))
			if diff := cmp.Diff(want.found, found); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(want.gaps, gaps); diff != "" {
				t.Errorf("gaps (-want +got):\n%s", diff)
			}
		})
	}
	sink := find(t, Paths{}, parse(t, "kind: paths\npath: d/Skype.exe\n"+files))
	if diff := cmp.Diff([]signatures.Fact{{Kind: signatures.SiblingName, Value: "ContentFilter.exe"}}, sink.Candidates[0].Facts); diff != "" {
		t.Error(diff)
	}
}

func TestBounds(t *testing.T) {
	var archive strings.Builder
	archive.WriteString("kind: paths\npath: d\n")
	for i := range 20 {
		fmt.Fprintf(&archive, "-- d/%02d --\n-- d/l%02d [link=x] --\n", i, i)
	}
	archive.WriteString("-- d/" + strings.Repeat("deep/", pathsDepth+2) + "x --\n")
	root := parse(t, archive.String())

	found, gaps := names(find(t, Paths{}, root))
	if len(found) != 20 || len(gaps) != maxLinks+1+1 {
		t.Errorf("%d found, gaps %v", len(found), gaps)
	}

	sink := &hosttest.Sink{}
	w := &walk{ctx: context.Background(), fs: root.FS, want: hosttest.List(), sink: sink, depth: 3, files: 7}
	if err := w.folder("d", "d"); err != nil {
		t.Fatal(err)
	}
	found, gaps = names(sink)
	if len(found) != 7 {
		t.Errorf("%d found, want 7", len(found))
	}
	if diff := cmp.Diff([]string{"too-many d"}, gaps); diff != "" {
		t.Error(diff)
	}
}

func TestStopped(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	for _, l := range []platform.Lookup{Paths{}, Downloads{}} {
		root := hosttest.Load(t, "debian-with-clients")
		root.Paths = []string{"home"}
		if err := l.Find(ctx, root, hosttest.List(), &hosttest.Sink{}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v, want %v", l.Name(), err, context.Canceled)
		}
	}
}

func TestParseUserDirs(t *testing.T) {
	for in, want := range map[string]userDir{
		`XDG_DOWNLOAD_DIR="$HOME/Téléchargements"`:      {"Téléchargements", true},
		"# x\n XDG_DOWNLOAD_DIR=\"$HOME/a\\\"b/c\"\r\n": {`a"b/c`, true},
		`XDG_DOWNLOAD_DIR="/srv/downloads/"`:            {"srv/downloads", false},
		`XDG_DOWNLOAD_DIR="$HOME/../../etc"`:            {"etc", true},
		`XDG_DOWNLOAD_DIR="$HOME/"`:                     {},
		`XDG_DOWNLOAD_DIR="$HOME/.purple"`:              {},
		`XDG_DOWNLOAD_DIR="$HOME/x/../.purple"`:         {},
		`XDG_DOWNLOAD_DIR="/"`:                          {},
		`XDG_DOWNLOAD_DIR="relative"`:                   {},
		`XDG_DOWNLOAD_DIR=`:                             {},
		`XDG_DOWNLOAD_DIR="`:                            {},
		`XDG_DESKTOP_DIR="$HOME/Desktop"`:               {},
		strings.Repeat("x", 2*maxUserDirsLine):          {},
	} {
		got, ok := parseUserDirs(strings.NewReader(in))
		if got != want || ok != (want != userDir{}) {
			t.Errorf("%s: %+v, %v; want %+v", in[:min(len(in), 60)], got, ok, want)
		}
	}
}

// An absolute download folder counts where it is in the home after all.
func TestChosenFolder(t *testing.T) {
	for chosen, want := range map[string]struct{ found, gaps []string }{
		"/home/ann/new":      {found: []string{"home/ann/new/x.exe"}},
		"/home/ann/.purple":  {},
		"/home/ann":          {},
		"/srv/new":           {gaps: []string{"elsewhere srv/new"}},
		"$HOME/to-private":   {gaps: []string{"private-data home/ann/to-private"}},
		"$HOME/new/../other": {},
	} {
		root := parse(t, `
-- home/ann/.config/user-dirs.dirs --
XDG_DOWNLOAD_DIR="`+chosen+`"
-- home/ann/new/x.exe --
-- home/ann/.purple/x --
-- home/ann/to-private [link=.purple] --
-- srv/new/x.exe --
`)
		found, gaps := names(find(t, Downloads{}, root))
		if diff := cmp.Diff(want.found, found); diff != "" {
			t.Errorf("%s: found (-want +got):\n%s", chosen, diff)
		}
		if diff := cmp.Diff(want.gaps, gaps); diff != "" {
			t.Errorf("%s: gaps (-want +got):\n%s", chosen, diff)
		}
	}
}

func FuzzUserDirs(f *testing.F) {
	f.Add(`XDG_DOWNLOAD_DIR="$HOME/a\"b/../c"`)
	f.Add(`XDG_DOWNLOAD_DIR="/a/../../b"`)
	f.Fuzz(func(t *testing.T, in string) {
		dir, ok := parseUserDirs(strings.NewReader(in))
		if ok && (dir.name == "" || strings.HasPrefix(dir.name, "/") || strings.HasPrefix(dir.name+"/", "../") || dir.inHome && dir.name[0] == '.') {
			t.Errorf("%q leads out of the home or into a hidden folder", dir.name)
		}
	})
}
