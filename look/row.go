package look

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"kring/look/words"
)

// The rows of a table are written by hand: a list draws hundreds of cells, and
// for those templ's class attributes and joined expressions cost four fifths of
// the page.

// pen writes markup and remembers the first thing that went wrong.
type pen struct {
	ctx context.Context
	w   io.Writer
	err error
}

// raw writes markup as it is.
func (p *pen) raw(parts ...string) {
	for _, s := range parts {
		if p.err == nil {
			_, p.err = io.WriteString(p.w, s)
		}
	}
}

// text writes what a person typed.
func (p *pen) text(s string) { p.raw(templ.EscapeString(s)) }

// attr writes an attribute, and nothing when its value is empty.
func (p *pen) attr(name, value string) {
	if value != "" {
		p.raw(" ", name, `="`, templ.EscapeString(value), `"`)
	}
}

func (p *pen) link(href string) {
	p.raw(`<a href="`, templ.EscapeString(string(address(href))), `">`)
}

func (p *pen) draw(c templ.Component) {
	if p.err == nil && c != nil {
		p.err = c.Render(p.ctx, p.w)
	}
}

func (p *pen) icon(name string, size int) {
	markup, err := iconMarkup(name, size)
	if err != nil && p.err == nil {
		p.err = err
	}
	p.raw(markup)
}

// drawnBy makes a component of something that is written with a pen.
func drawnBy(write func(p *pen, w *words.Words)) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		p := &pen{ctx: ctx, w: out}
		write(p, W(ctx))
		return p.err
	})
}

// looks are the classes of each column's cells, worked out once for all rows.
func (t Table) looks() []string {
	out := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = c.look(i == 0)
	}
	return out
}

func (c Column) look(first bool) string { return classes(c.class(), when(first, "name")) }

// TableRows are the rows alone, and the row that fetches the next: what a list
// answers to a request for its next page.
func TableRows(t Table) templ.Component {
	return drawnBy(func(p *pen, w *words.Words) {
		looks := t.looks()
		for _, r := range t.Rows {
			p.row(w, t, looks, r)
		}
		if t.More != "" {
			p.draw(moreRow(t))
		}
	})
}

// TableRow is one row, to answer a request that changed it.
func TableRow(t Table, r Row) templ.Component {
	return drawnBy(func(p *pen, w *words.Words) { p.row(w, t, t.looks(), r) })
}

// TableCell is one cell; it answers a POST of its CellForm. The first cell of
// a row carries its name.
func TableCell(col Column, c Cell, first bool) templ.Component {
	return drawnBy(func(p *pen, w *words.Words) { p.cell(w, col.look(first), c) })
}

func (p *pen) row(w *words.Words, t Table, looks []string, r Row) {
	p.raw("<tr")
	p.attr("id", "row-"+r.ID)
	p.attr("class", when(r.Muted, "muted"))
	p.attr("data-href", r.Href)
	p.attr("aria-selected", when(r.Selected, "true"))
	p.raw(">")
	if t.Select {
		p.raw(`<td class="tick"><input type="checkbox" name="id"`)
		p.attr("value", r.ID)
		p.attr("form", t.Form)
		p.attr("aria-label", w.Tf("look.select_row", words.P{"name": r.Name}))
		p.raw(when(r.Selected, " checked"), "></td>")
	}
	for i, c := range r.Cells {
		p.cell(w, looks[i], c)
	}
	p.raw("</tr>")
}

func (p *pen) cell(w *words.Words, class string, c Cell) {
	p.raw("<td")
	p.attr("class", classes(class, c.Tone))
	p.attr("data-edit", c.Edit)
	p.raw(">")
	if c.Lead == nil && c.Icon == "" {
		p.value(w, c)
	} else {
		p.raw(`<span class="cell">`)
		p.draw(c.Lead)
		if c.Icon != "" {
			p.icon(c.Icon, 16)
		}
		p.value(w, c)
		p.raw("</span>")
	}
	p.raw("</td>")
}

func (p *pen) value(w *words.Words, c Cell) {
	switch {
	case c.Content != nil:
		p.draw(c.Content)
	case c.Text == "":
		p.raw(`<span class="none" role="img"`)
		p.attr("aria-label", w.T("look.none"))
		p.raw(">—</span>")
	case c.Href != "":
		p.link(c.Href)
		p.text(c.Text)
		p.raw("</a>")
	default:
		p.text(c.Text)
	}
	if c.Sub != "" {
		p.raw(` <span class="sub">`)
		p.text(c.Sub)
		p.raw("</span>")
	}
}
