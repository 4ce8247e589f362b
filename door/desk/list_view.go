package desk

import (
	"net/url"
	"slices"

	"kring/base/id"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/domain/view"
	"kring/look"
	"kring/look/words"
)

// viewTab is one view of a list: everything, one's own, or a saved question.
type viewTab struct {
	key     string // in the address; "" for everything
	name    string
	query   filter.Query
	saved   *view.View
	gone    []wrongParam // what it asked and cannot be asked any more
	n       int
	capped  bool
	counted bool
}

// choose lists the views and finds the one that the address names; without a
// name it is the one that asks the same.
func (l *listing) choose(key string) error {
	l.tabs = []viewTab{{name: l.t("list.all"), query: filter.New(l.fields)}}
	if f, ok := l.fields.Field("owner"); ok {
		c, err := filter.Make(f, filter.Is, filter.Me)
		if err != nil {
			return err
		}
		l.tabs = append(l.tabs, viewTab{key: "mine", name: l.say("mine"), query: filter.New(l.fields).With(c)})
	}
	if l.v.who.Can(member.ViewRead) {
		views, err := l.v.app.Views(l.v.r.Context(), l.v.who, l.kind)
		if err != nil {
			return err
		}
		for _, s := range views {
			params, err := url.ParseQuery(s.Query)
			if err != nil {
				continue
			}
			q, gone := lenient(l.fields, params)
			l.tabs = append(l.tabs, viewTab{key: s.ID.String(), name: s.Name, query: q.View(), saved: &s, gone: gone})
		}
	}
	l.tab = 0
	defer func() {
		for _, g := range l.tabs[l.tab].gone {
			l.notes = append(l.notes, l.v.words.Tf("list.view_less", words.P{"name": l.tabs[l.tab].name, "field": l.about(g.name)}))
		}
	}()
	if key != "" {
		if at := slices.IndexFunc(l.tabs, func(t viewTab) bool { return t.key == key }); at > 0 {
			l.tab = at
			return nil
		}
	}
	asked := l.q.View().Encode()
	if at := slices.IndexFunc(l.tabs, func(t viewTab) bool { return t.query.View().Encode() == asked }); at > 0 {
		l.tab = at
	}
	return nil
}

// mostCounted is how many tabs tell how much they hold: those that Alt and a
// digit reach.
const mostTabsCounted = 9

// tally counts what the views hold.
func (l *listing) tally(n int, capped bool) (err error) {
	for i := range l.tabs {
		t := &l.tabs[i]
		switch {
		case i == l.tab && !l.changed():
			t.n, t.capped = n, capped
		case i >= mostTabsCounted && i != l.tab, len(t.gone) > 0:
			continue
		default:
			if t.n, t.capped, err = l.count(l.v, t.query); err != nil {
				return err
			}
		}
		t.counted = true
	}
	return nil
}

// changed tells whether the question differs from that of its view.
func (l *listing) changed() bool {
	return l.q.View().Encode() != l.tabs[l.tab].query.View().Encode()
}

// viewTabs is the strip above the list.
func (s sheet) viewTabs() look.Tabs {
	t := look.Tabs{Label: s.t("look.views")}
	for i, tab := range s.tabs {
		item := look.Tab{Label: tab.name, Href: s.at(tab.key, tab.query), Current: i == s.tab && !s.q.Bin}
		if tab.counted {
			item.Count = s.v.words.Count(tab.n, tab.capped)
		}
		if item.Current {
			item.Changed = tab.key != "" && s.changed()
			if tab.saved != nil && s.may(*tab.saved) {
				item.Menu = s.viewMenu(i)
			}
		}
		t.Items = append(t.Items, item)
	}
	t.End = look.Menu{ID: "view-new", Label: s.t("look.view_new"), Icon: "plus", Size: look.Small, Content: viewForm(s, "", view.View{})}
	return t
}

func (l *listing) may(saved view.View) bool {
	return saved.Changeable(l.v.who.Member.ID, l.v.who.Can(member.ViewShare))
}

// viewMenu is what can be done with a saved view.
func (s sheet) viewMenu(i int) look.Menu {
	return look.Menu{ID: "view-menu", Label: s.v.words.Tf("list.view_options", words.P{"name": s.tabs[i].name}), Icon: "ellipsis", Size: look.Small, Square: true,
		Content: viewOptions(s, *s.tabs[i].saved)}
}

// canSave tells whether the question can become that of the view it began as.
func (s sheet) canSave() bool {
	tab := s.tabs[s.tab]
	return tab.saved != nil && s.changed() && !s.q.Bin && s.may(*tab.saved)
}

func (d *Desk) viewRoutes() {
	d.member("POST /views", addView)
	d.member("POST /views/return", returnView)
	d.member("POST /views/{id}", changeView)
}

// rosterOf finds the list of a form.
func rosterOf(kind string) (*roster, error) {
	for _, of := range []*roster{accountRoster, contactRoster} {
		if string(of.kind) == kind {
			return of, nil
		}
	}
	return nil, view.ErrKind
}

// posted is the list and the question that a form sent along.
func (v *visit) posted() (*listing, url.Values, error) {
	form, err := v.form()
	if err != nil {
		return nil, nil, err
	}
	of, err := rosterOf(form.Get("kind"))
	if err != nil {
		return nil, nil, err
	}
	state, err := url.ParseQuery(form.Get("state"))
	if err != nil {
		return nil, nil, errForm
	}
	l, err := of.ask(v, state)
	return l, form, err
}

// addView keeps the question under a new name.
func addView(v *visit) error {
	l, form, err := v.posted()
	if err != nil {
		return err
	}
	saved, err := v.app.AddView(v.r.Context(), v.who, view.View{
		Kind: l.kind, Name: form.Get("name"), Shared: form.Get("shared") != "", Query: l.q.View().Encode(),
	})
	if err != nil {
		return l.viewRefused(err)
	}
	v.toast(look.Toast{Text: v.words.Tf("list.view_added", words.P{"name": saved.Name})})
	return v.to(l.at(saved.ID.String(), l.q.View()))
}

// viewRefused shows the list again with what is wrong.
func (l *listing) viewRefused(err error) error {
	wrong := l.v.wrong(err)
	if wrong == nil {
		return err
	}
	for _, name := range sortedKeys(wrong) {
		if name != "" || len(wrong) == 1 {
			l.wrong = append(l.wrong, wrong[name])
		}
	}
	return l.answer()
}

// changeView gives a view another question, name, audience or place, or takes
// it away.
func changeView(v *visit) error {
	l, form, err := v.posted()
	if err != nil {
		return err
	}
	i, err := pathID[id.View](v, "id")
	if err != nil {
		return err
	}
	if form.Get("do") == "delete" {
		return l.eraseView(i)
	}
	if way := form.Get("do"); way == "earlier" || way == "later" {
		if err := l.shiftView(i, way == "later"); err != nil {
			return err
		}
		return v.to(l.at(i.String(), l.q))
	}
	var text string
	saved, err := v.app.ChangeView(v.r.Context(), v.who, i, func(s view.View) view.View {
		switch form.Get("do") {
		case "save":
			s.Query, text = l.q.View().Encode(), "list.view_saved"
		case "rename":
			s.Name, text = form.Get("name"), "list.view_renamed"
		case "share":
			s.Shared, text = true, "list.view_shared"
		case "unshare":
			s.Shared, text = false, "list.view_private"
		}
		return s
	})
	if err != nil {
		return l.viewRefused(err)
	}
	if text != "" {
		v.toast(look.Toast{Text: v.words.Tf(text, words.P{"name": saved.Name})})
	}
	return v.to(l.at(saved.ID.String(), l.q))
}

// shiftView changes places with the view beside it.
func (l *listing) shiftView(i id.View, later bool) error {
	var saved []view.View
	for _, t := range l.tabs {
		if t.saved != nil {
			saved = append(saved, *t.saved)
		}
	}
	at := slices.IndexFunc(saved, func(s view.View) bool { return s.ID == i })
	to := at - 1
	if later {
		to = at + 1
	}
	if at < 0 || to < 0 || to >= len(saved) {
		return nil
	}
	saved[at], saved[to] = saved[to], saved[at]
	for place, s := range saved {
		if s.Place == place || !l.may(s) {
			continue
		}
		if _, err := l.v.app.ChangeView(l.v.r.Context(), l.v.who, s.ID, func(s view.View) view.View {
			s.Place = place
			return s
		}); err != nil {
			return err
		}
	}
	return nil
}

// eraseView takes a view away, with a way back.
func (l *listing) eraseView(i id.View) error {
	gone, err := l.v.app.EraseView(l.v.r.Context(), l.v.who, i)
	if err != nil {
		return err
	}
	shared := ""
	if gone.Shared {
		shared = "1"
	}
	l.v.toast(look.Toast{
		Text: l.v.words.Tf("list.view_gone", words.P{"name": gone.Name}), Undo: "/views/return", UndoName: "view",
		UndoValue: url.Values{"kind": {string(gone.Kind)}, "name": {gone.Name}, "state": {gone.Query}, "shared": {shared}}.Encode(),
	})
	return l.v.to(l.path)
}

// returnView brings back a view that was taken away.
func returnView(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	was, err := url.ParseQuery(form.Get("view"))
	if err != nil {
		return errForm
	}
	of, err := rosterOf(was.Get("kind"))
	if err != nil {
		return err
	}
	saved, err := v.app.AddView(v.r.Context(), v.who, view.View{Kind: of.kind, Name: was.Get("name"), Shared: was.Get("shared") != "", Query: was.Get("state")})
	if err != nil {
		return err
	}
	v.toast(look.Toast{Text: v.words.Tf("list.view_added", words.P{"name": saved.Name})})
	return v.to(of.path + "?view=" + saved.ID.String())
}

// keptQuery is the question as hidden fields of a form, without some names.
func (l *listing) keptQuery(without ...string) (pairs [][2]string) {
	if key := l.tabs[l.tab].key; key != "" {
		pairs = append(pairs, [2]string{"view", key})
	}
	values := l.q.After(nil, id.Record{}).Values()
	for _, name := range sortedKeys(values) {
		if !slices.Contains(without, name) {
			for _, value := range values[name] {
				pairs = append(pairs, [2]string{name, value})
			}
		}
	}
	return pairs
}

// columns answers the columns menu: those that were ticked, in their order.
func (of *roster) columns(v *visit) error {
	l, err := of.restate(v)
	if err != nil {
		return err
	}
	params := v.r.URL.Query()
	chosen := params["column"]
	if params.Get("usual") != "" {
		chosen = l.fields.Columns()
	}
	var keys []string
	for _, key := range chosen {
		if f, ok := l.fields.Field(key); ok && f.Column && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	if up := params.Get("up"); up != "" {
		keys = moved(keys, up, -1)
	}
	if down := params.Get("down"); down != "" {
		keys = moved(keys, down, 1)
	}
	if !slices.Contains(keys, "name") {
		keys = slices.Insert(keys, 0, "name")
	}
	l.q.Columns = keys
	return v.to(l.address(l.q.Sorted(l.q.Sort)))
}

func moved(keys []string, key string, by int) []string {
	at := slices.Index(keys, key)
	if to := at + by; at >= 0 && to >= 0 && to < len(keys) {
		keys[at], keys[to] = keys[to], keys[at]
	}
	return keys
}

// columnChoice is one line of the columns menu.
type columnChoice struct {
	key, label string
	shown      bool
}

// columnChoices are the columns that are shown, in their order, and then the
// others.
func (l *listing) columnChoices() (all []columnChoice) {
	for _, f := range l.shown()[1:] {
		all = append(all, columnChoice{f.Key, l.label(f), true})
	}
	for _, f := range l.fields.Fields() {
		if f.Column && f.Key != "name" && !slices.Contains(l.q.Columns, f.Key) {
			all = append(all, columnChoice{f.Key, l.label(f), false})
		}
	}
	return all
}
