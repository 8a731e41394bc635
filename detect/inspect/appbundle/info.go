package appbundle

import (
	"cmp"
	"maps"
	"path"
	"slices"

	"github.com/chatvet/chatvet/detect/inspect/plist"
	"github.com/chatvet/chatvet/signatures"
)

// Info is what an Info.plist says.
type Info struct {
	ID         string // CFBundleIdentifier
	Name       string // CFBundleDisplayName, else CFBundleName
	Version    string // CFBundleShortVersionString
	Build      string // CFBundleVersion
	Executable string // CFBundleExecutable, a base name
	MinOS      string // LSMinimumSystemVersion
	// Archives are the digests that Electron asks of archives' headers
	// (ElectronAsarIntegrity), by path below Contents.
	Archives map[string]string
}

// InfoOf picks what matters out of a property list.
func InfoOf(d plist.Dict) Info {
	info := Info{
		ID: d.Text("CFBundleIdentifier"), Name: cmp.Or(d.Text("CFBundleDisplayName"), d.Text("CFBundleName")),
		Version: d.Text("CFBundleShortVersionString"), Build: d.Text("CFBundleVersion"),
		Executable: d.Text("CFBundleExecutable"), MinOS: d.Text("LSMinimumSystemVersion"),
	}
	if info.Executable != path.Base(info.Executable) || info.Executable == "." || info.Executable == ".." {
		info.Executable = ""
	}
	for name := range d.Dict("ElectronAsarIntegrity") {
		if hash := d.Dict("ElectronAsarIntegrity").Dict(name).Text("hash"); hash != "" {
			if info.Archives == nil {
				info.Archives = map[string]string{}
			}
			info.Archives[name] = hash
		}
	}
	return info
}

// Facts are what the information says, for the build as a whole.
func (i Info) Facts() []signatures.Fact {
	var facts []signatures.Fact
	add := func(k signatures.Kind, value string) {
		if value != "" {
			facts = append(facts, signatures.Fact{Kind: k, Value: value})
		}
	}
	add(signatures.BundleID, i.ID)
	add(signatures.DisplayName, i.Name)
	if _, err := signatures.ParseVersion(i.Version); err == nil {
		add(signatures.BundleVersion, i.Version)
	}
	add(signatures.BundleBuild, i.Build)
	for _, name := range slices.Sorted(maps.Keys(i.Archives)) {
		add(signatures.AsarIntegrity, i.Archives[name])
	}
	return facts
}
