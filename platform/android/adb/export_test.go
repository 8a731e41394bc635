package adb

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"time"
)

// ParseDevices is parseDevices.
var ParseDevices = parseDevices

// silent is a connection whose other side said what it said, and hung up.
type silent struct {
	net.Conn
	r io.Reader
}

func (s silent) Read(p []byte) (int, error)      { return s.r.Read(p) }
func (s silent) Write(p []byte) (int, error)     { return len(p), nil }
func (s silent) Close() error                    { return nil }
func (s silent) SetReadDeadline(time.Time) error { return nil }

// TakeAnswer hands an answer to everything that reads one.
func TakeAnswer(ctx context.Context, answer []byte, features string) {
	c := func() *conn {
		return &conn{Conn: silent{r: bytes.NewReader(answer)}, ctx: ctx, stop: func() bool { return true }}
	}
	v2 := strings.Contains(features, "v2")
	for _, read := range []func(*conn){
		func(c *conn) { _, _ = c.text() },
		func(c *conn) { _, _ = c.packets() },
		func(c *conn) {
			if v2 {
				_, _ = c.stat2("/x")
			} else {
				_, _ = c.stat1("/x")
			}
		},
		func(c *conn) { _, _ = c.data(1<<20, io.Discard) },
	} {
		one := c()
		if one.granted() == nil && one.granted() == nil {
			read(one)
		}
		read(c())
	}
	parseDevices(string(answer))
}
