package detect

import (
	"context"
	"errors"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// CollectDisks collects from several disks in one run: a stack of backups. Every
// place in the inventory begins with the name of the disk that it is on, and a
// build that is on two disks is there twice. One disk is as for Collect.
func CollectDisks(ctx context.Context, disks []platform.Root, list *signatures.List, opt Options) (inventory.Inventory, error) {
	switch len(disks) {
	case 0:
		return inventory.Inventory{}, errors.New("no disk was named")
	case 1:
		return Collect(ctx, disks[0], list, opt)
	}
	var all inventory.Inventory
	var names []string
	started := time.Now()
	for i, disk := range disks {
		inv, err := Collect(ctx, disk, list, opt)
		if err != nil {
			return inventory.Inventory{}, err
		}
		onDisk(&inv, disk.Name)
		names = append(names, inv.Root.Name)
		if i == 0 {
			all = inv
			continue
		}
		add(&all, inv)
	}
	all.Root = inventory.Root{Kind: string(platform.Disks), OS: all.Root.OS, Name: strings.Join(names, ", ")}
	all.ElapsedMS = time.Since(started).Milliseconds()
	for i := range all.Builds {
		all.Builds[i].SetID() // without the numbers that one disk gave
	}
	sortInventory(&all)
	return all, nil
}

// add takes what another disk has into all.
func add(all *inventory.Inventory, inv inventory.Inventory) {
	all.Partial = all.Partial || inv.Partial
	all.Builds = append(all.Builds, inv.Builds...)
	all.Gaps = append(all.Gaps, inv.Gaps...)
	all.Checked.Packages += inv.Checked.Packages
	all.Checked.Files += inv.Checked.Files
	all.Checked.Programs += inv.Checked.Programs
	all.Checked.Bytes += inv.Checked.Bytes
	ran := map[string]bool{}
	for _, l := range append(all.Checked.Lookups, inv.Checked.Lookups...) {
		ran[l] = true
	}
	all.Checked.Lookups = nil
	for _, l := range Lookups() {
		if ran[l.Name()] {
			all.Checked.Lookups = append(all.Checked.Lookups, l.Name())
		}
	}
	if all.Root.OS != inv.Root.OS {
		all.Root.OS = "" // of different systems
	}
}

// onDisk puts the disk's name before every place.
func onDisk(inv *inventory.Inventory, disk string) {
	disk = platform.Display(filepath.ToSlash(disk))
	on := func(place string) string {
		if place == "" {
			return ""
		}
		return path.Join(disk, place)
	}
	onBuilds(inv.Builds, on)
	for i := range inv.Gaps {
		inv.Gaps[i].Where = on(inv.Gaps[i].Where)
	}
}

func onBuilds(builds []inventory.Build, on func(string) string) {
	for i := range builds {
		b := &builds[i]
		b.Path = on(b.Path)
		for j := range b.Files {
			b.Files[j].Path = on(b.Files[j].Path)
		}
		for j := range b.Facts {
			b.Facts[j].Place = on(b.Facts[j].Place)
		}
		for j := range b.Signatures {
			b.Signatures[j].Scope = on(b.Signatures[j].Scope)
		}
		onBuilds(b.Inside, on)
	}
}
