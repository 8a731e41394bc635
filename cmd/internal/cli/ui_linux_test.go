package cli

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// chatvetProcess is this program itself as a process of its own (TestMain makes it
// chatvet by its name), in a session without a terminal.
func chatvetProcess(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(end)
	cmd := exec.CommandContext(ctx, self)
	cmd.Args = append([]string{"chatvet"}, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Env = []string{"HOME=" + t.TempDir(), "LANG=C"}
	return cmd
}

func pageAt(t *testing.T, address string) (string, *url.URL) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", strings.TrimSpace(address), nil)
	if err != nil {
		t.Fatal(err)
	}
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	b, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b), w.Request.URL
}

// Ctrl-C ends the page as any other work.
func TestPageEndsWithCtrlC(t *testing.T) {
	cmd := chatvetProcess(t, "ui", "--no-open")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	address, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if page, _ := pageAt(t, address); !strings.Contains(page, "does not open your chats") {
		t.Errorf("the page is %.300s", page)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil || stderr.Len() > 0 {
		t.Errorf("ended with %v and said %q", err, &stderr)
	}
}

// Started as a file manager starts it, without a terminal in a graphical session,
// it opens the page: the browser is a script that tells the address.
func TestDoubleClickOpensThePage(t *testing.T) {
	for name, session := range map[string]string{"X11": "DISPLAY=:0", "Wayland": "WAYLAND_DISPLAY=wayland-0"} {
		t.Run(name, func(t *testing.T) {
			cmd := chatvetProcess(t)
			address := withBrowser(t, cmd)
			cmd.Env = append(cmd.Env, session)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			page, at := pageAt(t, address())
			if !strings.Contains(page, "does not open your chats") {
				t.Errorf("the page is %.300s", page)
			}
			quit, err := http.NewRequestWithContext(t.Context(), "POST", at.String()+"quit", nil)
			if err != nil {
				t.Fatal(err)
			}
			quit.Header.Set("Origin", "http://"+at.Host)
			w, err := http.DefaultClient.Do(quit)
			if err != nil {
				t.Fatal(err)
			}
			w.Body.Close()
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

// withBrowser puts an xdg-open into the way of a command. What comes back waits
// for the address that it is started with.
func withBrowser(t *testing.T, cmd *exec.Cmd) func() string {
	t.Helper()
	folder := t.TempDir()
	told := filepath.Join(folder, "told")
	script := "#!/bin/sh\nprintf '%s\\n' \"$1\" > '" + told + "'\n"
	if err := os.WriteFile(filepath.Join(folder, "xdg-open"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(told, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(cmd.Env, "PATH="+folder)
	return func() string {
		f, err := os.OpenFile(told, os.O_RDWR, 0) // both, so that it opens at once
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := f.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(f).ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		return line
	}
}

// Where somebody reads what it says, or there is no graphical session, it is an
// ordinary scan.
func TestNoDoubleClick(t *testing.T) {
	nothing, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer nothing.Close()
	reader, pipe, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	defer pipe.Close()
	graphical := map[string]string{"DISPLAY": ":0"}
	for name, c := range map[string]struct {
		stdout *os.File
		env    map[string]string
	}{
		"into a pipe":           {pipe, graphical},
		"no graphical session":  {nothing, nil},
		"from another computer": {nothing, map[string]string{"DISPLAY": ":0", "SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}},
	} {
		p := &program{stdin: nothing, stdout: c.stdout, stderr: nothing, env: func(name string) string { return c.env[name] }}
		if p.startedByDoubleClick() {
			t.Errorf("%s: taken for a double-click", name)
		}
	}
}
