package desk

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kring/base/fact"
	"kring/base/id"
	"kring/base/opt"
	"kring/domain/field"
	"kring/domain/member"
	"kring/look"
)

func (d *Desk) fieldRoutes() {
	d.member("GET /settings/fields", fieldsPage)
	d.member("POST /settings/fields", addField)
	d.member("GET /settings/fields/new", newField)
	d.member("GET /settings/fields/{field}", fieldPage)
	d.member("POST /settings/fields/{field}", saveField)
	d.member("POST /settings/fields/{field}/place", placeField)
	d.member("POST /settings/fields/{field}/archiving", archiveField)
	d.member("POST /settings/fields/{field}/revival", reviveField)
}

// pathID reads an id out of the address; what is none is a page that does not
// exist.
func pathID[T ~[16]byte](v *visit, name string) (T, error) {
	i, err := id.Parse[T](v.r.PathValue(name))
	if err != nil {
		return i, errNoPage
	}
	return i, nil
}

// fieldsForm lists the own fields of each kind of record.
type fieldsForm struct {
	settingPage
	Kinds []fieldKind
}

type fieldKind struct {
	Key, Title  string
	Used, Ended []fieldLine
}

type fieldLine struct {
	ID, Label, Type, Purpose, Ground string
	Required, First, Last            bool
}

func fieldsPage(v *visit) error {
	if err := v.may(member.FieldManage); err != nil {
		return err
	}
	f := fieldsForm{settingPage: v.setting("fields", "")}
	f.Actions = []templ.Component{look.Button{Label: v.words.T("field.field"), Icon: "plus", Kind: look.Primary, Href: "/settings/fields/new"}}
	for _, key := range field.Kinds {
		all, err := v.app.Fields(v.r.Context(), v.who, fact.Kind(key))
		if err != nil {
			return err
		}
		k := fieldKind{Key: key, Title: v.words.T("nav." + key + "s")}
		for _, d := range all {
			l := fieldLine{ID: d.ID.String(), Label: d.Label.In(v.words.Lang()), Type: v.words.T("field.type_" + string(d.Type)), Purpose: d.Purpose,
				Ground: v.words.T("field.ground_" + string(d.Ground)), Required: d.Required, First: len(k.Used) == 0}
			if d.Archived != 0 {
				k.Ended = append(k.Ended, l)
			} else {
				k.Used = append(k.Used, l)
			}
		}
		if n := len(k.Used); n > 0 {
			k.Used[n-1].Last = true
		}
		f.Kinds = append(f.Kinds, k)
	}
	return v.show(http.StatusOK, fieldsView(f))
}

// fieldForm is a field being defined or changed.
type fieldForm struct {
	settingPage
	ID, Version             string // "" for a new one
	Kind, Key, NL, EN, Type string
	Purpose, Ground         string
	Required, Archived      bool
	Choices                 []choiceLine
	Back                    []look.Option // choices that were put away
	Kinds, Types, Grounds   []look.Option
	History                 []pastChange
	Said                    map[string]string
}

// choiceLine is a choice as it is typed; without a key it is a new one.
type choiceLine struct{ Key, NL, EN string }

// To is the address the form is posted to.
func (f fieldForm) To() string {
	if f.ID == "" {
		return "/settings/fields"
	}
	return "/settings/fields/" + f.ID
}

// Chosen tells whether there is something to choose.
func (f fieldForm) Chosen() bool {
	return f.ID == "" || f.Type == string(field.Choice) || f.Type == string(field.Choices)
}

func newField(v *visit) error {
	if err := v.may(member.FieldManage); err != nil {
		return err
	}
	kind := v.r.URL.Query().Get("kind")
	if kind != string(fact.Contact) {
		kind = string(fact.Account)
	}
	return v.showField(http.StatusOK, fieldForm{Kind: kind, Type: string(field.Text)})
}

func fieldPage(v *visit) error {
	if err := v.may(member.FieldManage); err != nil {
		return err
	}
	i, err := pathID[id.Field](v, "field")
	if err != nil {
		return err
	}
	d, err := v.app.Field(v.r.Context(), v.who, i)
	if err != nil {
		return err
	}
	return v.showField(http.StatusOK, fieldOf(d))
}

func fieldOf(d field.Definition) fieldForm {
	f := fieldForm{NL: d.Label.NL, EN: d.Label.EN, Purpose: d.Purpose, Ground: string(d.Ground), Required: d.Required}
	for _, o := range d.Offered() {
		f.Choices = append(f.Choices, choiceLine{o.Key, o.Label.NL, o.Label.EN})
	}
	return f.fixed(d)
}

// fixed fills in what cannot be changed.
func (f fieldForm) fixed(d field.Definition) fieldForm {
	f.ID, f.Version = d.ID.String(), strconv.FormatInt(d.Version, 10)
	f.Kind, f.Key, f.Type, f.Archived = string(d.Kind), d.Key, string(d.Type), d.Archived != 0
	f.Title = d.Label.NL
	for _, o := range d.Choices {
		if o.Archived {
			label := o.Label.NL
			if label == "" {
				label = o.Label.EN
			}
			f.Back = append(f.Back, look.Option{Value: o.Key, Label: label})
		}
	}
	return f
}

func (v *visit) showField(code int, f fieldForm) error {
	t := v.words.T
	title := t("field.new")
	if f.ID != "" {
		i, err := id.Parse[id.Field](f.ID)
		if err != nil {
			return err
		}
		d, err := v.app.Field(v.r.Context(), v.who, i)
		if err != nil {
			return err
		}
		title = d.Label.In(v.words.Lang())
		facts, err := v.app.FieldHistory(v.r.Context(), v.who, i)
		if err != nil {
			return err
		}
		if f.History, err = v.told(facts); err != nil {
			return err
		}
	}
	f.settingPage = v.setting("fields", title)
	f.Lead = t("field.lead")
	for _, k := range field.Kinds {
		f.Kinds = append(f.Kinds, look.Option{Value: k, Label: t("nav." + k + "s")})
	}
	for _, typ := range field.Types {
		f.Types = append(f.Types, look.Option{Value: typ, Label: t("field.type_" + typ)})
	}
	for _, g := range field.Grounds {
		f.Grounds = append(f.Grounds, look.Option{Value: g, Label: t("field.ground_" + g), Hint: t("field.ground_" + g + "_is")})
	}
	if n := len(f.Choices); f.Chosen() && (n == 0 || f.Choices[n-1] != choiceLine{}) {
		f.Choices = append(f.Choices, choiceLine{}) // room for one more without script
	}
	return v.show(code, fieldView(f))
}

// readField reads what was typed.
func readField(form url.Values) (f fieldForm, choices []field.Option) {
	f = fieldForm{Kind: form.Get("kind"), NL: form.Get("nl"), EN: form.Get("en"), Type: form.Get("type"), Required: form.Get("required") != "",
		Purpose: form.Get("purpose"), Ground: form.Get("ground")}
	at := func(name string, i int) string {
		if all := form[name]; i < len(all) {
			return strings.TrimSpace(all[i])
		}
		return ""
	}
	for i := range min(len(form["choice_nl"]), 2*field.MaxChoices) {
		c := choiceLine{at("choice_key", i), at("choice_nl", i), at("choice_en", i)}
		if c.NL == "" && c.EN == "" { // an empty row, or a choice that is taken away
			continue
		}
		f.Choices = append(f.Choices, c)
		choices = append(choices, field.Option{Key: c.Key, Label: field.Label{NL: c.NL, EN: c.EN}})
	}
	return f, choices
}

func addField(v *visit) error {
	if err := v.may(member.FieldManage); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	f, choices := readField(form)
	d := field.Draft{Kind: fact.Kind(f.Kind), Label: field.Label{NL: f.NL, EN: f.EN}, Type: field.Type(f.Type), Required: f.Required, Purpose: f.Purpose, Ground: field.Ground(f.Ground)}
	if typ := field.Type(f.Type); typ == field.Choice || typ == field.Choices { // what was typed for another type stays out of sight
		d.Choices = choices
	}
	made, err := v.app.AddField(v.r.Context(), v.who, d)
	if said, code := v.inline(err); said != nil {
		f.Said = said
		return v.showField(code, f)
	}
	if err != nil {
		return err
	}
	return v.saved("field.made", "/settings/fields/"+made.ID.String())
}

func saveField(v *visit) error {
	if err := v.may(member.FieldManage); err != nil {
		return err
	}
	i, err := pathID[id.Field](v, "field")
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	now, err := v.app.Field(v.r.Context(), v.who, i)
	if err != nil {
		return err
	}
	f, choices := readField(form)
	for _, key := range form["back"] {
		if o, ok := now.Option(key); ok && o.Archived {
			o.Archived = false
			choices = append(choices, o)
		}
	}
	p := field.Patch{Label: opt.Some(field.Label{NL: f.NL, EN: f.EN}), Required: opt.Some(f.Required), Purpose: opt.Some(f.Purpose), Ground: opt.Some(field.Ground(f.Ground))}
	if now.Chosen() {
		p.Choices = opt.Some(choices)
	}
	_, err = v.app.ChangeField(v.r.Context(), v.who, i, version(form.Get("version")), p)
	if said, code := v.inline(err, errStale, field.ErrArchived); said != nil {
		f = f.fixed(now)
		f.Said = said
		return v.showField(code, f)
	}
	if err != nil {
		return err
	}
	return v.saved("setting.saved", "/settings/fields")
}

func placeField(v *visit) error {
	i, err := pathID[id.Field](v, "field")
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	by := 1
	if form.Get("to") == "up" {
		by = -1
	}
	if err := v.app.MoveField(v.r.Context(), v.who, i, by); err != nil {
		return err
	}
	return v.to("/settings/fields#field-" + i.String())
}

func archiveField(v *visit) error {
	i, err := pathID[id.Field](v, "field")
	if err != nil {
		return err
	}
	if _, err := v.app.ArchiveField(v.r.Context(), v.who, i, 0); err != nil {
		return err
	}
	v.toast(look.Toast{Text: v.words.T("field.archived"), Undo: "/settings/fields/" + i.String() + "/revival"})
	return v.to("/settings/fields")
}

func reviveField(v *visit) error {
	i, err := pathID[id.Field](v, "field")
	if err != nil {
		return err
	}
	if _, err := v.app.ReviveField(v.r.Context(), v.who, i, 0); err != nil {
		return err
	}
	return v.saved("field.revived", "/settings/fields")
}
