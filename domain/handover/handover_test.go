package handover

import (
	"errors"
	"testing"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
)

var (
	bram, sanne, daan = id.New[id.Member](), id.New[id.Member](), id.New[id.Member]()
	acc               = id.New[id.Account]()
)

func proposed(t *testing.T) Handover {
	t.Helper()
	h, err := New(id.New[id.Record](), 1, "2026-11-25", Handover{Account: acc, From: bram, To: sanne, Items: []Item{{Key: "contacts", N: 2, Text: "Inge, Paul"}, {Key: "files"}}})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestStates is each state with each verb: what becomes of it, or what is said.
func TestStates(t *testing.T) {
	t.Parallel()
	verbs := map[string]func(Handover) (Handover, []fact.Change, error){
		"accept":   func(h Handover) (Handover, []fact.Change, error) { return h.Accept(2, sanne) },
		"return":   func(h Handover) (Handover, []fact.Change, error) { return h.Return(2, sanne, "Te ver weg.") },
		"withdraw": func(h Handover) (Handover, []fact.Change, error) { return h.Withdraw(2) },
		"redirect": func(h Handover) (Handover, []fact.Change, error) { return h.Redirect(2, daan, "") },
		"tick":     func(h Handover) (Handover, []fact.Change, error) { return h.Tick(2, "contacts", true, bram) },
	}
	want := map[State]map[string]State{ // what is missing is refused
		Proposed: {"accept": Accepted, "return": Returned, "withdraw": Withdrawn, "redirect": Proposed, "tick": Proposed},
		Accepted: {}, Returned: {"withdraw": Withdrawn}, Withdrawn: {},
	}
	for _, s := range States {
		for name, verb := range verbs {
			h := proposed(t)
			h.State = s
			next, changes, err := verb(h)
			if to, may := want[s][name]; may && (err != nil || next.State != to || len(changes) == 0 || next.Updated != 2) {
				t.Errorf("%s of %s: %+v %v", name, s, next, err)
			} else if !may && !errors.Is(err, ErrSettled) {
				t.Errorf("%s of %s is not refused: %v", name, s, err)
			}
		}
	}
}

// TestRefusals: who may answer, and what has to be said.
func TestRefusals(t *testing.T) {
	t.Parallel()
	h := proposed(t)
	if len(h.Items) != 1 || h.Left() != 1 {
		t.Errorf("a line of what is not there: %+v", h.Items)
	}
	of := func(_ Handover, _ []fact.Change, err error) error { return err }
	in := func(err error, field string) error {
		if f, ok := fault.From(err); ok && f.Fields[field] != nil {
			return f.Fields[field]
		}
		return err
	}
	for name, c := range map[string]struct{ got, want error }{
		"accepted by another":    {of(h.Accept(2, bram)), ErrReceiver},
		"returned by another":    {of(h.Return(2, daan, "nee")), ErrReceiver},
		"returned without words": {in(of(h.Return(2, sanne, " ")), "reason"), ErrReason},
		"to the owner":           {in(of(h.Redirect(2, bram, "")), "to"), ErrSelf},
		"to nobody":              {in(of(h.Redirect(2, id.Member{}, "")), "to"), ErrTo},
		"another line":           {of(h.Tick(2, "files", true, bram)), ErrItem},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	if _, err := New(id.New[id.Record](), 1, "2026-11-25", Handover{Account: acc, To: sanne}); !errors.Is(err, ErrOwner) {
		t.Errorf("of nobody: %v", err)
	}
	next, _, err := h.Tick(2, "contacts", true, bram)
	if err != nil || next.Left() != 0 || h.Left() != 1 || next.Items[0].By != bram {
		t.Errorf("ticked: %+v %v", next.Items, err)
	}
	if _, changes, err := next.Tick(3, "contacts", true, sanne); err != nil || len(changes) != 0 {
		t.Errorf("ticked again: %v %v", changes, err)
	}
	if !h.Waits(sanne) || h.Waits(bram) || !h.Concerns(bram) || h.Concerns(daan) {
		t.Error("for whom it waits")
	}
	back, _, err := h.Return(2, sanne, "Te ver weg.")
	if err != nil || !back.Waits(bram) || back.Waits(sanne) {
		t.Errorf("returned: %+v %v", back, err)
	}
}

// TestChoose: the fewest relations, of two the first.
func TestChoose(t *testing.T) {
	t.Parallel()
	n := map[id.Member]int{bram: 3, sanne: 1, daan: 1}
	if got := Choose([]id.Member{bram, sanne, daan}, n); got != sanne {
		t.Error(got)
	}
	if got := Choose(nil, n); !got.IsZero() {
		t.Error(got)
	}
}
