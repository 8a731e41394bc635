package bundletest

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

// Disk is what lies on a disk: files by name, and the targets of links.
type Disk struct{ Files, Links map[string]string }

// NewDisk is an empty one.
func NewDisk() Disk { return Disk{map[string]string{}, map[string]string{}} }

// Bundle is a bundle as it shall be made. It is signed as Program is.
type Bundle struct {
	ID, Name, Version string
	Executable        string
	Framework         bool // with a version of its own
	Flat              bool // without Contents, as for phones
	Old               bool // sealed by the rules of the first version
	Program           Program
	// Files and Links lie below Contents, or below the framework's version;
	// Programs are signed as the bundle's program is, under their own names.
	Files, Links map[string]string
	Programs     map[string]Program
	Nested       map[string]Bundle
	// MoreRules are added to those of the seal.
	MoreRules string
	// InfoMore is put into the Info.plist.
	InfoMore string
}

// standardRules are those that codesign writes where nobody gives it others
// (Security, bundlediskrep.cpp, defaultResourceRules).
const standardRules = `<key>^.*</key><true/>` +
	`<key>^[^/]+$</key><dict><key>nested</key><true/><key>weight</key><real>10</real></dict>` +
	`<key>^(Frameworks|SharedFrameworks|PlugIns|Plug-ins|XPCServices|Helpers|MacOS|Library/(Automator|Spotlight|LoginItems))/</key><dict><key>nested</key><true/><key>weight</key><real>10</real></dict>` +
	`<key>.*\.dSYM($|/)</key><dict><key>weight</key><real>11</real></dict>` +
	`<key>^(.*/)?\.DS_Store$</key><dict><key>omit</key><true/><key>weight</key><real>2000</real></dict>` +
	`<key>^Info\.plist$</key><dict><key>omit</key><true/><key>weight</key><real>20</real></dict>` +
	`<key>^version\.plist$</key><dict><key>weight</key><real>20</real></dict>` +
	`<key>^embedded\.provisionprofile$</key><dict><key>weight</key><real>20</real></dict>` +
	`<key>^PkgInfo$</key><dict><key>omit</key><true/><key>weight</key><real>20</real></dict>` +
	`<key>^Resources/</key><dict><key>weight</key><real>20</real></dict>` +
	`<key>^Resources/.*\.lproj/</key><dict><key>optional</key><true/><key>weight</key><real>1000</real></dict>` +
	`<key>^Resources/Base\.lproj/</key><dict><key>weight</key><real>1010</real></dict>` +
	`<key>^Resources/.*\.lproj/locversion.plist$</key><dict><key>omit</key><true/><key>weight</key><real>1100</real></dict>`

const oldRules = `<key>^version.plist$</key><true/>` +
	`<key>^Resources/</key><true/>` +
	`<key>^Resources/.*\.lproj/</key><dict><key>optional</key><true/><key>weight</key><real>1000</real></dict>` +
	`<key>^Resources/.*\.lproj/locversion.plist$</key><dict><key>omit</key><true/><key>weight</key><real>1100</real></dict>`

const plistHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<plist version="1.0"><dict>`

// Requirement is what codesign asks of a team's program of a name, as a blob and
// in its notation.
func Requirement(identifier, team string) (blob []byte, text string) {
	const and, ident, generic, field = 6, 2, 15, 11
	data := func(s string) []byte {
		return append(BE(uint32(len(s))), append([]byte(s), make([]byte, (4-len(s)%4)%4)...)...)
	}
	expression := slices.Concat(BE(and, ident), data(identifier), BE(and, generic, field, 0), data("subject.OU"), BE(1), data(team))
	return Blob(magicRequirement, append(BE(1), expression...)),
		`identifier "` + identifier + `" and anchor apple generic and certificate leaf[subject.OU] = ` + team
}

// designated is what codesign writes into the program; nothing, of one by nobody.
func (m Program) designated() []byte {
	if m.Team == "" {
		return nil
	}
	blob, _ := Requirement(m.Identifier, m.Team)
	return blob
}

// Build puts the bundle onto a disk and returns its program as it was signed.
func (b Bundle) Build(t testing.TB, at string, disk Disk) Program {
	t.Helper()
	base := path.Join(at, "Contents")
	main, info := path.Join(base, "MacOS", b.Executable), path.Join(base, "Info.plist")
	if b.Flat {
		base, main, info = at, path.Join(at, b.Executable), path.Join(at, "Info.plist")
	}
	if b.Framework {
		base = path.Join(at, "Versions/A")
		main, info = path.Join(base, b.Executable), path.Join(base, "Resources/Info.plist")
		disk.Links[path.Join(at, "Versions/Current")] = "A"
		disk.Links[path.Join(at, "Resources")] = "Versions/Current/Resources"
		disk.Links[path.Join(at, b.Executable)] = "Versions/Current/" + b.Executable
	}
	plist := plistHead + b.info() + "</dict></plist>\n"
	files := maps.Clone(b.Files)
	if b.Framework {
		files["Resources/Info.plist"] = plist
	}
	disk.Files[info] = plist
	seal := b.seal(files, b.nested(t, base, disk))
	disk.Files[path.Join(base, "_CodeSignature/CodeResources")] = seal
	for name, content := range b.Files {
		disk.Files[path.Join(base, name)] = content
	}
	for name, target := range b.Links {
		disk.Links[path.Join(base, name)] = target
	}
	p := b.Program
	p.Identifier, p.Info, p.Seal = b.ID, []byte(plist), []byte(seal)
	p.Requirement = p.designated()
	disk.Files[main] = string(p.Build(t))
	return p
}

func (b Bundle) info() string {
	var text strings.Builder
	for _, pair := range [][2]string{
		{"CFBundleIdentifier", b.ID}, {"CFBundleName", b.Name}, {"CFBundleExecutable", b.Executable},
		{"CFBundleShortVersionString", b.Version}, {"LSMinimumSystemVersion", "11.0"},
	} {
		if pair[1] != "" {
			fmt.Fprintf(&text, "<key>%s</key><string>%s</string>", pair[0], pair[1])
		}
	}
	return text.String() + b.InfoMore
}

// nested puts the code inside onto the disk; it returns what the seal says of it.
func (b Bundle) nested(t testing.TB, base string, disk Disk) map[string]string {
	entries := map[string]string{}
	add := func(name string, p Program) {
		_, text := Requirement(p.Identifier, p.Team)
		if p.Team == "" {
			text = fmt.Sprintf("cdhash H\"%x\"", p.CodeHash())
		}
		entries[name] = "<dict><key>cdhash</key>" + data(p.CodeHash()) + "<key>requirement</key><string>" + strings.ReplaceAll(text, `"`, "&quot;") + "</string></dict>"
	}
	for name, inner := range b.Nested {
		add(name, inner.Build(t, path.Join(base, name), disk))
	}
	for name, p := range b.Programs {
		p.Requirement = p.designated()
		disk.Files[path.Join(base, name)] = string(p.Build(t))
		add(name, p)
	}
	return entries
}

func data(b []byte) string { return "<data>" + base64.StdEncoding.EncodeToString(b) + "</data>" }

// flatRules are those of the App Store for phones, as far as they matter here.
const flatRules = `<key>^.*</key><true/>` +
	`<key>^(Frameworks/[^/]+\.framework/|PlugIns/[^/]+\.appex/|())SC_Info/[^/]+\.(sinf|supf|supp)$</key><dict><key>omit</key><true/><key>weight</key><real>10000</real></dict>` +
	`<key>^Info\.plist$</key><dict><key>omit</key><true/><key>weight</key><real>20</real></dict>` +
	`<key>^PkgInfo$</key><dict><key>omit</key><true/><key>weight</key><real>20</real></dict>`

func (b Bundle) rules() string {
	if b.Flat {
		return flatRules + b.MoreRules
	}
	return standardRules + b.MoreRules
}

// omitted is true for files that the rules leave out.
func (b Bundle) omitted(name string) bool {
	base := path.Base(name)
	return base == ".DS_Store" || name == "PkgInfo" || base == "locversion.plist" || b.Old && !strings.HasPrefix(name, "Resources/")
}

// seal lists the files. Of a localisation, each may be missing.
func (b Bundle) seal(files, nested map[string]string) string {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files)) {
		sum1, sum2 := sha1.Sum([]byte(files[name])), sha256.Sum256([]byte(files[name]))
		optional := ""
		if strings.Contains(name, ".lproj/") && !strings.Contains(name, "/Base.lproj/") {
			optional = "<key>optional</key><true/>"
		}
		switch {
		case b.omitted(name):
		case b.Old && optional == "":
			fmt.Fprintf(&text, "<key>%s</key>%s", name, data(sum1[:]))
		case b.Old:
			fmt.Fprintf(&text, "<key>%s</key><dict><key>hash</key>%s%s</dict>", name, data(sum1[:]), optional)
		default:
			fmt.Fprintf(&text, "<key>%s</key><dict><key>hash</key>%s<key>hash2</key>%s%s</dict>", name, data(sum1[:]), data(sum2[:]), optional)
		}
	}
	if b.Old {
		return plistHead + "<key>files</key><dict>" + text.String() + "</dict><key>rules</key><dict>" + oldRules + "</dict></dict></plist>\n"
	}
	for _, name := range slices.Sorted(maps.Keys(b.Links)) {
		fmt.Fprintf(&text, "<key>%s</key><dict><key>symlink</key><string>%s</string></dict>", name, b.Links[name])
	}
	for _, name := range slices.Sorted(maps.Keys(nested)) {
		fmt.Fprintf(&text, "<key>%s</key>%s", name, nested[name])
	}
	return plistHead + "<key>files</key><dict/><key>files2</key><dict>" + text.String() + "</dict><key>rules</key><dict>" + oldRules + "</dict><key>rules2</key><dict>" + b.rules() + "</dict></dict></plist>\n"
}
