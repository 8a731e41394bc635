package pe_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chatvet/chatvet/detect/inspect/pe"
	"github.com/google/go-cmp/cmp"
)

// realModule holds Windows files of many makers, as the test data of another
// reader. Nothing of it is executed, and its archives stay closed.
const realModule = "github.com/saferwall/pe@v1.6.5"

func realFiles(t *testing.T) string {
	t.Helper()
	cmd := exec.Command("go", "mod", "download", "-json", realModule)
	cmd.Dir = t.TempDir() // away from our own go.mod
	out, err := cmd.Output()
	var module struct{ Dir, Error string }
	if json.Unmarshal(out, &module) != nil || module.Dir == "" {
		why := "the Go module " + realModule + " cannot be had: " + module.Error
		if err != nil {
			why += " " + err.Error()
		}
		if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	return filepath.Join(module.Dir, "test")
}

// claim is what a file says about itself, in the words of exiftool, by which
// the table below was made; whether it is signed, in those of osslsigncode.
type claim struct {
	Company, Product, FileVersion, ProductVersion, Original, Machine string
	Fixed                                                            [4]uint16
	Signed                                                           bool
}

func TestRealFiles(t *testing.T) {
	dir := realFiles(t)
	const microsoft, windows = "Microsoft Corporation", "Microsoft® Windows® Operating System"
	want := map[string]claim{
		"brave.exe":               {"Brave Software, Inc.", "Brave Browser", "80.1.7.92", "80.1.7.92", "chrome.exe", "x64", [4]uint16{80, 1, 7, 92}, true},
		"putty.exe":               {"Simon Tatham", "PuTTY suite", "Release 0.73 (with embedded help)", "Release 0.73", "PuTTY", "x64", [4]uint16{0, 73, 0, 0}, true},
		"putty_modified.exe":      {"Simon Tatham", "PuTTY suite", "Release 0.73 (with embedded help)", "Release 0.73", "PuTTY", "x64", [4]uint16{0, 73, 0, 0}, true},
		"pwsh.exe":                {microsoft, "PowerShell", "7.3.4.500", "7.3.4 SHA: b59f05d5a1b2fceca231f75c53c203a02edf6203", "pwsh.dll", "x64", [4]uint16{7, 3, 4, 500}, true},
		"kernel32.dll":            {microsoft, windows, "10.0.19041.1348 (WinBuild.160101.0800)", "10.0.19041.1348", "kernel32", "x64", [4]uint16{10, 0, 19041, 1348}, true},
		"KernelBase.dll":          {microsoft, windows, "10.0.20152.1000 (WinBuild.160101.0800)", "10.0.20152.1000", "Kernelbase.dll", "x86", [4]uint16{10, 0, 20152, 1000}, true},
		"IEAdvpack.dll":           {microsoft, "Internet Explorer", "11.00.18362.1 (WinBuild.160101.0800)", "11.00.18362.1", "ADVPACK.DLL", "x86", [4]uint16{11, 0, 18362, 1}, false},
		"PSCRIPT5.DLL":            {microsoft, windows, "10.0.18362.145 (WinBuild.160101.0800)", "10.0.18362.145", "PSCRIPT5.DLL", "x64", [4]uint16{0, 3, 18362, 145}, false},
		"YourPhone.Exp.WinRT.dll": {microsoft, "Microsoft Phone Link", "1.24052.124.0", "1.24052.124.0", "YourPhone.Exp.WinRT.dll", "x64", [4]uint16{1, 24052, 124, 0}, true},
		"mfc40u.dll":              {microsoft, "Microsoft (R) Visual C++", "4.1.6140", "4.1.001", "MFC40.DLL", "x86", [4]uint16{4, 1, 0, 6140}, false},
		"mscorlib.dll":            {microsoft, "Microsoft® .NET", "5.0.20.51904", "5.0.0+cf258a14b70ad9069470a108f13765e0e5988f51", "mscorlib.dll", "x86", [4]uint16{5, 0, 20, 51904}, true},
		"amdi2c.sys":              {"Advanced Micro Devices, Inc", "AMD I2C Controller Driver", "1.2.0.94", "1.2.0.94", "amdi2c.sys", "x64", [4]uint16{1, 2, 0, 94}, false},
		"liblzo2-2.dll":           {Machine: "x64", Signed: true},
		"impbyord.exe":            {Machine: "x86"},
		"arp.dll":                 {Machine: "mips"},
	}
	got := map[string]claim{}
	for name := range want {
		got[name] = claimOf(t, filepath.Join(dir, name))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func claimOf(t *testing.T, path string) claim {
	t.Helper()
	f := open(t, path)
	c := claim{Machine: f.Machine.String(), Signed: f.Certificates.Size > 0}
	if len(f.Versions) > 0 && len(f.Versions[0].Tables) > 0 {
		v := f.Versions[0]
		s := v.Tables[0]
		c.Company, c.Product, c.Original = s.Get("CompanyName"), s.Get("ProductName"), s.Get("OriginalFilename")
		c.FileVersion, c.ProductVersion, c.Fixed = s.Get("FileVersion"), s.Get("ProductVersion"), v.FileVersion
	}
	return c
}

func open(t *testing.T, path string) *pe.File {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	f, err := pe.Read(file, info.Size())
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return f
}

// TestRealFilesHaveNoProblems reads every program of the module: what makers
// really ship must not look damaged.
func TestRealFilesHaveNoProblems(t *testing.T) {
	dir := realFiles(t)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	odd := map[string]bool{
		"impbyord.exe": true, // made by hand to be as small as possible
	}
	for _, e := range entries {
		switch strings.ToLower(filepath.Ext(e.Name())) {
		case ".exe", ".dll", ".sys":
		default:
			continue
		}
		if e.Name() == "_setup.dll" {
			continue // for 16-bit Windows
		}
		f := open(t, filepath.Join(dir, e.Name()))
		if len(f.Problems) > 0 && !odd[e.Name()] {
			t.Errorf("%s: %q", e.Name(), f.Problems)
		}
		for _, c := range f.Certificates.Entries {
			if c.Type != 2 || len(c.Raw) < 1000 || c.Raw[0] != 0x30 {
				t.Errorf("%s: certificate of type %d, %d bytes, beginning %#x", e.Name(), c.Type, len(c.Raw), c.Raw[0])
			}
		}
	}
}

func TestImportsOfARealFile(t *testing.T) {
	f := open(t, filepath.Join(realFiles(t), "liblzo2-2.dll"))
	// As objdump -x lists them.
	if diff := cmp.Diff([]string{"KERNEL32.dll", "msvcrt.dll"}, f.Imports); diff != "" {
		t.Error(diff)
	}
}
