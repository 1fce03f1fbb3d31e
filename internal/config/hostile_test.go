package config_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/config"
)

// largest is the size up to which a file is read at all.
const largest = 128 << 10

// repeat leaves room for something before it.
func repeat(s string) string { return strings.Repeat(s, (largest-100)/len(s)) }

// limited is below the limits on keys and entries.
func limited(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func counted(format string) string {
	var b strings.Builder
	for i := 0; b.Len() < largest-100; i++ {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// stairs indents each line by one more space.
func stairs(line string) string {
	var b strings.Builder
	for i := 0; b.Len() < largest-1000; i++ {
		b.WriteString(strings.Repeat(" ", i) + line + "\n")
	}
	return b.String()
}

// bomb is the file in which each alias stands for ten of the one before.
func bomb() string {
	b := "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
	for i := 1; i < 20; i++ {
		ten := strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", ")
		b += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, ten)
	}
	return b
}

// hostile are files that a YAML parser could choke on.
func hostile() map[string]string {
	return map[string]string{
		"32,000 unclosed brackets":         strings.Repeat("[", 32_000),
		"unclosed brackets":                repeat("["),
		"unclosed braces":                  repeat("{"),
		"closed brackets":                  strings.Repeat("[", largest/3) + strings.Repeat("]", largest/3),
		"maps in maps on one line":         repeat("{a: "),
		"maps in maps as JSON":             repeat(`{"a":`),
		"brackets just below the limit":    repeat(strings.Repeat("[", 16) + strings.Repeat("]", 16) + "\n"),
		"lists in lists on one line":       repeat("- "),
		"lists in lists just below":        repeat("- - - -\n"),
		"lists in lists below one another": stairs("-"),
		"maps in maps below one another":   stairs("a:"),
		"one text":                         repeat("a"),
		"one line of keys":                 repeat("a: "),
		"one line of question marks":       repeat("? "),
		"lines of question marks":          repeat("? a\n"),
		"one line of colons":               repeat(": "),
		"one map of different keys":        counted("k%d: 1\n"),
		"one map of the same key":          repeat("a: 1\n"),
		"one line of different keys":       "{" + counted("k%d: 1, "),
		"as many keys as may be":           limited("k%d: 1\n", 7_999),
		"as many keys on one line":         "{" + limited("k%d: 1,", 7_999) + "}",
		"as many sections as may be":       "sections:\n" + limited(" s%d:\n", 7_998),
		"as many systems as may be":        "systems:\n" + limited(" s%d: {paths: [a]}\n", 3_990),
		"as many freezes as may be":        "timezone: UTC\nfreeze:\n" + limited(" - {from: 2027-01-01T00:00%.0d, until: x}\n", 2_600),
		"as many entries as may be":        "branches:\n" + limited("- a%d\n", 14_000),
		"as many globs as may be":          "exempt: {paths: [" + limited("a%d,", 19_000) + "]}",
		"as many comments as may be":       "branches:\n" + limited("- #%d\n", 13_000),
		"one list":                         repeat("- a\n"),
		"one list of nothing":              repeat("- #\n"),
		"one list on one line":             "[" + repeat("a,"),
		"list of empty lists":              "[" + repeat("[],"),
		"systems without paths":            "systems:\n" + counted(" s%d:\n"),
		"systems with globs":               "systems: {" + counted("s%d: {paths: [a]}, "),
		"freezes without times":            "freeze: [" + repeat("{},"),
		"classes that nobody knows":        "irreversible: {" + counted("c%d: off,"),
		"sections of one's own":            "sections: {" + counted("s%d: ,"),
		"globs with braces":                "exempt: {paths: [" + strings.Repeat(`"`+strings.Repeat("{a,b}", 40)+`",`, 500) + "]}",
		"globs with nested braces":         "exempt: {paths: [" + strings.Repeat(`"`+strings.Repeat("{a,", 80)+strings.Repeat("}", 80)+`",`, 350) + "]}",
		"words that are nearly keys":       repeat("warn-abov: 1\n"),
		"a key without an end":             repeat("b") + ": 1",
		"anchors":                          repeat("&a "),
		"anchors on keys":                  counted("&a%d k: v\n"),
		"aliases":                          repeat("*a "),
		"stars":                            repeat("*"),
		"an alias bomb":                    bomb(),
		"an alias to itself":               "a: &a [*a]\n",
		"tags":                             repeat("!a "),
		"tags of YAML":                     repeat("!!map {"),
		"merge keys":                       repeat("<<: a\n"),
		"documents":                        repeat("---\n"),
		"documents with keys":              repeat("---\na: 1\n"),
		"ends of documents":                repeat("...\n"),
		"directives":                       repeat("%YAML 1.2\n"),
		"percent signs":                    repeat("%"),
		"reserved characters":              repeat("@"),
		"backquotes":                       repeat("`"),
		"quotes":                           repeat(`"`),
		"a quote without an end":           `"` + repeat("a"),
		"a quote over many lines":          `a: "` + repeat("x\n\n"),
		"escapes":                          `a: "` + repeat(`\n`),
		"escapes that are none":            `a: "` + repeat(`\x`),
		"keys in quotes":                   repeat(`"a": `),
		"a block of text":                  "a: |\n" + repeat("  x\n"),
		"a block of empty lines":           "a: |\n" + repeat("\n"),
		"blocks of empty lines":            repeat("- |\n x\n" + strings.Repeat("\n", 95)),
		"empty lines as many as may be":    "- |\n" + repeat(" x\n"+strings.Repeat("\n", 99)),
		"text over empty lines":            "a: x" + repeat(" x\n"+strings.Repeat("\n", 99)),
		"lines of spaces in a block":       "a: |\n x\n" + repeat("   \n"),
		"angle brackets":                   repeat("<"),
		"angle brackets in pairs":          repeat("<< "),
		"angle brackets just below":        repeat("<<<<<< "),
		"tabs in a quote":                  "a: \"" + repeat("x\t"),
		"as many tabs as may be":           "a: \"" + strings.Repeat("\tx", 999) + repeat("x")[:100_000],
		"a folded block":                   "a: >\n" + repeat("  x y\n"),
		"blocks of text":                   repeat("|\n"),
		"text over many lines":             "a: " + repeat("x\n  "),
		"comments":                         repeat("#\n"),
		"comments after keys":              repeat("a: #\n"),
		"tabs":                             repeat("\t"),
		"spaces":                           repeat(" "),
		"empty lines":                      repeat("\n"),
		"carriage returns":                 repeat("\r"),
		"commas":                           repeat(","),
		"commas in a list":                 repeat("[,"),
		"closing brackets":                 repeat("]"),
		"empty lists":                      repeat("[]"),
		"lists as keys":                    repeat("[a]: "),
		"a long number":                    "version: " + repeat("9"),
		"a long hexadecimal number":        "version: 0x" + repeat("f"),
		"a long float":                     "version: 1." + repeat("9"),
		"a long exponent":                  "version: 1e" + repeat("9"),
		"underscores in a number":          "version: " + repeat("1_"),
		"a long zone":                      "timezone: " + repeat("a/"),
		"a long range of hours":            "hours: {staffed: \"" + repeat("Mon,") + "\"}",
		"a long release":                   `requires: ">=` + repeat("1.") + `"`,
		"a long title":                     "sections: {a: {title: " + repeat("a"),
		"accents":                          repeat("é: ü\n"),
		"zero bytes":                       repeat("\x00"),
		"1 MB":                             strings.Repeat("# a comment\n", 100_000),
		"1 MB of brackets":                 strings.Repeat("[", 1<<20),
		"half a character":                 repeat("\xc3"),
	}
}

// TestHostileFilesEnd holds what a file may cost. The deadline is far above
// what any takes; an honest file of the largest size allocates a tenth of the
// bound.
func TestHostileFilesEnd(t *testing.T) {
	for name, text := range hostile() {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			_, problems := config.Parse("backout.yml", []byte(text))
			shown := details(problems)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			allocated := (after.TotalAlloc - before.TotalAlloc) >> 20
			if testing.Verbose() {
				first, _, _ := strings.Cut(shown, "\n")
				t.Logf("%v, %d MB, %d problems: %.100s", took.Round(time.Millisecond), allocated, len(problems), first)
			}
			if took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
			if allocated > 512 {
				t.Errorf("it allocated %d MB", allocated)
			}
			if len(shown) > 64<<10 {
				t.Errorf("what is wrong takes %d bytes to say", len(shown))
			}
		})
	}
}
