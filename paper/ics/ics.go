// Package ics writes and reads calendars as iCalendar (RFC 5545): what once is
// once in UTC, what comes back with its zone, so that ten o'clock stays ten
// o'clock when the clock changes.
package ics

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"kring/base/day"
	"kring/base/repeat"
)

// MIME is the media type of a calendar.
const MIME = "text/calendar; charset=utf-8"

// Calendar is a calendar to write.
type Calendar struct {
	Name   string
	Zone   *time.Location
	Now    time.Time // when it is written; the zone is told until ten years later
	Events []Event
}

// Event is one appointment of a calendar, or all of those that come back.
type Event struct {
	UID         string
	Sequence    int64
	Stamp       time.Time // of the last change
	Created     time.Time
	Start, End  time.Time
	AllDay      bool // from Start's day until before End's
	Repeat      repeat.Rule
	Except      []day.Day
	Title       string
	Description string
	Place       string
	URL         string
	Cancelled   bool
	Remind      int // minutes before; 0 not
}

// Write writes a calendar.
func Write(w io.Writer, c Calendar) error {
	p := &pen{w: bufio.NewWriter(w)}
	p.line("BEGIN", "VCALENDAR")
	p.line("VERSION", "2.0")
	p.line("PRODID", "-//Kring//Kring//NL")
	p.line("CALSCALE", "GREGORIAN")
	if c.Name != "" {
		p.line("X-WR-CALNAME", text(c.Name))
	}
	if from, needed := c.zoned(); needed {
		p.line("X-WR-TIMEZONE", c.Zone.String())
		p.zone(c.Zone, from, c.Now.AddDate(10, 0, 0))
	}
	for _, e := range c.Events {
		p.event(e, c.Zone)
	}
	p.line("END", "VCALENDAR")
	if p.err != nil {
		return p.err
	}
	return p.w.Flush()
}

// zoned says whether something comes back at an hour, and since when.
func (c Calendar) zoned() (from time.Time, needed bool) {
	for _, e := range c.Events {
		if !e.Repeat.IsZero() && !e.AllDay && (!needed || e.Start.Before(from)) {
			from, needed = e.Start, true
		}
	}
	return from, needed
}

type pen struct {
	w   *bufio.Writer
	err error
}

// line writes a property, folded at 75 octets and never within a character (RFC
// 5545 §3.1).
func (p *pen) line(name, value string) {
	rest, room := name+":"+value, 75
	for len(rest) > room {
		cut := room
		for !utf8.RuneStart(rest[cut]) {
			cut--
		}
		p.put(rest[:cut] + "\r\n ")
		rest, room = rest[cut:], 74 // the space counts
	}
	p.put(rest + "\r\n")
}

func (p *pen) put(s string) {
	if p.err == nil {
		_, p.err = p.w.WriteString(s)
	}
}

// text escapes a TEXT value (RFC 5545 §3.3.11).
func text(s string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", "").Replace(s)
}

const (
	utcForm   = "20060102T150405Z"
	localForm = "20060102T150405"
	dateForm  = "20060102"
)

func (p *pen) event(e Event, zone *time.Location) {
	p.line("BEGIN", "VEVENT")
	p.line("UID", text(e.UID))
	p.line("DTSTAMP", e.Stamp.UTC().Format(utcForm))
	p.line("CREATED", e.Created.UTC().Format(utcForm))
	p.line("LAST-MODIFIED", e.Stamp.UTC().Format(utcForm))
	p.line("SEQUENCE", strconv.FormatInt(e.Sequence, 10))
	at := func(name string, t time.Time) {
		switch {
		case e.AllDay:
			p.line(name+";VALUE=DATE", t.In(zone).Format(dateForm))
		case e.Repeat.IsZero():
			p.line(name, t.UTC().Format(utcForm))
		default:
			p.line(name+";TZID="+zone.String(), t.In(zone).Format(localForm))
		}
	}
	at("DTSTART", e.Start)
	at("DTEND", e.End)
	if !e.Repeat.IsZero() {
		p.line("RRULE", rule(e, zone))
		for _, d := range e.Except {
			at("EXDATE", onDay(d, e.Start.In(zone)))
		}
	}
	p.line("SUMMARY", text(e.Title))
	optional := func(name, value string) {
		if value != "" {
			p.line(name, text(value))
		}
	}
	optional("DESCRIPTION", e.Description)
	optional("LOCATION", e.Place)
	if e.URL != "" {
		p.line("URL", e.URL)
	}
	if e.Cancelled {
		p.line("STATUS", "CANCELLED")
	} else {
		p.line("STATUS", "CONFIRMED")
	}
	if e.AllDay {
		p.line("TRANSP", "TRANSPARENT")
	}
	if e.Remind > 0 && !e.Cancelled {
		p.line("BEGIN", "VALARM")
		p.line("ACTION", "DISPLAY")
		p.line("DESCRIPTION", text(e.Title))
		p.line("TRIGGER", "-PT"+strconv.Itoa(e.Remind)+"M")
		p.line("END", "VALARM")
	}
	p.line("END", "VEVENT")
}

// rule is the RRULE of an event: its end has the form of its begin.
func rule(e Event, zone *time.Location) string {
	r := e.Repeat
	until := r.Until
	if r.Until = ""; until == "" {
		return r.String()
	}
	if e.AllDay {
		return r.String() + ";UNTIL=" + strings.ReplaceAll(string(until), "-", "")
	}
	return r.String() + ";UNTIL=" + onDay(until, e.Start.In(zone)).UTC().Format(utcForm)
}

// onDay is the hour of a time on another day in its zone.
func onDay(d day.Day, at time.Time) time.Time {
	t, err := time.Parse("2006-01-02", string(d))
	if err != nil {
		return at
	}
	return time.Date(t.Year(), t.Month(), t.Day(), at.Hour(), at.Minute(), at.Second(), 0, at.Location())
}

// zone tells when the clock of a zone changes, from a time to another, each as an
// observance of its own: true of every zone, whatever its rules.
func (p *pen) zone(zone *time.Location, from, until time.Time) {
	p.line("BEGIN", "VTIMEZONE")
	p.line("TZID", zone.String())
	t := from.In(zone)
	start, _ := t.ZoneBounds()
	if start.IsZero() {
		start = time.Date(1970, 1, 1, 0, 0, 0, 0, zone)
	}
	for {
		_, offset := start.Zone()
		_, before := start.Add(-time.Second).Zone()
		p.observance(start, before, offset)
		_, end := start.ZoneBounds()
		if end.IsZero() || end.After(until) {
			break
		}
		start = end
	}
	p.line("END", "VTIMEZONE")
}

func (p *pen) observance(start time.Time, before, offset int) {
	kind := "STANDARD"
	if start.IsDST() {
		kind = "DAYLIGHT"
	}
	name, _ := start.Zone()
	p.line("BEGIN", kind)
	p.line("DTSTART", start.UTC().Add(time.Duration(before)*time.Second).Format(localForm))
	p.line("TZOFFSETFROM", clockOf(before))
	p.line("TZOFFSETTO", clockOf(offset))
	p.line("TZNAME", text(name))
	p.line("END", kind)
}

// clockOf writes an offset, "+0100".
func clockOf(seconds int) string {
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	d := time.Duration(seconds) * time.Second
	return sign + time.Time{}.Add(d).Format("1504")
}
