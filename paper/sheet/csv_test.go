package sheet_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"kring/base/fault"
	"kring/paper/sheet"
)

// wide is text as UTF-16, little-endian unless big.
func wide(s string, big bool) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		if big {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return string(b)
}

// told is a table as a reader would tell it: the header and each row, a
// refused one by its code.
func told(t *testing.T, file string) []string {
	t.Helper()
	table, err := sheet.Open(strings.NewReader(file), int64(len(file)))
	if err != nil {
		f, ok := fault.From(err)
		if !ok {
			t.Fatal(err)
		}
		return []string{"! " + f.Code}
	}
	defer table.Close()
	all := []string{strings.Join(table.Head(), "·")}
	for {
		row, err := table.Next()
		if err == io.EOF {
			return all
		}
		if f, ok := fault.From(err); ok {
			return append(all, "! "+f.Code)
		} else if err != nil {
			t.Fatal(err)
		}
		line := fmt.Sprintf("%d ", row.N)
		if f, ok := fault.From(row.Err); ok {
			line += f.Code
		} else if row.Err != nil || len(row.Cells) != len(table.Head()) {
			t.Fatalf("row %d: %d cells, %v", row.N, len(row.Cells), row.Err)
		} else {
			line += strings.Join(row.Cells, "·")
		}
		all = append(all, line)
	}
}

func TestCSVFiles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"commas":                           {"a,b\n1,2\n", []string{"a·b", "2 1·2"}},
		"semicolons with decimal commas":   {"naam;omzet\nA;1,50\nB;2,5\n", []string{"naam·omzet", "2 A·1,50", "3 B·2,5"}},
		"tabs":                             {"a\tb\r\n1, 2\t3\r\n", []string{"a·b", "2 1, 2·3"}},
		"bars":                             {"a|b|c\n1|2|3", []string{"a·b·c", "2 1·2·3"}},
		"one column":                       {"naam\nJan\n\"Wit, Piet\"\nWit; Jan\n", []string{"naam", "2 Jan", "3 Wit, Piet", "4 Wit; Jan"}},
		"a line that names the delimiter":  {"sep=;\r\na,b;c\r\n1;2\r\n", []string{"a,b·c", "3 1·2"}},
		"old line ends":                    {"a,b\r1,2\r3,4", []string{"a·b", "2 1·2", "3 3·4"}},
		"a mark in front":                  {"\ufeffnaam,b\nCafé,2\n", []string{"naam·b", "2 Café·2"}},
		"UTF-16":                           {"\xff\xfe" + wide("naam;b\nCafé 😀;2\n", false), []string{"naam·b", "2 Café 😀·2"}},
		"UTF-16, the other way":            {"\xfe\xff" + wide("naam;b\nCafé;2\n", true), []string{"naam·b", "2 Café·2"}},
		"UTF-16 without a mark":            {wide("naam;b\nCafé;2\n", false), []string{"naam·b", "2 Café·2"}},
		"Windows-1252":                     {"naam;b\nCaf\xe9 \x80;2\n", []string{"naam·b", "2 Café €·2"}},
		"broken UTF-8 after good":          {"naam;b\nCafé;2\nCaf\xe9;3\nx;4", []string{"naam·b", "2 Café·2", "3 sheet.encoding", "4 x·4"}},
		"quotes":                           {"a,b\n\"1,\"\"x\"\"\",\"two\r\nlines\"\n", []string{"a·b", "2 1,\"x\"·two\nlines"}},
		"blanks around quotes":             {"a, b\n 1 , \"x, y\" \n", []string{"a·b", "2 1·x, y"}},
		"a quote inside a cell":            {"a,b\n12\" pipe,2\n", []string{"a·b", "2 12\" pipe·2"}},
		"a quote that never closes":        {"a,b\n\"1,2\n3,4\n5,6\n", []string{"a·b", "2 sheet.quote", "3 3·4", "4 5·6"}},
		"a quote closed by the next one":   {"a,b\n\"1,2\n\"3\",4\n5,6\n", []string{"a·b", "2 sheet.quote", "3 3·4", "4 5·6"}},
		"text after a closing quote":       {"a,b\n\"1\"x,2\n3,4\n", []string{"a·b", "2 sheet.quote", "3 3·4"}},
		"ragged rows":                      {"a,b,c\n1,2\n1,2,3,4\n1,2,3\n", []string{"a·b·c", "2 sheet.width", "3 sheet.width", "4 1·2·3"}},
		"delimiters too many at the end":   {"a,b,,\n1,2\n1,2,,\n1,2,,,,\n", []string{"a·b", "2 1·2", "3 1·2", "4 1·2"}},
		"blank rows":                       {"\n\na,b\n\n,\n1,2\n\n", []string{"a·b", "6 1·2"}},
		"double names":                     {"a,A,\"\",b\n1,2,3,4", []string{"a·A··b", "2 1·2·3·4"}},
		"NUL bytes":                        {"a,b\n1\x00,2\n3,4", []string{"a·b", "2 sheet.nul", "3 3·4"}},
		"cut off in a quote":               {"a,b\n1,2\n3,\"4", []string{"a·b", "2 1·2", "3 sheet.quote"}},
		"cut off in a row":                 {"a,b\n1,2\n3", []string{"a·b", "2 1·2", "3 sheet.width"}},
		"empty":                            {"", []string{"! sheet.empty"}},
		"blank":                            {" \r\n\n", []string{"! sheet.empty"}},
		"a mark alone":                     {"\ufeff", []string{"! sheet.empty"}},
		"delimiters alone":                 {";;;\n;;\n", []string{"! sheet.empty"}},
		"header only":                      {"a,b\n", []string{"a·b", "! sheet.header_only"}},
		"header and blank rows":            {"a,b\n,\n\n", []string{"a·b", "! sheet.header_only"}},
		"a page":                           {"<!DOCTYPE html><table><tr><td>a", []string{"! sheet.format"}},
		"a PDF":                            {"%PDF-1.7 a,b", []string{"! sheet.format"}},
		"a program":                        {"MZ" + strings.Repeat("\x00\x01", 400), []string{"! sheet.format"}},
		"a header that never closes":       {"\"a,b\n1,2\n", []string{"! sheet.quote"}},
		"too many columns":                 {strings.Repeat("a,", sheet.MaxColumns) + "z\n", []string{"! sheet.columns"}},
		"a row with very many cells":       {"a,b\n" + strings.Repeat("a,", 5000) + "z\n1,2", []string{"a·b", "2 sheet.columns", "3 1·2"}},
		"a cell that is too large":         {"a,b\n\"" + strings.Repeat("x\n", 1<<20) + "\",2\n3,4", []string{"a·b", "2 sheet.cell", "3 3·4"}},
		"a row that is too large":          {"a,b,c,d,e\n" + strings.Repeat(strings.Repeat("x", 1<<20)+",", 5) + "\n1,2,3,4,5", []string{"a·b·c·d·e", "2 sheet.row", "3 1·2·3·4·5"}},
		"a quote that swallows everything": {"a,b\n\"" + strings.Repeat("x,y\n", 1<<19), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := told(t, c.file)
			if c.want == nil {
				if len(got) != 1+1<<19 || got[1] != "2 sheet.quote" || got[2] != "3 x·y" {
					t.Fatalf("%d rows, %q", len(got), got[:3])
				}
			} else if !slices.Equal(got, c.want) {
				t.Fatalf("%.200q, want %q", got, c.want)
			}
		})
	}
}

func TestInfo(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]sheet.Info{
		"a,b\n1,2":             {Format: sheet.CSVFile, Encoding: "utf-8", Delimiter: ","},
		"a;b\nCaf\xe9;2":       {Format: sheet.CSVFile, Encoding: "windows-1252", Delimiter: ";"},
		wide("a\tb\n1", false): {Format: sheet.CSVFile, Encoding: "utf-16", Delimiter: "\t"},
	} {
		table, err := sheet.Open(strings.NewReader(file), int64(len(file)))
		if err != nil || table.Info() != want {
			t.Errorf("%q: %+v %v, want %+v", file, table, err, want)
		}
	}
}

func TestTwice(t *testing.T) {
	t.Parallel()
	if got := sheet.Twice([]string{"Naam", "", "naam ", "e-mail", "", "Näam", "tel"}); !slices.Equal(got, []string{"naam "}) {
		t.Fatalf("%q", got)
	}
}

// endless is a file of a size that no memory holds: a header, and then one line
// over and over.
type endless struct {
	head, line string
	size       int64
}

func (e endless) ReadAt(p []byte, off int64) (int, error) {
	for i := range p {
		at := off + int64(i)
		switch {
		case at >= e.size:
			return i, io.EOF
		case at < int64(len(e.head)):
			p[i] = e.head[at]
		default:
			p[i] = e.line[(at-int64(len(e.head)))%int64(len(e.line))]
		}
	}
	return len(p), nil
}

// TestCSVMemory reads files far larger than what reading them may hold.
func TestCSVMemory(t *testing.T) {
	for name, e := range map[string]endless{
		"rows":     {"naam,plaats\n", "De Linden,Zwolle\n", 1 << 26},
		"one cell": {"naam,plaats\n\"", "lang ", 1 << 26},
	} {
		table, err := sheet.Open(e, e.size)
		if err != nil {
			t.Fatal(err)
		}
		n, highest, base := 0, uint64(0), heap()
		for {
			row, err := table.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(name, err)
			}
			if n++; n%1_000_000 == 1 || row.Err != nil {
				highest = max(highest, heap())
			}
		}
		if n == 0 || highest > base+16<<20 {
			t.Errorf("%s: %d rows, %d MB above the %d MB before", name, n, (highest-base)>>20, base>>20)
		}
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// FuzzCSV: whatever the bytes, reading ends and no row lacks cells without saying
// why.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a;b\n\"1\"\";2\n\"x", "\ufeffa\tb\r1\t2", "\xff\xfea\x00,\x00\n\x00\xd8", "sep=|\na|b\n\x00|\xe9", "a\n\"\"\"\n\"\"", "\"a\nb\",c\n,,,\n1,2"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, file []byte) { readWhole(t, file) })
}

// readWhole reads a file to its end and checks what holds for every table.
func readWhole(t *testing.T, file []byte) {
	table, err := sheet.Open(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		if _, ok := fault.From(err); !ok {
			t.Fatal(err)
		}
		return
	}
	defer table.Close()
	if n := len(table.Head()); n == 0 || n > sheet.MaxColumns {
		t.Fatalf("a header of %d columns", n)
	}
	for last := int64(0); ; {
		row, err := table.Next()
		if err != nil {
			if _, ok := fault.From(err); !ok && err != io.EOF {
				t.Fatal(err)
			}
			return
		}
		if row.N <= last {
			t.Fatalf("row %d after row %d", row.N, last)
		}
		last = row.N
		if _, ok := fault.From(row.Err); row.Err != nil && !ok {
			t.Fatal(row.Err)
		}
		if row.Err == nil && len(row.Cells) != len(table.Head()) {
			t.Fatalf("row %d has %d cells", row.N, len(row.Cells))
		}
		size := 0
		for _, c := range row.Cells {
			size += len(c)
			if row.Err == nil && (!utf8.ValidString(c) || c != strings.TrimSpace(c)) {
				t.Fatalf("row %d: %q", row.N, c)
			}
		}
		if size > 4*sheet.MaxRow {
			t.Fatalf("row %d holds %d bytes", row.N, size)
		}
	}
}
