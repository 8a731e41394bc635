package term

import "github.com/fatih/color"

// Paint is a style of text.
type Paint int

// Styles. They support what symbol and word already say.
const (
	NoPaint Paint = iota
	Bold
	Faint
	Blue
	Cyan
	Magenta
	Yellow
	Red
	BoldRed
)

// Painted wraps text in the escape sequences of a style, where the stream shows
// colour.
func (p Profile) Painted(style Paint, text string) string {
	if !p.Colour || style == NoPaint || text == "" {
		return text
	}
	c := color.New(attributes[style]...)
	c.EnableColor()
	return c.Sprint(text)
}

var attributes = map[Paint][]color.Attribute{
	Bold:    {color.Bold},
	Faint:   {color.Faint},
	Blue:    {color.FgBlue, color.Bold},
	Cyan:    {color.FgCyan, color.Bold},
	Magenta: {color.FgMagenta, color.Bold},
	Yellow:  {color.FgYellow, color.Bold},
	Red:     {color.FgRed},
	BoldRed: {color.FgRed, color.Bold},
}
