package app

import (
	"encoding/json"
	"slices"
	"strings"

	"kring/base/column"
	"kring/base/day"
	"kring/base/email"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/money"
	"kring/domain/account"
	"kring/domain/intake"
	"kring/domain/order"
	"kring/store"
)

// orderLanding is a page of rows becoming orders. What they move on the ring is
// folded once for each account that they touch.
type orderLanding struct {
	*page
	today   day.Day
	drafts  map[*line]order.Draft // without its account
	firms   map[string]*firm      // by the cell that names it
	entries map[string]*orderEntry
	doubles map[string]id.Order // orders that are here, by their print
	made    []*orderEntry
	changed []*orderEntry
}

// orderEntry is one order on a page: as it was, and as the rows make it.
type orderEntry struct {
	was, now order.Order
	fresh    bool
	account  account.Account // when within who's reach
	lines    []*line
}

func landOrders(p *page) landing {
	return &orderLanding{page: p, today: day.At(p.now, p.who.Zone()), drafts: map[*line]order.Draft{}}
}

func (s *orderLanding) draft(l *line) {
	l.label = strings.TrimSpace(l.values["account"] + " " + l.values["day"])
	if name, err := fold.Clean(l.values["external_id"], order.MaxNumber); err == nil && name != "" {
		l.values["external_id"] = name // as it is kept
	}
	d, err := order.Drafted(order.Order{}, l.values)
	if err == nil && d.Amount.Currency != "EUR" && s.inEuro(l) {
		err = fault.Field("currency", money.ErrMixed)
	}
	l.wrong = append(l.wrong, s.in.Mapping.Wrong(err)...)
	s.drafts[l] = d
}

// inEuro says that the cell of the amount names the euro itself.
func (s *orderLanding) inEuro(l *line) bool {
	i := s.in.Mapping.Column("amount")
	return i >= 0 && i < len(l.cells) && (strings.Contains(l.cells[i], "€") || strings.Contains(l.cells[i], "EUR"))
}

func (s *orderLanding) look(v *store.View) error {
	s.entries, s.doubles, s.made, s.changed = map[string]*orderEntry{}, map[string]id.Order{}, nil, nil
	if err := s.lookFirms(v); err != nil {
		return err
	}
	if err := s.lookKnown(v); err != nil {
		return err
	}
	for _, l := range s.lines {
		l.names = nil
		if name := s.name(l); name != "" {
			l.names = append(l.names, name)
		}
		if v := l.values["external_id"]; v != "" {
			l.names = append(l.names, known("external_id", v))
		} else if f := s.firms[l.values["account"]]; f != nil && f.wrong == nil {
			l.names = append(l.names, s.print(l, f))
		}
	}
	return s.lookDoubles(v)
}

// lookKnown finds the orders that are here, by their external ids and, when rows
// are known by it, by their ids.
func (s *orderLanding) lookKnown(v *store.View) error {
	all, err := v.OrdersKnown(s.valued("external_id"))
	if err != nil {
		return err
	}
	byID, err := v.OrdersByID(each(s.ids(), func(r id.Record) id.Order { return id.Order(r) }))
	if err != nil {
		return err
	}
	all = append(all, byID...)
	at, err := v.AccountsByID(distinct(each(all, func(o order.Order) id.Account { return o.Account })), s.who.Reach(fact.Account))
	if err != nil {
		return err
	}
	of := map[id.Account]account.Account{}
	for _, a := range at {
		of[a.ID] = a
	}
	seen := map[id.Order]*orderEntry{}
	for _, o := range all {
		e := seen[o.ID]
		if e == nil {
			e = &orderEntry{was: o, now: o, account: of[o.Account]}
			seen[o.ID] = e
		}
		s.entries[known(column.ID.Key, o.ID.String())] = e
		if o.ExternalID != "" {
			s.entries[known("external_id", o.ExternalID)] = e
		}
	}
	return nil
}

// byID says whether a row says which order of ours it is.
func (s *orderLanding) byID(l *line) bool {
	return s.in.Options.Key == column.ID.Key && l.values[column.ID.Key] != ""
}

// name is by what a row is known: our id when the rows are known by it and this
// one has it, else the number elsewhere.
func (s *orderLanding) name(l *line) string {
	if s.byID(l) {
		return known(column.ID.Key, l.values[column.ID.Key])
	}
	if v := l.values["external_id"]; v != "" {
		return known("external_id", v)
	}
	return ""
}

// print is by what a row without a name of its order is known.
func (s *orderLanding) print(l *line, f *firm) string {
	d := s.drafts[l]
	o := order.Order{Account: f.account.ID, Day: d.Day, Amount: d.Amount, Counter: d.Counter, Number: d.Number}
	if o.Counter == "" {
		o.Counter = order.Counters[0]
	}
	return known("print", o.Print())
}

// lookDoubles finds orders that are here for rows that give theirs no name.
func (s *orderLanding) lookDoubles(v *store.View) error {
	if s.in.Options.Twins == intake.Add {
		return nil
	}
	var ids []id.Account
	first, last := day.Day("9999-12-31"), day.Day("")
	for _, l := range s.lines {
		if f := s.firms[l.values["account"]]; l.values["external_id"] == "" && f != nil && f.wrong == nil && len(l.wrong) == 0 {
			ids = append(ids, f.account.ID)
			first, last = min(first, s.drafts[l].Day), max(last, s.drafts[l].Day)
		}
	}
	all, err := v.OrdersBetween(distinct(ids), first, last)
	for _, o := range all {
		if o.Stands() {
			s.doubles[known("print", o.Print())] = o.ID
		}
	}
	return err
}

// lookFirms finds the account that each cell names: by external id, KvK number,
// e-mail address or name, in that order, among those within reach.
func (s *orderLanding) lookFirms(v *store.View) error {
	cells := s.valued("account")
	s.firms = make(map[string]*firm, len(cells))
	reach := s.who.Reach(fact.Account)
	found := map[string][]account.Account{} // by what and value
	note := func(by, value string, a account.Account) {
		if reach.Why(a.Owner, a.Team) != "" {
			found[by+value] = append(found[by+value], a)
		}
	}
	open := cells
	for _, by := range []string{"external_id", "kvk", "email", "name_key"} {
		values := slices.DeleteFunc(distinct(each(open, func(cell string) string { return namedBy(by, cell) })), func(s string) bool { return s == "" })
		switch by {
		case "email":
			if err := s.mailed(v, values, note); err != nil {
				return err
			}
		default:
			all, err := v.AccountsKnown(by, values)
			if err != nil {
				return err
			}
			for _, a := range all {
				note(by, map[string]string{"external_id": a.ExternalID, "kvk": a.KvK, "name_key": fold.Key(a.Name)}[by], a)
			}
		}
		for _, cell := range open {
			if some := found[by+namedBy(by, cell)]; len(some) > 0 {
				s.firms[cell] = firmOf(some)
			}
		}
		open = slices.DeleteFunc(slices.Clone(open), func(cell string) bool { return s.firms[cell] != nil })
	}
	for _, cell := range open {
		s.firms[cell] = &firm{wrong: intake.ErrAccount}
	}
	return nil
}

// namedBy is what an account must have for a cell to name it.
func namedBy(by, cell string) string {
	if by == "email" {
		mail, err := email.Normalise(cell)
		if err != nil {
			return ""
		}
		return mail
	}
	return firmValue(by, cell)
}

func (s *orderLanding) mailed(v *store.View, mails []string, note func(by, value string, a account.Account)) error {
	at, err := v.Points(fact.Account, mails)
	if err != nil || len(at) == 0 {
		return err
	}
	var ids []id.Account
	for _, records := range at {
		ids = append(ids, each(records, func(r id.Record) id.Account { return id.Account(r) })...)
	}
	all, err := v.AccountsByID(distinct(ids), s.who.Reach(fact.Account))
	for mail, records := range at {
		for _, a := range all {
			if a.Deleted == 0 && slices.Contains(records, a.ID.Any()) {
				note("email", mail, a)
			}
		}
	}
	return err
}

// firmOf is the one account that a cell can mean.
func firmOf(some []account.Account) *firm {
	f := &firm{account: some[0], several: some}
	switch {
	case len(some) > 1:
		f.wrong = intake.ErrNames
	case f.account.Deleted != 0:
		f.wrong = order.ErrBinned
	}
	return f
}

// means says whether a cell can mean an account: one of several with its name is
// enough for an order that is known by itself.
func (f *firm) means(a id.Account) bool {
	if f.wrong != nil && f.wrong != intake.ErrNames {
		return false
	}
	return slices.ContainsFunc(f.several, func(o account.Account) bool { return o.ID == a })
}

func (s *orderLanding) land(l *line) {
	o := s.in.Options
	name, key, strange := s.name(l), "external_id", order.ErrExternal
	if s.byID(l) {
		key, strange = column.ID.Key, intake.ErrForeign
	}
	e := s.entries[name]
	again, repeated := int64(0), false
	if name != "" {
		again, repeated = s.seen(name)
	}
	fresh := o.Mode == intake.Create || o.Key == "" || o.Key == column.ID.Key && !s.byID(l)
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
	case s.byID(l) && o.Mode != intake.Create: // only Kring gives ids
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

func (s *orderLanding) create(l *line) {
	f := s.firms[l.values["account"]]
	switch {
	case f == nil:
		s.refuse(l, s.at("account", order.ErrAccount))
		return
	case f.wrong != nil:
		s.refuse(l, s.at("account", f.wrong))
		return
	}
	d := s.drafts[l]
	d.Account = f.account.ID
	o, err := order.New(id.New[id.Order](), s.now, s.today, d)
	if err != nil {
		s.refuse(l, s.in.Mapping.Wrong(err)...)
		return
	}
	if o.ExternalID == "" && s.in.Options.Twins != intake.Add {
		print := s.print(l, f)
		if n, again := s.seen(print); again {
			s.doubt(l, id.Record{}, s.at("day", intake.ErrRepeat.With(fault.Params{"row": n})))
			return
		}
		if i, here := s.doubles[print]; here {
			s.doubt(l, i.Any(), s.at("day", intake.ErrExists))
			return
		}
	}
	e := &orderEntry{now: o, fresh: true, account: f.account, lines: []*line{l}}
	s.made = append(s.made, e)
	if o.ExternalID != "" {
		s.entries[known("external_id", o.ExternalID)] = e
	}
	s.note(l, l.names...)
	l.deed, l.record, l.label = intake.Created, o.ID.Any(), orderLabel(f.account, o)
}

// orderLabel is what an order is called among the rows.
func orderLabel(a account.Account, o order.Order) string { return a.Name + " " + string(o.Day) }

func (s *orderLanding) update(l *line, e *orderEntry) {
	if e.account.Deleted != 0 {
		s.refuse(l, s.at("account", order.ErrBinned))
		return
	}
	if f := s.firms[l.values["account"]]; f != nil && !f.means(e.now.Account) {
		wrong := order.ErrOther
		if f.wrong != nil {
			wrong = f.wrong
		}
		s.refuse(l, s.at("account", wrong))
		return
	}
	d, err := order.Drafted(e.now, l.values)
	if err != nil {
		s.refuse(l, s.in.Mapping.Wrong(err)...)
		return
	}
	if other := s.entries[known("external_id", d.ExternalID)]; d.ExternalID != e.now.ExternalID && other != nil {
		s.refuse(l, s.at("external_id", order.ErrExternal))
		return
	}
	next, changes, err := asIs(e.now, s.now, s.today, d)
	if err != nil {
		s.refuse(l, s.in.Mapping.Wrong(err)...)
		return
	}
	s.note(l, l.names...)
	l.record, l.label = e.now.ID.Any(), orderLabel(e.account, next)
	if len(changes) == 0 {
		l.deed = intake.Same
		return
	}
	l.deed = intake.Updated
	if !e.fresh && !slices.Contains(s.changed, e) {
		s.changed = append(s.changed, e)
	}
	e.now, e.lines = next, append(e.lines, l)
}

// asIs changes an order; a cancelled one may be said again as it is.
func asIs(o order.Order, now int64, today day.Day, d order.Draft) (order.Order, []fact.Change, error) {
	stands := o
	stands.State = order.Confirmed
	next, changes, err := order.Change(stands, now, today, d)
	if o.Stands() || err == nil && len(changes) > 0 {
		return order.Change(o, now, today, d)
	}
	next.State = o.State
	return next, nil, err
}

func (s *orderLanding) write(tx *store.Tx) error {
	var touched []account.Account
	seen := map[id.Account]bool{}
	for _, e := range slices.Concat(s.made, s.changed) {
		if !seen[e.account.ID] {
			seen[e.account.ID] = true
			touched = append(touched, e.account)
		}
	}
	return s.a.turningAll(tx, s.who, touched, func() error {
		if err := s.writeMade(tx); err != nil {
			return err
		}
		return s.writeChanged(tx)
	})
}

func (s *orderLanding) writeMade(tx *store.Tx) error {
	all, facts := make([]order.Order, len(s.made)), make([]fact.Fact, len(s.made))
	for n, e := range s.made {
		all[n] = e.now
		facts[n] = fact.Fact{Deed: "order.placed", Why: "import", Evidence: s.evidence(e.lines[0]), Changes: order.Diff(order.Order{}, e.now)}
		for k, l := range e.lines {
			r := intake.Row{Row: l.n, Deed: l.deed, Kind: fact.Order, Record: e.now.ID.Any(), Label: l.label}
			if k == 0 {
				r.Version = 1
			}
			s.rows = append(s.rows, r)
		}
	}
	return tx.AddOrders(all, facts)
}

func (s *orderLanding) writeChanged(tx *store.Tx) error {
	makers, err := tx.IntakeMakers(*s.in, each(s.changed, func(e *orderEntry) id.Record { return e.was.ID.Any() }))
	if err != nil {
		return err
	}
	for _, e := range s.changed {
		saved := e.was
		if changes := order.Diff(e.was, e.now); len(changes) > 0 { // one row may take back what another did
			f := fact.Fact{Deed: "order.changed", Changes: changes, Why: "import", Evidence: s.evidence(e.lines[0])}
			if saved, err = tx.SaveOrder(e.now, f); err != nil {
				return err
			}
		}
		rows, err := changedRows(fact.Order, e.lines, keptOrder{e.was, e.was.Amount}, saved.Version)
		if err != nil {
			return err
		}
		if r, ours := makers[e.was.ID.Any()]; ours {
			r.Version = saved.Version
			if err := tx.SaveIntakeVersion(*s.in, r); err != nil {
				return err
			}
			rows[0].Version, rows[0].Before = 0, nil
		}
		s.rows = append(s.rows, rows...)
	}
	return nil
}

// keptOrder is an order as it was, to be given back: its JSON has no amount of
// itself.
type keptOrder struct {
	order.Order
	Amount money.Money `json:"amount"`
}

// ordersBack takes back orders that an import made or changed, and with them
// what they moved.
func (a *App) ordersBack(tx *store.Tx, who Who, rows []intake.Row) ([]intake.Row, error) {
	if len(rows) == 0 {
		return rows, nil
	}
	all, err := tx.OrdersByID(each(rows, func(r intake.Row) id.Order { return id.Order(r.Record) }))
	if err != nil {
		return nil, err
	}
	now := map[id.Record]order.Order{}
	for _, o := range all {
		now[o.ID.Any()] = o
	}
	touched, err := tx.AccountsByID(distinct(each(all, func(o order.Order) id.Account { return o.Account })), everything)
	if err != nil {
		return nil, err
	}
	return rows, a.turningAll(tx, who, touched, func() error {
		var gone []order.Order
		for n, r := range rows {
			o, there := now[r.Record]
			switch {
			case !there: // erased by somebody: there is nothing left of it
				rows[n].Undone = "erased"
			case o.Version != r.Version:
				rows[n] = keep(r, intake.ErrChanged)
			case r.Deed == intake.Created:
				gone = append(gone, o)
				rows[n].Undone = "erased"
			default:
				if rows[n], err = orderBack(tx, r, o); err != nil {
					return err
				}
			}
		}
		f := undone
		f.Deed = "order.erased"
		return tx.EraseOrders(gone, f)
	})
}

// orderBack gives an order what it was.
func orderBack(tx *store.Tx, r intake.Row, o order.Order) (intake.Row, error) {
	var kept keptOrder
	if err := json.Unmarshal(r.Before, &kept); err != nil {
		return r, err
	}
	was := kept.Order
	was.Amount, was.Version, was.Updated = kept.Amount, o.Version, tx.Now()
	f := undone
	f.Deed, f.Changes = "order.changed", order.Diff(o, was)
	_, err := tx.SaveOrder(was, f)
	r.Undone = "restored"
	return r, err
}
