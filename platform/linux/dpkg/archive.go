package dpkg

import (
	"strings"

	"github.com/chatvet/chatvet/platform"
)

// record returns what apt kept of a package, or nil where that cannot lead from
// a signature to the package's files. apt names an archive after package,
// version and architecture, with "_", ":" and "%" escaped as in addresses.
func (s *search) record(p pkg) *platform.Record {
	if len(s.releases) == 0 || len(s.indexes) == 0 || p.arch == "" {
		return nil
	}
	name := archiveDir + "/" + quote(p.name) + "_" + quote(p.version) + "_" + quote(p.arch) + ".deb"
	info, err := s.fs.Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	return &platform.Record{Archive: name, Releases: s.releases, Indexes: s.indexes}
}

var quote = strings.NewReplacer("%", "%25", "_", "%5f", ":", "%3a").Replace
