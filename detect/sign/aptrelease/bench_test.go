package aptrelease

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"testing"
)

// BenchmarkMention looks for packages in lists of 200,000 synthetic ones, each
// as long as Debian's are (about 900 bytes), as they lie on the disk.
func BenchmarkMention(b *testing.B) {
	var list bytes.Buffer
	for i := range 200_000 {
		fmt.Fprintf(&list, "Package: package-%06d\nVersion: 1.2.3-%[1]d\nArchitecture: amd64\nDescription: %[2]s\nFilename: pool/p/package-%06[1]d.deb\nSize: 1\nSHA256: %064[1]x\n\n",
			i, bytes.Repeat([]byte("words "), 110), i)
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(list.Bytes()); err != nil {
		b.Fatal(err)
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	for suffix, data := range map[string][]byte{"": list.Bytes(), ".gz": packed.Bytes()} {
		b.Run("Packages"+suffix, func(b *testing.B) {
			file := IndexFile{Name: "deb.example.org_debian_dists_x_main_binary-amd64_Packages" + suffix, ReaderAt: bytes.NewReader(data), Size: int64(len(data))}
			b.SetBytes(int64(list.Len()))
			for b.Loop() {
				found, problems, err := Mention(b.Context(), []IndexFile{file}, []string{"package-000000", "package-199999", "none"})
				if err != nil || len(problems) > 0 || len(found) != 2 {
					b.Fatal(found, problems, err)
				}
			}
		})
	}
}
