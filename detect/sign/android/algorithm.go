package android

import (
	"crypto"
	"crypto/dsa"
	"crypto/ecdsa"
	"crypto/rsa"
	_ "crypto/sha256"
	_ "crypto/sha512"
	"encoding/asn1"
	"math/big"
)

// contentKind is a way to take the digest of a package's contents, in rising
// order of preference ("ApkSigningBlockUtils", compareContentDigestAlgorithm).
type contentKind int

const (
	noContent contentKind = iota
	chunkedSHA256
	veritySHA256
	chunkedSHA512
)

// algorithm is one of the "Signature algorithm IDs" of APK Signature Scheme v2,
// or of those for verity, which came with v3.
type algorithm struct {
	content contentKind
	hash    crypto.Hash
	key     string // rsa, rsa-pss, ecdsa or dsa
}

var algorithms = map[uint32]algorithm{
	0x0101: {chunkedSHA256, crypto.SHA256, "rsa-pss"},
	0x0102: {chunkedSHA512, crypto.SHA512, "rsa-pss"},
	0x0103: {chunkedSHA256, crypto.SHA256, "rsa"},
	0x0104: {chunkedSHA512, crypto.SHA512, "rsa"},
	0x0201: {chunkedSHA256, crypto.SHA256, "ecdsa"},
	0x0202: {chunkedSHA512, crypto.SHA512, "ecdsa"},
	0x0301: {chunkedSHA256, crypto.SHA256, "dsa"},
	0x0421: {veritySHA256, crypto.SHA256, "rsa"},
	0x0423: {veritySHA256, crypto.SHA256, "ecdsa"},
	0x0425: {veritySHA256, crypto.SHA256, "dsa"},
}

// known is true where a version of Android has the algorithm.
func (a algorithm) known(sdk int) bool { return a.content != veritySHA256 || sdk >= sdk9 }

// Bounds on keys, so that one signature costs a moment only.
const (
	maxRSABits = 16384
	maxDSABits = 8192
)

// verify is true where the signature over data is by the key.
func (a algorithm) verify(key any, data, signature []byte) bool {
	h := a.hash.New()
	h.Write(data)
	sum := h.Sum(nil)
	switch key := key.(type) {
	case *rsa.PublicKey:
		return a.verifyRSA(key, sum, signature)
	case *ecdsa.PublicKey:
		return a.key == "ecdsa" && ecdsa.VerifyASN1(key, sum, signature)
	case *dsa.PublicKey:
		return a.key == "dsa" && verifyDSA(key, sum, signature)
	}
	return false
}

func (a algorithm) verifyRSA(key *rsa.PublicKey, sum, signature []byte) bool {
	switch {
	case key.N.BitLen() > maxRSABits:
		return false
	case a.key == "rsa":
		return rsa.VerifyPKCS1v15(key, a.hash, sum, signature) == nil
	case a.key == "rsa-pss":
		return rsa.VerifyPSS(key, a.hash, sum, signature, &rsa.PSSOptions{SaltLength: a.hash.Size()}) == nil
	}
	return false
}

func verifyDSA(key *dsa.PublicKey, sum, signature []byte) bool {
	if key.P.BitLen() > maxDSABits || key.Q.BitLen() > maxDSABits {
		return false
	}
	var s struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(signature, &s); err != nil || len(rest) > 0 {
		return false
	}
	return dsa.Verify(key, sum[:min(len(sum), key.Q.BitLen()/8)], s.R, s.S)
}
