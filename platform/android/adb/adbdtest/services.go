package adbdtest

import (
	"encoding/binary"
	"io"
	"slices"
	"strconv"
	"strings"
)

// service returns what serves a request, or nil for what this phone does not have.
func (l *link) service(name string) func(*stream) {
	if command, ok := strings.CutPrefix(name, "shell,v2,raw:"); ok && slices.Contains(l.features(), "shell_v2") {
		return func(s *stream) { shellV2(s, l.answer(command)) }
	}
	if command, ok := strings.CutPrefix(name, "exec:"); ok {
		return func(s *stream) { l.exec(s, command) }
	}
	if name == "sync:" {
		return l.sync
	}
	return nil
}

func (l *link) answer(command string) Answer {
	if l.Run == nil {
		return Answer{Stderr: "/system/bin/sh: " + command + ": not found\n", Exit: 127}
	}
	return l.Run(command)
}

// shellV2 writes packets: a kind, a length, data.
func shellV2(s *stream, a Answer) {
	packet := func(kind byte, data string) {
		head := binary.LittleEndian.AppendUint32([]byte{kind}, uint32(len(data)))
		_, _ = s.Write(append(head, data...))
	}
	if a.Stdout != "" {
		packet(1, a.Stdout)
	}
	if a.Stderr != "" {
		packet(2, a.Stderr)
	}
	packet(3, string([]byte{a.Exit}))
}

// exec is a shell that knows one thing: "; echo WORD$?" after a command.
func (l *link) exec(s *stream, command string) {
	command, word, echoes := strings.Cut(command, "; echo ")
	a := l.answer(command)
	text := a.Stdout + a.Stderr
	if echoes {
		text += strings.TrimSuffix(word, "$?") + strconv.Itoa(int(a.Exit)) + "\n"
	}
	_, _ = io.WriteString(s, text)
}

// sync serves STAT, STA2, RECV and RCV2 until QUIT or the end.
func (l *link) sync(s *stream) {
	for {
		id, path, err := syncRequest(s)
		if err != nil || id == "QUIT" {
			return
		}
		if l.Garbage {
			_, _ = s.Write(slices.Repeat([]byte{0xa5}, 128))
			return
		}
		switch id {
		case "STAT":
			l.stat1(s, path)
		case "STA2":
			l.stat2(s, path)
		case "RCV2":
			if _, err := io.ReadFull(s, make([]byte, 8)); err != nil {
				return
			}
			l.recv(s, path)
		case "RECV":
			l.recv(s, path)
		default:
			fail(s, "unknown command")
			return
		}
	}
}

func syncRequest(s *stream) (id, path string, err error) {
	var head [8]byte
	if _, err := io.ReadFull(s, head[:]); err != nil {
		return "", "", err
	}
	n := binary.LittleEndian.Uint32(head[4:])
	if n > 1024 {
		return "", "", io.ErrUnexpectedEOF
	}
	name := make([]byte, n)
	_, err = io.ReadFull(s, name)
	return string(head[:4]), string(name), err
}

const (
	regular = 0o100644
	aTime   = 1700000000
)

func (l *link) size(path string) int64 {
	if claimed, ok := l.Sizes[path]; ok {
		return claimed
	}
	return int64(len(l.Files[path]))
}

func (l *link) stat1(s *stream, path string) {
	out := []byte("STAT")
	_, found := l.Files[path]
	fields := []uint32{0, 0, 0}
	if found {
		fields = []uint32{regular, uint32(l.size(path)), aTime}
	}
	for _, v := range fields {
		out = binary.LittleEndian.AppendUint32(out, v)
	}
	_, _ = s.Write(out)
}

func (l *link) stat2(s *stream, path string) {
	le := binary.LittleEndian
	out := make([]byte, 72)
	copy(out, "STA2")
	_, found := l.Files[path]
	if !found {
		le.PutUint32(out[4:], 2) // ENOENT
	} else {
		le.PutUint32(out[24:], regular)
		le.PutUint64(out[40:], uint64(l.size(path)))
		le.PutUint64(out[56:], aTime)
	}
	_, _ = s.Write(out)
}

func (l *link) recv(s *stream, path string) {
	body, found := l.Files[path]
	if !found {
		fail(s, "open failed: No such file or directory")
		return
	}
	for part := range slices.Chunk(body, maxData) {
		if l.cut(len(part)) {
			l.Unplug()
			return
		}
		_, _ = s.Write(append(binary.LittleEndian.AppendUint32([]byte("DATA"), uint32(len(part))), part...))
	}
	_, _ = s.Write([]byte("DONE\x00\x00\x00\x00"))
}

// cut counts the bytes of files, and is true when the cable is to be pulled.
func (l *link) cut(n int) bool {
	l.Phone.mu.Lock()
	defer l.Phone.mu.Unlock()
	l.sent += n
	return l.CutAfter > 0 && l.sent > l.CutAfter
}

func fail(s *stream, message string) {
	_, _ = s.Write(append(binary.LittleEndian.AppendUint32([]byte("FAIL"), uint32(len(message))), message...))
}
