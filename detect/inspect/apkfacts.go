package inspect

import (
	"context"
	"io"
	"slices"
	"strconv"

	"github.com/chatvet/chatvet/detect/inspect/apk"
	"github.com/chatvet/chatvet/detect/inspect/archive"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/android"
	"github.com/chatvet/chatvet/signatures"
)

// isPackage is true for a zip file that Android would take for an app. A
// manifest that is plain text belongs to source code or a library.
func isPackage(f *file) bool {
	p, err := apk.Read(f.r, f.size)
	if err != nil || !p.Has(apk.ManifestName) || p.PlainManifest() {
		return false
	}
	f.apk = p
	return true
}

// apkFacts writes down what an Android package says about itself and who signed
// it.
func apkFacts(v *visit, f *file) {
	m, err := f.apk.Manifest()
	if err != nil {
		v.gap(f.name, whatPart, kindOf(err), err.Error())
	}
	if m != nil {
		manifestFacts(f, m)
	}
	// A second search, unpacked, is only for families that ask for one.
	f.closed = len(v.in.search(signatures.DEX).set.Patterns) == 0
	signed, err := android.Read(v.ctx, f.r, f.apk, m, android.DefaultLimits)
	if err != nil {
		v.gap(f.name, whatSignature, gapNotVerified, err.Error())
		return
	}
	f.takers = signed.Takers()
	f.settle = func(complete bool) { v.apkSigned(f, signed, complete) }
}

func manifestFacts(f *file, m *apk.Manifest) {
	f.Product, f.Version = m.Label, m.VersionName
	if f.Product == "" {
		f.Product = m.Package
	}
	f.fact(signatures.APKPackage, m.Package)
	f.fact(signatures.APKLabel, m.Label)
	if _, err := signatures.ParseVersion(m.VersionName); err == nil {
		f.fact(signatures.APKVersion, m.VersionName)
	}
	f.fact(signatures.APKMinSDK, strconv.Itoa(m.MinSDK))
	f.fact(signatures.APKTargetSDK, strconv.Itoa(m.TargetSDK))
	f.fact(signatures.APKSplit, m.Split)
	f.fact(signatures.APKLocation, m.InstallLocation)
	f.fact(signatures.APKSharedUser, m.SharedUserID)
	if m.Debuggable {
		f.fact(signatures.APKDebuggable, "true")
	}
	if m.TestOnly {
		f.fact(signatures.APKTestOnly, "true")
	}
	for _, list := range []struct {
		kind  signatures.Kind
		names []string
	}{{signatures.APKPermission, m.Permissions}, {signatures.APKService, m.Services}, {signatures.APKReceiver, m.Receivers}} {
		for _, name := range list.names {
			f.factOnce(list.kind, name)
		}
	}
}

// apkSigned takes down the signatures, the newest first. One that only old
// versions of Android would look at, and that was left unchecked to save time,
// is no gap.
func (v *visit) apkSigned(f *file, signed *android.Package, complete bool) {
	all := signed.Signatures(f.name, complete)
	old := slices.IndexFunc(all, android.OldOnly)
	if old < 0 {
		old = len(all)
	}
	v.signed(f, all[:old])
	f.Signatures = append(f.Signatures, all[old:]...)
	for _, err := range signed.Problems() {
		v.gap(f.name, whatSignature, gapNotVerified, err.Error())
	}
	if stamp, ok := signed.Stamp(); ok && len(all) > 0 && all[0].Integrity == inventory.Intact {
		f.fact(signatures.APKStamp, stamp)
	}
	if signed.Frosted() {
		f.fact(signatures.APKFrosting, "not-checked")
	}
}

// walkAPK goes through the programs of an Android package, in which its texts
// lie compressed.
func walkAPK(ctx context.Context, r io.ReaderAt, size int64, limits archive.Limits, visit archive.Visit) error {
	p, err := apk.Read(r, size)
	if err != nil {
		return err
	}
	seen := 0
	for _, e := range p.Entries {
		if !e.Program() {
			continue
		}
		if seen++; seen > limits.Members {
			return archive.ErrTooManyMembers
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		body, err := p.Open(e)
		if err != nil {
			return err
		}
		if err := visit(archive.Member{Name: e.Name, Size: e.Size}, limits.Budget.Reader(body)); err != nil {
			return err
		}
	}
	return nil
}
