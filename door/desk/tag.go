package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kring/app"
	"kring/base/catalogue"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/tag"
	"kring/domain/bulk"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/look"
	"kring/look/words"
)

func (d *Desk) tagRoutes() {
	d.member("GET /settings/tags", tagsPage)
	d.member("POST /settings/tags/renaming", renameTag)
	d.member("POST /settings/tags/removal", removeTag)
	d.member("POST /settings/tags/undoing", undoTags)
}

// tagsForm lists the tags, how many records bear each, and what is being done.
type tagsForm struct {
	settingPage
	Search  string
	Tags    []tagLine
	All     bool // these are not all there are
	Known   []string
	Jobs    []tagJob
	Undo    string // ids of what was done, while it can be taken back
	Said    map[string]string
	Old, To string
}

type tagLine struct {
	N                  int
	Tag                string
	Accounts, Contacts string
	ToAccounts         string
	ToContacts         string
	Open               bool
}

// tagJob is a large deed on tags that goes on.
type tagJob struct{ Title, Words, Poll string }

const tagRows = 500

func tagsPage(v *visit) error {
	if err := v.may(member.TagWrite); err != nil {
		return err
	}
	return v.showTags(http.StatusOK, tagsForm{})
}

func (v *visit) showTags(code int, f tagsForm) error {
	ctx, w := v.r.Context(), v.words
	f.settingPage = v.setting("tags", "")
	f.Search = strings.ToLower(strings.TrimSpace(v.r.URL.Query().Get("q")))
	begin := f.Search
	if t, err := tag.Normalise(begin); err == nil {
		begin = t
	} else if begin != "" {
		begin = strings.ToValidUTF8(strings.ReplaceAll(begin, "\x00", ""), "")
	}
	all, err := v.app.Tags(ctx, v.who, begin, tagRows)
	if err != nil {
		return err
	}
	f.All = len(all) == tagRows
	for n, t := range all {
		l := tagLine{N: n, Tag: t.Tag, Open: f.Said != nil && f.Old == t.Tag}
		if t.Accounts > 0 && v.who.Can(member.AccountRead) {
			l.Accounts, l.ToAccounts = w.Tn("tag.accounts", t.Accounts), "/accounts?"+tagged(t.Tag)
		}
		if t.Contacts > 0 && v.who.Can(member.ContactRead) {
			l.Contacts, l.ToContacts = w.Tn("tag.contacts", t.Contacts), "/contacts?"+tagged(t.Tag)
		}
		f.Tags = append(f.Tags, l)
		f.Known = append(f.Known, t.Tag)
	}
	if err := v.tagJobs(&f); err != nil {
		return err
	}
	if v.htmx() {
		return v.show(code, tagProgress(f))
	}
	return v.show(code, tagsView(f))
}

// tagJobs tells of the deeds that the address names.
func (v *visit) tagJobs(f *tagsForm) error {
	of := v.r.URL.Query().Get("of")
	all, err := bulksOf(of)
	if err != nil || len(all) == 0 {
		return nil // an address that names nothing
	}
	busy := false
	for _, i := range all {
		b, err := v.app.BulkState(v.r.Context(), v.who, i)
		if fault.KindOf(err) == fault.NotFound && err != nil {
			continue
		}
		if err != nil {
			return err
		}
		j := tagJob{Title: v.words.T("nav." + string(b.Kind) + "s"), Words: v.tagDone(b)}
		if !b.Ended {
			busy = true
			j.Words = v.words.Tf("job.so_far", words.P{"n": v.words.Count(b.Done+b.Refused, false), "all": v.words.Count(b.Total, false)})
			j.Poll = "/settings/tags?of=" + url.QueryEscape(of)
		}
		f.Jobs = append(f.Jobs, j)
		if b.Ended && !b.Undone && b.Done > 0 && b.Deed.Do != bulk.Undo {
			f.Undo = of
		}
	}
	if busy {
		f.Undo = ""
	}
	return nil
}

func (v *visit) tagDone(b bulk.Bulk) string {
	said := v.words.Tn("tag.done_"+string(b.Deed.Do), b.Done, words.P{"tag": b.Deed.Tag, "to": b.Deed.To})
	if b.Refused > 0 {
		said += " " + v.words.Tn("tag.refused", b.Refused)
	}
	return said
}

// tagged is the part of a list's address that asks for a tag.
func tagged(t string) string {
	c, err := filter.Make(catalogue.Field{Key: "tags", Kind: catalogue.Choices, Many: true}, filter.Is, t)
	if err != nil {
		return ""
	}
	return "tags=" + url.QueryEscape(c.String())
}

// bulksOf reads the ids of a few bulks, with a comma in between.
func bulksOf(s string) (all []id.Record, err error) {
	if s == "" {
		return nil, nil
	}
	parts := strings.Split(s, ",")
	if len(parts) > 4 {
		return nil, errNoPage
	}
	for _, part := range parts {
		i, err := id.Parse[id.Record](part)
		if err != nil {
			return nil, errNoPage
		}
		all = append(all, i)
	}
	return all, nil
}

func renameTag(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	return v.onTagged(bulk.Deed{Do: bulk.Retag, Tag: form.Get("tag"), To: form.Get("to")})
}

func removeTag(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	return v.onTagged(bulk.Deed{Do: bulk.Untag, Tag: form.Get("tag")})
}

// onTagged does a deed to every relation and contact with a tag.
func (v *visit) onTagged(d bulk.Deed) error {
	if err := v.may(member.TagWrite); err != nil {
		return err
	}
	checked, err := d.Check()
	if said, code := v.inline(err); said != nil {
		return v.showTags(code, tagsForm{Said: said, Old: d.Tag, To: d.To})
	}
	if err != nil {
		return err
	}
	if d = checked; d.Do == bulk.Retag && d.Tag == d.To {
		return v.to("/settings/tags")
	}
	ctx := v.r.Context()
	var done []bulk.Bulk
	for _, kind := range []fact.Kind{fact.Account, fact.Contact} {
		cat, err := v.app.AccountCatalogue(ctx, v.who)
		if kind == fact.Contact {
			cat, err = v.app.ContactCatalogue(ctx, v.who)
		}
		if err != nil {
			return err
		}
		asked, _ := cat.Field("tags")
		c, err := filter.Make(asked, filter.Is, d.Tag)
		if err != nil {
			return err
		}
		q := filter.New(cat).With(c)
		b, err := v.app.Bulk(ctx, v.who, app.Selection{Kind: kind, All: &q}, d)
		if err != nil {
			return err
		}
		done = append(done, b)
	}
	return v.didTags(done, d)
}

// didTags says what came of it, at once or as it goes on.
func (v *visit) didTags(done []bulk.Bulk, d bulk.Deed) error {
	var ids []string
	n, refused := 0, 0
	for _, b := range done {
		n, refused = n+b.Done, refused+b.Refused
		if b.Total > 0 || !b.Ended {
			ids = append(ids, b.ID.String())
		}
	}
	of := strings.Join(ids, ",")
	if slices.ContainsFunc(done, func(b bulk.Bulk) bool { return !b.Ended }) {
		return v.to("/settings/tags?of=" + url.QueryEscape(of))
	}
	toast := look.Toast{Text: v.words.Tn("tag.done_"+string(d.Do), n, words.P{"tag": d.Tag, "to": d.To})}
	if refused > 0 {
		toast.Text += " " + v.words.Tn("tag.refused", refused)
	}
	if n > 0 && d.Do != bulk.Undo {
		toast.Undo, toast.UndoName, toast.UndoValue = "/settings/tags/undoing", "of", of
	}
	v.toast(toast)
	return v.to("/settings/tags")
}

func undoTags(v *visit) error {
	if err := v.may(member.TagWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	all, err := bulksOf(form.Get("of"))
	if err != nil {
		return err
	}
	var done []bulk.Bulk
	for _, i := range all {
		b, err := v.app.BulkState(v.r.Context(), v.who, i)
		if err != nil {
			return err
		}
		if b.Total == 0 {
			continue
		}
		if b, err = v.app.UndoBulk(v.r.Context(), v.who, i); err != nil {
			return err
		}
		done = append(done, b)
	}
	return v.didTags(done, bulk.Deed{Do: bulk.Undo})
}
