package app_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"testing"
	"time"

	"kring/app"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/job"
	"kring/base/opt"
	"kring/domain/account"
	"kring/domain/bulk"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/kit"
	"kring/store"
)

func TestBulk(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		w := kit.New(t, db)
		west, oost := w.Team("West"), w.Team("Oost")
		anna, ben := w.Member("Anna", member.AccountManager, west.ID), w.Member("Ben", member.AccountManager, oost.ID)
		ctx := t.Context()
		var ids []id.Record
		for i := range 5 {
			a, err := w.App.AddAccount(ctx, anna, account.Draft{Name: fmt.Sprint("Acme ", i), Tags: []string{"oud"}})
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, a.ID.Any())
		}
		theirs, err := w.App.AddAccount(ctx, ben, account.Draft{Name: "Van Ben"})
		if err != nil {
			t.Fatal(err)
		}
		get := func(i int) account.Account {
			t.Helper()
			a, err := w.App.Account(ctx, anna, id.Account(ids[i]))
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		all := func(query string) *filter.Query {
			t.Helper()
			cat, err := w.App.AccountCatalogue(ctx, anna)
			if err != nil {
				t.Fatal(err)
			}
			vs, _ := url.ParseQuery(query)
			q, err := filter.Parse(cat, vs, filter.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			return &q
		}

		// What is out of reach is refused, the rest is done.
		b, err := w.App.Bulk(ctx, anna, app.Selection{Kind: fact.Account, IDs: append(ids[:5:5], theirs.ID.Any())}, bulk.Deed{Do: bulk.Tag, Tag: "Vip"})
		if err != nil || b.Done != 5 || b.Refused != 1 || !b.Ended {
			t.Fatalf("%+v %v", b, err)
		}
		if !get(0).Tags.Has("vip") || !get(0).Tags.Has("oud") {
			t.Fatalf("tags %v", get(0).Tags)
		}
		// Undo keeps what somebody changed since; what was never touched is as it was.
		if _, err := w.App.ChangeAccount(ctx, anna, id.Account(ids[1]), 0, account.Patch{Note: opt.Some("gebeld")}); err != nil {
			t.Fatal(err)
		}
		u, err := w.App.UndoBulk(ctx, anna, b.ID)
		if err != nil || u.Done != 5 || u.Refused != 1 {
			t.Fatalf("%+v %v", u, err)
		}
		if get(0).Tags.Has("vip") || !get(1).Tags.Has("vip") {
			t.Fatalf("after undo %v %v", get(0).Tags, get(1).Tags)
		}
		if _, err := w.App.UndoBulk(ctx, anna, b.ID); !errors.Is(err, bulk.ErrUndone) {
			t.Errorf("undone twice: %v", err)
		}
		// A tag becomes another everywhere within reach, by the list.
		if b, err = w.App.Bulk(ctx, anna, app.Selection{Kind: fact.Account, All: all("tags=oud")}, bulk.Deed{Do: bulk.Retag, Tag: "oud", To: "nieuw"}); err != nil || b.Done != 5 {
			t.Fatalf("%+v %v", b, err)
		}
		tags, err := w.App.Tags(ctx, anna, "", 10)
		if err != nil || len(tags) != 2 || tags[0].Tag != "nieuw" || tags[0].Count != 5 {
			t.Fatalf("tags %+v %v", tags, err)
		}
		for name, c := range map[string]struct {
			who  app.Who
			s    app.Selection
			d    bulk.Deed
			want error
		}{
			"nothing chosen":    {anna, app.Selection{Kind: fact.Account}, bulk.Deed{Do: bulk.Bin}, bulk.ErrNone},
			"no such deed":      {anna, app.Selection{Kind: fact.Account, IDs: ids}, bulk.Deed{Do: "explode"}, bulk.ErrDo},
			"no such owner":     {anna, app.Selection{Kind: fact.Account, IDs: ids}, bulk.Deed{Do: bulk.Owner, Member: id.New[id.Member]()}, app.ErrNoMember},
			"without the right": {w.Member("Pim", member.Privacy), app.Selection{Kind: fact.Account, IDs: ids}, bulk.Deed{Do: bulk.Owner}, app.ErrDenied},
		} {
			if _, err := w.App.Bulk(ctx, c.who, c.s, c.d); err == nil || !errors.Is(err, c.want) && !fieldIs(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}

		// A large one is a job, and it holds everything once although the deed
		// takes the records out of the list it came from.
		for i := range 450 {
			if _, err := w.App.AddAccount(ctx, anna, account.Draft{Name: fmt.Sprint("Veel ", i)}); err != nil {
				t.Fatal(err)
			}
		}
		b, err = w.App.Bulk(ctx, anna, app.Selection{Kind: fact.Account, All: all("owner=me")}, bulk.Deed{Do: bulk.Owner, Member: ben.Member.ID})
		if err != nil || b.Ended || b.Job.IsZero() {
			t.Fatalf("%+v %v", b, err)
		}
		work(t, w, anna, b.ID)
		if b, err = w.App.BulkState(ctx, anna, b.ID); err != nil || b.Done != 455 || b.Refused != 0 {
			t.Fatalf("%+v %v", b, err)
		}
		if u, err = w.App.UndoBulk(ctx, anna, b.ID); err != nil {
			t.Fatal(err)
		}
		work(t, w, anna, u.ID)
		if n, _, err := w.App.CountAccounts(ctx, anna, *all("owner=me")); err != nil || n != 455 {
			t.Fatalf("%d of 455 came back, %v", n, err)
		}
	})
}

// fieldIs finds a fault under any field.
func fieldIs(err, want error) bool {
	f, ok := fault.From(err)
	if !ok {
		return false
	}
	for _, g := range f.Fields {
		if errors.Is(g, want) {
			return true
		}
	}
	return false
}

// work runs jobs until a bulk has ended.
func work(t *testing.T, w *kit.World, who app.Who, b id.Record) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 3*time.Minute)
	worked := make(chan error, 1)
	go func() { worked <- w.App.Work(ctx, w.App.Jobs(), job.Options{}) }()
	for ctx.Err() == nil {
		if s, err := w.App.BulkState(ctx, who, b); err == nil && s.Ended {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	if ctx.Err() != nil {
		t.Error("the bulk did not end")
	}
	stop()
	if err := <-worked; err != nil {
		t.Error(err)
	}
}
