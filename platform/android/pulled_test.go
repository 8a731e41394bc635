package android

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

func TestPulledFile(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789"), 250_000) // more than two blocks
	freed := 0
	f := &pulled{free: func() { freed++ }}
	for rest := content; len(rest) > 0; {
		n := min(len(rest), 65_521)
		if _, err := f.Write(rest[:n]); err != nil {
			t.Fatal(err)
		}
		rest = rest[n:]
	}
	if err := iotest.TestReader(io.NewSectionReader(f, 0, int64(len(content))), content); err != nil {
		t.Error(err)
	}
	if n, err := f.ReadAt(make([]byte, 10), int64(len(content))-4); n != 4 || !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %d bytes, %v", n, err)
	}
	if _, err := f.ReadAt(make([]byte, 1), -1); err == nil {
		t.Error("read before the beginning")
	}
	f.Close()
	f.Close()
	if freed != 1 {
		t.Errorf("memory was given back %d times", freed)
	}
}

func TestHeld(t *testing.T) {
	h := newHeld(10)
	if err := h.take(t.Context(), 8); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- h.take(t.Context(), 5) }()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.take(ctx, 5); !errors.Is(err, context.Canceled) {
		t.Errorf("after Ctrl-C: %v", err)
	}
	h.give(8)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestOnlyAPKsAreOpened(t *testing.T) {
	p := &Phone{}
	for _, name := range []string{"data/data/org.example/databases/x.db", "sdcard/WhatsApp/x", "data/app/../data/x.apk", "data/app//x.apk", ""} {
		if _, err := p.Open(name); err == nil {
			t.Errorf("%q was opened", name)
		}
	}
}
