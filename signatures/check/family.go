package check

import (
	"github.com/chatvet/chatvet/signatures"
	"github.com/chatvet/chatvet/signatures/source"
)

func (c *checker) family(f *signatures.Family) {
	numbers := c.sourceNumbers(f, &f.Sources)
	c.imitated(f)
	c.period(f)
	if len(f.Steps) == 0 {
		c.report(c.At(&f.Steps, f), source.NoSteps, "%s says nothing about what to do", f.ID)
	}
	if f.PeerExposure == "" {
		c.report(c.At(&f.PeerExposure, f), source.NoPeerExposure, "%s does not say what it means for the other side", f.ID)
	}
	c.text(c.At(&f.About, f), f.About)
	c.text(c.At(&f.PeerExposure, f), f.PeerExposure)
	for i := range f.Steps {
		c.text(c.At(&f.Steps[i], f), f.Steps[i])
	}
	c.somethingToFind(f)
	for i := range f.Rules {
		rule := &f.Rules[i]
		every(&rule.When, func(ind *signatures.Indicator) { c.indicator(ind, numbers) })
		for h := range rule.Hints {
			c.indicator(&rule.Hints[h], numbers)
		}
		c.rule(rule)
		required(&rule.When, c.notPinned)
	}
	for i := range f.Digests {
		c.digestSet(&f.Digests[i], numbers)
	}
	c.examples(f)
}

func (c *checker) imitated(f *signatures.Family) {
	if c.Lone {
		return
	}
	for i := range f.Imitates {
		if id := f.Imitates[i]; id != "" && c.List.Client(id) == nil {
			c.report(c.At(&f.Imitates[i], f), source.UnknownClient, "%s imitates %s, which is not listed", f.ID, id)
		}
	}
}

func (c *checker) period(f *signatures.Family) {
	for _, date := range []*string{&f.Active.From, &f.Active.To} {
		if *date != "" && !isDate(*date) {
			c.report(c.At(date, f), source.BadDate, "%q is no date, want YYYY, YYYY-MM or YYYY-MM-DD", *date)
		}
	}
}

func (c *checker) somethingToFind(f *signatures.Family) {
	finds := len(f.Rules) + len(f.Digests)
	switch {
	case f.Undetectable == "" && finds == 0:
		c.report(c.At(f), source.NothingToFind, "%s has neither match nor digests, and does not say that it is undetectable", f.ID)
	case f.Undetectable != "" && finds > 0:
		c.report(c.At(&f.Undetectable, f), source.NothingToFind, "%s is undetectable and has match or digests", f.ID)
	}
}

func (c *checker) digestSet(set *signatures.DigestSet, numbers map[int]bool) {
	c.cites(c.At(&set.Source, set), string(set.Kind), set.Source, numbers)
	if set.Kind == "" {
		return // said already
	}
	for i := range set.Values {
		c.hex(c.At(&set.Values[i], set), set.Kind, set.Values[i])
	}
}
