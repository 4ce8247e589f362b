package cli_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kring/kit"
)

const relations = `klantnr;bedrijfsnaam;adres;postcode;plaats;telefoon;e-mail
1;Brandt Installatietechniek B.V.;Hoofdstraat 12-a;8011 AA;Zwolle;038-4212121;info@brandt.example
2;Bakkerij De Wit;Dorpsweg 3;8012 BB;Zwolle;038 421 33 44;
3;brandt installatietechniek bv;Hoofdstr. 12 A;8011AA;Zwolle;+31 38 421 2121;
4;Müller & Zn. VOF;Kade 1;7411 CC;Deventer;06-12345678;post@muller.example
5;Muller en Zn;Kade 1;7411CC;Deventer;0031 6 12345678;
6;Stichting Het Groene Veld;Veldweg 80;7001 DD;Doetinchem;;bestuur@veld.example
7;Fietsenmaker Poot;Singel 14;8013 EE;Zwolle;038-4219876;
8;Garage Hengstman;Lindelaan 101;7951 FF;Staphorst;0522-461200;garage@hengstman.example
9;Drukkerij Salland N.V.;Industrieweg 7;8102 GG;Raalte;0572-351234;
10;Kwekerij Oosterhof;Bosweg 22;7721 HH;Dalfsen;0529-431112;
`

func written(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func pairs(t *testing.T, out string) map[string]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || strings.Join(rows[0], ",") != "id_a,id_b,probability,why" {
		t.Fatalf("%v: %q", err, out)
	}
	found := map[string]string{}
	for _, r := range rows[1:] {
		found[r[0]+" "+r[1]] = r[3]
	}
	return found
}

func TestStatMatch(t *testing.T) {
	t.Parallel()
	run := kring(t)
	file := written(t, "relaties.csv", relations)

	code, out, said := run("", "stat", "match", file)
	if code != 0 {
		t.Fatal(said)
	}
	found := pairs(t, out)
	if len(found) != 2 || !strings.Contains(found["1 3"], "telefoon same") || !strings.Contains(found["4 5"], "bedrijfsnaam same") {
		t.Errorf("the doubles: %v", found)
	}
	if !strings.Contains(said, "klantnr is not compared") {
		t.Errorf("what was left out: %s", said)
	}

	code, out, _ = run("", "stat", "match", file, "--json", "--fields", "company=bedrijfsnaam,postcode")
	var told struct {
		Links []struct {
			A string `json:"id_a"`
		}
		Model struct {
			Fields []struct{ Field, Kind string }
		}
		Unused []struct{ Column string }
	}
	if err := json.Unmarshal([]byte(out), &told); err != nil || code != 0 {
		t.Fatal(err, out)
	}
	if f := told.Model.Fields; len(f) != 2 || f[0].Field != "company" || f[0].Kind != "company" || f[1].Kind != "postcode" || len(told.Unused) != 5 || len(told.Links) != 2 {
		t.Errorf("only these count: %+v", told)
	}

	other := written(t, "leads.csv", "lead,Company,Street address,Zip,Mobile\nA,Hengstman Garage,Lindelaan 101,7951FF,\nB,Muller & Zn,,,06 1234 5678\nC,Niemand BV,Nergens 1,9999 ZZ,\n")
	code, _, said = run("", "stat", "match", file, other, "--id", "klantnr")
	if code != 1 || !strings.Contains(said, "no column \"klantnr\"") {
		t.Errorf("an id that the second file lacks: %d %s", code, said)
	}
	code, out, said = run("", "stat", "match", file, other)
	if found := pairs(t, out); code != 0 || found["8 1"] == "" || found["4 2"]+found["5 2"] == "" || len(found) > 3 {
		t.Errorf("two files: %d %v %s", code, found, said)
	}
}

func TestStatMatchRefuses(t *testing.T) {
	t.Parallel()
	run := kring(t)
	good := written(t, "good.csv", relations)
	for _, c := range []struct {
		law  string
		code int
		file string
		args []string
		said string
	}{
		{"an empty file", 1, "", nil, "nothing in this file"},
		{"a header only", 1, "naam,plaats\n", nil, "a header and no rows"},
		{"one row", 1, "naam,plaats\nBrandt,Zwolle\n", nil, "at least two records"},
		{"a ragged row", 1, "naam,plaats\nBrandt,Zwolle\nPoot\n", nil, "row 3"},
		{"a column twice", 1, "naam,plaats,Naam\na,b,c\nd,e,f\n", nil, "\"Naam\" stands twice"},
		{"ids and nothing else", 1, "id,rec_id\n1,2\n3,4\n", nil, "nothing to compare"},
		{"no such column to compare", 1, relations, []string{"--fields", "given=voornaam"}, "no column \"voornaam\"; there are: klantnr"},
		{"no such column to ignore", 1, relations, []string{"--ignore", "bsn"}, "no column \"bsn\""},
		{"no such id", 1, relations, []string{"--id", "nr"}, "no column \"nr\""},
		{"a threshold above one", 2, relations, []string{"--threshold", "1.5"}, "from 0 to 1"},
		{"a threshold below zero", 2, relations, []string{"--threshold=-0.1"}, "from 0 to 1"},
		{"a threshold that is none", 2, relations, []string{"--threshold", "NaN"}, "from 0 to 1"},
		{"no such second file", 1, relations, []string{good + ".not"}, "no such file"},
		{"a picture", 1, "\x89PNG\r\n\x1a\n", nil, "no table"},
	} {
		code, out, said := run("", append([]string{"stat", "match", written(t, "bad.csv", c.file)}, c.args...)...)
		if code != c.code || out != "" || !strings.Contains(said, c.said) {
			t.Errorf("%s: code %d, %q, %q", c.law, code, out, said)
		}
	}
}

// TestReferenceStatMatch asks the command itself for what doc/statmatch.md promises.
func TestReferenceStatMatch(t *testing.T) {
	t.Parallel()
	run := kring(t)
	for _, c := range []struct {
		file, ignore string
		least        float64
	}{
		{"febrl_dataset1.csv.gz", "soc_sec_id", .99},
		{"febrl_dataset1.csv.gz", "soc_sec_id,date_of_birth", .98},
		{"febrl_dataset3.csv.gz", "soc_sec_id", .99},
		{"febrl_dataset3.csv.gz", "soc_sec_id,date_of_birth", .965},
	} {
		text := string(kit.ReferenceFile(t, "linkage/"+c.file))
		code, out, said := run("", "stat", "match", written(t, "febrl.csv", text), "--ignore", c.ignore)
		if code != 0 {
			t.Fatal(said)
		}
		right, links := 0., pairs(t, out)
		for pair := range links {
			a, b, _ := strings.Cut(pair, " ")
			if strings.Split(a, "-")[1] == strings.Split(b, "-")[1] {
				right++
			}
		}
		if got := 2 * right / float64(len(links)+truePairs(text)); got < c.least {
			t.Errorf("%s without %s: F1 %.4f, want %.3f", c.file, c.ignore, got, c.least)
		}
	}
}

// truePairs counts the pairs of rec-N-org and rec-N-dup-M with one N.
func truePairs(text string) (n int) {
	seen := map[string]int{}
	for line := range strings.Lines(text) {
		if who := strings.Split(line, "-"); who[0] == "rec" {
			n += seen[who[1]]
			seen[who[1]]++
		}
	}
	return n
}
