// Package dmg reads Apple's disk images (UDIF): what an image is made of, where
// its signature lies, whether its checksums hold, and what its volumes are
// called. The files in the volumes are not read.
//
// A reader and its size go in, a File comes out. Apple has published no
// specification. What is followed is the layout that the images themselves and
// the open readers of them agree on: the trailer "koly" of 512 bytes, the
// property list whose blkx entries ("mish") are the block map, and chunks that
// are stored, left out, or compressed with zlib, bzip2 or xz. ADC and LZFSE are
// told as ErrMethod. Volume names are read as Apple's Technical Note TN1150
// ("HFS Plus Volume Format") writes them.
//
// Counts and sizes are never trusted: each is held against the size of the file
// and a bound before anything is allocated for it.
package dmg
