package text

import (
	"fmt"
	"strings"
)

// Language is one that chatvet speaks.
type Language struct {
	Tag         string // BCP 47
	Name        string // in itself
	RightToLeft bool
	// Reviewed is false until a native speaker has read it; then it is never
	// chosen by itself.
	Reviewed bool
}

// English is the language that every text is written in first.
var English = Language{Tag: "en", Name: "English", Reviewed: true}

// Languages lists every language that there are catalogues for.
func Languages() []Language { return []Language{English} }

// Choose picks the language: the one that was asked for, or the first reviewed
// one that the environment names (LANGUAGE, LC_ALL, LC_MESSAGES, LANG, as
// gettext does), or English. It returns an error where there is no catalogue
// for what was asked for.
func Choose(asked string, env func(string) string) (Language, error) {
	if asked != "" {
		for _, l := range Languages() {
			if matches(l, asked) {
				return l, nil
			}
		}
		return English, fmt.Errorf("no texts in language %q", asked)
	}
	for _, wish := range wishes(env) {
		for _, l := range Languages() {
			if l.Reviewed && matches(l, wish) {
				return l, nil
			}
		}
	}
	return English, nil
}

func wishes(env func(string) string) []string {
	locale := env("LC_ALL")
	for _, name := range []string{"LC_MESSAGES", "LANG"} {
		if locale == "" {
			locale = env(name)
		}
	}
	if locale == "C" || locale == "POSIX" {
		return nil
	}
	return append(strings.Split(env("LANGUAGE"), ":"), locale)
}

// matches compares a tag with a locale or tag such as de_CH.UTF-8: the same, or
// a more special form of it.
func matches(l Language, wish string) bool {
	wish, _, _ = strings.Cut(wish, ".")
	wish, _, _ = strings.Cut(wish, "@")
	wish = strings.ToLower(strings.ReplaceAll(wish, "_", "-"))
	tag := strings.ToLower(l.Tag)
	return wish == tag || strings.HasPrefix(wish, tag+"-")
}
