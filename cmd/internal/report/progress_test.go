package report

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect"
)

func TestProgress(t *testing.T) {
	plain := strings.NewReplacer("\u2066", "", "\u2068", "", "\u2069", "")
	deep := "opt/" + strings.Repeat("folder/", 30) + "program.exe"
	for name, c := range map[string]struct {
		now     detect.Progress
		since   time.Duration
		columns int
		want    string
	}{
		"all fits":      {detect.Progress{Phase: "reading", Files: 7, Bytes: 3_000_000, Place: "usr/bin/x"}, 2 * time.Second, 80, "reading: 7 files, 3 MB, 1.5 MB/s, usr/bin/x"},
		"a long place":  {detect.Progress{Phase: "reading", Files: 7, Bytes: 3_000_000, Place: deep}, 2 * time.Second, 60, "reading: 7 files, 3 MB, 1.5 MB/s, opt/fold…older/program.exe"},
		"no time yet":   {detect.Progress{Phase: "reading", Files: 1, Bytes: 5, Place: "x"}, 0, 80, "reading: 1 files, 5 B, 5 kB/s, x"},
		"nothing read":  {detect.Progress{Phase: "looking", Place: "dpkg"}, time.Second, 80, "looking: dpkg"},
		"a hostile one": {detect.Progress{Phase: "looking", Place: "a\x1b[2Jb\u202ec\n"}, time.Second, 80, "looking: " + term.Plain("a\x1b[2Jb\u202ec\n")},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, plain.Replace(Progress(english(t), c.now, c.since, c.columns))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// In every language and however narrow, the line fits.
func TestProgressFits(t *testing.T) {
	now := detect.Progress{Phase: "reading", Files: 123456, Bytes: 987_654_321_000, Place: strings.Repeat("文件夹/", 40) + "x.exe"}
	for _, l := range text.Languages() {
		for _, columns := range []int{term.MinWidth, 80, term.MaxWidth} {
			line := Progress(catalogueOf(t, l.Tag), now, time.Minute, columns)
			if term.Width(line) > columns || strings.Contains(line, "\n") {
				t.Errorf("%s: %d columns in %d: %q", l.Tag, term.Width(line), columns, line)
			}
		}
	}
}

func TestBytesInWords(t *testing.T) {
	for bytes, want := range map[float64]string{0: "0 B", 999: "999 B", 1000: "1 kB", 12_345: "12.3 kB", 1.5e9: "1.5 GB", 2e15: "2 PB", 999_999: "1 MB", 999.4: "999 B"} {
		if got := bytesInWords(bytes); got != want {
			t.Errorf("%g: %q, want %q", bytes, got, want)
		}
	}
}
