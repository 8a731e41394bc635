package platform

import (
	"os"
	"path"
	"sync"
)

// maxHandles bounds the folders that are kept open.
const maxHandles = 64

// handles keeps the folders that were used last open. Without it every look at
// a file would open each of the folders above it once more.
type handles struct {
	places places

	mu   sync.Mutex
	open map[string]*handle
}

// handle is one open folder; it is closed when it left the table and nobody
// uses it any more.
type handle struct {
	root  *os.Root
	users int
	left  bool
}

func newHandles(p places) *handles { return &handles{places: p, open: map[string]*handle{}} }

// with runs use with the folder that a resolved name lies in and the name inside
// it.
func (h *handles) with(real string, use func(folder *os.Root, name string) error) error {
	dir := path.Dir(real)
	if dir == "." {
		return h.direct(real, use)
	}
	kept, err := h.take(dir)
	if err != nil {
		// A folder that may be entered and not listed cannot be kept open.
		return h.direct(real, use)
	}
	defer h.release(kept)
	return use(kept.root, path.Base(real))
}

func (h *handles) direct(real string, use func(*os.Root, string) error) error {
	root, rel, err := h.places.at(real)
	if err != nil {
		return err
	}
	return use(root, rel)
}

func (h *handles) take(dir string) (*handle, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if kept, ok := h.open[dir]; ok {
		kept.users++
		return kept, nil
	}
	root, rel, err := h.places.at(dir)
	if err != nil {
		return nil, err
	}
	folder, err := root.OpenRoot(rel)
	if err != nil {
		return nil, err
	}
	if len(h.open) >= maxHandles {
		h.clear()
	}
	kept := &handle{root: folder, users: 1}
	h.open[dir] = kept
	return kept, nil
}

// clear empties the table; h.mu is held.
func (h *handles) clear() {
	for dir, kept := range h.open {
		delete(h.open, dir)
		kept.left = true
		if kept.users == 0 {
			kept.root.Close()
		}
	}
}

func (h *handles) release(kept *handle) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if kept.users--; kept.users == 0 && kept.left {
		kept.root.Close()
	}
}
