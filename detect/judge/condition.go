package judge

import "github.com/chatvet/chatvet/signatures"

// truth is the value of a condition. Its order is that of the logic: all takes
// the least, any takes the greatest.
type truth int

const (
	no truth = iota
	unknown
	yes
)

// holds evaluates a condition at a spot.
func (u *unit) holds(c *signatures.Condition, s spot) truth {
	switch {
	case c.Indicator != nil:
		return u.indicated(c.Indicator, s)
	case len(c.All) > 0:
		return u.counted(c.All, len(c.All), s)
	case len(c.Any) > 0:
		return u.counted(c.Any, 1, s)
	case len(c.Of) > 0:
		return u.counted(c.Of, max(1, c.AtLeast), s)
	case len(c.None) > 0:
		return yes - u.counted(c.None, 1, s)
	}
	return no
}

// counted is yes where at least n conditions hold, unknown where they might. It
// stops where no further condition can change that.
func (u *unit) counted(list []signatures.Condition, n int, s spot) truth {
	certain, possible := 0, 0
	for i := range list {
		switch u.holds(&list[i], s) {
		case yes:
			certain++
		case unknown:
			possible++
		}
		if left := len(list) - i - 1; certain >= n {
			return yes
		} else if certain+possible+left < n {
			return no
		}
	}
	return unknown
}

func (u *unit) indicated(ind *signatures.Indicator, s spot) truth {
	if len(u.at(ind, s)) > 0 {
		return yes
	}
	if u.undecidable(ind, s) {
		return unknown
	}
	return no
}

// satisfied visits the indicators of a condition that hold at a spot. Those
// under none are left out: their absence is no evidence.
func (u *unit) satisfied(c *signatures.Condition, s spot, visit func(*signatures.Indicator, *fact)) {
	if c.Indicator != nil {
		for _, f := range u.at(c.Indicator, s) {
			visit(c.Indicator, f)
		}
	}
	for _, list := range [][]signatures.Condition{c.All, c.Any, c.Of} {
		for i := range list {
			u.satisfied(&list[i], s, visit)
		}
	}
}
