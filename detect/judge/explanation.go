package judge

import (
	"slices"

	"github.com/chatvet/chatvet/signatures"
)

// strengthAndReason say how sure a verdict is, and its reason code.
func strengthAndReason(v outcome, decided *familyState, id identity, c *signatures.Client, u *unit) (strength, reason string) {
	switch v.basis {
	case byFamily:
		return decided.worth.String(), decided.how
	case byResemblance:
		return signatures.Weak.String(), ReasonMakerSignedEdition
	case byLifecycle:
		if u.withdrawal(c) != nil {
			return id.worth.String(), ReasonWithdrawn
		}
		return id.worth.String(), ReasonEnded
	}
	return id.worth.String(), id.Reason
}

// reasons are the facts behind a finding: first of what decided, then of who
// made the build, then of what it resembles.
func reasons(v outcome, decided *familyState, resembled []*familyState, id identity, c *signatures.Client, u *unit) []Reason {
	all := []Reason{}
	if v.basis == byFamily {
		all = append(all, familyReasons(decided, decided.how)...)
	}
	if v.basis == byLifecycle {
		all = append(all, lifecycleReason(c, u))
	}
	if !slices.ContainsFunc(id.reasons, func(r Reason) bool { return r.Code == "" || r.Code == id.Reason }) && id.Reason != "" && id.Reason != ReasonLookAlike {
		all = append(all, Reason{Code: id.Reason})
	}
	for _, r := range id.reasons {
		if r.Code == "" {
			r.Code = id.Reason
		}
		all = append(all, r)
	}
	for _, s := range resembled {
		code := ReasonResembles
		if v.basis == byResemblance && s.family.MakerSigned {
			code = ReasonMakerSignedEdition
		}
		all = append(all, familyReasons(s, code)...)
	}
	return all
}

// familyReasons are the evidence of one family, the strongest first. What only
// added up with the rest is told as a hint.
func familyReasons(s *familyState, code string) []Reason {
	var all []Reason
	for _, i := range s.items {
		r := Reason{Code: code, Fact: i.fact.Fact, Source: sourceOf(s.family.Sources, i.source)}
		if i.hint || s.state == confirmedFamily && i.worth == signatures.Weak {
			r.Code = ReasonHint
		}
		all = append(all, r)
	}
	return all
}

func lifecycleReason(c *signatures.Client, u *unit) Reason {
	version := signatures.Fact{Kind: versionKind(u), Value: u.build().Version}
	if w := u.withdrawal(c); w != nil {
		return Reason{Code: ReasonWithdrawn, Fact: version, Source: sourceOf(c.Sources, w.Source)}
	}
	return Reason{Code: ReasonEnded, Fact: version, Source: sourceOf(c.Sources, c.Ended.Source)}
}

// versionKind is the kind of fact that the version of a build is.
func versionKind(u *unit) signatures.Kind {
	switch {
	case u.platforms[signatures.Android]:
		return signatures.APKVersion
	case u.platforms[signatures.Linux]:
		return signatures.DebVersion
	}
	return signatures.PEVersion
}

// advise adds what researchers published about the maker's own client, what it
// all means for the other side, and what to do. Where a family decides, another
// party signed, or nothing claims the client, the build is not what an advisory
// is about.
func advise(f *Finding, v outcome, decided *familyState, c *signatures.Client, u *unit) {
	if v.basis == byFamily {
		f.PeerExposure = decided.family.PeerExposure
		f.Steps = append(f.Steps, decided.family.Steps...)
	}
	if c != nil && len(u.claims[c]) > 0 && v.basis != byFamily && v.verdict != Mismatch {
		for _, a := range u.advisories(c) {
			f.Advisories = append(f.Advisories, c.ID+"/"+a.ID)
			if f.PeerExposure == "" {
				f.PeerExposure = a.PeerExposure
			}
		}
		if len(f.Advisories) > 0 && f.Level == Note {
			f.Level = Advice
		}
	}
	if len(f.Steps) == 0 {
		f.Steps = append(f.Steps, stepsFor(f.Verdict, f.Reason)...)
	}
	if f.Reason == ReasonChangedBeside && u.recordsDigests() {
		for i := range f.Steps {
			if f.Steps[i] == StepReinstallFromMaker {
				f.Steps[i] = StepReinstall // a package manager put it there
			}
		}
	}
}
