package words

import (
	"fmt"
	"strings"
)

// piece is a run of text or the name of a parameter.
type piece struct {
	text  string
	param bool
}

type template []piece

// cut splits a message at its {{.parameters}}; what does not close is text.
func cut(s string) template {
	var t template
	for s != "" {
		before, rest, ok := strings.Cut(s, "{{.")
		name, after, closed := strings.Cut(rest, "}}")
		if !ok || !closed {
			return append(t, piece{text: s})
		}
		if before != "" {
			t = append(t, piece{text: before})
		}
		t = append(t, piece{text: name, param: true})
		s = after
	}
	return t
}

// settle fills the parameters that are known for good and joins the text.
func (t template) settle(known P) template {
	var out template
	for _, p := range t {
		if v, ok := known[p.text]; p.param && ok {
			p = piece{text: fmt.Sprint(v)}
		}
		if last := len(out) - 1; last >= 0 && !p.param && !out[last].param {
			out[last].text += p.text
			continue
		}
		out = append(out, p)
	}
	return out
}

func (t template) fill(p P) string {
	var b strings.Builder
	for _, piece := range t {
		switch v, ok := p[piece.text]; {
		case !piece.param:
			b.WriteString(piece.text)
		case ok:
			fmt.Fprint(&b, v)
		}
	}
	return b.String()
}

// capital raises the first letter.
func capital(s string) string {
	for i, r := range s {
		return strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}
