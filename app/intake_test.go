package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kring/app"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/opt"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/intake"
	"kring/domain/member"
	"kring/domain/merge"
	"kring/kit"
	"kring/store"
)

// desk is an organisation in which files are imported.
type importer struct {
	*testing.T
	w   *kit.World
	who app.Who
}

func newImporter(t *testing.T, db *store.DB) *importer {
	t.Helper()
	w := kit.New(t, db)
	return &importer{t, w, w.Member("Sanne de Wit", member.Admin)}
}

func (h *importer) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

var answers = intake.Options{Origin: "own", Ground: "contract"}

// upload takes a file in, and changes the mapping and answers where asked.
func (h *importer) upload(kind fact.Kind, file string, o intake.Options, keys map[string]string) intake.Intake {
	h.Helper()
	in, err := h.w.App.AddIntake(h.Context(), h.who, kind, "proef.csv", strings.NewReader(file))
	h.must(err)
	m := slices.Clone(in.Mapping)
	for n := range m {
		if key, ok := keys[m[n].Head]; ok {
			m[n].Key = key
		}
	}
	if o.Origin == "" {
		o.Origin, o.Ground = answers.Origin, answers.Ground
	}
	in, err = h.w.App.MapIntake(h.Context(), h.who, in.ID, m, o)
	h.must(err)
	return in
}

// work works off imports until this one is in one of these states.
func (h *importer) work(i id.Record, states ...intake.State) intake.Intake {
	h.Helper()
	ctx, stop := context.WithTimeout(h.Context(), 5*time.Minute)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- h.w.App.WorkIntakes(ctx) }()
	for ctx.Err() == nil {
		in, j, err := h.w.App.Intake(ctx, h.who, i)
		h.must(err)
		if slices.Contains(states, in.State) {
			stop()
			h.must(<-ended)
			return in
		}
		if j.State == "parked" {
			h.Fatalf("parked: %s %s", j.Code, j.Reason)
		}
		time.Sleep(5 * time.Millisecond)
	}
	h.Fatal("the import does not end")
	return intake.Intake{}
}

func (h *importer) run(in intake.Intake) intake.Intake {
	h.Helper()
	_, err := h.w.App.RunIntake(h.Context(), h.who, in.ID)
	h.must(err)
	return h.work(in.ID, intake.Done, intake.Ready)
}

func (h *importer) check(in intake.Intake) intake.Intake {
	h.Helper()
	_, err := h.w.App.CheckIntake(h.Context(), h.who, in.ID)
	h.must(err)
	return h.work(in.ID, intake.Checked)
}

func (h *importer) undo(in intake.Intake) intake.Intake {
	h.Helper()
	_, err := h.w.App.UndoIntake(h.Context(), h.who, in.ID)
	h.must(err)
	return h.work(in.ID, intake.Undone)
}

func (h *importer) accounts() (all []account.Account) {
	h.Helper()
	h.must(h.w.DB.Read(h.Context(), h.who.Org.ID, func(v *store.View) error {
		hits, err := v.FactLog(fact.Query{Deed: "account.created", Limit: 500})
		if err != nil {
			return err
		}
		for _, f := range hits {
			a, err := v.Account(id.Account(f.Subject), member.Reach{Scope: member.All})
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			all = append(all, a)
		}
		return nil
	}))
	slices.SortFunc(all, func(a, b account.Account) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func (h *importer) contacts() (all []contact.Contact) {
	h.Helper()
	h.must(h.w.DB.Read(h.Context(), h.who.Org.ID, func(v *store.View) error {
		hits, err := v.FactLog(fact.Query{Deed: "contact.created", Limit: 500})
		if err != nil {
			return err
		}
		for _, f := range hits {
			c, err := v.Contact(id.Contact(f.Subject), member.Reach{Scope: member.All})
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			all = append(all, c)
		}
		return nil
	}))
	return all
}

// counts is a tally without its reasons, to compare.
func counts(t intake.Tally) string {
	return fmt.Sprintf("%d rows: %d created, %d updated, %d same, %d refused, %d twins, %d besides", t.Rows, t.Created, t.Updated, t.Same, t.Refused, t.Twins, t.Besides)
}

func (h *importer) want(got, want any, what string) {
	h.Helper()
	if !reflect.DeepEqual(got, want) {
		h.Errorf("%s: %v, want %v", what, got, want)
	}
}

const klanten = "Klantnummer;Bedrijfsnaam;Telefoon;E-mail;Postcode;Huisnr;Plaats;KvK;Medewerkers;Branche;Accountmanager\n" +
	"K1;De Linden;038-4212233;info@linden.example;8011ab;1;Zwolle;41222334;1.240;Zorg;Sanne de Wit\n" +
	"K2;Bakkerij Smit;06 12345678;smit@brood.example;1234;5;Almelo;;4;Horeca;Sanne de Wit\n" +
	"K3;;;;;;;;;;\n" +
	"K4;Van Dijk & Zn;;;7511 AA;3;Enschede;12345678;12,5;;Piet Onbekend\n" +
	"K5;Jansen Installatie;0543-123456;info@jansen.example;7101 AB;9;Winterswijk;;7;;\n" +
	"K1;De Linden anders;;;;;;;;;\n"

func TestIntakeAccounts(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		h := newImporter(t, db)
		in := h.upload(fact.Account, klanten, intake.Options{Key: "external_id"}, nil)
		var keys []string
		for _, c := range in.Mapping {
			keys = append(keys, c.Key)
		}
		h.want(keys, []string{"external_id", "name", "phone", "email", "postcode", "number", "city", "kvk", "size", "tags", "owner"}, "mapping")

		// The dry run says what would happen, and changes nothing.
		in = h.check(in)
		h.want(counts(in.Check), "6 rows: 2 created, 0 updated, 0 same, 4 refused, 0 twins, 0 besides", "check")
		h.want(in.Check.Reasons, map[string]int64{"address.postcode": 1, "account.no_name": 1, "account.size": 1, "intake.owner": 1, "intake.repeat": 1}, "reasons")
		h.want(len(h.accounts()), 0, "accounts after a dry run")
		rows, err := h.w.App.IntakeRows(t.Context(), h.who, in.ID, intake.Refused, 0, 10)
		h.must(err)
		h.want([]any{rows[0].Row, rows[0].Problems[0].Column, rows[0].Problems[0].Code, rows[0].Cells[1]}, []any{int64(3), 4, "address.postcode", "Bakkerij Smit"}, "first refused row")

		// A mended cell lands.
		_, err = h.w.App.FixIntake(t.Context(), h.who, in.ID, []intake.Fix{{Row: 3, Column: 4, Value: "7607 AB"}})
		h.must(err)
		in = h.check(in)
		h.want(counts(in.Check), "6 rows: 3 created, 0 updated, 0 same, 3 refused, 0 twins, 0 besides", "check again")
		in = h.run(in)
		h.want(counts(in.Run), counts(in.Check), "what the dry run said")
		h.want([]any{in.Inform != "", string(in.Inform)}, []any{true, "2026-12-23"}, "who must be told, before")
		all := h.accounts()
		h.want(len(all), 3, "accounts")
		linden := all[1]
		h.want([]any{linden.Name, linden.Size, linden.KvK, linden.Phones[0].E164, linden.Addresses[0].Postcode, linden.Tags, linden.Owner, linden.Source},
			[]any{"De Linden", 1240, "41222334", "+31384212233", "8011 AB", all[1].Tags, h.who.Member.ID, "import"}, "De Linden")
		h.want(all[0].Addresses[0].Postcode, "7607 AB", "mended")

		// The same file again: everything is here already, or the same.
		again := h.run(h.upload(fact.Account, klanten, intake.Options{Key: "external_id"}, nil))
		h.want(counts(again.Run), "6 rows: 0 created, 0 updated, 0 same, 6 refused, 0 twins, 0 besides", "again")
		both := h.run(h.upload(fact.Account, klanten, intake.Options{Key: "external_id", Mode: intake.Both}, nil))
		h.want(counts(both.Run), "6 rows: 0 created, 1 updated, 2 same, 3 refused, 0 twins, 0 besides", "both") // the last row says another name
		h.want(h.accounts()[1].Name, "De Linden anders", "name")

		// Undo of the update gives the name back; undo of the first keeps what was changed.
		h.must(errOf(h.w.App.ChangeAccount(t.Context(), h.who, all[2].ID, 0, account.Patch{Note: opt.Some("gebeld")})))
		both = h.undo(both)
		h.want(both.Undo, intake.Taken{Restored: 1}, "undo of the update")
		h.want(h.accounts()[1].Name, "De Linden", "name given back")
		if _, err := h.w.App.UndoIntake(t.Context(), h.who, both.ID); !errors.Is(err, intake.ErrUndone) {
			t.Errorf("undo twice: %v", err)
		}
		in = h.undo(in)
		h.want(in.Undo, intake.Taken{Erased: 1, Kept: 2}, "undo of the import: two were changed since")
		kept, err := h.w.App.IntakeKept(t.Context(), h.who, in.ID, 0, 10)
		h.must(err)
		h.want([]any{kept[0].Label, kept[0].Code, len(kept)}, []any{"De Linden", "intake.changed", 2}, "kept")
	})
}

func errOf[T any](_ T, err error) error { return err }

func TestIntakeContacts(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		h := newImporter(t, db)
		_, err := h.w.App.AddAccount(t.Context(), h.who, account.Draft{Name: "De Linden", KvK: "41222334", ExternalID: "K1"})
		h.must(err)
		file := "Voornaam,Achternaam,Bedrijf,Functie,E-mail,Mobiel\n" +
			"Sanne,de Wit,De Linden,Inkoper,sanne@linden.example,0612345678\n" +
			"Joost,Vos,K1,Directeur,joost@linden.example,\n" +
			"Mia,Bos,Bakkerij Smit,,mia@smit.example,\n" +
			"Kim,Bos,Bakkerij smit,,kim@smit.example,\n" +
			"Leo,,Nergens BV,,geen adres,\n"
		in := h.check(h.upload(fact.Contact, file, intake.Options{Key: "email"}, nil))
		h.want(counts(in.Check), "5 rows: 2 created, 0 updated, 0 same, 3 refused, 0 twins, 0 besides", "unknown accounts refused")
		in = h.upload(fact.Contact, file, intake.Options{Key: "email", Mode: intake.Both, Missing: intake.Make}, nil)
		in = h.check(in)
		h.want(counts(in.Check), "5 rows: 4 created, 0 updated, 0 same, 1 refused, 0 twins, 1 besides", "check")
		in = h.run(in)
		h.want(counts(in.Run), counts(in.Check), "run")
		people := h.contacts()
		h.want(len(people), 4, "contacts")
		for _, c := range people {
			if c.Given == "Sanne" {
				h.want([]any{c.Infix, c.Family, c.Accounts[0].Function}, []any{"de", "Wit", "Inkoper"}, "Sanne")
			}
		}
		again := h.run(h.upload(fact.Contact, file, intake.Options{Key: "email", Mode: intake.Both, Missing: intake.Make}, nil))
		h.want(counts(again.Run), "5 rows: 0 created, 0 updated, 4 same, 1 refused, 0 twins, 0 besides", "again")
		in = h.undo(in)
		h.want(in.Undo, intake.Taken{Erased: 5}, "undo")
		h.want([]any{len(h.contacts()), len(h.accounts())}, []any{0, 1}, "what is left")
	})
}

// Two imports of the same file at once make everything once.
func TestIntakeTwice(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		h := newImporter(t, db)
		var b bytes.Buffer
		b.WriteString("naam,plaats\n")
		for n := range 1200 {
			fmt.Fprintf(&b, "Bedrijf %d,Zwolle\n", n)
		}
		one, two := h.upload(fact.Account, b.String(), intake.Options{}, nil), h.upload(fact.Account, b.String(), intake.Options{}, nil)
		others, err := h.w.App.IntakeTwins(t.Context(), h.who, two)
		h.must(err)
		h.want(len(others), 1, "the page can say that this file came before")
		for _, in := range []intake.Intake{one, two} {
			_, err := h.w.App.RunIntake(t.Context(), h.who, in.ID)
			h.must(err)
		}
		ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute)
		defer stop()
		var both sync.WaitGroup
		for range 2 { // two processes
			both.Go(func() {
				if err := h.w.App.WorkIntakes(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		var sum intake.Tally
		for _, in := range []intake.Intake{one, two} {
			for in.State != intake.Done && ctx.Err() == nil {
				time.Sleep(10 * time.Millisecond)
				in, _, err = h.w.App.Intake(ctx, h.who, in.ID)
				h.must(err)
			}
			sum.Add(in.Run)
		}
		stop()
		both.Wait()
		h.want(counts(sum), "2400 rows: 1200 created, 0 updated, 0 same, 0 refused, 1200 twins, 0 besides", "both")
	})
}

func TestIntakeRefuses(t *testing.T) {
	t.Parallel()
	_, db, _ := kit.SQLite(t)
	h := newImporter(t, db)
	add := func(file string) error {
		return errOf(h.w.App.AddIntake(t.Context(), h.who, fact.Account, "x.csv", strings.NewReader(file)))
	}
	for what, file := range map[string]string{"empty": "", "header only": "naam,plaats\n", "spaces": "  \n\n"} {
		if err := add(file); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := errOf(h.w.App.AddIntake(t.Context(), h.who, "lead", "x.csv", strings.NewReader("a\nb\n"))); !errors.Is(err, intake.ErrKind) {
		t.Errorf("kind: %v", err)
	}
	service := h.w.Member("Piet", member.Service)
	if err := errOf(h.w.App.AddIntake(t.Context(), service, fact.Account, "x.csv", strings.NewReader("naam\nb\n"))); !errors.Is(err, app.ErrDenied) {
		t.Errorf("right: %v", err)
	}
	in, err := h.w.App.AddIntake(t.Context(), h.who, fact.Account, "x.csv", strings.NewReader("naam,bedrijf,datum\nA,B,31-02-2026\n"))
	h.must(err)
	m := slices.Clone(in.Mapping)
	m[0].Key, m[1].Key = "name", "name"
	_, err = h.w.App.MapIntake(t.Context(), h.who, in.ID, m, answers)
	f, _ := fault.From(err)
	if f == nil || f.Fields["columns.1"] == nil || f.Fields["columns.1"].Code != "intake.twice" {
		t.Errorf("a column twice: %v", err)
	}
	m[1].Key = ""
	_, err = h.w.App.MapIntake(t.Context(), h.who, in.ID, m, intake.Options{Origin: "bought", Ground: "consent", Mode: intake.Update})
	if f, _ := fault.From(err); f == nil || f.Fields["proof"] == nil || f.Fields["key"] == nil {
		t.Errorf("proof and key: %v", err)
	}
	in, err = h.w.App.MapIntake(t.Context(), h.who, in.ID, m, intake.Options{Origin: "unknown", Ground: "consent"})
	h.must(err)
	if _, err := h.w.App.RunIntake(t.Context(), h.who, in.ID); !errors.Is(err, intake.ErrQuarantine) {
		t.Errorf("quarantine: %v", err)
	}
	other := h.w.Member("Joris", member.AccountManager)
	if _, _, err := h.w.App.Intake(t.Context(), other, in.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another's import: %v", err)
	}
}

// A file that knows a relation by the number it had before it was merged
// changes the one that stayed.
func TestIntakeMerged(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		h := newImporter(t, db)
		var two [2]id.Record
		for n, external := range []string{"K1", "K2"} {
			acc, err := h.w.App.AddAccount(t.Context(), h.who, account.Draft{Name: "Kade " + external, ExternalID: external})
			h.must(err)
			two[n] = acc.ID.Any()
		}
		_, err := h.w.App.Merge(t.Context(), h.who, fact.Account, two[0], two[1], merge.Choice{})
		h.must(err)
		h.run(h.upload(fact.Account, "nummer,naam,omvang\nK2,Kade K1,42\n", intake.Options{Key: "external_id", Mode: intake.Both}, map[string]string{"nummer": "external_id", "naam": "name", "omvang": "size"}))
		all := slices.DeleteFunc(h.accounts(), func(a account.Account) bool { return !a.Merged.IsZero() })
		if len(all) != 1 || all[0].ID.Any() != two[0] || all[0].Size != 42 || all[0].ExternalID != "K1" {
			t.Errorf("the import made %+v", all)
		}
	})
}
