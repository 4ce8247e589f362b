// Package pdf writes a letter of a business: a quote, an order confirmation, an
// invoice. It knows nothing of those: the words, the rows and the sums are the
// caller's. The file is tagged for screen readers, names its language and
// carries its fonts, so that it looks the same everywhere (ISO 32000-1 §14.8).
package pdf

import (
	_ "embed" // the fonts
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/carlos7ags/folio/document"
	"github.com/carlos7ags/folio/font"
	"github.com/carlos7ags/folio/layout"

	"kring/base/fault"
)

// Letter is what is written. Everything is text as it will be read.
type Letter struct {
	Language string // of the text: "nl", "en"
	Title    string // of the file: "Offerte 2026-0042"
	At       time.Time
	House    House
	To       []string // name and address
	Kind     string   // "Offerte"
	Facts    []Pair   // number, date …, beside the address
	Opening  []Text   // above the table
	Table    Table
	Sums     []Sum
	Closing  []Text // below the sums
	Page     string // "Pagina {page} van {pages}"
}

// House is whose letter it is.
type House struct {
	Name  string
	Lines []string // address, numbers; in the foot
}

// Pair is something named.
type Pair struct{ Name, Value string }

// Text is a paragraph, with a heading when it has one. A voice is what somebody
// said, in their own words.
type Text struct {
	Heading, Body string
	Voice         bool
}

// Column is one of the table; Width is its share of the page, in any measure.
type Column struct {
	Head  string
	Width float64
	Right bool // numbers
}

// Row has a cell for each column, and words under the first.
type Row struct {
	Cells []string
	Under []string
}

// Table is what is offered or owed.
type Table struct {
	Columns []Column
	Rows    []Row
}

// Sum is a line under the table.
type Sum struct {
	Name, Value string
	Strong      bool
}

// MostRows is how many rows a letter has at most; more is a book.
const MostRows = 5000

// ErrRows says that a letter has too many rows.
var ErrRows = fault.New(fault.Invalid, "pdf.rows", "a document has at most 5000 rows")

//go:embed font/inter-regular.ttf
var inter []byte

//go:embed font/inter-semibold.ttf
var interBold []byte

//go:embed font/newsreader-italic.ttf
var newsreader []byte

// face reads a font once; a document takes of it the letters that it uses.
func face(ttf *[]byte) func() (font.Face, error) {
	return sync.OnceValues(func() (font.Face, error) { return font.ParseTTF(*ttf) })
}

var plainFace, boldFace, voiceFace = face(&inter), face(&interBold), face(&newsreader)

// The colours of the house style: ink, second ink, hairline, and the accent.
var (
	ink  = layout.Hex("#191F2E")
	soft = layout.Hex("#5C6270")
	hair = layout.Hex("#D9D6CD")
	tint = layout.Hex("#F3F1EB")
)

// pen writes in the fonts of one document.
type pen struct{ plain, bold, voice *font.EmbeddedFont }

func newPen() (p pen, err error) {
	for _, f := range []struct {
		face func() (font.Face, error)
		to   **font.EmbeddedFont
	}{{plainFace, &p.plain}, {boldFace, &p.bold}, {voiceFace, &p.voice}} {
		read, err := f.face()
		if err != nil {
			return p, err
		}
		*f.to = font.NewEmbeddedFont(read)
	}
	return p, nil
}

func (p pen) run(s string, size float64) layout.TextRun {
	return layout.NewRunEmbedded(tidy(s), p.plain, size).WithColor(ink)
}

func (p pen) strong(s string, size float64) layout.TextRun {
	return layout.NewRunEmbedded(tidy(s), p.bold, size).WithColor(ink)
}

func (p pen) small(s string) layout.TextRun {
	return layout.NewRunEmbedded(tidy(s), p.plain, 8).WithColor(soft)
}

// tidy replaces what the fonts have no sign for.
func tidy(s string) string {
	return strings.NewReplacer("\u202f", "\u00a0", "\t", " ", "\r", "").Replace(s)
}

func say(runs ...layout.TextRun) *layout.Paragraph {
	return layout.NewStyledParagraph(runs...).SetLeading(1.4)
}

// lines are runs under each other in one paragraph.
func lines(runs ...layout.TextRun) *layout.Paragraph {
	var all []layout.TextRun
	for i, r := range runs {
		if i > 0 {
			all = append(all, layout.TextRun{IsLineBreak: true})
		}
		all = append(all, r)
	}
	return say(all...)
}

// Write writes the letter.
func Write(w io.Writer, l Letter) (err error) {
	defer fault.Wrap(&err, "pdf.Write")
	if len(l.Table.Rows) > MostRows {
		return ErrRows
	}
	p, err := newPen()
	if err != nil {
		return err
	}
	doc := document.NewDocument(document.PageSizeA4)
	doc.Info = document.Info{Title: l.Title, Author: l.House.Name, Creator: "Kring", Producer: "Kring", CreationDate: l.At, ModDate: l.At, Language: l.Language}
	doc.SetTagged(true)
	doc.SetViewerPreferences(document.ViewerPreferences{DisplayDocTitle: true})
	doc.SetMargins(layout.Margins{Top: 48, Right: 56, Bottom: 44, Left: 56})
	doc.SetFooterElement(func(at document.PageContext) layout.Element { return p.foot(l, at) })
	p.head(doc, l)
	for _, t := range l.Opening {
		p.text(doc, t)
	}
	if len(l.Table.Columns) > 0 {
		doc.Add(p.table(l.Table))
		p.sums(doc, l.Sums)
	}
	for _, t := range l.Closing {
		p.text(doc, t)
	}
	_, err = doc.WriteTo(w)
	return err
}

// head is the name of the house, who it is for, and the facts of the letter.
func (p pen) head(doc *document.Document, l Letter) {
	doc.Add(say(p.strong(l.House.Name, 13)).SetSpaceAfter(30))
	to := make([]layout.TextRun, 0, len(l.To))
	for i, s := range l.To {
		if i == 0 {
			to = append(to, p.strong(s, 10))
		} else {
			to = append(to, p.run(s, 10))
		}
	}
	facts := layout.NewTable()
	facts.SetColumnUnitWidths([]layout.UnitValue{layout.Pct(45), layout.Pct(55)})
	for _, f := range l.Facts {
		row := facts.AddRow()
		cell(row, say(p.run(f.Name, 9).WithColor(soft)), layout.AlignLeft, layout.Padding{Bottom: 3})
		cell(row, say(p.run(f.Value, 9)), layout.AlignLeft, layout.Padding{Bottom: 3})
	}
	both := layout.NewTable().SetColumnUnitWidths([]layout.UnitValue{layout.Pct(54), layout.Pct(46)})
	row := both.AddRow()
	cell(row, lines(to...), layout.AlignLeft, layout.Padding{Right: 24})
	cell(row, facts, layout.AlignLeft, layout.Padding{})
	doc.Add(layout.NewDiv().Add(both).SetSpaceAfter(26))
	doc.Add(layout.NewHeadingEmbedded(l.Kind, layout.H1, p.bold).SetRuns([]layout.TextRun{p.strong(l.Kind, 22)}))
}

func (p pen) text(doc *document.Document, t Text) {
	if t.Heading != "" {
		doc.Add(layout.NewHeadingEmbedded(t.Heading, layout.H2, p.bold).SetRuns([]layout.TextRun{p.strong(t.Heading, 11)}))
	}
	for _, part := range strings.Split(t.Body, "\n\n") {
		var runs []layout.TextRun
		for _, s := range strings.Split(part, "\n") {
			r := p.run(s, 10)
			if t.Voice {
				r = layout.NewRunEmbedded(tidy(s), p.voice, 12).WithColor(ink)
			}
			runs = append(runs, r)
		}
		if part != "" {
			doc.Add(lines(runs...).SetSpaceBefore(4).SetSpaceAfter(6))
		}
	}
}

func cell(row *layout.Row, e layout.Element, a layout.Align, pad layout.Padding) *layout.Cell {
	return row.AddCellElement(e).SetBorders(layout.NoBorders()).SetAlign(a).SetPaddingSides(pad)
}

// table repeats its head on every page.
func (p pen) table(t Table) layout.Element {
	var whole float64
	for _, c := range t.Columns {
		whole += c.Width
	}
	widths := make([]layout.UnitValue, 0, len(t.Columns))
	for _, c := range t.Columns {
		widths = append(widths, layout.Pct(c.Width/whole*100))
	}
	table := layout.NewTable().SetColumnUnitWidths(widths)
	under := layout.CellBorders{Bottom: layout.SolidBorder(0.6, hair)}
	pad := func(i int) layout.Padding {
		pad := layout.Padding{Top: 6, Right: 5, Bottom: 6, Left: 5}
		if i == 0 {
			pad.Left = 0
		}
		if i == len(t.Columns)-1 {
			pad.Right = 0
		}
		return pad
	}
	side := func(c Column) layout.Align {
		if c.Right {
			return layout.AlignRight
		}
		return layout.AlignLeft
	}
	head := table.AddHeaderRow()
	for i, c := range t.Columns {
		text := say(p.strong(c.Head, 8.5).WithColor(soft)).SetAlign(side(c))
		cell(head, text, side(c), pad(i)).SetBorders(layout.CellBorders{Bottom: layout.SolidBorder(1, ink)}).SetVAlign(layout.VAlignBottom)
	}
	for _, r := range t.Rows {
		row := table.AddRow()
		for i, c := range t.Columns {
			runs := []layout.TextRun{p.run(at(r.Cells, i), 9.5)}
			if i == 0 {
				for _, s := range r.Under {
					runs = append(runs, p.small(s))
				}
			}
			text := lines(runs...).SetAlign(side(c))
			cell(row, text, side(c), pad(i)).SetBorders(under).SetVAlign(layout.VAlignTop)
		}
	}
	return table
}

func at(cells []string, i int) string {
	if i < len(cells) {
		return cells[i]
	}
	return ""
}

// sums stand right, the strong one on a tint.
func (p pen) sums(doc *document.Document, all []Sum) {
	if len(all) == 0 {
		return
	}
	table := layout.NewTable().SetColumnUnitWidths([]layout.UnitValue{layout.Pct(50), layout.Pct(30), layout.Pct(20)})
	for _, s := range all {
		row := table.AddRow()
		pad := layout.Padding{Top: 4, Right: 5, Bottom: 4, Left: 8}
		cell(row, say(p.run("", 9.5)), layout.AlignLeft, pad)
		name, value := p.run(s.Name, 9.5), p.run(s.Value, 9.5)
		if s.Strong {
			name, value = p.strong(s.Name, 10.5), p.strong(s.Value, 10.5)
		}
		a := cell(row, say(name), layout.AlignLeft, pad)
		b := cell(row, say(value).SetAlign(layout.AlignRight), layout.AlignRight, pad)
		if s.Strong {
			a.SetBackground(tint)
			b.SetBackground(tint)
		}
	}
	doc.Add(layout.NewDiv().Add(table).SetKeepTogether(true).SetSpaceBefore(6).SetSpaceAfter(14))
}

func (p pen) foot(l Letter, at document.PageContext) layout.Element {
	page := strings.NewReplacer("{page}", strconv.Itoa(at.PageIndex+1), "{pages}", strconv.Itoa(at.TotalPages)).Replace(l.Page)
	row := layout.NewFlex().SetColumnGap(16)
	row.AddItem(layout.NewFlexItem(say(p.small(strings.Join(l.House.Lines, " · ")))).SetGrow(4).SetBasis(0))
	row.AddItem(layout.NewFlexItem(say(p.small(page)).SetAlign(layout.AlignRight)).SetGrow(1).SetBasis(0))
	return layout.NewDiv().Add(layout.NewLineSeparator().SetWidth(0.6).SetColor(hair).SetSpaceAfter(6)).Add(row)
}
