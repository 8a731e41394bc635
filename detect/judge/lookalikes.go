package judge

import (
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect/judge/lookalike"
	"github.com/chatvet/chatvet/signatures"
)

// imitableName is a name or an id of a client that others may imitate.
type imitableName struct {
	kind   signatures.Kind
	client *signatures.Client
	name   lookalike.Name
}

// lookAlike is a fact that could be taken for a client's.
type lookAlike struct {
	client *signatures.Client
	fact   signatures.Fact
}

// imitatedBy are the kinds of fact that a person reads on a phone. Only there
// anybody may give an app any name beside the genuine one.
var imitatedBy = []signatures.Kind{signatures.APKPackage, signatures.APKLabel, signatures.BundleID}

// imitable prepares the names and ids of all clients.
func imitable(list *signatures.List) []imitableName {
	var all []imitableName
	add := func(c *signatures.Client, k signatures.Kind, value string) {
		if n, ok := lookalike.Prepare(value); ok {
			all = append(all, imitableName{k, c, n})
		}
	}
	for _, c := range list.Clients {
		add(c, signatures.APKLabel, c.Name)
		for _, claim := range c.Claims {
			if slices.Contains(imitatedBy, claim.Kind) && !strings.HasSuffix(claim.Value, "*") {
				add(c, claim.Kind, claim.Value)
			}
		}
	}
	return all
}

// lookAlikes finds facts that imitate a client's name or id, in a unit that is
// no client by its own id. It is a remark and never evidence: an honest app may
// have such a name too.
func (j *judge) lookAlikes(u *unit) []lookAlike {
	for _, claims := range u.claims {
		if slices.ContainsFunc(claims, claim.strong) {
			return nil
		}
	}
	var found []lookAlike
	for _, f := range u.facts {
		if !slices.Contains(imitatedBy, f.Kind) || f.known() {
			continue
		}
		at := slices.IndexFunc(j.names, func(n imitableName) bool {
			return n.kind == f.Kind && n.name.Imitates(f.Value) != lookalike.No
		})
		if at >= 0 && !slices.ContainsFunc(found, func(l lookAlike) bool { return l.fact.Value == f.Value }) {
			found = append(found, lookAlike{j.names[at].client, f.Fact})
		}
	}
	return found
}

// known is true where the list has the very value of a fact: then it is no
// imitation, whoever bears it.
func (f *fact) known() bool {
	return slices.ContainsFunc(f.refs, func(r signatures.Ref) bool { return !strings.HasSuffix(r.Indicator.Value, "*") })
}
