package text

import (
	"fmt"
	"slices"
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

var languages = []Language{
	English,
	{Tag: "zh-Hans", Name: "简体中文"},
	{Tag: "zh-Hant", Name: "繁體中文"},
	{Tag: "bo", Name: "བོད་ཡིག"},
	{Tag: "ug", Name: "ئۇيغۇرچە", RightToLeft: true},
	{Tag: "ar", Name: "العربية", RightToLeft: true},
	{Tag: "fa", Name: "فارسی", RightToLeft: true},
	{Tag: "tr", Name: "Türkçe"},
	{Tag: "ru", Name: "русский"},
	{Tag: "es", Name: "español"},
	{Tag: "fr", Name: "français"},
	{Tag: "vi", Name: "Tiếng Việt"},
	{Tag: "az", Name: "azərbaycanca"},
	{Tag: "my", Name: "မြန်မာ"},
}

// Languages lists every language that there are catalogues for, English first.
func Languages() []Language { return slices.Clone(languages) }

// Choose picks the language: the one that was asked for, reviewed or not, or the
// first reviewed one that the environment names (LANGUAGE, LC_ALL, LC_MESSAGES,
// LANG, as gettext does), or English. It returns an error where there is no
// catalogue for what was asked for.
func Choose(asked string, env func(string) string) (Language, error) {
	if asked != "" {
		for _, l := range languages {
			if matches(l, asked) {
				return l, nil
			}
		}
		return English, fmt.Errorf("no texts in language %q", asked)
	}
	for _, wish := range wishes(env) {
		for _, l := range languages {
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
// a more special form of it. Another script is another text: somebody who reads
// Uyghur in Cyrillic letters may not read it in Arabic ones.
func matches(l Language, wish string) bool {
	wish, _, _ = strings.Cut(wish, ".")
	wish, _, _ = strings.Cut(wish, "@")
	wish = strings.ToLower(strings.ReplaceAll(wish, "_", "-"))
	if script, chinese := chineseScript(wish); chinese {
		wish = script
	}
	tag := strings.ToLower(l.Tag)
	if wish == tag {
		return true
	}
	special, is := strings.CutPrefix(wish, tag+"-")
	next, _, _ := strings.Cut(special, "-")
	return is && (len(next) != len("Cyrl") || next == scripts[tag])
}

// scripts are those that a tag may name beside its language. Others name none.
var scripts = map[string]string{
	"en": "latn", "bo": "tibt", "ug": "arab", "ar": "arab", "fa": "arab", "tr": "latn", "ru": "cyrl",
	"es": "latn", "fr": "latn", "my": "mymr", "vi": "latn", "az": "latn",
}

// chineseScript is the tag with a script for one that leaves it to be told from
// the region (RFC 5646, section 4.1, and CLDR's likely subtags).
func chineseScript(wish string) (tag string, chinese bool) {
	language, region, _ := strings.Cut(wish, "-")
	if language != "zh" {
		return "", false
	}
	switch region, _, _ := strings.Cut(region, "-"); region {
	case "", "cn", "sg", "my", "hans":
		return "zh-hans", true
	case "tw", "hk", "mo", "hant":
		return "zh-hant", true
	}
	return "", false
}
