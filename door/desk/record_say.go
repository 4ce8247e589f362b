package desk

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kring/base/decimal"
	"kring/base/fact"
	"kring/base/id"
	"kring/base/phone"
	"kring/base/reach"
	"kring/base/tag"
	"kring/domain/contact"
	"kring/domain/field"
	"kring/domain/member"
)

// What a record holds, in the reader's words.

func decimal64(n int64) string { return strconv.FormatInt(n, 10) }

// text is the value of a field as one line; empty when there is nothing.
func (d *dossier) text(key string, value any) string {
	w := d.v.words
	if own, ok := d.own(key); ok {
		return sayOwn(d.v, own, value)
	}
	switch v := value.(type) {
	case id.Member:
		return d.memberName(v)
	case id.Team:
		return d.teamName(v)
	case int:
		if v == 0 {
			return ""
		}
		return w.Number(float64(v), 0)
	case int64: // an instant
		if v == 0 {
			return ""
		}
		return w.Stamp(v)
	case reach.Phones:
		var list []string
		for _, p := range v {
			list = append(list, p.Show(d.v.region()))
		}
		return strings.Join(list, ", ")
	case reach.Emails:
		var list []string
		for _, e := range v {
			list = append(list, e.Address)
		}
		return strings.Join(list, ", ")
	case reach.Addresses:
		var list []string
		for _, a := range v {
			list = append(list, strings.Join(a.Lines(d.v.region()), ", "))
		}
		return strings.Join(list, "; ")
	case []contact.Link:
		var list []string
		for _, l := range v {
			list = append(list, d.link(l))
		}
		return strings.Join(list, "; ")
	case tag.Set:
		return strings.Join(v, ", ")
	case []string:
		list := make([]string, len(v))
		for n, s := range v {
			list[n] = d.choice(key, s)
		}
		return strings.Join(list, ", ")
	case string:
		return d.choice(key, v)
	}
	return d.choice(key, untyped(value))
}

// untyped is a value of a named string type as text.
func untyped(value any) string {
	if value == nil {
		return ""
	}
	raw, err := json.Marshal(value)
	var s string
	if err != nil || json.Unmarshal(raw, &s) != nil {
		return strings.Trim(string(raw), `"`)
	}
	return s
}

// choice gives one choice its word: account.legal_form.bv.
func (d *dossier) choice(key, value string) string {
	if value == "" || key == "legal_form" && value == "unknown" {
		return ""
	}
	if word := d.word + "." + key + "." + value; d.v.words.Has(word) {
		return d.v.words.T(word)
	}
	return value
}

func (d *dossier) link(l contact.Link) string {
	name := d.called[l.Account]
	if name == "" {
		name = d.t("record.elsewhere")
	}
	if l.Function != "" {
		name += " (" + l.Function + ")"
	}
	return name
}

func (d *dossier) memberName(i id.Member) string {
	at := slices.IndexFunc(d.Members, func(m member.Member) bool { return m.ID == i })
	switch {
	case i.IsZero():
		return ""
	case at < 0:
		return d.t("record.gone_member")
	}
	return d.Members[at].Name
}

func (d *dossier) teamName(i id.Team) string {
	at := slices.IndexFunc(d.Groups, func(g member.Group) bool { return g.ID == i })
	switch {
	case i.IsZero():
		return ""
	case at < 0:
		return d.t("record.gone_team")
	}
	return d.Groups[at].Name
}

// region is the country whose numbers are written without their country.
func (v *visit) region() string {
	if c := v.who.Org.Settings.Country; c != "" {
		return c
	}
	return phone.Home
}

// sayOwn is the value of an own field as one line.
func sayOwn(v *visit, f field.Definition, value any) string {
	lang := v.words.Lang()
	called := func(key string) string {
		if o, ok := f.Option(key); ok {
			return o.Label.In(lang)
		}
		return key
	}
	switch x := value.(type) {
	case nil:
		return ""
	case bool:
		if x {
			return v.words.T("record.yes")
		}
		return v.words.T("record.no")
	case float64:
		text := decimal.Plain(x)
		_, part, _ := strings.Cut(text, ".")
		return v.words.Number(x, len(part))
	case []string:
		list := make([]string, len(x))
		for n, key := range x {
			list[n] = called(key)
		}
		return strings.Join(list, ", ")
	case []any:
		var list []string
		for _, one := range x {
			if key, ok := one.(string); ok {
				list = append(list, called(key))
			}
		}
		return strings.Join(list, ", ")
	case string:
		switch f.Type {
		case field.Money:
			if cents, err := decimal.Cents(x, decimal.Point); err == nil {
				return v.words.Money(cents, "EUR")
			}
		case field.Date:
			return v.words.DayText(x)
		case field.Choice:
			return called(x)
		case field.Link:
			return shortLink(x)
		}
		return x
	}
	return untyped(value)
}

// shortLink is a web address as people say it.
func shortLink(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return s
	}
	return strings.TrimSuffix(strings.TrimPrefix(u.Host, "www.")+u.Path, "/")
}

// kept reads a value back from a fact, as the field has it.
func (d *dossier) kept(key string, raw json.RawMessage) any {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	read := func(into any) bool { return json.Unmarshal(raw, into) == nil }
	switch key {
	case "owner":
		var v id.Member
		if read(&v) {
			return v
		}
	case "team":
		var v id.Team
		if read(&v) {
			return v
		}
	case "size":
		var v int
		if read(&v) {
			return v
		}
	case "phones":
		var v reach.Phones
		if read(&v) {
			return v
		}
	case "emails":
		var v reach.Emails
		if read(&v) {
			return v
		}
	case "addresses":
		var v reach.Addresses
		if read(&v) {
			return v
		}
	case "accounts":
		var v []contact.Link
		if read(&v) {
			return v
		}
	case "tags":
		var v tag.Set
		if read(&v) {
			return v
		}
	case "counter_value":
		var v []string
		if read(&v) {
			return v
		}
	case "deleted_at":
		var v int64
		if read(&v) {
			return v
		}
	}
	var v any
	if !read(&v) {
		return nil
	}
	return v
}

// fromTo is one change in words; the empty text is nothing.
func (d *dossier) fromTo(c fact.Change) (from, to string) {
	return d.brief(d.text(c.Field, d.kept(c.Field, c.From))), d.brief(d.text(c.Field, d.kept(c.Field, c.To)))
}

// brief keeps a long text from filling the page.
func (d *dossier) brief(s string) string {
	s = strings.TrimSpace(strings.NewReplacer("\n", " ", "\t", " ").Replace(s))
	if r := []rune(s); len(r) > 160 {
		return string(r[:157]) + "…"
	}
	return s
}
