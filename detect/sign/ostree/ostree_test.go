package ostree

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/sign/pgp"
)

// treeOf builds a folder with one file or one folder, synthetic.
func treeOf(file, folder string, sum []byte) []byte {
	if folder == "" {
		f := append(append([]byte(file+"\x00"), sum...), byte(len(file)+1))
		array := append(f, byte(len(f)))
		return append(array, byte(len(array)))
	}
	d := append(append([]byte(folder+"\x00"), sum...), make([]byte, 32)...)
	d = append(d, byte(len(folder)+1+32), byte(len(folder)+1))
	return append(append(d, byte(len(d))), 0)
}

func TestDirtree(t *testing.T) {
	sum := make([]byte, 32)
	files, folders, err := dirtree(treeOf("a", "", sum))
	if err != nil || len(folders) > 0 || len(files) != 1 || files[0] != (entry{"a", strings.Repeat("0", 64)}) {
		t.Errorf("%v %v %v", files, folders, err)
	}
	files, folders, err = dirtree(treeOf("", "d", sum))
	if err != nil || len(files) > 0 || len(folders) != 1 || folders[0].name != "d" {
		t.Errorf("%v %v %v", files, folders, err)
	}
	for _, name := range []string{"..", "a/b", ""} {
		if _, _, err := dirtree(treeOf(name, "", sum)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v", name, err)
		}
	}
	whole := treeOf("a", "", sum)
	for n := range whole {
		if files, _, err := dirtree(whole[:n]); err == nil && len(files) > 0 {
			t.Errorf("%d bytes of it: %v", n, files)
		}
	}
}

// TestEndlessFolders: a repository cannot lead round in a circle, since names are
// digests, but the same folder can stand in itself many times over.
func TestEndlessFolders(t *testing.T) {
	objects := map[string][]byte{}
	put := func(data []byte) []byte {
		sum := sha256.Sum256(data)
		objects[name(hex.EncodeToString(sum[:]), "dirtree")] = data
		return sum[:]
	}
	sum := put([]byte{0})
	for range maxDepth + 2 {
		sum = put(treeOf("", "d", sum))
	}
	w := &walk{ctx: t.Context(), files: map[string]string{}, fetch: func(name string) ([]byte, error) {
		data, ok := objects[name]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return data, nil
	}}
	if err := w.into(hex.EncodeToString(sum), "", 0); !errors.Is(err, ErrTooMany) {
		t.Error(err)
	}
}

func TestVerifyNothing(t *testing.T) {
	for what, c := range map[string]struct {
		commit string
		data   []byte
		want   error
	}{
		"no name":        {"xx", nil, ErrMalformed},
		"another object": {strings.Repeat("0", 64), []byte("x"), ErrMismatch},
		"no signature":   {fmt.Sprintf("%x", sha256.Sum256([]byte("x"))), []byte("x"), ErrUnsigned},
	} {
		fetch := func(name string) ([]byte, error) {
			if strings.HasSuffix(name, ".commit") {
				return c.data, nil
			}
			return nil, fs.ErrNotExist
		}
		if p, err := Verify(t.Context(), c.commit, fetch, &pgp.Keyring{}); !errors.Is(err, c.want) || !cmp.Equal(p, Proof{}) {
			t.Errorf("%s: %v, %v", what, p, err)
		}
	}
}

func FuzzObjects(f *testing.F) {
	f.Add(treeOf("a", "", make([]byte, 32)))
	f.Add(treeOf("", "d", make([]byte, 32)))
	f.Add([]byte("ostree.gpgsigs\x00\x00\x02\x00aay\x0f\x19"))
	f.Fuzz(func(t *testing.T, in []byte) {
		_, _ = rootOf(in)
		_, _ = signaturesOf(in)
		files, folders, err := dirtree(in)
		if err != nil {
			return
		}
		for _, e := range append(files, folders...) {
			if len(e.sum) != 64 || strings.Contains(e.name, "/") {
				t.Errorf("%+v", e)
			}
		}
	})
}
