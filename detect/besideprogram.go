package detect

import (
	"path"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// maxBesideProgram bounds the libraries that are read beside one program.
const maxBesideProgram = 32

// librariesBeside adds, to a Windows program that may be a client and lies in a
// folder which is only looked through, the libraries beside it that Windows would
// load instead of its own. Those of an installed program are files of its build
// already.
func (b *builder) librariesBeside() {
	name := b.found.Path
	if b.found.Format != "" || b.out.Format != signatures.PE || !strings.HasSuffix(strings.ToLower(name), ".exe") ||
		b.root.Kind != platform.Paths && b.found.Channel != "download" {
		return
	}
	if !slices.ContainsFunc(b.out.Facts, func(f signatures.Fact) bool { return b.list.Wanted(f.Kind, f.Value) }) {
		return
	}
	left := maxBesideProgram
	for _, e := range b.named(path.Dir(name)).all {
		at := path.Join(path.Dir(name), e.Name())
		if !e.Type().IsRegular() || !judge.PartOfWindows(e.Name()) || !b.readable(at) {
			continue
		}
		if left--; left < 0 {
			b.gapBeside(at, "more libraries beside a program", platform.ErrTooMany)
			return
		}
		b.program(platform.CandidateFile{Path: at, Program: true})
	}
}
