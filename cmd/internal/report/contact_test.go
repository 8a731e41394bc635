package report

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/signatures"
)

func embedded(t *testing.T) *signatures.List {
	t.Helper()
	list, err := signatures.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func contactAs(t *testing.T, format, id string, say *text.Catalogue) string {
	t.Helper()
	list := embedded(t)
	peer, ok := PeerWithID(list, id, say)
	if !ok {
		t.Fatalf("nobody is %s", id)
	}
	var out bytes.Buffer
	if err := RenderContact(&out, format, NewContact(peer, list, say), term.Profile{Width: term.DefaultWidth}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestContactMeetsItsSchema(t *testing.T) {
	for _, peer := range Peers(embedded(t), nil, english(t)) {
		for _, say := range []*text.Catalogue{english(t), catalogueOf(t, "zh-Hans")} {
			if err := validate(t, "contact.schema.json", []byte(contactAs(t, "json", peer.ID, say))); err != nil {
				t.Errorf("%s: %v", peer.ID, err)
			}
		}
	}
}

// The schema must refuse what the contract does not have, or the test above could
// not fail.
func TestContactSchemaRefuses(t *testing.T) {
	for name, change := range map[string]func(map[string]any){
		"another schema number": func(m map[string]any) { m["schema"] = 2 },
		"another kind":          func(m map[string]any) { m["kind"] = "person" },
		"no meaning":            func(m map[string]any) { m["meaning"] = []any{} },
		"a name of somebody":    func(m map[string]any) { m["who"] = "x" },
		"nothing to do":         func(m map[string]any) { delete(m, "do") },
	} {
		var m map[string]any
		if err := json.Unmarshal([]byte(contactAs(t, "json", "tom-skype", english(t))), &m); err != nil {
			t.Fatal(err)
		}
		change(m)
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if validate(t, "contact.schema.json", b) == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

// Nothing tells a reader to have the other side change anything, and nothing
// speaks of the reader's own device as if the app were there.
func TestContactSpeaksToTheOtherPerson(t *testing.T) {
	wrong := regexp.MustCompile(`(?i)\b(uninstall|remove it|delete it|tell them to|ask them to (?:remove|install)|on this (?:phone|computer|device)|if you used that)\b`)
	for _, peer := range Peers(embedded(t), nil, english(t)) {
		c := NewContact(peer, embedded(t), english(t))
		for _, s := range slices.Concat(c.Meaning, c.Do) {
			if found := wrong.FindString(s); found != "" {
				t.Errorf("%s: %q in %q", peer.ID, found, s)
			}
		}
	}
}

func TestContactFallsBackWhole(t *testing.T) {
	full, err := text.Pseudo(text.Long)
	if err != nil {
		t.Fatal(err)
	}
	peer, _ := PeerWithID(embedded(t), "tom-skype", full)
	want := NewContact(peer, embedded(t), english(t))
	if c := NewContact(peer, embedded(t), full); c.Beside == nil || c.App == want.App || c.Beside.App != want.App {
		t.Errorf("%q beside %+v", c.App, c.Beside)
	}
	for _, id := range []string{"contact.own-app", "heading.do", "contact.do.keep", string(peer.Family.PeerExposure)} {
		c := NewContact(peer, embedded(t), full.Without(id))
		if c.Language.Tag != "en" || c.App != want.App || strings.Join(c.Meaning, "") != strings.Join(want.Meaning, "") || c.Beside != nil {
			t.Errorf("without %s: %q in %s", id, c.App, c.Language.Tag)
		}
	}
}
