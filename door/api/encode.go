package api

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"kring/base/id"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/contact"
)

// instant is a moment as the API writes it: RFC 3339 in UTC, null when there is
// none. Below, moments are milliseconds.
type instant int64

// MarshalJSON writes 2026-11-23T08:00:00.000Z.
func (i instant) MarshalJSON() ([]byte, error) { return putInstant(nil, int64(i)), nil }

// The two kinds of records that are read most are written by hand, since
// reflection costs more than the database; a test holds them to what
// encoding/json makes of the same structs.

// accountOut is an account as the API shows it.
type accountOut struct {
	account.Account
	Regime  account.Regime `json:"regime" readOnly:"true"`
	Created instant        `json:"created_at" readOnly:"true"`
	Updated instant        `json:"updated_at" readOnly:"true"`
	Deleted instant        `json:"deleted_at" readOnly:"true"`
}

func showAccount(a account.Account) accountOut {
	return accountOut{a, a.Regime(), instant(a.Created), instant(a.Updated), instant(a.Deleted)}
}

// contactOut is a contact as the API shows it.
type contactOut struct {
	contact.Contact
	Name    string  `json:"name" readOnly:"true"`
	Created instant `json:"created_at" readOnly:"true"`
	Updated instant `json:"updated_at" readOnly:"true"`
	Deleted instant `json:"deleted_at" readOnly:"true"`
}

func showContact(c contact.Contact) contactOut {
	return contactOut{c, c.Name(), instant(c.Created), instant(c.Updated), instant(c.Deleted)}
}

func putAccount(b []byte, a account.Account) []byte {
	b = putID(append(b, `{"id":`...), a.ID)
	b = putText(append(b, `,"kind":`...), string(a.Kind))
	b = putText(append(b, `,"name":`...), a.Name)
	b = putText(append(b, `,"legal_form":`...), string(a.LegalForm))
	b = putText(append(b, `,"kvk":`...), a.KvK)
	b = putText(append(b, `,"branch":`...), a.Branch)
	b = putText(append(b, `,"vat_id":`...), a.VatID)
	b = putText(append(b, `,"sbi":`...), a.SBI)
	b = strconv.AppendInt(append(b, `,"size":`...), int64(a.Size), 10)
	b = putTexts(append(b, `,"counter_value":`...), a.CounterValue)
	b = putID(append(b, `,"owner":`...), a.Owner)
	b = putID(append(b, `,"team":`...), a.Team)
	b = putWays(b, a.Phones, a.Emails, a.Addresses)
	b = putText(append(b, `,"website":`...), a.Website)
	b = putTexts(append(b, `,"tags":`...), a.Tags)
	b = putText(append(b, `,"note":`...), a.Note)
	b = putText(append(b, `,"source":`...), a.Source)
	b = putText(append(b, `,"source_from":`...), a.SourceFrom)
	b = putText(append(b, `,"external_id":`...), a.ExternalID)
	b = putOwn(append(b, `,"own":`...), a.Own)
	b = strconv.AppendInt(append(b, `,"version":`...), a.Version, 10)
	b = putText(append(b, `,"regime":`...), string(a.Regime()))
	return append(putTimes(b, a.Created, a.Updated, a.Deleted), '}')
}

func putContact(b []byte, c contact.Contact) []byte {
	b = putID(append(b, `{"id":`...), c.ID)
	b = putText(append(b, `,"honorific":`...), c.Honorific)
	b = putText(append(b, `,"initials":`...), c.Initials)
	b = putText(append(b, `,"given":`...), c.Given)
	b = putText(append(b, `,"infix":`...), c.Infix)
	b = putText(append(b, `,"family":`...), c.Family)
	b = putText(append(b, `,"language":`...), c.Language)
	b = append(b, `,"accounts":[`...)
	for i, l := range c.Accounts {
		if i > 0 {
			b = append(b, ',')
		}
		b = putID(append(b, `{"account":`...), l.Account)
		if l.Function != "" {
			b = putText(append(b, `,"function":`...), l.Function)
		}
		if len(l.Roles) > 0 {
			b = putTexts(append(b, `,"roles":`...), l.Roles)
		}
		if l.Primary {
			b = append(b, `,"primary":true`...)
		}
		b = append(b, '}')
	}
	b = append(b, ']')
	b = putID(append(b, `,"owner":`...), c.Owner)
	b = putID(append(b, `,"team":`...), c.Team)
	b = putWays(b, c.Phones, c.Emails, c.Addresses)
	b = putTexts(append(b, `,"tags":`...), c.Tags)
	b = putText(append(b, `,"note":`...), c.Note)
	b = putText(append(b, `,"source":`...), c.Source)
	b = putText(append(b, `,"source_from":`...), c.SourceFrom)
	b = putText(append(b, `,"external_id":`...), c.ExternalID)
	b = putOwn(append(b, `,"own":`...), c.Own)
	b = strconv.AppendInt(append(b, `,"version":`...), c.Version, 10)
	b = putText(append(b, `,"name":`...), c.Name())
	return append(putTimes(b, c.Created, c.Updated, c.Deleted), '}')
}

func putTimes(b []byte, created, updated, deleted int64) []byte {
	b = putInstant(append(b, `,"created_at":`...), created)
	b = putInstant(append(b, `,"updated_at":`...), updated)
	return putInstant(append(b, `,"deleted_at":`...), deleted)
}

func putWays(b []byte, phones reach.Phones, emails reach.Emails, addresses reach.Addresses) []byte {
	b = append(b, `,"phones":[`...)
	for i, p := range phones {
		if i > 0 {
			b = append(b, ',')
		}
		b = putText(append(b, `{"number":`...), p.Number)
		b = putSome(b, `,"e164":`, p.E164)
		b = putSome(b, `,"ext":`, p.Ext)
		b = putSome(b, `,"label":`, p.Label)
		if p.Preferred {
			b = append(b, `,"preferred":true`...)
		}
		b = append(b, '}')
	}
	b = append(b, `],"emails":[`...)
	for i, e := range emails {
		if i > 0 {
			b = append(b, ',')
		}
		b = putText(append(b, `{"address":`...), e.Address)
		b = putSome(b, `,"normal":`, e.Normal)
		b = putSome(b, `,"label":`, e.Label)
		if e.Preferred {
			b = append(b, `,"preferred":true`...)
		}
		b = append(b, '}')
	}
	b = append(b, `],"addresses":[`...)
	for i, a := range addresses {
		if i > 0 {
			b = append(b, ',')
		}
		start := len(b)
		b = putSome(b, `,"label":`, a.Label)
		b = putSome(b, `,"street":`, a.Street)
		b = putSome(b, `,"number":`, a.Number)
		b = putSome(b, `,"suffix":`, a.Suffix)
		b = putSome(b, `,"postcode":`, a.Postcode)
		b = putSome(b, `,"city":`, a.City)
		b = putSome(b, `,"country":`, a.Country)
		if len(b) == start {
			b = append(b, '{')
		} else {
			b[start] = '{'
		}
		b = append(b, '}')
	}
	return append(b, ']')
}

func putSome(b []byte, key, s string) []byte {
	if s == "" {
		return b
	}
	return putText(append(b, key...), s)
}

func putID[K any](b []byte, i id.Of[K]) []byte {
	if i.IsZero() {
		return append(b, "null"...)
	}
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for n, c := range i {
		if n == 4 || n == 6 || n == 8 || n == 10 {
			b = append(b, '-')
		}
		b = append(b, hex[c>>4], hex[c&15])
	}
	return append(b, '"')
}

func putInstant(b []byte, ms int64) []byte {
	if ms == 0 {
		return append(b, "null"...)
	}
	return time.UnixMilli(ms).UTC().AppendFormat(b, `"2006-01-02T15:04:05.000Z"`)
}

func putTexts[S ~string](b []byte, all []S) []byte {
	b = append(b, '[')
	for i, s := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = putText(b, string(s))
	}
	return append(b, ']')
}

func putOwn(b []byte, own map[string]any) []byte {
	if len(own) == 0 {
		return append(b, "{}"...)
	}
	b = append(b, '{')
	for i, key := range slices.Sorted(maps.Keys(own)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(putText(b, key), ':')
		b = putAny(b, own[key])
	}
	return append(b, '}')
}

func putAny(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return putText(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1e15 {
			return strconv.AppendInt(b, int64(v), 10)
		}
	}
	js, err := json.Marshal(v)
	if err != nil {
		return append(b, "null"...)
	}
	return append(b, js...)
}

// putText writes a text; what HTML would trip over is left alone, since nobody
// reads this as HTML.
func putText(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			b = append(b, s[from:i]...)
			switch c {
			case '"', '\\':
				b = append(b, '\\', c)
			case '\n':
				b = append(b, '\\', 'n')
			case '\r':
				b = append(b, '\\', 'r')
			case '\t':
				b = append(b, '\\', 't')
			case '\b':
				b = append(b, '\\', 'b')
			case '\f':
				b = append(b, '\\', 'f')
			default:
				const hex = "0123456789abcdef"
				b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			}
			i++
			from = i
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || r == '\u2028' || r == '\u2029' {
			b = append(b, s[from:i]...)
			if n == 1 {
				b = append(b, `\ufffd`...)
			} else {
				b = append(b, `\u202`...)
				b = append(b, "0123456789abcdef"[r&15])
			}
			from = i + n
		}
		i += n
	}
	b = append(b, s[from:]...)
	return append(b, '"')
}
