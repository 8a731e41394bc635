package origin

import (
	"fmt"

	"github.com/chatvet/chatvet/detect/inspect/plist"
)

// WhereFromsAttribute is the extended attribute that holds where a file came
// from, for the search of macOS.
const WhereFromsAttribute = "com.apple.metadata:kMDItemWhereFroms"

// WhereFroms are the addresses that a browser noted: the file's own, then that of
// the page that led there.
type WhereFroms []string

// maxFroms is how many addresses count.
const maxFroms = 16

// ParseWhereFroms reads the attribute: a property list that is an array of texts.
func ParseWhereFroms(data []byte) (WhereFroms, error) {
	value, err := plist.ParseValue(data)
	if err != nil {
		return nil, fmt.Errorf("reading where a file came from: %w", err)
	}
	list, ok := value.([]any)
	if !ok {
		return nil, fmt.Errorf("reading where a file came from: %w: no array", plist.ErrDamaged)
	}
	var all WhereFroms
	for _, v := range list[:min(len(list), maxFroms)] {
		if text, ok := v.(string); ok {
			all = append(all, text)
		}
	}
	return all, nil
}

// URL is the first address on a network, or empty. What came by mail or over the
// air has a sender's name there instead.
func (w WhereFroms) URL() string {
	for _, u := range w {
		if isOnNetwork(u) {
			return u
		}
	}
	return ""
}
