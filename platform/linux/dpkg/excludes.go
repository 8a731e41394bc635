package dpkg

import (
	"io"
	"path"
	"strings"
)

// exclude is one path-exclude or path-include of dpkg.cfg(5): files that dpkg
// was told not to unpack are not missing. Slim images leave out manuals so.
type exclude struct {
	pattern string // in path.Match's form, see flatten
	include bool
}

const maxExcludes = 1000

// parseExcludes reads a dpkg.cfg for those two options.
func parseExcludes(r io.Reader, damaged func(line int, why string)) ([]exclude, error) {
	var all []exclude
	err := eachLine(r, damaged, func(n int, line string) error {
		option, pattern, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok {
			option, pattern, _ = strings.Cut(strings.TrimSpace(line), " ")
		}
		option = strings.TrimSpace(option)
		if option != "path-exclude" && option != "path-include" {
			return nil
		}
		pattern = flatten(strings.Trim(strings.TrimSpace(pattern), `"'`))
		if _, err := path.Match(pattern, ""); err != nil || len(all) == maxExcludes {
			damaged(n, "pattern not understood")
			return nil
		}
		all = append(all, exclude{pattern: pattern, include: option == "path-include"})
		return nil
	})
	return all, err
}

// flatten lets "*" match slashes too, as dpkg's patterns do.
func flatten(s string) string { return strings.ReplaceAll(s, "/", "\x00") }

// readExcludes reads the configuration in dpkg's order: the folder, then the
// file, and the last that matches a path holds.
func (s *search) readExcludes() []exclude {
	var all []exclude
	read := func(name string) {
		s.readRecord(name, "which files were left out", func(r io.Reader, damaged func(int, string)) error {
			more, err := parseExcludes(io.LimitReader(r, maxConfig), damaged)
			all = append(all, more...)
			return err
		})
	}
	// Without the folder nothing was left out by it.
	names, _ := s.names(configDir)
	for _, name := range names {
		read(configDir + "/" + name)
	}
	read(configFile)
	return all
}

func (s *search) excluded(name string) bool {
	out := false
	flat := flatten("/" + name)
	for _, e := range s.excludes {
		if ok, _ := path.Match(e.pattern, flat); ok {
			out = !e.include
		}
	}
	return out
}
