package dumpsys

import (
	"encoding/hex"
	"strings"
)

// Package is what "dumpsys package ID" says of one package.
type Package struct {
	ID          string
	Version     string // versionName
	VersionCode string
	Installer   string // of record
	// FirstInstall is as the phone writes it, in its own time zone; since Android 13
	// that of the first user who has the package.
	FirstInstall string
	// CertSHA256 are digests, in lower-case hex, of the certificates that the
	// package manager recorded. Only Android 12 and later print them, and only of
	// packages that open web links.
	CertSHA256 []string
	// CertHashes are the 32-bit hashes that stand for certificates in every
	// version. Anybody can make a certificate that has one.
	CertHashes []string
}

// reading takes a package's part of a dump, line by line.
type reading struct {
	*Package
	absent bool // the user whose lines are read does not have it
}

// Bounds on what is taken from a dump.
const (
	maxValue = 256
	maxCerts = 16
)

// PackageOf reads "dumpsys package ID", or a whole "dumpsys package". Ok is false
// where the package is not in it. Of a system app that was updated, the dump holds
// the first version too, under "Hidden system packages"; the first one told is the
// one in use.
func PackageOf(text, id string) (p Package, ok bool) {
	r := reading{Package: &p}
	inside := false
	indent := 0
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \r\n")
		trimmed := strings.TrimLeft(line, " ")
		depth := len(line) - len(trimmed)
		switch {
		case !ok && strings.HasPrefix(trimmed, "Package ["+id+"] ("):
			p.ID, ok, inside, indent = id, true, true, depth
			continue
		case inside && trimmed != "" && depth <= indent:
			inside = false
		}
		if inside {
			r.take(trimmed)
		}
	}
	if ok {
		p.CertSHA256 = verified(text, id)
	}
	return p, ok
}

// take reads one line of the package's part of a dump.
func (r *reading) take(line string) {
	if strings.HasPrefix(line, "User ") {
		r.absent = strings.Contains(line, " installed=false")
		return
	}
	key, value, ok := strings.Cut(line, "=")
	if !ok {
		return
	}
	switch key {
	case "versionName":
		set(&r.Version, value)
	case "versionCode":
		value, _, _ = strings.Cut(value, " ")
		set(&r.VersionCode, value)
	case "installerPackageName":
		if IsPackageID(value) && value != "null" {
			set(&r.Installer, value)
		}
	case "firstInstallTime": // of a user since Android 13, of the package before
		if !r.absent { // who never had it, has it since 1970
			set(&r.FirstInstall, value)
		}
	case "signatures":
		if r.CertHashes == nil {
			r.CertHashes = hashes(value)
		}
	}
}

func set(to *string, value string) {
	if *to == "" && len(value) <= maxValue {
		*to = value
	}
}

// hashes reads PackageSignatures.toString: "PackageSignatures{1 [2, 3]}" in
// Android 8, "PackageSignatures{1 version:2, signatures:[3], past signatures:[4]}"
// later.
func hashes(value string) []string {
	_, list, ok := strings.Cut(value, "[")
	list, _, closed := strings.Cut(list, "]")
	if !ok || !closed {
		return nil
	}
	var all []string
	for word := range strings.SplitSeq(list, ",") {
		word = strings.TrimSpace(word)
		if len(word) > 0 && len(word) <= 8 && isHex(word) && len(all) < maxCerts {
			all = append(all, strings.ToLower(word))
		}
	}
	return all
}

func isHex(s string) bool {
	return strings.Trim(s, "0123456789abcdefABCDEF") == ""
}

// verified finds the digests under "Domain verification status:", where a package
// is named, then its ID, then "Signatures: [AA:BB:..., ...]".
func verified(text, id string) []string {
	_, text, found := strings.Cut(text, "Domain verification status:")
	if !found {
		return nil
	}
	named := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutSuffix(line, ":"); ok && IsPackageID(name) && strings.Contains(name, ".") {
			named = name
		}
		list, ok := strings.CutPrefix(line, "Signatures: [")
		if ok && named == id {
			return digests(strings.TrimSuffix(list, "]"))
		}
	}
	return nil
}

func digests(list string) []string {
	var all []string
	for word := range strings.SplitSeq(list, ",") {
		b, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(word), ":", ""))
		if err == nil && len(b) == 32 && len(all) < maxCerts {
			all = append(all, hex.EncodeToString(b))
		}
	}
	return all
}
