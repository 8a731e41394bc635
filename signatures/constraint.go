package signatures

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// Constraint is a set of versions, written in one of two ways:
//
//   - the syntax of github.com/Masterminds/semver/v3 (>=, >, <, <=, =, !=, ^, ~,
//     "1.2.x", "1.2 - 1.4", comma or space for and, || for or) over versions of
//     any count of numbers. A number that is left out is free: "<=18.12.416"
//     holds for 18.12.416.3. Pre-releases take part in the order like any
//     other version, for a withdrawn beta is withdrawn;
//   - a number pattern such as "x.y.4.z", where each letter stands for any
//     number and the count of numbers must be the same. "1.x" and "1.2.x", which
//     semver knows as well, keep semver's meaning.
type Constraint struct {
	groups  [][]comparator      // one group must hold, and all of its comparators
	three   *semver.Constraints // where every bound has at most three numbers
	pattern *numberPattern
}

type comparator struct {
	op      string
	bound   Version
	partial bool // the bound leaves numbers out that a version may have
	count   int  // of numbers and wildcards, as they were written
}

type numberPattern struct {
	values []uint64
	free   uint32 // bit i is set where number i may be any
}

const (
	maxConstraintGroups      = 32
	maxConstraintComparators = 32
)

// ParseConstraint reads a constraint or a number pattern.
func ParseConstraint(s string) (Constraint, error) {
	if len(s) > maxVersionLength {
		return Constraint{}, fmt.Errorf("version constraint is %d bytes long, the most is %d", len(s), maxVersionLength)
	}
	if p := parseNumberPattern(s); p != nil {
		return Constraint{pattern: p}, nil
	}
	var c Constraint
	threeParts := true
	for text := range strings.SplitSeq(s, "||") {
		group, err := parseComparators(text)
		if err != nil {
			return Constraint{}, fmt.Errorf("version constraint %q: %w", s, err)
		}
		for _, one := range group {
			threeParts = threeParts && one.count <= 3
		}
		c.groups = append(c.groups, group)
	}
	if len(c.groups) > maxConstraintGroups {
		return Constraint{}, fmt.Errorf("version constraint %q has more than %d alternatives", s, maxConstraintGroups)
	}
	if threeParts {
		three, err := semver.NewConstraint(s)
		if err != nil {
			return Constraint{}, fmt.Errorf("version constraint %q: %w", s, err)
		}
		three.IncludePrerelease = true
		c.three = three
	}
	return c, nil
}

// parseNumberPattern returns nil for everything that is no number pattern.
func parseNumberPattern(s string) *numberPattern {
	fields := strings.Split(strings.TrimSpace(s), ".")
	if len(fields) < 2 || len(fields) > maxVersionParts {
		return nil
	}
	p := &numberPattern{values: make([]uint64, len(fields))}
	onlySemver := true // x, X at the end is semver's
	for i, field := range fields {
		if len(field) == 1 && isLetter(field[0]) {
			p.free |= 1 << i
			onlySemver = onlySemver && i > 0 && strings.EqualFold(field, "x")
			continue
		}
		n, err := strconv.ParseUint(field, 10, 64)
		if err != nil {
			return nil
		}
		p.values[i] = n
		onlySemver = onlySemver && p.free == 0
	}
	if p.free == 0 || onlySemver {
		return nil
	}
	return p
}

var operators = []string{"!=", ">=", "=>", "<=", "=<", "~>", "=", ">", "<", "~", "^"}

func parseComparators(s string) ([]comparator, error) {
	s = strings.TrimSpace(s)
	if low, high, found := strings.Cut(s, " - "); found {
		return parseRange(low, high)
	}
	var group []comparator
	for {
		op := "="
		for _, o := range operators {
			if after, found := strings.CutPrefix(s, o); found {
				op, s = o, strings.TrimLeft(after, " ")
				break
			}
		}
		end := strings.IndexAny(s, ", ")
		if end < 0 {
			end = len(s)
		}
		c, err := parseComparator(op, s[:end])
		if err != nil {
			return nil, err
		}
		if group = append(group, c); len(group) > maxConstraintComparators {
			return nil, fmt.Errorf("more than %d comparisons", maxConstraintComparators)
		}
		if s = strings.TrimLeft(s[end:], " "); s == "" {
			return group, nil
		}
		if after, found := strings.CutPrefix(s, ","); found {
			s = strings.TrimLeft(after, " ")
		}
	}
}

func parseRange(low, high string) ([]comparator, error) {
	from, err := parseComparator(">=", strings.TrimSpace(low))
	if err != nil {
		return nil, err
	}
	to, err := parseComparator("<=", strings.TrimSpace(high))
	if err != nil {
		return nil, err
	}
	return []comparator{from, to}, nil
}

func parseComparator(op, s string) (comparator, error) {
	switch op {
	case "=>":
		op = ">="
	case "=<":
		op = "<="
	case "~>":
		op = "~"
	}
	numbers, pre, _ := strings.Cut(s, "-")
	fields := strings.Split(strings.TrimPrefix(numbers, "v"), ".")
	kept := len(fields)
	for kept > 0 && (fields[kept-1] == "*" || strings.EqualFold(fields[kept-1], "x")) {
		kept--
	}
	wild := kept < len(fields)
	if kept == 0 {
		return comparator{}, errors.New("a wildcard for the first number says nothing")
	}
	bound, rest, err := leadingNumbers(strings.Join(fields[:kept], "."))
	if err != nil {
		return comparator{}, err
	}
	if rest != "" {
		return comparator{}, fmt.Errorf("%q after the numbers", rest)
	}
	c := comparator{op: op, bound: Version{Parts: bound}, partial: wild || len(bound) < 3, count: len(fields)}
	if strings.Contains(s, "-") {
		if c.partial {
			return comparator{}, fmt.Errorf("a pre-release of an unfinished version: %q", s)
		}
		if c.bound.Pre, _, err = versionSuffix("-" + pre); err != nil {
			return comparator{}, err
		}
	}
	return c, nil
}

// Check is true where v is in the set. Versions of up to three numbers are left
// to semver where the constraint is one of semver's own.
func (c Constraint) Check(v Version) bool {
	if c.pattern != nil {
		return c.pattern.check(v)
	}
	if c.three != nil {
		if three, ok := v.three(); ok {
			return c.three.Check(three)
		}
	}
	return c.checkNumbers(v)
}

// checkNumbers compares number by number, whatever their count.
func (c Constraint) checkNumbers(v Version) bool {
	for _, group := range c.groups {
		holds := true
		for _, one := range group {
			holds = holds && one.check(v)
		}
		if holds {
			return true
		}
	}
	return false
}

func (p *numberPattern) check(v Version) bool {
	if len(v.Parts) != len(p.values) {
		return false
	}
	for i, n := range p.values {
		if p.free&(1<<i) == 0 && v.Parts[i] != n {
			return false
		}
	}
	return true
}

func (c comparator) check(v Version) bool {
	switch c.op {
	case "=":
		return c.same(v)
	case "!=":
		return !c.same(v)
	case ">=":
		return v.Compare(c.bound) >= 0
	case "<":
		return v.Compare(c.bound) < 0
	case ">":
		return v.Compare(c.bound) > 0 && !c.covers(v)
	case "<=":
		return v.Compare(c.bound) <= 0 || c.covers(v)
	case "~":
		if c.tildeOfNothing() {
			return v.Compare(c.bound) >= 0
		}
		return v.Compare(c.bound) >= 0 && hasPrefix(v.Parts, c.bound.Parts[:c.tildeKeeps()])
	case "^":
		return v.Compare(c.bound) >= 0 && hasPrefix(v.Parts, c.bound.Parts[:c.caretKeeps()])
	}
	return false
}

// same is true for the bound itself and for what it leaves free.
func (c comparator) same(v Version) bool {
	if c.partial {
		return v.Compare(c.bound) >= 0 && c.covers(v)
	}
	return v.Compare(c.bound) == 0 || c.covers(v)
}

// covers is true where v differs from the bound only in numbers that the bound
// leaves out.
func (c comparator) covers(v Version) bool {
	free := c.partial || len(v.Parts) > len(c.bound.Parts) && c.bound.Pre == ""
	return free && hasPrefix(v.Parts, c.bound.Parts)
}

// tildeOfNothing is true for ~0.0.0, which semver takes as >=0.0.0.
func (c comparator) tildeOfNothing() bool {
	return len(c.bound.Parts) == 3 && !c.partial && compareParts(c.bound.Parts, nil) == 0
}

func (c comparator) tildeKeeps() int { return min(2, len(c.bound.Parts)) }

// caretKeeps counts the leading numbers up to the first that is not zero.
func (c comparator) caretKeeps() int {
	for i, n := range c.bound.Parts {
		if n != 0 {
			return i + 1
		}
	}
	return len(c.bound.Parts)
}

func hasPrefix(parts, prefix []uint64) bool {
	for i, n := range prefix {
		if part(parts, i) != n {
			return false
		}
	}
	return true
}

// span is the lowest and the highest version numbers between which a version
// can satisfy the constraint at all; it may be too wide, never too narrow. A
// nil high is open. Pre-releases are left out of it, so both ends belong to it.
func (c Constraint) span() (low, high []uint64) {
	for i, group := range c.groups {
		groupLow, groupHigh := []uint64(nil), []uint64(nil)
		for _, one := range group {
			l, h := one.span()
			if compareParts(l, groupLow) > 0 {
				groupLow = l
			}
			if groupHigh == nil || h != nil && compareParts(h, groupHigh) < 0 {
				groupHigh = h
			}
		}
		if i == 0 {
			low, high = groupLow, groupHigh
			continue
		}
		if compareParts(groupLow, low) < 0 {
			low = groupLow
		}
		if groupHigh == nil || high != nil && compareParts(groupHigh, high) > 0 {
			high = groupHigh
		}
	}
	return low, high
}

func (c comparator) span() (low, high []uint64) {
	bound := c.bound.Parts
	switch c.op {
	case "=":
		return bound, everythingUnder(bound)
	case ">=", ">":
		return bound, nil
	case "<":
		return nil, bound
	case "<=":
		return nil, everythingUnder(bound)
	case "~":
		if c.tildeOfNothing() {
			return nil, nil
		}
		return bound, everythingUnder(bound[:c.tildeKeeps()])
	case "^":
		return bound, everythingUnder(bound[:c.caretKeeps()])
	}
	return nil, nil
}

// everythingUnder is above every version that begins with prefix and below
// every other that follows: no version holds the largest number.
func everythingUnder(prefix []uint64) []uint64 {
	return append(append(make([]uint64, 0, len(prefix)+1), prefix...), math.MaxUint64)
}
