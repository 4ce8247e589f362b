package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"kring/app"
	"kring/base/id"
	"kring/base/job"
	"kring/domain/account"
	"kring/domain/member"
	"kring/domain/webhook"
	"kring/kit"
	"kring/store"
)

type sent struct {
	url    string
	header map[string]string
	body   []byte
}

func TestWebhook(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		w := kit.New(t, db)
		ada, anna := w.Member("Ada", member.Admin), w.Member("Anna", member.AccountManager)
		ctx, stop := context.WithCancel(t.Context())
		var mu sync.Mutex
		var got []sent
		answer := 503
		w.App.SendBy(func(_ context.Context, url string, header map[string]string, body []byte) (int, error) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, sent{url, header, body})
			if answer == 0 {
				return 0, errors.New("no route")
			}
			return answer, nil
		})
		if _, _, err := w.App.AddWebhook(ctx, anna, webhook.Webhook{Name: "x", URL: "https://a.example", Deeds: []string{"*"}}); !errors.Is(err, app.ErrDenied) {
			t.Fatalf("without the right: %v", err)
		}
		h, secret, err := w.App.AddWebhook(ctx, ada, webhook.Webhook{Name: "Magazijn", URL: "https://a.example/kring", Deeds: []string{"account.*"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.App.AddAccount(ctx, anna, account.Draft{Name: "Acme"}); err != nil {
			t.Fatal(err)
		}
		// A change that does not happen is not told.
		if _, err := w.App.AddAccount(ctx, anna, account.Draft{Name: ""}); err == nil {
			t.Fatal("a relation without a name")
		}
		worked := make(chan error, 1)
		go func() { worked <- w.App.Work(ctx, w.App.Jobs(), job.Options{Poll: 20 * time.Millisecond}) }()
		log := func() webhook.Delivery {
			t.Helper()
			all, err := w.App.Deliveries(ctx, ada, h.ID, id.Delivery{}, 10)
			if err != nil || len(all) == 0 {
				t.Fatalf("%+v %v", all, err)
			}
			return all[0]
		}
		until := func(what string, ok func(webhook.Delivery) bool) webhook.Delivery {
			t.Helper()
			for n := range 4000 {
				if d := log(); ok(d) {
					return d
				}
				if n%50 == 49 {
					clock.Advance(5 * time.Second) // past any back-off, whenever it began, and within the lease
				}
				time.Sleep(5 * time.Millisecond)
			}
			t.Fatalf("%s: %+v", what, log())
			return webhook.Delivery{}
		}
		first := until("the first attempt", func(d webhook.Delivery) bool { return len(d.Attempts) > 0 })
		if first.State != webhook.Waiting || first.Attempts[0].Status != 503 {
			t.Fatalf("%+v", first)
		}
		mu.Lock()
		answer = 204
		mu.Unlock()
		d := until("the second attempt", func(d webhook.Delivery) bool { return d.State == webhook.Delivered })
		mu.Lock()
		last := got[len(got)-1]
		mu.Unlock()
		seconds, _ := strconv.ParseInt(last.header["webhook-timestamp"], 10, 64)
		if want := webhook.Sign(secret, d.ID.String(), seconds, last.body); last.header["webhook-signature"] != want || last.header["webhook-id"] != d.ID.String() {
			t.Errorf("headers %v", last.header)
		}
		var m struct {
			Type string
			Data struct{ Label string }
		}
		if err := json.Unmarshal(last.body, &m); err != nil || m.Type != "account.created" || m.Data.Label != "Acme" {
			t.Errorf("%s", last.body)
		}
		again, err := w.App.Replay(ctx, ada, d.ID)
		if err != nil || again.ID == d.ID {
			t.Fatal(again, err)
		}
		until("the replay", func(d webhook.Delivery) bool { return d.ID == again.ID && d.State == webhook.Delivered })

		// 410 Gone: never again.
		mu.Lock()
		answer = 410
		mu.Unlock()
		if _, err := w.App.AddAccount(ctx, anna, account.Draft{Name: "Bakkerij"}); err != nil {
			t.Fatal(err)
		}
		until("gone", func(d webhook.Delivery) bool { return d.State == webhook.Failed })
		if h, err = w.App.Webhook(ctx, ada, h.ID); err != nil || h.Active {
			t.Errorf("still on after 410: %+v %v", h, err)
		}
		if _, err := w.App.ChangeWebhook(ctx, ada, h.ID, 0, func(h webhook.Webhook) webhook.Webhook { h.Active = true; return h }); err != nil {
			t.Error(err)
		}
		if err := w.App.EraseWebhook(ctx, ada, h.ID); err != nil {
			t.Error(err)
		}
		stop()
		if err := <-worked; err != nil {
			t.Error(err)
		}
	})
}
