// Package signatures is the language in which chatvet's knowledge is written:
// what a fact is, which facts say that a build is a known client, a fork or a
// known modified edition, how much each kind of fact is worth, and where each
// of these statements was published.
//
// Facts go in, references to families and clients come out; what follows from
// them is decided in detect/judge. The package imports nothing of ours, so that
// look-ups, readers, judge and reports can all speak it.
//
// The source of truth is the YAML in signatures/data, read by signatures/source
// and checked by signatures/check. Programs load the compiled form of it that
// is embedded here (see Embedded).
package signatures

//go:generate go run ./compile
