package platform

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

var (
	errNotFolder = errors.New("not a folder")
	errSwapped   = errors.New("was replaced while it was opened")
)

func isEOF(err error) bool { return errors.Is(err, io.EOF) }

// oneFolder is the place of a root that is one folder of the host.
type oneFolder struct{ root *os.Root }

func (o oneFolder) at(name string) (*os.Root, string, error) {
	return o.root, filepath.FromSlash(name), nil
}

func (oneFolder) list() ([]fs.DirEntry, bool) { return nil, false }

func (oneFolder) target(raw string) string { return slashTarget(raw) }
