package text

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/leonelquinteros/gotext"
)

// entry is one message of a catalogue: the English text, and its plural where
// there is one.
type entry struct{ text, plural string }

// catalogueFiles is all files of one language. The gettext library keeps the
// texts and the plural rule; entries finds an English text by its id, which the
// library cannot.
type catalogueFiles struct {
	messages *gotext.Po
	entries  map[string]entry
}

// readPO reads the files of one language as one catalogue. The library neither
// minds two entries with one id nor leaves out fuzzy ones, so the files go
// through paragraphs first.
func readPO(names []string, files [][]byte) (*catalogueFiles, error) {
	var all strings.Builder
	first := map[string]string{}
	for i, file := range files {
		for _, p := range paragraphs(string(file)) {
			if p.id == "" && i > 0 || p.id != "" && p.fuzzy {
				continue
			}
			if p.id != "" {
				if before, ok := first[p.id]; ok {
					return nil, fmt.Errorf("message %q is in %s and again in %s", p.id, before, names[i])
				}
				first[p.id] = names[i]
			}
			all.WriteString(p.lines)
			all.WriteString("\n\n")
		}
	}
	po := gotext.NewPo()
	po.Parse([]byte(all.String()))
	read := &catalogueFiles{messages: po, entries: make(map[string]entry, len(first))}
	for id, texts := range po.GetDomain().GetCtxTranslations() {
		for _, t := range texts {
			if t.ID != "" {
				read.entries[id] = entry{text: t.ID, plural: t.PluralID}
			}
		}
	}
	return read, nil
}

// has is true where a text without a plural is translated. The library asks for
// the form of the number one, which is not the first form in Arabic, and a text
// without a plural has the first form only; there it is that of nought.
func (f *catalogueFiles) has(english, id string) bool {
	return f.messages.IsTranslatedNC(english, 1, id) || f.messages.IsTranslatedNC(english, 0, id)
}

// paragraph is one entry of a PO file as it stands there. Its id is empty for
// the header.
type paragraph struct {
	id    string
	fuzzy bool
	lines string
}

// paragraphs splits a PO file at its empty lines and leaves out those that hold
// comments only.
func paragraphs(file string) []paragraph {
	var all []paragraph
	for _, lines := range strings.Split(strings.ReplaceAll(file, "\r\n", "\n"), "\n\n") {
		p := paragraph{lines: strings.TrimSpace(lines)}
		message := false
		for line := range strings.SplitSeq(p.lines, "\n") {
			switch {
			case strings.HasPrefix(line, "#,"):
				p.fuzzy = p.fuzzy || strings.Contains(line, "fuzzy")
			case strings.HasPrefix(line, "msgctxt "):
				p.id, _ = strconv.Unquote(strings.TrimSpace(strings.TrimPrefix(line, "msgctxt")))
			case strings.HasPrefix(line, "msgid "):
				message = true
			}
		}
		if message {
			all = append(all, p)
		}
	}
	return all
}
