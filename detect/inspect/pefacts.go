package inspect

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/chatvet/chatvet/detect/inspect/pe"
	"github.com/chatvet/chatvet/detect/sign/authenticode"
	"github.com/chatvet/chatvet/signatures"
)

// peStrings are the texts of a version resource that are facts.
var peStrings = []struct {
	name string
	kind signatures.Kind
}{
	{"ProductName", signatures.PEProduct},
	{"CompanyName", signatures.PECompany},
	{"FileDescription", signatures.PEDescription},
	{"InternalName", signatures.PEInternalName},
	{"OriginalFilename", signatures.PEOriginalName},
	{"LegalCopyright", signatures.PECopyright},
}

// maxFactText is how much of one text of a file goes into a report.
const maxFactText = 1 << 10

// peFacts writes down what a Windows program says about itself, in every
// language in which it says it.
func peFacts(v *visit, f *file) {
	p, err := pe.Read(f.r, f.size)
	if err != nil {
		v.gap(f.name, whatPart, kindOf(err), err.Error())
		return
	}
	f.Arch = p.Machine.String()
	f.Product, f.Version = peProduct(p), peVersion(p)
	for _, info := range p.Versions {
		for _, table := range info.Tables {
			for _, s := range peStrings {
				f.factOnce(s.kind, clip(table.Get(s.name)))
			}
			f.factOnce(signatures.PEVersion, leadingVersion(table.Get("FileVersion")))
			f.factOnce(signatures.PEProductVersion, leadingVersion(table.Get("ProductVersion")))
		}
		if info.Fixed {
			f.factOnce(signatures.PEVersion, fixedVersion(info.FileVersion))
			f.factOnce(signatures.PEProductVersion, fixedVersion(info.ProductVersion))
		}
	}
	for _, a := range p.Archives {
		f.Facts = append(f.Facts, signatures.Fact{Kind: signatures.PEAsarIntegrity, Value: a.SHA256, Place: f.name, At: clip(a.Name)})
	}
	for _, problem := range p.Problems {
		v.gap(f.name, whatPart, gapCorrupt, problem)
	}
	if p.Installer != "" {
		v.gap(f.name, whatInstalls, gapNotOpened, fmt.Sprintf("%s installers are not opened yet", p.Installer))
	}
	wordListFacts(v, f)
	signed := authenticode.ReadProgram(p, v.in.codeSigning())
	f.takers = signed.Takers()
	f.settle = func(complete bool) { v.signed(f, signed.Signatures(f.name, complete)) }
}

func (f *file) factOnce(k signatures.Kind, value string) {
	if !slices.ContainsFunc(f.Facts, func(x signatures.Fact) bool { return x.Kind == k && x.Value == value }) {
		f.fact(k, value)
	}
}

// peProduct names the product. The rule: the name in the preferred language's
// ProductName; where that is missing, or names the operating system that the
// program is a part of (as Microsoft does), its FileDescription; then
// InternalName, then OriginalFilename.
func peProduct(p *pe.File) string {
	table, ok := preferredTable(p)
	if !ok {
		return ""
	}
	names := []string{table.Get("ProductName"), table.Get("FileDescription"), table.Get("InternalName"), table.Get("OriginalFilename")}
	if strings.Contains(names[0], "Operating System") && names[1] != "" {
		names = names[1:]
	}
	for _, n := range names {
		if n != "" {
			return clip(n)
		}
	}
	return ""
}

// Languages in order of preference: English (United States), then none in
// particular, then the first.
const (
	englishUS = 0x0409
	neutral   = 0x0000
)

func preferredTable(p *pe.File) (best pe.StringTable, ok bool) {
	rank := func(language uint16) int {
		switch language {
		case englishUS:
			return 0
		case neutral:
			return 1
		}
		return 2
	}
	for _, info := range p.Versions {
		for _, t := range info.Tables {
			if !ok || rank(t.Language) < rank(best.Language) {
				best, ok = t, true
			}
		}
	}
	return best, ok
}

// peVersion is the product's version: of the texts the one in the preferred
// language, else the number, else the file's version. Zeros are no version.
func peVersion(p *pe.File) string {
	table, _ := preferredTable(p)
	candidates := []string{leadingVersion(table.Get("ProductVersion"))}
	for _, info := range p.Versions {
		if info.Fixed {
			candidates = append(candidates, fixedVersion(info.ProductVersion))
		}
	}
	candidates = append(candidates, leadingVersion(table.Get("FileVersion")))
	for _, info := range p.Versions {
		if info.Fixed {
			candidates = append(candidates, fixedVersion(info.FileVersion))
		}
	}
	for _, c := range candidates {
		if strings.Trim(c, "0.") != "" {
			return c
		}
	}
	return ""
}

func fixedVersion(v [4]uint16) string {
	if v == [4]uint16{} {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d.%d", v[0], v[1], v[2], v[3])
}

// leadingVersion takes the number at the start of a version text, which tools
// write as 5.1.4.10, "5, 1, 4, 10" or "6.3.9600.16384 (winblue_rtm.130821)".
// It is "" where the text does not begin with two numbers or more.
func leadingVersion(text string) string {
	var parts []string
	rest := text
	for len(parts) < 4 {
		rest = strings.TrimLeft(rest, " ")
		n := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		number, err := strconv.ParseUint(rest[:n], 10, 32)
		if err != nil {
			break
		}
		parts = append(parts, strconv.FormatUint(number, 10))
		rest = rest[n:]
		next := strings.TrimLeft(rest, " ")
		if next == "" || next[0] != '.' && next[0] != ',' {
			break
		}
		rest = next[1:]
	}
	if len(parts) < 2 {
		return ""
	}
	return strings.Join(parts, ".")
}

func clip(s string) string {
	if len(s) <= maxFactText {
		return s
	}
	return strings.ToValidUTF8(s[:maxFactText], "")
}
