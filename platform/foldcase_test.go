package platform

import (
	"errors"
	"io/fs"
	"testing"
)

func TestFoldCase(t *testing.T) {
	dir := tree(t, map[string]string{
		"Program Files/Skype/Phone/Skype.exe": "genuine",
		"Program Files/skype.txt":             "lower",
		"Program Files/SKYPE.TXT":             "upper",
		"Users/Zoë/ÄB.exe":                    "umlaut",
		"Users/link":                          "->Zoë",
	})
	fsys := FoldCase(openDir(t, dir))
	for name, want := range map[string]string{
		"program files/SKYPE/phone/skype.EXE": "genuine",
		"./PROGRAM FILES//skype/Phone/":       "",
		"Program Files/Skype/Phone/Skype.exe": "genuine",
		"PROGRAM FILES/skype.txt":             "lower",
		"PROGRAM FILES/SKYPE.TXT":             "upper",
		"PROGRAM FILES/Skype.Txt":             "upper",
		"users/ZOË/äb.EXE":                    "umlaut",
		"USERS/LINK/äb.exe":                   "umlaut",
		"users/../../program files/skype.txt": "lower",
		"program files/skype/phone/none.exe":  "",
		"program files/none/phone/skype.exe":  "",
	} {
		got, err := read(t, fsys, name)
		if want == "" {
			if err == nil {
				t.Errorf("%s was opened", name)
			}
			continue
		}
		if err != nil || got != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if real, err := fsys.Resolve("program files/skype"); err != nil || real != "Program Files/Skype" {
		t.Errorf("resolves to %q, %v", real, err)
	}
	if _, err := fsys.Lstat("program files/none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

func TestWindowsDiskHasNoCase(t *testing.T) {
	dir := tree(t, map[string]string{"WINDOWS/system32/": "", "Users/Ann/File": "x"})
	root, err := OpenDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := read(t, root.FS, "users/ANN/file"); root.OS != "windows" || err != nil || got != "x" {
		t.Errorf("%s: %q, %v", root.OS, got, err)
	}
}
