package platform

import (
	"errors"
	"io"
	"io/fs"
	"net/url"

	"github.com/chatvet/chatvet/platform/origin"
	"github.com/chatvet/chatvet/signatures"
)

// Origins is a FS that knows where files were downloaded from.
type Origins interface {
	// Origin returns the address that the system noted for a regular file, or
	// an error wrapping fs.ErrNotExist where there is no note.
	Origin(name string) (string, error)
}

// OriginOf asks a FS for the origin of a file: first for what the system noted,
// then for the mark of the web that a copy from Windows left as a file of its
// own ("Setup.exe:Zone.Identifier").
func OriginOf(fsys FS, name string) (string, error) {
	err := error(&fs.PathError{Op: "origin", Path: name, Err: fs.ErrNotExist})
	if o, ok := fsys.(Origins); ok {
		var from string
		if from, err = o.Origin(name); !errors.Is(err, fs.ErrNotExist) {
			return from, err
		}
	}
	mark, openErr := fsys.Open(name + origin.Stream)
	if openErr != nil {
		return "", err
	}
	defer mark.Close()
	zone, readErr := origin.Parse(io.NewSectionReader(mark, 0, origin.MaxSize))
	if readErr != nil || zone.URL() == "" {
		return "", err
	}
	return zone.URL(), nil
}

// OriginFacts returns the address of a download and its facts. Passwords,
// queries and fragments are dropped: they can hold what opens an account.
func OriginFacts(raw string) (from string, facts []signatures.Fact) {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "ftp") {
		return "", nil
	}
	u = &url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return u.String(), []signatures.Fact{
		{Kind: signatures.OriginURL, Value: u.String()},
		{Kind: signatures.OriginHost, Value: u.Hostname()},
	}
}
