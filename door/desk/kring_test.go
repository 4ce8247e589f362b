package desk

import (
	"net/url"
	"strings"
	"testing"

	"kring/base/day"
	"kring/look/words"
)

// TestPeriods: what stands in an address is a period, and comes back as it was.
func TestPeriods(t *testing.T) {
	t.Parallel()
	const today = day.Day("2026-11-25")
	nl := words.For("nl", "klant")
	for _, row := range []struct{ asked, from, until, title, back, before string }{
		{"", "2026-10-01", "2026-12-31", "Kwartaal 4, 2026", "", "2026-07-01"},
		{"period=2026-q4", "2026-10-01", "2026-12-31", "Kwartaal 4, 2026", "", "2026-07-01"},
		{"period=1997-q1", "1997-01-01", "1997-03-31", "Kwartaal 1, 1997", "period=1997-q1", "1996-10-01"},
		{"period=2024-02", "2024-02-01", "2024-02-29", "Februari 2024", "period=2024-02", "2024-01-01"},
		{"period=2025", "2025-01-01", "2025-12-31", "2025", "period=2025", "2024-01-01"},
		{"period=own&from=1997-01-01&until=1997-03-31", "1997-01-01", "1997-03-31", "1 jan 1997 tot en met 31 mrt 1997", "from=1997-01-01&period=own&until=1997-03-31", "1996-10-03"},
		{"period=own&from=2026-05-05&until=2026-05-05", "2026-05-05", "2026-05-05", "5 mei 2026 tot en met 5 mei 2026", "from=2026-05-05&period=own&until=2026-05-05", "2026-05-04"},
	} {
		q, _ := url.ParseQuery(row.asked)
		p := readPeriod(q, today)
		back := url.Values{}
		p.put(back, today)
		if string(p.From) != row.from || string(p.Until) != row.until || p.title(nl) != row.title || back.Encode() != row.back || string(p.shift(-1).From) != row.before || p.wrong {
			t.Errorf("%q: %+v, %q, %q, before %s", row.asked, p, p.title(nl), back.Encode(), p.shift(-1).From)
		}
		if p.shift(-1).Until.Add(1) != p.From || p.shift(-1).shift(1).Span != p.Span {
			t.Errorf("%q: before it is %+v", row.asked, p.shift(-1))
		}
	}
	for _, wrong := range []string{"later", "2026-q5", "2026-13", "0026", "9999", "own", "own&from=2026-02-02&until=2026-02-01", "own&from=2026-02-31&until=2026-03-01"} {
		q, _ := url.ParseQuery("period=" + wrong)
		if p := readPeriod(q, today); !p.wrong || p.From != "2026-10-01" {
			t.Errorf("%s: %+v", wrong, p)
		}
	}
}

// TestWays: every move that the cycle has is behind a ribbon or the newcomers'
// arrow, and every name of an address means some.
func TestWays(t *testing.T) {
	t.Parallel()
	for _, f := range everyWay {
		is, ok := wayOf(string(f.From) + "-" + string(f.To))
		if f.Came() {
			is, ok = wayOf("begun")
		}
		if !ok || !is(f) {
			t.Errorf("%+v is in no list", f)
		}
	}
	for name := range ways {
		is, n := ways[name], 0
		for _, f := range everyWay {
			if is(f) {
				n++
			}
		}
		if n == 0 {
			t.Errorf("%s means nothing", name)
		}
	}
	for _, name := range []string{"-", "new", "new-", "new-nowhere", strings.Repeat("x", 99)} {
		if _, ok := wayOf(name); ok {
			t.Errorf("%q is a way", name)
		}
	}
}
