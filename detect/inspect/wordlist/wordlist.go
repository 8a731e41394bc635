// Package wordlist recognises lists of forbidden words that some chat programs
// carry, and counts them. In go the bytes of a file whose name is on a list of
// names (the caller's), out come numbers: no word is returned, kept or logged.
//
// Only what a researcher published first-hand is opened: where the list is, in
// which form, and under which key. Each such form is one file of this package;
// docs/word-lists.md says which others were left out, and why.
package wordlist

import "errors"

// Count says how much is on a file's lists. At is where the file's lists begin.
type Count struct {
	Entries int
	At      int64
}

// ErrNone is returned for a file that has no list in the published form.
var ErrNone = errors.New("no list of words in the published form")
