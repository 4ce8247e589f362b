package sheet

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestRoundTrip: what is written is read back, cell by cell, whatever is in it;
// in a CSV no cell can be run as a formula.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ '=+@\-＝\t\n]{0,4}[a-z0-9,;"&<>_x]{0,12}`), rapid.SampledFrom([]string{"0031", "=1+1", "'=1", "''+x", "_x0041_", "-5", "+31612345678", "a\r\nb", "\u00a0", "1,5;2", "🙂"}))
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(1, 4).Draw(t, "width")
		rows := rapid.SliceOfN(rapid.SliceOfN(text, width, width), 1, 20).Draw(t, "rows")
		comma := rapid.SampledFrom([]rune{',', ';', '\t'}).Draw(t, "comma")
		head := []string{"naam", "b", "c", "d"}[:width]
		for _, format := range []Format{CSVFile, XLSXFile} {
			var file bytes.Buffer
			var w Writer = NewCSV(&file, comma)
			if format == XLSXFile {
				x := NewXLSX(&file, "Relaties")
				x.most = 7 // many sheets
				w = x
			}
			for _, row := range append([][]string{head}, rows...) {
				if err := w.Row(row); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			compare(t, format, file.Bytes(), head, rows)
		}
	})
}

// kept is a text as a reader hands it over.
func kept(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	return strings.TrimSpace(s)
}

func compare(t *rapid.T, format Format, file []byte, head []string, rows [][]string) {
	table, err := Open(bytes.NewReader(file), int64(len(file)))
	if err != nil || table.Info().Format != format || !slices.Equal(table.Head(), head) {
		t.Fatalf("%v %+v", err, table)
	}
	defer table.Close()
	for i, row := range rows {
		clean, nul := make([]string, len(row)), false
		for j, c := range row {
			clean[j] = kept(c)
			nul = nul || strings.ContainsRune(c, 0)
		}
		if blank(clean) {
			continue
		}
		got, err := table.Next()
		if err != nil {
			t.Fatalf("row %d: %v", i, err)
		}
		if nul != (got.Err == ErrNul) || !nul && (got.Err != nil || !slices.Equal(got.Cells, clean)) {
			t.Fatalf("%s row %d: %q %v, want %q", format, i, got.Cells, got.Err, clean)
		}
	}
	if _, err := table.Next(); err != io.EOF && err != ErrHeaderOnly {
		t.Fatal(err)
	}
}

// TestHarmless: Plain takes back what Harmless did, and nothing harmless is
// left.
func TestHarmlessAndBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ '=+@\-＝\t\n\r]{0,5}[a-z0-9.]{0,3}`)).Draw(t, "s")
		safe := Harmless(s)
		if formula(safe) || Plain(safe) != s {
			t.Fatalf("%q: %q, back %q", s, safe, Plain(safe))
		}
	})
}

// TestKinds: numbers and days are written as such where they are, and read back
// the same.
func TestKinds(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	x := NewXLSX(&file, "een [te] lange naam voor een blad, toch?", Text, Number, Day)
	rows := [][]string{{"naam", "omvang", "dag"}, {"0031", "1234.5", "2026-11-25"}, {"5", "veel", "1899-01-01"}, {"", "-7", "2026-02-31"}, {"1", "12345678901234567890", "9999-12-31"}}
	for _, row := range rows {
		if err := x.Row(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := openBook(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.unpack("xl/worksheets/sheet1.xml", maxPart)
	if err != nil {
		t.Fatal(err)
	}
	part, err := io.ReadAll(r)
	for _, want := range []string{`<c r="A1" s="1" t="inlineStr">`, `<c r="B2"><v>1234.5</v></c>`, `<c r="C2" s="3"><v>46351</v></c>`, `<c r="A3" s="2" t="inlineStr"><is><t xml:space="preserve">5</t>`, `<c r="B4"><v>-7</v></c>`, `state="frozen"`} {
		if err != nil || !bytes.Contains(part, []byte(want)) {
			t.Errorf("no %s in %s, %v", want, part, err)
		}
	}
	table, err := Open(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil || table.Info().Sheet != "een te lange naam voor e" {
		t.Fatal(table.Info(), err)
	}
	for _, want := range rows[1:] {
		if got, err := table.Next(); err != nil || !slices.Equal(got.Cells, want) {
			t.Errorf("%q, want %q, %v", got.Cells, want, err)
		}
	}
}
