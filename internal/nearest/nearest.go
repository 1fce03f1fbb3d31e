// Package nearest finds what a misspelt word most likely meant.
package nearest

import "strings"

// maxWord bounds the words that are compared: the work grows with the square
// of their length, and nobody misspells a key of a hundred letters.
const maxWord = 64

// Of returns the candidate that is nearest to the word, and whether one is
// near at all. Case, and underscores for hyphens, count for nothing.
func Of(word string, candidates []string) (string, bool) {
	if word == "" || len(word) > maxWord {
		return "", false
	}
	word = fold(word)
	best, distance := "", max(2, len(word)/3)+1
	for _, c := range candidates {
		if d := Edits(word, fold(c)); d < distance {
			best, distance = c, d
		}
	}
	return best, best != ""
}

func fold(s string) string { return strings.ReplaceAll(strings.ToLower(s), "_", "-") }

// Edits counts the letters to change, add, drop or swap with their neighbour
// to make b of a.
func Edits(a, b string) int {
	var before []int
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
