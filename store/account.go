package store

import (
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/match"
	"kring/domain/member"
)

const accountColumns = `a.id, a.version, a.kind, a.name, a.legal_form, a.kvk, a.branch, a.vat_id, a.sbi, a.size, a.counter_value, a.owner_id, a.team_id,
	a.website, a.reach, a.tags, a.own, a.note, a.source, a.source_from, a.external_id, a.created_at, a.updated_at, a.deleted_at, a.merged_into`

// ways is every way to reach a record, as one closed text.
type ways struct {
	Phones    reach.Phones    `json:"phones"`
	Emails    reach.Emails    `json:"emails"`
	Addresses reach.Addresses `json:"addresses"`
}

// Account is one account, in the bin or not, when it is within reach.
func (v *View) Account(i id.Account, r member.Reach) (_ account.Account, err error) {
	defer fault.Wrap(&err, "store.Account(%s)", i)
	w := v.where("a").and("a.id = ?", i).reach("a", r)
	var a account.Account
	err = v.one("SELECT "+accountColumns+" FROM account a"+w.String(), w.args, func(row func(...any) error) error {
		a, err = scanAccount(row)
		return err
	})
	return a, err
}

// AccountsByID are those of the accounts that are within reach, in no order.
func (v *View) AccountsByID(ids []id.Account, r member.Reach) (all []account.Account, err error) {
	defer fault.Wrap(&err, "store.AccountsByID")
	for chunk := range slices.Chunk(ids, 200) {
		w := v.where("a").reach("a", r)
		w.in("a.id", len(chunk), anys(chunk)...)
		err := v.rows("SELECT "+accountColumns+" FROM account a"+w.String(), w.args, func(rs *sql.Rows) error {
			a, err := scanAccount(rs.Scan)
			all = append(all, a)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

func scanAccount(scan func(...any) error) (account.Account, error) { return accountScan()(scan) }

// accountScan reads one row after the other, all into the same values.
func accountScan() func(scan func(...any) error) (account.Account, error) {
	var a account.Account
	var kvk, branch, vat, sbi, website, external sql.NullString
	var counter, ways, tags, own, kind, form string
	var deleted sql.NullInt64
	into := roomFor(&a.ID, &a.Version, &kind, &a.Name, &form, &kvk, &branch, &vat, &sbi, &a.Size, &counter, &a.Owner, &a.Team,
		&website, &ways, &tags, &own, &a.Note, &a.Source, &a.SourceFrom, &external, &a.Created, &a.Updated, &deleted, &a.Merged)
	return func(scan func(...any) error) (account.Account, error) {
		if err := scan(into...); err != nil {
			return a, err
		}
		a.Kind, a.LegalForm = account.Kind(kind), account.LegalForm(form)
		a.KvK, a.Branch, a.VatID, a.SBI, a.Website, a.ExternalID = kvk.String, branch.String, vat.String, sbi.String, website.String, external.String
		a.Deleted, a.CounterValue = deleted.Int64, unlist(counter)
		err := unpack(ways, tags, own, &a.Phones, &a.Emails, &a.Addresses, (*[]string)(&a.Tags), &a.Own)
		return a, err
	}
}

// roomFor leaves room for the value that a page is sorted on.
func roomFor(into ...any) []any { return append(make([]any, 0, len(into)+1), into...) }

// unpack reads the closed texts of a row; the empty ones are common and quick.
func unpack(reached, tags, own string, phones *reach.Phones, emails *reach.Emails, addresses *reach.Addresses, into *[]string, values *map[string]any) error {
	w := ways{Phones: reach.Phones{}, Emails: reach.Emails{}, Addresses: reach.Addresses{}}
	if reached != "{}" {
		var err error
		if w, err = readWays(reached); err != nil {
			return err
		}
	}
	*phones, *emails, *addresses = w.Phones, w.Emails, w.Addresses
	*into, *values = unlist(tags), map[string]any{}
	if own == "{}" {
		return nil
	}
	return json.Unmarshal([]byte(own), values)
}

// list keeps several words in one column, ",a,b,": each can be found as ",a,".
func list[S ~string](words []S) string {
	if len(words) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteByte(',')
	for _, w := range words {
		b.WriteString(string(w))
		b.WriteByte(',')
	}
	return b.String()
}

func unlist(s string) []string {
	if s == "" {
		return []string{}
	}
	return strings.Split(strings.Trim(s, ","), ",")
}

func anys[T any](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}

// accountRow is the values of an account in the order of its columns after id
// and version.
func accountRow(a account.Account) ([]any, error) {
	w, err := json.Marshal(ways{a.Phones, a.Emails, a.Addresses})
	if err != nil {
		return nil, err
	}
	own, err := json.Marshal(a.Own)
	if err != nil {
		return nil, err
	}
	if len(a.Phones)+len(a.Emails)+len(a.Addresses) == 0 {
		w = []byte("{}")
	}
	if len(a.Own) == 0 {
		own = []byte("{}")
	}
	main := a.Addresses.Main()
	return []any{
		string(a.Kind), a.Name, a.Key(), string(a.LegalForm), string(a.Regime()), null(a.KvK), null(a.Branch), null(a.VatID), null(a.SBI), a.Size,
		list(a.CounterValue), a.Owner, a.Team, null(main.City), fold.Key(main.City), null(main.Postcode), null(main.Country),
		null(a.Phones.Preferred().E164), null(a.Emails.Preferred().Normal), null(a.Website), string(w), list(a.Tags), string(own), a.Note,
		a.Source, a.SourceFrom, null(a.ExternalID), a.Created, a.Updated, zeroNull(a.Deleted), a.Trace().Text(),
	}, nil
}

const accountSet = `kind, name, name_key, legal_form, regime, kvk, branch, vat_id, sbi, size, counter_value, owner_id, team_id, city, city_key, postcode, country,
	phone, email, website, reach, tags, own, note, source, source_from, external_id, created_at, updated_at, deleted_at, sought`

var (
	addAccount  = "INSERT INTO account (org_id, id, version, " + accountSet + ") VALUES (" + marks(34) + ")"
	saveAccount = "UPDATE account SET version = version + 1, (" + accountSet + ") = (" + marks(31) + ") WHERE org_id = ? AND id = ? AND version = ?"
)

// AddAccount stores a new account with what finds it.
func (tx *Tx) AddAccount(a account.Account, f fact.Fact) (_ account.Account, err error) {
	defer fault.Wrap(&err, "store.AddAccount")
	row, err := accountRow(a)
	if err != nil {
		return a, err
	}
	a.Version = 1
	if _, err := tx.exec(addAccount, append([]any{tx.org, a.ID, a.Version}, row...)...); err != nil {
		return a, err
	}
	if err := tx.indexFresh([]found{foundAccount(a)}); err != nil {
		return a, err
	}
	tx.touchFresh(a)
	return a, tx.fact(aboutAccount(a, f))
}

// SaveAccount stores a changed account; f.Changes says what became different.
// ErrStale when it was changed since a was read.
func (tx *Tx) SaveAccount(a account.Account, f fact.Fact) (_ account.Account, err error) {
	defer fault.Wrap(&err, "store.SaveAccount(%s)", a.ID)
	row, err := accountRow(a)
	if err != nil {
		return a, err
	}
	was, err := tx.soughtAccount(a)
	if err != nil {
		return a, err
	}
	if err := tx.change1(saveAccount, append(row, tx.org, a.ID, a.Version)...); err != nil {
		return a, err
	}
	a.Version++
	if err := tx.index(foundAccount(a), was, f.Changes); err != nil {
		return a, err
	}
	if err := tx.followOutlook(a, f.Changes); err != nil {
		return a, err
	}
	return a, tx.fact(aboutAccount(a, f))
}

// soughtAccount is sought for an account that becomes a, and says so when that
// moves it on the ring: under another owner, to the bin or out of it.
func (tx *Tx) soughtAccount(a account.Account) (was string, err error) {
	var text sql.NullString
	var deleted sql.NullInt64
	var owner id.Member
	var team id.Team
	err = tx.row("SELECT sought, deleted_at, owner_id, team_id FROM account WHERE org_id = ? AND id = ?", []any{tx.org, a.ID}, &text, &deleted, &owner, &team)
	if err == ErrNotFound {
		return "", nil // whoever saves it hears of it
	}
	if owner != a.Owner || team != a.Team || deleted.Valid != (a.Deleted != 0) {
		tx.touch(a.ID).stale()
	}
	if deleted.Valid {
		return "", err
	}
	return text.String, err
}

func foundAccount(a account.Account) found {
	return found{kind: fact.Account, id: a.ID.Any(), text: a.Trace().Text(), tags: a.Tags, phones: a.Phones, emails: a.Emails, own: a.Own,
		blocks: match.Blocks(AccountSubject(a)), gone: a.Deleted != 0}
}

func aboutAccount(a account.Account, f fact.Fact) fact.Fact {
	f.Kind, f.Subject, f.Account, f.Label = fact.Account, a.ID.Any(), a.ID, a.Name
	return f
}
