// Package lookalike tells when one name could be taken for another by a person
// who reads it: letters of other alphabets that look the same, characters that
// are not seen at all, and one slip of the pen.
//
// Two names go in; how the one imitates the other comes out. It follows the idea
// of a skeleton in Unicode Technical Standard #39, "Unicode Security
// Mechanisms", section 4, with a small part of its table, so that it finds less
// than the whole of it would.
package lookalike

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// How says in which way a name imitates another.
type How string

// Ways in which a name imitates another.
const (
	No        How = ""
	Invisible How = "invisible-characters"
	Letters   How = "similar-letters"
	Typo      How = "one-letter-off"
)

// Bounds on names. Short names are one slip away from many honest ones.
const (
	maxName = 256 // characters
	minName = 4
	minTypo = 7
)

// Name is a name that others may imitate, prepared for comparisons.
type Name struct {
	folded   string
	seen     string // folded, without what nobody sees
	skeleton []rune
}

// Prepare prepares a name. Ok is false for one that is too short or too long to
// be imitated in a way that could be told.
func Prepare(s string) (n Name, ok bool) {
	n = Name{folded: fold(s), seen: fold(seen(s)), skeleton: []rune(skeleton(s))}
	return n, len(n.skeleton) >= minName && utf8.RuneCountInString(s) <= maxName
}

// Imitates says how a name could be taken for n. The same name is none that
// imitates it, in upper case or in lower.
func (n Name) Imitates(name string) How {
	if utf8.RuneCountInString(name) > maxName {
		return No
	}
	folded := fold(name)
	if folded == n.folded {
		return No
	}
	if fold(seen(name)) == n.seen {
		return Invisible
	}
	other := []rune(skeleton(name))
	switch {
	case string(other) == string(n.skeleton):
		return Letters
	case len(n.skeleton) >= minTypo && oneOff(n.skeleton, other):
		return Typo
	}
	return No
}

// fold takes upper case and the space around a name away.
func fold(s string) string { return strings.ToLower(strings.TrimSpace(norm.NFC.String(s))) }

// seen takes away what nobody sees: characters without a shape, those that turn
// the direction of writing, and blanks that are no space.
func seen(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Cc, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) || strings.ContainsRune("\u115f\u1160\u2800\u3164\uffa0", r) {
			return -1
		}
		return r
	}, s)
}

// skeleton is what is left of a name when everything that looks the same is the
// same: no accents, no invisible characters, one letter for all alike.
func skeleton(s string) string {
	s = norm.NFKD.String(seen(s))
	var b strings.Builder
	for _, r := range s {
		if unicode.Is(unicode.Mn, r) {
			continue
		}
		if p, ok := plain[r]; ok {
			r = p
		}
		b.WriteRune(alike(unicode.ToLower(r)))
	}
	out := strings.Join(strings.Fields(b.String()), " ")
	return similar.Replace(out)
}

// alike makes one of the characters that many typefaces draw alike.
func alike(r rune) rune {
	switch r {
	case '0':
		return 'o'
	case '1', 'i', '|', '!':
		return 'l'
	}
	return r
}

// similar are pairs of letters that are read as one. They stand in
// confusables.txt too.
var similar = strings.NewReplacer("rn", "m", "vv", "w")

// oneOff is true where one letter more, less or other, or two that changed
// places, make one name the other.
func oneOff(a, b []rune) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	at := 0
	for at < len(b) && a[at] == b[at] {
		at++
	}
	switch len(a) - len(b) {
	case 0:
		rest := at + 1
		swapped := at+1 < len(a) && a[at] == b[at+1] && a[at+1] == b[at] && string(a[at+2:]) == string(b[at+2:])
		return at < len(a) && (swapped || string(a[rest:]) == string(b[rest:]))
	case 1:
		return string(a[at+1:]) == string(b[at:])
	}
	return false
}
