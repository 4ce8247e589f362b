package app

import (
	"maps"
	"slices"

	"kring/base/column"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/opt"
	"kring/base/register"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/intake"
	"kring/domain/match"
	"kring/domain/member"
	"kring/store"
)

// contactLanding is a page of rows becoming contacts, and accounts for those
// that are at one that is not here, when that is asked.
type contactLanding struct {
	*page
	drafts  map[*line]contact.Contact
	entries map[id.Contact]*contactEntry
	by      map[string][]*contactEntry // by hashed key
	made    []*contactEntry
	changed []*contactEntry
	firms   map[string]*firm // by the cell that names it
}

// contactEntry is one contact on a page: as it was, and as the rows make it.
type contactEntry struct {
	was, now contact.Contact
	fresh    bool
	within   bool
	lines    []*line
}

// firm is the account that a cell names.
type firm struct {
	account account.Account
	wrong   *fault.Fault
	fresh   bool
	full    bool              // a person, who is the only contact
	line    *line             // that made it
	several []account.Account // that the cell could mean
	early   bool              // made on a page before, had it been no dry run
}

func landContacts(p *page) landing {
	return &contactLanding{page: p, drafts: map[*line]contact.Contact{}}
}

func (s *contactLanding) draft(l *line) {
	d := contact.Drafted(l.values, l.ways)
	if d.Source == "" {
		d.Source = s.in.Options.Source
	}
	if d.SourceFrom == "" {
		d.SourceFrom = s.in.Options.SourceFrom
	}
	d.Own, d.Owner, d.Team = l.own, l.owner, l.team
	if l.values["account"] != "" {
		d.Accounts = []contact.Link{contact.Linked(id.New[id.Account](), l.values)} // which is found out later
	}
	nameless := d.Given+d.Family == "" && s.in.Options.Mode == intake.Update
	if s.in.Options.Mode == intake.Update && len(d.Accounts) == 0 {
		d.Accounts = []contact.Link{{Account: id.New[id.Account]()}} // where it is stays
	}
	if nameless { // no new record: the name of the one that is here stays
		d.Family = "-"
	}
	c, err := contact.New(id.New[id.Contact](), s.now, s.who.Org.Settings.Country, d)
	l.unfit = s.in.Mapping.Wrong(err)
	if err != nil {
		l.label = contact.Called(d.Given, d.Initials, d.Infix, d.Family)
		return
	}
	s.drafts[l] = c
	if !nameless {
		l.label = c.Name()
	}
	l.unfit = s.missing(l)
}

func (s *contactLanding) look(v *store.View) error {
	s.entries, s.by, s.made, s.changed = map[id.Contact]*contactEntry{}, map[string][]*contactEntry{}, nil, nil
	if err := s.lookFirms(v); err != nil {
		return err
	}
	all, err := v.ContactsKnown(s.valued("external_id"))
	if err != nil {
		return err
	}
	more, err := v.ContactsByID(each(s.ids(), func(r id.Record) id.Contact { return id.Contact(r) }), everything)
	if err != nil {
		return err
	}
	all = append(all, more...)
	mailed := map[string][]id.Record{}
	if s.in.Options.Key == "email" {
		if mailed, err = v.Points(fact.Contact, s.mails()); err != nil {
			return err
		}
		var ids []id.Contact
		for _, records := range mailed {
			ids = append(ids, each(records, func(r id.Record) id.Contact { return id.Contact(r) })...)
		}
		more, err := v.ContactsByID(distinct(ids), member.Reach{Scope: member.All})
		if err != nil {
			return err
		}
		all = append(all, more...)
	}
	merged, err := contactsCalled(v, s.valued("external_id"))
	if err != nil {
		return err
	}
	if err := s.enter(v, append(all, slices.Collect(maps.Values(merged))...), mailed); err != nil {
		return err
	}
	for external, c := range merged {
		if name, e := known("external_id", external), s.entries[c.ID]; !slices.Contains(s.by[name], e) {
			s.by[name] = append(s.by[name], e)
		}
	}
	var open []*line
	for _, l := range s.lines {
		c, drafted := s.drafts[l]
		l.names, l.twins = s.keys(l), nil
		if drafted {
			l.names = append(l.names, known("print", c.Print(l.values["account"])))
			if len(s.found(l)) == 0 && len(l.wrong) == 0 {
				open = append(open, l)
			}
		}
		if v := l.values["external_id"]; v != "" {
			l.names = append(l.names, known("external_id", v))
		}
		if v := l.values["account"]; v != "" {
			l.names = append(l.names, known("account", fold.Key(v)))
		}
	}
	if s.in.Options.Mode == intake.Update || s.in.Options.Twins == intake.Add || len(open) == 0 {
		return nil
	}
	if err := s.alikes(v, open, s.subject); err != nil {
		return err
	}
	more, err = v.ContactsByID(each(s.follow(open), func(i id.Record) id.Contact { return id.Contact(i) }), s.who.Reach(fact.Contact))
	if err != nil {
		return err
	}
	return s.enter(v, more, nil)
}

// subject is what there is to compare of a row, with the account that is here.
func (s *contactLanding) subject(l *line) match.Subject {
	sub := store.ContactSubject(s.drafts[l])
	sub.Accounts = nil
	if f := s.firms[l.values["account"]]; f != nil && f.wrong == nil {
		sub.Accounts = []id.Account{f.account.ID}
	}
	return sub
}

// enter puts contacts on the page, each once.
func (s *contactLanding) enter(v *store.View, all []contact.Contact, mailed map[string][]id.Record) error {
	reach := s.who.Reach(fact.Contact)
	within, err := v.ContactReach(each(all, func(c contact.Contact) id.Contact { return c.ID }), reach)
	if err != nil {
		return err
	}
	put := func(e *contactEntry, name string) {
		if !slices.Contains(s.by[name], e) {
			s.by[name] = append(s.by[name], e)
		}
	}
	for _, c := range all {
		e := s.entries[c.ID]
		if e == nil {
			e = &contactEntry{was: c, now: c, within: within[c.ID]}
			s.entries[c.ID] = e
		}
		put(e, known(column.ID.Key, c.ID.String()))
		if c.ExternalID != "" {
			put(e, known("external_id", c.ExternalID))
		}
		for _, m := range c.Emails {
			if c.Deleted == 0 && len(mailed[m.Normal]) > 0 {
				put(e, known("email", m.Normal))
			}
		}
	}
	return nil
}

// firmWays are what a cell can name an account by, in order; a person stands
// under the family name.
var firmWays = []string{"external_id", "kvk", "name_key", "person"}

// lookFirms finds the account that each cell names: by external id, by KvK
// number, by name, in that order, among those within reach.
func (s *contactLanding) lookFirms(v *store.View) error {
	s.firms = map[string]*firm{}
	cells := s.valued("account")
	reach := s.who.Reach(fact.Account)
	found := map[string]map[string][]account.Account{} // by what, by value
	for _, by := range firmWays {
		values := each(cells, func(cell string) string { return firmValue(by, cell) })
		column := by
		if by == "person" {
			column = "name_key"
		}
		all, err := v.AccountsKnown(column, slices.DeleteFunc(distinct(values), func(s string) bool { return s == "" }))
		if err != nil {
			return err
		}
		found[by] = map[string][]account.Account{}
		for _, a := range all {
			if a.Deleted != 0 || reach.Why(a.Owner, a.Team) == "" {
				continue
			}
			value := map[string]string{"external_id": a.ExternalID, "kvk": a.KvK, "name_key": fold.Key(a.Name), "person": a.Key()}[by]
			found[by][value] = append(found[by][value], a)
		}
	}
	merged, err := accountsCalled(v, cells)
	if err != nil {
		return err
	}
	for external, a := range merged {
		if a.Deleted == 0 && reach.Why(a.Owner, a.Team) != "" {
			found["external_id"][external] = append(found["external_id"][external], a)
		}
	}
	var people []id.Account
	for _, cell := range cells {
		f := &firm{wrong: intake.ErrAccount}
		for _, by := range firmWays {
			if some := found[by][firmValue(by, cell)]; len(some) > 0 {
				f.account, f.wrong = some[0], nil
				if len(some) > 1 {
					f.wrong, f.several = intake.ErrNames, some
				}
				break
			}
		}
		if f.wrong == nil && f.account.Kind == account.Person {
			people = append(people, f.account.ID)
		}
		s.firms[cell] = f
	}
	at, err := v.PeopleAt(distinct(people))
	for _, f := range s.firms {
		f.full = at[f.account.ID] > 0
	}
	return err
}

// firmValue is what an account must have for a cell to name it.
func firmValue(by, cell string) string {
	switch by {
	case "kvk":
		n, err := register.KvK(cell)
		if err != nil {
			return ""
		}
		return n
	case "name_key":
		return fold.Key(cell)
	case "person":
		return fold.Person(cell)
	}
	return cell
}

// firm is the account of a row; an empty cell names none. One that is not here
// is made, once, when that is asked.
func (s *contactLanding) firm(l *line) (*firm, bool) {
	cell := l.values["account"]
	if cell == "" {
		return nil, true
	}
	f := s.firms[cell]
	if f.wrong == nil {
		return f, true
	}
	if f.wrong.Code != intake.ErrAccount.Code || s.in.Options.Missing != intake.Make {
		s.refuse(l, s.at("account", f.wrong))
		return nil, false
	}
	for other, g := range s.firms { // the same name, written otherwise
		if g.fresh && fold.Key(other) == fold.Key(cell) {
			s.firms[cell] = g
			return g, true
		}
	}
	d := account.Draft{Name: cell, Owner: l.owner, Team: l.team, Source: s.in.Options.Source, SourceFrom: s.in.Options.SourceFrom}
	if d.Owner.IsZero() {
		d.Owner, d.Team = s.who.Member.ID, s.who.Member.Team
	}
	a, err := account.New(id.New[id.Account](), s.now, s.who.Org.Settings.Country, d)
	if g, bad := fault.From(err); bad {
		for _, one := range g.Fields {
			g = one
		}
		s.refuse(l, s.at("account", g))
		return nil, false
	}
	_, early := s.before[known("account", fold.Key(cell))]
	s.firms[cell] = &firm{account: a, fresh: true, early: early && s.dry}
	return s.firms[cell], true
}

// place is the account of a row. Of several with the same name it is the one
// where the contact that the row is known for is already.
func (s *contactLanding) place(l *line, found []*contactEntry) (*firm, bool) {
	if f := s.firms[l.values["account"]]; f != nil && len(found) == 1 {
		for _, a := range f.several {
			if hasLink(found[0].now, a.ID) {
				return &firm{account: a}, true
			}
		}
	}
	return s.firm(l)
}

// uses notes that a row that lands is at an account, which is then made.
func (s *contactLanding) uses(l *line, f *firm) {
	if f == nil || !f.fresh || f.line != nil {
		return
	}
	f.line = l
	s.note(l, known("account", fold.Key(l.values["account"])))
	if !f.early {
		s.tally.Besides++
	}
}

// found are the contacts that a row is known for, and who may see.
func (s *contactLanding) found(l *line) (all []*contactEntry) {
	for _, name := range s.keys(l) {
		for _, e := range s.by[name] {
			if e.within && !slices.Contains(all, e) {
				all = append(all, e)
			}
		}
	}
	return all
}

func (s *contactLanding) land(l *line) {
	o := s.in.Options
	found := s.found(l)
	again, repeated := int64(0), false
	for _, name := range s.keys(l) {
		if n, ok := s.seen(name); ok {
			again, repeated = n, true
		}
	}
	switch {
	case repeated && o.Mode == intake.Create:
		s.refuse(l, s.at(o.Key, intake.ErrRepeat.With(fault.Params{"row": again})))
		return
	case len(found) > 1:
		s.refuse(l, s.at(o.Key, intake.ErrSeveral))
		return
	case len(found) == 1 && o.Mode == intake.Create:
		s.refuse(l, s.at(o.Key, intake.ErrExists))
		l.record = found[0].was.ID.Any()
		return
	case len(found) == 0 && !repeated:
		elsewhere := slices.ContainsFunc(s.keys(l), func(name string) bool { return len(s.by[name]) > 0 })
		if f := s.unknown(l, elsewhere); f != nil {
			s.refuse(l, s.at(o.Key, f))
			return
		}
	}
	f, ok := s.place(l, found)
	switch {
	case !ok:
	case len(found) == 1:
		s.update(l, found[0], f)
	case repeated && s.dry: // made on a page before, had it been no dry run
		l.deed = intake.Updated
		s.uses(l, f)
	default:
		s.create(l, f)
	}
}

func (s *contactLanding) create(l *line, f *firm) {
	c, drafted := s.drafts[l]
	if !drafted || len(l.unfit) > 0 {
		s.refuse(l, l.unfit...)
		return
	}
	if f.full {
		s.refuse(l, s.at("account", contact.ErrPerson))
		return
	}
	if c.ExternalID != "" {
		name := known("external_id", c.ExternalID)
		if n, again := s.seen(name); again {
			s.refuse(l, s.at("external_id", intake.ErrRepeat.With(fault.Params{"row": n})))
			return
		}
		if len(s.by[name]) > 0 {
			s.refuse(l, s.at("external_id", contact.ErrExternal))
			return
		}
	}
	print := known("print", c.Print(l.values["account"]))
	if n, again := s.seen(print); again && s.in.Options.Twins != intake.Add {
		s.doubt(l, id.Record{}, s.at("family", intake.ErrRepeat.With(fault.Params{"row": n})))
		return
	}
	to, left := s.twinned(l)
	if left {
		return
	}
	if e := s.entries[id.Contact(to)]; e != nil {
		s.update(l, e, f)
		return
	}
	c.Accounts = slices.Clone(c.Accounts)
	c.Accounts[0].Account = f.account.ID
	f.full = f.account.Kind == account.Person
	e := &contactEntry{now: c, fresh: true, within: true, lines: []*line{l}}
	s.entries[c.ID], s.made = e, append(s.made, e)
	for _, name := range l.names {
		s.by[name] = append(s.by[name], e)
	}
	s.note(l, append(s.keys(l), print)...)
	if c.ExternalID != "" {
		s.note(l, known("external_id", c.ExternalID))
	}
	s.uses(l, f)
	l.deed, l.record = intake.Created, c.ID.Any()
}

func (s *contactLanding) update(l *line, e *contactEntry, f *firm) {
	p := contact.Patched(e.now, l.values, l.ways)
	if !l.owner.IsZero() {
		p.Owner = opt.Some(l.owner)
	}
	if l.values["team"] != "" {
		p.Team = opt.Some(l.team)
	}
	p.Own = l.own
	if v, given := p.ExternalID.Get(); given && v != e.now.ExternalID && slices.Contains(s.by[known("external_id", v)], e) {
		p.ExternalID = opt.Of[string]{} // of one that was merged into it: it keeps its own
	}
	if f != nil {
		if links, more := e.now.With(contact.Linked(f.account.ID, l.values)); more {
			if f.full && !hasLink(e.now, f.account.ID) {
				s.refuse(l, s.at("account", contact.ErrPerson))
				return
			}
			p.Accounts = opt.Some(links)
		}
	}
	next, changes, err := contact.Change(e.now, s.now, s.who.Org.Settings.Country, p)
	if err != nil {
		s.refuse(l, s.in.Mapping.Wrong(err)...)
		return
	}
	if name := known("external_id", next.ExternalID); next.ExternalID != e.now.ExternalID {
		if len(s.by[name]) > 0 {
			s.refuse(l, s.at("external_id", contact.ErrExternal))
			return
		}
		s.by[name] = append(s.by[name], e)
	}
	s.note(l, s.keys(l)...)
	l.record, l.label = e.now.ID.Any(), e.now.Name()
	if len(changes) == 0 {
		l.deed = intake.Same
		return
	}
	s.uses(l, f)
	l.deed = intake.Updated
	if !e.fresh && !slices.Contains(s.changed, e) {
		s.changed = append(s.changed, e)
	}
	e.now, e.lines = next, append(e.lines, l)
}

func (s *contactLanding) write(tx *store.Tx) error {
	if err := s.writeFirms(tx); err != nil {
		return err
	}
	if err := s.writeMade(tx); err != nil {
		return err
	}
	makers, err := tx.IntakeMakers(*s.in, each(s.changed, func(e *contactEntry) id.Record { return e.was.ID.Any() }))
	if err != nil {
		return err
	}
	for _, e := range s.changed {
		changes := contact.Diff(e.was, e.now)
		saved := e.was
		if len(changes) > 0 { // one row may take back what another did
			f := fact.Fact{Deed: "contact.changed", Changes: changes, Why: "import", Evidence: s.evidence(e.lines[0])}
			if saved, err = tx.SaveContact(e.now, f); err != nil {
				return err
			}
		}
		rows, err := changedRows(s.in.Kind, e.lines, e.was, saved.Version)
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

// writeFirms makes the accounts that contacts need.
func (s *contactLanding) writeFirms(tx *store.Tx) error {
	var all []account.Account
	var facts []fact.Fact
	seen := map[*firm]bool{}
	for _, f := range s.firms {
		if !f.fresh || f.line == nil || seen[f] {
			continue
		}
		seen[f] = true
		all = append(all, f.account)
		facts = append(facts, fact.Fact{Deed: "account.created", Why: "import", Evidence: s.evidence(f.line), Changes: account.Diff(account.Account{}, f.account)})
		s.rows = append(s.rows, intake.Row{Row: f.line.n, Part: 1, Deed: intake.Created, Kind: fact.Account, Record: f.account.ID.Any(), Label: f.account.Name, Version: 1})
	}
	return tx.AddAccounts(all, facts)
}

func (s *contactLanding) writeMade(tx *store.Tx) error {
	all, facts := make([]contact.Contact, len(s.made)), make([]fact.Fact, len(s.made))
	for n, e := range s.made {
		all[n] = e.now
		facts[n] = fact.Fact{Deed: "contact.created", Why: "import", Evidence: s.evidence(e.lines[0]), Changes: contact.Diff(contact.Contact{}, e.now)}
		for k, l := range e.lines {
			r := intake.Row{Row: l.n, Deed: l.deed, Kind: fact.Contact, Record: e.now.ID.Any(), Label: e.now.Name()}
			if k == 0 {
				r.Version = 1
			}
			s.rows = append(s.rows, r)
		}
	}
	return tx.AddContacts(all, facts)
}
