package app_test

import (
	"reflect"
	"testing"

	"kring/base/fact"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/intake"
	"kring/domain/member"
	"kring/kit"
	"kring/store"
)

// TestImportTeams: teams stand in a file in any order; what cannot hang takes
// along what hangs under it, and taking back leaves what is in use.
func TestImportTeams(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		h := newImporter(t, db)
		old, err := h.w.App.AddTeam(t.Context(), h.who, "Verkoop", id.Team{})
		h.must(err)
		before := len(h.teams())
		file := "Team;Valt onder\nBinnen;Oost\nOost;verkoop\nVerkoop;\nA;B\nB;A\nC;A\nD;Nergens\nE;D\nOOST;\n;Oost\n"
		o := intake.Options{Key: "name", Mode: intake.Both}
		want := intake.Tally{Rows: 10, Created: 2, Same: 1, Refused: 7, Reasons: map[string]int64{"team.circle": 3, "team.parent": 2, "intake.repeat": 1, "team.name": 1}}
		if in := h.check(h.upload(fact.Team, file, o, nil)); !reflect.DeepEqual(in.Check, want) || len(h.teams()) != before {
			t.Errorf("the dry run says %+v", in.Check)
		}
		in := h.run(h.upload(fact.Team, file, o, nil))
		if !reflect.DeepEqual(in.Run, want) || in.Inform != "" {
			t.Errorf("the run says %+v", in.Run)
		}
		all := h.teams()
		if all["Oost"].Parent != old.ID || all["Binnen"].Parent != all["Oost"].ID {
			t.Errorf("they hang %+v", all)
		}
		again := h.run(h.upload(fact.Team, "Team;Valt onder\nBinnen;Oost\nOost;Verkoop\n", o, nil))
		if again.Run.Same != 2 {
			t.Errorf("the same file again: %+v", again.Run)
		}
		if create := h.check(h.upload(fact.Team, "Team\nOost\n", intake.Options{}, nil)); create.Check.Reasons["intake.exists"] != 1 {
			t.Errorf("made twice: %+v", create.Check)
		}
		ring := h.run(h.upload(fact.Team, "Team;Valt onder\nVerkoop;Binnen\n", o, nil))
		if ring.Run.Reasons["team.circle"] != 1 {
			t.Errorf("a ring with what is here: %+v", ring.Run)
		}
		moved := h.run(h.upload(fact.Team, "Team;Valt onder\nBinnen;Verkoop\n", o, nil))
		if moved.Run.Updated != 1 || h.teams()["Binnen"].Parent != old.ID {
			t.Errorf("moved: %+v", moved.Run)
		}
		if back := h.undo(moved); back.Undo != (intake.Taken{Restored: 1}) || h.teams()["Binnen"].Parent != all["Oost"].ID {
			t.Errorf("a move taken back: %+v", back.Undo)
		}
		used := h.run(h.upload(fact.Team, "Team;Valt onder\nVol;\nOnder;Vol\nLeeg;Vol\n", o, nil))
		_, err = h.w.App.AddAccount(t.Context(), h.who, account.Draft{Name: "Linden", Team: h.teams()["Onder"].ID})
		h.must(err)
		if back := h.undo(used); back.Undo != (intake.Taken{Erased: 1, Kept: 2}) {
			t.Errorf("taken back %+v", back.Undo)
		}
		if kept, err := h.w.App.IntakeKept(t.Context(), h.who, used.ID, 0, 10); err != nil || len(kept) != 2 || kept[0].Code != "intake.used" {
			t.Errorf("kept %+v %v", kept, err)
		}
		seller := h.w.Member("Ad Bos", member.Role("sales"))
		if _, err := h.w.App.RunIntake(t.Context(), seller, used.ID); err == nil {
			t.Error("who may not manage members made teams")
		}
	})
}

func (h *importer) teams() map[string]member.Group {
	h.Helper()
	all, err := h.w.App.Teams(h.Context(), h.who)
	h.must(err)
	by := map[string]member.Group{}
	for _, g := range all {
		by[g.Name] = g
	}
	return by
}
