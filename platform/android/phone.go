package android

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/android/adb"
)

// MaxHeld is how many bytes of APKs are in memory at once. A larger file cannot
// be read: it would have to be written somewhere.
const MaxHeld = 512 << 20

// Phone is the file system of a phone, as far as a cable shows it. Files are
// pulled whole into memory when they are opened.
type Phone struct {
	ctx    context.Context
	device *adb.Device
	held   *held
	SDK    int    // version of Android as a number (API level), 0 where the phone does not say
	Model  string // as the phone names itself
}

// Open asks a phone which it is. What is read from it later ends with ctx.
func Open(ctx context.Context, d *adb.Device) (*Phone, error) {
	p := &Phone{ctx: ctx, device: d, held: newHeld(MaxHeld)}
	for _, ask := range []struct {
		property string
		take     func(string)
	}{
		{"ro.build.version.sdk", func(s string) { p.SDK, _ = strconv.Atoi(s) }},
		{"ro.product.model", func(s string) { p.Model = s }},
	} {
		out, err := d.Run(ctx, "getprop "+ask.property)
		if err != nil {
			return nil, fmt.Errorf("asking the phone what it is: %w", err)
		}
		ask.take(firstLine(string(out.Stdout)))
	}
	if p.SDK < 1 || p.SDK > 99 {
		p.SDK = 0
	}
	return p, nil
}

const maxModel = 64

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	line = strings.TrimSpace(line)
	if len(line) > maxModel {
		line = strings.ToValidUTF8(line[:maxModel], "")
	}
	return line
}

// Root is the phone as a thing to look at.
func (p *Phone) Root() platform.Root {
	return platform.Root{Kind: platform.Phone, OS: "android", Name: p.Model, FS: p}
}

// Lstat says what the phone says of a file, links followed where it can.
func (p *Phone) Lstat(name string) (fs.FileInfo, error) {
	s, err := p.device.Stat(p.ctx, "/"+name)
	if err != nil {
		return nil, &fs.PathError{Op: "lstat", Path: name, Err: err}
	}
	return info{name, s}, nil
}

// Resolve returns the name as it is: a phone follows its links itself.
func (p *Phone) Resolve(name string) (string, error) { return name, nil }

// ReadDir refuses: the package manager names every file, and folders on a phone
// hold what is a person's own.
func (p *Phone) ReadDir(name string) ([]fs.DirEntry, error) {
	return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrPermission}
}

// errTooLarge is told in the gap of a file that cannot be held, with a way round.
var errTooLarge = &platform.GapError{Kind: gapTooLarge, Err: fmt.Errorf(
	"more than the %d MB that are held in memory, and nothing is written to a disk; copy it with \"adb pull\" and run \"chatvet inspect\" on the copy", MaxHeld>>20)}

const gapTooLarge = "too-large"

// Open pulls an APK into memory. Anything else on a phone is never opened. It
// waits while too much is held already, and pulls once more where the file changed
// meanwhile.
func (p *Phone) Open(name string) (platform.File, error) {
	f, err := p.open(name)
	if errors.Is(err, errChanged) {
		f, err = p.open(name)
	}
	if errors.Is(err, adb.ErrLost) {
		err = &platform.GapError{Kind: GapPhone, Err: err}
	}
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return f, nil
}

var errChanged = errors.New("it changed while it was read, as an update does")

func (p *Phone) open(name string) (platform.File, error) {
	if !isAPK(name) {
		return nil, platform.ErrPrivate
	}
	before, err := p.device.Stat(p.ctx, "/"+name)
	switch {
	case err != nil:
		return nil, err
	case !before.Regular():
		return nil, platform.ErrNotRegular
	case before.Size > MaxHeld:
		return nil, errTooLarge
	}
	if err := p.held.take(p.ctx, before.Size); err != nil {
		return nil, err
	}
	f := &pulled{info: info{name, before}, free: func() { p.held.give(before.Size) }}
	n, err := p.device.Pull(p.ctx, "/"+name, before.Size, f)
	if err == nil {
		var after adb.Stat
		if after, err = p.device.Stat(p.ctx, "/"+name); err == nil && (after != before || n != before.Size) {
			err = errChanged
		}
	}
	if errors.Is(err, adb.ErrTooMuch) {
		err = errChanged
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// isAPK is true for the only names that are opened on a phone.
func isAPK(name string) bool {
	return strings.HasSuffix(name, ".apk") && path.Clean("/"+name) == "/"+name
}

// info is a file as the phone tells of it.
type info struct {
	name string
	stat adb.Stat
}

func (i info) Name() string       { return path.Base(i.name) }
func (i info) Size() int64        { return i.stat.Size }
func (i info) ModTime() time.Time { return time.Unix(i.stat.Time, 0) }
func (i info) IsDir() bool        { return i.stat.Mode&0o170000 == 0o040000 }
func (i info) Sys() any           { return nil }

func (i info) Mode() fs.FileMode {
	mode := fs.FileMode(i.stat.Mode & 0o777)
	switch {
	case i.IsDir():
		return mode | fs.ModeDir
	case !i.stat.Regular():
		return mode | fs.ModeIrregular
	}
	return mode
}
