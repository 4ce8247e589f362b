package linkage

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kring/base/fold"
)

// sources are the fields of a file: those that were named, or every column that
// can be compared.
func (f File) sources(second, id int, c Choice) ([]source, []Unused, error) {
	if len(c.Fields) > 0 {
		return f.named(second, c)
	}
	var all []source
	var unused []Unused
	kinds := make([]Kind, len(f.Head))
	why := make([]string, len(f.Head))
	for i, name := range f.Head {
		switch {
		case i == id:
			why[i] = "it is the id of the record"
		case slices.ContainsFunc(c.Ignore, func(ignored string) bool { return f.column(ignored) == i }):
			why[i] = "it is ignored"
		default:
			kinds[i], why[i] = f.kind(i, name)
		}
	}
	f.addresses(kinds)
	addition := slices.Index(kinds, KindAddition)
	if !slices.Contains(kinds, KindNumber) {
		addition = -1
	}
	count := map[Kind]int{}
	for i, name := range f.Head {
		if i == addition {
			why[i] = "it is part of the house number"
		}
		if why[i] != "" {
			unused = append(unused, Unused{f.Name, name, why[i]})
			continue
		}
		kind := kinds[i]
		if kind == KindAddition {
			kind = KindText
		}
		count[kind]++
		all = append(all, f.split(i, kind, name, count[kind], addition)...)
	}
	return all, unused, nil
}

// kind tells what a column is about, or why it cannot be compared.
func (f File) kind(i int, name string) (Kind, string) {
	values := f.values(i)
	kind := recognise(name)
	switch kind {
	case kindRecord:
		return kind, "it identifies the record, not who it is about"
	case kindMoment:
		return kind, "it says when the record was made"
	case kindInfix:
		return kind, "names are compared without their tussenvoegsel"
	}
	distinct, known, long := distinct(values)
	switch {
	case known == 0:
		return kind, "it is empty"
	case len(distinct) == 1 && known > 2:
		return kind, "it has the same value everywhere"
	case maybeRecord(name) && kind != KindCode && len(distinct) == known:
		return kind, "it identifies the record: every value is there once"
	case kind == kindUnknown && long > 80:
		return kind, "it is long text"
	case kind == kindUnknown:
		return guess(values), ""
	case kind == KindName && companies(values):
		return KindCompany, ""
	}
	return kind, ""
}

func distinct(values []string) (all map[string]bool, known, length int) {
	all = map[string]bool{}
	for _, v := range values {
		if v != "" {
			known++
			length += len(v)
			all[v] = true
		}
	}
	return all, known, length / max(known, 1)
}

// addresses decides between a street alone and a line with the number in it.
func (f File) addresses(kinds []Kind) {
	hasNumber := slices.Contains(kinds, KindNumber)
	for i, kind := range kinds {
		if kind == KindAddress && hasNumber {
			kinds[i] = KindStreet
		}
		if kind == KindStreet && !hasNumber && !slices.Contains(kinds, KindAddress) && numbered(f.values(i)) {
			kinds[i], hasNumber = KindAddress, true
		}
	}
}

// numbered tells values of which many have a house number.
func numbered(values []string) bool {
	n, known := 0, 0
	for _, v := range values {
		if v != "" {
			known++
			if _, number := Address(v); number != "" {
				n++
			}
		}
	}
	return 3*n > known
}

// split makes the fields of a column: two of a whole name or address line.
func (f File) split(i int, kind Kind, name string, nth, addition int) []source {
	switch kind {
	case KindName:
		return []source{
			f.source(i, KindGiven, name+" (given)", nth, func(row []string) string { given, _ := Person(row[i]); return given }),
			f.source(i, KindFamily, name+" (family)", nth, func(row []string) string { _, family := Person(row[i]); return family }),
		}
	case KindAddress:
		return []source{
			f.source(i, KindStreet, name+" (street)", nth, func(row []string) string { street, _ := Address(row[i]); return street }),
			f.source(i, KindNumber, name+" (number)", nth, func(row []string) string { _, number := Address(row[i]); return number }),
		}
	case KindNumber:
		if addition >= 0 {
			return []source{f.source(i, kind, name, nth, func(row []string) string { return House(row[i] + " " + row[addition]) })}
		}
	}
	form := columns[kind].form
	return []source{f.source(i, kind, name, nth, func(row []string) string { return form(row[i]) })}
}

// source names a field so that the same one in another file is found: by what
// it is about, and by the name of the column when that is not known.
func (f File) source(i int, kind Kind, field string, nth int, get func([]string) string) source {
	key := string(kind)
	if nth > 1 {
		key += " " + strconv.Itoa(nth)
	}
	switch kind {
	case KindText, KindCode, KindValue, KindDay:
		key = "column " + fold.Key(f.Head[i])
	}
	return source{key: key, field: field, column: f.Head[i], kind: kind, get: get}
}

// named are the fields that --fields asks for.
func (f File) named(second int, c Choice) (all []source, unused []Unused, err error) {
	used := map[int]bool{}
	for _, n := range c.Fields {
		name := n.Column
		if second > 0 && n.Second != "" {
			name = n.Second
		}
		i := f.column(name)
		if i < 0 {
			return nil, nil, fmt.Errorf("%s: there is no column %q; there are: %s", f.Name, name, strings.Join(f.Head, ", "))
		}
		used[i] = true
		kind := recognise(n.Thing)
		if kind == kindUnknown {
			kind = recognise(f.Head[i])
		}
		if _, ok := columns[kind]; !ok && kind != KindName && kind != KindAddress {
			kind = guess(f.values(i))
		}
		for _, s := range f.split(i, kind, n.Thing, 1, -1) {
			s.key = s.field
			all = append(all, s)
		}
	}
	for i, name := range f.Head {
		if !used[i] {
			unused = append(unused, Unused{f.Name, name, "it is not among the fields asked for"})
		}
	}
	return all, unused, nil
}
