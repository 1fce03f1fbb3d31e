package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

var hoursCheck = Check{
	ID:      "hours",
	Summary: "Somebody is there to watch for as long as trouble usually takes to show.",
	Run:     watchHours,
}

// watchHours asks that the watch period after a merge at the time lies inside
// staffed hours. What it says is the rule with its times and the same at any
// time, so that a verdict that nobody judges again is not wrong.
func watchHours(p Policy, in Input) []Finding {
	h := p.Hours
	severity := cmp.Or(h.Severity, Warn)
	schedules := h.schedules()
	unstaffed := func(s Schedule) bool { return !h.by(s).staffedFrom(in.At) }
	if severity == Off || !slices.ContainsFunc(schedules, unstaffed) {
		return nil
	}
	rules := make([]string, len(schedules))
	for i, s := range schedules {
		rules[i] = showRanges(s.Staffed) + " " + zoneName(s.Location)
	}
	rule := strings.Join(rules, ", and ")
	f := Finding{Code: "hours/watch", Severity: severity, Title: "the watch period runs outside staffed hours"}
	watch, zone := showDuration(h.Watch), zoneName(schedules[0].Location)
	switch merge, plain := h.by(schedules[0]).mergeTimes(); {
	case !plain || len(schedules) > 1:
		f.Message = fmt.Sprintf("The %s watch period after a merge must lie inside staffed hours (%s).", watch, rule)
		f.Fix = "Merge when all of it is staffed, or arrange for somebody to watch until it is over."
	case len(merge) == 0:
		f.Message = fmt.Sprintf("The %s watch period after a merge does not fit into staffed hours (%s).", watch, rule)
		f.Fix = "Arrange for somebody to watch until it is over."
	default:
		times := showRanges(merge)
		f.Message = fmt.Sprintf("A merge outside %s leaves part of the %s watch period outside staffed hours (%s).", times, watch, rule)
		f.Fix = fmt.Sprintf("Merge %s %s, or arrange for somebody to watch until the period is over.", times, zone)
	}
	return []Finding{f}
}

// schedules lists those that say when somebody is there.
func (h Hours) schedules() []Schedule {
	all := append([]Schedule{{h.Staffed, h.Location}}, h.And...)
	return slices.DeleteFunc(all, func(s Schedule) bool { return len(s.Staffed) == 0 })
}

// by returns the hours with one schedule alone.
func (h Hours) by(s Schedule) Hours {
	h.Staffed, h.Location, h.And = s.Staffed, s.Location, nil
	return h
}

// staffedFrom reports whether somebody is there from the time on until the
// watch period is over. Ranges that touch count as one.
func (h Hours) staffedFrom(at time.Time) bool {
	local := inZone(at, h.Location)
	year, month, day := local.Date()
	covered, end := at, at.Add(h.Watch)
	// A range belongs to the day it starts on and may last into the next one.
	for d := day - 1; ; d++ {
		midnight := time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
		if midnight.Sub(covered) > 48*time.Hour {
			return false // no later range can reach back to where this one ends
		}
		// In any order: a range that continues another may stand before it.
		for again := true; again; {
			again = false
			for _, r := range h.Staffed {
				from, until, ok := h.on(midnight, r)
				if ok && !from.After(covered) && until.After(covered) {
					covered, again = until, true
				}
			}
		}
		if covered.After(at) && !covered.Before(end) {
			return true
		}
	}
}

// on returns the range as it lies on a day, and whether it does.
func (h Hours) on(midnight time.Time, r StaffedRange) (from, until time.Time, ok bool) {
	if !r.Days[midnight.Weekday()] {
		return from, until, false
	}
	from = h.latest(midnight, r.Start)
	until = h.earliest(midnight, r.lasts())
	return from, until, from.Before(until)
}

// lasts returns the end in minutes after the midnight before the start.
func (r StaffedRange) lasts() int {
	if r.End <= r.Start {
		return r.End + minutesOfDay
	}
	return r.End
}

const (
	minutesOfDay  = 24 * 60
	minutesOfWeek = 7 * minutesOfDay
)

// latest and earliest read a local time on the strict side. When clocks are
// put back it exists twice, when they are put forward perhaps not at all: a
// range then starts at the later and ends at the earlier reading.
func (h Hours) latest(midnight time.Time, minute int) time.Time {
	a, b := h.readings(midnight, minute)
	if a.After(b) {
		return a
	}
	return b
}

func (h Hours) earliest(midnight time.Time, minute int) time.Time {
	a, b := h.readings(midnight, minute)
	if a.Before(b) {
		return a
	}
	return b
}

// readings returns the two instants that a local time can mean: one by the
// offset of the day before, one by that of the day after. Where only one of
// them shows that time on the clock it is the right one.
func (h Hours) readings(midnight time.Time, minute int) (time.Time, time.Time) {
	wall := midnight.Add(time.Duration(minute) * time.Minute)
	by := func(near time.Time) time.Time {
		_, offset := inZone(near, h.Location).Zone()
		return wall.Add(-time.Duration(offset) * time.Second)
	}
	shows := func(t time.Time) bool {
		_, offset := inZone(t, h.Location).Zone()
		return t.Add(time.Duration(offset) * time.Second).Equal(wall)
	}
	a, b := by(wall.AddDate(0, 0, -1)), by(wall.AddDate(0, 0, 1))
	switch {
	case shows(a) == shows(b):
		return a, b
	case shows(a):
		return a, a
	}
	return b, b
}

// mergeTimes returns the ranges of an ordinary week in which a merge leaves
// the whole watch period staffed. It reports false where they are not plain
// daily ranges.
func (h Hours) mergeTimes() ([]StaffedRange, bool) {
	type span struct{ from, until int } // minutes after midnight before Sunday
	var spans []span
	for _, r := range h.Staffed {
		for d, on := range r.Days {
			// Three weeks, so that every range of the middle one is whole.
			for week := 0; on && week < 3; week++ {
				day := week*minutesOfWeek + d*minutesOfDay
				spans = append(spans, span{day + r.Start, day + r.lasts()})
			}
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var joined []span
	for _, s := range spans {
		if n := len(joined); n > 0 && s.from <= joined[n-1].until {
			joined[n-1].until = max(joined[n-1].until, s.until)
			continue
		}
		joined = append(joined, s)
	}
	watch := int((h.Watch + time.Minute - 1) / time.Minute)
	var merge []StaffedRange
	for _, s := range joined {
		length := s.until - s.from - watch
		switch {
		case length == 0 || length >= minutesOfDay:
			return nil, false
		case length > 0 && minutesOfWeek <= s.from && s.from < 2*minutesOfWeek:
			merge = addDaily(merge, s.from, length)
		}
	}
	return merge, true
}

// addDaily adds a range of the week to those that lie at the same time of day.
func addDaily(ranges []StaffedRange, from, length int) []StaffedRange {
	day, start := from/minutesOfDay%7, from%minutesOfDay
	end := start + length
	if end > minutesOfDay {
		end -= minutesOfDay
	}
	for i := range ranges {
		if ranges[i].Start == start && ranges[i].End == end {
			ranges[i].Days[day] = true
			return ranges
		}
	}
	r := StaffedRange{Start: start, End: end}
	r.Days[day] = true
	return append(ranges, r)
}

// showRanges writes "Mon-Fri 09:00-18:00; Sat 10:00-14:00".
func showRanges(ranges []StaffedRange) string {
	shown := make([]string, len(ranges))
	for i, r := range ranges {
		shown[i] = fmt.Sprintf("%s %s-%s", showDays(r.Days), showMinute(r.Start), showMinute(r.End))
	}
	return strings.Join(shown, "; ")
}

func showMinute(m int) string { return fmt.Sprintf("%02d:%02d", m/60, m%60) }

// showDays writes "Mon-Fri", "Sat, Sun" or "every day", from Monday on.
func showDays(days [7]bool) string {
	var runs []string
	count := 0
	for i := 0; i < 7; i++ {
		if !days[(i+1)%7] {
			continue
		}
		first := i
		for i+1 < 7 && days[(i+2)%7] {
			i++
		}
		count += i - first + 1
		run := time.Weekday((first + 1) % 7).String()[:3]
		if last := time.Weekday((i + 1) % 7).String()[:3]; i > first {
			run += "-" + last
		}
		runs = append(runs, run)
	}
	if count == 7 {
		return "every day"
	}
	return strings.Join(runs, ", ")
}

// showDuration writes "3 h", "90 min" as "1 h 30 min".
func showDuration(d time.Duration) string {
	hours, minutes := int(d/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case minutes == 0 && hours > 0:
		return fmt.Sprintf("%d h", hours)
	case hours == 0:
		return fmt.Sprintf("%d min", minutes)
	}
	return fmt.Sprintf("%d h %d min", hours, minutes)
}
