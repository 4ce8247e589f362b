package order_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"kring/base/day"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/money"
	"kring/domain/order"
)

const (
	now   = 1_795_447_800_000
	today = day.Day("2026-11-25")
)

var linden = id.New[id.Account]()

func draft() order.Draft {
	return order.Draft{
		Account: linden, Day: "2026-11-01", Amount: money.Money{Cents: 12_500, Currency: "EUR"}, Number: " 2026-17 ",
		Lines: []order.Line{{Text: "Koffie, proefmaand", Quantity: 2000, Cents: 10_000}, {Text: "Bezorging", Quantity: 1000, Cents: 2500}}, ExternalID: "A-9",
	}
}

func made(t *testing.T) order.Order {
	t.Helper()
	o, err := order.New(id.New[id.Order](), now, today, draft())
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestNew(t *testing.T) {
	t.Parallel()
	o := made(t)
	want := order.Order{
		ID: o.ID, Account: linden, Day: "2026-11-01", Amount: money.Money{Cents: 12_500, Currency: "EUR"}, Counter: "money", Number: "2026-17", Lines: draft().Lines,
		ExternalID: "A-9", State: order.Confirmed, Way: order.Way{Stage: order.Agreed}, Created: now, Updated: now, Version: 1,
	}
	if !reflect.DeepEqual(o, want) || !o.Stands() || !o.ForMoney() {
		t.Fatalf("%+v", o)
	}
	d := draft()
	d.Amount.Cents = 0 // the lines say it
	if o, err := order.New(o.ID, now, today, d); err != nil || o.Amount.Cents != 12_500 {
		t.Errorf("%+v %v", o, err)
	}
	d = draft()
	d.Day, d.Amount, d.Lines, d.Counter = "25-11-2026", money.Money{Currency: "EUR"}, nil, "referral"
	if o, err := order.New(o.ID, now, today, d); err != nil || o.Day != today || o.ForMoney() {
		t.Errorf("another counter-value, placed today: %+v %v", o, err)
	}
}

func TestNewRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		field string
		err   error
		bend  func(*order.Draft)
	}{
		{"account", order.ErrAccount, func(d *order.Draft) { d.Account = id.Account{} }},
		{"day", order.ErrDay, func(d *order.Draft) { d.Day = "" }},
		{"day", day.ErrBad, func(d *order.Draft) { d.Day = "31-02-2026" }},
		{"day", order.ErrFuture, func(d *order.Draft) { d.Day = "2026-11-26" }},
		{"amount", order.ErrAmount, func(d *order.Draft) { d.Amount.Cents, d.Lines = -1, nil }},
		{"amount", order.ErrAmount, func(d *order.Draft) { d.Amount.Cents, d.Lines = 0, nil }},
		{"amount", money.ErrCurrency, func(d *order.Draft) { d.Amount.Currency = "euro" }},
		{"amount", money.ErrLarge, func(d *order.Draft) { d.Amount.Cents, d.Lines = 1e13, nil }},
		{"counter_value", order.ErrCounter, func(d *order.Draft) { d.Counter = "love" }},
		{"lines", order.ErrSum, func(d *order.Draft) { d.Amount.Cents = 1 }},
		{"lines", order.ErrLines, func(d *order.Draft) { d.Lines = make([]order.Line, 1001) }},
		{"lines.1.text", order.ErrText, func(d *order.Draft) { d.Lines[1].Text = " " }},
		{"lines.0.quantity", order.ErrQuantity, func(d *order.Draft) { d.Lines[0].Quantity = 0 }},
	} {
		t.Run(c.field+"/"+c.err.Error(), func(t *testing.T) {
			t.Parallel()
			d := draft()
			c.bend(&d)
			_, err := order.New(id.New[id.Order](), now, today, d)
			if f, ok := fault.From(err); !ok || len(f.Fields) != 1 || !errors.Is(f.Fields[c.field], c.err) {
				t.Fatalf("%v", err)
			}
		})
	}
}

func TestLife(t *testing.T) {
	t.Parallel()
	o := made(t)
	d := draft()
	d.Amount.Cents, d.Lines, d.Number = 9900, nil, "2026-18"
	next, changes, err := order.Change(o, now+1, today, d)
	var fields []string
	for _, c := range changes {
		fields = append(fields, c.Field)
	}
	if err != nil || strings.Join(fields, " ") != "amount number lines" || next.Updated != now+1 {
		t.Fatalf("%v %v %v", next, fields, err)
	}
	if same, changes, err := order.Change(o, now+1, today, draft()); err != nil || len(changes) != 0 || same.Updated != now {
		t.Errorf("nothing changed: %v %v", changes, err)
	}
	if _, _, err := order.Cancel(o, now, " "); err == nil {
		t.Error("cancelled without a reason")
	}
	gone, changes, err := order.Cancel(o, now+2, "Dubbel ingevoerd")
	if err != nil || len(changes) != 2 || gone.Stands() {
		t.Fatalf("%+v %v", gone, err)
	}
	if _, _, err := order.Cancel(gone, now, "nog eens"); !errors.Is(err, order.ErrCancelled) {
		t.Error(err)
	}
	if _, _, err := order.Change(gone, now, today, draft()); !errors.Is(err, order.ErrCancelled) {
		t.Error(err)
	}
	back, _, err := order.Revive(gone, now+3)
	if err != nil || !back.Stands() || back.Why != "" {
		t.Errorf("%+v %v", back, err)
	}
	if _, _, err := order.Revive(back, now); !errors.Is(err, order.ErrStands) {
		t.Error(err)
	}
}
