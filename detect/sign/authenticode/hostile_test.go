package authenticode_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/chatvet/chatvet/detect/digest"
	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inspect"
	"github.com/chatvet/chatvet/detect/inspect/pe"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/authenticode"
	"github.com/chatvet/chatvet/signatures"
)

// mutated makes a broken file out of a good one: bytes turned, runs overwritten,
// numbers made extreme, parts cut out, doubled or cut off.
func mutated(good []byte, r *rand.Rand) []byte {
	b := bytes.Clone(good)
	for range 1 + r.IntN(8) {
		if len(b) < 16 {
			return b
		}
		// Half of the changes go where the headers are.
		at := r.IntN(len(b) - 8)
		if r.IntN(2) == 0 {
			at = r.IntN(min(len(b)-8, 1024))
		}
		n := min(1+r.IntN(64), len(b)-at)
		switch r.IntN(6) {
		case 0:
			b[at] ^= byte(1 + r.IntN(255))
		case 1:
			for i := range n {
				b[at+i] = byte(r.Uint32())
			}
		case 2:
			extremes := [][]byte{{0xff, 0xff, 0xff, 0xff}, {0, 0, 0, 0}, {0xff, 0xff, 0xff, 0x7f}, {1, 0, 0, 0}, {0, 0, 0, 0x80}}
			copy(b[at:], extremes[r.IntN(len(extremes))])
		case 3:
			b = append(b[:at], b[at+n:]...)
		case 4:
			b = append(b[:at+n], b[at:]...)
		case 5:
			if r.IntN(4) == 0 {
				b = b[:at]
			}
		}
	}
	return b
}

// seedFiles are one file of each kind that this package verifies.
func seedFiles(t *testing.T) map[string][]byte {
	w := newWorld(t)
	chain := []*authority{w.root}
	program := sign(t, sign(t, unsignedProgram(), ".exe", w.maker, chain, "-h", "sha1"), ".exe", w.maker, chain, append(stamped(t, w.stamp, time.Now()), "-h", "sha256", "-nest", "-ph")...)
	return map[string][]byte{
		"pe":   program,
		"msi":  sign(t, unsignedInstaller(t), ".msi", w.maker, chain, "-h", "sha256", "-add-msi-dse"),
		"msix": sign(t, unsignedApp(appFiles(), appFiles()), ".appx", w.maker, chain, "-h", "sha256"),
	}
}

// endings are what files of each kind are called.
var endings = map[string]string{"pe": ".exe", "msi": ".msi", "msix": ".msix"}

// TestMalformedFilesAreGaps inspects 600 broken files, of which 400 are programs
// and installers. Each has to come back as a gap or as a signature that does not
// hold, within a second and without taking more memory than a scan may take. It
// takes a hundredth of both: a machine that is busy does not fail this.
func TestMalformedFilesAreGaps(t *testing.T) {
	const each, memory, patience = 200, 256 << 20, time.Second
	in, err := inspect.New(signatures.NewList("test", "2026-01-01", nil, nil), inspect.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	slowest, largest := time.Duration(0), uint64(0)
	for format, good := range seedFiles(t) {
		r := rand.New(rand.NewPCG(1, 2))
		gaps, broken := 0, 0
		for i := range each {
			b := mutated(good, r)
			for !bytes.HasPrefix(b, good[:2]) || bytes.Equal(b, good) {
				b = mutated(good, r) // else nothing says that it should be one
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			got, took := inspected(in, "broken"+endings[format], b, patience)
			runtime.ReadMemStats(&after)
			slowest = max(slowest, took)
			if took > patience {
				t.Errorf("%s %d: took %v", format, i, took)
			}
			used := after.TotalAlloc - before.TotalAlloc
			if largest = max(largest, used); used > memory {
				t.Errorf("%s %d: %d bytes of memory", format, i, used)
			}
			switch {
			case hasGapBeyond(got, format):
				gaps++
			case len(got.Signatures) > 0 && !slices.ContainsFunc(got.Signatures, func(s inventory.Signature) bool { return s.Integrity == inventory.Intact }):
				broken++
			case !sameBytesUnderSignature(b, good, format):
				t.Errorf("%s %d: broken, and nothing says so: %+v", format, i, got)
			}
		}
		t.Logf("%s: of %d, %d leave a gap, %d a signature that does not hold; the others are whole where it matters", format, each, gaps, broken)
	}
	t.Logf("slowest %v, largest %d MB", slowest, largest>>20)
}

// inspected inspects a file, once more where that took too long: another program
// may have had the processor.
func inspected(in *inspect.Inspector, name string, b []byte, patience time.Duration) (got inspect.Result, took time.Duration) {
	for range 3 {
		start := time.Now()
		got = in.File(context.Background(), inspect.Source{Name: name, ReaderAt: bytes.NewReader(b), Size: int64(len(b)), Thorough: true})
		if took = time.Since(start); took <= patience {
			break
		}
	}
	return got, took
}

// hasGapBeyond is true where there is a gap that a whole file of the format does
// not leave: the files in an installer are never opened.
func hasGapBeyond(got inspect.Result, format string) bool {
	return slices.ContainsFunc(got.Gaps, func(g inventory.Gap) bool { return format != "msi" || g.Kind != "not-opened" })
}

// sameBytesUnderSignature is true where a change touched only what no signature
// covers: checksum and table of a program, slack of an installer.
func sameBytesUnderSignature(b, good []byte, format string) bool {
	if format != "pe" {
		return true // told by their own tests: slack between streams is free
	}
	f, err := pe.Read(bytes.NewReader(good), int64(len(good)))
	if err != nil {
		return false
	}
	masked := func(b []byte) []byte {
		b = bytes.Clone(b)
		clear(b[f.ChecksumOffset : f.ChecksumOffset+4])
		return append(b[:f.SecurityEntryOffset:f.SecurityEntryOffset], b[f.SecurityEntryOffset+8:f.Certificates.Offset]...)
	}
	return len(b) > int(f.Certificates.Offset) && bytes.Equal(masked(b), masked(good))
}

// TestHostile runs the harness that every reader runs, through the whole of an
// inspection.
func TestHostile(t *testing.T) {
	in, err := inspect.New(signatures.NewList("test", "2026-01-01", nil, nil), inspect.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	for format, good := range seedFiles(t) {
		for name, b := range fixture.Hostile(good, 64, 152, 512, 1024, len(good)/2, len(good)-8) {
			for _, r := range []io.ReaderAt{bytes.NewReader(b), fixture.Broken{R: bytes.NewReader(b), Good: int64(len(b) / 2), Err: errors.New("bad sector")}} {
				for _, size := range []int64{int64(len(b)), int64(len(b)) + 1000, 1 << 40} {
					got := in.File(context.Background(), inspect.Source{Name: "a", ReaderAt: r, Size: size, Thorough: true})
					for _, s := range got.Signatures {
						if s.Integrity == inventory.Intact && size != int64(len(b)) {
							t.Errorf("%s %s: intact at a size of %d instead of %d", format, name, size, len(b))
						}
					}
				}
			}
		}
	}
}

// FuzzSignature feeds signatures by themselves, and inside a program.
func FuzzSignature(f *testing.F) {
	f.Add([]byte("\x30\x80"))
	w := newWorld(f)
	for _, options := range [][]string{{"-h", "sha256", "-ph"}, append(stamped(f, w.stamp, time.Now()), "-h", "sha1")} {
		entry, _ := table(sign(f, unsignedProgram(), ".exe", w.maker, []*authority{w.root}, options...))
		f.Add(entry[8:])
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		authenticode.Read(der, policy(w.set))
		program := fixture.PE{Certificate: der}.Bytes()
		p, err := pe.Read(bytes.NewReader(program), int64(len(program)))
		if err != nil {
			t.Fatal(err)
		}
		signed := authenticode.ReadProgram(p, policy(w.set))
		if _, err := digest.File(context.Background(), bytes.NewReader(program), int64(len(program)), digest.Request{Also: signed.Takers()}); err != nil {
			t.Fatal(err)
		}
		for _, s := range signed.Signatures("a.exe", true) {
			if s.Integrity == inventory.Intact {
				t.Errorf("a signature on another program is intact here: %+v", s)
			}
		}
	})
}
