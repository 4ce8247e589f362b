package app

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"kring/base/fact"
	"kring/base/id"
	"kring/domain/appointment"
	"kring/domain/member"
	"kring/paper/ics"
	"kring/store"
)

// A calendar can be followed by another program, by a link that nobody can guess:
// whoever has the link reads what is in it, and nothing else. What is kept is a
// hash, so that it is shown once; a new one closes the one before.

// Feed is the link to a calendar, as far as it is known.
type Feed = store.Feed

// CalendarLink is since when who has a link, ErrNotFound when there is none.
func (a *App) CalendarLink(ctx context.Context, who Who) (f Feed, err error) {
	err = a.peek(ctx, who, member.TaskWrite, func(v *store.View) error {
		f, err = v.FeedOf(who.Member.ID)
		return err
	})
	return f, err
}

// RenewCalendarLink makes a link and closes the one before; path is what comes
// after the address of this Kring, and is never told again.
func (a *App) RenewCalendarLink(ctx context.Context, who Who) (path string, err error) {
	secret, hash := newSecret("")
	err = a.write(ctx, who, member.TaskWrite, func(tx *store.Tx) error {
		return tx.SetFeed(who.Member.ID, hash, fact.Fact{Deed: "member.calendar_linked", Label: who.Member.Name})
	})
	if err != nil {
		return "", err
	}
	return "/calendar/" + who.Org.ID.String() + "/" + secret + ".ics", nil
}

// CloseCalendarLink lets the link open nothing any more.
func (a *App) CloseCalendarLink(ctx context.Context, who Who) error {
	return a.write(ctx, who, member.TaskWrite, func(tx *store.Tx) error {
		if _, err := tx.FeedOf(who.Member.ID); err != nil {
			return err
		}
		return tx.SetFeed(who.Member.ID, nil, fact.Fact{Deed: "member.calendar_unlinked", Label: who.Member.Name})
	})
}

// How far back and ahead a feed goes, in days.
const (
	feedBack  = 90
	feedAhead = 400
)

// CalendarFeed writes the calendar that a link opens, to nobody in particular:
// ErrNotFound for any other address, and when its member works here no more.
func (a *App) CalendarFeed(ctx context.Context, org id.Org, secret string, origin string, w io.Writer) error {
	var who Who
	var all []appointment.Line
	err := a.db.Read(ctx, org, func(v *store.View) error {
		f, err := v.FeedBy(hashed(secret))
		if err != nil {
			return err
		}
		if who.Member, err = v.Member(f.Member); err != nil {
			return err
		}
		if who.Org, err = v.Organisation(); err != nil {
			return err
		}
		if !who.Can(member.TaskWrite) {
			return store.ErrNotFound
		}
		now := a.db.Now()
		all, err = v.AppointmentsOf([]id.Member{f.Member}, now-feedBack*24*3_600_000, now+feedAhead*24*3_600_000)
		return err
	})
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(x, y appointment.Line) int { return slices.Compare(x.ID[:], y.ID[:]) })
	return ics.Write(w, a.calendarOf(who, who.Member.Name+", "+who.Org.Name, all, origin))
}

// CalendarFile writes one appointment that who may see.
func (a *App) CalendarFile(ctx context.Context, who Who, i id.Appointment, origin string, w io.Writer) error {
	l, _, err := a.Appointment(ctx, who, i)
	if err != nil {
		return err
	}
	return ics.Write(w, a.calendarOf(who, "", []appointment.Line{l}, origin))
}

// calendarOf turns appointments into what another program reads.
func (a *App) calendarOf(who Who, name string, all []appointment.Line, origin string) ics.Calendar {
	c := ics.Calendar{Name: name, Zone: who.Zone(), Now: time.UnixMilli(a.db.Now())}
	for _, l := range all {
		e := ics.Event{
			UID: l.ID.String() + "@kring", Sequence: l.Sequence, Stamp: time.UnixMilli(l.Updated), Created: time.UnixMilli(l.Created), Start: time.UnixMilli(l.Starts), End: time.UnixMilli(l.Ends),
			AllDay: l.AllDay, Repeat: l.Repeat, Except: l.Except, Title: l.Title, Place: l.Place, Cancelled: l.State == appointment.Cancelled, Remind: l.Remind,
		}
		e.Description = strings.Trim(l.Name+"\n"+l.Note, "\n")
		if origin != "" {
			e.URL = origin + "/appointments/" + l.ID.String()
		}
		c.Events = append(c.Events, e)
	}
	return c
}
