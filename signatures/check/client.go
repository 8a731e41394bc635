package check

import (
	"slices"
	"strings"

	"github.com/chatvet/chatvet/signatures"
	"github.com/chatvet/chatvet/signatures/source"
)

func (c *checker) client(client *signatures.Client) {
	numbers := c.sourceNumbers(client, &client.Sources)
	c.text(c.At(&client.About, client), client.About)
	if id := client.ForkOf; id != "" && !c.Lone && c.List.Client(id) == nil {
		c.report(c.At(&client.ForkOf, client), source.UnknownClient, "%s is a fork of %s, which is not listed", client.ID, id)
	}
	if ended := client.Ended; ended != nil {
		c.cites(c.At(&ended.Source, ended), "ended", ended.Source, numbers)
		if ended.Date != "" && !isDate(ended.Date) {
			c.report(c.At(&ended.Date, ended), source.BadDate, "%q is no date, want YYYY, YYYY-MM or YYYY-MM-DD", ended.Date)
		}
	}
	for i := range client.Withdrawn {
		w := &client.Withdrawn[i]
		c.cites(c.At(&w.Source, w), "withdrawn", w.Source, numbers)
		c.constraint(c.At(&w.Versions, w), w.Versions)
		c.text(c.At(&w.Reason, w), w.Reason)
	}
	for i := range client.Claims {
		c.indicator(&client.Claims[i], numbers)
	}
	for i := range client.Pins {
		c.pin(&client.Pins[i], numbers)
	}
	c.sharedIDs(client)
	for i := range client.UnpublishedKeys {
		c.unpublishedKey(client, &client.UnpublishedKeys[i], numbers)
	}
	for i := range client.Advisories {
		c.advisory(&client.Advisories[i], numbers)
	}
}

// sharedIDs checks that the client and a listed fork of it have each shared id.
func (c *checker) sharedIDs(client *signatures.Client) {
	at := c.At(&client.SharedIDs, client)
	for _, id := range client.SharedIDs {
		if !claimsID(client, id) {
			c.report(at, source.UnsharedID, "%s does not claim %s", client.ID, id)
		} else if !c.Lone && !slices.ContainsFunc(c.List.Clients, func(o *signatures.Client) bool {
			return o != client && (o.ForkOf == client.ID || client.ForkOf == o.ID) && claimsID(o, id)
		}) {
			c.report(at, source.UnsharedID, "no listed fork of %s claims %s", client.ID, id)
		}
	}
}

func (c *checker) unpublishedKey(client *signatures.Client, k *signatures.UnpublishedKey, numbers map[int]bool) {
	c.cites(c.At(&k.Source, k), "unpublished key", k.Source, numbers)
	if !claimsID(client, k.ID) {
		c.report(c.At(&k.ID, k), source.StrayKey, "%s does not claim %s", client.ID, k.ID)
	}
	if slices.ContainsFunc(client.Pins, func(p signatures.Pin) bool {
		return p.Channel == k.Channel && slices.ContainsFunc(p.Product, func(i signatures.Indicator) bool { return i.Value == k.ID })
	}) {
		c.report(c.At(&k.Channel, k), source.StrayKey, "the signer of %s on channel %s is pinned", k.ID, k.Channel)
	}
}

// claimsID is true where a claim is a package or bundle id, and this one.
func claimsID(client *signatures.Client, id string) bool {
	return slices.ContainsFunc(client.Claims, func(i signatures.Indicator) bool {
		return (i.Kind == signatures.APKPackage || i.Kind == signatures.BundleID) && i.Value == id
	})
}

func (c *checker) constraint(at source.Position, versions string) {
	if versions == "" {
		return
	}
	if _, err := signatures.ParseConstraint(versions); err != nil {
		c.report(at, source.BadConstraint, "%v", err)
	}
}

func (c *checker) advisory(a *signatures.Advisory, numbers map[int]bool) {
	c.cites(c.At(&a.Source, a), "advisory "+a.ID, a.Source, numbers)
	c.constraint(c.At(&a.Versions, a), a.Versions)
	c.text(c.At(&a.Text, a), a.Text)
	c.text(c.At(&a.PeerExposure, a), a.PeerExposure)
	if a.PeerExposure == "" {
		c.report(c.At(a), source.NoPeerExposure, "advisory %s does not say what it means for the other side", a.ID)
	}
}

func (c *checker) pin(p *signatures.Pin, numbers map[int]bool) {
	at := c.At(p)
	if len(p.Product) == 0 {
		c.report(at, source.UnfinishedPin, "the pin on channel %s does not say for which product it is", p.Channel)
	}
	switch {
	case len(p.Signer) == 0 && len(p.Programs) == 0:
		c.report(at, source.UnfinishedPin, "the pin on channel %s has neither signer nor programs", p.Channel)
	case len(p.Programs) > 0 && p.By == signatures.ByMaker:
		c.report(c.At(&p.By, p), source.MakerByDigest, "the maker's pin on channel %s goes by file digest", p.Channel)
	}
	for i := range p.Signer {
		s := &p.Signer[i]
		c.indicator(s, numbers)
		c.pinSigner(p, s)
	}
	for i := range p.Product {
		c.indicator(&p.Product[i], numbers)
		if info, _ := p.Product[i].Kind.Info(); info.Signer {
			c.report(c.At(&p.Product[i].Kind, &p.Product[i]), source.UnfinishedPin, "%s says who signed, not what", p.Product[i].Kind)
		}
	}
	if s := p.AlwaysSigned; s != nil {
		c.cites(c.At(&s.Source, s), "always_signed", s.Source, numbers)
		if _, err := signatures.ParseVersion(s.Since); s.Since != "" && err != nil {
			c.report(c.At(&s.Since, s), source.BadConstraint, "%v", err)
		}
	}
	for i := range p.Programs {
		program := &p.Programs[i]
		c.hex(c.At(&program.SHA256, program, p), signatures.FileSHA256, program.SHA256)
		if program.Path == "" || strings.HasPrefix(program.Path, "/") {
			c.report(c.At(&program.Path, program, p), source.ValueShape, "path %q does not begin inside the package", program.Path)
		}
	}
}

// pinSigner checks that a signer is one: a certificate, a team, a name in a
// certificate.
func (c *checker) pinSigner(p *signatures.Pin, s *signatures.Indicator) {
	info, known := s.Kind.Info()
	switch {
	case !known || info.Signer:
	case p.By == signatures.ByMaker && isFileDigest(s.Kind):
		c.report(c.At(&s.Kind, s), source.MakerByDigest, "the maker's pin on channel %s goes by file digest", p.Channel)
	default:
		c.report(c.At(&s.Kind, s), source.UnfinishedPin, "%s does not say who signed", s.Kind)
	}
}

func isFileDigest(k signatures.Kind) bool {
	return k == signatures.FileSHA256 || k == signatures.FileSHA1 || k == signatures.FileMD5
}
