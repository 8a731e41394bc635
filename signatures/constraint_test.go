package signatures

import (
	"strings"
	"testing"

	"github.com/Masterminds/semver/v3"
)

func TestConstraint(t *testing.T) {
	for _, test := range []struct {
		constraint string
		in, out    string // versions, separated by spaces
	}{
		{">=1.2", "1.2 1.2.0.1 1.3 2", "1.1.9 1.2-beta"},
		{">1.2", "1.3 2", "1.2 1.2.5 1.1"},
		{">1.2.3", "1.2.4 1.3", "1.2.3 1.2.3.9"},
		{"<1.2", "1.1.9 1.1.9.9 1.2-beta", "1.2 1.2.1"},
		{"<=1.2", "1.2 1.2.9 1.2.9.9 1.1", "1.3"},
		{"<=18.12.416", "18.12.416 18.12.416.3 18.11", "18.12.417 18.12.417.0"},
		{"=1.2.3", "1.2.3 1.2.3.0 1.2.3.7", "1.2.4 1.2.3-beta"},
		{"1.2.3", "1.2.3", "1.2.4"},
		{"!=1.2.3", "1.2.4 1.2.4.1", "1.2.3 1.2.3.7"},
		{"6.22.0.107", "6.22.0.107", "6.22.0.108 6.22.0 6.22"},
		{">=6.22.0.107, <7", "6.22.0.107 6.22.1 6.99.0.1", "6.22.0.106 6.22.0 7 7.0.0.1"},
		{">=6.22.0.107 <7", "6.22.0.107 6.22.1", "6.22.0 7"},
		{"=18.12.407 || =18.12.416", "18.12.407 18.12.416.0", "18.12.408"},
		{"<1.0.0.5 || >2.0.0.1", "1.0.0.4 1 2.0.0.2 3", "1.0.0.5 2 2.0.0.1"},
		{"^1.2", "1.2 1.9.9.9", "1.1 2"},
		{"^0.2.3", "0.2.3 0.2.9.1", "0.3 0.2.2 1.2.3"},
		{"^6.22.0.107", "6.22.0.107 6.23", "6.22.0.106 7"},
		{"~1.2.3", "1.2.3 1.2.9.9", "1.3 1.2.2"},
		{"~6.22.0.107", "6.22.0.107 6.22.1", "6.23 6.22.0"},
		{"1.2.x", "1.2 1.2.7 1.2.7.7", "1.3 1.1"},
		{"1.x", "1.0 1.9.9", "2"},
		{"6.22.0.x", "6.22.0.1 6.22.0", "6.22.1"},
		{"1.2 - 1.4", "1.2 1.4.9 1.3.0.1", "1.5 1.1"},
		{">=1.0.0-beta.2", "1.0.0-beta.11 1.0", "1.0.0-beta.1 0.9"},
		{"x.y.4.z", "5.1.4.10 4.2.4.100 0.0.4.0", "5.10.0.116 5.1.4 5.1.4.10.1 4.4.5.4"},
		{"8.x.y", "8.0.0 8.9.12", "8.0 9.0.0 8.0.0.0"},
		{"x.4", "1.4", "1.5 1.4.0"},
	} {
		c, err := ParseConstraint(test.constraint)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		for _, s := range strings.Fields(test.in) {
			if v, err := ParseVersion(s); err != nil || !c.Check(v) {
				t.Errorf("%s does not hold for %s", test.constraint, s)
			}
		}
		for _, s := range strings.Fields(test.out) {
			if v, err := ParseVersion(s); err != nil || c.Check(v) {
				t.Errorf("%s holds for %s", test.constraint, s)
			}
		}
	}
}

func TestParseConstraintRefuses(t *testing.T) {
	for _, s := range []string{
		"", " ", "*", "x", ">=", "1.2 ||", "|| 1", "from 1.2", ">=1.2 <", "1..2", "1.2.x-beta", ">1.2-beta", ">=1.2;<3",
		strings.Repeat("1||", 60) + "1", strings.Repeat("1.", 20), ">=x.1", "a", "1.2.3.a b",
	} {
		if c, err := ParseConstraint(s); err == nil {
			t.Errorf("%q is read as %+v", s, c)
		}
	}
}

// fuzzConstraints are seeds for both fuzz targets.
var fuzzConstraints = []string{
	">=1.2, <2", "^0.2.3 || ~1.4", "!=1.2.3", "1.2.x", "1.2 - 1.4", "=1.2.3-beta", ">1 <=3.4", "~0.0.0", "^0.0", "x.y.4.z", ">=6.22.0.107 <7",
}

// Over versions of three numbers, comparing number by number agrees with semver.
func FuzzConstraintAgreesWithSemver(f *testing.F) {
	for _, c := range fuzzConstraints {
		for _, v := range []string{"1.2.3", "1.2.3-beta", "0.2.5", "1.4", "0.0.0", "2", "3.4.9"} {
			f.Add(c, v)
		}
	}
	f.Fuzz(func(t *testing.T, constraint, version string) {
		c, err := ParseConstraint(constraint)
		if err != nil || c.three == nil {
			return
		}
		v, err := ParseVersion(version)
		if err != nil || len(v.Parts) > 3 {
			return
		}
		if v.Pre != "" && (strings.Contains(constraint, "!=") || isDigit(v.Pre[0])) {
			return // semver compares a pre-release with "!=1.2" as text
		}
		three, err := semver.NewVersion(v.String())
		if err != nil {
			return
		}
		if got, want := c.checkNumbers(v), c.three.Check(three); got != want {
			t.Errorf("%q holds for %s: %v, semver says %v", constraint, v, got, want)
		}
	})
}

// A version outside the span never satisfies the constraint.
func FuzzConstraintSpan(f *testing.F) {
	for _, c := range fuzzConstraints {
		for _, v := range []string{"1.2.3", "6.22.0.107", "0.2.5", "5.1.4.10"} {
			f.Add(c, v)
		}
	}
	f.Fuzz(func(t *testing.T, constraint, version string) {
		c, err := ParseConstraint(constraint)
		if err != nil || c.pattern != nil {
			return
		}
		v, err := ParseVersion(version)
		if err != nil || !c.Check(v) {
			return
		}
		low, high := c.span()
		if compareParts(v.Parts, low) < 0 || high != nil && compareParts(v.Parts, high) > 0 {
			t.Errorf("%q holds for %s, which is not between %v and %v", constraint, v, low, high)
		}
	})
}
