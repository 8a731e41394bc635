package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/chatvet/chatvet/detect/sign/aptrelease"
)

// readLists opens the release files and indexes that apt keeps in a folder.
func readLists(dir string) (e aptrelease.Evidence, closeAll func(), err error) {
	var files []*os.File
	closeAll = func() {
		for _, f := range files {
			f.Close()
		}
	}
	defer func() {
		if err != nil {
			closeAll()
		}
	}()
	entries, err := os.ReadDir(dir)
	if err != nil {
		return e, nil, err
	}
	for _, entry := range entries {
		name := filepath.Join(dir, entry.Name())
		switch {
		case strings.HasSuffix(name, "_InRelease"):
			data, err := os.ReadFile(name)
			if err != nil {
				return e, nil, err
			}
			e.Releases = append(e.Releases, aptrelease.ReleaseFile{Name: name, Data: data})
		case strings.Contains(entry.Name(), "_binary-"+target.arch+"_Packages"):
			f, err := os.Open(name)
			if err != nil {
				return e, nil, err
			}
			files = append(files, f)
			info, err := f.Stat()
			if err != nil {
				return e, nil, err
			}
			e.Indexes = append(e.Indexes, aptrelease.IndexFile{Name: name, ReaderAt: f, Size: info.Size()})
		}
	}
	if len(e.Releases) == 0 || len(e.Indexes) == 0 {
		return e, nil, errors.New("no signed lists there; run apt-get update")
	}
	return e, closeAll, nil
}

// download has apt-get bring one version of a package into a folder.
func download(ctx context.Context, dir string, l aptrelease.Listed) (string, error) {
	cmd := exec.CommandContext(ctx, "apt-get", "download", "-q", l.Package+"="+l.Version)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("downloading %s %s: %w: %s", l.Package, l.Version, err, out)
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.deb"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("downloading %s %s: apt-get left %d files", l.Package, l.Version, len(found))
	}
	return found[0], nil
}
