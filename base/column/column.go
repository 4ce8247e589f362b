// Package column says what a column of a file can become, and reads its cells:
// numbers and days in the notation of the file, choices by any of their names.
// Each kind of record lists its own fields (account.Columns); domain/intake
// finds which column of a file is which.
package column

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"kring/base/catalogue"
	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/reach"
)

// Field is one thing that a column can become.
type Field struct {
	Key     string
	Kind    catalogue.Kind
	Words   []string            // what files call it, in Dutch and English, best first
	Named   map[string][]string // of a choice: its keys, and what files call each
	Most    int                 // columns that can become this: phone, phone_2 …; 0 is one
	Country bool                // a country, by name or code
}

// Fields are the fields of a kind of record, in the order of a menu.
type Fields []Field

// ID is what names a record here; an export has it as its last column. A row
// can be known by it and cannot give it.
var ID = Field{Key: "id", Kind: catalogue.Text, Words: []string{"Id in Kring", "Kring-id"}}

// What can be wrong with a cell.
var (
	ErrChoice  = fault.New(fault.Invalid, "column.choice", "this is none of the choices")
	ErrYesNo   = fault.New(fault.Invalid, "column.yes_no", "this is yes or no")
	ErrCountry = fault.New(fault.Invalid, "column.country", "there is no such country")
)

// Days is the order in which a file writes a day.
type Days string

// The orders. 2026-11-30 is read whatever the order.
const (
	DayFirst   Days = "dmy"
	MonthFirst Days = "mdy"
)

// Habit is how a file writes.
type Habit struct {
	Days  Days
	Style decimal.Style
}

// Fold brings the name of a column, or of a choice, to one form: E-mail 2
// becomes email2.
func Fold(name string) string { return strings.ReplaceAll(fold.Key(name), " ", "") }

// Part takes a key apart: phone_2 is the second phone. A key without number is
// the first.
func Part(key string) (base string, n int) {
	base, digits, found := cutLast(key, "_")
	if n, err := strconv.Atoi(digits); found && err == nil && n > 1 && n <= reach.MaxCount && !strings.HasPrefix(key, catalogue.Own) {
		return base, n
	}
	return key, 1
}

// Nth is the key of the nth of a field: phone, phone_2 …
func Nth(key string, n int) string {
	if n <= 1 {
		return key
	}
	return key + "_" + strconv.Itoa(n)
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// Field finds the field of a key, phone_2 under phone.
func (fs Fields) Field(key string) (Field, bool) {
	base, n := Part(key)
	for _, f := range fs {
		if f.Key == key || f.Key == base && n <= f.Most {
			return f, true
		}
	}
	return Field{}, false
}

// Read brings a cell to the one form in which the record takes it: a number as
// 1234.5, a day as 2026-11-30, a choice as its key, yes as true. An empty cell
// is empty.
func (f Field) Read(cell string, h Habit) (string, error) {
	cell = strings.TrimSpace(cell)
	if cell == "" {
		return "", nil
	}
	switch f.Kind {
	case catalogue.Number:
		n, err := decimal.Number(cell, h.Style)
		return decimal.Plain(n), err
	case catalogue.Money:
		cents, err := decimal.Cents(strings.TrimSuffix(strings.TrimSpace(strings.TrimPrefix(cell, "EUR")), "EUR"), h.Style)
		return decimal.Amount(cents), err
	case catalogue.Date:
		d, err := Day(cell, h.Days)
		return string(d), err
	case catalogue.Bool:
		return yesNo(cell)
	case catalogue.Choice:
		return f.choice(cell)
	case catalogue.Choices:
		if len(f.Named) > 0 {
			return f.several(cell)
		}
	}
	if f.Country {
		code := reach.Country(cell)
		if code == "" {
			return "", ErrCountry
		}
		return code, nil
	}
	return cell, nil
}

func (f Field) choice(cell string) (string, error) {
	want := Fold(cell)
	for key, names := range f.Named {
		if Fold(key) == want || slices.ContainsFunc(names, func(n string) bool { return Fold(n) == want }) {
			return key, nil
		}
	}
	return "", ErrChoice.With(fault.Params{"cell": short(cell)})
}

// several reads choices parted by commas, semicolons or line ends.
func (f Field) several(cell string) (string, error) {
	if key, err := f.choice(cell); err == nil { // the comma is in its name
		return key, nil
	}
	var keys []string
	for _, part := range strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(",;|\n", r) }) {
		if strings.TrimSpace(part) == "" {
			continue
		}
		key, err := f.choice(part)
		if err != nil {
			return "", err
		}
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return strings.Join(keys, ","), nil
}

func short(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return s
}

func yesNo(cell string) (string, error) {
	switch Fold(cell) {
	case "ja", "j", "yes", "y", "true", "waar", "1", "x", "aan", "on":
		return "true", nil
	case "nee", "n", "no", "false", "onwaar", "0", "uit", "off":
		return "false", nil
	}
	return "", ErrYesNo
}

// clock is a time of day behind a day, as spreadsheets write it.
var clock = regexp.MustCompile(`[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$`)

// Day reads a day in the order of the file; 31-02-2026 does not exist.
func Day(cell string, order Days) (day.Day, error) {
	s := clock.ReplaceAllString(strings.TrimSpace(cell), "")
	layouts := []string{"2006-01-02", "2006/1/2", "20060102", "2-1-2006", "2/1/2006", "2.1.2006"}
	if order == MonthFirst {
		layouts = []string{"2006-01-02", "2006/1/2", "20060102", "1-2-2006", "1/2/2006", "1.2.2006"}
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= 1000 {
			return day.Day(t.Format("2006-01-02")), nil
		}
	}
	return "", day.ErrBad
}

var parts = regexp.MustCompile(`^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$`)

// Order tells in which order the days of a column are written: by those that
// can be read one way only. sure is false when all can be read both ways.
func Order(cells []string) (order Days, sure bool) {
	for _, c := range cells {
		m := parts.FindStringSubmatch(clock.ReplaceAllString(strings.TrimSpace(c), ""))
		if m == nil {
			continue
		}
		first, _ := strconv.Atoi(m[1])  //nolint:errcheck // the pattern has digits only
		second, _ := strconv.Atoi(m[2]) //nolint:errcheck // as above
		switch {
		case first > 12 && second <= 12:
			return DayFirst, true
		case second > 12 && first <= 12:
			order, sure = MonthFirst, true
		}
	}
	if !sure {
		order = DayFirst
	}
	return order, sure
}

var (
	commaDecimals = regexp.MustCompile(`^-?[\d.]*\d,(\d{1,2}|\d{4,})$`)
	pointDecimals = regexp.MustCompile(`^-?[\d,]*\d\.(\d{1,2}|\d{4,})$`)
)

// Style tells before which sign the numbers of a column have their decimals: by
// those that can be read one way only.
func Style(cells []string, otherwise decimal.Style) decimal.Style {
	comma, point := 0, 0
	for _, c := range cells {
		c = strings.Trim(strings.ReplaceAll(c, " ", ""), "€EUR\u00a0")
		switch {
		case commaDecimals.MatchString(c):
			comma++
		case pointDecimals.MatchString(c):
			point++
		}
	}
	switch {
	case comma > point:
		return decimal.Comma
	case point > comma:
		return decimal.Point
	}
	return otherwise
}
