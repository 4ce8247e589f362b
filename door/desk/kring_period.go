package desk

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"kring/app"
	"kring/base/day"
	"kring/look/words"
)

// period is the stretch of days that the ring shows, by a name that stands in
// the address: 2026-q4, 2026-11, 2026, or own with its two days.
type period struct {
	app.Span
	kind  string // quarter, month, year, own
	wrong bool   // what was asked for is no period: this is the present quarter
}

var (
	quarterName = regexp.MustCompile(`^(\d{4})-q([1-4])$`)
	monthName   = regexp.MustCompile(`^\d{4}-\d{2}$`)
	yearName    = regexp.MustCompile(`^\d{4}$`)
)

// months is how many months a period has, 0 when its days are chosen.
var months = map[string]int{"quarter": 3, "month": 1, "year": 12}

// monthsFrom is the period of a kind that begins on the first day of a month.
func monthsFrom(kind string, first day.Day) period {
	return period{kind: kind, Span: app.Span{From: first, Until: first.Months(months[kind]).Add(-1)}}
}

// containing is the period of a kind that a day lies in.
func containing(kind string, d day.Day) period {
	month, _ := strconv.Atoi(string(d[5:7]))
	return monthsFrom(kind, d.First().Months(-((month - 1) % months[kind])))
}

// readPeriod reads the period of an address; without one it is the present
// quarter.
func readPeriod(q url.Values, today day.Day) period {
	p := namedPeriod(q, q.Get("period"))
	if p.From < "1900-01-01" || p.From > "2199-12-31" || p.Until > "2199-12-31" {
		p = containing("quarter", today)
		p.wrong = q.Get("period") != ""
	}
	return p
}

// namedPeriod is the period that a name says; the zero one when it says none.
func namedPeriod(q url.Values, name string) (p period) {
	switch {
	case name == "own":
		from, err1 := day.Parse(q.Get("from"))
		until, err2 := day.Parse(q.Get("until"))
		if err1 == nil && err2 == nil && from <= until {
			return period{kind: "own", Span: app.Span{From: from, Until: until}}
		}
	case quarterName.MatchString(name):
		m := quarterName.FindStringSubmatch(name)
		n, _ := strconv.Atoi(m[2])
		if first, err := day.Parse(m[1] + "-01-01"); err == nil {
			return monthsFrom("quarter", first.Months(3*(n-1)))
		}
	case monthName.MatchString(name):
		if first, err := day.Parse(name + "-01"); err == nil {
			return monthsFrom("month", first)
		}
	case yearName.MatchString(name):
		if first, err := day.Parse(name + "-01-01"); err == nil {
			return monthsFrom("year", first)
		}
	}
	return p
}

// shift is the period as long as this one, n times later.
func (p period) shift(n int) period {
	if m := months[p.kind]; m > 0 {
		return monthsFrom(p.kind, p.From.Months(n*m))
	}
	long := p.From.Until(p.Until) + 1
	return period{kind: p.kind, Span: app.Span{From: p.From.Add(n * long), Until: p.Until.Add(n * long)}}
}

// put writes the period into an address; the one that today lies in is usual.
func (p period) put(q url.Values, today day.Day) {
	for _, k := range []string{"period", "from", "until"} {
		q.Del(k)
	}
	switch p.kind {
	case "quarter":
		if p.Span == containing("quarter", today).Span {
			return
		}
		month, _ := strconv.Atoi(string(p.From[5:7]))
		q.Set("period", string(p.From[:4])+"-q"+strconv.Itoa((month+2)/3))
	case "month":
		q.Set("period", string(p.From[:7]))
	case "year":
		q.Set("period", string(p.From[:4]))
	default:
		q.Set("period", "own")
		q.Set("from", string(p.From))
		q.Set("until", string(p.Until))
	}
}

// title is the period in words: "Kwartaal 4, 2026".
func (p period) title(w *words.Words) string {
	switch p.kind {
	case "quarter":
		month, _ := strconv.Atoi(string(p.From[5:7]))
		return w.Tf("kring.quarter", words.P{"n": (month + 2) / 3, "year": string(p.From[:4])})
	case "month":
		text := w.MonthText(p.From.Month())
		return strings.ToUpper(text[:1]) + text[1:]
	case "year":
		return string(p.From[:4])
	}
	return w.Tf("kring.own", words.P{"from": w.DayText(string(p.From)), "until": w.DayText(string(p.Until))})
}

// before is how the period before this one is called in a sentence: "vorig
// kwartaal", or "het kwartaal ervoor" when this one is past.
func (p period) before(w *words.Words, today day.Day) string {
	if p.kind != "own" && p.From <= today && today <= p.Until {
		return w.T("kring.last_" + p.kind)
	}
	return w.T("kring.before_" + p.kind)
}
