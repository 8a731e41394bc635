package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/platform/windows/winreg/hivetest"
	"github.com/chatvet/chatvet/signatures"
)

// windowsMachine is a Wine prefix with synthetic programs installed in it.
type windowsMachine struct {
	t                  *testing.T
	dir, drive, person string // folders of the host
	env                []string
}

// TestWine installs programs for real, scans them with chatvet.exe under Wine
// and the same disk from Linux, and wants the same of both.
func TestWine(t *testing.T) {
	m := newWindowsMachine(t)
	m.installAll()
	exe := filepath.Join(m.dir, "chatvet.exe")
	m.build(exe, "windows")
	// Exit code 1: there is something to warn of.
	live := m.result(m.command(exe, "scan", "--json"))

	want := []string{
		"Program Files (x86)/Old/ContentFilter.exe regional tom-skype",
		"Program Files (x86)/Pidgin/pidgin.exe unverified ",
		"Program Files/Messages/messages.exe unverified ",
		"Program Files/Skype/Phone/Skype.exe regional tom-skype",
		"Tools/Messenger/Viber.exe unverified ",
		"users/ann/AppData/Local/Discord/app-1.0.10/Discord.exe unverified ",
		"users/ann/AppData/Local/Discord/app-1.0.9/Discord.exe unverified ",
		"users/ann/Downloads/Tom-SkypeSetup.exe regional tom-skype",
	}
	if diff := cmp.Diff(want, findings(live)); diff != "" {
		t.Errorf("found by chatvet.exe (-want +got):\n%s", diff)
	}
	checkRecords(t, live)
	checkSystemWasAsked(t, live)
	m.writeHives()
	linux := filepath.Join(m.dir, "chatvet")
	m.build(linux, "linux")
	disk := m.result(exec.Command(linux, "scan", "--root", m.drive, "--json"))
	if diff := cmp.Diff(facts(live), facts(disk)); diff != "" {
		t.Errorf("found by chatvet.exe and from Linux differ (-live +disk):\n%s", diff)
	}
}

// checkRecords wants each installation to be known by its own record: of the two
// views of the machine's registry, of Windows Installer, and of a person.
func checkRecords(t *testing.T, res judge.Result) {
	t.Helper()
	records := map[string]string{}
	for _, b := range res.Builds {
		for _, f := range b.Facts {
			if f.Kind == signatures.UninstallName {
				records[onDrive(b.Path)] = f.Value
			}
		}
	}
	want := map[string]string{
		"Program Files/Skype/Phone/Skype.exe": "Skype", "Program Files (x86)/Pidgin/pidgin.exe": "Pidgin",
		"Program Files/Messages/messages.exe": "Signal 7.1.0", "users/ann/AppData/Local/Discord/app-1.0.10/Discord.exe": "Discord",
	}
	if diff := cmp.Diff(want, records); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

// checkSystemWasAsked wants the system's own opinion of each program beside
// chatvet's. All of them are unsigned, and the two agree.
func checkSystemWasAsked(t *testing.T, res judge.Result) {
	t.Helper()
	for _, b := range res.Builds {
		asked := slices.ContainsFunc(b.Signatures, func(s inventory.Signature) bool {
			return s.By == inventory.BySystem && s.Integrity == inventory.Unsigned && len(s.Problems) == 0
		})
		if !asked {
			t.Errorf("%s: Windows was not asked: %+v", b.Path, b.Signatures)
		}
	}
}

func newWindowsMachine(t *testing.T) *windowsMachine {
	t.Helper()
	if testing.Short() {
		t.Skip("a minute's work")
	}
	for _, tool := range []string{"wine", "wineserver", "x86_64-w64-mingw32-gcc", "makensis", "wixl", "hivexregedit"} {
		if _, err := exec.LookPath(tool); err != nil {
			const why = " is not installed; .ci/wine installs what this needs"
			if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
				t.Fatal(tool + why)
			}
			t.Skip(tool + why)
		}
	}
	dir := t.TempDir()
	m := &windowsMachine{t: t, dir: dir, drive: filepath.Join(dir, "prefix", "drive_c")}
	m.person = filepath.Join(m.drive, "users", "ann")
	// Wine links a person's folders to HOME, which must hold nothing.
	home := filepath.Join(dir, "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	m.env = append(os.Environ(), "WINEPREFIX="+filepath.Join(dir, "prefix"), "WINEDEBUG=-all", "DISPLAY=", "HOME="+home,
		"USER=ann", "LOGNAME=ann", "WINEARCH=win64", "WINEDLLOVERRIDES=mscoree,mshtml,winemenubuilder.exe=", "LANG=C.UTF-8")
	t.Cleanup(func() {
		stop := exec.Command("wineserver", "-k")
		stop.Env = m.env
		_ = stop.Run() // it may have stopped by itself
	})
	m.run("wineboot", "-i")
	shim := exec.Command("x86_64-w64-mingw32-gcc", "-shared", "-o", filepath.Join(m.drive, "windows", "system32", "bcryptprimitives.dll"),
		filepath.Join(wineData, "bcryptprimitives.c"), "-ladvapi32")
	if out, err := shim.CombinedOutput(); err != nil {
		t.Fatalf("building the shim: %v\n%s", err, out)
	}
	return m
}

const wineData = "../../../testdata/wine"

func (m *windowsMachine) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command("wine", append([]string{program}, args...)...)
	cmd.Env, cmd.Dir = m.env, m.dir
	return cmd
}

// run runs a Windows program and waits until all that it started has ended.
func (m *windowsMachine) run(program string, args ...string) {
	m.t.Helper()
	if out, err := m.command(program, args...).CombinedOutput(); err != nil {
		m.t.Fatalf("%s %v: %v\n%s", program, args, err, out)
	}
	wait := exec.Command("wineserver", "-w")
	wait.Env = m.env
	if err := wait.Run(); err != nil {
		m.t.Fatal(err)
	}
}

func (m *windowsMachine) build(to, system string) {
	m.t.Helper()
	cmd := exec.Command("go", "build", "-o", to, "github.com/chatvet/chatvet/cmd/chatvet")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system)
	if out, err := cmd.CombinedOutput(); err != nil {
		m.t.Fatalf("building for %s: %v\n%s", system, err, out)
	}
}

func (m *windowsMachine) write(name string, data []byte) {
	m.t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		m.t.Fatal(err)
	}
}

// synthetic is a program that says in its version resource what it is.
func synthetic(product, company, version string, strings ...string) []byte {
	number, err := fixture.FourParts(version)
	if err != nil {
		panic(err) // the versions stand in this file
	}
	return fixture.PE{
		Version:     map[string]string{"ProductName": product, "CompanyName": company, "FileVersion": version},
		FileVersion: number, ProductVersion: number, WideStrings: strings,
	}.Bytes()
}

// installAll installs with each kind of installer, and puts a portable copy, a
// per-user installation, a download and what was left over beside them.
func (m *windowsMachine) installAll() {
	m.t.Helper()
	skype := synthetic("Skype", "Skype Technologies S.A.", "5.1.4.10", "http://skypetools.tom.com/agent/keyfile_u", "TOM-Skype")
	filter := fixture.PE{Version: map[string]string{"FileDescription": "Tom Word Review"},
		Strings: []string{"Tom Word Review", "http://skypetools.tom.com/agent/skypever.php?md5=nofile"}}.Bytes()
	discord := synthetic("Discord", "Synthetic", "1.0.10.0")
	for name, data := range map[string][]byte{
		"Skype.exe": skype, "ContentFilter.exe": filter, "Viber.exe": synthetic("Viber", "Synthetic", "1.2.3.4"),
		"pidgin.exe": synthetic("Pidgin", "Synthetic", "2.14.12"), "messages.exe": synthetic("Signal", "Synthetic", "7.1.0"),
	} {
		m.write(filepath.Join(m.dir, name), data)
	}
	m.write(filepath.Join(m.drive, "Program Files (x86)", "Old", "ContentFilter.exe"), filter)
	// Wine made it a link that leads out of the disk.
	if err := os.RemoveAll(filepath.Join(m.person, "Downloads")); err != nil {
		m.t.Fatal(err)
	}
	m.write(filepath.Join(m.person, "Downloads", "Tom-SkypeSetup.exe"), skype)
	local := filepath.Join(m.person, "AppData", "Local", "Discord")
	m.write(filepath.Join(local, "Update.exe"), synthetic("Squirrel", "Synthetic", "1.0"))
	m.write(filepath.Join(local, "app-1.0.9", "Discord.exe"), synthetic("Discord", "Synthetic", "1.0.9.0"))
	m.write(filepath.Join(local, "app-1.0.10", "Discord.exe"), discord)

	for _, script := range []string{"machine", "older"} {
		m.tool("makensis", "-V2", "-NOCD", m.copied(script+".nsi"))
		m.run(script+".exe", "/S")
	}
	m.tool("wixl", "-a", "x64", "-o", "package.msi", m.copied("package.wxs"))
	m.run("msiexec", "/i", "package.msi", "/qn")
	const key = `HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\Discord`
	for name, value := range map[string]string{
		"DisplayName": "Discord", "DisplayVersion": "1.0.10", "InstallLocation": `C:\users\ann\AppData\Local\Discord`,
	} {
		m.run("reg", "add", key, "/v", name, "/d", value, "/f")
	}
}

func (m *windowsMachine) copied(name string) string {
	m.t.Helper()
	data, err := os.ReadFile(filepath.Join(wineData, name))
	if err != nil {
		m.t.Fatal(err)
	}
	m.write(filepath.Join(m.dir, name), data)
	return name
}

func (m *windowsMachine) tool(name string, args ...string) {
	m.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = m.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		m.t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// result runs a scan. Exit code 1 says that there is something to warn of.
func (m *windowsMachine) result(cmd *exec.Cmd) (res judge.Result) {
	m.t.Helper()
	var errors strings.Builder
	cmd.Stderr = &errors
	out, err := cmd.Output()
	if err != nil && cmd.ProcessState.ExitCode() != exitFound {
		m.t.Fatalf("%v: %v\n%s", cmd.Args, err, errors.String())
	}
	if err := json.Unmarshal(out, &res); err != nil {
		m.t.Fatalf("%v: %v\n%.2000s", cmd.Args, err, out)
	}
	return res
}

// onDrive is a path without its drive and case, which Wine and Linux write
// differently.
func onDrive(path string) string {
	path = strings.TrimPrefix(path, "C:/")
	if rest, ok := strings.CutPrefix(path, "Users/"); ok {
		path = "users/" + rest
	}
	return path
}

func findings(res judge.Result) []string {
	paths := map[string]string{}
	for _, b := range res.Builds {
		paths[b.ID] = onDrive(b.Path)
	}
	var all []string
	for _, f := range res.Findings {
		all = append(all, fmt.Sprintf("%s %s %s", paths[f.Build], f.Verdict, f.Family))
	}
	slices.Sort(all)
	return all
}

// facts are what must be the same however the machine was looked at: what was
// found, where, with which verdict, and what the system says of it.
func facts(res judge.Result) []string {
	all := findings(res)
	for _, b := range res.Builds {
		all = append(all, fmt.Sprintf("build %s %s %s %s %d files", onDrive(b.Path), b.ID, b.Product, b.Version, len(b.Files)))
		for _, f := range b.Facts {
			all = append(all, fmt.Sprintf("fact %s %s=%s %s", onDrive(b.Path), f.Kind, f.Value, onDrive(f.Place)))
		}
	}
	slices.Sort(all)
	return all
}

// writeHives makes the hives that Windows would have, which Wine does not, out of
// what Wine's own registry editor exports.
func (m *windowsMachine) writeHives() {
	m.t.Helper()
	const current = `Software\Microsoft\Windows\CurrentVersion`
	m.hive(filepath.Join(m.drive, "windows", "system32", "config", "SOFTWARE"), `HKEY_LOCAL_MACHINE\SOFTWARE`,
		`HKLM\Software\Microsoft\Windows NT\CurrentVersion`, `HKLM\`+current+`\Uninstall`, `HKLM\`+current+`\App Paths`,
		`HKLM\`+current+`\Installer`, `HKLM\Software\Wow6432Node\Microsoft\Windows\CurrentVersion\Uninstall`)
	m.hive(filepath.Join(m.person, "NTUSER.DAT"), "HKEY_CURRENT_USER", `HKCU\`+current+`\Uninstall`)
}

func (m *windowsMachine) hive(to, prefix string, keys ...string) {
	m.t.Helper()
	m.write(to, (&hivetest.Key{}).Bytes())
	for i, key := range keys {
		name := fmt.Sprintf("%s-%d.reg", filepath.Base(to), i)
		m.run("reg", "export", key, name, "/y")
		exported, err := os.ReadFile(filepath.Join(m.dir, name))
		if err != nil {
			m.t.Fatal(err)
		}
		m.write(filepath.Join(m.dir, name), []byte(withParents(utf16Text(exported), prefix)))
		m.tool("hivexregedit", "--merge", "--encoding", "UTF-16LE", "--prefix", prefix, to, name)
	}
}

// withParents adds the keys above each key, without which hivexregedit makes
// none, and writes the prefix as it is asked for.
func withParents(reg, prefix string) string {
	var out strings.Builder
	made := map[string]bool{}
	for line := range strings.SplitSeq(strings.ReplaceAll(reg, "\r\n", "\n"), "\n") {
		if !strings.HasPrefix(line, "[") {
			out.WriteString(line + "\n")
			continue
		}
		key := strings.Trim(line, "[]")
		if len(key) < len(prefix) || !strings.EqualFold(key[:len(prefix)], prefix) {
			continue
		}
		at := prefix
		for part := range strings.SplitSeq(strings.Trim(key[len(prefix):], `\`), `\`) {
			at += `\` + part
			if low := strings.ToLower(at); !made[low] {
				made[low] = true
				out.WriteString("[" + at + "]\n\n")
			}
		}
		out.WriteString("[" + at + "]\n")
	}
	return out.String()
}

func utf16Text(data []byte) string {
	var units []uint16
	for i := 2; i+1 < len(data); i += 2 { // behind the byte order mark
		units = append(units, uint16(data[i])|uint16(data[i+1])<<8)
	}
	return string(utf16.Decode(units))
}
