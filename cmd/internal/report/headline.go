package report

import (
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/platform"
)

// headline is one line with every count.
func headline(res judge.Result, say *text.Catalogue) string {
	where := say.Text(placeID(platform.RootKind(res.Root.Kind)), text.Args{"name": name(res.Root.Name)})
	counts := []string{}
	for _, v := range Verdicts() {
		n := count(res.Summary, v)
		if n == 0 {
			continue
		}
		phrase := say.Plural("verdict."+string(v)+".count", n, nil)
		if with := officialWithAdvisory(res); v == judge.Official && with > 0 {
			phrase += say.Text("list.comma", nil) + " " + say.Plural("verdict.official.count-advisory", with, nil)
		}
		counts = append(counts, phrase)
	}
	if len(counts) == 0 {
		return say.Text("headline.nothing", text.Args{"where": where})
	}
	return say.Plural("headline.found", len(res.Findings), text.Args{"where": where, "counts": joined(counts, say)})
}

func placeID(kind platform.RootKind) string {
	switch kind {
	case platform.Live:
		return "headline.on-this-computer"
	case platform.Disk:
		return "headline.on-disk"
	}
	return "headline.in-paths"
}

// Verdicts lists the verdicts, most serious first.
func Verdicts() []judge.Verdict {
	return []judge.Verdict{judge.Harmful, judge.Mismatch, judge.Regional, judge.Unofficial,
		judge.Unsupported, judge.Unverified, judge.Independent, judge.Official}
}

func count(s judge.Summary, v judge.Verdict) int {
	return map[judge.Verdict]int{
		judge.Harmful: s.Harmful, judge.Mismatch: s.Mismatch, judge.Regional: s.Regional,
		judge.Unofficial: s.Unofficial, judge.Unsupported: s.Unsupported, judge.Unverified: s.Unverified,
		judge.Independent: s.Independent, judge.Official: s.Official,
	}[v]
}

func officialWithAdvisory(res judge.Result) int {
	n := 0
	for _, f := range res.Findings {
		if f.Verdict == judge.Official && len(f.Advisories) > 0 {
			n++
		}
	}
	return n
}
