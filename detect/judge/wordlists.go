package judge

import "github.com/chatvet/chatvet/signatures"

// wordListRemarks tell how many words are on a list that a build of the client
// carries. What the list is for is an advisory of the client; the source is who
// published its form.
func (u *unit) wordListRemarks(c *signatures.Client) []Reason {
	if c == nil {
		return nil
	}
	var all []Reason
	for _, p := range u.parts {
		for _, f := range p.build.Facts {
			if f.Kind != signatures.KeywordsEntries {
				continue
			}
			if claim := keywordsClaim(c, p.build.Facts, f.Place); claim != nil {
				all = append(all, Reason{Code: ReasonWordList, Fact: f, Source: sourceOf(c.Sources, claim.Source)})
			}
		}
	}
	return all
}

// keywordsClaim is the client's claim that the list at this place is its own.
func keywordsClaim(c *signatures.Client, facts []signatures.Fact, place string) *signatures.Indicator {
	for _, f := range facts {
		for i := range c.Claims {
			if f.Kind == signatures.KeywordsList && f.Place == place && c.Claims[i].Matches(f) {
				return &c.Claims[i]
			}
		}
	}
	return nil
}
