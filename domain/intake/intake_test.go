package intake_test

import (
	"errors"
	"testing"
	"time"

	"kring/base/catalogue"
	"kring/base/column"
	"kring/base/fact"
	"kring/base/fault"
	"kring/domain/intake"
)

var fields = append(column.Fields{
	{Key: "name", Kind: catalogue.Text, Words: []string{"Naam", "Bedrijfsnaam", "Company"}},
	{Key: "kvk", Kind: catalogue.Text, Words: []string{"KvK-nummer"}},
	{Key: "website", Kind: catalogue.Link, Words: []string{"Website"}},
	{Key: "external_id", Kind: catalogue.Text, Words: []string{"Klantnummer"}},
}, column.Ways()...)

func TestPropose(t *testing.T) {
	t.Parallel()
	head := []string{"Klantnummer", "company", "Telefoon", "Telefoon 2", "E-mailadres", "x", "y", "z", "Naam", ""}
	sample := [][]string{{"1", "A", "", "", "", "41222334", "www.a.nl", "8011 AB", "B", ""}, {"2", "B", "", "", "", "41222335", "www.b.nl", "8012 AB", "C", ""}}
	want := []string{"external_id", "", "phone", "phone_2", "email", "kvk", "website", "postcode", "name", ""}
	m := intake.Propose(fields, head, sample, false)
	for n, c := range m {
		if n == 1 && c.Key == "name" { // of two that fit, one is the name
			want[1], want[8] = "name", ""
		}
		if c.Key != want[n] {
			t.Errorf("%s became %q, want %q", head[n], c.Key, want[n])
		}
	}
	if err := m.Check(fact.Account, fields, intake.Options{Mode: intake.Create}); err != nil {
		t.Error(err)
	}
	m[9].Key = "phone"
	f, _ := fault.From(m.Check(fact.Account, fields, intake.Options{Mode: intake.Update, Key: "email"}))
	if f == nil || f.Fields["columns.9"] == nil || f.Fields["columns.9"].Code != "intake.twice" {
		t.Errorf("twice: %v", f)
	}
	again := intake.Propose(fields, head, sample, false).Recall(m[:3], fields)
	if again[9].Key != "" {
		t.Error("a mapping of another width was recalled")
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	good := intake.Options{Origin: "own", Ground: "contract"}
	now := time.Date(2027, 1, 31, 12, 0, 0, 0, time.UTC).UnixMilli()
	in, err := intake.Intake{State: intake.New, Kind: fact.Account}.Map(nil, good)
	if err != nil || in.State != intake.Ready {
		t.Fatal(in, err)
	}
	run, err := in.BeginRun(now, time.UTC)
	if err != nil || run.Inform != "2027-02-28" {
		t.Errorf("told before %q, %v", run.Inform, err)
	}
	if _, err := run.BeginRun(now, time.UTC); !errors.Is(err, intake.ErrState) {
		t.Errorf("run twice: %v", err)
	}
	if _, err := run.BeginUndo(now, false); !errors.Is(err, intake.ErrState) {
		t.Errorf("undo of what runs: %v", err)
	}
	run.Run.Created = 1
	done := run.End(now)
	undo, err := done.BeginUndo(now, true)
	if err != nil || undo.State != intake.Undoing {
		t.Error(err)
	}
	if _, err := undo.End(now).BeginUndo(now, true); !errors.Is(err, intake.ErrUndone) {
		t.Errorf("undo twice: %v", err)
	}
	if _, err := done.BeginUndo(now+91*24*3600*1000, true); !errors.Is(err, intake.ErrKept) {
		t.Errorf("undo after 91 days: %v", err)
	}
	if broken := run.Break("sheet.cut", 7); broken.State != intake.Ready || broken.Inform != "" {
		t.Errorf("%+v", broken)
	}
	in.Options.Origin = "unknown"
	if _, err := in.BeginRun(now, time.UTC); !errors.Is(err, intake.ErrQuarantine) {
		t.Errorf("quarantine: %v", err)
	}
}

// A proposal never gives a field twice, whatever the header.
func FuzzPropose(f *testing.F) {
	f.Add("naam,telefoon,telefoon 2,,_id", "a,06,b,c,d")
	f.Fuzz(func(t *testing.T, head, row string) {
		cut := func(s string) (all []string) {
			for _, r := range s {
				if r == ',' || len(all) == 0 {
					all = append(all, "")
				}
				if r != ',' {
					all[len(all)-1] += string(r)
				}
			}
			return all
		}
		h := cut(head)
		seen := map[string]bool{}
		m := intake.Propose(fields, h, [][]string{cut(row), cut(row)}, true)
		for _, c := range m {
			if c.Key != "" && seen[c.Key] {
				t.Errorf("%q twice in %q", c.Key, head)
			}
			seen[c.Key] = true
		}
		m.Read(fields, cut(row))
	})
}
