package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
	"unicode/utf16"

	"kring/base/fault"
)

// What can be wrong with a workbook.
var (
	ErrOldExcel = fault.New(fault.Invalid, "sheet.old_excel", "this is another kind of Excel file: save it as .xlsx or CSV")
	ErrSecret   = fault.New(fault.Invalid, "sheet.secret", "this file is locked with a password")
	ErrBomb     = fault.New(fault.Invalid, "sheet.bomb", "this file unpacks to far more than a table holds")
)

// The limits of what a workbook unpacks to.
const (
	maxPart  = 4 << 30  // bytes of a sheet
	maxTexts = 1 << 30  // bytes of the shared texts, which may go to a temporary file
	maxSmall = 16 << 20 // bytes of the other parts
	maxRatio = 200      // unpacked to packed, of a part beyond maxSmall
	maxIndex = 4 << 20  // bytes of the list of parts
)

// compound tells the container of old Excel files and of locked new ones.
func compound(src io.ReaderAt, start []byte) error {
	if !bytes.HasPrefix(start, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) {
		return nil
	}
	if len(start) >= 512 {
		shift := min(binary.LittleEndian.Uint16(start[30:]), 12)
		directory := make([]byte, 4096)
		n, err := src.ReadAt(directory, (int64(binary.LittleEndian.Uint32(start[48:]))+1)<<shift)
		if err != nil && err != io.EOF {
			return err
		}
		var name []byte
		for _, u := range utf16.Encode([]rune("EncryptedPackage")) {
			name = binary.LittleEndian.AppendUint16(name, u)
		}
		if bytes.Contains(directory[:n], name) {
			return ErrSecret
		}
	}
	return ErrOldExcel
}

// book is a workbook: its parts, and what cells refer to.
type book struct {
	parts  map[string]*zip.File
	since  bool // days are counted from 1904
	sheets []tab
	styles []style
	texts  spill
}

// tab is a sheet of the book.
type tab struct{ name, id, part string }

func openBook(src io.ReaderAt, size int64) (*book, error) {
	if err := indexed(src, size); err != nil {
		return nil, err
	}
	z, err := zip.NewReader(src, size)
	if err != nil {
		return nil, ErrCut
	}
	b := &book{parts: map[string]*zip.File{}}
	for _, f := range z.File {
		if f.Flags&1 != 0 {
			return nil, ErrSecret
		}
		b.parts[clean(f.Name)] = f
	}
	if b.parts["xl/workbook.bin"] != nil {
		return nil, ErrOldExcel
	}
	if b.parts["[content_types].xml"] == nil && b.parts["_rels/.rels"] == nil {
		return nil, ErrFormat
	}
	if err := b.read(); err != nil {
		return nil, errors.Join(err, b.texts.close())
	}
	return b, nil
}

// clean is the name of a part as it is looked up: names differ in case and in
// their slashes from one writer to the next.
func clean(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, "\\", "/")), "/"))
}

// indexed looks at the end of a zip: its list of parts is read whole by
// archive/zip, so a list of a gigabyte is refused before.
func indexed(src io.ReaderAt, size int64) error {
	tail := make([]byte, min(size, 22+64<<10))
	if n, err := src.ReadAt(tail, size-int64(len(tail))); n < len(tail) {
		if err == nil || err == io.EOF {
			return ErrCut
		}
		return err
	}
	i := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if i < 0 || len(tail)-i < 22 {
		return ErrCut
	}
	count := binary.LittleEndian.Uint16(tail[i+8:])
	length, offset := binary.LittleEndian.Uint32(tail[i+12:]), binary.LittleEndian.Uint32(tail[i+16:])
	if count == 0xffff || length == 0xffff || offset == 0xffffffff || length == 0xffffffff {
		return ErrBomb // a list elsewhere (zip64): no workbook is that large
	}
	if int64(offset) > size {
		return ErrCut
	}
	if size-int64(offset) > maxIndex {
		return ErrBomb
	}
	return nil
}

// unpack opens a part; reading it stops at its limit.
func (b *book) unpack(name string, most int64) (io.ReadCloser, error) {
	f := b.parts[clean(name)]
	if f == nil {
		return nil, ErrCut
	}
	r, err := f.Open()
	if err != nil {
		return nil, ErrCut
	}
	return &bounded{ReadCloser: r, packed: int64(f.CompressedSize64), most: most}, nil
}

// bounded stops a part that unpacks to more than it may.
type bounded struct {
	io.ReadCloser
	packed, most, n int64
}

// Read reads on while the limits allow.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n += int64(n)
	if b.n > b.most || b.n > maxSmall && b.n/maxRatio > b.packed {
		return n, ErrBomb
	}
	if err != nil && err != io.EOF {
		err = ErrCut // a broken stream, a wrong checksum
	}
	return n, err
}

// each walks the elements of a part.
func (b *book) each(name string, most int64, do func(*markup) error) error {
	r, err := b.unpack(name, most)
	if err != nil {
		return err
	}
	m := newMarkup(r)
	for err == nil {
		if err = m.next(); err == nil {
			err = do(m)
		}
	}
	if err == io.EOF {
		err = nil
	}
	return errors.Join(err, r.Close())
}

// related are the targets of the relations of a part, by id and by the last
// word of their type.
func (b *book) related(part string) (byID, byType map[string]string, err error) {
	dir, file := path.Split(part)
	byID, byType = map[string]string{}, map[string]string{}
	rels := path.Join(dir, "_rels", file+".rels")
	err = b.each(rels, maxSmall, func(m *markup) error {
		if !m.opens("Relationship") {
			return nil
		}
		target := m.attr("Target")
		if !strings.HasPrefix(target, "/") {
			target = path.Join("/", dir, target)
		}
		kind := path.Base(m.attr("Type"))
		byID[m.attr("Id")+" "+kind] = target
		if byType[kind] == "" {
			byType[kind] = target
		}
		return nil
	})
	return byID, byType, err
}

// read reads everything but the sheets.
func (b *book) read() error {
	_, roots, err := b.related("")
	if err != nil {
		return err
	}
	main := roots["officeDocument"]
	if main == "" || b.parts[clean(main)] == nil {
		return ErrFormat // a document, a presentation, another zip
	}
	err = b.each(main, maxSmall, func(m *markup) error {
		switch {
		case m.opens("workbookPr"):
			v := m.attr("date1904")
			b.since = v == "1" || v == "true"
		case m.opens("sheet") && (m.attr("state") == "" || m.attr("state") == "visible"):
			b.sheets = append(b.sheets, tab{name: m.attr("name"), id: m.attr("id")})
		}
		return nil
	})
	if err != nil {
		return err
	}
	byID, byType, err := b.related(main)
	if err != nil {
		return err
	}
	for i, s := range b.sheets {
		b.sheets[i].part = byID[s.id+" worksheet"]
	}
	if part := byType["styles"]; part != "" && b.parts[clean(part)] != nil {
		if err := b.readStyles(part); err != nil {
			return err
		}
	}
	if part := byType["sharedStrings"]; part != "" && b.parts[clean(part)] != nil {
		return b.readTexts(part)
	}
	return nil
}

// readTexts keeps the shared texts. Readings of Japanese (rPh) are no part of
// the text.
func (b *book) readTexts(part string) error {
	reading := false
	return b.each(part, maxTexts, func(m *markup) error {
		switch {
		case m.opens("si"):
			m.text, m.over, reading = m.text[:0], false, false
		case m.name == "rPh":
			reading = !m.closes("rPh")
		case m.opens("t") && !m.alone && !reading:
			m.keep = maxText
		case m.closes("t"):
			m.keep = 0
		}
		if m.closes("si") {
			return b.texts.add(shown(m.text, m.over))
		}
		return nil
	})
}

// maxText is the longest text of a cell in bytes: Excel's limit is 32,767
// characters.
const maxText = 128 << 10

// tooLong stands for a text that was longer: no text of a cell is this one.
const tooLong = "\x00long"

// shown is the text of an element: entities and Excel's own _x000D_ as
// characters, line breaks as \n.
func shown(text []byte, over bool) string {
	if over {
		return tooLong
	}
	s := unescape(text)
	if strings.Contains(s, "_x") {
		s = unhex(s)
	}
	if strings.Contains(s, "\r") {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	return strings.TrimSpace(s)
}

// unhex makes _x000D_ the character it stands for.
func unhex(s string) string {
	var b strings.Builder
	for {
		i := strings.Index(s, "_x")
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		s = s[i:]
		if len(s) >= 7 && s[6] == '_' {
			if n, err := strconv.ParseUint(s[2:6], 16, 16); err == nil && !utf16.IsSurrogate(rune(n)) {
				b.WriteRune(rune(n))
				s = s[7:]
				continue
			}
		}
		b.WriteString("_x")
		s = s[2:]
	}
}
