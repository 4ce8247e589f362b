package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"kring/base/fact"
	"kring/base/id"
	"kring/base/job"
	"kring/base/money"
	"kring/domain/consent"
	"kring/domain/intake"
	"kring/domain/order"
	"kring/kit"
	"kring/store"
)

// TestUndoUsed: what got an order or a consent since it came in is kept, and
// listed with the reason.
func TestUndoUsed(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		h := newImporter(t, db)
		in := h.run(h.upload(fact.Account, "naam\nBesteld\nGevraagd\nLos\n", intake.Options{}, nil))
		at := map[string]id.Account{}
		for _, a := range h.accounts() {
			at[a.Name] = a.ID
		}
		_, err := h.w.App.PlaceOrder(t.Context(), h.who, order.Draft{Account: at["Besteld"], Day: h.w.App.Today(h.who), Amount: money.Money{Cents: 100, Currency: "EUR"}})
		h.must(err)
		_, err = h.w.App.AddConsent(t.Context(), h.who, fact.Account, at["Gevraagd"].Any(), consent.Draft{Channel: "email", Purpose: "commercial", State: "given", Source: "form", Wording: "ja"})
		h.must(err)
		if back := h.undo(in); back.Undo != (intake.Taken{Erased: 1, Kept: 2}) {
			t.Errorf("%+v", back.Undo)
		}
		kept, err := h.w.App.IntakeKept(t.Context(), h.who, in.ID, 0, 10)
		h.must(err)
		var names []string
		for _, r := range kept {
			if names = append(names, r.Label); r.Code != "intake.used" && r.Code != "intake.changed" {
				t.Errorf("%s is kept for %s", r.Label, r.Code)
			}
		}
		if strings.Join(names, " ") != "Besteld Gevraagd" || len(h.accounts()) != 2 {
			t.Errorf("kept %q, there are %d", names, len(h.accounts()))
		}
	})
}

// TestUndoEnded: an undo whose job is ended on the way goes on where it was, and
// takes everything back once.
func TestUndoEnded(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		h := newImporter(t, db)
		var file strings.Builder
		file.WriteString("naam;klantnummer\n")
		const rows = 3*intake.Page + 7
		for n := range rows {
			fmt.Fprintf(&file, "Firma %d;K%d\n", n, n)
		}
		in := h.run(h.upload(fact.Account, file.String(), intake.Options{Twins: intake.Add}, nil))
		if in.Run.Created != rows {
			t.Fatalf("%+v", in.Run)
		}
		_, err := h.w.App.UndoIntake(t.Context(), h.who, in.ID)
		h.must(err)
		stopped := false
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- h.w.App.WorkIntakes(ctx) }()
		var j job.Job
		for end := time.Now().Add(3 * time.Minute); !j.State.Ended() && time.Now().Before(end); time.Sleep(200 * time.Microsecond) {
			in, j, err = h.w.App.Intake(t.Context(), h.who, in.ID)
			h.must(err)
			if in.Undo.Erased > 0 && !stopped {
				stopped = true
				h.must(h.w.App.StopIntake(t.Context(), h.who, in.ID))
			}
		}
		stop()
		h.must(<-ended)
		if in.State != intake.Undoing || in.Undo.Erased == 0 || in.Undo.Erased >= rows {
			t.Fatalf("it was not ended on the way: %s %s %+v", in.State, j.State, in.Undo)
		}
		_, err = h.w.App.ResumeIntake(t.Context(), h.who, in.ID)
		h.must(err)
		in = h.work(in.ID, intake.Undone)
		if in.Undo != (intake.Taken{Erased: rows}) {
			t.Errorf("%+v", in.Undo)
		}
		if left := h.accounts(); len(left) != 0 {
			t.Errorf("%d are left", len(left))
		}
	})
}
