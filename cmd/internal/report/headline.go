package report

import (
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/platform"
)

// headline is one line with every count.
func headline(res judge.Result, say *text.Catalogue) string {
	where := whereFound(res, say)
	var phrases []string
	for _, c := range counts(res, say) {
		phrases = append(phrases, c.Text)
	}
	if phrases == nil {
		return say.Text("headline.nothing", text.Args{"where": where})
	}
	return say.Plural("headline.found", len(res.Findings), text.Args{"where": where, "counts": joined(phrases, say)})
}

// found is the headline without the counts.
func found(res judge.Result, say *text.Catalogue) string {
	where := text.Args{"where": whereFound(res, say)}
	if len(res.Findings) == 0 {
		return say.Text("headline.nothing", where)
	}
	return say.Plural("headline.found-only", len(res.Findings), where)
}

// counts has a phrase for each verdict that there is, most serious first.
func counts(res judge.Result, say *text.Catalogue) []Count {
	var all []Count
	for _, v := range Verdicts() {
		n := count(res.Summary, v)
		if n == 0 {
			continue
		}
		phrase := say.Plural("verdict."+string(v)+".count", n, nil)
		if with := officialWithAdvisory(res); v == judge.Official && with > 0 {
			phrase += say.Text("list.comma", nil) + " " + say.Plural("verdict.official.count-advisory", with, nil)
		}
		all = append(all, Count{v, phrase})
	}
	return all
}

// whereFound names what was looked at; a shared result does not say its name.
func whereFound(res judge.Result, say *text.Catalogue) string {
	kind, called := platform.RootKind(res.Root.Kind), name(res.Root.Name)
	switch {
	case kind == platform.Live:
		return say.Text("headline.on-this-computer", nil)
	case kind == platform.Disk && called == "":
		return say.Text("headline.on-disk-unnamed", nil)
	case kind == platform.Disks && called == "":
		return say.Text("headline.on-disks-unnamed", nil)
	case kind == platform.Disks:
		return say.Text("headline.on-disks", text.Args{"names": called})
	case kind == platform.Disk:
		return say.Text("headline.on-disk", text.Args{"name": called})
	case kind == platform.Phone && called == "":
		return say.Text("headline.on-phone-unnamed", nil)
	case kind == platform.Phone:
		return say.Text("headline.on-phone", text.Args{"name": called})
	case kind == platform.Acquisition && called != "":
		return say.Text("headline.in-acquisition", text.Args{"name": called})
	case kind == platform.Backup && called != "":
		return say.Text("headline.in-backup", text.Args{"name": called})
	case called == "":
		return say.Text("headline.in-paths-unnamed", nil)
	}
	return say.Text("headline.in-paths", text.Args{"name": called})
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
