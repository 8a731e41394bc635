package aptrelease

import (
	"bytes"
	"fmt"
	"testing"
)

// BenchmarkMention looks for one package in lists of 200,000 synthetic ones, each
// as long as Debian's are (about 900 bytes), as they lie on the disk.
func BenchmarkMention(b *testing.B) {
	var list bytes.Buffer
	for i := range 200_000 {
		fmt.Fprintf(&list, "Package: package-%06d\nVersion: 1.2.3-%[1]d\nArchitecture: amd64\nDescription: %[2]s\nFilename: pool/p/package-%06[1]d.deb\nSize: 1\nSHA256: %064[1]x\n\n",
			i, bytes.Repeat([]byte("words "), 110), i)
	}
	file := IndexFile{Name: "deb.example.org_debian_dists_x_main_binary-amd64_Packages", ReaderAt: bytes.NewReader(list.Bytes()), Size: int64(list.Len())}
	b.SetBytes(file.Size)
	for b.Loop() {
		found, problems, err := Mention(b.Context(), []IndexFile{file}, []string{"package-199999"})
		if err != nil || len(problems) > 0 || len(found) != 1 {
			b.Fatal(found, problems, err)
		}
	}
}
