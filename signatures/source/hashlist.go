package source

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/chatvet/chatvet/signatures"
)

const maxHashListSize = 64 << 20 // bytes

// digestSet reads digests that stand in the YAML, or in a file beside it.
func (d *decoder) digestSet(n *yaml.Node, set *signatures.DigestSet) {
	d.mark(set, n)
	var file string
	seen := d.mapping(n, "digests", fields{
		"*kind":  func(n *yaml.Node) { word(d, n, "kind", &set.Kind, digestKinds...) },
		"values": func(n *yaml.Node) { texts(d, n, "values", &set.Values) },
		"file":   func(n *yaml.Node) { text(d, n, "file", &file) },
		"source": func(n *yaml.Node) { d.number(n, "source", &set.Source) },
	})
	switch {
	case seen["file"] == nil && seen["values"] == nil:
		d.report(n, MissingField, "digests has neither values nor file")
	case seen["file"] != nil && seen["values"] != nil:
		d.report(seen["file"], BadHashList, "digests has both values and file")
	case file != "":
		values, err := d.data.readHashList(file, set.Kind)
		if err != nil {
			d.report(seen["file"], BadHashList, "%v", err)
		}
		set.Values = values
	}
	d.sortValues(set)
}

// sortValues keeps the place of each value with it.
func (d *decoder) sortValues(set *signatures.DigestSet) {
	places := make(map[string]Position, len(set.Values))
	for i := range set.Values {
		if at, known := d.data.positions[&set.Values[i]]; known {
			places[set.Values[i]] = at
			delete(d.data.positions, &set.Values[i])
		}
	}
	slices.Sort(set.Values)
	set.Values = slices.Compact(set.Values)
	for i, value := range set.Values {
		if at, known := places[value]; known {
			d.data.positions[&set.Values[i]] = at
		}
	}
}

// readHashList reads one digest a line. What follows a space, and lines that
// begin with "#", are left out. The name is relative to the root of the data.
func (d *Data) readHashList(name string, kind signatures.Kind) ([]string, error) {
	data, err := readFile(d.fsys, name, maxHashListSize)
	if err != nil {
		return nil, err
	}
	info, _ := kind.Info()
	var values []string
	lines := bufio.NewScanner(bytes.NewReader(data))
	for number := 1; lines.Scan(); number++ {
		value, _, _ := strings.Cut(strings.TrimSpace(lines.Text()), " ")
		if value == "" || strings.HasPrefix(value, "#") {
			continue
		}
		if len(value) != info.HexLen || strings.Trim(value, "0123456789abcdef") != "" {
			return values, fmt.Errorf("%s:%d: %s is no %s", name, number, quoted(value), kind)
		}
		values = append(values, value)
	}
	if err := lines.Err(); err != nil {
		return values, fmt.Errorf("reading %s: %w", name, err)
	}
	return values, nil
}

// readFile reads a file of at most so many bytes.
func readFile(fsys fs.FS, name string, most int64) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	if int64(len(data)) > most {
		return nil, fmt.Errorf("%s is larger than %d bytes", name, most)
	}
	return data, nil
}
