package hosttest

import "github.com/chatvet/chatvet/platform"

// Sink keeps what look-ups yield.
type Sink struct {
	Candidates      []platform.Candidate
	Gaps            []platform.Gap
	Packages, Files int
}

// Candidate implements platform.Sink.
func (s *Sink) Candidate(c platform.Candidate) { s.Candidates = append(s.Candidates, c) }

// Gap implements platform.Sink.
func (s *Sink) Gap(g platform.Gap) { s.Gaps = append(s.Gaps, g) }

// Looked implements platform.Sink.
func (s *Sink) Looked(packages, files int) {
	s.Packages += packages
	s.Files += files
}
