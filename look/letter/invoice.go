package letter

import (
	"strconv"
	"strings"
	"time"

	"kring/base/day"
	"kring/base/iban"
	"kring/domain/invoice"
	"kring/look/words"
	"kring/paper/pdf"
)

// Rate writes how something is taxed: its percentage, or why there is none.
func Rate(w *words.Words, c invoice.Category, rate int64) string {
	if c != invoice.Standard && c != invoice.Zero {
		return w.T("invoice.rate_" + string(c))
	}
	places := 0
	if rate%100 != 0 {
		places = 2
	}
	return w.Number(float64(rate)/100, places) + " %"
}

// whole writes cents with both decimals.
func whole(w *words.Words, cents int64, currency string) string {
	s := w.Money(cents, currency)
	if cents%100 != 0 {
		return s
	}
	if w.Lang() == "en" {
		return s + ".00"
	}
	return s + ",00"
}

func number(w *words.Words, thousandths int64) string {
	places := 3
	for n := thousandths; places > 0 && n%10 == 0; n /= 10 {
		places--
	}
	return w.Number(float64(thousandths)/1000, places)
}

// Invoice is the letter of an invoice or a credit note that was sent.
func Invoice(w *words.Words, i invoice.Invoice) pdf.Letter {
	kind := "invoice.one"
	if i.Kind == invoice.Credit {
		kind = "invoice.credit"
	}
	on := func(d day.Day) string { return w.DayText(string(d)) }
	s, b := i.Seller, i.Buyer
	house := []string{s.Street, strings.TrimSpace(s.Postcode + " " + s.City)}
	for _, p := range [][2]string{{"invoice.kvk", s.KvK}, {"invoice.vat_id", s.VatID}, {"invoice.iban", iban.Show(s.IBAN)}, {"invoice.email", s.Email}} {
		if p[1] != "" {
			house = append(house, w.T(p[0])+" "+p[1])
		}
	}
	at, _ := time.Parse("2006-01-02", string(i.Day)) //nolint:errcheck // a day that was kept is one
	l := pdf.Letter{
		Language: w.Lang(), Title: w.T(kind) + " " + i.Number, At: at.UTC(), House: pdf.House{Name: s.Name, Lines: house}, Kind: w.T(kind), Page: w.T("invoice.page"),
		Facts: []pdf.Pair{{Name: w.T("invoice.number"), Value: i.Number}, {Name: w.T("invoice.day"), Value: on(i.Day)}},
	}
	for _, line := range []string{b.Name, b.Attn, b.Street, strings.TrimSpace(b.Postcode + " " + b.City)} {
		if line != "" {
			l.To = append(l.To, line)
		}
	}
	fact := func(word, value string) {
		if value != "" {
			l.Facts = append(l.Facts, pdf.Pair{Name: w.T(word), Value: value})
		}
	}
	if i.Due != "" {
		fact("invoice.due", on(i.Due))
	}
	fact("invoice.your_vat_id", b.VatID)
	fact("invoice.order_number", i.OrderNo)
	fact("invoice.your_reference", i.YourRef)
	fact("invoice.about", i.AboutNo)
	if i.From != "" {
		fact("invoice.period", on(i.From)+" – "+on(i.Until))
	}
	if i.Note != "" {
		l.Opening = append(l.Opening, pdf.Text{Body: i.Note})
	}
	l.Table.Columns = []pdf.Column{
		{Head: w.T("invoice.what"), Width: 44}, {Head: w.T("invoice.quantity"), Width: 10, Right: true}, {Head: w.T("invoice.unit"), Width: 18, Right: true}, {Head: w.T("invoice.vat"), Width: 12, Right: true}, {Head: w.T("invoice.amount"), Width: 18, Right: true},
	}
	for _, line := range i.Lines {
		unit, under := "", []string(nil)
		if _, ok := line.Full(); ok {
			unit = whole(w, line.Unit, i.Currency)
		}
		if line.Discount != 0 {
			under = append(under, w.Tf("invoice.discount_of", words.P{"rate": Rate(w, invoice.Standard, line.Discount)}))
		}
		if w.Has("invoice.what_" + string(line.What)) {
			under = append(under, w.T("invoice.what_"+string(line.What)))
		}
		l.Table.Rows = append(l.Table.Rows, pdf.Row{Cells: []string{line.Text, number(w, line.Quantity), unit, Rate(w, line.Category, line.Rate), whole(w, line.Cents, i.Currency)}, Under: under})
	}
	l.Sums = append(l.Sums, pdf.Sum{Name: w.T("invoice.net"), Value: whole(w, i.Net, i.Currency)})
	for _, t := range i.Taxes() {
		l.Sums = append(l.Sums, pdf.Sum{Name: w.Tf("invoice.vat_of", words.P{"rate": Rate(w, t.Category, t.Rate), "net": whole(w, t.Net, i.Currency)}), Value: whole(w, t.Cents, i.Currency)})
	}
	l.Sums = append(l.Sums, pdf.Sum{Name: w.T("invoice.gross"), Value: whole(w, i.Gross, i.Currency), Strong: true})
	if i.Kind == invoice.Bill {
		l.Closing = append(l.Closing, pdf.Text{Heading: w.T("invoice.to_pay"), Body: w.Tf("invoice.pay", words.P{
			"amount": whole(w, i.Gross, i.Currency), "due": on(i.Due), "days": strconv.FormatInt(i.Term, 10), "iban": iban.Show(s.IBAN), "name": s.Name, "reference": i.Reference, "number": i.Number,
		})})
	}
	return l
}
