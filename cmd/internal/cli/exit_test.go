package cli

import (
	"testing"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
)

func TestExitCode(t *testing.T) {
	at := func(levels ...judge.Level) judge.Result {
		var res judge.Result
		for _, l := range levels {
			res.Findings = append(res.Findings, judge.Finding{Level: l})
		}
		return res
	}
	gaps := func(r judge.Result) judge.Result { r.Gaps = []inventory.Gap{{Kind: "permission"}}; return r }
	partial := func(r judge.Result) judge.Result { r.Partial = true; return r }
	for _, c := range []struct {
		name           string
		res            judge.Result
		failOn         judge.Level
		strict, usable bool
		want           int
	}{
		{"nothing", at(), judge.Warning, false, true, 0},
		{"below", at(judge.Note, judge.Advice), judge.Warning, false, true, 0},
		{"at", at(judge.Warning), judge.Warning, false, true, 1},
		{"above", at(judge.StrongWarning), judge.Note, false, true, 1},
		{"a level of the future is loud", at("deafening"), judge.StrongWarning, false, true, 1},
		{"gaps alone", gaps(at(judge.Note)), judge.Warning, false, true, 0},
		{"gaps and strict", gaps(at(judge.Note)), judge.Warning, true, true, 2},
		{"strict without gaps", at(), judge.Warning, true, true, 0},
		{"stopped", partial(at()), judge.Warning, false, true, 2},
		{"nothing usable", at(), judge.Warning, false, false, 2},
		{"found wins over stopped", partial(at(judge.Warning)), judge.Warning, false, true, 1},
		{"found wins over strict", gaps(at(judge.Warning)), judge.Warning, true, true, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := exitCode(c.res, c.failOn, c.strict, c.usable); got != c.want {
				t.Errorf("exit code %d, want %d", got, c.want)
			}
		})
	}
}

func TestScanned(t *testing.T) {
	gap := []inventory.Gap{{Kind: "permission"}}
	ran := inventory.Checked{Lookups: []string{"paths"}}
	for _, c := range []struct {
		name string
		inv  inventory.Inventory
		want bool
	}{
		{"empty folder", inventory.Inventory{Checked: ran}, true},
		{"folder that cannot be opened", inventory.Inventory{Checked: ran, Gaps: gap}, false},
		{"no look-up fits", inventory.Inventory{}, false},
		{"something and a gap", inventory.Inventory{Checked: inventory.Checked{Lookups: ran.Lookups, Files: 1}, Gaps: gap}, true},
	} {
		if got := scanned(c.inv); got != c.want {
			t.Errorf("%s: usable %v, want %v", c.name, got, c.want)
		}
	}
}
