package detect

import (
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect/judge/lookalike"
	"github.com/chatvet/chatvet/signatures"
)

// similarIDs makes a test for Android package ids that a person could take for a
// client's. Look-ups may not import the judge's eyes, so that they are handed them.
func similarIDs(list *signatures.List) func(id string) bool {
	type name struct {
		lookalike.Name
		length int
	}
	var names []name
	for _, c := range list.Clients {
		for _, claim := range c.Claims {
			if claim.Kind != signatures.APKPackage || strings.HasSuffix(claim.Value, "*") {
				continue
			}
			if n, ok := lookalike.Prepare(claim.Value); ok {
				names = append(names, name{n, len(claim.Value)})
			}
		}
	}
	return func(id string) bool {
		return slices.ContainsFunc(names, func(n name) bool {
			// An id has nothing but ASCII letters, so that a difference of more than
			// two in length is no likeness, and most comparisons are spared.
			return max(n.length-len(id), len(id)-n.length) <= 2 && n.Imitates(id) != lookalike.No
		})
	}
}
