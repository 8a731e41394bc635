package pgp

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKnownKeys(t *testing.T) {
	table, err := os.ReadFile("keys/README.md")
	if err != nil {
		t.Fatal(err)
	}
	written, here := map[string]string{}, []string{}
	for _, row := range regexp.MustCompile(`(?m)^\| ([^|]+) \| ([0-9A-F]{40}) \| ([^|]+) \|`).FindAllSubmatch(table, -1) {
		written[string(row[2])] = string(row[1])
		if string(row[3]) != "no" {
			here = append(here, string(row[2]))
		}
	}
	if diff := cmp.Diff(written, owners); diff != "" {
		t.Errorf("README (-), code (+):\n%s", diff)
	}
	ring, err := Distributions()
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(here)
	if diff := cmp.Diff(here, ring.Fingerprints()); diff != "" {
		t.Errorf("README (-), files (+):\n%s", diff)
	}
}
