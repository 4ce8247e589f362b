package order

import (
	"errors"
	"slices"
	"testing"

	"kring/base/fault"
	"kring/base/id"
	"kring/base/money"
	"kring/base/opt"
)

// TestAmend: what is not mentioned stays, and lines without an amount bring it.
func TestAmend(t *testing.T) {
	t.Parallel()
	lines := []Line{{Text: "Koffie", Quantity: 2000, Cents: 1000}, {Text: "Thee", Quantity: 1500, Cents: 500}}
	was, err := New(id.New[id.Order](), 1, "2026-11-25", Draft{
		Account: id.New[id.Account](), Day: "2026-11-01", Amount: money.Money{Cents: 1500, Currency: "USD"}, Lines: lines, Number: "7", Note: "snel", ExternalID: "A",
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		patch Patch
		want  []string // what is different
		err   error
		field string
	}{
		{"nothing", Patch{}, nil, nil, ""},
		{"the same day", Patch{Day: opt.Some(was.Day)}, nil, nil, ""},
		{"another day", Patch{Day: opt.Some(was.Day.Add(1))}, []string{"day"}, nil, ""},
		{"a day to come", Patch{Day: opt.Some(was.Day.Add(100))}, nil, ErrFuture, "day"},
		{"an amount that the lines do not make", Patch{Cents: opt.Some(int64(1600))}, nil, ErrSum, "lines"},
		{"another currency", Patch{Currency: opt.Some("EUR")}, []string{"amount"}, nil, ""},
		{"a line more, with its amount", Patch{Lines: opt.Some(append(slices.Clone(lines), Line{Text: "Water", Quantity: 1000, Cents: 100}))}, []string{"amount", "lines"}, nil, ""},
		{"a line less and the old amount", Patch{Lines: opt.Some(lines[:1]), Cents: opt.Some(int64(1500))}, nil, ErrSum, "lines"},
		{"a line less and no amount", Patch{Lines: opt.Some(lines[:1]), Cents: opt.Some(int64(0))}, []string{"amount", "lines"}, nil, ""},
		{"no lines any more", Patch{Lines: opt.Empty[[]Line]()}, []string{"lines"}, nil, ""},
		{"emptied", Patch{Number: opt.Some(""), Note: opt.Some(""), ExternalID: opt.Some("")}, []string{"number", "note", "external_id"}, nil, ""},
		{"negative", Patch{Cents: opt.Some(int64(-1)), Lines: opt.Empty[[]Line]()}, nil, ErrAmount, "amount"},
	} {
		next, changes, err := Amend(was, 2, "2026-11-25", test.patch)
		if f, _ := fault.From(err); test.err != nil && (f == nil || !errors.Is(f.Fields[test.field], test.err)) {
			t.Errorf("%s: %v, want %v", test.name, err, test.err)
		}
		if test.err == nil && err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		var got []string
		for _, c := range changes {
			got = append(got, c.Field)
		}
		if !slices.Equal(got, test.want) || err == nil && (len(got) > 0) != (next.Updated == 2) {
			t.Errorf("%s: changed %v, want %v", test.name, got, test.want)
		}
	}
}

// TestOnly: what a patch says of some fields is kept, the rest is not said.
func TestOnly(t *testing.T) {
	t.Parallel()
	all := Draft{}.Patch()
	if got := all.Mentions(); !slices.Equal(got, Fields) {
		t.Errorf("a whole draft mentions %v", got)
	}
	for _, f := range Fields {
		if got := all.Only([]string{f}).Mentions(); !slices.Equal(got, []string{f}) {
			t.Errorf("only %s: %v", f, got)
		}
	}
}
