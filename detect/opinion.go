package detect

import (
	"slices"

	"github.com/chatvet/chatvet/detect/inspect"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/platform"
)

// secondOpinion asks the running system what it thinks of a file's signature and
// writes that down beside what the reader found.
func (b *builder) secondOpinion(f platform.CandidateFile, r inspect.Result) {
	switch {
	case b.root.Kind == platform.Disk || r.File.State != "" || b.ctx.Err() != nil:
		return
	case !systemJudges(r.Format):
		return
	}
	path, err := platform.HostPathOf(b.root.FS, f.Path)
	if err != nil {
		return
	}
	opinion, ok := systemOpinion(b.ctx, path)
	if !ok {
		return
	}
	opinion.By, opinion.Scope, opinion.Time = inventory.BySystem, platform.Display(f.Path), inventory.TimeUnknown
	if disagree(opinion, ours(r, opinion.Scope)) {
		opinion.Problems = append([]string{inventory.ProblemSystemDisagrees}, opinion.Problems...)
	}
	b.out.Signatures = append(b.out.Signatures, opinion)
}

// formatCatalog is Signature.Format of a signature that lies in a catalog of the
// system, not in the file.
const formatCatalog = "catalog"

func ours(r inspect.Result, scope string) []inventory.Signature {
	return slices.DeleteFunc(slices.Clone(r.Signatures), func(s inventory.Signature) bool {
		return s.Scope != scope && s.Scope != "" || s.Integrity == inventory.IntegrityNotChecked
	})
}

// disagree is true where the system comes to another answer than chatvet. What
// either of them did not check is no answer, and one good signature of several
// is enough, as it is for the system.
func disagree(system inventory.Signature, ours []inventory.Signature) bool {
	if len(ours) == 0 {
		return false
	}
	has := func(fits func(inventory.Signature) bool) bool { return slices.ContainsFunc(ours, fits) }
	intact := has(func(s inventory.Signature) bool { return s.Integrity == inventory.Intact })
	trusted := has(func(s inventory.Signature) bool {
		return s.Integrity == inventory.Intact && (s.Trust == inventory.Trusted || s.Trust == inventory.TrustNotChecked)
	})
	switch {
	case system.Format == formatCatalog && system.Integrity == inventory.Intact:
		return has(func(s inventory.Signature) bool { return s.Integrity == inventory.Broken })
	case system.Integrity == inventory.Unsigned, system.Integrity == inventory.Broken:
		return intact
	case system.Integrity == inventory.Intact && !intact:
		return true
	case system.Trust == inventory.Trusted:
		return !trusted
	case system.Trust == inventory.Untrusted:
		return has(func(s inventory.Signature) bool {
			return s.Integrity == inventory.Intact && s.Trust == inventory.Trusted
		})
	}
	return false
}
