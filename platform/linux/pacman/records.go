package pacman

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/chatvet/chatvet/platform"
)

// Bounds on the records of one package.
const (
	maxRecord = 64 << 20 // unpacked
	maxLine   = 64 << 10
	maxFiles  = 500_000
)

// parseFields reads desc and files: a name in percent signs, its values one a
// line, an empty line (pacman, lib/libalpm/be_local.c). Of a name that is there
// twice, the first counts.
func parseFields(data []byte) map[string][]string {
	fields := map[string][]string{}
	name, total := "", 0
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "":
			name = ""
		case name == "" && len(line) > 2 && line[0] == '%' && line[len(line)-1] == '%':
			name = line[1 : len(line)-1]
			if _, twice := fields[name]; twice {
				name = ""
			} else {
				fields[name] = nil
			}
		case name != "" && total < maxFiles:
			total++
			fields[name] = append(fields[name], line)
		}
	}
	return fields
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// sums are the digests of a file.
type sums struct{ md5, sha256 string }

// parseMtree reads the packed list of a package's regular files with their
// digests (mtree(5)). Names have octal escapes.
func parseMtree(data []byte) (map[string]sums, error) {
	unpacked, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	files := map[string]sums{}
	kind := "file"
	limited := &io.LimitedReader{R: unpacked, N: maxRecord}
	lines := bufio.NewScanner(limited)
	lines.Buffer(make([]byte, 0, 4096), maxLine)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) == 0 || words[0][0] == '#' {
			continue
		}
		own, sum := readKeywords(words[1:])
		switch {
		case words[0] == "/set":
			if own != "" {
				kind = own
			}
		case words[0] == "/unset":
			kind = ""
		case own == "file" || own == "" && kind == "file":
			name, ok := rootName("/" + strings.TrimPrefix(unescape(words[0]), "./"))
			if !ok || strings.HasPrefix(name, ".") && !strings.Contains(name, "/") {
				continue // .PKGINFO and the like stay in the archive
			}
			if len(files) == maxFiles {
				return files, fmt.Errorf("more than %d files: %w", maxFiles, platform.ErrTooMany)
			}
			files[name] = sum
		}
	}
	if err := lines.Err(); err != nil {
		return files, err
	}
	if limited.N == 0 {
		return files, errors.New("unpacks to more than is read")
	}
	return files, nil
}

func readKeywords(words []string) (kind string, sum sums) {
	for _, w := range words {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "type":
			kind = value
		case "md5", "md5digest":
			if len(value) == 32 {
				sum.md5 = strings.ToLower(value)
			}
		case "sha256", "sha256digest":
			if len(value) == 64 {
				sum.sha256 = strings.ToLower(value)
			}
		}
	}
	return kind, sum
}

// unescape takes mtree's octal escapes away: "\040" is a space.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if v, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(v))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// rootName turns an absolute path of a record into a name of the root. Paths
// that climb are refused: no package has them.
func rootName(p string) (string, bool) {
	if path.Clean(p) != p || p == "/" || strings.IndexByte(p, 0) >= 0 {
		return "", false
	}
	return p[1:], true
}
