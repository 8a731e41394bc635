package android

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/avast/apkverifier"
	"github.com/avast/apkverifier/fullsailor/pkcs7"

	"github.com/chatvet/chatvet/detect/inspect/apk"
	"github.com/chatvet/chatvet/detect/inventory"
)

// Bounds on a JAR signature, all in bytes. The library unpacks what lies in
// META-INF into memory, and reads signature blocks by calling itself for each
// element in an element.
const (
	maxMetaInf  = 64 << 20
	maxJARBlock = 256 << 10
)

const metaInf = "META-INF/"

// jar is the v1 signature of a package ("Signed JAR File" of the JAR file
// specification).
type jar struct {
	ctx   context.Context
	r     io.ReaderAt
	f     *apk.File
	block *block // nil where there is none
	// schemes are the newer schemes that a signature file says the package is
	// signed with too (X-Android-APK-Signed).
	schemes map[string]bool
	files   []string // the signature blocks
	doubtful
}

// doubtful says why the library would not see the package that Android sees.
type doubtful struct {
	problem string
	err     error
}

func readJAR(ctx context.Context, r io.ReaderAt, f *apk.File, b *block) *jar {
	j := &jar{ctx: ctx, r: r, f: f, block: b, schemes: map[string]bool{}}
	for _, e := range f.Entries {
		if kind := path.Ext(e.Name); strings.HasPrefix(e.Name, metaInf) && (kind == ".RSA" || kind == ".DSA" || kind == ".EC") {
			if f.Has(strings.TrimSuffix(e.Name, kind) + ".SF") {
				j.files = append(j.files, e.Name)
			}
		}
	}
	if len(j.files) > 0 {
		j.doubtful = j.doubts()
		j.readSchemes()
	}
	return j
}

// doubts looks for everything in which the library's reading of a zip file
// differs from Android's. It makes names shorter ("a/../b") and lets the first
// of two equal ones win; it takes entries for folders by their attributes, and
// folders need no digest.
func (j *jar) doubts() doubtful {
	// A directory that lies elsewhere for that reader may be of any size.
	meter := &metered{r: j.r, left: 4*j.f.DirectorySize + 256<<10}
	z, err := zip.NewReader(meter, j.f.Size)
	if err != nil || len(z.File) != len(j.f.Entries) {
		return doubtful{inventory.ProblemNotVerified, fmt.Errorf("the directory is one that only Android reads: %w", errors.Join(err, apk.ErrNotZip))}
	}
	names := map[string]bool{}
	var inMetaInf int64
	for i, e := range j.f.Entries {
		clean := path.Clean(e.Name)
		switch {
		case names[clean]:
			return doubtful{problem: inventory.ProblemDuplicateName}
		case z.File[i].Name != e.Name || z.File[i].FileInfo().IsDir() != strings.HasSuffix(e.Name, "/") || e.Method == apk.Stored && e.Size != e.CompressedSize:
			return doubtful{problem: inventory.ProblemUnsignedMember}
		}
		names[clean] = true
		if strings.HasPrefix(clean, metaInf) {
			inMetaInf += e.Size
			if slices.Contains(j.files, e.Name) && e.Size > maxJARBlock {
				return doubtful{inventory.ProblemNotVerified, fmt.Errorf("the signature in %s is %w", e.Name, apk.ErrTooLarge)}
			}
		}
	}
	if inMetaInf > maxMetaInf {
		return doubtful{inventory.ProblemNotVerified, fmt.Errorf("%s is %w", metaInf, apk.ErrTooLarge)}
	}
	return doubtful{}
}

// metered lets only so many bytes through.
type metered struct {
	r    io.ReaderAt
	left int64
}

// ReadAt reads as io.ReaderAt has it.
func (m *metered) ReadAt(p []byte, off int64) (int, error) {
	if m.left -= int64(len(p)); m.left < 0 {
		return 0, apk.ErrTooLarge
	}
	return m.r.ReadAt(p, off)
}

// readSchemes reads the main attributes of the signature files.
func (j *jar) readSchemes() {
	for _, name := range j.files {
		b, _, err := j.f.ReadFile(strings.TrimSuffix(name, path.Ext(name))+".SF", maxMetaInf)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(b)) {
			line = strings.TrimRight(line, "\r\n")
			if line == "" {
				break // the end of the main attributes
			}
			if key, value, ok := strings.Cut(line, ":"); ok && strings.EqualFold(key, "X-Android-APK-Signed") {
				for scheme := range strings.SplitSeq(value, ",") {
					j.schemes[strings.TrimSpace(scheme)] = true
				}
			}
		}
	}
}

// Versions to ask the library for. It knows two borders, 18 and 24, and from 26
// on it reads the manifest with the parser that detect/inspect/apk tames.
const (
	libraryNewest = sdk7 + 1
	libraryOldest = 1
)

// verify checks the signature as Android up to 6 or as later versions do.
func (j *jar) verify(from, to int) (signers []*certificate, problem string, err error) {
	if j.problem != "" {
		return j.claimed(), j.problem, j.err
	}
	defer func() {
		if p := recover(); p != nil {
			signers, problem, err = j.claimed(), inventory.ProblemSignatureDamaged, fmt.Errorf("the JAR signature's reader stopped: %v", p)
		}
	}()
	view := &withoutBlock{ctx: j.ctx, r: j.r}
	if j.block != nil {
		view.from, view.to = j.block.end-blockFooter, j.block.end
	}
	file := struct {
		io.ReadSeeker
		io.ReaderAt
	}{io.NewSectionReader(view, 0, j.f.Size), view}
	got, err := apkverifier.VerifyWithSdkVersionReader(file, nil, int32(from), int32(to))
	for _, chain := range got.SignerCerts {
		if len(chain) > 0 {
			signers = append(signers, fromX509(chain[0]))
		}
	}
	sortCertificates(signers)
	if j.ctx.Err() != nil {
		return j.claimed(), inventory.ProblemNotVerified, j.ctx.Err()
	}
	if err != nil && len(signers) == 0 {
		signers = j.claimed()
	}
	return signers, jarProblem(err), nil
}

// jarProblem sorts the library's errors, which are texts.
func jarProblem(err error) string {
	if err == nil {
		return ""
	}
	text := err.Error()
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(text, p) })
	}
	switch {
	case errors.Is(err, apkverifier.ErrMixedDexApkFile):
		return inventory.ProblemPrefix
	case has("downgrade attack"):
		return inventory.ProblemStripped
	case has("No manifest entry for required", "not in any signature manifests"):
		return inventory.ProblemUnsignedMember
	case has("No matching hash", "Invalid hash", "Invalid whole manifest", "does not exists", "Mismatched certificates", "not in manifest.mf"):
		return inventory.ProblemDigestMismatch
	case has("failed to parse", "failed to open", "Can't verify"):
		return inventory.ProblemSignatureDamaged
	}
	return inventory.ProblemSignatureInvalid
}

// claimed are the certificates that the signature blocks name as their
// signers', whether or not they signed anything.
func (j *jar) claimed() (signers []*certificate) {
	defer func() { _ = recover() }() // a block that the parser dies of names nobody
	for _, name := range j.files[:min(len(j.files), maxSigners)] {
		raw, _, err := j.f.ReadFile(name, maxJARBlock)
		if err != nil {
			continue
		}
		message, err := pkcs7.Parse(raw)
		if err != nil {
			continue
		}
		for _, info := range message.GetSignerInfos() {
			for _, c := range message.Certificates {
				if c.SerialNumber.Cmp(info.IssuerAndSerialNumber.SerialNumber) == 0 && bytes.Equal(c.RawIssuer, info.IssuerAndSerialNumber.IssuerName.FullBytes) {
					if one := fromX509(c); !listed(signers, one) {
						signers = append(signers, one)
					}
				}
			}
		}
	}
	sortCertificates(signers)
	return signers
}

func sortCertificates(all []*certificate) {
	slices.SortFunc(all, func(a, b *certificate) int { return bytes.Compare(a.raw, b.raw) })
}

// withoutBlock shows a file with zeros for the end of its signing block, so that
// the library sees a JAR signature only. The end of the context ends every read.
type withoutBlock struct {
	ctx      context.Context
	r        io.ReaderAt
	from, to int64
}

// ReadAt reads as io.ReaderAt has it.
func (w *withoutBlock) ReadAt(p []byte, off int64) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := w.r.ReadAt(p, off)
	for at := max(w.from, off); at < min(w.to, off+int64(n)); at++ {
		p[at-off] = 0
	}
	return n, err
}
