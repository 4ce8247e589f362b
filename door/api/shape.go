package api

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"kring/base/fault"
	"kring/base/id"
)

// What can be wrong with a body before anybody looks at what it means.
var (
	errBroken  = fault.New(fault.Invalid, "api.broken", "this is no JSON that can be read")
	errUTF8    = fault.New(fault.Invalid, "api.utf8", "this text is not UTF-8")
	errDeep    = fault.New(fault.Invalid, "api.deep", "this is nested too deeply")
	errUnknown = fault.New(fault.Invalid, "api.unknown_field", "there is no such field")
	errTwice   = fault.New(fault.Invalid, "api.twice", "this field is here twice")
	errText    = fault.New(fault.Invalid, "api.text", "this is a text")
	errNumber  = fault.New(fault.Invalid, "api.number", "this is a number")
	errWhole   = fault.New(fault.Invalid, "api.whole", "this is a whole number")
	errYesNo   = fault.New(fault.Invalid, "api.yes_no", "this is true or false")
	errObject  = fault.New(fault.Invalid, "api.object", "this is an object")
	errList    = fault.New(fault.Invalid, "api.list", "this is a list")
)

const (
	mostDeep   = 32 // levels of nesting
	mostFaults = 50 // complaints about one body; more help nobody
)

// form is what a value of JSON may be.
type form uint8

const (
	anything form = iota
	text
	name // an id
	whole
	number
	yesNo
	list
	object
	table // an object with keys of its own
)

// shape is the form that a Go type has in JSON. The decoder and the OpenAPI
// document are both made of it, so that neither can say what the other does
// not.
type shape struct {
	form   form
	typ    reflect.Type
	fields []shapeField
	places map[string]int
	elem   *shape
}

type shapeField struct {
	name     string
	shape    *shape
	readOnly bool
	required bool // always there in an answer
	doc      string
}

var (
	idMark    = reflect.TypeFor[interface{ Any() id.Record }]()
	textMark  = reflect.TypeFor[encoding.TextUnmarshaler]()
	givenMark = reflect.TypeFor[interface{ Given() bool }]()
	rawMark   = reflect.TypeFor[json.RawMessage]()
)

// shapeOf reads the shape of a type; a type that JSON cannot be is a
// programmer's mistake and panics.
func shapeOf(t reflect.Type) *shape {
	s := &shape{typ: t}
	switch {
	case t.Implements(givenMark): // opt.Of[T]: what Get gives
		get, _ := t.MethodByName("Get")
		return shapeOf(get.Type.Out(0))
	case t.Implements(idMark):
		s.form = name
	case t == reflect.TypeFor[instant]():
		s.form = text
	case t == rawMark, t.Kind() == reflect.Interface:
		s.form = anything
	case t.Kind() == reflect.Pointer:
		return shapeOf(t.Elem())
	case t.Kind() == reflect.String, reflect.PointerTo(t).Implements(textMark):
		s.form = text
	case t.Kind() == reflect.Bool:
		s.form = yesNo
	case t.Kind() == reflect.Int, t.Kind() == reflect.Int64:
		s.form = whole
	case t.Kind() == reflect.Float64:
		s.form = number
	case t.Kind() == reflect.Slice:
		s.form, s.elem = list, shapeOf(t.Elem())
	case t.Kind() == reflect.Map:
		s.form, s.elem = table, shapeOf(t.Elem())
	case t.Kind() == reflect.Struct:
		s.form, s.places = object, map[string]int{}
		s.take(t)
	default:
		panic("api: JSON cannot be a " + t.String())
	}
	return s
}

// take adds the fields of a struct; those of an embedded one stand below its
// own, as encoding/json has it.
func (s *shape) take(t reflect.Type) {
	var below []reflect.Type
	for f := range fieldsOf(t) {
		tag := f.Tag.Get("json")
		if f.Anonymous && tag == "" {
			below = append(below, f.Type)
			continue
		}
		key, options, _ := strings.Cut(tag, ",")
		if _, taken := s.places[key]; taken || key == "" || key == "-" {
			continue
		}
		s.places[key] = len(s.fields)
		s.fields = append(s.fields, shapeField{
			name: key, shape: shapeOf(f.Type), readOnly: f.Tag.Get("readOnly") == "true", required: !strings.Contains(options, "omit"), doc: f.Tag.Get("doc"),
		})
	}
	for _, t := range below {
		s.take(t)
	}
}

func fieldsOf(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

// check reads a whole body against a shape. The body is refused as such when
// it is no JSON (errBroken, errUTF8, errDeep); else every field that is not
// right is named at once, those of lists as phones.0.number. JSON that passes
// can be unmarshalled into the type without an error.
func (s *shape) check(body []byte) error {
	if !utf8.Valid(body) {
		return errUTF8
	}
	r := reader{b: body, wrong: fault.Fields{}}
	r.space()
	r.value(s, nil, 0)
	r.space()
	switch {
	case r.err != nil:
		return r.err
	case r.at != len(body):
		return errBroken.With(fault.Params{"at": r.at + 1})
	}
	return r.wrong.Err()
}

// reader walks over a body once.
type reader struct {
	b     []byte
	at    int
	err   error
	wrong fault.Fields
}

func (r *reader) broken() {
	if r.err == nil {
		r.err = errBroken.With(fault.Params{"at": r.at + 1})
		r.at = len(r.b) // nothing more is read
	}
}

func (r *reader) space() {
	for r.at < len(r.b) && (r.b[r.at] == ' ' || r.b[r.at] == '\n' || r.b[r.at] == '\r' || r.b[r.at] == '\t') {
		r.at++
	}
}

func (r *reader) peek() byte {
	if r.at < len(r.b) {
		return r.b[r.at]
	}
	return 0
}

func (r *reader) eat(c byte) bool {
	if r.peek() != c {
		return false
	}
	r.at++
	return true
}

func (r *reader) complain(path []string, f *fault.Fault) {
	if len(r.wrong) < mostFaults {
		r.wrong.Add(strings.Join(path, "."), f)
	}
}

// value reads one value; what has the wrong form is noted and read over.
func (r *reader) value(s *shape, path []string, deep int) {
	if deep > mostDeep {
		if r.err == nil {
			r.err = errDeep.With(fault.Params{"max": mostDeep})
			r.at = len(r.b)
		}
		return
	}
	start := r.at
	switch c := r.peek(); {
	case c == '{':
		r.object(s, path, deep)
	case c == '[':
		r.list(s, path, deep)
	case c == '"':
		r.text()
		if r.err == nil {
			r.isText(s, path, r.b[start:r.at])
		}
	case c == '-' || c >= '0' && c <= '9':
		r.number()
		if r.err == nil {
			r.isNumber(s, path, string(r.b[start:r.at]))
		}
	case c == 't' && r.word("true"), c == 'f' && r.word("false"):
		r.must(s, path, yesNo)
	case c == 'n' && r.word("null"): // empties whatever it stands for
		if s != nil && len(path) == 0 {
			r.complain([]string{""}, formFault(s.form))
		}
	default:
		r.broken()
	}
}

// must complains when something else is asked than what is here.
func (r *reader) must(s *shape, path []string, is form) {
	if s == nil || s.form == anything || s.form == is || s.form == table && is == object {
		return
	}
	r.complain(path, formFault(s.form))
}

func formFault(f form) *fault.Fault {
	switch f {
	case name:
		return id.ErrBad
	case whole:
		return errWhole
	case number:
		return errNumber
	case yesNo:
		return errYesNo
	case list:
		return errList
	case object, table:
		return errObject
	}
	return errText
}

func (r *reader) isText(s *shape, path []string, quoted []byte) {
	if s != nil && s.form == name {
		// An id has no letter that needs an escape.
		if in := string(quoted[1 : len(quoted)-1]); in != "" {
			if _, err := id.Parse[id.Record](in); err != nil {
				r.complain(path, id.ErrBad)
			}
		}
		return
	}
	r.must(s, path, text)
}

func (r *reader) isNumber(s *shape, path []string, digits string) {
	switch {
	case s != nil && s.form == whole:
		if _, err := strconv.ParseInt(digits, 10, 64); err != nil {
			r.complain(path, errWhole)
		}
		return
	case s == nil || s.form == anything || s.form == number:
		if _, err := strconv.ParseFloat(digits, 64); err != nil { // 1e400
			r.complain(path, errNumber)
		}
		return
	}
	r.must(s, path, number)
}

func (r *reader) word(w string) bool {
	if len(r.b)-r.at < len(w) || string(r.b[r.at:r.at+len(w)]) != w {
		return false
	}
	r.at += len(w)
	return true
}

func (r *reader) object(s *shape, path []string, deep int) {
	r.must(s, path, object)
	if s != nil && s.form != object && s.form != table && s.form != anything {
		s = nil
	}
	seen := map[string]bool{}
	r.at++
	if r.space(); r.eat('}') {
		return
	}
	for {
		r.space()
		if r.peek() != '"' {
			r.broken()
			return
		}
		start := r.at
		if r.text(); r.err != nil {
			return
		}
		var key string
		if err := json.Unmarshal(r.b[start:r.at], &key); err != nil {
			r.broken()
			return
		}
		here := append(path[:len(path):len(path)], short(key))
		if seen[key] {
			r.complain(here, errTwice)
		}
		seen[key] = true
		inner := s.field(key)
		if s != nil && s.form == object && inner == nil {
			r.complain(here, errUnknown)
		}
		if r.space(); !r.eat(':') {
			r.broken()
			return
		}
		r.space()
		if r.value(inner, here, deep+1); r.err != nil {
			return
		}
		if r.space(); r.eat(',') {
			continue
		}
		if !r.eat('}') {
			r.broken()
		}
		return
	}
}

// field is the shape of a field; nil when there is none such, or when nothing
// is asked of what stands here.
func (s *shape) field(key string) *shape {
	switch {
	case s == nil || s.form == anything:
		return nil
	case s.form == table:
		return s.elem
	}
	if i, ok := s.places[key]; ok {
		return s.fields[i].shape
	}
	return nil
}

func (r *reader) list(s *shape, path []string, deep int) {
	r.must(s, path, list)
	var elem *shape
	if s != nil && s.form == list {
		elem = s.elem
	}
	r.at++
	if r.space(); r.eat(']') {
		return
	}
	for n := 0; ; n++ {
		r.space()
		if r.value(elem, append(path[:len(path):len(path)], strconv.Itoa(n)), deep+1); r.err != nil {
			return
		}
		if r.space(); r.eat(',') {
			continue
		}
		if !r.eat(']') {
			r.broken()
		}
		return
	}
}

// text reads a quoted text with its escapes; half a pair of surrogates is no
// text.
func (r *reader) text() {
	for r.at++; r.at < len(r.b); {
		switch c := r.b[r.at]; {
		case c == '"':
			r.at++
			return
		case c < 0x20:
			r.broken()
			return
		case c != '\\':
			r.at++
		case r.at+1 < len(r.b) && r.b[r.at+1] == 'u':
			n, ok := r.hex()
			if !ok {
				r.broken()
				return
			}
			if n >= 0xD800 && n < 0xE000 {
				low, ok := r.hex()
				if n >= 0xDC00 || !ok || low < 0xDC00 || low >= 0xE000 {
					r.broken()
					return
				}
			}
		case r.at+1 < len(r.b) && strings.IndexByte(`"\/bfnrt`, r.b[r.at+1]) >= 0:
			r.at += 2
		default:
			r.broken()
			return
		}
	}
	r.broken()
}

// hex reads \u and four digits.
func (r *reader) hex() (n uint64, ok bool) {
	if len(r.b)-r.at < 6 || r.b[r.at] != '\\' || r.b[r.at+1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(r.b[r.at+2:r.at+6]), 16, 32)
	r.at += 6
	return n, err == nil
}

func (r *reader) digits() {
	start := r.at
	for r.peek() >= '0' && r.peek() <= '9' {
		r.at++
	}
	if r.at == start {
		r.broken()
	}
}

func (r *reader) number() {
	r.eat('-')
	if !r.eat('0') {
		r.digits()
	}
	if r.eat('.') {
		r.digits()
	}
	if r.eat('e') || r.eat('E') {
		_ = r.eat('+') || r.eat('-')
		r.digits()
	}
}

// short keeps a stranger's key from filling the answer.
func short(key string) string {
	if r := []rune(key); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return key
}
