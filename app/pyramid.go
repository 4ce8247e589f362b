package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/job"
	"kring/base/money"
	"kring/domain/member"
	"kring/domain/pyramid"
	"kring/store"
)

// How the pyramid is computed. Twelve months end on another day each morning, so
// every relation may move; a million of them are not counted when somebody opens
// a page. Once a night, in the organisation's own night, all relations are walked
// twice in the order of their ids: first with what they bought, which gives the
// layers and the fifths, then to write down what changed since the night before.
// The sums come last, in one change.

// Ranking is one computation of the pyramid.
type Ranking = store.Ranking

// Ranked is where an account stands in the pyramid.
type Ranked = store.Ranked

// HomeCurrency is the currency in which relations are compared.
const HomeCurrency = "EUR"

const (
	rankJob   = "pyramid.rank"
	rankEach  = 1000 // relations at a time
	rankNight = 20 * time.Hour
	mostCame  = 60 // months back of which new customers are kept apart
)

var (
	// ErrRankDay says of which days a pyramid can be asked.
	ErrRankDay = fault.New(fault.Invalid, "pyramid.day", "choose a day from 1990 until today")
	// ErrPeriod says that a period cannot be.
	ErrPeriod = fault.New(fault.Invalid, "pyramid.period", "choose months of the last five years, the first one first")
)

// rankArgs is what a job is asked: the day; none is the one of every night.
type rankArgs struct {
	Day day.Day `json:"day,omitempty"`
}

// rank is the routine, which looks whether it is night, and the job that a
// person asks for.
func (a *App) rank(ctx context.Context, j job.Job) error {
	if j.Org.IsZero() {
		return a.everyOrganisation(ctx, func(o id.Org) error { return a.rankTonight(ctx, o) })
	}
	var args rankArgs
	if err := json.Unmarshal(j.Args, &args); err != nil {
		return err
	}
	zone, err := a.zoneOf(ctx, j.Org)
	if err != nil {
		return err
	}
	return a.rankOrganisation(ctx, j.Org, args.Day, zone)
}

func (a *App) zoneOf(ctx context.Context, o id.Org) (zone *time.Location, err error) {
	err = a.db.Peek(ctx, o, func(v *store.View) error {
		org, err := v.Organisation()
		zone = Who{Org: org}.Zone()
		return err
	})
	return zone, err
}

func (a *App) rankTonight(ctx context.Context, o id.Org) error {
	zone, err := a.zoneOf(ctx, o)
	if err != nil {
		return err
	}
	last := int64(0)
	err = a.db.Peek(ctx, o, func(v *store.View) error {
		all, err := v.Rankings()
		for _, r := range all {
			if r.Day == "" {
				last = r.Computed
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	now := a.db.Now()
	hour := time.UnixMilli(now).In(zone).Hour()
	rested := now-last > rankNight.Milliseconds() && hour >= nightFrom && hour < nightTo
	if last != 0 && !rested {
		return nil
	}
	return a.rankOrganisation(ctx, o, "", zone)
}

// ranker computes one pyramid.
type ranker struct {
	a       *App
	org     id.Org
	zone    *time.Location
	ranking store.Ranking
	window  pyramid.Window

	buyers  []buyer // in the order of their ids
	ranked  int     // of them with a place in the four upper layers
	sums    map[store.RankSum]store.RankTotal
	cohorts map[store.Cohort]store.RankTotal
	others  map[id.Account][]money.Money // bought in the window in another currency
}

// buyer is a relation that ever bought.
type buyer struct {
	id      id.Account
	history pyramid.History
	class   pyramid.Class
	score   pyramid.RFM
}

func (a *App) rankOrganisation(ctx context.Context, o id.Org, d day.Day, zone *time.Location) error {
	now := a.db.Now()
	until := d
	if until == "" {
		until = day.At(now, zone)
	}
	r := &ranker{
		a: a, org: o, zone: zone, ranking: store.Ranking{Day: d, Until: until, Computed: now}, window: pyramid.Year(until),
		sums: map[store.RankSum]store.RankTotal{}, cohorts: map[store.Cohort]store.RankTotal{}, others: map[id.Account][]money.Money{},
	}
	if err := r.walk(ctx, r.gather); err != nil {
		return err
	}
	r.order()
	if err := r.walk(ctx, r.write); err != nil {
		return err
	}
	err := a.db.Write(ctx, o, system("routine"), func(tx *store.Tx) error { return tx.SaveRanking(r.ranking, r.sums, r.cohorts) })
	if err != nil {
		return err
	}
	return a.forgetRankings(ctx, o)
}

// walk hands over all relations a page at a time; the page after the last is
// empty.
func (r *ranker) walk(ctx context.Context, page func(ctx context.Context, after id.Account, all []store.Rankable) error) error {
	var after id.Account
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		var all []store.Rankable
		err := r.a.db.Peek(ctx, r.org, func(v *store.View) (err error) {
			all, err = v.Rankables(after, rankEach)
			return err
		})
		if err != nil {
			return err
		}
		if err := page(ctx, after, all); err != nil || len(all) == 0 {
			return err
		}
		after = all[len(all)-1].ID
	}
}

// gather takes together what a page of relations bought.
func (r *ranker) gather(ctx context.Context, after id.Account, all []store.Rankable) error {
	if len(all) == 0 {
		return nil
	}
	bought := make([][]pyramid.Purchase, len(all))
	at := 0
	err := r.a.db.Peek(ctx, r.org, func(v *store.View) error {
		return v.PurchasesBetween(after, all[len(all)-1].ID, r.ranking.Until, func(of id.Account, on day.Day, cents int64, currency string, paid bool) {
			for at < len(all) && slices.Compare(all[at].ID[:], of[:]) < 0 {
				at++
			}
			if at == len(all) || all[at].ID != of { // in the bin
				return
			}
			bought[at] = append(bought[at], pyramid.Purchase{Day: on, Cents: cents, Ranked: paid && currency == HomeCurrency})
			if paid && currency != HomeCurrency && r.window.Has(on) {
				r.others[of] = append(r.others[of], money.Money{Cents: cents, Currency: currency})
			}
		})
	})
	if err != nil {
		return err
	}
	for i, acc := range all {
		h := pyramid.Fold(bought[i], r.window)
		if h.First == "" {
			continue
		}
		r.buyers = append(r.buyers, buyer{id: acc.ID, history: h})
		if h.Active() {
			r.ranked++
		}
		if r.ranking.Day == "" {
			r.cohort(acc, h, bought[i])
		}
	}
	return nil
}

// cohort adds what one relation bought to the months, by the month it came in.
func (r *ranker) cohort(acc store.Rankable, h pyramid.History, bought []pyramid.Purchase) {
	oldest := r.ranking.Until.Months(-mostCame).Month()
	came := h.First.Month()
	if came < oldest {
		came = ""
	}
	add := func(month string, n, cents int64) {
		k := store.Cohort{Owner: acc.Owner, Team: acc.Team, Came: came, Month: month}
		t := r.cohorts[k]
		t.Count, t.Cents = t.Count+n, t.Cents+cents
		r.cohorts[k] = t
	}
	if came != "" {
		add(came, 1, 0)
	}
	for _, p := range bought {
		if m := p.Day.Month(); p.Ranked && m >= oldest {
			add(m, 0, p.Cents)
		}
	}
}

// order puts the buyers in their layers and gives the ranked their fifths.
func (r *ranker) order() {
	active := make([]int, 0, r.ranked)
	customers := make([]pyramid.Customer, 0, r.ranked)
	scored := make([]pyramid.Bought, 0, r.ranked)
	for i, b := range r.buyers {
		if !b.history.Active() {
			r.buyers[i].class = b.history.Below(false)
			continue
		}
		active = append(active, i)
		customers = append(customers, pyramid.Customer{ID: b.id, Cents: b.history.Cents})
		scored = append(scored, pyramid.Bought{Days: b.history.Last.Until(r.ranking.Until), Times: b.history.Times, Cents: b.history.Cents})
	}
	layers, classes := pyramid.Build(customers, pyramid.Curry)
	for i, l := range layers {
		r.ranking.Least[i] = l.Least
	}
	for i, s := range pyramid.Score(scored) {
		r.buyers[active[i]].class, r.buyers[active[i]].score = classes[i], s
	}
}

// write stores what changed of a page of relations, and takes away the rows of
// who is gone.
func (r *ranker) write(ctx context.Context, after id.Account, all []store.Rankable) error {
	var upto id.Account
	if len(all) > 0 {
		upto = all[len(all)-1].ID
	}
	var had []store.Ranked
	err := r.a.db.Peek(ctx, r.org, func(v *store.View) (err error) {
		had, err = v.RanksBetween(r.ranking.Day, after, upto)
		return err
	})
	if err != nil {
		return err
	}
	before := make(map[id.Account]store.Ranked, len(had))
	for _, one := range had {
		before[one.Account] = one
	}
	var changed []store.Ranked
	for _, acc := range all {
		now := r.row(acc)
		if was, ok := before[acc.ID]; !ok || was != now {
			changed = append(changed, now)
		}
		delete(before, acc.ID)
	}
	var gone []id.Account
	for i := range before {
		gone = append(gone, i)
	}
	if len(changed)+len(gone) == 0 {
		return nil
	}
	return r.a.db.Write(ctx, r.org, system("routine"), func(tx *store.Tx) error { return tx.SaveRanks(r.ranking.Day, changed, gone) })
}

// row is where a relation stands; it counts in the sums too.
func (r *ranker) row(acc store.Rankable) store.Ranked {
	row := store.Ranked{Account: acc.ID, Owner: acc.Owner, Team: acc.Team, Class: pyramid.History{}.Below(acc.Suspect)}
	for len(r.buyers) > 0 && slices.Compare(r.buyers[0].id[:], acc.ID[:]) < 0 {
		r.buyers = r.buyers[1:]
	}
	if len(r.buyers) > 0 && r.buyers[0].id == acc.ID {
		b := r.buyers[0]
		row.Class, row.Score, row.Cents, row.Times, row.First, row.Last = b.class, b.score, b.history.Cents, b.history.Times, b.history.First, b.history.Last
		row.Wait = max(-1, day.At(acc.Created, r.zone).Until(row.First)) // an order that was there first tells nothing
	}
	k := store.RankSum{Owner: acc.Owner, Team: acc.Team, Class: row.Class, Recency: row.Score.Recency, Frequency: row.Score.Frequency, Currency: HomeCurrency}
	t := r.sums[k]
	t.Count, t.Cents = t.Count+1, t.Cents+row.Cents
	if acc.Noted {
		t.Noted++
	}
	r.sums[k] = t
	for _, m := range r.others[acc.ID] {
		k.Currency = m.Currency
		t := r.sums[k]
		t.Cents += m.Cents
		r.sums[k] = t
	}
	return row
}

// forgetRankings takes away the days that nobody asked to see lately.
func (a *App) forgetRankings(ctx context.Context, o id.Org) error {
	var old []store.Ranking
	err := a.db.Peek(ctx, o, func(v *store.View) error {
		all, err := v.Rankings()
		kept := 0
		for _, r := range all {
			if r.Day == "" {
				continue
			}
			if kept++; kept > store.MostRankings {
				old = append(old, r)
			}
		}
		return err
	})
	for _, r := range old {
		for n := int64(rankEach); err == nil && n == rankEach; {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			err = a.db.Write(ctx, o, system("routine"), func(tx *store.Tx) (err error) {
				n, err = tx.ForgetRanking(r.Day, rankEach)
				return err
			})
		}
	}
	return err
}

// RankNow asks for the pyramid of a day, or, without one, of today; it is
// computed as a job.
func (a *App) RankNow(ctx context.Context, who Who, d day.Day) (i id.Job, err error) {
	if d != "" && (d < "1990-01-01" || d > a.Today(who)) {
		return i, fault.Field("day", ErrRankDay)
	}
	if d == a.Today(who) {
		d = ""
	}
	args, err := json.Marshal(rankArgs{d})
	if err != nil {
		return i, err
	}
	err = a.write(ctx, who, member.OrderWrite, func(tx *store.Tx) error {
		i, err = tx.Enqueue(job.Job{Kind: rankJob, Args: args, Unique: "day:" + string(d)})
		return err
	})
	return i, err
}

// PyramidLayer is a layer of the pyramid within reach.
type PyramidLayer struct {
	Class pyramid.Class
	Count int64
	Cents int64
	Least int64 // what the smallest of all bought, of the four upper layers
}

// Pyramid is how relations within reach are spread over the layers.
type Pyramid struct {
	Ranking
	Known    bool // it was computed
	Currency string
	Layers   []PyramidLayer // in the order of pyramid.Classes
	Total    int64          // cents, of the four upper layers
	Accounts int64
	Beside   int64         // bought lately, but nothing that can be compared
	Others   []money.Money // bought in other currencies
	Days     []Ranking     // the computations that can be seen
	Busy     bool          // a computation waits or runs
}

// Pyramid reads the pyramid of a day; without a day, of last night.
func (a *App) Pyramid(ctx context.Context, who Who, d day.Day) (p Pyramid, err error) {
	p.Currency = HomeCurrency
	err = a.read(ctx, who, member.OrderRead, func(v *store.View) error {
		if err := p.find(v, d); err != nil || !p.Known {
			return err
		}
		sums, err := v.RankLayers(p.Day, who.Reach(fact.Account))
		if err != nil {
			return err
		}
		p.fill(sums)
		return nil
	})
	return p, err
}

// find looks for the computation of a day among those that are kept; the one of
// last night is also that of its own day.
func (p *Pyramid) find(v *store.View, d day.Day) (err error) {
	if p.Days, err = v.Rankings(); err != nil {
		return err
	}
	for _, r := range p.Days {
		if r.Day == d || r.Day == "" && r.Until == d {
			p.Ranking, p.Known = r, true
		}
	}
	p.Busy, err = v.Enqueued(rankJob)
	return err
}

func (p *Pyramid) fill(sums map[store.RankSum]store.RankTotal) {
	for i, c := range pyramid.Classes {
		t := sums[store.RankSum{Class: c, Currency: HomeCurrency}]
		l := PyramidLayer{Class: c, Count: t.Count, Cents: t.Cents}
		if i < len(p.Least) {
			l.Least = p.Least[i]
		}
		p.Layers = append(p.Layers, l)
		p.Total, p.Accounts = p.Total+t.Cents, p.Accounts+t.Count
	}
	p.Beside = sums[store.RankSum{Class: pyramid.Beside, Currency: HomeCurrency}].Count
	p.Accounts += p.Beside
	other := map[string]int64{}
	for k, t := range sums {
		if k.Currency != HomeCurrency {
			other[k.Currency] += t.Cents
		}
	}
	for currency, cents := range other {
		p.Others = append(p.Others, money.Money{Cents: cents, Currency: currency})
	}
	slices.SortFunc(p.Others, func(x, y money.Money) int {
		return cmp.Or(cmp.Compare(y.Cents, x.Cents), cmp.Compare(x.Currency, y.Currency))
	})
}

// Score is a cell of recency against frequency: how many, and what they bought.
type Score struct {
	Recency   int
	Frequency int
	Count     int64
	Cents     int64
}

// Scores is recency against frequency within reach, of the ranked of last night.
func (a *App) Scores(ctx context.Context, who Who, d day.Day) (p Pyramid, all []Score, err error) {
	p.Currency = HomeCurrency
	err = a.read(ctx, who, member.OrderRead, func(v *store.View) error {
		if err := p.find(v, d); err != nil || !p.Known {
			return err
		}
		sums, err := v.RankScores(p.Day, who.Reach(fact.Account))
		for recency := 5; recency >= 1; recency-- {
			for frequency := 1; frequency <= 5; frequency++ {
				t := sums[store.RankSum{Recency: recency, Frequency: frequency}]
				all = append(all, Score{recency, frequency, t.Count, t.Cents})
			}
		}
		return err
	})
	return p, all, err
}

// RankOf is where an account within reach stands in the pyramid since last
// night; known is false when it was not there yet.
func (a *App) RankOf(ctx context.Context, who Who, of id.Account) (r Ranked, known bool, err error) {
	err = a.read(ctx, who, member.OrderRead, func(v *store.View) error {
		if _, err := seenAccount(v, who, of); err != nil {
			return err
		}
		r, known, err = rankOf(v, of)
		return err
	})
	return r, known, err
}

func rankOf(v *store.View, of id.Account) (r Ranked, known bool, err error) {
	r, err = v.RankOf(of)
	if errors.Is(err, store.ErrNotFound) {
		return r, false, nil
	}
	return r, err == nil, err
}

// Months is a period of whole months, both included, as 2026-01.
type Months struct{ From, Until string }

// NewBusiness is what new customers brought in a period.
type NewBusiness struct {
	pyramid.Fresh
	Months
	Ranking  Ranking
	Known    bool
	Currency string
}

// NewBusiness reads what new customers within reach brought. Without a period it
// is about this year, as far as it was counted.
func (a *App) NewBusiness(ctx context.Context, who Who, m Months) (n NewBusiness, err error) {
	n.Currency, n.Months = HomeCurrency, m
	err = a.read(ctx, who, member.OrderRead, func(v *store.View) error {
		var p Pyramid
		if err := p.find(v, ""); err != nil {
			return err
		}
		n.Ranking, n.Known = p.Ranking, p.Known
		until := p.Until
		if until == "" {
			until = a.Today(who)
		}
		if n.Months == (Months{}) {
			n.Months = Months{string(until[:4]) + "-01", until.Month()}
		}
		first, err := day.Parse(n.From + "-01")
		last, err2 := day.Parse(n.Until + "-01")
		oldest := until.Months(-mostCame).Month()
		if err != nil || err2 != nil || n.From > n.Until || n.From < oldest || n.Until > until.Month() {
			return fault.Field("from", ErrPeriod)
		}
		if n.Fresh, err = v.Fresh(n.From, n.Until, who.Reach(fact.Account)); err != nil {
			return err
		}
		n.Waits, err = v.Waits(first, last.Months(1).Add(-1), who.Reach(fact.Account))
		return err
	})
	return n, err
}

// Value checks a lifetime value that somebody reckons with numbers of their own.
func (a *App) Value(_ context.Context, who Who, v pyramid.Value) error {
	if err := may(who, member.OrderRead); err != nil {
		return err
	}
	return v.Check()
}
