package sheet_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"kring/base/fault"
	"kring/paper/sheet"
)

// cards are the filled cells of each card by their column, a refused one by
// its code.
func cards(t *testing.T, file string) (all []string) {
	t.Helper()
	table, err := sheet.Open(strings.NewReader(file), int64(len(file)))
	if err != nil || table.Info().Format != sheet.VCardFile {
		t.Fatal(table, err)
	}
	for {
		row, err := table.Next()
		if err == io.EOF {
			return all
		}
		if err != nil || len(row.Cells) != len(table.Head()) {
			t.Fatal(row, err)
		}
		if f, ok := fault.From(row.Err); ok {
			all = append(all, "! "+f.Code)
			continue
		}
		var filled []string
		for i, c := range row.Cells {
			if c != "" && table.Head()[i] != "kind" {
				filled = append(filled, table.Head()[i]+"="+c)
			}
		}
		all = append(all, strings.Join(filled, "|"))
	}
}

func TestVCard(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, want string }{
		"version 4": {"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Sanne de Wit\r\nN:de Wit;Sanne;;Mevr.;\r\nORG:De Linden\\, Zwolle;Inkoop\r\nTITLE:Hoofd inkoop\r\nTEL;TYPE=\"voice,work\";VALUE=uri:tel:+31-38-421-2121;ext=14\r\nTEL;TYPE=cell;PREF=1:06 12345678\r\n" +
			"EMAIL;TYPE=work:sanne@linden.nl\r\nADR;TYPE=home:;;Thuis 1;Raalte;;8102 AA;Nederland\r\nADR;TYPE=work:;;Kerkplein 12 bis;Zwolle;Overijssel;8011 AB;NL\r\nCATEGORIES:vaste klant,beurs\\, 2026\r\nLANG:nl-NL\r\nUID:urn:uuid:4fbe8971\r\nNOTE:een\\ntwee\r\nURL:https://linden.nl\r\nEND:VCARD\r\n",
			"name=Sanne de Wit|honorific=ms|given=Sanne|infix=de|family=Wit|language=nl|account=De Linden, Zwolle|function=Hoofd inkoop|phone=06 12345678|phone_2=+31-38-421-2121 ext. 14|email=sanne@linden.nl|street=Kerkplein|number=12|suffix=bis|postcode=8011 AB|city=Zwolle|country=NL|website=https://linden.nl|tags=vaste klant, beurs, 2026|note=een\ntwee|external_id=4fbe8971"},
		"version 3, folded and grouped": {"\ufeffBEGIN:vcard\nVERSION:3.0\nN:Hoff;Jan;van 't;;\nFN:Jan van 't Ho\n ff\nitem1.TEL;type=pref:038-4212121\nitem1.X-ABLabel:_$!<Work>!$_\nitem2.EMAIL;type=INTERNET;type=pref:jan@\n\thoff.nl\nROLE:Inkoper\nEND:VCARD",
			"name=Jan van 't Hoff|given=Jan|infix=van 't|family=Hoff|function=Inkoper|phone=038-4212121|email=jan@hoff.nl"},
		"version 2.1": {"BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:K=F6nig;Ren=E9\r\nTEL;CELL;VOICE:0612345678\r\nNOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:caf=C3=A9 =\r\nen meer\r\nPHOTO;ENCODING=BASE64;JPEG:\r\n /9j/4AAQ\r\n\r\nEND:VCARD\r\n",
			"name=René König|given=René|family=König|phone=0612345678|note=café en meer"},
		"a name in one piece":     {"BEGIN:VCARD\nVERSION:4.0\nFN:Sanne van der Wit\nEND:VCARD", "name=Sanne van der Wit|given=Sanne|infix=van der|family=Wit"},
		"an organisation":         {"BEGIN:VCARD\nVERSION:4.0\nKIND:org\nFN:De Linden\nORG:De Linden B.V.\nEND:VCARD", "name=De Linden|account=De Linden B.V."},
		"an organisation, 3":      {"BEGIN:VCARD\nVERSION:3.0\nN:;;;;\nFN:De Linden\nORG:De Linden\nEND:VCARD", "name=De Linden|account=De Linden"},
		"a fax comes last":        {"BEGIN:VCARD\nN:Wit\nTEL;TYPE=fax,work:1\nTEL:2\nEND:VCARD", "name=Wit|family=Wit|phone=2|phone_2=1"},
		"a foreign address":       {"BEGIN:VCARD\nN:Wit\nADR:;;12 Rue de la Paix;Paris;;75002;France\nEND:VCARD", "name=Wit|family=Wit|street=12 Rue de la Paix|postcode=75002|city=Paris|country=France"},
		"Windows-1252, unsaid":    {"BEGIN:VCARD\nN:K\xf6nig\nEND:VCARD", "name=König|family=König"},
		"UTF-16":                  {"\xff\xfe" + wide("BEGIN:VCARD\nN:König\nEND:VCARD", false), "name=König|family=König"},
		"old line ends":           {"BEGIN:VCARD\rN:Wit\rEND:VCARD\r", "name=Wit|family=Wit"},
		"a card in a card":        {"BEGIN:VCARD\nN:Wit\nAGENT:\nBEGIN:VCARD\nN:Zwart\nEND:VCARD\nTEL:1\nEND:VCARD", "name=Wit|family=Wit|phone=1"},
		"cut off in the middle":   {"BEGIN:VCARD\nN:Wit\nEND:VCARD\nBEGIN:VCARD\nN:Zwart\nTEL:", "name=Wit|family=Wit / ! sheet.card"},
		"an end that is missing":  {"BEGIN:VCARD\nN:Wit\nBEGIN:VCARD\nN:Zwart\nEND:VCARD\nonzin\n", "! sheet.card / name=Zwart|family=Zwart"},
		"a NUL":                   {"BEGIN:VCARD\nN:W\x00it\nEND:VCARD", "! sheet.nul"},
		"a note that is too long": {"BEGIN:VCARD\nN:Wit\nNOTE:" + strings.Repeat("lang ", 300_000) + "\nEND:VCARD\nBEGIN:VCARD\nN:Zwart\nEND:VCARD", "! sheet.cell / name=Zwart|family=Zwart"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := strings.Join(cards(t, c.file), " / "); got != c.want {
				t.Fatalf("%.900s\nwant %s", got, c.want)
			}
		})
	}
}

// TestVCardPhoto: a card with a photo of 20 MB is read, and the photo not held.
func TestVCardPhoto(t *testing.T) {
	photo := base64.StdEncoding.EncodeToString(make([]byte, 20<<20))
	var folded strings.Builder
	for at := 0; at < len(photo); at += 74 {
		folded.WriteString(photo[at:min(at+74, len(photo))] + "\r\n ")
	}
	for name, value := range map[string]string{"in one line": photo, "folded": strings.TrimSuffix(folded.String(), "\r\n ")} {
		file := "BEGIN:VCARD\r\nN:Wit;Sanne\r\nitem1.PHOTO;ENCODING=b;TYPE=JPEG:" + value + "\r\nTEL:1\r\nEND:VCARD\r\n"
		base := heap()
		table, err := sheet.Open(strings.NewReader(file), int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		row, err := table.Next()
		if now := heap(); now > base+2<<20 {
			t.Errorf("%s: %d MB held", name, (now-base)>>20)
		}
		if err != nil || row.Err != nil || !strings.Contains(strings.Join(row.Cells, "|"), "|1|") {
			t.Fatal(name, row, err)
		}
		if _, err := table.Next(); !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
	}
}

// FuzzVCard: reading ends, and every card has all cells or says why not.
func FuzzVCard(f *testing.F) {
	for _, s := range []string{"N:Wit;Sanne;van;Mr\nTEL;TYPE=\"a,b\":1", "NOTE;ENCODING=QUOTED-PRINTABLE:=C3=\nx=A9", "PHOTO:a\n b\n\nAGENT:\nBEGIN:VCARD\nEND:VCARD", "ADR:;;Kerkplein 1a;Z;;8011AB;NL\nitem1.URL:\\n\\;", "BEGIN:VCARD\nEND:VCARD\nKIND:org\nORG:\xff;b"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, card []byte) {
		readWhole(t, fmt.Appendf(nil, "BEGIN:VCARD\nN:x\n%s\nEND:VCARD\n%s", card, card))
	})
}
