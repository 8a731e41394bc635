package digest

import (
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chatvet/chatvet/detect/pattern"
	"github.com/chatvet/chatvet/signatures"
)

// The benchmarks compare a whole pass (reading through the operating system,
// digests, search) with the bare digests over the same bytes in memory, in
// turns in the same run, and print the ratio. docs/speed.md explains them.

var requests = []struct {
	name string
	q    Request
	bare []func() hash.Hash
}{
	{"sha256", Request{SHA256: true}, []func() hash.Hash{sha256.New}},
	// What a packaged program needs: the package's own record is in MD5.
	{"sha256+md5", Request{SHA256: true, MD5: true}, []func() hash.Hash{sha256.New, md5.New}},
	{"sha256+sha1+md5", Request{SHA256: true, SHA1: true, MD5: true}, []func() hash.Hash{sha256.New, sha1.New, md5.New}},
}

// BenchmarkFiles reads programs of this machine with one worker for each core,
// as a scan does, against the bare digests with as many workers.
func BenchmarkFiles(b *testing.B) {
	search := manyPatterns(b, 600)
	for _, set := range []struct {
		name              string
		smallest, largest int64
	}{
		{"large", fanSize, 64 << 20},
		{"small", 1 << 10, 128 << 10},
	} {
		files, contents := programs(b, set.smallest, set.largest)
		for _, request := range requests {
			for _, s := range []pattern.Searcher{nil, search} {
				q := request.q
				q.Search = s
				b.Run(set.name+"/"+request.name+searching(s), func(b *testing.B) {
					b.ReportAllocs()
					compare(b,
						func() { everyCore(len(files), func(i int) { takeFile(b, files[i], q) }) },
						func() { everyCore(len(files), func(i int) { takeBare(contents[i], request.bare) }) })
				})
			}
		}
	}
}

// BenchmarkOneFile reads one file of 64 MB with nothing else to do, against the
// bare digests in one goroutine: here several cores can share the work.
func BenchmarkOneFile(b *testing.B) {
	_, contents := programs(b, fanSize, 64<<20)
	var data []byte
	for _, c := range contents {
		data = append(data, c...)
	}
	path := filepath.Join(b.TempDir(), "programs")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		b.Fatal(err)
	}
	search := manyPatterns(b, 600)
	for _, request := range requests {
		for _, s := range []pattern.Searcher{nil, search} {
			q := request.q
			q.Search = s
			b.Run(request.name+searching(s), func(b *testing.B) {
				b.ReportAllocs()
				compare(b, func() { takeFile(b, path, q) }, func() { takeBare(data, request.bare) })
			})
		}
	}
}

// BenchmarkTakers gives the costs that jobs are balanced by: each taker alone,
// in tenths of SHA-256.
func BenchmarkTakers(b *testing.B) {
	_, contents := programs(b, fanSize, 64<<20)
	data := contents[0]
	search := manyPatterns(b, 600)
	for _, t := range []struct {
		name string
		take func()
	}{
		{"md5", func() { md5.Sum(data) }},
		{"sha1", func() { sha1.Sum(data) }},
		{"search", func() { search.Cursor().Write(data) }},
	} {
		b.Run(t.name, func(b *testing.B) {
			ratio(b, "tenths-of-sha256", 10, t.take, func() { sha256.Sum256(data) })
		})
	}
}

func searching(s pattern.Searcher) string {
	if s == nil {
		return ""
	}
	return "+600"
}

func takeFile(b *testing.B, path string, q Request) {
	f, err := os.Open(path)
	if err != nil {
		b.Error(err)
		return
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		b.Error(err)
		return
	}
	if _, err := File(context.Background(), f, info.Size(), q); err != nil {
		b.Error(err)
	}
}

func takeBare(data []byte, digests []func() hash.Hash) {
	for _, d := range digests {
		h := d()
		h.Write(data)
		h.Sum(nil)
	}
}

// everyCore calls do for 0 to n-1 from as many goroutines as there are cores.
func everyCore(n int, do func(i int)) {
	next := make(chan int)
	var working sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		working.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	working.Wait()
}

func compare(b *testing.B, one, other func()) { ratio(b, "x-bare", 1, one, other) }

// ratio runs both in turns and reports the median time of the one in times of
// the other's.
func ratio(b *testing.B, unit string, scale float64, one, other func()) {
	one()
	var ones, others []time.Duration
	for b.Loop() {
		start := time.Now()
		one()
		middle := time.Now()
		other()
		ones, others = append(ones, middle.Sub(start)), append(others, time.Since(middle))
	}
	b.ReportMetric(scale*float64(median(ones))/float64(median(others)), unit)
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}

// manyPatterns makes synthetic host names, each in two encodings.
func manyPatterns(b *testing.B, count int) pattern.Searcher {
	var patterns []signatures.Pattern
	for i := 0; len(patterns) < count; i++ {
		name := fmt.Sprintf("%x.example", sha1.Sum([]byte{byte(i), byte(i >> 8)}))[i%20+20:]
		wide := make([]byte, 0, 2*len(name))
		for _, c := range []byte(name) {
			wide = append(wide, c, 0)
		}
		patterns = append(patterns, signatures.Pattern{Bytes: []byte(name)}, signatures.Pattern{Bytes: wide})
	}
	s, err := pattern.New(patterns)
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// programs finds up to 64 MB of files of this machine, at least a fourth of it,
// between two sizes: those of the Go distribution and the system's libraries.
// CHATVET_BENCH names another folder to take them from.
func programs(b *testing.B, smallest, largest int64) (files []string, contents [][]byte) {
	const most = 64 << 20
	folders := []string{"/usr/local/go/pkg/tool", "/usr/local/go/bin", "/usr/lib/go", "/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/bin"}
	if own := os.Getenv("CHATVET_BENCH"); own != "" {
		folders = []string{own}
	}
	var total int64
	for _, folder := range folders {
		_ = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return nil
			}
			info, err := d.Info()
			if err != nil || !info.Mode().IsRegular() || info.Size() < smallest || info.Size() > min(largest, most-total) {
				return nil
			}
			if content, err := os.ReadFile(path); err == nil {
				files, contents = append(files, path), append(contents, content)
				total += int64(len(content))
			}
			return nil
		})
	}
	if total < most/4 {
		b.Skipf("found %d bytes of files, want %d; set CHATVET_BENCH to a folder with more", total, most/4)
	}
	return files, contents
}
