package look

import (
	"context"
	"io"
	"math"
	"sync"
)

// A list draws fifty small rings and a page of rows has a budget: their arcs are
// worked out once and written by hand.

// smallSteps is in how many steps an arc of a small ring is filled: finer than
// an eye sees at 28 px.
const smallSteps = 32

type arcAt struct{ radius, from, to float64 }

var arcsDrawn sync.Map // arcAt → path

// drawnArc is the path of a piece of the circle of a small ring.
func drawnArc(radius, from, to float64) string {
	key := arcAt{radius, from, to}
	if s, ok := arcsDrawn.Load(key); ok {
		return s.(string)
	}
	s := arc(50, 50, radius, from, to)
	arcsDrawn.Store(key, s)
	return s
}

// stepped rounds how far a phase came to what is drawn; what began shows.
func stepped(fill float64) float64 {
	if fill <= 0 {
		return 0
	}
	return max(1, math.Round(min(fill, 1)*smallSteps)) / smallSteps
}

// small writes a ring of a row.
func (r Ring) small(ctx context.Context, out io.Writer) error {
	p := &pen{ctx: ctx, w: out}
	turns := make([]Turn, len(r.Turns))
	for i, t := range r.Turns {
		for k := range t {
			turns[i][k] = stepped(t[k])
		}
	}
	r.Turns = turns
	p.raw(`<svg class="ring" width="`, r.size(), `" height="`, r.size(), `" viewBox="0 0 100 100" fill="none"`)
	if r.Label != "" {
		p.attr("role", "img")
		p.attr("aria-label", r.Label)
	} else {
		p.raw(` aria-hidden="true"`)
	}
	p.raw(">")
	for _, a := range r.arcs() {
		p.raw(`<path class="`, a.Class, `" d="`, a.Path, `" stroke-width="`, a.Width, `" opacity="`, a.Opacity, `"></path>`)
	}
	x, y, radius := r.dot()
	p.raw(`<circle class="here" cx="`, x, `" cy="`, y, `" r="`, radius, `" stroke-width="3"></circle></svg>`)
	return p.err
}
