package store

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Statements are written once, in the words of PostgreSQL, with {now} for the
// database's clock in milliseconds.

// postgresText is a statement for PostgreSQL. now() can be looked up in an
// index, which clock_timestamp() cannot.
func postgresText(statement string) string {
	return strings.ReplaceAll(statement, "{now}", "(extract(epoch FROM now()) * 1000)::bigint")
}

// sqliteText is a statement for SQLite, and for each of its marks the argument
// that belongs there, 0 being the clock. Marks without a number are bound
// without a search for their names.
func sqliteText(statement string) (text string, args []int) {
	text = sqliteWords.Replace(statement)
	text = marks.ReplaceAllStringFunc(text, func(m string) string {
		n, _ := strconv.Atoi(strings.TrimPrefix(m, "$")) // {now} is 0
		args = append(args, n)
		return "?"
	})
	return text, args
}

// renumber is a statement whose arguments follow so many others.
func renumber(statement string, after int) string {
	return marks.ReplaceAllStringFunc(statement, func(m string) string {
		n, err := strconv.Atoi(strings.TrimPrefix(m, "$"))
		if err != nil {
			return m // {now}
		}
		return "$" + strconv.Itoa(n+after)
	})
}

var (
	marks       = regexp.MustCompile(`\$[0-9]+|\{now\}`)
	sqliteWords = strings.NewReplacer("LEAST(", "min(", "GREATEST(", "max(", "strpos(", "instr(")
)

// clean is foreign text as both databases take it: valid, without NUL, and not
// longer than n bytes.
func clean(s string, n int) string {
	if len(s) > n {
		s = s[:n]
		for !utf8.ValidString(s) && len(s) > n-utf8.UTFMax {
			s = s[:len(s)-1]
		}
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}
