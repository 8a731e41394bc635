// Command compile makes signatures/compiled.bin, the list that programs carry,
// from the YAML in signatures/data. It refuses data that the check refuses.
//
//	go generate ./signatures
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/chatvet/chatvet/signatures"
	"github.com/chatvet/chatvet/signatures/check"
	"github.com/chatvet/chatvet/signatures/source"
)

func main() {
	data := flag.String("data", "data", "folder with the YAML")
	out := flag.String("o", "compiled.bin", "file to write")
	flag.Parse()
	compiled, err := compile(os.DirFS(*data), os.Stderr)
	if err == nil {
		err = os.WriteFile(*out, compiled, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "compile:", err)
		os.Exit(1)
	}
}

// compile checks a tree of data, writes the diagnostics to log, and returns the
// compiled form. Whether message ids have texts is tested with the catalogues.
func compile(data fs.FS, log io.Writer) ([]byte, error) {
	list, diagnostics := check.Tree(data, nil)
	for _, d := range diagnostics {
		fmt.Fprintln(log, d)
	}
	if n := len(source.Errors(diagnostics)); n > 0 {
		return nil, fmt.Errorf("the data has %d errors", n)
	}
	if len(list.Families) == 0 {
		return nil, errors.New("the data has no families")
	}
	return signatures.Encode(list)
}
