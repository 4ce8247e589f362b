// Package field holds the rules of own fields: what an organisation wants to
// know of its accounts or contacts that Kring does not ask by itself. A field
// cannot be made without saying for what and on which ground (P-01).
package field

import (
	"slices"
	"strings"

	"kring/base/catalogue"
	"kring/base/column"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/opt"
)

// Type is what a field holds; it is chosen once.
type Type string

// The types.
const (
	Text    Type = "text"
	Number  Type = "number"
	Money   Type = "money"
	Date    Type = "date"
	Choice  Type = "choice"
	Choices Type = "choices"
	YesNo   Type = "yesno"
	Link    Type = "link"
)

// Types are all types, in the order of a menu.
var Types = []string{string(Text), string(Number), string(Money), string(Date), string(Choice), string(Choices), string(YesNo), string(Link)}

// Ground is the lawful basis of keeping a datum (AVG 6(1)).
type Ground string

// The six grounds.
const (
	Consent            Ground = "consent"
	Contract           Ground = "contract"
	LegalDuty          Ground = "legal_duty"
	Vital              Ground = "vital"
	PublicTask         Ground = "public_task"
	LegitimateInterest Ground = "legitimate_interest"
)

// Grounds are all grounds, in the order of the law.
var Grounds = []string{string(Consent), string(Contract), string(LegalDuty), string(Vital), string(PublicTask), string(LegitimateInterest)}

// Kinds are the kinds of records that can have own fields.
var Kinds = []string{string(fact.Account), string(fact.Contact)}

// The limits of fields.
const (
	MaxFields  = 200 // of one kind of record
	MaxChoices = 200 // of one field, those put away included
	MaxLabel   = 60
	MaxPurpose = 500
	MaxText    = 2000 // characters of a value
)

// Label is a name in both languages.
type Label struct {
	NL string `json:"nl,omitempty"`
	EN string `json:"en,omitempty"`
}

// In is the label for a reader, in the other language when there is no other.
func (l Label) In(language string) string {
	if language == "en" && l.EN != "" || l.NL == "" {
		return l.EN
	}
	return l.NL
}

// Option is one choice. One that is put away stays with the records that have
// it and is offered no more.
type Option struct {
	Key      string `json:"key"`
	Label    Label  `json:"label"`
	Archived bool   `json:"archived,omitempty"`
}

// Definition is one own field. Times are milliseconds UTC.
type Definition struct {
	ID       id.Field  `json:"id"`
	Kind     fact.Kind `json:"kind"` // of Kinds
	Key      string    `json:"key"`  // for ever, and once for a kind
	Label    Label     `json:"label"`
	Type     Type      `json:"type"`
	Choices  []Option  `json:"choices"`
	Required bool      `json:"required"`
	Purpose  string    `json:"purpose"`
	Ground   Ground    `json:"ground"`
	Position int       `json:"position"`
	Created  int64     `json:"created_at"`
	Updated  int64     `json:"updated_at"`
	Archived int64     `json:"archived_at,omitempty"` // since when it is asked no more; 0 when it is
	Version  int64     `json:"version"`
}

// Draft is what is filled in for a new field. Without a key it is made of the
// label.
type Draft struct {
	Kind     fact.Kind `json:"kind"`
	Key      string    `json:"key,omitempty"`
	Label    Label     `json:"label"`
	Type     Type      `json:"type"`
	Choices  []Option  `json:"choices,omitempty"`
	Required bool      `json:"required,omitempty"`
	Purpose  string    `json:"purpose"`
	Ground   Ground    `json:"ground"`
	Position int       `json:"position,omitempty"`
}

// Patch is what is changed of a field. Kind, key and type may be mentioned, but
// only as they are.
type Patch struct {
	Kind     opt.Of[fact.Kind] `json:"kind,omitzero"`
	Key      opt.Of[string]    `json:"key,omitzero"`
	Type     opt.Of[Type]      `json:"type,omitzero"`
	Label    opt.Of[Label]     `json:"label,omitzero"`
	Choices  opt.Of[[]Option]  `json:"choices,omitzero"`
	Required opt.Of[bool]      `json:"required,omitzero"`
	Purpose  opt.Of[string]    `json:"purpose,omitzero"`
	Ground   opt.Of[Ground]    `json:"ground,omitzero"`
	Position opt.Of[int]       `json:"position,omitzero"`
}

// What can be wrong with a definition.
var (
	ErrKind        = fault.New(fault.Invalid, "field.kind", "own fields belong to accounts or contacts")
	ErrKey         = fault.New(fault.Invalid, "field.key", "a key has small letters, digits and underscores and begins with a letter")
	ErrLabel       = fault.New(fault.Invalid, "field.no_label", "a field needs a name")
	ErrType        = fault.New(fault.Invalid, "field.type", "this type of field is not known")
	ErrFixed       = fault.New(fault.Invalid, "field.fixed", "this cannot be changed once the field exists")
	ErrNoChoices   = fault.New(fault.Invalid, "field.no_choices", "a field to choose from needs choices")
	ErrManyChoices = fault.New(fault.Invalid, "field.many_choices", "a field has no more than 200 choices")
	ErrSameChoice  = fault.New(fault.Invalid, "field.same_choice", "this choice is here already")
	ErrNotChosen   = fault.New(fault.Invalid, "field.not_chosen", "only a field to choose from has choices")
	ErrNoPurpose   = fault.New(fault.Invalid, "field.no_purpose", "say for what this is kept")
	ErrNoGround    = fault.New(fault.Invalid, "field.no_ground", "choose the lawful ground for keeping this")
	ErrCitizen     = fault.New(fault.Invalid, "field.citizen_number", "a citizen service number may not be kept")
	ErrPosition    = fault.New(fault.Invalid, "field.position", "a position is between 0 and 10,000")
	ErrArchived    = fault.New(fault.Conflict, "field.archived", "this field has been put away")
	ErrNotArchived = fault.New(fault.Conflict, "field.not_archived", "this field has not been put away")
)

// Define makes a field out of what was filled in.
func Define(fid id.Field, now int64, d Draft) (Definition, error) {
	wrong := fault.Fields{}
	f := Definition{ID: fid, Kind: d.Kind, Key: strings.TrimSpace(d.Key), Type: d.Type, Choices: []Option{}, Created: now, Updated: now, Version: 1}
	if !slices.Contains(Kinds, string(f.Kind)) {
		wrong.Add("kind", ErrKind)
	}
	if !slices.Contains(Types, string(f.Type)) {
		wrong.Add("type", ErrType)
	}
	f.take(Patch{
		Label: opt.Some(d.Label), Choices: opt.Some(d.Choices), Required: opt.Some(d.Required), Purpose: opt.Some(d.Purpose), Ground: opt.Some(d.Ground),
		Position: opt.Some(d.Position),
	}, wrong)
	if f.Key == "" {
		f.Key = Slug(f.Label.In("nl"))
	}
	if !catalogue.Slug(f.Key) && len(wrong) == 0 {
		wrong.Add("key", ErrKey)
	}
	if citizenNumber(f.Key) {
		wrong.Add("key", ErrCitizen)
	}
	if err := wrong.Err(); err != nil {
		return Definition{}, err
	}
	return f, nil
}

// Change takes over what a patch mentions and tells what became different.
// Choices that are left out are put away, so that the records that have them
// keep their meaning.
func Change(f Definition, now int64, p Patch) (Definition, []fact.Change, error) {
	if f.Archived != 0 {
		return f, nil, ErrArchived
	}
	g, wrong := f, fault.Fields{}
	if p.Kind.Or(f.Kind) != f.Kind {
		wrong.Add("kind", ErrFixed)
	}
	if p.Key.Or(f.Key) != f.Key {
		wrong.Add("key", ErrFixed)
	}
	if p.Type.Or(f.Type) != f.Type {
		wrong.Add("type", ErrFixed)
	}
	g.take(p, wrong)
	if err := wrong.Err(); err != nil {
		return f, nil, err
	}
	changes := Diff(f, g)
	if len(changes) == 0 {
		return f, nil, nil
	}
	g.Updated = now
	return g, changes, nil
}

// Archive puts a field away: it is asked and shown no more, its values stay.
func Archive(f Definition, now int64) (Definition, []fact.Change, error) {
	if f.Archived != 0 {
		return f, nil, ErrArchived
	}
	g := f
	g.Archived, g.Updated = now, now
	return g, Diff(f, g), nil
}

// Revive takes a field back into use.
func Revive(f Definition, now int64) (Definition, []fact.Change, error) {
	if f.Archived == 0 {
		return f, nil, ErrNotArchived
	}
	g := f
	g.Archived, g.Updated = 0, now
	return g, Diff(f, g), nil
}

// Diff tells what b has that a has not.
func Diff(a, b Definition) []fact.Change {
	var changes []fact.Change
	for _, c := range []fact.Change{
		fact.Of("label", a.Label, b.Label), fact.Of("choices", a.Choices, b.Choices), fact.Of("required", a.Required, b.Required),
		fact.Of("purpose", a.Purpose, b.Purpose), fact.Of("ground", a.Ground, b.Ground), fact.Of("position", a.Position, b.Position),
		fact.Of("archived_at", a.Archived, b.Archived),
	} {
		if string(c.From) != string(c.To) {
			changes = append(changes, c)
		}
	}
	return changes
}

// Chosen tells a field with choices.
func (f Definition) Chosen() bool { return f.Type == Choice || f.Type == Choices }

// Option finds a choice by its key.
func (f Definition) Option(key string) (Option, bool) {
	i := slices.IndexFunc(f.Choices, func(o Option) bool { return o.Key == key })
	if i < 0 {
		return Option{}, false
	}
	return f.Choices[i], true
}

// Offered are the choices to choose from now.
func (f Definition) Offered() []Option {
	return slices.DeleteFunc(slices.Clone(f.Choices), func(o Option) bool { return o.Archived })
}

// Asked is the field as a list can be asked it.
func (f Definition) Asked() catalogue.Field {
	c := catalogue.Field{Key: catalogue.Own + f.Key, Kind: catalogue.Kind(f.Type), Column: true, Many: f.Type == Choices}
	if f.Type == YesNo {
		c.Kind = catalogue.Bool
	}
	for _, o := range f.Choices {
		c.Choices = append(c.Choices, o.Key)
	}
	return c
}

func (f *Definition) take(p Patch, wrong fault.Fields) {
	opt.Put(p.Label, &f.Label, wrong, "label", label)
	if choices, given := p.Choices.Get(); given {
		kept, err := f.choices(choices)
		wrong.Add("choices", err)
		if err == nil {
			f.Choices = kept
		}
	}
	opt.Put(p.Required, &f.Required, wrong, "required", nil)
	opt.Put(p.Purpose, &f.Purpose, wrong, "purpose", func(s string) (string, error) {
		s, err := fold.Clean(s, MaxPurpose)
		if err == nil && s == "" {
			err = ErrNoPurpose
		}
		return s, err
	})
	opt.Put(p.Ground, &f.Ground, wrong, "ground", func(g Ground) (Ground, error) {
		if !slices.Contains(Grounds, string(g)) {
			return g, ErrNoGround
		}
		return g, nil
	})
	opt.Put(p.Position, &f.Position, wrong, "position", func(n int) (int, error) {
		if n < 0 || n > 10_000 {
			return 0, ErrPosition
		}
		return n, nil
	})
}

func label(l Label) (Label, error) {
	var err error
	if l.NL, err = fold.Clean(l.NL, MaxLabel); err != nil {
		return l, err
	}
	if l.EN, err = fold.Clean(l.EN, MaxLabel); err != nil {
		return l, err
	}
	switch {
	case l.NL == "" && l.EN == "":
		return l, ErrLabel
	case citizenNumber(l.NL), citizenNumber(l.EN):
		return l, ErrCitizen
	}
	return l, nil
}

// choices tidies what was filled in and keeps, put away, what was left out.
func (f Definition) choices(typed []Option) ([]Option, error) {
	if !f.Chosen() {
		if len(typed) > 0 {
			return nil, ErrNotChosen
		}
		return []Option{}, nil
	}
	if len(typed) > MaxChoices {
		return nil, ErrManyChoices
	}
	kept := []Option{}
	for _, o := range typed {
		if o.Key == "" && o.Label == (Label{}) {
			continue
		}
		l, err := label(o.Label)
		if err != nil {
			return nil, err
		}
		o.Label = l
		if o.Key == "" {
			o.Key = Slug(l.In("nl"))
		}
		switch {
		case !catalogue.Slug(o.Key):
			return nil, ErrKey
		case slices.ContainsFunc(kept, func(k Option) bool { return k.Key == o.Key }):
			return nil, ErrSameChoice.With(fault.Params{"choice": o.Key})
		}
		kept = append(kept, o)
	}
	for _, o := range f.Choices {
		if !slices.ContainsFunc(kept, func(k Option) bool { return k.Key == o.Key }) {
			o.Archived = true
			kept = append(kept, o)
		}
	}
	switch {
	case len(kept) > MaxChoices:
		return nil, ErrManyChoices
	case !slices.ContainsFunc(kept, func(o Option) bool { return !o.Archived }):
		return nil, ErrNoChoices
	}
	return kept, nil
}

// Slug makes a key out of a label: Budget 2027 becomes budget_2027. It is empty
// when nothing of the label can be in a key.
func Slug(label string) string {
	ascii := strings.Map(func(r rune) rune {
		if r == ' ' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, fold.Key(label))
	s := strings.Join(strings.Fields(ascii), "_")
	s = strings.TrimLeft(s, "0123456789_")
	return strings.TrimRight(s[:min(len(s), 40)], "_")
}

// citizenNumber recognises a field that asks for what may not be kept (P-09,
// UAVG 46).
func citizenNumber(name string) bool {
	name = strings.ReplaceAll(fold.Key(name), "_", " ")
	for w := range strings.FieldsSeq(name) {
		switch w {
		case "bsn", "burgerservicenummer", "sofinummer", "sofi", "bsnnummer":
			return true
		}
	}
	return strings.Contains(name, "citizen service number")
}

// Column is what a column of a file can become of this field.
func (f Definition) Column() column.Field {
	c := column.Field{Key: catalogue.Own + f.Key, Kind: f.Asked().Kind, Words: []string{f.Key}}
	for _, l := range []string{f.Label.NL, f.Label.EN} {
		if l != "" {
			c.Words = append(c.Words, l)
		}
	}
	if f.Chosen() {
		c.Named = map[string][]string{}
		for _, o := range f.Choices {
			c.Named[o.Key] = []string{o.Label.NL, o.Label.EN}
		}
	}
	return c
}
