package store

import (
	"database/sql"
	"slices"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/contract"
	"kring/domain/member"
)

const contractColumns = "account_id, title, state, signed, starts, ends, notice_by, term, notice, renewal, cents, currency, period, vat, yearly_index, next_day, done, stopped, external_id, note, quote_id, opportunity_id, created_at, updated_at"

const contractWidth = 24

// ContractLine is a contract as a row of a list.
type ContractLine struct {
	contract.Contract
	Name  string // of the account
	Owner id.Member
}

func (v *View) contracts(w *where, rest string) (all []ContractLine, err error) {
	q := "SELECT c.id, c.version, c.account_id, c.title, c.state, c.signed, c.starts, c.ends, c.term, c.notice, c.renewal, c.cents, c.currency, c.period, c.vat, c.yearly_index, c.next_day, c.done, c.stopped, " +
		"c.external_id, c.note, c.quote_id, c.opportunity_id, c.created_at, c.updated_at, acc.name, acc.owner_id FROM contract c JOIN account acc ON acc.org_id = c.org_id AND acc.id = c.account_id"
	err = v.rows(q+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var c ContractLine
		var external sql.NullString
		err := rs.Scan(&c.ID, &c.Version, &c.Account, &c.Title, (*string)(&c.State), (*string)(&c.Signed), (*string)(&c.Starts), (*string)(&c.Ends), &c.Term, &c.Notice, (*string)(&c.Renewal), &c.Cents, &c.Currency,
			(*string)(&c.Period), &c.VAT, &c.Index, (*string)(&c.Next), &c.Done, &c.Stopped, &external, &c.Note, &c.Quote, &c.Opp, &c.Created, &c.Updated, &c.Name, &c.Owner)
		c.ExternalID = external.String
		all = append(all, c)
		return err
	})
	return all, err
}

// Contract is one contract of an account within reach.
func (v *View) Contract(i id.Contract, r member.Reach) (c ContractLine, err error) {
	defer fault.Wrap(&err, "store.Contract(%s)", i)
	all, err := v.contracts(v.where("c").and("c.id = ?", i).reach("acc", r), "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return c, err
	}
	return all[0], nil
}

// NoticePlace is a place in the list of contracts by notice date.
type NoticePlace struct {
	NoticeBy day.Day
	ID       id.Contract
}

// ContractQuery says which contracts a list shows; what is zero does not count.
type ContractQuery struct {
	Account id.Account
	State   contract.State
	Until   day.Day // whose notice date is on this day or before
	Within  *member.Reach
	After   NoticePlace
	Limit   int
}

// Contracts are contracts by the day until which notice can be given.
func (v *View) Contracts(q ContractQuery) (_ []ContractLine, err error) {
	defer fault.Wrap(&err, "store.Contracts")
	w := v.where("c")
	if !q.Account.IsZero() {
		w.and("c.account_id = ?", q.Account)
	}
	if q.State != "" {
		w.and("c.state = ?", string(q.State))
	}
	if q.Until != "" {
		w.and("c.notice_by <= ?", string(q.Until))
	}
	if q.Within != nil {
		w.reach("acc", *q.Within)
	}
	if !q.After.ID.IsZero() {
		w.and("(c.notice_by, c.id) > (?, ?)", string(q.After.NoticeBy), q.After.ID)
	}
	w.args = append(w.args, q.Limit)
	return v.contracts(w, " ORDER BY c.notice_by, c.id LIMIT ?")
}

// ContractsAfter are all contracts, for an export of everything.
func (v *View) ContractsAfter(after id.Record, limit int) (_ []ContractLine, err error) {
	defer fault.Wrap(&err, "store.ContractsAfter")
	return v.contracts(v.onwards("c", after, limit), " ORDER BY c.id LIMIT ?")
}

// ContractsKnown are those that have one of these external ids.
func (v *View) ContractsKnown(externals []string) (all []ContractLine, err error) {
	defer fault.Wrap(&err, "store.ContractsKnown")
	for chunk := range slices.Chunk(externals, 200) {
		some, err := v.contracts(v.where("c").in("c.external_id", len(chunk), anys(chunk)...).and("c.external_id IS NOT NULL"), "")
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// ContractsDue are contracts of which a period has come, the longest due first.
func (v *View) ContractsDue(today day.Day, limit int) (_ []ContractLine, err error) {
	defer fault.Wrap(&err, "store.ContractsDue")
	w := v.where("c").and("c.state = 'active'").and("c.next_day <> ''").and("c.next_day <= ?", string(today))
	w.args = append(w.args, limit)
	return v.contracts(w, " ORDER BY c.next_day, c.id LIMIT ?")
}

// ContractsOver are active contracts whose last day is past.
func (v *View) ContractsOver(today day.Day, limit int) (_ []ContractLine, err error) {
	defer fault.Wrap(&err, "store.ContractsOver")
	w := v.where("c").and("c.state = 'active'").and("c.ends < ?", string(today))
	w.args = append(w.args, limit)
	return v.contracts(w, " ORDER BY c.ends, c.id LIMIT ?")
}

func contractRow(c contract.Contract) []any {
	return []any{
		c.Account, c.Title, string(c.State), string(c.Signed), string(c.Starts), string(c.Ends), string(c.NoticeBy()), c.Term, c.Notice, string(c.Renewal), c.Cents, c.Currency, string(c.Period), c.VAT, c.Index,
		string(c.Next), c.Done, c.Stopped, null(c.ExternalID), c.Note, c.Quote, c.Opp, c.Created, c.Updated,
	}
}

// AddContract stores a new contract. ErrTaken when its external id is taken.
func (tx *Tx) AddContract(c contract.Contract, f fact.Fact) (_ contract.Contract, err error) {
	defer fault.Wrap(&err, "store.AddContract")
	c.Version = 1
	if _, err := tx.exec("INSERT INTO contract (org_id, id, version, "+contractColumns+") VALUES ("+marks(contractWidth+3)+")", append([]any{tx.org, c.ID, c.Version}, contractRow(c)...)...); err != nil {
		return c, err
	}
	if err := tx.pointedAt(c.Account); err != nil {
		return c, err
	}
	return c, tx.fact(aboutContract(c, f))
}

// SaveContract stores a changed contract; ErrStale when it was changed since c was
// read.
func (tx *Tx) SaveContract(c contract.Contract, f fact.Fact) (_ contract.Contract, err error) {
	defer fault.Wrap(&err, "store.SaveContract(%s)", c.ID)
	if err := tx.change1("UPDATE contract SET version = version + 1, ("+contractColumns+") = ("+marks(contractWidth)+") WHERE org_id = ? AND id = ? AND version = ?", append(contractRow(c), tx.org, c.ID, c.Version)...); err != nil {
		return c, err
	}
	c.Version++
	return c, tx.fact(aboutContract(c, f))
}

func aboutContract(c contract.Contract, f fact.Fact) fact.Fact {
	f.Kind, f.Subject, f.Account, f.Label = fact.Contract, c.ID.Any(), c.Account, c.Title
	return f
}
