package desk

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kring/app"
	"kring/base/blend"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/member"
	"kring/domain/merge"
	"kring/look"
	"kring/look/words"
)

// mergeForm is two records side by side, with a choice for each field that they
// have different.
type mergeForm struct {
	v           *visit
	Stays, Goes *dossier
	Rows        []mergeRow
	Same        string // the fields that both have alike, in words
	Days        int
	Said        map[string]string
}

// mergeRow is one field of both.
type mergeRow struct {
	Key, Label string
	Sides      []mergeSide
	Error      string
}

// mergeSide is one value that a field can get.
type mergeSide struct {
	Side   blend.Side
	Of     string // whose it is
	Text   string
	Chosen bool
}

// mergePick asks with whom a record is to be merged.
type mergePick struct {
	*dossier
	Typed, Said string
	Found       []app.Hit
}

// mergePage shows both records, or asks for the other.
func (f *folder) mergePage(v *visit) error {
	if err := v.may(member.Merge); err != nil {
		return err
	}
	d, err := f.open(v, app.Look{})
	if err != nil {
		return err
	}
	asked := v.r.URL.Query()
	with := strings.Join(asked["with"], "") // the picker sends an empty one beside a name that was chosen below it
	if with == "" {
		return f.askOther(v, d, asked.Get("with_text"))
	}
	m, err := f.mergeForm(v, d, with, nil)
	if err != nil {
		return f.notMerged(v, d, err)
	}
	return v.show(http.StatusOK, mergeView(m))
}

// askOther asks for the other record; without the script of the picker a name
// was typed, and those that are called so can be chosen.
func (f *folder) askOther(v *visit, d *dossier, typed string) error {
	p := mergePick{dossier: d, Typed: typed}
	if strings.TrimSpace(typed) != "" {
		hits, err := v.found(f.kind, typed)
		if err != nil {
			return err
		}
		p.Found = slices.DeleteFunc(hits, func(h app.Hit) bool { return h.ID == d.id })
		if len(p.Found) == 0 {
			p.Said = v.words.T("merge.none_found")
		}
	}
	return v.show(http.StatusOK, mergePickView(p))
}

// notMerged says why two cannot be merged where another can be chosen.
func (f *folder) notMerged(v *visit, d *dossier, err error) error {
	said := f.mergeRefused(v, err)
	if said == nil {
		return err
	}
	return v.show(http.StatusUnprocessableEntity, mergePickView(mergePick{dossier: d, Said: said[""]}))
}

// mergeRefused are the sentences of a refusal that belongs to these two; nil for
// what is no such.
func (f *folder) mergeRefused(v *visit, err error) map[string]string {
	g, ok := fault.From(err)
	if !ok || g.Kind != fault.Invalid && g.Kind != fault.Conflict {
		return nil
	}
	if _, _, stale := f.stale(err); stale {
		return map[string]string{"": v.words.T("merge.stale")}
	}
	said := map[string]string{"": v.sentence(g)}
	for field, h := range g.Fields {
		said[field] = v.sentence(h)
	}
	return said
}

// mergeForm reads the other record and what there is to choose; chosen are the
// sides that somebody chose already.
func (f *folder) mergeForm(v *visit, stays *dossier, with string, chosen url.Values) (*mergeForm, error) {
	other, err := id.Parse[id.Record](with)
	if err != nil {
		return nil, errNoPage
	}
	differ, days, err := f.compare(v, stays.id, other)
	if err != nil {
		return nil, err
	}
	m := &mergeForm{v: v, Stays: stays, Goes: &dossier{folder: f, v: v}, Days: days, Said: map[string]string{}}
	if m.Goes.leaf, m.Goes.RecordPage, err = f.load(v, other, app.Look{}); err != nil {
		return nil, err
	}
	m.Goes.Fields = stays.Fields
	for _, c := range differ {
		m.Rows = append(m.Rows, m.row(c, blend.Side(chosen.Get("side."+c.Key))))
	}
	m.Same = m.same(differ)
	return m, nil
}

func (m *mergeForm) row(c app.Compared, chosen blend.Side) mergeRow {
	side := cmp.Or(chosen, c.Proposal)
	r := mergeRow{Key: c.Key, Label: m.Stays.label(c.Key), Sides: []mergeSide{
		{blend.This, m.Stays.name, m.Stays.text(c.Key, c.This), side == blend.This},
		{blend.With, m.Goes.name, m.Goes.text(c.Key, c.With), side == blend.With},
	}}
	if c.Both {
		r.Sides = append(r.Sides, mergeSide{blend.Both, "", m.v.words.T("merge.both"), side == blend.Both})
	}
	return r
}

// same are the filled fields that are no choice.
func (m *mergeForm) same(differ []app.Compared) string {
	var list []string
	for _, key := range append(slices.Clone(m.Stays.keys), m.Stays.ownKeys()...) {
		there := slices.ContainsFunc(differ, func(c app.Compared) bool { return c.Key == key })
		if !there && key != "accounts" && m.Stays.text(key, m.Stays.value(key)) != "" {
			list = append(list, m.Stays.label(key))
		}
	}
	if len(list) == 0 {
		return ""
	}
	return m.v.words.Tf("merge.equal_fields", words.P{"fields": strings.Join(list, ", ")})
}

// merge makes one record of two, and says how to get them back.
func (f *folder) merge(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	if err := v.may(member.Merge); err != nil {
		return err
	}
	d, err := f.open(v, app.Look{})
	if err != nil {
		return err
	}
	other, err := id.Parse[id.Record](form.Get("with"))
	if err != nil {
		return f.askOther(v, d, form.Get("with_text"))
	}
	c := merge.Choice{Sides: blend.Sides{}, Version: version(form.Get("version")), WithVersion: version(form.Get("with_version"))}
	for name := range form {
		if key, ok := strings.CutPrefix(name, "side."); ok {
			c.Sides[key] = blend.Side(form.Get(name))
		}
	}
	done, err := v.app.Merge(v.r.Context(), v.who, f.kind, d.id, other, c)
	if said := f.mergeRefused(v, err); said != nil {
		m, err := f.mergeForm(v, d, form.Get("with"), form)
		if err != nil {
			return f.notMerged(v, d, err)
		}
		m.Said = said
		return v.show(http.StatusUnprocessableEntity, mergeView(m))
	}
	if err != nil {
		return err
	}
	v.toast(look.Toast{Text: v.words.Tf("merge.done", words.P{"name": d.name, "other": done.LoserName}), Undo: "/merges/" + done.ID.String() + "/undo"})
	return v.to(f.path + "/" + d.id.String())
}

func undoMerge(v *visit) error {
	i, err := pathID[id.Record](v, "id")
	if err != nil {
		return err
	}
	m, err := v.app.Unmerge(v.r.Context(), v.who, i)
	if err != nil {
		return err
	}
	f := accountFolder
	if m.Kind == fact.Contact {
		f = contactFolder
	}
	stays, _, err := f.load(v, m.Survivor, app.Look{})
	if err != nil {
		return err
	}
	v.toast(look.Toast{Text: v.words.Tf("merge.undone", words.P{"name": stays.name, "other": m.LoserName})})
	return v.to(f.path + "/" + m.Survivor.String())
}

// survivor is where the page of a record that was merged away went on; "" when
// err says nothing of the kind, or when something was being written.
func (v *visit) survivor(err error) string {
	var m *app.Merged
	if !errors.As(err, &m) || v.r.Method != http.MethodGet || v.htmx() || v.r.PathValue("id") != m.From.String() {
		return ""
	}
	to := url.URL{Path: strings.Replace(v.r.URL.Path, m.From.String(), m.Into.String(), 1), RawQuery: v.r.URL.RawQuery}
	return to.String()
}

// canSplit says whether a merge can be undone from this page.
func (d *dossier) canSplit(n int) bool {
	m := d.Merges[n]
	return d.binned == 0 && d.v.who.Can(member.Merge) && m.CanUndo(d.v.app.Now(), n == 0) == nil
}

func (d *dossier) mergeLine(m merge.Merge) string {
	return d.v.words.Tf("merge.line", words.P{"other": m.LoserName, "day": d.v.words.Date(m.At)})
}

func (d *dossier) mergeUntil(m merge.Merge) string {
	return d.v.words.Tf("merge.until", words.P{"day": d.v.words.Date(m.Until - 1)})
}

func (m *mergeForm) lead() string {
	return m.v.words.Tf("merge.lead", words.P{"name": m.Stays.name, "other": m.Goes.name, "days": m.Days})
}

func (m *mergeForm) strict() bool { return len(m.Stays.Consents)+len(m.Goes.Consents) > 0 }

func (m *mergeForm) frame() look.Frame { return m.Stays.mergeFrame() }

// mergeFrame is the page around a merge that this record stays in.
func (d *dossier) mergeFrame() look.Frame {
	title := d.t("merge.title_" + d.word)
	f := d.v.frame(title, d.path)
	f.Shape = look.Full
	f.Crumbs = []look.Crumb{{Label: d.say("many"), Href: d.path}, {Label: d.name, Href: d.path + "/" + d.id.String()}, {Label: d.t("merge.merge")}}
	f.Head = look.Heading{Title: title}
	return f
}

// mergeDeed says with whom a record was merged, or from whom it came apart; ""
// of another deed.
func (d *dossier) mergeDeed(e event) string {
	for _, c := range e.Changes {
		if c.Field != "merged_with" {
			continue
		}
		key, with := "merge.event", c.To
		if strings.HasSuffix(e.Deed, ".unmerged") {
			key, with = "merge.event_undone", c.From
		}
		var other struct {
			Name string `json:"name"`
		}
		if err := json.Unmarshal(with, &other); err != nil {
			return ""
		}
		return d.v.words.Tf(key, words.P{"name": other.Name})
	}
	return ""
}
