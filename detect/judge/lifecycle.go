package judge

import (
	"slices"

	"github.com/chatvet/chatvet/signatures"
)

// lifecycle is whether the maker still stands by a client or its version.
type lifecycle int

const (
	current lifecycle = iota
	ended
	withdrawn
)

func lifecycleOf(u *unit, c *signatures.Client) lifecycle {
	switch {
	case c == nil:
		return current
	case u.withdrawal(c) != nil:
		return withdrawn
	case c.Ended != nil:
		return ended
	}
	return current
}

func (u *unit) withdrawal(c *signatures.Client) *signatures.Withdrawn {
	for i := range c.Withdrawn {
		w := &c.Withdrawn[i]
		if u.isFor(w.Platform) && u.hasVersion(w.Versions) {
			return w
		}
	}
	return nil
}

// advisories are those of a client that fit the unit's platform and version.
func (u *unit) advisories(c *signatures.Client) []signatures.Advisory {
	return slices.DeleteFunc(slices.Clone(c.Advisories), func(a signatures.Advisory) bool {
		return !u.isFor(a.Platform) || a.Versions != "" && !u.hasVersion(a.Versions)
	})
}

// hasVersion is true where the unit's version is in a constraint. A version that
// is not known or cannot be read is in none.
func (u *unit) hasVersion(constraint string) bool {
	in, err := signatures.ParseConstraint(constraint)
	if err != nil {
		return false
	}
	v, err := signatures.ParseVersion(u.build().Version)
	return err == nil && in.Check(v)
}

// since is true from a version on; no version is always.
func (u *unit) since(version string) bool {
	if version == "" {
		return true
	}
	first, err := signatures.ParseVersion(version)
	if err != nil {
		return false
	}
	v, err := signatures.ParseVersion(u.build().Version)
	return err == nil && v.Compare(first) >= 0
}

// newerThan is true where every listed version of a package is older.
func (u *unit) newerThan(pins []signatures.Pin) bool {
	v, err := signatures.ParseVersion(u.version())
	if err != nil {
		return false
	}
	listed := false
	for _, p := range pins {
		if p.Version == "" || !u.productHoldsUnsigned(&p, spot{u.parts[0], ""}) {
			continue
		}
		w, err := signatures.ParseVersion(p.Version)
		if err != nil || v.Compare(w) <= 0 {
			return false
		}
		listed = true
	}
	return listed
}
