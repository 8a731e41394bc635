package adb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// DefaultPort is where an adb server listens unless it is told otherwise.
const DefaultPort = 5037

// minVersion is the first protocol version of a server that passes shell v2 on
// (adb 1.0.36, 2016).
const minVersion = 36

// quiet is how long a phone may say nothing before it counts as lost.
const quiet = 60 * time.Second

// Errors that a person can do something about.
var (
	// ErrNotLoopback is wrapped where the environment names a server that is not
	// on this computer.
	ErrNotLoopback = errors.New("the adb server is not on this computer")
	// ErrBadAddress is wrapped where the environment names no address at all.
	ErrBadAddress = errors.New("no address of an adb server")
	// ErrNoServer is wrapped where nothing listens.
	ErrNoServer = errors.New("no adb server answers")
	// ErrNoBinary is wrapped where no server answers and no adb is in PATH.
	ErrNoBinary = errors.New("no adb program in PATH")
	// ErrNotStarted is wrapped where adb would not start its server.
	ErrNotStarted = errors.New("adb did not start its server")
	// ErrTooOld is wrapped for a server that is older than what we speak.
	ErrTooOld = errors.New("the adb server is too old")
	// ErrProtocol is wrapped where an answer makes no sense.
	ErrProtocol = errors.New("this is no answer of an adb server")
	// ErrLost is wrapped where the connection to the phone ended in the middle.
	ErrLost = errors.New("the connection to the phone ended")
	// ErrTooMuch is wrapped where an answer is longer than the bound on it.
	ErrTooMuch = errors.New("the answer is too long")
)

// Refused is what a server or a phone answered instead of doing what it was asked.
type Refused struct{ Message string }

func (r *Refused) Error() string { return "refused: " + r.Message }

// Server is the adb server of this computer.
type Server struct {
	addr netip.AddrPort
	// Quiet is how long a phone may say nothing; 0 is a minute.
	Quiet time.Duration
}

// FromEnvironment names the server that adb itself would use, by
// ADB_SERVER_SOCKET, ANDROID_ADB_SERVER_ADDRESS and ANDROID_ADB_SERVER_PORT. The
// error wraps ErrNotLoopback for one on another computer.
func FromEnvironment(env func(string) string) (Server, error) {
	host, port := env("ANDROID_ADB_SERVER_ADDRESS"), env("ANDROID_ADB_SERVER_PORT")
	if socket := env("ADB_SERVER_SOCKET"); socket != "" {
		rest, tcp := strings.CutPrefix(socket, "tcp:")
		if !tcp {
			return Server{}, fmt.Errorf("%w in ADB_SERVER_SOCKET: %q", ErrBadAddress, socket)
		}
		host, port = "", rest
		if i := strings.LastIndexByte(rest, ':'); i >= 0 {
			host, port = strings.Trim(rest[:i], "[]"), rest[i+1:]
		}
	}
	number := DefaultPort
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return Server{}, fmt.Errorf("%w: port %q", ErrBadAddress, port)
		}
		number = int(n)
	}
	if host == "" || host == "localhost" {
		host = "127.0.0.1"
	}
	addr, err := netip.ParseAddr(host)
	if err != nil || !addr.Unmap().IsLoopback() {
		return Server{}, fmt.Errorf("%w: %q", ErrNotLoopback, host)
	}
	return Server{addr: netip.AddrPortFrom(addr.Unmap(), uint16(number))}, nil
}

// Port is where the server listens.
func (s Server) Port() int { return int(s.addr.Port()) }

// Ready makes sure that a server answers which is new enough. Where none does,
// one is started from the adb program in PATH; started says so.
func (s Server) Ready(ctx context.Context) (started bool, err error) {
	err = s.check(ctx)
	if !errors.Is(err, ErrNoServer) {
		return false, err
	}
	binary, lookErr := exec.LookPath("adb")
	if lookErr != nil {
		return false, fmt.Errorf("%w, and %w", ErrNoServer, ErrNoBinary)
	}
	if err := s.start(ctx, binary); err != nil {
		return false, err
	}
	return true, s.check(ctx)
}

// start runs "adb start-server", which returns when the server listens. The
// server outlives it, so that it gets none of our streams.
func (s Server) start(ctx context.Context, binary string) error {
	cmd := exec.CommandContext(ctx, binary, "-P", strconv.Itoa(s.Port()), "start-server")
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%w: %w", ErrNotStarted, err)
	}
	return nil
}

func (s Server) check(ctx context.Context) error {
	answer, err := s.query(ctx, "host:version")
	if err != nil {
		return err
	}
	version, err := strconv.ParseUint(answer, 16, 32)
	if err != nil {
		return fmt.Errorf("%w: version %q", ErrProtocol, answer)
	}
	if version < minVersion {
		return fmt.Errorf("%w: version %d, wanted %d", ErrTooOld, version, minVersion)
	}
	return nil
}

// query asks the server for one answer of text.
func (s Server) query(ctx context.Context, request string) (string, error) {
	c, err := s.dial(ctx)
	if err != nil {
		return "", err
	}
	defer c.close()
	if err := c.ask(request); err != nil {
		return "", fmt.Errorf("asking for %s: %w", request, err)
	}
	answer, err := c.text()
	if err != nil {
		return "", fmt.Errorf("asking for %s: %w", request, err)
	}
	return answer, nil
}

// conn is one connection to the server. Each does one thing and is closed.
type conn struct {
	net.Conn
	ctx   context.Context
	quiet time.Duration
	stop  func() bool
}

func (s Server) dial(ctx context.Context) (*conn, error) {
	if !s.addr.Addr().IsLoopback() {
		return nil, ErrNotLoopback
	}
	var d net.Dialer
	// Landlock lets plain TCP be granted to one port; multipath TCP it does not know.
	d.SetMultipathTCP(false)
	raw, err := d.DialContext(ctx, "tcp", s.addr.String())
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, syscall.ECONNREFUSED):
		return nil, fmt.Errorf("%w at %s", ErrNoServer, s.addr)
	case err != nil:
		return nil, fmt.Errorf("%w at %s: %w", ErrNoServer, s.addr, err)
	}
	c := &conn{Conn: raw, ctx: ctx, quiet: s.Quiet}
	if c.quiet == 0 {
		c.quiet = quiet
	}
	c.stop = context.AfterFunc(ctx, func() { raw.Close() })
	return c, nil
}

func (c *conn) close() {
	c.stop()
	c.Conn.Close()
}

// Read gives up on a phone that says nothing for too long.
func (c *conn) Read(p []byte) (int, error) {
	if c.quiet > 0 {
		if err := c.SetReadDeadline(time.Now().Add(c.quiet)); err != nil {
			return 0, c.lost(err)
		}
	}
	n, err := c.Conn.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		return n, c.lost(err)
	}
	return n, err
}

// lost tells an end that was asked for from one that came by itself.
func (c *conn) lost(err error) error {
	if c.ctx.Err() != nil {
		return c.ctx.Err()
	}
	return fmt.Errorf("%w: %w", ErrLost, err)
}

// full reads exactly len(p) bytes. An end before that is a lost connection.
func (c *conn) full(p []byte) error {
	_, err := io.ReadFull(c, p)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return c.lost(err)
	}
	return err
}

// maxRequest is what four hex digits can say.
const maxRequest = 0xffff

// ask sends a request and reads whether it was granted (OVERVIEW.TXT, "the
// client's protocol").
func (c *conn) ask(request string) error {
	if len(request) > maxRequest {
		return fmt.Errorf("%w: request of %d bytes", ErrTooMuch, len(request))
	}
	if _, err := fmt.Fprintf(c.Conn, "%04x%s", len(request), request); err != nil {
		return c.lost(err)
	}
	return c.granted()
}

func (c *conn) granted() error {
	var status [4]byte
	if err := c.full(status[:]); err != nil {
		return err
	}
	switch string(status[:]) {
	case "OKAY":
		return nil
	case "FAIL":
		message, err := c.text()
		if err != nil {
			return err
		}
		return &Refused{message}
	}
	return fmt.Errorf("%w: %q", ErrProtocol, status)
}

// text reads a text that four hex digits say the length of.
func (c *conn) text() (string, error) {
	var length [4]byte
	if err := c.full(length[:]); err != nil {
		return "", err
	}
	n, err := strconv.ParseUint(string(length[:]), 16, 16)
	if err != nil {
		return "", fmt.Errorf("%w: length %q", ErrProtocol, length)
	}
	body := make([]byte, n) // at most 64 KiB
	err = c.full(body)
	return string(body), err
}
