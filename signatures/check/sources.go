package check

import (
	"regexp"
	"strings"
	"time"

	"github.com/chatvet/chatvet/signatures"
	"github.com/chatvet/chatvet/signatures/source"
)

// sourceNumbers checks an owner's sources and returns their numbers.
func (c *checker) sourceNumbers(owner any, list *[]signatures.Source) map[int]bool {
	numbers := map[int]bool{}
	if len(*list) == 0 {
		c.report(c.At(list, owner), source.NoSources, "there are no sources")
	}
	for i := range *list {
		s := &(*list)[i]
		if numbers[s.N] {
			c.report(c.At(&s.N, s), source.DuplicateSource, "source %d is given twice", s.N)
		}
		numbers[s.N] = true
		c.source(s)
	}
	return numbers
}

func (c *checker) source(s *signatures.Source) {
	if s.Publisher == "" {
		c.report(c.At(s), source.UnfinishedSource, "source %d has no publisher", s.N)
	}
	if s.Title == "" {
		c.report(c.At(s), source.UnfinishedSource, "source %d has no title", s.N)
	}
	if s.URL == "" && !needsNoAddress(s) {
		c.report(c.At(s), source.NoAddress, "source %d has no url", s.N)
	}
	if s.Date != "" && !isSourceDate(s.Date) {
		c.report(c.At(&s.Date, s), source.BadDate, "date of source %d is %q, want YYYY, YYYY-MM or YYYY-MM-DD, or two of them with a slash", s.N, s.Date)
	}
}

// needsNoAddress is true for what has none that would last.
func needsNoAddress(s *signatures.Source) bool {
	said := strings.ToLower(s.Publisher + " " + s.Title)
	for _, words := range []string{"public source code", "public github source", "signed release file", "printed"} {
		if strings.Contains(said, words) {
			return true
		}
	}
	return false
}

// cites checks a statement's source number; 0 stands for none.
func (c *checker) cites(at source.Position, what string, number int, numbers map[int]bool) {
	switch {
	case number == 0:
		c.report(at, source.UnknownSource, "%s has no source", what)
	case !numbers[number]:
		c.report(at, source.UnknownSource, "%s has source %d, which is not in sources", what, number)
	}
}

var yearSpan = regexp.MustCompile(`^[0-9]{4}-[0-9]{4}$`)

// isSourceDate also takes spans: "2011-04/2013-12" (ISO 8601-1, section 5.5)
// and "2024-2026".
func isSourceDate(s string) bool {
	if yearSpan.MatchString(s) {
		return s[:4] <= s[5:]
	}
	from, to, isSpan := strings.Cut(s, "/")
	return isDate(from) && (!isSpan || isDate(to))
}

// isDate takes YYYY, YYYY-MM and YYYY-MM-DD.
func isDate(s string) bool {
	for _, layout := range []string{"2006", "2006-01", time.DateOnly} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}
