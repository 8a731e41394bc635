package judge

import (
	"maps"
	"slices"

	"github.com/chatvet/chatvet/signatures"
)

// apart sorts the signatures of an app that is installed as several APKs by the
// file that each is about. They are a whole to Android, which loads code from any
// of them; but each is signed by itself, and vouches for no other. A file that no
// signature is about for this version of Android has an empty list.
func apart(all []signature, s spot) map[string][]signature {
	files := map[string][]signature{}
	if s.place == "" && s.part.build.Format == signatures.APK {
		for _, f := range s.part.build.Files {
			files[f.Path] = nil
		}
	}
	for _, sig := range all {
		if sig.Format == formatAPK {
			files[sig.Scope] = append(files[sig.Scope], sig)
		}
	}
	return files
}

// byEachFile answers by each file's own signatures, and keeps the least favourable.
func (u *unit) byEachFile(c *signatures.Client, pins []signatures.Pin, s spot, files map[string][]signature) identity {
	var worst identity
	first := true
	for _, scope := range slices.Sorted(maps.Keys(files)) {
		id, signed := u.byAnyOf(c, pins, s, files[scope])
		if !signed {
			id = u.withoutSignature(c, pins, s, u.claimReason(c, s))
		}
		if first || favour(id.State) < favour(worst.State) {
			worst, first = id, false
		}
	}
	return worst
}
