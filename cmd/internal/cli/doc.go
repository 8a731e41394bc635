// Package cli is chatvet's command line: one file for each command, flags in,
// options out, errors turned into exit codes and hints.
//
// Wrong usage is found before any work is done, and every such error says what
// was probably meant. The commands, flags and exit codes are those of DESIGN
// section 5; how the program speaks is stated in the header of cmd/internal/term.
package cli
