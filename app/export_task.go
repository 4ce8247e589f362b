package app

import (
	"strconv"
	"strings"

	"kring/base/fact"
	"kring/base/id"
	"kring/domain/appointment"
	"kring/domain/task"
	"kring/store"
)

// Tasks and appointments as tables of an export. What is about no relation is
// told to those who see all relations.

var taskHead = []string{"external_id", "kind", "text", "note", "account", "contact", "about", "record", "owner", "made_by", "day", "at", "repeat", "state", "why", "ended_at", "created_at", "updated_at", "id"}

func (a *App) taskRows(who Who) rowsOf {
	return told(a, who,
		func(v *store.View, after id.Record) ([]task.Line, error) { return v.TasksAfter(after, exportPage) },
		func(t task.Line) (id.Record, fact.Kind, []id.Record) {
			return t.ID.Any(), fact.Account, []id.Record{t.Account.Any()}
		},
		func(t task.Line) []string {
			return []string{t.ExternalID, string(t.Kind), t.Text, t.Note, t.Account.String(), t.Contact.String(), string(t.About), t.Record.String(), t.Owner.String(), t.By.String(), string(t.Day), instant(t.At),
				t.Repeat.String(), string(t.State), t.Why, instant(t.Ended), instant(t.Created), instant(t.Updated), t.ID.String()}
		})
}

var meetHead = []string{"external_id", "kind", "title", "note", "place", "account", "about", "record", "owner", "members", "contacts", "zone", "starts_at", "ends_at", "all_day", "repeat", "except", "remind", "state", "why", "created_at", "updated_at", "id"}

func (a *App) meetRows(who Who) rowsOf {
	return told(a, who,
		func(v *store.View, after id.Record) ([]appointment.Line, error) {
			return v.AppointmentsAfter(after, exportPage)
		},
		func(p appointment.Line) (id.Record, fact.Kind, []id.Record) {
			return p.ID.Any(), fact.Account, []id.Record{p.Account.Any()}
		},
		func(p appointment.Line) []string {
			var except, members, contacts []string
			for _, d := range p.Except {
				except = append(except, string(d))
			}
			for _, m := range p.Members {
				members = append(members, m.String())
			}
			for _, c := range p.Contacts {
				contacts = append(contacts, c.String())
			}
			return []string{p.ExternalID, string(p.Kind), p.Title, p.Note, p.Place, p.Account.String(), string(p.About), p.Record.String(), p.Owner.String(), strings.Join(members, " "), strings.Join(contacts, " "),
				p.Zone, instant(p.Starts), instant(p.Ends), strconv.FormatBool(p.AllDay), p.Repeat.String(), strings.Join(except, " "), strconv.Itoa(p.Remind), string(p.State), p.Why, instant(p.Created), instant(p.Updated), p.ID.String()}
		})
}
