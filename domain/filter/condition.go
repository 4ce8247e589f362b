package filter

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"kring/base/catalogue"
	"kring/base/day"
	"kring/base/decimal"
	"kring/base/email"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/phone"
	"kring/base/tag"
)

// Op is what a condition asks.
type Op string

// The ops. For a field with several values, Is asks that one of them is, Not
// that none is.
const (
	Is       Op = "is"
	Not      Op = "not" // also true for what is empty
	In       Op = "in"  // one of these
	None     Op = "none"
	Any      Op = "any" // has at least one of these
	All      Op = "all" // has each of these
	Contains Op = "contains"
	Starts   Op = "starts"
	GT       Op = "gt"
	GTE      Op = "gte"
	LT       Op = "lt"
	LTE      Op = "lte"
	Between  Op = "between" // both ends included
	Before   Op = "before"
	After    Op = "after"
	On       Op = "on"
	Within   Op = "within" // 90d: in the last ninety days, today included
	Older    Op = "older"  // 90d: longer than ninety days ago
	Ahead    Op = "ahead"  // 7d: today or in the coming seven days
	Empty    Op = "empty"
	Filled   Op = "filled"
	True     Op = "true"
	False    Op = "false"
)

// Me stands for the member who asks.
const Me = "me"

var (
	textOps   = []Op{Is, Not, In, None, Contains, Starts, Empty, Filled}
	amountOps = []Op{Is, Not, GT, GTE, LT, LTE, Between, Empty, Filled}
	timeOps   = []Op{On, Before, After, GTE, LTE, Between, Within, Older, Ahead, Empty, Filled}
	oneOps    = []Op{Is, Not, In, None, Empty, Filled}
	manyOps   = []Op{Is, Not, Any, All, None, Empty, Filled}
	yesNoOps  = []Op{True, False}
)

// Ops are what can be asked of a kind of field, in the order of a menu.
func Ops(k catalogue.Kind) []Op {
	switch k {
	case catalogue.Number, catalogue.Money:
		return slices.Clone(amountOps)
	case catalogue.Date, catalogue.Instant:
		return slices.Clone(timeOps)
	case catalogue.Choice, catalogue.Member, catalogue.Team, catalogue.Record:
		return slices.Clone(oneOps)
	case catalogue.Choices:
		return slices.Clone(manyOps)
	case catalogue.Bool:
		return slices.Clone(yesNoOps)
	case catalogue.AsOf:
		return []Op{Is}
	}
	return slices.Clone(textOps)
}

// synonyms are ops that a kind of field understands as another.
func synonym(op Op, k catalogue.Kind) Op {
	switch k {
	case catalogue.Date, catalogue.Instant:
		switch op {
		case Is:
			return On
		case GT:
			return After
		case LT:
			return Before
		}
	case catalogue.Choices:
		if op == In {
			return Any
		}
	}
	return op
}

var known = map[Op]bool{
	Is: true, Not: true, In: true, None: true, Any: true, All: true, Contains: true, Starts: true, GT: true, GTE: true, LT: true, LTE: true, Between: true,
	Before: true, After: true, On: true, Within: true, Older: true, Ahead: true, Empty: true, Filled: true, True: true, False: true,
}

// Wants is how many values an op takes: none, one, or several.
func (op Op) Wants() (least, most int) {
	switch op {
	case Empty, Filled, True, False:
		return 0, 0
	case In, None, Any, All:
		return 1, 1 << 20
	case Between:
		return 2, 2
	}
	return 1, 1
}

// Condition is one sentence of a filter: field, op, values. The values are in
// their one form: days 2026-11-23, numbers and euros 1234.5, ids, E.164.
type Condition struct {
	Field  catalogue.Field
	Op     Op
	Values []string
}

// What can be wrong with a condition.
var (
	ErrOp       = fault.New(fault.Invalid, "filter.op", "this cannot be asked of this field")
	ErrCount    = fault.New(fault.Invalid, "filter.count", "this asks for another number of values")
	ErrNothing  = fault.New(fault.Invalid, "filter.nothing", "a value is missing")
	ErrEscape   = fault.New(fault.Invalid, "filter.escape", "a backslash stands before a comma, a colon or a backslash")
	ErrChoice   = fault.New(fault.Invalid, "filter.choice", "there is no such choice")
	ErrNumber   = fault.New(fault.Invalid, "filter.number", "this is not a number, such as 12.5")
	ErrInstant  = fault.New(fault.Invalid, "filter.instant", "this is no day or time, such as 2026-11-23 or 2026-11-23T14:00:00Z")
	ErrDuration = fault.New(fault.Invalid, "filter.duration", "this is no stretch of time, such as 90d, 6w, 3m or 1y")
	ErrPart     = fault.New(fault.Invalid, "filter.phone_part", "part of a phone number has two digits or more")
	ErrOrder    = fault.New(fault.Invalid, "filter.order", "the first value comes after the second")
)

// Make is a condition out of its parts; the values are texts of a URL.
func Make(f catalogue.Field, op Op, values ...string) (Condition, error) {
	return build(f, op, values, Limits{}.usual())
}

// parse reads `[op:]value[,value]`.
func parse(f catalogue.Field, text string, l Limits) (Condition, error) {
	if len(text) > 8*l.Length*l.Values {
		return Condition{}, ErrValues.With(fault.Params{"max": l.Values})
	}
	op, rest := Is, text
	if f.Kind == catalogue.Bool && (text == "true" || text == "false") {
		return build(f, Op(text), nil, l)
	}
	if at := colon(text); at >= 0 {
		op, rest = Op(text[:at]), text[at+1:]
		if !known[op] {
			return Condition{}, ErrOp.With(fault.Params{"op": short(text[:at])})
		}
	}
	var values []string
	if rest != "" {
		var err error
		if values, err = split(rest); err != nil {
			return Condition{}, err
		}
	}
	return build(f, op, values, l)
}

// colon is the place of the first colon without a backslash before it.
func colon(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ':':
			return i
		}
	}
	return -1
}

// split parts values at commas and takes the backslashes away.
func split(s string) ([]string, error) {
	var values []string
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && (i+1 == len(s) || !strings.ContainsRune(`,:\`, rune(s[i+1]))):
			return nil, ErrEscape
		case c == '\\':
			i++
			b.WriteByte(s[i])
		case c == ',':
			values = append(values, b.String())
			b.Reset()
		default:
			b.WriteByte(c)
		}
	}
	return append(values, b.String()), nil
}

var escape = strings.NewReplacer(`\`, `\\`, `,`, `\,`, `:`, `\:`)

// String is what parse reads, in its one form: `is` is left out.
func (c Condition) String() string {
	parts := make([]string, len(c.Values))
	for i, v := range c.Values {
		parts[i] = escape.Replace(v)
	}
	joined := strings.Join(parts, ",")
	switch c.Op {
	case Is:
		return joined
	case True, False:
		return string(c.Op)
	}
	return string(c.Op) + ":" + joined
}

func (c Condition) same(d Condition) bool {
	return c.Field.Key == d.Field.Key && c.Op == d.Op && slices.Equal(c.Values, d.Values)
}

// build checks the op against the field and brings each value to its one form.
func build(f catalogue.Field, op Op, values []string, l Limits) (Condition, error) {
	op = synonym(op, f.Kind)
	if len(values) > 1 {
		op = plural(op, f.Kind)
	}
	if !slices.Contains(Ops(f.Kind), op) {
		return Condition{}, ErrOp.With(fault.Params{"op": string(op)})
	}
	if len(values) > l.Values {
		return Condition{}, ErrValues.With(fault.Params{"max": l.Values})
	}
	if least, most := op.Wants(); len(values) < least || len(values) > most {
		if len(values) == 0 {
			return Condition{}, ErrNothing
		}
		return Condition{}, ErrCount.With(fault.Params{"op": string(op)})
	}
	kept := make([]string, 0, len(values))
	for _, v := range values {
		v, err := fold.Clean(v, l.Length)
		if err == nil && v == "" {
			err = ErrNothing
		}
		if err == nil {
			v, err = value(f, op, v)
		}
		if err != nil {
			return Condition{}, err
		}
		if op == Between || !slices.Contains(kept, v) {
			kept = append(kept, v)
		}
	}
	return canonical(f, op, kept)
}

// canonical gives one question one form: in with one value is `is`.
func canonical(f catalogue.Field, op Op, values []string) (Condition, error) {
	if len(values) == 1 {
		switch op {
		case In, Any, All:
			op = Is
		case None:
			op = Not
		}
	}
	if op == Between && later(f.Kind, values[0], values[1]) {
		return Condition{}, ErrOrder
	}
	if len(values) == 0 {
		values = nil
	}
	return Condition{Field: f, Op: op, Values: values}, nil
}

func later(k catalogue.Kind, a, b string) bool {
	if k == catalogue.Number || k == catalogue.Money {
		x, _ := strconv.ParseFloat(a, 64) // value made it out of a float
		y, _ := strconv.ParseFloat(b, 64)
		return x > y
	}
	return a > b && !strings.HasPrefix(a, b) // 2026-11-23T10:00:00Z until 2026-11-23 is a piece of that day
}

// plural: is with several values is one of them.
func plural(op Op, k catalogue.Kind) Op {
	switch {
	case op == Is && k == catalogue.Choices:
		return Any
	case op == Is:
		return In
	case op == Not:
		return None
	}
	return op
}

// value brings one value to the one form of its field.
func value(f catalogue.Field, op Op, v string) (string, error) {
	switch op {
	case Within, Older, Ahead:
		return stretch(v)
	}
	switch f.Kind {
	case catalogue.Number:
		n, err := decimal.Number(v, decimal.Point)
		if err != nil {
			return "", ErrNumber
		}
		return decimal.Plain(n), nil
	case catalogue.Money:
		c, err := decimal.Cents(v, decimal.Point)
		if err != nil {
			return "", ErrNumber
		}
		return strings.TrimSuffix(decimal.Amount(c), ".00"), nil
	case catalogue.Date, catalogue.AsOf:
		return calendar(v)
	case catalogue.Instant:
		return instant(v)
	case catalogue.Choice, catalogue.Choices:
		return choice(f, v)
	case catalogue.Member:
		if v == Me {
			return v, nil
		}
		return name(v)
	case catalogue.Team, catalogue.Record:
		return name(v)
	case catalogue.Phone:
		if op == Contains || op == Starts {
			if v = phone.Query(v); v == "" {
				return "", ErrPart
			}
			return v, nil
		}
		return phone.Normalise(v, phone.Home)
	case catalogue.Email:
		if op == Contains || op == Starts {
			return strings.ToLower(v), nil
		}
		return email.Normalise(v)
	}
	return v, nil
}

// longest is the most of each unit, about ten years.
var longest = map[byte]int{'d': 3660, 'w': 520, 'm': 120, 'y': 10}

// stretch reads a number of days, weeks, months or years.
func stretch(v string) (string, error) {
	unit := v[len(v)-1]
	n, err := strconv.ParseUint(v[:len(v)-1], 10, 16)
	if most, ok := longest[unit]; err != nil || !ok || int(n) > most {
		return "", ErrDuration
	}
	return strconv.FormatUint(n, 10) + string(unit), nil
}

// latest keeps the day after a day within four digits.
const latest = day.Day("9000-01-01")

func calendar(v string) (string, error) {
	d, err := day.Parse(v)
	if err == nil && d >= latest {
		err = day.ErrBad
	}
	return string(d), err
}

func instant(v string) (string, error) {
	if d, err := calendar(v); err == nil {
		return d, nil
	}
	t, err := time.Parse(time.RFC3339, strings.ReplaceAll(v, " ", "+")) // a plus in a query is a space
	if err != nil {
		return "", ErrInstant
	}
	if t = t.UTC(); t.Year() < 1000 || t.Year() >= 9000 {
		return "", ErrInstant
	}
	return t.Format("2006-01-02T15:04:05.000Z"), nil
}

func choice(f catalogue.Field, v string) (string, error) {
	if len(f.Choices) == 0 {
		return tag.Normalise(v)
	}
	if !slices.Contains(f.Choices, v) {
		return "", ErrChoice
	}
	return v, nil
}

func name(v string) (string, error) {
	r, err := id.Parse[id.Record](v)
	if err != nil || r.IsZero() {
		return "", id.ErrBad
	}
	return r.String(), nil
}
