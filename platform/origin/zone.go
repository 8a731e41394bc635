package origin

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Stream is the name of the stream, and what copies append to a file's name
// where streams do not exist.
const Stream = ":Zone.Identifier"

// MaxSize is how many bytes of the stream are read. Real ones are far smaller.
const MaxSize = 64 << 10

// Zone is what the mark says.
type Zone struct {
	ID          int // 3 is the internet, 4 a place that is not trusted; -1 where it is not said
	HostURL     string
	ReferrerURL string
}

// Parse reads a mark. Lines that it does not know are passed over; the first of
// two equal ones counts, as for Windows.
func Parse(r io.Reader) (Zone, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSize))
	if err != nil {
		return Zone{}, fmt.Errorf("reading Zone.Identifier: %w", err)
	}
	z := Zone{ID: -1}
	inside := false
	lines := bufio.NewScanner(strings.NewReader(text(data)))
	lines.Buffer(nil, MaxSize+1)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(line, "[") {
			inside = strings.EqualFold(line, "[ZoneTransfer]")
			continue
		}
		if key, value, ok := strings.Cut(line, "="); ok && inside {
			z.set(strings.TrimSpace(key), strings.TrimSpace(value))
		}
	}
	return z, nil
}

func (z *Zone) set(key, value string) {
	switch strings.ToLower(key) {
	case "zoneid":
		if id, err := strconv.ParseUint(value, 10, 8); err == nil && z.ID < 0 {
			z.ID = int(id)
		}
	case "hosturl":
		if z.HostURL == "" {
			z.HostURL = value
		}
	case "referrerurl":
		if z.ReferrerURL == "" {
			z.ReferrerURL = value
		}
	}
}

// text decodes the stream: UTF-16 with its mark, or bytes as they are.
func text(data []byte) string {
	if !bytes.HasPrefix(data, []byte{0xff, 0xfe}) {
		return string(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	}
	units := make([]uint16, 0, len(data)/2)
	for i := 2; i+1 < len(data); i += 2 {
		units = append(units, binary.LittleEndian.Uint16(data[i:]))
	}
	return string(utf16.Decode(units))
}

// URL is the address that the file came from, or else the page that led there.
// It is empty where neither is an address on a network: browsers write
// "about:internet" in private windows.
func (z Zone) URL() string {
	for _, u := range []string{z.HostURL, z.ReferrerURL} {
		if isOnNetwork(u) {
			return u
		}
	}
	return ""
}

func isOnNetwork(u string) bool {
	scheme, _, ok := strings.Cut(u, "://")
	return ok && (strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "ftp"))
}
