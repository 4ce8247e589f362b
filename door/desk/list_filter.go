package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kring/base/catalogue"
	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/phone"
	"kring/base/tag"
	"kring/domain/filter"
	"kring/look"
)

// Filters as sentences: field, operator, value; each part opens a form of its
// own that works without script.

// token is the condition at place i.
func (s sheet) token(i int) look.FilterToken {
	c := s.q.Conditions[i]
	op, value := s.sentence(c)
	return look.FilterToken{
		ID: "filter-" + strconv.Itoa(i), Field: s.label(c.Field), Operator: op, Value: value,
		FieldForm: fieldMenu(s, strconv.Itoa(i), false),
		OpForm:    opMenu(s, i),
		ValForm:   filterFields(s.asking(strconv.Itoa(i), c.Field, c.Op, c.Values)),
		Remove:    s.address(s.q.Without(i)),
	}
}

// sentence is the operator and the value of a condition in words.
func (l *listing) sentence(c filter.Condition) (op, value string) {
	switch c.Op {
	case filter.Empty, filter.Filled:
		return l.t("list.op_is"), l.t("list.value_" + string(c.Op))
	case filter.True, filter.False:
		return l.t("list.op_is"), strings.ToLower(l.yesNo(c.Op == filter.True))
	}
	var texts []string
	for _, v := range c.Values {
		texts = append(texts, l.valueText(c, v))
	}
	if c.Op == filter.Between {
		return l.opText(c.Field, c.Op), strings.Join(texts, " "+l.t("list.and")+" ")
	}
	return l.opText(c.Field, c.Op), strings.Join(texts, ", ")
}

// opText is an operator as words between field and value.
func (l *listing) opText(f catalogue.Field, op filter.Op) string {
	key := "list.op_" + string(op)
	group := "many"
	switch f.Kind {
	case catalogue.Date, catalogue.Instant:
		group = "time"
	case catalogue.Choices:
	default:
		return l.t(key)
	}
	if l.v.words.Has(key + "_" + group) {
		return l.t(key + "_" + group)
	}
	return l.t(key)
}

// valueText is one value of a condition in words.
func (l *listing) valueText(c filter.Condition, v string) string {
	w := l.v.words
	switch c.Op {
	case filter.Within, filter.Older, filter.Ahead:
		n, _ := strconv.Atoi(v[:len(v)-1]) // the filter made it so
		return w.Tn("list.span_"+v[len(v)-1:], n)
	}
	switch c.Field.Kind {
	case catalogue.Member:
		if v == filter.Me {
			return l.t("list.me")
		}
		i, _ := id.Parse[id.Member](v)
		return someone(l.memberName(i), l.t("list.unknown"))
	case catalogue.Team:
		i, _ := id.Parse[id.Team](v)
		return someone(l.teamName(i), l.t("list.unknown"))
	case catalogue.Record:
		i, _ := id.Parse[id.Account](v)
		return someone(l.names.accounts[i], l.t("list.unknown"))
	case catalogue.Choice, catalogue.Choices:
		return l.choice(c.Field, v)
	case catalogue.Number:
		n, _ := strconv.ParseFloat(v, 64)
		return w.Number(n, decimals(n))
	case catalogue.Money:
		cents, err := decimal.Cents(v, decimal.Point)
		if err == nil {
			return w.Money(cents, "EUR")
		}
	case catalogue.Date, catalogue.Instant, catalogue.AsOf:
		if _, err := day.Parse(v); err == nil {
			return w.DayText(v)
		}
	case catalogue.Phone:
		if strings.HasPrefix(v, "+") {
			return phone.Show(v, l.v.who.Org.Settings.Country)
		}
	}
	return v
}

func someone(name, unknown string) string {
	if name == "" {
		return unknown
	}
	return name
}

// question is a filter being made: what is asked of which field.
type question struct {
	*listing
	at     string // place of the condition it replaces; "" adds one
	field  catalogue.Field
	op     filter.Op
	values []string
	wrong  string
	whole  bool // asks for the operator too
	alone  bool // on a page of its own, for readers without script
}

// asking is a question about a field.
func (l *listing) asking(at string, f catalogue.Field, op filter.Op, values []string) question {
	return question{listing: l, at: at, field: f, op: op, values: values}
}

// id keeps the forms of a page apart.
func (a question) id(part string) string {
	at := a.at
	if at == "" {
		at = "new"
	}
	if a.alone {
		at += "-alone"
	}
	return "ask-" + at + "-" + part
}

// ops are the operators that a form offers. Is and not take one value or more,
// so their plurals need no place of their own.
func (a question) ops() (ops []filter.Op) {
	for _, op := range filter.Ops(a.field.Kind) {
		switch {
		case op == filter.In, op == filter.Any, op == filter.None && a.ticks():
			continue
		case a.field.Kind == catalogue.Record && op != filter.Is && op != filter.Not && op != filter.Empty && op != filter.Filled:
			continue
		}
		ops = append(ops, op)
	}
	return ops
}

// ticks tells whether values are ticked in a list.
func (a question) ticks() bool {
	switch a.field.Kind {
	case catalogue.Member, catalogue.Team:
		return true
	case catalogue.Choice, catalogue.Choices:
		return len(a.field.Choices) > 0
	}
	return false
}

// operator is the one chosen in the form, plurals told as their singular.
func (a question) operator() filter.Op {
	switch {
	case a.op == "":
		return a.ops()[0]
	case a.op == filter.In, a.op == filter.Any:
		return filter.Is
	case a.op == filter.None && a.ticks():
		return filter.Not
	}
	return a.op
}

// options are what can be ticked.
func (a question) options() (options []look.Option) {
	switch a.field.Kind {
	case catalogue.Member:
		options = append(options, look.Option{Value: filter.Me, Label: a.t("list.me_long")})
		return append(options, a.memberOptions()...)
	case catalogue.Team:
		return a.teamOptions()
	}
	for _, key := range a.field.Choices {
		options = append(options, look.Option{Value: key, Label: a.choice(a.field, key)})
	}
	return options
}

// opOptions are the operators as a choice.
func (a question) opOptions() (options []look.Option) {
	for _, op := range a.ops() {
		options = append(options, look.Option{Value: string(op), Label: a.opAlone(op)})
	}
	return options
}

// opAlone is an operator that stands on its own in a menu.
func (l question) opAlone(op filter.Op) string {
	switch op {
	case filter.Empty, filter.Filled, filter.True, filter.False:
		return l.t("list.op_" + string(op))
	}
	return l.opText(l.field, op)
}

// timely tells whether the field is a day or an instant.
func (a question) timely() bool {
	return a.field.Kind == catalogue.Date || a.field.Kind == catalogue.Instant || a.field.Kind == catalogue.AsOf
}

// value is what stands in the box for value n.
func (a question) value(n int) string {
	if n >= len(a.values) || a.spans() {
		return ""
	}
	v := a.values[n]
	switch {
	case a.field.Kind == catalogue.Record:
		i, err := id.Parse[id.Account](v)
		if err != nil {
			return v
		}
		return a.names.accounts[i]
	case numeric(a.field):
		return a.v.comma(v)
	case !a.timely() && a.op != filter.Between && len(a.values) > 1:
		return strings.Join(a.values, ", ")
	case a.timely() && len(v) > 10:
		return v[:10]
	}
	return v
}

// spans tells whether the value is a stretch of time.
func (a question) spans() bool {
	return a.op == filter.Within || a.op == filter.Older || a.op == filter.Ahead
}

// span is the number and the unit of a stretch of time.
func (a question) span() (n, unit string) {
	if !a.spans() || len(a.values) == 0 || len(a.values[0]) < 2 {
		return "30", "d"
	}
	v := a.values[0]
	return v[:len(v)-1], v[len(v)-1:]
}

// list says that several can be typed, parted by commas.
func (a question) list() bool {
	switch a.field.Kind {
	case catalogue.Text, catalogue.Email, catalogue.Phone, catalogue.Link, catalogue.Choices:
		return true
	}
	return false
}

// filterForm answers the form of one filter: alone for a menu, on the list's
// page for a reader without script.
func (of *roster) filterForm(v *visit) error {
	l, err := of.restate(v)
	if err != nil {
		return err
	}
	params := v.r.URL.Query()
	f, ok := l.fields.Field(params.Get("field"))
	if !ok {
		l.wrong = append(l.wrong, v.sentence(filter.ErrUnknown))
		return l.answer()
	}
	a := l.asking(params.Get("at"), f, filter.Op(params.Get("op")), params["value"])
	a.whole = true
	return l.put(http.StatusOK, a)
}

// put shows a filter being made.
func (l *listing) put(code int, a question) error {
	if l.v.htmx() {
		return l.v.show(code, filterFields(a))
	}
	rows, next, err := l.rows(l, l.q)
	if err != nil {
		return err
	}
	a.alone = true
	s := sheet{listing: l, table: l.table(rows, next), form: filterFields(a)}
	if s.n, s.capped, err = l.counted(rows, next); err != nil {
		return err
	}
	if err := l.tally(s.n, s.capped); err != nil {
		return err
	}
	return l.v.show(code, listPage(s))
}

// filter reads a filter's form and goes to the list that keeps to it.
func (of *roster) filter(v *visit) error {
	l, err := of.restate(v)
	if err != nil {
		return err
	}
	params := v.r.URL.Query()
	f, ok := l.fields.Field(params.Get("field"))
	if !ok {
		l.wrong = append(l.wrong, v.sentence(filter.ErrUnknown))
		return l.answer()
	}
	a := l.asking(params.Get("at"), f, filter.Op(params.Get("op")), params["value"])
	a.whole = params.Get("whole") != ""
	values, err := a.read(params)
	if err == nil {
		var c filter.Condition
		if c, err = filter.Make(f, a.operator(), values...); err == nil {
			q := l.q
			if at, numberErr := strconv.Atoi(a.at); numberErr == nil {
				q = q.Without(at)
			}
			return v.to(l.address(q.With(c)))
		}
	}
	g, ok := fault.From(err)
	if !ok || g.Kind != fault.Invalid {
		return err
	}
	if params.Get("asked") == "" && g.Is(filter.ErrNothing) || params.Get("asked") == "" && g.Is(filter.ErrCount) {
		a.values = nil // an operator was chosen; its value is still to be asked
		a.whole = true
		return l.put(http.StatusOK, a)
	}
	a.wrong = v.sentence(g)
	return l.put(http.StatusUnprocessableEntity, a)
}

// read brings what was typed to the texts of the query language.
func (a question) read(params url.Values) ([]string, error) {
	op := a.operator()
	if least, most := op.Wants(); least == 0 && most == 0 {
		return nil, nil
	}
	switch op {
	case filter.Within, filter.Older, filter.Ahead:
		if n := strings.TrimSpace(params.Get("span")); n != "" {
			return []string{n + params.Get("unit")}, nil
		}
		if a.timely() && len(a.values) == 1 && a.values[0] != "" {
			return a.values, nil
		}
		return nil, filter.ErrNothing
	}
	var typed []string
	for _, s := range params["value"] {
		if s = strings.TrimSpace(s); s != "" {
			typed = append(typed, s)
		}
	}
	if op != filter.Between && !a.ticks() && len(typed) > 1 && !a.list() {
		typed = typed[:1] // the second box belongs to "between"
	}
	var values []string
	for _, s := range typed {
		vs, err := a.readOne(op, s)
		if err != nil {
			return nil, err
		}
		values = append(values, vs...)
	}
	return values, nil
}

func (a question) readOne(op filter.Op, typed string) ([]string, error) {
	switch a.field.Kind {
	case catalogue.Number:
		n, ok := a.v.words.ParseNumber(typed)
		if !ok {
			return nil, filter.ErrNumber
		}
		return []string{decimal.Plain(n)}, nil
	case catalogue.Money:
		cents, ok := a.v.words.ParseMoney(typed)
		if !ok {
			return nil, filter.ErrNumber
		}
		return []string{decimal.Amount(cents)}, nil
	case catalogue.Record:
		return a.account(typed)
	case catalogue.Choices:
		if len(a.field.Choices) == 0 {
			return clean(tag.Split(typed)), nil
		}
	case catalogue.Text, catalogue.Link, catalogue.Email, catalogue.Phone:
		if op == filter.Is || op == filter.Not || op == filter.None {
			return clean(strings.Split(typed, ",")), nil
		}
	}
	return []string{typed}, nil
}

func clean(list []string) (kept []string) {
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" {
			kept = append(kept, s)
		}
	}
	return kept
}

var errNoAccount = fault.New(fault.Invalid, "list.no_account", "there is no relation of this name")

// account finds the relation that was typed by name.
func (a question) account(typed string) ([]string, error) {
	if i, err := id.Parse[id.Account](typed); err == nil {
		return []string{i.String()}, nil
	}
	hits, err := a.v.app.Search(a.v.r.Context(), a.v.who, typed, 20)
	if err != nil {
		return nil, err
	}
	found := ""
	for _, h := range hits {
		if h.Kind != fact.Account {
			continue
		}
		if fold.Key(h.Name) == fold.Key(typed) {
			return []string{h.ID.String()}, nil
		}
		if found == "" {
			found = h.ID.String()
		}
	}
	if found == "" {
		return nil, errNoAccount
	}
	return []string{found}, nil
}

// fieldChoices are the fields that a filter can be about.
func (l *listing) fieldChoices() []catalogue.Field { return l.fields.Fields() }

// units are the units of a stretch of time.
func (a question) units() (options []look.Option) {
	for _, unit := range []string{"d", "w", "m", "y"} {
		options = append(options, look.Option{Value: unit, Label: a.t("list.unit_" + unit)})
	}
	return options
}

// hint says what can be typed.
func (a question) hint() string {
	switch {
	case a.field.Kind == catalogue.Record:
		return a.t("list.hint_account")
	case a.list():
		return a.t("list.hint_list")
	}
	return ""
}

func hasText(list []string, s string) bool { return slices.Contains(list, s) }

func number0(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
