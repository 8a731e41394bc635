package report

import (
	"encoding/csv"
	"io"
	"strings"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/detect/inventory"
)

var csvHeader = []string{"row", "verdict", "level", "strength", "reason", "client", "family",
	"product", "version", "path", "format", "sha256", "build", "finding", "detail"}

// renderCSV writes a line for each finding and, so that none is lost, one for
// each gap: its kind as reason, its place as path, the rest as detail.
func renderCSV(w io.Writer, in Input) error {
	out := csv.NewWriter(w)
	rows := [][]string{csvHeader}
	builds := indexBuilds(in.Result)
	told := map[string]bool{}
	for _, f := range in.Result.Findings {
		if told[f.ID] {
			continue // the same file in another place, which is among its builds
		}
		told[f.ID] = true
		for _, l := range orNone(builds[f.Build]) {
			b := l.build
			rows = append(rows, []string{"finding", string(f.Verdict), string(f.Level), f.Strength, f.Reason,
				f.Client, f.Family, b.Product, b.Version, l.place, string(b.Format), firstSHA256(b), f.Build, f.ID,
				strings.Join(f.Resembles, " ")})
		}
	}
	for _, g := range in.Result.Gaps {
		rows = append(rows, []string{"gap", "", "", "", g.Kind, "", "", "", "", g.Where, "", "", "", "",
			gapText(GapLine{What: g.What, Reason: g.Reason})})
	}
	for _, row := range rows {
		for i, cell := range row {
			row[i] = inert(cell)
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// orNone is a finding's builds, or one empty build where the result does not
// hold it.
func orNone(found []located) []located {
	if len(found) == 0 {
		return []located{{}}
	}
	return found
}

func firstSHA256(b inventory.Build) string {
	for _, f := range b.Files {
		if f.SHA256 != "" {
			return f.SHA256
		}
	}
	return ""
}

// inert keeps a spreadsheet from taking a name out of a file for a formula
// (OWASP, CSV injection), and a terminal from obeying it.
func inert(cell string) string {
	cell = term.Plain(cell)
	if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
