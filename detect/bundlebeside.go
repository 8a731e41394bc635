package detect

import (
	"path"

	"github.com/chatvet/chatvet/detect/inspect/appbundle"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// besideMain adds the names beside an app's main program that the list asks for.
func (b *builder) besideMain(l *appbundle.Layout) {
	if l.Main == "" {
		return
	}
	beside := b.named(path.Dir(l.Main))
	wanted := 0
	for _, e := range beside.all {
		name := e.Name()
		if e.Type().IsRegular() && name != path.Base(l.Main) && wanted < maxWantedBeside && b.list.Wanted(signatures.SiblingName, name) {
			wanted++
			b.fact(signatures.SiblingName, platform.Display(name), "")
		}
	}
}
