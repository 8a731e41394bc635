package platform

import (
	"io/fs"
	"strings"
)

// Bounds on following symbolic links, as Linux has them (path_resolution(7)).
const (
	MaxLinks   = 40
	maxNameLen = 1 << 16
)

// LinkReader says whether a name, whose folders are no links, is a symbolic
// link, and where it points to.
type LinkReader func(name string) (target string, link bool, err error)

// FollowLinks resolves every symbolic link of name as the root's own system
// would: an absolute target starts at the root, and ".." cannot leave it. The
// error wraps ErrLoop after MaxLinks links.
func FollowLinks(name string, read LinkReader) (string, error) {
	todo := strings.Split(name, "/")
	var done []string
	links := 0
	for len(todo) > 0 {
		part := todo[0]
		todo = todo[1:]
		switch part {
		case "", ".":
			continue
		case "..":
			done = done[:max(len(done)-1, 0)]
			continue
		}
		at := strings.Join(append(done, part), "/")
		target, link, err := read(at)
		if err != nil {
			return "", pathError("resolve", name, err)
		}
		if !link {
			done = append(done, part)
			continue
		}
		if links++; links > MaxLinks || len(target) > maxNameLen {
			return "", &fs.PathError{Op: "resolve", Path: name, Err: ErrLoop}
		}
		if strings.HasPrefix(target, "/") {
			done = nil
		}
		todo = append(strings.Split(target, "/"), todo...)
	}
	if len(done) == 0 {
		return ".", nil
	}
	return strings.Join(done, "/"), nil
}
