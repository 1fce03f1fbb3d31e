// Package hostile makes descriptions that are as long as GitHub allows and as
// unpleasant as can be: each repeats something that a Markdown parser, or a
// reader of sections, could spend too much time or memory on. The regression
// test and the benchmarks share them.
package hostile

import "strings"

// Case makes descriptions of one unpleasant kind.
type Case struct {
	Name string
	// Make returns a description of exactly n characters.
	Make func(n int) string
}

// All lists the cases. Each stands there twice: bare, and as the answer under a
// heading, because what answers a section is read more closely than the rest.
func All() []Case {
	var all []Case
	for _, c := range bare() {
		all = append(all, c, Case{c.Name + " as answer", func(n int) string {
			return fill(n, heading+c.Make(n))
		}})
	}
	return all
}

const heading = "## Rollback plan\n\n"

func bare() []Case {
	cases := []Case{
		{"wide table, short rows", wideTable},
		{"wide table, wide rows", squareTable},
		{"quotes, one deeper each line", deeper("> ")},
		{"bullets, one deeper each line", deeper("  ", "- a")},
		{"numbers, one deeper each line", deeper("   ", "1. a")},
		{"details, closed in reverse", nested("<details>", "</details>")},
		{"brackets, closed in reverse", nested("[", "]")},
		{"image brackets, closed in reverse", nested("![", "](a)")},
		{"parentheses in a link", nested("[a](", ")")},
		{"backticks, one more each time", longerBackticks},
		{"comment, unclosed", after("<!-- ", "a ")},
		{"comment, unclosed, lines", after("<!--\n", "a\n")},
		{"fence, unclosed", after("```\n", "a\n")},
		{"tag, unclosed", after("<a ", "b='c' ")},
		{"attribute, unclosed", after("<a b='", "c ")},
		{"processing instruction, unclosed", after("<?", "a ")},
		{"cdata, unclosed", after("<![CDATA[", "]] ")},
	}
	for _, unit := range []struct{ name, text string }{
		{"quotes", ">"},
		{"spaced quotes", "> "},
		{"bullets", "- "},
		{"quoted bullets", "> - "},
		{"numbers", "1. "},
		{"bullets and numbers", "- 1. "},
		{"tasks", "- [ ] "},
		{"links, open", "[a]("},
		{"links, open angle", "[a](<b"},
		{"links", "[a](b) "},
		{"emphasis", "*a_ "},
		{"emphasis, alternating", "*a **b "},
		{"stars", "*"},
		{"underscores", "_a"},
		{"strikes", "~~a "},
		{"brackets, opening", "["},
		{"brackets, closing", "]"},
		{"images, opening", "!["},
		{"backticks", "`"},
		{"code spans, open", "`a "},
		{"comments, open", "<!--"},
		{"comments", "<!-- a -->"},
		{"comment ends", "-->"},
		{"tags", "<b>"},
		{"tags, open", "<b "},
		{"angles", "<"},
		{"block tags", "<div>"},
		{"end tags", "</div>"},
		{"details", "<details>"},
		{"details with summary", "<details><summary>a</summary>"},
		{"pre", "<pre>"},
		{"script", "<script>"},
		{"reference definitions", "[a]: b\n"},
		{"reference definitions, open", "[a]: <b"},
		{"references", "[a][b]"},
		{"footnote definitions", "[^a]: b\n"},
		{"footnotes", "[^a]"},
		{"zeros", "\x00"},
		{"headings", "# a\n"},
		{"headings, empty", "#\n"},
		{"hashes", "#"},
		{"headings, underlined", "a\n===\n"},
		{"section headings", "## Rollback plan\n"},
		{"labels", "**Rollback plan:** a\n"},
		{"labels, plain", "Rollback plan: "},
		{"labels, bold", "**Worst case:** "},
		{"label rows", "| Rollback plan | a |\n"},
		{"headings with an answer", "## Rollback\nrevert it\n"},
		{"actions", "revert the deploy "},
		{"actions, lines", "1. run the job\n"},
		{"fillers", "n/a "},
		{"negations", "no not never "},
		{"rules", "---\n"},
		{"fences", "```\n"},
		{"tildes", "~~~\n"},
		{"indented code", "    a\n\n"},
		{"tabs", "\t"},
		{"spaces", " "},
		{"line ends", "\n"},
		{"carriage returns", "\r"},
		{"carriage returns and line ends", "a\r\n"},
		{"backslashes", "\\"},
		{"entities", "&amp;"},
		{"entities, open", "&#x"},
		{"letters", "a"},
		{"digits", "1"},
		{"words", "ab cd. "},
		{"addresses", "http://a.b "},
		{"address starts", "http://"},
		{"www", "www."},
		{"mails", "a@b.c "},
		{"mentions", "@a "},
		{"issues", "#1 "},
		{"front matter", "---\na: b\n---\n"},
		{"pipes", "|"},
		{"delimiter rows", "|-|\n"},
		{"languages", "wycofania olarak không tidak якщо zpět inte откат para une für revert 回滚 "},
		{"han", "回滚"},
		{"hangul", "롤백 "},
		{"kana", "ロールバック"},
		{"full width", "Ａ："},
		{"combining marks", "e\u0301\u0323"},
		{"marks on one letter", "\u0301"},
		{"ligatures", "\ufdfa"},
		{"zero width", "\u200b"},
		{"byte-order marks", "\ufeff"},
		{"right to left", "\u202ea"},
		{"no-break spaces", "\u00a0"},
		{"emoji", "👩\u200d🚀"},
		{"invalid bytes", "\xff"},
	} {
		cases = append(cases, Case{unit.name, repeat(unit.text)})
		if !strings.Contains(unit.text, "\n") && strings.Trim(unit.text, "\r ") != "" {
			cases = append(cases,
				Case{unit.name + ", a line each", repeat(unit.text + "\n")},
				Case{unit.name + ", a paragraph each", repeat(unit.text + "\n\n")})
		}
	}
	return cases
}

// repeat fills the description with one text, again and again.
func repeat(unit string) func(int) string {
	return func(n int) string { return fill(n, strings.Repeat(unit, n/len([]rune(unit))+1)) }
}

// after opens something and never closes it.
func after(open, unit string) func(int) string {
	return func(n int) string { return fill(n, open+strings.Repeat(unit, n)) }
}

// nested opens something as often as there is room to close it again.
func nested(open, end string) func(int) string {
	return func(n int) string {
		times := n / (len(open) + len(end))
		return fill(n, strings.Repeat(open, times)+strings.Repeat(end, times)+strings.Repeat(" ", n))
	}
}

// deeper writes stairs: each line indents once more than the one before it.
func deeper(indent string, item ...string) func(int) string {
	return func(n int) string {
		var b strings.Builder
		for depth := 1; b.Len() < n; depth++ {
			b.WriteString(strings.Repeat(indent, depth))
			b.WriteString(strings.Join(item, ""))
			b.WriteString("\n")
		}
		return fill(n, b.String())
	}
}

// wideTable has as many columns as rows, but writes only one cell a row: a
// parser that fills up the missing cells makes n*n of them.
func wideTable(n int) string {
	columns := n / 6
	return fill(n, strings.Repeat("|a", columns)+"|\n"+strings.Repeat("|-", columns)+"|\n"+strings.Repeat("|\n", n))
}

// squareTable writes every cell of a table with as many columns as rows.
func squareTable(n int) string {
	columns := 1
	for columns*columns*2 < n {
		columns++
	}
	return fill(n, strings.Repeat("|a", columns)+"|\n"+strings.Repeat("|-", columns)+"|\n"+
		strings.Repeat(strings.Repeat("|b", columns)+"|\n", columns+1))
}

// longerBackticks writes runs that never match: each is looked for in the rest.
func longerBackticks(n int) string {
	var b strings.Builder
	for run := 1; b.Len() < n; run++ {
		b.WriteString(strings.Repeat("`", run))
		b.WriteString("a")
	}
	return fill(n, b.String())
}

// fill cuts a text to n characters, a byte that is no UTF-8 being one.
func fill(n int, text string) string {
	count := 0
	for i := range text {
		if count == n {
			return text[:i]
		}
		count++
	}
	return text
}
