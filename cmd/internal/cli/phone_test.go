package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/platform/android/adb/adbdtest"
	"github.com/chatvet/chatvet/signatures"
)

// syntheticPhone answers as testdata/phone says that a version of Android does.
// Its APKs are inert and signed by a test key.
func syntheticPhone(t testing.TB, version int) *adbdtest.Phone {
	t.Helper()
	a, err := txtar.ParseFile(filepath.Join("..", "..", "..", "testdata", "phone", fmt.Sprintf("android-%d.txtar", version)))
	if err != nil {
		t.Fatal(err)
	}
	answers, files := map[string]string{}, map[string][]byte{}
	for _, f := range a.Files {
		answers[f.Name] = string(f.Data)
		if id, ok := strings.CutPrefix(f.Name, "pm path --user "); ok {
			_, id, _ = strings.Cut(id, " ")
			for line := range strings.Lines(string(f.Data)) {
				path := strings.TrimSpace(strings.TrimPrefix(line, "package:"))
				files[path] = fixture.APK{Package: id, Label: "Synthetic", Version: "10.0.1"}.Bytes()
			}
		}
	}
	return &adbdtest.Phone{Model: "Synthetic", Files: files, Run: func(command string) adbdtest.Answer {
		if text, ok := answers[command]; ok {
			exit, _ := strconv.Atoi(strings.TrimSpace(answers[command+" [exit]"]))
			return adbdtest.Answer{Stdout: text, Stderr: answers[command+" [stderr]"], Exit: byte(exit)}
		}
		return adbdtest.Answer{Stderr: "Error: not recorded: " + command + "\n", Exit: 255}
	}}
}

// phoneRun is what "chatvet phone" did.
type phoneRun struct {
	code           int
	stdout, stderr string
}

// runPhone runs chatvet against a server. It does not confine itself: a test has
// more to do afterwards.
func runPhone(t testing.TB, server *adbdtest.Server, args ...string) phoneRun {
	t.Helper()
	return runPhoneAt(t.Context(), server.Environment, args...)
}

func runPhoneAt(ctx context.Context, env func(string) string, args ...string) phoneRun {
	var stdout, stderr bytes.Buffer
	p := &program{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, env: env, unconfined: true}
	code := p.run(ctx, append([]string{"phone"}, args...))
	return phoneRun{code, stdout.String(), stderr.String()}
}

func (r phoneRun) result(t testing.TB) judge.Result {
	t.Helper()
	var res judge.Result
	if err := json.Unmarshal([]byte(r.stdout), &res); err != nil {
		t.Fatalf("%v\ncode %d\n%s\n%s", err, r.code, r.stdout, r.stderr)
	}
	return res
}

func gapKinds(res judge.Result) []string {
	var kinds []string
	for _, g := range res.Gaps {
		kinds = append(kinds, g.Kind)
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// installers are who installed the apps, in words.
func installers(res judge.Result) []string {
	var all []string
	for _, b := range res.Builds {
		for _, f := range b.Facts {
			if name, _, ok := strings.Cut(f.Value, " ("); ok && f.Kind == signatures.PackageOrigin {
				all = append(all, name)
			}
		}
	}
	slices.Sort(all)
	return all
}

// TestPhone8To15 looks at phones of every version through a real adb server: the
// clients of both users are found, and the one who may not be read is a gap.
func TestPhone8To15(t *testing.T) {
	server := adbdtest.StartServer(t)
	for version := 8; version <= 15; version++ {
		t.Run(strconv.Itoa(version), func(t *testing.T) {
			serial := server.Connect(t, syntheticPhone(t, version))
			res := runPhone(t, server, "--json", "--serial", serial).result(t)
			var found []string
			for _, b := range res.Builds {
				found = append(found, fmt.Sprintf("%s %d files %d signatures", b.Client, len(b.Files), len(b.Signatures)))
			}
			slices.Sort(found)
			if diff := cmp.Diff([]string{"signal 1 files 1 signatures", "telegram 2 files 2 signatures"}, found); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]string{"user-not-read"}, gapKinds(res)); diff != "" {
				t.Errorf("%s%v", diff, res.Gaps)
			}
			for _, f := range res.Findings {
				if f.Verdict == judge.Official || f.Verdict == judge.Independent {
					t.Errorf("an app signed by a test key is %s", f.Verdict)
				}
			}
			if diff := cmp.Diff([]string{"APK file", "Google Play"}, installers(res)); diff != "" {
				t.Error(diff)
			}
			if res.Root.Kind != "phone" || res.Checked.Packages != 4 {
				t.Errorf("root %+v, checked %+v", res.Root, res.Checked)
			}
		})
	}
}

// rejecting is a phone on which an option of pm list packages is not known.
func rejecting(phone *adbdtest.Phone, options ...string) *adbdtest.Phone {
	run := phone.Run
	phone.Run = func(command string) adbdtest.Answer {
		if rest, ok := strings.CutPrefix(command, "pm list packages "); ok {
			for _, o := range options {
				if strings.Contains(rest, o+" ") {
					return adbdtest.Answer{Stdout: "Error: Unknown option: " + o + "\n", Exit: 1}
				}
			}
			_, user, _ := strings.Cut(rest, "--user ")
			return run("pm list packages -f -i -U --user " + user)
		}
		return run(command)
	}
	return phone
}

func TestPhonesWithFaults(t *testing.T) {
	server := adbdtest.StartServer(t)
	crowded := syntheticPhone(t, 14)
	run := crowded.Run
	crowded.Run = func(command string) adbdtest.Answer {
		a := run(command)
		if command == "pm list packages -f -i -U --user 0" {
			for i := range 5000 {
				a.Stdout += fmt.Sprintf("package:/data/app/x%d/base.apk=org.example.x%d  installer=null uid:%d\n", i, i, 20000+i)
			}
		}
		return a
	}
	slow := syntheticPhone(t, 14)
	slow.Piece = 500
	cut := syntheticPhone(t, 14)
	for path := range cut.Files {
		cut.Files[path] = make([]byte, 1<<20)
	}
	cut.CutAfter = 200_000
	garbage := syntheticPhone(t, 14)
	garbage.Garbage = true
	nonsense := syntheticPhone(t, 14)
	nonsense.Run = func(string) adbdtest.Answer { return adbdtest.Answer{Stdout: "\x00\xff{}\n"} }
	old := syntheticPhone(t, 8)
	old.Features = []string{"shell_v2", "cmd"}
	strangers := syntheticPhone(t, 14)
	answer := strangers.Run
	strangers.Run = func(command string) adbdtest.Answer {
		if command == "pm list packages -f -i -U --user 10" { // who installed what only the profile has
			return adbdtest.Answer{Stderr: "\nException occurred while executing 'list':\njava.lang.IllegalArgumentException: Unknown package: org.thoughtcrime.securesms\n", Exit: 255}
		}
		return answer(strings.Replace(command, "packages -f -U ", "packages -f -i -U ", 1))
	}
	for _, c := range []struct {
		name     string
		phone    *adbdtest.Phone
		clients  int
		gaps     []string
		packages int
	}{
		{"does not know -i", rejecting(syntheticPhone(t, 14), "-i"), 2, []string{"user-not-read"}, 4},
		{"does not know -i and -U", rejecting(syntheticPhone(t, 14), "-i", "-U"), 2, []string{"user-not-read"}, 4},
		{"does not know who installed an app of a profile", strangers, 2, []string{"user-not-read"}, 4},
		{"5,000 packages", crowded, 2, []string{"user-not-read"}, 5004},
		{"slow", slow, 2, []string{"user-not-read"}, 4},
		{"old ways of sync", old, 2, []string{"user-not-read"}, 4},
		{"the cable pulled", cut, 2, []string{"not-searched", "phone-lost", "user-not-read"}, 4},
		{"garbage for files", garbage, 2, []string{"not-searched", "unreadable", "user-not-read"}, 4},
		{"nonsense for answers", nonsense, 0, []string{"corrupt", "user-not-read"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			serial := server.Connect(t, c.phone)
			r := runPhone(t, server, "--json", "--serial", serial)
			if c.clients == 0 {
				if r.code != exitFailed {
					t.Errorf("code %d", r.code)
				}
			}
			res := r.result(t)
			if len(res.Builds) != c.clients || res.Checked.Packages != c.packages {
				t.Errorf("%d builds, want %d; %d packages, want %d", len(res.Builds), c.clients, res.Checked.Packages, c.packages)
			}
			if diff := cmp.Diff(c.gaps, gapKinds(res)); diff != "" {
				t.Errorf("%s%v", diff, res.Gaps)
			}
		})
	}
}

// TestPhoneMessages: each fault on the way to a phone is told with the next step.
func TestPhoneMessages(t *testing.T) {
	server := adbdtest.StartServer(t)
	expect := func(what string, r phoneRun, words ...string) {
		t.Helper()
		if r.code != exitFailed || r.stdout != "" {
			t.Errorf("%s: code %d, stdout %q", what, r.code, r.stdout)
		}
		for _, w := range words {
			if !strings.Contains(r.stderr, w) {
				t.Errorf("%s: no %q in\n%s", what, w, r.stderr)
			}
		}
	}
	expect("no phone", runPhone(t, server, "-q"), "No phone is connected", "chatvet phone")
	server.Connect(t, &adbdtest.Phone{Model: "Locked", Unknown: true})
	expect("unauthorised", runPhone(t, server, "-q"), "tap Allow")
	expect("another serial", runPhone(t, server, "-q", "--serial", "R58M"), "R58M")
	one, two := server.Connect(t, syntheticPhone(t, 15)), server.Connect(t, syntheticPhone(t, 8))
	expect("several", runPhone(t, server), "--serial "+one, "--serial "+two)
	elsewhere := func(name string) string {
		return map[string]string{"ADB_SERVER_SOCKET": "tcp:192.0.2.1:5037"}[name]
	}
	expect("a server elsewhere", runPhoneAt(t.Context(), elsewhere), "ADB_SERVER_SOCKET")
	t.Setenv("PATH", t.TempDir())
	nobody := func(name string) string {
		return map[string]string{"ANDROID_ADB_SERVER_PORT": strconv.Itoa(adbdtest.FreePort(t))}[name]
	}
	expect("no adb", runPhoneAt(t.Context(), nobody), "apt install adb", "chatvet phone --questions")
}

// TestWaitingForAPhone: without a phone the steps are told, and Ctrl-C ends it.
func TestWaitingForAPhone(t *testing.T) {
	server := adbdtest.StartServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	told := &untilWritten{words: "Ctrl-C", then: cancel}
	p := &program{stdin: strings.NewReader(""), stdout: &bytes.Buffer{}, stderr: told, env: server.Environment, unconfined: true}
	if code := p.run(ctx, []string{"phone"}); code != exitFailed {
		t.Errorf("code %d", code)
	}
	for _, words := range []string{"Build number", "USB debugging", "Allow", "Stopped"} {
		if !strings.Contains(told.String(), words) {
			t.Errorf("no %q in\n%s", words, told.String())
		}
	}
}

// untilWritten does something once words were written.
type untilWritten struct {
	bytes.Buffer
	words string
	then  func()
}

func (u *untilWritten) Write(b []byte) (int, error) {
	n, err := u.Buffer.Write(b)
	if strings.Contains(u.String(), u.words) {
		u.then()
	}
	return n, err
}

func TestPhoneTellsHowToCloseTheDoor(t *testing.T) {
	server := adbdtest.StartServer(t)
	server.Connect(t, syntheticPhone(t, 13))
	r := runPhone(t, server)
	for _, words := range []string{"Revoke USB debugging", "switch USB debugging off"} {
		if !strings.Contains(r.stderr, words) {
			t.Errorf("no %q in\n%s", words, r.stderr)
		}
	}
	if !strings.Contains(r.stdout, "on the phone") {
		t.Errorf("the report does not say what it is of:\n%s", r.stdout)
	}
}

// BenchmarkPhone is a phone with 300 packages of which 12 are clients; APKs are
// small, so that little of it is the pull.
func BenchmarkPhone(b *testing.B) {
	server := adbdtest.StartServer(b)
	phone := syntheticPhone(b, 14)
	var lines strings.Builder
	record := phone.Run("dumpsys package org.telegram.messenger").Stdout
	for i, id := range []string{"org.telegram.messenger", "org.thoughtcrime.securesms", "com.whatsapp", "com.viber.voip", "jp.naver.line.android",
		"com.tencent.mm", "com.skype.raider", "com.discord", "im.vector.app", "ch.threema.app", "org.briarproject.briar.android", "com.imo.android.imoim"} {
		path := fmt.Sprintf("/data/app/%d/base.apk", i)
		phone.Files[path] = fixture.APK{Package: id, Label: "Synthetic", Version: "1"}.Bytes()
		fmt.Fprintf(&lines, "package:%s=%s  installer=com.android.vending uid:%d\n", path, id, 10000+i)
	}
	for i := range 288 {
		fmt.Fprintf(&lines, "package:/data/app/n%d/base.apk=org.example.n%d  installer=null uid:%d\n", i, i, 11000+i)
	}
	run := phone.Run
	phone.Run = func(command string) adbdtest.Answer {
		switch words := strings.Fields(command); {
		case command == "pm list users":
			return adbdtest.Answer{Stdout: "Users:\n\tUserInfo{0:Owner:c13} running\n"}
		case strings.HasPrefix(command, "pm list packages"):
			return adbdtest.Answer{Stdout: lines.String()}
		case strings.HasPrefix(command, "dumpsys package"):
			return adbdtest.Answer{Stdout: strings.ReplaceAll(record, "org.telegram.messenger", words[2])}
		case strings.HasPrefix(command, "pm path"):
			for line := range strings.Lines(lines.String()) {
				if path, _, ok := strings.Cut(line, "="+words[len(words)-1]+" "); ok {
					return adbdtest.Answer{Stdout: path + "\n"}
				}
			}
		}
		return run(command)
	}
	server.Connect(b, phone)
	for b.Loop() {
		res := runPhone(b, server, "--json").result(b)
		if len(res.Builds) != 12 || res.Checked.Packages != 300 {
			b.Fatalf("%d builds, %d packages", len(res.Builds), res.Checked.Packages)
		}
	}
}

// TestPhoneAsAPersonRunsIt builds the program and runs it, locked in as it is
// outside of tests: it must still reach the server, and nothing else has to.
func TestPhoneAsAPersonRunsIt(t *testing.T) {
	server := adbdtest.StartServer(t)
	server.Connect(t, syntheticPhone(t, 15))
	program := filepath.Join(t.TempDir(), "chatvet")
	if out, err := exec.Command("go", "build", "-o", program, "../../chatvet").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.Command(program, "phone", "--json")
	cmd.Env = append(os.Environ(), "ADB_SERVER_SOCKET=", "ANDROID_ADB_SERVER_ADDRESS=", "ANDROID_ADB_SERVER_PORT="+strconv.Itoa(server.Port))
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	_ = cmd.Run() // a warning is an answer
	res := phoneRun{stdout: stdout.String(), stderr: stderr.String()}.result(t)
	if len(res.Builds) != 2 || len(res.Findings) != 2 {
		t.Errorf("%d builds, %d findings, gaps %v", len(res.Builds), len(res.Findings), res.Gaps)
	}
}
