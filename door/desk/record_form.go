package desk

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"kring/app"
	"kring/base/catalogue"
	"kring/base/decimal"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/reach"
	"kring/base/tag"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/field"
	"kring/domain/match"
	"kring/domain/member"
	"kring/look"
)

// asked is a form of a record: what was typed, as it was typed, and what is
// wrong with it. The names of its fields are the keys of the history; rows of a
// list are numbered: phones.0.number.
type asked struct {
	*folder
	v       *visit
	form    url.Values
	fields  []field.Definition
	members []member.Member
	groups  []member.Group
	called  map[string]string // what accounts of pickers are called, by id
	found   map[int][]app.Hit // accounts to choose from, by row
	wrong   fault.Fields      // while it is read
	said    map[string]string // sentences per field; "" about the whole
	more    string            // the list that gets another row
	only    []string          // these fields alone; all when empty
	address string            // where it is posted
	back    string            // where Terug goes
	version int64
	name    string // of the record; empty for a new one

	alike []match.Found // what is there already, perhaps
}

// mostRows is how many rows of a list are looked at.
const mostRows = 100

var (
	errNotNumber = fault.New(fault.Invalid, "number.invalid", "this is not a number")
	errPick      = fault.New(fault.Invalid, "record.pick", "choose one of these relations")
	errPicked    = fault.New(fault.Invalid, "record.not_found", "no relation was found with these words")
)

// ask begins a form of this kind.
func (f *folder) ask(v *visit, form url.Values) (*asked, error) {
	q := &asked{folder: f, v: v, form: form, wrong: fault.Fields{}, called: map[string]string{}, found: map[int][]app.Hit{}}
	all, err := v.app.Fields(v.r.Context(), v.who, f.kind)
	if err != nil {
		return nil, err
	}
	q.fields = slices.DeleteFunc(all, func(f field.Definition) bool { return f.Archived != 0 })
	q.members, q.groups, err = v.app.Colleagues(v.r.Context(), v.who)
	return q, err
}

// keys are all fields the form can have.
func (q *asked) all() []string {
	keys := slices.Clone(q.keys)
	for _, f := range q.fields {
		keys = append(keys, catalogue.Own+f.Key)
	}
	return keys
}

// mentioned are the fields that the form is about: it says so itself, because
// what is left unticked is not sent.
func (q *asked) mentioned() (keys []string) {
	said := map[string]bool{}
	for _, s := range q.form["fields"] {
		for k := range strings.SplitSeq(s, ",") {
			said[k] = true
		}
	}
	for _, k := range q.all() {
		if said[k] && q.form.Get("keep."+k) != "theirs" {
			keys = append(keys, k)
		}
	}
	return keys
}

func (q *asked) text(key string) string { return q.form.Get(key) }

// value is what a field shows again; what no page can hold is left out.
func (q *asked) value(key string) string { return strings.ToValidUTF8(q.form.Get(key), "\uFFFD") }

func (q *asked) values(key string) []string { return q.form[key] }

// rows is how many rows of a list were sent.
func (q *asked) rows(list string) int {
	most := 0
	for name := range q.form {
		rest, ok := strings.CutPrefix(name, list+".")
		if !ok {
			continue
		}
		digits, _, _ := strings.Cut(rest, ".")
		if n, err := strconv.Atoi(digits); err == nil && n >= 0 && n < mostRows && strconv.Itoa(n) == digits {
			most = max(most, n+1)
		}
	}
	return most
}

func (q *asked) row(list string, n int, part string) string {
	return q.form.Get(list + "." + strconv.Itoa(n) + "." + part)
}

func (q *asked) phones() (all reach.Phones) {
	for n := range q.rows("phones") {
		all = append(all, reach.Phone{Number: q.row("phones", n, "number"), Label: q.row("phones", n, "label"), Preferred: q.text("phones.preferred") == strconv.Itoa(n)})
	}
	return all
}

func (q *asked) emails() (all reach.Emails) {
	for n := range q.rows("emails") {
		all = append(all, reach.Email{Address: q.row("emails", n, "address"), Label: q.row("emails", n, "label"), Preferred: q.text("emails.preferred") == strconv.Itoa(n)})
	}
	return all
}

func (q *asked) addresses() (all reach.Addresses) {
	for n := range q.rows("addresses") {
		at := func(part string) string { return q.row("addresses", n, part) }
		all = append(all, reach.Address{
			Label: at("label"), Street: at("street"), Number: at("number"), Suffix: at("suffix"), Postcode: at("postcode"), City: at("city"), Country: at("country"),
		})
	}
	return all
}

// size reads 1.250 as the reader writes it; nothing is 0.
func (q *asked) size() int {
	typed := strings.TrimSpace(q.text("size"))
	if typed == "" {
		return 0
	}
	n, ok := q.v.words.ParseNumber(typed)
	switch {
	case !ok || n != float64(int64(n)):
		q.wrong.Add("size", errNotNumber)
	case n < 0 || n > 10_000_000:
		q.wrong.Add("size", account.ErrSize)
	}
	return int(n)
}

// oneID reads what a select or picker sent.
func oneID[T ~[16]byte](q *asked, key string) (i T) {
	typed := q.chosen(key)
	if typed == "" {
		return i
	}
	i, err := id.Parse[T](typed)
	q.wrong.Add(key, err)
	return i
}

// chosen is the value of a field of which a form can send an empty one first.
func (q *asked) chosen(key string) string {
	for _, s := range q.form[key] {
		if s = strings.TrimSpace(s); s != "" {
			return strings.ToValidUTF8(s, "\uFFFD")
		}
	}
	return ""
}

func (q *asked) tags() []string { return tag.Split(q.text("tags")) }

// own is the value of an own field, as it is kept.
func (q *asked) own(key string) (name string, value any, ok bool) {
	f, ok := ownField(q.fields, key)
	if !ok {
		return "", nil, false
	}
	style := decimal.Comma
	if q.v.words.Lang() == "en" {
		style = decimal.Point
	}
	value, err := field.AcceptIn(f, q.form[key], style)
	q.wrong.Add(key, err)
	return f.Key, value, true
}

// links are the accounts of a contact. Without script what was typed is looked
// up: the only one that is found is taken, of more the reader chooses.
func (q *asked) links() (all []contact.Link, err error) {
	q.squeeze()
	for n := range q.rows("accounts") {
		at := "accounts." + strconv.Itoa(n) + "."
		l := contact.Link{Function: q.text(at + "function"), Primary: q.text("accounts.primary") == strconv.Itoa(n)}
		for _, r := range q.form[at+"roles"] {
			l.Roles = append(l.Roles, contact.Role(r))
		}
		typed := strings.TrimSpace(q.text(at + "account_text"))
		l.Account = oneID[id.Account](q, at+"account")
		if l.Account.IsZero() && q.wrong[at+"account"] == nil {
			if typed == "" {
				all = append(all, l)
				continue
			}
			if l.Account, err = q.look(n, typed); err != nil {
				return nil, err
			}
		}
		all = append(all, l)
	}
	return all, nil
}

// squeeze takes the empty rows of accounts out of the form, so that the numbers
// of the rows are those of the links.
func (q *asked) squeeze() {
	const list = "accounts"
	next, primary := 0, q.text(list+".primary")
	for n := range q.rows(list) {
		var parts = map[string][]string{}
		for _, part := range []string{"account", "account_text", "function", "roles"} {
			name := list + "." + strconv.Itoa(n) + "." + part
			if texts := q.form[name]; strings.TrimSpace(strings.Join(texts, "")) != "" {
				parts[part] = texts
			}
			delete(q.form, name)
		}
		if len(parts) == 0 {
			continue
		}
		if primary == strconv.Itoa(n) {
			q.form.Set(list+".primary", strconv.Itoa(next))
		}
		for part, texts := range parts {
			q.form[list+"."+strconv.Itoa(next)+"."+part] = texts
		}
		next++
	}
}

// look finds the account that was typed in a row.
func (q *asked) look(n int, typed string) (i id.Account, err error) {
	hits, err := q.v.app.Search(q.v.r.Context(), q.v.who, typed, 20)
	if err != nil {
		return i, err
	}
	hits = slices.DeleteFunc(hits, func(h app.Hit) bool { return h.Kind != "account" })
	same := slices.DeleteFunc(slices.Clone(hits), func(h app.Hit) bool { return fold.Key(h.Name) != fold.Key(typed) })
	at := "accounts." + strconv.Itoa(n) + ".account"
	switch {
	case len(hits) == 0:
		q.wrong.Add(at, errPicked)
		return i, nil
	case len(same) == 1:
		hits = same
	case len(hits) > 1:
		q.found[n] = hits
		q.wrong.Add(at, errPick)
		return i, nil
	}
	q.form.Set(at, hits[0].ID.String())
	q.called[hits[0].ID.String()] = hits[0].Name
	return id.Account(hits[0].ID), nil
}

// both tells at once what could not be read and what the rules say of the
// rest; about one field the first stands.
func (q *asked) both(check func() error) error {
	if len(q.wrong) == 0 {
		return nil
	}
	if f, ok := fault.From(check()); ok {
		for name, g := range f.Fields {
			q.wrong.Add(name, g)
		}
	}
	return q.wrong.Err()
}

// once is the name the form gave to what it makes. One that no form of today
// has made is not taken.
func once[T ~[16]byte](q *asked) T {
	i, err := id.Parse[T](q.text("once"))
	made := int64(i[0])<<40 | int64(i[1])<<32 | int64(i[2])<<24 | int64(i[3])<<16 | int64(i[4])<<8 | int64(i[5])
	const day = 24 * 3600 * 1000
	if away := time.Now().UnixMilli() - made; err != nil || i[6]>>4 != 7 || away > 7*day || away < -day {
		return id.New[T]()
	}
	return i
}

// refused takes over what an error says about the fields; false when it says
// nothing that a form can show.
func (q *asked) refused(err error) bool {
	f, ok := fault.From(err)
	if !ok || f.Kind != fault.Invalid && !(f.Kind == fault.Conflict && len(f.Fields) > 0) {
		return false
	}
	q.said = map[string]string{"": q.v.sentence(f)}
	for name, g := range f.Fields {
		q.said[name] = q.v.sentence(g)
	}
	return true
}

// problem is the sentence about a field.
func (q *asked) problem(key string) string { return q.said[key] }

// label is what a field is called.
func (q *asked) label(key string) string { return labelOf(q.v, q.folder, q.fields, key) }

func (q *asked) t(key string) string { return q.v.words.T(key) }

// asks says whether the form has a field.
func (q *asked) asks(key string) bool { return len(q.only) == 0 || slices.Contains(q.only, key) }

// wholeParts are the groups of the form with the fields it asks.
func (q *asked) wholeParts() (parts []formPart) {
	for _, p := range q.parts {
		if p.key == "own" {
			p.keys = nil
			for _, f := range q.fields {
				p.keys = append(p.keys, catalogue.Own+f.Key)
			}
		}
		p.keys = slices.DeleteFunc(slices.Clone(p.keys), func(k string) bool { return !q.asks(k) })
		if len(p.keys) > 0 {
			parts = append(parts, p)
		}
	}
	return parts
}

// open says whether a part that is folded away has to be seen: something is in
// it or wrong with it.
func (q *asked) open(p formPart) bool {
	if len(q.only) > 0 {
		return true
	}
	for _, k := range p.keys {
		for name := range q.said {
			if name == k || strings.HasPrefix(name, k+".") {
				return true
			}
		}
		if k == "owner" || k == "team" { // nearly always there
			continue
		}
		for name, texts := range q.form {
			if (name == k || strings.HasPrefix(name, k+".")) && strings.Join(texts, "") != "" && !(k == "legal_form" && texts[0] == "unknown") && !strings.HasSuffix(name, ".country") {
				return true
			}
		}
		if f, ok := ownField(q.fields, k); ok && f.Required {
			return true
		}
	}
	return false
}

// lines is how many rows of a list the form shows: those that are filled in
// and an empty one.
func (q *asked) lines(list string) int {
	n := q.rows(list)
	empty := n > 0 && strings.TrimSpace(q.row(list, n-1, map[string]string{"phones": "number", "emails": "address", "addresses": "city", "accounts": "account_text"}[list])) == ""
	if !empty || q.more == list {
		n++
	}
	return min(n, reach.MaxCount)
}

func (q *asked) memberOptions(chosen string) (list []look.Option) {
	for _, m := range q.members {
		if m.State != member.Disabled || m.ID.String() == chosen {
			list = append(list, look.Option{Value: m.ID.String(), Label: m.Name})
		}
	}
	return list
}

func (q *asked) teamOptions() (list []look.Option) {
	for _, g := range q.groups {
		list = append(list, look.Option{Value: g.ID.String(), Label: g.Name})
	}
	return list
}

// wordOptions are choices with the words of this kind of record.
func (q *asked) wordOptions(key string, values []string) (list []look.Option) {
	for _, s := range values {
		list = append(list, look.Option{Value: s, Label: q.v.words.T(q.word + "." + key + "." + s)})
	}
	return list
}

// labelOptions are the labels of ways to reach somebody; one that somebody else
// made up stays.
func (q *asked) labelOptions(prefix string, known []string, chosen string) (list []look.Option) {
	for _, s := range known {
		list = append(list, look.Option{Value: s, Label: q.t(prefix + "." + s)})
	}
	if chosen != "" && !slices.Contains(known, chosen) {
		list = append(list, look.Option{Value: chosen, Label: chosen})
	}
	return list
}

func (q *asked) ownOptions(f field.Definition, chosen []string) (list []look.Option) {
	for _, o := range f.Choices {
		if !o.Archived || slices.Contains(chosen, o.Key) {
			list = append(list, look.Option{Value: o.Key, Label: o.Label.In(q.v.words.Lang())})
		}
	}
	return list
}

// fill puts what a record has in the form, as somebody would type it.
func (q *asked) fill(l leaf) {
	q.version, q.name = l.version, l.name
	for _, k := range q.all() {
		q.fillOne(k, l.value(k))
	}
}

func (q *asked) fillOne(key string, value any) {
	put := func(name, s string) {
		if s != "" {
			q.form.Set(name, s)
		}
	}
	row := func(n int, part, s string) { put(key+"."+strconv.Itoa(n)+"."+part, s) }
	preferred := func(n int, yes bool) {
		if yes {
			put(key+".preferred", strconv.Itoa(n))
		}
	}
	if f, ok := ownField(q.fields, key); ok {
		q.form[key] = q.typedOwn(f, value)
		return
	}
	switch v := value.(type) {
	case reach.Phones:
		for n, p := range v {
			row(n, "number", p.Number)
			row(n, "label", p.Label)
			preferred(n, p.Preferred)
		}
	case reach.Emails:
		for n, e := range v {
			row(n, "address", e.Address)
			row(n, "label", e.Label)
			preferred(n, e.Preferred)
		}
	case reach.Addresses:
		for n, a := range v {
			for part, s := range map[string]string{"label": a.Label, "street": a.Street, "number": a.Number, "suffix": a.Suffix, "postcode": a.Postcode, "city": a.City, "country": a.Country} {
				row(n, part, s)
			}
		}
	case []contact.Link:
		for n, l := range v {
			row(n, "account", l.Account.String())
			row(n, "function", l.Function)
			for _, r := range l.Roles {
				q.form.Add(key+"."+strconv.Itoa(n)+".roles", string(r))
			}
			if l.Primary {
				put(key+".primary", strconv.Itoa(n))
			}
		}
	case tag.Set:
		put(key, strings.Join(v, ", "))
	case []string:
		q.form[key] = slices.Clone(v)
	case int:
		if v != 0 {
			put(key, strconv.Itoa(v))
		}
	case id.Member:
		if !v.IsZero() {
			put(key, v.String())
		}
	case id.Team:
		if !v.IsZero() {
			put(key, v.String())
		}
	default:
		put(key, untyped(value))
	}
}

// typedOwn is the value of an own field as a form sends it.
func (q *asked) typedOwn(f field.Definition, value any) []string {
	comma := func(s string) string {
		if q.v.words.Lang() == "nl" {
			return strings.Replace(s, ".", ",", 1)
		}
		return s
	}
	switch v := value.(type) {
	case nil:
		return nil
	case bool:
		return []string{strconv.FormatBool(v)}
	case float64:
		return []string{comma(decimal.Plain(v))}
	case []string:
		return v
	case []any:
		var list []string
		for _, one := range v {
			if s, ok := one.(string); ok {
				list = append(list, s)
			}
		}
		return list
	case string:
		if f.Type == field.Money {
			return []string{comma(strings.TrimSuffix(v, ".00"))}
		}
		return []string{v}
	}
	return []string{untyped(value)}
}

// learn gets the names of the accounts that pickers show.
func (q *asked) learn() error {
	var ids []id.Account
	for n := range q.rows("accounts") {
		if i, err := id.Parse[id.Account](q.row("accounts", n, "account")); err == nil && !i.IsZero() && q.called[i.String()] == "" {
			ids = append(ids, i)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	names, err := q.v.app.AccountNames(q.v.r.Context(), q.v.who, ids)
	for i, name := range maps.All(names) {
		q.called[i.String()] = name
	}
	return err
}

// answer shows the form.
func (q *asked) answer(status int) error {
	if err := q.learn(); err != nil {
		return err
	}
	return q.v.show(status, recordFormPage(q))
}

// newPage is the form of a record that is not there yet.
func (f *folder) newPage(v *visit) error {
	if !v.who.Can(f.write) {
		return app.ErrDenied
	}
	q, err := f.ask(v, url.Values{})
	if err != nil {
		return err
	}
	q.address, q.back = f.path+"/new", f.path
	q.begin(v.r.URL.Query())
	return q.answer(http.StatusOK)
}

// begin fills in what is likely: the maker is the owner; a contact is at the
// account it was begun from.
func (q *asked) begin(params url.Values) {
	q.form.Set("once", id.New[id.Record]().String())
	q.form.Set("owner", q.v.who.Member.ID.String())
	q.form.Set("phones.preferred", "0")
	q.form.Set("emails.preferred", "0")
	if q.word == "account" {
		q.form.Set("kind", string(account.Organisation))
		if name := params.Get("name"); len(name) <= 4*account.MaxName {
			q.form.Set("name", name)
		}
		return
	}
	q.form.Set("accounts.primary", "0")
	if at, err := id.Parse[id.Account](params.Get("account")); err == nil && !at.IsZero() {
		q.form.Set("accounts.0.account", at.String())
		q.back = "/accounts/" + at.String()
	}
}

// create makes the record. A form that is sent twice makes one: it carries the
// name the record will have.
func (f *folder) create(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	if !v.who.Can(f.write) {
		return app.ErrDenied
	}
	q, err := f.ask(v, form)
	if err != nil {
		return err
	}
	q.address, q.back = f.path+"/new", f.path
	if q.more = form.Get("more"); q.more != "" {
		return q.answer(http.StatusOK)
	}
	if form.Get("anyway") == "" {
		if q.alike, err = f.like(v, q); err != nil && !q.refused(err) {
			return err
		}
		q.alike = slices.DeleteFunc(q.alike, func(f match.Found) bool { return f.ID.String() == form.Get("once") }) // sent twice
		if err == nil && len(q.alike) > 0 {
			return q.answer(http.StatusUnprocessableEntity)
		}
		q.said, q.wrong = nil, fault.Fields{} // what is wrong is told below, all of it
	}
	l, err := f.add(v, q)
	if err != nil {
		if q.refused(err) {
			return q.answer(http.StatusUnprocessableEntity)
		}
		return err
	}
	v.toast(look.Toast{Text: v.words.Tf("record.created", map[string]any{"name": l.name})})
	return v.to(f.path + "/" + l.id.String())
}

// editPage is the form of a record, whole or of the fields that ?field= names.
func (f *folder) editPage(v *visit) error {
	d, q, err := f.edit(v, url.Values{})
	if err != nil {
		return err
	}
	q.fill(d.leaf)
	q.only = slices.DeleteFunc(slices.Clone(v.r.URL.Query()["field"]), func(k string) bool { return !slices.Contains(q.all(), k) })
	if v.htmx() && len(q.only) > 0 {
		if err := q.learn(); err != nil {
			return err
		}
		return v.show(http.StatusOK, recordFormDialog(q))
	}
	return q.answer(http.StatusOK)
}

// edit opens a record to change it.
func (f *folder) edit(v *visit, form url.Values) (*dossier, *asked, error) {
	d, err := f.open(v, app.Look{})
	if err != nil {
		return nil, nil, err
	}
	if !v.who.Can(f.write) {
		return nil, nil, app.ErrDenied
	}
	q := &asked{folder: f, v: v, form: form, fields: d.Fields, members: d.Members, groups: d.Groups, wrong: fault.Fields{}, called: map[string]string{}, found: map[int][]app.Hit{}}
	q.address, q.back, q.name, q.version = d.here("edit"), d.here(""), d.name, d.version
	return d, q, nil
}

// save takes over what was typed.
func (f *folder) save(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	d, q, err := f.edit(v, form)
	if err != nil {
		return err
	}
	q.only = slices.DeleteFunc(slices.Clone(v.r.URL.Query()["field"]), func(k string) bool { return !slices.Contains(q.all(), k) })
	if n, err := strconv.ParseInt(form.Get("version"), 10, 64); err == nil {
		q.version = n
	}
	if q.more = form.Get("more"); q.more != "" {
		return q.answer(http.StatusOK)
	}
	c, err := q.keep(d.leaf)
	switch {
	case err != nil && q.refused(err):
		return q.answer(http.StatusUnprocessableEntity)
	case err != nil:
		return err
	case c != nil:
		c.dossier = d
		return v.show(http.StatusConflict, clashPage(c))
	}
	v.toast(look.Toast{Text: v.words.Tf("record.saved", map[string]any{"name": d.name})})
	return v.to(q.back)
}
