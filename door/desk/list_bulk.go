package desk

import (
	"net/http"
	"net/url"

	"kring/app"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/bulk"
	"kring/domain/member"
	"kring/look"
	"kring/look/words"
)

// bulkBar is the bar over the chosen rows.
func (s sheet) bulkBar() look.BulkBar {
	b := look.BulkBar{Form: "bulk", Query: s.state()}
	if s.n > len(s.table.Rows) || s.capped {
		b.All = s.v.words.Tf("list.choose_all", words.P{"n": s.v.words.Count(s.n, s.capped)})
	}
	to := func(label, icon, do string) look.Button {
		return look.Button{Label: label, Icon: icon, Submit: true, Action: s.path + "/bulk", Name: "do", Value: do}
	}
	can := s.v.who.Can
	b.Actions = append(b.Actions, noDefault())
	if can(s.write) && !s.q.Bin {
		b.Actions = append(b.Actions,
			look.Menu{ID: "bulk-owner-menu", Label: s.say("owner"), Icon: "user", Content: bulkOwner(s)},
			look.Menu{ID: "bulk-tag-menu", Label: s.t("list.tag"), Icon: "tag", Content: bulkTag(s)})
	}
	if can(member.Merge) && !s.q.Bin {
		b.Actions = append(b.Actions, to(s.t("merge.merge"), "merge", doMerge))
	}
	switch {
	case can(s.erase) && s.q.Bin:
		b.Actions = append(b.Actions, to(s.t("list.restore"), "rotate-ccw", "restore"))
	case can(s.erase):
		b.Actions = append(b.Actions, to(s.t("list.to_bin"), "trash-2", "bin"))
	}
	return b
}

// knownTags help somebody to use the tags there are.
func (l *listing) knownTags() (known []string) {
	tags, err := l.v.app.Tags(l.v.r.Context(), l.v.who, "", 50)
	if err != nil {
		return nil
	}
	for _, t := range tags {
		known = append(known, t.Tag)
	}
	return known
}

// bulk does one deed to all chosen rows.
func (of *roster) bulk(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	state, err := url.ParseQuery(form.Get("query"))
	if err != nil {
		return errForm
	}
	l, err := of.ask(v, state)
	if err != nil {
		return err
	}
	chosen := app.Selection{Kind: of.kind}
	if form.Get("all") != "" {
		if len(l.wrong)+len(l.notes) > 0 { // what cannot be asked would choose more than was seen
			return l.answer()
		}
		chosen.All = &l.q
	} else {
		for _, text := range form["id"] {
			i, err := id.Parse[id.Record](text)
			if err != nil {
				return err
			}
			chosen.IDs = append(chosen.IDs, i)
		}
	}
	if form.Get("do") == doMerge {
		return l.mergeTwo(chosen.IDs)
	}
	deed := bulk.Deed{Do: bulk.Do(form.Get("do")), Tag: form.Get("tag")}
	if owner := form.Get("owner"); deed.Do == bulk.Owner && owner != "none" {
		if deed.Member, err = id.Parse[id.Member](owner); err != nil {
			return err
		}
	}
	b, err := v.app.Bulk(v.r.Context(), v.who, chosen, deed)
	if f, ok := fault.From(err); ok && f.Kind == fault.Invalid {
		l.wrong = append(l.wrong, l.firstSentence(f))
		return l.answer()
	}
	if err != nil {
		return err
	}
	if !b.Ended {
		return v.to("/bulk/" + b.ID.String())
	}
	v.toast(l.done(b))
	return v.to(l.address(l.q))
}

// doMerge is no deed to each of many: it leads to the page where two are merged.
const doMerge = "merge"

func (l *listing) mergeTwo(ids []id.Record) error {
	if len(ids) != 2 {
		l.wrong = append(l.wrong, l.t("merge.two"))
		return l.answer()
	}
	return l.v.to(l.path + "/" + ids[0].String() + "/merge?with=" + ids[1].String())
}

func (l *listing) firstSentence(f *fault.Fault) string {
	for _, name := range sortedKeys(f.Fields) {
		return l.v.sentence(f.Fields[name])
	}
	return l.v.sentence(f)
}

// done says what a bulk did, with a way back.
func (l *listing) done(b bulk.Bulk) look.Toast {
	w := l.v.words
	t := look.Toast{Text: w.Tn(l.word+".bulk_"+string(b.Deed.Do), b.Done, words.P{"tag": b.Deed.Tag, "name": l.memberName(b.Deed.Member)})}
	if b.Deed.Do == bulk.Owner && b.Deed.Member.IsZero() {
		t.Text = w.Tn(l.word+".bulk_nobody", b.Done)
	}
	if b.Refused > 0 {
		t.Text += " " + w.Tn("list.bulk_refused", b.Refused)
	}
	if b.Done > 0 && b.Deed.Do != bulk.Undo {
		t.Undo = "/bulk/" + b.ID.String() + "/undo"
	}
	return t
}

func (d *Desk) bulkRoutes() {
	d.member("GET /bulk/{id}", bulkPage)
	d.member("POST /bulk/{id}/undo", undoBulk)
}

// ofBulk finds a bulk and its list.
func ofBulk(v *visit) (*listing, bulk.Bulk, error) {
	i, err := pathID[id.Record](v, "id")
	if err != nil {
		return nil, bulk.Bulk{}, err
	}
	b, err := v.app.BulkState(v.r.Context(), v.who, i)
	if err != nil {
		return nil, b, err
	}
	of, err := rosterOf(string(b.Kind))
	if err != nil {
		return nil, b, err
	}
	query, err := url.ParseQuery(b.Query)
	if err != nil {
		query = nil
	}
	l, err := of.ask(v, query)
	return l, b, err
}

// bulkPage tells how far a large one is.
func bulkPage(v *visit) error {
	l, b, err := ofBulk(v)
	if err != nil {
		return err
	}
	if v.htmx() {
		return v.show(http.StatusOK, bulkProgress(l, b))
	}
	return v.show(http.StatusOK, bulkState(l, b))
}

// undoBulk takes it back.
func undoBulk(v *visit) error {
	l, b, err := ofBulk(v)
	if err != nil {
		return err
	}
	undone, err := v.app.UndoBulk(v.r.Context(), v.who, b.ID)
	if err != nil {
		return err
	}
	if !undone.Ended {
		return v.to("/bulk/" + undone.ID.String())
	}
	v.toast(l.done(undone))
	if v.r.Referer() != "" && b.Query == "" {
		return v.back()
	}
	return v.to(l.address(l.q))
}

func (l *listing) bulkTitle(b bulk.Bulk) string { return l.say("bulk_title") }

// bulkText says in words how far it is.
func (l *listing) bulkText(b bulk.Bulk) string {
	w := l.v.words
	if b.Ended {
		return l.done(b).Text
	}
	if !b.Filled {
		return w.Tf("list.bulk_counting", words.P{"n": w.Count(b.Total, false)})
	}
	return w.Tf("list.bulk_going", words.P{"n": w.Count(b.Done+b.Refused, false), "all": w.Count(b.Total, false)})
}

// bulkFrame is the page around it.
func bulkFrame(l *listing, b bulk.Bulk) look.Frame {
	f := l.v.frame(l.bulkTitle(b), l.path)
	f.Crumbs = []look.Crumb{{Label: l.say("many"), Href: l.path}, {Label: l.bulkTitle(b)}}
	return f
}
