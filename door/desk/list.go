package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kring/base/catalogue"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/contact"
	"kring/domain/cycle"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/look"
	"kring/look/words"
)

// roster is one kind of record that people page through. Everything a list
// does is written once, over the catalogue of its kind.
type roster struct {
	kind               fact.Kind
	word               string // "account": of its words and its page
	path               string // "/accounts"
	icon               string
	read, write, erase member.Right
	rows               func(l *listing, q filter.Query) (rows []record, next filter.Cursor, err error)
	count              func(v *visit, q filter.Query) (n int, capped bool, err error)
	open               func(v *visit, i id.Record) (record, error)
	change             func(v *visit, i id.Record, version int64, key, typed string) (record, error)
	each               func(l *listing, do func(record) error) error
	typed              func(v *visit, i id.Record, f catalogue.Field) (value string, version int64, err error)
}

// record is one row, whatever its kind.
type record struct {
	id      id.Record
	name    string
	place   string // behind the name
	deleted int64
	version int64
	value   func(key string) any
	path    *cycle.Path // of an account: where it stands on the ring
}

// The rosters that the desk has.
var (
	accountRoster = &roster{
		kind: fact.Account, word: "account", path: "/accounts", icon: "building-2",
		read: member.AccountRead, write: member.AccountWrite, erase: member.AccountErase,
		rows: accountRows, count: countAccounts, open: openAccountRow, change: changeAccountCell, typed: typedAccountCell, each: eachAccount,
	}
	contactRoster = &roster{
		kind: fact.Contact, word: "contact", path: "/contacts", icon: "users",
		read: member.ContactRead, write: member.ContactWrite, erase: member.ContactErase,
		rows: contactRows, count: countContacts, open: openContactRow, change: changeContactCell, typed: typedContactCell, each: eachContact,
	}
)

func (d *Desk) listRoutes() {
	for _, of := range []*roster{accountRoster, contactRoster} {
		d.member("GET "+of.path, of.page)
		d.member("GET "+of.path+"/filter", of.filter)
		d.member("GET "+of.path+"/filter/form", of.filterForm)
		d.member("GET "+of.path+"/columns", of.columns)
		d.member("GET "+of.path+"/{id}/cell", of.cellForm)
		d.member("POST "+of.path+"/{id}/cell", of.saveCell)
		d.member("POST "+of.path+"/bulk", of.bulk)
		d.member("POST "+of.path+"/export", of.export)
	}
	d.viewRoutes()
	d.bulkRoutes()
}

// listing is a list as somebody asked for it.
type listing struct {
	*roster
	v        *visit
	fields   catalogue.Catalogue
	q        filter.Query
	tabs     []viewTab
	tab      int      // the current one of tabs
	wrong    []string // sentences about what could not be asked
	notes    []string // sentences about what a saved view asked and cannot ask any more
	names    names
	workbook bool // it is being written as a workbook
}

// names is what ids are called.
type names struct {
	members  []member.Member
	teams    []member.Group
	accounts map[id.Account]string
	own      map[string]string // of own fields, and "key.choice" of their choices
}

// ask reads the question in the address. What cannot be asked is left out and
// said; the rest of the question stands.
func (of *roster) ask(v *visit, params url.Values) (*listing, error) {
	l := &listing{roster: of, v: v, names: names{accounts: map[id.Account]string{}}}
	var err error
	if l.fields, err = v.app.CatalogueOf(v.r.Context(), v.who, of.kind); err != nil {
		return nil, err
	}
	if err := l.learn(); err != nil {
		return nil, err
	}
	tab := params.Get("view")
	q, faults := lenient(l.fields, params)
	l.q = q
	if err := l.callAsked(); err != nil {
		return nil, err
	}
	for _, f := range faults {
		l.wrong = append(l.wrong, l.about(f.name)+": "+v.sentence(f.fault))
	}
	return l, l.choose(tab)
}

// callAsked learns the names of relations that a filter is about.
func (l *listing) callAsked() error {
	at := map[id.Account]bool{}
	for _, c := range l.q.Conditions {
		for _, v := range c.Values {
			if i, err := id.Parse[id.Account](v); err == nil && c.Field.Kind == catalogue.Record {
				at[i] = true
			}
		}
	}
	return l.call(at)
}

// learn gets the names of colleagues and own fields.
func (l *listing) learn() (err error) {
	l.names.members, l.names.teams, err = l.v.app.Colleagues(l.v.r.Context(), l.v.who)
	if err != nil || !slices.ContainsFunc(l.fields.Fields(), catalogue.Field.Own) {
		return err
	}
	fields, err := l.v.app.Fields(l.v.r.Context(), l.v.who, l.kind)
	l.names.own = map[string]string{}
	for _, f := range fields {
		l.names.own[f.Key] = f.Label.In(l.v.words.Lang())
		for _, c := range f.Choices {
			l.names.own[f.Key+"."+c.Key] = c.Label.In(l.v.words.Lang())
		}
	}
	return err
}

type wrongParam struct {
	name  string
	fault *fault.Fault
}

// lenient parses a question without the parts that are wrong.
func lenient(fields catalogue.Catalogue, params url.Values) (filter.Query, []wrongParam) {
	params, wrong := trimmed(params), []wrongParam(nil)
	for range 3 {
		q, err := filter.Parse(fields, params, filter.Limits{})
		f, ok := fault.From(err)
		if err == nil || !ok {
			return q, wrong
		}
		for name := range f.Fields {
			if len(wrong) < 10 {
				wrong = append(wrong, wrongParam{name, f.Fields[name]})
			}
			params[name] = sound(fields, name, params[name])
			if len(params[name]) == 0 {
				delete(params, name)
			}
		}
		for name := range params { // a name that was too long to be repeated
			if _, known := fields.Field(name); !known && !slices.Contains(ours, name) {
				delete(params, name)
			}
		}
	}
	return filter.New(fields), wrong
}

// sound are the texts of a parameter that can be asked, of several.
func sound(fields catalogue.Catalogue, name string, texts []string) (good []string) {
	if len(texts) < 2 || slices.Contains(ours, name) {
		return nil
	}
	for _, text := range texts {
		if _, err := filter.Parse(fields, url.Values{name: {text}}, filter.Limits{}); err == nil {
			good = append(good, text)
		}
	}
	if len(good) == len(texts) { // together they are too many
		return nil
	}
	return good
}

// ours are the parameters of the query language that are no fields.
var ours = []string{"q", "bin", "sort", "columns", "limit", "cursor"}

// trimmed leaves out what belongs to the page and not to the question.
func trimmed(params url.Values) url.Values {
	kept := url.Values{}
	for name, texts := range params {
		if name != "view" {
			kept[name] = slices.Clone(texts)
		}
	}
	return kept
}

// about is what a parameter is called on the screen.
func (l *listing) about(name string) string {
	if f, ok := l.fields.Field(name); ok {
		return l.label(f)
	}
	switch name {
	case "q":
		return l.t("list.search")
	case "sort":
		return l.t("list.sort")
	case "columns":
		return l.t("list.columns")
	case "bin":
		return l.t("list.bin")
	case "limit", "cursor":
		return l.t("list.place")
	}
	return name
}

func (l *listing) t(key string) string { return l.v.words.T(key) }

// own gives the key of a word of this kind of record: "account." + key.
func (l *listing) say(key string) string { return l.v.words.T(l.word + "." + key) }

// label is what a field is called.
func (l *listing) label(f catalogue.Field) string {
	if f.Own() {
		if name := l.names.own[strings.TrimPrefix(f.Key, catalogue.Own)]; name != "" {
			return name
		}
		return strings.TrimPrefix(f.Key, catalogue.Own)
	}
	return l.say(f.Key)
}

// address is the list with another question, in the same view.
func (l *listing) address(q filter.Query) string {
	return l.at(l.tabs[l.tab].key, q)
}

// at is a question in a view. A view's own address says its whole question; a
// view whose filters were all taken away names its order, so that the address
// still differs from the view's short one.
func (l *listing) at(view string, q filter.Query) string {
	query := q.Encode()
	if view != "" {
		if query == "" {
			query = "sort=" + url.QueryEscape(q.Sort.String())
		}
		query = "view=" + url.QueryEscape(view) + "&" + query
	}
	if query == "" {
		return l.path
	}
	return l.path + "?" + query
}

// state is the question as forms send it along.
func (l *listing) state() string {
	_, query, _ := strings.Cut(l.address(l.q.After(nil, id.Record{})), "?")
	return query
}

// restate reads the question that a form sent along.
func (of *roster) restate(v *visit) (*listing, error) {
	state, err := url.ParseQuery(v.r.URL.Query().Get("state"))
	if err != nil {
		state = url.Values{}
	}
	return of.ask(v, state)
}

// page answers the list: whole, its rows alone when more are asked for, or its
// body alone while somebody types.
func (of *roster) page(v *visit) error {
	params := v.r.URL.Query()
	l, err := of.ask(v, params)
	if err != nil {
		return err
	}
	if short := params.Get("view"); short != "" && len(params) == 1 && l.tabs[l.tab].key == short && len(l.wrong) == 0 {
		if to := l.at(short, l.tabs[l.tab].query); to != l.path+"?view="+url.QueryEscape(short) {
			return v.to(to)
		}
	}
	return l.answer()
}

// answer draws the list.
func (l *listing) answer() error {
	rows, next, err := l.rows(l, l.q)
	if err != nil {
		return err
	}
	table := l.table(rows, next)
	if l.v.htmx() && !l.q.Cursor.IsZero() && len(l.wrong) == 0 {
		return l.v.show(http.StatusOK, look.TableRows(table))
	}
	s := sheet{listing: l, table: table}
	if s.n, s.capped, err = l.counted(rows, next); err != nil {
		return err
	}
	if err := l.tally(s.n, s.capped); err != nil {
		return err
	}
	code := http.StatusOK
	if len(l.wrong) > 0 {
		code = http.StatusUnprocessableEntity
	}
	if l.v.htmx() && strings.HasSuffix(l.v.r.Header.Get("HX-Target"), "#list") {
		return l.v.show(code, listBody(s))
	}
	return l.v.show(code, listPage(s))
}

// counted is how many the question finds; a first page that is the last tells.
func (l *listing) counted(rows []record, next filter.Cursor) (int, bool, error) {
	if l.q.Cursor.IsZero() && next.IsZero() {
		return len(rows), false, nil
	}
	return l.count(l.v, l.q)
}

// sheet is what the page shows.
type sheet struct {
	*listing
	table  look.Table
	n      int
	capped bool
	form   templ.Component // a filter being made, for readers without script
}

func (s sheet) title() string { return s.say("many") }

func (s sheet) frame() look.Frame {
	f := s.v.frame(s.title(), s.path)
	f.Shape, f.Scripts = look.List, []string{"table.js"}
	if f.Crumbs = []look.Crumb{{Label: s.title(), Href: s.path}}; s.tab > 0 || s.q.Bin {
		f.Crumbs = append(f.Crumbs, look.Crumb{Label: s.here()})
	}
	f.Head = listHead(s)
	if s.v.who.Can(member.Import) && s.v.who.Can(s.write) {
		f.Actions = append(f.Actions, look.Button{Label: s.t("nav.imports"), Icon: "upload", Kind: look.Ghost, Href: "/imports/new?kind=" + string(s.kind)})
	}
	if s.v.who.Can(s.write) {
		b := look.Button{Label: s.say("new"), Icon: "plus", Kind: look.Primary, Href: s.path + "/new"}
		if s.kind == fact.Account {
			b.Key = "R"
		}
		f.Actions = append(f.Actions, b)
	}
	return f
}

// here is the last crumb: the view, or the bin.
func (s sheet) here() string {
	if s.q.Bin {
		return s.t("list.bin")
	}
	return s.tabs[s.tab].name
}

// total says how many there are, and of how many when the view has more.
func (s sheet) total() string {
	w := s.v.words
	tab := s.tabs[s.tab]
	if all := tab.n; tab.counted && all > s.n && !tab.capped && !s.q.Bin {
		return w.Tf("list.shown", words.P{"n": w.Count(s.n, s.capped), "all": w.Count(all, false)})
	}
	if s.capped {
		return w.Tf("list.count_many", words.P{"n": w.Count(s.n, true), "what": strings.ToLower(s.title())})
	}
	return w.Tn(s.word+".count", s.n)
}

// table is the rows under their heads.
func (l *listing) table(rows []record, next filter.Cursor) look.Table {
	fields := l.shown()
	t := look.Table{Label: l.say("many"), Select: l.v.who.Can(l.write) || l.v.who.Can(l.erase), Form: "bulk"}
	if !next.IsZero() {
		q := l.q
		q.Cursor = next
		t.More = l.address(q)
	}
	end := l.phoneEnd(fields)
	for i, f := range fields {
		c := look.Column{Key: f.Key, Label: l.label(f), Number: numeric(f), Drop: l.drop(f)}
		if i == 0 {
			c.Label, c.Phone = l.say("one"), look.PhoneTitle
		} else if f.Key == end {
			c.Phone = look.PhoneEnd
		} else if f.Key == "account" {
			c.Phone = look.PhoneSub
		}
		if f.Sort {
			s, dir := l.turn(f)
			c.Href, c.Sorted = l.address(l.q.Sorted(s)), dir
		}
		t.Columns = append(t.Columns, c)
		if i == 0 && l.ringed() {
			t.Columns = append(t.Columns, look.Column{Key: "phase", Label: l.t("list.phase"), Phone: look.PhoneSub})
		}
	}
	query := l.q.View().Encode()
	if query == "" { // the record still knows it came from a list
		query = "sort=" + l.q.Sort.String()
	}
	edit := l.v.who.Can(l.write) && !l.q.Bin
	for _, r := range rows {
		t.Rows = append(t.Rows, l.row(r, fields, query, edit))
	}
	return t
}

// row is one record under the heads of fields.
func (l *listing) row(r record, fields []catalogue.Field, query string, edit bool) look.Row {
	href := l.path + "/" + r.id.String()
	if query != "" {
		href += "?list=" + url.QueryEscape(query)
	}
	row := look.Row{ID: r.id.String(), Name: r.name, Href: href, Muted: r.deleted != 0, Cells: make([]look.Cell, 0, len(fields)+1)}
	for i, f := range fields {
		c := l.cell(r, f)
		if i == 0 {
			c.Href, c.Lead = href, l.lead(r)
			if c.Text == "" {
				c.Text = r.name
			}
			if !slices.ContainsFunc(fields, func(f catalogue.Field) bool { return f.Key == "city" }) {
				c.Sub = r.place
			}
		}
		if edit && l.editable(f) {
			c.Edit = l.path + "/" + r.id.String() + "/cell?field=" + url.QueryEscape(f.Key)
		}
		row.Cells = append(row.Cells, c)
		if i == 0 && l.ringed() {
			row.Cells = append(row.Cells, l.phaseCell(r))
		}
	}
	return row
}

// shown are the columns; the name is always the first.
func (l *listing) shown() []catalogue.Field {
	var fields []catalogue.Field
	name, _ := l.fields.Field("name")
	fields = append(fields, name)
	for _, key := range l.q.Columns {
		if f, ok := l.fields.Field(key); ok && key != "name" {
			fields = append(fields, f)
		}
	}
	return fields
}

// drop is when a column leaves a narrowing panel; columns that somebody chose
// stay, and the table scrolls.
func (l *listing) drop(f catalogue.Field) int {
	if !slices.Equal(l.q.Columns, l.fields.Columns()) {
		return 0
	}
	switch f.Key {
	case "email":
		switch {
		case l.ringed(): // the phase stands beside it
			return 4
		case l.kind == fact.Contact: // a function and a role do
			return 3
		}
		return 2
	case "tags", "roles":
		if l.ringed() {
			return 2
		}
		return 1
	}
	return 0
}

// phoneEnd is the column at the right of a phone's row: the one sorted on, or
// when it changed last.
func (l *listing) phoneEnd(fields []catalogue.Field) string {
	for _, key := range []string{l.q.Sort.Key, "updated_at", "created_at", "size", "owner"} {
		if key != "name" && slices.ContainsFunc(fields, func(f catalogue.Field) bool { return f.Key == key }) {
			return key
		}
	}
	return ""
}

// turn is the order that a head's link gives, and how it is sorted now.
func (l *listing) turn(f catalogue.Field) (next filter.Sort, now string) {
	next = filter.Sort{Key: f.Key, Down: numeric(f) || f.Kind == catalogue.Instant || f.Kind == catalogue.Date}
	if l.q.Sort.Key != f.Key {
		return next, ""
	}
	next.Down = !l.q.Sort.Down
	if l.q.Sort.Down {
		return next, "down"
	}
	return next, "up"
}

func numeric(f catalogue.Field) bool {
	return f.Kind == catalogue.Number || f.Kind == catalogue.Money
}

// empty says why there are no rows and what can be done.
func (s sheet) empty() look.EmptyState {
	w := s.v.words
	e := look.EmptyState{Picture: emptyRing()}
	clear := look.Button{Label: s.t("list.clear"), Icon: "x", Href: s.cleared()}
	add := look.Button{Label: s.say("new"), Icon: "plus", Kind: look.Primary, Href: s.path + "/new"}
	mine := s.tabs[s.tab].key == "mine" && !s.changed()
	switch {
	case s.q.Bin && len(s.q.Conditions) == 0 && s.q.Search == "":
		e.Title, e.Text = s.t("list.bin_empty"), s.t("list.bin_text")
		e.Actions = []templ.Component{look.Button{Label: s.t("list.bin_back"), Icon: "arrow-left", Href: s.path}}
	case mine:
		e.Title, e.Voice = s.say("mine_empty"), s.say("voice")
		e.Actions = []templ.Component{look.Button{Label: s.t("list.all"), Href: s.path}}
	case s.q.Search != "" && len(s.q.Conditions) == 0:
		e.Title, e.Text = w.Tf("list.nothing_for", words.P{"q": s.q.Search}), s.t("list.nothing_text")
		e.Actions = []templ.Component{clear}
	case s.q.Narrows():
		e.Title, e.Text = s.t("list.nothing"), s.t("list.nothing_text")
		e.Actions = []templ.Component{clear}
	default:
		e.Title, e.Voice = s.say("empty"), s.say("voice")
		if s.v.who.Can(s.write) {
			e.Actions = []templ.Component{add}
		}
	}
	return e
}

// cleared is the view without the filters: everything.
func (s sheet) cleared() string {
	q := filter.New(s.fields)
	q.Bin, q.Sort, q.Columns = s.q.Bin, s.q.Sort, s.q.Columns
	return s.at("", q)
}

// sortMenu offers every order.
func (s sheet) sortMenu() look.Menu {
	m := look.Menu{ID: "sort", Label: s.t("list.sort"), Icon: "arrow-up-down", Size: look.Small, End: true}
	for _, f := range s.fields.Fields() {
		if !f.Sort {
			continue
		}
		kind := "text"
		switch {
		case numeric(f):
			kind = "number"
		case f.Kind == catalogue.Instant || f.Kind == catalogue.Date:
			kind = "time"
		}
		for _, down := range []bool{false, true} {
			to := filter.Sort{Key: f.Key, Down: down}
			way := "up"
			if down {
				way = "down"
			}
			m.Items = append(m.Items, look.MenuItem{
				Label: s.v.words.Tf("list.order", words.P{"field": s.label(f), "way": s.t("list.order_" + kind + "_" + way)}),
				Href:  s.address(s.q.Sorted(to)), Current: s.q.Sort == to,
			})
		}
	}
	return m
}

// more is what else can be done with the list.
func (s sheet) more() look.Menu {
	m := look.Menu{ID: "list-more", Label: s.t("look.options"), Icon: "ellipsis", Size: look.Small, Square: true, End: true}
	bin := filter.New(s.fields)
	bin.Bin = !s.q.Bin
	if s.q.Bin {
		m.Items = append(m.Items, look.MenuItem{Label: s.t("list.bin_back"), Icon: "arrow-left", Href: s.at("", bin)})
	} else {
		m.Items = append(m.Items, look.MenuItem{Label: s.t("list.bin"), Icon: "trash-2", Href: s.at("", bin)})
	}
	if s.v.who.Can(member.Export) {
		for _, format := range []string{"csv", "xlsx"} {
			m.Items = append(m.Items, look.MenuItem{Label: s.t("list.export_" + format), Icon: "download", Post: s.path + "/export?format=" + format, Name: "state", Value: s.state()})
		}
	}
	return m
}

// rolesOf keeps contact's roles apart from other words.
func rolesOf(roles []contact.Role) []string {
	out := make([]string, len(roles))
	for i, r := range roles {
		out[i] = string(r)
	}
	return out
}
