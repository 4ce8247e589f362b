package bench

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"kring/app"
	"kring/base/day"
	"kring/base/fact"
	"kring/base/id"
	"kring/base/money"
	"kring/demo"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/cycle"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/domain/order"
	"kring/domain/organisation"
	"kring/store"
)

// world is what the clients have to know of what was loaded.
type world struct {
	Org      id.Org       `json:"org"`
	Token    string       `json:"token"`
	Hash     []byte       `json:"hash"`
	Email    string       `json:"email"`
	Password string       `json:"password"`
	Sample   []sample     `json:"-"`
	IDs      []id.Account `json:"ids"`
	Lists    []string     `json:"-"` // questions to a list
}

const (
	email    = "director@bench.example"
	password = "alleen voor het meten van snelheid"
	owners   = 12
	chunk    = 2000 // accounts in one transaction
)

// load fills the database, or finds it as an earlier run filled it.
func (r *run) load() (*world, error) {
	db, err := store.Open(r.ctx, store.Config{Dir: r.Data, URL: r.Database, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	defer db.Close() //nolint:errcheck // everything was committed
	a := app.New(db, app.Config{})
	name := fmt.Sprintf("Meting %d %d", r.Accounts, r.Seed)
	empty, err := a.Empty(r.ctx)
	if err != nil {
		return nil, err
	}
	if empty {
		if err := r.fill(db, a, name); err != nil {
			return nil, err
		}
	}
	// What comes by every night would work on the core that is measured.
	if err := a.PostponeRoutine(r.ctx, 6*time.Hour); err != nil {
		return nil, err
	}
	who, err := a.AsMember(r.ctx, email)
	if err != nil {
		return nil, fmt.Errorf("this database holds no such world: %w", err)
	}
	if who.Org.Name != name {
		return nil, fmt.Errorf("this database holds %q and not %q: give another --data or an empty --database", who.Org.Name, name)
	}
	w := &world{Org: who.Org.ID, Email: email, Password: password}
	if _, w.Token, err = a.AddToken(r.ctx, who, "bench", 0); err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(w.Token))
	w.Hash = sum[:]
	return w, errors.Join(r.pick(a, who, w), r.weigh(db, who))
}

func (r *run) fill(db *store.DB, a *app.App, name string) error {
	if _, err := a.Setup(r.ctx, app.Setup{Organisation: name, Word: organisation.Customer, Locale: "nl", Name: "Beheer", Email: "admin@bench.example", Password: password}); err != nil {
		return err
	}
	machine, err := a.AsMachine(r.ctx)
	if err != nil {
		return err
	}
	if _, _, err := a.Invite(r.ctx, machine, app.Invitation{Name: "Directeur", Email: email, Role: member.Director, Password: password}); err != nil {
		return err
	}
	var staff []member.Member
	for i, team := range []string{"Oost", "West", "Noord", "Zuid"} {
		g, err := a.AddTeam(r.ctx, machine, team, id.Team{})
		if err != nil {
			return err
		}
		for n := range owners / 4 {
			m, _, err := a.Invite(r.ctx, machine, app.Invitation{Name: fmt.Sprintf("Accountmanager %s %d", team, n+1), Email: fmt.Sprintf("am%d.%d@bench.example", i, n), Role: member.AccountManager, Team: g.ID})
			if err != nil {
				return err
			}
			staff = append(staff, m)
		}
	}
	at := time.Now()
	err = db.Unindexed(r.ctx, r.still, func() error { return r.pour(db, machine, staff) })
	r.report.Loading = time.Since(at).Seconds()
	return errors.Join(err, looked(r.ctx, db, machine))
}

// looked says that the look for doubles was here last night: the first one at a
// million would run for as long as the clients do, on the same core.
func looked(ctx context.Context, db *store.DB, machine app.Who) error {
	return db.Write(ctx, machine.Org.ID, fact.Actor{Kind: "system", Name: "bench"}, func(tx *store.Tx) error {
		now := tx.Now()
		for _, kind := range []fact.Kind{fact.Account, fact.Contact} {
			if err := tx.SaveScan(store.Scan{Kind: kind, Filled: true, Since: now, Begun: now, Whole: now, Ended: now}); err != nil {
				return err
			}
		}
		return nil
	})
}

// pour draws the world on all processors while the writer takes what is ready.
func (r *run) pour(db *store.DB, machine app.Who, staff []member.Member) error {
	ctx, stop := context.WithCancel(r.ctx)
	defer stop()
	lots, numbers := make(chan drawnLot, 4), make(chan int)
	var drawn sync.WaitGroup
	var failed error
	var once sync.Once
	for range 2 {
		drawn.Go(func() {
			for n := range numbers {
				hat := demo.NewHat(r.Seed<<20 + uint64(n))
				l, err := drawLot(hat, staff, min(chunk, r.Accounts-n*chunk), db.Now())
				if err == nil {
					err = l.live(hat, db.Now())
				}
				if err != nil {
					once.Do(func() { failed = err })
					stop()
					return
				}
				select {
				case lots <- l:
				case <-ctx.Done():
					return
				}
			}
		})
	}
	go func() {
		defer close(numbers)
		for n := 0; n*chunk < r.Accounts; n++ {
			select {
			case numbers <- n:
			case <-ctx.Done():
				return
			}
		}
	}()
	go func() { drawn.Wait(); close(lots) }()
	done := 0
	for l := range lots {
		err := db.Write(r.ctx, machine.Org.ID, fact.Actor{Kind: "system", Name: "bench"}, func(tx *store.Tx) error { return write(tx, l) })
		if err != nil {
			return err
		}
		done += len(l.accounts)
		r.still(fmt.Sprintf("%s of %s accounts", thousands(done), thousands(r.Accounts)))
	}
	return errors.Join(failed, r.ctx.Err())
}

type drawnLot struct {
	accounts  []account.Account
	contacts  []contact.Contact
	orders    []order.Order
	decisions []store.Decision
}

// live draws what became of the accounts: of twenty, eleven never bought, five
// bought once or twice, four come back, and of those that buy some left or were
// told to.
func (l *drawnLot) live(h *demo.Hat, now int64) error {
	today := day.At(now, time.UTC)
	for _, a := range l.accounts {
		buys := 0
		switch n := h.N(20); {
		case n < 4:
			buys = 3 + h.N(3)
		case n < 9:
			buys = 1 + h.N(2)
		}
		began, last := day.At(a.Created, time.UTC), day.Day("")
		known := began.Until(today)
		for range buys {
			on := began.Add(h.N(known + 1))
			o, err := order.New(id.New[id.Order](), now, today, order.Draft{Account: a.ID, Day: on, Amount: money.Money{Cents: int64(5_000 + h.N(500_000)), Currency: store.Home}})
			if err != nil {
				return err
			}
			l.orders, last = append(l.orders, o), max(last, on)
		}
		if buys == 0 || h.N(6) > 0 {
			continue
		}
		d := cycle.Decision{ID: id.New[id.Record](), Kind: cycle.Notice, Day: last.Add(h.N(last.Until(today) + 1)), At: now, Reason: cycle.Price, By: a.Owner, State: cycle.Stands}
		if h.N(8) == 0 {
			d.Kind, d.Reason, d.Note = cycle.Ending, cycle.NonPayment, "Betaalt niet."
		}
		l.decisions = append(l.decisions, store.Decision{Decision: d, Account: a.ID})
	}
	return nil
}

// drawLot draws accounts spread over five years, with three contacts at every
// two of them.
func drawLot(h *demo.Hat, staff []member.Member, n int, now int64) (l drawnLot, err error) {
	for i := range n {
		t := h.Town()
		var d account.Draft
		host := ""
		if h.N(5) == 0 {
			d = h.Private(t)
		} else {
			d, host = h.Firm(t)
		}
		o := staff[h.N(len(staff))]
		d.Owner, d.Team = o.ID, o.Team
		at := now - int64(h.N(5*365*24*3600))*1000
		a, err := account.New(id.New[id.Account](), at, "NL", d)
		if err != nil {
			return l, fmt.Errorf("%s: %w", d.Name, err)
		}
		l.accounts = append(l.accounts, a)
		for k := range 1 + i%2 {
			if host == "" {
				host = demo.Host(d.Name)
			}
			cd := h.Colleague(host, k)
			cd.Accounts[0].Account = a.ID
			c, err := contact.New(id.New[id.Contact](), at, "NL", cd)
			if err != nil {
				return l, fmt.Errorf("%s %s: %w", cd.Given, cd.Family, err)
			}
			l.contacts = append(l.contacts, c)
		}
	}
	return l, nil
}

// write stores a lot, with what happened to each account since: five facts for
// every account, all in all.
func write(tx *store.Tx, l drawnLot) error {
	var created, since, met, bought []fact.Fact
	for i, a := range l.accounts {
		created = append(created, fact.Fact{Deed: "account.created", Changes: account.Diff(account.Account{}, a)})
		for range 2 + i%2 {
			since = append(since, fact.Fact{Deed: "account.changed", Kind: fact.Account, Subject: a.ID.Any(), Account: a.ID, Label: a.Name, Changes: []fact.Change{fact.Of("note", "", "Kwartaalgesprek gevoerd.")}})
		}
	}
	for _, o := range l.orders {
		bought = append(bought, fact.Fact{Deed: "order.placed", Changes: order.Diff(order.Order{}, o)})
	}
	for _, c := range l.contacts {
		met = append(met, fact.Fact{Deed: "contact.created", Changes: contact.Diff(contact.Contact{}, c)})
	}
	if err := tx.AddAccounts(l.accounts, created); err != nil {
		return err
	}
	if err := tx.AddContacts(l.contacts, met); err != nil {
		return err
	}
	if err := tx.AddOrders(l.orders, bought); err != nil {
		return err
	}
	for _, d := range l.decisions {
		if _, err := tx.AddDecision(d, fact.Fact{Deed: "decision.taken"}); err != nil {
			return err
		}
	}
	return tx.AddFacts(since)
}

// pick chooses the accounts that are asked for: some of every town.
func (r *run) pick(a *app.App, who app.Who, w *world) error {
	fields, err := a.AccountCatalogue(r.ctx, who)
	if err != nil {
		return err
	}
	for _, order := range []string{"name", "-name", "-updated_at", "updated_at", "city", "-city", "-size", "size"} {
		q, err := filter.Parse(fields, map[string][]string{"sort": {order}, "limit": {"200"}}, filter.Limits{})
		if err != nil {
			return err
		}
		for range 5 {
			p, err := a.Accounts(r.ctx, who, q)
			if err != nil {
				return err
			}
			for _, one := range p.Items {
				w.IDs = append(w.IDs, one.ID)
				s := sample{ID: one.ID, Name: one.Name, Phone: one.Phones.Preferred().E164, Email: one.Emails.Preferred().Normal, Owner: one.Owner, Team: one.Team, City: one.Addresses.Main().City}
				if len(one.Tags) > 0 {
					s.Tag = one.Tags[0]
				}
				w.Sample = append(w.Sample, s)
			}
			if p.Next.IsZero() {
				break
			}
			q.Cursor = p.Next
		}
	}
	w.Lists = r.lists(w)
	r.rng.Shuffle(len(w.Sample), func(i, j int) { w.Sample[i], w.Sample[j] = w.Sample[j], w.Sample[i] })
	return nil
}

// lists are questions to a list as people have them: one field or two, in any
// order.
func (r *run) lists(w *world) (all []string) {
	orders := []string{"name", "-name", "-updated_at", "created_at", "-size", "city"}
	for i, s := range w.Sample {
		ask := [][2]string{{"owner", s.Owner.String()}, {"team", s.Team.String()}, {"city", s.City}, {"tags", s.Tag}, {"phone", s.Phone}, {"email", s.Email}, {"size", "gte:250"}, {"kind", "person"}}
		first := ask[i%len(ask)]
		q := url.Values{"sort": {orders[r.rng.IntN(len(orders))]}}
		q.Set(first[0], first[1])
		if second := ask[r.rng.IntN(4)]; i%3 == 0 && second[0] != first[0] {
			q.Set(second[0], second[1])
		}
		if first[1] != "" {
			all = append(all, q.Encode())
		}
	}
	return all
}

// weigh counts what there is.
func (r *run) weigh(db *store.DB, who app.Who) error {
	counts, err := db.Weigh(r.ctx, who.Org.ID)
	if err == nil {
		r.report.Tuning, err = db.Tuning(r.ctx)
	}
	r.report.Accounts, r.report.Contacts, r.report.Facts = counts["account"], counts["contact"], counts["fact"]
	if i, e := os.Stat(filepath.Join(r.Data, "kring.db")); r.Database == "" && e == nil {
		r.report.Megabytes = i.Size() >> 20
	}
	return err
}
