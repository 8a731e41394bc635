package android

import (
	"testing"

	"github.com/chatvet/chatvet/detect/inspect/apk/apktest"
)

// FuzzSigners fuzzes the parts of a signing block, which changes to a whole
// package would rarely reach.
func FuzzSigners(f *testing.F) {
	key, old := apktest.NewKey("Example Chat", "Example Chat Ltd"), apktest.NewKey("Example Chat", "Example Chat Ltd")
	unsigned := apktest.Package{}.Unsigned()
	f.Add(apktest.Scheme(apktest.V2, unsigned, apktest.Signer{Key: key}).Value, false)
	f.Add(apktest.Scheme(apktest.V3, unsigned, apktest.Signer{Key: key, From: 28, To: anyLater, Lineage: []apktest.Key{old}}).Value, true)
	f.Fuzz(func(t *testing.T, value []byte, ranged bool) {
		signers, _ := readSigners(value, ranged)
		for _, s := range signers {
			for _, sdk := range []int{sdk7, sdk9, sdk13} {
				if _, digest, problem := s.check(sdk); problem == "" && (digest == nil || len(s.certificates) == 0) {
					t.Errorf("good, and vouches for nothing or is by nobody: %+v", s)
				}
			}
		}
	})
}

// FuzzCertificate fuzzes the loose reading of certificates.
func FuzzCertificate(f *testing.F) {
	der := apktest.NewKey("Example Chat", "Example Chat Ltd").Certificate
	f.Add(der)
	f.Add(append([]byte{0x30, 0x84, 0, 0, byte((len(der) - 4) >> 8), byte(len(der) - 4)}, der[4:]...))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if c, err := readCertificate(raw); err == nil {
			c.describe()
			c.sameKey(c.spki)
			c.publicTest()
		}
	})
}
