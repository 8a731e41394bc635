package dpkg

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// maxFiles bounds the files of one package.
const maxFiles = 200_000

var errTooManyFiles = fmt.Errorf("more than %d files", maxFiles)

// conffile is a file that an administrator may change.
type conffile struct {
	name string
	md5  string // empty where the record gives none
}

// parseList reads info/*.list: one absolute path a line. Names come without the
// leading slash; the root itself is left out.
func parseList(r io.Reader, damaged func(line int, why string)) ([]string, error) {
	var names []string
	err := eachLine(r, damaged, func(n int, line string) error {
		name, ok := recordName(line)
		switch {
		case !ok:
			damaged(n, "not an absolute path")
		case len(names) == maxFiles:
			return errTooManyFiles
		case name != "":
			names = append(names, name)
		}
		return nil
	})
	return names, err
}

// parseMD5Sums reads info/*.md5sums, deb-md5sums(5): 32 hex digits, two spaces,
// a path without leading slash.
func parseMD5Sums(r io.Reader, damaged func(line int, why string)) (map[string]string, []string, error) {
	sums := map[string]string{}
	var order []string
	err := eachLine(r, damaged, func(n int, line string) error {
		if len(line) < 35 || line[32] != ' ' || !isMD5(line[:32]) {
			damaged(n, "not a digest and a path")
			return nil
		}
		name, ok := recordName("/" + line[34:])
		if !ok || name == "" {
			damaged(n, "not a path")
			return nil
		}
		if len(order) == maxFiles {
			return errTooManyFiles
		}
		if _, twice := sums[name]; !twice {
			order = append(order, name)
		}
		sums[name] = strings.ToLower(line[:32])
		return nil
	})
	return sums, order, err
}

// parseConffiles reads info/*.conffiles, deb-conffiles(5): absolute paths, some
// behind a flag.
func parseConffiles(r io.Reader, damaged func(line int, why string)) ([]conffile, error) {
	var all []conffile
	err := eachLine(r, damaged, func(n int, line string) error {
		line = strings.TrimPrefix(strings.TrimSpace(line), "remove-on-upgrade ")
		name, ok := recordName(strings.TrimSpace(line))
		switch {
		case !ok || name == "":
			damaged(n, "not an absolute path")
		case len(all) == maxFiles:
			return errTooManyFiles
		default:
			all = append(all, conffile{name: name})
		}
		return nil
	})
	return all, err
}

// parseStatusConffiles reads the field Conffiles: "path md5 [flags]" a line.
// What it does not understand only means that a file counts as no conffile.
func parseStatusConffiles(value string) []conffile {
	var all []conffile
	for line := range strings.Lines(value) {
		words := strings.Fields(line)
		for len(words) > 0 && (words[len(words)-1] == "obsolete" || words[len(words)-1] == "remove-on-upgrade") {
			words = words[:len(words)-1]
		}
		if len(words) < 2 {
			continue
		}
		// A path may hold spaces; the digest is the last word.
		sum := words[len(words)-1]
		name, ok := recordName(strings.Join(words[:len(words)-1], " "))
		if !ok || name == "" {
			continue
		}
		c := conffile{name: name}
		if isMD5(sum) {
			c.md5 = strings.ToLower(sum)
		}
		all = append(all, c)
	}
	return all
}

// eachLine hands on lines with their numbers, empty ones left out.
func eachLine(r io.Reader, damaged func(line int, why string), take func(n int, line string) error) error {
	lines := bufio.NewReaderSize(r, maxLine)
	for n := 1; ; n++ {
		line, err := lines.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			damaged(n, "line too long")
			if err = skipLine(lines); err == nil {
				continue
			}
		} else if text := strings.TrimSuffix(string(line), "\n"); text != "" {
			if err := take(n, text); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// recordName turns an absolute path of a record into a name of the root. Paths
// that climb are refused: no package has them.
func recordName(p string) (string, bool) {
	if !strings.HasPrefix(p, "/") || strings.IndexByte(p, 0) >= 0 {
		return "", false
	}
	for part := range strings.SplitSeq(p, "/") {
		if part == ".." {
			return "", false
		}
	}
	return strings.TrimPrefix(path.Clean(p), "/"), true
}

func isMD5(s string) bool {
	if len(s) != 32 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
			return false
		}
	}
	return true
}

// readInfo opens a package's record with one ending and hands it to parse.
// missing is true where there is none; an unreadable or damaged one is a gap.
func (s *search) readInfo(p pkg, ending, what string, parse func(io.Reader, func(int, string)) error) (missing bool) {
	for _, name := range p.infoNames(ending) {
		missing, ok := s.readRecord(name, what, parse)
		if !missing || ok {
			return false
		}
	}
	return true
}

// readRecord reads one record file; its damage and errors become gaps.
func (s *search) readRecord(name, what string, parse func(io.Reader, func(int, string)) error) (missing, ok bool) {
	f, err := s.fs.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return true, false
	}
	if err != nil {
		s.gap(name, what, err)
		return false, false
	}
	defer f.Close()
	damage := s.damage(name, what)
	defer damage.close()
	if info, err := f.Stat(); err == nil && info.Size() > maxRecord {
		damage.bound(fmt.Sprintf("larger than %d bytes; the rest was not read", maxRecord))
	}
	err = parse(io.NewSectionReader(f, 0, maxRecord), damage.line)
	switch {
	case errors.Is(err, errTooManyFiles):
		damage.bound(err.Error())
	case err != nil:
		s.gap(name, what, err)
	}
	return false, err == nil
}

// infoNames are the names that a record can have: with the architecture for
// packages that can be there in several.
func (p pkg) infoNames(ending string) []string {
	if p.record != statusFile {
		// Images without dpkg name the file after the paragraph's.
		return []string{p.record + ending, infoDir + "/" + p.name + ending}
	}
	plain, qualified := infoDir+"/"+p.name+ending, infoDir+"/"+p.name+":"+p.arch+ending
	switch {
	case p.arch == "":
		return []string{plain}
	case p.multiArchSame:
		return []string{qualified, plain}
	}
	return []string{plain, qualified}
}
