package term

import (
	"io"
	"os"

	"golang.org/x/sys/windows"
)

// enableEscapes makes a Windows console understand escape sequences, and says
// whether it does.
func enableEscapes(stream io.Writer) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	var mode uint32
	console := windows.Handle(f.Fd())
	if windows.GetConsoleMode(console, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
