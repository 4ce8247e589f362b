package sheet

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"kring/base/fault"
)

// xlsxTable reads the first visible sheet of a workbook that has content.
type xlsxTable struct {
	book  *book
	at    int // of the book's sheets
	part  io.ReadCloser
	m     *markup
	head  []string
	n     int64
	above int64  // rows on the sheets before
	first string // name of the first sheet
	pages int
	any   bool
	size  int // bytes of the row being read
}

func openXLSX(src io.ReaderAt, size int64) (_ Table, err error) {
	b, err := openBook(src, size)
	if err != nil {
		return nil, err
	}
	for i, s := range b.sheets {
		if s.part == "" { // a chart, a dialog
			continue
		}
		t := &xlsxTable{book: b, at: i, first: s.name, pages: 1}
		if t.head, err = t.open(s.part); err == nil {
			return t, nil
		}
		if t.part != nil {
			err = errors.Join(err, t.part.Close())
		}
		if !errors.Is(err, ErrEmpty) {
			return nil, errors.Join(err, b.texts.close())
		}
	}
	return nil, errors.Join(ErrEmpty, b.texts.close())
}

// open goes to the first row with content, which is the header.
func (t *xlsxTable) open(part string) (head []string, err error) {
	if t.part, err = t.book.unpack(part, maxPart); err != nil {
		return nil, err
	}
	t.m = newMarkup(t.part)
	for {
		row, err := t.row()
		switch {
		case err == io.EOF:
			return nil, ErrEmpty
		case err != nil:
			return nil, err
		case row.Err != nil:
			return nil, row.Err
		case blank(row.Cells):
			continue
		}
		return headed(row.Cells)
	}
}

// more goes on to the sheet after this one when it is named as its
// continuation ("Relaties 2" after "Relaties") and has the same header: a sheet
// holds no more than a million rows.
func (t *xlsxTable) more() error {
	next := t.at + 1
	if next == len(t.book.sheets) || t.book.sheets[next].part == "" {
		return io.EOF
	}
	if t.book.sheets[next].name != t.first+" "+strconv.Itoa(t.pages+1) {
		return io.EOF
	}
	if err := t.part.Close(); err != nil {
		return err
	}
	t.above += t.n
	t.n = 0
	head, err := t.open(t.book.sheets[next].part)
	if errors.Is(err, ErrEmpty) || err == nil && !slices.Equal(head, t.head) {
		return io.EOF
	}
	t.at, t.pages = next, t.pages+1
	return err
}

// Info says how the file was understood.
func (t *xlsxTable) Info() Info { return Info{Format: XLSXFile, Sheet: t.book.sheets[t.at].name} }

// Head is the header.
func (t *xlsxTable) Head() []string { return t.head }

// Close lets go of the file and of what was set aside.
func (t *xlsxTable) Close() error { return errors.Join(t.part.Close(), t.book.texts.close()) }

// Next is the next row with content. A workbook leaves empty cells out, so a
// short row lacks nothing.
func (t *xlsxTable) Next() (Row, error) {
	for {
		row, err := t.row()
		if err == io.EOF {
			if err = t.more(); err == nil {
				continue
			}
		}
		if err == io.EOF && !t.any {
			return Row{}, ErrHeaderOnly
		}
		if err != nil {
			return Row{}, err
		}
		if row.Err == nil && blank(row.Cells) {
			continue
		}
		t.any = true
		for row.Err == nil && len(row.Cells) < len(t.head) {
			row.Cells = append(row.Cells, "")
		}
		if row.Err == nil {
			row.Cells, row.Err = fit(t.head, row.Cells)
		}
		return row, nil
	}
}

// row is the next row as it stands there; io.EOF after the last.
func (t *xlsxTable) row() (Row, error) {
	for {
		err := t.m.next()
		switch {
		case err == io.EOF:
			return Row{}, ErrCut // the end comes with sheetData
		case err != nil:
			return Row{}, err
		case t.m.closes("sheetData"):
			return Row{}, io.EOF
		case t.m.opens("row"):
			return t.cells()
		}
	}
}

// cells reads one row.
func (t *xlsxTable) cells() (Row, error) {
	n, err := strconv.ParseInt(t.m.attr("r"), 10, 64)
	if err != nil || n <= t.n || n > 1<<40 {
		n = t.n + 1
	}
	t.n, t.size = n, 0
	row := Row{N: t.above + n, Cells: make([]string, 0, len(t.head))}
	for next := 0; !t.m.closes("row"); {
		if err := t.m.next(); err != nil {
			if err == io.EOF {
				err = ErrCut
			}
			return Row{}, err
		}
		if !t.m.opens("c") {
			continue
		}
		at := column(t.m.attr("r"))
		if at < 0 {
			at = next
		}
		next = at + 1
		text, err := t.cell()
		if err != nil {
			return Row{}, err
		}
		t.put(&row, at, text)
	}
	return row, nil
}

// put places a cell, or says why the row cannot be read.
func (t *xlsxTable) put(row *Row, at int, text string) {
	if text == "" || row.Err != nil {
		return
	}
	switch t.size += len(text); {
	case at >= 4*MaxColumns:
		row.Err = ErrColumns.With(fault.Params{"max": MaxColumns})
	case text == tooLong:
		row.Err = ErrCell.With(fault.Params{"max": "128 kB"})
	case t.size > MaxRow:
		row.Err = ErrRow.With(fault.Params{"max": "4 MB"})
	case strings.IndexByte(text, 0) >= 0:
		row.Err = ErrNul
	case !utf8.ValidString(text):
		row.Err = ErrEncoding
	}
	if row.Err != nil {
		return
	}
	for len(row.Cells) <= at {
		row.Cells = append(row.Cells, "")
	}
	row.Cells[at] = text
}

// cell reads a cell up to its end: of a formula its last outcome, of a text
// all its pieces.
func (t *xlsxTable) cell() (string, error) {
	m := t.m
	kind, s := m.attr("t"), style{}
	if i, err := strconv.Atoi(m.attr("s")); err == nil && i >= 0 && i < len(t.book.styles) {
		s = t.book.styles[i]
	}
	m.text, m.over = m.text[:0], false
	for reading := false; !m.closes("c"); {
		if err := m.next(); err != nil {
			m.keep = 0
			if err == io.EOF {
				err = ErrCut
			}
			return "", err
		}
		switch {
		case m.name == "rPh":
			reading = !m.closes("rPh")
		case (m.opens("v") || m.opens("t")) && !m.alone && !reading:
			m.keep = maxText
		case m.closes("v"), m.closes("t"):
			m.keep = 0
		}
	}
	m.keep = 0
	return t.value(kind, s)
}

func (t *xlsxTable) value(kind string, s style) (string, error) {
	m := t.m
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(string(m.text)))
		if err != nil {
			return "", nil
		}
		text, known, err := t.book.texts.text(i)
		if err == nil && !known {
			err = ErrCut
		}
		return text, err
	case "b":
		if strings.TrimSpace(string(m.text)) == "1" {
			return "true", nil
		}
		return "false", nil
	case "", "n":
		text := shown(m.text, m.over)
		if text == "" || text == tooLong {
			return text, nil
		}
		return t.book.number(text, s), nil
	case "d": // a day as text, 2026-11-25T00:00:00
		day, _, _ := strings.Cut(shown(m.text, m.over), "T00:00")
		return day, nil
	}
	return shown(m.text, m.over), nil
}
