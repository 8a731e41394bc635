// Package apple checks Apple's code signatures: on Mach-O programs, and the seal
// over the other files of a bundle.
//
// A program that package macho has read goes in, with a policy; takers for the
// one pass over the file come out (package digest), and after the pass one
// inventory.Signature, which is that of its worst slice, and what the signature
// says: identifier, requirement, entitlements, flags.
//
// Apple publishes no specification. What is followed is its open source: the
// structures of xnu's osfmk/kern/cs_blobs.h, and Security's
// OSX/libsecurity_codesigning/lib: codedirectory.h (code directory, slots),
// requirement.h and reqdumper.cpp (requirements and their notation),
// resources.cpp and StaticCode.cpp (the seal over resources).
//
// Certificates, chains and time stamps are checked by package cms.
package apple
