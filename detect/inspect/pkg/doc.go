// Package pkg reads installer packages for macOS: their table of contents, what
// they say that they install, and what there is to check their signature by.
// What they would install stays closed, and nothing of it is run.
//
// A reader and its size go in, a File comes out. A package is an archive in the
// format xar (mackyle's xar wiki, "xarformat"): a header, a table of contents in
// XML compressed with zlib, and a heap. Installer's own files in it, Distribution
// and PackageInfo, follow Apple's "Distribution Definition XML Reference" and what
// pkgbuild writes. A notarisation ticket stands behind the heap, as Apple's
// stapler puts it there.
//
// Sizes are never trusted: each is held against the size of the file and a bound.
package pkg
