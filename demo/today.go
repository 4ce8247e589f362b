package demo

import (
	"fmt"

	"kring/app"
	"kring/base/id"
	"kring/base/repeat"
	"kring/domain/account"
	"kring/domain/appointment"
	"kring/domain/filter"
	"kring/domain/task"
)

// todays makes the day of Sanne and her colleagues: what is to be done, whom she
// meets, and what comes back.
func (f *founder) todays() error {
	sanne := f.members["Sanne"]
	today := f.Today(sanne)
	for today.Until(repeat.Monday(today)) <= -5 { // nobody works at the weekend
		today = today.Add(1)
	}
	called, err := f.named(sanne)
	if err != nil {
		return err
	}
	for _, d := range []struct {
		who, owner, at, text string
		kind                 task.Kind
		in                   int
		clock, rule          string
	}{
		{"Sanne", "Sanne", "Drukkerij Lankhorst", "Creditnota bij de oktoberfactuur nakijken", task.ToDo, 0, "", ""},
		{"Sanne", "Sanne", "Ziekenhuis Oosterveld", "Bellen om het herfstbezoek te plannen", task.Call, 0, "16:00", ""},
		{"Teun", "Sanne", "Hotel Haverkamp", "Reactie op de storing van vorige week afstemmen", task.ToDo, -1, "", ""},
		{"Sanne", "Sanne", "Museum De Wachter", "Proefpakket nabellen", task.Call, 2, "", ""},
		{"Sanne", "Sanne", "", "Routes van volgende week indelen", task.ToDo, 3, "", "FREQ=WEEKLY"},
		{"Daan", "Daan", "", "Kwartaalcijfers met Roos doornemen", task.Meeting, 0, "", ""},
		{"Daan", "Bram", "", "Lijst van de beurs nabellen", task.Call, 0, "", ""},
		{"Roos", "Teun", "", "Onderdelen voor de reviseerbeurt bestellen", task.ToDo, 0, "", "FREQ=MONTHLY"},
	} {
		rule, err := repeat.Parse(d.rule)
		if err != nil {
			return err
		}
		_, err = f.AddTask(f.ctx, f.members[d.who], task.Draft{Kind: d.kind, Text: d.text, Account: called[d.at].ID, Owner: f.members[d.owner].Member.ID, Day: today.Add(d.in), Time: d.clock, Repeat: rule})
		if err != nil {
			return fmt.Errorf("task %q: %w", d.text, err)
		}
	}
	for _, d := range []struct {
		who, at, title, place string
		kind                  appointment.Kind
		in                    int
		clock                 string
		minutes               int
		with                  []string
		rule                  string
		people                int
	}{
		{"Sanne", "Fysio Kerkplein", "Bellen over groei naar drie vestigingen", "", appointment.Call, 0, "10:30", 30, nil, "", 1},
		{"Sanne", "Zorggroep De Linden", "Kwartaalgesprek", "Zwolle, Lindelaan 12", appointment.Visit, 0, "14:00", 60, []string{"Teun"}, "FREQ=MONTHLY;INTERVAL=3", 2},
		{"Daan", "", "Verkoopoverleg", "Kantine", appointment.Internal, 1, "09:00", 45, []string{"Sanne", "Milan", "Bram"}, "FREQ=WEEKLY", 0},
		{"Sanne", "Museum De Wachter", "Proeverij decaf", "Museum De Wachter", appointment.Visit, 2, "11:00", 45, nil, "", 1},
		{"Milan", "", "Rit naar Deventer", "", appointment.Internal, 0, "13:30", 120, nil, "", 0},
	} {
		rule, err := repeat.Parse(d.rule)
		if err != nil {
			return err
		}
		who := f.members[d.who]
		draft := appointment.Draft{Kind: d.kind, Title: d.title, Place: d.place, Account: called[d.at].ID, Day: today.Add(d.in), Time: d.clock, Minutes: d.minutes, Repeat: rule, Remind: 15}
		for _, name := range d.with {
			draft.Members = append(draft.Members, f.members[name].Member.ID)
		}
		if d.people > 0 && !draft.Account.IsZero() {
			p, err := f.AccountPage(f.ctx, who, draft.Account, app.Look{})
			if err != nil {
				return err
			}
			for _, c := range p.Contacts[:min(d.people, len(p.Contacts))] {
				draft.Contacts = append(draft.Contacts, c.ID)
			}
		}
		if _, _, err := f.AddAppointment(f.ctx, who, id.New[id.Appointment](), draft); err != nil {
			return fmt.Errorf("appointment %q: %w", d.title, err)
		}
	}
	return nil
}

// named are the relations of somebody by their names.
func (f *founder) named(who app.Who) (map[string]account.Account, error) {
	q := filter.New(account.Catalogue())
	q.Limit = 200
	all := map[string]account.Account{}
	for {
		p, err := f.Accounts(f.ctx, who, q)
		if err != nil {
			return nil, err
		}
		for _, a := range p.Items {
			all[a.Name] = a
		}
		if p.Next.IsZero() {
			return all, nil
		}
		q.Cursor = p.Next
	}
}
