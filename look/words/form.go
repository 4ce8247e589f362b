package words

import (
	"math"
	"strconv"
	"strings"
	"time"
)

var amsterdam = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		panic(err) // time/tzdata is linked in
	}
	return zone
}()

const (
	minus = "\u2212"
	tight = "\u00a0" // keeps a figure and its unit on one line
)

var forms = map[string]form{
	"nl": {
		decimal: ",", group: ".", moneyGap: tight,
		months:    strings.Fields("jan feb mrt apr mei jun jul aug sep okt nov dec"),
		longMonth: strings.Fields("januari februari maart april mei juni juli augustus september oktober november december"),
		days:      strings.Fields("zo ma di wo do vr za"),
		longDay:   strings.Fields("zondag maandag dinsdag woensdag donderdag vrijdag zaterdag"),
		today:     "vandaag", tomorrow: "morgen", yesterday: "gisteren",
	},
	"en": {
		decimal: ".", group: ",",
		months:    strings.Fields("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
		longMonth: strings.Fields("January February March April May June July August September October November December"),
		days:      strings.Fields("Sun Mon Tue Wed Thu Fri Sat"),
		longDay:   strings.Fields("Sunday Monday Tuesday Wednesday Thursday Friday Saturday"),
		today:     "today", tomorrow: "tomorrow", yesterday: "yesterday",
	},
}

// Date is a day with its year, "24 nov 2026".
func (w *Words) Date(ms int64) string {
	t := w.at(ms)
	return w.dayMonth(t) + " " + strconv.Itoa(t.Year())
}

// Long is a day in full, "dinsdag 24 november 2026".
func (w *Words) Long(ms int64) string {
	t := w.at(ms)
	return w.names.longDay[t.Weekday()] + " " + strconv.Itoa(t.Day()) + " " +
		w.names.longMonth[t.Month()-1] + " " + strconv.Itoa(t.Year())
}

// Time is the hour and minute, "14:00".
func (w *Words) Time(ms int64) string { return w.at(ms).Format("15:04") }

// Stamp is an exact instant, "24 nov 2026 14:00", for titles and histories.
func (w *Words) Stamp(ms int64) string { return w.Date(ms) + " " + w.Time(ms) }

// Day is a day as near as it is: "vandaag", "morgen", "vr 27 nov" within the
// week to come, "24 nov" within the year, "24 nov 2025" outside it.
func (w *Words) Day(ms, now int64) string {
	t, n := w.at(ms), w.at(now)
	switch away := days(t) - days(n); {
	case away == 0:
		return w.names.today
	case away == 1:
		return w.names.tomorrow
	case away == -1:
		return w.names.yesterday
	case away > 1 && away < 7:
		return w.names.days[t.Weekday()] + " " + w.dayMonth(t)
	case t.Year() == n.Year():
		return w.dayMonth(t)
	default:
		return w.Date(ms)
	}
}

// DayTime is Day with the hour when it is near, "vandaag 14:00".
func (w *Words) DayTime(ms, now int64) string {
	away := days(w.at(ms)) - days(w.at(now))
	if away < -1 || away >= 7 {
		return w.Day(ms, now)
	}
	return w.Day(ms, now) + " " + w.Time(ms)
}

// DayText turns a calendar day "2026-11-24" into "24 nov 2026"; what is no day
// comes back as it is.
func (w *Words) DayText(day string) string {
	t, err := time.ParseInLocation(time.DateOnly, day, w.zone)
	if err != nil {
		return day
	}
	return w.Date(t.UnixMilli())
}

// Number writes a number with its decimals, grouped by thousands.
func (w *Words) Number(f float64, decimals int) string {
	text := strconv.FormatFloat(math.Abs(f), 'f', decimals, 64)
	whole, part, _ := strings.Cut(text, ".")
	out := w.grouped(whole)
	if part != "" {
		out += w.names.decimal + part
	}
	if f < 0 && strings.Trim(text, "0.") != "" {
		out = minus + out
	}
	return out
}

// Signed is Number that always shows its sign; nothing either way is ±.
func (w *Words) Signed(f float64, decimals int) string {
	s := w.Number(f, decimals)
	switch {
	case strings.HasPrefix(s, minus):
		return s
	case strings.Trim(s, "0,.") == "":
		return "±" + s
	default:
		return "+" + s
	}
}

var signs = map[string]string{"EUR": "€", "USD": "$", "GBP": "£"}

// Money writes cents in a currency: "€ 86.400" in Dutch, "€86,400" in English;
// cents only when there are some.
func (w *Words) Money(cents int64, currency string) string {
	sign, gap := signs[currency], w.names.moneyGap
	if sign == "" {
		if currency == "" {
			sign = "€"
		} else {
			sign, gap = currency, tight
		}
	}
	size := uint64(cents)
	if cents < 0 {
		size = -size
	}
	out := w.grouped(strconv.FormatUint(size/100, 10))
	if rest := size % 100; rest != 0 {
		out += w.names.decimal + string(rune('0'+rest/10)) + string(rune('0'+rest%10))
	}
	if cents < 0 {
		return sign + gap + minus + out
	}
	return sign + gap + out
}

// Count writes how many there are; a capped count says "10.000+".
func (w *Words) Count(n int, capped bool) string {
	out := w.Number(float64(n), 0)
	if capped {
		out += "+"
	}
	return out
}

// Size writes a number of bytes, "1,2 MB".
func (w *Words) Size(bytes int64) string {
	if bytes < 1000 {
		return w.Number(float64(bytes), 0) + tight + "B"
	}
	size, unit := float64(bytes), ""
	for _, unit = range []string{"kB", "MB", "GB", "TB"} {
		if size /= 1000; size < 999.5 {
			break
		}
	}
	decimals := 0
	if size < 9.95 {
		decimals = 1
	}
	return w.Number(size, decimals) + tight + unit
}

func (w *Words) at(ms int64) time.Time { return time.UnixMilli(ms).In(w.zone) }

func (w *Words) dayMonth(t time.Time) string {
	return strconv.Itoa(t.Day()) + " " + w.names.months[t.Month()-1]
}

func (w *Words) grouped(digits string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + w.names.group + digits[i:]
	}
	return digits
}

// days counts calendar days, so that midnight decides and not 24 hours.
func days(t time.Time) int {
	y, m, d := t.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}
