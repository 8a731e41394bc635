package judge

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// gapNotSearched is the kind of gap that only the judge makes.
const gapNotSearched = "not-searched"

// canonical copies an inventory deeply, puts everything whose order means
// nothing into one order, and forgets what an earlier judgement wrote into it.
func canonical(inv inventory.Inventory) inventory.Inventory {
	inv.Checked.Lookups = cloned(inv.Checked.Lookups)
	inv.Builds = canonicalBuilds(inv.Builds)
	inv.Gaps = slices.DeleteFunc(cloned(inv.Gaps), func(g inventory.Gap) bool { return g.Kind == gapNotSearched })
	return inv
}

// cloned copies a slice; an empty one is written [] in JSON, never null.
func cloned[T any](s []T) []T { return append([]T{}, s...) }

func canonicalBuilds(builds []inventory.Build) []inventory.Build {
	builds = cloned(builds)
	for i := range builds {
		canonicalBuild(&builds[i])
	}
	slices.SortFunc(builds, func(a, b inventory.Build) int {
		return orWhole(cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.ID, b.ID)), a, b)
	})
	return builds
}

func canonicalBuild(b *inventory.Build) {
	b.Client, b.Identity = "", inventory.Identity{}
	b.Facts = cloned(b.Facts)
	slices.SortFunc(b.Facts, compareFacts)
	b.Files = cloned(b.Files)
	slices.SortFunc(b.Files, func(a, b inventory.File) int {
		return orWhole(cmp.Compare(a.Path, b.Path), a, b)
	})
	b.Signatures = cloned(b.Signatures)
	for i := range b.Signatures {
		s := &b.Signatures[i]
		s.Pin, s.Signers, s.Problems = pinNone, cloned(s.Signers), cloned(s.Problems)
	}
	slices.SortFunc(b.Signatures, func(a, b inventory.Signature) int {
		return orWhole(cmp.Or(cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.Format, b.Format)), a, b)
	})
	b.Collected.Digests = cloned(b.Collected.Digests)
	slices.Sort(b.Collected.Digests)
	b.Inside = canonicalBuilds(b.Inside)
}

func compareFacts(a, b signatures.Fact) int {
	return cmp.Or(cmp.Compare(a.Place, b.Place), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Value, b.Value), cmp.Compare(a.At, b.At))
}

// orWhole orders two values by all that they hold where their keys are equal.
func orWhole[T any](byKey int, a, b T) int {
	if byKey != 0 {
		return byKey
	}
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	if errX != nil || errY != nil {
		return 0 // plain data: encoding it cannot fail
	}
	return slices.Compare(x, y)
}

func sortedGaps(gaps []inventory.Gap) []inventory.Gap {
	slices.SortFunc(gaps, func(a, b inventory.Gap) int {
		return cmp.Or(cmp.Compare(a.Where, b.Where), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.What, b.What), cmp.Compare(a.Reason, b.Reason))
	})
	return slices.Compact(gaps)
}
