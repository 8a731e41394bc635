// Package plist reads Apple's property lists, in XML and binary form.
//
// Bytes go in; a Dict, of Go's own types, comes out. It follows the document
// type definition at www.apple.com/DTDs/PropertyList-1.0.dtd and the comment at
// the head of CFBinaryPList.c in Apple's CoreFoundation, which is the only
// description of the binary form.
//
// Both forms are read by code of this package, for the bounds: a list of 2 MB may
// name one array in another a million times over, and a reader that follows each
// reference builds what no memory holds. Everything that is built is counted.
package plist
