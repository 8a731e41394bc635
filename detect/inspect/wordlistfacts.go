package inspect

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/chatvet/chatvet/detect/inspect/wordlist"
	"github.com/chatvet/chatvet/signatures"
)

// wordLists are the programs' own files in which a list of words is looked for,
// by name, and the client that the form is of. No other file is.
var wordLists = []struct {
	file, client string
	count        func(io.ReaderAt, int64) (wordlist.Count, error)
}{
	{"IMResource.dll", "sina-uc", wordlist.SinaUC},
}

// maxWordListFile bounds the file in which a list is looked for.
const maxWordListFile = 64 << 20

// wordListFacts writes down that a file has a list of words, and how many. The
// words themselves never leave the reader.
func wordListFacts(v *visit, f *file) {
	for _, l := range wordLists {
		if !strings.EqualFold(baseName(f.name), l.file) {
			continue
		}
		if f.size > maxWordListFile {
			v.gap(f.name, whatWordList, gapTooLarge, fmt.Sprintf("%d bytes, the limit is %d", f.size, maxWordListFile))
			continue
		}
		count, err := l.count(f.r, f.size)
		switch {
		case errors.Is(err, wordlist.ErrNone):
		case err != nil:
			v.gap(f.name, whatWordList, kindOf(err), err.Error())
		default:
			at := fmt.Sprintf("%#x", count.At)
			f.Facts = append(f.Facts,
				signatures.Fact{Kind: signatures.KeywordsList, Value: l.client, Place: f.name, At: at},
				signatures.Fact{Kind: signatures.KeywordsEntries, Value: strconv.Itoa(count.Entries), Place: f.name, At: at})
		}
	}
}
