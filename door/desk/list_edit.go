package desk

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"kring/app"
	"kring/base/catalogue"
	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/opt"
	"kring/base/reach"
	"kring/base/tag"
	"kring/domain/account"
	"kring/domain/contact"
)

// What is typed in one cell, as a patch of its record, and back.

var errCell = fault.New(fault.Invalid, "list.cell", "this cannot be changed in a list")

// typedAccountCell is the value of a cell as somebody types it.
func typedAccountCell(v *visit, i id.Record, f catalogue.Field) (string, int64, error) {
	a, err := v.app.Account(v.r.Context(), v.who, id.Account(i))
	if err != nil {
		return "", 0, err
	}
	switch f.Key {
	case "phone":
		return a.Phones.Preferred().Number, a.Version, nil
	case "email":
		return a.Emails.Preferred().Address, a.Version, nil
	}
	return v.asTyped(f, a.Line().Value(f.Key)), a.Version, nil
}

func typedContactCell(v *visit, i id.Record, f catalogue.Field) (string, int64, error) {
	c, err := v.app.Contact(v.r.Context(), v.who, id.Contact(i))
	if err != nil {
		return "", 0, err
	}
	switch f.Key {
	case "phone":
		return c.Phones.Preferred().Number, c.Version, nil
	case "email":
		return c.Emails.Preferred().Address, c.Version, nil
	}
	return v.asTyped(f, c.Line().Value(f.Key)), c.Version, nil
}

// asTyped is a kept value as somebody types it.
func (v *visit) asTyped(f catalogue.Field, value any) string {
	switch value := value.(type) {
	case int:
		if value == 0 && !f.Own() {
			return ""
		}
		return strconv.Itoa(value)
	case float64:
		return v.comma(decimal.Plain(value))
	case bool:
		return strconv.FormatBool(value)
	case id.Member:
		return zeroless(value.IsZero(), value.String())
	case id.Team:
		return zeroless(value.IsZero(), value.String())
	case tag.Set, []string, []any:
		return strings.Join(several(value), ", ")
	}
	if f.Kind == catalogue.Money {
		return strings.TrimSuffix(v.comma(plain(value)), v.comma(".00"))
	}
	return plain(value)
}

func zeroless(zero bool, s string) string {
	if zero {
		return ""
	}
	return s
}

// comma writes a decimal sign as the reader does.
func (v *visit) comma(s string) string {
	if v.words.Lang() == "nl" {
		return strings.Replace(s, ".", ",", 1)
	}
	return s
}

// changeAccountCell takes over what was typed in a cell.
func changeAccountCell(v *visit, i id.Record, version int64, key, typed string) (r record, err error) {
	p := account.Patch{}
	typed = strings.TrimSpace(typed)
	switch key {
	case "name":
		p.Name = opt.Some(typed)
	case "kind":
		p.Kind = opt.Some(account.Kind(typed))
	case "legal_form":
		p.LegalForm = opt.Some(account.LegalForm(typed))
	case "kvk":
		p.KvK = opt.Some(typed)
	case "vat_id":
		p.VatID = opt.Some(typed)
	case "sbi":
		p.SBI = opt.Some(typed)
	case "size":
		n, err := v.wholeNumber(typed)
		if err != nil {
			return r, err
		}
		p.Size = opt.Some(n)
	case "website":
		p.Website = opt.Some(typed)
	case "source":
		p.Source = opt.Some(typed)
	case "source_from":
		p.SourceFrom = opt.Some(typed)
	case "external_id":
		p.ExternalID = opt.Some(typed)
	case "owner":
		p.Owner, err = chosen[id.Member](typed)
	case "team":
		p.Team, err = chosen[id.Team](typed)
	case "tags":
		p.Tags = opt.Some(tag.Split(typed))
	case "phone", "email", "city", "postcode", "country":
		a, err := v.app.Account(v.r.Context(), v.who, id.Account(i))
		if err != nil {
			return r, err
		}
		if version == 0 {
			version = a.Version
		}
		switch key {
		case "phone":
			p.Phones = opt.Some(phoned(a.Phones, typed))
		case "email":
			p.Emails = opt.Some(mailed(a.Emails, typed))
		default:
			p.Addresses = opt.Some(addressed(a.Addresses, key, typed))
		}
	default:
		p.Own, err = v.ownCell(fact.Account, key, typed)
	}
	if err != nil {
		return r, err
	}
	a, err := v.app.ChangeAccount(v.r.Context(), v.who, id.Account(i), version, p)
	return accountRecord(a.Line()), err
}

func changeContactCell(v *visit, i id.Record, version int64, key, typed string) (r record, err error) {
	p := contact.Patch{}
	typed = strings.TrimSpace(typed)
	switch key {
	case "given":
		p.Given = opt.Some(typed)
	case "family":
		p.Family = opt.Some(typed)
	case "honorific":
		p.Honorific = opt.Some(typed)
	case "language":
		p.Language = opt.Some(typed)
	case "source":
		p.Source = opt.Some(typed)
	case "source_from":
		p.SourceFrom = opt.Some(typed)
	case "external_id":
		p.ExternalID = opt.Some(typed)
	case "owner":
		p.Owner, err = chosen[id.Member](typed)
	case "team":
		p.Team, err = chosen[id.Team](typed)
	case "tags":
		p.Tags = opt.Some(tag.Split(typed))
	case "phone", "email", "city", "function":
		c, err := v.app.Contact(v.r.Context(), v.who, id.Contact(i))
		if err != nil {
			return r, err
		}
		if version == 0 {
			version = c.Version
		}
		switch key {
		case "phone":
			p.Phones = opt.Some(phoned(c.Phones, typed))
		case "email":
			p.Emails = opt.Some(mailed(c.Emails, typed))
		case "function":
			links := slices.Clone(c.Accounts)
			for i := range links {
				if links[i].Primary {
					links[i].Function = typed
				}
			}
			p.Accounts = opt.Some(links)
		default:
			p.Addresses = opt.Some(addressed(c.Addresses, key, typed))
		}
	default:
		p.Own, err = v.ownCell(fact.Contact, key, typed)
	}
	if err != nil {
		return r, err
	}
	c, err := v.app.ChangeContact(v.r.Context(), v.who, id.Contact(i), version, p)
	return contactRecord(c.Line()), err
}

// chosen reads an id that a select sent; nothing chosen makes the field empty.
func chosen[T ~[16]byte](typed string) (opt.Of[T], error) {
	if typed == "" {
		return opt.Empty[T](), nil
	}
	i, err := id.Parse[T](typed)
	return opt.Some(i), err
}

// phoned is the numbers with another preferred one; an empty text takes it
// away.
func phoned(all reach.Phones, typed string) reach.Phones {
	all = slices.Clone(all)
	at := slices.IndexFunc(all, func(p reach.Phone) bool { return p.Preferred })
	switch {
	case typed == "" && at >= 0:
		return slices.Delete(all, at, at+1)
	case at >= 0:
		all[at].Number = typed
		return all
	}
	return append(all, reach.Phone{Number: typed, Preferred: true})
}

// mailed does so for e-mail addresses.
func mailed(all reach.Emails, typed string) reach.Emails {
	all = slices.Clone(all)
	at := slices.IndexFunc(all, func(e reach.Email) bool { return e.Preferred })
	switch {
	case typed == "" && at >= 0:
		return slices.Delete(all, at, at+1)
	case at >= 0:
		all[at].Address = typed
		return all
	}
	return append(all, reach.Email{Address: typed, Preferred: true})
}

// addressed is the addresses with a part of the main one changed.
func addressed(all reach.Addresses, key, typed string) reach.Addresses {
	all = slices.Clone(all)
	if len(all) == 0 {
		all = reach.Addresses{{Label: "visit"}}
	}
	switch key {
	case "city":
		all[0].City = typed
	case "postcode":
		all[0].Postcode = typed
	case "country":
		all[0].Country = typed
	}
	return all
}

var (
	errNumber = fault.New(fault.Invalid, "number.invalid", "this is not a number")
	errWhole  = fault.New(fault.Invalid, "number.whole", "this is a whole number")
)

// wholeNumber reads 1.250 as a Dutch reader writes it; empty is 0.
func (v *visit) wholeNumber(typed string) (int, error) {
	if typed == "" {
		return 0, nil
	}
	n, ok := v.words.ParseNumber(typed)
	switch {
	case !ok:
		return 0, errNumber
	case n != float64(int64(n)):
		return 0, errWhole
	}
	return int(n), nil
}

// ownCell is the value of an own field as its kind wants it.
func (v *visit) ownCell(kind fact.Kind, key, typed string) (map[string]any, error) {
	name, own := strings.CutPrefix(key, catalogue.Own)
	fields, err := v.app.CatalogueOf(v.r.Context(), v.who, kind)
	if err != nil {
		return nil, err
	}
	f, known := fields.Field(key)
	if !own || !known {
		return nil, errCell
	}
	value, err := v.ownValue(f, typed)
	return map[string]any{name: value}, err
}

func (v *visit) ownValue(f catalogue.Field, typed string) (any, error) {
	if typed == "" {
		return nil, nil
	}
	switch f.Kind {
	case catalogue.Number:
		n, ok := v.words.ParseNumber(typed)
		if !ok {
			return nil, errNumber
		}
		return n, nil
	case catalogue.Money:
		cents, ok := v.words.ParseMoney(typed)
		if !ok {
			return nil, errNumber
		}
		return decimal.Amount(cents), nil
	case catalogue.Date:
		d, err := day.Parse(typed)
		return string(d), err
	case catalogue.Bool:
		return typed == "true", nil
	case catalogue.Choices:
		return tag.Split(typed), nil
	}
	return typed, nil
}

// staleness says what stands after somebody else changed the record, and
// whether they changed this field.
func staleness(err error, key string) (version int64, theirs, stale bool) {
	var changes []fact.Change
	var a *app.Stale[account.Account]
	var c *app.Stale[contact.Contact]
	switch {
	case errors.As(err, &a):
		version, changes = a.Now.Version, a.Theirs
	case errors.As(err, &c):
		version, changes = c.Now.Version, c.Theirs
	default:
		return 0, false, false
	}
	kept := map[string]string{"phone": "phones", "email": "emails", "city": "addresses", "postcode": "addresses", "country": "addresses", "function": "accounts"}
	if long := kept[key]; long != "" {
		key = long
	}
	return version, slices.ContainsFunc(changes, func(c fact.Change) bool { return c.Field == key }), true
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func number64(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
