package digest

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/pattern"
	"github.com/chatvet/chatvet/signatures"
)

// sizes around every border there is between pieces and ways of reading.
var sizes = []int{
	0, 1, 4095, pieceSize - 1, pieceSize, pieceSize + 1, 3*pieceSize + 17,
	fanSize - 1, fanSize, fanSize + 1, fanSize + ahead*pieceSize + 5,
}

// content is different at every place, and has the pattern across a border
// between pieces and at its end.
func content(size int) []byte {
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(i*7 + i>>8 + i>>16)
	}
	if size > pieceSize+len(needle) {
		copy(data[pieceSize-4:], needle)
	}
	if size >= len(other) {
		copy(data[size-len(other):], other)
	}
	return data
}

const needle, other = "needle.example", "other.example"

func searcher(t testing.TB) pattern.Searcher {
	t.Helper()
	s, err := pattern.New([]signatures.Pattern{
		{Name: needle, Bytes: []byte(needle)}, {Name: "absent.example", Bytes: []byte("absent.example")}, {Name: other, Bytes: []byte(other)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func hitsIn(data []byte) []pattern.Hit {
	var hits []pattern.Hit
	for i, p := range []string{needle, "absent.example", other} {
		if at := bytes.Index(data, []byte(p)); at >= 0 {
			hits = append(hits, pattern.Hit{Pattern: i, Offset: int64(at)})
		}
	}
	return hits
}

func TestFileTakesWhatIsAskedFor(t *testing.T) {
	search := searcher(t)
	for _, size := range sizes {
		data := content(size)
		a, b, c := sha256.Sum256(data), sha1.Sum(data), md5.Sum(data)
		all := Result{
			Sums: Sums{hex.EncodeToString(a[:]), hex.EncodeToString(b[:]), hex.EncodeToString(c[:])},
			Hits: hitsIn(data),
			Size: int64(size),
		}
		for choice := range 16 {
			q := Request{SHA256: choice&1 != 0, SHA1: choice&2 != 0, MD5: choice&4 != 0}
			want := Result{Size: all.Size}
			if q.SHA256 {
				want.SHA256 = all.SHA256
			}
			if q.SHA1 {
				want.SHA1 = all.SHA1
			}
			if q.MD5 {
				want.MD5 = all.MD5
			}
			if choice&8 != 0 {
				q.Search, want.Hits = search, all.Hits
			}
			got, err := File(t.Context(), bytes.NewReader(data), int64(size), q)
			if err != nil {
				t.Errorf("%d bytes, %+v: %v", size, q, err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%d bytes, sha256 %t, sha1 %t, md5 %t, search %t (-want +got):\n%s",
					size, q.SHA256, q.SHA1, q.MD5, q.Search != nil, diff)
			}
		}
	}
}

func TestWant(t *testing.T) {
	for _, test := range []struct {
		kinds []signatures.Kind
		want  Request
	}{
		{nil, Request{}},
		{[]signatures.Kind{signatures.FileSHA256}, Request{SHA256: true}},
		{[]signatures.Kind{signatures.FileMD5, signatures.FileSHA1}, Request{MD5: true, SHA1: true}},
		{[]signatures.Kind{signatures.APKCertSHA256, signatures.FileName}, Request{}},
	} {
		if diff := cmp.Diff(test.want, Want(test.kinds)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.kinds, diff)
		}
	}
}

// readerAt makes a reader of a function.
type readerAt func(p []byte, off int64) (int, error)

func (f readerAt) ReadAt(p []byte, off int64) (int, error) { return f(p, off) }

func TestFileReadsAwkwardReaders(t *testing.T) {
	for _, size := range []int{0, 1, 1000, fanSize + 1000} {
		data := content(size)
		whole := bytes.NewReader(data)
		for _, test := range []struct {
			name string
			r    readerAt
		}{
			{"a few bytes at a time", func(p []byte, off int64) (int, error) {
				n := min(len(p), 1+int(off%3)+size/1000)
				return whole.ReadAt(p[:n], off)
			}},
			{"the end told with the last bytes", func(p []byte, off int64) (int, error) {
				n, err := whole.ReadAt(p, off)
				if off+int64(n) == int64(size) {
					err = io.EOF
				}
				return n, err
			}},
			{"nothing now and then", func() readerAt {
				calls := 0
				return func(p []byte, off int64) (int, error) {
					if calls++; calls%50 != 0 {
						return 0, nil
					}
					return whole.ReadAt(p, off)
				}
			}()},
			{"more behind the size", func(p []byte, off int64) (int, error) {
				return bytes.NewReader(append(data[:size:size], "grown"...)).ReadAt(p, off)
			}},
		} {
			sum := sha256.Sum256(data)
			want := Result{Sums: Sums{SHA256: hex.EncodeToString(sum[:])}, Hits: hitsIn(data), Size: int64(size)}
			got, err := File(t.Context(), test.r, int64(size), Request{SHA256: true, Search: searcher(t)})
			if err != nil {
				t.Errorf("%s, %d bytes: %v", test.name, size, err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, %d bytes (-want +got):\n%s", test.name, size, diff)
			}
		}
	}
}

func TestFileTellsWhatItCouldNotRead(t *testing.T) {
	broken := errors.New("input/output error")
	// The small size is read in one goroutine, the large one in several.
	for _, size := range []int64{10_000, fanSize + 10_000} {
		for _, there := range []int64{0, 1, size / 2, size - 1} {
			data := content(int(size))[:there]
			part := bytes.NewReader(data)
			for _, test := range []struct {
				name string
				r    io.ReaderAt
				want error
			}{
				{"shorter than its size", part, io.ErrUnexpectedEOF},
				{"damaged", readerAt(func(p []byte, off int64) (int, error) {
					n, _ := part.ReadAt(p, off)
					if n < len(p) {
						return n, broken
					}
					return n, nil
				}), broken},
				{"stuck", readerAt(func(p []byte, off int64) (int, error) {
					n, _ := part.ReadAt(p, off)
					return n, nil
				}), io.ErrNoProgress},
			} {
				got, err := File(t.Context(), test.r, size, Request{SHA256: true, MD5: true, SHA1: true, Search: searcher(t)})
				if !errors.Is(err, test.want) {
					t.Errorf("%s after %d of %d: error %v, want %v", test.name, there, size, err, test.want)
				}
				if diff := cmp.Diff(Result{Hits: hitsIn(data), Size: there}, got); diff != "" {
					t.Errorf("%s after %d of %d (-want +got):\n%s", test.name, there, size, diff)
				}
			}
		}
	}
}

func TestFileDoesNotBelieveLies(t *testing.T) {
	for _, size := range []int64{10, fanSize} {
		for _, claim := range []int{-1, pieceSize + 1} {
			lying := readerAt(func([]byte, int64) (int, error) { return claim, nil })
			got, err := File(t.Context(), lying, size, Request{SHA256: true})
			if err == nil || !strings.Contains(err.Error(), "the reader claims") {
				t.Errorf("%d bytes claimed of %d: error %v", claim, size, err)
			}
			if diff := cmp.Diff(Result{}, got); diff != "" {
				t.Errorf("%d bytes claimed of %d (-want +got):\n%s", claim, size, diff)
			}
		}
	}
	if got, err := File(t.Context(), bytes.NewReader(nil), -1, Request{SHA256: true}); err == nil {
		t.Errorf("a size of -1 yields %+v and no error", got)
	}
	const huge = 1 << 62 // nothing may be sized by it
	if _, err := File(t.Context(), bytes.NewReader([]byte("x")), huge, Request{SHA256: true, MD5: true}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a size of 2^62: error %v, want %v", err, io.ErrUnexpectedEOF)
	}
}

func TestFileEndsWithItsContext(t *testing.T) {
	for _, size := range []int64{2 * pieceSize, 2 * fanSize} {
		ctx, cancel := context.WithCancel(t.Context())
		reads := 0
		r := readerAt(func(p []byte, off int64) (int, error) {
			if reads++; reads == 1 {
				cancel()
			}
			return len(p), nil
		})
		got, err := File(ctx, r, size, Request{SHA256: true, MD5: true})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%d bytes: error %v, want %v", size, err, context.Canceled)
		}
		if diff := cmp.Diff(Result{Size: pieceSize}, got); diff != "" {
			t.Errorf("%d bytes (-want +got):\n%s", size, diff)
		}
	}
}

// explosive is a searcher that panics at its second piece.
type explosive struct{ pieces int }

func (e *explosive) Cursor() pattern.Cursor { return e }
func (e *explosive) Hits() []pattern.Hit    { return nil }
func (e *explosive) Write([]byte) {
	if e.pieces++; e.pieces == 2 {
		panic("a piece too much")
	}
}

// TestPanicsReachTheCaller: a panic in another goroutine would end the program,
// whatever the caller does against it.
func TestPanicsReachTheCaller(t *testing.T) {
	got, err := File(t.Context(), bytes.NewReader(content(2*fanSize)), 2*fanSize, Request{SHA256: true, Search: &explosive{}})
	if diff := cmp.Diff("digesting: a piece too much", fmt.Sprint(err)); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
	if got.SHA256 != "" {
		t.Errorf("a sum in spite of it: %+v", got)
	}
	defer func() {
		if r := recover(); r != "reader" {
			t.Errorf("recovered %v, want the reader's own panic", r)
		}
	}()
	r := readerAt(func([]byte, int64) (int, error) { panic("reader") })
	_, err = File(t.Context(), r, 2*fanSize, Request{SHA256: true, MD5: true})
	t.Errorf("the reader's panic was lost; error %v", err)
}

// TestMemoryDoesNotGrowWithTheFile counts what one pass allocates.
func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	endless := readerAt(func(p []byte, off int64) (int, error) { return len(p), nil })
	allocations := func(size int64) float64 {
		return testing.AllocsPerRun(5, func() {
			if _, err := File(t.Context(), endless, size, Request{SHA256: true, MD5: true}); err != nil {
				t.Fatal(err)
			}
		})
	}
	if small, large := allocations(fanSize), allocations(32*fanSize); large > 2*small {
		t.Errorf("%v allocations for %d bytes, %v for 32 times as many", small, fanSize, large)
	}
}

func TestFileManyAtOnce(t *testing.T) {
	data := content(fanSize + 12345)
	sum := sha256.Sum256(data)
	want := Result{Sums: Sums{SHA256: hex.EncodeToString(sum[:])}, Hits: hitsIn(data), Size: int64(len(data))}
	q := Request{SHA256: true, Search: searcher(t)}
	for i := range 8 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			got, err := File(t.Context(), bytes.NewReader(data), int64(len(data)), q)
			if err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
