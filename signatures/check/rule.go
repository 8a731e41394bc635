package check

import (
	"github.com/chatvet/chatvet/signatures"
	"github.com/chatvet/chatvet/signatures/source"
)

// A way of satisfying a condition is described by what takes part in it. The
// checker walks the condition and keeps which of the eight descriptions are
// possible, so that no way round the language's rules is overlooked.
type way uint8

const (
	usesContent way = 1 << iota
	asksClaim       // for the product or a file name
	hasStrong       // something that is not weak
)

// ways is a set of ways: bit w is set where way w is possible.
type ways uint8

func (s ways) has(is func(way) bool) bool {
	for w := way(0); w < 8; w++ {
		if s&(1<<w) != 0 && is(w) {
			return true
		}
	}
	return false
}

// and is every way of satisfying two conditions at once.
func (s ways) and(t ways) ways {
	var both ways
	for a := way(0); a < 8; a++ {
		for b := way(0); b < 8; b++ {
			if s&(1<<a) != 0 && t&(1<<b) != 0 {
				both |= 1 << (a | b)
			}
		}
	}
	return both
}

const nothingNeeded ways = 1 << 0

// waysOf returns the ways in which a condition can be satisfied with no more
// than it needs. The absence of things, which none asks for, costs nothing.
func waysOf(c *signatures.Condition) ways {
	switch {
	case c.Indicator != nil:
		return 1 << wayOf(c.Indicator)
	case c.Any != nil:
		var all ways
		for i := range c.Any {
			all |= waysOf(&c.Any[i])
		}
		return all
	case c.Of != nil:
		return waysOfSome(c.Of, c.AtLeast)
	}
	all := nothingNeeded
	for i := range c.All {
		all = all.and(waysOf(&c.All[i]))
	}
	return all
}

// waysOfSome returns the ways of satisfying exactly n of the conditions.
func waysOfSome(of []signatures.Condition, n int) ways {
	reached := make([]ways, n+1) // by how many are satisfied
	reached[0] = nothingNeeded
	for i := range of {
		one := waysOf(&of[i])
		for k := n; k > 0; k-- {
			reached[k] |= reached[k-1].and(one)
		}
	}
	return reached[n]
}

func wayOf(ind *signatures.Indicator) way {
	var w way
	info, _ := ind.Kind.Info()
	if ind.Kind == signatures.Content {
		w |= usesContent
	}
	if info.Claim || ind.Kind == signatures.FileName {
		w |= asksClaim
	}
	if strength(ind) > signatures.Weak {
		w |= hasStrong
	}
	return w
}

// rule checks what a rule as a whole may ask.
func (c *checker) rule(rule *signatures.Rule) {
	possible := waysOf(&rule.When)
	at := c.At(&rule.Name, rule)
	if possible.has(func(w way) bool { return w&hasStrong == 0 }) {
		c.report(at, source.WeakRule, "weak kinds alone can satisfy the rule %q", rule.Name)
	}
	if possible.has(func(w way) bool { return w&usesContent != 0 && w&asksClaim == 0 }) {
		c.report(at, source.BareContent, "the rule %q takes content without asking for a product claim or a file name", rule.Name)
	}
}

// required visits the indicators that can make a condition true: all but those
// under none.
func required(c *signatures.Condition, visit func(*signatures.Indicator)) {
	if c.Indicator != nil {
		visit(c.Indicator)
	}
	for _, list := range [][]signatures.Condition{c.All, c.Any, c.Of} {
		for i := range list {
			required(&list[i], visit)
		}
	}
}

// every visits the indicators of a condition, also those under none.
func every(c *signatures.Condition, visit func(*signatures.Indicator)) {
	required(c, visit)
	everyNone(c, visit)
}

func everyNone(c *signatures.Condition, visit func(*signatures.Indicator)) {
	for i := range c.None {
		every(&c.None[i], visit)
	}
	for _, list := range [][]signatures.Condition{c.All, c.Any, c.Of} {
		for i := range list {
			everyNone(&list[i], visit)
		}
	}
}
