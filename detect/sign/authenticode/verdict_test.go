package authenticode_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inspect"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/detect/sign/roots"
	"github.com/chatvet/chatvet/signatures"
	"github.com/google/go-cmp/cmp"
)

// pinned is an invented client that is pinned to a real signer, so that real
// files can be followed from their bytes to a verdict.
func pinned(id, product, organization string) *signatures.Client {
	is := func(k signatures.Kind, value string) signatures.Indicator {
		return signatures.Indicator{Kind: k, Value: value, Source: 1}
	}
	return &signatures.Client{
		ID: id, Name: product, Sources: []signatures.Source{{N: 1, Publisher: "this test", Title: "Invented source", Date: "2026-01-01"}},
		Claims: []signatures.Indicator{is(signatures.PEProduct, product), is(signatures.FileName, product+".exe")},
		Pins: []signatures.Pin{{Channel: "website", Platform: signatures.Windows, By: signatures.ByMaker,
			Signer:       []signatures.Indicator{is(signatures.SignerOrganization, organization)},
			Product:      []signatures.Indicator{is(signatures.PEProduct, product)},
			AlwaysSigned: &signatures.AlwaysSigned{Source: 1}}},
	}
}

// verdict is what a person is told, and why.
type verdict struct {
	Verdict judge.Verdict
	State   inventory.IdentityState
	Reason  string
}

// judged inspects one file and judges it, as a scan does.
func judged(t *testing.T, content []byte, list *signatures.List) verdict {
	t.Helper()
	in, err := inspect.New(list, inspect.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	r := in.File(context.Background(), inspect.Source{Name: "program.exe", ReaderAt: bytes.NewReader(content), Size: int64(len(content))})
	for _, g := range r.Gaps {
		if g.Kind == "signature-not-checked" {
			t.Errorf("a signature was not checked: %+v", g)
		}
	}
	b := inventory.Build{Product: r.Product, Version: r.Version, Path: "program.exe", Format: r.Format, Signatures: r.Signatures, Files: []inventory.File{r.File}, Facts: r.Facts, Collected: r.Collected}
	b.SetID()
	result := judge.Judge(inventory.Inventory{Builds: []inventory.Build{b}, Gaps: r.Gaps}, list, judge.Policy{})
	if len(result.Findings) != 1 {
		t.Fatalf("%d findings: %+v", len(result.Findings), result.Findings)
	}
	id := result.Builds[0].Identity
	return verdict{result.Findings[0].Verdict, id.State, id.Reason}
}

// TestFromSignatureToVerdict follows real and made files to what a person is
// told about them.
func TestFromSignatureToVerdict(t *testing.T) {
	list := signatures.NewList("test", "2026-01-01", nil, []*signatures.Client{
		pinned("vsce", "vsce-sign", "Microsoft Corporation"),
		pinned("putty", "PuTTY suite", "Simon Tatham"),
		pinned("brave", "Brave Browser", "Somebody Else Ltd"),
	})
	dir := filepath.Join(goModule(t, realModule), "test")
	real := func(path string) []byte {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	vsce := real(filepath.Join(npmPackage(t, "@vscode/vsce-sign-win32-x64@2.0.6"), "bin", "vsce-sign.exe"))

	// Synthetic programs that say they are vsce-sign.
	u := fixture.PE{Version: map[string]string{"ProductName": "vsce-sign", "CompanyName": "Microsoft Corporation"}}.Bytes()
	own := issue(t, nil, "Microsoft Corporation", "Microsoft Root Certificate Authority 2011", ca)
	impostor := issue(t, own, "Microsoft Corporation", "Microsoft Corporation", codeSigner)
	alone := issue(t, nil, "Microsoft Corporation", "Microsoft Corporation", codeSigner)
	other := issue(t, own, "Other Operator Co", "Other Operator Co", codeSigner)

	for _, c := range []struct {
		name    string
		content []byte
		want    verdict
	}{
		{"the maker's", vsce, verdict{judge.Official, inventory.Maker, judge.ReasonPinnedSigner}},
		{"the maker's, changed", flip(vsce, 0x1000, nil), verdict{judge.Mismatch, inventory.Contradicted, judge.ReasonBrokenSignature}},
		{"the maker's, with more behind it", append(bytes.Clone(vsce), "more"...), verdict{judge.Mismatch, inventory.Contradicted, judge.ReasonBrokenSignature}},
		{"the maker's, stripped", strip(t, vsce), verdict{judge.Mismatch, inventory.Contradicted, judge.ReasonUnsignedButAlways}},
		{"the maker's names under a self-made root", sign(t, u, ".exe", impostor, []*authority{own}), verdict{judge.Mismatch, inventory.Contradicted, judge.ReasonPinnedNameOnly}},
		{"the maker's name in a self-signed certificate", sign(t, u, ".exe", alone, nil), verdict{judge.Mismatch, inventory.Contradicted, judge.ReasonPinnedNameOnly}},
		{"the maker's name, chain incomplete", sign(t, u, ".exe", impostor, nil), verdict{judge.Unverified, inventory.UnknownMaker, judge.ReasonUntrustedRoot}},
		{"another name", sign(t, u, ".exe", other, []*authority{own}), verdict{judge.Mismatch, inventory.Contradicted, judge.ReasonOtherSigner}},
		{"expired, its time stamp under a retired root", real(filepath.Join(dir, "putty.exe")), verdict{judge.Unverified, inventory.UnknownMaker, judge.ReasonTimeUnproven}},
		{"changed on disk", real(filepath.Join(dir, "putty_modified.exe")), verdict{judge.Mismatch, inventory.Contradicted, judge.ReasonBrokenSignature}},
		{"trusted, but not the one that is pinned", real(filepath.Join(dir, "brave.exe")), verdict{judge.Mismatch, inventory.Contradicted, judge.ReasonOtherSigner}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, judged(t, c.content, list)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestARevokedCertificateOfTheMaker: a scan asks nobody whether a certificate was
// revoked, so the list says so with the pin. The same real file is the maker's
// while its certificate's serial number is not listed.
func TestARevokedCertificateOfTheMaker(t *testing.T) {
	vsce, err := os.ReadFile(filepath.Join(npmPackage(t, "@vscode/vsce-sign-win32-x64@2.0.6"), "bin", "vsce-sign.exe"))
	if err != nil {
		t.Fatal(err)
	}
	serial := verifyProgram(t, vsce, policy(roots.CodeSigning()))[0].Signers[0].Serial
	for _, c := range []struct {
		name    string
		revoked []string
		want    verdict
	}{
		{"another one", []string{"00" + serial}, verdict{judge.Official, inventory.Maker, judge.ReasonPinnedSigner}},
		{"this one", []string{"01", serial}, verdict{judge.Mismatch, inventory.Contradicted, judge.ReasonOtherSigner}},
		{"this one, in capitals", []string{strings.ToUpper(serial)}, verdict{judge.Mismatch, inventory.Contradicted, judge.ReasonOtherSigner}},
	} {
		client := pinned("vsce", "vsce-sign", "Microsoft Corporation")
		client.Pins[0].RevokedSerials = c.revoked
		list := signatures.NewList("test", "2026-01-01", nil, []*signatures.Client{client})
		if diff := cmp.Diff(c.want, judged(t, vsce, list)); diff != "" {
			t.Errorf("%s is revoked: %s", c.name, diff)
		}
	}
}
