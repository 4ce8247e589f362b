package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"kring/base/catalogue"
	"kring/base/column"
	"kring/base/decimal"
	"kring/base/email"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/phone"
	"kring/base/reach"
	"kring/base/register"
)

// Column is one column of the file and what it becomes.
type Column struct {
	Head  string      `json:"head"`
	Key   string      `json:"key"`             // of the field; empty is not taken over
	Days  column.Days `json:"days,omitempty"`  // in which order it writes days
	Point bool        `json:"point,omitempty"` // it writes 1,234.5 and not 1.234,5

	// Instead mends what the source writes wrongly, in every row: "GTXPro = GTX
	// Pro", one a line. Nothing before the sign is an empty cell.
	Instead string `json:"instead,omitempty"`
}

// MaxInstead is the longest that the mending of a column can be.
const MaxInstead = 20_000

// mended are the values of a column that have others in their place, folded.
func (c Column) mended() map[string]string {
	if c.Instead == "" {
		return nil
	}
	by := map[string]string{}
	for line := range strings.Lines(c.Instead) {
		if from, to, ok := strings.Cut(line, "="); ok {
			by[strings.TrimSpace(from)] = strings.TrimSpace(to)
		}
	}
	return by
}

// checkInstead says whether every line says what becomes of what, once.
func (c Column) checkInstead() error {
	seen := map[string]bool{}
	for line := range strings.Lines(c.Instead) {
		from, _, ok := strings.Cut(line, "=")
		if strings.TrimSpace(line) == "" {
			continue
		}
		if from = strings.TrimSpace(from); !ok || seen[from] {
			return ErrInstead
		}
		seen[from] = true
	}
	if len(c.Instead) > MaxInstead {
		return ErrInstead
	}
	return nil
}

// Mapping is what each column of a file becomes, in the order of the file.
type Mapping []Column

// Print tells files with the same header: a mapping is remembered by it.
func Print(head []string) string {
	sum := sha256.Sum256([]byte(strings.Join(head, "\x1f")))
	return hex.EncodeToString(sum[:])
}

// Propose finds for each column of a file what it becomes: by its name, else by
// what is in it. Each field is given once, phones and e-mails in turn.
func Propose(fields column.Fields, head []string, sample [][]string, style decimal.Style) Mapping {
	m := make(Mapping, len(head))
	taken := map[string]bool{}
	give := func(i int, f column.Field) bool {
		for n := 1; n <= max(f.Most, 1); n++ {
			if key := column.Nth(f.Key, n); !taken[key] {
				m[i].Key, taken[key] = key, true
				return true
			}
		}
		return false
	}
	for i, name := range head {
		m[i] = Column{Head: name}
		cells := cellsOf(sample, i)
		m[i].Days, _ = column.Order(cells)
		m[i].Point = bool(column.Style(cells, style))
	}
	for rank := range 2 { // first those that are called exactly so
		for i, name := range head {
			if m[i].Key != "" {
				continue
			}
			if f, ok := named(fields, name, rank); ok && f.Key == column.ID.Key && !ids(cellsOf(sample, i)) { // a number of their own
				f, ok = named(slices.DeleteFunc(slices.Clone(fields), func(f column.Field) bool { return f.Key == column.ID.Key }), name, rank)
				if ok {
					give(i, f)
				}
			} else if ok {
				give(i, f)
			}
		}
	}
	for i := range head {
		if m[i].Key == "" {
			if f, ok := looksLike(fields, cellsOf(sample, i)); ok && !taken[f.Key] {
				give(i, f)
			}
		}
	}
	return m
}

// ids says whether all cells are ids as Kring makes them.
func ids(cells []string) bool {
	for _, c := range cells {
		if _, err := id.Parse[id.Record](strings.TrimSpace(c)); err != nil {
			return false
		}
	}
	return len(cells) > 0
}

// Foreign takes a column of ids that are none of ours for the number in another
// system, where no other column is.
func (m Mapping) Foreign() {
	at := m.Column(column.ID.Key)
	if at < 0 {
		return
	}
	m[at].Key = ""
	if m.Column("external_id") < 0 {
		m[at].Key = "external_id"
	}
}

func cellsOf(sample [][]string, i int) (cells []string) {
	for _, row := range sample {
		if i < len(row) && strings.TrimSpace(row[i]) != "" {
			cells = append(cells, row[i])
		}
	}
	return cells
}

// named finds the field that a column is called after: rank 0 by its key or
// first names, rank 1 by any of its names, also with a number behind.
func named(fields column.Fields, name string, rank int) (column.Field, bool) {
	want := column.Fold(strings.TrimPrefix(name, "_"))
	if want == "" {
		return column.Field{}, false
	}
	bare := strings.TrimRight(want, "0123456789")
	best, found, at := column.Field{}, false, 1<<30
	for _, f := range fields {
		if f.Key == name || column.Fold(f.Key) == want {
			return f, true
		}
		if base, n := column.Part(name); base == f.Key && n <= f.Most {
			return f, true
		}
		for place, word := range f.Words {
			w := column.Fold(word)
			if w == want && place < at || rank == 1 && w == bare && f.Most > 1 && place < at {
				best, found, at = f, true, place
			}
		}
	}
	return best, found && (rank == 1 || at < 8)
}

// looksLike finds a field by the cells: when nearly all of them can be nothing
// else.
func looksLike(fields column.Fields, cells []string) (column.Field, bool) {
	if len(cells) < 2 {
		return column.Field{}, false
	}
	for _, guess := range []struct {
		key  string
		fits func(string) bool
	}{
		{"email", func(s string) bool { _, err := email.Normalise(s); return err == nil }},
		{"website", func(s string) bool {
			_, err := reach.Link(s)
			return err == nil && (strings.HasPrefix(s, "http") || strings.HasPrefix(s, "www."))
		}},
		{"vat_id", func(s string) bool {
			v, err := register.VAT(s)
			return err == nil && v != "" && strings.ContainsAny(s[:1], "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
		}},
		{"phone", func(s string) bool {
			_, err := phone.Parse(s, phone.Home)
			return err == nil && (strings.HasPrefix(strings.TrimSpace(s), "0") || strings.HasPrefix(strings.TrimSpace(s), "+") || strings.HasPrefix(strings.TrimSpace(s), "("))
		}},
		{"postcode", func(s string) bool {
			code, err := reach.Postcode(strings.TrimSpace(s), "NL")
			return err == nil && code != ""
		}},
		{"kvk", func(s string) bool {
			v, err := register.KvK(s)
			return err == nil && len(strings.TrimSpace(s)) == 8 && v != ""
		}},
	} {
		f, ok := fields.Field(guess.key)
		if !ok {
			continue
		}
		good := 0
		for _, c := range cells {
			if guess.fits(c) {
				good++
			}
		}
		if good*10 >= len(cells)*9 {
			return f, true
		}
	}
	return column.Field{}, false
}

// Recall takes over what became of the columns of a file with the same header
// before; fields that are gone since are left out.
func (m Mapping) Recall(before Mapping, fields column.Fields) Mapping {
	if len(before) != len(m) {
		return m
	}
	again := slices.Clone(m)
	for i, c := range before {
		if _, ok := fields.Field(c.Key); ok || c.Key == "" {
			again[i].Key, again[i].Days, again[i].Point, again[i].Instead = c.Key, c.Days, c.Point, c.Instead
		}
	}
	return again
}

// Check says what is not right with a mapping; the fields are called
// columns.<n> and columns.
func (m Mapping) Check(kind fact.Kind, fields column.Fields, o Options) error {
	wrong, first := fault.Fields{}, map[string]int{}
	for i, c := range m {
		if c.Key == "" {
			continue
		}
		place := "columns." + strconv.Itoa(i)
		wrong.Add(place, c.checkInstead())
		if _, ok := fields.Field(c.Key); !ok {
			wrong.Add(place, ErrField)
			continue
		}
		if before, twice := first[c.Key]; twice {
			wrong.Add(place, ErrTwice.With(fault.Params{"other": heading(m, before)}))
			continue
		}
		first[c.Key] = i
	}
	has := func(keys ...string) bool {
		return slices.ContainsFunc(keys, func(k string) bool { _, ok := first[k]; return ok })
	}
	if o.Mode != Update {
		if kind == fact.Account && !has("name") || kind == fact.Contact && !has("name", "given", "family") {
			wrong.Add("columns", ErrNoName)
		}
		if kind == fact.Contact && !has("account") {
			wrong.Add("columns", ErrNoAccount)
		}
		if kind == fact.Product && !has("name_nl", "name_en", "code") {
			wrong.Add("columns", ErrNoName)
		}
		if kind == fact.Team && !has("name") {
			wrong.Add("columns", ErrNoName)
		}
		if kind == fact.Order && !(has("account") && has("day") && has("amount", "counter_value")) {
			wrong.Add("columns", ErrNoOrder)
		}
		if kind == fact.Opportunity && !(has("account") && has("name", "product")) {
			wrong.Add("columns", ErrNoChance)
		}
	}
	if o.Key != "" && !has(o.Key, column.Nth(o.Key, 2)) {
		wrong.Add("key", ErrKeyColumn)
	}
	return wrong.Err()
}

// heading is what a column is called, else its number from 1.
func heading(m Mapping, i int) string {
	if m[i].Head != "" {
		return m[i].Head
	}
	return strconv.Itoa(i + 1)
}

// Read brings the cells of a row to the form in which a record takes them, by
// the key of the field, and says which are not right.
func (m Mapping) Read(fields column.Fields, cells []string) (values map[string]string, wrong []Problem) {
	values = make(map[string]string, len(m))
	for i, c := range m {
		if c.Key == "" || i >= len(cells) {
			continue
		}
		f, ok := fields.Field(c.Key)
		if !ok {
			continue
		}
		cell := cells[i]
		if by := c.mended(); by != nil {
			if to, there := by[strings.TrimSpace(cell)]; there {
				cell = to
			}
		}
		v, err := f.Read(cell, column.Habit{Days: c.Days, Style: decimal.Style(c.Point)})
		if g, bad := fault.From(err); bad {
			wrong = append(wrong, ProblemOf(i, g))
			continue
		}
		if v != "" {
			values[c.Key] = v
		}
	}
	return values, wrong
}

// Column is the place of the column that becomes a field, -1 when none does.
func (m Mapping) Column(key string) int {
	return slices.IndexFunc(m, func(c Column) bool { return c.Key == key })
}

// Wrong are the problems that a fault tells of fields by key: of a column where
// one became the field, else of the whole row.
func (m Mapping) Wrong(err error) (all []Problem) {
	f, ok := fault.From(err)
	if !ok {
		return nil
	}
	if len(f.Fields) == 0 {
		return []Problem{ProblemOf(-1, f)}
	}
	names := make([]string, 0, len(f.Fields))
	for name := range f.Fields {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		all = append(all, ProblemOf(m.blame(name), f.Fields[name]))
	}
	slices.SortStableFunc(all, func(a, b Problem) int { return a.Column - b.Column })
	return all
}

// blame finds the column of a field as a record names it.
func (m Mapping) blame(name string) int {
	if i := m.Column(name); i >= 0 {
		return i
	}
	base, _, _ := strings.Cut(name, ".")
	if strings.HasPrefix(name, catalogue.Own) {
		return -1
	}
	for record, keys := range map[string][]string{
		"accounts": {"account", "function", "roles"}, "family": {"name", "given"}, "given": {"name", "family"}, "infix": {"name", "family"},
	} {
		if base == record {
			for _, k := range keys {
				if i := m.Column(k); i >= 0 && (record != "accounts" || strings.HasSuffix(name, k) || k == "account") {
					return i
				}
			}
		}
	}
	return -1
}

// Explained is a row as it stands in the file, with a cell behind it that says
// in English why it did not land.
func (r Row) Explained(m Mapping) []string {
	row := slices.Clone(r.Cells)
	for len(row) < len(m) {
		row = append(row, "")
	}
	var why []string
	for _, p := range r.Problems {
		if p.Column >= 0 && p.Column < len(m) {
			why = append(why, heading(m, p.Column)+": "+p.Text)
		} else {
			why = append(why, p.Text)
		}
	}
	return append(row[:len(m)], strings.Join(why, "; "))
}
