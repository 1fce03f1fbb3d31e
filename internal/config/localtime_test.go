package config_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/config"
)

// TestLocalTimes holds every quarter of an hour that clocks show, or jump over,
// in years with odd changes against what follows from looking at the clock at
// every instant.
func TestLocalTimes(t *testing.T) {
	for zone, year := range map[string]int{
		"America/New_York":    2026, // the common case, north
		"America/Santiago":    2026, // south, at midnight
		"Australia/Lord_Howe": 2026, // half an hour
		"Antarctica/Troll":    2026, // two hours
		"Africa/Casablanca":   2026, // back for Ramadan
		"Africa/Cairo":        2026, // at midnight
		"Asia/Kathmandu":      2026, // never, 5:45 from UTC
		"America/Nuuk":        2023, // the standard time changed with a change of clocks
		"Pacific/Apia":        2011, // a day that never was
		"Asia/Pyongyang":      2018, // half an hour for good, on an ordinary night
		"America/Caracas":     2016, // the same, forward
		"Europe/Istanbul":     2015, // put off by two weeks
	} {
		t.Run(zone, func(t *testing.T) {
			location, err := time.LoadLocation(zone)
			if err != nil {
				t.Fatal(err)
			}
			first := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
			for wall, want := range readings(location, first.AddDate(0, 0, -2), first.AddDate(2, 0, 2)) {
				l := config.NewLocalTime(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute())
				if got := l.Earliest(location); !got.Equal(want.earliest) {
					t.Errorf("%s: the earliest is %v; want %v", l, got, want.earliest)
				}
				if got := l.Latest(location); !got.Equal(want.latest) {
					t.Errorf("%s: the latest is %v; want %v", l, got, want.latest)
				}
			}
		})
	}
}

type span struct{ earliest, latest time.Time }

// readings goes through the instants and notes what a clock on the wall shows.
// Where the clock jumps forward, what it never shows can be read from the side
// before the jump and from the side after.
func readings(location *time.Location, from, until time.Time) map[time.Time]span {
	const step = 15 * time.Minute
	shown := map[time.Time]span{}
	note := func(wall, earliest, latest time.Time) {
		s, ok := shown[wall]
		if !ok {
			s = span{earliest, latest}
		}
		s.latest = latest
		shown[wall] = s
	}
	var before time.Time
	for at := from; at.Before(until); at = at.Add(step) {
		wall := wallOf(at.In(location))
		for lost := before.Add(step); at != from && lost.Before(wall); lost = lost.Add(step) {
			note(lost, at.Add(-wall.Sub(lost)), at.Add(-step).Add(lost.Sub(before)))
		}
		note(wall, at, at)
		before = wall
	}
	// The ends are seen from one side only.
	for wall := range shown {
		if wall.Before(from.AddDate(0, 0, 2)) || wall.After(until.AddDate(0, 0, -2)) {
			delete(shown, wall)
		}
	}
	return shown
}

// wallOf is what the clock shows, as if it were UTC.
func wallOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, time.UTC)
}

func TestFreezesInTheFilesOwnZone(t *testing.T) {
	for _, test := range []struct{ name, zone, from, until, start, end string }{
		{"an ordinary time", "Asia/Singapore", "2027-02-05T18:00", "2027-02-13T09:00", "2027-02-05T10:00:00Z", "2027-02-13T01:00:00Z"},
		{"over the end of a year", "America/New_York", "2027-12-24T12:00", "2028-01-02T00:00", "2027-12-24T17:00:00Z", "2028-01-02T05:00:00Z"},
		{"over a change of clocks", "Europe/Berlin", "2027-03-27T12:00", "2027-03-29T12:00", "2027-03-27T11:00:00Z", "2027-03-29T10:00:00Z"},
		{"from a time that is twice", "America/New_York", "2027-11-07T01:30", "2027-11-08T00:00", "2027-11-07T05:30:00Z", "2027-11-08T05:00:00Z"},
		{"until a time that is twice", "America/New_York", "2027-11-06T00:00", "2027-11-07T01:30", "2027-11-06T04:00:00Z", "2027-11-07T06:30:00Z"},
		{"from a time that never is", "America/New_York", "2027-03-14T02:30", "2027-03-15T00:00", "2027-03-14T06:30:00Z", "2027-03-15T04:00:00Z"},
		{"until a time that never is", "America/New_York", "2027-03-13T00:00", "2027-03-14T02:30", "2027-03-13T05:00:00Z", "2027-03-14T07:30:00Z"},
		{"until the hour before it comes again", "Europe/Berlin", "2027-10-31T02:00", "2027-10-31T02:59", "2027-10-31T00:00:00Z", "2027-10-31T01:59:00Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := fmt.Sprintf("timezone: %s\nfreeze:\n  - {from: %s, until: %s}\n", test.zone, test.from, test.until)
			file, problems := config.Parse("backout.yml", []byte(text))
			if len(problems) > 0 {
				t.Fatal(details(problems))
			}
			w := file.FreezeWindows()[0]
			start, end := w.From.UTC().Format(time.RFC3339), w.Until.UTC().Format(time.RFC3339)
			if start != test.start || end != test.end {
				t.Errorf("it lasts from %s until %s; want from %s until %s", start, end, test.start, test.end)
			}
			if w.Location.String() != test.zone {
				t.Errorf("it is shown in %s", w.Location)
			}
		})
	}
}
