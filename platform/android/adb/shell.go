package adb

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// maxAnswer bounds what a command may write.
const maxAnswer = 32 << 20

// Output is what a command wrote and how it ended.
type Output struct {
	Stdout, Stderr []byte
	Exit           int
}

// Packet kinds of the shell protocol (shell_protocol.h).
const (
	packetStdout = 1
	packetStderr = 2
	packetExit   = 3
)

// Run runs a command on the phone. Phones from before Android 7 have no shell v2;
// on them both streams are one, and the exit code is asked for in words.
func (d *Device) Run(ctx context.Context, command string) (Output, error) {
	if !d.can("shell_v2") {
		return d.exec(ctx, command)
	}
	c, err := d.service(ctx, "shell,v2,raw:"+command)
	if err != nil {
		return Output{}, fmt.Errorf("running %q: %w", command, err)
	}
	defer c.close()
	out, err := c.packets()
	if err != nil {
		return Output{}, fmt.Errorf("running %q: %w", command, err)
	}
	return out, nil
}

func (c *conn) packets() (Output, error) {
	var stdout, stderr bytes.Buffer
	for {
		var head [5]byte
		if err := c.full(head[:]); err != nil {
			return Output{}, err
		}
		length := int64(binary.LittleEndian.Uint32(head[1:]))
		if length > maxAnswer || int64(stdout.Len()+stderr.Len())+length > maxAnswer {
			return Output{}, ErrTooMuch
		}
		switch head[0] {
		case packetExit:
			var code [1]byte
			if length != 1 {
				return Output{}, fmt.Errorf("%w: exit code of %d bytes", ErrProtocol, length)
			}
			if err := c.full(code[:]); err != nil {
				return Output{}, err
			}
			return Output{Stdout: stdout.Bytes(), Stderr: stderr.Bytes(), Exit: int(code[0])}, nil
		case packetStdout, packetStderr:
			to := &stdout
			if head[0] == packetStderr {
				to = &stderr
			}
			if _, err := io.CopyN(to, c, length); err != nil {
				if errors.Is(err, io.EOF) {
					err = c.lost(err)
				}
				return Output{}, err
			}
		default:
			return Output{}, fmt.Errorf("%w: packet of kind %d", ErrProtocol, head[0])
		}
	}
}

// ended comes before the exit code of a command that ran without shell v2.
const ended = "chatvet-exit:"

func (d *Device) exec(ctx context.Context, command string) (Output, error) {
	c, err := d.service(ctx, "exec:"+command+"; echo "+ended+"$?")
	if err != nil {
		return Output{}, fmt.Errorf("running %q: %w", command, err)
	}
	defer c.close()
	all, err := io.ReadAll(io.LimitReader(c, maxAnswer+1))
	switch {
	case err != nil:
		return Output{}, fmt.Errorf("running %q: %w", command, err)
	case len(all) > maxAnswer:
		return Output{}, fmt.Errorf("running %q: %w", command, ErrTooMuch)
	}
	i := bytes.LastIndex(all, []byte(ended))
	if i < 0 {
		return Output{}, fmt.Errorf("running %q: %w", command, ErrLost)
	}
	code, err := strconv.Atoi(strings.TrimSpace(string(all[i+len(ended):])))
	if err != nil {
		return Output{}, fmt.Errorf("running %q: %w: exit code", command, ErrProtocol)
	}
	return Output{Stdout: all[:i], Exit: code}, nil
}
