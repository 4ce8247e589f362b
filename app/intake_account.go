package app

import (
	"encoding/json"
	"slices"

	"kring/base/column"
	"kring/base/email"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/opt"
	"kring/base/register"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/intake"
	"kring/domain/match"
	"kring/store"
)

// accountLanding is a page of rows becoming accounts.
type accountLanding struct {
	*page
	drafts  map[*line]account.Account
	entries map[id.Account]*accountEntry
	by      map[string][]*accountEntry // by hashed key
	made    []*accountEntry
	changed []*accountEntry
}

// accountEntry is one account on a page: as it was, and as the rows make it.
type accountEntry struct {
	was, now account.Account
	fresh    bool
	within   bool // who's reach
	lines    []*line
}

func landAccounts(p *page) landing {
	return &accountLanding{page: p, drafts: map[*line]account.Account{}}
}

func (s *accountLanding) draft(l *line) {
	d := account.Drafted(l.values, l.ways)
	l.label = d.Name
	if s.in.Options.Mode == intake.Update && d.Name == "" {
		d.Name = "-" // no new record: the name of the one that is here stays
	}
	if d.Source == "" {
		d.Source = s.in.Options.Source
	}
	if d.SourceFrom == "" {
		d.SourceFrom = s.in.Options.SourceFrom
	}
	d.Own, d.Owner, d.Team = l.own, l.owner, l.team
	if d.Owner.IsZero() {
		d.Owner = s.who.Member.ID
		if d.Team.IsZero() {
			d.Team = s.who.Member.Team
		}
	}
	a, err := account.New(id.New[id.Account](), s.now, s.who.Org.Settings.Country, d)
	l.unfit = s.in.Mapping.Wrong(err)
	if err != nil {
		return
	}
	s.drafts[l] = a
	if l.label != "" {
		l.label = a.Name
	}
	l.unfit = s.missing(l)
}

// key is by what a row is known, by the choice of who imports; several e-mail
// addresses can each be it.
func (p *page) keys(l *line) (names []string) {
	switch p.in.Options.Key {
	case column.ID.Key:
		if v := l.values[column.ID.Key]; v != "" {
			names = append(names, known(column.ID.Key, v))
		}
	case "external_id":
		if v := l.values["external_id"]; v != "" {
			names = append(names, known("external_id", v))
		}
	case "kvk":
		if v, err := register.KvK(l.values["kvk"]); err == nil && v != "" {
			names = append(names, known("kvk", v))
		}
	case "email":
		for _, e := range l.ways.Emails {
			names = append(names, known("email", e.Normal))
		}
	}
	return names
}

// ids are those that rows are known by, when it is by them.
func (p *page) ids() (all []id.Record) {
	if p.in.Options.Key != column.ID.Key {
		return nil
	}
	for _, v := range p.valued(column.ID.Key) {
		if r, err := id.Parse[id.Record](v); err == nil {
			all = append(all, r)
		}
	}
	return all
}

// unknown says why a row that is known by something lands nowhere, when it does
// not. Only Kring gives ids: one that is not here was erased, or lies out of
// reach, and what was taken away does not come back with an old file. To bring
// it to another organisation, mode create makes it anew, under a new id.
func (p *page) unknown(l *line, elsewhere bool) *fault.Fault {
	o := p.in.Options
	byID := o.Key == column.ID.Key
	switch keyed := len(p.keys(l)) > 0; {
	case byID && keyed && (o.Mode != intake.Create || elsewhere):
		return intake.ErrForeign
	case o.Mode == intake.Update && !keyed:
		return intake.ErrEmpty
	case o.Mode == intake.Update:
		return intake.ErrAbsent
	}
	return nil
}

// keyed are the values of a field in all rows.
func (p *page) valued(key string) (all []string) {
	for _, l := range p.lines {
		if v := l.values[key]; v != "" {
			all = append(all, v)
		}
	}
	return distinct(all)
}

func (p *page) mails() (all []string) {
	for _, l := range p.lines {
		for _, e := range l.ways.Emails {
			all = append(all, e.Normal)
		}
	}
	return distinct(all)
}

func (s *accountLanding) look(v *store.View) error {
	s.entries, s.by, s.made, s.changed = map[id.Account]*accountEntry{}, map[string][]*accountEntry{}, nil, nil
	taken, err := v.AccountsKnown("external_id", s.valued("external_id"))
	if err != nil {
		return err
	}
	for _, a := range taken {
		s.enter(a, known("external_id", a.ExternalID))
	}
	merged, err := accountsCalled(v, s.valued("external_id"))
	if err != nil {
		return err
	}
	for external, a := range merged {
		s.enter(a, known("external_id", external))
	}
	switch s.in.Options.Key {
	case column.ID.Key:
		all, err := v.AccountsByID(each(s.ids(), func(r id.Record) id.Account { return id.Account(r) }), everything)
		if err != nil {
			return err
		}
		for _, a := range all {
			s.enter(a, known(column.ID.Key, a.ID.String()))
		}
	case "kvk":
		numbers := each(s.valued("kvk"), func(n string) string { one, _ := register.KvK(n); return one }) //nolint:errcheck // what is none finds nothing
		all, err := v.AccountsKnown("kvk", distinct(numbers))
		if err != nil {
			return err
		}
		for _, a := range all {
			s.enter(a, known("kvk", a.KvK))
		}
	case "email":
		if err := s.lookMail(v); err != nil {
			return err
		}
	}
	var open []*line
	for _, l := range s.lines {
		a, drafted := s.drafts[l]
		l.names, l.twins = s.keys(l), nil
		if drafted {
			l.names = append(l.names, known("print", a.Print()))
			if len(s.found(l)) == 0 && len(l.wrong) == 0 {
				open = append(open, l)
			}
		}
		if v := l.values["external_id"]; v != "" {
			l.names = append(l.names, known("external_id", v))
		}
	}
	if s.in.Options.Mode == intake.Update || s.in.Options.Twins == intake.Add || len(open) == 0 {
		return nil
	}
	if err := s.alikes(v, open, func(l *line) match.Subject { return store.AccountSubject(s.drafts[l]) }); err != nil {
		return err
	}
	all, err := v.AccountsByID(each(s.follow(open), func(i id.Record) id.Account { return id.Account(i) }), s.who.Reach(fact.Account))
	for _, a := range all {
		s.enter(a, "")
	}
	return err
}

func (s *accountLanding) lookMail(v *store.View) error {
	at, err := v.Points(fact.Account, s.mails())
	if err != nil {
		return err
	}
	var ids []id.Account
	for mail, records := range at {
		if _, err := email.Normalise(mail); err != nil {
			continue
		}
		for _, r := range records {
			ids = append(ids, id.Account(r))
		}
	}
	all, err := v.AccountsByID(distinct(ids), s.who.Reach(fact.Account))
	if err != nil {
		return err
	}
	for _, a := range all {
		for _, e := range a.Emails {
			if a.Deleted == 0 && len(at[e.Normal]) > 0 {
				s.enter(a, known("email", e.Normal))
			}
		}
	}
	return nil
}

// enter puts an account on the page, once.
func (s *accountLanding) enter(a account.Account, name string) {
	e := s.entries[a.ID]
	if e == nil {
		e = &accountEntry{was: a, now: a, within: s.who.Reach(fact.Account).Why(a.Owner, a.Team) != ""}
		s.entries[a.ID] = e
	}
	if name != "" && !slices.Contains(s.by[name], e) {
		s.by[name] = append(s.by[name], e)
	}
}

// elsewhere says that a row is known for an account that who may not see.
func (s *accountLanding) elsewhere(l *line) bool {
	return slices.ContainsFunc(s.keys(l), func(name string) bool { return len(s.by[name]) > 0 })
}

// found are the accounts that a row is known for, and who may see.
func (s *accountLanding) found(l *line) (all []*accountEntry) {
	for _, name := range s.keys(l) {
		for _, e := range s.by[name] {
			if e.within && !slices.Contains(all, e) {
				all = append(all, e)
			}
		}
	}
	return all
}

func (s *accountLanding) land(l *line) {
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
	case len(found) > 1:
		s.refuse(l, s.at(o.Key, intake.ErrSeveral))
	case len(found) == 1 && o.Mode == intake.Create:
		s.refuse(l, s.at(o.Key, intake.ErrExists))
		l.record = found[0].was.ID.Any()
	case len(found) == 1:
		s.update(l, found[0])
	case repeated && s.dry: // made on a page before, had it been no dry run
		l.deed = intake.Updated
	default:
		if f := s.unknown(l, s.elsewhere(l)); f != nil {
			s.refuse(l, s.at(o.Key, f))
			return
		}
		s.create(l)
	}
}

func (s *accountLanding) create(l *line) {
	a, drafted := s.drafts[l]
	if !drafted || len(l.unfit) > 0 {
		s.refuse(l, l.unfit...)
		return
	}
	if a.ExternalID != "" {
		name := known("external_id", a.ExternalID)
		if n, again := s.seen(name); again {
			s.refuse(l, s.at("external_id", intake.ErrRepeat.With(fault.Params{"row": n})))
			return
		}
		if len(s.by[name]) > 0 {
			s.refuse(l, s.at("external_id", account.ErrExternal))
			return
		}
	}
	if n, again := s.seen(known("print", a.Print())); again && s.in.Options.Twins != intake.Add {
		s.doubt(l, id.Record{}, s.at("name", intake.ErrRepeat.With(fault.Params{"row": n})))
		return
	}
	to, left := s.twinned(l)
	if left {
		return
	}
	if e := s.entries[id.Account(to)]; e != nil {
		s.update(l, e)
		return
	}
	e := &accountEntry{now: a, fresh: true, within: true, lines: []*line{l}}
	s.entries[a.ID], s.made = e, append(s.made, e)
	for _, name := range l.names {
		s.by[name] = append(s.by[name], e)
	}
	s.note(l, l.names...)
	l.deed, l.record = intake.Created, a.ID.Any()
}

func (s *accountLanding) update(l *line, e *accountEntry) {
	p := account.Patched(e.now, l.values, l.ways)
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
	next, changes, err := account.Change(e.now, s.now, s.who.Org.Settings.Country, p)
	if err != nil {
		s.refuse(l, s.in.Mapping.Wrong(err)...)
		return
	}
	if name := known("external_id", next.ExternalID); next.ExternalID != e.now.ExternalID {
		if len(s.by[name]) > 0 {
			s.refuse(l, s.at("external_id", account.ErrExternal))
			return
		}
		s.by[name] = append(s.by[name], e)
	}
	s.note(l, s.keys(l)...)
	l.record, l.label = e.now.ID.Any(), e.now.Name
	if len(changes) == 0 {
		l.deed = intake.Same
		return
	}
	l.deed = intake.Updated
	if !e.fresh && !slices.Contains(s.changed, e) {
		s.changed = append(s.changed, e)
	}
	e.now, e.lines = next, append(e.lines, l)
	if e.fresh {
		e.now.Version = 1
	}
}

func (s *accountLanding) write(tx *store.Tx) error {
	if err := s.writeMade(tx); err != nil {
		return err
	}
	makers, err := tx.IntakeMakers(*s.in, each(s.changed, func(e *accountEntry) id.Record { return e.was.ID.Any() }))
	if err != nil {
		return err
	}
	for _, e := range s.changed {
		changes := account.Diff(e.was, e.now)
		saved := e.was
		if len(changes) > 0 { // one row may take back what another did
			f := fact.Fact{Deed: "account.changed", Changes: changes, Why: "import", Evidence: s.evidence(e.lines[0])}
			if saved, err = tx.SaveAccount(e.now, f); err != nil {
				return err
			}
			if err := s.a.afterAccountChanged(tx, s.who, e.was, saved, changes); err != nil {
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

// changedRows note what rows did to one record that was here; the first has
// what it was.
func changedRows(kind fact.Kind, lines []*line, was any, version int64) (rows []intake.Row, err error) {
	for _, l := range lines {
		rows = append(rows, intake.Row{Row: l.n, Deed: l.deed, Kind: kind, Record: l.record, Label: l.label})
	}
	rows[0].Version = version
	rows[0].Before, err = json.Marshal(was)
	return rows, err
}

func (s *accountLanding) writeMade(tx *store.Tx) error {
	all, facts := make([]account.Account, len(s.made)), make([]fact.Fact, len(s.made))
	var people []contact.Contact
	var about []fact.Fact
	for n, e := range s.made {
		all[n] = e.now
		facts[n] = fact.Fact{Deed: "account.created", Why: "import", Evidence: s.evidence(e.lines[0]), Changes: account.Diff(account.Account{}, e.now)}
		for k, l := range e.lines {
			r := intake.Row{Row: l.n, Deed: l.deed, Kind: fact.Account, Record: e.now.ID.Any(), Label: e.now.Name}
			if k == 0 {
				r.Version = 1
			}
			s.rows = append(s.rows, r)
		}
		if e.now.Kind != account.Person {
			continue
		}
		c, err := personOf(tx, s.who, e.now)
		if err != nil {
			return err
		}
		people = append(people, c)
		about = append(about, fact.Fact{Deed: "contact.created", Why: "account.person", Evidence: s.evidence(e.lines[0]), Changes: contact.Diff(contact.Contact{}, c)})
		s.rows = append(s.rows, intake.Row{Row: e.lines[0].n, Part: 1, Deed: intake.Created, Kind: fact.Contact, Record: c.ID.Any(), Label: c.Name(), Version: 1})
	}
	if err := tx.AddAccounts(all, facts); err != nil {
		return err
	}
	return tx.AddContacts(people, about)
}
