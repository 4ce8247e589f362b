package store

import (
	"database/sql"
	"encoding/json"
	"slices"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/repeat"
	"kring/domain/appointment"
)

const appointmentColumns = "p.id, p.version, p.sequence, p.kind, p.title, p.note, p.place, p.account_id, p.about, p.subject_id, p.owner_id, p.members, p.zone, p.day, p.minute, p.minutes, p.all_day, p.starts_at, p.ends_at, p.last_at, p.rule, p.except_days, p.remind, p.state, p.why, p.external_id, p.created_at, p.updated_at, COALESCE(acc.name, '')"

const appointmentSet = "sequence, kind, title, note, place, account_id, about, subject_id, owner_id, members, zone, day, minute, minutes, all_day, starts_at, ends_at, last_at, rule, except_days, remind, state, why, external_id, created_at, updated_at"

const appointmentFrom = " FROM appointment p LEFT JOIN account acc ON acc.org_id = p.org_id AND acc.id = p.account_id"

// Appointment is one appointment, whoever asks; who may see it is for the caller.
func (v *View) Appointment(i id.Appointment) (a appointment.Line, err error) {
	defer fault.Wrap(&err, "store.Appointment(%s)", i)
	all, err := v.appointments(appointmentFrom, v.where("p").and("p.id = ?", i), "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return a, err
	}
	return all[0], nil
}

// mostAppointments bounds what is read of one calendar at a time.
const mostAppointments = 2000

// AppointmentsOf are the appointments of members that may touch a span of
// milliseconds UTC: those that come once and touch it, and those that come back
// and have not ended. Each is there once.
func (v *View) AppointmentsOf(members []id.Member, from, until int64) (all []appointment.Line, err error) {
	defer fault.Wrap(&err, "store.AppointmentsOf")
	const join = " FROM attendance t JOIN appointment p ON p.org_id = t.org_id AND p.id = t.appointment_id LEFT JOIN account acc ON acc.org_id = p.org_id AND acc.id = p.account_id"
	seen := map[id.Appointment]bool{}
	for _, m := range members {
		once := v.where("t").and("t.member_id = ?", m).and("NOT t.repeats").and("t.starts_at > ?", from-appointment.MaxMinutes*60_000-3_600_000).and("t.starts_at < ?", until).and("t.last_at > ?", from)
		back := v.where("t").and("t.member_id = ?", m).and("t.repeats").and("t.last_at > ?", from).and("t.starts_at < ?", until)
		for _, w := range []*where{once, back} {
			w.args = append(w.args, mostAppointments)
			some, err := v.appointments(join, w, " LIMIT ?")
			if err != nil {
				return nil, err
			}
			for _, one := range some {
				if !seen[one.ID] {
					seen[one.ID] = true
					all = append(all, one)
				}
			}
		}
	}
	return all, nil
}

// AppointmentsAt are the appointments with an account, those that began last
// first, before one when it is not zero.
func (v *View) AppointmentsAt(at id.Account, limit int) (_ []appointment.Line, err error) {
	defer fault.Wrap(&err, "store.AppointmentsAt(%s)", at)
	w := v.where("p").and("p.account_id = ?", at)
	w.args = append(w.args, limit)
	return v.appointments(appointmentFrom, w, " ORDER BY p.starts_at DESC, p.id DESC LIMIT ?")
}

// AppointmentsAfter are all appointments, for an export of everything.
func (v *View) AppointmentsAfter(after id.Record, limit int) (_ []appointment.Line, err error) {
	defer fault.Wrap(&err, "store.AppointmentsAfter")
	return v.appointments(appointmentFrom, v.onwards("p", after, limit), " ORDER BY p.id LIMIT ?")
}

// AppointmentNamed is the appointment with an external id.
func (v *View) AppointmentNamed(external string) (a appointment.Line, err error) {
	defer fault.Wrap(&err, "store.AppointmentNamed")
	all, err := v.appointments(appointmentFrom, v.where("p").and("p.external_id = ?", external).and("p.external_id IS NOT NULL"), "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return a, err
	}
	return all[0], nil
}

func (v *View) appointments(from string, w *where, rest string) (all []appointment.Line, err error) {
	err = v.rows("SELECT "+appointmentColumns+from+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var a appointment.Line
		var kind, about, members, on, rule, except, state string
		var external sql.NullString
		err := rs.Scan(&a.ID, &a.Version, &a.Sequence, &kind, &a.Title, &a.Note, &a.Place, &a.Account, &about, &a.Record, &a.Owner, &members, &a.Zone, &on, &a.Minute, &a.Minutes, &a.AllDay,
			&a.Starts, &a.Ends, &a.Last, &rule, &except, &a.Remind, &state, &a.Why, &external, &a.Created, &a.Updated, &a.Name)
		if err != nil {
			return err
		}
		a.Kind, a.About, a.Day, a.State, a.ExternalID = appointment.Kind(kind), fact.Kind(about), day.Day(on), appointment.State(state), external.String
		if a.Repeat, err = repeat.Parse(rule); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(members), &a.Members); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(except), &a.Except); err != nil {
			return err
		}
		all = append(all, a)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, v.guests(all)
}

// guests fills in which contacts come.
func (v *View) guests(all []appointment.Line) error {
	at := map[id.Appointment]int{}
	ids := make([]id.Appointment, len(all))
	for i, a := range all {
		at[a.ID], ids[i] = i, a.ID
	}
	for chunk := range slices.Chunk(ids, 200) {
		w := v.where("").in("appointment_id", len(chunk), anys(chunk)...)
		err := v.rows("SELECT appointment_id, contact_id FROM guest"+w.String()+" ORDER BY id", w.args, func(rs *sql.Rows) error {
			var of id.Appointment
			var c id.Contact
			err := rs.Scan(&of, &c)
			if a := &all[at[of]]; !slices.Contains(a.Contacts, c) {
				a.Contacts = append(a.Contacts, c)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func appointmentRow(a appointment.Appointment) ([]any, error) {
	members, err := json.Marshal(a.Members)
	if err != nil {
		return nil, err
	}
	except, err := json.Marshal(append([]day.Day{}, a.Except...))
	if err != nil {
		return nil, err
	}
	return []any{
		a.Sequence, string(a.Kind), a.Title, a.Note, a.Place, a.Account, string(a.About), a.Record, a.Owner, string(members), a.Zone, string(a.Day), a.Minute, a.Minutes, a.AllDay,
		a.Starts, a.Ends, a.Last, a.Repeat.String(), string(except), a.Remind, string(a.State), a.Why, null(a.ExternalID), a.Created, a.Updated,
	}, nil
}

// AddAppointment stores a new appointment. ErrTaken when its external id is taken.
func (tx *Tx) AddAppointment(a appointment.Appointment, f fact.Fact) (_ appointment.Appointment, err error) {
	defer fault.Wrap(&err, "store.AddAppointment")
	row, err := appointmentRow(a)
	if err != nil {
		return a, err
	}
	a.Version = 1
	if _, err := tx.exec("INSERT INTO appointment (org_id, id, version, "+appointmentSet+") VALUES ("+marks(29)+")", append([]any{tx.org, a.ID, a.Version}, row...)...); err != nil {
		return a, err
	}
	return a, tx.meet(a, f)
}

// SaveAppointment stores a changed appointment; ErrStale when it was changed since
// a was read.
func (tx *Tx) SaveAppointment(a appointment.Appointment, f fact.Fact) (_ appointment.Appointment, err error) {
	defer fault.Wrap(&err, "store.SaveAppointment(%s)", a.ID)
	row, err := appointmentRow(a)
	if err != nil {
		return a, err
	}
	if err := tx.change1("UPDATE appointment SET version = version + 1, ("+appointmentSet+") = ("+marks(26)+") WHERE org_id = ? AND id = ? AND version = ?", append(row, tx.org, a.ID, a.Version)...); err != nil {
		return a, err
	}
	a.Version++
	for _, table := range []string{"attendance", "guest"} {
		if _, err := tx.exec("DELETE FROM "+table+" WHERE org_id = ? AND appointment_id = ?", tx.org, a.ID); err != nil {
			return a, err
		}
	}
	return a, tx.meet(a, f)
}

// meet writes in whose calendar it is and who comes, and the fact.
func (tx *Tx) meet(a appointment.Appointment, f fact.Fact) error {
	var rows []any
	if a.State == appointment.Planned {
		for _, m := range a.Members {
			rows = append(rows, tx.org, m, a.ID, a.Starts, a.Last, !a.Repeat.IsZero())
		}
		if err := tx.addRows("INSERT INTO attendance (org_id, member_id, appointment_id, starts_at, last_at, repeats) VALUES ", 6, rows); err != nil {
			return err
		}
	}
	rows = nil
	for _, c := range a.Contacts {
		rows = append(rows, tx.org, id.New[id.Record](), a.ID, c)
	}
	if len(rows) > 0 {
		if err := tx.addRows("INSERT INTO guest (org_id, id, appointment_id, contact_id) VALUES ", 4, rows); err != nil {
			return err
		}
	}
	if !a.Account.IsZero() {
		if err := tx.pointedAt(a.Account); err != nil {
			return err
		}
	}
	f.Kind, f.Subject, f.Account, f.Label = fact.Appointment, a.ID.Any(), a.Account, a.Title
	return tx.fact(f)
}

// Feed is the secret link to somebody's calendar, as it is kept.
type Feed struct {
	Member id.Member
	Made   int64
}

// FeedOf is the link of a member, ErrNotFound when there is none.
func (v *View) FeedOf(m id.Member) (f Feed, err error) {
	defer fault.Wrap(&err, "store.FeedOf")
	return v.feed(v.where("").and("member_id = ?", m))
}

// FeedBy is the link whose hash this is.
func (v *View) FeedBy(hash []byte) (f Feed, err error) {
	defer fault.Wrap(&err, "store.FeedBy")
	return v.feed(v.where("").and("hash = ?", hash))
}

func (v *View) feed(w *where) (f Feed, err error) {
	found := false
	err = v.rows("SELECT member_id, made_at FROM feed"+w.String(), w.args, func(rs *sql.Rows) error {
		found = true
		return rs.Scan(&f.Member, &f.Made)
	})
	if err == nil && !found {
		err = ErrNotFound
	}
	return f, err
}

// SetFeed gives a member a new link, or takes it away when hash is nil: the one
// before it opens nothing any more.
func (tx *Tx) SetFeed(m id.Member, hash []byte, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.SetFeed")
	if _, err := tx.exec("DELETE FROM feed WHERE org_id = ? AND member_id = ?", tx.org, m); err != nil {
		return err
	}
	if hash != nil {
		if _, err := tx.exec("INSERT INTO feed (org_id, member_id, hash, made_at) VALUES ("+marks(4)+")", tx.org, m, hash, tx.now); err != nil {
			return err
		}
	}
	f.Kind, f.Subject = fact.Member, m.Any()
	return tx.fact(f)
}
