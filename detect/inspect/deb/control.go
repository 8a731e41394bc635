package deb

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/chatvet/chatvet/detect/inspect/deb/deb822"
)

// Control is a package's own description, deb-control(5). Everything in it is
// the packager's claim.
type Control struct {
	Package      string
	Version      string
	Architecture string
	Source       string // empty where it is the same as Package
	Maintainer   string
	Section      string
	Homepage     string
	Summary      string // the first line of Description
}

const (
	longestControl = 1 << 20
	longestMD5Sums = 8 << 20
)

// readControl reads the two files of the control archive that matter here.
func (p *Package) readControl(m member) error {
	archive, closer, err := openTar(context.Background(), p.r, m, p.limits.Control, p.limits.Window)
	if err != nil {
		return err
	}
	defer closer.Close()
	found := false
	for count := 0; ; count++ {
		h, err := archive.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if count >= p.limits.Members {
			return fmt.Errorf("%w: more than %d members", ErrTooLarge, p.limits.Members)
		}
		file, err := newMember(h, p.limits.Name)
		if err != nil {
			return err
		}
		switch {
		case !file.Regular():
		case file.Name == "control":
			if err := p.parseControl(file, archive); err != nil {
				return err
			}
			found = true
		case file.Name == "md5sums":
			if err := p.parseMD5Sums(file, archive); err != nil {
				return err
			}
		}
	}
	if !found {
		return fmt.Errorf("%w: no control file", ErrMalformed)
	}
	return nil
}

func (p *Package) parseControl(m Member, r io.Reader) error {
	text, err := readMember(m, r, longestControl)
	if err != nil {
		return err
	}
	paragraph, err := deb822.NewReader(bytes.NewReader(text), longestControl).Next()
	if err != nil {
		return errors.Join(fmt.Errorf("%w: an empty control file", ErrMalformed), err)
	}
	f, err := deb822.Parse(paragraph)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	summary, _, _ := strings.Cut(f.Get("Description"), "\n")
	p.Control = Control{
		Package: f.Get("Package"), Version: f.Get("Version"), Architecture: f.Get("Architecture"),
		Source: f.Get("Source"), Maintainer: f.Get("Maintainer"), Section: f.Get("Section"),
		Homepage: f.Get("Homepage"), Summary: summary,
	}
	if p.Control.Package == "" || p.Control.Version == "" {
		return fmt.Errorf("%w: a control file without package and version", ErrMalformed)
	}
	return nil
}

// parseMD5Sums reads lines of digest, two blanks and path, deb-md5sums(5).
func (p *Package) parseMD5Sums(m Member, r io.Reader) error {
	text, err := readMember(m, r, longestMD5Sums)
	if err != nil {
		return err
	}
	p.MD5 = map[string]string{}
	for line := range bytes.Lines(text) {
		sum, name, ok := strings.Cut(strings.TrimRight(string(line), "\r\n"), " ")
		if sum == "" {
			continue
		}
		raw, err := hex.DecodeString(sum)
		if !ok || err != nil || len(raw) != 16 {
			return fmt.Errorf("%w: a line of md5sums", ErrMalformed)
		}
		name, err = memberName(strings.TrimLeft(name, " *"), p.limits.Name)
		if err != nil {
			return err
		}
		p.MD5[name] = hex.EncodeToString(raw)
	}
	return nil
}

func readMember(m Member, r io.Reader, longest int64) ([]byte, error) {
	if m.Size > longest {
		return nil, fmt.Errorf("%w: %s of %d bytes", ErrTooLarge, m.Name, m.Size)
	}
	return io.ReadAll(r)
}
