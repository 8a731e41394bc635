// Package aptrelease proves that an installed file came from Debian, by
// following the chain that Debian signs: release file, package index, package,
// file. Bytes of all four go in; a Proof with the SHA-256 of every file of the
// package comes out, or an error that says which link is broken.
//
//	InRelease   signed by a key of keys/        (RFC 9580 section 7, clear signing)
//	  SHA256: digest of main/binary-amd64/Packages
//	Packages    a paragraph with the package's name, version and SHA256
//	.deb        whose data archive holds the files
//
// Formats: Debian's repository format (https://wiki.debian.org/DebianRepository/Format),
// deb822(5), deb(5). Names of index files are those that apt gives them in
// /var/lib/apt/lists (apt's URItoFileName).
//
// What is proved is who made the bytes, not that they are the newest: an old
// release file is as genuine as it ever was, so Valid-Until is not looked at.
package aptrelease
