package detect

import (
	"cmp"
	"path"
	"slices"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// maxSplits bounds the parts that one app is put together from.
const maxSplits = 256

// joinSplits makes one build of an app's APK and the parts of it that lie beside, as
// a phone's installer would ("App bundles and split APKs", developer.android.com).
// A part belongs to an app only where it is for the same package and signed by the
// same key; otherwise Android would refuse it, and it is judged by itself.
func joinSplits(builds []inventory.Build) []inventory.Build {
	slices.SortStableFunc(builds, func(a, b inventory.Build) int { return cmp.Compare(a.Path, b.Path) })
	bases := map[string][]int{} // by folder, package and signer
	for i := range builds {
		if key, part := splitKey(&builds[i]); key != "" && !part {
			bases[key] = append(bases[key], i)
		}
	}
	joined := map[int]bool{}
	for i := range builds {
		key, part := splitKey(&builds[i])
		// Of two apps of one name nobody knows whose part it is.
		if all := bases[key]; key != "" && part && len(all) == 1 && len(builds[all[0]].Files) < maxSplits {
			joinSplit(&builds[all[0]], &builds[i])
			joined[i] = true
		}
	}
	var out []inventory.Build
	for i, b := range builds {
		if !joined[i] {
			out = append(out, b)
		}
	}
	return out
}

// splitKey says to which app a lone APK belongs; empty for everything else. Part is
// true for one that is no app by itself.
func splitKey(b *inventory.Build) (key string, part bool) {
	if b.Format != signatures.APK || !slices.Contains([]string{"paths", "downloads"}, b.Origin.How) {
		return "", false
	}
	id := ""
	for _, f := range b.Facts {
		switch f.Kind {
		case signatures.APKPackage:
			id = f.Value
		case signatures.APKSplit:
			part = true
		}
	}
	if id == "" || len(b.Signatures) == 0 || len(b.Signatures[0].Signers) == 0 || b.Signatures[0].Integrity != inventory.Intact {
		return "", false
	}
	key = path.Dir(b.Path) + "\x00" + id
	for _, s := range b.Signatures[0].Signers {
		key += "\x00" + s.SHA256
	}
	return key, part
}

func joinSplit(base, part *inventory.Build) {
	for _, f := range part.Facts {
		if !slices.Contains(base.Facts, f) {
			base.Facts = append(base.Facts, f)
		}
	}
	base.Files = append(base.Files, part.Files...)
	base.Signatures = append(base.Signatures, part.Signatures...)
	base.Inside = append(base.Inside, part.Inside...)
	base.Collected = mergeCollected(base.Collected, part.Collected)
	sortFacts(base.Facts)
	slices.SortFunc(base.Files, func(x, y inventory.File) int { return cmp.Compare(x.Path, y.Path) })
	base.SetID()
}
