package signatures

import (
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// matchByWalking is what Match must return: every indicator, one after the
// other, asked by itself.
func matchByWalking(l *List, fact Fact) []Ref {
	var refs []Ref
	add := func(ref Ref) {
		if ref.Indicator.Matches(fact) {
			refs = append(refs, ref)
		}
	}
	for _, f := range l.Families {
		for i := range f.Rules {
			rule := &f.Rules[i]
			rule.When.walk(func(ind *Indicator) { add(Ref{Role: InRule, Family: f, Indicator: ind}) })
			for h := range rule.Hints {
				add(Ref{Role: InHint, Family: f, Indicator: &rule.Hints[h]})
			}
		}
		for _, set := range f.Digests {
			for _, value := range set.Values {
				add(Ref{Role: InRule, Family: f, Indicator: &Indicator{Kind: set.Kind, Value: value, Source: set.Source}})
			}
		}
	}
	for _, c := range l.Clients {
		for i := range c.Claims {
			add(Ref{Role: InClaim, Client: c, Indicator: &c.Claims[i]})
		}
		for p := range c.Pins {
			for _, list := range [][]Indicator{c.Pins[p].Signer, c.Pins[p].Product} {
				for i := range list {
					add(Ref{Role: InPin, Client: c, Indicator: &list[i]})
				}
			}
		}
	}
	return refs
}

func describe(refs []Ref) []string {
	var lines []string
	for _, r := range refs {
		owner := ""
		if r.Family != nil {
			owner = "family " + r.Family.ID
		}
		if r.Client != nil {
			owner += "client " + r.Client.ID
		}
		lines = append(lines, fmt.Sprintf("%d %s %s %q source %d", r.Role, owner, r.Indicator.Kind, r.Indicator.Value+r.Indicator.Pattern(), r.Indicator.Source))
	}
	return lines
}

// trickyList has every kind with values that are prefixes of one another, differ
// in case, overlap in versions, and occur more than once.
func trickyList(random *rand.Rand) *List {
	texts := []string{"a", "A*", "ab", "ab*", "abc*", "AbC", "b*", "abcabc*", "*", "ä*", "Ä"}
	versions := []string{
		">=1.2, <2", "<1.5 || >3", "x.y.4.z", "1.x.y", "x.y.z", "!=1.4", "^1.2", "1.2.3.4", "~1.4.2", ">=6.22.0.107 <7",
		"no version", "1.2.x", "<=1.4", "1.2 - 3",
	}
	kinds := Kinds()
	slices.Sort(kinds)
	indicator := func() Indicator {
		kind := kinds[random.IntN(len(kinds))]
		ind := Indicator{Kind: kind, Source: 1 + random.IntN(5)}
		switch info, _ := kind.Info(); info.Shape {
		case VersionShape:
			ind.Value = versions[random.IntN(len(versions))]
		case PatternShape:
			ind.Text, ind.Encodings = texts[random.IntN(len(texts))], []Encoding{ASCII}
		default:
			ind.Value = texts[random.IntN(len(texts))]
		}
		return ind
	}
	condition := func() Condition { ind := indicator(); return Condition{Indicator: &ind} }
	var families []*Family
	for i := range 40 {
		f := &Family{ID: fmt.Sprint("f", i), Platforms: []Platform{Windows}}
		for range 3 {
			f.Rules = append(f.Rules, Rule{
				When: Condition{All: []Condition{condition(), {Any: []Condition{condition(), condition()}}, {None: []Condition{condition()}}, {AtLeast: 1, Of: []Condition{condition()}}}},
				Hints: []Indicator{
					indicator(), indicator(),
				},
			})
		}
		f.Digests = []DigestSet{{Kind: FileSHA1, Values: []string{"a", "ab"}, Source: 2}}
		families = append(families, f)
	}
	var clients []*Client
	for i := range 10 {
		clients = append(clients, &Client{ID: fmt.Sprint("c", i),
			Claims: []Indicator{indicator(), indicator(), indicator()},
			Pins:   []Pin{{Signer: []Indicator{indicator()}, Product: []Indicator{indicator(), indicator()}}},
		})
	}
	return NewList("", "", families, clients)
}

func TestMatchFindsWhatWalkingFinds(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	list := trickyList(random)
	kinds := Kinds()
	slices.Sort(kinds)
	values := []string{
		"", "a", "A", "ab", "AB", "abc", "abcabcd", "b", "ba", "z", "Äb", "äb", "*", "ab*",
		"1.2", "1.4", "1.4.2", "1.2.3.4", "5.1.4.10", "6.22.0.107", "2", "3.1", "0.1", "1.2.3-beta", "99.9.9.9",
	}
	found := 0
	for _, kind := range append(kinds, "no.kind") {
		for _, value := range values {
			fact := Fact{Kind: kind, Value: value, Place: "program"}
			want, got := describe(matchByWalking(list, fact)), describe(list.Match(fact))
			found += len(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s %q (-walking +Match):\n%s", kind, value, diff)
			}
			if wanted := list.Wanted(kind, value); wanted != (len(want) > 0) {
				t.Errorf("%s %q is wanted: %v, but %d indicators match", kind, value, wanted, len(want))
			}
		}
	}
	if found < 500 {
		t.Errorf("only %d matches: the list is not tricky enough", found)
	}
}

func TestMatch(t *testing.T) {
	tom := &Family{ID: "tom-skype", Platforms: []Platform{Windows},
		Rules: []Rule{{
			When: Condition{All: []Condition{
				{Indicator: &Indicator{Kind: PEProduct, Value: "Skype*", Source: 1}},
				{Indicator: &Indicator{Kind: Content, Text: "skypetools.tom.com", Encodings: []Encoding{ASCII}, Source: 2}},
			}},
			Hints: []Indicator{{Kind: PEVersion, Value: "x.y.4.z", Source: 3}},
		}},
		Digests: []DigestSet{{Kind: FileSHA256, Values: []string{syntheticDigest("tom", 0, 0)}, Source: 4}},
	}
	skype := &Client{ID: "skype", Claims: []Indicator{{Kind: PEProduct, Value: "skype", Source: 5}}}
	list := NewList("", "", []*Family{tom}, []*Client{skype})
	for _, test := range []struct {
		fact Fact
		want []string
	}{
		{Fact{Kind: PEProduct, Value: "SKYPE"}, []string{`0 family tom-skype pe.product "Skype*" source 1`, `2 client skype pe.product "skype" source 5`}},
		{Fact{Kind: PEProduct, Value: "Skype for Business"}, []string{`0 family tom-skype pe.product "Skype*" source 1`}},
		{Fact{Kind: PEProduct, Value: "Sky"}, nil},
		{Fact{Kind: Content, Value: "skypetools.tom.com"}, []string{`0 family tom-skype content "skypetools.tom.com" source 2`}},
		{Fact{Kind: Content, Value: "SkypeTools.tom.com"}, nil},
		{Fact{Kind: PEVersion, Value: "5, 1, 4, 10"}, []string{`1 family tom-skype pe.version "x.y.4.z" source 3`}},
		{Fact{Kind: PEVersion, Value: "not a version"}, nil},
		{Fact{Kind: FileSHA256, Value: syntheticDigest("tom", 0, 0)}, []string{`0 family tom-skype file.sha256 "` + syntheticDigest("tom", 0, 0) + `" source 4`}},
		{Fact{Kind: FileSHA256, Value: syntheticDigest("tom", 0, 1)}, nil},
	} {
		if diff := cmp.Diff(test.want, describe(list.Match(test.fact))); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.fact, diff)
		}
	}
}

func TestListIsInOrderOfIDs(t *testing.T) {
	list := NewList("v", "d",
		[]*Family{{ID: "b"}, {ID: "a"}, {ID: "undetectable", Undetectable: "nobody published a sign"}},
		[]*Client{{ID: "z"}, {ID: "y"}})
	if list.Families[0].ID != "a" || list.Clients[0].ID != "y" {
		t.Errorf("families begin with %s, clients with %s", list.Families[0].ID, list.Clients[0].ID)
	}
	for _, id := range []string{"a", "b", "undetectable"} {
		if f := list.Family(id); f == nil || f.ID != id {
			t.Errorf("family %s is %v", id, f)
		}
	}
	if list.Family("y") != nil || list.Client("a") != nil || list.Client("y") == nil {
		t.Error("families and clients are mixed up")
	}
}

// BenchmarkMatch looks up the facts of a build. What it costs must not depend on
// the length of the list: compare the two sizes. The collector is off, for it
// would add the marking of a heap that is ten times as large.
func BenchmarkMatch(b *testing.B) {
	var facts []Fact
	for i := range 8 {
		facts = append(facts,
			Fact{Kind: PEProduct, Value: fmt.Sprintf("Client client-%05d", i*2)},
			Fact{Kind: PEProduct, Value: "Something Else Entirely"},
			Fact{Kind: FileSHA256, Value: syntheticDigest("file", i*7, 3)},
			Fact{Kind: FileSHA256, Value: syntheticDigest("nobody's", i, 0)},
			Fact{Kind: Content, Value: fmt.Sprintf("https://host1.synthetic-%05d.example.org/upload", i*11)},
			Fact{Kind: APKVersion, Value: fmt.Sprintf("2.%d.9.%d", i*13, i*13%7)},
			Fact{Kind: SiblingName, Value: "readme.txt"},
			Fact{Kind: SignerOrganization, Value: "Nobody We Know"},
		)
	}
	for _, families := range []int{160, 1600} {
		list := syntheticList(families)
		defer debug.SetGCPercent(debug.SetGCPercent(-1))
		b.Run(fmt.Sprintf("families=%d/indicators=%d", families, len(list.index.entries)), func(b *testing.B) {
			for b.Loop() {
				for _, f := range facts {
					list.Match(f)
				}
			}
		})
	}
}
