package cli

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// startedByDoubleClick is true where no other program shares this one's console: a
// shell that it was started from would.
func (*program) startedByDoubleClick() bool {
	list := windows.NewLazySystemDLL("kernel32.dll").NewProc("GetConsoleProcessList")
	if list.Find() != nil {
		return false
	}
	var ids [2]uint32
	n, _, _ := list.Call(uintptr(unsafe.Pointer(&ids[0])), uintptr(len(ids)))
	return n == 1
}

// openInBrowser shows a page in whatever program this person uses for pages.
func openInBrowser(path string) error {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return err
	}
	verb, err := windows.UTF16PtrFromString("open")
	if err != nil {
		return err
	}
	return windows.ShellExecute(0, verb, name, nil, nil, windows.SW_SHOWNORMAL)
}
