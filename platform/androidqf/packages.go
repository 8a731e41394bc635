package androidqf

import (
	"cmp"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/platform/android/dumpsys"
)

// Bounds on packages.json.
const (
	maxList     = 128 << 20
	maxPackages = 20_000
	maxParts    = 256
)

// listed is one package of packages.json.
type listed struct {
	Name      string `json:"name"`
	OtherName string `json:"package_name"` // as MVT writes it
	Installer string `json:"installer"`
	Files     []part `json:"files"`
}

// part is one APK of a package.
type part struct {
	Path        string `json:"path"`       // on the phone
	LocalName   string `json:"local_name"` // below apks; several versions of AndroidQF leave it empty
	LocalPath   string `json:"local_path"` // as MVT writes it: where its copy was made
	Error       string `json:"error"`      // why it was not copied
	SHA256      string `json:"sha256"`
	Certificate struct {
		SHA256 string `json:"sha256"`
	} `json:"certificate"`
}

// readList reads the array piece by piece. What came before an error is returned
// with it.
func readList(r io.Reader) (all []listed, err error) {
	d := json.NewDecoder(io.LimitReader(r, maxList))
	switch t, err := d.Token(); {
	case err != nil:
		return nil, err
	case t != json.Delim('['):
		return nil, errors.New("it is no list of packages")
	}
	for d.More() {
		if len(all) == maxPackages {
			return all, fmt.Errorf("more than %d packages", maxPackages)
		}
		var p listed
		if err := d.Decode(&p); err != nil {
			return all, fmt.Errorf("package %d: %w", len(all)+1, err)
		}
		if p.Name == "" {
			p.Name = p.OtherName
		}
		if dumpsys.IsPackageID(p.Name) {
			all = append(all, p)
		}
	}
	if _, err := d.Token(); err != nil {
		return all, fmt.Errorf("its end is missing: %w", err)
	}
	return all, nil
}

// local are the names of a package's APKs in the acquisition, the main one first,
// and how many of them the tool did not copy.
func (p listed) local(there map[string]bool) (names []string, missing int) {
	parts := map[string]bool{} // a tool lists the same part when it hashes and when it copies
	for _, f := range p.Files[:min(len(p.Files), maxParts)] {
		name, ok := p.copyOf(f, there, names)
		if !ok {
			parts[f.Path] = parts[f.Path]
			continue
		}
		parts[f.Path] = true
		switch {
		case slices.Contains(names, name):
		case path.Base(f.Path) == "base.apk":
			names = slices.Insert(names, 0, name)
		default:
			names = append(names, name)
		}
	}
	for _, copied := range parts {
		if !copied {
			missing++
		}
	}
	return names, missing
}

// copyOf is the name of one part in the acquisition.
func (p listed) copyOf(f part, there map[string]bool, taken []string) (string, bool) {
	if written := cmp.Or(f.LocalName, f.LocalPath); written != "" {
		name := apksFolder + "/" + path.Base(strings.ReplaceAll(written, `\`, "/"))
		return name, there[name]
	}
	if f.Error != "" {
		return "", false
	}
	// The name that the tool made up, with a number where it was taken
	// (AndroidQF, modules/packages.go, getPathToLocalCopy).
	stem := apksFolder + "/" + p.Name
	if _, rest, ok := strings.Cut(f.Path, "==/"); ok {
		rest, _, _ = strings.Cut(rest, "==/")
		stem += "_" + strings.Replace(rest, ".apk", "", 1)
	}
	name := stem + ".apk"
	for n := 1; slices.Contains(taken, name); n++ {
		name = fmt.Sprintf("%s_%d.apk", stem, n)
	}
	return name, there[name]
}

// digests are what the list says of a package's files.
func (p listed) digests(of func(part) string) (all []string) {
	for _, f := range p.Files[:min(len(p.Files), maxParts)] {
		sum := strings.ToLower(of(f))
		if b, err := hex.DecodeString(sum); err == nil && len(b) == 32 && !slices.Contains(all, sum) {
			all = append(all, sum)
		}
	}
	return all
}
