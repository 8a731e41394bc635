package dpkg

import (
	"io"
)

// diversion says that packages other than one have a file under another name.
type diversion struct {
	to string
	by string // a package, or ":" for the administrator, which is no package
}

const maxDiversions = 100_000

// parseDiversions reads var/lib/dpkg/diversions, dpkg-divert(1): three lines
// each, the contested path, where it went, and who diverted it.
func parseDiversions(r io.Reader, damaged func(line int, why string)) (map[string]diversion, error) {
	all := map[string]diversion{}
	var group []string
	last := 0
	err := eachLine(r, damaged, func(n int, line string) error {
		last = n
		if group = append(group, line); len(group) < 3 {
			return nil
		}
		from, ok1 := recordName(group[0])
		to, ok2 := recordName(group[1])
		switch {
		case !ok1 || !ok2 || from == "" || to == "":
			damaged(n, "not a diversion of a path")
		case len(all) == maxDiversions:
			return errTooManyFiles
		default:
			all[from] = diversion{to: to, by: group[2]}
		}
		group = group[:0]
		return nil
	})
	if len(group) > 0 {
		damaged(last, "the file ends in the middle of a diversion")
	}
	return all, err
}

func (s *search) readDiversions() map[string]diversion {
	var all map[string]diversion
	s.readRecord(divertFile, "diverted files", func(r io.Reader, damaged func(int, string)) (err error) {
		all, err = parseDiversions(r, damaged)
		return err
	})
	return all
}

// placeOf is where a package's file lies once diversions are applied.
func (s *search) placeOf(p pkg, name string) string {
	if d, ok := s.diversions[name]; ok && d.by != p.name {
		return d.to
	}
	return name
}
