package cli

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"kring/paper/sheet"
	"kring/stat/linkage"
)

// StatMatch finds who stands in plain files more than once.
type StatMatch struct {
	File      string   `arg:"" help:"CSV or XLSX file with a header."`
	Second    string   `arg:"" optional:"" name:"file2" help:"Find the records that this file shares with the first, instead of doubles within the first."`
	Fields    []string `help:"Compare these columns only: given=voornaam,family=achternaam or just voornaam. A second file may name its column after a bar: given=voornaam|first_name." placeholder:"THING=COLUMN,…"`
	Ignore    []string `help:"Leave these columns out." placeholder:"COLUMN,…"`
	ID        string   `help:"Column with the id of a record; rec_id or id when there is one, else the row number from 1." name:"id" placeholder:"COLUMN"`
	Threshold float64  `help:"Write pairs from this probability on." default:"0.5"`
}

// Validate refuses a threshold that is no probability.
func (s *StatMatch) Validate() error {
	if !(s.Threshold >= 0 && s.Threshold <= 1) {
		return errors.New("--threshold is a probability, from 0 to 1")
	}
	return nil
}

// Run writes the pairs as CSV, or all that was learned as JSON.
func (s *StatMatch) Run(r *run) error {
	paths := []string{s.File}
	if s.Second != "" {
		paths = append(paths, s.Second)
	}
	files := make([]linkage.File, len(paths))
	for i, path := range paths {
		var err error
		if files[i], err = readTable(path); err != nil {
			return err
		}
	}
	found, err := linkage.Match(files, linkage.Choice{Fields: s.named(), Ignore: s.Ignore, ID: s.ID, Threshold: s.Threshold})
	if err != nil {
		return err
	}
	if r.json {
		return r.writeJSON(matchedOf(found))
	}
	for _, u := range found.Unused {
		fmt.Fprintf(r.term.Err, "%s: %s is not compared: %s.\n", u.File, u.Column, u.Why)
	}
	w := csv.NewWriter(r.term.Out)
	rows := [][]string{{"id_a", "id_b", "probability", "why"}}
	for _, l := range found.Links {
		rows = append(rows, []string{l.A, l.B, strconv.FormatFloat(l.Probability, 'f', 6, 64), because(found.Model, l)})
	}
	return w.WriteAll(rows)
}

// named reads THING=COLUMN or COLUMN, each perhaps with |COLUMN of a second file.
func (s *StatMatch) named() []linkage.Named {
	named := make([]linkage.Named, len(s.Fields))
	for i, f := range s.Fields {
		thing, column, found := strings.Cut(f, "=")
		if !found {
			column = thing
			thing, _, _ = strings.Cut(thing, "|")
		}
		first, second, _ := strings.Cut(column, "|")
		named[i] = linkage.Named{Thing: strings.TrimSpace(thing), Column: strings.TrimSpace(first), Second: strings.TrimSpace(second)}
	}
	return named
}

// readTable reads a whole file; a row that cannot be read ends it, since pairs
// that leave records out would pass for all there are.
func readTable(path string) (read linkage.File, err error) {
	f, err := os.Open(path)
	if err != nil {
		return read, err
	}
	defer f.Close() //nolint:errcheck // only read
	info, err := f.Stat()
	if err != nil {
		return read, err
	}
	t, err := sheet.Open(f, info.Size())
	if err != nil {
		return read, about(path, err)
	}
	defer t.Close() //nolint:errcheck // only read
	read = linkage.File{Name: path, Head: t.Head()}
	for {
		row, err := t.Next()
		switch {
		case err == io.EOF && len(read.Rows) == 0:
			return read, about(path, sheet.ErrHeaderOnly)
		case err == io.EOF:
			return read, nil
		case err != nil:
			return read, about(path, err)
		case row.Err != nil:
			return read, about(fmt.Sprintf("%s: row %d", path, row.N), row.Err)
		}
		read.Rows = append(read.Rows, row.Cells)
	}
}

// about puts the place before a sentence; what was wrapped would be lost, since a
// person reads the fault alone.
func about(place string, err error) error {
	return errors.New(place + ": " + sentence(err))
}

// because says in words what speaks for a pair and what against.
func because(m *linkage.Model, l linkage.Link) string {
	var words []string
	for _, p := range l.Verdict.Parts {
		switch {
		case p.Field != linkage.Shared:
			words = append(words, p.Field+" "+m.Agreement(p))
		case p.Weight < -1:
			words = append(words, m.Agreement(p))
		}
	}
	if l.Through {
		words = append(words, "both go with a third")
	}
	return strings.Join(words, "; ")
}

// matched is what --json writes.
type matched struct {
	Records int           `json:"records"`
	Links   []matchedLink `json:"links"`
	Model   matchedModel  `json:"model"`
	Unused  []unused      `json:"unused"`
}

type matchedLink struct {
	A           string   `json:"id_a"`
	B           string   `json:"id_b"`
	Probability float64  `json:"probability"`
	Weight      float64  `json:"weight"`
	Through     bool     `json:"through_others"`
	Why         []reason `json:"why"`
}

type reason struct {
	Field     string  `json:"field"`
	Agreement string  `json:"agreement"`
	Weight    float64 `json:"weight"`
}

type matchedModel struct {
	Prior     float64        `json:"prior"`
	Pairs     int            `json:"pairs_compared"`
	Random    int            `json:"random_pairs"`
	Rounds    int            `json:"em_rounds"`
	Converged bool           `json:"em_converged"`
	Matches   float64        `json:"expected_matches"`
	Fields    []matchedField `json:"fields"`
	Circles   []circle       `json:"circles"`
}

// circle is another reason why records agree, and for which share of pairs.
type circle struct {
	Name  string  `json:"name"`
	Prior float64 `json:"prior"`
}

type matchedField struct {
	Field  string         `json:"field"`
	Column string         `json:"column"`
	Kind   linkage.Kind   `json:"kind"`
	Levels []matchedLevel `json:"levels"`
}

type matchedLevel struct {
	Agreement string  `json:"agreement"`
	M         float64 `json:"m"`
	U         float64 `json:"u"`
	Weight    float64 `json:"weight"`
}

type unused struct {
	File   string `json:"file"`
	Column string `json:"column"`
	Why    string `json:"why"`
}

func matchedOf(found *linkage.Result) matched {
	m, r := found.Model, found.Report
	out := matched{Records: found.Records, Links: []matchedLink{}, Unused: []unused{}, Model: matchedModel{
		Prior: m.Prior, Pairs: r.Pairs, Random: r.Random, Rounds: r.Rounds, Converged: r.Converged, Matches: r.Matches, Fields: []matchedField{}, Circles: []circle{},
	}}
	for _, c := range m.Circles {
		out.Model.Circles = append(out.Model.Circles, circle{c.Name, c.Prior})
	}
	for _, l := range found.Links {
		link := matchedLink{A: l.A, B: l.B, Probability: l.Probability, Weight: l.Verdict.Weight, Through: l.Through, Why: []reason{}}
		for _, p := range l.Verdict.Parts {
			link.Why = append(link.Why, reason{p.Field, m.Agreement(p), p.Weight})
		}
		out.Links = append(out.Links, link)
	}
	for i, u := range found.Uses {
		field := matchedField{Field: u.Field, Column: u.Column, Kind: u.Kind}
		for level := range m.M[i] {
			p := m.Part(i, level)
			field.Levels = append(field.Levels, matchedLevel{m.Agreement(p), m.M[i][level], m.U[i][level], p.Weight})
		}
		out.Model.Fields = append(out.Model.Fields, field)
	}
	for _, u := range found.Unused {
		out.Unused = append(out.Unused, unused(u))
	}
	return out
}
