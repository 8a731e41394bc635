package androidqf

import (
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
	LocalName   string `json:"local_name"` // below apks
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
		if name := apksFolder + "/" + path.Base(strings.ReplaceAll(f.LocalName, `\`, "/")); f.LocalName != "" && there[name] {
			parts[f.Path] = true
			if !slices.Contains(names, name) {
				if path.Base(f.Path) == "base.apk" {
					names = slices.Insert(names, 0, name)
				} else {
					names = append(names, name)
				}
			}
		} else if !parts[f.Path] {
			parts[f.Path] = false
		}
	}
	for _, copied := range parts {
		if !copied {
			missing++
		}
	}
	return names, missing
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
