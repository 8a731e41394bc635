package detect

import (
	"path"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// maxPackedArchives bounds the archives that are compared inside one container.
const maxPackedArchives = 256

// packedRecords holds the archives inside a container against the digests that
// programs inside the same one carry. What is found is a fact of the program.
func packedRecords(inside []inventory.Build) {
	archives := packedArchives(inside)
	for i := range inside {
		b := &inside[i]
		packedRecords(b.Inside)
		n := 0
		for _, record := range slices.Clone(b.Facts) {
			if record.Kind != signatures.PEAsarIntegrity || n == maxNamedArchives {
				continue
			}
			n++
			want := path.Join(path.Dir(record.Place), platform.Display(record.At))
			at := slices.IndexFunc(archives, func(a *inventory.Build) bool { return strings.EqualFold(a.Path, want) })
			if at >= 0 {
				packedAgainst(b, record, archives[at])
			}
		}
	}
}

// packedArchives are the archives directly inside a container.
func packedArchives(inside []inventory.Build) (found []*inventory.Build) {
	for i := range inside {
		if inside[i].Format == signatures.ASAR && len(found) < maxPackedArchives {
			found = append(found, &inside[i])
		}
	}
	return found
}

// packedAgainst notes on a program whether an archive is the one it asks for. An
// archive that was not read to its end, or that is none by its header, stays open.
func packedAgainst(program *inventory.Build, record signatures.Fact, archive *inventory.Build) {
	state := ""
	for _, f := range archive.Files {
		if f.Path == archive.Path {
			state = f.State
		}
	}
	header := slices.IndexFunc(archive.Facts, func(f signatures.Fact) bool { return f.Kind == signatures.AsarHeader })
	if state == "" && header < 0 {
		state = stateUnreadable
	}
	if state != "" {
		program.Files = append(program.Files, inventory.File{Path: archive.Path, State: state})
		return
	}
	value := archiveAnother
	if strings.EqualFold(archive.Facts[header].Value, record.Value) {
		value = archiveRecorded
	}
	program.Facts = append(program.Facts, signatures.Fact{Kind: signatures.ElectronArchive, Value: value, Place: archive.Path, At: record.Place})
	for _, f := range archive.Facts {
		if f.Kind == signatures.AsarFiles && f.Value == filesChanged {
			program.Facts = append(program.Facts, f)
		}
	}
	sortFacts(program.Facts)
}
