//go:build !windows

package platform

import (
	"os"
	"strings"
	"syscall"
)

// openFlags keep a pipe that was put in a file's place from blocking the scan,
// and a terminal from becoming its own.
const openFlags = syscall.O_NONBLOCK | syscall.O_NOFOLLOW | syscall.O_NOCTTY

// openHost opens everything that the running machine has: one tree.
func openHost() (base string, p places, err error) {
	root, err := os.OpenRoot("/")
	if err != nil {
		return "", nil, err
	}
	return "/", oneFolder{root}, nil
}

// hostName turns a path that a person typed into a name below the host's root.
// ".." stays: what it means depends on links.
func hostName(p string) (string, error) {
	if strings.HasPrefix(p, "/") {
		return p, nil
	}
	wd, err := os.Getwd()
	if err != nil {
		return "", err
	}
	return wd + "/" + p, nil
}

func slashTarget(raw string) string { return raw }
