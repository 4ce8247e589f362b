package consent_test

import (
	"errors"
	"strings"
	"testing"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	. "kring/domain/consent"
)

const now = 1_000_000

var (
	anna = id.Record{1}
	bram = id.Record{2}
)

// said is a line of a ledger at a moment.
func said(of id.Record, at int64, s State, channel Channel, source string) Entry {
	return Entry{ID: id.Record{byte(at)}, Subject: of, At: at, State: s, Channel: channel, Purpose: Commercial, Source: source}
}

func TestNew(t *testing.T) {
	t.Parallel()
	good := Draft{Channel: Email, Purpose: Commercial, State: Given, Source: "form", Wording: "Ja, mail mij"}
	with := func(change func(*Draft)) Draft {
		d := good
		change(&d)
		return d
	}
	for name, c := range map[string]struct {
		d     Draft
		field string
		want  *fault.Fault
	}{
		"consent":                   {good, "", nil},
		"now when no time is said":  {with(func(d *Draft) { d.At = 0 }), "", nil},
		"every channel, objection":  {with(func(d *Draft) { d.Channel, d.Purpose, d.State, d.Wording = All, All, Objection, "" }), "", nil},
		"every channel, consent":    {with(func(d *Draft) { d.Channel = All }), "channel", ErrChannel},
		"every purpose, consent":    {with(func(d *Draft) { d.Purpose = All }), "purpose", ErrPurpose},
		"no channel":                {with(func(d *Draft) { d.Channel = "fax" }), "channel", ErrChannel},
		"no purpose":                {with(func(d *Draft) { d.Purpose = "" }), "purpose", ErrPurpose},
		"no state":                  {with(func(d *Draft) { d.State = "perhaps" }), "state", ErrState},
		"no source":                 {with(func(d *Draft) { d.Source = "" }), "source", ErrSource},
		"still to come":             {with(func(d *Draft) { d.At = now + 1 }), "at", ErrFuture},
		"before all days":           {with(func(d *Draft) { d.At = -1 }), "at", ErrAt},
		"consent without its words": {with(func(d *Draft) { d.Wording = " " }), "wording", ErrWording},
	} {
		_, err := New(now, fact.Contact, anna, c.d)
		f, _ := fault.From(err)
		if c.want == nil && err != nil || c.want != nil && (f == nil || !errors.Is(f.Fields[c.field], c.want)) {
			t.Errorf("%s: %v, want %v at %s", name, err, c.want, c.field)
		}
	}
	if _, err := New(now, fact.Order, anna, good); !errors.Is(err, ErrRecord) {
		t.Errorf("of an order: %v", err)
	}
	if _, err := New(now, fact.Contact, anna, with(func(d *Draft) { d.Proof = strings.Repeat("x", MaxProof+1) })); err == nil {
		t.Error("a proof without end was taken")
	}
}

func TestStanding(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		all   []Entry
		joins []Join
		want  State // of mail with offers
	}{
		"never asked":                      {nil, nil, ""},
		"of another":                       {[]Entry{said(bram, 1, Objection, Email, "talk")}, nil, ""},
		"by another channel":               {[]Entry{said(anna, 1, Given, Phone, "talk")}, nil, ""},
		"given":                            {[]Entry{said(anna, 1, Given, Email, "form")}, nil, Given},
		"withdrawn":                        {[]Entry{said(anna, 1, Given, Email, "form"), said(anna, 2, Withdrawn, Email, "talk")}, nil, Withdrawn},
		"given again":                      {[]Entry{said(anna, 1, Withdrawn, Email, "form"), said(anna, 2, Given, Email, "talk")}, nil, Given},
		"written down later, said earlier": {[]Entry{said(anna, 5, Objection, Email, "talk"), said(anna, 2, Given, Email, "form")}, nil, Objection},
		"objection to everything":          {[]Entry{said(anna, 1, Given, Email, "form"), said(anna, 2, Objection, All, "talk")}, nil, Objection},
		"withdrawn lifts no objection":     {[]Entry{said(anna, 1, Objection, Email, "talk"), said(anna, 2, Withdrawn, Email, "talk")}, nil, Objection},
		"a list lifts no objection":        {[]Entry{said(anna, 1, Objection, Email, "talk"), said(anna, 2, Given, Email, "list")}, nil, Objection},
		"an import lifts no objection":     {[]Entry{said(anna, 1, Objection, Email, "talk"), said(anna, 2, Given, Email, "import")}, nil, Objection},
		"a talk lifts it":                  {[]Entry{said(anna, 1, Objection, Email, "talk"), said(anna, 2, Given, Email, "talk")}, nil, Given},
		"merged: the stricter of the other": {
			[]Entry{said(anna, 3, Given, Email, "form"), said(bram, 1, Objection, Email, "talk")}, []Join{{5, bram, anna}}, Objection,
		},
		"merged: the stricter of its own": {
			[]Entry{said(anna, 1, Withdrawn, Email, "form"), said(bram, 3, Given, Email, "talk")}, []Join{{5, bram, anna}}, Withdrawn,
		},
		"merged: what only the other said": {[]Entry{said(bram, 3, Given, Email, "talk")}, []Join{{5, bram, anna}}, Given},
		"said after the merge": {
			[]Entry{said(bram, 1, Objection, Email, "talk"), said(anna, 7, Given, Email, "talk")}, []Join{{5, bram, anna}}, Given,
		},
		"said after it of the one that went": {
			[]Entry{said(anna, 1, Given, Email, "talk"), said(bram, 7, Objection, Email, "talk")}, []Join{{5, bram, anna}}, Objection,
		},
	} {
		got := Standing(anna, c.all, c.joins)[Cell{Email, Commercial}].State
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
