package source

import (
	"maps"

	"go.yaml.in/yaml/v3"

	"github.com/chatvet/chatvet/signatures"
)

const maxConditionDepth = 8

// words are the parts of a condition as they stand side by side in a mapping;
// all that are given must hold.
type words struct {
	all, any, none, of []signatures.Condition
	atLeast            int
	atLeastNode        *yaml.Node
}

func (d *decoder) wordFields(w *words) fields {
	return fields{
		"all":  func(n *yaml.Node) { d.conditions(n, "all", &w.all) },
		"any":  func(n *yaml.Node) { d.conditions(n, "any", &w.any) },
		"none": func(n *yaml.Node) { d.conditions(n, "none", &w.none) },
		"of":   func(n *yaml.Node) { d.conditions(n, "of", &w.of) },
		"at_least": func(n *yaml.Node) {
			d.number(n, "at_least", &w.atLeast)
			w.atLeastNode = n
		},
	}
}

// conditions reads the list under a word.
func (d *decoder) conditions(n *yaml.Node, word string, to *[]signatures.Condition) {
	if d.depth++; d.depth > maxConditionDepth {
		d.report(n, BadCondition, "conditions are nested more than %d deep", maxConditionDepth)
		d.depth--
		return
	}
	d.list(n, word, false,
		func(count int) {
			if count == 0 {
				d.report(n, BadCondition, "%s is an empty list", word)
			}
			*to = make([]signatures.Condition, count)
		},
		func(i int, element *yaml.Node) { (*to)[i] = d.condition(element) })
	d.depth--
}

// condition reads an indicator or a nested condition.
func (d *decoder) condition(n *yaml.Node) signatures.Condition {
	if n.Kind == yaml.MappingNode && hasKey(n, "kind") {
		ind := &signatures.Indicator{}
		d.indicator(n, ind)
		return signatures.Condition{Indicator: ind}
	}
	var w words
	d.mapping(n, "condition", d.wordFields(&w))
	return d.join(n, &w)
}

func hasKey(n *yaml.Node, key string) bool {
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return true
		}
	}
	return false
}

// join makes one condition of the words that were given.
func (d *decoder) join(n *yaml.Node, w *words) signatures.Condition {
	var side []signatures.Condition
	if w.all != nil {
		side = append(side, signatures.Condition{All: w.all})
	}
	if w.any != nil {
		side = append(side, signatures.Condition{Any: w.any})
	}
	if w.none != nil {
		side = append(side, signatures.Condition{None: w.none})
	}
	switch {
	case w.atLeastNode == nil && w.of == nil:
	case w.atLeastNode == nil:
		d.report(n, BadCondition, "of without at_least")
	case w.of == nil:
		d.report(w.atLeastNode, BadCondition, "at_least without of")
	case w.atLeast < 1 || w.atLeast > len(w.of):
		d.report(w.atLeastNode, BadCondition, "at_least is %d of %d", w.atLeast, len(w.of))
	default:
		side = append(side, signatures.Condition{AtLeast: w.atLeast, Of: w.of})
	}
	if len(side) == 1 {
		return side[0]
	}
	if len(side) == 0 && n.Kind == yaml.MappingNode && w.atLeastNode == nil && w.of == nil {
		d.report(n, BadCondition, "a condition with neither all, any, none nor at_least")
	}
	return signatures.Condition{All: side}
}

// rule reads one element of match.
func (d *decoder) rule(n *yaml.Node, rule *signatures.Rule) {
	d.mark(rule, n)
	var w words
	known := fields{
		"*name": func(n *yaml.Node) { text(d, n, "name", &rule.Name) },
		"hints": func(n *yaml.Node) { d.indicators(n, "hints", &rule.Hints) },
	}
	maps.Copy(known, d.wordFields(&w))
	d.mapping(n, "rule", known)
	rule.When = d.join(n, &w)
}

func (d *decoder) indicators(n *yaml.Node, what string, to *[]signatures.Indicator) {
	d.list(n, what, false,
		func(count int) { *to = make([]signatures.Indicator, count) },
		func(i int, element *yaml.Node) { d.indicator(element, &(*to)[i]) })
	d.mark(to, n)
}

func (d *decoder) indicator(n *yaml.Node, ind *signatures.Indicator) {
	ind.Line = n.Line
	d.mark(ind, n)
	seen := d.mapping(n, "indicator", fields{
		"*kind": func(n *yaml.Node) { d.kind(n, &ind.Kind) },
		"value": func(n *yaml.Node) { text(d, n, "value", &ind.Value) },
		"text":  func(n *yaml.Node) { text(d, n, "text", &ind.Text) },
		"hex":   func(n *yaml.Node) { d.hex(n, &ind.Hex) },
		"encodings": func(n *yaml.Node) {
			d.list(n, "encodings", true,
				func(count int) { ind.Encodings = make([]signatures.Encoding, count) },
				func(i int, element *yaml.Node) {
					word(d, element, "encoding", &ind.Encodings[i], signatures.ASCII, signatures.UTF16LE)
				})
		},
		"source": func(n *yaml.Node) { d.number(n, "source", &ind.Source) },
	})
	if ind.Text != "" && seen["encodings"] == nil {
		ind.Encodings = []signatures.Encoding{signatures.ASCII, signatures.UTF16LE}
	}
}

func (d *decoder) kind(n *yaml.Node, to *signatures.Kind) {
	text(d, n, "kind", to)
	if _, known := to.Info(); *to != "" && !known {
		d.report(n, UnknownKind, "there is no kind of fact %s", quoted(string(*to)))
		*to = ""
	}
}

// hex reads a hex pattern and writes it as Indicator.Pattern expects it: lower
// case, without spaces.
func (d *decoder) hex(n *yaml.Node, to *string) {
	var written string
	text(d, n, "hex", &written)
	for i := range len(written) {
		switch c := written[i]; {
		case c == ' ':
		case c >= 'A' && c <= 'F':
			*to += string(c + 'a' - 'A')
		default:
			*to += string(c)
		}
	}
	d.mark(to, n)
}
