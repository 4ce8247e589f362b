package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kring/app"
	"kring/base/catalogue"
	"kring/base/fact"
	"kring/base/id"
	"kring/domain/contact"
	"kring/domain/conversation"
	"kring/domain/field"
	"kring/domain/filter"
	"kring/domain/handover"
	"kring/domain/match"
	"kring/domain/member"
	"kring/domain/order"
	"kring/domain/promise"
	"kring/look"
)

// folder is one kind of record that has pages of its own. What its pages do is
// written once; account.go and contact.go say what differs.
type folder struct {
	kind               fact.Kind
	word               string // "account": of its words
	path               string // "/accounts"
	icon               string
	read, write, erase member.Right
	keys               []string   // of its fields, in the order of the history
	parts              []formPart // of its form
	ways               []string   // fields by which the record is reached
	shown              []string   // the other fields on the overview, in this order
	load               func(v *visit, i id.Record, l app.Look) (leaf, app.RecordPage, error)
	add                func(v *visit, q *asked) (leaf, error)
	like               func(v *visit, q *asked) ([]match.Found, error) // what is there already, perhaps
	change             func(v *visit, i id.Record, version int64, q *asked, keys []string) (leaf, error)
	preview            func(v *visit, l leaf, q *asked, keys []string) (leaf, error)
	stale              func(err error) (now leaf, theirs []fact.Change, stale bool)
	move               func(v *visit, i id.Record, version int64, bin bool) (leaf, error)
	catalogue          func(v *visit) (catalogue.Catalogue, error)
	compare            func(v *visit, stays, goes id.Record) ([]app.Compared, int, error) // before a merge: what differs, and in how many days it can be undone
}

// formPart is a group of fields in a form; those under More are folded away
// until something is in them.
type formPart struct {
	key  string // of its title: record.part_<key>; "" has none
	keys []string
	more bool
}

// leaf is one record, whatever its kind.
type leaf struct {
	id                       id.Record
	name                     string
	version                  int64
	created, updated, binned int64
	value                    func(key string) any
	links                    []contact.Link        // of a contact: where it belongs
	called                   map[id.Account]string // what those are called
	people                   []contact.Contact     // of an account: who belongs to it
	person                   bool                  // an account that is a person, or a contact
	standing                 *app.Standing         // of an account: where it is on the ring
	orders                   []order.Order         // of an account: the latest
	rank                     *app.Ranked           // of an account: its place in the pyramid
	outlook                  *app.Slip             // of an account: what is expected of it
	opportunities            []app.Seen            // of an account: the latest
	handover                 *handover.Handover    // of an account: the one that waits for somebody
	promises                 []promise.Line        // of an account: open ones
	saydo                    promise.SayDo         // of an account: of the last year
	talks                    []conversation.Line   // of an account: the latest
}

// dossier is a record as one of its pages shows it.
type dossier struct {
	*folder
	leaf
	app.RecordPage
	v     *visit
	tab   string       // "", "timeline", "contacts", "files", "history"
	list  string       // the query of the list it was opened from
	alike app.PairPage // open pairs of which it is one
	by    string       // whose deeds the timeline shows: "", "people", "machines"
}

func (d *Desk) recordRoutes() {
	for _, f := range []*folder{accountFolder, contactFolder} {
		d.member("GET "+f.path+"/new", f.newPage)
		d.member("POST "+f.path+"/new", f.create)
		d.member("GET "+f.path+"/{id}", f.page(""))
		d.member("GET "+f.path+"/{id}/timeline", f.timelinePage)
		d.member("GET "+f.path+"/{id}/files", f.page("files"))
		d.member("POST "+f.path+"/{id}/files", f.upload)
		d.member("GET "+f.path+"/{id}/history", f.historyPage)
		d.member("GET "+f.path+"/{id}/edit", f.editPage)
		d.member("POST "+f.path+"/{id}/edit", f.save)
		d.member("GET "+f.path+"/{id}/field", f.fieldForm)
		d.member("POST "+f.path+"/{id}/field", f.saveField)
		d.member("POST "+f.path+"/{id}/bin", f.bin)
		d.member("POST "+f.path+"/{id}/restore", f.restore)
		d.member("GET "+f.path+"/{id}/merge", f.mergePage)
		d.member("POST "+f.path+"/{id}/merge", f.merge)
		d.member("GET "+f.path+"/{id}/consents/new", f.consentPage)
		d.member("POST "+f.path+"/{id}/consents", f.addConsent)
	}
	d.member("GET /accounts/{id}/contacts", accountFolder.page("contacts"))
	d.member("GET /files/{id}", download)
	d.member("POST /files/{id}/bin", binFile)
	d.member("POST /files/{id}/restore", restoreFile)
	d.member("GET /accounts/pick", pick(fact.Account))
	d.member("GET /contacts/pick", pick(fact.Contact))
	d.member("POST /merges/{id}/undo", undoMerge)
}

// ref is the record that the address names.
func (f *folder) ref(v *visit) (id.Record, error) {
	i, err := pathID[id.Record](v, "id")
	if err != nil {
		return i, err
	}
	return i, nil
}

// open reads the record that the address names, with what its pages show.
func (f *folder) open(v *visit, l app.Look) (*dossier, error) {
	i, err := f.ref(v)
	if err != nil {
		return nil, err
	}
	d := &dossier{folder: f, v: v}
	if list := v.r.URL.Query().Get("list"); list != "" && len(list) < 2000 {
		if q, ok := f.listed(v, list); ok {
			d.list, l.List = list, &q
		}
	}
	d.leaf, d.RecordPage, err = f.load(v, i, l)
	d.Fields = slices.DeleteFunc(d.Fields, func(f field.Definition) bool { return f.Archived != 0 })
	return d, err
}

// listed reads the question of the list a record was opened from; one that
// cannot be read is no reason to refuse the record.
func (f *folder) listed(v *visit, list string) (filter.Query, bool) {
	params, err := url.ParseQuery(list)
	if err != nil {
		return filter.Query{}, false
	}
	params.Del("view")
	params.Del("cursor")
	fields, err := f.catalogue(v)
	if err != nil {
		return filter.Query{}, false
	}
	q, err := filter.Parse(fields, params, filter.Limits{})
	return q, err == nil
}

// page shows one of the tabs.
func (f *folder) page(tab string) handler {
	return func(v *visit) error {
		l := app.Look{}
		if tab == "" {
			l.Facts, l.Orders = 24, 10
		}
		d, err := f.open(v, l)
		if err != nil {
			return err
		}
		d.tab = tab
		if tab == "" && d.mayWrite() {
			if d.alike, err = v.app.PairsOf(v.r.Context(), v.who, d.id); err != nil {
				return err
			}
		}
		return v.show(http.StatusOK, recordPage(d))
	}
}

func (d *dossier) t(key string) string { return d.v.words.T(key) }

// say is a word of this kind of record: "account." + key.
func (d *dossier) say(key string) string { return d.v.words.T(d.word + "." + key) }

// here is the address of the record; tab "" is its overview. The list it was
// opened from goes along.
func (d *dossier) here(tab string, more ...string) string {
	address := d.path + "/" + d.id.String()
	if tab != "" {
		address += "/" + tab
	}
	params := url.Values{}
	for n := 0; n+1 < len(more); n += 2 {
		if more[n+1] != "" {
			params.Set(more[n], more[n+1])
		}
	}
	if d.list != "" {
		params.Set("list", d.list)
	}
	if len(params) > 0 {
		address += "?" + params.Encode()
	}
	return address
}

// beside is the address of another record of the same list.
func (d *dossier) beside(i id.Record) string {
	return d.path + "/" + i.String() + "?list=" + url.QueryEscape(d.list)
}

func (d *dossier) back() string {
	if d.list == "" {
		return d.path
	}
	return d.path + "?" + d.list
}

// mayWrite says whether the fields can be changed: not without the right, and
// not in the bin.
func (d *dossier) mayWrite() bool { return d.binned == 0 && !d.Guest && d.v.who.Can(d.write) }

func (d *dossier) mayErase() bool { return !d.Guest && d.v.who.Can(d.erase) }

func (d *dossier) mayFile() bool { return d.binned == 0 && !d.Guest && d.v.who.Can(member.FileWrite) }

// own finds an own field by its key in the history, "own.budget".
func (d *dossier) own(key string) (field.Definition, bool) { return ownField(d.Fields, key) }

func ownField(fields []field.Definition, key string) (field.Definition, bool) {
	name, own := strings.CutPrefix(key, catalogue.Own)
	at := slices.IndexFunc(fields, func(f field.Definition) bool { return own && f.Key == name })
	if at < 0 {
		return field.Definition{}, false
	}
	return fields[at], true
}

// label is what a field is called.
func (d *dossier) label(key string) string {
	return labelOf(d.v, d.folder, d.Fields, key)
}

func labelOf(v *visit, f *folder, fields []field.Definition, key string) string {
	if own, ok := ownField(fields, key); ok {
		return own.Label.In(v.words.Lang())
	}
	if word := f.word + "." + key; v.words.Has(word) {
		return v.words.T(word)
	}
	return strings.TrimPrefix(key, catalogue.Own)
}

// frame is the page around a record.
func (d *dossier) frame() look.Frame {
	f := d.v.frame(d.name, d.path)
	f.Shape, f.Scripts = look.Full, []string{"table.js"}
	f.Crumbs = []look.Crumb{{Label: d.say("many"), Href: d.back()}, {Label: d.name}}
	f.Head = recordHead(d)
	f.Actions = append(f.Actions, recordActions(d))
	if !d.Before.IsZero() {
		f.Keys = append(f.Keys, look.Shortcut{Keys: "[", Label: d.t("record.before"), Group: d.t("record.keys"), Href: d.beside(d.Before)})
	}
	if !d.Next.IsZero() {
		f.Keys = append(f.Keys, look.Shortcut{Keys: "]", Label: d.t("record.next"), Group: d.t("record.keys"), Href: d.beside(d.Next)})
	}
	if d.tab == "" {
		f.Shape, f.Aside, f.AsideIs = look.Split, recordAside(d), d.t("record.aside")
	}
	return f
}

// tabs are the parts of a record, each with an address of its own.
func (d *dossier) tabs() look.Tabs {
	tab := func(key, count string) look.Tab {
		return look.Tab{Label: d.t("record.tab_" + key), Href: d.here(strings.TrimPrefix(key, "overview")), Count: count, Current: d.tab == strings.TrimPrefix(key, "overview")}
	}
	t := look.Tabs{Label: d.t("record.tabs"), Items: []look.Tab{tab("overview", ""), tab("timeline", "")}}
	if d.kind == fact.Account {
		t.Items = append(t.Items, tab("contacts", d.v.words.Count(len(d.people), false)))
	}
	if d.v.who.Can(member.FileRead) {
		t.Items = append(t.Items, tab("files", d.v.words.Count(len(d.Files), false)))
	}
	if d.standing != nil {
		t.Items = append(t.Items, tab("orders", ""))
	}
	t.Items = append(t.Items, tab("history", ""))
	return t
}

// menu is what else can be done with the record.
func (d *dossier) menu() (items []look.MenuItem) {
	if d.kind == fact.Account && d.mayWrite() && d.v.who.Can(member.ContactWrite) && !d.person {
		items = append(items, look.MenuItem{Label: d.t("record.add_contact"), Icon: "user-plus", Href: "/contacts/new?account=" + d.id.String()})
	}
	items = append(items, look.MenuItem{Label: d.t("record.tab_history"), Icon: "history", Href: d.here("history")})
	if d.mayHandOver() {
		items = append(items, look.MenuItem{Label: d.t("handover.give"), Icon: "handshake", Href: d.path + "/" + d.id.String() + "/handover"})
	}
	if d.v.who.Can(member.Merge) && d.binned == 0 && !d.Guest {
		items = append(items, look.MenuItem{Label: d.t("merge.menu"), Icon: "merge", Href: d.path + "/" + d.id.String() + "/merge"})
	}
	if d.mayErase() && d.binned == 0 {
		items = append(items, look.MenuItem{}, look.MenuItem{
			Label: d.t("record.to_bin"), Icon: "trash-2", Danger: true, Post: d.here("bin"), Name: "version", Value: decimal64(d.version),
		})
	}
	return items
}
