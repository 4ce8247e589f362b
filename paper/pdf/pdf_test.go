package pdf_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/carlos7ags/folio/reader"

	"kring/paper/pdf"
)

func letter(rows int) pdf.Letter {
	l := pdf.Letter{
		Language: "nl", Title: "Offerte 2026-0042", At: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC),
		House: pdf.House{Name: "Brandt & Zoon", Lines: []string{"Havenstraat 12, 3011 AB Rotterdam", "KvK 12345678", "btw NL001234567B01"}},
		To:    []string{"Zorggroep De Linden", "T.a.v. Inge Verbeek", "Lindelaan 4", "1234 AB Zeist"},
		Kind:  "Offerte", Facts: []pdf.Pair{{"Nummer", "2026-0042, versie 2"}, {"Datum", "23 november 2026"}, {"Geldig tot en met", "23 december 2026"}},
		Opening: []pdf.Text{{Body: "Beste mevrouw Verbeek,\n\nU vertelde ons wat er beter moet. Dit stellen we voor."}, {Body: "“’s Nachts staat de afdeling zonder koffie.”", Voice: true}},
		Table:   pdf.Table{Columns: []pdf.Column{{Head: "Omschrijving", Width: 46}, {Head: "Aantal", Width: 10, Right: true}, {Head: "Prijs", Width: 15, Right: true}, {Head: "Btw", Width: 10, Right: true}, {Head: "Bedrag", Width: 17, Right: true}}},
		Sums:    []pdf.Sum{{Name: "Totaal zonder btw", Value: "€ 1.234,50"}, {Name: "Btw 21 %", Value: "€ 259,25"}, {Name: "Totaal", Value: "€ 1.493,75", Strong: true}},
		Closing: []pdf.Text{{Heading: "Levering", Body: "Binnen twee weken na uw akkoord."}, {Heading: "Voorwaarden", Body: "Op deze offerte zijn onze algemene voorwaarden (versie 2026-1) van toepassing."}},
		Page:    "Pagina {page} van {pages}",
	}
	for i := range rows {
		l.Table.Rows = append(l.Table.Rows, pdf.Row{Cells: []string{fmt.Sprintf("Koffiemachine nr. %d", i+1), "1,5", "€ 823,00", "21 %", "€ 1.234,50"}, Under: []string{"Voor: ’s nachts koffie"}})
	}
	return l
}

func write(t *testing.T, l pdf.Letter) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := pdf.Write(&b, l); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// text reads a file back with another program's eyes: a reader of PDF.
func text(t *testing.T, file []byte) (all string, pages int) {
	t.Helper()
	r, err := reader.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.PageCount() {
		p, err := r.Page(i)
		if err != nil {
			t.Fatal(err)
		}
		said, err := p.ExtractTextWithStrategy(&reader.LocationStrategy{})
		if err != nil {
			t.Fatal(err)
		}
		all += said + "\n"
	}
	return all, r.PageCount()
}

// TestWrite: what was written can be read, searched and heard: the letters are
// embedded, the structure is tagged, the language is named.
func TestWrite(t *testing.T) {
	t.Parallel()
	file := write(t, letter(3))
	if to := os.Getenv("KRING_PDF"); to != "" {
		if err := os.WriteFile(to, file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	said, pages := text(t, file)
	if pages != 1 {
		t.Errorf("%d pages", pages)
	}
	flat := strings.Join(strings.Fields(said), "") // this reader puts no spaces between words that stand apart
	for _, want := range []string{"Brandt & Zoon", "Zorggroep De Linden", "Offerte", "2026-0042, versie 2", "’s Nachts staat de afdeling zonder koffie.", "Koffiemachine nr. 3", "€ 1.493,75", "Totaal zonder btw", "algemene voorwaarden (versie 2026-1)", "Pagina 1 van 1"} {
		if !strings.Contains(flat, strings.ReplaceAll(strings.ReplaceAll(want, " ", ""), "\u00a0", "")) {
			t.Errorf("the text lacks %q: %s", want, flat)
		}
	}
	for _, want := range []string{"/StructTreeRoot", "/MarkInfo", "/Lang", "/FontFile2", "/DisplayDocTitle"} {
		if !bytes.Contains(file, []byte(want)) {
			t.Errorf("the file lacks %s", want)
		}
	}
	if len(file) > 120_000 {
		t.Errorf("%d bytes: the fonts are not cut to what is used", len(file))
	}
}

// TestLong: four hundred rows run over pages, each with the head of the table.
func TestLong(t *testing.T) {
	t.Parallel()
	said, pages := text(t, write(t, letter(400)))
	if pages < 8 || strings.Count(said, "Omschrijving") != pages-1 && strings.Count(said, "Omschrijving") != pages {
		t.Errorf("%d pages, %d heads", pages, strings.Count(said, "Omschrijving"))
	}
	if !strings.Contains(said, "Koffiemachinenr.400") || strings.Count(said, "Koffiemachinenr.") != 400 {
		t.Errorf("%d rows", strings.Count(said, "Koffiemachinenr."))
	}
	if err := pdf.Write(&bytes.Buffer{}, letter(pdf.MostRows+1)); !errors.Is(err, pdf.ErrRows) {
		t.Error(err)
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, n := range []int{5, 1000} {
		l := letter(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if err := pdf.Write(&bytes.Buffer{}, l); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
