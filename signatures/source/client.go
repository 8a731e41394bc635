package source

import (
	"go.yaml.in/yaml/v3"

	"github.com/chatvet/chatvet/signatures"
)

var pinParties = []signatures.PinParty{signatures.ByMaker, signatures.ByDistributor, signatures.ByFork}

func (d *decoder) client(n *yaml.Node) *signatures.Client {
	c := &signatures.Client{}
	d.mark(c, n)
	d.mapping(n, "client", fields{
		"*id":      func(n *yaml.Node) { text(d, n, "id", &c.ID) },
		"*name":    func(n *yaml.Node) { text(d, n, "name", &c.Name) },
		"*maker":   func(n *yaml.Node) { text(d, n, "maker", &c.Maker) },
		"homepage": func(n *yaml.Node) { text(d, n, "homepage", &c.Homepage) },
		"*about":   func(n *yaml.Node) { text(d, n, "about", &c.About) },
		"fork_of":  func(n *yaml.Node) { text(d, n, "fork_of", &c.ForkOf) },
		"ended": func(n *yaml.Node) {
			c.Ended = &signatures.Ended{}
			d.mark(c.Ended, n)
			d.mapping(n, "ended", fields{
				"*date":  func(n *yaml.Node) { text(d, n, "date", &c.Ended.Date) },
				"source": func(n *yaml.Node) { d.number(n, "source", &c.Ended.Source) },
			})
		},
		"withdrawn": func(n *yaml.Node) {
			d.list(n, "withdrawn", false,
				func(count int) { c.Withdrawn = make([]signatures.Withdrawn, count) },
				func(i int, element *yaml.Node) { d.withdrawn(element, &c.Withdrawn[i]) })
		},
		"claims": func(n *yaml.Node) { d.indicators(n, "claims", &c.Claims) },
		"pins": func(n *yaml.Node) {
			d.list(n, "pins", false,
				func(count int) { c.Pins = make([]signatures.Pin, count) },
				func(i int, element *yaml.Node) { d.pin(element, &c.Pins[i]) })
		},
		"shared_ids": func(n *yaml.Node) {
			texts(d, n, "shared_ids", &c.SharedIDs)
			d.mark(&c.SharedIDs, n)
		},
		"unpublished_keys": func(n *yaml.Node) {
			d.list(n, "unpublished_keys", false,
				func(count int) { c.UnpublishedKeys = make([]signatures.UnpublishedKey, count) },
				func(i int, element *yaml.Node) { d.unpublishedKey(element, &c.UnpublishedKeys[i]) })
		},
		"advisories": func(n *yaml.Node) {
			d.list(n, "advisories", false,
				func(count int) { c.Advisories = make([]signatures.Advisory, count) },
				func(i int, element *yaml.Node) { d.advisory(element, &c.Advisories[i]) })
		},
		"get_genuine": func(n *yaml.Node) { text(d, n, "get_genuine", &c.GetGenuine) },
		"sources":     func(n *yaml.Node) { d.sources(n, &c.Sources) },
	})
	return c
}

func (d *decoder) withdrawn(n *yaml.Node, w *signatures.Withdrawn) {
	d.mark(w, n)
	d.mapping(n, "withdrawn", fields{
		"*versions": func(n *yaml.Node) { text(d, n, "versions", &w.Versions) },
		"platform":  func(n *yaml.Node) { word(d, n, "platform", &w.Platform, platforms...) },
		"*reason":   func(n *yaml.Node) { text(d, n, "reason", &w.Reason) },
		"source":    func(n *yaml.Node) { d.number(n, "source", &w.Source) },
	})
}

func (d *decoder) unpublishedKey(n *yaml.Node, k *signatures.UnpublishedKey) {
	d.mark(k, n)
	d.mapping(n, "unpublished key", fields{
		"*id":      func(n *yaml.Node) { text(d, n, "id", &k.ID) },
		"*channel": func(n *yaml.Node) { text(d, n, "channel", &k.Channel) },
		"source":   func(n *yaml.Node) { d.number(n, "source", &k.Source) },
	})
}

func (d *decoder) pin(n *yaml.Node, p *signatures.Pin) {
	d.mark(p, n)
	d.mapping(n, "pin", fields{
		"*channel":  func(n *yaml.Node) { text(d, n, "channel", &p.Channel) },
		"*platform": func(n *yaml.Node) { word(d, n, "platform", &p.Platform, platforms...) },
		"*by":       func(n *yaml.Node) { word(d, n, "by", &p.By, pinParties...) },
		"signer":    func(n *yaml.Node) { d.indicators(n, "signer", &p.Signer) },
		"product":   func(n *yaml.Node) { d.indicators(n, "product", &p.Product) },
		"always_signed": func(n *yaml.Node) {
			p.AlwaysSigned = &signatures.AlwaysSigned{}
			d.mark(p.AlwaysSigned, n)
			d.mapping(n, "always_signed", fields{
				"since":  func(n *yaml.Node) { text(d, n, "since", &p.AlwaysSigned.Since) },
				"source": func(n *yaml.Node) { d.number(n, "source", &p.AlwaysSigned.Source) },
			})
		},
		"revoked_serials": func(n *yaml.Node) { texts(d, n, "revoked_serials", &p.RevokedSerials) },
		"version":         func(n *yaml.Node) { text(d, n, "version", &p.Version) },
		"arch":            func(n *yaml.Node) { text(d, n, "arch", &p.Arch) },
		"programs":        func(n *yaml.Node) { d.programs(n, &p.Programs) },
	})
}

func (d *decoder) programs(n *yaml.Node, to *[]signatures.Program) {
	d.list(n, "programs", false,
		func(count int) { *to = make([]signatures.Program, count) },
		func(i int, element *yaml.Node) {
			p := &(*to)[i]
			d.mark(p, element)
			d.mapping(element, "program", fields{
				"*path":   func(n *yaml.Node) { text(d, n, "path", &p.Path) },
				"*sha256": func(n *yaml.Node) { text(d, n, "sha256", &p.SHA256) },
			})
		})
}

func (d *decoder) advisory(n *yaml.Node, a *signatures.Advisory) {
	d.mark(a, n)
	d.mapping(n, "advisory", fields{
		"*id":           func(n *yaml.Node) { text(d, n, "id", &a.ID) },
		"platform":      func(n *yaml.Node) { word(d, n, "platform", &a.Platform, platforms...) },
		"versions":      func(n *yaml.Node) { text(d, n, "versions", &a.Versions) },
		"*text":         func(n *yaml.Node) { text(d, n, "text", &a.Text) },
		"peer_exposure": func(n *yaml.Node) { text(d, n, "peer_exposure", &a.PeerExposure) },
		"source":        func(n *yaml.Node) { d.number(n, "source", &a.Source) },
	})
}
