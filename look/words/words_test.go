package words

import (
	"testing"
	"time"
)

func ms(t *testing.T, text string) int64 {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, amsterdam)
	if err != nil {
		t.Fatal(err)
	}
	return at.UnixMilli()
}

func TestDay(t *testing.T) {
	t.Parallel()
	now := "2026-11-24 09:00"
	for _, row := range []struct{ at, nl, en string }{
		{"2026-11-24 00:00", "vandaag", "today"},
		{"2026-11-24 23:59", "vandaag", "today"},
		{"2026-11-25 00:00", "morgen", "tomorrow"},
		{"2026-11-23 23:59", "gisteren", "yesterday"},
		{"2026-11-27 10:00", "vr 27 nov", "Fri 27 Nov"},
		{"2026-11-30 10:00", "ma 30 nov", "Mon 30 Nov"},
		{"2026-12-01 10:00", "1 dec", "1 Dec"},
		{"2026-11-20 10:00", "20 nov", "20 Nov"},
		{"2025-05-09 10:00", "9 mei 2025", "9 May 2025"},
		{"2027-01-02 10:00", "2 jan 2027", "2 Jan 2027"},
	} {
		nl, en := For("nl", "klant"), For("en", "klant")
		if got := nl.Day(ms(t, row.at), ms(t, now)); got != row.nl {
			t.Errorf("nl %s: %q, want %q", row.at, got, row.nl)
		}
		if got := en.Day(ms(t, row.at), ms(t, now)); got != row.en {
			t.Errorf("en %s: %q, want %q", row.at, got, row.en)
		}
	}
	w := For("nl", "klant")
	if got := w.DayTime(ms(t, "2026-11-24 14:00"), ms(t, now)); got != "vandaag 14:00" {
		t.Errorf("DayTime near: %q", got)
	}
	if got := w.DayTime(ms(t, "2026-03-02 14:00"), ms(t, now)); got != "2 mrt" {
		t.Errorf("DayTime far: %q", got)
	}
	if got := w.Long(ms(t, now)); got != "dinsdag 24 november 2026" {
		t.Errorf("Long: %q", got)
	}
	if got := w.Stamp(ms(t, now)); got != "24 nov 2026 09:00" {
		t.Errorf("Stamp: %q", got)
	}
	if got := w.In(time.UTC).Stamp(ms(t, now)); got != "24 nov 2026 08:00" {
		t.Errorf("Stamp in UTC: %q", got)
	}
	if got := w.DayText("2026-11-24") + "|" + w.DayText("soon"); got != "24 nov 2026|soon" {
		t.Errorf("DayText: %q", got)
	}
}

func TestFigures(t *testing.T) {
	t.Parallel()
	nl, en := For("nl", "klant"), For("en", "klant")
	for _, row := range []struct{ name, got, want string }{
		{"number", nl.Number(1234567.5, 1), "1.234.567,5"},
		{"number en", en.Number(1234567.5, 1), "1,234,567.5"},
		{"minus", nl.Number(-0.7, 1), "−0,7"},
		{"no minus nothing", nl.Number(-0.04, 1), "0,0"},
		{"signed", nl.Signed(0.8, 1), "+0,8"},
		{"signed minus", nl.Signed(-1.3, 1), "−1,3"},
		{"signed nothing", nl.Signed(0, 1), "±0,0"},
		{"money", nl.Money(8640000, "EUR"), "€\u00a086.400"},
		{"money cents", nl.Money(1205, "EUR"), "€\u00a012,05"},
		{"money minus", nl.Money(-1250, ""), "€\u00a0−12,50"},
		{"money en", en.Money(8640000, "EUR"), "€86,400"},
		{"money other", en.Money(100000, "CHF"), "CHF\u00a01,000"},
		{"money least", nl.Money(-9223372036854775808, "EUR"), "€\u00a0−92.233.720.368.547.758,08"},
		{"count", nl.Count(10000, true), "10.000+"},
		{"count exact", nl.Count(321, false), "321"},
		{"bytes", nl.Size(512), "512\u00a0B"},
		{"kilo", nl.Size(1_240), "1,2\u00a0kB"},
		{"mega", nl.Size(12_400_000), "12\u00a0MB"},
		{"edge", nl.Size(999_999), "1,0\u00a0MB"},
	} {
		if row.got != row.want {
			t.Errorf("%s: %q, want %q", row.name, row.got, row.want)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	nl, en := For("nl", "klant"), For("en", "klant")
	for _, row := range []struct {
		text string
		nl   float64
		nlOK bool
		en   float64
		enOK bool
	}{
		{"1234", 1234, true, 1234, true},
		{"1,5", 1.5, true, 1.5, true},
		{"1.5", 1.5, true, 1.5, true},
		{"1.234", 1234, true, 1.234, true},
		{"1,234", 1.234, true, 1234, true},
		{"1.234,56", 1234.56, true, 1234.56, true},
		{"1,234.56", 1234.56, true, 1234.56, true},
		{"1.234.567", 1234567, true, 1234567, true},
		{" 1 234,5 ", 1234.5, true, 1234.5, true},
		{"−3,2", -3.2, true, -3.2, true},
		{"-3", -3, true, -3, true},
		{",5", .5, true, .5, true},
		{"", 0, false, 0, false},
		{"-", 0, false, 0, false},
		{".", 0, false, 0, false},
		{"12a", 0, false, 0, false},
		{"1.2.3", 0, false, 0, false},
		{"12,34,5", 0, false, 0, false},
		{"1e9", 0, false, 0, false},
		{"--1", 0, false, 0, false},
	} {
		if got, ok := nl.ParseNumber(row.text); got != row.nl || ok != row.nlOK {
			t.Errorf("nl %q: %v %v", row.text, got, ok)
		}
		if got, ok := en.ParseNumber(row.text); got != row.en || ok != row.enOK {
			t.Errorf("en %q: %v %v", row.text, got, ok)
		}
	}
	for _, row := range []struct {
		text string
		want int64
		ok   bool
	}{
		{"€ 1.250", 125000, true}, {"12,5", 1250, true}, {"0,01", 1, true}, {"-12,34", -1234, true},
		{"1.250,-", 125000, true}, {"-0,50", -50, true}, {"12,345", 0, false}, {"99999999999999999999", 0, false},
	} {
		if got, ok := nl.ParseMoney(row.text); got != row.want || ok != row.ok {
			t.Errorf("money %q: %d %v, want %d %v", row.text, got, ok, row.want, row.ok)
		}
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"1.234,5", "-", "1,,2", "€", "\u2212.5"} {
		f.Add(s)
	}
	w := For("nl", "klant")
	f.Fuzz(func(t *testing.T, s string) {
		n, ok := w.ParseNumber(s)
		if !ok && n != 0 {
			t.Fatalf("%q refused with %v", s, n)
		}
		w.ParseMoney(s)
	})
}

func TestSector(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ lang, sector, want string }{
		{"nl", "klant", "Ex-klant"}, {"nl", "client", "Ex-cliënt"}, {"nl", "cliënt", "Ex-cliënt"},
		{"nl", "gast", "Ex-gast"}, {"nl", "patient", "Ex-klant"}, {"en", "gast", "Former"}, {"xx", "klant", "Ex-klant"},
	} {
		if got := For(row.lang, row.sector).T("phase.ex"); got != row.want {
			t.Errorf("%s %s: %q, want %q", row.lang, row.sector, got, row.want)
		}
	}
	if first, again := For("nl", "gast"), For("nl", "gast"); first != again {
		t.Error("words are not kept")
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	w := &Words{lang: "nl", tag: For("nl", "").tag, names: forms["nl"], zone: amsterdam, plain: map[string]string{"a": "A"}, forms: map[string]message{
		"hello": {other: cut("Dag {{.name}}, {{.open")},
		"n":     {one: cut("{{.n}} rij van {{.who}}"), other: cut("{{.n}} rijen")},
	}}
	for _, row := range []struct{ name, got, want string }{
		{"plain", w.T("a"), "A"},
		{"unknown", w.T("b"), "b"},
		{"filled", w.Tf("hello", P{"name": "Inge"}), "Dag Inge, {{.open"},
		{"one", w.Tn("n", 1, P{"who": "mij"}), "1 rij van mij"},
		{"other", w.Tn("n", 0), "0 rijen"},
		{"grouped", w.Tn("n", 12000), "12.000 rijen"},
	} {
		if row.got != row.want {
			t.Errorf("%s: %q, want %q", row.name, row.got, row.want)
		}
	}
	if !w.Has("a") || !w.Has("n") || w.Has("b") {
		t.Error("Has")
	}
}

func BenchmarkT(b *testing.B) {
	w := For("nl", "klant")
	for b.Loop() {
		w.T("look.save")
	}
}
