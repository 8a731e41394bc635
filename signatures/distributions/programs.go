package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect/inspect/deb"
	"github.com/chatvet/chatvet/detect/sign/aptrelease"
)

// program is one program of a package.
type program struct{ path, sha256 string }

// programsOf returns the programs of a package, by path. A program is a regular
// file in usr/bin, usr/games, usr/lib or usr/libexec that holds code: it is
// executable, or an ELF file, or a script by its ending.
//
// That is more than the file that a person starts, because that file can be a
// mere launcher: Gajim's is 200 bytes that load 250 Python modules, Dino's code
// is in its own libraries and plug-ins. All of them together are the client, and
// a pin that left them out would call a changed one genuine. Libraries of other
// packages (libpurple, Qt) are left to these packages; files in usr/share are
// data, or hooks of other programs.
func programsOf(ctx context.Context, f io.ReaderAt, size int64, proof aptrelease.Proof) ([]program, error) {
	pkg, err := deb.Read(f, size, deb.DefaultLimits)
	if err != nil {
		return nil, err
	}
	var programs []program
	err = pkg.Walk(ctx, func(m deb.Member, r io.Reader) error {
		if !m.Regular() || !codeFolder(m.Name) {
			return nil
		}
		head := make([]byte, len(elfMagic))
		n, err := io.ReadFull(r, head)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		if !isProgram(m, head[:n]) {
			return nil
		}
		sum, ok := proof.Files[m.Name]
		if !ok {
			return fmt.Errorf("%s is not in the proof", m.Name)
		}
		programs = append(programs, program{m.Name, sum})
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(programs, func(p program) bool {
		return strings.HasPrefix(p.path, "usr/bin/") || strings.HasPrefix(p.path, "usr/games/")
	}) {
		return nil, errors.New("nothing in it can be started")
	}
	slices.SortFunc(programs, func(a, b program) int { return strings.Compare(a.path, b.path) })
	return programs, nil
}

const elfMagic = "\x7fELF"

func codeFolder(name string) bool {
	return slices.ContainsFunc([]string{"usr/bin/", "usr/games/", "usr/lib/", "usr/libexec/"}, func(dir string) bool {
		return strings.HasPrefix(name, dir)
	})
}

// isProgram leaves empty files out: they hold no code, and the digest of
// nothing tells nothing.
func isProgram(m deb.Member, head []byte) bool {
	if m.Size == 0 {
		return false
	}
	return m.Mode&0o111 != 0 || string(head) == elfMagic || slices.Contains(scripts, path.Ext(m.Name))
}

// scripts are the endings of scripts that are loaded rather than started.
var scripts = []string{".js", ".lua", ".pl", ".pm", ".py", ".sh", ".tcl"}
