// Package detect runs the pipeline: a root and look-ups in, an inventory out,
// and with a list, findings.
package detect

import (
	"context"

	"github.com/chatvet/chatvet/detect/inspect"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// Options are what a caller may choose about collecting.
type Options struct {
	Tool    inventory.Tool
	Workers int // files inspected at once; 0: one for each core
	Limits  inspect.Limits
	// Progress is called often, from one goroutine at a time; may be nil.
	Progress func(Progress)
}

// Progress is a snapshot of a running scan.
type Progress struct {
	Phase string // "looking", "reading"
	Files int    // files read so far
	Bytes int64
	Place string // what is being looked at, as a path in the report
}

// Lookups returns every look-up, in the order in which they run.
func Lookups() []platform.Lookup { panic("not built yet") }

// Collect looks for clients in a root and writes down the facts. Whatever could
// not be read is a gap of the inventory. When ctx ends, the inventory holds
// what was collected by then and is marked partial.
func Collect(ctx context.Context, root platform.Root, list *signatures.List, opt Options) (inventory.Inventory, error) {
	panic("not built yet")
}

// Inspect collects the facts about the named files, chat client or not.
func Inspect(ctx context.Context, root platform.Root, list *signatures.List, opt Options) (inventory.Inventory, error) {
	panic("not built yet")
}
