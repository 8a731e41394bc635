// Package pgp verifies OpenPGP signatures of those who distribute packages.
// Public keys go in, armored or not, with the bytes that are said to be signed
// and the signature; the signer comes out, or an error that says why there is
// none.
//
// Formats: RFC 4880 and RFC 9580, read by go-crypto. A key that lies on the disk
// that is looked at proves nothing by being there: whoever can change a program
// can put a key beside it. What counts is its fingerprint. Known says whose it
// is where chatvet knows that by itself (keys/README.md); the signature list can
// pin others.
package pgp
