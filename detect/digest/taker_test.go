package digest

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// keeper is a taker that keeps everything.
type keeper struct{ got []byte }

func (k *keeper) Write(piece []byte) { k.got = append(k.got, piece...) }
func (k *keeper) Cost() int          { return 10 }

func TestTakersGetTheWholeFileInOrder(t *testing.T) {
	for _, size := range sizes {
		data := content(size)
		one, two := &keeper{}, &keeper{}
		with, err := File(t.Context(), bytes.NewReader(data), int64(size), Request{SHA256: true, SHA1: true, Also: []Taker{one, two}})
		if err != nil {
			t.Fatal(err)
		}
		without, err := File(t.Context(), bytes.NewReader(data), int64(size), Request{SHA256: true, SHA1: true})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(without, with); diff != "" {
			t.Errorf("%d bytes: takers change the result:\n%s", size, diff)
		}
		if !bytes.Equal(one.got, data) || !bytes.Equal(two.got, data) {
			t.Errorf("%d bytes: the takers got %d and %d, or in another order", size, len(one.got), len(two.got))
		}
	}
}
