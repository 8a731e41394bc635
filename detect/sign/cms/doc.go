// Package cms checks signed messages: who signed, whether what was signed is as
// it was, when, and whether the signer's certificate leads to a known root.
//
// The DER of a message (RFC 5652, section 5, and its forerunner PKCS #7, RFC
// 2315) goes in, with a set of roots and a purpose. Each signature comes out in
// the words of an inventory: integrity, trust and time are kept apart, and each
// thing that is wrong has a problem code.
//
// Time stamps are those of RFC 3161 and the older counter-signatures of PKCS #9
// (RFC 2985, section 5.3.6). The chain is followed as RFC 5280, section 6, asks,
// without revocation, for which there is no network; SHA-1 is accepted in it,
// since programs of the years that matter here were signed with nothing else.
//
// This is the only place that calls relic's lib/pkcs7 and lib/pkcs9. Neither was
// seen to panic in fuzzing; a panic would become ErrDamaged. Everything larger
// than MaxMessage, with more than a few signers or certificates, or with keys
// so large that checking them takes long, is refused before they see it.
package cms
