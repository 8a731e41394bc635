package windows

import (
	"context"
	"fmt"
	"testing"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/hosttest"
	"github.com/chatvet/chatvet/platform/windows/winreg/hivetest"
)

// BenchmarkFind looks through a disk with 300 installed programs, of which one is
// a client that Windows Installer put there, among 40,000 components.
func BenchmarkFind(b *testing.B) {
	machine := &hivetest.Key{}
	uninstall := machine.Add("Microsoft", "Windows", "CurrentVersion", "Uninstall")
	for i := range 299 {
		uninstall.Add(fmt.Sprintf("{%08d-0000-0000-0000-000000000000}", i)).Set("DisplayName", hivetest.Text("Program")).Set("Publisher", hivetest.Text("Nobody"))
	}
	code := "{11111111-2222-3333-4444-555555555555}"
	uninstall.Add(code).Set("DisplayName", hivetest.Text("Example Chat"))
	components := machine.Add("Microsoft", "Windows", "CurrentVersion", "Installer", "UserData", "S-1-5-18", "Components")
	for i := range 40_000 {
		components.Add(fmt.Sprintf("%032X", i)).Set("0123456789ABCDEF0123456789ABCDEF", hivetest.Text(`C:\x.dll`))
	}
	components.Add("F").Set(packGUID(code), hivetest.Text(`C:\Chat\x.exe`))
	fsys := hosttest.NewFS()
	for name, data := range map[string][]byte{softwareHive: machine.Bytes(), "Users/ann/x": nil, "Chat/x.exe": nil} {
		if err := fsys.Add(name, 0o644, data); err != nil {
			b.Fatal(err)
		}
	}
	root := platform.Root{Kind: platform.Disk, OS: "windows", FS: platform.FoldCase(fsys)}
	list := wanted()
	for b.Loop() {
		sink := &hosttest.Sink{}
		if err := (Lookup{}).Find(context.Background(), root, list, sink); err != nil || len(sink.Candidates) != 1 {
			b.Fatal(err, sink)
		}
	}
}
