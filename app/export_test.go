package app_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"kring/app"
	"kring/base/fact"
	"kring/base/id"
	"kring/base/money"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/consent"
	"kring/domain/contact"
	"kring/domain/field"
	"kring/domain/file"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/domain/order"
	"kring/paper/sheet"
)

// written is a table as its rows are read back, each row by column.
func written(h *house, format string, write func(app.Begin) (int, error)) (head []string, rows []map[string]string) {
	h.Helper()
	var out bytes.Buffer
	n, err := write(func(kinds []sheet.Kind) sheet.Writer {
		if format == "xlsx" {
			return sheet.NewXLSX(&out, "x", kinds...)
		}
		return sheet.NewCSV(&out, ',')
	})
	h.must(err)
	table, err := sheet.Open(bytes.NewReader(out.Bytes()), int64(out.Len()))
	h.must(err)
	for {
		row, err := table.Next()
		if err == io.EOF || n == 0 {
			break
		}
		h.must(err)
		h.must(row.Err)
		cells := map[string]string{}
		for i, c := range row.Cells {
			if c != "" {
				cells[table.Head()[i]] = c
			}
		}
		rows = append(rows, cells)
	}
	if len(rows) != n {
		h.Fatalf("%d rows, %d were said", len(rows), n)
	}
	return table.Head(), rows
}

// TestTable: everything that an import takes stands in the file, in both
// formats alike.
func TestTable(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		_, err := h.a.AddField(h.Context(), h.admin, field.Draft{Kind: fact.Account, Key: "budget", Label: field.Label{NL: "Budget"}, Type: field.Number, Purpose: "p", Ground: field.Contract})
		h.must(err)
		_, err = h.a.AddField(h.Context(), h.admin, field.Draft{Kind: fact.Account, Key: "sinds", Label: field.Label{NL: "Sinds"}, Type: field.Date, Purpose: "p", Ground: field.Contract})
		h.must(err)
		acc, err := h.a.AddAccount(h.Context(), h.admin, account.Draft{
			Name: "=De Linden", KvK: "01234567", Size: 12, Tags: []string{"zorg", "vip"}, Note: "een\ntwee", ExternalID: "0042", Own: map[string]any{"budget": 1.234, "sinds": "2026-02-01"},
			Phones:    reach.Phones{{Number: "038-4212121"}, {Number: "06 12345678", Preferred: true}, {Number: "038-4212121 tst. 14"}},
			Emails:    reach.Emails{{Address: "Info@Linden.example"}},
			Addresses: reach.Addresses{{Street: "Kerkplein", Number: "12", Suffix: "bis", Postcode: "8011ab", City: "Zwolle"}, {City: "Raalte"}},
		})
		h.must(err)
		other, err := h.a.AddAccount(h.Context(), h.admin, account.Draft{Name: "Anders"})
		h.must(err)
		_, err = h.a.AddContact(h.Context(), h.admin, contact.Draft{Given: "Sanne", Infix: "de", Family: "Wit", Accounts: []contact.Link{
			{Account: other.ID}, {Account: acc.ID, Function: "Inkoop", Roles: []contact.Role{contact.Decider, contact.Buyer}, Primary: true}}})
		h.must(err)
		for _, format := range []string{"csv", "xlsx"} {
			x, err := h.a.Table(h.Context(), h.admin, fact.Account, filter.New(account.Catalogue()), nil)
			h.must(err)
			head, rows := written(h, format, func(b app.Begin) (int, error) { return x.Write(h.Context(), b) })
			if i := slices.Index(head, "phone"); !slices.Equal(head[i:i+4], []string{"phone", "phone_2", "phone_3", "email"}) || slices.Index(head, "own.budget") > slices.Index(head, "created_at") {
				h.Fatal(head)
			}
			for key, want := range map[string]string{
				"name": "=De Linden", "kind": "organisation", "kvk": "01234567", "size": "12", "tags": strings.Join(acc.Tags, ", "), "note": "een\ntwee", "external_id": "0042", "owner": h.admin.Member.Email,
				"phone": "+31612345678", "phone_2": "+31384212121", "phone_3": "+31384212121 #14", "email": "Info@Linden.example", "street": "Kerkplein", "number": "12", "suffix": "bis",
				"postcode": "8011 AB", "city": "Zwolle", "country": "NL", "own.sinds": "2026-02-01", "id": acc.ID.String(),
			} {
				if i := slices.IndexFunc(rows, func(r map[string]string) bool { return r["name"] == "=De Linden" }); i < 0 || rows[i][key] != want {
					h.Errorf("%s, %s: %q, want %q", format, key, rows, want)
				}
			}
			x, err = h.a.Table(h.Context(), h.admin, fact.Contact, filter.New(contact.Catalogue()), nil)
			h.must(err)
			_, rows = written(h, format, func(b app.Begin) (int, error) { return x.Write(h.Context(), b) })
			if r := rows[0]; r["name"] != "Sanne de Wit" || r["account"] != "=De Linden" || r["other_accounts"] != "Anders" || r["function"] != "Inkoop" || r["roles"] != "decider, buyer" || r["infix"] != "de" {
				h.Errorf("%s: %v", format, r)
			}
		}
		x, err := h.a.Table(h.Context(), h.admin, fact.Account, filter.New(account.Catalogue()), []string{"phone_2", "own.budget", "name"})
		h.must(err)
		head, rows := written(h, "csv", func(b app.Begin) (int, error) { return x.Write(h.Context(), b) })
		if !slices.Equal(head, []string{"phone_2", "own.budget", "name"}) || rows[len(rows)-1]["own.budget"] != "1.2340" && rows[0]["own.budget"] != "1.2340" {
			h.Errorf("%q %q", head, rows)
		}
		_, err = h.a.Table(h.Context(), h.admin, fact.Account, filter.New(account.Catalogue()), []string{"name", "salaris"})
		h.refused(err, app.ErrColumn)
		_, err = h.a.Table(h.Context(), h.colleague("Femke", "femke@proef.example", member.Service, id.Team{}), fact.Account, filter.New(account.Catalogue()), nil)
		h.refused(err, app.ErrDenied)
	})
}

// TestTables: everything there is has a table, and files come with what is in
// them.
func TestTables(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		acc, err := h.a.AddAccount(h.Context(), h.admin, account.Draft{Name: "De Linden"})
		h.must(err)
		for range 3 {
			_, err = h.a.AddFile(h.Context(), h.admin, fact.Account, acc.ID.Any(), "a.txt", strings.NewReader("hallo"))
			h.must(err)
		}
		_, err = h.a.PlaceOrder(h.Context(), h.admin, order.Draft{Account: acc.ID, Day: "2026-01-02", Amount: money.Money{Cents: 1250, Currency: "EUR"}})
		h.must(err)
		_, err = h.a.AddConsent(h.Context(), h.admin, fact.Account, acc.ID.Any(), consent.Draft{Channel: "email", Purpose: "commercial", State: "given", Source: "form", Wording: "ja"})
		h.must(err)
		rows := map[string]int{}
		for _, table := range h.a.Tables(h.admin) {
			_, all := written(h, "csv", func(b app.Begin) (int, error) { return table.Write(h.Context(), b) })
			rows[table.Name] = len(all)
		}
		if rows["accounts"] != 1 || rows["contacts"] != 0 || rows["files"] != 3 || rows["members"] == 0 || rows["facts"] < 5 || rows["orders"] != 1 || rows["consents"] != 1 {
			h.Errorf("%v", rows)
		}
		var whole bytes.Buffer
		h.must(h.a.EachFile(h.Context(), h.admin, func(_ file.File, send func(io.Writer) error) error { return send(&whole) }))
		if whole.String() != "hallohallohallo" {
			h.Error(whole.String())
		}
	})
}
