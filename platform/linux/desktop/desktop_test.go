package desktop

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/platform/linux/linuxtest"
	"github.com/chatvet/chatvet/signatures"
)

func list() *signatures.List {
	return linuxtest.List(
		signatures.Indicator{Kind: signatures.DesktopID, Value: "org.telegram.desktop.desktop"},
		signatures.Indicator{Kind: signatures.DebPackage, Value: "signal-desktop"},
		signatures.Indicator{Kind: signatures.FileName, Value: "package.json"},
		signatures.Indicator{Kind: signatures.FileName, Value: "index.js"},
		signatures.Indicator{Kind: signatures.FileName, Value: "patched"},
	)
}

func TestFind(t *testing.T) {
	telegram := "-- home/ann/.local/share/applications/org.telegram.desktop.desktop --\n[Desktop Entry]\nName=Telegram\nExec="
	for name, c := range map[string]struct {
		host string
		want []string
	}{
		"an entry of a person that hides the system's": {
			telegram + "/home/ann/.cache/x/Telegram -- %u\n-- home/ann/.cache/x/Telegram [mode=755] --\nx\n",
			[]string{"home/ann/.cache/x/Telegram  desktop.id=org.telegram.desktop.desktop display.name=Telegram"},
		},
		"an entry for a packaged program": {telegram + "/usr/bin/telegram-desktop\n-- usr/bin/telegram-desktop [mode=755] --\nx\n", nil},
		"a bare name, the person's own first": {
			telegram + "env A=b Telegram\n-- usr/bin/Telegram --\nx\n-- home/ann/.local/bin/Telegram [mode=755] --\nx\n",
			[]string{"home/ann/.local/bin/Telegram  desktop.id=org.telegram.desktop.desktop display.name=Telegram"},
		},
		"an entry that leads to chat data": {telegram + "/home/ann/.config/Signal/x\n-- home/ann/.config/Signal/x --\nx\n", nil},
		"an entry that leads to nothing":   {telegram + "/opt/gone\n", nil},
		"an unknown entry that takes links": {
			"-- usr/share/applications/sub/x.desktop --\n[Desktop Entry]\nExec=\"/srv/a b\" %U\nMimeType=text/plain;x-scheme-handler/tg;\n-- srv/a b --\nx\n",
			[]string{"srv/a b  desktop.id=sub-x.desktop"},
		},
		"an unknown entry": {"-- usr/share/applications/x.desktop --\n[Desktop Entry]\nExec=/srv/x\nMimeType=x-scheme-handler/mailto;\n-- srv/x --\nx\n", nil},
		"unpacked in /opt": {
			"-- opt/Signal/signal-desktop [mode=755] --\nx\n-- opt/Signal/resources/app.asar --\nx\n-- opt/Signal/LICENSE --\nx\n-- opt/Other/y [mode=755] --\nx\n",
			[]string{"opt/Signal/signal-desktop package files=opt/Signal/resources/app.asar,opt/Signal/signal-desktop"},
		},
		"in /opt by a package": {
			"-- opt/Signal/signal-desktop [mode=755] --\nx\n-- var/lib/dpkg/info/x.list --\n/.\n/opt/Signal/signal-desktop\n", nil,
		},
		"code beside a package's program in /opt": {
			"-- opt/Signal/signal-desktop [mode=755] --\nx\n-- opt/Signal/resources/app/package.json --\n{}\n-- opt/Signal/resources/app/index.js --\nx\n-- var/lib/dpkg/info/x.list --\n/opt/Signal/signal-desktop\n", nil,
		},
		"a program beside a package's program in /opt": {
			"-- opt/Signal/signal-desktop [mode=755] --\nx\n-- opt/Signal/patched [mode=755] --\nx\n-- var/lib/dpkg/info/x.list --\n/opt/Signal/signal-desktop\n",
			[]string{"opt/Signal/patched "},
		},
		"a stray package.json": {"-- opt/Other/package.json --\n{}\n", nil},
		"in /opt by a package of pacman": {
			"-- opt/Signal/signal-desktop [mode=755] --\nx\n-- var/lib/pacman/local/x-1/files --\n%FILES%\nopt/Signal/signal-desktop\n", nil,
		},
		"an AppImage": {"-- home/ann/Applications/Any.AppImage [origin=https://example.org/a?b=c] --\nx\n", []string{
			"home/ann/Applications/Any.AppImage  origin.url=https://example.org/a origin.host=example.org"}},
	} {
		sink := linuxtest.Find(t, Lookup{}, linuxtest.Host(t, c.host), list())
		var got []string
		for _, found := range sink.Candidates {
			line := found.Path + " " + string(found.Format)
			for _, f := range found.Facts {
				line += " " + string(f.Kind) + "=" + f.Value
			}
			for i, f := range found.Files {
				line += map[bool]string{true: " files=", false: ","}[i == 0] + f.Path
			}
			got = append(got, line)
		}
		if diff := cmp.Diff(c.want, got); diff != "" || len(sink.Gaps) > 0 {
			t.Errorf("%s: gaps %v, (-want +got):\n%s", name, sink.Gaps, diff)
		}
	}
}

func TestSplit(t *testing.T) {
	for in, want := range map[string][]string{
		"":              nil,
		"a  b %u":       {"a", "b", "%u"},
		`"/a b/c" "" d`: {"/a b/c", "", "d"},
		`"a\\"b"`:       {`a"b`},
		`/a\sb`:         {"/a", "b"},
		`"never ends`:   {"never ends"},
		"\tenv\tX=1\tp": {"env", "X=1", "p"},
	} {
		if diff := cmp.Diff(want, split(in)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", in, diff)
		}
	}
}

func TestUnpackedFolder(t *testing.T) {
	for in, want := range map[string]string{
		"opt/Signal/a/b": "opt/Signal", "opt/x": "", "home/ann/.local/opt/T/x": "home/ann/.local/opt/T",
		"home/ann/.local/bin/x": "", "home/ann/opt/T/x": "home/ann/opt/T", "root/Applications/T/x": "root/Applications/T",
		"home/ann/x": "", "usr/local/lib/T/x": "usr/local/lib/T", "usr/local/bin/x": "", "opt/T/x.AppImage": "", "x": "", "home/ann": "",
	} {
		if got := unpackedFolder(in); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func FuzzExec(f *testing.F) {
	f.Add(`env X=1 "/opt/a \\"b" %u`)
	f.Fuzz(func(t *testing.T, in string) {
		if len(split(in)) > 64 {
			t.Error("too many words")
		}
	})
}
