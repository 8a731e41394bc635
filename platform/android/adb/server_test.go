package adb_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/platform/android/adb"
	"github.com/chatvet/chatvet/platform/android/adb/adbdtest"
)

// env is an environment of a few variables.
func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestOnlyLoopback(t *testing.T) {
	for _, c := range []struct {
		name string
		env  func(string) string
		port int
		err  error
	}{
		{"nothing said", env(), 5037, nil},
		{"a port", env("ANDROID_ADB_SERVER_PORT", "6000"), 6000, nil},
		{"a socket's port", env("ADB_SERVER_SOCKET", "tcp:6001", "ANDROID_ADB_SERVER_PORT", "6000"), 6001, nil},
		{"localhost", env("ADB_SERVER_SOCKET", "tcp:localhost:6002"), 6002, nil},
		{"IPv6", env("ADB_SERVER_SOCKET", "tcp:[::1]:6003"), 6003, nil},
		{"an address of a network", env("ANDROID_ADB_SERVER_ADDRESS", "192.0.2.1"), 0, adb.ErrNotLoopback},
		{"a socket elsewhere", env("ADB_SERVER_SOCKET", "tcp:192.0.2.1:5037"), 0, adb.ErrNotLoopback},
		{"a name", env("ADB_SERVER_SOCKET", "tcp:example.org:5037"), 0, adb.ErrNotLoopback},
		{"all addresses", env("ANDROID_ADB_SERVER_ADDRESS", "0.0.0.0"), 0, adb.ErrNotLoopback},
		{"a local socket", env("ADB_SERVER_SOCKET", "localfilesystem:/tmp/x"), 0, adb.ErrBadAddress},
		{"no number", env("ANDROID_ADB_SERVER_PORT", "x"), 0, adb.ErrBadAddress},
		{"too large a number", env("ANDROID_ADB_SERVER_PORT", "65536"), 0, adb.ErrBadAddress},
	} {
		s, err := adb.FromEnvironment(c.env)
		if !errors.Is(err, c.err) || err == nil && s.Port() != c.port {
			t.Errorf("%s: port %d, error %v; want %d, %v", c.name, s.Port(), err, c.port, c.err)
		}
	}
}

// real is a real adb server, and our client of it.
func real(t *testing.T) (*adbdtest.Server, adb.Server) {
	t.Helper()
	server := adbdtest.StartServer(t)
	client, err := adb.FromEnvironment(server.Environment)
	if err != nil {
		t.Fatal(err)
	}
	if started, err := client.Ready(t.Context()); started || err != nil {
		t.Fatalf("started %v, error %v", started, err)
	}
	return server, client
}

func echo(command string) adbdtest.Answer {
	return adbdtest.Answer{Stdout: "out of " + command, Stderr: "trouble", Exit: 3}
}

// TestRealServer goes through a real adb server to phones with different features.
func TestRealServer(t *testing.T) {
	server, client := real(t)
	content := bytes.Repeat([]byte("0123456789abcdef"), 20_000)
	for _, c := range []struct {
		name     string
		features []string
		piece    int
		stderr   string
		asked    string
	}{
		{"new", nil, 0, "trouble", "shell,v2,raw:true"},
		{"slow", nil, 1000, "trouble", "shell,v2,raw:true"},
		{"Android 8", []string{"shell_v2", "cmd"}, 0, "trouble", "shell,v2,raw:true"},
		{"before shell v2", []string{"none"}, 0, "", "exec:true; echo chatvet-exit:$?"},
	} {
		t.Run(c.name, func(t *testing.T) {
			phone := &adbdtest.Phone{Model: "Synthetic_1", Features: c.features, Piece: c.piece, Run: echo,
				Files: map[string][]byte{"/data/app/a/base.apk": content, "/empty": {}}}
			serial := server.Connect(t, phone)
			d := opened(t, client, serial)
			out, err := d.Run(t.Context(), "true")
			if err != nil {
				t.Fatal(err)
			}
			want := adb.Output{Stdout: []byte("out of true"), Stderr: []byte(c.stderr), Exit: 3}
			if c.stderr == "" { // one stream
				want.Stdout, want.Stderr = []byte("out of truetrouble"), nil
			}
			if diff := cmp.Diff(want, out); diff != "" {
				t.Error(diff)
			}
			if !slices.Contains(phone.Asked(), c.asked) {
				t.Errorf("the phone was asked %q", phone.Asked())
			}
			stat, err := d.Stat(t.Context(), "/data/app/a/base.apk")
			if err != nil || stat.Size != int64(len(content)) || !stat.Regular() {
				t.Errorf("stat %+v, error %v", stat, err)
			}
			var got bytes.Buffer
			if n, err := d.Pull(t.Context(), "/data/app/a/base.apk", stat.Size, &got); err != nil || n != stat.Size || !bytes.Equal(got.Bytes(), content) {
				t.Errorf("pulled %d bytes, error %v", n, err)
			}
			if n, err := d.Pull(t.Context(), "/empty", 0, &got); n != 0 || err != nil {
				t.Errorf("an empty file: %d bytes, %v", n, err)
			}
			if _, err := d.Pull(t.Context(), "/data/app/a/base.apk", 100, &got); !errors.Is(err, adb.ErrTooMuch) {
				t.Errorf("beyond the limit: %v", err)
			}
			if _, err := d.Stat(t.Context(), "/missing"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("stat of what is not there: %v", err)
			}
			if _, err := d.Pull(t.Context(), "/missing", 1, &got); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("pull of what is not there: %v", err)
			}
		})
	}
}

func opened(t *testing.T, client adb.Server, serial string) *adb.Device {
	t.Helper()
	until(t, client, serial, adb.Ready)
	d, err := client.Open(t.Context(), serial)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// until waits until the server says that a phone is in a state.
func until(t *testing.T, client adb.Server, serial string, state adb.State) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := client.Watch(ctx, func(all []adb.Listed) bool {
		return !slices.ContainsFunc(all, func(d adb.Listed) bool { return d.Serial == serial && d.State == state })
	})
	if err != nil {
		t.Fatalf("waiting for %s to be %s: %v", serial, state, err)
	}
}

// TestAuthentication checks that the synthetic phone asks as a real one does: the
// server's key is unknown at first and proved the second time.
func TestAuthentication(t *testing.T) {
	server, client := real(t)
	phone := &adbdtest.Phone{Model: "Synthetic_1", Run: echo}
	serial := server.Connect(t, phone)
	opened(t, client, serial)
	if phone.Signed() != 0 {
		t.Error("an unknown key was taken for a known one")
	}
	server.Reconnect(t, serial)
	opened(t, client, serial)
	if phone.Signed() != 1 {
		t.Errorf("%d connections by the key that the phone knows, want 1", phone.Signed())
	}
	stranger := &adbdtest.Phone{Model: "Synthetic_2", Unknown: true}
	other := server.Connect(t, stranger)
	until(t, client, other, adb.Unauthorized)
	d, err := client.Open(t.Context(), other)
	if err == nil {
		_, err = d.Run(t.Context(), "true")
	}
	if err == nil {
		t.Error("a phone that nobody unlocked ran a command")
	}
	all, err := client.Devices(t.Context())
	if err != nil || len(all) != 2 {
		t.Fatalf("devices %v, error %v", all, err)
	}
	for _, listed := range all {
		if listed.Serial == serial && listed.Model != "Synthetic_1" {
			t.Errorf("model %q", listed.Model)
		}
	}
}

func TestFaultsOfAPhone(t *testing.T) {
	server, client := real(t)
	content := make([]byte, 1<<20)
	for _, c := range []struct {
		name  string
		phone *adbdtest.Phone
		want  error
	}{
		{"the cable pulled", &adbdtest.Phone{CutAfter: 300_000}, adb.ErrLost},
		{"garbage", &adbdtest.Phone{Garbage: true}, adb.ErrProtocol},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.phone.Model, c.phone.Files = "Synthetic_1", map[string][]byte{"/x.apk": content}
			d := opened(t, client, server.Connect(t, c.phone))
			var got bytes.Buffer
			if _, err := d.Pull(t.Context(), "/x.apk", int64(len(content)), &got); !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
		})
	}
	if _, err := client.Open(t.Context(), "no-such-phone"); err == nil {
		t.Error("a phone that is not there was opened")
	}
}

// says is a server that answers every connection with the same bytes and hangs up.
func says(t *testing.T, answer string) adb.Server {
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
				_, _ = c.Read(make([]byte, 1024))
				_, _ = c.Write([]byte(answer))
			}()
		}
	}()
	s, err := adb.FromEnvironment(env("ANDROID_ADB_SERVER_PORT", strconv.Itoa(l.Addr().(*net.TCPAddr).Port)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestHostileServers(t *testing.T) {
	for _, c := range []struct {
		name, answer string
		want         error
	}{
		{"nothing", "", adb.ErrLost},
		{"half a status", "OK", adb.ErrLost},
		{"another protocol", "HTTP/1.1 400 Bad Request\r\n\r\n", adb.ErrProtocol},
		{"no length", "OKAY", adb.ErrLost},
		{"a length of letters", "OKAYzzzz", adb.ErrProtocol},
		{"a negative length", "OKAY-001", adb.ErrProtocol},
		{"less than it says", "OKAYffff1", adb.ErrLost},
		{"no version", "OKAY0004none", adb.ErrProtocol},
		{"an old version", "OKAY00040020", adb.ErrTooOld},
		{"a new version", "OKAY00040029", nil},
	} {
		if _, err := says(t, c.answer).Ready(t.Context()); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	var refused *adb.Refused
	if _, err := says(t, "FAIL0005sorry").Ready(t.Context()); !errors.As(err, &refused) || refused.Message != "sorry" {
		t.Errorf("a refusal: %v", err)
	}
}

func TestNoServerAndNoProgram(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	s, err := adb.FromEnvironment(env("ANDROID_ADB_SERVER_PORT", strconv.Itoa(adbdtest.FreePort(t))))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Ready(t.Context()); !errors.Is(err, adb.ErrNoServer) || !errors.Is(err, adb.ErrNoBinary) {
		t.Errorf("error %v", err)
	}
}

// TestASilentPhone ends by itself, whatever the phone does.
func TestASilentPhone(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s, err := adb.FromEnvironment(env("ANDROID_ADB_SERVER_PORT", strconv.Itoa(l.Addr().(*net.TCPAddr).Port)))
	if err != nil {
		t.Fatal(err)
	}
	s.Quiet = time.Millisecond
	if _, err := s.Devices(t.Context()); !errors.Is(err, adb.ErrLost) {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Devices(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("after Ctrl-C: %v", err)
	}
}

func FuzzAnswers(f *testing.F) {
	le := func(id string, n byte) string { return id + string([]byte{n, 0, 0, 0}) }
	for _, seed := range []string{
		"", "OKAY", "FAIL0003no!", "OKAYOKAY",
		"OKAYOKAY\x01\x02\x00\x00\x00hi\x03\x01\x00\x00\x00\x00",
		"OKAYOKAY\x01\xff\xff\xff\xffhi",
		"OKAYOKAY" + le("DATA", 2) + "hi" + le("DONE", 0),
		"OKAYOKAY" + le("FAIL", 2) + "no", "OKAYOKAY" + "DATA\xff\xff\xff\xff",
		"OKAYOKAYSTA2" + strings.Repeat("\xff", 68), "OKAYOKAYSTAT" + strings.Repeat("\x01", 12),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		for _, features := range []string{"", "shell_v2,stat_v2,sendrecv_v2"} {
			adb.TakeAnswer(t.Context(), []byte(answer), features)
		}
	})
}

func TestDevicesAreRead(t *testing.T) {
	text := "emulator-5554          device product:sdk model:Pixel_8 device:emu transport_id:1\n" +
		"0123456789ABCDEF       unauthorized usb:1-2 transport_id:2\n" +
		"R58M                   no permissions (user in plugdev group; are your udev rules wrong?); see [http://developer.android.com/tools/device.html] usb:1-3\n" +
		"short\toffline\n\nrubbish\n"
	want := []adb.Listed{{"emulator-5554", adb.Ready, "Pixel_8"}, {"0123456789ABCDEF", adb.Unauthorized, ""}, {"R58M", adb.NoPermissions, ""}, {"short", adb.Offline, ""}}
	if diff := cmp.Diff(want, adb.ParseDevices(text)); diff != "" {
		t.Error(diff)
	}
}
