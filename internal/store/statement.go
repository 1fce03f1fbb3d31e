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
// without a search for their names. A write that fails ends its transaction, as
// each is handled here: to undo it alone SQLite would keep a copy of each page
// that it writes (https://sqlite.org/lang_conflict.html).
func sqliteText(statement string) (text string, args []int) {
	text = writes.ReplaceAllString(sqliteWords.Replace(statement), "$0 OR ROLLBACK")
	text = marks.ReplaceAllStringFunc(text, func(m string) string {
		n, _ := strconv.Atoi(strings.TrimPrefix(m, "$")) // {now} is 0
		args = append(args, n)
		return "?"
	})
	return text, args
}

// rowMarks is an expression over a row e that is handed over as arguments, in the
// order of its columns.
func rowMarks(expression, columns string) string {
	for i, column := range strings.Split(columns, ", ") {
		expression = regexp.MustCompile(`\be\.`+column+`\b`).ReplaceAllLiteralString(expression, "$"+strconv.Itoa(i+1))
	}
	return expression
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
	writes      = regexp.MustCompile(`^\s*(INSERT|UPDATE)\b`)
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
