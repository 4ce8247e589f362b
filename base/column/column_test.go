package column_test

import (
	"testing"

	"kring/base/catalogue"
	"kring/base/column"
	"kring/base/decimal"
)

func TestRead(t *testing.T) {
	t.Parallel()
	kind := column.Field{Kind: catalogue.Choice, Named: map[string][]string{"bv": {"B.V.", "Besloten vennootschap"}}}
	roles := column.Field{Kind: catalogue.Choices, Named: map[string][]string{"decider": {"Beslisser"}, "buyer": {"Inkoper"}}}
	for _, c := range []struct {
		f       column.Field
		h       column.Habit
		in, out string
		bad     bool
	}{
		{f: column.Field{Kind: catalogue.Number}, in: "1.234,5", out: "1234.5"},
		{f: column.Field{Kind: catalogue.Number}, h: column.Habit{Style: decimal.Point}, in: "1,234", out: "1234"},
		{f: column.Field{Kind: catalogue.Number}, in: "veel", bad: true},
		{f: column.Field{Kind: catalogue.Money}, in: "€ 1.000,50", out: "1000.50"},
		{f: column.Field{Kind: catalogue.Date}, in: "31-12-2026", out: "2026-12-31"},
		{f: column.Field{Kind: catalogue.Date}, in: "31-02-2026", bad: true},
		{f: column.Field{Kind: catalogue.Date}, h: column.Habit{Days: column.MonthFirst}, in: "12/31/2026", out: "2026-12-31"},
		{f: column.Field{Kind: catalogue.Date}, in: "2026-12-31T00:00:00", out: "2026-12-31"},
		{f: column.Field{Kind: catalogue.Bool}, in: "Ja", out: "true"},
		{f: column.Field{Kind: catalogue.Bool}, in: "misschien", bad: true},
		{f: kind, in: "besloten  Vennootschap", out: "bv"},
		{f: kind, in: "bv", out: "bv"},
		{f: kind, in: "ltd", bad: true},
		{f: roles, in: "Inkoper; beslisser", out: "buyer,decider"},
		{f: column.Field{Country: true}, in: "Verenigde Staten", out: "US"},
		{f: column.Field{Country: true}, in: "nl", out: "NL"},
		{f: column.Field{Country: true}, in: "Philipines", bad: true},
		{f: column.Field{Kind: catalogue.Date}, in: "  ", out: ""},
	} {
		got, err := c.f.Read(c.in, c.h)
		if got != c.out && !c.bad || (err != nil) != c.bad {
			t.Errorf("%s %q: %q %v", c.f.Kind, c.in, got, err)
		}
	}
}

func TestHabits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cells []string
		days  column.Days
		sure  bool
	}{
		{[]string{"31-12-2026", "01-02-2026"}, column.DayFirst, true}, {[]string{"01/02/2026", "12/31/2026"}, column.MonthFirst, true}, {[]string{"01-02-2026"}, column.DayFirst, false},
	} {
		if days, sure := column.Order(c.cells); days != c.days || sure != c.sure {
			t.Errorf("%v: %s %v", c.cells, days, sure)
		}
	}
	if column.Style([]string{"1.234", "0,5"}, decimal.Point) != decimal.Comma || column.Style([]string{"1,234.50"}, decimal.Comma) != decimal.Point || column.Style([]string{"1.234"}, decimal.Comma) != decimal.Comma {
		t.Error("style")
	}
}

// Two phones that are one number are one phone; each complaint names its column.
func TestReached(t *testing.T) {
	t.Parallel()
	w, wrong := column.Reached(map[string]string{"phone": "06 12345678", "phone_2": "+31612345678", "phone_3": "06-1", "email": "geen adres", "postcode": "123", "city": "Zwolle"}, "NL")
	if len(wrong) != 3 || wrong["phone_3"] == nil || wrong["email"] == nil || wrong["postcode"] == nil {
		t.Errorf("%v %v", w, wrong)
	}
	w, wrong = column.Reached(map[string]string{"country": "US"}, "NL")
	if len(wrong) != 0 || len(w.Addresses) != 1 || w.Addresses[0].Country != "US" {
		t.Errorf("%v %v", w, wrong)
	}
}

// What Read gives, Read reads as itself.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"1.234,5", "31-12-2026", "ja", "€ 12", "", "x\x00y", "12/31/2026 10:00"} {
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, cell string, month bool) {
		h := column.Habit{}
		if month {
			h.Days = column.MonthFirst
		}
		for _, k := range []catalogue.Kind{catalogue.Number, catalogue.Money, catalogue.Date, catalogue.Bool, catalogue.Text} {
			c := column.Field{Kind: k}
			one, err := c.Read(cell, h)
			if err != nil {
				continue
			}
			if two, err := c.Read(one, column.Habit{Days: h.Days, Style: decimal.Point}); err != nil || two != one {
				t.Errorf("%s %q: %q, then %q %v", k, cell, one, two, err)
			}
		}
	})
}
