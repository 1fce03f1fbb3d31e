package config

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
)

// oddZones are zones whose clocks do something unusual, each with the first of
// the two years that are gone through.
func oddZones() map[string]int {
	return map[string]int{
		"Australia/Lord_Howe":  2026, // half an hour of daylight saving
		"Africa/Casablanca":    2026, // back for Ramadan, away otherwise
		"Europe/Dublin":        2026, // standard time in summer, a negative saving in winter
		"Pacific/Apia":         2011, // the 30th of December 2011 was left out, and daylight saving came and went
		"Pacific/Chatham":      2026, // 12:45, and clocks change at 2:45
		"Africa/Cairo":         2026, // changes at midnight: one day has no midnight, another two
		"America/Santiago":     2026, // changes at midnight, in the southern summer
		"Antarctica/Troll":     2026, // two hours at once
		"America/St_Johns":     2011, // changed at one minute past midnight until November 2011
		"Asia/Kathmandu":       2026, // 5:45, and never changes
		"America/Scoresbysund": 2023, // gave up an hour at a change, in 2024
	}
}

// wallClock is a second, independent reading of a zone: a list of the minutes
// of a time, each with what the clock on the wall shows, and nothing of how the
// program computes.
type wallClock struct {
	first  time.Time // the first minute, UTC
	shows  []int     // for each minute what the clock shows, in minutes since 1970 as if it were UTC
	origin int       // the first of the times that at is about
	at     [][2]int  // for each time that a clock can show the first and the last minute that show it, plus one
}

func newWallClock(zone *time.Location, year int) *wallClock {
	w := &wallClock{first: time.Date(year-1, 12, 28, 0, 0, 0, 0, time.UTC)}
	minutes := int(time.Date(year+2, 1, 5, 0, 0, 0, 0, time.UTC).Sub(w.first) / time.Minute)
	w.shows = make([]int, minutes)
	const day = 1440
	w.at, w.origin = make([][2]int, minutes+4*day), int(w.first.Unix()/60)-2*day
	for i := range w.shows {
		local := w.first.Add(time.Duration(i) * time.Minute).In(zone)
		y, m, d := local.Date()
		w.shows[i] = wallMinute(y, m, d, local.Hour(), local.Minute())
		at := &w.at[w.shows[i]-w.origin]
		if at[0] == 0 {
			at[0] = i + 1
		}
		at[1] = i + 1
	}
	return w
}

// skips reports whether the clock never shows a time.
func (w *wallClock) skips(shown int) bool { return w.at[shown-w.origin][0] == 0 }

func wallMinute(year int, month time.Month, day, hour, minute int) int {
	return int(time.Date(year, month, day, hour, minute, 0, 0, time.UTC).Unix() / 60)
}

// readings returns the first and the last minute at which the clock shows a
// time. A time that it skips could mean as long before the skip as it is before
// the hour that the clock goes on with, or as long after it as it is after the
// hour that the clock broke off at.
func (w *wallClock) readings(shown int) (first, last int, ok bool) {
	if shown < w.origin || shown >= w.origin+len(w.at) {
		return 0, 0, false
	}
	if !w.skips(shown) {
		at := w.at[shown-w.origin]
		return at[0] - 1, at[1] - 1, true
	}
	for i := 1; i < len(w.shows); i++ {
		before, after := w.shows[i-1]+1, w.shows[i]
		if before <= shown && shown < after {
			return i - (after - shown), i + (shown - before), true
		}
	}
	return 0, 0, false
}

// index is the minute of a time.
func (w *wallClock) index(at time.Time) int { return int(at.Sub(w.first) / time.Minute) }

// years returns the first minute of two years and the first after them.
func (w *wallClock) years(first int) (from, until int) {
	return w.index(time.Date(first, 1, 1, 0, 0, 0, 0, time.UTC)), w.index(time.Date(first+2, 1, 1, 0, 0, 0, 0, time.UTC))
}

func TestTimesAgainstTheClock(t *testing.T) {
	for name, year := range oddZones() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone := mustZone(name)
			w := newWallClock(zone, year)
			t.Run("local times", func(t *testing.T) { localTimesAgainstTheClock(t, zone, year, w) })
			t.Run("hours", func(t *testing.T) { hoursAgainstTheClock(t, zone, year, w) })
			t.Run("freezes", func(t *testing.T) { freezesAgainstTheClock(t, zone, year, w) })
		})
	}
}

func checkOf(id string) checks.Check {
	return checks.All()[slices.IndexFunc(checks.All(), func(c checks.Check) bool { return c.ID == id })]
}

// Every quarter of an hour that a clock can show in two years.
func localTimesAgainstTheClock(t *testing.T, zone *time.Location, year int, w *wallClock) {
	t.Helper()
	skipped, twice := 0, 0
	for wall := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); wall.Year() < year+2; wall = wall.Add(15 * time.Minute) {
		l := NewLocalTime(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute())
		first, last, ok := w.readings(int(wall.Unix() / 60))
		if !ok {
			t.Fatalf("the clock does not know %s", l)
		}
		switch {
		case w.skips(int(wall.Unix() / 60)):
			skipped++
		case first != last:
			twice++
		}
		if got := w.index(l.Earliest(zone)); got != first {
			t.Errorf("%s is at the earliest %s, want %s", l, l.Earliest(zone).UTC(), w.first.Add(time.Duration(first)*time.Minute))
		}
		if got := w.index(l.Latest(zone)); got != last {
			t.Errorf("%s is at the latest %s, want %s", l, l.Latest(zone).UTC(), w.first.Add(time.Duration(last)*time.Minute))
		}
	}
	t.Logf("%d quarters are skipped, %d come twice", skipped, twice)
	if zone.String() != "Asia/Kathmandu" && skipped == 0 {
		t.Error("no time is skipped: the zone's years are not odd")
	}
}

// Staffed hours at every hour of two years, and at every minute of the hours
// around a change of the clock, against minutes that are marked one by one.
func hoursAgainstTheClock(t *testing.T, zone *time.Location, year int, w *wallClock) {
	t.Helper()
	check := checkOf("hours")
	files := []struct{ staffed, watch string }{
		{`"Mon-Fri 09:00-18:00"`, "3h"},
		{`["Mon-Thu 08:15-12:00", "Mon-Thu 12:00-17:30", "Fri 08:15-13:00"]`, "90m"},
		{`"22:00-06:00"`, "2h"},
		{`["Sat,Sun 00:00-02:30", "Sat,Sun 01:30-04:00"]`, "1h"},
		{`"00:00-24:00"`, "30h"},
		{`["Sun 02:00-03:00", "Fri-Mon 02:30-02:45"]`, "0m"},
		{`["Sun 23:30-00:30", "Mon-Sat 23:30-00:30", "00:30-23:30"]`, "10h"},
	}
	for _, file := range files {
		f := parsed(t, "backout.yml", fmt.Sprintf("timezone: %s\nhours: {staffed: %s, watch: %s, severity: block}", zone, file.staffed, file.watch))
		p := Merge(nil, &f, afterwards).Policy
		until := w.staffedUntil(f.Hours.Staffed.Values())
		watch := max(1, int(f.Hours.Watch.V/time.Minute))
		try := func(i int) {
			at := w.first.Add(time.Duration(i) * time.Minute)
			want := until[i]-i >= watch
			if got := len(check.Run(p, checks.Input{At: at})) == 0; got != want {
				t.Errorf("%s for %s: at %s, which is %s, staffed is %v, want %v", file.staffed, file.watch, at, at.In(zone), got, want)
			}
		}
		first, end := w.years(year)
		for i := first; i < end; i++ {
			if i%60 == first%60 && (!raceDetector || i%7 == 0) || w.oddNear(i, 36*60) && i%17 == 0 || !raceDetector && w.oddNear(i, 4*60) {
				try(i)
			}
		}
	}
}

// staffedUntil says for each minute until when it and those after it are
// staffed.
func (w *wallClock) staffedUntil(ranges []Staffed) []int {
	staffed := make([]bool, len(w.shows)+1)
	for day := w.shows[0]/1440 - 2; day < w.shows[len(w.shows)-1]/1440+2; day++ {
		for _, r := range ranges {
			// The first of January 1970 was a Thursday.
			if !r.Range.Days[(day+4)%7] {
				continue
			}
			end := r.Range.End
			if end <= r.Range.Start {
				end += 1440
			}
			_, from, ok := w.readings(day*1440 + r.Range.Start)
			until, _, ok2 := w.readings(day*1440 + end)
			if !ok || !ok2 {
				continue
			}
			for i := from; i < until; i++ {
				staffed[max(i, 0)] = true
			}
		}
	}
	until := make([]int, len(staffed))
	for i := len(staffed) - 1; i >= 0; i-- {
		until[i] = i
		if staffed[i] && i+1 < len(staffed) {
			until[i] = until[i+1]
		}
		if staffed[i] && until[i] == i {
			until[i] = i + 1
		}
	}
	return until
}

// oddNear reports whether the clock changes within so many minutes.
func (w *wallClock) oddNear(i, near int) bool {
	return i >= near && i+near < len(w.shows) && w.shows[i+near]-w.shows[i-near] != 2*near
}

// Freezes at every hour of two years, and when the verdict says that they will
// change, to the minute.
func freezesAgainstTheClock(t *testing.T, zone *time.Location, year int, w *wallClock) {
	t.Helper()
	text := fmt.Sprintf("timezone: %s\nfreeze:\n", zone)
	frozen := make([]bool, len(w.shows))
	add := func(from, until int) {
		show := func(wall int) string { return time.Unix(int64(wall)*60, 0).UTC().Format("2006-01-02T15:04") }
		text += fmt.Sprintf("  - {from: %s, until: %s}\n", show(from), show(until))
		start, _, ok := w.readings(from)
		_, end, ok2 := w.readings(until)
		if !ok || !ok2 {
			t.Fatalf("the clock does not know %s or %s", show(from), show(until))
		}
		for i := start; i < end; i++ {
			frozen[i] = true
		}
	}
	add(wallMinute(year, 12, 23, 17, 30), wallMinute(year+1, 1, 4, 8, 0))
	for day := time.Date(year, 1, 10, 0, 0, 0, 0, time.UTC); day.Year() < year+2; day = day.AddDate(0, 0, 41) {
		from := int(day.Unix()/60) + int(day.Day())*45
		add(from, from+int(day.Month())*150)
	}
	// One that begins and one that ends with each change of the clock, in the
	// middle of what is skipped or comes twice.
	for i := 1; i < len(w.shows); i++ {
		if step := w.shows[i] - w.shows[i-1]; step != 1 && i > 10_000 && i+3000 < len(w.shows) {
			middle := w.shows[i-1] + 1 + (step-1)/2
			add(middle, middle+2000)
			add(middle-2500, middle)
		}
	}
	f := parsed(t, "backout.yml", text)
	p := Merge(nil, &f, afterwards).Policy
	check := checkOf("freeze")
	turns := make([]int, len(frozen)) // the next minute at which it is otherwise
	for i := len(frozen) - 1; i >= 0; i-- {
		turns[i] = len(frozen)
		if i+1 < len(frozen) {
			if turns[i] = turns[i+1]; frozen[i] != frozen[i+1] {
				turns[i] = i + 1
			}
		}
	}
	first, end := w.years(year)
	for i := first; i < end; i++ {
		// Every hour, and the minutes around each turn.
		turning := frozen[i] != frozen[i-1] || frozen[i] != frozen[i+1]
		if (i%60 != first%60 || raceDetector && i%7 != 0) && !turning {
			continue
		}
		at := w.first.Add(time.Duration(i) * time.Minute)
		if held := len(check.Run(p, checks.Input{At: at})) > 0; held != frozen[i] {
			t.Errorf("at %s, which is %s, a freeze holds: %v, want %v", at, at.In(zone), held, frozen[i])
		}
		if i%720 != first%720 && !turning {
			continue
		}
		switch v := checks.Evaluate(p, checks.Change{}, at); {
		case turns[i] == len(frozen):
			if v.ChangesAt != nil {
				t.Errorf("at %s it changes at %s, want never", at, v.ChangesAt)
			}
		case v.ChangesAt == nil || !v.ChangesAt.Equal(w.first.Add(time.Duration(turns[i])*time.Minute)):
			t.Errorf("at %s it changes at %v, want %s", at, v.ChangesAt, w.first.Add(time.Duration(turns[i])*time.Minute))
		}
	}
}
