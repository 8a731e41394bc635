package inspect

import (
	"context"
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chatvet/chatvet/signatures"
)

// BenchmarkFile inspects this machine's own programs, one after the other, with
// the list that chatvet carries, and reports how much longer that takes than
// their SHA-256 alone.
func BenchmarkFile(b *testing.B) {
	paths, err := filepath.Glob("/usr/bin/*")
	if err != nil || len(paths) == 0 {
		b.Skip("no programs in /usr/bin")
	}
	list, err := signatures.Embedded()
	if err != nil {
		b.Fatal(err)
	}
	in, err := New(list, DefaultLimits)
	if err != nil {
		b.Fatal(err)
	}
	var hashing, inspecting time.Duration
	buf := make([]byte, 256<<10)
	for b.Loop() {
		for _, path := range paths {
			file, err := os.Open(path)
			if err != nil {
				continue
			}
			info, err := file.Stat()
			if err != nil || !info.Mode().IsRegular() || info.Size() > 32<<20 {
				file.Close()
				continue
			}
			io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{file}, buf) // both find it in memory
			file.Seek(0, io.SeekStart)
			start := time.Now()
			h := sha256.New()
			io.CopyBuffer(struct{ io.Writer }{h}, struct{ io.Reader }{file}, buf)
			h.Sum(nil)
			middle := time.Now()
			in.File(context.Background(), Source{Name: path, ReaderAt: file, Size: info.Size()})
			hashing += middle.Sub(start)
			inspecting += time.Since(middle)
			file.Close()
		}
	}
	b.ReportMetric(float64(inspecting)/float64(hashing), "x-sha256")
}
