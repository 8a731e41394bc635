package origin

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// QuarantineAttribute is the extended attribute that holds a Quarantine.
const QuarantineAttribute = "com.apple.quarantine"

// Quarantine is what macOS notes on what came from elsewhere: flags, the time in
// hexadecimal, the program that brought it, and the key of a record in that
// person's database, which is not opened.
type Quarantine struct {
	Flags uint64
	Time  time.Time // zero where it is not said
	Agent string    // the program that brought it: "Safari"; empty where it is not said
}

// maxAgent is how many bytes of an agent's name count.
const maxAgent = 256

var errQuarantine = errors.New("damaged quarantine attribute")

// ParseQuarantine reads the attribute: four fields with semicolons between them,
// of which only the first has to be there. In the agent's name, \x20 and the like
// stand for bytes.
func ParseQuarantine(value string) (Quarantine, error) {
	value = strings.TrimRight(value, "\x00\n")
	fields := strings.SplitN(value, ";", 4)
	flags, err := strconv.ParseUint(fields[0], 16, 32)
	if err != nil {
		return Quarantine{}, fmt.Errorf("%w: flags %.20q", errQuarantine, fields[0])
	}
	q := Quarantine{Flags: flags}
	if len(fields) > 1 {
		if at, err := strconv.ParseUint(fields[1], 16, 32); err == nil && at > 0 {
			q.Time = time.Unix(int64(at), 0).UTC()
		}
	}
	if len(fields) > 2 {
		q.Agent = unescape(fields[2][:min(len(fields[2]), maxAgent)])
	}
	return q, nil
}

func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if rest := s[i:]; strings.HasPrefix(rest, `\x`) && len(rest) >= 4 {
			if c, err := strconv.ParseUint(rest[2:4], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return strings.ToValidUTF8(b.String(), "\uFFFD")
}
