package adb

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// Bounds of the sync service (file_sync_protocol.h: SYNC_DATA_MAX, and the
// longest path that it takes).
const (
	maxData = 64 << 10
	maxPath = 1024
)

// Stat is what the phone says of a file.
type Stat struct {
	Mode uint32 // as in POSIX stat(2)
	Size int64
	Time int64 // of the last change, in seconds since 1970
}

// Regular is true for an ordinary file (S_IFREG).
func (s Stat) Regular() bool { return s.Mode&0o170000 == 0o100000 }

// Stat asks for a file, following links where the phone can (STA2), and without
// following them on older ones (STAT), whose sizes are modulo 2^32. The error
// wraps fs.ErrNotExist or fs.ErrPermission where the phone says so.
func (d *Device) Stat(ctx context.Context, path string) (Stat, error) {
	c, err := d.sync(ctx, path)
	if err != nil {
		return Stat{}, err
	}
	defer c.close()
	if d.can("stat_v2") {
		return c.stat2(path)
	}
	return c.stat1(path)
}

func (d *Device) sync(ctx context.Context, path string) (*conn, error) {
	if len(path) > maxPath {
		return nil, fmt.Errorf("%w: a path of %d bytes", ErrTooMuch, len(path))
	}
	return d.service(ctx, "sync:")
}

// send writes a request: four letters, a length, a path.
func (c *conn) send(id, path string) error {
	request := binary.LittleEndian.AppendUint32([]byte(id), uint32(len(path)))
	if _, err := c.Conn.Write(append(request, path...)); err != nil {
		return c.lost(err)
	}
	return nil
}

// stat1: "STAT", mode, size, time. All of them are 0 for what is not there or may
// not be seen.
func (c *conn) stat1(path string) (Stat, error) {
	if err := c.send("STAT", path); err != nil {
		return Stat{}, err
	}
	var b [16]byte
	if err := c.full(b[:]); err != nil {
		return Stat{}, err
	}
	if string(b[:4]) != "STAT" {
		return Stat{}, fmt.Errorf("%w: %q for STAT", ErrProtocol, b[:4])
	}
	le := binary.LittleEndian
	s := Stat{Mode: le.Uint32(b[4:]), Size: int64(le.Uint32(b[8:])), Time: int64(le.Uint32(b[12:]))}
	if s.Mode == 0 {
		return Stat{}, fs.ErrNotExist
	}
	return s, nil
}

// stat2: "STA2", error, dev, ino, mode, nlink, uid, gid, size, atime, mtime, ctime.
func (c *conn) stat2(path string) (Stat, error) {
	if err := c.send("STA2", path); err != nil {
		return Stat{}, err
	}
	var b [72]byte
	if err := c.full(b[:]); err != nil {
		return Stat{}, err
	}
	if string(b[:4]) != "STA2" {
		return Stat{}, fmt.Errorf("%w: %q for STA2", ErrProtocol, b[:4])
	}
	le := binary.LittleEndian
	switch code := le.Uint32(b[4:]); code {
	case 0:
	case wireENOENT:
		return Stat{}, fs.ErrNotExist
	case wireEACCES, wireEPERM:
		return Stat{}, fs.ErrPermission
	default:
		return Stat{}, fmt.Errorf("the phone answered with error %d", code)
	}
	s := Stat{Mode: le.Uint32(b[24:]), Size: int64(le.Uint64(b[40:])), Time: int64(le.Uint64(b[56:]))}
	if s.Size < 0 {
		return Stat{}, fmt.Errorf("%w: size %d", ErrProtocol, s.Size)
	}
	return s, nil
}

// Numbers of errors on the wire, which are Linux' on any phone
// (sysdeps/errno.cpp).
const (
	wireEPERM  = 1
	wireENOENT = 2
	wireEACCES = 13
)

// Pull writes the bytes of a file to w, by RCV2 without compression where the
// phone has it and by RECV elsewhere. It stops with ErrTooMuch after limit bytes.
func (d *Device) Pull(ctx context.Context, path string, limit int64, w io.Writer) (n int64, err error) {
	c, err := d.sync(ctx, path)
	if err != nil {
		return 0, err
	}
	defer c.close()
	if d.can("sendrecv_v2") {
		err = c.send("RCV2", path)
		if err == nil {
			if _, err = c.Conn.Write([]byte("RCV2\x00\x00\x00\x00")); err != nil {
				err = c.lost(err)
			}
		}
	} else {
		err = c.send("RECV", path)
	}
	if err != nil {
		return 0, err
	}
	return c.data(limit, w)
}

func (c *conn) data(limit int64, w io.Writer) (n int64, err error) {
	buf := make([]byte, maxData)
	for {
		var head [8]byte
		if err := c.full(head[:]); err != nil {
			return n, err
		}
		length := binary.LittleEndian.Uint32(head[4:])
		switch string(head[:4]) {
		case "DONE":
			return n, nil
		case "FAIL":
			return n, c.failed(length)
		case "DATA":
		default:
			return n, fmt.Errorf("%w: %q for DATA", ErrProtocol, head[:4])
		}
		if length > maxData {
			return n, fmt.Errorf("%w: %d bytes of data", ErrProtocol, length)
		}
		if n+int64(length) > limit {
			return n, ErrTooMuch
		}
		if err := c.full(buf[:length]); err != nil {
			return n, err
		}
		if _, err := w.Write(buf[:length]); err != nil {
			return n, err
		}
		n += int64(length)
	}
}

func (c *conn) failed(length uint32) error {
	if length > maxData {
		return fmt.Errorf("%w: a message of %d bytes", ErrProtocol, length)
	}
	message := make([]byte, length)
	if err := c.full(message); err != nil {
		return err
	}
	refused := &Refused{string(message)}
	if reason := reasonOf(refused.Message); reason != nil {
		return fmt.Errorf("%w: %w", refused, reason)
	}
	return refused
}

// reasonOf knows the words of strerror(3) on a phone.
func reasonOf(message string) error {
	switch {
	case strings.Contains(message, "No such file or directory"):
		return fs.ErrNotExist
	case strings.Contains(message, "Permission denied"), strings.Contains(message, "Operation not permitted"):
		return fs.ErrPermission
	}
	return nil
}
