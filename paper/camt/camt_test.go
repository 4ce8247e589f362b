package camt_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"kring/paper/camt"
)

const head = `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.%s"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId><CreDtTm>2026-11-25T08:00:00</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id><Acct><Id><IBAN>NL91ABNA0417164300</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-24</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">%s</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-25</Dt></Dt></Bal>
`

const tail = `</Stmt></BkToCstmrStmt></Document>`

const two = `<Ntry><NtryRef>1</NtryRef><Amt Ccy="EUR">121.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-25</Dt></BookgDt><AcctSvcrRef>AS1</AcctSvcrRef>
<NtryDtls><TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs><RltdPties><Dbtr><Nm>De Linden</Nm></Dbtr><DbtrAcct><Id><IBAN>BE68539007547034</IBAN></Id></DbtrAcct></RltdPties>
<RmtInf><Ustrd>factuur</Ustrd><Ustrd>2026-0001</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">21.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><DtTm>2026-11-25T12:00:00</DtTm></BookgDt><AddtlNtryInf>Kosten</AddtlNtryInf></Ntry>`

const eight = `<Ntry><Amt Ccy="EUR">30.000</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-25</Dt></BookgDt><AcctSvcrRef>B</AcctSvcrRef><NtryDtls>
<TxDtls><Refs><AcctSvcrRef>B1</AcctSvcrRef></Refs><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><RltdPties><Dbtr><Pty><Nm>Kade 9</Nm></Pty></Dbtr></RltdPties><RmtInf><Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>
<TxDtls><Refs><AcctSvcrRef>B2</AcctSvcrRef></Refs><Amt Ccy="EUR">20.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></TxDtls></NtryDtls></Ntry>`

func read(text string) (all []camt.Entry, err error) {
	err = camt.Read(strings.NewReader(text), func(e camt.Entry) error {
		all = append(all, e)
		return nil
	})
	return all, err
}

func TestRead(t *testing.T) {
	t.Parallel()
	all, err := read(fmt.Sprintf(head, "02", "200.00") + two + tail)
	if err != nil || len(all) != 2 {
		t.Fatal(all, err)
	}
	want := camt.Entry{Account: "NL91ABNA0417164300", Ref: "AS1", Day: "2026-11-25", Cents: 12_100, Currency: "EUR", Name: "De Linden", IBAN: "BE68539007547034", Text: "factuur 2026-0001", EndToEnd: "E1", N: 1, Part: 1}
	if all[0] != want {
		t.Errorf("%+v", all[0])
	}
	if all[1].Cents != -2100 || all[1].Day != "2026-11-25" || all[1].Text != "Kosten" {
		t.Errorf("%+v", all[1])
	}
	all, err = read(fmt.Sprintf(head, "08", "130.00") + eight + tail)
	if err != nil || len(all) != 2 || all[0].Name != "Kade 9" || all[0].Reference != "RF18539007547034" || all[0].Cents != 1000 || all[1].Cents != 2000 || all[1].Ref != "B2" || all[1].Part != 2 {
		t.Fatalf("a batch is its transactions: %+v %v", all, err)
	}
}

func TestBad(t *testing.T) {
	t.Parallel()
	whole := fmt.Sprintf(head, "02", "200.00") + two + tail
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"nothing":         {"", camt.ErrOther},
		"a letter":        {"Geachte heer", camt.ErrOther},
		"a page":          {"<html><body>x</body></html>", camt.ErrOther},
		"MT940 in XML":    {`<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.052.001.02"></Document>`, camt.ErrOther},
		"cut in a word":   {whole[:len(whole)-200], camt.ErrCut},
		"cut at an entry": {strings.Split(whole, "</Ntry>")[0] + "</Ntry>", camt.ErrCut},
		"an entry less":   {fmt.Sprintf(head, "02", "200.00") + strings.Split(two, "</Ntry>")[0] + "</Ntry>" + tail, camt.ErrBalance},
		"no amount":       {fmt.Sprintf(head, "02", "100.00") + "<Ntry><CdtDbtInd>CRDT</CdtDbtInd></Ntry>" + tail, camt.ErrEntry},
	} {
		if _, err := read(c.text); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for n := 600; n < len(whole)-5; n += 37 { // cut anywhere: never half a file that looks whole
		if _, err := read(whole[:n]); err == nil {
			t.Fatalf("cut after %d bytes is taken", n)
		}
	}
}

func TestLatin(t *testing.T) {
	t.Parallel()
	text := strings.Replace(fmt.Sprintf(head, "02", "200.00"), "UTF-8", "ISO-8859-1", 1) + strings.Replace(two, "De Linden", "Caf\xe9 Zo\xebtermeer", 1) + tail
	all, err := read(text)
	if err != nil || all[0].Name != "Café Zoëtermeer" {
		t.Fatal(all, err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(fmt.Sprintf(head, "02", "200.00") + two + tail)
	f.Add(fmt.Sprintf(head, "08", "130.00") + eight + tail)
	f.Fuzz(func(t *testing.T, text string) {
		all, err := read(text)
		for _, e := range all {
			if err == nil && (e.Day == "" || len(e.Currency) != 3) {
				t.Errorf("%+v", e)
			}
		}
	})
}
