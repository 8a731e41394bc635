package adbdtest

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"math/big"
	"net"
	"slices"
	"strings"
	"sync"
)

// Answer is what a command writes and how it ends.
type Answer struct {
	Stdout, Stderr string
	Exit           byte
}

// Phone is a synthetic phone. It is set up before Listen, and not changed after.
type Phone struct {
	Model    string
	Features []string // nil: what Android 11 and later have
	// Run answers a command. Nil knows none.
	Run func(command string) Answer
	// Files are by absolute path.
	Files map[string][]byte
	// Sizes are what the phone says that files have, where that is not so.
	Sizes map[string]int64
	// Unknown makes the phone ask its person about a new computer, and nobody
	// answers.
	Unknown bool
	// CutAfter closes the connection after that many bytes of files, as when the
	// cable is pulled. 0 never does.
	CutAfter int
	// Garbage answers the sync service with bytes that mean nothing.
	Garbage bool
	// Piece is how many bytes one message carries at most; a slow phone sends few.
	// 0 is as many as there may be.
	Piece int

	listener net.Listener
	mu       sync.Mutex
	conns    []net.Conn
	keys     []*rsa.PublicKey // of computers that the person allowed
	sent     int
	asked    []string
	signed   int // connections by a key that the phone knew
}

// Listen starts the phone on a free port of loopback and returns its address.
func (p *Phone) Listen() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	p.listener = l
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			p.mu.Lock()
			p.conns = append(p.conns, c)
			p.mu.Unlock()
			go p.serve(c)
		}
	}()
	return l.Addr().String(), nil
}

// Close ends the phone and every connection.
func (p *Phone) Close() {
	p.listener.Close()
	p.Unplug()
}

// Unplug ends every connection.
func (p *Phone) Unplug() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		c.Close()
	}
	p.conns = nil
}

// Asked lists the services that were asked for.
func (p *Phone) Asked() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}

// Signed counts connections by a computer that proved to have an allowed key.
func (p *Phone) Signed() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.signed
}

func (p *Phone) features() []string {
	if p.Features != nil {
		return p.Features
	}
	return []string{"shell_v2", "cmd", "stat_v2", "ls_v2", "sendrecv_v2"}
}

// link is one connection of a server.
type link struct {
	*Phone
	conn    net.Conn
	mu      sync.Mutex // guards writing and streams
	streams map[uint32]*stream
	next    uint32
}

func (p *Phone) serve(c net.Conn) {
	l := &link{Phone: p, conn: c, streams: map[uint32]*stream{}, next: 1}
	defer l.end()
	if l.handshake() != nil {
		return
	}
	for {
		m, err := read(c)
		if err != nil {
			return
		}
		l.take(m)
	}
}

func (l *link) end() {
	l.conn.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.streams {
		s.close()
	}
}

func (l *link) send(m message) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.conn.Write(m.bytes())
	return err
}

// Kinds of AUTH (protocol.txt).
const (
	authToken     = 1
	authSignature = 2
	authPublicKey = 3
)

// handshake is CNXN, AUTH with a token, its signature, and the key where the
// signature is by none that the phone knows.
func (l *link) handshake() error {
	if m, err := read(l.conn); err != nil || m.command != cnxn {
		return errors.Join(err, errors.New("no CNXN"))
	}
	token := make([]byte, 20)
	if _, err := rand.Read(token); err != nil {
		return err
	}
	for {
		if err := l.send(message{auth, authToken, 0, token}); err != nil {
			return err
		}
		m, err := read(l.conn)
		switch {
		case err != nil:
			return err
		case m.command == auth && m.arg0 == authSignature && l.knows(token, m.data):
			return l.welcome()
		case m.command == auth && m.arg0 == authPublicKey:
			if l.Unknown {
				_, err := read(l.conn) // until the server goes
				return errors.Join(err, errors.New("nobody allowed this computer"))
			}
			key, err := publicKey(m.data)
			if err != nil {
				return err
			}
			l.Phone.mu.Lock()
			l.keys = append(l.keys, key)
			l.Phone.mu.Unlock()
			return l.welcome()
		}
	}
}

func (l *link) knows(token, signature []byte) bool {
	l.Phone.mu.Lock()
	defer l.Phone.mu.Unlock()
	for _, key := range l.keys {
		// The token stands for a SHA-1 that is already made.
		if rsa.VerifyPKCS1v15(key, crypto.SHA1, token, signature) == nil {
			l.signed++
			return true
		}
	}
	return false
}

func (l *link) welcome() error {
	banner := "device::ro.product.name=synthetic;ro.product.model=" + l.Model + ";ro.product.device=synthetic;features=" + strings.Join(l.features(), ",")
	return l.send(message{cnxn, version, maxData, []byte(banner)})
}

// publicKey reads the key as android_pubkey.h lays it out: the length in words,
// n0inv, the modulus and R^2 in little-endian order, the exponent; in base64, with
// a name after it.
func publicKey(data []byte) (*rsa.PublicKey, error) {
	text, _, _ := bytes.Cut(bytes.TrimRight(data, "\x00"), []byte(" "))
	raw, err := base64.StdEncoding.DecodeString(string(text))
	if err != nil || len(raw) != 4+4+256+256+4 {
		return nil, errors.Join(err, errors.New("no public key of adb"))
	}
	modulus := slices.Clone(raw[8 : 8+256])
	slices.Reverse(modulus)
	return &rsa.PublicKey{N: new(big.Int).SetBytes(modulus), E: int(binary.LittleEndian.Uint32(raw[8+512:]))}, nil
}

func (l *link) take(m message) {
	switch m.command {
	case open:
		l.open(m.arg0, strings.TrimRight(string(m.data), "\x00"))
	case okay:
		if s := l.stream(m.arg1); s != nil {
			s.acknowledged()
		}
	case wrte:
		if s := l.stream(m.arg1); s != nil {
			s.receive(m.data)
			_ = l.send(message{okay, s.local, s.remote, nil})
		}
	case clse:
		if s := l.stream(m.arg1); s != nil {
			s.close()
			l.mu.Lock()
			delete(l.streams, m.arg1)
			l.mu.Unlock()
		}
	}
}

func (l *link) stream(local uint32) *stream {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.streams[local]
}

// open starts a service.
func (l *link) open(remote uint32, name string) {
	l.Phone.mu.Lock()
	l.asked = append(l.asked, name)
	l.Phone.mu.Unlock()
	serve := l.service(name)
	if serve == nil {
		_ = l.send(message{clse, 0, remote, nil})
		return
	}
	l.mu.Lock()
	s := newStream(l, l.next, remote)
	l.streams[l.next] = s
	l.next++
	l.mu.Unlock()
	if l.send(message{okay, s.local, remote, nil}) != nil {
		return
	}
	go func() {
		serve(s)
		_ = l.send(message{clse, s.local, s.remote, nil})
		s.close()
	}()
}

// stream is one service that runs. What the server sends waits in a buffer.
type stream struct {
	link          *link
	local, remote uint32
	mu            sync.Mutex
	changed       *sync.Cond
	in            bytes.Buffer
	ready, closed bool
}

func newStream(l *link, local, remote uint32) *stream {
	s := &stream{link: l, local: local, remote: remote, ready: true}
	s.changed = sync.NewCond(&s.mu)
	return s
}

func (s *stream) receive(data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.in.Write(data)
	s.changed.Broadcast()
}

func (s *stream) acknowledged() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ready = true
	s.changed.Broadcast()
}

func (s *stream) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.changed.Broadcast()
}

func (s *stream) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.in.Len() == 0 {
		if s.closed {
			return 0, io.EOF
		}
		s.changed.Wait()
	}
	return s.in.Read(p)
}

// Write sends pieces, each when the one before was acknowledged.
func (s *stream) Write(p []byte) (n int, err error) {
	piece := s.link.Piece
	if piece == 0 {
		piece = maxData
	}
	for part := range slices.Chunk(p, piece) {
		s.mu.Lock()
		for !s.ready && !s.closed {
			s.changed.Wait()
		}
		if s.closed {
			s.mu.Unlock()
			return n, io.ErrClosedPipe
		}
		s.ready = false
		s.mu.Unlock()
		if err := s.link.send(message{wrte, s.local, s.remote, part}); err != nil {
			return n, err
		}
		n += len(part)
	}
	return n, nil
}
