package sheet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kring/base/fault"
	"kring/paper/sheet"
)

const (
	space = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	rel   = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
)

// workbook is a workbook of one sheet with these rows, as Excel writes it;
// parts replace or add.
func workbook(rows string, parts map[string]string) string {
	all := map[string]string{
		"[Content_Types].xml":        `<Types/>`,
		"_rels/.rels":                `<Relationships><Relationship Id="rId1" Type="` + rel + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<?xml version="1.0"?><workbook ` + space + `><sheets><sheet name="Blad1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="` + rel + `/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="` + rel + `/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="` + rel + `/styles" Target="/xl/styles.xml"/></Relationships>`,
		"xl/sharedStrings.xml":       `<sst><si><t>naam</t></si><si><t xml:space="preserve"> De &amp; Linden </t></si><si><r><t>Jan</t></r><r><rPr><b/></rPr><t xml:space="preserve"> Wit</t></r><rPh sb="0"><t>x</t></rPh></si><si><t>a_x000D_` + "\n" + `b</t></si><si/></sst>`,
		"xl/styles.xml": `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="d\-m\-yyyy\ h:mm"/><numFmt numFmtId="165" formatCode="0#########"/><numFmt numFmtId="166" formatCode="[Red]&quot;dag&quot;0.00"/><numFmt numFmtId="167" formatCode="[h]:mm"/></numFmts>` +
			`<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="20"/><xf numFmtId="167"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet1.xml": `<worksheet ` + space + `><sheetData>` + rows + `</sheetData></worksheet>`,
	}
	for name, text := range parts {
		all[name] = text
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range all {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.String()
}

const head = `<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>b</t></is></c></row>`

// cells is a row with these cells in column B, and the row's number in A.
func cell(inside string) string {
	return workbook(head+`<row r="2"><c r="A2" t="str"><v>x</v></c>`+inside+`</row>`, nil)
}

func TestXLSXFiles(t *testing.T) {
	t.Parallel()
	whole := workbook(head+`<row r="2"><c r="A2" t="s"><v>1</v></c></row>`, nil)
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"shared text":             {whole, []string{"naam·b", "2 De & Linden·"}},
		"rich text":               {cell(`<c r="B2" t="s"><v>2</v></c>`), []string{"naam·b", "2 x·Jan Wit"}},
		"line breaks":             {cell(`<c r="B2" t="s"><v>3</v></c>`), []string{"naam·b", "2 x·a\nb"}},
		"an empty shared text":    {cell(`<c r="B2" t="s"><v>4</v></c>`), []string{"naam·b", "2 x·"}},
		"a text that is not kept": {cell(`<c r="B2" t="s"><v>99</v></c>`), []string{"naam·b", "! sheet.cut"}},
		"inline rich text":        {cell(`<c r="B2" t="inlineStr"><is><r><t>De </t></r><r><t>&#76;inden</t></r></is></c>`), []string{"naam·b", "2 x·De Linden"}},
		"literal text":            {cell(`<c r="B2" t="inlineStr"><is><t><![CDATA[a<b&amp;>c]]></t></is></c>`), []string{"naam·b", "2 x·a<b&amp;>c"}},
		"comments":                {cell(`<!-- a > "b --><c r="B2" t="inlineStr"><is><t>y<!-- > -->z</t></is></c>`), []string{"naam·b", "2 x·yz"}},
		"a formula":               {cell(`<c r="B2" t="str"><f>A2&amp;"y"</f><v>xy</v></c>`), []string{"naam·b", "2 x·xy"}},
		"an error":                {cell(`<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>`), []string{"naam·b", "2 x·#DIV/0!"}},
		"yes":                     {cell(`<c r="B2" t="b"><v>1</v></c>`), []string{"naam·b", "2 x·true"}},
		"a number":                {cell(`<c r="B2"><v>612345678</v></c>`), []string{"naam·b", "2 x·612345678"}},
		"a number with noise":     {cell(`<c r="B2"><v>0.30000000000000004</v></c>`), []string{"naam·b", "2 x·0.3"}},
		"a phone as a number":     {cell(`<c r="B2"><v>3.1612345678E+10</v></c>`), []string{"naam·b", "2 x·31612345678"}},
		"a large number":          {cell(`<c r="B2"><v>1E+11</v></c>`), []string{"naam·b", "2 x·100000000000"}},
		"a small number":          {cell(`<c r="B2"><v>1.5E-7</v></c>`), []string{"naam·b", "2 x·0.00000015"}},
		"zeros in front":          {cell(`<c r="B2" s="3"><v>612345678</v></c>`), []string{"naam·b", "2 x·0612345678"}},
		"zeros in front, as text": {cell(`<c r="B2" t="inlineStr"><is><t>0031</t></is></c>`), []string{"naam·b", "2 x·0031"}},
		"a format with a word":    {cell(`<c r="B2" s="4"><v>46351</v></c>`), []string{"naam·b", "2 x·46351"}},
		"a day":                   {cell(`<c r="B2" s="1"><v>46351</v></c>`), []string{"naam·b", "2 x·2026-11-25"}},
		"a day in 1900":           {cell(`<c r="B2" s="1"><v>1</v></c>`), []string{"naam·b", "2 x·1900-01-01"}},
		"a day with a time":       {cell(`<c r="B2" s="2"><v>46351.604166666664</v></c>`), []string{"naam·b", "2 x·2026-11-25 14:30"}},
		"a day with no time":      {cell(`<c r="B2" s="2"><v>46351</v></c>`), []string{"naam·b", "2 x·2026-11-25"}},
		"a time":                  {cell(`<c r="B2" s="5"><v>0.60416666666666663</v></c>`), []string{"naam·b", "2 x·14:30"}},
		"hours beyond a day":      {cell(`<c r="B2" s="6"><v>1.5</v></c>`), []string{"naam·b", "2 x·1.5"}},
		"no day at all":           {cell(`<c r="B2" s="1"><v>-3</v></c>`), []string{"naam·b", "2 x·-3"}},
		"a day as text":           {cell(`<c r="B2" t="d"><v>2026-11-25T00:00:00</v></c>`), []string{"naam·b", "2 x·2026-11-25"}},
		"days from 1904": {workbook(head+`<row r="2"><c r="A2" s="1"><v>44889</v></c></row>`, map[string]string{
			"xl/workbook.xml": `<workbook ` + space + `><workbookPr date1904="1"/><sheets><sheet name="B" r:id="rId1"/></sheets></workbook>`}), []string{"naam·b", "2 2026-11-25·"}},
		"cells without a place":      {workbook(`<row><c t="str"><v>a</v></c><c/><c t="str"><v>b</v></c></row><row><c/><c/><c><v>3</v></c></row>`, nil), []string{"a··b", "2 ··3"}},
		"rows that are missing":      {workbook(head+`<row r="7"/><row r="9"><c r="B9"><v>1</v></c></row>`, nil), []string{"naam·b", "9 ·1"}},
		"a cell beyond the header":   {workbook(head+`<row r="2"><c r="D2"><v>1</v></c></row><row r="3"><c r="A3"><v>1</v></c><c r="D3"/></row>`, nil), []string{"naam·b", "2 sheet.width", "3 1·"}},
		"a cell far away":            {workbook(head+`<row r="2"><c r="XFD2"><v>1</v></c></row><row r="3"><c r="A3"><v>1</v></c></row>`, nil), []string{"naam·b", "2 sheet.columns", "3 1·"}},
		"a NUL":                      {cell(`<c r="B2" t="str"><v>a&#0;b</v></c>`), []string{"naam·b", "2 sheet.nul"}},
		"broken characters":          {cell("<c r=\"B2\" t=\"str\"><v>a\xffb</v></c>"), []string{"naam·b", "2 sheet.encoding"}},
		"a text that is too long":    {cell(`<c r="B2" t="inlineStr"><is><t>` + strings.Repeat("lang ", 100_000) + `</t></is></c>`), []string{"naam·b", "2 sheet.cell"}},
		"a prefix":                   {workbook("", map[string]string{"xl/worksheets/sheet1.xml": `<x:worksheet xmlns:x="m"><x:sheetData><x:row r="1"><x:c r="A1" t="str"><x:v>a</x:v></x:c></x:row><x:row r="2"><x:c r="A2" t="str"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>`}), []string{"a", "2 1"}},
		"header only":                {workbook(head, nil), []string{"naam·b", "! sheet.header_only"}},
		"empty":                      {workbook("", nil), []string{"! sheet.empty"}},
		"cut off in the middle":      {whole[:len(whole)*2/3], []string{"! sheet.cut"}},
		"cut off inside the sheet":   {workbook("", map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData>` + head + `<row r="2"><c r="A2"><v>1`}), []string{"naam·b", "! sheet.cut"}},
		"a document type":            {workbook("", map[string]string{"xl/worksheets/sheet1.xml": `<!DOCTYPE x [<!ENTITY a "b">]><worksheet><sheetData/></worksheet>`}), []string{"! sheet.cut"}},
		"another zip":                {workbook("", map[string]string{"_rels/.rels": `<Relationships/>`}), []string{"! sheet.format"}},
		"a binary workbook":          {workbook("", map[string]string{"xl/workbook.bin": "x"}), []string{"! sheet.old_excel"}},
		"an old workbook":            {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), []string{"! sheet.old_excel"}},
		"a locked workbook":          {locked(), []string{"! sheet.secret"}},
		"a bomb of empty rows":       {workbook(head+strings.Repeat("<row/>", 8<<20), nil), []string{"naam·b", "! sheet.bomb"}},
		"a bomb in one cell":         {workbook(head+`<row r="2"><c r="A2" t="str"><v>`+strings.Repeat("a", 40<<20)+`</v></c></row>`, nil), []string{"naam·b", "! sheet.bomb"}},
		"a bomb in the styles":       {workbook(head, map[string]string{"xl/styles.xml": "<styleSheet>" + strings.Repeat(" ", 20<<20) + "</styleSheet>"}), []string{"! sheet.bomb"}},
		"a bomb of one tag":          {workbook(head+`<row r="`+strings.Repeat(">", 1<<20)+`"/>`, nil), []string{"naam·b", "! sheet.cut"}},
		"a bomb in the shared texts": {workbook(head, map[string]string{"xl/sharedStrings.xml": "<sst>" + strings.Repeat("<si><t>aaaaaaaaaaaaaaaa</t></si>", 1<<20) + "</sst>"}), []string{"! sheet.bomb"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := told(t, c.file); !slices.Equal(got, c.want) {
				t.Fatalf("%.200q, want %q", got, c.want)
			}
		})
	}
}

// locked is the container of a workbook with a password: its directory names
// the part that is encrypted.
func locked() string {
	b := make([]byte, 2048)
	copy(b, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	b[30], b[48] = 9, 1
	copy(b[1024+128:], wide("EncryptedPackage", false))
	return string(b)
}

func TestXLSXSheets(t *testing.T) {
	t.Parallel()
	sheets := func(list string) map[string]string {
		return map[string]string{
			"xl/workbook.xml": `<workbook ` + space + `><sheets>` + list + `</sheets></workbook>`,
			"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="a" Type="` + rel + `/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="b" Type="` + rel + `/worksheet" Target="worksheets/two.xml"/>` +
				`<Relationship Id="c" Type="` + rel + `/chartsheet" Target="chartsheets/c.xml"/><Relationship Id="d" Type="` + rel + `/worksheet" Target="worksheets/empty.xml"/></Relationships>`,
			"xl/worksheets/two.xml":   `<worksheet><sheetData><row r="1"><c t="str"><v>naam</v></c></row><row r="2"><c t="str"><v>twee</v></c></row></sheetData></worksheet>`,
			"xl/worksheets/empty.xml": `<worksheet><sheetData/></worksheet>`,
		}
	}
	one := `<row r="1"><c t="str"><v>naam</v></c></row><row r="2"><c t="str"><v>een</v></c></row>`
	for name, c := range map[string]struct {
		list string
		want []string
	}{
		"the first":               {`<sheet name="A" r:id="a"/><sheet name="B" r:id="b"/>`, []string{"naam", "2 een"}},
		"hidden ones are skipped": {`<sheet name="A" state="hidden" r:id="a"/><sheet name="B" r:id="b"/>`, []string{"naam", "2 twee"}},
		"empty ones and charts":   {`<sheet name="C" r:id="c"/><sheet name="D" r:id="d"/><sheet name="B" r:id="b"/>`, []string{"naam", "2 twee"}},
		"one that goes on":        {`<sheet name="A" r:id="a"/><sheet name="A 2" r:id="b"/><sheet name="A 3" r:id="d"/>`, []string{"naam", "2 een", "4 twee"}},
		"all hidden":              {`<sheet name="A" state="veryHidden" r:id="a"/>`, []string{"! sheet.empty"}},
	} {
		if got := told(t, workbook(one, sheets(c.list))); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestXLSXMany reads back a workbook whose shared texts do not fit in memory,
// in another order than they were written, and watches the memory.
func TestXLSXMany(t *testing.T) {
	const rows = 60_000
	texts, data := &strings.Builder{}, &strings.Builder{}
	dice := rand.New(rand.NewPCG(1, 2))
	for i := range rows {
		fmt.Fprintf(texts, "<si><t>tekst %d %x%x%x</t></si>", i, dice.Uint64(), dice.Uint64(), dice.Uint64())
	}
	order := dice.Perm(rows)
	for i, n := range order {
		fmt.Fprintf(data, `<row r="%d"><c r="A%d" t="s"><v>%d</v></c></row>`, i+1, i+1, n)
	}
	file := workbook(data.String(), map[string]string{"xl/sharedStrings.xml": "<sst>" + texts.String() + "</sst>"})
	texts, data = nil, nil
	base := heap()
	table, err := sheet.Open(strings.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	for n := 1; ; n++ {
		row, err := table.Next()
		if errors.Is(err, io.EOF) && n == rows {
			break
		}
		if err != nil || row.Err != nil || !strings.HasPrefix(row.Cells[0], "tekst "+strconv.Itoa(order[n])+" ") {
			t.Fatalf("row %d: %q %v %v", n, row.Cells, err, row.Err)
		}
		if n%20_000 == 0 {
			if now := heap(); now > base+14<<20 {
				t.Fatalf("%d MB above the %d MB before", (now-base)>>20, base>>20)
			}
		}
	}
}

// TestXLSXMemory writes and reads a workbook of many rows without holding it.
func TestXLSXMemory(t *testing.T) {
	var file bytes.Buffer
	x := sheet.NewXLSX(&file, "Relaties")
	dice := rand.New(rand.NewPCG(1, 2))
	const rows = 150_000
	base := heap()
	for i := range rows {
		if err := x.Row([]string{"De Linden " + strconv.Itoa(i), "Zwolle", strconv.FormatUint(dice.Uint64(), 36), "vaste klant"}); err != nil {
			t.Fatal(err)
		}
	}
	if now := heap(); now > base+uint64(file.Cap())+8<<20 {
		t.Errorf("writing holds %d MB", (now-base)>>20)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	table, err := sheet.Open(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for ; err == nil; n++ {
		_, err = table.Next()
		if n%50_000 == 0 {
			if now := heap(); now > base+uint64(file.Cap())+8<<20 {
				t.Errorf("reading holds %d MB", (now-base)>>20)
			}
		}
	}
	if err != io.EOF || n != rows {
		t.Fatalf("%d rows, %v", n, err)
	}
}

// FuzzXLSX changes bytes of a workbook, and in a second way those of the sheet
// inside.
func FuzzXLSX(f *testing.F) {
	f.Add([]byte(workbook(head, nil)), true)
	f.Add([]byte(locked()), true)
	for _, rows := range []string{head, `<row r="2"><c r="B2" s="2"><v>1.5</v></c><c t="s"><v>1</v></c></row>`, `<!-- x --><row><c t="inlineStr"><is><r><t>a&#x41;_x0041_</t></r><rPh/></is></c></row>`, `<row a='>'><c r="ZZZ9"/><![CDATA[]]></row>`} {
		f.Add([]byte(head+rows), false)
	}
	f.Fuzz(func(t *testing.T, file []byte, outside bool) {
		if outside {
			readWhole(t, append([]byte("PK\x03\x04"), file[min(4, len(file)):]...))
			return
		}
		readWhole(t, []byte(workbook("", map[string]string{"xl/worksheets/sheet1.xml": "<sheetData>" + string(file) + "</sheetData>"})))
		readWhole(t, []byte(workbook(head, map[string]string{"xl/styles.xml": string(file)})))
		readWhole(t, []byte(workbook(head, map[string]string{"xl/sharedStrings.xml": string(file)})))
	})
}

func TestXLSXWriterRefuses(t *testing.T) {
	t.Parallel()
	x := sheet.NewXLSX(io.Discard, "x")
	if err := x.Row([]string{"a"}); err != nil {
		t.Fatal(err)
	}
	if err := x.Row([]string{strings.Repeat("a", 32_768)}); fault.KindOf(err) != fault.Invalid {
		t.Fatal(err)
	}
}
