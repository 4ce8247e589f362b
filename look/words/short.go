package words

import (
	"math"
	"strconv"
	"strings"
	"time"
)

var units = map[string][2]string{"nl": {tight + "mln", tight + "mld"}, "en": {"m", "bn"}}

// Short writes a number where there is little room, "1,2 mln" from a million on.
func (w *Words) Short(n int64) string {
	if s, ok := w.short(float64(n)); ok {
		return s
	}
	return w.Number(float64(n), 0)
}

// MoneyShort writes an amount where there is little room: "€ 7,8 mln" in Dutch,
// "€7.8m" in English, and below a million in whole units.
func (w *Words) MoneyShort(cents int64, currency string) string {
	if s, ok := w.short(float64(cents) / 100); ok {
		return strings.Replace(w.Money(0, currency), "0", s, 1)
	}
	return w.Money(int64(math.Round(float64(cents)/100))*100, currency)
}

// short writes what is a million or more, also after rounding.
func (w *Words) short(f float64) (string, bool) {
	u := units[w.lang]
	switch size := math.Abs(f); {
	case size >= 999.95e6:
		return w.Number(f/1e9, 1) + u[1], true
	case size >= 999_999.5:
		return w.Number(f/1e6, 1) + u[0], true
	}
	return "", false
}

// MonthText turns a month "2026-11" into "november 2026".
func (w *Words) MonthText(month string) string {
	t, err := time.Parse("2006-01", month)
	if err != nil {
		return month
	}
	return w.names.longMonth[t.Month()-1] + " " + strconv.Itoa(t.Year())
}

// DayInYear turns a calendar day "2026-10-01" into "1 oktober".
func (w *Words) DayInYear(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return strconv.Itoa(t.Day()) + " " + w.names.longMonth[t.Month()-1]
}
