// Package macho reads Apple's programs: which processors they are for, what
// they ask of the system, and where their signature lies.
//
// A reader and its size go in; one Slice for each processor comes out. It
// follows Apple's headers: mach-o/fat.h for universal files, mach-o/loader.h
// for the rest. Counts and sizes are never trusted: each is held against the
// size of the file and a bound before anything is allocated for it. What is
// damaged in one slice is a problem of that slice and leaves the others readable.
package macho
