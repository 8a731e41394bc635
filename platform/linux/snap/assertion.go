package snap

import (
	"strings"
)

// Bounds on one assertion.
const (
	maxAssertion = 1 << 20
	maxHeaders   = 1000
)

// parseAssertion reads the headers of an assertion (snapd, asserts/asserts.go:
// "name: value" lines up to an empty one). Lists and texts of several lines are
// indented below their name; they are left out, with an empty value. The
// signature below is not checked.
func parseAssertion(data []byte) map[string]string {
	headers := map[string]string{}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || len(headers) == maxHeaders {
			break
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || line[0] == ' ' {
			continue
		}
		if _, twice := headers[name]; !twice {
			headers[name] = strings.TrimPrefix(value, " ")
		}
	}
	return headers
}

// validation is what the store says of a publisher, in the words of the store's
// pages.
var validation = map[string]string{"verified": "verified", "starred": "starred", "unproven": "not verified"}
