package platform_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/android"
	"github.com/chatvet/chatvet/platform/androidqf"
	"github.com/chatvet/chatvet/platform/darwin"
	"github.com/chatvet/chatvet/platform/folder"
	"github.com/chatvet/chatvet/platform/hosttest"
	"github.com/chatvet/chatvet/platform/ios"
	"github.com/chatvet/chatvet/platform/linux/desktop"
	"github.com/chatvet/chatvet/platform/linux/dpkg"
	"github.com/chatvet/chatvet/platform/linux/flatpak"
	"github.com/chatvet/chatvet/platform/linux/pacman"
	"github.com/chatvet/chatvet/platform/linux/process"
	"github.com/chatvet/chatvet/platform/linux/rpm"
	"github.com/chatvet/chatvet/platform/linux/snap"
	"github.com/chatvet/chatvet/platform/plugins"
	"github.com/chatvet/chatvet/platform/windows"
	"github.com/chatvet/chatvet/signatures"
)

var update = flag.Bool("update", false, "write docs/what-is-read.md")

func lookups() []platform.Lookup {
	return []platform.Lookup{dpkg.Lookup{}, flatpak.Lookup{}, snap.Lookup{}, rpm.Lookup{}, pacman.Lookup{}, desktop.Lookup{}, plugins.Lookup{}, process.Lookup{}, windows.Lookup{}, darwin.Lookup{}, android.Lookup{}, androidqf.Lookup{}, ios.Lookup{}, folder.Downloads{}, folder.Paths{}}
}

func TestMatchReads(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"a/b", "a/b", true},
		{"a/b", "a/b/c", false},
		{"a/*.list", "a/x.list", true},
		{"a/*.list", "a/b/x.list", false},
		{"a/**", "a/b/c", true},
		{"a/**", "a", true},
		{"a/**/z", "a/b/c/z", true},
		{"a/**/z", "a/z", true},
		{"a/**/z", "a/b", false},
		{"home/*/[^.]*/**", "home/ann/.purple/x", false},
		{"home/*/[^.]*/**", "home/ann/Stažené/x", true},
		{"**", "anything/at/all", true},
		{"[", "[", false},
	} {
		if got := platform.MatchReads(c.pattern, c.name); got != c.want {
			t.Errorf("%s on %s: %v, want %v", c.pattern, c.name, got, c.want)
		}
	}
}

// chatData are folders that hold conversations, keys and contacts, with a file
// that really lies in them. Each fake machine gets all of them for everybody.
var chatData = []struct{ folder, file string }{
	{".purple", "accounts.xml"},
	{".purple", "logs/irc/ann/x.txt"},
	{".local/share/TelegramDesktop", "tdata/key_datas"},
	{".config/Signal", "config.json"},
	{".config/Signal", "sql/db.sqlite"},
	{".config/Element", "Local Storage/leveldb/000003.log"},
	{".config/discord", "Cookies"},
	{".config/skypeforlinux", "databases/Databases.db"},
	{".local/share/gajim", "logs.db"},
	{".local/share/dino", "dino.db"},
	{".local/share/nheko", "nheko.db"},
	{".local/share/psi", "profiles/default/history/x.history"},
	{".local/share/linphone", "linphone.db"},
	{".config/tox", "ann.tox"},
	{".config/hexchat", "logs/x.log"},
	{".weechat", "logs/x.weechatlog"},
	{".irssi", "config"},
	{".ViberPC", "123/viber.db"},
	{".thunderbird", "x.default/chat.sqlite"},
	{".var/app/org.signal.Signal", "config/Signal/sql/db.sqlite"},
	{".mozilla", "firefox/x.default/cookies.sqlite"},
	{".gnupg", "private-keys-v1.d/x.key"},
	{"Downloads/tdata", "key_datas"},
	{"Downloads/WhatsApp/Databases", "msgstore.db.crypt14"},
}

// windowsData is the same for people on Windows. Where a program lies beside its
// data, a name that is looked for lies among them.
var windowsData = []struct{ folder, file string }{
	{"AppData/Roaming/Signal", "sql/db.sqlite"},
	{"AppData/Roaming/Signal", "ContentFilter.exe"},
	{"AppData/Roaming/Skype", "ann/main.db"},
	{"AppData/Roaming/Telegram Desktop/tdata", "key_datas"},
	{"AppData/Local/Packages", "5319275A.WhatsAppDesktop_cv1g1gvanyjgm/LocalState/x.db"},
	{"AppData/Roaming/.purple", "accounts.xml"},
	{"AppData/Roaming/.purple", "logs/irc/ann/x.dll"},
}

// macData is the same for people on a Mac. An application and a job lie among
// their data, to be found by whoever looks there.
var macData = []struct{ folder, file string }{
	{"Library/Application Support/Signal", "sql/db.sqlite"},
	{"Library/Application Support/Skype", "ann/main.db"},
	{"Library/Application Support/Adium 2.0", "Users/Default/Accounts.plist"},
	{"Library/Application Support/Telegram Desktop", "tdata/key_datas"},
	{"Library/Containers", "ru.keepcoder.Telegram/Data/Signal.app/Contents/Info.plist"},
	{"Library/Group Containers", "6N38VWS5BX.ru.keepcoder.Telegram/x.db"},
	{"Library/Messages", "chat.db"},
	{"Library/Mail", "V10/x.emlx"},
	{"Library/Keychains", "login.keychain-db"},
}

func TestEveryReadIsDeclared(t *testing.T) {
	for _, host := range hosttest.Names(t) {
		for _, l := range lookups() {
			root := hosttest.Load(t, host)
			people := addChatData(t, root)
			if l.Name() == "paths" {
				root.Kind, root.Paths = platform.Paths, []string{"."}
			}
			if !l.Fits(root) {
				continue
			}
			t.Run(host+"/"+l.Name(), func(t *testing.T) {
				sink := observe(t, l, root)
				if l.Name() == "paths" && people > 0 && !hasKind(sink.Gaps, platform.GapPrivate) {
					t.Error("chat data was left out, and nothing says so")
				}
			})
		}
	}
}

// addChatData gives everybody in a host's home folders chat data of all kinds.
func addChatData(t *testing.T, root platform.Root) (people int) {
	t.Helper()
	fsys := root.FS.(*hosttest.FS)
	entries, _ := fsys.ReadDir("home")
	for _, person := range entries {
		home := "home/" + person.Name()
		for _, data := range chatData {
			if info, err := fsys.Lstat(home + "/Downloads"); err == nil && !info.IsDir() && strings.HasPrefix(data.folder, "Downloads/") {
				continue // a link; what it leads to is the host's own business
			}
			name := home + "/" + data.folder + "/" + data.file
			if _, err := fsys.Lstat(name); err == nil {
				continue
			}
			if err := fsys.Add(name, 0o644, []byte("private")); err != nil {
				t.Fatal(err)
			}
		}
		people++
	}
	return people + addWindowsData(t, fsys)
}

func addWindowsData(t *testing.T, fsys *hosttest.FS) (people int) {
	t.Helper()
	entries, _ := fsys.ReadDir("Users")
	for _, person := range entries {
		for _, data := range append(slices.Clip(windowsData), macData...) {
			name := "Users/" + person.Name() + "/" + data.folder + "/" + data.file
			if _, err := fsys.Lstat(name); err == nil {
				continue
			}
			if err := fsys.Add(name, 0o644, []byte("private")); err != nil {
				t.Fatal(err)
			}
		}
		people++
	}
	return people
}

// observe runs a look-up, opens every candidate's file as the pipeline would,
// and complains about what is read.
func observe(t *testing.T, l platform.Lookup, root platform.Root) *hosttest.Sink {
	t.Helper()
	root.FS = platform.Observe(root.FS, func(op, name string) {
		switch {
		case op == "open" && !fits(l, name):
			t.Errorf("%s opens %s, which it does not declare", l.Name(), name)
		case op == "read" && private(name):
			t.Errorf("%s reads %s, which is chat data", l.Name(), name)
		}
	})
	sink := &hosttest.Sink{}
	if err := l.Find(context.Background(), root, hosttest.List(), sink); err != nil {
		t.Fatal(err)
	}
	for _, c := range sink.Candidates {
		if c.Files == nil && c.Format != signatures.App { // a bundle is its folder
			root.FS.Open(c.Path)
		}
		for _, file := range c.Files { // a package's own, wherever they lie
			if real, err := root.FS.Resolve(file.Path); err == nil && private(real) {
				t.Errorf("%s yields %s, which is chat data", l.Name(), file.Path)
			}
		}
		if r := c.Record; r != nil {
			for _, name := range slices.Concat([]string{r.Archive}, r.Releases, r.Indexes, r.Keys) {
				if name != "" { // not every record has an archive
					root.FS.Open(name)
				}
			}
		}
	}
	return sink
}

func fits(l platform.Lookup, name string) bool {
	return slices.ContainsFunc(l.Reads(), func(pattern string) bool { return platform.MatchReads(pattern, name) })
}

// private does not ask platform.Private, which is what is tested.
func private(name string) bool {
	for _, data := range slices.Concat(chatData, windowsData, macData) {
		if strings.Contains("/"+name+"/", "/"+data.folder+"/") {
			return true
		}
	}
	return false
}

func hasKind(gaps []platform.Gap, kind string) bool {
	return slices.ContainsFunc(gaps, func(g platform.Gap) bool { return g.Kind == kind })
}

// docs/what-is-read.md is made from what the look-ups declare.
func TestWhatIsReadIsDocumented(t *testing.T) {
	name := filepath.Join("..", "docs", "what-is-read.md")
	want := whatIsRead()
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("run go test ./platform -run TestWhatIsRead -update (-want +got):\n%s", diff)
	}
}

func whatIsRead() string {
	var b strings.Builder
	b.WriteString(`# What chatvet reads

A scan opens nothing but the files below, and it changes nothing. A test runs
every look-up on fake machines full of chat data and fails when another file is
opened, or when this page is not what the look-ups declare.

Patterns are relative to the machine or disk that is looked at. ` + "`*`" + ` stands for
part of one name, ` + "`**`" + ` for any number of folders.

`)
	for _, l := range lookups() {
		b.WriteString("## " + l.Name() + "\n\n" + about[l.Name()] + "\n\n")
		for _, pattern := range l.Reads() {
			b.WriteString("- `" + pattern + "`\n")
		}
		b.WriteString("\n")
	}
	b.WriteString(`## Beside the archives of Electron apps

Where one of the look-ups found such an app, these files are opened too: scripts
with which the app can start instead of its archive, the archives that its program
names, and what lies unpacked beside them. On Windows and macOS, upper and lower
case are the same here.

`)
	for _, pattern := range platform.BesideArchives() {
		b.WriteString("- `" + pattern + "`\n")
	}
	b.WriteString(`
## The packages that they found

Every file that a package manager's own record, or the signed list inside a
Store package of Windows, names for a chat client is read, to compare it with
that record. Chat data is no part of a package. Of an application on a Mac, its
folder ` + "(`NAME.app`)" + ` is the package: it is compared with the seal in it.

## What is never opened

Folders in which chat programs keep conversations, contacts, keys and sessions
are neither opened nor listed, even when somebody names them or a link leads
there. The report says which were left out. A folder counts where its path ends
in one of these, in upper or lower case:

`)
	for _, folder := range platform.PrivateFolders() {
		b.WriteString("- `" + folder + "`\n")
	}
	b.WriteString(`
Pipes, sockets and devices are never opened. Symbolic links are followed as the
machine itself would follow them, and never out of it; while a folder is walked
through they are not followed at all. Network drives and what the kernel makes
up (` + "`/proc`, `/sys`" + `) are left out, told by the type of what is mounted; a
network folder is looked at only where somebody names it.
`)
	return b.String()
}

var about = map[string]string{
	"processes": "Which known chat programs run, on a live Linux: `/proc` says which file each process\n" +
		"runs (`/proc/*/exe`, and `/proc/*/stat` to tell the threads of the kernel). A program\n" +
		"whose file was deleted is opened there too, and read where its name is a chat\n" +
		"client's. Arguments, environments and memory of processes are not read. The lists of\n" +
		"files of installed packages are read to tell programs that no package has.",
	"plugins": "Which plug-ins Pidgin loads though no package manager has them, in the folders of a\n" +
		"Linux system and in those of people, on Windows too. Of `.purple`, in which Pidgin\n" +
		"keeps conversations too, only the folder `plugins` is listed, and only the files\n" +
		"below are opened.",
	"windows-programs": "Which programs are installed on Windows, by its registry, by the packages of the\n" +
		"Store and by links to programs. Of those that may be chat clients, the program\n" +
		"files are read too, and the folders that programs are installed in are searched\n" +
		"for the names of files that the list asks for. A running Windows is asked for its\n" +
		"registry and its running programs; hives are opened only of people who are not\n" +
		"logged on. Names begin with the drive there.",
	"mac-apps": "Which applications lie in the folders of applications on a Mac, by what they say of\n" +
		"themselves in `Info.plist`, which Homebrew installed, by its records, and which start\n" +
		"by themselves, by the descriptions of jobs. Of those that may be chat clients, the\n" +
		"program files are read too. What they keep in `Library` is not. A Mac's notes on a\n" +
		"download are asked for, also where they lie beside the application (`._NAME`).",
	"dpkg": "Which packages are installed, by the records of Debian's package manager. Of\n" +
		"packages that are known chat clients, the package's own files are read too. The\n" +
		"archives and signed indexes that apt kept are opened only to prove what those\n" +
		"files should be.",
	"flatpak": "Which apps flatpak installed, for everybody and for each person, by its own\n" +
		"records. Of apps that are known chat clients, the program files are read too; what\n" +
		"they keep below `.var/app` is not.",
	"snap": "Which apps snapd installed, by the names of their images, and who published them,\n" +
		"by the store's own statements. Of apps that are known chat clients, the image and\n" +
		"the program files in it are read too. The file in which snapd keeps what logs\n" +
		"people in to the store is not.",
	"desktop": "Which programs on Linux are started by desktop entries or lie unpacked in `/opt`,\n" +
		"`/usr/local` and people's own program folders, though no package manager has them.\n" +
		"Of those that may be chat clients, the program files are read too. The lists of\n" +
		"files of installed packages are read to tell those that do have them. Entries that\n" +
		"start with a session, and small scripts in `/usr/local/bin` and in people's own\n" +
		"folders of that kind, are read where they may start a client that was found.",
	"rpm": "Which packages are installed, by the database of rpm, which is read as a file. Of\n" +
		"packages that are known chat clients, the package's own files are read too.",
	"pacman": "Which packages are installed, by pacman's records. Of packages that are known chat\n" +
		"clients, the package's own files are read too.",
	"androidqf": "Apps in what AndroidQF or MVT copied of an Android phone, only where it is named\n" +
		"(`--androidqf`). Messages, logs and backups that lie beside are not opened.",
	"ios-backup": "Apps in a backup of an iPhone or iPad, only where it is named (`--backup`). Of the\n" +
		"files in folders, only the configuration profiles that `Manifest.db` names are\n" +
		"opened: no messages, no photos, no data of apps.",
	"phone": "Apps on a phone that is on a cable, by what its package manager lists for each user\n" +
		"and profile. Only the APKs of those that may be chat clients are pulled, into memory,\n" +
		"and only files that end in `.apk` are ever opened on a phone. `my_*` are folders of\n" +
		"phones by OPPO, OnePlus and realme.",
	"downloads": "Files in the download folder of everybody who has a home on the machine. The\n" +
		"patterns with `[^.]*` stand for one folder: the one that `user-dirs.dirs` names as\n" +
		"the download folder, in whatever language. Hidden folders are never meant.",
	"paths": "What somebody named on the command line, and all that lies in it, except for the\n" +
		"folders at the end of this page. Beside a single file, the names in its folder are\n" +
		"read, not the files.",
}
