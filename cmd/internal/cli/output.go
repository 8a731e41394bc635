package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/chatvet/chatvet/cmd/internal/report"
	"github.com/chatvet/chatvet/cmd/internal/text"
)

// output is where a report goes: a file, or stdout where path is empty.
type output struct {
	path string
	// device is open where path is something else than an ordinary file, such
	// as /dev/stdout; it is opened before the program confines itself.
	device *os.File
}

// checkOutput finds out early what would only fail after the work is done.
func checkOutput(path string, inputs []string) (output, error) {
	if path == "" {
		return output{}, nil
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		folder := filepath.Dir(path)
		if in, err := os.Stat(folder); err != nil || !in.IsDir() {
			return output{}, fail("error.output-folder-missing", text.Args{"path": path},
				hint{"hint.make-folder", text.Args{"folder": commandLine(folder)}})
		}
		return output{path: path}, nil
	case info.IsDir():
		return output{}, fail("error.output-is-folder", text.Args{"path": path},
			try("chatvet", "scan", "-o", filepath.Join(path, report.FileName(time.Now(), "html"))))
	case !info.Mode().IsRegular():
		device, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return output{}, fmt.Errorf("opening output: %w", err)
		}
		return output{path: path, device: device}, nil
	}
	for _, input := range inputs {
		if in, err := os.Stat(input); err == nil && os.SameFile(in, info) {
			return output{}, fail("error.output-is-input", text.Args{"path": path})
		}
	}
	return output{path: path}, nil
}

// write writes a whole report at once, into a file that only its owner may read,
// since a report tells what a person has on their computer. On Linux the file is
// there by then, empty, where confine made it.
func (o output) write(stdout io.Writer, report []byte) error {
	switch {
	case o.path == "":
		if _, err := stdout.Write(report); err != nil {
			return fmt.Errorf("writing to stdout: %w", err)
		}
		return nil
	case o.device != nil:
		_, err := o.device.Write(report)
		return wrapWrite(err)
	}
	f, err := os.OpenFile(o.path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return wrapWrite(err)
	}
	if err := f.Chmod(0o600); err != nil {
		f.Close()
		return wrapWrite(err)
	}
	if _, err := f.Write(report); err != nil {
		f.Close()
		return wrapWrite(err)
	}
	return wrapWrite(f.Close())
}

func wrapWrite(err error) error {
	if err != nil {
		return fmt.Errorf("writing report: %w", err)
	}
	return nil
}
