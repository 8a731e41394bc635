package cli

import (
	"os"
	"path/filepath"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inspect/wordlist/wordlisttest"
)

// writeWordList writes a library for Windows with a list of invented words in
// the form that Sina UC's have: wordlist FILE NUMBER.
func writeWordList(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: wordlist FILE NUMBER")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	lists := wordlisttest.SinaUC([][]string{wordlisttest.Words(n), {}, {}, {}, {}})
	library := fixture.PE{Strings: []string{string(lists)}}.Bytes()
	path := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o755))
	ts.Check(os.WriteFile(path, library, 0o644))
}
