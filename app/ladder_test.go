package app_test

import (
	"errors"
	"testing"

	"kring/app"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/ladder"
	"kring/domain/member"
	"kring/kit"
	"kring/store"
)

func scores(levels ...ladder.Level) map[ladder.Rung]ladder.Score {
	all := map[ladder.Rung]ladder.Score{}
	for i, l := range levels {
		all[ladder.Rungs[i]] = ladder.Score{Level: l, Evidence: "gezien"}
		if l == ladder.Measured {
			all[ladder.Rungs[i]] = ladder.Score{Level: l, Evidence: "gezien", Figure: "/pyramid"}
		}
	}
	return all
}

// TestLadder: a team scores itself, a director everybody; the weakest rung of all
// shows (4, 3, 2, 3, 3 is orientation), and each deed is a fact.
func TestLadder(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		w := kit.New(t, db)
		ctx := t.Context()
		east, west := w.Team("Oost").ID, w.Team("West").ID
		boss, anna, ben := w.Member("Dirk", member.Director), w.Member("Anna", member.AccountManager, east), w.Member("Ben", member.Service, west)
		must := func(s ladder.Scan, err error) ladder.Scan {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		s := must(w.App.BeginScan(ctx, anna, east, "2026-Q4"))
		if _, err := w.App.BeginScan(ctx, anna, east, "2026-Q4"); !errors.Is(err, app.ErrLadderTaken) {
			t.Errorf("twice in a quarter: %v", err)
		}
		if _, err := w.App.BeginScan(ctx, ben, east, "2026-Q3"); !errors.Is(err, app.ErrLadderTeam) {
			t.Errorf("for another team: %v", err)
		}
		if _, err := w.App.BeginScan(ctx, boss, id.New[id.Team](), "2026-Q4"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("for no team: %v", err)
		}
		if _, err := w.App.BeginScan(ctx, boss, west, "2028-Q1"); !errors.Is(fieldOf(err, "quarter"), ladder.ErrQuarter) {
			t.Errorf("far ahead: %v", err)
		}
		if _, err := w.App.ScoreScan(ctx, ben, s.ID, 0, scores(1)); !errors.Is(err, app.ErrLadderTeam) {
			t.Errorf("scored by another team: %v", err)
		}
		bare := scores(4)
		bare[ladder.Awareness] = ladder.Score{Level: 4, Evidence: "gezien"}
		if _, err := w.App.ScoreScan(ctx, anna, s.ID, 0, bare); !errors.Is(fieldOf(err, "awareness.figure"), ladder.ErrFigure) {
			t.Errorf("the highest level without a measurement: %v", err)
		}
		scored := must(w.App.ScoreScan(ctx, anna, s.ID, s.Version, scores(4, 3, 2, 3, 3)))
		if scored.State != ladder.Scored || scored.ByName != "Anna" {
			t.Errorf("%+v", scored)
		}
		if _, err := w.App.ScoreScan(ctx, boss, s.ID, s.Version, scores(1)); !errors.Is(err, store.ErrStale) {
			t.Errorf("beside each other: %v", err)
		}
		if read := must(w.App.LadderScan(ctx, ben, s.ID)); read.Scores[ladder.Awareness].Figure != "/pyramid" || len(read.Scores) != 5 {
			t.Errorf("read back: %+v", read)
		}
		p, err := w.App.Ladder(ctx, anna, "")
		if err != nil || p.Quarter != "2026-Q4" || p.Stuck != ladder.Orientation || p.Scored != 1 || len(p.Scans) != 1 {
			t.Fatalf("%+v %v", p, err)
		}
		// The other team is weaker lower down, and half a scan does not count.
		other := must(w.App.BeginScan(ctx, boss, west, "2026-Q4"))
		other = must(w.App.ScoreScan(ctx, ben, other.ID, 0, scores(0, 1)))
		if p, err = w.App.Ladder(ctx, anna, ""); err != nil || p.Stuck != ladder.Orientation {
			t.Errorf("half a scan: %+v %v", p, err)
		}
		must(w.App.ScoreScan(ctx, ben, other.ID, 0, scores(3, 1, 3, 3, 3)))
		if p, err = w.App.Ladder(ctx, anna, ""); err != nil || p.Stuck != ladder.Insight || p.Weakest[ladder.Orientation] != 2 || p.Scored != 2 {
			t.Errorf("the weakest of both: %+v %v", p, err)
		}
		if _, err := w.App.DiscussScan(ctx, anna, s.ID, 0); !errors.Is(err, app.ErrDenied) {
			t.Errorf("the board decides: %v", err)
		}
		must(w.App.DiscussScan(ctx, boss, s.ID, 0))
		if _, err := w.App.ActScan(ctx, boss, s.ID, 0, "Elke stap een doel", "2026-11-22"); !errors.Is(fieldOf(err, "due"), ladder.ErrDue) {
			t.Errorf("done yesterday: %v", err)
		}
		must(w.App.ActScan(ctx, boss, s.ID, 0, "Elke stap een doel", "2027-01-31"))
		next := must(w.App.RescanLadder(ctx, anna, s.ID, 0))
		if next.Quarter != "2027-Q1" || next.State != ladder.Open {
			t.Errorf("%+v", next)
		}
		if closed := must(w.App.LadderScan(ctx, anna, s.ID)); closed.State != ladder.Rescanned || closed.Action != "Elke stap een doel" || closed.Due != "2027-01-31" {
			t.Errorf("%+v", closed)
		}
		facts, err := w.App.Facts(ctx, boss, id.Fact{}, 100)
		deeds := map[string]int{}
		for _, f := range facts {
			if f.Kind == fact.Ladder {
				deeds[f.Deed]++
			}
		}
		if err != nil || deeds["ladder.begun"] != 3 || deeds["ladder.scored"] != 3 || deeds["ladder.discussed"] != 1 || deeds["ladder.set"] != 1 || deeds["ladder.rescanned"] != 1 {
			t.Errorf("%v %v", deeds, err)
		}

		// What the system counts: one of three wrote about a relation, one of one has a note.
		a := relation(t, w, boss, account.Draft{Name: "Klant", Note: "Wil elke maandag bonen."})
		buys(t, w, boss, a, "2026-11-01", euro(100))
		ranked(t, w, `{}`)
		if p, err = w.App.Ladder(ctx, boss, ""); err != nil || p.Contacts != (app.Counted{Part: 1, Whole: 3}) || p.Noted != (app.Counted{Part: 1, Whole: 1}) {
			t.Errorf("%+v %+v %v", p.Contacts, p.Noted, err)
		}
		if p, err = w.App.Ladder(ctx, boss, "2027-Q1"); err != nil || p.Contacts.Part != 0 || len(p.Scans) != 1 || p.Stuck != "" {
			t.Errorf("%+v %v", p, err)
		}
		var none *fault.Fault
		if _, err := w.App.LadderScan(ctx, w.MemberOf(w.Organisation("Elders"), "Vreemd", member.Admin), s.ID); !errors.Is(err, store.ErrNotFound) || errors.As(err, &none) && none.Kind != fault.NotFound {
			t.Errorf("another organisation: %v", err)
		}
	})
}
