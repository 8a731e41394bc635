package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/chatvet/chatvet/cmd/internal/term"
)

// renderPreview lists everything that a shared report holds, one value to a
// line with the way to it, so that a person can read what leaves before it does.
// It is taken from the report's own JSON, and so cannot forget anything; what is
// empty says nothing and is left out.
func renderPreview(w io.Writer, in Input) error {
	res := in.Result
	if !in.Shared {
		res = Share(res, Private()...)
	}
	b, err := marshal(withoutNulls(res), "")
	if err != nil {
		return err
	}
	var out strings.Builder
	heads := []string{in.Say.Text("preview.head", nil)}
	if english := in.Say.English().Text("preview.head", nil); !in.Say.Language().Reviewed && english != heads[0] {
		heads = append(heads, english)
	}
	for _, head := range heads {
		out.WriteString(strings.Join(term.Wrap(head, max(in.Profile.Width, term.MinWidth)), "\n") + "\n\n")
	}
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.UseNumber()
	if err := previewValue(&out, decoder, ""); err != nil {
		return fmt.Errorf("listing the report: %w", err)
	}
	_, err = io.WriteString(w, out.String())
	return err
}

func previewValue(out *strings.Builder, d *json.Decoder, way string) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	switch token := token.(type) {
	case json.Delim:
		return previewInside(out, d, way, token)
	case string:
		if token != "" {
			fmt.Fprintf(out, "%s: %s\n", way, term.Plain(token))
		}
	default:
		fmt.Fprintf(out, "%s: %v\n", way, token)
	}
	return nil
}

// previewInside lists the members of an object or a list.
func previewInside(out *strings.Builder, d *json.Decoder, way string, opened json.Delim) error {
	if way != "" && opened == '{' {
		way += " "
	}
	for n := 1; d.More(); n++ {
		member := fmt.Sprintf("%s %d", way, n)
		if opened == '{' {
			key, err := d.Token()
			if err != nil {
				return err
			}
			member = fmt.Sprint(way, key)
		}
		if err := previewValue(out, d, member); err != nil {
			return err
		}
	}
	_, err := d.Token() // the closing one
	return err
}
