package checks

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func weekdays() [7]bool { return [7]bool{false, true, true, true, true, true, false} }

func everyDay() [7]bool { return [7]bool{true, true, true, true, true, true, true} }

func TestHours(t *testing.T) {
	singapore := zone(t, "Asia/Singapore")
	office := []StaffedRange{{Days: weekdays(), Start: 9 * 60, End: 18 * 60}}
	// 23 November 2026 is a Monday.
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, singapore) }
	tests := []struct {
		name    string
		staffed []StaffedRange
		watch   time.Duration
		at      time.Time
		ok      bool
	}{
		{"no hours set", nil, 3 * time.Hour, at(22, 3, 0), true},
		{"in the morning", office, 3 * time.Hour, at(23, 9, 0), true},
		{"a minute before somebody comes", office, 3 * time.Hour, at(23, 8, 59), false},
		{"so that it just ends in time", office, 3 * time.Hour, at(23, 15, 0), true},
		{"a minute later", office, 3 * time.Hour, at(23, 15, 1), false},
		{"at night", office, 3 * time.Hour, at(23, 23, 0), false},
		{"at the weekend", office, 3 * time.Hour, at(22, 11, 0), false},
		{"Friday morning", office, 3 * time.Hour, at(27, 10, 0), true},
		{"the same instant in another zone", office, 3 * time.Hour, at(23, 15, 0).UTC(), true},
		{"longer than anybody stays", office, 10 * time.Hour, at(23, 9, 0), false},
		{"exactly as long as somebody stays", office, 9 * time.Hour, at(23, 9, 0), true},
		{"no watch, while somebody is there", office, 0, at(23, 17, 59), true},
		{"no watch, when the last one leaves", office, 0, at(23, 18, 0), false},

		{"ranges that touch", []StaffedRange{{Days: weekdays(), Start: 720, End: 1080}, {Days: weekdays(), Start: 540, End: 720}}, 6 * time.Hour, at(23, 10, 0), true},
		{"ranges that overlap", []StaffedRange{{Days: weekdays(), Start: 700, End: 1080}, {Days: weekdays(), Start: 540, End: 720}}, 6 * time.Hour, at(23, 10, 0), true},
		{"a minute between ranges", []StaffedRange{{Days: weekdays(), Start: 721, End: 1080}, {Days: weekdays(), Start: 540, End: 720}}, 6 * time.Hour, at(23, 10, 0), false},
		{"across midnight", []StaffedRange{{Days: weekdays(), Start: 22 * 60, End: 6 * 60}}, 3 * time.Hour, at(23, 23, 0), true},
		{"after midnight of the day before", []StaffedRange{{Days: weekdays(), Start: 22 * 60, End: 6 * 60}}, 3 * time.Hour, at(28, 3, 0), true},
		{"after midnight, too late", []StaffedRange{{Days: weekdays(), Start: 22 * 60, End: 6 * 60}}, 3 * time.Hour, at(28, 3, 1), false},
		{"the night belongs to the day it starts on", []StaffedRange{{Days: weekdays(), Start: 22 * 60, End: 6 * 60}}, time.Hour, at(23, 1, 0), false},
		{"to midnight and on from midnight", []StaffedRange{{Days: everyDay(), Start: 1200, End: 1440}, {Days: everyDay(), Start: 0, End: 300}}, 6 * time.Hour, at(23, 22, 0), true},
		{"always, written as a whole day", []StaffedRange{{Days: everyDay(), Start: 0, End: 1440}}, 100 * time.Hour, at(22, 3, 0), true},
		{"always, from nine to nine", []StaffedRange{{Days: everyDay(), Start: 540, End: 540}}, 100 * time.Hour, at(22, 3, 0), true},
		{"always on working days, into the weekend", []StaffedRange{{Days: weekdays(), Start: 0, End: 0}}, 48 * time.Hour, at(27, 0, 1), false},
		{"always on working days, up to the weekend", []StaffedRange{{Days: weekdays(), Start: 0, End: 0}}, 24 * time.Hour, at(27, 0, 0), true},
		{"a watch of a century", []StaffedRange{{Days: everyDay(), Start: 0, End: 1440}}, 100 * 365 * 24 * time.Hour, at(22, 3, 0), true},
		{"a range on no day", []StaffedRange{{Start: 0, End: 1440}}, time.Hour, at(23, 3, 0), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := Policy{Hours: Hours{Severity: Warn, Staffed: tt.staffed, Watch: tt.watch, Location: singapore}}
			found := hoursCheck.Run(p, Input{At: tt.at})
			if ok := len(found) == 0; ok != tt.ok {
				t.Errorf("passes: %v, want %v", ok, tt.ok)
			}
		})
	}
}

func TestHoursOnTheStrictSide(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	watch := func(start, end int) Hours {
		return Hours{Staffed: []StaffedRange{{Days: everyDay(), Start: start, End: end}}, Watch: 10 * time.Minute, Location: berlin}
	}
	utc := func(month time.Month, day, hour, minute int) time.Time {
		return time.Date(2026, month, day, hour, minute, 0, 0, time.UTC)
	}
	tests := []struct {
		name  string
		hours Hours
		at    time.Time
		want  bool
	}{
		// 29 March 2026: 02:00 is 03:00, at 01:00 UTC. 25 October: 03:00 is 02:00, at 01:00 UTC.
		{"a start that exists twice is the second", watch(150, 600), utc(10, 25, 0, 40), false},
		{"from the second on", watch(150, 600), utc(10, 25, 1, 30), true},
		{"an end that exists twice is the first", watch(0, 150), utc(10, 25, 0, 20), true},
		{"after the first", watch(0, 150), utc(10, 25, 1, 10), false},
		{"a start that does not exist is the later reading", watch(150, 600), utc(3, 29, 1, 10), false},
		{"from the later reading on", watch(150, 600), utc(3, 29, 1, 30), true},
		{"an end that does not exist is the earlier reading", watch(0, 150), utc(3, 29, 0, 20), true},
		{"after the earlier reading", watch(0, 150), utc(3, 29, 0, 40), false},
		{"other times of that day are as ever", watch(540, 1080), utc(3, 29, 7, 0), true},
		{"before them too", watch(540, 1080), utc(3, 29, 6, 59), false},
		{"in autumn as well", watch(540, 1080), utc(10, 25, 8, 0), true},
		{"and not before", watch(540, 1080), utc(10, 25, 7, 59), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.hours.staffedFrom(tt.at); got != tt.want {
				t.Errorf("staffed from %v: %v, want %v", tt.at.In(berlin), got, tt.want)
			}
		})
	}
}

func TestHoursFinding(t *testing.T) {
	singapore := zone(t, "Asia/Singapore")
	night := time.Date(2026, 11, 22, 3, 0, 0, 0, singapore) // a Sunday
	saturday := [7]bool{6: true}
	tests := []struct {
		name    string
		hours   Hours
		message string
		fix     string
	}{
		{
			"a range of working days",
			Hours{Staffed: []StaffedRange{{Days: weekdays(), Start: 540, End: 1080}}, Watch: 3 * time.Hour, Location: singapore},
			"A merge outside Mon-Fri 09:00-15:00 leaves part of the 3 h watch period outside staffed hours (Mon-Fri 09:00-18:00 Singapore).",
			"Merge Mon-Fri 09:00-15:00 Singapore, or arrange for somebody to watch until the period is over.",
		},
		{
			"several ranges",
			Hours{Staffed: []StaffedRange{{Days: [7]bool{1: true, 3: true, 4: true}, Start: 540, End: 1080}, {Days: saturday, Start: 600, End: 840}}, Watch: 90 * time.Minute},
			"A merge outside Mon, Wed-Thu 09:00-16:30; Sat 10:00-12:30 leaves part of the 1 h 30 min watch period outside staffed hours (Mon, Wed-Thu 09:00-18:00; Sat 10:00-14:00 UTC).",
			"Merge Mon, Wed-Thu 09:00-16:30; Sat 10:00-12:30 UTC, or arrange for somebody to watch until the period is over.",
		},
		{
			"ranges that touch are one",
			Hours{Staffed: []StaffedRange{{Days: weekdays(), Start: 540, End: 720}, {Days: weekdays(), Start: 720, End: 1080}}, Watch: 45 * time.Minute},
			"A merge outside Mon-Fri 09:00-17:15 leaves part of the 45 min watch period outside staffed hours (Mon-Fri 09:00-12:00; Mon-Fri 12:00-18:00 UTC).",
			"Merge Mon-Fri 09:00-17:15 UTC, or arrange for somebody to watch until the period is over.",
		},
		{
			"nights",
			Hours{Staffed: []StaffedRange{{Days: saturday, Start: 1320, End: 360}}, Watch: 3 * time.Hour},
			"A merge outside Sat 22:00-03:00 leaves part of the 3 h watch period outside staffed hours (Sat 22:00-06:00 UTC).",
			"Merge Sat 22:00-03:00 UTC, or arrange for somebody to watch until the period is over.",
		},
		{
			"a watch period that fits nowhere",
			Hours{Staffed: []StaffedRange{{Days: weekdays(), Start: 540, End: 600}}, Watch: 3 * time.Hour},
			"The 3 h watch period after a merge does not fit into staffed hours (Mon-Fri 09:00-10:00 UTC).",
			"Arrange for somebody to watch until it is over.",
		},
		{
			"days on end",
			Hours{Staffed: []StaffedRange{{Days: weekdays(), Start: 0, End: 1440}}, Watch: 3 * time.Hour},
			"The 3 h watch period after a merge must lie inside staffed hours (Mon-Fri 00:00-24:00 UTC).",
			"Merge when all of it is staffed, or arrange for somebody to watch until it is over.",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := []Finding{{
				Code: "hours/watch", Severity: Warn, Title: "the watch period runs outside staffed hours", Message: tt.message, Fix: tt.fix,
			}}
			at := night
			if tt.hours.Location == nil {
				at = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
			}
			if diff := cmp.Diff(want, hoursCheck.Run(Policy{Hours: tt.hours}, Input{At: at})); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			tt.hours.Severity = Off
			if got := hoursCheck.Run(Policy{Hours: tt.hours}, Input{At: at}); got != nil {
				t.Errorf("switched off it finds %v", got)
			}
		})
	}
}

func TestHoursOfTwoZones(t *testing.T) {
	singapore, berlin := zone(t, "Asia/Singapore"), zone(t, "Europe/Berlin")
	day := []StaffedRange{{Days: weekdays(), Start: 540, End: 1080}}
	h := Hours{Severity: Block, Watch: time.Hour, Staffed: day, Location: singapore, And: []Schedule{{day, berlin}}}
	for _, tt := range []struct {
		name string
		at   string
		ok   bool
	}{
		{"both at work", "2026-03-04T08:00:00Z", true},
		{"the last moment for Singapore", "2026-03-04T09:00:00Z", true},
		{"Singapore goes home", "2026-03-04T09:01:00Z", false},
		{"Berlin begins", "2026-03-04T08:00:00Z", true},
		{"Berlin not yet", "2026-03-04T07:59:00Z", false},
	} {
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		got := hoursCheck.Run(Policy{Hours: h}, Input{At: at})
		if (len(got) == 0) != tt.ok {
			t.Errorf("%s: %v", tt.name, got)
		}
		const want = "The 1 h watch period after a merge must lie inside staffed hours (Mon-Fri 09:00-18:00 Singapore, and Mon-Fri 09:00-18:00 Berlin)."
		if !tt.ok && (len(got) != 1 || got[0].Message != want) {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	h.Staffed = nil
	if got := hoursCheck.Run(Policy{Hours: h}, Input{At: time.Date(2026, 3, 4, 3, 0, 0, 0, time.UTC)}); len(got) != 1 {
		t.Errorf("a schedule that stands alone: %v", got)
	}
}

func TestShowDays(t *testing.T) {
	tests := []struct {
		days [7]bool
		want string
	}{
		{weekdays(), "Mon-Fri"},
		{everyDay(), "every day"},
		{[7]bool{0: true, 6: true}, "Sat-Sun"},
		{[7]bool{0: true, 1: true}, "Mon, Sun"},
		{[7]bool{2: true}, "Tue"},
	}
	for _, tt := range tests {
		if got := showDays(tt.days); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
