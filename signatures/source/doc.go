// Package source reads the signature list as people write it: a tree of YAML
// files, one family or client each, in the language that
// docs/signature-language.md describes.
//
// An fs.FS goes in; a list comes out, with the position of everything in it and
// a diagnostic for everything that could not be read. Reading goes on after a
// mistake, so that one run shows them all. What the statements mean, and whether
// they may stand, is for signatures/check.
//
// The files are YAML 1.2 without anchors, aliases and merge keys.
package source
