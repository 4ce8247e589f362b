package linkage

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kring/base/fold"
)

// File is a plain table: every row has a cell for each name of the head.
type File struct {
	Name string // for who reads an error
	Head []string
	Rows [][]string
}

// Named says which column holds a thing. A second file may call it otherwise.
type Named struct {
	Thing  string // a Kind, a word for one, or any other word
	Column string
	Second string // column in the second file; empty: the same
}

// Choice is how files are compared.
type Choice struct {
	Fields    []Named // only these count; none: every column that can be compared
	Ignore    []string
	ID        string // column with the id of a record; empty: rec_id, id, or the row number from 1
	Threshold float64
}

// Use is a field that was compared and what it was made of.
type Use struct {
	Field  string
	Kind   Kind
	Column string
}

// Unused is a column that was not compared, and why not.
type Unused struct {
	File, Column, Why string
}

// Link is two records that are one and the same, by their ids. Verdict is that
// of the pair itself; Through tells that others of the same group raised the
// probability.
type Link struct {
	A, B        string
	Probability float64
	Through     bool
	Verdict     Verdict
}

// Result is what Match found.
type Result struct {
	Links   []Link
	Records int
	Uses    []Use
	Unused  []Unused
	Model   *Model
	Report  Report
}

// Match finds the doubles in one file, or the records that two files share.
func Match(files []File, c Choice) (*Result, error) {
	p, err := planOf(files, c)
	if err != nil {
		return nil, err
	}
	records, keys := p.prepare()
	pairs := Candidates(keys, p.split, max(enough, 20*len(records)))
	m, report, err := Learn(p.fields(), records, pairs, Options{Split: p.split, Circles: p.circles()})
	if err != nil {
		return nil, err
	}
	r := &Result{Records: len(records), Uses: p.uses(), Unused: p.unused, Model: m, Report: report}
	s := search{model: m, records: records, split: p.split, threshold: c.Threshold, needed: m.Needed(c.Threshold)}
	for _, f := range s.find(pairs) {
		l := Link{A: p.id(f.A), B: p.id(f.B), Probability: f.probability, Verdict: m.Weigh(records[f.A], records[f.B])}
		l.Through = l.Verdict.Probability < f.probability
		r.Links = append(r.Links, l)
	}
	return r, nil
}

// enough is how many pairs are compared without looking for the likely ones
// first: all pairs of a thousand records.
const enough = 500_000

// search decides which pairs are links.
type search struct {
	model     *Model
	records   [][]string
	split     int
	threshold float64
	needed    float64
}

// link is a pair that is taken for one and the same.
type link struct {
	A, B        int
	probability float64
}

func (s search) weigh(a, b int) float64 { return s.model.Sum(s.records[a], s.records[b]) }

func (s search) find(pairs [][2]int) []link {
	var edges []Edge
	for _, p := range pairs {
		if w := s.weigh(p[0], p[1]); w >= s.needed {
			edges = append(edges, Edge{A: p[0], B: p[1], Weight: w})
		}
	}
	var links []link
	if s.split > 0 {
		links = s.across(edges)
	} else {
		links = s.within(edges)
	}
	slices.SortFunc(links, func(a, b link) int {
		return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
	})
	return links
}

// across are the links between two files.
func (s search) across(edges []Edge) (links []link) {
	for _, e := range Assign(edges, func(a, b int) bool { return s.weigh(a, b) >= s.needed }) {
		links = append(links, link{e.A, e.B, s.model.Probability(e.Weight)})
	}
	return links
}

// within are the links of one file: all pairs of each group.
func (s search) within(edges []Edge) (links []link) {
	for _, group := range Group(edges, s.needed, s.weigh) {
		through := Through(group, func(a, b int) float64 { return s.model.Probability(s.weigh(a, b)) })
		for i, a := range group {
			for j, b := range group[i+1:] {
				if p := through[i][i+1+j]; p >= s.threshold {
					links = append(links, link{a, b, p})
				}
			}
		}
	}
	return links
}

// plan is what is compared and where it stands in each file.
type plan struct {
	files   []File
	ids     []int // column of the id in each file, -1: the row number
	split   int
	sources [][]source // [file][field], the same fields in each
	unused  []Unused
}

// source gives one field out of a row.
type source struct {
	key    string // the same in both files
	field  string
	column string
	kind   Kind
	get    func(row []string) string
}

func (p *plan) fields() (all []Field) {
	for _, s := range p.sources[0] {
		c := columns[s.kind]
		all = append(all, Field{Name: s.field, Levels: c.levels, Compare: c.compare, Common: true})
	}
	return all
}

func (p *plan) circles() []Circle {
	var kinds []Kind
	for _, s := range p.sources[0] {
		kinds = append(kinds, s.kind)
	}
	return circlesOf(kinds)
}

func (p *plan) uses() (all []Use) {
	for _, s := range p.sources[0] {
		all = append(all, Use{Field: s.field, Kind: s.kind, Column: s.column})
	}
	return all
}

// id is that of a record, counted over both files.
func (p *plan) id(record int) string {
	file := 0
	if p.split > 0 && record >= p.split {
		file, record = 1, record-p.split
	}
	if c := p.ids[file]; c >= 0 && p.files[file].Rows[record][c] != "" {
		return p.files[file].Rows[record][c]
	}
	return strconv.Itoa(record + 1)
}

// prepare brings all values to one form and makes the keys for blocking. Equal
// values share their memory.
func (p *plan) prepare() (records [][]string, keys [][]uint64) {
	forms := make([]map[string]string, len(p.sources[0]))
	for i := range forms {
		forms[i] = map[string]string{}
	}
	for f, file := range p.files {
		for _, row := range file.Rows {
			values, marks := make([]string, len(forms)), make([]uint64, 0, len(forms)+4)
			for i, s := range p.sources[f] {
				v := s.get(row)
				if shared, ok := forms[i][v]; ok {
					v = shared
				} else {
					forms[i][v] = v
				}
				values[i] = v
				for k, key := range columns[s.kind].keys {
					marks = append(marks, hashed(uint64(16*i+k), key(v)))
				}
			}
			records, keys = append(records, values), append(keys, marks)
		}
	}
	return records, keys
}

func planOf(files []File, c Choice) (*plan, error) {
	p := &plan{files: files}
	switch {
	case len(files) == 2:
		p.split = len(files[0].Rows)
	case len(files[0].Rows) == 1:
		return nil, fmt.Errorf("%s: %w", files[0].Name, ErrFew)
	}
	for i, f := range files {
		if err := f.sound(c); err != nil {
			return nil, err
		}
		id, err := f.id(c.ID)
		if err != nil {
			return nil, err
		}
		p.ids = append(p.ids, id)
		sources, unused, err := f.sources(i, id, c)
		if err != nil {
			return nil, err
		}
		p.sources, p.unused = append(p.sources, sources), append(p.unused, unused...)
	}
	if len(files) == 2 {
		p.shared()
	}
	if len(p.sources[0]) == 0 {
		return nil, ErrNoFields
	}
	return p, nil
}

// shared keeps the fields that both files have, in the order of the first.
func (p *plan) shared() {
	var first, second []source
	taken := map[string]bool{}
	for _, a := range p.sources[0] {
		i := slices.IndexFunc(p.sources[1], func(b source) bool { return b.key == a.key })
		if i < 0 {
			p.unused = append(p.unused, Unused{p.files[0].Name, a.column, "the other file has nothing like it"})
			continue
		}
		b := p.sources[1][i]
		b.kind, taken[b.key] = a.kind, true
		first, second = append(first, a), append(second, b)
	}
	for _, b := range p.sources[1] {
		if !taken[b.key] {
			p.unused = append(p.unused, Unused{p.files[1].Name, b.column, "the other file has nothing like it"})
		}
	}
	p.sources = [][]source{first, second}
}

// sound refuses what cannot be compared.
func (f File) sound(c Choice) error {
	seen := map[string]bool{}
	for _, name := range f.Head {
		key := fold.Key(name)
		if key != "" && seen[key] {
			return fmt.Errorf("%s: the column %q stands twice in the header", f.Name, name)
		}
		seen[key] = true
	}
	for i, row := range f.Rows {
		if len(row) != len(f.Head) {
			return fmt.Errorf("%s: row %d has %d cells and the header has %d", f.Name, i+1, len(row), len(f.Head))
		}
	}
	if len(f.Rows) == 0 {
		return fmt.Errorf("%s: there are no rows under the header", f.Name)
	}
	for _, name := range c.Ignore {
		if f.column(name) < 0 {
			return fmt.Errorf("%s: there is no column %q to ignore; there are: %s", f.Name, name, strings.Join(f.Head, ", "))
		}
	}
	return nil
}

// column is where a name stands, case and signs aside; -1 when nowhere.
func (f File) column(name string) int {
	if i := slices.Index(f.Head, name); i >= 0 {
		return i
	}
	key := fold.Key(name)
	return slices.IndexFunc(f.Head, func(h string) bool { return key != "" && fold.Key(h) == key })
}

func (f File) id(named string) (int, error) {
	if named != "" {
		i := f.column(named)
		if i < 0 {
			return 0, fmt.Errorf("%s: there is no column %q for the id; there are: %s", f.Name, named, strings.Join(f.Head, ", "))
		}
		return i, nil
	}
	for _, usual := range []string{"rec_id", "id"} {
		if i := f.column(usual); i >= 0 {
			return i, nil
		}
	}
	return -1, nil
}

func (f File) values(column int) []string {
	all := make([]string, len(f.Rows))
	for i, row := range f.Rows {
		all[i] = row[column]
	}
	return all
}
