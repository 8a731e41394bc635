package cli

import "github.com/chatvet/chatvet/detect/judge"

// Exit codes, the same as ClamAV's.
const (
	exitNothing = 0 // nothing at or above --fail-on
	exitFound   = 1 // at least one finding there; wins over exitFailed
	exitFailed  = 2 // nothing usable, stopped in the middle, or wrong usage
)

// exitCode is the one place where results become codes.
func exitCode(res judge.Result, failOn judge.Level, strict, usable bool) int {
	for _, f := range res.Findings {
		if rank(f.Level) >= rank(failOn) {
			return exitFound
		}
	}
	if !usable || res.Partial || strict && len(res.Gaps) > 0 {
		return exitFailed
	}
	return exitNothing
}

// levels lists the levels in rising order.
func levels() []judge.Level {
	return []judge.Level{judge.Note, judge.Advice, judge.Warning, judge.StrongWarning}
}

// rank orders levels; one that this version does not know is the loudest.
func rank(l judge.Level) int {
	for i, known := range levels() {
		if l == known {
			return i
		}
	}
	return len(levels())
}
