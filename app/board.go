package app

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/money"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/cycle"
	"kring/domain/member"
	"kring/domain/need"
	"kring/domain/opportunity"
	"kring/domain/order"
	"kring/store"
)

// BoardAsk says which opportunities a board or a list shows; what is zero does
// not count, and no pipeline is the first one.
type BoardAsk struct {
	Pipeline id.Pipeline
	Owner    id.Member
	Team     id.Team
	From     day.Day // of the close day
	Until    day.Day
}

func (b BoardAsk) query(who Who, p id.Pipeline) store.BoardQuery {
	return store.BoardQuery{Pipeline: p, Owner: b.Owner, Team: b.Team, From: b.From, Until: b.Until, Reach: who.Reach(fact.Account)}
}

// CardPlace is the place of an opportunity in its column.
type CardPlace = store.Card

// CardsAtATime is how many cards of a column are shown at a time.
const CardsAtATime = 25

// Seen is an opportunity with what a card or a row shows beside it.
type Seen struct {
	opportunity.Opportunity
	Account  string // its name
	Phase    cycle.Phase
	Mark     opportunity.Mark
	Signals  opportunity.Signals
	Weighted int64
	Sold     string // the number of the order on which it was won
	Way      opportunity.Pipeline
}

// Total is a count with what it is worth in the home currency, and in others.
type Total struct {
	N        int
	Cents    int64
	Weighted int64
	Others   []money.Money
}

func (t *Total) add(n int, m money.Money, weighted int64) {
	t.N += n
	if m.Currency == HomeCurrency {
		t.Cents, t.Weighted = t.Cents+m.Cents, t.Weighted+weighted
		return
	}
	if m.Cents == 0 {
		return
	}
	if at := slices.IndexFunc(t.Others, func(o money.Money) bool { return o.Currency == m.Currency }); at >= 0 {
		t.Others[at].Cents += m.Cents
		return
	}
	t.Others = append(t.Others, m)
}

// BoardColumn is a stage with what stands in it.
type BoardColumn struct {
	Stage opportunity.Stage
	Total Total
	Cards []Seen
	More  bool // there are more cards than these
}

// Board is a pipeline with what is open in it, and what was won lately.
type Board struct {
	Pipeline  opportunity.Pipeline
	Columns   []BoardColumn
	Won       BoardColumn
	WonFrom   day.Day // the first day of the quarter
	Open      Total
	Pipelines []opportunity.Pipeline
	Today     day.Day
}

// Quarter is the first day of the quarter of a day.
func Quarter(d day.Day) day.Day {
	if len(d) < 10 {
		return d
	}
	month := map[string]string{"01": "01", "02": "01", "03": "01", "04": "04", "05": "04", "06": "04", "07": "07", "08": "07", "09": "07", "10": "10", "11": "10", "12": "10"}
	return d[:5] + day.Day(month[string(d[5:7])]) + "-01"
}

// Board is what somebody sees of a pipeline, within their reach.
func (a *App) Board(ctx context.Context, who Who, ask BoardAsk) (b Board, err error) {
	err = a.read(ctx, who, member.OpportunityRead, func(v *store.View) error {
		if b, err = a.boardOf(v, who, ask.Pipeline); err != nil {
			return err
		}
		q := ask.query(who, b.Pipeline.ID)
		sums, err := v.BoardSums(q)
		if err != nil {
			return err
		}
		for _, s := range b.Pipeline.Stages {
			c := BoardColumn{Stage: s}
			for _, sum := range sums {
				if sum.Stage == s.Key {
					weighted := money.Round(sum.Cents-sum.Own, s.Chance, 10_000) + sum.Weighted
					c.Total.add(sum.N, money.Money{Cents: sum.Cents, Currency: sum.Currency}, weighted)
					b.Open.add(sum.N, money.Money{Cents: sum.Cents, Currency: sum.Currency}, weighted)
				}
			}
			if c.Total.N > 0 {
				if c.Cards, c.More, err = a.cards(v, who, b, q, s.Key, CardPlace{}); err != nil {
					return err
				}
			}
			b.Columns = append(b.Columns, c)
		}
		return a.wonLately(v, who, &b, q)
	})
	return b, err
}

func (a *App) boardOf(v *store.View, who Who, i id.Pipeline) (b Board, err error) {
	b.Today = a.Today(who)
	if b.Pipelines, err = store.Remembered(v, "pipelines", nil, v.Pipelines); err != nil {
		return b, err
	}
	at := 0
	if !i.IsZero() {
		at = slices.IndexFunc(b.Pipelines, func(p opportunity.Pipeline) bool { return p.ID == i })
	}
	if at < 0 || at >= len(b.Pipelines) {
		return b, store.ErrNotFound
	}
	b.Pipeline = b.Pipelines[at]
	return b, nil
}

// wonLately adds what was won since the quarter began; the close days that are
// asked are not about it.
func (a *App) wonLately(v *store.View, who Who, b *Board, q store.BoardQuery) error {
	b.WonFrom = Quarter(b.Today)
	q.From, q.Until = b.WonFrom, ""
	sums, err := v.EndedSums(q, opportunity.Won)
	if err != nil {
		return err
	}
	for _, s := range sums {
		b.Won.Total.add(s.N, money.Money{Cents: s.Cents, Currency: s.Currency}, s.Cents)
	}
	if b.Won.Total.N == 0 {
		return nil
	}
	all, err := v.Ended(q, opportunity.Won, CardPlace{}, CardsAtATime+1)
	if err != nil {
		return err
	}
	if b.Won.More = len(all) > CardsAtATime; b.Won.More {
		all = all[:CardsAtATime]
	}
	b.Won.Cards, err = a.seen(v, *b, all)
	return err
}

func (a *App) cards(v *store.View, who Who, b Board, q store.BoardQuery, stage string, after CardPlace) (cards []Seen, more bool, err error) {
	all, err := v.Cards(q, stage, after, CardsAtATime+1)
	if err != nil {
		return nil, false, err
	}
	if more = len(all) > CardsAtATime; more {
		all = all[:CardsAtATime]
	}
	cards, err = a.seen(v, b, all)
	return cards, more, err
}

// seen adds what a card shows beside the opportunity.
func (a *App) seen(v *store.View, b Board, all []opportunity.Opportunity) (cards []Seen, err error) {
	ids := distinct(each(all, func(o opportunity.Opportunity) id.Account { return o.Account }))
	called, err := v.AccountNames(ids, everything)
	if err != nil {
		return nil, err
	}
	phases, err := v.PhasesOf(ids)
	if err != nil {
		return nil, err
	}
	signals, err := v.Attention(slices.DeleteFunc(slices.Clone(all), func(o opportunity.Opportunity) bool { return o.State != opportunity.Open }))
	if err != nil {
		return nil, err
	}
	numbers, err := soldAs(v, all)
	if err != nil {
		return nil, err
	}
	for _, o := range all {
		s, p := signals[o.ID], b.pipe(o.Pipeline)
		cards = append(cards, Seen{Opportunity: o, Account: called[o.Account], Phase: phases[o.Account], Signals: s, Mark: o.Mark(p, b.Today, s), Weighted: o.Weighted(p), Way: p, Sold: numbers[o.Order]})
	}
	return cards, nil
}

// soldAs are the numbers of the orders on which some were won.
func soldAs(v *store.View, all []opportunity.Opportunity) (numbers map[id.Order]string, err error) {
	var ids []id.Order
	for _, o := range all {
		if !o.Order.IsZero() {
			ids = append(ids, o.Order)
		}
	}
	numbers = map[id.Order]string{}
	if len(ids) == 0 {
		return numbers, nil
	}
	sold, err := v.OrdersByID(ids)
	for _, o := range sold {
		numbers[o.ID] = o.Number
	}
	return numbers, err
}

// pipe is a pipeline by its id.
func (b Board) pipe(i id.Pipeline) (p opportunity.Pipeline) {
	if at := slices.IndexFunc(b.Pipelines, func(p opportunity.Pipeline) bool { return p.ID == i }); at >= 0 {
		p = b.Pipelines[at]
	}
	return p
}

// BoardCards are more cards of one column, after a place; stage "won" is what was
// won since the quarter began.
func (a *App) BoardCards(ctx context.Context, who Who, ask BoardAsk, stage string, after CardPlace) (c BoardColumn, b Board, err error) {
	err = a.read(ctx, who, member.OpportunityRead, func(v *store.View) error {
		if b, err = a.boardOf(v, who, ask.Pipeline); err != nil {
			return err
		}
		q := ask.query(who, b.Pipeline.ID)
		if stage == string(opportunity.Won) {
			q.From, q.Until = Quarter(b.Today), ""
			all, err := v.Ended(q, opportunity.Won, after, CardsAtATime+1)
			if err != nil {
				return err
			}
			if c.More = len(all) > CardsAtATime; c.More {
				all = all[:CardsAtATime]
			}
			c.Stage.Key = stage
			c.Cards, err = a.seen(v, b, all)
			return err
		}
		s, there := b.Pipeline.Stage(stage)
		if c.Stage = s; !there {
			return fault.Field("stage", opportunity.ErrStage)
		}
		c.Cards, c.More, err = a.cards(v, who, b, q, stage, after)
		return err
	})
	return c, b, err
}

// ListAsk is a list of opportunities: open, won or lost; in one stage when it is
// named.
type ListAsk struct {
	BoardAsk
	State opportunity.State
	Stage string
	After CardPlace
	Limit int
}

// Opportunities are the opportunities that are asked: the open ones first to
// close first, those that ended the latest first.
func (a *App) Opportunities(ctx context.Context, who Who, ask ListAsk) (all []Seen, b Board, err error) {
	limit := min(max(ask.Limit, 1), 201)
	err = a.read(ctx, who, member.OpportunityRead, func(v *store.View) error {
		if b, err = a.boardOf(v, who, ask.Pipeline); err != nil {
			return err
		}
		q := ask.query(who, b.Pipeline.ID)
		var found []opportunity.Opportunity
		switch {
		case ask.State != opportunity.Open && ask.State != "":
			found, err = v.Ended(q, ask.State, ask.After, limit)
		case ask.Stage != "":
			found, err = v.Cards(q, ask.Stage, ask.After, limit)
		default:
			found, err = v.OpenCards(q, ask.After, limit)
		}
		if err != nil {
			return err
		}
		all, err = a.seen(v, b, found)
		return err
	})
	return all, b, err
}

// OpportunitiesAt are the opportunities of an account that who may read, the
// latest first.
func (a *App) OpportunitiesAt(ctx context.Context, who Who, of id.Account, before id.Opportunity, limit int) (all []Seen, err error) {
	err = a.read(ctx, who, member.OpportunityRead, func(v *store.View) error {
		if _, _, err := readAccount(v, who, of); err != nil {
			return err
		}
		all, err = a.opportunitiesAt(v, who, of, before, limit)
		return err
	})
	return all, err
}

func (a *App) opportunitiesAt(v *store.View, who Who, of id.Account, before id.Opportunity, limit int) (all []Seen, err error) {
	found, err := v.OpportunitiesOf(of, before, min(max(limit, 1), 201))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	b, err := a.boardOf(v, who, id.Pipeline{})
	if err != nil {
		return nil, err
	}
	return a.seen(v, b, found)
}

// OpportunityPage is one opportunity with everything about it.
type OpportunityPage struct {
	Seen
	Board    Board // its pipeline, and the others
	Of       account.Account
	People   []opportunity.Person
	Names    map[id.Contact]string // of the people, and of all at the account
	Contacts []contact.Contact     // at the account
	Stays    []opportunity.Stay
	Median   float64 // days that others were in this stage; 0 is not known
	Evidence opportunity.Evidence
	Needs    []need.Need
	Linkable []order.Order // orders of the account that stand and belong to no opportunity
	Facts    []fact.Fact   // newest first
	Orders   []order.Order // that came of it
}

// OpportunityPage reads an opportunity that who may read, with everything about
// it.
func (a *App) OpportunityPage(ctx context.Context, who Who, i id.Opportunity) (p OpportunityPage, err error) {
	err = a.read(ctx, who, member.OpportunityRead, func(v *store.View) error {
		o, err := v.Opportunity(i, everything)
		if err != nil {
			return err
		}
		var people member.Reach
		if p.Of, people, err = readAccount(v, who, o.Account); err != nil {
			return err
		}
		if p.Board, err = a.boardOf(v, who, o.Pipeline); err != nil {
			return err
		}
		one, err := a.seen(v, p.Board, []opportunity.Opportunity{o})
		if err != nil {
			return err
		}
		p.Seen = one[0]
		if err := p.beside(v, people); err != nil {
			return err
		}
		if p.Evidence, err = a.evidence(v, o); err != nil {
			return err
		}
		days, err := v.DaysIn(o.Pipeline, o.Stage)
		if err != nil {
			return err
		}
		p.Median, _ = opportunity.Median(slices.Clone(days))
		p.Facts, err = v.FactsOf(o.ID.Any(), id.Fact{}, 50)
		return err
	})
	return p, err
}

func (p *OpportunityPage) beside(v *store.View, within member.Reach) error {
	by, err := v.People([]id.Opportunity{p.ID})
	if err != nil {
		return err
	}
	p.People, p.Names = by[p.ID], map[id.Contact]string{}
	if p.Contacts, err = v.ContactsWithin(p.Opportunity.Account, within, 200); err != nil {
		return err
	}
	for _, c := range p.Contacts {
		p.Names[c.ID] = c.Name()
	}
	if p.Stays, err = v.StagesOf(p.ID); err != nil {
		return err
	}
	if p.Needs, err = v.Needs(p.ID); err != nil {
		return err
	}
	all, err := v.OrdersOf(p.Opportunity.Account, store.OrderPlace{}, 50)
	for _, o := range all {
		switch {
		case o.Opportunity == p.ID || o.ID == p.Order:
			p.Orders = append(p.Orders, o)
		case o.Stands() && o.Opportunity.IsZero():
			p.Linkable = append(p.Linkable, o)
		}
	}
	return err
}

// ClosePeriods are the periods of a close day that a list can ask for.
var ClosePeriods = []string{"past", "month", "quarter", "next", "year"}

// ClosePeriod are the days of a period: over, this month, this quarter, this one
// and the next, this year; known is false of anything else.
func ClosePeriod(key string, today day.Day) (from, until day.Day, known bool) {
	end := func(d day.Day, months int) day.Day { // the last day, so many months on
		y, m := number(string(d[:4])), number(string(d[5:7]))+months
		return day.Day(fmt.Sprintf("%04d-%02d-01", y+(m-1)/12, (m-1)%12+1)).Add(-1)
	}
	switch q := Quarter(today); key {
	case "past":
		return "0001-01-01", today.Add(-1), true
	case "month":
		return today[:8] + "01", end(today, 1), true
	case "quarter":
		return q, end(q, 3), true
	case "next":
		return q, end(q, 6), true
	case "year":
		return today[:5] + "01-01", today[:5] + "12-31", true
	}
	return "", "", false
}

func number(digits string) (n int) {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0 // a day has digits there
	}
	return n
}

// FigureAsk says of which pipeline and from which day until which the figures
// are; Target is what remains to be sold, in cents.
type FigureAsk struct {
	BoardAsk
	Target int64
}

// PipelineFigures are the figures of a pipeline with what they are made of.
type PipelineFigures struct {
	opportunity.Figures
	Board    Board
	Passages []opportunity.Passage // by stage, in its order
	Wins     map[string]int
	Losses   map[string]int
	Ages     map[string]float64 // median days in a stage
}

// PipelineFigures are the figures of what ended in some days, within who's reach.
func (a *App) PipelineFigures(ctx context.Context, who Who, ask BoardAsk) (f PipelineFigures, err error) {
	err = a.read(ctx, who, member.OpportunityRead, func(v *store.View) error {
		if f.Board, err = a.boardOf(v, who, ask.Pipeline); err != nil {
			return err
		}
		q := ask.query(who, f.Board.Pipeline.ID)
		f, err = store.Remembered(v, "pipeline figures", []any{q}, func() (PipelineFigures, error) { return figuresOf(v, f, q) })
		return err
	})
	return f, err
}

func figuresOf(v *store.View, f PipelineFigures, q store.BoardQuery) (_ PipelineFigures, err error) {
	if f.Figures, err = v.Figures(q, HomeCurrency); err != nil {
		return f, err
	}
	by, err := v.Passages(q)
	if err != nil {
		return f, err
	}
	f.Ages = map[string]float64{}
	for _, s := range f.Board.Pipeline.Stages {
		p := by[s.Key]
		p.Stage = s.Key
		f.Passages = append(f.Passages, p)
		days, err := v.DaysIn(f.Board.Pipeline.ID, s.Key)
		if err != nil {
			return f, err
		}
		f.Ages[s.Key], _ = opportunity.Median(slices.Clone(days))
	}
	if f.Wins, err = v.Reasons(q, opportunity.Won); err != nil {
		return f, err
	}
	f.Losses, err = v.Reasons(q, opportunity.Lost)
	return f, err
}
