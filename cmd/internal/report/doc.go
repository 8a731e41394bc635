// Package report shows results to people and programs.
//
// A judge.Result, the list it was judged with and a catalogue of texts go in.
// Renderers for people (text, and later HTML) work from one Document, which is
// built once and holds every sentence in the reader's language, so that they
// only lay out. Renderers for programs (json, csv, summary) work from the result
// itself.
//
// What a report says and in which order is DESIGN section 5 and UX.md section 3:
// counts first, then the most serious card, gaps always, the footer always.
// Everything that came from a scanned file passes term.Plain on its way into a
// Document.
package report
