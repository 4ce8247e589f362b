// Package camt reads the statement of a bank as ISO 20022 writes it, CAMT.053
// versions .02 to .13, entry by entry, so that a file of any size can be read. A
// file that breaks off, or is something else, is refused with what is wrong.
package camt

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fault"
)

// What can be wrong with a file.
var (
	ErrOther   = fault.New(fault.Invalid, "camt.other", "this is no bank statement in CAMT.053")
	ErrCut     = fault.New(fault.Invalid, "camt.cut", "this file breaks off: something of it is missing")
	ErrEntry   = fault.New(fault.Invalid, "camt.entry", "an entry of this file has no amount, currency or day that can be read")
	ErrMany    = fault.New(fault.Invalid, "camt.many", "this file has more entries than are read at once")
	ErrBalance = fault.New(fault.Invalid, "camt.balance", "the entries do not add up to the balance of this file: something of it is missing")
)

// Most is how many entries one file may have.
const Most = 200_000

// Entry is money in or out; a batch that a bank booked at once is one for each
// of its transactions when each tells its amount.
type Entry struct {
	Account   string // whose statement it is
	Ref       string // by which the bank knows it
	Day       day.Day
	Cents     int64 // of what came in; below zero went out
	Currency  string
	Name      string // of the other side
	IBAN      string
	Reference string // structured
	Text      string
	EndToEnd  string
	Reversal  bool
	Pending   bool // not booked yet
	N         int  // place in the file, 1 is the first; parts of a batch share it
	Part      int  // in the batch, 1 is the first
}

// amount as the standard writes it.
type amount struct {
	Value    string `xml:",chardata"`
	Currency string `xml:"Ccy,attr"`
}

type when struct {
	Day string `xml:"Dt"`
	At  string `xml:"DtTm"`
}

func (w when) day() day.Day {
	s := w.Day
	if s == "" && len(w.At) >= 10 {
		s = w.At[:10]
	}
	if len(s) > 10 { // 2026-11-25+01:00
		s = s[:10]
	}
	d, err := day.Parse(s)
	if err != nil {
		return ""
	}
	return d
}

// party: in later versions the name stands one deeper.
type party struct {
	Name string `xml:"Nm"`
	Deep string `xml:"Pty>Nm"`
}

type account struct {
	IBAN  string `xml:"Id>IBAN"`
	Other string `xml:"Id>Othr>Id"`
}

func (a account) id() string {
	if a.IBAN != "" {
		return a.IBAN
	}
	return a.Other
}

type status struct {
	Text string `xml:",chardata"`
	Code string `xml:"Cd"`
}

type transaction struct {
	Amount   *amount  `xml:"Amt"`
	Details  *amount  `xml:"AmtDtls>TxAmt>Amt"`
	Way      string   `xml:"CdtDbtInd"`
	EndToEnd string   `xml:"Refs>EndToEndId"`
	Servicer string   `xml:"Refs>AcctSvcrRef"`
	Debtor   party    `xml:"RltdPties>Dbtr"`
	Creditor party    `xml:"RltdPties>Cdtr"`
	DbtrAcct account  `xml:"RltdPties>DbtrAcct"`
	CdtrAcct account  `xml:"RltdPties>CdtrAcct"`
	Text     []string `xml:"RmtInf>Ustrd"`
	Struct   []string `xml:"RmtInf>Strd>CdtrRefInf>Ref"`
	More     string   `xml:"AddtlTxInf"`
}

type entry struct {
	Ref      string `xml:"NtryRef"`
	Amount   amount `xml:"Amt"`
	Way      string `xml:"CdtDbtInd"`
	Reversal string `xml:"RvslInd"`
	Status   status `xml:"Sts"`
	Booked   when   `xml:"BookgDt"`
	Value    when   `xml:"ValDt"`
	Servicer string `xml:"AcctSvcrRef"`
	More     string `xml:"AddtlNtryInf"`
	Details  []struct {
		Of []transaction `xml:"TxDtls"`
	} `xml:"NtryDtls"`
}

type balance struct {
	Kind   string `xml:"Tp>CdOrPrtry>Cd"`
	Amount amount `xml:"Amt"`
	Way    string `xml:"CdtDbtInd"`
}

// Read hands over the entries of a file in their order. An error of take ends it.
// The balances of each statement are held against its entries.
func Read(r io.Reader, take func(Entry) error) error {
	d := xml.NewDecoder(r)
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		switch strings.ToLower(charset) {
		case "iso-8859-1", "latin1", "windows-1252":
			return latin{in}, nil
		case "us-ascii", "ascii":
			return in, nil
		}
		return nil, ErrOther
	}
	f := file{take: take}
	for {
		t, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && f.closed:
			return nil
		case err != nil && !f.seen:
			return ErrOther
		case err != nil:
			return ErrCut
		}
		if err := f.token(d, t); err != nil {
			var bad *xml.SyntaxError
			if errors.As(err, &bad) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
				return ErrCut
			}
			return err
		}
	}
}

// file is how far a file was read.
type file struct {
	take    func(Entry) error
	seen    bool // it is a statement
	closed  bool // to its end
	account string
	n       int
	sum     int64
	open    *int64
	end     *int64
}

func (f *file) token(d *xml.Decoder, t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		switch t.Name.Local {
		case "Document":
			if !strings.Contains(t.Name.Space, "camt.053.001.") {
				return ErrOther
			}
		case "BkToCstmrStmt":
			f.seen = true
		case "Stmt":
			f.account, f.sum, f.open, f.end = "", 0, nil, nil
		case "Acct":
			var a account
			if err := d.DecodeElement(&a, &t); err != nil {
				return err
			}
			f.account = a.id()
		case "Bal":
			return f.balance(d, t)
		case "Ntry":
			return f.entry(d, t)
		default:
			if !f.seen && f.n == 0 {
				return ErrOther
			}
			if t.Name.Local == "GrpHdr" || t.Name.Local == "TxsSummry" || t.Name.Local == "FrToDt" {
				return d.Skip()
			}
		}
	case xml.EndElement:
		switch t.Name.Local {
		case "Stmt":
			if f.open != nil && f.end != nil && *f.open+f.sum != *f.end {
				return ErrBalance
			}
		case "Document":
			f.closed = f.seen
		}
	}
	return nil
}

func (f *file) balance(d *xml.Decoder, t xml.StartElement) error {
	var b balance
	if err := d.DecodeElement(&b, &t); err != nil {
		return err
	}
	cents, err := decimal.Cents(strings.TrimSpace(b.Amount.Value), decimal.Point)
	if err != nil {
		return nil //nolint:nilerr // a balance that cannot be read proves nothing
	}
	if b.Way == "DBIT" {
		cents = -cents
	}
	switch b.Kind {
	case "OPBD", "PRCD":
		if f.open == nil || b.Kind == "OPBD" {
			f.open = &cents
		}
	case "CLBD":
		f.end = &cents
	}
	return nil
}

func (f *file) entry(d *xml.Decoder, t xml.StartElement) error {
	var e entry
	if err := d.DecodeElement(&e, &t); err != nil {
		return err
	}
	if f.n++; f.n > Most {
		return ErrMany
	}
	cents, ok := signed(e.Amount, e.Way)
	out := Entry{Account: f.account, Ref: e.Servicer, Day: e.Booked.day(), Cents: cents, Currency: strings.TrimSpace(e.Amount.Currency), Text: strings.TrimSpace(e.More), N: f.n, Part: 1,
		Reversal: strings.TrimSpace(e.Reversal) == "true", Pending: strings.Contains(e.Status.Text+e.Status.Code, "PDNG")}
	if out.Ref == "" {
		out.Ref = e.Ref
	}
	if out.Day == "" {
		out.Day = e.Value.day()
	}
	if !ok || out.Day == "" || len(out.Currency) != 3 {
		return ErrEntry.With(fault.Params{"n": f.n})
	}
	if !out.Pending {
		f.sum += cents
	}
	var parts []transaction
	for _, of := range e.Details {
		parts = append(parts, of.Of...)
	}
	if split := f.split(out, parts, e); split != nil {
		for _, one := range split {
			if err := f.take(one); err != nil {
				return err
			}
		}
		return nil
	}
	if len(parts) > 0 {
		parts[0].fill(&out)
	}
	return f.take(out)
}

// split are the transactions of a batch, when each tells its amount and together
// they are the entry.
func (f *file) split(out Entry, parts []transaction, e entry) (all []Entry) {
	if len(parts) < 2 {
		return nil
	}
	var sum int64
	for n, p := range parts {
		a := p.Amount
		if a == nil {
			a = p.Details
		}
		if a == nil {
			return nil
		}
		way := p.Way
		if way == "" {
			way = e.Way
		}
		cents, ok := signed(*a, way)
		if !ok {
			return nil
		}
		one := out
		one.Cents, one.Part = cents, n+1
		if p.Servicer != "" {
			one.Ref = p.Servicer
		}
		p.fill(&one)
		all, sum = append(all, one), sum+cents
	}
	if sum != out.Cents {
		return nil
	}
	return all
}

func (t transaction) fill(e *Entry) {
	name, from := t.Debtor, t.DbtrAcct
	if e.Cents < 0 {
		name, from = t.Creditor, t.CdtrAcct
	}
	if e.Name = strings.TrimSpace(name.Name); e.Name == "" {
		e.Name = strings.TrimSpace(name.Deep)
	}
	e.IBAN = strings.TrimSpace(from.id())
	e.Reference = strings.TrimSpace(strings.Join(t.Struct, " "))
	if text := strings.TrimSpace(strings.Join(t.Text, " ")); text != "" {
		e.Text = text
	} else if t.More != "" && e.Text == "" {
		e.Text = strings.TrimSpace(t.More)
	}
	if e.EndToEnd = strings.TrimSpace(t.EndToEnd); e.EndToEnd == "NOTPROVIDED" {
		e.EndToEnd = ""
	}
}

// signed reads an amount; other than two decimals are taken when they say the
// same.
func signed(a amount, way string) (int64, bool) {
	s := strings.TrimSpace(a.Value)
	if at := strings.IndexByte(s, '.'); at >= 0 && len(s) > at+3 {
		s = s[:at+3] + strings.TrimRight(s[at+3:], "0")
	}
	cents, err := decimal.Cents(s, decimal.Point)
	if err != nil || cents < 0 {
		return 0, false
	}
	switch strings.TrimSpace(way) {
	case "CRDT":
		return cents, true
	case "DBIT":
		return -cents, true
	}
	return 0, false
}

// latin reads ISO 8859-1 as UTF-8.
type latin struct{ in io.Reader }

func (l latin) Read(p []byte) (int, error) {
	half := make([]byte, max(len(p)/2, 1))
	if len(p) < 2 {
		return 0, io.ErrShortBuffer
	}
	n, err := l.in.Read(half[:len(p)/2])
	at := 0
	for _, c := range half[:n] {
		at += copy(p[at:], string(rune(c)))
	}
	return at, err
}
