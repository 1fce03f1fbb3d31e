package config

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/backout-dev/backout/checks"
)

func severity() form[checks.Severity] { return word(checks.Off, checks.Warn, checks.Block) }

// limit is a number above which something happens, or off. Off is 0, as in
// checks.DiffSize; 0 itself is refused, since some mean "none" by it and some
// "everything".
func limit(want string) form[int] {
	numbers := whole(want)
	return form[int]{
		want: want + ", or off for no limit",
		desc: schema{AnyOf: []*schema{numbers.schema(), {Enum: []string{"off"}}}},
		read: func(n node) (int, string, string) {
			switch {
			case n.kind == isText && n.text == "off":
				return 0, "", ""
			case n.kind == isNumber && n.text == "0":
				return 0, "0 could mean none or all", "write off for no limit"
			case n.kind == isBool && n.text == "false":
				return 0, n.found(), "write off"
			}
			return numbers.read(n)
		},
	}
}

const maxNumber = 1_000_000_000

// whole is a whole number from 1 on.
func whole(want string) form[int] {
	return form[int]{
		want: want,
		desc: schema{Type: "integer", Minimum: 1, Maximum: maxNumber},
		read: func(n node) (int, string, string) {
			i, err := strconv.Atoi(n.text)
			plain := err == nil && strconv.Itoa(i) == n.text
			switch {
			case n.kind == isText && plain:
				return 0, "this is a text", "write " + n.text + " without quotes"
			case n.kind == isText && digitsText().MatchString(n.text):
				return 0, clip(n.text) + " is too large", ""
			case n.kind != isNumber:
				return 0, n.found(), ""
			case strings.HasPrefix(n.text, "-"):
				return 0, clip(n.text) + " is negative", ""
			case plain && i == 0:
				return 0, "0 would mean every change", "write 1 or more; require: always is every change"
			case plain && i > maxNumber:
				return 0, clip(n.text) + " is too large", ""
			case !plain && strings.Contains(n.text, "."):
				return 0, clip(n.text) + " is no whole number", ""
			case !plain:
				return 0, clip(n.text) + " is not written in plain digits", ""
			}
			return i, "", ""
		},
	}
}

// formatVersion is the format of the file that this program reads.
const formatVersion = 1

func version() form[int] {
	return form[int]{
		want: "1",
		desc: schema{Const: formatVersion},
		read: func(n node) (int, string, string) {
			v, err := strconv.Atoi(n.text)
			switch {
			case n.kind == isText && err == nil:
				return 0, "this is a text", "write it without quotes"
			case n.kind != isNumber || err != nil || v < formatVersion:
				return 0, n.found(), "write version: 1"
			}
			return v, "", ""
		},
	}
}

// zone is the name of a time zone.
func zone() form[*time.Location] {
	return form[*time.Location]{
		want: "the IANA name of a time zone, such as Asia/Singapore",
		desc: schema{Type: "string", Pattern: `^[A-Za-z0-9+_-]+(/[A-Za-z0-9+_-]+)*$`},
		read: func(n node) (*time.Location, string, string) {
			if n.kind != isText {
				return nil, n.found(), ""
			}
			// Local is the machine's own zone, and differs from one to the next.
			l, err := time.LoadLocation(n.text)
			if err == nil && n.text != "" && n.text != "Local" {
				return l, "", ""
			}
			fix := "write UTC, or the city whose clocks are meant with its continent, as in Europe/Berlin"
			if name := zoneCase(n.text); name != n.text {
				if _, err := time.LoadLocation(name); err == nil {
					fix = "the nearest is " + name
				}
			}
			return nil, quote(n.text) + " is none", fix
		},
	}
}

// zoneCase writes a name as zones are written: "asia/kuala lumpur" as
// "Asia/Kuala_Lumpur".
func zoneCase(name string) string {
	b := []byte(strings.ReplaceAll(strings.ToLower(strings.TrimSpace(name)), " ", "_"))
	start := true
	for i, c := range b {
		if start && 'a' <= c && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
		start = c == '/' || c == '_' || c == '-'
	}
	if len(b) <= 3 {
		return strings.ToUpper(string(b))
	}
	return string(b)
}

// expression is compiled when it is first needed: most never are.
func expression(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

var (
	loginText      = expression(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}(\[bot\])?$`)
	approverText   = expression(`^(write|maintain|admin|[A-Za-z0-9][A-Za-z0-9-]{0,99}/[A-Za-z0-9._-]{1,100})$`)
	repositoryText = expression(`^[A-Za-z0-9._*?-]{1,100}$`)
	releaseText    = expression(`^>= ?[0-9]{1,4}(\.[0-9]{1,4}){0,2}$`)
	numbersText    = expression(`^[0-9]{1,4}(\.[0-9]{1,4}){0,2}$`)
	digitsText     = expression(`^[0-9]+$`)
	kebabText      = expression(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// pattern makes a form of texts that a regular expression describes in full.
func pattern(want string, whole func() *regexp.Regexp, fix func(text string) string) form[string] {
	return form[string]{
		want: want,
		desc: schema{Type: "string", Pattern: whole().String()},
		read: func(n node) (string, string, string) {
			switch {
			case n.kind != isText:
				return "", n.found(), "put it in quotes: " + quote(n.text)
			case whole().MatchString(n.text):
				return n.text, "", ""
			case fix == nil:
				return "", n.found(), ""
			}
			return "", n.found(), fix(n.text)
		},
	}
}

func login() form[string] {
	return pattern("a login, such as renovate[bot]", loginText, func(s string) string {
		switch bare := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(s, "@"), "app/"), "[bot]"); {
		case strings.HasPrefix(s, "app/"):
			return "write " + quote(bare+"[bot]")
		case strings.HasPrefix(s, "@"):
			return "write " + quote(s[1:])
		case strings.ContainsAny(s, "*?"):
			return "name each one: a name is not a pattern"
		}
		return ""
	})
}

func approver() form[string] {
	return pattern("write, maintain, admin, or a team, such as acme/sre", approverText, func(s string) string {
		switch {
		case strings.HasPrefix(s, "@"):
			return "write " + quote(s[1:])
		case s == "read" || s == "triage":
			return "who cannot merge cannot override"
		}
		return "people are named by their role or team"
	})
}

func repositoryName() form[string] {
	return pattern("the name of a repository without its owner, such as pay-*", repositoryText, func(s string) string {
		if i := strings.LastIndexByte(s, '/'); i >= 0 {
			return "write " + quote(s[i+1:])
		}
		return ""
	})
}

// release is the oldest version of this program that will do.
func release() form[Release] {
	const want = `the oldest release that will do, such as ">=1.0"`
	texts := pattern(want, releaseText, nil)
	return form[Release]{
		want: want,
		desc: texts.desc,
		read: func(n node) (Release, string, string) {
			s, wrong, _ := texts.read(n)
			if wrong != "" {
				fix := ""
				if bare := strings.TrimLeft(n.text, "^~>=v "); numbersText().MatchString(bare) {
					fix = "write " + quote(">="+bare)
				}
				return Release{}, wrong, fix
			}
			r, _ := readRelease(strings.TrimLeft(s, ">= "))
			return r, "", ""
		},
	}
}

// kebabName is a name that stands in codes and addresses.
func kebabName(what string) nameForm {
	return nameForm{pattern: kebabText().String(), most: 50, wrong: func(name string) (string, string) {
		if len(name) <= 50 && kebabText().MatchString(name) {
			return "", ""
		}
		fix := "use at most 50 lower-case letters and digits with hyphens between, such as load-test"
		words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !('a' <= r && r <= 'z' || '0' <= r && r <= '9') })
		if id := strings.Join(words, "-"); id != "" && len(id) <= 50 {
			fix = "write " + id
		}
		return fmt.Sprintf("%s cannot be the name of %s", quote(name), what), fix
	}}
}

// plainName is a name that people use, as they write it.
func plainName(what string) nameForm {
	return nameForm{pattern: `[^\x00-/:-@\[-\x60{-\x7f]`, most: 100, wrong: func(name string) (string, string) {
		ok := strings.ContainsFunc(name, func(r rune) bool {
			return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r >= utf8.RuneSelf
		})
		if ok && utf8.RuneCountInString(name) <= 100 && !strings.ContainsRune(name, '\n') {
			return "", ""
		}
		return fmt.Sprintf("%s cannot be the name of %s", quote(name), what), "use letters and digits, at most 100 characters"
	}}
}
