package sheet

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"kring/base/fault"
)

// The encodings of text.
const (
	encUTF8  = "utf-8"
	encUTF16 = "utf-16"
	enc1252  = "windows-1252"
)

// csvTable reads CSV. encoding/csv holds a cell whole however large it is, and
// gives up at the first stray quote; this one does neither.
type csvTable struct {
	in     *source
	comma  byte
	code   string // encoding; empty while only ASCII went by
	head   []string
	n      int64
	spent  int64 // bytes read twice because of quotes that did not close
	any    bool  // a row was handed over
	record record
}

// record is a row as it is being read: the bytes of all cells and where each
// ends.
type record struct {
	text []byte
	ends []int
	over *fault.Fault // a limit that was passed
}

func openCSV(src io.ReaderAt, size int64, start []byte) (Table, error) {
	t := &csvTable{}
	code, order, skip := marked(start)
	t.code = code
	t.in = newSource(src, size, skip, order)
	if err := t.in.fill(); err != nil {
		return nil, ErrEmpty
	}
	sample, whole := t.in.buf, t.in.next >= size
	if bytes.Count(sample, []byte{0}) > len(sample)/100+8 {
		return nil, ErrFormat // NUL bytes by the hundred: a program, a picture
	}
	if t.code == "" {
		t.code = guess(sample)
	}
	t.comma = t.sep(sample)
	if t.comma == 0 {
		t.comma = comma(sample, whole)
	}
	return t, t.header()
}

// marked is the encoding that the first bytes of a file give away, and how many
// bytes the mark takes; empty when they give none away.
func marked(start []byte) (code string, order binary.ByteOrder, skip int64) {
	switch {
	case bytes.HasPrefix(start, []byte("\xef\xbb\xbf")):
		return encUTF8, nil, 3
	case bytes.HasPrefix(start, []byte("\xff\xfe")):
		return encUTF16, binary.LittleEndian, 2
	case bytes.HasPrefix(start, []byte("\xfe\xff")):
		return encUTF16, binary.BigEndian, 2
	case len(start) >= 4 && start[0] != 0 && start[1] == 0 && start[2] != 0 && start[3] == 0:
		return encUTF16, binary.LittleEndian, 0 // no mark, but every other byte says it
	case len(start) >= 4 && start[0] == 0 && start[1] != 0 && start[2] == 0 && start[3] != 0:
		return encUTF16, binary.BigEndian, 0
	}
	return "", nil, 0
}

// guess tells UTF-8 from Windows-1252; undecided while all is ASCII.
func guess(sample []byte) string {
	for i := 0; i < len(sample); {
		if sample[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(sample[i:])
		switch {
		case r != utf8.RuneError || size == 3:
			return encUTF8
		case !utf8.FullRune(sample[i:]): // cut by the end of the sample
			return ""
		}
		return enc1252
	}
	return ""
}

// sep takes the line "sep=;" that a spreadsheet puts above the header.
func (t *csvTable) sep(sample []byte) byte {
	for _, c := range []byte(commas) {
		line := append([]byte("sep="), c)
		rest, found := bytes.CutPrefix(bytes.Trim(sample[:min(len(sample), 16)], "\""), line)
		rest = bytes.TrimLeft(rest, "\"")
		if found && (len(rest) == 0 || rest[0] == '\r' || rest[0] == '\n') {
			t.in.pos = bytes.IndexAny(sample, "\r\n")
			if t.in.pos < 0 {
				t.in.pos = len(sample)
			} else if bytes.HasPrefix(sample[t.in.pos:], []byte("\r\n")) {
				t.in.pos++
			}
			t.in.pos = min(t.in.pos+1, len(sample))
			t.n++
			return c
		}
	}
	return 0
}

const commas = ",;\t|"

// none is the delimiter of a file with one column, whose cells may hold any
// sign.
const none = '\n'

// comma is the delimiter under which the first rows are most alike: the most
// columns, in the most rows.
func comma(sample []byte, whole bool) byte {
	best, most := byte(none), 0.0
	for _, c := range []byte(commas) {
		if s := alike(sample, whole, c); s > most {
			best, most = c, s
		}
	}
	return best
}

func alike(sample []byte, whole bool, c byte) float64 {
	t := &csvTable{in: newSource(bytes.NewReader(sample), int64(len(sample)), 0, nil), comma: c}
	width, rows, same := 0, 0, 0
	for rows < 50 {
		ok, err := t.read()
		if !ok && err != ErrQuote || t.in.next >= t.in.size && t.in.pos == len(t.in.buf) && !whole && rows > 0 {
			break // the last row of a sample is not whole
		}
		cells := len(t.record.ends)
		if err != nil || cells == 1 && len(bytes.TrimSpace(t.record.text)) == 0 {
			continue
		}
		if rows++; rows == 1 {
			width = cells
		}
		if cells == width {
			same++
		}
	}
	if rows == 0 {
		return 0
	}
	share := float64(same) / float64(rows)
	return float64(width-1) * share * share
}

// header reads up to the first row with content.
func (t *csvTable) header() error {
	for {
		row, err := t.row()
		switch {
		case err == io.EOF:
			return ErrEmpty
		case err != nil:
			return err
		case row.Err != nil:
			f, _ := fault.From(row.Err)
			return f
		case blank(row.Cells):
			continue
		}
		t.head, err = headed(row.Cells)
		return err
	}
}

// Info says how the file was understood.
func (t *csvTable) Info() Info {
	code := t.code
	if code == "" {
		code = encUTF8
	}
	info := Info{Format: CSVFile, Encoding: code}
	if t.comma != none {
		info.Delimiter = string(t.comma)
	}
	return info
}

// Head is the header.
func (t *csvTable) Head() []string { return t.head }

// Close has nothing to let go of.
func (t *csvTable) Close() error { return nil }

// Next is the next row with content.
func (t *csvTable) Next() (Row, error) {
	for {
		row, err := t.row()
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
		if row.Err == nil {
			row.Cells, row.Err = fit(t.head, row.Cells)
		}
		return row, nil
	}
}

// row is the next row as it stands there.
func (t *csvTable) row() (Row, error) {
	ok, err := t.read()
	if err != nil && err != ErrQuote {
		return Row{}, err
	}
	if !ok {
		return Row{}, io.EOF
	}
	t.n++
	row := Row{N: t.n}
	switch {
	case err != nil:
		row.Err = ErrQuote.With(fault.Params{"row": t.n})
	case t.record.over != nil:
		row.Err = t.record.over
	case bytes.IndexByte(t.record.text, 0) >= 0:
		row.Err = ErrNul
	}
	row.Cells = t.cells(&row.Err)
	return row, nil
}

// cells are the cells of the record as text. Bytes that are no UTF-8 are
// Windows-1252, unless the file has shown before that it is UTF-8.
func (t *csvTable) cells(wrong *error) []string {
	text := t.record.text
	if t.code == "" {
		t.code = guess(text)
	}
	cells := make([]string, 0, len(t.record.ends))
	var all string
	if t.code != enc1252 {
		all = string(text)
		if !utf8.ValidString(all) && wrong != nil && *wrong == nil {
			*wrong = ErrEncoding
		}
	}
	from := 0
	for _, end := range t.record.ends {
		var c string
		if t.code == enc1252 {
			c = latin(text[from:end])
		} else {
			c = all[from:end]
		}
		cells = append(cells, strings.TrimSpace(Plain(c)))
		from = end
	}
	return cells
}

// latin is Windows-1252 as UTF-8.
func latin(b []byte) string {
	var s strings.Builder
	for _, c := range b {
		s.WriteRune(charmap.Windows1252.DecodeByte(c))
	}
	return s.String()
}

// read reads one record; false at the end of the file. A quote that does not
// close spoils the line it opens in: reading goes on at the line after.
func (t *csvTable) read() (bool, error) {
	r := &t.record
	r.text, r.ends, r.over = r.text[:0], r.ends[:0], nil
	if _, ok, err := t.in.byte(); !ok || err != nil {
		return false, err
	}
	start := t.in.place()
	for {
		more, err := t.cell()
		if err == ErrQuote {
			return true, t.again(start)
		}
		if err != nil {
			return false, err
		}
		if r.ends = append(r.ends, len(r.text)); len(r.ends) > 4*MaxColumns {
			r.over = ErrColumns.With(fault.Params{"max": MaxColumns})
			r.ends = r.ends[:4*MaxColumns]
		}
		if !more {
			return true, nil
		}
	}
}

// again goes back to the line in which a quote opened and takes it as one cell.
// What is read twice has a budget, so that no file can ask for ever more.
func (t *csvTable) again(start int64) error {
	r := &t.record
	r.text, r.ends, r.over = r.text[:0], r.ends[:0], nil
	if t.spent += t.in.place() - start; t.spent > t.in.size+16<<20 {
		return ErrCut
	}
	t.in.back(start)
	comma := t.comma
	t.comma = none
	_, err := t.bare()
	t.comma = comma
	if err != nil {
		return err
	}
	r.ends = append(r.ends, len(r.text))
	return ErrQuote
}

// cell reads one cell and the sign after it; more tells that this was a
// delimiter.
func (t *csvTable) cell() (more bool, err error) {
	for {
		c, ok, err := t.in.byte()
		switch {
		case !ok || err != nil:
			return false, err
		case c == ' ':
			t.in.pos++
			continue
		case c == '"':
			t.in.pos++
			return t.quoted()
		}
		return t.bare()
	}
}

// bare reads a cell without quotes.
func (t *csvTable) bare() (more bool, err error) {
	from := len(t.record.text)
	for {
		_, ok, err := t.in.byte()
		if !ok || err != nil {
			return false, err
		}
		rest := t.in.buf[t.in.pos:]
		n := 0
		for n < len(rest) && rest[n] != t.comma && rest[n] != '\n' && rest[n] != '\r' {
			n++
		}
		t.keep(from, rest[:n])
		t.in.pos += n
		if n < len(rest) {
			return t.end()
		}
	}
}

// quoted reads a cell up to its closing quote. A line break in it is \n.
func (t *csvTable) quoted() (more bool, err error) {
	from := len(t.record.text)
	for {
		_, ok, err := t.in.byte()
		if err != nil {
			return false, err
		}
		if !ok {
			return false, ErrQuote
		}
		rest := t.in.buf[t.in.pos:]
		n := 0
		for n < len(rest) && rest[n] != '"' && rest[n] != '\n' && rest[n] != '\r' {
			n++
		}
		t.keep(from, rest[:n])
		t.in.pos += n
		if n == len(rest) {
			continue
		}
		if rest[n] != '"' {
			if err := t.in.newline(); err != nil {
				return false, err
			}
			t.keep(from, []byte{'\n'})
			continue
		}
		t.in.pos++
		if c, ok, err := t.in.byte(); err != nil {
			return false, err
		} else if ok && c == '"' {
			t.in.pos++
			t.keep(from, []byte{'"'})
			continue
		}
		return t.after()
	}
}

// after reads what stands between a closing quote and the next cell: nothing,
// or blanks. Anything else means that the quote was not the closing one.
func (t *csvTable) after() (more bool, err error) {
	for {
		c, ok, err := t.in.byte()
		switch {
		case !ok || err != nil:
			return false, err
		case c == t.comma, c == '\n', c == '\r':
			return t.end()
		case c != ' ' && c != '\t':
			return false, ErrQuote
		}
		t.in.pos++
	}
}

// end takes the sign after a cell.
func (t *csvTable) end() (more bool, err error) {
	if c := t.in.buf[t.in.pos]; c == t.comma && c != none {
		t.in.pos++
		return true, nil
	}
	return false, t.in.newline()
}

// keep adds to the record what fits in its limits; a cell that does not is
// passed over and spoils the row.
func (t *csvTable) keep(from int, b []byte) {
	r := &t.record
	if r.over == nil {
		switch {
		case len(r.text)-from+len(b) > MaxCell:
			r.over = ErrCell.With(fault.Params{"max": "1 MB"})
		case len(r.text)+len(b) > MaxRow:
			r.over = ErrRow.With(fault.Params{"max": "4 MB"})
		}
	}
	if r.over == nil {
		r.text = append(r.text, b...)
	}
}
