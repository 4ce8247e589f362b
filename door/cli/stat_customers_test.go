package cli_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kring/kit"
)

func write(t *testing.T, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "orders.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// orders is a shop of 400 customers in 2025, each with a pace of its own, of
// whom some leave early.
func orders(head, comma string) string {
	random := rand.New(rand.NewPCG(1899, 7))
	var b strings.Builder
	fmt.Fprintln(&b, head)
	for i := range 400 {
		pace, leaves := 10+60*random.ExpFloat64(), 365*random.Float64()*random.Float64()*3
		birth := float64(random.IntN(90))
		for at := birth; at < 360 && at <= birth+leaves; at += 1 + pace*random.ExpFloat64() {
			d := time.Date(2025, 1, 1+int(at), 0, 0, 0, 0, time.UTC).Format("2006-01-02")
			fmt.Fprintf(&b, "C%03d%s%s%s%.2f\n", i, comma, d, comma, 10+20*random.ExpFloat64())
		}
	}
	return b.String()
}

func TestStatCustomers(t *testing.T) {
	t.Parallel()
	run := kring(t)
	said := func(code int, text string, args ...string) (out, errs string) {
		t.Helper()
		got, out, errs := run("", append([]string{"stat", "customers", write(t, text)}, args...)...)
		if got != code {
			t.Fatalf("%v: code %d, want %d: %s%s", args, got, code, out, errs)
		}
		return out, errs
	}
	shop := orders("customer,date,amount", ",")
	plain, _ := said(0, shop, "--until", "2025-10-31")
	if !strings.Contains(plain, "400 customers") || !strings.Contains(plain, "log-likelihood") {
		t.Error(plain)
	}
	t.Run("the same in other forms", func(t *testing.T) {
		for name, k := range map[string]struct {
			text string
			args []string
		}{
			"semicolons, names of its own": {orders("wie;wanneer;hoeveel", ";"), []string{"--map", "wie=customer,wanneer=date,hoeveel=amount"}},
			"the other way round":          {orders("wie,wanneer,hoeveel", ","), []string{"--map", "customer=wie", "--map", "date=wanneer", "--map", "amount=hoeveel"}},
			"Dutch names":                  {orders("Klant\tDatum\tBedrag", "\t"), nil},
			"days without dashes":          {noDashes(shop), nil},
			"what came later":              {shop + "C001,2025-11-30,5\nNEW,2025-12-01,5\n", nil},
			"a purchase in two halves":     {halves(shop), nil},
		} {
			if out, _ := said(0, k.text, append(k.args, "--until", "31-10-2025")...); out != plain {
				t.Errorf("%s:\n%swant\n%s", name, out, plain)
			}
		}
	})
	t.Run("one row for each", func(t *testing.T) {
		out, errs := said(0, shop, "--per-customer", "--model", "mbg-nbd", "--unit", "day")
		lines := strings.Split(strings.TrimSpace(out), "\n")
		if len(lines) != 401 || lines[0] != "customer,x,t_x,T,zbar,p_alive,expected,expected_value" || !strings.HasPrefix(lines[1], "C000,") || !strings.Contains(errs, "mbg-nbd: 400 customers") {
			t.Errorf("%d lines, %s\n%s\n%s", len(lines), lines[0], lines[1], errs)
		}
	})
	t.Run("expected beside actual", func(t *testing.T) {
		out, _ := said(0, shop, "--track", "--until", "2025-10-31", "--predict", "20")
		if !strings.Contains(out, "2025-10-31") || !strings.Contains(out, "2026-03-20") {
			t.Error(out)
		}
	})
	t.Run("what is not right is said", func(t *testing.T) {
		for name, k := range map[string]struct {
			text string
			args []string
			says string
		}{
			"no such column":      {shop, []string{"--map", "wie=customer"}, `no column "wie"`},
			"a word of nobody":    {shop, []string{"--map", "customer=amount", "--map", "x=y"}, "neither is one of customer, date, amount"},
			"no date":             {orders("customer,x,amount", ","), nil, "--map theirs=date"},
			"a bad date":          {shop + "C9,2025-02-31,4\n", nil, `"2025-02-31": this day does not exist`},
			"a bad amount":        {"customer,date,amount\nA,2025-01-01,veel\n", nil, "row 2: this is not a number"},
			"nobody's purchase":   {"customer,date,amount\n ,2025-01-01,3\n", nil, "row 2: a purchase needs a customer"},
			"a broken row":        {"customer,date,amount\nA,2025-01-01,3,4,5\n", nil, "row 2: "},
			"nothing":             {"", nil, "nothing in this file"},
			"a header":            {"customer,date,amount\n", nil, "no rows"},
			"before anybody":      {shop, []string{"--until", "2024-01-01"}, "nobody bought anything until 2024-01-01"},
			"no day":              {shop, []string{"--until", "yesterday"}, "this day does not exist"},
			"too few":             {"customer,date\nA,2025-01-01\nA,2025-01-09\n", nil, "too few customers"},
			"amounts are needed":  {"customer,date\nA,2025-01-01\n", []string{"--model", "gamma-gamma"}, "--map theirs=amount"},
			"back in time":        {shop, []string{"--predict=-3"}, "--predict"},
			"too far":             {shop, []string{"--predict", "40000"}, "--predict"},
			"everybody the same":  {same(), nil, "do not settle"},
			"no picture of a dog": {"\x89PNG\r\n\x1a\n", nil, "no table"},
		} {
			if _, errs := said(1, k.text, k.args...); !strings.Contains(errs, k.says) {
				t.Errorf("%s: %q, want %q", name, errs, k.says)
			}
		}
	})
	t.Run("money back is no purchase", func(t *testing.T) {
		out, _ := said(0, shop+"C001,2025-05-05,-12\n", "--until", "2025-10-31")
		if !strings.HasPrefix(out, plain) || !strings.Contains(out, "1 rows with a negative amount") {
			t.Error(out)
		}
	})
	if code, _, _ := run("", "stat", "customers", write(t, shop), "--unit", "month"); code != 2 {
		t.Errorf("an unknown unit: %d", code)
	}
}

// halves makes two purchases on one day of the first one.
func halves(text string) string {
	head, rest, _ := strings.Cut(text, "\n")
	first, rest, _ := strings.Cut(rest, "\n")
	cells := strings.Split(first, ",")
	return strings.Join([]string{head, cells[0] + "," + cells[1] + ",0", first, rest}, "\n")
}

func noDashes(text string) string { return strings.ReplaceAll(text, "-", "") }

func same() string {
	var b strings.Builder
	b.WriteString("customer,date\n")
	for i := range 50 {
		fmt.Fprintf(&b, "%d,2025-01-01\n%d,2025-02-01\n%d,2025-03-01\n", i, i, i)
	}
	return b.String()
}

// TestStatCustomersReference: the command on the sample of CDNOW says what the
// papers and other programs say.
func TestStatCustomersReference(t *testing.T) {
	t.Parallel()
	run := kring(t)
	text := []string{"customer,date,amount"}
	for line := range strings.Lines(string(kit.ReferenceFile(t, "customerbase/CDNOW_sample.txt"))) {
		if f := strings.Fields(line); len(f) == 5 {
			text = append(text, f[1]+","+f[2]+","+f[4])
		}
	}
	path := write(t, strings.Join(text, "\n"))
	for _, k := range []struct {
		model                       string
		params, se                  map[string]float64
		likelihood, expected, total float64
		customers                   int
	}{
		{"bg-nbd", map[string]float64{"r": .2425945, "alpha": 4.4136019, "a": .7929199, "b": 2.4258881}, map[string]float64{"r": .012557, "alpha": .378224, "a": .185734, "b": .705416}, -9582.4292, 1653.4087, 4160.61, 2357},
		{"pareto-nbd", map[string]float64{"r": .55328, "alpha": 10.5777, "s": .60624, "beta": 11.6687}, map[string]float64{"r": .0476264, "alpha": .8427222, "s": .1872594, "beta": 6.2105448}, -9594.976, 1665.5132, 4270.04, 2357},
		{"mbg-nbd", map[string]float64{"r": .525, "alpha": 6.183, "a": .891, "b": 1.614}, nil, -9582.14, 0, 0, 2357}, // Batislam et al. 2007, table of CDNOW
		{"gamma-gamma", map[string]float64{"p": 6.25, "q": 3.744, "v": 15.44}, nil, -4055.9177, 0, 0, 946},
	} {
		code, out, errs := run("", "stat", "customers", path, "--until", "1997-09-30", "--unit", "week", "--model", k.model, "--predict", "39", "--json")
		if code != 0 {
			t.Fatal(errs)
		}
		var said struct {
			Model      string
			Customers  int
			Params, SE map[string]float64
			LL         float64 `json:"log_likelihood"`
			Expected   float64 `json:"expected_total"`
			Total      float64 `json:"cumulative_total"`
		}
		if err := json.Unmarshal([]byte(out), &said); err != nil {
			t.Fatal(err)
		}
		off := func(what string, got, want, rel float64) {
			t.Helper()
			if !(math.Abs(got-want) <= rel*math.Abs(want)) {
				t.Errorf("%s: %s is %.7g, want %.7g", k.model, what, got, want)
			}
		}
		if said.Model != k.model || said.Customers != k.customers || len(said.Params) != len(k.params) || len(said.SE) != len(k.params) {
			t.Errorf("%+v", said)
		}
		for name, want := range k.params {
			off(name, said.Params[name], want, 1e-3)
		}
		for name, want := range k.se {
			off("se of "+name, said.SE[name], want, .01)
		}
		off("log-likelihood", said.LL, k.likelihood, 2e-6)
		if k.expected > 0 {
			off("expected total", said.Expected, k.expected, .002)
			off("cumulative total", said.Total, k.total, .002)
		}
	}
}
