package app_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"

	"kring/app"
	"kring/base/day"
	"kring/base/id"
	"kring/base/repeat"
	"kring/domain/account"
	"kring/domain/appointment"
	"kring/domain/contact"
	"kring/domain/merge"
	"kring/kit"
	"kring/store"
)

// TestAppointment: in whose calendar it is, who reads its words, what overlaps,
// and what becomes of one time of what comes back.
func TestAppointment(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		r := newRelay(t, db)
		a, ctx := r.w.App, t.Context()
		plan := func(who app.Who, d appointment.Draft) (appointment.Appointment, []appointment.Occurrence) {
			t.Helper()
			p, clash, err := a.AddAppointment(ctx, who, id.New[id.Appointment](), d)
			r.must(err)
			return p, clash
		}
		day1 := day.Day("2026-11-30")
		p, clash := plan(r.bram, appointment.Draft{Title: "Kwartaalgesprek", Account: r.acc.ID, Place: "Lindelaan 12", Day: day1, Time: "14:00", Minutes: 60, Members: []id.Member{r.sanne.Member.ID}, Repeat: repeat.Rule{Every: repeat.Week, Count: 4}})
		if len(clash) != 0 || p.Starts == 0 || len(p.Members) != 2 {
			t.Errorf("planned: %+v %v", p, clash)
		}
		week := func(who app.Who, members ...id.Member) []appointment.Occurrence {
			t.Helper()
			all, err := a.Calendar(ctx, who, app.CalendarAsk{Span: app.Span{From: day1, Until: day1.Add(27)}, Members: members})
			r.must(err)
			return all
		}
		if len(week(r.sanne)) != 4 || len(week(r.milan)) != 0 || week(r.sanne)[0].Title != "Kwartaalgesprek" {
			t.Errorf("whose calendar: %d, %d", len(week(r.sanne)), len(week(r.milan)))
		}
		busy := week(r.femke, r.sanne.Member.ID)
		if len(busy) != 4 || busy[0].Title != "" || busy[0].Place != "" || !busy[0].ID.IsZero() || busy[0].From != p.Starts {
			t.Errorf("busy time has words: %+v", busy)
		}
		if _, _, err := a.Appointment(ctx, r.femke, p.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a stranger reads it: %v", err)
		}
		other, clash := plan(r.milan, appointment.Draft{Title: "Route", Day: day1.Add(7), Time: "14:30", Members: []id.Member{r.sanne.Member.ID}})
		if len(clash) != 1 || clash[0].Day != day1.Add(7) || clash[0].Title != "" {
			t.Errorf("what overlaps: %+v", clash)
		}
		// One time moves, another is left out; undo brings that back.
		if _, _, err := a.MoveAppointment(ctx, r.sanne, p.ID, p.Version, day1.Add(7), day1.Add(8), "09:00"); err != nil {
			t.Fatal(err)
		}
		if _, err := a.CancelAppointment(ctx, r.sanne, p.ID, 0, day1.Add(14), ""); err != nil {
			t.Fatal(err)
		}
		var days []day.Day
		for _, o := range week(r.bram) {
			days = append(days, o.Day)
		}
		if !slices.Equal(days, []day.Day{day1, day1.Add(8), day1.Add(21)}) {
			t.Errorf("Bram's: %v", days)
		}
		if got := week(r.sanne); len(got) != 4 || got[1].ID != other.ID || got[2].Day != day1.Add(8) || !got[2].Repeat.IsZero() {
			t.Errorf("Sanne's: %+v", got)
		}
		if _, err := a.ReviveAppointment(ctx, r.bram, p.ID, 0, day1.Add(14)); err != nil || len(week(r.bram)) != 4 {
			t.Errorf("back: %v", err)
		}
		var stale *app.Stale[appointment.Appointment]
		if _, _, err := a.ChangeAppointment(ctx, r.bram, p.ID, p.Version, func(d *appointment.Draft) { d.Title = "x" }); !errors.As(err, &stale) {
			t.Errorf("changed on an old version: %v", err)
		}
		if _, err := a.CancelAppointment(ctx, r.bram, p.ID, 0, "", "Ziek."); err != nil || len(week(r.sanne)) != 2 {
			t.Errorf("cancelled: %v, %d left", err, len(week(r.sanne)))
		}
		i := id.New[id.Appointment]()
		for range 2 {
			if _, _, err := a.AddAppointment(ctx, r.bram, i, appointment.Draft{Title: "Twee keer", Day: day1, Time: "08:00"}); err != nil {
				t.Error(err)
			}
		}
		if got := week(r.bram); len(got) != 2 { // with the one that was moved
			t.Errorf("a form that is sent twice: %d", len(got))
		}
		if _, err := a.Calendar(ctx, r.bram, app.CalendarAsk{Span: app.Span{From: day1, Until: day1.Add(100)}}); !errors.Is(err, appointment.ErrSpan) {
			t.Errorf("too many days: %v", err)
		}
	})
}

// TestAppointmentMerge: whom the loser met, the survivor meets; two guests that
// become one are one.
func TestAppointmentMerge(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		r := newRelay(t, db)
		a, ctx := r.w.App, t.Context()
		other, err := a.AddAccount(ctx, r.bram, account.Draft{Name: "De Linden BV"})
		r.must(err)
		var people []id.Contact
		for _, name := range []string{"Verbeek", "Verbeeck"} {
			c, err := a.AddContact(ctx, r.bram, contact.Draft{Given: "Inge", Family: name, Accounts: []contact.Link{{Account: other.ID}}})
			r.must(err)
			people = append(people, c.ID)
		}
		p, _, err := a.AddAppointment(ctx, r.bram, id.New[id.Appointment](), appointment.Draft{Title: "x", Account: other.ID, Contacts: people, Day: "2026-11-30", Time: "14:00"})
		r.must(err)
		m, err := a.Merge(ctx, r.bram, "account", r.acc.ID.Any(), other.ID.Any(), merge.Choice{})
		r.must(err)
		c, err := a.Merge(ctx, r.bram, "contact", people[0].Any(), people[1].Any(), merge.Choice{})
		r.must(err)
		got, _, err := a.Appointment(ctx, r.bram, p.ID)
		if err != nil || got.Account != r.acc.ID || !slices.Equal(got.Contacts, people[:1]) {
			t.Errorf("merged: %+v %v", got.Contacts, err)
		}
		for _, i := range []id.Record{c.ID, m.ID} {
			_, err := a.Unmerge(ctx, r.bram, i)
			r.must(err)
		}
		if got, _, err = a.Appointment(ctx, r.bram, p.ID); err != nil || got.Account != other.ID || len(got.Contacts) != 2 {
			t.Errorf("unmerged: %+v %v", got.Contacts, err)
		}
	})
}

// TestFeed: the link opens one calendar, a new one closes the old, and who left
// is read no more; another program reads it.
func TestFeed(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		r := newRelay(t, db)
		a, ctx := r.w.App, t.Context()
		today := a.Today(r.bram)
		p, _, err := a.AddAppointment(ctx, r.bram, id.New[id.Appointment](), appointment.Draft{Title: "Kwartaalgesprek", Day: today.Add(3), Time: "14:00", Members: []id.Member{r.sanne.Member.ID}, Repeat: repeat.Rule{Every: repeat.Month}})
		r.must(err)
		read := func(path string) (string, error) {
			_, rest, _ := strings.Cut(path, "/calendar/")
			org, secret, _ := strings.Cut(strings.TrimSuffix(rest, ".ics"), "/")
			var b strings.Builder
			return b.String(), func() error {
				err := a.CalendarFeed(ctx, id.OrZero[id.Org](org), secret, "https://kring.example", &b)
				if err == nil {
					cal, err := ical.NewDecoder(strings.NewReader(b.String())).Decode()
					if err != nil || len(cal.Events()) != 1 || cal.Events()[0].Props.Get(ical.PropUID).Value != p.ID.String()+"@kring" {
						t.Errorf("another program: %v\n%s", err, b.String())
					}
				}
				return err
			}()
		}
		path, err := a.RenewCalendarLink(ctx, r.sanne)
		r.must(err)
		if _, err := read(path); err != nil {
			t.Error(err)
		}
		if _, err := read(path[:len(path)-6] + "AA.ics"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("another secret: %v", err)
		}
		again, err := a.RenewCalendarLink(ctx, r.sanne)
		r.must(err)
		if _, err := read(path); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the old link: %v", err)
		}
		if _, err := read(again); err != nil {
			t.Error(err)
		}
		r.must(a.CloseCalendarLink(ctx, r.sanne))
		if _, err := read(again); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a closed link: %v", err)
		}
	})
}

// TestReminders: once, at its moment, and not of what has begun long ago.
func TestReminders(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		r := newRelay(t, db)
		a, ctx := r.w.App, t.Context()
		at := time.UnixMilli(a.Now()).In(r.sanne.Zone()).Add(time.Hour).Truncate(time.Minute)
		p, _, err := a.AddAppointment(ctx, r.sanne, id.New[id.Appointment](), appointment.Draft{Title: "Bellen", Day: day.Day(at.Format("2006-01-02")), Time: at.Format("15:04"), Remind: 15})
		r.must(err)
		due := p.Starts - 15*60_000
		for _, c := range []struct {
			after, until int64
			want         int
		}{{due - 60_000, due, 1}, {due, due + 60_000, 0}, {due - 120_000, due - 60_000, 0}, {due - 60_000, p.Ends, 0}} {
			got, err := a.Reminders(ctx, r.sanne, c.after, c.until)
			if err != nil || len(got) != c.want {
				t.Errorf("from %d to %d: %d, want %d; %v", c.after-due, c.until-due, len(got), c.want, err)
			}
		}
	})
}
