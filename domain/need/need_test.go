package need

import (
	"errors"
	"testing"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
)

func TestNeed(t *testing.T) {
	acc := id.New[id.Account]()
	implied, err := New(id.New[id.Need](), 1, Draft{Account: acc, Words: "Machine valt elke maand uit"})
	if err != nil || implied.Kind != Implied || implied.State != Open {
		t.Fatal(implied, err)
	}
	explicit, err := New(id.New[id.Need](), 2, Draft{Account: acc, Kind: Explicit, Words: "Ik wil een storing binnen vier uur weg hebben", Problem: implied.ID})
	if err != nil || !explicit.Comes(implied) {
		t.Fatal(explicit, err)
	}
	other, _ := New(id.New[id.Need](), 2, Draft{Account: id.New[id.Account](), Words: "x"})
	if explicit.Comes(other) || implied.Comes(implied) || explicit.Comes(explicit) {
		t.Error("a need comes from an implied need of the same relation")
	}
	for name, d := range map[string]Draft{
		"words": {Account: acc}, "account": {Words: "x"}, "kind": {Account: acc, Words: "x", Kind: "vague"}, "problem": {Account: acc, Words: "x", Problem: implied.ID},
	} {
		_, err := New(id.New[id.Need](), 1, d)
		if f, ok := fault.From(err); !ok || f.Fields[name] == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := explicit.AnswerBy(3, "", id.Record{}); !errors.Is(err, ErrAnswer) {
		t.Errorf("answered by nothing: %v", err)
	}
	answered, changes, err := explicit.AnswerBy(3, fact.Quote, id.New[id.Record]())
	if err != nil || answered.State != Answered || len(changes) != 2 || answered.Updated != 3 {
		t.Errorf("%+v %v %v", answered, changes, err)
	}
	if _, _, err := answered.Drop(4, "x"); !errors.Is(err, ErrSettled) {
		t.Errorf("dropping what was answered: %v", err)
	}
	if again, _, err := answered.Reopen(4); err != nil || again.State != Open || !again.Answer.IsZero() {
		t.Errorf("%+v %v", again, err)
	}
	if _, _, err := explicit.Drop(4, ""); fault.KindOf(err) != fault.Invalid {
		t.Errorf("dropped without a reason: %v", err)
	}
}

// 3 explicit of 5 implied: 60% (domain.md §2.19).
func TestDevelopment(t *testing.T) {
	for _, c := range []struct{ explicit, implied, want int }{{3, 5, 6000}, {0, 4, 0}, {1, 3, 3333}, {2, 3, 6667}} {
		if got, ok := Development(c.explicit, c.implied); !ok || got != c.want {
			t.Errorf("%d/%d: %d", c.explicit, c.implied, got)
		}
	}
	if _, ok := Development(1, 0); ok {
		t.Error("no implied need, no ratio")
	}
}

// E-03: an implication about fear without a stated basis is flagged.
func TestFlagged(t *testing.T) {
	for _, c := range []struct {
		implication, basis string
		want               bool
	}{
		{"Receptie loopt 40 minuten per dag heen en weer", "", false},
		{"Straks krijgen jullie een boete van de inspectie", "", true},
		{"Straks krijgen jullie een boete van de inspectie", "brief van de NVWA van 3 november", false},
		{"Your staff will get injured", " ", true},
		{"Het leven van een bankstel", "", false},
		{"", "", false},
	} {
		if got := (Need{Implication: c.implication, Basis: c.basis}).Flagged(); got != c.want {
			t.Errorf("%q on %q: %v", c.implication, c.basis, got)
		}
	}
}
