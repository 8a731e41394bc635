package source

import (
	"cmp"

	"go.yaml.in/yaml/v3"

	"github.com/chatvet/chatvet/signatures"
)

// distribution is a generated file: the digests of a distribution's own builds,
// taken along the chain from its signed release file.
type distribution struct {
	id, name, arch string
	release        release
	packages       []distributionPackage
}

// release is the signed file that the digests follow from.
type release struct {
	suite, codename, date, url, sha256 string
	signedBy                           []string
}

type distributionPackage struct {
	client, name, version, debSHA256 string
	arch                             string // where it is not the distribution's own
	programs                         []signatures.Program
	node                             *yaml.Node
}

func (d *decoder) distribution(n *yaml.Node) *distribution {
	dist := &distribution{}
	d.mark(dist, n)
	d.mapping(n, "distribution", fields{
		"*distribution": func(n *yaml.Node) { text(d, n, "distribution", &dist.id) },
		"*name":         func(n *yaml.Node) { text(d, n, "name", &dist.name) },
		"*arch":         func(n *yaml.Node) { text(d, n, "arch", &dist.arch) },
		"*release":      func(n *yaml.Node) { d.release(n, &dist.release) },
		"*packages": func(n *yaml.Node) {
			d.list(n, "packages", false,
				func(count int) { dist.packages = make([]distributionPackage, count) },
				func(i int, element *yaml.Node) { d.distributionPackage(element, &dist.packages[i]) })
		},
	})
	return dist
}

func (d *decoder) release(n *yaml.Node, r *release) {
	d.mapping(n, "release", fields{
		"suite":      func(n *yaml.Node) { text(d, n, "suite", &r.suite) },
		"*codename":  func(n *yaml.Node) { text(d, n, "codename", &r.codename) },
		"*date":      func(n *yaml.Node) { text(d, n, "date", &r.date) },
		"url":        func(n *yaml.Node) { text(d, n, "url", &r.url) },
		"*signed_by": func(n *yaml.Node) { texts(d, n, "signed_by", &r.signedBy) },
		"*sha256":    func(n *yaml.Node) { text(d, n, "sha256", &r.sha256) },
	})
}

func (d *decoder) distributionPackage(n *yaml.Node, p *distributionPackage) {
	p.node = n
	d.mapping(n, "package", fields{
		"*client":     func(n *yaml.Node) { text(d, n, "client", &p.client) },
		"*package":    func(n *yaml.Node) { text(d, n, "package", &p.name) },
		"*version":    func(n *yaml.Node) { text(d, n, "version", &p.version) },
		"arch":        func(n *yaml.Node) { text(d, n, "arch", &p.arch) },
		"*deb_sha256": func(n *yaml.Node) { text(d, n, "deb_sha256", &p.debSHA256) },
		"*programs":   func(n *yaml.Node) { d.programs(n, &p.programs) },
	})
}

// addPins turns each package into a pin of its client, with the release file as
// the pin's source.
func (d *decoder) addPins(dist *distribution, clients map[string]*signatures.Client) {
	for _, p := range dist.packages {
		if p.client == "" {
			continue // said already
		}
		c := clients[p.client]
		if c == nil {
			d.report(p.node, UnknownOwner, "%s is a package of %s, which is no listed client", quoted(p.name), quoted(p.client))
			continue
		}
		number := d.releaseSource(dist, c)
		old := c.Pins
		c.Pins = append(c.Pins, signatures.Pin{
			Channel:  dist.id,
			Platform: signatures.Linux,
			By:       signatures.ByDistributor,
			Product:  []signatures.Indicator{{Kind: signatures.DebPackage, Value: p.name, Source: number, Line: p.node.Line}},
			Version:  p.version,
			Arch:     cmp.Or(p.arch, dist.arch),
			Programs: p.programs,
		})
		d.data.movePins(old, c.Pins)
		pin := &c.Pins[len(c.Pins)-1]
		d.mark(pin, p.node)
		d.mark(&pin.Product[0], p.node)
	}
}

// movePins keeps the places of pins whose slice was moved.
func (d *Data) movePins(from, to []signatures.Pin) {
	for i := range from {
		if at, known := d.positions[&from[i]]; known {
			d.positions[&to[i]] = at
		}
	}
}

// Sources that the loader adds have numbers from here on, so that no statement
// written by hand cites one by mistake.
const firstReleaseSource = 1000

// releaseSource returns the number of the client's source for the release file,
// adding it the first time.
func (d *decoder) releaseSource(dist *distribution, c *signatures.Client) int {
	source := signatures.Source{
		Publisher: dist.name,
		Title:     "signed release file (InRelease) of " + dist.release.codename + ", sha256 " + dist.release.sha256,
		Date:      dist.release.date,
		URL:       dist.release.url,
	}
	last := firstReleaseSource - 1
	for _, s := range c.Sources {
		last = max(last, s.N)
		source.N = s.N
		if s == source {
			return s.N
		}
	}
	source.N = last + 1
	old := c.Sources
	c.Sources = append(c.Sources, source)
	for i := range old {
		if at, known := d.data.positions[&old[i]]; known {
			d.data.positions[&c.Sources[i]] = at
		}
	}
	if at, known := d.data.positions[dist]; known {
		d.data.positions[&c.Sources[len(c.Sources)-1]] = at
	}
	return source.N
}
