package platform

import (
	"io/fs"
	"net/url"

	"github.com/chatvet/chatvet/signatures"
)

// Origins is a FS that knows where files were downloaded from.
type Origins interface {
	// Origin returns the address that the system noted for a regular file, or
	// an error wrapping fs.ErrNotExist where there is no note.
	Origin(name string) (string, error)
}

// OriginOf asks a FS for the origin of a file. A FS that knows of no origins
// answers as for a file without one.
func OriginOf(fsys FS, name string) (string, error) {
	if o, ok := fsys.(Origins); ok {
		return o.Origin(name)
	}
	return "", &fs.PathError{Op: "origin", Path: name, Err: fs.ErrNotExist}
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
