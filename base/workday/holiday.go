package workday

import (
	"time"

	"kring/base/day"
)

// Holiday is a public holiday of the Netherlands. Name is a word of look/words:
// holiday.<name>.
type Holiday struct {
	Day  day.Day `json:"day"`
	Name string  `json:"name"`
}

// Easter is Easter Sunday of a year of the Gregorian calendar: the anonymous
// computus (Meeus, Astronomical Algorithms, chapter 8).
func Easter(year int) day.Day {
	a, b, c := year%19, year/100, year%100
	d, e, f := b/4, b%4, (b+8)/25
	g := (b - f + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	month, dom := (h+l-7*m+114)/31, (h+l-7*m+114)%31+1
	return dayOf(year, time.Month(month), dom)
}

// Holidays are the public holidays of a year in the order of time, as the
// Algemene termijnenwet art. 3 names them. Good Friday counts there with them
// and in most firms does not, so it is no part of them. Liberation day is one by
// law every year and by most labour agreements once in five: every says which.
func Holidays(year int, every bool) []Holiday {
	easter := Easter(year)
	all := []Holiday{
		{dayOf(year, time.January, 1), "new_year"},
		{easter, "easter"},
		{easter.Add(1), "easter_monday"},
		{King(year), "king"},
	}
	if every || year%5 == 0 {
		all = append(all, Holiday{dayOf(year, time.May, 5), "liberation"})
	}
	all = append(
		all,
		Holiday{easter.Add(39), "ascension"}, Holiday{easter.Add(49), "whitsun"}, Holiday{easter.Add(50), "whit_monday"},
		Holiday{dayOf(year, time.December, 25), "christmas"}, Holiday{dayOf(year, time.December, 26), "boxing"},
	)
	for i := 1; i < len(all); i++ { // Ascension can fall before the fifth of May, Easter Monday never after the King's day
		for j := i; j > 0 && all[j].Day < all[j-1].Day; j-- {
			all[j], all[j-1] = all[j-1], all[j]
		}
	}
	return all
}

// King is the day on which the King's birthday is kept: 27 April since 2014,
// before that the Queen's day of 30 April; on the day before where it falls on a
// Sunday (until 1979 the day after).
func King(year int) day.Day {
	dom := 27
	if year < 2014 {
		dom = 30
	}
	d := time.Date(year, time.April, dom, 0, 0, 0, 0, time.UTC)
	if d.Weekday() == time.Sunday && year >= 1980 {
		d = d.AddDate(0, 0, -1)
	} else if d.Weekday() == time.Sunday {
		d = d.AddDate(0, 0, 1)
	}
	return day.Day(d.Format("2006-01-02"))
}

func dayOf(year int, month time.Month, dom int) day.Day {
	return day.Day(time.Date(year, month, dom, 0, 0, 0, 0, time.UTC).Format("2006-01-02"))
}
