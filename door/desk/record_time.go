package desk

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"kring/app"
	"kring/base/fact"
	"kring/base/id"
	"kring/look"
)

// What happened to a record: its timeline out of the facts, and the history of
// each of its fields.

// together is how far apart the changes of one person are one event, in
// milliseconds.
const together = 10 * 60 * 1000

// event is one line of a timeline: a fact, or changes that belong together.
type event struct {
	fact.Fact
	oldest id.Fact
}

// events puts the changes that somebody made one after another together. facts
// are newest first.
func events(facts []fact.Fact) (all []event) {
	for _, f := range facts {
		f.Changes = slices.DeleteFunc(slices.Clone(f.Changes), func(c fact.Change) bool { return quiet(c) })
		if n := len(all); n > 0 && strings.HasSuffix(f.Deed, ".changed") {
			last := &all[n-1]
			if last.Deed == f.Deed && last.Subject == f.Subject && last.Actor == f.Actor && last.Why == f.Why && last.At-f.At < together {
				last.Changes, last.oldest = merged(f.Changes, last.Changes), f.ID
				continue
			}
		}
		all = append(all, event{Fact: f, oldest: f.ID})
	}
	return slices.DeleteFunc(all, func(e event) bool { return strings.HasSuffix(e.Deed, ".changed") && len(e.Changes) == 0 })
}

// quiet is a change that says nothing to a reader.
func quiet(c fact.Change) bool { return string(c.From) == string(c.To) }

// merged is what two rounds of changes come to.
func merged(first, then []fact.Change) (all []fact.Change) {
	all = slices.Clone(first)
	for _, c := range then {
		at := slices.IndexFunc(all, func(a fact.Change) bool { return a.Field == c.Field })
		if at < 0 {
			all = append(all, c)
			continue
		}
		all[at].To = c.To
	}
	return slices.DeleteFunc(all, quiet)
}

var deedIcons = map[string]string{
	"created": "circle-plus", "changed": "pencil", "binned": "trash-2", "restored": "rotate-ccw", "added": "paperclip",
	"merged": "merge", "unmerged": "split", "recorded": "shield-check",
}

// line is an event as the timeline draws it.
func (d *dossier) line(e event) look.Event {
	w := d.v.words
	kind, deed, _ := strings.Cut(e.Deed, ".")
	l := look.Event{
		ID: "f-" + e.ID.String(), When: w.Day(e.At, d.v.app.Now()), Exact: w.Stamp(e.At), Icon: cmp.Or(deedIcons[deed], "circle"),
		Machine: e.Actor.Kind != "member", Title: d.deed(e), Meta: d.actor(e.Fact) + " · " + w.Time(e.At),
	}
	if kind == "file" {
		l.Icon = "file-text"
	}
	if deed == "created" {
		l.Tone = look.Good
	}
	if e.Kind == fact.Contact && d.kind == fact.Account {
		l.Href = "/contacts/" + e.Subject.String()
		if l.Icon == "circle-plus" {
			l.Icon = "user-plus"
		}
	}
	if e.Kind == fact.Order && d.kind == fact.Account {
		l.Href, l.Icon = "/orders/"+e.Subject.String(), "receipt-text"
	}
	if e.Kind == fact.Handover {
		l.Icon = "handshake"
	}
	if e.Kind == fact.Cycle {
		l.Icon = "circle-dot"
	}
	if deed == "changed" && e.Kind != fact.Order && e.Kind != fact.Handover {
		l.Content = recordChanges(d, e.Changes)
	}
	return l
}

// deed is the sentence of a deed.
func (d *dossier) deed(e event) string {
	w, name := d.v.words, e.Label
	if e.Subject == d.id {
		name = ""
	}
	key := "deed." + e.Deed
	if name != "" && w.Has(key+"_of") {
		key += "_of"
	}
	if e.Kind == fact.Handover {
		return w.T(key)
	}
	params := map[string]any{"name": name, "field": ""}
	if strings.HasSuffix(e.Deed, ".changed") {
		if len(e.Changes) == 1 {
			key = "deed.changed_one"
			params["field"] = d.labelFor(e.Kind, e.Changes[0].Field)
			if name != "" {
				key = "deed.changed_one_of"
			}
			return w.Tf(key, params)
		}
		key = "deed.changed_many"
		if name != "" {
			key = "deed.changed_many_of"
		}
		return w.Tn(key, len(e.Changes), params)
	}
	if said := cmp.Or(d.mergeDeed(e), d.consentDeed(e)); said != "" {
		return said
	}
	switch e.Kind {
	case fact.Cycle:
		said := d.v.words.Tf("cycle.event_"+e.Why, map[string]any{"day": w.DayText(e.Evidence)})
		if e.Deed == "cycle.taken_back" {
			return w.Tf("cycle.taken_back", map[string]any{"what": said})
		}
		return said
	case fact.Order:
		params["name"] = d.amountText(e.Label)
	}
	if !w.Has(key) {
		key = "deed.other"
	}
	return w.Tf(key, params)
}

// labelFor is what a field of this or another kind of record is called.
func (d *dossier) labelFor(kind fact.Kind, key string) string {
	if kind == d.kind {
		return d.label(key)
	}
	if kind == fact.Order && d.v.words.Has("order."+key) {
		return d.t("order." + key)
	}
	for _, f := range []*folder{accountFolder, contactFolder} {
		if f.kind == kind {
			return labelOf(d.v, f, nil, key)
		}
	}
	return key
}

// actor is who did it, as they were called that day.
func (d *dossier) actor(f fact.Fact) string {
	name := f.Actor.Name
	switch f.Actor.Kind {
	case "member":
		return name
	case "token":
		return d.v.words.Tf("record.by_token", map[string]any{"name": name})
	}
	return d.t("record.by_kring")
}

// actorKinds are the kinds of actors of a filter of the timeline.
func actorKinds(by string) []string {
	switch by {
	case "people":
		return []string{"member"}
	case "machines":
		return []string{"token", "system", "job"}
	}
	return nil
}

// timelineLength is how many facts a page of a timeline reads.
const timelineLength = 60

func (f *folder) timelinePage(v *visit) error {
	by := v.r.URL.Query().Get("by")
	if actorKinds(by) == nil {
		by = ""
	}
	before, err := id.Parse[id.Fact](v.r.URL.Query().Get("before"))
	if err != nil && v.r.URL.Query().Get("before") != "" {
		return errNoPage
	}
	d, err := f.open(v, app.Look{Facts: timelineLength, Before: before, By: actorKinds(by)})
	if err != nil {
		return err
	}
	d.tab, d.by = "timeline", by
	if v.htmx() && !before.IsZero() {
		return v.show(http.StatusOK, look.TimelineEvents(d.timeline(timelineLength, before)))
	}
	return v.show(http.StatusOK, recordPage(d))
}

// timeline are the facts that were read, as events; most is how many were asked.
func (d *dossier) timeline(most int, before id.Fact) (t look.Timeline) {
	year := time.UnixMilli(d.v.app.Now()).In(d.v.who.Zone()).Year()
	if !before.IsZero() {
		year = 0 // the heading above the first of a next page is not known
	}
	for _, e := range events(d.Facts) {
		l := d.line(e)
		if y := time.UnixMilli(e.At).In(d.v.who.Zone()).Year(); y != year {
			if year != 0 {
				l.Era = decimal64(int64(y))
			}
			year = y
		}
		t.Events = append(t.Events, l)
	}
	if len(d.Facts) >= most && d.tab == "timeline" {
		t.More = d.here("timeline", "by", d.by, "before", d.Facts[len(d.Facts)-1].ID.String())
	}
	return t
}

// whose chooses between everybody, people and machines.
func (d *dossier) whose() look.Segmented {
	s := look.Segmented{Label: d.t("record.whose"), Value: d.by}
	for _, by := range []string{"", "people", "machines"} {
		key := "record.by_all"
		if by != "" {
			key = "record.by_" + by
		}
		s.Options = append(s.Options, look.Option{Value: by, Label: d.t(key), Href: d.here("timeline", "by", by)})
	}
	return s
}

// moment is one change of one field.
type moment struct {
	fact.Fact
	change fact.Change
}

// historyMost is how many facts are looked through for the history of fields.
const historyMost = 500

func (f *folder) historyPage(v *visit) error {
	before, err := id.Parse[id.Fact](v.r.URL.Query().Get("before"))
	if err != nil && v.r.URL.Query().Get("before") != "" {
		return errNoPage
	}
	d, err := f.open(v, app.Look{})
	if err != nil {
		return err
	}
	d.tab = "history"
	key := v.r.URL.Query().Get("field")
	if !slices.Contains(append(slices.Clone(d.keys), d.ownKeys()...), key) && key != "deleted_at" {
		key = ""
	}
	facts, err := v.app.History(v.r.Context(), v.who, f.kind, d.id, before, historyMost)
	if err != nil {
		return err
	}
	var all []moment
	for _, f := range facts {
		for _, c := range f.Changes {
			if (key == "" || c.Field == key) && !(strings.HasSuffix(f.Deed, ".created") && d.blank(c)) {
				all = append(all, moment{f, c})
			}
		}
	}
	more := ""
	if len(facts) >= 200 {
		more = d.here("history", "field", key, "before", facts[len(facts)-1].ID.String())
	}
	return v.show(http.StatusOK, historyPage(d, key, all, more))
}

// blank is a field that began with nothing in it.
func (d *dossier) blank(c fact.Change) bool {
	_, to := d.fromTo(c)
	return to == ""
}

func (d *dossier) ownKeys() (keys []string) {
	for _, f := range d.Fields {
		keys = append(keys, "own."+f.Key)
	}
	return keys
}
