package checks

import "strconv"

// thousands writes a number as people read it: 1,240.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// quantity writes a number with its noun: "one file", "three files",
// "1,240 files".
func quantity(n int, one, many string) string {
	if n == 1 {
		return "one " + one
	}
	words := [...]string{"no", "", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}
	if n >= 0 && n < len(words) {
		return words[n] + " " + many
	}
	return thousands(n) + " " + many
}
