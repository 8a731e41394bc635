package apple

import (
	"encoding/asn1"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Levels of syntax, by which brackets are set (reqdumper.h).
const (
	levelPrimary = iota
	levelAnd
	levelOr
	levelTop
)

// String writes a requirement in Apple's notation, as codesign does.
func (t *term) String() string {
	var b strings.Builder
	t.write(&b, levelTop)
	return b.String()
}

func (t *term) write(b *strings.Builder, level int) {
	switch t.op {
	case opFalse:
		b.WriteString("never")
	case opTrue:
		b.WriteString("always")
	case opIdentifier:
		b.WriteString("identifier " + dataText(t.value, false))
	case opAppleAnchor:
		b.WriteString("anchor apple")
	case opAppleGenericAnchor:
		b.WriteString("anchor apple generic")
	case opAnchorHash:
		b.WriteString("certificate " + certText(t.cert) + " = " + hashText(t.value))
	case opInfoValue:
		b.WriteString("info[" + dataText(t.key, true) + "] = " + dataText(t.value, false))
	case opAnd:
		t.join(b, " and ", level < levelAnd, levelAnd)
	case opOr:
		t.join(b, " or ", level < levelOr, levelOr)
	case opNot:
		b.WriteString("! ")
		t.args[0].write(b, levelPrimary)
	case opCDHash:
		b.WriteString("cdhash " + hashText(t.value))
	case opInfoField:
		b.WriteString("info[" + dataText(t.key, true) + "]" + t.comparison())
	case opEntitlement:
		b.WriteString("entitlement[" + dataText(t.key, true) + "]" + t.comparison())
	case opCertField:
		b.WriteString("certificate " + certText(t.cert) + "[" + dataText(t.key, true) + "]" + t.comparison())
	case opCertGeneric:
		b.WriteString("certificate " + certText(t.cert) + "[field." + oidText(t.key) + "]" + t.comparison())
	case opCertPolicy:
		b.WriteString("certificate " + certText(t.cert) + "[policy." + oidText(t.key) + "]" + t.comparison())
	case opCertFieldDate:
		b.WriteString("certificate " + certText(t.cert) + "[timestamp." + oidText(t.key) + "]" + t.comparison())
	case opTrustedCert:
		b.WriteString("certificate " + certText(t.cert) + " trusted")
	case opTrustedCerts:
		b.WriteString("anchor trusted")
	case opNamedAnchor:
		b.WriteString("anchor apple " + dataText(t.value, false))
	case opNamedCode:
		b.WriteString("(" + dataText(t.value, false) + ")")
	case opPlatform:
		fmt.Fprintf(b, "platform = %d", t.cert)
	case opNotarized:
		b.WriteString("notarized")
	case opLegacyDevID:
		b.WriteString("legacy")
	default:
		fmt.Fprintf(b, "/* operator %d */", t.op)
	}
}

func (t *term) join(b *strings.Builder, word string, brackets bool, level int) {
	if brackets {
		b.WriteByte('(')
	}
	t.args[0].write(b, level)
	b.WriteString(word)
	t.args[1].write(b, level)
	if brackets {
		b.WriteByte(')')
	}
}

func (t *term) comparison() string {
	value := dataText(t.value, false)
	switch t.match {
	case matchExists:
		return " /* exists */"
	case matchAbsent:
		return " absent "
	case matchEqual:
		return " = " + value
	case matchContains:
		return " ~ " + value
	case matchBeginsWith:
		return " = " + value + "*"
	case matchEndsWith:
		return " = *" + value
	case matchLess:
		return " < " + value
	case matchGreater:
		return " > " + value
	case matchLessEqual:
		return " <= " + value
	case matchGreaterEqual:
		return " >= " + value
	}
	sign := map[uint32]string{matchOn: "=", matchBefore: "<", matchAfter: ">", matchOnOrBefore: "<=", matchOnOrAfter: ">="}[t.match]
	at := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC).Unix() + int64(binary.BigEndian.Uint64(t.value))
	return " " + sign + " timestamp \"" + time.Unix(at, 0).UTC().Format("20060102150405Z") + "\""
}

func certText(n int32) string {
	switch n {
	case certLeaf:
		return "leaf"
	case certRoot:
		return "root"
	}
	return fmt.Sprint(n)
}

func hashText(b []byte) string { return `H"` + hex.EncodeToString(b) + `"` }

// dataText writes a text bare where it is a word, in quotes where it can be
// printed, else in hexadecimal (reqdumper.cpp, Dumper::data).
func dataText(b []byte, dots bool) string {
	word, printable := len(b) > 0 && !(b[0] >= '0' && b[0] <= '9'), true
	for _, c := range b {
		switch letter := c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'; {
		case letter, dots && c == '.':
		case c >= ' ' && c < 0x7f:
			word = false
		default:
			word, printable = false, false
		}
	}
	switch {
	case word:
		return string(b)
	case printable:
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(string(b)) + `"`
	}
	return "0x" + hex.EncodeToString(b)
}

// oidText writes an object identifier without its tag and length.
func oidText(b []byte) string {
	if len(b) > 0 && len(b) < 64 {
		var id asn1.ObjectIdentifier
		if _, err := asn1.Unmarshal(append([]byte{6, byte(len(b))}, b...), &id); err == nil {
			return id.String()
		}
	}
	return "0x" + hex.EncodeToString(b)
}
