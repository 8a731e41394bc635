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
// then for what a copy left as a file of its own: from Windows the mark of the
// web ("Setup.exe:Zone.Identifier"), from a Mac the attributes ("._Chat.dmg").
func OriginOf(fsys FS, name string) (string, error) {
	err := error(&fs.PathError{Op: "origin", Path: name, Err: fs.ErrNotExist})
	if o, ok := fsys.(Origins); ok {
		var from string
		if from, err = o.Origin(name); !errors.Is(err, fs.ErrNotExist) {
			return from, err
		}
	}
	if from := zoneOf(fsys, name); from != "" {
		return from, nil
	}
	if o, macErr := MacOriginOf(fsys, name); macErr == nil && o.URL != "" {
		return o.URL, nil
	}
	return "", err
}

// zoneOf is the address in a mark of the web beside a file, or empty.
func zoneOf(fsys FS, name string) string {
	mark, err := fsys.Open(name + origin.Stream)
	if err != nil {
		return ""
	}
	defer mark.Close()
	zone, err := origin.Parse(io.NewSectionReader(mark, 0, origin.MaxSize))
	if err != nil {
		return ""
	}
	return zone.URL()
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
