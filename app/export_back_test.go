package app_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"kring/base/fact"
	"kring/base/id"
	"kring/base/opt"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/field"
	"kring/domain/filter"
	"kring/domain/intake"
	"kring/kit"
	"kring/paper/sheet"
	"kring/store"
)

// TestExportBack: importing an export changes nothing, whatever is in it and in
// which format it left.
func TestExportBack(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		h := newImporter(t, db)
		a := h.w.App
		for _, f := range []field.Draft{
			{Kind: fact.Account, Key: "budget", Label: field.Label{NL: "Budget"}, Type: field.Money},
			{Kind: fact.Account, Key: "maat", Label: field.Label{NL: "Maat"}, Type: field.Number},
			{Kind: fact.Account, Key: "sinds", Label: field.Label{NL: "Sinds"}, Type: field.Date},
			{Kind: fact.Contact, Key: "vegan", Label: field.Label{NL: "Veganist"}, Type: field.YesNo},
		} {
			f.Purpose, f.Ground = "p", field.Contract
			_, err := a.AddField(t.Context(), h.who, f)
			h.must(err)
		}
		acc, err := a.AddAccount(t.Context(), h.who, account.Draft{
			Name: "=De Linden; \"Zwolle\"", KvK: "01234567", LegalForm: "bv", Size: 1250, CounterValue: []string{"money", "referral"}, Tags: []string{"zorg", "vip"}, Note: "- een\ntwee 'drie'",
			ExternalID: "0042", Website: "linden.nl", Source: "fair", SourceFrom: "Beurs 2026", Own: map[string]any{"budget": "1000.50", "maat": 1.234, "sinds": "2026-02-01"},
			Phones:    reach.Phones{{Number: "038-4212121", Label: "work"}, {Number: "06 12345678", Preferred: true}, {Number: "038-4212121 tst. 14"}},
			Emails:    reach.Emails{{Address: "Info@Linden.example"}, {Address: "b@linden.example", Preferred: true}},
			Addresses: reach.Addresses{{Street: "'t Hof", Number: "12", Suffix: "bis", Postcode: "8011ab", City: "'s-Hertogenbosch"}, {City: "Raalte"}},
		})
		h.must(err)
		person, err := a.AddAccount(t.Context(), h.who, account.Draft{Kind: account.Person, Name: "Jan van 't Hoff", ExternalID: "+31"})
		h.must(err)
		firm, err := a.AddAccount(t.Context(), h.who, account.Draft{Name: "Anders", ExternalID: "-5"})
		h.must(err)
		_, err = a.AddContact(t.Context(), h.who, contact.Draft{Honorific: "ms", Initials: "S.J.", Given: "Sanne", Infix: "de", Family: "Wit", Language: "nl", ExternalID: "c1", Own: map[string]any{"vegan": true},
			Emails: reach.Emails{{Address: "sanne@linden.example"}}, Phones: reach.Phones{{Number: "06 11111111"}},
			Accounts: []contact.Link{{Account: firm.ID}, {Account: acc.ID, Function: "Inkoop", Roles: []contact.Role{contact.Decider, contact.Buyer}, Primary: true}}})
		h.must(err)
		_, err = a.AddContact(t.Context(), h.who, contact.Draft{Family: "Hoff", Infix: "van 't", ExternalID: "c2", Accounts: []contact.Link{{Account: firm.ID}}})
		h.must(err)
		people, err := a.ContactsAt(t.Context(), h.who, person.ID)
		h.must(err)
		_, err = a.ChangeContact(t.Context(), h.who, people[0].ID, 0, contact.Patch{ExternalID: opt.Some("c3")})
		h.must(err)
		h.back("external_id", 3, 3)

		// what has no other key is known by its id; what is in the bin stays there
		twin, err := a.AddAccount(t.Context(), h.who, account.Draft{Name: "Zelfde", Phones: reach.Phones{{Number: "038-4212122"}, {Number: "038-4212123"}}, Own: map[string]any{"budget": "12.00"}})
		h.must(err)
		_, err = a.AddAccount(t.Context(), h.who, account.Draft{Name: "Zelfde"})
		h.must(err)
		_, err = a.AddContact(t.Context(), h.who, contact.Draft{Given: "Ad", Family: "Bos", Own: map[string]any{"vegan": false}, Phones: reach.Phones{{Number: "06 22222222"}, {Number: "06 33333333"}}, Accounts: []contact.Link{{Account: twin.ID}}})
		h.must(err)
		gone, err := a.AddAccount(t.Context(), h.who, account.Draft{Name: "Weg"})
		h.must(err)
		_, err = a.BinAccount(t.Context(), h.who, gone.ID, 0)
		h.must(err)
		h.back("id", 5, 4)
		after, err := a.Account(t.Context(), h.who, acc.ID)
		if h.must(err); after.Version != acc.Version {
			t.Errorf("%+v became %+v", acc, after)
		}
	})
}

// back exports all accounts and contacts and imports them, known by a key: each
// row must be the same.
func (h *importer) back(key string, accounts, contacts int64) {
	h.Helper()
	t, a := h.T, h.w.App
	want := map[fact.Kind]int64{fact.Account: accounts, fact.Contact: contacts}
	for kind, q := range map[fact.Kind]filter.Query{fact.Account: filter.New(account.Catalogue()), fact.Contact: filter.New(contact.Catalogue())} {
		for _, format := range []string{"csv", "xlsx"} {
			table, err := a.Table(t.Context(), h.who, kind, q, nil)
			h.must(err)
			var file bytes.Buffer
			_, err = table.Write(t.Context(), func(kinds []sheet.Kind) sheet.Writer {
				if format == "xlsx" {
					return sheet.NewXLSX(&file, "x", kinds...)
				}
				return sheet.NewCSV(&file, ';')
			})
			h.must(err)
			in := h.upload(kind, file.String(), intake.Options{Key: key, Mode: intake.Both}, nil)
			if in.Mapping.Column("id") < 0 {
				t.Errorf("%s: the column id is not proposed: %+v", kind, in.Mapping)
			}
			in = h.run(in)
			if in.Run.Rows != want[kind] || in.Run.Same != want[kind] {
				rows, err := a.IntakeRows(t.Context(), h.who, in.ID, "", 0, 10)
				t.Errorf("%s %s %s: %+v %+v %v\n%s\n%+v", key, kind, format, in.Run, rows, err, strings.ToValidUTF8(file.String()[:min(file.Len(), 500)], ""), in.Mapping)
			}
		}
	}
}

// TestImportByID: only Kring gives ids. One that is not here lands nowhere, but
// in mode create, where it is made under a new one; one out of reach never does.
func TestImportByID(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		h := newImporter(t, db)
		there, err := h.w.App.AddAccount(t.Context(), h.who, account.Draft{Name: "Hier"})
		h.must(err)
		absent := id.New[id.Account]()
		file := "id,name\n" + there.ID.String() + ",Daar\n" + absent.String() + ",Elders\n,Nieuw\nquatsch,Fout\n"
		want := map[intake.Mode]intake.Tally{
			intake.Update: {Rows: 4, Updated: 1, Refused: 3, Reasons: map[string]int64{"intake.foreign": 1, "intake.key_empty": 1, "id.bad": 1}},
			intake.Both:   {Rows: 4, Updated: 1, Created: 1, Refused: 2, Reasons: map[string]int64{"intake.foreign": 1, "id.bad": 1}},
			intake.Create: {Rows: 4, Created: 2, Refused: 2, Reasons: map[string]int64{"intake.exists": 1, "id.bad": 1}},
		}
		for mode, tally := range want {
			in := h.check(h.upload(fact.Account, file, intake.Options{Key: "id", Mode: mode}, map[string]string{"id": "id"}))
			if !reflect.DeepEqual(in.Check, tally) {
				t.Errorf("%s: %+v, want %+v", mode, in.Check, tally)
			}
		}
		h.run(h.upload(fact.Account, file, intake.Options{Key: "id", Mode: intake.Create}, map[string]string{"id": "id"}))
		for _, a := range h.accounts() {
			if a.ID == absent {
				t.Error("a file gave a record its id")
			}
		}
		in, err := h.w.App.AddIntake(t.Context(), h.who, fact.Account, "b.csv", strings.NewReader("id,naam\n"+absent.String()+",Elders\n"))
		if h.must(err); in.Mapping[0].Key != "external_id" {
			t.Errorf("ids of another system are proposed as %q", in.Mapping[0].Key)
		}
	})
}
