package check

import (
	"net/mail"
	"net/url"
	"time"

	"github.com/chatvet/chatvet/signatures"
	"github.com/chatvet/chatvet/signatures/source"
)

// helplines checks that each of them can be reached and was looked at: a person
// with a warning has no time for a dead address.
func (c *checker) helplines() {
	seen := map[string]bool{}
	for i := range c.List.Helplines {
		h := &c.List.Helplines[i]
		at := source.Position{File: "helplines.yaml"}
		if seen[h.ID] {
			c.report(at, source.DuplicateID, "%s is the id of two helplines", h.ID)
		}
		seen[h.ID] = true
		if !idShape.MatchString(h.ID) {
			c.report(at, source.WrongFileName, "id %q is not made of lower-case letters, digits and single hyphens", h.ID)
		}
		c.reachable(at, h)
		if _, err := time.Parse(time.DateOnly, h.Checked); err != nil {
			c.report(at, source.BadDate, "%s was checked on %q, want YYYY-MM-DD", h.ID, h.Checked)
		}
		c.text(at, h.Helps)
		c.text(at, h.AsksFirst)
	}
}

func (c *checker) reachable(at source.Position, h *signatures.Helpline) {
	for _, address := range []string{h.URL, h.Source} {
		if u, err := url.Parse(address); err != nil || u.Scheme != "https" || u.Host == "" {
			c.report(at, source.ValueShape, "%s has the address %q, want https://", h.ID, address)
		}
	}
	if h.Email == "" {
		return
	}
	if a, err := mail.ParseAddress(h.Email); err != nil || a.Address != h.Email {
		c.report(at, source.ValueShape, "%s has the mail address %q", h.ID, h.Email)
	}
}
