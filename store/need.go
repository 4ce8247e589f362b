package store

import (
	"database/sql"
	"slices"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/need"
)

const needSet = "account_id, opportunity_id, conversation_id, contact_id, member_id, kind, words, problem_id, implication, basis, payoff, state, answer_kind, subject_id, why, created_at, updated_at"

// mostNeeds is how many needs of one opportunity, conversation or relation are
// read at most.
const mostNeeds = 500

// Need is one need, whoever asks; who may see it is for the caller.
func (v *View) Need(i id.Need) (n need.Need, err error) {
	defer fault.Wrap(&err, "store.Need(%s)", i)
	all, err := v.needs(v.where("").and("id = ?", i), "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return n, err
	}
	return all[0], nil
}

// Needs are the needs of an opportunity as they were said, the first first.
func (v *View) Needs(o id.Opportunity) (_ []need.Need, err error) {
	defer fault.Wrap(&err, "store.Needs(%s)", o)
	return v.someNeeds(v.where("").and("opportunity_id = ?", o))
}

// NeedsIn are the needs that were said in a conversation.
func (v *View) NeedsIn(c id.Conversation) (_ []need.Need, err error) {
	defer fault.Wrap(&err, "store.NeedsIn(%s)", c)
	return v.someNeeds(v.where("").and("conversation_id = ?", c))
}

// NeedsInAll are the needs that were said in any of these conversations.
func (v *View) NeedsInAll(all []id.Conversation) (found []need.Need, err error) {
	defer fault.Wrap(&err, "store.NeedsInAll(%d)", len(all))
	for chunk := range slices.Chunk(all, 200) {
		some, err := v.needs(v.where("").in("conversation_id", len(chunk), anys(chunk)...).and("conversation_id IS NOT NULL"), " ORDER BY id")
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	return found, nil
}

// NeedsOf are the needs of a relation.
func (v *View) NeedsOf(a id.Account) (_ []need.Need, err error) {
	defer fault.Wrap(&err, "store.NeedsOf(%s)", a)
	return v.someNeeds(v.where("").and("account_id = ?", a))
}

// NeedsAnswered are the needs that a record answers, as a version of a quote.
func (v *View) NeedsAnswered(by id.Record) (_ []need.Need, err error) {
	defer fault.Wrap(&err, "store.NeedsAnswered(%s)", by)
	return v.someNeeds(v.where("").and("subject_id = ?", by).and("subject_id IS NOT NULL"))
}

// NeedsAfter are all needs, for an export of everything.
func (v *View) NeedsAfter(after id.Record, limit int) (_ []need.Need, err error) {
	defer fault.Wrap(&err, "store.NeedsAfter")
	return v.needs(v.onwards("", after, limit), " ORDER BY id LIMIT ?")
}

func (v *View) someNeeds(w *where) ([]need.Need, error) {
	w.args = append(w.args, mostNeeds)
	return v.needs(w, " ORDER BY id LIMIT ?")
}

func (v *View) needs(w *where, rest string) (all []need.Need, err error) {
	err = v.rows("SELECT id, version, "+needSet+" FROM need"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var n need.Need
		var kind, state, answer string
		err := rs.Scan(&n.ID, &n.Version, &n.Account, &n.Opportunity, &n.Conversation, &n.Contact, &n.By, &kind, &n.Words, &n.Problem, &n.Implication, &n.Basis, &n.Payoff,
			&state, &answer, &n.Answer, &n.Why, &n.Created, &n.Updated)
		if err != nil {
			return err
		}
		n.Kind, n.State, n.AnswerKind = need.Kind(kind), need.State(state), fact.Kind(answer)
		all = append(all, n)
		return nil
	})
	return all, err
}

func needRow(n need.Need) []any {
	return []any{
		n.Account, n.Opportunity, n.Conversation, n.Contact, n.By, string(n.Kind), n.Words, n.Problem, n.Implication, n.Basis, n.Payoff, string(n.State), string(n.AnswerKind), n.Answer, n.Why, n.Created, n.Updated,
	}
}

// AddNeed stores a new need.
func (tx *Tx) AddNeed(n need.Need, f fact.Fact) (_ need.Need, err error) {
	defer fault.Wrap(&err, "store.AddNeed")
	n.Version = 1
	if _, err := tx.exec("INSERT INTO need (org_id, id, version, "+needSet+") VALUES ("+marks(20)+")", append([]any{tx.org, n.ID, n.Version}, needRow(n)...)...); err != nil {
		return n, err
	}
	if err := tx.pointedAt(n.Account); err != nil {
		return n, err
	}
	return n, tx.fact(aboutNeed(n, f))
}

// SaveNeed stores a changed need; ErrStale when it was changed since n was read.
func (tx *Tx) SaveNeed(n need.Need, f fact.Fact) (_ need.Need, err error) {
	defer fault.Wrap(&err, "store.SaveNeed(%s)", n.ID)
	if err := tx.change1("UPDATE need SET version = version + 1, ("+needSet+") = ("+marks(17)+") WHERE org_id = ? AND id = ? AND version = ?", append(needRow(n), tx.org, n.ID, n.Version)...); err != nil {
		return n, err
	}
	n.Version++
	if err := tx.pointedAt(n.Account); err != nil {
		return n, err
	}
	return n, tx.fact(aboutNeed(n, f))
}

func aboutNeed(n need.Need, f fact.Fact) fact.Fact {
	f.Kind, f.Subject, f.Account, f.Label = fact.Need, n.ID.Any(), n.Account, n.Words
	return f
}
