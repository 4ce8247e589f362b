package linkage_test

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"testing"

	"kring/kit"
	"kring/stat/linkage"
)

// records reads a reference file and gives the truth about each id.
func records(t *testing.T, name, truth string) (linkage.File, map[string]string) {
	t.Helper()
	r := csv.NewReader(bytes.NewReader(kit.ReferenceFile(t, name)))
	r.TrimLeadingSpace = true
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	file := linkage.File{Name: name, Head: all[0], Rows: all[1:]}
	of := map[string]string{}
	for i, row := range file.Rows {
		if truth == "" { // rec-223-org and rec-223-dup-0 are one person
			of[row[0]] = strings.Split(row[0], "-")[1]
			continue
		}
		for c, column := range file.Head {
			if column == truth {
				of[strconv.Itoa(i+1)] = row[c]
			}
		}
	}
	return file, of
}

// f1 is the harmonic mean of precision and recall over pairs.
func f1(links []linkage.Link, of map[string]string) float64 {
	size := map[string]int{}
	for _, who := range of {
		size[who]++
	}
	right, all := 0., 0
	for _, n := range size {
		all += n * (n - 1) / 2
	}
	for _, l := range links {
		if of[l.A] == of[l.B] {
			right++
		}
	}
	return 2 * right / float64(len(links)+all)
}

func TestReference(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file, truth string
		ignore      []string
		least       float64
	}{
		{"febrl_dataset1.csv.gz", "", []string{"soc_sec_id"}, .99},
		{"febrl_dataset1.csv.gz", "", []string{"soc_sec_id", "date_of_birth"}, .98},
		{"febrl_dataset2.csv.gz", "", []string{"soc_sec_id"}, .99},
		{"febrl_dataset2.csv.gz", "", []string{"soc_sec_id", "date_of_birth"}, .97},
		{"febrl_dataset3.csv.gz", "", []string{"soc_sec_id"}, .99},
		{"febrl_dataset3.csv.gz", "", []string{"soc_sec_id", "date_of_birth"}, .965},
		{"febrl_dataset3.csv.gz", "", nil, .99},
		{"RLdata500.csv", "entity", []string{"entity"}, .95},
	} {
		t.Run(c.file+" without "+strings.Join(c.ignore, ","), func(t *testing.T) {
			t.Parallel()
			file, of := records(t, "linkage/"+c.file, c.truth)
			found, err := linkage.Match([]linkage.File{file}, linkage.Choice{Ignore: c.ignore, Threshold: .5})
			if err != nil {
				t.Fatal(err)
			}
			got := f1(found.Links, of)
			t.Logf("F1 %.4f over %d links", got, len(found.Links))
			if got < c.least {
				t.Errorf("F1 %.4f, want %.3f", got, c.least)
			}
		})
	}
}

// TestReferenceSplit links two files: the originals and one double of each.
func TestReferenceSplit(t *testing.T) {
	t.Parallel()
	file, of := records(t, "linkage/febrl_dataset1.csv.gz", "")
	halves := []linkage.File{{Name: "first", Head: file.Head}, {Name: "second", Head: file.Head}}
	for _, row := range file.Rows {
		i := strings.Count(row[0], "dup")
		halves[i].Rows = append(halves[i].Rows, row)
	}
	found, err := linkage.Match(halves, linkage.Choice{Ignore: []string{"soc_sec_id", "date_of_birth"}, Threshold: .5})
	if err != nil {
		t.Fatal(err)
	}
	if got := f1(found.Links, of); got < .99 {
		t.Errorf("F1 %.4f", got)
	}
	for _, l := range found.Links {
		if !strings.HasSuffix(l.A, "org") || strings.HasSuffix(l.B, "org") {
			t.Fatalf("%s and %s are not one of each file", l.A, l.B)
		}
	}
}
