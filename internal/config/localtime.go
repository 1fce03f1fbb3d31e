package config

import (
	"time"
	// Zones are the same in an image without any, and on systems that have none.
	_ "time/tzdata"
)

// LocalTime is a time as a clock on the wall shows it, without a zone.
type LocalTime struct {
	wall time.Time // the reading as if it were UTC
}

// NewLocalTime returns the reading of a wall clock.
func NewLocalTime(year int, month time.Month, day, hour, minute int) LocalTime {
	return LocalTime{time.Date(year, month, day, hour, minute, 0, 0, time.UTC)}
}

// String writes it as a policy file does: "2027-02-05T18:00".
func (l LocalTime) String() string { return l.wall.Format("2006-01-02T15:04") }

// Before reports whether the reading is earlier than another on the same
// clock.
func (l LocalTime) Before(other LocalTime) bool { return l.wall.Before(other.wall) }

// Earliest returns the instant at which clocks in the zone show this time. A
// time that exists twice is its first; one that never exists, because clocks
// were put forward over it, is the earlier of the instants it could mean.
func (l LocalTime) Earliest(zone *time.Location) time.Time {
	a, b := l.readings(zone)
	if b.Before(a) {
		return b
	}
	return a
}

// Latest is Earliest with the later of the two instants.
func (l LocalTime) Latest(zone *time.Location) time.Time {
	a, b := l.readings(zone)
	if b.After(a) {
		return b
	}
	return a
}

// readings returns the two instants that the time can mean: by the offset of
// the day before, and by that of the day after. Where only one of them shows
// the time on the clock it is the right one.
func (l LocalTime) readings(zone *time.Location) (time.Time, time.Time) {
	by := func(near time.Time) time.Time {
		_, offset := near.In(zone).Zone()
		return l.wall.Add(-time.Duration(offset) * time.Second).In(zone)
	}
	shows := func(t time.Time) bool {
		_, offset := t.Zone()
		return t.Add(time.Duration(offset) * time.Second).Equal(l.wall)
	}
	a, b := by(l.wall.AddDate(0, 0, -1)), by(l.wall.AddDate(0, 0, 1))
	switch {
	case shows(a) == shows(b):
		return a, b
	case shows(a):
		return a, a
	}
	return b, b
}
