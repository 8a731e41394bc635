package pe

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// The resource by which Electron 30 and later knows its archives. Names of
// resources are the same in upper and lower case.
const (
	asarType = "Integrity"
	asarName = "ElectronAsar"
)

// Bounds on that resource. Real ones name one archive, or a few.
const (
	maxAsarText    = 64 << 10
	maxAsarRecords = 64
	maxAsarName    = 1024
)

// AsarRecord is the digest that a program asks of an archive's header.
type AsarRecord struct {
	Name   string // relative to the program's folder, with slashes
	SHA256 string // lower-case hex
}

// archives reads the resource. As Electron's documentation has it, it is a JSON
// list of {"file", "alg", "value"}; @electron/packager 18.2 wrote an object of
// names with {"algorithm", "hash"} instead.
func (img *image) archives(at resource) {
	if at.size > maxAsarText {
		img.problem("digests of archives: %d bytes", at.size)
		return
	}
	text, err := img.load(at.address, int64(at.size))
	if err == nil && len(text) < int(at.size) {
		err = fmt.Errorf("cut off")
	}
	var records []AsarRecord
	if err == nil {
		records, err = asarRecords(text)
	}
	if err != nil {
		img.problem("digests of archives: %v", err)
	}
	for _, r := range records {
		if !slices.Contains(img.Archives, r) && len(img.Archives) < maxAsarRecords {
			img.Archives = append(img.Archives, r)
		}
	}
}

// asarRecords takes what can be held against an archive, and says where there
// was something else.
func asarRecords(text []byte) (records []AsarRecord, err error) {
	var list []struct{ File, Alg, Value string }
	if json.Unmarshal(text, &list) != nil {
		var byName map[string]struct{ Algorithm, Hash string }
		if err := json.Unmarshal(text, &byName); err != nil {
			return nil, fmt.Errorf("neither of the known forms: %w", err)
		}
		list = nil
		for name, r := range byName {
			list = append(list, struct{ File, Alg, Value string }{name, r.Algorithm, r.Hash})
		}
	}
	for _, r := range list {
		sum, bad := hex.DecodeString(r.Value)
		name := strings.ReplaceAll(r.File, `\`, "/")
		if bad != nil || len(sum) != 32 || !strings.EqualFold(r.Alg, "SHA256") || name == "" || len(name) > maxAsarName {
			err = fmt.Errorf("a record is no SHA-256 of an archive")
			continue
		}
		records = append(records, AsarRecord{Name: name, SHA256: strings.ToLower(r.Value)})
	}
	slices.SortFunc(records, func(a, b AsarRecord) int { return strings.Compare(a.Name, b.Name) })
	return records, err
}
