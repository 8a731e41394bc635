package detect

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/chatvet/chatvet/detect/inspect"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/roots"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// Collect looks for clients in a root and writes down the facts. Whatever could
// not be read is a gap of the inventory. When ctx ends, the inventory holds
// what was collected by then and is marked partial.
func Collect(ctx context.Context, root platform.Root, list *signatures.List, opt Options) (inventory.Inventory, error) {
	c, err := newCollector(ctx, root, list, opt)
	if err != nil {
		return inventory.Inventory{}, err
	}
	c.find(Lookups())
	c.read()
	return c.inventory(), nil
}

// Inspect collects the facts about the named files of a root of kind Paths,
// chat client or not, whatever their format.
func Inspect(ctx context.Context, root platform.Root, list *signatures.List, opt Options) (inventory.Inventory, error) {
	c, err := newCollector(ctx, root, list, opt)
	if err != nil {
		return inventory.Inventory{}, err
	}
	c.thorough = true
	c.lookups = []string{"named"}
	for _, name := range root.Paths {
		info, err := root.FS.Lstat(name)
		if err == nil && info.IsDir() && platform.IsApp(root.FS, name) {
			c.candidates = append(c.candidates, platform.Candidate{Lookup: "named", Path: name, Format: signatures.App})
			continue
		}
		if err == nil && info.IsDir() {
			c.gap(inventory.Gap{Where: platform.Display(name), What: "this folder", Kind: "folder", Reason: "inspect takes files; scan takes folders"})
			continue
		}
		c.candidates = append(c.candidates, platform.Candidate{Lookup: "named", Path: name})
	}
	c.read()
	return c.inventory(), nil
}

// collector gathers one inventory. The look-ups fill candidates, the readers
// turn them into builds.
type collector struct {
	ctx       context.Context
	root      platform.Root
	list      *signatures.List
	opt       Options
	inspector *inspect.Inspector
	thorough  bool
	started   time.Time
	lookups   []string

	candidates []platform.Candidate
	listings   listings
	// codeSigning are the roots for installed packages; nil: those that chatvet ships.
	codeSigning *roots.Set

	mu      sync.Mutex // guards what follows
	checked inventory.Checked
	builds  []inventory.Build
	gaps    []inventory.Gap
	busy    Progress
}

func newCollector(ctx context.Context, root platform.Root, list *signatures.List, opt Options) (*collector, error) {
	if opt.Limits == (inspect.Limits{}) {
		opt.Limits = inspect.DefaultLimits
	}
	if opt.Workers <= 0 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
	in, err := inspect.New(list, opt.Limits)
	if err != nil {
		return nil, fmt.Errorf("preparing the readers: %w", err)
	}
	in.CodeSigningRoots, in.AppleRoots = opt.CodeSigningRoots, opt.AppleRoots
	in.PackageKeys = opt.PackageKeys
	return &collector{ctx: ctx, root: root, list: list, opt: opt, inspector: in, codeSigning: opt.CodeSigningRoots, started: time.Now()}, nil
}

// find runs the look-ups one after the other and keeps the first candidate for
// each path: a package knows more about its program than a folder does.
func (c *collector) find(lookups []platform.Lookup) {
	seen := map[string]bool{}
	for _, l := range lookups {
		if c.ctx.Err() != nil || !l.Fits(c.root) {
			continue
		}
		c.progress("looking", l.Name(), 0, 0)
		c.lookups = append(c.lookups, l.Name())
		s := &sink{c: c, seen: seen}
		if err := l.Find(c.ctx, c.root, c.list, s); err != nil && c.ctx.Err() == nil {
			c.gap(inventory.Gap{Where: l.Name(), What: "this look-up", Kind: "stopped", Reason: err.Error()})
		}
	}
}

// sink takes what one look-up finds.
type sink struct {
	c    *collector
	seen map[string]bool
}

func (s *sink) Candidate(found platform.Candidate) {
	if s.seen[found.Path] {
		return
	}
	s.seen[found.Path] = true
	for _, f := range found.Files {
		s.seen[f.Path] = true
	}
	if found.Format == signatures.Package {
		s.Looked(1, 0)
	}
	s.c.candidates = append(s.c.candidates, found)
}

func (s *sink) Gap(g platform.Gap) {
	s.c.gap(inventory.Gap{Where: platform.Display(g.Where), What: g.What, Kind: g.Kind, Reason: g.Reason})
}

func (s *sink) Looked(packages, files int) {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	s.c.checked.Packages += packages
	s.c.checked.Files += files
}

// read turns candidates into builds, several at once. The largest come first,
// so that no core waits for another at the end.
func (c *collector) read() {
	weigh := map[string]int64{}
	for _, found := range c.candidates {
		weigh[found.Path] = c.weight(found)
	}
	slices.SortStableFunc(c.candidates, func(a, b platform.Candidate) int {
		return cmp.Compare(weigh[b.Path], weigh[a.Path])
	})
	jobs := make(chan platform.Candidate)
	var workers sync.WaitGroup
	for range min(c.opt.Workers, max(1, len(c.candidates))) {
		workers.Go(func() {
			for found := range jobs {
				c.build(found)
			}
		})
	}
	for _, found := range c.candidates {
		if c.ctx.Err() != nil {
			break
		}
		jobs <- found
	}
	close(jobs)
	workers.Wait()
}

// weight is about how many bytes a candidate's programs have. Those of an app are
// not looked for yet, and few things are larger.
func (c *collector) weight(found platform.Candidate) (size int64) {
	if found.Format == signatures.App {
		return 1 << 30
	}
	if len(found.Files) == 0 && !found.Recorded {
		return c.size(found.Path)
	}
	for _, f := range found.Files {
		if f.Program {
			size += c.size(f.Path)
		}
	}
	return size
}

func (c *collector) size(name string) int64 {
	info, err := c.root.FS.Lstat(name)
	if err != nil {
		return 0 // whoever opens it will say why
	}
	return info.Size()
}

func (c *collector) build(found platform.Candidate) {
	b := newBuilder(c, found)
	build, ok := b.build()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.checked.Files += b.files
	c.checked.Bytes += b.bytes
	c.gaps = append(c.gaps, b.gaps...)
	if ok {
		c.checked.Programs++
		c.builds = append(c.builds, build)
	}
}

func (c *collector) gap(g inventory.Gap) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gaps = append(c.gaps, g)
}

func (c *collector) progress(phase, place string, files int, bytes int64) {
	if c.opt.Progress == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy.Phase, c.busy.Place = phase, place
	c.busy.Files += files
	c.busy.Bytes += bytes
	c.opt.Progress(c.busy)
}

// inventory puts everything into the order that makes two scans of the same
// root equal.
func (c *collector) inventory() inventory.Inventory {
	inv := inventory.Inventory{
		Schema:    inventory.Schema,
		Partial:   c.ctx.Err() != nil,
		Tool:      c.opt.Tool,
		List:      listInfo(c.list),
		Root:      inventory.Root{Kind: string(c.root.Kind), OS: c.root.OS, Name: platform.Display(c.root.Name)},
		Started:   c.started.UTC().Format(time.RFC3339),
		ElapsedMS: time.Since(c.started).Milliseconds(),
		Checked:   c.checked,
		Builds:    joinSplits(c.builds),
		Gaps:      c.gaps,
	}
	inv.Checked.Lookups = append([]string{}, c.lookups...)
	sortInventory(&inv)
	return inv
}

// sortInventory puts everything into the order that makes two scans equal.
func sortInventory(inv *inventory.Inventory) {
	slices.SortFunc(inv.Builds, func(a, b inventory.Build) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.ID, b.ID))
	})
	numberEqualIDs(inv.Builds)
	slices.SortFunc(inv.Gaps, func(a, b inventory.Gap) int {
		return cmp.Or(cmp.Compare(a.Where, b.Where), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.What, b.What), cmp.Compare(a.Reason, b.Reason))
	})
	inv.Gaps = slices.Compact(inv.Gaps)
}

// numberEqualIDs keeps findings apart that point to two equal copies: the
// second copy of b-1234 becomes b-1234-2.
func numberEqualIDs(builds []inventory.Build) {
	count := map[string]int{}
	for i := range builds {
		id := builds[i].ID
		count[id]++
		if n := count[id]; n > 1 {
			builds[i].ID = fmt.Sprintf("%s-%d", id, n)
		}
	}
}

func listInfo(l *signatures.List) inventory.List {
	return inventory.List{Version: l.Version, Issued: l.Issued, Families: len(l.Families), Clients: len(l.Clients)}
}
