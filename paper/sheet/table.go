// Package sheet reads and writes tables: CSV, workbooks (XLSX) and cards
// (vCard). Rows go by one at a time, so that memory does not grow with a file.
//
// What a column means does not live here: cells are text, and the mapping of
// columns to fields is another's.
package sheet

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"kring/base/fault"
	"kring/base/fold"
)

// The limits of what is read. A file that passes one is refused with a
// sentence; nothing above them is ever held in memory.
const (
	MaxColumns = 500
	MaxCell    = 1 << 20 // bytes
	MaxRow     = 4 << 20 // bytes of one row
)

// What can be wrong with a file as a whole.
var (
	ErrEmpty      = fault.New(fault.Invalid, "sheet.empty", "there is nothing in this file")
	ErrHeaderOnly = fault.New(fault.Invalid, "sheet.header_only", "this file has a header and no rows")
	ErrFormat     = fault.New(fault.Invalid, "sheet.format", "this is no table that can be read: CSV, XLSX and vCard can")
	ErrColumns    = fault.New(fault.Invalid, "sheet.columns", "there are too many columns")
	ErrHeader     = fault.New(fault.Invalid, "sheet.header", "the header cannot be read")
	ErrCut        = fault.New(fault.Invalid, "sheet.cut", "the file is damaged or cut off in the middle")
)

// What can be wrong with one row; the rows after it go on.
var (
	ErrWidth    = fault.New(fault.Invalid, "sheet.width", "this row has another number of cells than the header")
	ErrQuote    = fault.New(fault.Invalid, "sheet.quote", "a quote opens in this row and is not closed")
	ErrNul      = fault.New(fault.Invalid, "sheet.nul", "this row holds NUL bytes, which are no text")
	ErrEncoding = fault.New(fault.Invalid, "sheet.encoding", "this row holds bytes that are no characters")
	ErrCell     = fault.New(fault.Invalid, "sheet.cell", "a cell in this row is too large")
	ErrRow      = fault.New(fault.Invalid, "sheet.row", "this row is too large")
)

// Table is a file of rows, read one at a time.
type Table interface {
	Info() Info
	Head() []string     // the header as in the file, trimmed; empty and double names stay as they are
	Next() (Row, error) // io.EOF at the end; any other error: the file breaks off and nothing after can be read
	Close() error
}

// Format is a kind of file.
type Format string

// The kinds of files.
const (
	CSVFile   Format = "csv"
	XLSXFile  Format = "xlsx"
	VCardFile Format = "vcard"
)

// Info says how a file was understood.
type Info struct {
	Format    Format `json:"format"`
	Encoding  string `json:"encoding,omitempty"`  // utf-8, utf-16 or windows-1252
	Delimiter string `json:"delimiter,omitempty"` // of a CSV
	Sheet     string `json:"sheet,omitempty"`     // name of the sheet in the workbook
}

// Row is one row. It has as many cells as the header unless Err, a fault, says
// why it cannot be read; then Cells holds what could be, for a list of refused
// rows.
type Row struct {
	N     int64 // row in the file, the header's being 1; of cards their number
	Cells []string
	Err   error
}

// Open recognises a file by its bytes and reads its header.
func Open(src io.ReaderAt, size int64) (Table, error) {
	start := make([]byte, min(size, sniffed))
	n, err := src.ReadAt(start, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	start = start[:n]
	if len(bytes.Trim(start, " \t\r\n\ufeff")) == 0 && int64(n) == size {
		return nil, ErrEmpty
	}
	if err := compound(src, start); err != nil {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(start, []byte("PK\x03\x04")), bytes.HasPrefix(start, []byte("PK\x05\x06")):
		return openXLSX(src, size)
	case carded(start):
		return openVCard(src, size, start)
	case foreign(start):
		return nil, ErrFormat
	}
	return openCSV(src, size, start)
}

// sniffed is how much of a file is looked at to recognise it.
const sniffed = 64 << 10

// foreign tells files that people take for tables and that are none.
func foreign(start []byte) bool {
	for _, magic := range []string{"%PDF", "\x89PNG", "\xff\xd8\xff", "GIF8", "\x1f\x8b", "{\\rtf", "7z\xbc\xaf", "Rar!", "SQLite format 3"} {
		if bytes.HasPrefix(start, []byte(magic)) {
			return true
		}
	}
	text := bytes.ToLower(bytes.TrimLeft(start[:min(len(start), 512)], "\xef\xbb\xbf \t\r\n"))
	for _, tag := range []string{"<!doctype", "<html", "<?xml", "<table"} {
		if bytes.HasPrefix(text, []byte(tag)) {
			return true
		}
	}
	return false
}

// Twice are the names that stand in a header more than once, as they stand
// there first; the case does not count and empty ones do not.
func Twice(head []string) []string {
	seen := map[string]int{}
	var twice []string
	for _, name := range head {
		key := fold.Key(name)
		if seen[key]++; key != "" && seen[key] == 2 {
			twice = append(twice, name)
		}
	}
	return twice
}

// fit gives a row the width of the header. Empty cells too many are dropped
// and cells under a nameless end of the header may lack; any other difference
// means that cells stand in the wrong column, so the row is refused.
func fit(head, cells []string) ([]string, error) {
	for len(cells) > len(head) && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	named := len(head)
	for named > 0 && head[named-1] == "" {
		named--
	}
	if len(cells) > len(head) || len(cells) < named {
		return cells, ErrWidth.With(fault.Params{"cells": len(cells), "head": named})
	}
	for len(cells) < len(head) {
		cells = append(cells, "")
	}
	return cells, nil
}

// blank tells a row without content.
func blank(cells []string) bool {
	for _, c := range cells {
		if c != "" {
			return false
		}
	}
	return true
}

// headed checks a header that was read.
func headed(head []string) ([]string, error) {
	for len(head) > 0 && head[len(head)-1] == "" {
		head = head[:len(head)-1]
	}
	switch {
	case len(head) == 0:
		return nil, ErrEmpty
	case len(head) > MaxColumns:
		return nil, ErrColumns.With(fault.Params{"max": MaxColumns})
	}
	for i, name := range head {
		if !utf8.ValidString(name) {
			return nil, ErrHeader
		}
		head[i] = strings.Join(strings.Fields(strings.ReplaceAll(name, "\ufeff", "")), " ")
	}
	return head, nil
}
