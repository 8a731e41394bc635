package term

// ShortenedInside cuts text that takes more than so many columns in its middle,
// and puts "…" there. Of a path the end stays longer than the beginning.
func ShortenedInside(s string, columns int) string {
	if Width(s) <= columns {
		return s
	}
	if columns < 1 {
		return ""
	}
	if columns < 3 {
		return Clipped(s, columns)
	}
	head := (columns - 1) / 3
	start := narrow.Truncate(s, head, "")
	end := []rune(s[len(start):])
	for tail, i := 0, len(end); i > 0; i-- {
		tail += narrow.RuneWidth(end[i-1])
		if tail > columns-1-Width(start) {
			return start + "…" + string(end[i:])
		}
	}
	return s
}
