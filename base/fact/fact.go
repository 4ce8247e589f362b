// Package fact is the record of a change: who did what to what, from what to
// what, why, on which evidence. Nothing is saved without one. The facts are at
// once audit log, timeline, history of each field and source of webhooks.
package fact

import (
	"bytes"
	"encoding/json"

	"kring/base/id"
)

// Kind names a kind of record: "account", "contact", "member" …
type Kind string

// The kinds that facts are about.
const (
	Account      Kind = "account"
	Contact      Kind = "contact"
	Member       Kind = "member"
	Team         Kind = "team"
	Organisation Kind = "organisation"
	Field        Kind = "field"
	File         Kind = "file"
	Consent      Kind = "consent"
	View         Kind = "view"
	Tag          Kind = "tag"
	Webhook      Kind = "webhook"
	Token        Kind = "token"
	Login        Kind = "login"
	Provider     Kind = "provider"
	Bulk         Kind = "bulk"
	Intake       Kind = "intake"
	Job          Kind = "job"
	Pair         Kind = "pair" // two records that may be the same
	Order        Kind = "order"
	Decision     Kind = "decision"
	Handover     Kind = "handover"
	Outlook      Kind = "outlook"    // what was decided about who is slipping away
	Ladder       Kind = "ladder"     // a scan of how customer-centred a team is
	Cycle        Kind = "cycle"      // a move on the ring; its subject is what moved it
	Definition   Kind = "definition" // what the organisation calls a customer
	Lead         Kind = "lead"
	Form         Kind = "form" // a web form that makes leads
	Pipeline     Kind = "pipeline"
	Opportunity  Kind = "opportunity"
	Product      Kind = "product"
	PriceList    Kind = "price_list"
	Quote        Kind = "quote"
	Proposition  Kind = "proposition"
	Conversation Kind = "conversation"
	Need         Kind = "need"
	Question     Kind = "question" // of the bank of questions
	Practice     Kind = "practice" // that somebody practises something: what, is theirs alone
	Promise      Kind = "promise"
	Invoice      Kind = "invoice"
	Payment      Kind = "payment"
	Contract     Kind = "contract"
	Process      Kind = "process"
	Run          Kind = "run"
	Task         Kind = "task"
	Appointment  Kind = "appointment"
)

// Actor is who did it.
type Actor struct {
	Kind   string    `json:"kind"` // member, token, system
	Member id.Member `json:"member"`
	Name   string    `json:"name"` // as it was that day
}

// Change is one field's former and new value, in its JSON form.
type Change struct {
	Field string          `json:"field"`
	From  json.RawMessage `json:"from"`
	To    json.RawMessage `json:"to"`
}

// Of makes a change out of two values that JSON can write.
func Of(field string, from, to any) Change {
	return Change{Field: field, From: raw(from), To: raw(to)}
}

// Between tells key by key what became different from one state of a record to
// another.
func Between(keys []string, from, to func(key string) any) []Change {
	var changes []Change
	for _, k := range keys {
		if c := Of(k, from(k), to(k)); !bytes.Equal(c.From, c.To) {
			changes = append(changes, c)
		}
	}
	return changes
}

// Into gives what collects the fields that are not the same in two versions of a
// record, for types that compare them by themselves.
func Into(changes *[]Change) func(field string, same bool, from, to any) {
	return func(field string, same bool, from, to any) {
		if !same {
			*changes = append(*changes, Of(field, from, to))
		}
	}
}

func raw(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic("fact: a value that JSON cannot write: " + err.Error()) // a programmer's mistake
	}
	return b
}

// Fact is one deed. Store fills ID, At and Actor from the transaction.
type Fact struct {
	ID       id.Fact    `json:"id"`
	At       int64      `json:"at"` // milliseconds UTC
	Actor    Actor      `json:"actor"`
	Deed     string     `json:"deed"` // "account.created"
	Kind     Kind       `json:"kind"` // of the subject
	Subject  id.Record  `json:"subject"`
	Account  id.Account `json:"account"` // whose timeline shows it; zero when none
	Label    string     `json:"label"`   // the subject's name as it was, for a reader
	Changes  []Change   `json:"changes"`
	Why      string     `json:"why"`
	Evidence string     `json:"evidence"`
}
