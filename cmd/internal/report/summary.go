package report

import (
	"io"
	"sort"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
)

// summaryLimit is the size of a summary line with its newline, in bytes: what
// the narrowest fleet tool keeps of a program's output.
const summaryLimit = 2000

type summaryLine struct {
	Schema   int              `json:"schema"`
	Tool     inventory.Tool   `json:"tool"`
	List     string           `json:"list"`
	Root     string           `json:"root"`
	Partial  bool             `json:"partial"`
	Summary  judge.Summary    `json:"summary"`
	Findings []summaryFinding `json:"findings"`
	// Omitted counts the findings that did not fit.
	Omitted int `json:"omitted"`
}

type summaryFinding struct {
	ID      string        `json:"id"`
	Verdict judge.Verdict `json:"verdict"`
	Level   judge.Level   `json:"level"`
	Client  string        `json:"client,omitempty"`
	Family  string        `json:"family,omitempty"`
	Version string        `json:"version,omitempty"`
	Reason  string        `json:"reason,omitempty"`
}

// renderSummary writes one line of JSON under summaryLimit bytes, without paths
// and names of people. The counts are always there; findings are left out from
// the least serious up.
func renderSummary(w io.Writer, in Input) error {
	res := in.Result
	line := summaryLine{
		Schema:   res.Schema,
		Tool:     inventory.Tool{Name: short(res.Tool.Name), Version: short(res.Tool.Version)},
		List:     short(res.List.Version),
		Root:     short(res.Root.Kind),
		Partial:  res.Partial,
		Summary:  res.Summary,
		Findings: []summaryFinding{},
	}
	builds := indexBuilds(res)
	for _, f := range res.Findings {
		s := summaryFinding{ID: short(f.ID), Verdict: judge.Verdict(short(string(f.Verdict))),
			Level: judge.Level(short(string(f.Level))), Client: short(f.Client), Family: short(f.Family),
			Reason: short(f.Reason)}
		for _, l := range builds[f.Build] {
			s.Version = short(l.build.Version)
		}
		line.Findings = append(line.Findings, s)
	}
	fitting, err := fit(line)
	if err != nil {
		return err
	}
	_, err = w.Write(fitting)
	return err
}

// fit leaves out findings from the end until the line is short enough. A line
// without findings always is, since every text in it is short.
func fit(line summaryLine) ([]byte, error) {
	all := line.Findings
	with := func(keep int) ([]byte, error) {
		line.Findings, line.Omitted = all[:keep], len(all)-keep
		return marshal(line, "")
	}
	most := min(len(all), summaryLimit/len(`{"id":""},`))
	tooMany := sort.Search(most, func(n int) bool {
		b, err := with(n + 1)
		return err != nil || len(b) >= summaryLimit
	})
	return with(tooMany)
}

// short cuts text after 40 bytes at most, at the border of a character.
func short(s string) string {
	const limit = 40
	for i := range s {
		if i > limit-4 {
			return s[:i]
		}
	}
	return s
}
