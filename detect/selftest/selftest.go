// Package selftest runs the examples that stand in the signature list itself:
// each hit must be confirmed as its family, each near-miss must not. An example
// is tried twice: as the bare facts, and, where files can carry them, as real
// files that are built for it and scanned as a folder of a disk is.
//
// Nobody can forge a certificate. Where an example names the certificate of an
// Android package, the package is built and signed by the fixtures' test key, its
// signature is verified, and after that the test certificate's digests are
// replaced by the example's in what was found. docs/false-alarms.md says which
// examples are tried as facts only, and why.
package selftest

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect"
	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// Outcome is how one example went.
type Outcome struct {
	Family  string
	Example string // "hit 1", or its name
	How     string // "facts" or "files"
	// Skipped says why the example cannot be made into files; empty where it ran.
	Skipped string
	// Problem says what was expected and what came; empty where it went well.
	Problem string
}

// Run tries every example of every family.
func Run(ctx context.Context, list *signatures.List) ([]Outcome, error) {
	r := runner{ctx: ctx, list: list}
	for _, f := range list.Families {
		for i, ex := range f.Tests.Hit {
			r.example(f, ex, cmp.Or(ex.Name, fmt.Sprintf("hit %d", i+1)), true)
		}
		for i, ex := range f.Tests.Miss {
			r.example(f, ex, cmp.Or(ex.Name, fmt.Sprintf("near-miss %d", i+1)), false)
		}
		if ctx.Err() != nil {
			return r.out, ctx.Err()
		}
	}
	return r.out, nil
}

type runner struct {
	ctx  context.Context
	list *signatures.List
	out  []Outcome
}

func (r *runner) example(f *signatures.Family, ex signatures.Example, name string, hit bool) {
	o := Outcome{Family: f.ID, Example: name, How: "facts"}
	o.Problem = r.verdict(f, []inventory.Build{r.fromFacts(f, ex)}, hit)
	r.out = append(r.out, o)

	o = Outcome{Family: f.ID, Example: name, How: "files"}
	if !hit {
		ex = r.withoutOtherDigests(ex)
	}
	builds, err := r.fromFiles(f, ex)
	if err != nil {
		o.Skipped = err.Error()
	} else {
		o.Problem = r.verdict(f, builds, hit)
	}
	r.out = append(r.out, o)
}

// verdict judges builds and compares with what the example promises.
func (r *runner) verdict(f *signatures.Family, builds []inventory.Build, hit bool) string {
	result := judge.Judge(inventory.Inventory{Schema: inventory.Schema, Builds: builds}, r.list, judge.Policy{})
	confirmed := slices.ContainsFunc(result.Findings, func(g judge.Finding) bool { return g.Family == f.ID })
	switch {
	case hit && !confirmed:
		return "should be confirmed, came out as " + verdicts(result)
	case !hit && confirmed:
		return "should not be confirmed, came out as " + verdicts(result)
	}
	return ""
}

func verdicts(r judge.Result) string {
	if len(r.Findings) == 0 {
		return "nothing"
	}
	var all []string
	for _, f := range r.Findings {
		all = append(all, strings.TrimSpace(fmt.Sprintf("%s %s (%s)", f.Verdict, f.Family, f.Reason)))
	}
	return strings.Join(all, ", ")
}

// fromFacts makes a build that shows just the example's facts.
func (r *runner) fromFacts(f *signatures.Family, ex signatures.Example) inventory.Build {
	b := inventory.Build{Path: "program", Format: signatures.PE}
	if len(f.Platforms) > 0 {
		b.Format = f.Platforms[0].Formats()[0]
	}
	b.Collected = r.collected(b.Format)
	file := inventory.File{Path: "program", Size: 1, SHA256: strings.Repeat("0", 64)}
	var signer inventory.Signer
	for _, fact := range ex.Facts {
		info, _ := fact.Kind.Info()
		switch {
		case info.Signer:
			signerField(&signer, fact)
		case fact.Kind == signatures.FileSHA256:
			file.SHA256 = fact.Value
		case fact.Kind == signatures.FileSHA1:
			file.SHA1 = fact.Value
		case fact.Kind == signatures.FileMD5:
			file.MD5 = fact.Value
		default:
			b.Facts = append(b.Facts, fact)
		}
	}
	b.Files = []inventory.File{file}
	if signer == (inventory.Signer{}) && slices.ContainsFunc(ex.Facts, ownID) {
		signer.Subject = "CN=somebody, synthetic example"
	}
	if signer != (inventory.Signer{}) {
		b.Signatures = []inventory.Signature{{
			Format: signatureFormat(b.Format), By: "chatvet", Integrity: inventory.Intact, Trust: inventory.Trusted,
			Time: inventory.TimeValid, Signers: []inventory.Signer{signer},
		}}
	}
	b.SetID()
	return b
}

// signatureFormat is what a signature of a format is called where the judge has
// rules of its own for it: a certificate of an APK counts in an APK only.
func signatureFormat(f signatures.Format) string {
	if f == signatures.APK {
		return "apk"
	}
	return "example"
}

// ownID is true for ids that count only together with a signer: an example that
// names none is meant as signed by somebody whom nobody knows.
func ownID(f signatures.Fact) bool {
	return f.Kind == signatures.APKPackage || f.Kind == signatures.BundleID
}

func signerField(s *inventory.Signer, f signatures.Fact) {
	switch f.Kind {
	case signatures.SignerOrganization:
		s.Organization = f.Value
	case signatures.SignerSubject:
		s.Subject = f.Value
	case signatures.SignerSerial:
		s.Serial = f.Value
	case signatures.SignerSHA256, signatures.APKCertSHA256:
		s.SHA256 = f.Value
	case signatures.SignerSHA1, signatures.APKCertSHA1:
		s.SHA1 = f.Value
	case signatures.TeamID:
		s.TeamID = f.Value
	case signatures.OpenPGPFingerprint:
		s.Fingerprint = f.Value
	}
}

// collected claims that everything was looked for that the list can use.
func (r *runner) collected(f signatures.Format) inventory.Collected {
	return inventory.Collected{
		List:     r.list.Version,
		Digests:  []string{"sha256", "sha1", "md5"},
		Patterns: r.list.Patterns(f).ID,
	}
}

// withoutOtherDigests leaves out digests that the list does not have: they say
// that the file is another than the listed one, as any file is that is made. An
// example that says nothing else stays as it is.
func (r *runner) withoutOtherDigests(ex signatures.Example) signatures.Example {
	rest := slices.DeleteFunc(slices.Clone(ex.Facts), func(f signatures.Fact) bool {
		digest := f.Kind == signatures.FileSHA256 || f.Kind == signatures.FileSHA1 || f.Kind == signatures.FileMD5
		return digest && len(r.list.Match(f)) == 0
	})
	if len(rest) > 0 {
		ex.Facts = rest
	}
	return ex
}

// fromFiles builds the example's files and scans the folder that they are in.
func (r *runner) fromFiles(f *signatures.Family, ex signatures.Example) ([]inventory.Build, error) {
	files, err := fixture.FromExample(ex, system(f))
	if err != nil {
		return nil, err
	}
	builds, err := r.scan(files, detect.Options{})
	for i := range builds {
		pin(builds[i].Signatures, ex)
	}
	return builds, err
}

// system is what an example of a family is made for.
func system(f *signatures.Family) signatures.Platform {
	if len(f.Platforms) == 0 {
		return signatures.Windows
	}
	return f.Platforms[0]
}

func (r *runner) scan(files fixture.Files, opt detect.Options) ([]inventory.Build, error) {
	root := platform.Root{Kind: platform.Paths, Name: "example", FS: memory(files), Paths: []string{"."}}
	inv, err := detect.Collect(r.ctx, root, r.list, opt)
	if err != nil {
		return nil, fmt.Errorf("scanning the files of the example: %w", err)
	}
	return inv.Builds, nil
}

// pin replaces the test certificate's digests by those that the example names.
// Signatures by anybody else, and broken ones, stay as they were read.
func pin(found []inventory.Signature, ex signatures.Example) {
	sum := sha256.Sum256(fixture.APKCertificate())
	test := hex.EncodeToString(sum[:])
	for _, sig := range found {
		if sig.Integrity != inventory.Intact {
			continue
		}
		for i := range sig.Signers {
			if sig.Signers[i].SHA256 != test {
				continue
			}
			for _, fact := range ex.Facts {
				if fact.Kind == signatures.APKCertSHA256 || fact.Kind == signatures.APKCertSHA1 {
					signerField(&sig.Signers[i], fact)
				}
			}
		}
	}
}
