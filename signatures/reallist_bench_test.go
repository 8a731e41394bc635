package signatures

import (
	"fmt"
	"testing"
)

// BenchmarkLoadEmbedded reads the list that programs carry, as each run of
// chatvet does once.
func BenchmarkLoadEmbedded(b *testing.B) {
	for b.Loop() {
		if _, err := Decode(compiled); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(compiled)), "bytes")
}

// BenchmarkMatchEmbedded asks the list that programs carry, and one with ten
// times the families: the list's own, each nine times more under other values.
func BenchmarkMatchEmbedded(b *testing.B) {
	list, err := Decode(compiled)
	if err != nil {
		b.Fatal(err)
	}
	facts := askedFacts(list)
	for _, times := range []int{1, 10} {
		l := timesAsLong(list, times)
		b.Run(fmt.Sprintf("x%d", times), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, f := range facts {
					l.Match(f)
				}
			}
		})
	}
}

// askedFacts are what scans ask: half of them values of the list, half of them
// values that nobody lists.
func askedFacts(l *List) []Fact {
	var facts []Fact
	for i := 0; i < len(l.index.entries); i += 97 {
		kind, value := l.index.entries[i].key()
		facts = append(facts, Fact{Kind: kind, Value: value}, Fact{Kind: kind, Value: "nobody's " + value})
	}
	return facts
}

// timesAsLong has each family as often as it is told, the first time as it is and
// then with made-up values in the place of its own.
func timesAsLong(l *List, times int) *List {
	var families []*Family
	for n := range times {
		for _, f := range l.Families {
			families = append(families, otherFamily(f, n))
		}
	}
	return NewList(l.Version, l.Issued, families, l.Clients)
}

func otherFamily(f *Family, n int) *Family {
	if n == 0 {
		return f
	}
	g := *f
	g.ID = fmt.Sprintf("%s-%d", f.ID, n)
	g.Rules, g.Digests = nil, nil
	for _, r := range f.Rules {
		r.When = otherCondition(r.When, g.ID)
		hints := make([]Indicator, len(r.Hints))
		for i, h := range r.Hints {
			hints[i] = otherIndicator(h, g.ID)
		}
		r.Hints = hints
		g.Rules = append(g.Rules, r)
	}
	for s, d := range f.Digests {
		values := make([]string, len(d.Values))
		for i := range values {
			values[i] = syntheticDigest(g.ID, s, i)[:len(d.Values[i])]
		}
		g.Digests = append(g.Digests, DigestSet{Kind: d.Kind, Values: values, Source: d.Source})
	}
	return &g
}

func otherCondition(c Condition, id string) Condition {
	if c.Indicator != nil {
		other := otherIndicator(*c.Indicator, id)
		c.Indicator = &other
	}
	for _, list := range []*[]Condition{&c.All, &c.Any, &c.None, &c.Of} {
		others := make([]Condition, len(*list))
		for i, inner := range *list {
			others[i] = otherCondition(inner, id)
		}
		if len(others) > 0 {
			*list = others
		}
	}
	return c
}

// otherIndicator changes what an indicator asks for, of the same length or a
// little longer. Versions stay: there are not ten times as many of those.
func otherIndicator(i Indicator, id string) Indicator {
	info, _ := i.Kind.Info()
	switch {
	case i.Hex != "" || info.Shape == VersionShape:
	case i.Text != "":
		i.Text = id + i.Text
	case info.Shape == HexShape:
		i.Value = syntheticDigest(id+i.Value, 0, 0)[:len(i.Value)]
	default:
		i.Value = id + i.Value
	}
	return i
}
