package signatures

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// Version is the version of a program: numbers of any count, because Windows
// has four and some makers have two, and at most one pre-release name.
type Version struct {
	Parts []uint64
	// Pre is a pre-release as in semantic versioning 2.0.0, section 9:
	// "beta.1"; empty for a release.
	Pre string
	// Build is what was written behind it and does not count in a comparison:
	// a build number in parentheses, build metadata, a distribution's revision.
	Build string
}

const (
	maxVersionLength = 256
	maxVersionParts  = 16
)

var errNoVersion = errors.New("no version number")

// ParseVersion reads a version as makers write it:
//
//	8.20.0-beta.1     semantic versioning 2.0.0
//	7.0, v7.0         any count of numbers, up to 16
//	6.22.0.107        Windows, four numbers
//	5, 1, 4, 10       Windows, as old compilers write it into the resource
//	4.16.8 (12345)    a build number in parentheses
//	1:2.14.12-1+b1    Debian: the epoch and a revision that begins with a digit
//	                  are left out of comparisons (deb-version(7))
//	4.0~rc1-2         Debian's way of writing a pre-release
func ParseVersion(s string) (Version, error) {
	if len(s) > maxVersionLength {
		return Version{}, fmt.Errorf("version is %d bytes long, the most is %d", len(s), maxVersionLength)
	}
	rest := strings.TrimSpace(s)
	rest = strings.TrimPrefix(strings.TrimPrefix(withoutEpoch(rest), "v"), "V")
	parts, rest, err := leadingNumbers(rest)
	if err != nil {
		return Version{}, fmt.Errorf("version %q: %w", s, err)
	}
	v := Version{Parts: parts}
	if v.Pre, v.Build, err = versionSuffix(rest); err != nil {
		return Version{}, fmt.Errorf("version %q: %w", s, err)
	}
	return v, nil
}

func withoutEpoch(s string) string {
	epoch, rest, found := strings.Cut(s, ":")
	if found && epoch != "" && strings.Trim(epoch, "0123456789") == "" {
		return rest
	}
	return s
}

func leadingNumbers(s string) (parts []uint64, rest string, err error) {
	parts = make([]uint64, 0, 4)
	for {
		n := len(s) - len(strings.TrimLeft(s, "0123456789"))
		if n == 0 {
			return nil, "", errNoVersion
		}
		if len(parts) == maxVersionParts {
			return nil, "", fmt.Errorf("more than %d numbers", maxVersionParts)
		}
		part, err := strconv.ParseUint(s[:n], 10, 64)
		if err != nil || part == math.MaxUint64 {
			return nil, "", fmt.Errorf("number %s is too large", s[:n])
		}
		parts, s = append(parts, part), s[n:]
		switch {
		case strings.HasPrefix(s, "."):
			s = s[1:]
		case strings.HasPrefix(s, ","):
			s = strings.TrimLeft(s[1:], " ")
		default:
			return parts, s, nil
		}
	}
}

func versionSuffix(s string) (pre, build string, err error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return "", "", nil
	case s[0] == '(' && s[len(s)-1] == ')':
		return "", s[1 : len(s)-1], nil
	case s[0] == '+':
		return "", s[1:], allOf(s[1:], "build metadata", "+-.~")
	case s[0] == '~', s[0] == '-' && len(s) > 1 && !isDigit(s[1]):
		end := strings.IndexAny(s[1:], "+( ")
		if s[0] == '~' {
			end = strings.IndexAny(s[1:], "-+( ")
		}
		pre, rest := s[1:], ""
		if end >= 0 {
			pre, rest = s[1:1+end], s[1+end:]
		}
		if pre == "" {
			return "", "", errors.New("empty pre-release")
		}
		if err := allOf(pre, "pre-release", "-."); err != nil {
			return "", "", err
		}
		if strings.HasPrefix(pre, ".") || strings.HasSuffix(pre, ".") || strings.Contains(pre, "..") {
			return "", "", fmt.Errorf("pre-release %q has an empty part", pre)
		}
		if strings.HasPrefix(rest, "-") {
			return pre, rest[1:], allOf(rest[1:], "revision", "+-.~")
		}
		_, build, err = versionSuffix(rest)
		return pre, build, err
	case s[0] == '-' && len(s) > 1:
		return "", s[1:], allOf(s[1:], "revision", "+-.~")
	}
	return "", "", fmt.Errorf("%q after the numbers", s)
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func isLetter(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }

// allOf checks that s has letters, digits and the characters in also, and
// nothing else.
func allOf(s, what, also string) error {
	for i := range len(s) {
		if !isDigit(s[i]) && !isLetter(s[i]) && !strings.Contains(also, s[i:i+1]) {
			return fmt.Errorf("%q in the %s", s[i], what)
		}
	}
	return nil
}

func (v Version) String() string {
	var b strings.Builder
	for i, part := range v.Parts {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(strconv.FormatUint(part, 10))
	}
	if v.Pre != "" {
		b.WriteString("-" + v.Pre)
	}
	return b.String()
}

// Compare returns -1, 0 or +1. Numbers that one version leaves out count as
// zero; a pre-release comes before its release.
func (v Version) Compare(w Version) int {
	if c := compareParts(v.Parts, w.Parts); c != 0 || v.Pre == w.Pre {
		return c
	}
	return semver.New(0, 0, 0, v.Pre, "").Compare(semver.New(0, 0, 0, w.Pre, ""))
}

func compareParts(a, b []uint64) int {
	for i := range max(len(a), len(b)) {
		if c := cmp.Compare(part(a, i), part(b, i)); c != 0 {
			return c
		}
	}
	return 0
}

func part(parts []uint64, i int) uint64 {
	if i < len(parts) {
		return parts[i]
	}
	return 0
}

// three returns a version of up to three numbers as a semantic version.
func (v Version) three() (*semver.Version, bool) {
	if len(v.Parts) > 3 {
		return nil, false
	}
	return semver.New(part(v.Parts, 0), part(v.Parts, 1), part(v.Parts, 2), v.Pre, ""), true
}
