package deb

import (
	"archive/tar"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Member is one entry of the data archive.
type Member struct {
	Name string      // slash-separated, without a leading "./" or "/"
	Mode fs.FileMode // type and permissions
	Size int64       // bytes
	// Link is what a symbolic link points to, as it is written, or the Name of
	// the member that a hard link is another name of.
	Link     string
	HardLink bool
}

// Regular is true for a file with bytes of its own.
func (m Member) Regular() bool { return m.Mode.IsRegular() && !m.HardLink }

func newMember(h *tar.Header, longest int) (Member, error) {
	m := Member{Mode: h.FileInfo().Mode(), Size: h.Size}
	var err error
	if m.Name, err = memberName(h.Name, longest); err != nil {
		return Member{}, err
	}
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeDir, tar.TypeChar, tar.TypeBlock, tar.TypeFifo:
	case tar.TypeSymlink:
		if len(h.Linkname) > longest {
			return Member{}, fmt.Errorf("%w: a link target of %d bytes", ErrTooLarge, len(h.Linkname))
		}
		m.Link = h.Linkname
	case tar.TypeLink:
		m.HardLink = true
		if m.Link, err = memberName(h.Linkname, longest); err != nil {
			return Member{}, err
		}
	default:
		// dpkg refuses these too; a sparse file could claim any size.
		return Member{}, fmt.Errorf("%w: a member of type %q", ErrMalformed, h.Typeflag)
	}
	return m, nil
}

func memberName(name string, longest int) (string, error) {
	if len(name) > longest {
		return "", fmt.Errorf("%w: a name of %d bytes", ErrTooLarge, len(name))
	}
	if name == "" || strings.ContainsRune(name, 0) {
		return "", fmt.Errorf("%w: a member without a proper name", ErrMalformed)
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == ".." {
			return "", fmt.Errorf("%w: a name that leads out of the package: %q", ErrMalformed, name)
		}
	}
	return path.Clean(strings.TrimLeft(path.Clean(name), "/")), nil
}
