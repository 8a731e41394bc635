package detect

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/apple"
)

// The outputs are synthetic: written as codesign(1) and Apple's messages have
// them, not recorded on a Mac.
func TestCodesignOpinion(t *testing.T) {
	const app = "/Applications/Chat: 1.app/Contents/MacOS/Chat"
	opinion := func(integrity inventory.Integrity, trust inventory.Trust, problems ...string) inventory.Signature {
		return inventory.Signature{Format: apple.Format, Integrity: integrity, Trust: trust, Problems: problems}
	}
	none := opinion(inventory.IntegrityNotChecked, inventory.TrustNotChecked)
	for name, c := range map[string]struct {
		path, output string
		code         int
		err          error
		want         inventory.Signature
		ok           bool
	}{
		"valid":            {path: app, output: app + ": valid on disk\n" + app + ": satisfies its Designated Requirement\n", want: opinion(inventory.Intact, inventory.Trusted), ok: true},
		"ad hoc":           {path: app, code: 3, output: app + ": valid on disk\ntest-requirement: code failed to satisfy specified code requirement(s)\n", want: opinion(inventory.Intact, inventory.Untrusted), ok: true},
		"unsigned":         {path: app, code: 1, output: app + ": code object is not signed at all\nIn architecture: x86_64\n", want: opinion(inventory.Unsigned, inventory.TrustNotChecked), ok: true},
		"changed":          {path: app, code: 1, output: app + ": invalid signature (code or signature have been modified)\r\nIn architecture: arm64\r\n", want: opinion(inventory.Broken, inventory.TrustNotChecked, inventory.ProblemDigestMismatch), ok: true},
		"a resource":       {path: app, code: 1, output: app + ": a sealed resource is missing or invalid\nfile modified: /x\n", want: opinion(inventory.Broken, inventory.TrustNotChecked, inventory.ProblemResourceChanged), ok: true},
		"unknown root":     {path: app, code: 1, output: app + ": CSSMERR_TP_NOT_TRUSTED\nIn architecture: arm64\n", want: opinion(inventory.IntegrityNotChecked, inventory.Untrusted, inventory.ProblemUnknownRoot), ok: true},
		"something else":   {path: app, code: 1, output: app + ": No such file or directory\n", want: none},
		"another language": {path: app, code: 1, output: app + ": das Code-Objekt ist gar nicht signiert\n", want: none},
		"another file":     {path: app, code: 1, output: "/Applications/Chat: code object is not signed at all\n", want: none},
		"wrong usage":      {path: app, code: 2, output: "Usage: codesign -s identity\n", want: none},
		"killed":           {path: app, err: context.DeadlineExceeded, want: none},
		"not there":        {path: app, err: errors.New("no such file"), want: none},
		"no path":          {path: "-x", want: none},
		"a line in a name": {path: "/a\n/a: code object is not signed at all", want: none},
	} {
		asked := 0
		got, ok := codesignOpinion(t.Context(), func(ctx context.Context, program string, arguments ...string) (int, string, error) {
			asked++
			if _, bounded := ctx.Deadline(); !bounded || program != "/usr/bin/codesign" || arguments[len(arguments)-1] != c.path {
				t.Errorf("%s: asked %s %q", name, program, arguments)
			}
			if line := strings.Join(arguments, " "); strings.Contains(line, "notarization") || !strings.Contains(line, "--verify") {
				t.Errorf("%s: asked %q", name, arguments)
			}
			return c.code, c.output, c.err
		}, c.path)
		if diff := cmp.Diff(c.want, got); diff != "" || ok != c.ok {
			t.Errorf("%s: %v (-want +got):\n%s", name, ok, diff)
		}
		if (asked == 0) != (c.path != app) {
			t.Errorf("%s: asked %d times", name, asked)
		}
	}
}
