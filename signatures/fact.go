package signatures

// Fact is one observation about a build. Facts are written down before anything
// is judged.
type Fact struct {
	Kind  Kind   `json:"kind"`
	Value string `json:"value"`
	// Place is the file inside the build where this was seen, slash-separated
	// and relative to the root that was scanned; empty for the build as a whole.
	Place string `json:"place,omitempty"`
	// At says where inside the file: for content the offset in bytes and the
	// encoding ("0x1f20 utf-16le").
	At string `json:"at,omitempty"`
}
