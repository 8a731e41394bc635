// Package web serves chatvet's own page to the browser on this computer, and
// to nobody else.
//
// Work that the program lends goes in (a scan, an inspection); pages come out
// that are made of the same documents as every other report. These are the rules:
//
//   - it listens on 127.0.0.1 only, on a port that the system chooses, and never
//     connects to anything
//   - every address begins with 128 random bits; without them there is nothing.
//     The address that a browser is started with works once, and leads to another
//   - a request must name this very address as its host (so that a name which was
//     made to lead here does not help), must not come from another site, and one
//     that changes something must come from one of our pages
//     (Fetch Metadata, RFC 6454 for Origin)
//   - nothing is stored: not here, not by the browser (Cache-Control: no-store,
//     RFC 9111 section 5.2.2.5), and nothing is saved but what a person exports
//   - a dropped file stays in memory, up to a bound; one that is larger is opened
//     by its path
//   - when the last page is closed, or nobody asks anything for long, it ends
//
// Without JavaScript everything can be read and done; the one script shows
// progress, takes a dropped file, and tells when a page is closed.
package web
