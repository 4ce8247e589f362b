package contract_test

import (
	"errors"
	"testing"

	"kring/base/day"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/money"
	"kring/domain/contract"
)

func draft() contract.Draft {
	return contract.Draft{
		Account: id.New[id.Account](), Title: "Onderhoud drie machines", Starts: "2026-01-31", Term: 12, Notice: 90, Renewal: contract.Proposal,
		Amount: money.Money{Cents: 10_000, Currency: "EUR"}, Period: contract.Month,
	}
}

func made(t *testing.T, bend func(*contract.Draft)) contract.Contract {
	t.Helper()
	d := draft()
	if bend != nil {
		bend(&d)
	}
	c, err := contract.New(id.New[id.Contract](), 1, d)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNew(t *testing.T) {
	t.Parallel()
	c := made(t, nil)
	if c.Ends != "2027-01-30" || c.NoticeBy() != "2026-11-01" || c.ProposeBy() != "2026-10-02" || c.Next != "2026-01-31" || c.Yearly() != 120_000 {
		t.Errorf("%+v %s %s", c, c.NoticeBy(), c.ProposeBy())
	}
	c = made(t, func(d *contract.Draft) { d.InvoicedUntil = "2026-06-30" })
	if c.Next != "2026-07-31" || c.Done != 6 {
		t.Errorf("taken over: %s %d", c.Next, c.Done)
	}
	for field, bend := range map[string]func(*contract.Draft){
		"title": func(d *contract.Draft) { d.Title = " " }, "account": func(d *contract.Draft) { d.Account = id.Account{} }, "starts": func(d *contract.Draft) { d.Starts = "2026-02-30" },
		"term": func(d *contract.Draft) { d.Term = 0 }, "notice": func(d *contract.Draft) { d.Notice = 400 }, "amount": func(d *contract.Draft) { d.Amount.Cents = 0 },
		"period": func(d *contract.Draft) { d.Period = "week" }, "renewal": func(d *contract.Draft) { d.Renewal = "" }, "index": func(d *contract.Draft) { d.Index = 5001 },
	} {
		d := draft()
		bend(&d)
		if _, err := contract.New(id.New[id.Contract](), 1, d); err == nil {
			t.Errorf("%s is taken", field)
		} else if f, ok := fault.From(err); !ok || f.Fields[field] == nil {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// TestDue: each period comes once, on the same day of the month as far as there
// is one, and rises with the index after each year.
func TestDue(t *testing.T) {
	t.Parallel()
	c := made(t, func(d *contract.Draft) { d.Term, d.Index = 24, 250 })
	var turns []contract.Turn
	for {
		turn, next, ok := contract.Due(c, 1, "2027-03-01")
		if !ok {
			break
		}
		turns, c = append(turns, turn), next
	}
	if len(turns) != 14 || c.Next != "2027-03-31" {
		t.Fatalf("%d, next %s", len(turns), c.Next)
	}
	for n, want := range map[int]contract.Turn{
		0: {N: 1, From: "2026-01-31", Until: "2026-02-27", Cents: 10_000}, 1: {N: 2, From: "2026-02-28", Until: "2026-03-30", Cents: 10_000},
		11: {N: 12, From: "2026-12-31", Until: "2027-01-30", Cents: 10_000}, 12: {N: 13, From: "2027-01-31", Until: "2027-02-27", Cents: 10_250}, 13: {N: 14, From: "2027-02-28", Until: "2027-03-30", Cents: 10_250},
	} {
		if turns[n] != want {
			t.Errorf("%d: %+v, not %+v", n, turns[n], want)
		}
	}
}

func TestEnd(t *testing.T) {
	t.Parallel()
	for renewal, want := range map[contract.Renewal]struct {
		state contract.State
		ends  day.Day
	}{contract.Proposal: {contract.Ended, "2027-01-30"}, contract.Ends: {contract.Ended, "2027-01-30"}, contract.Silent: {contract.Active, "2028-01-30"}} {
		c := made(t, func(d *contract.Draft) { d.Renewal = renewal })
		if next, changes, err := contract.Pass(c, 2, "2027-01-30"); err != nil || len(changes) != 0 {
			t.Errorf("%s ends on its last day: %+v %v", renewal, next, err)
		}
		next, _, err := contract.Pass(c, 2, "2027-01-31")
		if err != nil || next.State != want.state || next.Ends != want.ends {
			t.Errorf("%s: %+v %v", renewal, next, err)
		}
	}
	c := made(t, nil)
	next, _, err := contract.Renew(c, 2, 6, 11_000)
	if err != nil || next.Ends != "2027-07-30" || next.Cents != 11_000 {
		t.Errorf("%+v %v", next, err)
	}
	if _, _, err := contract.Renew(c, 2, 300, 0); err == nil {
		t.Error("300 months")
	}
	stopped, _, err := contract.Stop(c, 2, "2026-12-31", "2026-11-25", "Te duur")
	if err != nil || stopped.State != contract.Active || stopped.Ends != "2026-12-31" || stopped.ProposeBy() != "" {
		t.Errorf("%+v %v", stopped, err)
	}
	gone, _, err := contract.Stop(c, 2, "2026-11-01", "2026-11-25", "Verhuisd")
	if err != nil || gone.State != contract.Ended || gone.Next != "" {
		t.Errorf("%+v %v", gone, err)
	}
	if _, _, err := contract.Stop(gone, 2, "2026-11-01", "2026-11-25", "x"); !errors.Is(err, contract.ErrEnded) {
		t.Error(err)
	}
	if _, _, err := contract.Stop(c, 2, "2025-01-01", "2026-11-25", ""); err == nil {
		t.Error("before it began, without a reason")
	}
}
