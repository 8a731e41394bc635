package report

import (
	"slices"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/signatures"
)

// Helpline is somebody to turn to, in words.
type Helpline struct {
	Name, Helps, AsksFirst string
	Mail, Page             string
	Tongues                []text.Language
	Checked                string
}

// sendsToHelpline is true for the verdicts after which a person may need one
// (UX.md section 2.3). Helplines are few; the other verdicts do not send to them.
func sendsToHelpline(findings []judge.Finding) bool {
	return slices.ContainsFunc(findings, func(f judge.Finding) bool {
		switch f.Verdict {
		case judge.Harmful, judge.Mismatch, judge.Regional, judge.Unofficial:
			return true
		}
		return false
	})
}

// helplines are those of the list, or of the built-in one where a list brings
// none: nobody with a warning is left without.
func helplines(list *signatures.List, say *text.Catalogue) []Helpline {
	known := list.Helplines
	if len(known) == 0 {
		if builtIn, err := signatures.Embedded(); err == nil {
			known = builtIn.Helplines
		}
	}
	var all []Helpline
	for _, h := range known {
		in := Helpline{
			Name:      name(h.Name),
			Helps:     say.Text(string(h.Helps), nil),
			AsksFirst: say.Text(string(h.AsksFirst), nil),
			Mail:      markCode(term.Plain(h.Email)),
			Page:      markCode(term.Plain(h.URL)),
			Checked:   say.Text("report.helpline.checked", text.Args{"date": markName(term.Plain(h.Checked))}),
		}
		for _, tag := range h.Languages {
			in.Tongues = append(in.Tongues, tongue(tag))
		}
		all = append(all, in)
	}
	return all
}

// tongue is a language under its own name, by which its readers know it.
func tongue(tag string) text.Language {
	own, known := tongues[tag]
	if !known {
		return text.Language{Tag: "en", Name: term.Plain(tag)}
	}
	return text.Language{Tag: tag, Name: own, RightToLeft: slices.Contains([]string{"ar", "fa", "ug", "ur"}, tag)}
}

var tongues = map[string]string{
	"ar": "العربية", "az": "azərbaycanca", "bo": "བོད་ཡིག", "de": "Deutsch", "en": "English", "es": "español",
	"fa": "فارسی", "fr": "français", "hy": "հայերեն", "id": "Bahasa Indonesia", "ky": "кыргызча",
	"my": "မြန်မာ", "pt": "português", "ru": "русский", "sq": "shqip", "th": "ไทย", "tr": "Türkçe",
	"ug": "ئۇيغۇرچە", "uk": "українська", "ur": "اردو", "vi": "Tiếng Việt", "zh-Hans": "简体中文", "zh-Hant": "繁體中文",
}
