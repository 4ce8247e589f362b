package invoice

import (
	"cmp"
	"slices"
	"strings"

	"kring/base/fold"
	"kring/base/iban"
	"kring/base/id"
)

// Received is money that came in, as a bank tells it.
type Received struct {
	Cents     int64
	Currency  string
	Name      string
	IBAN      string
	Reference string // structured
	Text      string
}

// Candidate is an open invoice that money may be for.
type Candidate struct {
	Invoice   id.Invoice
	Number    string
	Reference string
	Open      int64
	Currency  string
	Name      string // of the buyer
	Known     bool   // this account number paid for this relation before
}

// Proposal is money for an invoice, and why.
type Proposal struct {
	Invoice id.Invoice `json:"invoice"`
	Number  string     `json:"number"`
	Cents   int64      `json:"cents"`
	Reasons []string   `json:"reasons"` // reference, number, amount, iban, name, together
}

// points of each reason; those of a sure match make at least 10.
var points = map[string]int{"reference": 9, "number": 6, "amount": 4, "iban": 3, "name": 2, "together": 4}

// Score is how much speaks for a proposal.
func (p Proposal) Score() (n int) {
	for _, r := range p.Reasons {
		n += points[r]
	}
	return n
}

// Mentions says whether a text has an invoice number in it: the same letters and
// digits, with nothing of the kind against it.
func Mentions(text, number string) bool {
	for from := 0; number != "" && from < len(text); {
		at := strings.Index(text[from:], number)
		if at < 0 {
			return false
		}
		at += from
		end := at + len(number)
		if (at == 0 || !alnum(text[at-1])) && (end == len(text) || !alnum(text[end])) {
			return true
		}
		from = at + 1
	}
	return false
}

func alnum(c byte) bool { return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }

// Match proposes for which invoices money came in, the likeliest first, and
// whether that is sure: by a structured reference or an invoice number, with
// exactly what is open. What is not sure waits for a person, and so does what is
// sure until somebody takes it.
func Match(m Received, candidates []Candidate) (all []Proposal, sure bool) {
	var named []Proposal
	var openOfNamed int64
	key := fold.Key(m.Name)
	for _, c := range candidates {
		if c.Currency != m.Currency {
			continue
		}
		p := Proposal{Invoice: c.Invoice, Number: c.Number, Cents: m.Cents}
		add := func(yes bool, why string) bool {
			if yes {
				p.Reasons = append(p.Reasons, why)
			}
			return yes
		}
		byName := add(c.Reference != "" && iban.Tidy(m.Reference) == c.Reference, "reference")
		byName = add(Mentions(m.Text, c.Number) || Mentions(m.Reference, c.Number), "number") || byName
		add(m.Cents == c.Open, "amount")
		add(c.Known, "iban")
		add(key != "" && alike(key, fold.Key(c.Name)), "name")
		if byName {
			named, openOfNamed = append(named, p), openOfNamed+c.Open
		}
		if p.Score() >= points["amount"]+points["name"] || byName {
			all = append(all, p)
		}
	}
	if len(named) > 1 && openOfNamed == m.Cents { // one payment for several
		for n := range named {
			at := slices.IndexFunc(candidates, func(c Candidate) bool { return c.Invoice == named[n].Invoice })
			named[n].Cents = candidates[at].Open
			named[n].Reasons = append(named[n].Reasons, "together")
		}
		return named, true
	}
	slices.SortStableFunc(all, func(a, b Proposal) int { return cmp.Compare(b.Score(), a.Score()) })
	all = all[:min(len(all), 5)]
	if len(all) > 0 {
		first := all[0]
		sure = slices.Contains(first.Reasons, "amount") && (slices.Contains(first.Reasons, "reference") || slices.Contains(first.Reasons, "number")) &&
			(len(all) == 1 || all[1].Score() < first.Score())
	}
	return all, sure
}

// alike says whether one name is part of the other; legal forms and titles come
// and go on bank statements.
func alike(a, b string) bool {
	if b == "" {
		return false
	}
	short, long := a, b
	if len(short) > len(long) {
		short, long = long, short
	}
	return len(short) >= 4 && strings.Contains(long, short)
}
