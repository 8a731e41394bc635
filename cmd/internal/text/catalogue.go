package text

import (
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/chatvet/chatvet/cmd/internal/term"
)

//go:embed catalogues
var embedded embed.FS

// Args fill the named placeholders of a message.
type Args map[string]string

// Catalogue is the texts of one language with English behind them. It is safe
// for use by many goroutines once opened.
type Catalogue struct {
	language Language
	own      *catalogueFiles // nil for English
	english  *catalogueFiles
	missing  *bool  // set by Whole while it tries a language
	without  string // an id that is missing in its own language, for tests
}

// Open reads the catalogues of a language. The error names the file that cannot
// be read.
func Open(language Language) (*Catalogue, error) {
	files, err := fs.Sub(embedded, "catalogues")
	if err != nil {
		return nil, err
	}
	return open(files, language)
}

func open(files fs.FS, language Language) (*Catalogue, error) {
	english, err := readFolder(files, English.Tag)
	if err != nil {
		return nil, err
	}
	c := &Catalogue{language: language, english: english}
	if language.Tag == English.Tag {
		return c, nil
	}
	if c.own, err = readFolder(files, language.Tag); err != nil {
		return nil, err
	}
	return c, nil
}

// Language is the language that the catalogue was opened for.
func (c *Catalogue) Language() Language { return c.language }

// English is the catalogue of the texts as they were first written, for what
// stands beside a language that nobody has reviewed.
func (c *Catalogue) English() *Catalogue { return &Catalogue{language: English, english: c.english} }

// Has is true where there is a text for the id, be it in English only.
func (c *Catalogue) Has(id string) bool {
	_, ok := c.english.entries[id]
	return ok
}

// IDs lists every message id in order.
func (c *Catalogue) IDs() []string {
	ids := make([]string, 0, len(c.english.entries))
	for id := range c.english.entries {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// Text returns the message with its placeholders filled in. An id without a
// text comes back as it is, so that nothing is lost at run time.
func (c *Catalogue) Text(id string, args Args) string {
	e, ok := c.english.entries[id]
	if !ok {
		return term.Plain(id)
	}
	if c.own != nil {
		if id != c.without && c.own.has(e.text, id) {
			return fill(c.own.messages.GetC(e.text, id), args)
		}
		c.miss()
	}
	return fill(e.text, args)
}

// Plural is Text for a message that depends on a count, which also fills {n}.
func (c *Catalogue) Plural(id string, n int, args Args) string {
	e, ok := c.english.entries[id]
	if !ok {
		return term.Plain(id)
	}
	all := Args{"n": strconv.Itoa(n)}
	for name, value := range args {
		all[name] = value
	}
	if c.own != nil {
		if id != c.without && c.own.messages.IsTranslatedNC(e.text, n, id) {
			return fill(c.own.messages.GetNC(e.text, e.plural, n, id), all)
		}
		c.miss()
	}
	return fill(c.english.messages.GetNC(e.text, e.plural, n, id), all)
}

func (c *Catalogue) miss() {
	if c.missing != nil {
		*c.missing = true
	}
}

// Whole builds something out of texts that must all be in one language. It
// returns what build made and true, or, where a text is missing in the
// catalogue's language, what build makes in English and false.
func Whole[T any](c *Catalogue, build func(*Catalogue) T) (made T, own bool) {
	missing := false
	try := *c
	try.missing = &missing
	made = build(&try)
	if !missing {
		return made, true
	}
	return build(c.English()), false
}

// fill replaces {name} by its argument. A placeholder without an argument stays,
// and what an argument holds is never looked at again.
func fill(message string, args Args) string {
	if len(args) == 0 || !strings.Contains(message, "{") {
		return message
	}
	var out strings.Builder
	for {
		open := strings.IndexByte(message, '{')
		if open < 0 {
			break
		}
		end := strings.IndexByte(message[open:], '}')
		if end < 0 {
			break
		}
		out.WriteString(message[:open])
		name := message[open+1 : open+end]
		if value, ok := args[name]; ok {
			out.WriteString(value)
		} else {
			out.WriteString(message[open : open+end+1])
		}
		message = message[open+end+1:]
	}
	out.WriteString(message)
	return out.String()
}

func readFolder(files fs.FS, tag string) (*catalogueFiles, error) {
	names, err := fs.Glob(files, tag+"/*.po")
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("reading catalogues: no texts for language %q", tag)
	}
	slices.SortFunc(names, cmp.Compare[string])
	joined := make([][]byte, 0, len(names))
	for _, name := range names {
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("reading catalogue: %w", err)
		}
		joined = append(joined, b)
	}
	read, err := readPO(names, joined)
	if err != nil {
		return nil, fmt.Errorf("reading catalogue: %w", err)
	}
	return read, nil
}
