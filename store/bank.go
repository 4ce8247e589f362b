package store

import (
	"database/sql"
	"encoding/json"
	"slices"

	"kring/base/day"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/invoice"
)

// BankFile is a file of a bank that was read.
type BankFile struct {
	ID      id.Record `json:"id"`
	Name    string    `json:"name"`
	SHA256  string    `json:"sha256"`
	IBAN    string    `json:"iban"`
	From    day.Day   `json:"from"`
	Until   day.Day   `json:"until"`
	Entries int64     `json:"entries"` // credit entries that were new
	Skipped int64     `json:"skipped"` // debits, and those that were here already
	Member  id.Member `json:"member"`
	Created int64     `json:"created_at"`
}

// BankEntry is money that came in, until it is booked on invoices.
type BankEntry struct {
	ID        id.Record          `json:"id"`
	Version   int64              `json:"version"`
	File      id.Record          `json:"file"`
	Mark      string             `json:"-"` // by which it is known again in another file
	Account   string             `json:"account"`
	Day       day.Day            `json:"day"`
	Cents     int64              `json:"-"`
	Currency  string             `json:"currency"`
	Name      string             `json:"name"`
	IBAN      string             `json:"iban"`
	Reference string             `json:"reference"`
	Text      string             `json:"text"`
	State     string             `json:"state"` // open, booked, ignored
	Sure      bool               `json:"sure"`
	Proposals []invoice.Proposal `json:"proposals"`
	Booked    int64              `json:"-"`
	Why       string             `json:"why"`
	Created   int64              `json:"created_at"`
}

// Left is what of it was not booked yet.
func (e BankEntry) Left() int64 { return e.Cents - e.Booked }

const bankColumns = "id, version, file_id, mark, iban, day, cents, currency, name, from_iban, reference, text, state, sure, proposals, booked, why, created_at"

// AddBankFile stores a file with its entries, all or nothing; ErrTaken when this
// file was read before. Entries that are here already are left out, and counted.
func (tx *Tx) AddBankFile(f BankFile, entries []BankEntry) (_ BankFile, err error) {
	defer fault.Wrap(&err, "store.AddBankFile")
	known := map[string]bool{}
	for chunk := range slices.Chunk(entries, 500) {
		marks := make([]any, len(chunk))
		for n, e := range chunk {
			marks[n] = e.Mark
		}
		w := tx.where("").in("mark", len(marks), marks...)
		err := tx.rows("SELECT mark FROM bank_entry"+w.String(), w.args, func(rs *sql.Rows) error {
			var mark string
			err := rs.Scan(&mark)
			known[mark] = true
			return err
		})
		if err != nil {
			return f, err
		}
	}
	var rows []any
	for _, e := range entries {
		if known[e.Mark] {
			f.Skipped++
			continue
		}
		known[e.Mark] = true
		proposals, err := json.Marshal(e.Proposals)
		if err != nil {
			return f, err
		}
		f.Entries++
		rows = append(rows, tx.org, e.ID, 1, f.ID, e.Mark, e.Account, string(e.Day), e.Cents, e.Currency, e.Name, e.IBAN, e.Reference, e.Text, e.State, e.Sure, string(proposals), e.Booked, e.Why, e.Created)
	}
	if _, err := tx.exec("INSERT INTO bank_file (org_id, id, name, sha256, iban, from_day, until_day, entries, skipped, member_id, created_at) VALUES ("+marks(11)+")",
		tx.org, f.ID, f.Name, f.SHA256, f.IBAN, string(f.From), string(f.Until), f.Entries, f.Skipped, f.Member, f.Created); err != nil {
		return f, err
	}
	return f, tx.addRows("INSERT INTO bank_entry (org_id, "+bankColumns+") VALUES ", 19, rows)
}

// BankFiles are the files that were read, the latest first.
func (v *View) BankFiles(before id.Record, limit int) (all []BankFile, err error) {
	defer fault.Wrap(&err, "store.BankFiles")
	w := v.where("")
	if !before.IsZero() {
		w.and("id < ?", before)
	}
	w.args = append(w.args, limit)
	err = v.rows("SELECT id, name, sha256, iban, from_day, until_day, entries, skipped, member_id, created_at FROM bank_file"+w.String()+" ORDER BY id DESC LIMIT ?", w.args, func(rs *sql.Rows) error {
		var f BankFile
		err := rs.Scan(&f.ID, &f.Name, &f.SHA256, &f.IBAN, (*string)(&f.From), (*string)(&f.Until), &f.Entries, &f.Skipped, &f.Member, &f.Created)
		all = append(all, f)
		return err
	})
	return all, err
}

// KnownBankFile says whether a file with these bytes was read before.
func (v *View) KnownBankFile(sha256 string) (yes bool, err error) {
	defer fault.Wrap(&err, "store.KnownBankFile")
	n := 0
	w := v.where("").and("sha256 = ?", sha256)
	err = v.row("SELECT COUNT(*) FROM bank_file"+w.String(), w.args, &n)
	return n > 0, err
}

// BankEntry is one entry.
func (v *View) BankEntry(i id.Record) (e BankEntry, err error) {
	defer fault.Wrap(&err, "store.BankEntry(%s)", i)
	all, err := v.bankEntries(v.where("").and("id = ?", i), "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return e, err
	}
	return all[0], nil
}

// BankQuery says which entries a list shows.
type BankQuery struct {
	State string
	Sure  bool // only those that are sure
	After id.Record
	Limit int
}

// BankEntries are entries in the order in which they came in.
func (v *View) BankEntries(q BankQuery) (_ []BankEntry, err error) {
	defer fault.Wrap(&err, "store.BankEntries")
	w := v.where("")
	if q.Sure {
		w.and("state = 'open'").and("sure")
	} else {
		w.and("state = ?", q.State)
	}
	if !q.After.IsZero() {
		w.and("id > ?", q.After)
	}
	w.args = append(w.args, q.Limit)
	return v.bankEntries(w, " ORDER BY id LIMIT ?")
}

// CountBank is how many entries wait, and how many of those are sure.
func (v *View) CountBank() (open, sure int, err error) {
	defer fault.Wrap(&err, "store.CountBank")
	w := v.where("").and("state = 'open'")
	if err = v.row("SELECT COUNT(*) FROM bank_entry"+w.String(), w.args, &open); err != nil {
		return 0, 0, err
	}
	w.and("sure")
	err = v.row("SELECT COUNT(*) FROM bank_entry"+w.String(), w.args, &sure)
	return open, sure, err
}

func (v *View) bankEntries(w *where, rest string) (all []BankEntry, err error) {
	err = v.rows("SELECT "+bankColumns+" FROM bank_entry"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var e BankEntry
		var proposals string
		if err := rs.Scan(&e.ID, &e.Version, &e.File, &e.Mark, &e.Account, (*string)(&e.Day), &e.Cents, &e.Currency, &e.Name, &e.IBAN, &e.Reference, &e.Text, &e.State, &e.Sure, &proposals, &e.Booked, &e.Why, &e.Created); err != nil {
			return err
		}
		all = append(all, e)
		return json.Unmarshal([]byte(proposals), &all[len(all)-1].Proposals)
	})
	return all, err
}

// SaveBankEntry stores what became of an entry; ErrStale when somebody else did
// something with it.
func (tx *Tx) SaveBankEntry(e BankEntry) (err error) {
	defer fault.Wrap(&err, "store.SaveBankEntry(%s)", e.ID)
	return tx.change1("UPDATE bank_entry SET version = version + 1, state = ?, sure = ?, booked = ?, why = ? WHERE org_id = ? AND id = ? AND version = ?",
		e.State, e.Sure, e.Booked, e.Why, tx.org, e.ID, e.Version)
}

// Clues are what entries say that can lead to invoices.
type Clues struct {
	References []string
	Numbers    []string
	Amounts    []int64
}

// CandidatesFor are open invoices that one of the clues leads to; of an amount
// that many have, the first few.
func (v *View) CandidatesFor(c Clues) (all []invoice.Listed, err error) {
	defer fault.Wrap(&err, "store.CandidatesFor")
	seen := map[id.Invoice]bool{}
	ask := func(column, more string, values []any) error {
		for chunk := range slices.Chunk(values, 200) {
			w := v.where("i").and("i.kind = 'invoice'").and("i.state <> 'draft'").and("i.open_cents > 0").in("i."+column, len(chunk), chunk...).and(more)
			w.args = append(w.args, mostPapers)
			some, err := v.invoices(w, " ORDER BY i."+column+", i.id LIMIT ?")
			if err != nil {
				return err
			}
			for _, i := range some {
				if !seen[i.ID] {
					seen[i.ID] = true
					all = append(all, i)
				}
			}
		}
		return nil
	}
	if err := ask("reference", "i.reference <> ''", anys(c.References)); err != nil {
		return nil, err
	}
	if err := ask("number", "i.number IS NOT NULL", anys(c.Numbers)); err != nil {
		return nil, err
	}
	err = ask("open_cents", "i.open_cents <> 0", anys(c.Amounts))
	return all, err
}

// PaidFrom are the accounts for which money came from account numbers before.
func (v *View) PaidFrom(ibans []string) (by map[string][]id.Account, err error) {
	defer fault.Wrap(&err, "store.PaidFrom")
	by = map[string][]id.Account{}
	for chunk := range slices.Chunk(ibans, 200) {
		w := v.where("p").in("p.iban", len(chunk), anys(chunk)...).and("p.iban <> ''")
		w.args = append(w.args, 10_000)
		err := v.rows("SELECT DISTINCT p.iban, i.account_id FROM payment p JOIN invoice i ON i.org_id = p.org_id AND i.id = p.invoice_id"+w.String()+" LIMIT ?", w.args, func(rs *sql.Rows) error {
			var iban string
			var a id.Account
			err := rs.Scan(&iban, &a)
			by[iban] = append(by[iban], a)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return by, nil
}
