package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/backout-dev/backout/checks"
)

const (
	timeOfDay   = `([01][0-9]|2[0-3]):[0-5][0-9]`
	wallDate    = `[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])`
	wallPattern = `^` + wallDate + `[T ]` + timeOfDay + `(:00)?$`
	datePattern = `^` + wallDate + `([T ]` + timeOfDay + `(:00)?)?$`
)

// wallTime is a time as a clock on the wall shows it; the file's timezone says
// where. A date alone is taken where it can only mean its midnight.
func wallTime(want string, dateToo bool) form[LocalTime] {
	whole := wallText
	if dateToo {
		whole = dateText
	}
	return form[LocalTime]{
		want: want,
		desc: schema{Type: "string", Pattern: whole().String()},
		read: func(n node) (LocalTime, string, string) {
			fits := n.kind == isText && whole().MatchString(n.text)
			switch {
			case n.kind == isText && !fits && dateText().MatchString(n.text):
				return LocalTime{}, "this is a date without a time", "write " + n.text + "T00:00 for the midnight that begins it"
			case n.kind == isText && zoned(n.text):
				return LocalTime{}, "this one has an offset", "leave the offset out: the file's timezone says it"
			case !fits:
				return LocalTime{}, n.found(), ""
			}
			s := strings.Replace(n.text, " ", "T", 1) + "T00:00" // which counts after a date alone
			wall, err := time.Parse("2006-01-02T15:04", s[:len("2006-01-02T15:04")])
			if err != nil || wall.Year() < 1970 {
				return LocalTime{}, quote(n.text) + " is not in the calendar", ""
			}
			return LocalTime{wall}, "", ""
		},
	}
}

// zoned reports a time that says its offset.
func zoned(s string) bool {
	_, err := time.Parse(time.RFC3339, strings.Replace(s, " ", "T", 1))
	if err != nil {
		_, err = time.Parse("2006-01-02T15:04Z07:00", strings.Replace(s, " ", "T", 1))
	}
	return err == nil
}

// maxDuration keeps durations far from what a clock cannot add.
const maxDuration = 9999 * time.Hour

// duration is a length of time in hours and minutes; least is the shortest.
func duration(want string, least time.Duration) form[time.Duration] {
	whole := anyDuration
	if least > 0 {
		whole = someDuration
	}
	return form[time.Duration]{
		want: want,
		desc: schema{Type: "string", Pattern: whole().String()},
		read: func(n node) (time.Duration, string, string) {
			if n.kind == isNumber {
				return 0, n.found(), "name the unit: " + strings.TrimPrefix(n.text, "-") + "h or " + strings.TrimPrefix(n.text, "-") + "m"
			}
			if n.kind != isText || !whole().MatchString(n.text) {
				return 0, n.found(), durationFix(n.text)
			}
			v, err := time.ParseDuration(n.text)
			if err != nil || v < least || v > maxDuration {
				return 0, n.found(), ""
			}
			return v, "", ""
		},
	}
}

func durationFix(s string) string {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && 0 < n && n < 400 {
			return fmt.Sprintf("write %dh", 24*n)
		}
	}
	return "write hours and minutes: 3h, 90m or 1h30m"
}

const (
	dayName       = `(Mon|Tue|Wed|Thu|Fri|Sat|Sun)`
	dayRange      = dayName + `(-` + dayName + `)?`
	staffedFormat = `^(` + dayRange + `(, ?` + dayRange + `)* )?` + timeOfDay + `-(` + timeOfDay + `|24:00)$`
)

var (
	wallText    = expression(wallPattern)
	dateText    = expression(datePattern)
	staffedText = expression(staffedFormat)
	anyDuration = expression(`^(([0-9]{1,4}h)([0-9]{1,4}m)?|[0-9]{1,4}m)$`)
	// someDuration has a digit that is not 0.
	someDuration = expression(`^([0-9]{0,3}[1-9][0-9]{0,3}h([0-9]{1,4}m)?|([0-9]{1,4}h)?[0-9]{0,3}[1-9][0-9]{0,3}m)$`)
	hourText     = expression(`\b([0-9]):`)
)

// staffed is a daily range: "Mon-Fri 09:00-18:00", "Sat,Sun 10:00-14:00", or
// without days "22:00-06:00", which is every day and crosses midnight.
func staffed() form[Staffed] {
	return form[Staffed]{
		want: "days and hours, such as Mon-Fri 09:00-18:00",
		desc: schema{Type: "string", Pattern: staffedFormat},
		read: func(n node) (Staffed, string, string) {
			if n.kind != isText || !staffedText().MatchString(n.text) {
				return Staffed{}, n.found(), staffedFix(n.text)
			}
			r := readStaffed(n.text)
			if r.Start == r.End {
				return Staffed{}, "this one ends when it starts", "write 00:00-24:00 for a whole day"
			}
			return Staffed{Text: n.text, Range: r}, "", ""
		},
	}
}

// readStaffed reads what staffedFormat matches.
func readStaffed(s string) checks.StaffedRange {
	var r checks.StaffedRange
	days, hours := "Mon-Sun", s
	if i := strings.LastIndexByte(s, ' '); i >= 0 {
		days, hours = s[:i], s[i+1:]
	}
	for _, span := range strings.Split(days, ",") {
		first, last, ranged := strings.Cut(strings.TrimSpace(span), "-")
		day := weekday(first)
		r.Days[day] = true
		for ranged && day != weekday(last) {
			day = (day + 1) % 7
			r.Days[day] = true
		}
	}
	start, end, _ := strings.Cut(hours, "-")
	r.Start, r.End = minuteOfDay(start), minuteOfDay(end)
	return r
}

func weekday(name string) int {
	return slices.Index([]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}, name)
}

func minuteOfDay(s string) int {
	hour, minute, _ := strings.Cut(s, ":")
	h, _ := strconv.Atoi(hour)
	m, _ := strconv.Atoi(minute)
	return 60*h + m
}

// staffedFix tries what people write for days and hours.
func staffedFix(s string) string {
	long := strings.NewReplacer("monday", "mon", "tuesday", "tue", "wednesday", "wed", "thursday", "thu", "friday", "fri",
		"saturday", "sat", "sunday", "sun", " - ", "-", "–", "-", " to ", "-", "daily ", "", "every day ", "")
	fixed := []byte(long.Replace(strings.ToLower(s)))
	for i, c := range fixed {
		if 'a' <= c && c <= 'z' && (i == 0 || fixed[i-1] == '-' || fixed[i-1] == ',' || fixed[i-1] == ' ') {
			fixed[i] = c - 'a' + 'A'
		}
	}
	padded := hourText().ReplaceAllString(string(fixed), "0$1:")
	if staffedText().MatchString(padded) {
		return "write " + padded
	}
	return "days are Mon to Sun, hours are 00:00 to 24:00"
}
