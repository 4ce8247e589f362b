package store

import (
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"kring/base/catalogue"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/find"
	"kring/base/fold"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/filter"
	"kring/domain/member"
)

// roll is a table that people page through: what each field of the query
// language is in SQL. A list always reads one page, by keyset, in an order that
// an index has.
type roll struct {
	table string
	kind  fact.Kind
	plain map[string]string                  // field → column
	keyed map[string]string                  // field → column of folded text: compared and sorted folded
	lists map[string]string                  // field → column of words, ",a,b,"
	aside []string                           // fields that stand beside every order, in its index
	other func(w *where, t filter.Term) bool // fields in rows of their own
	scope func(w *where, r member.Reach)
}

var accounts = roll{
	table: "account", kind: fact.Account,
	plain: map[string]string{
		"kind": "a.kind", "owner": "a.owner_id", "team": "a.team_id", "postcode": "a.postcode", "country": "a.country", "legal_form": "a.legal_form",
		"kvk": "a.kvk", "vat_id": "a.vat_id", "sbi": "a.sbi", "size": "a.size", "website": "a.website", "note": "a.note", "source": "a.source",
		"source_from": "a.source_from", "external_id": "a.external_id", "created_at": "a.created_at", "updated_at": "a.updated_at",
	},
	keyed: map[string]string{"name": "a.name_key", "city": "a.city_key"},
	lists: map[string]string{"counter_value": "a.counter_value"},
	aside: []string{"kind", "owner", "team", "city", "size"},
	other: (*where).ranked,
	scope: func(w *where, r member.Reach) { w.reach("a", r) },
}

var contacts = roll{
	table: "contact", kind: fact.Contact,
	plain: map[string]string{
		"given": "a.given", "family": "a.family", "owner": "a.owner_id", "team": "a.team_id", "honorific": "a.honorific", "language": "a.language",
		"note": "a.note", "source": "a.source", "source_from": "a.source_from", "external_id": "a.external_id",
		"created_at": "a.created_at", "updated_at": "a.updated_at",
	},
	keyed: map[string]string{"name": "a.name_key", "city": "a.city_key"},
	aside: []string{"owner", "team", "city"},
	other: func(w *where, t filter.Term) bool {
		const at = "contact_account x WHERE x.org_id = a.org_id AND x.contact_id = a.id"
		switch t.Field.Key {
		case "account":
			w.atAccount(at, t)
		case "function":
			w.exists(at+" AND x.function <> ''", "x.function", t)
		case "roles":
			w.existsWord(at, "x.roles", t)
		default:
			return false
		}
		return true
	},
	scope: func(w *where, r member.Reach) { w.reachContact("a", r) },
}

// asked is the conditions of a query on a roll, without the place in the list.
func (v *View) asked(l roll, q filter.Query, lens filter.Lens, r member.Reach) *where {
	w := v.where("a")
	if q.Bin {
		w.and("a.deleted_at IS NOT NULL").and("a.merged_into IS NULL")
	} else {
		w.and("a.deleted_at IS NULL")
	}
	phase, terms := v.phases(q, lens), q.Terms(lens)
	w.day = rankDay(terms)
	for _, t := range terms {
		if !phase.term(w, t) {
			l.term(w, t)
		}
	}
	v.lists(w, l.kind, find.Parse(q.Search))
	l.scope(w, r)
	return w
}

func (l roll) term(w *where, t filter.Term) {
	key := t.Field.Key
	switch {
	case l.keyed[key] != "":
		args := make([]any, len(t.Args))
		for i, a := range t.Args {
			args[i] = fold.Key(a.(string))
		}
		w.compare(l.keyed[key], "''", filter.Term{Field: t.Field, Cmp: t.Cmp, Args: args})
	case l.lists[key] != "":
		w.words(l.lists[key], t)
	case key == "external_id" && t.Cmp == filter.Equals:
		w.calledElsewhere(l, t)
	case l.plain[key] != "":
		col := l.plain[key]
		none := ""
		switch t.Field.Kind {
		case catalogue.Number:
			none = "0"
		case catalogue.Text, catalogue.Choice, catalogue.Link:
			none = "''"
			if t.Cmp == filter.Has || t.Cmp == filter.Begins {
				col = "LOWER(" + col + ")"
			}
		}
		w.compare(col, none, t)
	case key == "tags":
		w.exists("tagging x WHERE x.org_id = a.org_id AND x.record_id = a.id", "x.tag", t)
	case key == "phone", key == "email":
		w.exists("point x WHERE x.org_id = a.org_id AND x.record_id = a.id AND x.kind = '"+key+"'", "x.value", t)
	case t.Field.Own():
		w.own(t)
	case !l.other(w, t):
		panic("store: no column for " + key) // a field of the catalogue that nobody mapped
	}
}

// compare adds a comparison of a column; none is what the column holds when
// there is nothing, beside NULL.
func (w *where) compare(col, none string, t filter.Term) {
	absent := col + " IS NULL"
	if none != "" {
		absent = "(" + col + " IS NULL OR " + col + " = " + none + ")"
	}
	n := len(t.Args)
	if t.Field.Kind == catalogue.Number { // a whole-number column meets 12.5
		col = "CAST(" + col + " AS DOUBLE PRECISION)"
	}
	switch t.Cmp {
	case filter.Equals:
		w.in(col, n, t.Args...)
	case filter.Differs:
		w.and("("+col+" IS NULL OR "+col+" NOT IN ("+marks(n)+"))", t.Args...)
	case filter.HasAll:
		for _, a := range t.Args {
			w.and(col+" = ?", a)
		}
	case filter.Below:
		w.and(col+" < ?", t.Args...)
	case filter.AtMost:
		w.and(col+" <= ?", t.Args...)
	case filter.Above:
		w.and(col+" > ?", t.Args...)
	case filter.AtLeast:
		w.and(col+" >= ?", t.Args...)
	case filter.Has:
		w.and(col+` LIKE ? ESCAPE '\'`, "%"+like(t.Args[0])+"%")
	case filter.Begins:
		w.and(col+` LIKE ? ESCAPE '\'`, like(t.Args[0])+"%")
	case filter.Absent:
		w.and(absent)
	case filter.Present:
		w.and("NOT " + absent)
	}
}

// like makes a text stand for itself in LIKE; ASCII is lowered, since one
// database ignores its case and the other does not.
func like(a any) string {
	s, _ := a.(string)
	s = strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(s)
}

// exists asks rows of their own: from names the table and ties it to the
// record, col is what is compared.
func (w *where) exists(from, col string, t filter.Term) {
	some := func(not, cond string, args ...any) { w.and(not+"EXISTS (SELECT 1 FROM "+from+cond+")", args...) }
	n := len(t.Args)
	switch t.Cmp {
	case filter.Absent:
		some("NOT ", "")
	case filter.Present:
		some("", "")
	case filter.Differs:
		some("NOT ", " AND "+col+" IN ("+marks(n)+")", t.Args...)
	case filter.HasAll:
		for _, a := range t.Args {
			some("", " AND "+col+" = ?", a)
		}
	default:
		if t.Cmp == filter.Has || t.Cmp == filter.Begins {
			col = "LOWER(" + col + ")"
		}
		in := &where{}
		in.compare(col, "", t)
		some("", in.String(), in.args...)
	}
}

// words asks a column of words, ",a,b,".
func (w *where) words(col string, t filter.Term) {
	each := func(not, join string) {
		parts := make([]string, len(t.Args))
		args := make([]any, len(t.Args))
		for i, a := range t.Args {
			parts[i] = col + ` LIKE ? ESCAPE '\'`
			args[i] = "%," + like(a) + ",%"
		}
		w.and(not+"("+strings.Join(parts, join)+")", args...)
	}
	switch t.Cmp {
	case filter.Equals:
		each("", " OR ")
	case filter.Differs:
		each("NOT ", " OR ")
	case filter.HasAll:
		each("", " AND ")
	case filter.Absent:
		w.and(col + " = ''")
	case filter.Present:
		w.and(col + " <> ''")
	}
}

// calledElsewhere finds records by what another system calls them. One that was
// merged is still found, as the record that it became.
func (w *where) calledElsewhere(l roll, t filter.Term) {
	of := marks(len(t.Args))
	w.and("(a.external_id IN ("+of+") OR a.id IN (SELECT f.merged_into FROM merge m JOIN "+l.table+` f ON f.org_id = m.org_id AND f.id = m.loser_id
		WHERE m.org_id = ? AND m.alias IN (`+of+") AND m.kind = ? AND m.undone_at IS NULL AND f.merged_into IS NOT NULL))",
		slices.Concat(t.Args, []any{w.args[0]}, t.Args, []any{string(l.kind)})...)
}

// atAccount is exists for the account of a contact. A question about one that
// was merged, in a saved view or a link, is about the one that it became.
func (w *where) atAccount(from string, t filter.Term) {
	const now = " AND x.account_id IN (SELECT COALESCE(f.merged_into, f.id) FROM account f WHERE f.org_id = ? AND f.id IN ("
	ask := func(not string, of []any) {
		w.and(not+"EXISTS (SELECT 1 FROM "+from+now+marks(len(of))+")))", append([]any{w.args[0]}, of...)...)
	}
	switch t.Cmp {
	case filter.Equals:
		ask("", t.Args)
	case filter.Differs:
		ask("NOT ", t.Args)
	case filter.HasAll:
		for _, a := range t.Args {
			ask("", []any{a})
		}
	default:
		w.exists(from, "x.account_id", t)
	}
}

// existsWord asks whether one of the record's rows has the words.
func (w *where) existsWord(from, col string, t filter.Term) {
	in := &where{}
	not := ""
	switch t.Cmp {
	case filter.Absent:
		not, t.Cmp = "NOT ", filter.Present
	case filter.Differs:
		not, t.Cmp = "NOT ", filter.Equals
	}
	in.words(col, t)
	w.and(not+"EXISTS (SELECT 1 FROM "+from+in.String()+")", in.args...)
}

// own asks an own field.
func (w *where) own(t filter.Term) {
	col := "x.text"
	switch t.Field.Kind {
	case catalogue.Number, catalogue.Money, catalogue.Bool:
		col = "x.number"
		args := make([]any, len(t.Args))
		for i, a := range t.Args {
			switch v := a.(type) {
			case int64:
				args[i] = float64(v)
			case bool:
				args[i] = map[bool]float64{true: 1}[v]
			default:
				args[i] = a
			}
		}
		t.Args = args
	}
	in := &where{}
	in.exists("own_value x WHERE x.org_id = a.org_id AND x.record_id = a.id AND x.field = ?", col, t)
	// exists may name the table several times (HasAll): each time with the field.
	args, each := []any{}, 1
	if t.Cmp == filter.HasAll {
		each = len(t.Args)
	}
	rest := in.args
	key := strings.TrimPrefix(t.Field.Key, catalogue.Own)
	for range each {
		n := len(in.args) / each
		args = append(append(args, key), rest[:n]...)
		rest = rest[n:]
	}
	w.b.WriteString(in.String())
	w.args = append(w.args, args...)
}

// order is the column that a query sorts on, never NULL, and its direction.
func (l roll) order(q filter.Query) (col, dir, past string) {
	col = l.keyed[q.Sort.Key]
	if col == "" {
		col = l.plain[q.Sort.Key]
	}
	if col == "" {
		panic("store: no order for " + q.Sort.Key)
	}
	if q.Sort.Down {
		return col, " DESC", " < "
	}
	return col, "", " > "
}

// page is one page of a list: the conditions, the place and the order.
func (v *View) page(l roll, q filter.Query, lens filter.Lens, r member.Reach) (from string, args []any, err error) {
	w := v.asked(l, q, lens, r)
	col, dir, past := l.order(q)
	best, few, err := v.narrow(l, q, lens)
	if err != nil {
		return "", nil, err
	}
	if few {
		w.and("a.id IN ("+best.query()+")", best.args...)
		col = unordered(col)
	}
	order := " ORDER BY " + col + dir + ", a.id" + dir + " LIMIT ?"
	if !q.Cursor.IsZero() {
		w.and("("+col+", a.id)"+past+"(?, ?)", q.Cursor.Value, q.Cursor.ID)
	}
	args = append(w.args, q.Limit+1)
	cond := w.String()
	if !few {
		cond = v.walked(l, q, lens, cond, col)
	}
	from = " FROM " + l.table + " a" + cond + order
	if few { // only what is shown is read whole
		page := v.where("a").and("a.id IN (SELECT a.id"+from+")", args...)
		return " FROM " + l.table + " a" + page.String() + order, append(page.args, q.Limit+1), nil
	}
	return from, args, nil
}

// Page is one page and the place of the next; the zero Cursor when this is the
// last.
type Page[T any] struct {
	Items []T
	Next  filter.Cursor
}

// paged reads a page: scan gets the values of sel, and the one sorted on last.
func paged[T any](v *View, l roll, sel string, q filter.Query, lens filter.Lens, r member.Reach, scan func(func(...any) error) (T, error), name func(T) id.Record) (p Page[T], err error) {
	from, args, err := v.page(l, q, lens, r)
	if err != nil {
		return p, err
	}
	col, _, _ := l.order(q)
	var at any
	more := false
	p.Items = make([]T, 0, q.Limit)
	var read func(...any) error
	with := func(into ...any) error { return read(append(into, &at)...) }
	err = v.each("SELECT "+sel+", "+col+from, args, func(row func(...any) error) error {
		if len(p.Items) == q.Limit {
			more = true
			return nil
		}
		read = row
		item, err := scan(with)
		p.Items = append(p.Items, item)
		return err
	})
	if more {
		p.Next = q.After(at, name(p.Items[len(p.Items)-1])).Cursor
	}
	return p, err
}

// Accounts is a page of accounts, whole.
func (v *View) Accounts(q filter.Query, lens filter.Lens, r member.Reach) (_ Page[account.Account], err error) {
	defer fault.Wrap(&err, "store.Accounts")
	return paged(v, accounts, accountColumns, q, lens, r, accountScan(), func(a account.Account) id.Record { return a.ID.Any() })
}

const accountLine = `a.id, a.version, a.kind, a.name, a.legal_form, a.kvk, a.vat_id, a.sbi, a.size, a.counter_value, a.owner_id, a.team_id,
	a.city, a.postcode, a.country, a.phone, a.email, a.website, a.tags, a.own, a.source, a.source_from, a.external_id, a.created_at, a.updated_at, a.deleted_at`

// AccountLines is a page of accounts as rows of a list.
func (v *View) AccountLines(q filter.Query, lens filter.Lens, r member.Reach) (p Page[account.Line], err error) {
	defer fault.Wrap(&err, "store.AccountLines")
	p, err = paged(v, accounts, accountLine, q, lens, r, scanAccountLine, func(l account.Line) id.Record { return l.ID.Any() })
	if err != nil {
		return p, err
	}
	names, err := v.names()
	for i := range p.Items {
		l := &p.Items[i]
		l.OwnerName, l.TeamName = names.members[l.Owner], names.teams[l.Team]
	}
	return p, err
}

func scanAccountLine(scan func(...any) error) (l account.Line, err error) {
	var kvk, vat, sbi, city, postcode, country, phone, email, website, external sql.NullString
	var kind, form, counter, tags, own string
	var deleted sql.NullInt64
	err = scan(&l.ID, &l.Version, &kind, &l.Name, &form, &kvk, &vat, &sbi, &l.Size, &counter, &l.Owner, &l.Team,
		&city, &postcode, &country, &phone, &email, &website, &tags, &own, &l.Source, &l.SourceFrom, &external, &l.Created, &l.Updated, &deleted)
	l.Kind, l.LegalForm, l.KvK, l.VatID, l.SBI = account.Kind(kind), account.LegalForm(form), kvk.String, vat.String, sbi.String
	l.City, l.Postcode, l.Country, l.Phone, l.Email, l.Website = city.String, postcode.String, country.String, phone.String, email.String, website.String
	l.ExternalID, l.Deleted, l.CounterValue = external.String, deleted.Int64, unlist(counter)
	if err != nil {
		return l, err
	}
	l.Tags, l.Own = unlist(tags), map[string]any{}
	if own != "{}" {
		err = json.Unmarshal([]byte(own), &l.Own)
	}
	return l, err
}

// names is what members and teams are called.
type names struct {
	members map[id.Member]string
	teams   map[id.Team]string
}

func (v *View) names() (n names, err error) {
	n = names{map[id.Member]string{}, map[id.Team]string{}}
	w := v.where("")
	err = v.rows("SELECT id, name FROM member"+w.String(), w.args, func(rs *sql.Rows) error {
		var i id.Member
		var name string
		err := rs.Scan(&i, &name)
		n.members[i] = name
		return err
	})
	if err != nil {
		return n, err
	}
	err = v.rows("SELECT id, name FROM team"+w.String(), w.args, func(rs *sql.Rows) error {
		var i id.Team
		var name string
		err := rs.Scan(&i, &name)
		n.teams[i] = name
		return err
	})
	return n, err
}

// Contacts is a page of contacts, whole.
func (v *View) Contacts(q filter.Query, lens filter.Lens, r member.Reach) (p Page[contact.Contact], err error) {
	defer fault.Wrap(&err, "store.Contacts")
	p, err = paged(v, contacts, contactColumns, q, lens, r, scanContact, func(c contact.Contact) id.Record { return c.ID.Any() })
	if err != nil {
		return p, err
	}
	return p, v.links(p.Items)
}

// AccountNames is what accounts within reach are called, by id; for lists that
// show an account beside something else. One that was merged is called as the
// one that it became.
func (v *View) AccountNames(ids []id.Account, r member.Reach) (_ map[id.Account]string, err error) {
	defer fault.Wrap(&err, "store.AccountNames")
	called := map[id.Account]string{}
	if len(ids) == 0 {
		return called, nil
	}
	w := v.where("o").in("o.id", len(ids), anys(ids)...).reach("a", r)
	err = v.rows("SELECT o.id, a.name FROM account o JOIN account a ON a.org_id = o.org_id AND a.id = COALESCE(o.merged_into, o.id)"+w.String(), w.args, func(rs *sql.Rows) error {
		var i id.Account
		var name string
		err := rs.Scan(&i, &name)
		called[i] = name
		return err
	})
	return called, err
}

// MostCounted is how far a list counts exactly.
const MostCounted = 10_000

// CountAccounts counts what a query finds; capped when there are more than
// MostCounted.
func (v *View) CountAccounts(q filter.Query, lens filter.Lens, r member.Reach) (n int, capped bool, err error) {
	defer fault.Wrap(&err, "store.CountAccounts")
	return v.count(accounts, q, lens, r)
}

// CountContacts does so for contacts.
func (v *View) CountContacts(q filter.Query, lens filter.Lens, r member.Reach) (n int, capped bool, err error) {
	defer fault.Wrap(&err, "store.CountContacts")
	return v.count(contacts, q, lens, r)
}

// count counts to a bound, in an index when that has all that is asked. Else, and
// when no index leads to the rows, they come in the order of the table, since that
// does not matter: in that of an index each is on another page. The sign keeps the
// indexes of what is not in the bin away.
func (v *View) count(l roll, q filter.Query, lens filter.Lens, r member.Reach) (n int, capped bool, err error) {
	w := v.asked(l, q, lens, r)
	best, few, err := v.narrow(l, q, lens)
	if err != nil {
		return 0, false, err
	}
	from := l.table + " a"
	switch {
	case best.self != "": // its index is the first to be thought of
	case few:
		w.and("a.id IN ("+best.query()+")", best.args...)
	case best.from != "": // as they come from their index, until there are enough
		from = best.from + " x CROSS JOIN " + from
		w.and("a.id = x."+best.name+" AND x.org_id = ? AND "+best.cond, best.args...)
	}
	cond := w.String()
	switch terms := q.Terms(lens); {
	case best.from != "" || r.Scope != member.All || q.Bin || slices.ContainsFunc(terms, ranged):
	case l.asideAll(terms) && q.Search == "":
		cond += " ORDER BY a.created_at, a.id" // whose index is all that is read
	default:
		cond = strings.Replace(cond, "a.deleted_at IS NULL", "+a.deleted_at IS NULL", 1)
	}
	w.args = append(w.args, MostCounted+1)
	n, err = Remembered(v, from+cond, w.args, func() (n int, err error) {
		err = v.row("SELECT COUNT(*) FROM (SELECT 1 FROM "+from+cond+" LIMIT ?) counted", w.args, &n)
		return n, err
	})
	return min(n, MostCounted), n > MostCounted, err
}

// ranged says that an index has the order of what is asked.
func ranged(t filter.Term) bool { return t.Field.Sort }

// asideAll says whether all that is asked stands in the index of every order.
func (l roll) asideAll(terms []filter.Term) bool {
	return !slices.ContainsFunc(terms, func(t filter.Term) bool { return !slices.Contains(l.aside, t.Field.Key) })
}

// AccountIDs are the names of a page's accounts, for deeds on a whole list.
func (v *View) AccountIDs(q filter.Query, lens filter.Lens, r member.Reach) (_ Page[id.Record], err error) {
	defer fault.Wrap(&err, "store.AccountIDs")
	return v.ids(accounts, q, lens, r)
}

// ContactIDs does so for contacts.
func (v *View) ContactIDs(q filter.Query, lens filter.Lens, r member.Reach) (_ Page[id.Record], err error) {
	defer fault.Wrap(&err, "store.ContactIDs")
	return v.ids(contacts, q, lens, r)
}

func (v *View) ids(l roll, q filter.Query, lens filter.Lens, r member.Reach) (Page[id.Record], error) {
	return paged(v, l, "a.id", q, lens, r, func(scan func(...any) error) (i id.Record, err error) {
		return i, scan(&i)
	}, func(i id.Record) id.Record { return i })
}

// AccountBeside are the accounts before and after one in a filtered list; zero
// at an end, or when the account itself is not in the list.
func (v *View) AccountBeside(of id.Record, q filter.Query, lens filter.Lens, r member.Reach) (before, next id.Record, err error) {
	defer fault.Wrap(&err, "store.AccountBeside(%s)", of)
	return v.beside(accounts, of, q, lens, r)
}

// ContactBeside does so for contacts.
func (v *View) ContactBeside(of id.Record, q filter.Query, lens filter.Lens, r member.Reach) (before, next id.Record, err error) {
	defer fault.Wrap(&err, "store.ContactBeside(%s)", of)
	return v.beside(contacts, of, q, lens, r)
}

func (v *View) beside(l roll, of id.Record, q filter.Query, lens filter.Lens, r member.Reach) (before, next id.Record, err error) {
	col, _, _ := l.order(q)
	w := v.asked(l, q, lens, r).and("a.id = ?", of)
	var at any
	if err := v.row("SELECT "+col+" FROM "+l.table+" a"+w.String(), w.args, &at); err != nil {
		return before, next, ignoreAbsent(err)
	}
	step := func(down bool) (id.Record, error) {
		s := q.Sorted(filter.Sort{Key: q.Sort.Key, Down: down}).After(at, of)
		s.Limit = 1
		p, err := v.ids(l, s, lens, r)
		if err != nil || len(p.Items) == 0 {
			return id.Record{}, err
		}
		return p.Items[0], nil
	}
	if before, err = step(!q.Sort.Down); err != nil {
		return before, next, err
	}
	next, err = step(q.Sort.Down)
	return before, next, err
}

func ignoreAbsent(err error) error {
	if err == ErrNotFound {
		return nil
	}
	return err
}
