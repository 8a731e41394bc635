// Command listpages writes docs/families.md and docs/clients.md from the list
// that programs carry and from the English texts: the same that chatvet explain
// shows, on two pages. A test fails where the pages differ from the list.
//
//	go run ./cmd/internal/listpages
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/signatures"
)

func main() {
	if err := write("docs"); err != nil {
		fmt.Fprintln(os.Stderr, "listpages:", err)
		os.Exit(1)
	}
}

func write(dir string) error {
	all, err := pages()
	if err != nil {
		return err
	}
	for name, content := range all {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// pages returns the pages by the names of their files.
func pages() (map[string]string, error) {
	list, err := signatures.Embedded()
	if err != nil {
		return nil, err
	}
	say, err := text.Open(text.English)
	if err != nil {
		return nil, err
	}
	return map[string]string{"families.md": families(list, say), "clients.md": clients(list, say)}, nil
}
