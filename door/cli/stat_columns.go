package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"kring/base/fold"
	"kring/paper/sheet"
)

// column is a thing a statistic reads from a file, and the names it goes by.
type column struct {
	key      string
	names    []string // besides the key
	optional bool
}

// openTable opens a file and finds its columns; done closes it.
func openTable(path string, wanted []column, mapped map[string]string) (t sheet.Table, at map[string]int, done func() error, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, nil, err
	}
	info, err := file.Stat()
	if err == nil {
		t, err = sheet.Open(file, info.Size())
	}
	if err == nil {
		at, err = findColumns(t.Head(), wanted, mapped)
	}
	if err != nil {
		file.Close()
		return nil, nil, nil, err
	}
	return t, at, file.Close, nil
}

// findColumns gives the place of each wanted column: as mapped, else by its key
// or one of its names. A mapping may be said either way round, "their = ours"
// or "ours = theirs".
func findColumns(head []string, wanted []column, mapped map[string]string) (map[string]int, error) {
	place := func(name string) int { return columnAt(head, name) }
	ours := func(name string) bool {
		return slices.ContainsFunc(wanted, func(c column) bool { return c.key == name })
	}
	at := map[string]int{}
	for left, right := range mapped {
		theirs, key := left, right
		if !ours(key) || place(theirs) < 0 && ours(left) {
			theirs, key = right, left
		}
		if !ours(key) {
			return nil, fmt.Errorf("--map %s=%s: neither is one of %s", left, right, keys(wanted))
		}
		i := place(theirs)
		if i < 0 {
			return nil, fmt.Errorf("--map %s=%s: the file has no column %q; it has %s", left, right, theirs, strings.Join(head, ", "))
		}
		at[key] = i
	}
	for _, c := range wanted {
		if _, known := at[c.key]; known {
			continue
		}
		for _, name := range append([]string{c.key}, c.names...) {
			if i := place(name); i >= 0 {
				at[c.key] = i
				break
			}
		}
		if _, known := at[c.key]; !known && !c.optional {
			return nil, fmt.Errorf("no column is called %q: say which one with --map theirs=%s; the file has %s", c.key, c.key, strings.Join(head, ", "))
		}
	}
	return at, nil
}

// columnAt is the place of the column of a name, however it is written; −1 when
// there is none.
func columnAt(head []string, name string) int {
	return slices.IndexFunc(head, func(h string) bool { return fold.Key(h) == fold.Key(name) })
}

func keys(wanted []column) string {
	var names []string
	for _, c := range wanted {
		names = append(names, c.key)
	}
	return strings.Join(names, ", ")
}

// inRow says in which row of the file something is wrong. It does not wrap: of
// a fault inside, the terminal would say that alone and not the row.
func inRow(row sheet.Row, err error) error {
	return fmt.Errorf("row %d: %s", row.N, err.Error())
}
