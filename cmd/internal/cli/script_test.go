package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/signatures"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"chatvet": func() { os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
		// stopped is chatvet with Ctrl-C pressed before it began to look.
		"stopped": func() {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			p := &program{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, env: os.Getenv}
			os.Exit(p.run(ctx, os.Args[1:]))
		},
		"confined": func() { os.Exit(tryToBreakOut(os.Args[1:])) },
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "../../../testdata/script",
		Setup: func(e *testscript.Env) error {
			for _, name := range []string{"LANG", "LC_ALL", "LANGUAGE", "NO_COLOR", "CLICOLOR_FORCE"} {
				e.Setenv(name, "")
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"utf16":    writeUTF16,
			"private":  checkPrivate,
			"example":  writeExample,
			"app":      writeApp(t),
			"wordlist": writeWordList,
			"macfile":  writeMacInstaller,
			"apk":      writeAPK,
			"manifest": writeManifest,
			"zip":      writeZip,
			"ipa":      writeIPA(t),
		},
	})
}

// tryToBreakOut confines itself with args[0] as the output and tells what it can
// still do.
func tryToBreakOut(args []string) int {
	out := output{}
	if len(args) > 0 {
		out.path = args[0]
	}
	if missing := confine(out); missing != "" {
		fmt.Println("not granted:", missing)
		return 0
	}
	tell := func(what string, err error) {
		switch {
		case err == nil:
			fmt.Println(what, "allowed")
		case errors.Is(err, os.ErrPermission):
			fmt.Println(what, "refused")
		default:
			fmt.Println(what, "failed:", err)
		}
	}
	_, err := os.ReadFile("readable")
	tell("reading", err)
	tell("writing elsewhere", os.WriteFile("elsewhere/new", nil, 0o600))
	tell("removing", os.Remove("elsewhere/old"))
	tell("making a folder", os.Mkdir("elsewhere/folder", 0o700))
	var plainTCP net.ListenConfig
	plainTCP.SetMultipathTCP(false)
	_, err = plainTCP.Listen(context.Background(), "tcp", "127.0.0.1:0")
	tell("listening", err)
	if out.path != "" {
		tell("writing the output", out.write(os.Stdout, []byte("x")))
	}
	return 0
}

// writeUTF16 writes a file as PowerShell's redirection does.
func writeUTF16(ts *testscript.TestScript, neg bool, args []string) {
	b := []byte{0xff, 0xfe}
	for _, r := range ts.ReadFile(args[0]) {
		b = append(b, byte(r), byte(r>>8))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b, 0o600))
}

// checkPrivate fails where others than the owner may read a file.
func checkPrivate(ts *testscript.TestScript, neg bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if info.Mode().Perm()&0o077 != 0 {
		ts.Fatalf("%s is %v", args[0], info.Mode())
	}
}

// writeExample builds the inert, synthetic files that show the facts of a
// family's example: example FAMILY NAME FOLDER.
func writeExample(ts *testscript.TestScript, neg bool, args []string) {
	list, err := signatures.Embedded()
	ts.Check(err)
	family := list.Family(args[0])
	if family == nil {
		ts.Fatalf("no family %s", args[0])
	}
	for _, ex := range slices.Concat(family.Tests.Hit, family.Tests.Miss) {
		if ex.Name != args[1] {
			continue
		}
		files, err := fixture.FromExample(ex, family.Platforms[0])
		ts.Check(err)
		for name, content := range files {
			path := filepath.Join(ts.MkAbs(args[2]), filepath.FromSlash(name))
			ts.Check(os.MkdirAll(filepath.Dir(path), 0o755))
			ts.Check(os.WriteFile(path, content, 0o644))
		}
		return
	}
	ts.Fatalf("family %s has no example %q", args[0], args[1])
}
