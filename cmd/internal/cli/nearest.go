package cli

import (
	"slices"
	"strings"
)

// nearest returns up to three of the names that somebody who typed word may have
// meant: those that hold it, or differ from it in few letters.
func nearest(word string, names []string) []string {
	const most, longest = 3, 100
	if len(word) > longest {
		return nil
	}
	word = strings.ToLower(word)
	type near struct {
		name     string
		distance int
	}
	var found []near
	for _, n := range names {
		d := distance(word, n)
		if len(word) >= 3 && strings.Contains(n, word) {
			d = min(d, 1)
		}
		if d <= max(1, len(word)/3) {
			found = append(found, near{n, d})
		}
	}
	slices.SortStableFunc(found, func(a, b near) int { return a.distance - b.distance })
	var best []string
	for i := 0; i < len(found) && i < most; i++ {
		best = append(best, found[i].name)
	}
	return best
}

// distance is Levenshtein's: how many letters to add, drop or change.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := diagonal
			if a[i-1] != b[j-1] {
				change++
			}
			diagonal = row[j]
			row[j] = min(row[j]+1, row[j-1]+1, change)
		}
	}
	return row[len(b)]
}
