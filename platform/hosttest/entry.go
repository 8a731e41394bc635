package hosttest

import (
	"errors"
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
	if folder, ok := strings.CutSuffix(name, "/"); ok {
		name, n = folder, node{mode: fs.ModeDir | 0o755}
	}
	for _, setting := range settings {
		key, value, _ := strings.Cut(setting, "=")
		if err := n.apply(key, value); err != nil {
			return fmt.Errorf("setting %s: %w", setting, err)
		}
	}
	return f.add(name, n)
}

func (n *node) apply(key, value string) error {
	switch key {
	case "mode":
		perm, err := strconv.ParseUint(value, 8, 9)
		if err != nil {
			return err
		}
		n.mode = n.mode.Type() | fs.FileMode(perm)
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
			return fmt.Errorf("%q is no size", value)
		}
		n.data, n.size = nil, size
	case "chomp":
		n.data = []byte(strings.TrimSuffix(string(n.data), "\n"))
		n.size = int64(len(n.data))
	case "origin":
		n.origin = value
	case "xattr":
		attribute, value, ok := strings.Cut(value, ":")
		if !ok {
			return fmt.Errorf("%q has no value", attribute)
		}
		if n.attributes == nil {
			n.attributes = map[string]string{}
		}
		n.attributes[attribute] = value
	case "mount":
		n.mount = value
	default:
		return errors.New("unknown")
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
