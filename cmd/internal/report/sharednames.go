package report

import (
	"cmp"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// nameFilter takes names of people and machines out of text.
type nameFilter struct{ names *regexp.Regexp } // nil: none

// newNameFilter leaves out names that are no secret: those of accounts that many
// systems have, and single letters, which say nothing and stand everywhere.
func newNameFilter(names []string) *nameFilter {
	var quoted []string
	for _, name := range longestFirst(names) {
		name = strings.TrimSpace(name)
		if utf8.ValidString(name) && utf8.RuneCountInString(name) > 1 && !everybody[strings.ToLower(name)] {
			quoted = append(quoted, regexp.QuoteMeta(name))
		}
		if len(quoted) == mostNames {
			break
		}
	}
	if quoted == nil {
		return &nameFilter{}
	}
	return &nameFilter{regexp.MustCompile(`(?i)(?:` + strings.Join(quoted, "|") + `)`)}
}

// mostNames bounds what a made-up system with countless users can cost; the
// folders of the others are left out of paths all the same.
const mostNames = 500

var everybody = map[string]bool{"public": true, "default": true, "default user": true, "all users": true, "shared": true,
	"root": true, "localhost": true, "user": true}

// clean replaces each name that stands as a word of its own.
func (f *nameFilter) clean(text string) string {
	if f.names == nil {
		return text
	}
	var out strings.Builder
	end := 0
	for _, at := range f.names.FindAllStringIndex(text, -1) {
		before, _ := utf8.DecodeLastRuneInString(text[:at[0]])
		after, _ := utf8.DecodeRuneInString(text[at[1]:])
		if isWord(before) || isWord(after) {
			continue
		}
		out.WriteString(text[end:at[0]] + leftOut)
		end = at[1]
	}
	return out.String() + text[end:]
}

func isWord(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

var homeFolder = regexp.MustCompile(`(?i)(?:^|[\\/])(?:home|users|documents and settings|run[\\/]media)[\\/]+([^\\/:"'<>|*?\r\n]+)`)

// namesIn collects the names of people from the folders that are named after
// them.
func namesIn(texts []string) []string {
	var names []string
	for _, text := range texts {
		for _, found := range homeFolder.FindAllStringSubmatch(text, -1) {
			names = append(names, found[1])
		}
	}
	return names
}

// longestFirst sorts texts so that none hides a longer one, each once.
func longestFirst(texts []string) []string {
	sorted := slices.Clone(texts)
	slices.SortFunc(sorted, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	return slices.Compact(sorted)
}

// eachString visits every string of a value, with the name of the field that
// holds it.
func eachString(v reflect.Value, field string, visit func(field, text string)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			eachString(v.Elem(), field, visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachString(v.Index(i), field, visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			eachString(v.Field(i), v.Type().Field(i).Name, visit)
		}
	case reflect.String:
		visit(field, v.String())
	}
}
