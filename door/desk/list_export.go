package desk

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"kring/app"
	"kring/base/catalogue"
	"kring/base/day"
	"kring/base/decimal"
	"kring/domain/member"
	"kring/door"
	paper "kring/paper/sheet"
)

// export hands the list over as rows for a spreadsheet: what it finds, in its
// order, with its columns. That it happened is kept.
func (of *roster) export(v *visit) error {
	if !v.who.Can(member.Export) || !v.who.Can(of.read) {
		return app.ErrDenied
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	state, err := url.ParseQuery(form.Get("state"))
	if err != nil {
		return errForm
	}
	l, err := of.ask(v, state)
	if err != nil {
		return err
	}
	if len(l.wrong)+len(l.notes) > 0 { // more would leave than was seen
		return l.answer()
	}
	fields := l.shown()
	name := strings.ToLower(l.say("many")) + "-" + string(day.At(v.app.Now(), v.who.Zone()))
	out, err := l.writer(v.r.URL.Query().Get("format"), name)
	if err != nil {
		return err
	}
	var row []string
	for _, f := range fields {
		row = append(row, l.label(f))
	}
	err = out.Row(row)
	if err == nil {
		err = of.each(l, func(r record) error {
			row = row[:0]
			for _, f := range fields {
				row = append(row, l.flat(r, f))
			}
			return out.Row(row)
		})
	}
	if err == nil {
		err = out.Close()
	}
	if err != nil {
		door.Failed(v.r.Context(), err) // rows are out; the log has the cause
		panic(http.ErrAbortHandler)     // the browser sees that the file is not whole
	}
	return nil
}

// writer begins the file: CSV, or a workbook whose numbers and days are such.
func (l *listing) writer(format, name string) (paper.Writer, error) {
	begin, err := l.v.rows(format, name, l.say("many"))
	if err != nil {
		return nil, err
	}
	var kinds []paper.Kind
	if l.workbook = format == "xlsx"; l.workbook {
		for _, f := range l.shown() {
			kinds = append(kinds, paperKinds[f.Kind])
		}
	}
	return begin(kinds), nil
}

// rows announces a file of rows in the answer and gives what begins it: CSV as the
// reader's spreadsheet expects it, or a workbook with a title.
func (v *visit) rows(format, name, title string) (begin func(kinds []paper.Kind) paper.Writer, err error) {
	h := v.w.Header()
	switch format {
	case "xlsx":
		h.Set("Content-Type", paper.MIME)
		begin = func(kinds []paper.Kind) paper.Writer { return paper.NewXLSX(v.w, title, kinds...) }
	case "", "csv":
		format = "csv"
		h.Set("Content-Type", "text/csv; charset=utf-8")
		comma := ','
		if v.words.Lang() == "nl" {
			comma = ';' // what a Dutch spreadsheet expects beside its decimal comma
		}
		begin = func([]paper.Kind) paper.Writer { return paper.NewCSV(v.w, comma) }
	default:
		return nil, app.ErrFormat
	}
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name+"."+format))
	return begin, nil
}

// sendTable answers with a whole table as a file.
func (v *visit) sendTable(name string, t app.Listed) error {
	begin, err := v.rows(v.r.URL.Query().Get("format"), name+"-"+string(v.app.Today(v.who)), name)
	if err != nil {
		return err
	}
	if _, err = t.Write(v.r.Context(), begin); err != nil {
		door.Failed(v.r.Context(), err) // rows are out; the log has the cause
		panic(http.ErrAbortHandler)     // the browser sees that the file is not whole
	}
	return nil
}

// paperKinds are the fields that are no text in a workbook.
var paperKinds = map[catalogue.Kind]paper.Kind{
	catalogue.Number: paper.Number, catalogue.Money: paper.Number, catalogue.Date: paper.Day, catalogue.Instant: paper.Day,
}

// decimals writes a number for the file: a workbook knows numbers, a CSV has
// them as the reader writes them.
func (l *listing) decimals(s string) string {
	if l.workbook {
		return s
	}
	return l.v.comma(s)
}

// flat is a value as text for a spreadsheet.
func (l *listing) flat(r record, f catalogue.Field) string {
	v := r.value(f.Key)
	switch f.Kind {
	case catalogue.Choices:
		return strings.Join(l.choices(f, v), ", ")
	case catalogue.Phone, catalogue.Email, catalogue.Link:
		return plain(v)
	case catalogue.Record:
		return l.cell(r, f).Text
	case catalogue.Instant:
		if ms, ok := v.(int64); ok {
			return string(day.At(ms, l.v.who.Zone()))
		}
		return ""
	case catalogue.Date:
		return plain(v)
	case catalogue.Number:
		if n, ok := number(v); ok {
			return l.decimals(decimal.Plain(n))
		}
		return ""
	case catalogue.Money:
		return l.decimals(plain(v))
	}
	return l.text(f, v)
}
