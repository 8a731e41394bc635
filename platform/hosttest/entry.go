package hosttest

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// addEntry adds one file of the archive, whose header holds name and settings.
func (f *FS) addEntry(header string, data []byte) error {
	name, settings, err := splitHeader(header)
	if err != nil {
		return err
	}
	n := node{data: data, size: int64(len(data)), mode: 0o644}
	perm := fs.FileMode(0)
	for _, setting := range settings {
		key, value, _ := strings.Cut(setting, "=")
		if key == "mode" {
			m, err := strconv.ParseUint(value, 8, 9)
			if err != nil {
				return fmt.Errorf("setting %s: %w", setting, err)
			}
			perm, n.mode = fs.FileMode(m), fs.FileMode(m)
			continue
		}
		if err := n.apply(key, value); err != nil {
			return err
		}
	}
	if folder, ok := strings.CutSuffix(name, "/"); ok || n.mount != "" {
		name, n.mode, n.data, n.size = folder, fs.ModeDir|0o755, nil, 0
		if hasMode(settings) {
			n.mode = fs.ModeDir | perm
		}
	}
	return f.add(name, n)
}

func hasMode(settings []string) bool {
	for _, s := range settings {
		if strings.HasPrefix(s, "mode=") {
			return true
		}
	}
	return false
}

func (n *node) apply(key, value string) error {
	switch key {
	case "link":
		n.mode, n.link = fs.ModeSymlink|0o777, value
	case "fifo":
		n.mode |= fs.ModeNamedPipe
	case "socket":
		n.mode |= fs.ModeSocket
	case "device":
		n.mode |= fs.ModeDevice
	case "size":
		size, err := strconv.ParseInt(value, 10, 64)
		if err != nil || size < 0 {
			return fmt.Errorf("size %q is no number", value)
		}
		n.data, n.size = nil, size
	case "chomp":
		n.data = []byte(strings.TrimSuffix(string(n.data), "\n"))
		n.size = int64(len(n.data))
	case "origin":
		n.origin = value
	case "mount":
		n.mount = value
	default:
		return fmt.Errorf("unknown setting %q", key)
	}
	return nil
}

func splitHeader(header string) (name string, settings []string, err error) {
	name = header
	if strings.HasSuffix(header, "]") {
		if i := strings.LastIndex(header, " ["); i >= 0 {
			name, settings = header[:i], strings.Fields(header[i+2:len(header)-1])
		}
	}
	if strings.HasPrefix(name, `"`) {
		name, err = strconv.Unquote(name)
	}
	return name, settings, err
}
