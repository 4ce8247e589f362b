package words

import (
	"strings"
	"testing"
)

func TestShort(t *testing.T) {
	t.Parallel()
	nl, en := For("nl", "klant"), For("en", "klant")
	plain := func(s string) string { return strings.ReplaceAll(s, tight, " ") }
	for _, row := range []struct{ got, want string }{
		{nl.Short(999_999), "999.999"}, {nl.Short(1_000_000), "1,0 mln"}, {nl.Short(1_250_000), "1,2 mln"}, {nl.Short(-2_000_000), "−2,0 mln"}, {nl.Short(0), "0"},
		{nl.Short(999_900_000), "999,9 mln"}, {nl.Short(999_960_000), "1,0 mld"},
		{nl.MoneyShort(780_000_000, "EUR"), "€ 7,8 mln"}, {en.MoneyShort(780_000_000, "EUR"), "€7.8m"}, {nl.MoneyShort(8_640_049, "EUR"), "€ 86.400"}, {nl.MoneyShort(99_999_950, "EUR"), "€ 1,0 mln"},
		{en.MoneyShort(250_000_000_000, "SEK"), "SEK 2.5bn"}, {nl.MoneyShort(0, ""), "€ 0"},
		{nl.MonthText("2026-11"), "november 2026"}, {en.MonthText("2026-11"), "November 2026"}, {nl.MonthText("x"), "x"},
		{nl.DayInYear("2026-10-01"), "1 oktober"}, {en.DayInYear("2026-10-01"), "1 October"}, {nl.DayInYear(""), ""},
	} {
		if plain(row.got) != row.want {
			t.Errorf("%q, want %q", plain(row.got), row.want)
		}
	}
}
