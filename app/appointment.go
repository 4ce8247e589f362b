package app

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/appointment"
	"kring/domain/member"
	"kring/store"
)

// An appointment is seen by whoever comes and by whoever sees the relation; it is
// changed by whoever comes. In a calendar of others the rest is busy time.

// AddAppointment plans an appointment of who. clash are those that overlap with it
// in a calendar of somebody who comes: a warning and no refusal.
func (a *App) AddAppointment(ctx context.Context, who Who, i id.Appointment, d appointment.Draft) (p appointment.Appointment, clash []appointment.Occurrence, err error) {
	err = a.write(ctx, who, member.TaskWrite, func(tx *store.Tx) error {
		l, err := seenAppointment(&tx.View, who, i)
		if !errors.Is(err, store.ErrNotFound) { // the form was sent before
			p = l.Appointment
			return err
		}
		if err := meetReach(tx, who, d); err != nil {
			return err
		}
		if p, err = a.planAppointment(tx, who, i, d); err != nil {
			return err
		}
		clash, err = a.clashes(&tx.View, who, p)
		return err
	})
	return p, clash, err
}

func (a *App) planAppointment(tx *store.Tx, who Who, i id.Appointment, d appointment.Draft) (p appointment.Appointment, err error) {
	if p, err = appointment.New(i, tx.Now(), who.Zone(), who.Member.ID, d); err != nil {
		return p, err
	}
	if err := meetPlaced(tx, p); err != nil {
		return p, err
	}
	p, err = tx.AddAppointment(p, fact.Fact{Deed: "appointment.planned", Changes: appointment.Diff(appointment.Appointment{}, p)})
	return p, named(err, appointment.ErrExternal)
}

// meetReach says whether who may meet a relation and its people.
func meetReach(tx *store.Tx, who Who, d appointment.Draft) error {
	if !d.Account.IsZero() {
		if _, err := tx.Account(d.Account, who.Reach(fact.Account)); errors.Is(err, store.ErrNotFound) {
			return fault.Field("account", appointment.ErrAccount)
		} else if err != nil {
			return err
		}
	}
	for _, c := range d.Contacts {
		if _, err := tx.Contact(c, who.Reach(fact.Contact)); errors.Is(err, store.ErrNotFound) {
			return fault.Field("contacts", appointment.ErrContact)
		} else if err != nil {
			return err
		}
	}
	return nil
}

// meetPlaced: whoever comes works here, and the relation is not in the bin.
func meetPlaced(tx *store.Tx, p appointment.Appointment) error {
	for _, i := range p.Members {
		m, err := tx.Member(i)
		if errors.Is(err, store.ErrNotFound) || err == nil && m.State != member.Active {
			return fault.Field("members", appointment.ErrMember)
		}
		if err != nil {
			return err
		}
	}
	if !p.Account.IsZero() {
		if _, err := accountFor(tx, p.Account, everything, appointment.ErrAccount, account.ErrBinned); err != nil {
			return err
		}
	}
	for _, c := range p.Contacts {
		if _, err := tx.Contact(c, everything); errors.Is(err, store.ErrNotFound) {
			return fault.Field("contacts", appointment.ErrContact)
		} else if err != nil {
			return err
		}
	}
	return nil
}

// clashAhead is how many days of what comes back are compared with the calendars
// of who comes.
const clashAhead = 60

// clashes are other appointments at the same time of somebody who comes; what is
// not for who to see has no words.
func (a *App) clashes(v *store.View, who Who, p appointment.Appointment) (all []appointment.Occurrence, err error) {
	if p.AllDay || p.State != appointment.Planned {
		return nil, nil
	}
	until := min(p.Last, p.Starts+clashAhead*24*3_600_000) + 1
	mine := appointment.Line{Appointment: p}.Between(p.Starts, until, who.Zone(), 100)
	others, err := v.AppointmentsOf(p.Members, p.Starts, until)
	if err != nil {
		return nil, err
	}
	for _, other := range others {
		if other.ID == p.ID {
			continue
		}
		for _, o := range other.Between(p.Starts, until, who.Zone(), 100) {
			if slices.ContainsFunc(mine, func(m appointment.Occurrence) bool { return appointment.Clash(m, o) }) {
				all = append(all, veiled(who, o))
				break
			}
		}
	}
	slices.SortFunc(all, func(x, y appointment.Occurrence) int { return cmp.Compare(x.From, y.From) })
	return all, nil
}

// veiled is busy time without its words, of what who does not come to.
func veiled(who Who, o appointment.Occurrence) appointment.Occurrence {
	if slices.Contains(o.Members, who.Member.ID) {
		return o
	}
	o.Title, o.Note, o.Place, o.Name, o.Contacts, o.Account, o.Record, o.About, o.Why, o.ExternalID = "", "", "", "", nil, id.Account{}, id.Record{}, "", "", ""
	o.ID = id.Appointment{}
	return o
}

// ChangeAppointment puts other things in an appointment; version is what the
// visitor read, 0 takes whatever stands.
func (a *App) ChangeAppointment(ctx context.Context, who Who, i id.Appointment, version int64, change func(*appointment.Draft)) (p appointment.Appointment, clash []appointment.Occurrence, err error) {
	p, err = a.aboutAppointment(ctx, who, i, version, "appointment.changed", func(tx *store.Tx, p appointment.Appointment) (appointment.Appointment, []fact.Change, error) {
		d := p.Draft()
		change(&d)
		if slices.Contains(p.Members, who.Member.ID) { // a form names the others
			d.Members = append(d.Members, who.Member.ID)
		}
		if err := meetReachMore(tx, who, p, d); err != nil {
			return p, nil, err
		}
		next, changes, err := appointment.Change(p, tx.Now(), who.Zone(), d)
		if err != nil {
			return p, nil, err
		}
		if err := meetPlaced(tx, next); err != nil {
			return p, nil, err
		}
		clash, err = a.clashes(&tx.View, who, next)
		return next, changes, err
	})
	return p, clash, err
}

// meetReachMore asks reach only of what was not there yet.
func meetReachMore(tx *store.Tx, who Who, p appointment.Appointment, d appointment.Draft) error {
	if d.Account == p.Account {
		d.Account = id.Account{}
	}
	d.Contacts = slices.DeleteFunc(slices.Clone(d.Contacts), func(c id.Contact) bool { return slices.Contains(p.Contacts, c) })
	return meetReach(tx, who, d)
}

// CancelAppointment calls an appointment off, or with a day only that time of
// what comes back.
func (a *App) CancelAppointment(ctx context.Context, who Who, i id.Appointment, version int64, on day.Day, why string) (appointment.Appointment, error) {
	deed := "appointment.cancelled"
	return a.aboutAppointment(ctx, who, i, version, deed, func(tx *store.Tx, p appointment.Appointment) (appointment.Appointment, []fact.Change, error) {
		if on != "" {
			return p.Skip(tx.Now(), on)
		}
		return p.Cancel(tx.Now(), why)
	})
}

// ReviveAppointment plans one again that was cancelled, or with a day only that
// time.
func (a *App) ReviveAppointment(ctx context.Context, who Who, i id.Appointment, version int64, on day.Day) (appointment.Appointment, error) {
	return a.aboutAppointment(ctx, who, i, version, "appointment.revived", func(tx *store.Tx, p appointment.Appointment) (appointment.Appointment, []fact.Change, error) {
		if on != "" {
			return p.Unskip(tx.Now(), on)
		}
		return p.Revive(tx.Now())
	})
}

// MoveAppointment moves an appointment to another day and hour, or with the day
// of one time only that time: it becomes an appointment of its own.
func (a *App) MoveAppointment(ctx context.Context, who Who, i id.Appointment, version int64, of, to day.Day, clock string) (p appointment.Appointment, clash []appointment.Occurrence, err error) {
	p, err = a.aboutAppointment(ctx, who, i, version, "appointment.changed", func(tx *store.Tx, p appointment.Appointment) (appointment.Appointment, []fact.Change, error) {
		d := p.Draft()
		d.Day, d.Time = to, clock
		if p.AllDay {
			d.Time = ""
		}
		if of == "" || p.Repeat.IsZero() {
			next, changes, err := appointment.Change(p, tx.Now(), who.Zone(), d)
			if err == nil {
				clash, err = a.clashes(&tx.View, who, next)
			}
			return next, changes, err
		}
		next, changes, err := p.Skip(tx.Now(), of)
		if err != nil {
			return p, nil, err
		}
		d.Repeat, d.ExternalID = appointment.Draft{}.Repeat, ""
		alone, err := a.planAppointment(tx, who, id.New[id.Appointment](), d)
		if err == nil {
			clash, err = a.clashes(&tx.View, who, alone)
		}
		return next, changes, err
	})
	return p, clash, err
}

func (a *App) aboutAppointment(ctx context.Context, who Who, i id.Appointment, version int64, deed string,
	change func(*store.Tx, appointment.Appointment) (appointment.Appointment, []fact.Change, error)) (p appointment.Appointment, err error) {
	err = a.write(ctx, who, member.TaskWrite, func(tx *store.Tx) error {
		l, err := seenAppointment(&tx.View, who, i)
		if err != nil {
			return err
		}
		if p = l.Appointment; !slices.Contains(p.Members, who.Member.ID) && who.Scope(fact.Account) != member.All {
			return ErrDenied
		}
		if err := asRead(p, p.Version, version); err != nil {
			return err
		}
		next, changes, err := change(tx, p)
		if err != nil || len(changes) == 0 {
			return err
		}
		p, err = tx.SaveAppointment(next, fact.Fact{Deed: deed, Changes: changes})
		return named(err, appointment.ErrExternal)
	})
	return p, err
}

// seenAppointment is one to which who comes, or with a relation within reach.
func seenAppointment(v *store.View, who Who, i id.Appointment) (appointment.Line, error) {
	l, err := v.Appointment(i)
	if err != nil || slices.Contains(l.Members, who.Member.ID) || who.Scope(fact.Account) == member.All {
		return l, err
	}
	if l.Account.IsZero() {
		return appointment.Line{}, store.ErrNotFound
	}
	if _, err := v.Account(l.Account, who.Reach(fact.Account)); err != nil {
		return appointment.Line{}, err
	}
	return l, nil
}

// Appointment is one appointment that who may see, with what it clashes with.
func (a *App) Appointment(ctx context.Context, who Who, i id.Appointment) (l appointment.Line, clash []appointment.Occurrence, err error) {
	err = a.read(ctx, who, member.TaskWrite, func(v *store.View) error {
		if l, err = seenAppointment(v, who, i); err != nil {
			return err
		}
		clash, err = a.clashes(v, who, l.Appointment)
		return err
	})
	return l, clash, err
}

// CalendarAsk is which days of whose calendar are asked.
type CalendarAsk struct {
	Span
	Members []id.Member // who's own when there are none
}

// mostDays is how many days of a calendar are read at a time, and mostBusy how
// many calendars beside each other.
const (
	mostDays = 100
	mostBusy = 25
)

// Calendar are the times of appointments in a span of days, in their order; what
// who does not come to is busy time.
func (a *App) Calendar(ctx context.Context, who Who, ask CalendarAsk) (all []appointment.Occurrence, err error) {
	if ask.check() != nil || ask.From.Until(ask.Until) >= mostDays || len(ask.Members) > mostBusy {
		return nil, appointment.ErrSpan
	}
	err = a.read(ctx, who, member.TaskWrite, func(v *store.View) error {
		all, err = a.occurrences(v, who, ask)
		return err
	})
	return all, err
}

func (a *App) occurrences(v *store.View, who Who, ask CalendarAsk) (all []appointment.Occurrence, err error) {
	members := ask.Members
	if len(members) == 0 {
		members = []id.Member{who.Member.ID}
	}
	from, until := ask.From.Start(who.Zone()), ask.Until.Add(1).Start(who.Zone())
	lines, err := v.AppointmentsOf(members, from, until)
	for _, l := range lines {
		for _, o := range l.Between(from, until, who.Zone(), 400) {
			all = append(all, veiled(who, o))
		}
	}
	slices.SortStableFunc(all, func(x, y appointment.Occurrence) int {
		return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.Until, y.Until), slices.Compare(x.ID[:], y.ID[:]))
	})
	return all, err
}

// AppointmentsAt are the appointments with a relation within reach, the latest
// first.
func (a *App) AppointmentsAt(ctx context.Context, who Who, at id.Account, limit int) (all []appointment.Line, err error) {
	err = a.read(ctx, who, member.TaskWrite, func(v *store.View) error {
		if _, _, err := readAccount(v, who, at); err != nil {
			return err
		}
		all, err = v.AppointmentsAt(at, min(max(limit, 1), 200))
		return err
	})
	return all, err
}

// Reminders are the appointments of who whose reminder falls after one moment and
// not after another, in milliseconds UTC; at most a day of them.
func (a *App) Reminders(ctx context.Context, who Who, after, until int64) (all []appointment.Occurrence, err error) {
	after = max(after, until-24*3_600_000)
	err = a.read(ctx, who, member.TaskWrite, func(v *store.View) error {
		far := until + appointment.MaxRemind*60_000
		lines, err := v.AppointmentsOf([]id.Member{who.Member.ID}, after, far)
		if err != nil {
			return err
		}
		for _, l := range lines {
			if l.Remind == 0 {
				continue
			}
			for _, o := range l.Between(after, far, who.Zone(), 50) {
				if at := o.From - int64(l.Remind)*60_000; at > after && at <= until && o.Until > until {
					all = append(all, o)
				}
			}
		}
		return nil
	})
	return all, err
}
