package app

import (
	"encoding/json"
	"slices"

	"kring/base/column"
	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/money"
	"kring/domain/account"
	"kring/domain/intake"
	"kring/domain/opportunity"
	"kring/domain/order"
	"kring/store"
)

// chanceLanding is a page of rows becoming opportunities. One that was won rests
// on the order that its row names; without one, its row is that order.
type chanceLanding struct {
	*page
	firms   *orderLanding // finds the accounts that cells name
	today   day.Day
	pipe    opportunity.Pipeline
	drafts  map[*line]opportunity.Draft
	entries map[string]*chanceEntry // by what they are known
	orders  map[string]order.Order  // by external id
	made    []*chanceEntry
	changed []*chanceEntry
}

// chanceEntry is one opportunity on a page: as it was, and as the rows make it.
type chanceEntry struct {
	was, now opportunity.Opportunity
	fresh    bool
	account  account.Account
	sold     *order.Order // made of the row
	lines    []*line
}

func landOpportunities(p *page) landing {
	return &chanceLanding{page: p, firms: &orderLanding{page: p}, today: day.At(p.now, p.who.Zone()), drafts: map[*line]opportunity.Draft{}}
}

func (s *chanceLanding) draft(l *line) {
	if name, err := fold.Clean(l.values["external_id"], opportunity.MaxCode); err == nil && name != "" {
		l.values["external_id"] = name // as it is kept
	}
	d, err := opportunity.Drafted(l.values)
	l.label = d.Name
	l.wrong = append(l.wrong, s.in.Mapping.Wrong(err)...)
	s.drafts[l] = d
}

func (s *chanceLanding) look(v *store.View) error {
	s.entries, s.orders, s.made, s.changed = map[string]*chanceEntry{}, map[string]order.Order{}, nil, nil
	pipes, err := v.Pipelines()
	if err != nil {
		return err
	}
	if len(pipes) == 0 {
		return opportunity.ErrPipeline
	}
	s.pipe = pipes[0]
	if err := s.firms.lookFirms(v); err != nil {
		return err
	}
	all, err := v.OpportunitiesKnown(s.valued("external_id"))
	if err != nil {
		return err
	}
	byID, err := v.OpportunitiesByID(each(s.ids(), func(r id.Record) id.Opportunity { return id.Opportunity(r) }))
	if err != nil {
		return err
	}
	all = append(all, byID...)
	at, err := v.AccountsByID(distinct(each(all, func(o opportunity.Opportunity) id.Account { return o.Account })), s.who.Reach(fact.Account))
	if err != nil {
		return err
	}
	of := map[id.Account]account.Account{}
	for _, a := range at {
		of[a.ID] = a
	}
	for _, o := range all {
		e := &chanceEntry{was: o, now: o, account: of[o.Account]}
		s.entries[known(column.ID.Key, o.ID.String())] = e
		if o.ExternalID != "" {
			s.entries[known("external_id", o.ExternalID)] = e
		}
	}
	for _, l := range s.lines {
		if l.names = nil; s.name(l) != "" {
			l.names = []string{s.name(l)}
		}
	}
	sold, err := v.OrdersKnown(s.valued("order"))
	for _, o := range sold {
		s.orders[o.ExternalID] = o
	}
	return err
}

// name is by what a row is known: our id when the rows are known by it and this
// one has it, else the number elsewhere.
func (s *chanceLanding) name(l *line) string {
	if s.firms.byID(l) {
		return known(column.ID.Key, l.values[column.ID.Key])
	}
	if v := l.values["external_id"]; v != "" {
		return known("external_id", v)
	}
	return ""
}

func (s *chanceLanding) land(l *line) {
	o, name, key, strange := s.in.Options, s.name(l), "external_id", opportunity.ErrExternal
	if s.firms.byID(l) {
		key, strange = column.ID.Key, intake.ErrForeign
	}
	e := s.entries[name]
	again, repeated := int64(0), false
	if name != "" {
		again, repeated = s.seen(name)
	}
	fresh := o.Mode == intake.Create || o.Key == "" || o.Key == column.ID.Key && !s.firms.byID(l)
	switch {
	case repeated && fresh:
		s.refuse(l, s.at(key, intake.ErrRepeat.With(fault.Params{"row": again})))
	case e != nil && e.account.ID.IsZero():
		s.refuse(l, s.at(key, strange))
	case e != nil && fresh:
		s.refuse(l, s.at(key, intake.ErrExists))
		l.record = e.was.ID.Any()
	case e != nil:
		s.update(l, e)
	case s.firms.byID(l) && o.Mode != intake.Create: // only Kring gives ids
		s.refuse(l, s.at(key, intake.ErrForeign))
	case repeated && s.dry: // made on a page before, had it been no dry run
		l.deed = intake.Updated
	case o.Mode == intake.Update && name == "":
		s.refuse(l, s.at(o.Key, intake.ErrEmpty))
	case o.Mode == intake.Update:
		s.refuse(l, s.at(o.Key, intake.ErrAbsent))
	default:
		s.create(l)
	}
}

func (s *chanceLanding) create(l *line) {
	f := s.firms.firms[l.values["account"]]
	switch {
	case f == nil:
		s.refuse(l, s.at("account", opportunity.ErrAccount))
		return
	case f.wrong != nil:
		s.refuse(l, s.at("account", f.wrong))
		return
	}
	d := s.drafts[l]
	d.Account, d.Owner, d.Team = f.account.ID, l.owner, l.team
	if d.Owner.IsZero() {
		d.Owner, d.Team = f.account.Owner, f.account.Team
	}
	stage, state, err := opportunity.Told(s.pipe, opportunity.Houses, l.values["stage"])
	if err == nil && state != opportunity.Open && d.Close == "" {
		err = fault.Field("close", opportunity.ErrNoClose)
	}
	var o opportunity.Opportunity
	if err == nil {
		o, err = opportunity.New(id.New[id.Opportunity](), s.now, s.today, s.pipe, d)
	}
	e := &chanceEntry{fresh: true, account: f.account, lines: []*line{l}}
	if err == nil {
		o = opportunity.Past(o, stage, state, s.reason(l.values["reason"]), l.values["lessons"])
		if state == opportunity.Won {
			o, err = s.sold(l, e, o)
		}
	}
	if err != nil {
		s.refuse(l, s.in.Mapping.Wrong(err)...)
		return
	}
	e.now = o
	s.made = append(s.made, e)
	if o.ExternalID != "" {
		s.entries[known("external_id", o.ExternalID)] = e
	}
	s.note(l, l.names...)
	l.deed, l.record, l.label = intake.Created, o.ID.Any(), f.account.Name+" "+o.Name
}

// reason is the key of a reason that a cell names, else the cell as it is.
func (s *chanceLanding) reason(cell string) string {
	for _, r := range slices.Concat(s.pipe.Losses, s.pipe.Wins) {
		if fold.Key(cell) == fold.Key(r.Name) && r.Name != "" || cell == r.Key {
			return r.Key
		}
	}
	return ""
}

// sold ties the order on which a row says it was won; what the row sold is that
// order when it names none.
func (s *chanceLanding) sold(l *line, e *chanceEntry, o opportunity.Opportunity) (opportunity.Opportunity, error) {
	if name := l.values["order"]; name != "" {
		known, there := s.orders[name]
		if !there || known.Account != o.Account || !known.Stands() {
			return o, fault.Field("order", opportunity.ErrEvidence)
		}
		o.Order, o.Closed = known.ID, max(known.Day, o.Opened)
		return o, nil
	}
	d := order.Draft{Account: o.Account, Day: o.Closed, Amount: o.Value, Number: o.ExternalID, Links: order.Links{Opportunity: o.ID}}
	for _, one := range o.Lines {
		d.Lines = append(d.Lines, order.Line{Text: one.Text, Quantity: one.Quantity, Unit: one.Unit, Cents: one.Cents()})
	}
	made, err := order.New(id.New[id.Order](), s.now, s.today, d)
	if f, bad := fault.From(err); bad {
		for field, g := range f.Fields { // as the row calls it
			if field == "amount" {
				return o, fault.Field("value", g)
			}
			if field == "day" {
				return o, fault.Field("close", g)
			}
		}
	}
	if err != nil {
		return o, err
	}
	o.Order, e.sold = made.ID, &made
	return o, nil
}

// update changes what a row says of an opportunity that is here; where it stands
// is changed by people.
func (s *chanceLanding) update(l *line, e *chanceEntry) {
	if e.account.Deleted != 0 {
		s.refuse(l, s.at("account", opportunity.ErrBinned))
		return
	}
	if f := s.firms.firms[l.values["account"]]; f != nil && !f.means(e.now.Account) {
		s.refuse(l, s.at("account", order.ErrOther))
		return
	}
	next, _, err := opportunity.Change(e.now, s.now, s.today, s.pipe, s.patched(l))
	if err != nil {
		s.refuse(l, s.in.Mapping.Wrong(err)...)
		return
	}
	s.note(l, l.names...)
	l.record, l.label = e.now.ID.Any(), e.account.Name+" "+next.Name
	if len(opportunity.Diff(e.now, next)) == 0 {
		l.deed = intake.Same
		return
	}
	l.deed = intake.Updated
	if !e.fresh && !slices.Contains(s.changed, e) {
		s.changed = append(s.changed, e)
	}
	e.now, e.lines = next, append(e.lines, l)
}

func (s *chanceLanding) patched(l *line) opportunity.Patch {
	d := s.drafts[l]
	d.Owner, d.Team = l.owner, l.team
	return opportunity.Refilled(d)
}

func (s *chanceLanding) write(tx *store.Tx) error {
	var touched []account.Account
	var sold []order.Order
	var told []fact.Fact
	for _, e := range s.made {
		if e.sold != nil {
			touched = append(touched, e.account)
			sold = append(sold, *e.sold)
			told = append(told, fact.Fact{Deed: "order.placed", Why: "import", Evidence: s.evidence(e.lines[0]), Changes: order.Diff(order.Order{}, *e.sold)})
		}
	}
	seen := map[id.Account]bool{}
	touched = slices.DeleteFunc(touched, func(a account.Account) bool {
		again := seen[a.ID]
		seen[a.ID] = true
		return again
	})
	return s.a.turningAll(tx, s.who, touched, func() error {
		if err := tx.AddOrders(sold, told); err != nil {
			return err
		}
		if err := s.writeMade(tx); err != nil {
			return err
		}
		return s.writeChanged(tx)
	})
}

func (s *chanceLanding) writeMade(tx *store.Tx) error {
	all, facts := make([]opportunity.Opportunity, len(s.made)), make([]fact.Fact, len(s.made))
	for n, e := range s.made {
		all[n] = e.now
		facts[n] = fact.Fact{Deed: "opportunity.created", Why: "import", Evidence: s.evidence(e.lines[0]), Changes: opportunity.Diff(opportunity.Opportunity{}, e.now)}
		for k, l := range e.lines {
			r := intake.Row{Row: l.n, Deed: l.deed, Kind: fact.Opportunity, Record: e.now.ID.Any(), Label: l.label}
			if k == 0 {
				r.Version = 1
			}
			s.rows = append(s.rows, r)
		}
	}
	return tx.AddOpportunities(all, facts)
}

func (s *chanceLanding) writeChanged(tx *store.Tx) error {
	for _, e := range s.changed {
		saved, err := tx.SaveOpportunity(e.was, e.now, fact.Fact{Deed: "opportunity.changed", Changes: opportunity.Diff(e.was, e.now), Why: "import", Evidence: s.evidence(e.lines[0])})
		if err != nil {
			return err
		}
		rows, err := changedRows(fact.Opportunity, e.lines, keptChance{e.was, e.was.Value}, saved.Version)
		if err != nil {
			return err
		}
		s.rows = append(s.rows, rows...)
	}
	return nil
}

// keptChance is an opportunity as it was, to be given back: its JSON has no value
// of itself.
type keptChance struct {
	opportunity.Opportunity
	Value money.Money `json:"value"`
}

// chancesBack takes back opportunities that an import made or changed, with the
// orders that were made of their rows.
func (a *App) chancesBack(tx *store.Tx, who Who, rows []intake.Row) ([]intake.Row, error) {
	if len(rows) == 0 {
		return rows, nil
	}
	all, err := tx.OpportunitiesByID(each(rows, func(r intake.Row) id.Opportunity { return id.Opportunity(r.Record) }))
	if err != nil {
		return nil, err
	}
	now := map[id.Record]opportunity.Opportunity{}
	for _, o := range all {
		now[o.ID.Any()] = o
	}
	var gone []opportunity.Opportunity
	for n, r := range rows {
		o, there := now[r.Record]
		switch {
		case !there:
			rows[n].Undone = "erased"
		case o.Version != r.Version:
			rows[n] = keep(r, intake.ErrChanged)
		case r.Deed == intake.Created:
			gone = append(gone, o)
			rows[n].Undone = "erased"
		default:
			if rows[n], err = chanceBack(tx, r, o); err != nil {
				return nil, err
			}
		}
	}
	return rows, a.unsell(tx, who, gone)
}

// unsell erases opportunities and the orders that were made of their rows.
func (a *App) unsell(tx *store.Tx, who Who, gone []opportunity.Opportunity) error {
	orders, err := tx.OrdersByID(each(gone, func(o opportunity.Opportunity) id.Order { return o.Order }))
	if err != nil {
		return err
	}
	made := map[id.Opportunity]bool{}
	for _, o := range gone {
		made[o.ID] = true
	}
	orders = slices.DeleteFunc(orders, func(o order.Order) bool { return !made[o.Opportunity] || o.Version != 1 })
	touched, err := tx.AccountsByID(distinct(each(orders, func(o order.Order) id.Account { return o.Account })), everything)
	if err != nil {
		return err
	}
	return a.turningAll(tx, who, touched, func() error {
		f := undone
		f.Deed = "order.erased"
		if err := tx.EraseOrders(orders, f); err != nil {
			return err
		}
		f.Deed = "opportunity.erased"
		return tx.EraseOpportunities(gone, f)
	})
}

func chanceBack(tx *store.Tx, r intake.Row, o opportunity.Opportunity) (intake.Row, error) {
	var kept keptChance
	if err := json.Unmarshal(r.Before, &kept); err != nil {
		return r, err
	}
	was := kept.Opportunity
	was.Value, was.Version, was.Updated = kept.Value, o.Version, tx.Now()
	f := undone
	f.Deed, f.Changes = "opportunity.changed", opportunity.Diff(o, was)
	_, err := tx.SaveOpportunity(o, was, f)
	r.Undone = "restored"
	return r, err
}
