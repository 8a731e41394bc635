package signatures

import "slices"

// Helpline is somebody whom a person with a warning can turn to.
type Helpline struct {
	ID        string
	Name      string
	Helps     MessageID // whom it helps, and with what
	AsksFirst MessageID // what it will ask first
	Email     string    // empty where there is only the page
	URL       string
	// Languages are BCP 47 tags of those in which its page can be read, or in
	// which it says that it can be written to. It may speak others.
	Languages []string
	// Regions are ISO 3166-1 alpha-2, or "worldwide".
	Regions []string
	Checked string // the date on which its page was read, YYYY-MM-DD
	Source  string // the page that was read
}

// WithHelplines returns the list with these helplines instead of its own.
func (l *List) WithHelplines(helplines []Helpline) *List {
	with := *l
	with.Helplines = slices.Clone(helplines)
	return &with
}
