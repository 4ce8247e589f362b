// Package letter puts the papers of the house into words: what paper/pdf writes,
// in the language of who reads it.
package letter

import (
	"strings"
	"time"

	"kring/app"
	"kring/look/words"
	"kring/paper/pdf"
)

// Percent writes basis points as a percentage: "21 %" in Dutch, "21%" in English.
func Percent(w *words.Words, bp int64) string {
	decimals := 0
	switch {
	case bp%100 == 0:
	case bp%10 == 0:
		decimals = 1
	default:
		decimals = 2
	}
	sign := "\u00a0%"
	if w.Lang() == "en" {
		sign = "%"
	}
	return w.Number(float64(bp)/100, decimals) + sign
}

// Amount writes cents with both decimals, as on a paper that adds up.
func Amount(w *words.Words, cents int64, currency string) string {
	s := w.Money(cents, currency)
	if cents%100 == 0 {
		point := ","
		if w.Lang() == "en" {
			point = "."
		}
		s += point + "00"
	}
	return s
}

// Quantity writes thousandths with no more decimals than it needs.
func Quantity(w *words.Words, thousandths int64) string {
	decimals := 3
	for decimals > 0 && thousandths%10 == 0 {
		thousandths /= 10
		decimals--
	}
	scale := []float64{1, 10, 100, 1000}[decimals]
	return w.Number(float64(thousandths)/scale, decimals)
}

// Quote is the letter of an offer. It is written in the language of the quote,
// with the words w; at is when, in milliseconds UTC.
func Quote(w *words.Words, f app.Offer, at int64) pdf.Letter {
	q := f.Quote
	p := func(pairs ...any) words.P {
		m := words.P{}
		for i := 0; i+1 < len(pairs); i += 2 {
			m[pairs[i].(string)] = pairs[i+1]
		}
		return m
	}
	l := pdf.Letter{
		Language: w.Lang(), Title: w.Tf("letter.quote_title", p("number", q.Number, "version", q.Revision)), At: time.UnixMilli(at).UTC(),
		House: pdf.House{Name: f.Org.Name, Lines: f.Org.Settings.Quotes.House}, To: f.To, Kind: w.T("letter.quote"), Page: w.T("letter.page"),
		Facts: []pdf.Pair{
			{Name: w.T("letter.number"), Value: w.Tf("letter.number_version", p("number", q.Number, "version", q.Revision))},
			{Name: w.T("letter.date"), Value: w.DayText(string(q.Day))},
		},
	}
	if q.Subject != "" {
		l.Kind = q.Subject
		l.Facts = append([]pdf.Pair{{Name: w.T("letter.kind"), Value: w.T("letter.quote")}}, l.Facts...)
	}
	if q.Valid != "" {
		l.Facts = append(l.Facts, pdf.Pair{Name: w.T("letter.valid"), Value: w.DayText(string(q.Valid))})
	}
	if f.Seller != "" {
		l.Facts = append(l.Facts, pdf.Pair{Name: w.T("letter.seller"), Value: f.Seller})
	}
	if q.Need != "" {
		l.Opening = append(l.Opening, pdf.Text{Body: w.T("letter.need")}, pdf.Text{Body: "“" + q.Need + "”", Voice: true})
	}
	if q.Intro != "" {
		l.Opening = append(l.Opening, pdf.Text{Body: q.Intro})
	}
	off := false
	for _, line := range q.Lines {
		off = off || line.Discount != 0
	}
	l.Table.Columns = []pdf.Column{{Head: w.T("letter.text"), Width: 44}, {Head: w.T("letter.quantity"), Width: 10, Right: true}, {Head: w.T("letter.unit"), Width: 16, Right: true}}
	if off {
		l.Table.Columns = append(l.Table.Columns, pdf.Column{Head: w.T("letter.discount"), Width: 12, Right: true})
	}
	l.Table.Columns = append(l.Table.Columns, pdf.Column{Head: w.T("letter.vat"), Width: 10, Right: true}, pdf.Column{Head: w.T("letter.amount"), Width: 18, Right: true})
	for _, line := range q.Lines {
		cells := []string{line.Text, Quantity(w, line.Quantity), Amount(w, line.Unit, q.Currency)}
		if off {
			cell := ""
			if line.Discount != 0 {
				cell = Percent(w, line.Discount)
			}
			cells = append(cells, cell)
		}
		row := pdf.Row{Cells: append(cells, VAT(w, string(line.VAT), line.Rate), Amount(w, line.Net(), q.Currency))}
		if line.Answers != "" {
			row.Under = []string{w.Tf("letter.answers", p("need", line.Answers))}
		}
		l.Table.Rows = append(l.Table.Rows, row)
	}
	t := q.Totals()
	l.Sums = append(l.Sums, pdf.Sum{Name: w.T("letter.net"), Value: Amount(w, t.Net, q.Currency)})
	for _, s := range t.By {
		l.Sums = append(l.Sums, pdf.Sum{Name: w.Tf("letter.tax", p("rate", VAT(w, string(s.Code), s.Rate), "net", Amount(w, s.Net, q.Currency))), Value: Amount(w, s.Tax, q.Currency)})
	}
	l.Sums = append(l.Sums, pdf.Sum{Name: w.T("letter.gross"), Value: Amount(w, t.Gross, q.Currency), Strong: true})
	if q.Delivery != "" || q.Wanted != "" {
		body := q.Delivery
		if q.Wanted != "" {
			body = strings.TrimSpace(body + "\n" + w.Tf("letter.wanted", p("day", w.DayText(string(q.Wanted)))))
		}
		l.Closing = append(l.Closing, pdf.Text{Heading: w.T("letter.delivery"), Body: body})
	}
	terms := w.Tf("letter.firm", p("day", w.DayText(string(q.Valid))))
	if q.Free {
		terms = w.Tf("letter.free", p("day", w.DayText(string(q.Valid))))
	}
	if q.Terms != "" {
		terms += " " + w.Tf("letter.terms", p("terms", q.Terms))
	}
	l.Closing = append(l.Closing, pdf.Text{Heading: w.T("letter.conditions"), Body: terms})
	if a := q.Acceptance; a != nil {
		l.Closing = append(l.Closing, pdf.Text{Heading: w.T("letter.accepted"), Body: w.Tf("letter.accepted_by", p("name", a.Name, "function", a.Function, "at", w.Stamp(a.At)))})
	} else if f.Seller != "" {
		l.Closing = append(l.Closing, pdf.Text{Body: w.T("letter.greeting") + "\n" + f.Seller + "\n" + f.Org.Name})
	}
	return l
}

// VAT writes a VAT code with its rate: "21 %", "verlegd".
func VAT(w *words.Words, code string, rate int64) string {
	switch code {
	case "reverse", "exempt":
		return w.T("vat." + code)
	}
	return Percent(w, rate)
}
