package sheet

import (
	"archive/zip"
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"kring/base/fault"
)

// Kind says what the cells of a column are.
type Kind uint8

// The kinds of columns. A cell that is no number or day is written as text.
const (
	Text   Kind = iota
	Number      // 1234.5
	Day         // 2026-11-25
)

// MIME is what a workbook is called on the web.
const MIME = mainType + ".sheet"

// MaxRows is how many rows a sheet of a workbook holds, the header among them.
const MaxRows = 1_048_576

// XLSX writes a workbook as it goes: nothing is held but the row at hand. Texts
// stand in their cells as texts, so that nothing is run as a formula and zeros
// in front stay. The header is bold and stays in sight; what does not fit on
// one sheet goes on on the next, under the same header.
type XLSX struct {
	z     *zip.Writer
	sheet *bufio.Writer
	name  string
	kinds []Kind
	head  []string
	n     int // rows on this sheet
	pages int // sheets
	most  int // rows on a sheet
	line  []byte
}

// NewXLSX writes to w; name is that of the sheet, kinds those of the columns,
// which are text when not said.
func NewXLSX(w io.Writer, name string, kinds ...Kind) *XLSX {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\`, r) || r < ' ' {
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, "' ")
	if rs := []rune(name); len(rs) > 24 { // 31 with its number
		name = string(rs[:24])
	}
	if name == "" {
		name = "Kring"
	}
	return &XLSX{z: zip.NewWriter(w), name: name, kinds: kinds, most: MaxRows}
}

// Row writes one row; the first is the header.
func (x *XLSX) Row(cells []string) error {
	if x.head == nil {
		x.head = append([]string{}, cells...)
		return x.begin()
	}
	if x.n == x.most {
		if err := x.end(); err != nil {
			return err
		}
		if err := x.begin(); err != nil {
			return err
		}
	}
	return x.row(cells, false)
}

// begin starts a sheet with its header.
func (x *XLSX) begin() error {
	x.pages++
	part, err := x.z.Create(fmt.Sprintf("xl/worksheets/sheet%d.xml", x.pages))
	if err != nil {
		return err
	}
	x.n, x.sheet = 0, bufio.NewWriterSize(part, 32<<10)
	if _, err := x.sheet.WriteString(xmlHead + `<worksheet xmlns="` + mainSpace + `"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultColWidth="18" defaultRowHeight="15"/><sheetData>`); err != nil {
		return err
	}
	return x.row(x.head, true)
}

// end closes the sheet.
func (x *XLSX) end() error {
	if _, err := x.sheet.WriteString(`</sheetData></worksheet>`); err != nil {
		return err
	}
	return x.sheet.Flush()
}

func (x *XLSX) row(cells []string, head bool) error {
	x.n++
	n := strconv.Itoa(x.n)
	b := append(append(append(x.line[:0], `<row r="`...), n...), `">`...)
	for i, c := range cells {
		if c == "" {
			continue
		}
		b = append(append(append(append(b, `<c r="`...), letters(i)...), n...), '"')
		value, style := "", styleText
		if head {
			style = styleHead
		} else if i < len(x.kinds) {
			value, style = typed(x.kinds[i], c)
		}
		if value != "" {
			b = append(append(append(append(append(b, style...), `><v>`...), value...), `</v>`...), `</c>`...)
			continue
		}
		if len(c) > 32_767 && len(utf16.Encode([]rune(c))) > 32_767 {
			return ErrCell.With(fault.Params{"max": "32.767"})
		}
		b = append(append(b, style...), ` t="inlineStr"><is><t xml:space="preserve">`...)
		b = append(written(b, c), `</t></is></c>`...)
	}
	x.line = append(b, `</row>`...)
	_, err := x.sheet.Write(x.line)
	return err
}

// The styles of cells, as styles.xml has them.
const (
	styleHead   = ` s="1"`
	styleText   = ` s="2"`
	styleDay    = ` s="3"`
	styleNumber = ``
)

// typed is the value of a cell that is a number or a day; empty when it is
// neither, for then it is text.
func typed(kind Kind, c string) (value, style string) {
	switch kind {
	case Number:
		if digits := strings.TrimPrefix(c, "-"); len(digits) <= 15 && digits != "" && digits[0] != '.' && digits[len(digits)-1] != '.' &&
			strings.Trim(digits, "0123456789.") == "" && strings.Count(digits, ".") <= 1 {
			return c, styleNumber
		}
	case Day:
		if at, err := time.Parse("2006-01-02", c); err == nil && at.Year() >= 1901 {
			return strconv.FormatInt((at.Unix()-time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).Unix())/86_400, 10), styleDay
		}
	}
	return "", styleText
}

// written adds text to XML. Control characters, which XML has not, are written
// the way Excel does: _x0007_.
func written(b []byte, s string) []byte {
	for i, r := range s {
		switch {
		case r == '&':
			b = append(b, "&amp;"...)
		case r == '<':
			b = append(b, "&lt;"...)
		case r == '>':
			b = append(b, "&gt;"...)
		case r == '_' && strings.HasPrefix(s[i:], "_x"):
			b = append(b, "_x005F_"...)
		case r < ' ' && r != '\n' && r != '\t', r == 0xfffe, r == 0xffff:
			b = fmt.Appendf(b, "_x%04X_", r)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return b
}

// Close writes what binds the sheets together. A workbook without rows has an
// empty sheet.
func (x *XLSX) Close() error {
	if x.pages == 0 {
		if err := x.begin(); err != nil {
			return err
		}
	}
	if err := x.end(); err != nil {
		return err
	}
	var sheets, relations, types strings.Builder
	for i := 1; i <= x.pages; i++ {
		name := x.name
		if i > 1 {
			name = fmt.Sprintf("%s %d", x.name, i)
		}
		fmt.Fprintf(&sheets, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, attribute.Replace(name), i, i)
		fmt.Fprintf(&relations, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, i, relSpace, i)
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="%s.worksheet+xml"/>`, i, mainType)
	}
	fmt.Fprintf(&relations, `<Relationship Id="rId%d" Type="%s/styles" Target="styles.xml"/>`, x.pages+1, relSpace)
	for _, part := range []struct{ name, text string }{
		{"xl/workbook.xml", `<workbook xmlns="` + mainSpace + `" xmlns:r="` + relSpace + `"><sheets>` + sheets.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + packSpace + `/relationships">` + relations.String() + `</Relationships>`},
		{"xl/styles.xml", stylesPart},
		{"_rels/.rels", `<Relationships xmlns="` + packSpace + `/relationships"><Relationship Id="rId1" Type="` + relSpace + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"[Content_Types].xml", `<Types xmlns="` + packSpace + `/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="` + mainType + `.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="` + mainType + `.styles+xml"/>` + types.String() + `</Types>`},
	} {
		w, err := x.z.Create(part.name)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, xmlHead+part.text); err != nil {
			return err
		}
	}
	return x.z.Close()
}

var attribute = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

const (
	xmlHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	mainSpace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	relSpace  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	packSpace = "http://schemas.openxmlformats.org/package/2006"
	mainType  = "application/vnd.openxmlformats-officedocument.spreadsheetml"
	// The styles: plain, bold, text (format 49: what is typed over it stays
	// text), day (format 14: in the manner of the reader).
	stylesPart = `<styleSheet xmlns="` + mainSpace + `"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
		`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>` +
		`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>`
)
