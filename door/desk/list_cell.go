package desk

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kring/app"
	"kring/base/catalogue"
	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/phone"
	"kring/base/tag"
	"kring/domain/contact"
	"kring/look"
)

// cell is what a record has in a column.
func (l *listing) cell(r record, f catalogue.Field) look.Cell {
	v := r.value(f.Key)
	switch f.Kind {
	case catalogue.Choices:
		list := l.choices(f, v)
		if len(list) == 0 {
			return look.Cell{}
		}
		return look.Cell{Content: chipList(list, f.Key == "tags")}
	case catalogue.Phone:
		if s, _ := v.(string); s != "" {
			return look.Cell{Text: phone.Show(s, l.v.who.Org.Settings.Country), Href: "tel:" + s}
		}
	case catalogue.Email:
		if s, _ := v.(string); s != "" {
			return look.Cell{Text: s, Href: "mailto:" + s}
		}
	case catalogue.Link:
		if s, _ := v.(string); s != "" {
			return look.Cell{Text: bareLink(s), Href: s}
		}
	case catalogue.Record:
		if i, ok := v.(id.Account); ok && !i.IsZero() {
			return look.Cell{Text: l.names.accounts[i], Href: "/accounts/" + i.String()}
		}
	default:
		return look.Cell{Text: l.text(f, v)}
	}
	return look.Cell{}
}

// text is a value in the reader's words.
func (l *listing) text(f catalogue.Field, v any) string {
	w := l.v.words
	switch f.Kind {
	case catalogue.Number:
		if n, ok := number(v); ok {
			return w.Number(n, decimals(n))
		}
		return ""
	case catalogue.Money:
		if cents, err := decimal.Cents(plain(v), decimal.Point); err == nil && v != nil {
			return w.Money(cents, "EUR")
		}
		return ""
	case catalogue.Instant:
		if ms, ok := v.(int64); ok && ms != 0 {
			return w.Day(ms, l.v.app.Now())
		}
		return ""
	case catalogue.Date:
		return w.DayText(plain(v))
	case catalogue.Bool:
		if yes, ok := v.(bool); ok {
			return l.yesNo(yes)
		}
		return ""
	case catalogue.Choice:
		return l.choice(f, plain(v))
	case catalogue.Member:
		if i, ok := v.(id.Member); ok {
			return l.memberName(i)
		}
		return ""
	case catalogue.Team:
		if i, ok := v.(id.Team); ok {
			return l.teamName(i)
		}
		return ""
	}
	return plain(v)
}

func (l *listing) yesNo(yes bool) string {
	if yes {
		return l.t("list.yes")
	}
	return l.t("list.no")
}

func (l *listing) memberName(i id.Member) string {
	for _, m := range l.names.members {
		if m.ID == i {
			return m.Name
		}
	}
	return ""
}

func (l *listing) teamName(i id.Team) string {
	for _, g := range l.names.teams {
		if g.ID == i {
			return g.Name
		}
	}
	return ""
}

// choice is what one choice of a field is called.
func (l *listing) choice(f catalogue.Field, key string) string {
	if key == "" || len(f.Choices) == 0 {
		return key
	}
	if f.Own() {
		if name := l.names.own[strings.TrimPrefix(f.Key, catalogue.Own)+"."+key]; name != "" {
			return name
		}
		return key
	}
	if word := l.word + "." + f.Key + "." + key; l.v.words.Has(word) {
		return l.v.words.T(word)
	}
	return key
}

func (l *listing) choices(f catalogue.Field, v any) []string {
	list := several(v)
	for i, key := range list {
		list[i] = l.choice(f, key)
	}
	return list
}

// several are the words of a value that has any number of them.
func several(v any) []string {
	switch v := v.(type) {
	case []string:
		return slices.Clone(v)
	case []contact.Role:
		return rolesOf(v)
	case []any:
		var list []string
		for _, one := range v {
			if s, ok := one.(string); ok {
				list = append(list, s)
			}
		}
		return list
	case tag.Set:
		return slices.Clone([]string(v))
	}
	return nil
}

// plain is a value as text.
func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case day.Day:
		return string(v)
	}
	return fmt.Sprint(v)
}

// number is a value as a number; a whole 0 of Kring's own fields is not known.
func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), v != 0
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

func decimals(n float64) int {
	text := strings.TrimRight(fmt.Sprintf("%.6f", n), "0")
	return len(text) - strings.IndexByte(text, '.') - 1
}

func bareLink(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return s
	}
	return strings.TrimSuffix(strings.TrimPrefix(u.Host, "www.")+u.Path, "/")
}

// editable tells whether a cell can be changed in the list.
func (l *listing) editable(f catalogue.Field) bool {
	switch f.Kind {
	case catalogue.Record, catalogue.Instant:
		return false
	case catalogue.Choices:
		return f.Key == "tags"
	case catalogue.Text:
		return l.word == "account" || f.Key != "name" // a person's name is more than one field
	}
	return true
}

// inCell finds the field of a cell's address.
func (of *roster) inCell(v *visit) (l *listing, f catalogue.Field, i id.Record, err error) {
	l = &listing{roster: of, v: v, names: names{accounts: map[id.Account]string{}}}
	if !v.who.Can(of.write) {
		return l, f, i, app.ErrDenied
	}
	if i, err = id.Parse[id.Record](v.r.PathValue("id")); err != nil {
		return l, f, i, errNoPage
	}
	if l.fields, err = v.app.CatalogueOf(v.r.Context(), v.who, of.kind); err != nil {
		return l, f, i, err
	}
	f, ok := l.fields.Field(v.r.URL.Query().Get("field"))
	if !ok || !l.editable(f) {
		return l, f, i, errCell
	}
	return l, f, i, l.learn()
}

// cellForm answers the cell as a small form.
func (of *roster) cellForm(v *visit) error {
	l, f, i, err := of.inCell(v)
	if err != nil {
		return err
	}
	value, version, err := of.typed(v, i, f)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, l.form(f, i, value, version, ""))
}

// form is a cell being edited.
func (l *listing) form(f catalogue.Field, i id.Record, value string, version int64, wrong string) look.CellForm {
	c := look.CellForm{
		Action: l.path + "/" + i.String() + "/cell?field=" + url.QueryEscape(f.Key), Name: "value", Label: l.label(f),
		Value: value, Version: fmt.Sprint(version), Error: wrong, Max: 2000,
	}
	switch f.Kind {
	case catalogue.Choice:
		for _, key := range f.Choices {
			c.Options = append(c.Options, look.Option{Value: key, Label: l.choice(f, key)})
		}
		c.HasNone = f.Key != "kind" && f.Key != "legal_form"
	case catalogue.Bool:
		c.Options = []look.Option{{Value: "true", Label: l.yesNo(true)}, {Value: "false", Label: l.yesNo(false)}}
		c.HasNone = true
	case catalogue.Member:
		c.Options, c.HasNone = l.memberOptions(), true
	case catalogue.Team:
		c.Options, c.HasNone = l.teamOptions(), true
	case catalogue.Date:
		c.Type = "date"
	case catalogue.Number, catalogue.Money:
		c.Type = "number"
	case catalogue.Email:
		c.Type = "text" // the server says in words what is wrong
	}
	return c
}

func (l *listing) memberOptions() (options []look.Option) {
	for _, m := range l.names.members {
		if m.State == "active" || m.State == "invited" {
			options = append(options, look.Option{Value: m.ID.String(), Label: m.Name})
		}
	}
	return options
}

func (l *listing) teamOptions() (options []look.Option) {
	for _, g := range l.names.teams {
		options = append(options, look.Option{Value: g.ID.String(), Label: g.Name})
	}
	return options
}

// saveCell takes what was typed in a cell and answers the cell.
func (of *roster) saveCell(v *visit) error {
	l, f, i, err := of.inCell(v)
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	typed, version := form.Get("value"), number64(form.Get("version"))
	r, err := of.change(v, i, version, f.Key, typed)
	if err != nil {
		return l.refused(f, i, typed, version, err)
	}
	if at, ok := r.value("account").(id.Account); ok {
		if err := l.call(map[id.Account]bool{at: true}); err != nil {
			return err
		}
	}
	if !v.htmx() {
		return v.back()
	}
	c := l.cell(r, f)
	if f.Key == "name" {
		if err := l.ringOne(&r); err != nil {
			return err
		}
		c.Href, c.Lead, c.Sub = l.path+"/"+r.id.String(), l.lead(r), r.place
	}
	c.Edit = l.path + "/" + i.String() + "/cell?field=" + url.QueryEscape(f.Key)
	return v.show(http.StatusOK, look.TableCell(look.Column{Key: f.Key, Label: l.label(f), Number: numeric(f)}, c, f.Key == "name"))
}

// refused answers the form again: the typed text stays, with the sentence.
func (l *listing) refused(f catalogue.Field, i id.Record, typed string, version int64, err error) error {
	g, ok := fault.From(err)
	if !ok || g.Kind != fault.Invalid && g.Kind != fault.Conflict {
		return err
	}
	sentence := l.v.sentence(g)
	for _, name := range sortedKeys(g.Fields) {
		sentence = l.v.sentence(g.Fields[name])
	}
	if now, theirs, stale := staleness(err, f.Key); stale {
		version = now // the next Enter means: mine all the same
		sentence = l.t("list.stale")
		if theirs {
			sentence = l.t("list.stale_same")
		}
	}
	if !l.v.htmx() {
		return err
	}
	return l.v.show(status(g.Kind), l.form(f, i, typed, version, sentence))
}
