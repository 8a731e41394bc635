package cli

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/signatures"
)

// onTerminal opens a terminal of this kernel (pty(7)): the end that a person sits
// at, and the end that a program has.
func onTerminal(t *testing.T, columns uint16) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
			t.Fatal(err)
		}
		t.Skip("no pseudo-terminals here:", err)
	}
	t.Cleanup(func() { person.Close() })
	raw, err := person.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var number int
	var fault error
	err = raw.Control(func(fd uintptr) {
		fault = errors.Join(unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0),
			unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns}))
		var err error
		number, err = unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
		fault = errors.Join(fault, err)
	})
	if err = errors.Join(err, fault); err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile("/dev/pts/"+strconv.Itoa(number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { program.Close() })
	return person, program
}

// readUntil reads what comes on a terminal until it matches, or all of it for nil.
func readUntil(t *testing.T, terminal *os.File, wanted *regexp.Regexp) string {
	t.Helper()
	if err := terminal.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	var seen bytes.Buffer
	for buf := make([]byte, 4096); ; {
		n, err := terminal.Read(buf)
		seen.Write(buf[:n])
		switch {
		case wanted != nil && wanted.Match(seen.Bytes()):
			return seen.String()
		case wanted == nil && (errors.Is(err, syscall.EIO) || errors.Is(err, io.EOF)): // the program has ended
			return seen.String()
		case err != nil:
			t.Fatalf("%v; there is %q", err, &seen)
		}
	}
}

// longWork is a folder with the synthetic TOM-Skype and more bytes beside it than
// a test would ever wait for. They take no room on the disk.
func longWork(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "a folder whose name is so long that no line can show it as a whole")
	list, err := signatures.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	family := list.Family("tom-skype")
	files, err := fixture.FromExample(family.Tests.Hit[0], family.Platforms[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 1000 {
		name := filepath.Join(folder, "long-"+strconv.Itoa(i)+".exe")
		err := os.WriteFile(name, files["program.exe"], 0o600)
		if err = errors.Join(err, os.Truncate(name, 128<<20)); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// On a terminal a long check says how far it is, in one line that fits; Ctrl-C
// ends it, and what was found until then is told, as partial.
func TestProgressAndCtrlC(t *testing.T) {
	const columns = 80
	person, its := onTerminal(t, columns)
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Args = []string{"chatvet", "scan", longWork(t)}
	cmd.Env = []string{"HOME=" + t.TempDir(), "LANG=C", "TERM=xterm"}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = its, its, its
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	its.Close()
	progress := regexp.MustCompile(`reading: \d+ files?, [\d.]+ [kMG]?B, [\d.]+ [kMG]?B/s, [^\r\n]*…[^\r\n]*long-`)
	seen := readUntil(t, person, progress)
	for _, line := range strings.FieldsFunc(seen, func(r rune) bool { return r == '\r' || r == '\n' }) {
		if words := visible(line); len([]rune(words)) > columns {
			t.Errorf("a line of %d columns: %q", len([]rune(words)), words)
		}
	}
	if _, err := person.Write([]byte{3}); err != nil { // Ctrl-C, which the kernel turns into SIGINT
		t.Fatal(err)
	}
	rest := visible(readUntil(t, person, nil))
	if !strings.Contains(rest, "stopped before its end") {
		t.Errorf("the report is not told as partial: %q", rest)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitFailed && exit.ExitCode() != exitFound {
		t.Errorf("ended with %v", err)
	}
}

// visible leaves out what moves the cursor and colours (ECMA-48, section 5.4),
// and the marks around names.
func visible(line string) string {
	return regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]|[\x{2066}-\x{2069}]`).ReplaceAllString(line, "")
}
