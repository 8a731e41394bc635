package adbdtest

import (
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// Server is a real adb server of a test's own, on a port and with keys that nobody
// else uses.
type Server struct {
	Port int
	env  []string
}

// Need skips a test without adb, or fails it where CHATVET_REQUIRE_ALL is set.
func Need(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("adb"); err != nil {
		if os.Getenv("CHATVET_REQUIRE_ALL") != "" {
			t.Fatal("Debian's adb is not installed")
		}
		t.Skip("Debian's adb is not installed")
	}
}

// StartServer starts a real adb server, and ends it with the test. It needs adb.
func StartServer(t testing.TB) *Server {
	t.Helper()
	Need(t)
	s := &Server{Port: FreePort(t)}
	home := t.TempDir()
	s.env = append(os.Environ(), "HOME="+home, "ANDROID_SDK_HOME="+home, "ADB_MDNS=0", "ADB_SERVER_SOCKET=", "ANDROID_ADB_SERVER_PORT="+strconv.Itoa(s.Port), "TMPDIR="+home)
	t.Cleanup(func() { _, _ = s.adb("kill-server") }) // the server is the test's own
	if out, err := s.adb("start-server"); err != nil {
		t.Fatalf("adb start-server: %v\n%s", err, out)
	}
	return s
}

// FreePort finds a port on which nobody listens.
func FreePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// ADB runs adb itself, as a person would, and returns what it said.
func (s *Server) ADB(t testing.TB, args ...string) string {
	t.Helper()
	said, err := s.adb(args...)
	if err != nil {
		t.Fatalf("adb %s: %v\n%s", strings.Join(args, " "), err, said)
	}
	return said
}

func (s *Server) adb(args ...string) (string, error) {
	cmd := exec.Command("adb", append([]string{"-P", strconv.Itoa(s.Port)}, args...)...)
	cmd.Env = s.env
	// adb leaves a server behind, which would hold a pipe open.
	out, err := os.CreateTemp("", "adb")
	if err != nil {
		return "", err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	err = cmd.Run()
	said, _ := os.ReadFile(out.Name())
	return string(said), err
}

// Connect starts a phone and connects the server to it. It returns the serial
// number by which the server knows the phone.
func (s *Server) Connect(t testing.TB, p *Phone) string {
	t.Helper()
	addr, err := p.Listen()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	out, err := s.adb("connect", addr)
	// It says the second while a phone asks its person, also if they say yes.
	if err != nil || !strings.Contains(out, "connected to") && !strings.Contains(out, "failed to authenticate") {
		t.Fatalf("adb connect: %v\n%s", err, out)
	}
	return addr
}

// Environment is that of a program which is to use this server.
func (s *Server) Environment(name string) string {
	if name == "ANDROID_ADB_SERVER_PORT" {
		return strconv.Itoa(s.Port)
	}
	return ""
}

// Reconnect connects the server once more to a phone that it knew.
func (s *Server) Reconnect(t testing.TB, serial string) {
	t.Helper()
	_, _ = s.adb("disconnect", serial)
	if out, err := s.adb("connect", serial); err != nil || !strings.Contains(out, "connected to") {
		t.Fatalf("adb connect: %v\n%s", err, out)
	}
}
