package check

import (
	"regexp"

	"github.com/chatvet/chatvet/signatures/source"
)

var idShape = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// ids checks that ids are unique, well formed and the names of their files.
func (c *checker) ids() {
	families, clients := map[string]source.Position{}, map[string]source.Position{}
	for _, f := range c.List.Families {
		c.id(f, &f.ID, families)
	}
	for _, client := range c.List.Clients {
		c.id(client, &client.ID, clients)
	}
}

func (c *checker) id(owner any, id *string, seen map[string]source.Position) {
	if *id == "" {
		return // said already
	}
	at := c.At(id, owner)
	if first, found := seen[*id]; found {
		c.report(at, source.DuplicateID, "%s is the id of %s too", *id, first.File)
	} else {
		seen[*id] = at
	}
	switch {
	case !idShape.MatchString(*id):
		c.report(at, source.WrongFileName, "id %q is not made of lower-case letters, digits and single hyphens", *id)
	case !c.Lone && source.BaseID(c.Files[owner]) != *id:
		c.report(at, source.WrongFileName, "id is %s, but the file is %s", *id, c.Files[owner])
	}
}
