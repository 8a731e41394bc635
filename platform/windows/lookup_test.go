package windows

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/hosttest"
	"github.com/chatvet/chatvet/platform/windows/winreg"
	"github.com/chatvet/chatvet/platform/windows/winreg/hivetest"
	"github.com/chatvet/chatvet/signatures"
)

// wanted is a synthetic list about a made-up client.
func wanted() *signatures.List {
	is := func(k signatures.Kind, v string) signatures.Indicator { return signatures.Indicator{Kind: k, Value: v} }
	filter := is(signatures.FileName, "Filter.exe")
	return signatures.NewList("2026.01.01.1", "2026-01-01", []*signatures.Family{{
		ID: "synthetic-edition", Kind: signatures.Regional,
		Rules: []signatures.Rule{{Name: "left over", When: signatures.Condition{Indicator: &filter}, Hints: []signatures.Indicator{is(signatures.SiblingName, "words.txt")}}},
	}}, []*signatures.Client{{ID: "example", Name: "Example Chat", Claims: []signatures.Indicator{
		is(signatures.UninstallName, "Example Chat*"), is(signatures.ProductCode, "{11111111-2222-3333-4444-555555555555}"),
		is(signatures.FileName, "ExampleChat.exe"), is(signatures.DisplayName, "Example Chat"),
		is(signatures.AppXFamily, "Example.Chat_"+signatures.PublisherID("CN=Example Chat Ltd")),
	}}})
}

// disk is a synthetic Windows disk whose names are spelled as Windows rarely
// asks for them.
func disk(t *testing.T, archive string) platform.Root {
	t.Helper()
	root, err := hosttest.Parse([]byte("kind: disk\nos: windows\n-- windows/system32/ --\n-- users/ann/ --\n" + archive))
	if err != nil {
		t.Fatal(err)
	}
	root.FS = platform.FoldCase(root.FS)
	return root
}

func find(t *testing.T, l Lookup, root platform.Root) *hosttest.Sink {
	t.Helper()
	if !l.Fits(root) {
		t.Fatal("the look-up does not fit")
	}
	sink := &hosttest.Sink{}
	if err := l.Find(context.Background(), root, wanted(), sink); err != nil {
		t.Fatal(err)
	}
	return sink
}

// registry is a system in memory: the machine's SOFTWARE and one person.
func registry() (*system, *winreg.Memory, *winreg.Memory) {
	machine, person := winreg.NewMemory(), winreg.NewMemory()
	return &system{drive: "C:", software: machine, users: []user{{place: "users/ann/NTUSER.DAT", home: `C:\Users\ann`, hive: person}}}, machine, person
}

func found(sink *hosttest.Sink) (candidates, gaps []string) {
	for _, c := range sink.Candidates {
		line := c.Path
		for _, f := range c.Files {
			if f.Path != c.Path {
				line += " +" + base(f.Path)
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

const onDisk = `
-- Program Files/Example Chat/ExampleChat.exe --
-- Program Files/Example Chat/uninst.exe --
-- Program Files/Example Chat/lib/core.DLL --
-- Program Files/Example Chat/readme.txt --
-- Program Files/Other/other.exe --
-- users/ann/AppData/Roaming/Signal/sql/db.sqlite --
-- windows/Installer/{0}/icon.exe --
-- ProgramData/Package Cache/{0}/setup.exe --
-- Shut/ [mode=000] --
-- Shut/Chat/ExampleChat.exe --
`

func TestUninstallKeys(t *testing.T) {
	all := []string{"Program Files/Example Chat/ExampleChat.exe +core.DLL +uninst.exe"}
	for name, c := range map[string]struct {
		user       bool
		node, code string
		values     map[string]string
		want, gaps []string
	}{
		"a folder": {code: "x", values: map[string]string{"DisplayName": "Example Chat 8", "InstallLocation": `"c:\program files\EXAMPLE CHAT\"`}, want: all},
		"the 32-bit view": {node: `WOW6432Node\`, code: "x", values: map[string]string{"DisplayName": "Example Chat",
			"InstallLocation": `%ProgramFiles%\Example Chat`}, want: all},
		"32-bit ARM":          {node: `WowAA32Node\`, code: "x", values: map[string]string{"DisplayName": "Example Chat", "DisplayIcon": `C:\Program Files\Example Chat\ExampleChat.exe,0`}, want: all},
		"a person's own":      {user: true, code: "x", values: map[string]string{"DisplayName": "Example Chat", "InstallLocation": `C:/Program Files/Example Chat`}, want: all},
		"only an uninstaller": {code: "x", values: map[string]string{"DisplayName": "Example Chat", "UninstallString": `"C:\Program Files\Example Chat\uninst.exe" /S`}, want: all},
		"by what lies there":  {code: "x", values: map[string]string{"DisplayName": "Something", "InstallLocation": `C:\Program Files\Example Chat`}, want: all},
		"another program":     {code: "x", values: map[string]string{"DisplayName": "Other", "InstallLocation": `C:\Program Files\Other`}, want: all},
		"nothing there":       {code: "x", values: map[string]string{"DisplayName": "Example Chat", "InstallLocation": `C:\None`}, want: all, gaps: []string{`missing HKEY_LOCAL_MACHINE\\SOFTWARE\\` + strings.ReplaceAll(uninstallPath, `\`, `\\`) + `\\x`}},
		"on another drive":    {code: "x", values: map[string]string{"DisplayName": "Example Chat", "InstallLocation": `D:\Chat`}, want: all, gaps: []string{`elsewhere HKEY_LOCAL_MACHINE\\SOFTWARE\\` + strings.ReplaceAll(uninstallPath, `\`, `\\`) + `\\x`}},
		"a folder of others":  {code: "x", values: map[string]string{"DisplayName": "Example Chat", "InstallLocation": `C:\Program Files`, "DisplayIcon": `C:\Program Files\Example Chat\ExampleChat.exe`}, want: all},
		"the Windows folder":  {code: "x", values: map[string]string{"DisplayName": "Example Chat", "InstallLocation": `C:\Windows`}, want: all, gaps: []string{`missing HKEY_LOCAL_MACHINE\\SOFTWARE\\` + strings.ReplaceAll(uninstallPath, `\`, `\\`) + `\\x`}},
		"a folder that may not be read": {code: "x", values: map[string]string{"DisplayName": "Example Chat", "InstallLocation": `C:\Shut\Chat`}, want: all,
			gaps: []string{`permission HKEY_LOCAL_MACHINE\\SOFTWARE\\` + strings.ReplaceAll(uninstallPath, `\`, `\\`) + `\\x`}},
		"an icon of the installer": {code: "x", values: map[string]string{"DisplayName": "Example Chat", "DisplayIcon": `C:\Windows\Installer\{0}\icon.exe`,
			"UninstallString": `"C:\ProgramData\Package Cache\{0}\setup.exe" /uninstall`}, want: all,
			gaps: []string{`missing HKEY_LOCAL_MACHINE\\SOFTWARE\\` + strings.ReplaceAll(uninstallPath, `\`, `\\`) + `\\x`}},
		"planted on chat data": {code: "x", values: map[string]string{"DisplayName": "Example Chat", "InstallLocation": `C:\Users\ann\AppData\Roaming\Signal`}, want: all, gaps: []string{"private-data users/ann/AppData/Roaming/Signal"}},
	} {
		t.Run(name, func(t *testing.T) {
			sys, key, person := registry()
			path := c.node + uninstallPath + `\` + c.code
			if c.user {
				key, path = person, `Software\`+path
			}
			entry := key.Add(path)
			for name, value := range c.values {
				entry.Set(name, value)
			}
			check(t, find(t, Lookup{sys}, disk(t, onDisk)), c.want, c.gaps)
		})
	}
}

func TestFacts(t *testing.T) {
	sys, machine, _ := registry()
	machine.Add(uninstallPath+`\{11111111-2222-3333-4444-555555555555}`).Set("DisplayName", "Example Chat 8").
		Set("Publisher", "Example Chat Ltd").Set("DisplayVersion", "8.1").Set("InstallLocation", `C:\Program Files\Example Chat`)
	sink := find(t, Lookup{sys}, disk(t, onDisk+"-- Program Files/Example Chat/words.txt --\n-- Program Files/Example Chat/ExampleChat.exe:Zone.Identifier --\n[ZoneTransfer]\nHostUrl=https://example.org/x?y\n"))
	want := []platform.Candidate{{
		Lookup: "windows-programs", Path: "Program Files/Example Chat/ExampleChat.exe", Product: "Example Chat 8", Version: "8.1", FromURL: "https://example.org/x",
		Facts: []signatures.Fact{
			{Kind: signatures.UninstallName, Value: "Example Chat 8"},
			{Kind: signatures.UninstallPublisher, Value: "Example Chat Ltd"},
			{Kind: signatures.ProductCode, Value: "{11111111-2222-3333-4444-555555555555}"},
			{Kind: signatures.SiblingName, Value: "words.txt"},
			{Kind: signatures.OriginURL, Value: "https://example.org/x"},
			{Kind: signatures.OriginHost, Value: "example.org"},
		},
		Files: []platform.CandidateFile{
			{Path: "Program Files/Example Chat/ExampleChat.exe", Program: true},
			{Path: "Program Files/Example Chat/lib/core.DLL", Program: true},
			{Path: "Program Files/Example Chat/uninst.exe", Program: true},
		},
	}}
	if diff := cmp.Diff(want, sink.Candidates); diff != "" {
		t.Error(diff)
	}
}

func TestWindowsInstaller(t *testing.T) {
	sys, machine, _ := registry()
	code := "{11111111-2222-3333-4444-555555555555}"
	machine.Add(uninstallPath+`\`+code).Set("DisplayName", "Something").Set("UninstallString", "MsiExec.exe /X"+code)
	machine.Add(installerData+`\S-1-5-18\Components\0123`).Set(packGUID(code), `C:\Opt\Chat\bin\a.dll`)
	machine.Add(installerData+`\S-1-5-18\Components\0124`).Set(packGUID(code), `C:\Opt\Chat\chat.exe`)
	machine.Add(installerData+`\S-1-5-18\Components\0125`).Set(packGUID(code), `C:\Windows\System32\x.dll`)
	machine.Add(installerData+`\S-1-5-18\Components\0126`).Set("FFFF", `C:\a.dll`)
	root := disk(t, "-- Opt/Chat/chat.exe --\n-- Opt/Chat/bin/a.dll --\n-- windows/System32/x.dll --\n-- a.dll --\n")
	check(t, find(t, Lookup{sys}, root), []string{"Opt/Chat/chat.exe +a.dll"}, nil)

	for code, want := range map[string]string{
		"{FC965A47-4839-40CA-B618-18F486F042C6}": "74A569CF9384AC046B81814F680F246C",
		"{FC965A47-4839-40CA-B618-18F486F042Cx}": "", "Skype_is1": "", "": "",
	} {
		if got := packGUID(code); got != want {
			t.Errorf("%s: %s, want %s", code, got, want)
		}
	}
}

func TestSquirrel(t *testing.T) {
	const files = `
-- users/ann/AppData/Local/Chat/Update.exe --
-- users/ann/AppData/Local/Chat/app-1.9.0/ExampleChat.exe --
-- users/ann/AppData/Local/Chat/app-1.9.0/core.dll --
-- users/ann/AppData/Local/Chat/app-1.10.0/ExampleChat.exe --
-- users/ann/AppData/Local/Other/Update.exe --
-- users/ann/AppData/Local/Other/app-1.0/Other.exe --
-- users/ann/AppData/Local/Packages/x/app-1.0/ExampleChat.exe --
-- users/ann/AppData/Local/Programs/Ex/ExampleChat.exe --
-- users/bob/ [mode=000] --
`
	root := disk(t, files)
	all := []string{
		"users/ann/AppData/Local/Chat/app-1.10.0/ExampleChat.exe +Update.exe",
		"users/ann/AppData/Local/Chat/app-1.9.0/ExampleChat.exe +core.dll",
		"users/ann/AppData/Local/Programs/Ex/ExampleChat.exe",
	}
	sys, _, person := registry()
	person.Add(`Software\`+uninstallPath+`\Chat`).Set("DisplayName", "Example Chat").Set("InstallLocation", `C:\Users\ann\AppData\Local\Chat`)
	sink := find(t, Lookup{sys}, root)
	got, gaps := found(sink)
	for i := range got {
		got[i] = strings.Replace(got[i], "Users/", "users/", 1) // as the disk or as Windows spells it
	}
	if diff := cmp.Diff(all, got); diff != "" {
		t.Error(diff)
	}
	if !slices.ContainsFunc(gaps, func(g string) bool { return strings.HasPrefix(g, "permission Users/bob/AppData/Local") }) {
		t.Errorf("nothing says that bob's programs cannot be read: %v", gaps)
	}
	for _, c := range sink.Candidates {
		named := slices.ContainsFunc(c.Facts, func(f signatures.Fact) bool { return f.Kind == signatures.UninstallName })
		if named != strings.Contains(c.Path, "1.10.0") {
			t.Errorf("%s: the record of the newest version is about it: %v", c.Path, named)
		}
	}
}

// TestAnUpdaterBelongsToOneBuild: a record of an older version, the look through
// AppData and a running program lead to the same folder, whose updater is in it
// once.
func TestAnUpdaterBelongsToOneBuild(t *testing.T) {
	root := disk(t, `
-- users/ann/AppData/Local/Chat/Update.exe --
-- users/ann/AppData/Local/Chat/ExampleChat.exe --
-- users/ann/AppData/Local/Chat/app-1.9.0/ExampleChat.exe --
-- users/ann/AppData/Local/Chat/app-1.10.0/ExampleChat.exe --
`)
	want := []string{
		"users/ann/AppData/Local/Chat/app-1.10.0/ExampleChat.exe",
		"users/ann/AppData/Local/Chat/app-1.9.0/ExampleChat.exe +ExampleChat.exe +Update.exe",
	}
	sys, _, person := registry()
	person.Add(`Software\`+uninstallPath+`\Chat`).Set("DisplayName", "Example Chat").Set("DisplayVersion", "1.9.0").Set("InstallLocation", `C:\Users\ann\AppData\Local\Chat`)
	sys.running = []string{`C:\Users\ann\AppData\Local\Chat\ExampleChat.exe`}
	got, _ := found(find(t, Lookup{sys}, root))
	for i := range got {
		got[i] = strings.Replace(got[i], "Users/", "users/", 1)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

const manifestText = `<?xml version="1.0"?><Package xmlns="http://schemas.microsoft.com/appx/manifest/foundation/windows10">
<Identity Name="Example.Chat" Publisher="CN=Example Chat Ltd" Version="1.2.3.4" ProcessorArchitecture="arm64"/>
<Properties><DisplayName>Example Chat</DisplayName></Properties></Package>`

func TestPackages(t *testing.T) {
	full := "Example.Chat_1.2.3.4_arm64__" + signatures.PublisherID("CN=Example Chat Ltd")
	folder := "Program Files/WindowsApps/" + full
	files := "-- " + folder + "/AppxManifest.xml --\n" + manifestText + "\n-- " + folder + "/app/chat.exe --\n" +
		"-- Program Files/WindowsApps/Other.App_1.0.0.0_x64__8wekyb3d8bbwe/other.exe --\n"
	want := platform.Candidate{
		Lookup: "windows-programs", Path: folder, Format: signatures.MSIX, Product: "Example Chat", Version: "1.2.3.4", Arch: "arm64", Channel: "appx",
		Facts: []signatures.Fact{
			{Kind: signatures.AppXFamily, Value: "Example.Chat_" + signatures.PublisherID("CN=Example Chat Ltd")},
			{Kind: signatures.DisplayName, Value: "Example Chat"},
		},
		Files: []platform.CandidateFile{{Path: folder + "/app/chat.exe", Program: true}},
	}
	t.Run("in the folder", func(t *testing.T) {
		sys, _, _ := registry()
		if diff := cmp.Diff([]platform.Candidate{want}, find(t, Lookup{sys}, disk(t, files)).Candidates); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("by a person's registry, in a folder that cannot be listed", func(t *testing.T) {
		sys, _, _ := registry()
		classes := winreg.NewMemory()
		classes.Add(ownPackages+`\`+full).Set("PackageRootFolder", `C:\Program Files\WindowsApps\`+full).Set("DisplayName", "@{ms-resource}")
		sys.users[0].classes = classes
		sink := find(t, Lookup{sys}, disk(t, "-- Program Files/WindowsApps/ [mode=111] --\n"+files))
		if diff := cmp.Diff([]platform.Candidate{want}, sink.Candidates); diff != "" {
			t.Error(diff)
		}
		if _, gaps := found(sink); !slices.Contains(gaps, "permission Program Files/WindowsApps") {
			t.Errorf("gaps %v", gaps)
		}
	})
	t.Run("that cannot be read at all", func(t *testing.T) {
		sys, machine, _ := registry()
		machine.Add(allUserPackages+`\`+full).Set("Path", `C:\Program Files\WindowsApps\`+full+`\AppxManifest.xml`)
		sink := find(t, Lookup{sys}, disk(t, "-- "+folder+"/ [mode=000] --\n"))
		if len(sink.Candidates) != 1 || sink.Candidates[0].Format != signatures.MSIX || sink.Candidates[0].Files[0].Path != folder+"/AppxManifest.xml" {
			t.Errorf("%+v", sink.Candidates)
		}
	})
	t.Run("planted on chat data", func(t *testing.T) {
		sys, machine, _ := registry()
		machine.Add(allUserPackages+`\`+full).Set("Path", `C:\Users\ann\AppData\Local\Packages\x\AppxManifest.xml`)
		root := disk(t, "-- users/ann/AppData/Local/Packages/x/AppxManifest.xml --\n"+manifestText+"\n")
		root.FS = platform.Observe(root.FS, func(op, name string) {
			if op == "read" && platform.Private(name) {
				t.Errorf("read %s", name)
			}
		})
		check(t, find(t, Lookup{sys}, root), nil, []string{"private-data Example.Chat_" + signatures.PublisherID("CN=Example Chat Ltd")})
	})
	t.Run("a record that outlived its package", func(t *testing.T) {
		sys, machine, _ := registry()
		machine.Add(allUserPackages+`\`+full).Set("Path", `C:\Program Files\WindowsApps\`+full+`\AppxManifest.xml`)
		check(t, find(t, Lookup{sys}, disk(t, "")), nil, nil)
	})
}

// The publisher id of Microsoft's own packages is published in its pages on
// package identity.
func TestPublisherID(t *testing.T) {
	microsoft := "CN=Microsoft Corporation, O=Microsoft Corporation, L=Redmond, S=Washington, C=US"
	if got := signatures.PublisherID(microsoft); got != "8wekyb3d8bbwe" {
		t.Errorf("%s", got)
	}
}

// link makes a .lnk with a LinkInfo, as [MS-SHLLINK] section 2.3 lays it out.
func link(target string, flags uint32) []byte {
	le := binary.LittleEndian
	out := make([]byte, linkHeader)
	le.PutUint32(out, linkHeader)
	copy(out[4:], []byte{0x01, 0x14, 0x02, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46})
	le.PutUint32(out[20:], flags|hasLinkInfo)
	if flags&hasIDList != 0 {
		out = append(out, 4, 0, 'x', 'x', 0, 0)
	}
	info := make([]byte, 0x24)
	path := append([]byte(target), 0)
	le.PutUint32(info, uint32(len(info)+len(path)+1))
	le.PutUint32(info[4:], 0x1c)
	le.PutUint32(info[8:], localBasePath)
	le.PutUint32(info[16:], 0x24)
	le.PutUint32(info[24:], uint32(0x24+len(path)))
	return append(append(append(out, info...), path...), 0)
}

func TestLinksAndRunningPrograms(t *testing.T) {
	sys, machine, _ := registry()
	machine.Add(appPathsPath+`\ExampleChat.exe`).Set("", `"C:\Tools\Named\ExampleChat.exe"`)
	machine.Add(appPathsPath+`\gone.exe`).Set("", `C:\Tools\Gone\ExampleChat.exe`)
	sys.running = []string{`C:\Tools\Running\ExampleChat.exe`, `C:\Windows\explorer.exe`, `E:\ExampleChat.exe`}
	root := disk(t, `
-- Tools/Named/ExampleChat.exe --
-- Tools/Running/ExampleChat.exe --
-- Tools/Linked/exchat.exe --
-- users/ann/Desktop/broken.lnk --
-- users/ann/Desktop/ExampleChat.exe --
-- users/ann/Desktop/Bystander.exe --
`)
	menu := "ProgramData/Microsoft/Windows/Start Menu/Programs/"
	inner := hosttest.NewFS()
	copyInto(t, inner, root.FS, ".")
	for name, data := range map[string][]byte{
		menu + "Example Chat.LNK": link(`C:\Tools\Linked\exchat.exe`, hasIDList),
		menu + "Other.lnk":        link(`C:\Tools\Other\other.exe`, 0),
		"users/ann/Desktop/x.lnk": link(`C:\Users\ann\Desktop\ExampleChat.exe`, 0),
	} {
		if err := inner.Add(name, 0o644, data); err != nil {
			t.Fatal(err)
		}
	}
	root.FS = platform.FoldCase(inner)
	check(t, find(t, Lookup{sys}, root), []string{
		"Tools/Linked/exchat.exe", "Tools/Named/ExampleChat.exe", "Tools/Running/ExampleChat.exe",
		"users/ann/Desktop/ExampleChat.exe", // and not what else lies on the desktop
	}, []string{`corrupt Users/ann/Desktop/broken.lnk`, `elsewhere E:\\ExampleChat.exe`})
}

func copyInto(t *testing.T, to *hosttest.FS, from platform.FS, folder string) {
	t.Helper()
	entries, err := from.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name := join(folder, e.Name()); e.IsDir() {
			copyInto(t, to, from, name)
		} else if err := to.Add(name, 0o644, nil); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLeftOvers(t *testing.T) {
	sys, _, _ := registry()
	root := disk(t, `
-- Program Files (x86)/Old Chat/Filter.exe --
-- Program Files (x86)/Old Chat/helper.dll --
-- Program Files (x86)/Old Chat/words.txt --
-- Program Files (x86)/Other/other.exe --
-- ProgramData/Filter.exe --
-- ProgramData/other.exe --
-- users/ann/AppData/Roaming/Chat/Filter.exe --
-- users/ann/AppData/Roaming/Signal/Filter.exe --
-- users/ann/AppData/Local/Temp/Filter.exe --
`)
	check(t, find(t, Lookup{sys}, root), []string{
		"Program Files (x86)/Old Chat/Filter.exe +helper.dll", "ProgramData/Filter.exe", "Users/ann/AppData/Roaming/Chat/Filter.exe",
	}, nil)
}

// TestDisk reads real hives of a disk.
func TestDisk(t *testing.T) {
	machine, person, classes := &hivetest.Key{}, &hivetest.Key{}, &hivetest.Key{}
	add := func(k *hivetest.Key, path, name, folder string) {
		k.Add(strings.Split(path, `\`)...).Set("DisplayName", hivetest.Text(name)).Set("InstallLocation", hivetest.Text(folder))
	}
	machine.Add("Microsoft", "Windows NT", "CurrentVersion").Set("SystemRoot", hivetest.Text(`E:\Windows`))
	add(machine, uninstallPath+`\a`, "Example Chat", `E:\A`)
	add(machine, `WOW6432Node\`+uninstallPath+`\b`, "Example Chat", `E:\B`)
	add(person, `Software\`+uninstallPath+`\c`, "Example Chat", `%LOCALAPPDATA%\C`)
	full := "Example.Chat_1.2.3.4_x64__" + signatures.PublisherID("CN=Example Chat Ltd")
	classes.Add(strings.Split(ownPackages+`\`+full, `\`)...).Set("PackageRootFolder", hivetest.Text(`E:\Apps\`+full))
	fsys := hosttest.NewFS()
	for name, data := range map[string][]byte{
		"WINDOWS/system32/config/software": machine.Bytes(), "Users/ann/ntuser.dat": person.Bytes(), "Users/ann/" + classesHive: classes.Bytes(),
		"A/x.exe": nil, "B/x.exe": nil, "Users/ann/AppData/Local/C/x.exe": nil,
		"Apps/" + full + "/AppxManifest.xml": []byte(manifestText), "Apps/" + full + "/x.exe": nil,
		"Users/bob/NTUSER.DAT": []byte("not a hive"),
	} {
		if err := fsys.Add(name, 0o644, data); err != nil {
			t.Fatal(err)
		}
	}
	root := platform.Root{Kind: platform.Disk, OS: "windows", FS: platform.FoldCase(fsys)}
	check(t, find(t, Lookup{}, root), []string{"A/x.exe", "Apps/" + full + " +x.exe", "B/x.exe", "Users/ann/AppData/Local/C/x.exe"},
		[]string{"corrupt Users/bob/NTUSER.DAT"})
}

func TestDiskWithoutRegistry(t *testing.T) {
	check(t, find(t, Lookup{}, disk(t, onDisk)), []string{"Program Files/Example Chat/ExampleChat.exe +core.DLL +uninst.exe"},
		[]string{"missing Windows/System32/config/SOFTWARE"})
}

func TestStopped(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	sys, _, _ := registry()
	if err := (Lookup{sys}).Find(ctx, disk(t, onDisk), wanted(), &hosttest.Sink{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestPlace(t *testing.T) {
	fromDisk := &search{root: platform.Root{Kind: platform.Disk}, system: &system{drive: "C:"}}
	live := &search{root: platform.Root{Kind: platform.Live}, system: &system{drive: "C:"}}
	for raw, want := range map[string][2]string{
		`C:\a\b`:                    {"a/b", "C:/a/b"},
		` "c:\a\\b\" `:              {"a/b", "C:/a/b"},
		`C:\..\..\a`:                {"a", "C:/a"},
		`C:\`:                       {".", "C:"},
		`D:\a`:                      {"", "D:/a"},
		`\\?\C:\a`:                  {"a", "C:/a"},
		`\??\C:\a`:                  {"a", "C:/a"},
		`\\server\share\a`:          {},
		`\\?\UNC\server\a`:          {},
		`a.exe`:                     {},
		`C:a.exe`:                   {},
		"C:\\a\x00b":                {},
		``:                          {},
		`%windir%\x`:                {"Windows/x", "C:/Windows/x"},
		`%APPDATA%\x%y%`:            {"Users/ann/AppData/Roaming/x%y%", "C:/Users/ann/AppData/Roaming/x%y%"},
		`%%ProgramFiles(x86)%\100%`: {},
	} {
		for i, s := range []*search{fromDisk, live} {
			got, err := s.place(raw, `C:\Users\ann`)
			if got != want[i] || (err == nil) != (want[i] != "") {
				t.Errorf("%q: %q, %v; want %q", raw, got, err, want[i])
			}
		}
	}
	for command, want := range map[string]string{
		`"C:\a b\u.exe" /S`: `C:\a b\u.exe`, `C:\a b\u.EXE /S`: `C:\a b\u.EXE`, `C:\x.ico,-1`: `C:\x.ico`, `C:\a,b`: `C:\a,b`,
		`C:\x.exe,0`: `C:\x.exe`, ``: ``, `"C:\open`: `C:\open`,
	} {
		if got := programOf(command); got != want {
			t.Errorf("%q: %q, want %q", command, got, want)
		}
	}
}
