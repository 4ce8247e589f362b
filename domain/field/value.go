package field

import (
	"encoding/json"
	"math"
	"slices"
	"strings"

	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/reach"
)

// What can be wrong with a value.
var (
	ErrRequired = fault.New(fault.Invalid, "field.required", "this must be filled in")
	ErrForm     = fault.New(fault.Invalid, "field.form", "this is not the form of a value of this field")
	ErrOption   = fault.New(fault.Invalid, "field.option", "there is no such choice")
	ErrOne      = fault.New(fault.Invalid, "field.one", "only one can be chosen")
	ErrYesNo    = fault.New(fault.Invalid, "field.yes_no", "this is yes or no")
)

// Accept brings what was filled in to the value that is kept, in a form that
// JSON can write and Accept reads back as itself:
//
//	text, link  string          number  float64
//	money       "1000.50"       date    "2026-11-23"
//	choice      its key         choices []string, keys in the order of the field
//	yesno       bool
//
// It reads texts as people type them (1.000,50 and 31-12-2026), the values of a
// form ([]string) and what JSON decodes to. Nothing filled in is nil.
func Accept(f Definition, raw any) (any, error) { return AcceptIn(f, raw, decimal.Comma) }

// AcceptIn is Accept for a reader who writes numbers in this style.
func AcceptIn(f Definition, raw any, style decimal.Style) (any, error) {
	v, err := f.accept(raw, style)
	if err == nil && v == nil && f.Required {
		err = ErrRequired
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}

func (f Definition) accept(raw any, style decimal.Style) (any, error) {
	if f.Type == Choices {
		return f.acceptChoices(raw)
	}
	if list, ok := raw.([]string); ok { // a form sends a list of one
		if list = slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == "" }); len(list) > 1 {
			return nil, ErrOne
		}
		raw = strings.Join(list, "")
	}
	if n, ok := number(raw); ok {
		return f.acceptNumber(n)
	}
	switch v := raw.(type) {
	case nil:
		return nil, nil
	case bool:
		if f.Type != YesNo {
			return nil, ErrForm
		}
		return v, nil
	case string:
		return f.acceptText(v, style)
	}
	return nil, ErrForm
}

// number is a number as JSON or Go has it.
func number(raw any) (float64, bool) {
	switch v := raw.(type) {
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	case float64:
		return v, true
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	}
	return 0, false
}

func (f Definition) acceptNumber(n float64) (any, error) {
	switch {
	case f.Type != Number && f.Type != Money:
		return nil, ErrForm
	case !(math.Abs(n) <= decimal.Max):
		return nil, decimal.ErrLarge
	case f.Type == Money:
		cents, err := decimal.Cents(decimal.Plain(n), decimal.Point)
		return orNil(decimal.Amount(cents), err)
	}
	return n + 0, nil
}

func (f Definition) acceptText(s string, style decimal.Style) (any, error) {
	max := MaxText
	if f.Type != Text && f.Type != Link {
		max = 100
	}
	s, err := fold.Text(s, max)
	if err != nil || s == "" {
		return nil, err
	}
	switch f.Type {
	case Number:
		return orNil(decimal.Number(s, style))
	case Money:
		cents, err := decimal.Cents(s, style)
		return orNil(decimal.Amount(cents), err)
	case Date:
		d, err := day.Parse(s)
		return orNil(string(d), err)
	case Choice:
		if _, ok := f.Option(s); !ok {
			return nil, ErrOption
		}
	case YesNo:
		return yesNo(s)
	case Link:
		return orNil(reach.Link(s))
	}
	return s, nil
}

// orNil keeps a refused value from being a zero that looks like one.
func orNil[T any](v T, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}

func yesNo(s string) (any, error) {
	switch strings.ToLower(s) {
	case "true", "1", "yes", "ja", "on", "y", "j":
		return true, nil
	case "false", "0", "no", "nee", "off", "n":
		return false, nil
	}
	return nil, ErrYesNo
}

func (f Definition) acceptChoices(raw any) (any, error) {
	var keys []string
	switch v := raw.(type) {
	case nil:
	case string:
		keys = strings.Split(v, ",")
	case []string:
		keys = v
	case []any:
		for _, one := range v {
			s, ok := one.(string)
			if !ok {
				return nil, ErrForm
			}
			keys = append(keys, s)
		}
	default:
		return nil, ErrForm
	}
	chosen := map[string]bool{}
	for _, k := range keys {
		if k = strings.TrimSpace(k); k == "" {
			continue
		}
		if _, ok := f.Option(k); !ok {
			return nil, ErrOption
		}
		chosen[k] = true
	}
	if len(chosen) == 0 {
		return nil, nil
	}
	var kept []string
	for _, o := range f.Choices {
		if chosen[o.Key] {
			kept = append(kept, o.Key)
		}
	}
	return kept, nil
}

// Typed is a value as an index keeps it: one of the two. Money is in cents, yes
// is 1 and no is 0.
type Typed struct {
	Text   *string
	Number *float64
}

// maxIndexed is how many characters of a text an index keeps.
const maxIndexed = 200

// Index is a kept value as rows of an index: none for no value, one for each of
// several choices.
func Index(f Definition, value any) []Typed {
	text := func(s string) Typed {
		if r := []rune(s); len(r) > maxIndexed {
			s = string(r[:maxIndexed])
		}
		return Typed{Text: &s}
	}
	amount := func(n float64) []Typed { return []Typed{{Number: &n}} }
	switch v := value.(type) {
	case string:
		if f.Type == Money {
			cents, err := decimal.Cents(v, decimal.Point)
			if err != nil {
				return nil
			}
			return amount(float64(cents))
		}
		return []Typed{text(v)}
	case float64:
		return amount(v)
	case bool:
		if v {
			return amount(1)
		}
		return amount(0)
	case []string:
		rows := make([]Typed, len(v))
		for i, s := range v {
			rows[i] = text(s)
		}
		return rows
	case []any: // choices that have been to JSON and back
		var rows []Typed
		for _, one := range v {
			if s, ok := one.(string); ok {
				rows = append(rows, text(s))
			}
		}
		return rows
	}
	return nil
}
