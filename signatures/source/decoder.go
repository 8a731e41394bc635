package source

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// decoder turns the nodes of one file into the types of the language. It knows
// types and fields; each mistake becomes a diagnostic, and reading goes on.
type decoder struct {
	file  string
	data  *Data
	depth int // of conditions
}

func (d *decoder) at(n *yaml.Node) Position {
	return Position{File: d.file, Line: n.Line, Column: n.Column}
}

func (d *decoder) report(n *yaml.Node, code Code, format string, args ...any) {
	d.data.report(d.at(n), code, format, args...)
}

// mark notes where the value behind a pointer was written.
func (d *decoder) mark(pointer any, n *yaml.Node) { d.data.positions[pointer] = d.at(n) }

// fields says what to do with each field of a mapping.
type fields map[string]func(*yaml.Node)

// mapping reads a mapping and returns the node of each field that was there. A
// field whose name begins with "*" must be there.
func (d *decoder) mapping(n *yaml.Node, what string, known fields) map[string]*yaml.Node {
	seen := map[string]*yaml.Node{}
	if !d.is(n, yaml.MappingNode, what, "fields with values") {
		return seen
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		name := key.Value
		read, ok := known[name]
		if !ok {
			read, ok = known["*"+name]
		}
		switch {
		case d.isAlias(key) || d.isAlias(value):
		case name == "<<":
			d.report(key, Alias, "merge key in %s", what)
		case !ok:
			d.report(key, UnknownField, "%s has no field %s%s", what, quoted(name), suggestion(name, known))
		case seen[name] != nil:
			d.report(key, DuplicateField, "%s is given twice, first in line %d", name, seen[name].Line)
		default:
			seen[name] = value
			read(value)
		}
	}
	for _, name := range sortedNames(known) {
		if must, found := strings.CutPrefix(name, "*"); found && seen[must] == nil {
			d.report(n, MissingField, "%s has no %s", what, must)
		}
	}
	return seen
}

func sortedNames(known fields) []string {
	names := make([]string, 0, len(known))
	for name := range known {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// suggestion names the one field that begins like the unknown one.
func suggestion(name string, known fields) string {
	var close []string
	for _, field := range sortedNames(known) {
		field = strings.TrimPrefix(field, "*")
		if len(name) >= 3 && len(field) >= 3 && strings.EqualFold(name[:3], field[:3]) {
			close = append(close, field)
		}
	}
	if len(close) != 1 {
		return ""
	}
	return fmt.Sprintf("; is it %s?", close[0])
}

func (d *decoder) isAlias(n *yaml.Node) bool {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		d.report(n, Alias, "anchors and aliases are not part of the language")
		return true
	}
	return false
}

func (d *decoder) is(n *yaml.Node, kind yaml.Kind, what, want string) bool {
	if d.isAlias(n) {
		return false
	}
	if n.Kind != kind {
		d.report(n, WrongType, "%s is %s, want %s", what, nodeType(n), want)
		return false
	}
	return true
}

func nodeType(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
		switch n.ShortTag() {
		case "!!null":
			return "empty"
		case "!!bool":
			return "yes or no"
		case "!!int", "!!float":
			return "a number"
		}
		return "text"
	}
	return "nothing"
}

// list reads a list, or one element that stands for a list of one where single
// is true. size is called with the count before the elements are read.
func (d *decoder) list(n *yaml.Node, what string, single bool, size func(int), read func(int, *yaml.Node)) {
	if single && n.Kind != yaml.SequenceNode {
		size(1)
		read(0, n)
		return
	}
	if !d.is(n, yaml.SequenceNode, what, "a list") {
		return
	}
	size(len(n.Content))
	for i, element := range n.Content {
		read(i, element)
	}
}

// text reads any scalar but yes, no and nothing, as it is written: a version
// 8.0 is no number here.
func text[T ~string](d *decoder, n *yaml.Node, what string, to *T) {
	if !d.is(n, yaml.ScalarNode, what, "text") {
		return
	}
	if tag := n.ShortTag(); tag == "!!null" || tag == "!!bool" {
		d.report(n, WrongType, "%s is %s, want text", what, nodeType(n))
		return
	}
	*to = T(n.Value)
	d.mark(to, n)
}

// texts reads a list of texts; one text stands for a list of one.
func texts[T ~string](d *decoder, n *yaml.Node, what string, to *[]T) {
	d.list(n, what, true,
		func(count int) { *to = make([]T, count) },
		func(i int, element *yaml.Node) { text(d, element, what, &(*to)[i]) })
	d.mark(to, n)
}

// word reads a text that must be one of a few.
func word[T ~string](d *decoder, n *yaml.Node, what string, to *T, known ...T) {
	text(d, n, what, to)
	if *to == "" || slices.Contains(known, *to) {
		return
	}
	words := make([]string, len(known))
	for i, k := range known {
		words[i] = string(k)
	}
	d.report(n, UnknownValue, "%s is %s, want one of %s", what, quoted(string(*to)), strings.Join(words, ", "))
	*to = ""
}

func (d *decoder) bool(n *yaml.Node, what string, to *bool) {
	if !d.is(n, yaml.ScalarNode, what, "true or false") {
		return
	}
	switch {
	case n.ShortTag() == "!!bool" && n.Value == "true":
		*to = true
	case n.ShortTag() == "!!bool" && n.Value == "false":
	default:
		d.report(n, WrongType, "%s is %s, want true or false", what, nodeType(n))
	}
	d.mark(to, n)
}

func (d *decoder) number(n *yaml.Node, what string, to *int) {
	if !d.is(n, yaml.ScalarNode, what, "a whole number") {
		return
	}
	number, err := strconv.Atoi(n.Value)
	if err != nil || n.ShortTag() != "!!int" || number < 0 {
		d.report(n, WrongType, "%s is %s, want a whole number", what, quoted(n.Value))
		return
	}
	*to = number
	d.mark(to, n)
}

// quoted makes any text fit for one line of a terminal.
func quoted(s string) string {
	const most = 60
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "..."
	}
	return strconv.Quote(s)
}
