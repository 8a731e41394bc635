package inspect

import (
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"io"
	"testing"

	"github.com/chatvet/chatvet/detect/inspect/dmg/dmgtest"
	"github.com/chatvet/chatvet/detect/inspect/pkg/pkgtest"
	"github.com/chatvet/chatvet/signatures"
)

const largeInstaller = 100 << 20

// BenchmarkLargeImage inspects a signed image of 100 MB: the digests that the
// list asks for, those of its pages, and its checksum.
func BenchmarkLargeImage(b *testing.B) {
	plain := bytes.Repeat([]byte("synthetic data! "), largeInstaller/16)
	image := dmgtest.Sign(dmgtest.Build(dmgtest.Partition{Chunks: []dmgtest.Chunk{{Method: dmgtest.Stored, Plain: plain}}}), dmgtest.Signing{Identifier: "synthetic"})
	benchmarkInstaller(b, "large.dmg", image)
}

// BenchmarkLargeMacPackage does the same with a package of one large file.
func BenchmarkLargeMacPackage(b *testing.B) {
	files := append(pkgtest.Example("org.example.pkg", "org.example.chat"), pkgtest.File{Name: "large", Content: bytes.Repeat([]byte("synthetic data! "), largeInstaller/16), Plain: true})
	benchmarkInstaller(b, "large.pkg", pkgtest.Package{Files: files}.Build())
}

// BenchmarkBareDigests is what both are compared with.
func BenchmarkBareDigests(b *testing.B) {
	plain := bytes.Repeat([]byte("synthetic data! "), largeInstaller/16)
	for name, sum := range map[string]func(){
		"SHA-256": func() { h := sha256.New(); h.Write(plain); h.Sum(nil) },
		"SHA-1":   func() { h := sha1.New(); h.Write(plain); h.Sum(nil) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(largeInstaller)
			for b.Loop() {
				sum()
			}
		})
	}
}

func benchmarkInstaller(b *testing.B, name string, file []byte) {
	b.Helper()
	list := signatures.NewList("2026.01.01.1", "2026-01-01", nil, nil)
	in, err := New(list, DefaultLimits)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		r := in.File(context.Background(), Source{Name: name, ReaderAt: readerOnly{bytes.NewReader(file)}, Size: int64(len(file)), SHA256: true})
		if len(r.Signatures) != 1 {
			b.Fatal("no signature")
		}
	}
}

// readerOnly hides what else a reader can do.
type readerOnly struct{ io.ReaderAt }
