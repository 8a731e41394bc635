package inspect

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/chatvet/chatvet/detect/inspect/squashfs"
	"github.com/chatvet/chatvet/signatures"
)

// maxLabel is the most that is read of a file in an image by which the whole
// image says what it is.
const maxLabel = 256 << 10

// namesPerMember is as for squashfs.Walk: folders and links are names too.
const namesPerMember = 8

// squashfsFacts writes down what a snap says about itself, in meta/snap.yaml
// (snapcraft.yaml reference, "snap.yaml").
func squashfsFacts(v *visit, f *file) {
	im := v.image(f, io.NewSectionReader(f.r, 0, f.size))
	if im == nil {
		return
	}
	label, err := im.read("meta/snap.yaml")
	if err != nil {
		v.gap(f.name, whatPart, kindOf(err), err.Error())
	}
	var snap struct {
		Name, Version, Title string
		Architectures        []string
	}
	if err := yaml.Unmarshal(label, &snap); err != nil {
		v.gap(f.name, whatPart, gapCorrupt, "meta/snap.yaml: "+err.Error())
	}
	f.Product, f.Version = clip(snap.Name), clip(snap.Version)
	if len(snap.Architectures) == 1 {
		f.Arch = clip(snap.Architectures[0])
	}
	f.fact(signatures.SnapName, clip(snap.Name))
	f.fact(signatures.DisplayName, clip(snap.Title))
}

// image is a squashfs image with its names.
type image struct {
	*squashfs.Image
	entries []squashfs.Entry
}

// image opens a file system. Where it cannot be opened, that is a gap, and the
// file is not gone into.
func (v *visit) image(f *file, r *io.SectionReader) *image {
	im, err := squashfs.Open(r, r.Size(), v.budget)
	if err != nil {
		v.gap(f.name, whatInside, kindOf(err), err.Error())
		f.closed = true
		return nil
	}
	// What damages the list is told when the image is gone through.
	entries, _ := im.Entries(v.ctx, v.in.limits.Members*namesPerMember)
	return &image{im, entries}
}

// read returns a small file of the image, or nil where there is none.
func (im *image) read(name string) ([]byte, error) {
	e, err := squashfs.Find(im.entries, name)
	if err != nil {
		return nil, nil
	}
	if e.Size > maxLabel {
		return nil, fmt.Errorf("%s: %w", name, errTooLarge)
	}
	r, err := im.Open(e)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(r, maxLabel))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return data, nil
}

// desktopEntry is the first desktop entry at the root of the image: its name, and
// the keys of its main group (Desktop Entry Specification 1.5, section 3).
func (im *image) desktopEntry() (name string, keys map[string]string, err error) {
	for _, e := range im.entries {
		if path.Ext(e.Name) == ".desktop" && !strings.Contains(e.Name, "/") {
			data, err := im.read(e.Name)
			return e.Name, mainGroup(data), err
		}
	}
	return "", nil, nil
}

func mainGroup(data []byte) map[string]string {
	const maxKeys = 1000
	keys := map[string]string{}
	inside := false
	for line := range bytes.Lines(data) {
		text := strings.TrimSpace(string(line))
		if strings.HasPrefix(text, "[") {
			inside = text == "[Desktop Entry]"
			continue
		}
		key, value, ok := strings.Cut(text, "=")
		key = strings.TrimSpace(key)
		if _, twice := keys[key]; inside && ok && !twice && len(keys) < maxKeys {
			keys[key] = strings.TrimSpace(value)
		}
	}
	return keys
}
