package cli

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/chatvet/chatvet/detect/inventory"
)

const savedSample = `{"schema":1,"root":{"kind":"live"},"builds":[{"id":"b-1","inside":[{"id":"b-2"}]}],"gaps":[]}`

func TestSavedInventoryOfEveryReader(t *testing.T) {
	for name, r := range map[string]io.Reader{
		"whole":           strings.NewReader(savedSample),
		"byte by byte":    iotest.OneByteReader(strings.NewReader(savedSample)),
		"byte-order mark": strings.NewReader("\ufeff" + savedSample),
	} {
		inv, err := readInventory(name, r)
		if err != nil || len(inv.Builds) != 1 || len(inv.Builds[0].Inside) != 1 {
			t.Errorf("%s: %+v, error %v", name, inv, err)
		}
	}
}

func TestSavedInventoryIsBounded(t *testing.T) {
	const limit = 1000
	_, err := decodeInventory(io.MultiReader(strings.NewReader(savedSample), endlessSpace{}), limit)
	if err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("error %v", err)
	}
	deep := strings.Repeat(`{"builds":[`, 100_000)
	if _, err := readInventory("deep", strings.NewReader(deep)); err == nil {
		t.Error("nesting without end is accepted")
	}
}

// endlessSpace is a reader that never ends.
type endlessSpace struct{}

func (endlessSpace) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestSavedInventoryNamesFileAndReason(t *testing.T) {
	_, err := readInventory("report.json", iotest.ErrReader(errors.New("disk on fire")))
	if err == nil || err.Error() != "reading report.json: disk on fire" {
		t.Errorf("error %v", err)
	}
}

func FuzzSavedInventory(f *testing.F) {
	for _, seed := range []string{"", "{", "[]", savedSample, savedSample[:20], savedSample + savedSample, "\xff\xfe{", "\ufeff{}",
		`{"schema":1,"builds":null}`, `{"schema":1e99}`, `{"schema":"1"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		inv, err := decodeInventory(bytes.NewReader(b), 1<<20)
		if err == nil && inv.Schema != inventory.Schema {
			t.Fatalf("schema %d accepted", inv.Schema)
		}
		if err != nil && err.Error() == "" {
			t.Fatal("an error without a reason")
		}
	})
}
