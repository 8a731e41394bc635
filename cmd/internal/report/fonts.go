package report

import (
	"embed"
	"encoding/base64"
	"fmt"
)

// Computers in the places that these languages are written in often have no font
// for them, or one that does not stack their letters. The page carries one then,
// as W3C's WOFF 1.0: a part of Noto (SIL Open Font License, fonts/OFL.txt) that
// fonts/make cuts out. It is in the file, so that nothing is asked of anybody.

//go:embed fonts/*.woff
var fontFiles embed.FS

// ownFont is the style for a language that has a font of its own, or nothing.
func ownFont(tag string) string {
	font, err := fontFiles.ReadFile("fonts/" + tag + ".woff")
	if err != nil {
		return ""
	}
	family := "chatvet " + tag
	return fmt.Sprintf("@font-face { font-family: %q;%s src: url(data:font/woff;base64,%s) format(\"woff\"); }\n[lang=%q] { font-family: %q, var(--faces); }\n",
		family, fontHeights[tag], base64.StdEncoding.EncodeToString(font), tag, family)
}

// fontHeights are those of the letters that are left, where the whole font makes
// room for stacks of Sanskrit.
var fontHeights = map[string]string{"bo": " ascent-override: 105%; descent-override: 75%;"}
