package dpkg

import (
	"errors"
	"io/fs"
	"strings"

	"github.com/chatvet/chatvet/platform"
)

// keyDirs are where keys of repositories lie (apt-secure(8), sources.list(5),
// Signed-By). Keys that stand in a list of sources itself are not looked for.
var keyDirs = []string{"usr/share/keyrings", "etc/apt/keyrings", "etc/apt/trusted.gpg.d"}

// maxKeyFiles bounds the files of keys.
const maxKeyFiles = 500

// record returns what apt kept that may lead to where a package came from, or nil
// where it kept no lists. apt names an archive after package, version and
// architecture, with "_", ":" and "%" escaped as in addresses.
func (s *search) record(p pkg) *platform.Record {
	if len(s.indexes) == 0 || p.arch == "" {
		return nil
	}
	r := &platform.Record{Releases: s.releases, Indexes: s.indexes, Keys: s.keys}
	name := archiveDir + "/" + quote(p.name) + "_" + quote(p.version) + "_" + quote(p.arch) + ".deb"
	if info, err := s.fs.Lstat(name); err == nil && info.Mode().IsRegular() {
		r.Archive = name
	}
	return r
}

var quote = strings.NewReplacer("%", "%25", "_", "%5f", ":", "%3a").Replace

// readKeys notes the files of keys that apt would trust.
func (s *search) readKeys() {
	for _, dir := range keyDirs {
		names, err := s.names(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			s.gap(dir, "keys of package repositories", err)
		}
		for _, name := range names {
			if isKeyFile(name) && len(s.keys) < maxKeyFiles {
				s.keys = append(s.keys, dir+"/"+name)
			}
		}
	}
}

func isKeyFile(name string) bool {
	return strings.HasSuffix(name, ".gpg") || strings.HasSuffix(name, ".asc") || strings.HasSuffix(name, ".pgp")
}
