package cli

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/signatures"
	"github.com/chatvet/chatvet/signatures/source"
)

// list returns the signature list to work with: the one inside the program, or
// the one that --signatures names, which has to pass the same checks.
func (p *program) list() (*signatures.List, error) {
	path := p.shared.signatures
	if path == "" {
		return signatures.Embedded()
	}
	files, name, err := openData(path)
	if err != nil {
		return nil, err
	}
	list, found := checkData(files, name, nil)
	if mistakes := source.Errors(found); len(mistakes) > 0 {
		fmt.Fprintln(p.stderr, term.Plain(mistakes[0].String()))
		return nil, fail("error.list-refused", text.Args{"path": path},
			hint{"hint.check-list", text.Args{"path": commandLine(path)}})
	}
	return list, nil
}

// openData opens the source of a list: a folder, or one file, whose name is
// returned then.
func openData(path string) (files fs.FS, name string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, "", fmt.Errorf("opening signature list: %w", err)
	}
	if info.IsDir() {
		return os.DirFS(path), "", nil
	}
	return os.DirFS(filepath.Dir(path)), filepath.Base(path), nil
}
