package desk

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"kring/app"
	"kring/base/fact"
	"kring/look"
)

// The page with everything that was found, kind by kind; the palette shows the
// first few of it.

func (d *Desk) searchRoutes() {
	d.member("GET /search", searchAll)
}

// How many of each kind the page shows: at first, and of one kind when more are
// asked for. Who wants to see further says more of what is wanted, or opens the
// list.
const (
	firstShown = 20
	mostShown  = 199
)

// foundGroup is one kind of record on the page.
type foundGroup struct {
	label string
	count string // 12, or 20+
	hits  []app.Hit
	more  string // where more of them are shown
	list  string // the list with all of them, when the page has shown what it can
}

func searchFrame(v *visit) look.Frame {
	title := v.words.T("search.title")
	f := v.frame(title, "")
	f.Crumbs = []look.Crumb{{Label: title}}
	return f
}

func searchAll(v *visit) error {
	asked := v.r.URL.Query()
	typed := asked.Get("q")
	if len(typed) > 400 {
		typed = typed[:400]
	}
	typed = strings.TrimSpace(strings.ToValidUTF8(typed, ""))
	only, most := fact.Kind(asked.Get("kind")), firstShown
	if only == fact.Account || only == fact.Contact {
		most = mostShown
	} else {
		only = ""
	}
	hits, err := v.app.Search(v.r.Context(), v.who, typed, most+1)
	if err != nil {
		return err
	}
	groups := []foundGroup{}
	for _, k := range []struct {
		kind fact.Kind
		word string
		list string
	}{{fact.Account, "account.many", accountFolder.path}, {fact.Contact, "contact.many", contactFolder.path}} {
		if only != "" && only != k.kind {
			continue
		}
		g := foundGroup{label: v.words.T(k.word)}
		for _, h := range hits {
			if h.Kind == k.kind {
				g.hits = append(g.hits, h)
			}
		}
		if g.count = strconv.Itoa(len(g.hits)); len(g.hits) > most {
			g.hits, g.count = g.hits[:most], strconv.Itoa(most)+"+"
			if g.more = "/search?" + (url.Values{"q": {typed}, "kind": {string(k.kind)}}).Encode(); only != "" {
				g.more, g.list = "", k.list+"?"+(url.Values{"q": {typed}}).Encode()
			}
		}
		if len(g.hits) > 0 {
			groups = append(groups, g)
		}
	}
	return v.show(http.StatusOK, searchPage(v, typed, only != "", groups))
}
