package filter

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"math"
	"strings"
	"unicode/utf8"

	"kring/base/catalogue"
	"kring/base/fault"
	"kring/base/id"
)

// Cursor is a place in a sorted list: after the record with this id, which has
// this value in the field sorted on. It is not secret and gives no access:
// scope stands in the SQL whatever the cursor says.
type Cursor struct {
	Value any // string, int64, float64, bool; nil when the record has none
	ID    id.Record

	sort Sort
}

// What can be wrong with a cursor.
var (
	ErrCursor     = fault.New(fault.Invalid, "filter.cursor", "this place in the list cannot be read")
	ErrCursorSort = fault.New(fault.Invalid, "filter.cursor_sort", "this place belongs to another order of the list")
)

const (
	cursorVersion = 1
	maxCursor     = 2048 // bytes as text
)

// IsZero tells the start of a list.
func (c Cursor) IsZero() bool { return c.ID.IsZero() }

// String is the cursor as one opaque word: version, sort, value, id, check. A
// text sorted on is at most 1024 bytes (fold.MaxKey characters).
func (c Cursor) String() string {
	if c.IsZero() {
		return ""
	}
	b := []byte{cursorVersion}
	b = short16(b, c.sort.String())
	switch v := c.Value.(type) {
	case string:
		b = short16(append(b, 's'), v)
	case int64:
		b = binary.BigEndian.AppendUint64(append(b, 'i'), uint64(v))
	case int:
		b = binary.BigEndian.AppendUint64(append(b, 'i'), uint64(v))
	case float64:
		b = binary.BigEndian.AppendUint64(append(b, 'f'), math.Float64bits(v))
	case bool:
		b = append(b, map[bool]string{true: "t", false: "u"}[v]...)
	default:
		b = append(b, 'n')
	}
	b = append(b, c.ID[:]...)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	return base64.RawURLEncoding.EncodeToString(b)
}

func short16(b []byte, s string) []byte {
	for len(s) > 1024 || !utf8.ValidString(s) {
		s = s[:min(len(s)-1, 1024)]
	}
	return append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...)
}

// ReadCursor reads what String wrote; a cursor of another sort is refused,
// since its place means nothing there.
func ReadCursor(text string, sort Sort) (Cursor, error) {
	if len(text) > maxCursor {
		return Cursor{}, ErrCursor
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) < 5 || b[0] != cursorVersion {
		return Cursor{}, ErrCursor
	}
	b, sum := b[:len(b)-4], binary.BigEndian.Uint32(b[len(b)-4:])
	if crc32.ChecksumIEEE(b) != sum {
		return Cursor{}, ErrCursor
	}
	key, b, ok := cut16(b[1:])
	if !ok || len(b) < 1 {
		return Cursor{}, ErrCursor
	}
	c := Cursor{sort: SortBy(key)}
	if c.Value, b, ok = cutValue(b[0], b[1:]); !ok || len(b) != 16 {
		return Cursor{}, ErrCursor
	}
	copy(c.ID[:], b)
	switch {
	case c.IsZero():
		return Cursor{}, ErrCursor
	case c.sort != sort:
		return Cursor{}, ErrCursorSort
	}
	return c, nil
}

// fits says whether a list on a field of this kind could have made this place:
// the check in a cursor is no secret, and a database compares no text with a
// number.
func (c Cursor) fits(k catalogue.Kind) bool {
	switch v := c.Value.(type) {
	case nil:
		return true
	case string:
		return k != catalogue.Number && k != catalogue.Money && k != catalogue.Instant && !strings.ContainsRune(v, 0)
	case int64:
		return k == catalogue.Number || k == catalogue.Money || k == catalogue.Instant
	case float64:
		return k == catalogue.Number && v == math.Trunc(v) && math.Abs(v) < 1<<53
	}
	return false
}

func cut16(b []byte) (string, []byte, bool) {
	if len(b) < 2 {
		return "", nil, false
	}
	n := int(binary.BigEndian.Uint16(b))
	if len(b) < 2+n || !utf8.Valid(b[2:2+n]) {
		return "", nil, false
	}
	return string(b[2 : 2+n]), b[2+n:], true
}

func cutValue(kind byte, b []byte) (any, []byte, bool) {
	switch kind {
	case 'n':
		return nil, b, true
	case 't', 'u':
		return kind == 't', b, true
	case 's':
		s, rest, ok := cut16(b)
		return s, rest, ok
	case 'i', 'f':
		if len(b) < 8 {
			return nil, nil, false
		}
		v := binary.BigEndian.Uint64(b)
		if kind == 'i' {
			return int64(v), b[8:], true
		}
		f := math.Float64frombits(v)
		return f, b[8:], !math.IsNaN(f)
	}
	return nil, nil, false
}
