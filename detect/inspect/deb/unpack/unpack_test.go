package unpack

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/ulikunitz/xz"

	"github.com/chatvet/chatvet/detect/inspect/deb/debtest"
)

var wide = Limits{Output: 64 << 20, Window: 64 << 20}

func plain(suffix string, packed []byte, l Limits) ([]byte, error) {
	r, err := NewReader(suffix, bytes.NewReader(packed), l)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// text is half words, half noise, so that matches and literals occur.
func text(n int) []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	for b.Len() < n {
		if rng.IntN(2) == 0 {
			b.WriteString("the quick brown fox ")
		} else {
			b.WriteByte(byte(rng.Uint32()))
		}
	}
	return b.Bytes()[:n]
}

func TestRoundTrip(t *testing.T) {
	for _, suffix := range []string{"", ".gz", ".xz", ".zst"} {
		for _, n := range []int{0, 1, 70_000, 1 << 20} {
			want := text(n)
			packed := debtest.Compress(t, suffix, want)
			have, err := plain(suffix, packed, wide)
			if err != nil || !bytes.Equal(have, want) {
				t.Errorf("%q of %d bytes: %d bytes, %v", suffix, n, len(have), err)
			}
			if _, err := plain(suffix, packed, Limits{Output: int64(n), Window: 64 << 20}); err != nil {
				t.Errorf("%q of %d bytes at the limit: %v", suffix, n, err)
			}
			if n == 0 {
				continue
			}
			have, err = plain(suffix, packed, Limits{Output: int64(n) - 1, Window: 64 << 20})
			if !errors.Is(err, ErrTooLarge) || len(have) != n-1 {
				t.Errorf("%q of %d bytes above the limit: %d bytes, %v", suffix, n, len(have), err)
			}
		}
	}
}

func TestBzip2(t *testing.T) {
	// python3: base64.b64encode(bz2.compress(b'hello\n'))
	packed, _ := base64.StdEncoding.DecodeString("QlpoOTFBWSZTWcHAgOIAAAFBAAAQAkSgADDNAMNGKZcXckU4UJDBwIDi")
	if have, err := plain(".bz2", packed, wide); string(have) != "hello\n" || err != nil {
		t.Errorf("%q, %v", have, err)
	}
}

// TestTools compares with what the real compressors write.
func TestTools(t *testing.T) {
	want := text(3 << 20)
	for _, args := range [][]string{
		{".xz", "xz", "-c", "-1"}, {".xz", "xz", "-c", "-0", "--block-size=1MiB", "--check=sha256"},
		{".xz", "xz", "-c", "-0", "--check=none"}, {".xz", "xz", "-c", "-0", "--check=crc32", "-T2"},
		{".lz4", "lz4", "-c"}, {".lz4", "lz4", "-c", "-BD", "-B4", "-9"}, {".lz4", "lz4", "-c", "-BX", "-B5", "--content-size"},
		{".zst", "zstd", "-c"}, {".bz2", "bzip2", "-c"}, {".gz", "gzip", "-c"},
	} {
		t.Run(strings.Join(args[1:], " "), func(t *testing.T) {
			if _, err := exec.LookPath(args[1]); err != nil {
				if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
					t.Fatal(err)
				}
				t.Skip(err)
			}
			cmd := exec.Command(args[1], args[2:]...)
			cmd.Stdin = bytes.NewReader(want)
			packed, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			if have, err := plain(args[0], packed, wide); err != nil || !bytes.Equal(have, want) {
				t.Errorf("%d bytes, %v", len(have), err)
			}
			// Two streams are one file, as their tools have it.
			if have, err := plain(args[0], append(bytes.Clone(packed), packed...), wide); err != nil || len(have) != 2*len(want) {
				t.Errorf("doubled: %d bytes, %v", len(have), err)
			}
		})
	}
}

func TestHostile(t *testing.T) {
	want := text(2000)
	packed := map[string][]byte{".lz4": lz4Frame(want)}
	for _, suffix := range []string{".gz", ".xz", ".zst"} {
		packed[suffix] = debtest.Compress(t, suffix, want)
	}
	for suffix, whole := range packed {
		if have, err := plain(suffix, whole, wide); err != nil || !bytes.Equal(have, want) {
			t.Fatalf("%s: %v", suffix, err)
		}
		for n := range len(whole) {
			if suffix == ".zst" && n == 0 {
				continue // zstd takes no frames for an empty file
			}
			if _, err := plain(suffix, whole[:n], wide); err == nil {
				t.Errorf("%s cut at %d of %d: no error", suffix, n, len(whole))
			}
		}
	}
	for _, suffix := range Suffixes {
		r, err := NewReader(suffix, idle{}, wide)
		if err == nil {
			_, err = io.ReadAll(r)
		}
		if !errors.Is(err, io.ErrNoProgress) {
			t.Errorf("%q from a reader that returns nothing: %v", suffix, err)
		}
	}
	if _, err := NewReader(".rar", idle{}, wide); !errors.Is(err, ErrUnsupported) {
		t.Errorf("unknown suffix: %v", err)
	}
}

type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

// TestXZDamage changes every byte of a file in turn. Checks cover them all but
// the sizes of LZMA2's chunks, which the library passes over where the plain
// bytes come out right.
func TestXZDamage(t *testing.T) {
	want := text(300)
	whole := debtest.Compress(t, ".xz", want)
	for i := range whole {
		bad := bytes.Clone(whole)
		bad[i] ^= 0x40
		if have, err := plain(".xz", bad, wide); err == nil && !bytes.Equal(have, want) {
			t.Errorf("byte %d of %d changed: no error and other bytes", i, len(bad))
		}
	}
}

func TestXZDictionaries(t *testing.T) {
	var b bytes.Buffer
	w, err := xz.WriterConfig{DictCap: 32 << 20}.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
	if _, err := plain(".xz", b.Bytes(), Limits{Output: 1 << 20, Window: 16 << 20}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("large dictionary: %v", err)
	}
	var one bytes.Buffer
	w, _ = xz.WriterConfig{DictCap: 32 << 20}.NewWriter(&one)
	io.WriteString(w, "x")
	w.Close()
	// A thousand tiny streams, each of which wants 32 MiB.
	if _, err := plain(".xz", bytes.Repeat(one.Bytes(), 1000), wide); !errors.Is(err, ErrTooLarge) {
		t.Errorf("many dictionaries: %v", err)
	}
}

// lz4Frame stores plain as one uncompressed block.
func lz4Frame(plain []byte) []byte {
	b := []byte{0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(plain))|1<<31)
	b = append(b, plain...)
	return append(b, 0, 0, 0, 0)
}

func TestLZ4Block(t *testing.T) {
	tests := []struct {
		name string
		src  []byte
		want string // "" is refused
	}{
		{"literals", []byte("\x30abc"), "abc"},
		{"overlapping match", []byte("\x11a\x01\x00\x10b"), "aaaaaab"},
		{"offset zero", []byte("\x11a\x00\x00\x10b"), ""},
		{"offset before the start", []byte("\x11a\x02\x00\x10b"), ""},
		{"more literals than there are", []byte("\x50abc"), ""},
		{"a length without an end", []byte("\xf0\xff\xff"), ""},
		{"more than the block may hold", []byte("\x1fa\x01\x00\xff\xff\xff\x00\x10b"), ""},
		{"no last literals", []byte("\x11a\x01\x00"), ""},
		{"nothing", nil, ""},
	}
	for _, tt := range tests {
		have, err := lz4Block(nil, tt.src, 64)
		if tt.want == "" && !errors.Is(err, ErrCorrupt) || tt.want != "" && string(have) != tt.want {
			t.Errorf("%s: %q, %v", tt.name, have, err)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	for i, suffix := range Suffixes {
		switch suffix {
		case ".bz2":
		case ".lz4":
			f.Add(uint8(i), lz4Frame(text(100)))
		default:
			f.Add(uint8(i), debtest.Compress(f, suffix, text(500)))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		l := Limits{Output: 1 << 20, Window: 1 << 20}
		have, _ := plain(Suffixes[int(which)%len(Suffixes)], data, l)
		if int64(len(have)) > l.Output {
			t.Fatalf("%d bytes, limit %d", len(have), l.Output)
		}
	})
}
