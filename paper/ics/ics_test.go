package ics_test

import (
	"bytes"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/emersion/go-ical"
	"pgregory.net/rapid"

	"kring/base/day"
	"kring/base/repeat"
	"kring/paper/ics"
)

func amsterdam(t *testing.T) *time.Location {
	t.Helper()
	z, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func written(t *testing.T, c ics.Calendar) (string, *ical.Calendar) {
	t.Helper()
	var b bytes.Buffer
	if err := ics.Write(&b, c); err != nil {
		t.Fatal(err)
	}
	read, err := ical.NewDecoder(strings.NewReader(b.String())).Decode()
	if err != nil {
		t.Fatalf("another reader: %v\n%s", err, b.String())
	}
	return b.String(), read
}

// TestAgain: another reader finds what was written, also over the change of clock.
func TestAgain(t *testing.T) {
	t.Parallel()
	z := amsterdam(t)
	rule, err := repeat.Parse("FREQ=WEEKLY;UNTIL=20261112")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 10, 15, 10, 0, 0, 0, z)
	stamp := time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC)
	raw, got := written(t, ics.Calendar{Name: "Sanne, agenda", Zone: z, Now: stamp, Events: []ics.Event{
		{UID: "a@kring", Sequence: 3, Stamp: stamp, Created: stamp, Start: start, End: start.Add(45 * time.Minute), Repeat: rule, Except: []day.Day{"2026-10-22"}, Title: "Overleg; koffie, en \\ meer", Description: "Eerst\ndan", Place: "Lindelaan 12, Zwolle", Remind: 15},
		{UID: "b@kring", Stamp: stamp, Created: stamp, Start: start, End: start.Add(time.Hour), Title: strings.Repeat("é", 80)},
		{UID: "c@kring", Stamp: stamp, Created: stamp, Start: time.Date(2026, 10, 25, 0, 0, 0, 0, z), End: time.Date(2026, 10, 26, 0, 0, 0, 0, z), AllDay: true, Title: "Beurs", Cancelled: true},
	}})
	for l := range strings.SplitSeq(raw, "\r\n") {
		if len(l) > 75 || strings.ContainsAny(l, "\n\r") {
			t.Errorf("a line of %d octets: %q", len(l), l)
		}
	}
	events := got.Events()
	if len(events) != 3 {
		t.Fatalf("%d events", len(events))
	}
	want := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	said := func(e ical.Event, name string) string {
		t.Helper()
		s, err := e.Props.Text(name)
		if err != nil {
			t.Error(err)
		}
		return s
	}
	want("title", said(events[0], ical.PropSummary), "Overleg; koffie, en \\ meer")
	want("words", said(events[0], ical.PropDescription), "Eerst\ndan")
	want("place", said(events[0], ical.PropLocation), "Lindelaan 12, Zwolle")
	want("long title", said(events[1], ical.PropSummary), strings.Repeat("é", 80))
	want("sequence", events[0].Props.Get(ical.PropSequence).Value, "3")
	want("once is in UTC", events[1].Props.Get(ical.PropDateTimeStart).Value, "20261015T080000Z")
	want("all day", events[2].Props.Get(ical.PropDateTimeStart).Value, "20261025")
	want("state", events[2].Props.Get(ical.PropStatus).Value, "CANCELLED")
	want("an end in UTC, in winter time", events[0].Props.Get(ical.PropRecurrenceRule).Value, "FREQ=WEEKLY;UNTIL=20261112T090000Z")
	set, err := events[0].RecurrenceSet(z)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, at := range set.All() {
		all = append(all, at.In(z).Format("2006-01-02 15:04"))
	}
	want("its times", strings.Join(all, " "), "2026-10-15 10:00 2026-10-29 10:00 2026-11-05 10:00 2026-11-12 10:00")
	for _, s := range []string{"BEGIN:VTIMEZONE", "TZID:Europe/Amsterdam", "BEGIN:STANDARD\r\nDTSTART:20261025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100", "TRIGGER:-PT15M"} {
		if !strings.Contains(raw, s) {
			t.Errorf("no %q in\n%s", s, raw)
		}
	}
}

// TestText: whatever a title has, another reader reads it as it was.
func TestText(t *testing.T) {
	t.Parallel()
	z := amsterdam(t)
	at := time.Date(2026, 1, 1, 9, 0, 0, 0, z)
	rapid.Check(t, func(r *rapid.T) {
		title := strings.Map(func(c rune) rune {
			if c < ' ' && c != '\n' || c == 0x7f {
				return 'x'
			}
			return c
		}, rapid.StringN(0, 120, 400).Draw(r, "title"))
		_, got := written(t, ics.Calendar{Zone: z, Now: at, Events: []ics.Event{{UID: "a@kring", Stamp: at, Created: at, Start: at, End: at.Add(time.Hour), Title: title}}})
		s, err := got.Events()[0].Props.Text(ical.PropSummary)
		if err != nil || s != title {
			r.Fatalf("%q is read as %q, %v", title, s, err)
		}
	})
}
