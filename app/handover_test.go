package app_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"kring/app"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/opt"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/cycle"
	"kring/domain/handover"
	"kring/domain/intake"
	"kring/domain/member"
	"kring/domain/merge"
	"kring/domain/order"
	"kring/kit"
	"kring/store"
)

// relay is an organisation in which Bram finds customers for Sanne and Milan.
type relay struct {
	*testing.T
	w                               *kit.World
	bram, sanne, milan, femke, daan app.Who
	acc                             account.Account
}

func newRelay(t *testing.T, db *store.DB) *relay {
	t.Helper()
	w := kit.New(t, db)
	fresh, east, north := w.Team("Nieuwe klanten"), w.Team("Oost"), w.Team("Noord")
	r := &relay{T: t, w: w, bram: w.Member("Bram", member.NewBusiness, fresh.ID)}
	r.milan, r.sanne = w.Member("Milan", member.AccountManager, east.ID), w.Member("Sanne", member.AccountManager, east.ID)
	r.femke, r.daan = w.Member("Femke", member.AccountManager, north.ID), w.Member("Daan", member.Director)
	for _, who := range []app.Who{r.milan, r.femke, r.milan} { // Sanne looks after the fewest
		_, err := w.App.AddAccount(t.Context(), who, account.Draft{Name: "Van " + who.Member.Name})
		r.must(err)
	}
	r.acc = r.account("De Linden")
	return r
}

func (r *relay) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

func (r *relay) account(name string) account.Account {
	r.Helper()
	acc, err := r.w.App.AddAccount(r.Context(), r.bram, account.Draft{Name: name, Note: "Belt liever 's ochtends."})
	r.must(err)
	return acc
}

func (r *relay) order(acc account.Account) order.Order {
	r.Helper()
	o, err := r.w.App.PlaceOrder(r.Context(), r.bram, order.Draft{Account: acc.ID, Day: "2026-11-20", Amount: euro(100), Number: "2026-1"})
	r.must(err)
	return o
}

// waiting is the hand-over of an account that waits for somebody.
func (r *relay) waiting(acc account.Account) *handover.Handover {
	r.Helper()
	p, err := r.w.App.AccountPage(r.Context(), r.daan, acc.ID, app.Look{})
	r.must(err)
	return p.Handover
}

func (r *relay) count(who app.Who, want int) {
	r.Helper()
	if n, err := r.w.App.CountHandovers(r.Context(), who); err != nil || n != want {
		r.Errorf("%s: %d wait, want %d; %v", who.Member.Name, n, want, err)
	}
}

// TestHandover: the first order proposes it, both see the relation, and with the
// answer the owner changes.
func TestHandover(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		r := newRelay(t, db)
		a, ctx := r.w.App, t.Context()
		c, err := a.AddContact(ctx, r.bram, contact.Draft{Given: "Inge", Family: "Verbeek", Accounts: []contact.Link{{Account: r.acc.ID, Function: "Inkoop", Roles: []contact.Role{contact.Decider}}}})
		r.must(err)
		f, err := a.AddFile(ctx, r.bram, fact.Account, r.acc.ID.Any(), "huisregels.txt", strings.NewReader("Melden."))
		r.must(err)
		unseen := func(who app.Who, want bool) {
			t.Helper()
			_, err1 := a.AccountPage(ctx, who, r.acc.ID, app.Look{Facts: 10})
			_, err2 := a.Standing(ctx, who, r.acc.ID, "")
			_, err3 := a.ContactPage(ctx, who, c.ID, app.Look{})
			_, err4 := a.Timeline(ctx, who, r.acc.ID, id.Fact{}, 10)
			_, err5 := a.Orders(ctx, who, order.Filter{Account: r.acc.ID}, app.OrderPlace{}, 10)
			_, err6 := a.File(ctx, who, f.ID)
			_, _, err7 := a.Consents(ctx, who, fact.Account, r.acc.ID.Any())
			for n, err := range []error{err1, err2, err3, err4, err5, err6, err7} {
				if got := errors.Is(err, store.ErrNotFound); got != want || !want && err != nil {
					t.Errorf("%s, way %d: %v", who.Member.Name, n+1, err)
				}
			}
		}
		unseen(r.sanne, true)
		o := r.order(r.acc)
		h := r.waiting(r.acc)
		if h == nil || h.From != r.bram.Member.ID || h.To != r.sanne.Member.ID || !h.By.IsZero() || h.Order != o.ID.Any() {
			t.Fatalf("proposed: %+v", h)
		}
		var keys []string
		for _, l := range h.Items {
			keys = append(keys, l.Key+": "+l.Text)
		}
		if got := strings.Join(keys, "; "); got != "order: 2026-1; contacts: Inge Verbeek (Inkoop); note: ; files: huisregels.txt" {
			t.Errorf("the list: %s", got)
		}
		unseen(r.sanne, false)
		unseen(r.bram, false)
		unseen(r.milan, true) // of the same team, and nobody handed it to them
		unseen(r.femke, true)
		p, err := a.AccountPage(ctx, r.sanne, r.acc.ID, app.Look{})
		if r.must(err); !p.Guest || len(p.Contacts) != 1 || len(p.Files) != 1 {
			t.Errorf("what a guest sees: %+v", p)
		}
		if _, err := a.ChangeAccount(ctx, r.sanne, r.acc.ID, 0, account.Patch{Note: opt.Some("x")}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a guest writes: %v", err)
		}
		if _, err := a.PlaceOrder(ctx, r.sanne, order.Draft{Account: r.acc.ID, Day: "2026-11-20", Amount: euro(100)}); err == nil {
			t.Error("a guest orders")
		}
		s, err := a.WhySee(ctx, r.w.Member("Roos", member.Admin), r.sanne.Member.ID, fact.Account, r.acc.ID.Any())
		if r.must(err); s.Ground != "handover" {
			t.Errorf("why: %+v", s)
		}
		r.count(r.sanne, 1)
		r.count(r.bram, 0)

		_, err = a.ChangeHandover(ctx, r.sanne, h.ID, h.Version, app.HandoverPatch{Told: map[string]bool{"contacts": true}})
		r.must(err)
		if _, err := a.ChangeHandover(ctx, r.sanne, h.ID, 0, app.HandoverPatch{To: opt.Some(r.milan.Member.ID)}); !errors.Is(err, handover.ErrProposer) {
			t.Errorf("who receives it passes it on: %v", err)
		}
		if _, err := a.AcceptHandover(ctx, r.milan, h.ID, 0); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("accepted by another: %v", err)
		}
		if _, err := a.AcceptHandover(ctx, r.daan, h.ID, 0); !errors.Is(err, handover.ErrReceiver) {
			t.Errorf("accepted by a director: %v", err)
		}
		if _, err := a.AcceptHandover(ctx, r.sanne, h.ID, h.Version); !errors.Is(err, store.ErrStale) {
			t.Errorf("accepted as it was before: %v", err)
		}
		if _, err := a.ReturnHandover(ctx, r.sanne, h.ID, 0, " "); !errors.Is(fieldOf(err, "reason"), handover.ErrReason) {
			t.Errorf("returned without a word: %v", err)
		}
		_, err = a.ReturnHandover(ctx, r.sanne, h.ID, 0, "Te ver weg.")
		r.must(err)
		unseen(r.sanne, true)
		r.count(r.bram, 1)
		_, err = a.ProposeHandover(ctx, r.bram, r.acc.ID, r.milan.Member.ID, "Dichterbij")
		r.must(err)
		r.count(r.bram, 0)
		if _, err := a.ProposeHandover(ctx, r.bram, r.acc.ID, r.femke.Member.ID, ""); !errors.Is(err, handover.ErrOpen) {
			t.Errorf("twice: %v", err)
		}
		if _, err := a.ProposeHandover(ctx, r.daan, r.acc.ID, r.bram.Member.ID, ""); err == nil {
			t.Error("to the owner")
		}
		h = r.waiting(r.acc)
		h2, err := a.ChangeHandover(ctx, r.daan, h.ID, h.Version, app.HandoverPatch{To: opt.Some(r.femke.Member.ID)})
		if r.must(err); h2.Note != "Dichterbij" {
			t.Errorf("%+v", h2)
		}
		_, err = a.AcceptHandover(ctx, r.femke, h.ID, h2.Version)
		r.must(err)
		acc, err := a.Account(ctx, r.femke, r.acc.ID)
		if r.must(err); acc.Owner != r.femke.Member.ID || acc.Team != r.femke.Member.Team {
			t.Errorf("the owner: %+v", acc)
		}
		if _, err := a.AcceptHandover(ctx, r.femke, h.ID, 0); !errors.Is(err, handover.ErrSettled) {
			t.Errorf("twice: %v", err)
		}
		unseen(r.bram, true)
		facts, err := a.Timeline(ctx, r.femke, r.acc.ID, id.Fact{}, 50)
		r.must(err)
		var deeds []string
		for _, f := range facts {
			if f.Kind == fact.Handover {
				deeds = append([]string{strings.TrimPrefix(f.Deed, "handover.") + f.Why}, deeds...)
			}
		}
		if got := strings.Join(deeds, " "); got != "proposedorder changed returned withdrawnagain proposed changed accepted" {
			t.Errorf("facts: %s", got)
		}
	})
}

// TestHandoverMeanwhile: what happens to a relation while nobody answered.
func TestHandoverMeanwhile(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		r := newRelay(t, db)
		a, ctx := r.w.App, t.Context()
		each := func(name string, meanwhile func(acc account.Account, o order.Order), left string) {
			t.Helper()
			acc := r.account(name)
			o := r.order(acc)
			h := r.waiting(acc)
			if h == nil {
				t.Fatalf("%s: nothing is proposed", name)
			}
			meanwhile(acc, o)
			got := "gone"
			if l, err := a.Handover(ctx, r.daan, h.ID); err == nil {
				got = string(l.State)
			} else if !errors.Is(err, store.ErrNotFound) {
				t.Fatal(err)
			}
			if got != left {
				t.Errorf("%s: %s, want %s", name, got, left)
			}
			receiver := r.sanne
			if h.To == r.milan.Member.ID {
				receiver = r.milan
			} else if h.To == r.femke.Member.ID {
				receiver = r.femke
			}
			if _, err := a.AcceptHandover(ctx, receiver, h.ID, 0); left != "proposed" && (err == nil || fault.KindOf(err) == fault.Internal) {
				t.Errorf("%s: accepted after all: %v", name, err)
			}
		}
		each("order cancelled", func(_ account.Account, o order.Order) {
			r.must(errOf(a.CancelOrder(ctx, r.bram, o.ID, 0, "dubbel")))
		}, "gone")
		each("another order", func(acc account.Account, o order.Order) {
			r.order(acc)
			r.must(errOf(a.CancelOrder(ctx, r.bram, o.ID, 0, "dubbel")))
		}, "proposed")
		each("owner changed by hand", func(acc account.Account, _ order.Order) {
			r.must(errOf(a.ChangeAccount(ctx, r.daan, acc.ID, 0, account.Patch{Owner: opt.Some(r.daan.Member.ID)})))
		}, "withdrawn")
		each("another field changed", func(acc account.Account, _ order.Order) {
			r.must(errOf(a.ChangeAccount(ctx, r.bram, acc.ID, 0, account.Patch{Size: opt.Some(5)})))
		}, "proposed")
		each("into the bin", func(acc account.Account, _ order.Order) {
			r.must(errOf(a.BinAccount(ctx, r.bram, acc.ID, 0)))
		}, "withdrawn")
		each("merged into another", func(acc account.Account, _ order.Order) {
			m, err := a.Merge(ctx, r.bram, fact.Account, r.acc.ID.Any(), acc.ID.Any(), merge.Choice{})
			r.must(err)
			if r.waiting(r.acc) != nil {
				t.Error("the survivor is on its way")
			}
			_, err = a.Unmerge(ctx, r.bram, m.ID)
			r.must(err)
		}, "withdrawn")
		each("ended", func(acc account.Account, _ order.Order) {
			d, err := a.Decide(ctx, r.bram, acc.ID, cycle.Decision{Kind: cycle.Notice, Day: "2026-11-21", Reason: cycle.Price})
			r.must(err)
			_, err = a.WithdrawDecision(ctx, r.bram, d.ID, 0)
			r.must(err)
		}, "gone")
		acc := r.account("van een accountmanager")
		r.must(errOf(a.ChangeAccount(ctx, r.daan, acc.ID, 0, account.Patch{Owner: opt.Some(r.sanne.Member.ID)})))
		r.must(errOf(a.PlaceOrder(ctx, r.daan, order.Draft{Account: acc.ID, Day: "2026-11-20", Amount: euro(1)})))
		if h := r.waiting(acc); h != nil {
			t.Errorf("who has an account manager goes nowhere: %+v", h)
		}
	})
}

// TestHandoverAtOnce: of an answer and a change at the same moment one counts.
func TestHandoverAtOnce(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		r := newRelay(t, db)
		r.order(r.acc)
		h := r.waiting(r.acc)
		var wg sync.WaitGroup
		failed := make([]error, 4)
		for n := range failed {
			wg.Go(func() {
				if n%2 == 0 {
					_, failed[n] = r.w.App.AcceptHandover(t.Context(), r.sanne, h.ID, h.Version)
				} else {
					_, failed[n] = r.w.App.ReturnHandover(t.Context(), r.sanne, h.ID, h.Version, "Te ver weg.")
				}
			})
		}
		wg.Wait()
		won := 0
		for _, err := range failed {
			if err == nil {
				won++
			} else if fault.KindOf(err) != fault.Conflict {
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d answers count", won)
		}
	})
}

// TestHandoverImported: orders that come from a file propose as well, and when the
// import is taken back nothing is left of it.
func TestHandoverImported(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		r := newRelay(t, db)
		h := &importer{T: t, w: r.w, who: r.bram}
		in := h.run(h.upload(fact.Order, "Klant;Datum;Bedrag;Order id\nDe Linden;01-02-2022;5;A-1\nDe Linden;01-06-2026;5;A-2\n", intake.Options{Key: "external_id"}, nil))
		if p := r.waiting(r.acc); p == nil || p.To != r.sanne.Member.ID {
			t.Fatalf("proposed: %+v", p)
		}
		h.undo(in)
		if p := r.waiting(r.acc); p != nil {
			t.Errorf("left of it: %+v", p)
		}
	})
}
