package dmg_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inspect/dmg"
	"github.com/chatvet/chatvet/detect/inspect/dmg/dmgtest"
)

// content is n sectors that no two chunks share.
func content(seed, n int) []byte {
	b := make([]byte, n*512)
	for i := 0; i < len(b); i += 16 {
		copy(b[i:], fmt.Sprintf("%04d %010d", seed, i))
	}
	return b
}

// mixed is an image with each method that is read, and what it unpacks to.
func mixed() (image []byte, plain []byte) {
	volume := dmgtest.Volume("Example Chat")
	chunks := []dmgtest.Chunk{
		{Method: dmgtest.Zlib, Plain: volume},
		{Method: dmgtest.Stored, Plain: content(1, 3)},
		{Method: dmgtest.Zeros, Plain: make([]byte, 5*512)},
		{Method: dmgtest.XZ, Plain: content(2, 40)},
		{Method: dmgtest.Ignored, Plain: make([]byte, 2*512)},
		{Method: dmgtest.Zlib, Plain: content(3, 7)},
	}
	for _, c := range chunks {
		plain = append(plain, c.Plain...)
	}
	return dmgtest.Build(dmgtest.Partition{Name: "Driver Descriptor Map (DDM : 0)", Chunks: []dmgtest.Chunk{{Method: dmgtest.Stored, Plain: content(9, 1)}}},
		dmgtest.Partition{Name: "disk image (Apple_HFS : 1)", Chunks: chunks}), plain
}

func read(t *testing.T, image []byte) *dmg.File {
	t.Helper()
	f, err := dmg.Read(bytes.NewReader(image), int64(len(image)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestUnpacks(t *testing.T) {
	image, want := mixed()
	f := read(t, image)
	if len(f.Partitions) != 2 || f.Partitions[1].Name != "disk image (Apple_HFS : 1)" {
		t.Fatalf("%+v", f.Partitions)
	}
	disk := f.Disk(&f.Partitions[1], 1<<20)
	got, err := io.ReadAll(io.NewSectionReader(disk, 0, disk.Size()))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, %v, want %d", len(got), err, len(want))
	}
	// Across the border of two chunks, from the middle of one.
	part := make([]byte, 2000)
	at := int64(len(dmgtest.Volume("")) + 700)
	if _, err := disk.ReadAt(part, at); err != nil || !bytes.Equal(part, want[at:at+2000]) {
		t.Errorf("at %d: %v", at, err)
	}
}

func TestVolumeName(t *testing.T) {
	for _, name := range []string{"Example Chat", "飞信", "", strings.Repeat("x", 255)} {
		image := dmgtest.Build(dmgtest.Partition{Chunks: []dmgtest.Chunk{{Method: dmgtest.Zlib, Plain: dmgtest.Volume(name)}}})
		f := read(t, image)
		got, err := dmg.VolumeName(f.Disk(&f.Partitions[0], 1<<20))
		if err != nil || got != name {
			t.Errorf("%q, %v, want %q", got, err, name)
		}
	}
}

// TestChecksums changes the data of an image, and the checksum of one part.
func TestChecksums(t *testing.T) {
	image, _ := mixed()
	holds := func(b []byte) [2]bool {
		f := read(t, b)
		data := f.DataTaker()
		for piece := range bytes.SplitAfterSeq(b, []byte("k")) {
			data.Write(piece)
		}
		return [2]bool{f.MasterHolds(), data.Holds()}
	}
	if got := holds(image); got != [2]bool{true, true} {
		t.Errorf("unchanged: %v", got)
	}
	changed := bytes.Clone(image)
	changed[100] ^= 1
	if got := holds(changed); got != [2]bool{true, false} {
		t.Errorf("data changed: %v", got)
	}
	changed = bytes.Clone(image)
	changed[len(changed)-512+360] ^= 1
	if got := holds(changed); got != [2]bool{false, true} {
		t.Errorf("master checksum changed: %v", got)
	}
}

// TestTrailerAtTheBeginning reads an image that was made to be streamed.
func TestTrailerAtTheBeginning(t *testing.T) {
	image, want := mixed()
	n := len(image) - 512
	front := append(bytes.Clone(image[n:]), image[:n]...)
	for _, at := range []int{24, 216} {
		binary.BigEndian.PutUint64(front[at:], binary.BigEndian.Uint64(front[at:])+512)
	}
	f := read(t, front)
	disk := f.Disk(&f.Partitions[1], 1<<20)
	got := make([]byte, disk.Size())
	if _, err := disk.ReadAt(got, 0); err != nil || !bytes.Equal(got, want) || f.TrailerAt != 0 {
		t.Errorf("%v, trailer at %d", err, f.TrailerAt)
	}
}

func TestUnreadMethods(t *testing.T) {
	for _, method := range []uint32{dmgtest.ADC, dmgtest.LZFSE, 0x80000042} {
		image := dmgtest.Build(dmgtest.Partition{Chunks: []dmgtest.Chunk{{Method: method, Plain: make([]byte, 4096), Packed: []byte("whatever")}}})
		f := read(t, image)
		if _, err := dmg.VolumeName(f.Disk(&f.Partitions[0], 1<<20)); !errors.Is(err, dmg.ErrMethod) {
			t.Errorf("%#x: %v", method, err)
		}
	}
}

// TestBomb unpacks no more than it may, and believes no size.
func TestBomb(t *testing.T) {
	chunk := dmgtest.Chunk{Method: dmgtest.Zlib, Plain: make([]byte, 8<<20)}
	f := read(t, dmgtest.Build(dmgtest.Partition{Chunks: []dmgtest.Chunk{chunk, chunk, chunk}}))
	disk := f.Disk(&f.Partitions[0], 20<<20)
	if _, err := io.Copy(io.Discard, io.NewSectionReader(disk, 0, disk.Size())); !errors.Is(err, dmg.ErrTooLarge) {
		t.Errorf("third chunk: %v", err)
	}
	f = read(t, dmgtest.Build(dmgtest.Partition{Chunks: []dmgtest.Chunk{{Method: dmgtest.Zlib, Plain: make([]byte, 32<<20)}}}))
	if _, err := f.Disk(&f.Partitions[0], 1<<30).ReadAt(make([]byte, 1), 0); !errors.Is(err, dmg.ErrTooLarge) {
		t.Errorf("a chunk of 32 MB: %v", err)
	}
}

// table is the block map of the only partition of an image, to be changed.
func changedMap(t *testing.T, change func(table []byte)) []byte {
	t.Helper()
	p := dmgtest.Partition{Name: "x", Chunks: []dmgtest.Chunk{{Method: dmgtest.Stored, Plain: content(1, 4)}, {Method: dmgtest.Zlib, Plain: content(2, 4)}}}
	return dmgtest.BuildChanged(change, p)
}

func TestDamagedMaps(t *testing.T) {
	for name, change := range map[string]func([]byte){
		"2^32 chunks":             func(b []byte) { binary.BigEndian.PutUint32(b[200:], 1<<32-1) },
		"one chunk too many":      func(b []byte) { binary.BigEndian.PutUint32(b[200:], 4) },
		"2^63 sectors":            func(b []byte) { binary.BigEndian.PutUint64(b[16:], 1<<63) },
		"chunk behind the disk":   func(b []byte) { binary.BigEndian.PutUint64(b[204+8:], 1<<62) },
		"chunk of 2^64 sectors":   func(b []byte) { binary.BigEndian.PutUint64(b[204+16:], 1<<64-1) },
		"chunks over each other":  func(b []byte) { binary.BigEndian.PutUint64(b[204+40+8:], 2) },
		"data behind the file":    func(b []byte) { binary.BigEndian.PutUint64(b[204+24:], 1<<40) },
		"data of 2^64 bytes":      func(b []byte) { binary.BigEndian.PutUint64(b[204+32:], 1<<64-1) },
		"beginning behind it all": func(b []byte) { binary.BigEndian.PutUint64(b[24:], 1<<63) },
		"no map":                  func(b []byte) { b[0] = 'x' },
	} {
		image := changedMap(t, change)
		if _, err := dmg.Read(bytes.NewReader(image), int64(len(image))); !errors.Is(err, dmg.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	whole := changedMap(t, func([]byte) {})
	read(t, whole)
}

// use reads everything that an inspection reads.
func use(r io.ReaderAt, size int64) error {
	f, err := dmg.Read(r, size)
	if err != nil {
		return err
	}
	for i := range f.Partitions {
		if _, err := dmg.VolumeName(f.Disk(&f.Partitions[i], 64<<20)); err != nil {
			return err
		}
	}
	return nil
}

func TestHostile(t *testing.T) {
	whole, _ := mixed()
	for name, b := range fixture.Hostile(whole, 4, 512, len(whole)-512, len(whole)-400, len(whole)-300, len(whole)-4) {
		if err := use(bytes.NewReader(b), int64(len(b))); err == nil && (name == "empty" || name == "one byte" || name == "zeros") {
			t.Errorf("%s was read", name)
		}
	}
	if err := use(bytes.NewReader(whole), int64(len(whole))*2); err == nil {
		t.Error("a file that is shorter than it is said to be was read")
	}
	if err := use(fixture.Broken{R: bytes.NewReader(whole), Good: int64(len(whole)) - 600, Err: io.ErrClosedPipe}, int64(len(whole))); err == nil {
		t.Error("a file that cannot be read was read")
	}
}

// TestBrokenImages reads 200 images with bytes changed anywhere, most of them in
// the trailer, and holds what that takes to 256 MB.
func TestBrokenImages(t *testing.T) {
	whole, _ := mixed()
	random := rand.New(rand.NewSource(1))
	var before, after runtime.MemStats
	for range 200 {
		b := bytes.Clone(whole)
		for range 1 + random.Intn(8) {
			at := random.Intn(len(b))
			if random.Intn(3) > 0 {
				at = len(b) - 512 + random.Intn(512)
			}
			b[at] = byte(random.Intn(256))
		}
		runtime.ReadMemStats(&before)
		_ = use(bytes.NewReader(b), int64(len(b)))
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 256<<20 {
			t.Errorf("%d bytes allocated", n)
		}
	}
}

// TestAgainst7Zip unpacks the same images with 7-Zip, also with chunks that
// bzip2 packed.
func TestAgainst7Zip(t *testing.T) {
	tool(t, "7z")
	plain := content(5, 64)
	packed := command(t, plain, "bzip2", "-c")
	image := dmgtest.Build(dmgtest.Partition{Name: "a (Apple_Free : 0)", Chunks: []dmgtest.Chunk{
		{Method: dmgtest.Bzip2, Plain: plain, Packed: packed}, {Method: dmgtest.Zeros, Plain: make([]byte, 1024)},
		{Method: dmgtest.Zlib, Plain: content(6, 30)}, {Method: dmgtest.XZ, Plain: content(7, 30)}, {Method: dmgtest.Stored, Plain: content(8, 3)},
	}})
	f := read(t, image)
	disk := f.Disk(&f.Partitions[0], 1<<20)
	got := make([]byte, disk.Size())
	if _, err := disk.ReadAt(got, 0); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "image.dmg")
	if err := os.WriteFile(path, image, 0o600); err != nil {
		t.Fatal(err)
	}
	command(t, nil, "7z", "x", "-y", "-o"+filepath.Join(dir, "out"), path)
	files, err := filepath.Glob(filepath.Join(dir, "out", "*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("7z unpacked %q, %v", files, err)
	}
	want, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("differs from what 7z unpacks: %d and %d bytes", len(got), len(want))
	}
}

// TestRealImage reads what that image says of itself.
func TestRealImage(t *testing.T) {
	image, err := os.ReadFile(realImage(t))
	if err != nil {
		missing(t, err.Error())
	}
	f := read(t, image)
	var names []string
	for i := range f.Partitions {
		name, err := dmg.VolumeName(f.Disk(&f.Partitions[i], 1<<24))
		if err != nil {
			t.Error(err)
		}
		names = append(names, f.Partitions[i].Name+"="+name)
	}
	want := []string{
		"Protective Master Boot Record (MBR : 0)=", "GPT Header (Primary GPT Header : 1)=", "GPT Partition Data (Primary GPT Table : 2)=", " (Apple_Free : 3)=",
		"disk image (Apple_HFS : 4)=dummy", " (Apple_Free : 5)=", "GPT Partition Data (Backup GPT Table : 6)=", "GPT Header (Backup GPT Header : 7)=",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	if !f.MasterHolds() {
		t.Error("its checksums do not fit each other")
	}
	if f.DataTaker() != nil {
		t.Error("it records no checksum of its data")
	}
}

// TestRealImageAgainst7Zip unpacks the volume of that image.
func TestRealImageAgainst7Zip(t *testing.T) {
	tool(t, "7z")
	path := realImage(t)
	image, err := os.ReadFile(path)
	if err != nil {
		missing(t, err.Error())
	}
	f := read(t, image)
	disk := f.Disk(&f.Partitions[4], 1<<24)
	got := make([]byte, disk.Size())
	if _, err := disk.ReadAt(got, 0); err != nil {
		t.Fatal(err)
	}
	if want := command(t, nil, "7z", "e", "-so", "-tdmg", path, "4.hfs"); !bytes.Equal(got, want) {
		t.Errorf("differs from what 7z unpacks: %d and %d bytes", len(got), len(want))
	}
}

// realImage is the image of relic's own tests, as hdiutil wrote it.
func realImage(t *testing.T) string {
	t.Helper()
	dir := strings.TrimSpace(string(command(t, nil, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/sassoftware/relic/v8")))
	return filepath.Join(dir, "functest", "packages", "dummy.dmg")
}

func FuzzRead(f *testing.F) {
	whole, _ := mixed()
	f.Add(whole)
	f.Add(whole[len(whole)-512:])
	f.Add(dmgtest.Build())
	f.Fuzz(func(t *testing.T, b []byte) { _ = use(bytes.NewReader(b), int64(len(b))) })
}

func command(t *testing.T, in []byte, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}

func tool(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		missing(t, name+" is not installed")
	}
}

func missing(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}
