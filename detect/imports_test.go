package detect_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/chatvet/chatvet"

type pkg struct {
	ImportPath string
	Imports    []string
	Standard   bool
	Module     *struct{ Path string }
}

func list(t *testing.T, args ...string) []pkg {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Imports,Standard,Module"}, args...)...)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// mayImport says whether DESIGN section 2 lets one of our packages import
// another of ours; names are relative to the module.
func mayImport(from, to string) bool {
	below := func(p, dir string) bool { return p == dir || strings.HasPrefix(p, dir+"/") }
	switch {
	case below(from, "cmd"):
		return true
	case below(to, "cmd"):
		return false
	case from == "signatures", from == "detect/inspect/plist", from == "detect/inspect/rpmheader":
		return false
	case below(from, "signatures"):
		// The generators follow the distributions' chain with the same code as
		// a scan does.
		return below(to, "signatures") || from == "signatures/distributions" && (below(to, "detect/sign") || below(to, "detect/inspect"))
	case below(from, "platform"):
		// The readers of property lists and of rpm's headers are leaves: what
		// macOS and rpm keep about their programs is written in the same form as
		// what stands in the programs' own files.
		return below(to, "platform") || to == "signatures" || to == "detect/inspect/plist" || to == "detect/inspect/rpmheader"
	case from == "detect/judge":
		return to == "signatures" || to == "detect/inventory" || to == "detect/judge/lookalike"
	case below(from, "detect/sign"), below(from, "detect/inspect"), from == "detect/digest", from == "detect/pattern", from == "detect/fixture", from == "detect/inventory":
		return below(to, "detect") && to != "detect" && to != "detect/judge" && to != "detect/selftest" || to == "signatures"
	case below(from, "detect"):
		return below(to, "detect") || below(to, "platform") || to == "signatures"
	}
	return false
}

func TestImports(t *testing.T) {
	for _, p := range list(t, "./...") {
		from := strings.TrimPrefix(p.ImportPath, module+"/")
		for _, imp := range p.Imports {
			if to, ours := strings.CutPrefix(imp, module+"/"); ours && !mayImport(from, to) {
				t.Errorf("%s must not import %s", from, to)
			}
		}
		reader := strings.HasPrefix(from, "detect/inspect") || strings.HasPrefix(from, "detect/sign") || from == "detect/digest" || from == "detect/pattern"
		if reader && slices.Contains(p.Imports, "os") {
			t.Errorf("%s must not import os: it is handed what it reads", from)
		}
		if mayOpenSockets := from == "signatures/update" || from == "cmd/internal/web" || from == "platform/android" || strings.HasPrefix(from, "platform/android/"); !mayOpenSockets {
			for _, network := range []string{"net", "net/http", "net/rpc", "net/smtp"} {
				if slices.Contains(p.Imports, network) {
					t.Errorf("%s must not import %s: a scan has no network", from, network)
				}
			}
		}
	}
}

// TestLinkedModules keeps the list of modules in a program a visible decision:
// each stands in docs/dependencies.md with its reason.
func TestLinkedModules(t *testing.T) {
	page, err := os.ReadFile("../docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	linked := map[string]bool{}
	for _, goos := range []string{"linux", "windows", "darwin"} {
		t.Setenv("GOOS", goos)
		for _, p := range list(t, "-deps", "./cmd/chatvet") {
			if p.Module != nil && p.Module.Path != module {
				linked[p.Module.Path] = true
			}
		}
	}
	for path := range linked {
		if !strings.Contains(string(page), "`"+path+"`") {
			t.Errorf("docs/dependencies.md does not give a reason for %s", path)
		}
	}
	for line := range strings.Lines(string(page)) {
		if path, ok := strings.CutPrefix(line, "| `"); ok {
			path, _, _ = strings.Cut(path, "`")
			if !linked[path] {
				t.Errorf("docs/dependencies.md names %s, which is not linked any more", path)
			}
		}
	}
}
