// Package id gives things time-ordered names (UUID version 7, RFC 9562), one
// Go type per kind of thing, so that an account's name cannot be handed where
// a member's is asked.
package id

import (
	"database/sql/driver"
	"encoding/hex"

	"github.com/google/uuid"

	"kring/base/fault"
)

// Of is the name of a K. It is stored as 16 bytes and written as a UUID.
type Of[K any] [16]byte

type (
	org          struct{}
	login        struct{}
	member       struct{}
	team         struct{}
	account      struct{}
	contact      struct{}
	fact         struct{}
	file         struct{}
	field        struct{}
	view         struct{}
	webhook      struct{}
	delivery     struct{}
	token        struct{}
	provider     struct{}
	passkey      struct{}
	job          struct{}
	order        struct{}
	record       struct{}
	lead         struct{}
	source       struct{}
	pipeline     struct{}
	opportunity  struct{}
	product      struct{}
	priceList    struct{}
	quote        struct{}
	proposition  struct{}
	conversation struct{}
	question     struct{}
	need         struct{}
	promise      struct{}
	invoice      struct{}
	payment      struct{}
	contract     struct{}
	process      struct{}
	run          struct{}
	task         struct{}
	appointment  struct{}
)

// The kinds of names.
type (
	Org          = Of[org]
	Login        = Of[login]
	Member       = Of[member]
	Team         = Of[team]
	Account      = Of[account]
	Contact      = Of[contact]
	Fact         = Of[fact]
	File         = Of[file]
	Field        = Of[field]
	View         = Of[view]
	Webhook      = Of[webhook]
	Delivery     = Of[delivery]
	Token        = Of[token]
	Provider     = Of[provider]
	Passkey      = Of[passkey]
	Job          = Of[job]
	Order        = Of[order]
	Record       = Of[record] // any record, when its kind is said beside it
	Lead         = Of[lead]
	Source       = Of[source]
	Pipeline     = Of[pipeline]
	Opportunity  = Of[opportunity]
	Product      = Of[product]
	PriceList    = Of[priceList]
	Quote        = Of[quote]
	Proposition  = Of[proposition]
	Conversation = Of[conversation]
	Question     = Of[question]
	Need         = Of[need]
	Promise      = Of[promise]
	Invoice      = Of[invoice]
	Payment      = Of[payment]
	Contract     = Of[contract]
	Process      = Of[process]
	Run          = Of[run]
	Task         = Of[task]
	Appointment  = Of[appointment]
)

// ErrBad says that a text is not a name.
var ErrBad = fault.New(fault.Invalid, "id.bad", "this is not an id")

// New makes a name that sorts after those made before it in this process.
func New[T ~[16]byte]() T { return T(uuid.Must(uuid.NewV7())) }

// Parse reads the 36-character form.
func Parse[T ~[16]byte](s string) (T, error) {
	var zero T
	if len(s) != 36 {
		return zero, ErrBad
	}
	u, err := uuid.Parse(s)
	if err != nil {
		return zero, ErrBad
	}
	return T(u), nil
}

// OrZero reads the 36-character form; what is none is the zero name, as when a
// place in a list was written down before the first page.
func OrZero[T ~[16]byte](s string) T {
	i, err := Parse[T](s)
	if err != nil {
		return T{}
	}
	return i
}

// Any is the same name without its kind.
func (i Of[K]) Any() Record { return Record(i) }

// IsZero tells a name that was never given.
func (i Of[K]) IsZero() bool { return i == Of[K]{} }

// String is the 36-character form, empty for the zero name.
func (i Of[K]) String() string {
	if i.IsZero() {
		return ""
	}
	var b [36]byte
	i.put(b[:])
	return string(b[:])
}

func (i Of[K]) put(b []byte) {
	hex.Encode(b, i[:4])
	b[8] = '-'
	hex.Encode(b[9:], i[4:6])
	b[13] = '-'
	hex.Encode(b[14:], i[6:8])
	b[18] = '-'
	hex.Encode(b[19:], i[8:10])
	b[23] = '-'
	hex.Encode(b[24:], i[10:])
}

// MarshalText writes the 36-character form.
func (i Of[K]) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// MarshalJSON writes the 36-character form, null for the zero name.
func (i Of[K]) MarshalJSON() ([]byte, error) {
	if i.IsZero() {
		return []byte("null"), nil
	}
	b := make([]byte, 38)
	b[0], b[37] = '"', '"'
	i.put(b[1:37])
	return b, nil
}

// UnmarshalText reads the 36-character form; empty is the zero name.
func (i *Of[K]) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*i = Of[K]{}
		return nil
	}
	v, err := Parse[Of[K]](string(b))
	*i = v
	return err
}

// UnmarshalJSON reads a string or null.
func (i *Of[K]) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*i = Of[K]{}
		return nil
	}
	if len(b) < 2 || b[0] != '"' || b[len(b)-1] != '"' {
		return ErrBad
	}
	return i.UnmarshalText(b[1 : len(b)-1])
}

// Value stores 16 bytes, NULL for the zero name.
func (i Of[K]) Value() (driver.Value, error) {
	if i.IsZero() {
		return nil, nil
	}
	return i[:], nil
}

// Scan reads 16 bytes; NULL is the zero name.
func (i *Of[K]) Scan(src any) error {
	if src == nil {
		return i.Take(nil)
	}
	if b, ok := src.([]byte); ok && b != nil {
		return i.Take(b)
	}
	return ErrBad
}

// Take copies 16 bytes; nil is the zero name.
func (i *Of[K]) Take(b []byte) error {
	switch {
	case b == nil:
		*i = Of[K]{}
	case len(b) == 16:
		copy(i[:], b)
	default:
		return ErrBad
	}
	return nil
}
