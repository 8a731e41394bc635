package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
)

// renderJSON writes the whole result as docs/schema/result.schema.json says.
func renderJSON(w io.Writer, in Input) error {
	b, err := marshal(withoutNulls(in.Result), "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

// marshal writes JSON that ends with a newline and that a terminal may show:
// characters that could move its cursor or turn the direction of text are
// written as \u escapes, which mean the same to every reader.
func marshal(v any, indent string) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("writing JSON: %w", err)
	}
	return escapeUnseen(out.Bytes()), nil
}

func escapeUnseen(b []byte) []byte {
	const delete = 0x7f
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		switch {
		case r < delete || term.Shows(r): // the encoder has escaped those below space
			out = append(out, b[:size]...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		b = b[size:]
	}
	return out
}

// withoutNulls gives every list of a result a value, since the contract knows
// empty lists and no null. It copies what it changes.
func withoutNulls(res judge.Result) judge.Result {
	res.Checked.Lookups = some(res.Checked.Lookups)
	res.Builds = buildsWithoutNulls(res.Builds)
	res.Gaps = some(res.Gaps)
	findings := make([]judge.Finding, len(res.Findings))
	for i, f := range res.Findings {
		f.Resembles, f.Reasons = some(f.Resembles), some(f.Reasons)
		f.Advisories, f.Steps = some(f.Advisories), some(f.Steps)
		findings[i] = f
	}
	res.Findings = findings
	return res
}

func buildsWithoutNulls(builds []inventory.Build) []inventory.Build {
	all := make([]inventory.Build, len(builds))
	for i, b := range builds {
		signed := make([]inventory.Signature, len(b.Signatures))
		for j, s := range b.Signatures {
			s.Signers, s.Problems = some(s.Signers), some(s.Problems)
			signed[j] = s
		}
		b.Signatures = signed
		b.Files, b.Facts = some(b.Files), some(b.Facts)
		b.Collected.Digests = some(b.Collected.Digests)
		b.Inside = buildsWithoutNulls(b.Inside)
		all[i] = b
	}
	return all
}

func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
