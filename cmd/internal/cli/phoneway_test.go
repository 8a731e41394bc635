package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chatvet/chatvet/platform/android/adb"
	"github.com/chatvet/chatvet/platform/android/adb/adbdtest"
)

// stated is an adb server that is not real: it has one device in a state that no
// real server here can be brought into. Its words are those of adb's transport.cpp.
func stated(t *testing.T, version, device string) func(string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				length := make([]byte, 4)
				if _, err := io.ReadFull(c, length); err != nil {
					return
				}
				n, _ := strconv.ParseUint(string(length), 16, 16)
				request := make([]byte, n)
				_, _ = io.ReadFull(c, request)
				answer := device
				if string(request) == "host:version" {
					answer = version
				}
				fmt.Fprintf(c, "OKAY%04x%s", len(answer), answer)
				_, _ = io.Copy(io.Discard, c) // until the other side hangs up
			}()
		}
	}()
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	return func(name string) string { return map[string]string{"ANDROID_ADB_SERVER_PORT": port}[name] }
}

func TestPhonesThatCannotBeReached(t *testing.T) {
	for _, c := range []struct {
		name, version, device string
		words                 []string
	}{
		{"no permissions", "0029", "R58M123456A            no permissions (user in plugdev group; are your udev rules wrong?); see [http://developer.android.com/tools/device.html]\n",
			[]string{"android-sdk-platform-tools-common", "chatvet phone"}},
		{"a server that is too old", "001f", "", []string{"too old", "newer adb"}},
		{"a phone that is just connected", "0029", "R58M123456A\toffline\n", []string{"does not answer", "switch USB debugging off and on"}},
		{"a phone in its recovery", "0029", "R58M123456A\trecovery\n", []string{"does not answer"}},
	} {
		r := runPhoneAt(t.Context(), stated(t, c.version, c.device), "-q")
		if r.code != exitFailed || r.stdout != "" {
			t.Errorf("%s: code %d, stdout %q", c.name, r.code, r.stdout)
		}
		for _, w := range c.words {
			if !strings.Contains(r.stderr, w) {
				t.Errorf("%s: no %q in\n%s", c.name, w, r.stderr)
			}
		}
	}
}

// TestAPhoneThatWentAway: a real server says of a phone that it is offline, once
// it ended in the middle of a look.
func TestAPhoneThatWentAway(t *testing.T) {
	server := adbdtest.StartServer(t)
	phone := syntheticPhone(t, 15)
	run := phone.Run
	phone.Run = func(command string) adbdtest.Answer {
		if strings.HasPrefix(command, "dumpsys") {
			phone.Close()
		}
		return run(command)
	}
	serial := server.Connect(t, phone)
	res := runPhone(t, server, "--json", "--serial", serial).result(t)
	if !slices.Contains(gapKinds(res), "phone-lost") {
		t.Errorf("gaps %v", res.Gaps)
	}
	s, err := adb.FromEnvironment(server.Environment)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Watch(t.Context(), func(all []adb.Listed) bool { // until the server noticed
		return slices.ContainsFunc(all, func(d adb.Listed) bool { return d.Serial == serial && d.State == adb.Ready })
	})
	if err != nil {
		t.Fatal(err)
	}
	if r := runPhone(t, server, "-q", "--serial", serial); r.code != exitFailed || !strings.Contains(r.stderr, "cable out and plug it in") && !strings.Contains(r.stderr, "No phone") {
		t.Errorf("code %d\n%s", r.code, r.stderr)
	}
}

// TestPhoneStartsAServer: where none runs, one is started, and how to end it is
// told. This one has a port and a home of its own, and the test ends it.
func TestPhoneStartsAServer(t *testing.T) {
	adbdtest.Need(t)
	port := strconv.Itoa(adbdtest.FreePort(t))
	t.Setenv("HOME", t.TempDir())
	t.Setenv("ADB_MDNS", "0")
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("ANDROID_ADB_SERVER_PORT", port)
	t.Cleanup(func() { _ = exec.Command("adb", "-P", port, "kill-server").Run() })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	told := &untilWritten{words: "Ctrl-C", then: cancel}
	p := &program{stdin: strings.NewReader(""), stdout: &bytes.Buffer{}, stderr: told, env: os.Getenv, unconfined: true}
	if code := p.run(ctx, []string{"phone"}); code != exitFailed {
		t.Errorf("code %d", code)
	}
	if !strings.Contains(told.String(), "adb kill-server") {
		t.Errorf("how to end the server is not told:\n%s", told.String())
	}
	s, err := adb.FromEnvironment(os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	if started, err := s.Ready(t.Context()); started || err != nil {
		t.Errorf("the server that was started: %v, another was: %v", err, started)
	}
}
