package detect

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
)

func TestRunProgram(t *testing.T) {
	const shell = "/bin/sh"
	if _, err := os.Stat(shell); err != nil {
		t.Skip("this system has no shell: ", err)
	}
	t.Setenv("SECRET", "secret")
	code, output, err := runProgram(t.Context(), shell, "-c", `echo "out $SECRET"; echo err >&2; pwd; cat; exit 3`)
	if code != 3 || output != "out \nerr\n/\n" || err != nil {
		t.Errorf("%d, %q, %v", code, output, err)
	}
	code, output, err = runProgram(t.Context(), shell, "-c", "i=0; while [ $i -lt 9000 ]; do echo 0123456789; i=$((i+1)); done")
	if code != 0 || len(output) != codesignOutput || !strings.HasPrefix(output, "0123456789\n") || err != nil {
		t.Errorf("%d, %d bytes, %v", code, len(output), err)
	}
	if code, _, err = runProgram(t.Context(), shell, "-c", "kill -9 $$"); err == nil {
		t.Errorf("killed: %d, no error", code)
	}
	if code, _, err = runProgram(t.Context(), "/nowhere/at/all"); err == nil {
		t.Errorf("not there: %d, no error", code)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, _, err := runProgram(stopped, shell, "-c", "exit 0"); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}
