package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strconv"
	"strings"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/iban"
	"kring/base/id"
	"kring/domain/invoice"
	"kring/domain/member"
	"kring/paper/camt"
	"kring/store"
)

// Money that came in on the bank: a statement is read whole or not at all, each
// entry gets proposals, and a person takes them. Who may book money sees all of
// it: a payment has no owner before it has an invoice.

// What can be wrong with a bank file.
var (
	ErrBankTwice  = fault.New(fault.Conflict, "bank.twice", "this file was read before")
	ErrBankIBAN   = fault.New(fault.Invalid, "bank.iban", "this is the statement of another account than the organisation's")
	ErrBankMoney  = fault.New(fault.Invalid, "bank.currency", "this file has entries in another currency than the euro; nothing of it was read")
	ErrBankLarge  = fault.New(fault.Invalid, "bank.large", "this file is larger than 256 MB")
	ErrBankBooked = fault.New(fault.Conflict, "bank.booked", "this entry was booked or left already")
	ErrBankOver   = fault.New(fault.Invalid, "bank.over", "more is booked than came in")
	ErrBankWhy    = fault.New(fault.Invalid, "bank.why", "write down why it belongs to no invoice")
	ErrBankChoose = fault.New(fault.Invalid, "bank.choose", "choose for which invoice it is")
)

// BankFile is a file of a bank; BankEntry is money that came in.
type (
	BankFile  = store.BankFile
	BankEntry = store.BankEntry
)

const mostBankBytes = 256 << 20

// metered counts what goes through, and stops where it is too much.
type metered struct {
	in io.Reader
	n  int64
}

func (c *metered) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	if c.n += int64(n); c.n > mostBankBytes {
		return n, ErrBankLarge
	}
	return n, err
}

// ReadBank reads a statement (CAMT.053): all of it or, when something is wrong,
// nothing. Money that went out is counted and left; what is here already is not
// taken twice.
func (a *App) ReadBank(ctx context.Context, who Who, name string, in io.Reader) (f BankFile, err error) {
	if err := may(who, member.PaymentWrite); err != nil {
		return f, err
	}
	f = BankFile{ID: id.New[id.Record](), Name: name, Member: who.Member.ID}
	if f.Name, err = fold.Clean(name, 200); err != nil {
		f.Name = "camt.xml"
	}
	sum := sha256.New()
	through := &metered{in: io.TeeReader(in, sum)}
	entries, err := a.bankEntries(who, &f, through)
	if through.n > mostBankBytes {
		err = ErrBankLarge
	}
	if err != nil {
		return f, err
	}
	if _, err := io.Copy(io.Discard, through); err != nil {
		return f, err
	}
	f.SHA256 = hex.EncodeToString(sum.Sum(nil))
	err = a.write(ctx, who, member.PaymentWrite, func(tx *store.Tx) error {
		known, err := tx.KnownBankFile(f.SHA256)
		if err != nil || known {
			return either(err, ErrBankTwice)
		}
		f.Created = tx.Now()
		for n := range entries {
			entries[n].Created = tx.Now()
		}
		if err := a.proposeFor(&tx.View, entries); err != nil {
			return err
		}
		kept, err := tx.AddBankFile(f, entries)
		if errors.Is(err, store.ErrTaken) {
			err = ErrBankTwice
		}
		if err != nil {
			return err
		}
		f = kept
		return tx.Fact(fact.Fact{Deed: "payment.read", Kind: fact.Payment, Subject: f.ID, Label: f.Name, Changes: []fact.Change{fact.Of("entries", nil, f.Entries)}})
	})
	return f, err
}

func (a *App) bankEntries(who Who, f *BankFile, in io.Reader) (all []BankEntry, err error) {
	err = camt.Read(in, func(e camt.Entry) error {
		switch own := who.Org.Settings.Seller.IBAN; {
		case own != "" && len(e.Account) > 2 && e.Account[:2] == own[:2] && iban.Tidy(e.Account) != own:
			return ErrBankIBAN
		case e.Currency != store.Home:
			return ErrBankMoney
		}
		f.IBAN = iban.Tidy(e.Account)
		if f.From == "" || e.Day < f.From {
			f.From = e.Day
		}
		f.Until = max(f.Until, e.Day)
		if e.Cents <= 0 || e.Pending {
			f.Skipped++
			return nil
		}
		all = append(all, BankEntry{
			ID: id.New[id.Record](), File: f.ID, Mark: markOf(e), Account: f.IBAN, Day: e.Day, Cents: e.Cents, Currency: e.Currency, Name: short(e.Name, 140), IBAN: iban.Tidy(e.IBAN),
			Reference: short(e.Reference, 140), Text: short(e.Text, 500), State: "open", Proposals: []invoice.Proposal{},
		})
		return nil
	})
	return all, err
}

func short(s string, most int) string {
	r := []rune(strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " "))
	return string(r[:min(len(r), most)])
}

// markOf is by which an entry is known again in another file: what the bank calls
// it, else all that it says.
func markOf(e camt.Entry) string {
	said := []string{e.Account, string(e.Day), strconv.FormatInt(e.Cents, 10), e.Ref, e.EndToEnd, strconv.Itoa(e.Part)}
	if e.Ref == "" {
		said = append(said, e.Name, e.IBAN, e.Text, e.Reference, strconv.Itoa(e.N))
	}
	sum := sha256.Sum256([]byte(strings.Join(said, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// proposeFor looks for invoices that entries can be for.
func (a *App) proposeFor(v *store.View, entries []BankEntry) error {
	const each = 500
	for from := 0; from < len(entries); from += each {
		if err := a.proposeSome(v, entries[from:min(from+each, len(entries))]); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) proposeSome(v *store.View, entries []BankEntry) error {
	var clues store.Clues
	var ibans []string
	for _, e := range entries {
		if r := iban.Tidy(e.Reference); r != "" {
			clues.References = append(clues.References, r)
		}
		clues.Numbers = append(clues.Numbers, numbersIn(e.Reference+" "+e.Text)...)
		clues.Amounts = append(clues.Amounts, e.Cents)
		if e.IBAN != "" {
			ibans = append(ibans, e.IBAN)
		}
	}
	clues.References, clues.Numbers, clues.Amounts = distinct(clues.References), distinct(clues.Numbers), distinct(clues.Amounts)
	found, err := v.CandidatesFor(clues)
	if err != nil {
		return err
	}
	paid, err := v.PaidFrom(distinct(ibans))
	if err != nil {
		return err
	}
	by := candidatesBy(found)
	for n, e := range entries {
		of := map[id.Account]bool{}
		for _, i := range paid[e.IBAN] {
			of[i] = true
		}
		var near []invoice.Candidate
		seen := map[id.Invoice]bool{}
		keys := append([]string{"r" + iban.Tidy(e.Reference), "a" + strconv.FormatInt(e.Cents, 10)}, numbersIn(e.Reference+" "+e.Text)...)
		for _, key := range keys {
			for _, l := range by[key] {
				if len(near) < 200 && !seen[l.ID] {
					seen[l.ID] = true
					near = append(near, invoice.Candidate{Invoice: l.ID, Number: l.Number, Reference: l.Reference, Open: l.Open(), Currency: l.Currency, Name: l.Name, Known: of[l.Account]})
				}
			}
		}
		proposals, sure := invoice.Match(invoice.Received{Cents: e.Cents, Currency: e.Currency, Name: e.Name, IBAN: e.IBAN, Reference: e.Reference, Text: e.Text}, near)
		if proposals != nil {
			entries[n].Proposals = proposals
		}
		entries[n].Sure = sure
	}
	return nil
}

func candidatesBy(found []invoice.Listed) map[string][]invoice.Listed {
	by := map[string][]invoice.Listed{}
	add := func(key string, l invoice.Listed) { by[key] = append(by[key], l) }
	for _, l := range found {
		add("r"+l.Reference, l)
		add("a"+strconv.FormatInt(l.Open(), 10), l)
		add(l.Number, l)
	}
	return by
}

// numbersIn are words of a text that an invoice number can be.
func numbersIn(text string) (all []string) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r == '-' || r == '/')
	}) {
		if strings.ContainsAny(word, "0123456789") && len(word) >= 4 && len(word) <= 40 {
			all = append(all, strings.Trim(word, "-/"))
		}
	}
	return all[:min(len(all), 20)]
}

// BankPage is what waits on the bank's page.
type BankPage struct {
	Files      []BankFile
	Entries    []BankEntry
	Open, Sure int
	Names      map[id.Invoice]string // of whom the proposed invoices are
}

// Bank reads the entries that are open, booked or left, in the order in which
// they came in, and the files.
func (a *App) Bank(ctx context.Context, who Who, state string, after id.Record, limit int) (p BankPage, err error) {
	err = a.read(ctx, who, member.PaymentWrite, func(v *store.View) error {
		if p.Files, err = v.BankFiles(id.Record{}, 10); err != nil {
			return err
		}
		if p.Entries, err = v.BankEntries(store.BankQuery{State: state, After: after, Limit: min(limit, 201)}); err != nil {
			return err
		}
		p.Open, p.Sure, err = v.CountBank()
		p.Names = map[id.Invoice]string{}
		for _, e := range p.Entries {
			for _, o := range e.Proposals {
				if _, seen := p.Names[o.Invoice]; seen || err != nil {
					continue
				}
				l, lost := v.Invoice(o.Invoice, everything)
				if lost != nil && !errors.Is(lost, store.ErrNotFound) {
					return lost
				}
				p.Names[o.Invoice] = l.Name
			}
		}
		return err
	})
	return p, err
}

// Share is what of an entry is for an invoice.
type Share struct {
	Invoice id.Invoice
	Number  string // instead of the id
	Cents   int64  // 0 is all that is left
}

// BookEntry books an entry on invoices: all of it, or some, and the rest waits.
func (a *App) BookEntry(ctx context.Context, who Who, i id.Record, version int64, shares []Share) (e BankEntry, err error) {
	err = a.write(ctx, who, member.PaymentWrite, func(tx *store.Tx) error {
		if e, err = openEntry(tx, i, version); err != nil {
			return err
		}
		return a.bookEntry(tx, who, &e, shares)
	})
	return e, err
}

func openEntry(tx *store.Tx, i id.Record, version int64) (e BankEntry, err error) {
	if e, err = tx.BankEntry(i); err != nil {
		return e, err
	}
	switch {
	case e.State != "open":
		err = ErrBankBooked
	case version != 0 && version != e.Version:
		err = store.ErrStale
	}
	return e, err
}

func (a *App) bookEntry(tx *store.Tx, who Who, e *BankEntry, shares []Share) error {
	if len(shares) == 0 {
		return fault.Field("invoice", ErrBankChoose)
	}
	for _, s := range shares {
		if s.Cents == 0 {
			s.Cents = e.Left()
		}
		if s.Cents > e.Left() {
			return fault.Field("amount", ErrBankOver)
		}
		if s.Number != "" {
			found, err := tx.Invoices(store.InvoiceQuery{Number: s.Number, Limit: 1})
			if err != nil {
				return err
			}
			if len(found) == 0 {
				return fault.Field("invoice", ErrBankChoose)
			}
			s.Invoice = found[0].ID
		}
		l, err := tx.Invoice(s.Invoice, everything)
		if errors.Is(err, store.ErrNotFound) {
			return fault.Field("invoice", ErrBankChoose)
		}
		if err != nil {
			return err
		}
		if err := tx.HoldInvoice(l.ID); err != nil {
			return err
		}
		if l, err = tx.Invoice(s.Invoice, everything); err != nil {
			return err
		}
		p := invoice.Payment{ID: id.New[id.Payment](), Way: invoice.PaidWay, Source: "bank", Day: e.Day, Cents: s.Cents, Currency: e.Currency, Entry: e.ID, Note: e.Text}
		if _, err := a.bookOn(tx, who, l.Invoice, p, e.IBAN); err != nil {
			return err
		}
		e.Booked += s.Cents
	}
	if e.Sure = false; e.Left() == 0 {
		e.State = "booked"
	}
	if err := tx.SaveBankEntry(*e); err != nil {
		return err
	}
	e.Version++
	return nil
}

// IgnoreEntry leaves an entry that belongs to no invoice, with the reason.
func (a *App) IgnoreEntry(ctx context.Context, who Who, i id.Record, version int64, why string) (e BankEntry, err error) {
	why, err = fold.Clean(why, 200)
	if err == nil && why == "" {
		err = fault.Field("why", ErrBankWhy)
	}
	if err != nil {
		return e, err
	}
	err = a.write(ctx, who, member.PaymentWrite, func(tx *store.Tx) error {
		if e, err = openEntry(tx, i, version); err != nil {
			return err
		}
		e.State, e.Why, e.Sure = "ignored", why, false
		if err := tx.SaveBankEntry(e); err != nil {
			return err
		}
		e.Version++
		return tx.Fact(fact.Fact{Deed: "payment.left", Kind: fact.Payment, Subject: e.ID, Label: e.Name, Why: why})
	})
	return e, err
}

// sureEach is how many entries are booked in one change.
const sureEach = 100

// BookSure books all entries whose proposal is sure, a hundred in one change; one
// that is not sure any more by then, since something else was booked on its
// invoice, waits for a person.
func (a *App) BookSure(ctx context.Context, who Who) (booked int, err error) {
	for more := true; more && err == nil; {
		n := 0
		err = a.write(ctx, who, member.PaymentWrite, func(tx *store.Tx) error {
			n = 0
			all, err := tx.BankEntries(store.BankQuery{Sure: true, Limit: sureEach})
			more = len(all) == sureEach
			for _, e := range all {
				ok, lost := a.stillSure(tx, e)
				if lost != nil {
					return lost
				}
				if !ok {
					if e.Sure = false; err == nil {
						err = tx.SaveBankEntry(e)
					}
				} else {
					var shares []Share
					for _, p := range sureOf(e) {
						shares = append(shares, Share{Invoice: p.Invoice, Cents: p.Cents})
					}
					err = a.bookEntry(tx, who, &e, shares)
					n++
				}
				if err != nil {
					return err
				}
			}
			return err
		})
		if err == nil {
			booked += n
		}
	}
	return booked, err
}

// sureOf are the proposals that a sure entry is booked on: the first, or all that
// go together.
func sureOf(e BankEntry) []invoice.Proposal {
	var sum int64
	for _, p := range e.Proposals {
		sum += p.Cents
	}
	if sum == e.Cents {
		return e.Proposals
	}
	return e.Proposals[:min(1, len(e.Proposals))]
}

// stillSure says whether just as much is open as when the entry was read.
func (a *App) stillSure(tx *store.Tx, e BankEntry) (bool, error) {
	all := sureOf(e)
	for _, p := range all {
		l, err := tx.Invoice(p.Invoice, everything)
		if errors.Is(err, store.ErrNotFound) || err == nil && l.Open() != p.Cents {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	return len(all) > 0 && e.Booked == 0, nil
}
