package source

import (
	"go.yaml.in/yaml/v3"

	"github.com/chatvet/chatvet/signatures"
)

func (d *decoder) helplines(n *yaml.Node) []signatures.Helpline {
	var all []signatures.Helpline
	d.list(n, "helplines", false,
		func(count int) { all = make([]signatures.Helpline, count) },
		func(i int, element *yaml.Node) { d.helpline(element, &all[i]) })
	return all
}

func (d *decoder) helpline(n *yaml.Node, h *signatures.Helpline) {
	d.mapping(n, "helpline", fields{
		"*id":         func(n *yaml.Node) { text(d, n, "id", &h.ID) },
		"*name":       func(n *yaml.Node) { text(d, n, "name", &h.Name) },
		"*helps":      func(n *yaml.Node) { text(d, n, "helps", &h.Helps) },
		"*asks_first": func(n *yaml.Node) { text(d, n, "asks_first", &h.AsksFirst) },
		"email":       func(n *yaml.Node) { text(d, n, "email", &h.Email) },
		"*url":        func(n *yaml.Node) { text(d, n, "url", &h.URL) },
		"*languages":  func(n *yaml.Node) { texts(d, n, "languages", &h.Languages) },
		"*regions":    func(n *yaml.Node) { texts(d, n, "regions", &h.Regions) },
		"*checked":    func(n *yaml.Node) { text(d, n, "checked", &h.Checked) },
		"*source":     func(n *yaml.Node) { text(d, n, "source", &h.Source) },
	})
}
