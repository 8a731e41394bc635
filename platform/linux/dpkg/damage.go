package dpkg

import (
	"fmt"

	"github.com/chatvet/chatvet/platform"
)

// damage reports what is wrong in one file: the first places each, then how
// many more, so that a file full of junk makes no report full of gaps.
type damage struct {
	sink       platform.Sink
	name, what string
	count      int
}

func (s *search) damage(name, what string) *damage {
	return &damage{sink: s.sink, name: name, what: what}
}

func (d *damage) line(line int, why string) {
	if d.count++; d.count <= maxGaps {
		d.report(platform.GapCorrupt, fmt.Sprintf("line %d: %s", line, platform.Display(why)))
	}
}

func (d *damage) bound(why string) { d.report(platform.GapTooMany, why) }

func (d *damage) close() {
	if more := d.count - maxGaps; more > 0 {
		d.report(platform.GapCorrupt, fmt.Sprintf("%d more damaged places", more))
	}
}

func (d *damage) report(kind, reason string) {
	d.sink.Gap(platform.Gap{Where: platform.Display(d.name), What: d.what, Kind: kind, Reason: reason})
}
