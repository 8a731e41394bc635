package detect

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"time"
)

// runProgram runs a program of the system without input, and with nothing of this
// process's surroundings.
func runProgram(ctx context.Context, program string, arguments ...string) (code int, output string, err error) {
	var out bounded
	cmd := exec.CommandContext(ctx, program, arguments...)
	cmd.Env, cmd.Dir = []string{"PATH=/usr/bin:/bin", "LC_ALL=C"}, "/"
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	var ended *exec.ExitError
	if errors.As(err, &ended) && ended.Exited() {
		return ended.ExitCode(), out.String(), nil
	}
	return 0, out.String(), err
}

// bounded keeps the first codesignOutput bytes. The buffer is no embedded field:
// its other methods would let more in.
type bounded struct{ kept bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	b.kept.Write(p[:min(len(p), codesignOutput-b.kept.Len())])
	return len(p), nil
}

func (b *bounded) String() string { return b.kept.String() }
