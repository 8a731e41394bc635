package report

import (
	"fmt"
	"strconv"
	"time"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect"
)

// Progress says in one line of at most so many columns what a check does, how
// much it has read and how fast. The place is shortened in its middle, for its
// end tells most and its beginning where it is.
func Progress(say *text.Catalogue, now detect.Progress, since time.Duration, columns int) string {
	seconds := max(since.Seconds(), 0.001)
	line := func(place string) string {
		return say.Text("status."+now.Phase, text.Args{
			"files": strconv.Itoa(now.Files),
			"bytes": bytesInWords(float64(now.Bytes)),
			"rate":  bytesInWords(float64(now.Bytes) / seconds),
			"place": place,
		})
	}
	const least = 8 // columns of a place that still tell something
	place := term.Plain(now.Place)
	room := max(columns-term.Width(line("")), least)
	return term.Clipped(line(term.Isolated(term.ShortenedInside(place, room))), columns)
}

// bytesInWords writes a number of bytes with three digits.
func bytesInWords(bytes float64) string {
	units := []string{"B", "kB", "MB", "GB", "TB", "PB", "EB"}
	for bytes >= 999.5 && len(units) > 1 { // what would be written as 1e+03
		bytes, units = bytes/1000, units[1:]
	}
	return fmt.Sprintf("%.3g %s", bytes, units[0])
}
