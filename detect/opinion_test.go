package detect

import (
	"testing"

	"github.com/chatvet/chatvet/detect/inventory"
)

func TestDisagree(t *testing.T) {
	sig := func(i inventory.Integrity, trust inventory.Trust) inventory.Signature {
		return inventory.Signature{Format: "authenticode", Integrity: i, Trust: trust}
	}
	good, elsewhere := sig(inventory.Intact, inventory.Trusted), sig(inventory.Intact, inventory.Untrusted)
	broken, none := sig(inventory.Broken, inventory.TrustNotChecked), sig(inventory.Unsigned, inventory.TrustNotChecked)
	distrusted := sig(inventory.IntegrityNotChecked, inventory.Untrusted)
	catalog := good
	catalog.Format = formatCatalog
	for _, c := range []struct {
		name   string
		system inventory.Signature
		ours   []inventory.Signature
		want   bool
	}{
		{"both good", good, []inventory.Signature{good}, false},
		{"one good of two", good, []inventory.Signature{elsewhere, good}, false},
		{"system good, ours broken", good, []inventory.Signature{broken}, true},
		{"system good, ours unsigned", good, []inventory.Signature{none}, true},
		{"system good, ours under an unknown root", good, []inventory.Signature{elsewhere}, true},
		{"system good, our trust not checked", good, []inventory.Signature{sig(inventory.Intact, inventory.TrustNotChecked)}, false},
		{"both unsigned", none, []inventory.Signature{none}, false},
		{"system unsigned, ours good", none, []inventory.Signature{good}, true},
		{"both broken", broken, []inventory.Signature{broken}, false},
		{"system broken, ours good", broken, []inventory.Signature{good}, true},
		{"system distrusts, ours good", distrusted, []inventory.Signature{good}, true},
		{"system distrusts, ours too", distrusted, []inventory.Signature{elsewhere}, false},
		{"system distrusts, ours broken", distrusted, []inventory.Signature{broken}, false},
		{"in a catalog, the file itself unsigned", catalog, []inventory.Signature{none}, false},
		{"in a catalog, the file's own broken", catalog, []inventory.Signature{broken}, true},
		{"ours was not asked", good, nil, false},
	} {
		if got := disagree(c.system, c.ours); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
