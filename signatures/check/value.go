package check

import (
	"strings"

	"github.com/chatvet/chatvet/signatures"
	"github.com/chatvet/chatvet/signatures/source"
)

const (
	leastContent  = 4 // bytes; fewer turn up by chance in any large file
	strongContent = 8 // bytes; fewer count as weak (DESIGN section 4)
)

// indicator checks one indicator by itself.
func (c *checker) indicator(ind *signatures.Indicator, numbers map[int]bool) {
	info, known := ind.Kind.Info()
	if !known {
		return // said already
	}
	c.cites(c.At(&ind.Source, ind), string(ind.Kind), ind.Source, numbers)
	at := c.At(&ind.Value, ind)
	if info.Shape == signatures.PatternShape {
		c.content(ind)
		return
	}
	if ind.Text != "" || ind.Hex != "" || ind.Encodings != nil {
		c.report(c.At(ind), source.ValueShape, "text, hex and encodings are for content, not for %s", ind.Kind)
		return
	}
	if ind.Value == "" {
		c.report(at, source.ValueShape, "%s has no value", ind.Kind)
		return
	}
	switch info.Shape {
	case signatures.HexShape:
		c.hex(at, ind.Kind, ind.Value)
	case signatures.VersionShape:
		if _, err := signatures.ParseConstraint(ind.Value); err != nil {
			c.report(at, source.BadConstraint, "%v", err)
		}
	default:
		c.plainText(at, ind.Kind, ind.Value)
	}
	if info.Signer && publicKeys[publicKey{ind.Kind, ind.Value}] != "" {
		c.report(at, source.PublicKey, "%s is the %s", short(ind.Value), publicKeys[publicKey{ind.Kind, ind.Value}])
	}
}

func (c *checker) plainText(at source.Position, kind signatures.Kind, value string) {
	switch {
	case value == "*":
		c.report(at, source.ValueShape, "%s with the value * says nothing", kind)
	case strings.Contains(strings.TrimSuffix(value, "*"), "*"):
		c.report(at, source.ValueShape, "%s has a * before the end", kind)
	case value != strings.TrimSpace(value):
		c.report(at, source.ValueShape, "%s begins or ends with a space", kind)
	case strings.ContainsAny(value, "\x00\r\n"):
		c.report(at, source.ValueShape, "%s holds a line break", kind)
	}
}

// hex checks a value of fixed or even length.
func (c *checker) hex(at source.Position, kind signatures.Kind, value string) {
	info, _ := kind.Info()
	name := string(kind[strings.LastIndexByte(string(kind), '.')+1:])
	switch {
	case info.HexLen != 0 && len(value) != info.HexLen:
		c.report(at, source.HashShape, "%s is %d characters long, want %d", name, len(value), info.HexLen)
	case len(value)%2 != 0:
		c.report(at, source.HashShape, "%s is %d characters long, want an even number", name, len(value))
	case strings.Trim(value, "0123456789abcdef") != "":
		c.report(at, source.HashShape, "%s holds other characters than lower-case hex digits", name)
	}
	if content := trivialDigests()[value]; content != "" {
		c.report(at, source.TrivialHash, "%s is the digest of %s", short(value), content)
	}
}

func (c *checker) content(ind *signatures.Indicator) {
	at := c.At(&ind.Text, &ind.Hex, ind)
	switch {
	case ind.Value != "":
		c.report(c.At(&ind.Value, ind), source.ValueShape, "content takes text or hex, not value")
		return
	case ind.Text != "" && ind.Hex != "":
		c.report(at, source.ValueShape, "content has both text and hex")
		return
	case ind.Hex != "" && ind.Encodings != nil:
		c.report(at, source.ValueShape, "encodings are for text, not for hex")
		return
	}
	if _, err := ind.Patterns(); err != nil {
		c.report(at, source.ValueShape, "%v", err)
		return
	}
	if n := contentLength(ind); n < leastContent {
		c.report(at, source.ShortContent, "content is %d bytes long, want at least %d", n, leastContent)
	}
}

// contentLength is the count of bytes that a pattern fixes, in the shortest of
// its encodings.
func contentLength(ind *signatures.Indicator) int {
	if ind.Hex == "" {
		return len(ind.Text)
	}
	nibbles := len(ind.Hex) - strings.Count(ind.Hex, "?")
	return nibbles / 2
}

// strength is what an indicator can be worth: content under 8 bytes is weak.
func strength(ind *signatures.Indicator) signatures.Strength {
	info, _ := ind.Kind.Info()
	if ind.Kind == signatures.Content && contentLength(ind) < strongContent {
		return signatures.Weak
	}
	return info.Strength
}

func short(value string) string {
	if len(value) > 12 {
		return value[:12] + "..."
	}
	return value
}
