package check

import (
	"strings"

	"github.com/chatvet/chatvet/signatures"
	"github.com/chatvet/chatvet/signatures/source"
)

// notPinned refuses a client's own signer as a family's proof. It is allowed
// under none, where it says that the genuine client is not meant.
func (c *checker) notPinned(ind *signatures.Indicator) {
	info, _ := ind.Kind.Info()
	if !info.Signer || strength(ind) < signatures.Strong {
		return
	}
	for _, ref := range c.List.Match(signatures.Fact{Kind: ind.Kind, Value: strings.TrimSuffix(ind.Value, "*")}) {
		if ref.Role == signatures.InPin {
			c.report(c.At(&ind.Value, ind), source.PinnedAsProof, "%s %s is pinned for %s", ind.Kind, short(ind.Value), ref.Client.ID)
			return
		}
	}
}

// claimedTwice refuses a strong sign in the rules or digests of two families.
func (c *checker) claimedTwice() {
	type sign struct {
		kind  signatures.Kind
		value string
	}
	owners := map[sign]*signatures.Family{}
	claim := func(f *signatures.Family, at source.Position, s sign) {
		switch owner := owners[s]; owner {
		case nil:
			owners[s] = f
		case f:
		default:
			c.report(at, source.ClaimedTwice, "%s %q is a sign of %s too", s.kind, s.value, owner.ID)
		}
	}
	for _, f := range c.List.Families {
		for i := range f.Rules {
			required(&f.Rules[i].When, func(ind *signatures.Indicator) {
				if strength(ind) < signatures.Strong {
					return
				}
				value := ind.Value
				if ind.Kind == signatures.Content {
					value = ind.Pattern()
				}
				if info, _ := ind.Kind.Info(); info.Fold {
					value = strings.ToLower(value)
				}
				claim(f, c.At(&ind.Value, &ind.Text, &ind.Hex, ind), sign{ind.Kind, value})
			})
		}
		for i := range f.Digests {
			set := &f.Digests[i]
			for v := range set.Values {
				claim(f, c.At(&set.Values[v], set), sign{set.Kind, set.Values[v]})
			}
		}
	}
}
