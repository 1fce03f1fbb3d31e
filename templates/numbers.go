package templates

import "strconv"

// Grouped writes a number with its thousands apart.
func Grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Count writes a number of things: "1 file", "1,240 lines".
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return Grouped(n) + " " + thing + "s"
}

// counted is Count in Markdown.
func counted(n int, thing Markdown) Markdown { return Markdown(Count(n, string(thing))) }

// number writes a number that stands for a place, not for how many there are.
func number(n int) Markdown { return Markdown(strconv.Itoa(n)) }

// inWords is Count at the start of a sentence.
func inWords(n int, thing Markdown) Markdown {
	words := [...]Markdown{"No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"}
	if n >= len(words) {
		return counted(n, thing)
	}
	return words[n] + " " + thing + either(n == 1, "", "s")
}
