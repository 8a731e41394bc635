package check

import (
	"slices"

	"github.com/chatvet/chatvet/signatures"
	"github.com/chatvet/chatvet/signatures/source"
)

// examples checks that each rule has a hit and a near miss, and that no hit is
// there for nothing. How strong a finding follows is for the judge, whose tests
// run the same examples.
func (c *checker) examples(f *signatures.Family) {
	for i := range f.Rules {
		rule := &f.Rules[i]
		at := c.At(&rule.Name, rule)
		if !slices.ContainsFunc(f.Tests.Hit, func(e signatures.Example) bool { return holds(&rule.When, e.Facts) }) {
			c.report(at, source.NoHit, "no example of a hit satisfies the rule %q", rule.Name)
		}
		if !slices.ContainsFunc(f.Tests.Miss, func(e signatures.Example) bool { return comesClose(&rule.When, e.Facts) }) {
			c.report(at, source.NoNearMiss, "no example of a miss has a kind of fact that the rule %q asks for", rule.Name)
		}
	}
	for i := range f.Tests.Hit {
		if e := &f.Tests.Hit[i]; !finds(f, e) {
			c.report(c.At(e), source.LostExample, "no rule and no digest of %s finds this example", f.ID)
		}
	}
}

func finds(f *signatures.Family, e *signatures.Example) bool {
	for i := range f.Rules {
		if holds(&f.Rules[i].When, e.Facts) {
			return true
		}
	}
	for _, set := range f.Digests {
		for _, fact := range e.Facts {
			if _, found := slices.BinarySearch(set.Values, fact.Value); found && fact.Kind == set.Kind {
				return true
			}
		}
	}
	return false
}

// holds is true where the facts satisfy the condition.
func holds(c *signatures.Condition, facts []signatures.Fact) bool {
	count := func(list []signatures.Condition) (n int) {
		for i := range list {
			if holds(&list[i], facts) {
				n++
			}
		}
		return n
	}
	switch {
	case c.Indicator != nil:
		return slices.ContainsFunc(facts, c.Indicator.Matches)
	case c.Any != nil:
		return count(c.Any) > 0
	case c.None != nil:
		return count(c.None) == 0
	case c.Of != nil:
		return count(c.Of) >= c.AtLeast
	}
	return count(c.All) == len(c.All)
}

// comesClose is true where the facts speak of something that the condition asks
// for, whether or not they satisfy it: a build that satisfies a rule may still
// have too little to be confirmed.
func comesClose(c *signatures.Condition, facts []signatures.Fact) bool {
	close := false
	required(c, func(ind *signatures.Indicator) {
		close = close || slices.ContainsFunc(facts, func(f signatures.Fact) bool { return f.Kind == ind.Kind })
	})
	return close
}
