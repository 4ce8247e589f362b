package store

import (
	"encoding/json"
	"strings"

	"kring/base/reach"
)

// readWays reads what json.Marshal(ways) wrote. Every row of a list has one, so
// the form that is nearly always there, texts without escapes in an order that
// is known, is read by hand; anything else goes to encoding/json.
func readWays(s string) (w ways, err error) {
	r := waysReader{s: s, ok: true}
	r.must(`{"phones":`)
	w.Phones = reach.Phones{}
	r.list(func() {
		var p reach.Phone
		r.object(func(key string) {
			switch key {
			case "number":
				p.Number = r.text()
			case "e164":
				p.E164 = r.text()
			case "ext":
				p.Ext = r.text()
			case "label":
				p.Label = r.text()
			case "preferred":
				p.Preferred = r.yes()
			default:
				r.ok = false
			}
		})
		w.Phones = append(w.Phones, p)
	})
	r.must(`,"emails":`)
	w.Emails = reach.Emails{}
	r.list(func() {
		var e reach.Email
		r.object(func(key string) {
			switch key {
			case "address":
				e.Address = r.text()
			case "normal":
				e.Normal = r.text()
			case "label":
				e.Label = r.text()
			case "preferred":
				e.Preferred = r.yes()
			default:
				r.ok = false
			}
		})
		w.Emails = append(w.Emails, e)
	})
	r.must(`,"addresses":`)
	w.Addresses = reach.Addresses{}
	r.list(func() {
		var a reach.Address
		r.object(func(key string) {
			switch key {
			case "label":
				a.Label = r.text()
			case "street":
				a.Street = r.text()
			case "number":
				a.Number = r.text()
			case "suffix":
				a.Suffix = r.text()
			case "postcode":
				a.Postcode = r.text()
			case "city":
				a.City = r.text()
			case "country":
				a.Country = r.text()
			default:
				r.ok = false
			}
		})
		w.Addresses = append(w.Addresses, a)
	})
	if r.must(`}`); r.ok && r.s == "" {
		return w, nil
	}
	w = ways{Phones: reach.Phones{}, Emails: reach.Emails{}, Addresses: reach.Addresses{}}
	return w, json.Unmarshal([]byte(s), &w)
}

// waysReader reads on from s while ok.
type waysReader struct {
	s  string
	ok bool
}

func (r *waysReader) must(word string) {
	rest, found := strings.CutPrefix(r.s, word)
	if !found {
		r.ok = false
	}
	if r.ok {
		r.s = rest
	}
}

func (r *waysReader) eat(word string) bool {
	rest, found := strings.CutPrefix(r.s, word)
	if r.ok && found {
		r.s = rest
	}
	return r.ok && found
}

func (r *waysReader) list(one func()) {
	if r.must(`[`); r.eat(`]`) {
		return
	}
	for r.ok {
		if one(); r.eat(`]`) {
			return
		}
		r.must(`,`)
	}
}

func (r *waysReader) object(field func(key string)) {
	if r.must(`{`); r.eat(`}`) {
		return
	}
	for r.ok {
		key := r.text()
		r.must(`:`)
		if field(key); r.eat(`}`) {
			return
		}
		r.must(`,`)
	}
}

// text is a text without escapes.
func (r *waysReader) text() string {
	r.must(`"`)
	end := strings.IndexAny(r.s, `"\`)
	if !r.ok || end < 0 || r.s[end] == '\\' {
		r.ok = false
		return ""
	}
	t := r.s[:end]
	r.s = r.s[end+1:]
	return t
}

func (r *waysReader) yes() bool {
	if r.eat("true") {
		return true
	}
	r.must("false")
	return false
}
