package app

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"kring/base/fact"
	"kring/base/id"
	"kring/base/job"
	"kring/domain/member"
	"kring/domain/webhook"
	"kring/store"
)

// Post sends a message to the outside and says what came back: the status, or
// an error when there was no answer. door/hook is the real one.
type Post func(ctx context.Context, url string, header map[string]string, body []byte) (status int, err error)

// SendBy says how messages leave; without it deliveries wait.
func (a *App) SendBy(p Post) { a.post = p }

// Webhooks are the organisation's subscriptions.
func (a *App) Webhooks(ctx context.Context, who Who) (all []webhook.Webhook, err error) {
	err = a.peek(ctx, who, member.WebhookManage, func(v *store.View) error {
		all, err = v.Webhooks()
		return err
	})
	return all, err
}

// Webhook is one subscription.
func (a *App) Webhook(ctx context.Context, who Who, i id.Webhook) (h webhook.Webhook, err error) {
	err = a.peek(ctx, who, member.WebhookManage, func(v *store.View) error {
		h, err = v.Webhook(i)
		return err
	})
	return h, err
}

// AddWebhook subscribes an address; the secret is shown once.
func (a *App) AddWebhook(ctx context.Context, who Who, h webhook.Webhook) (_ webhook.Webhook, secret string, err error) {
	if h, err = h.Check(); err != nil {
		return h, "", err
	}
	var random [24]byte
	rand.Read(random[:]) //nolint:errcheck // never fails, it says
	h.Secret, h.Active = webhook.Secret(random[:]), true
	err = a.write(ctx, who, member.WebhookManage, func(tx *store.Tx) error {
		all, err := tx.Webhooks()
		if err != nil {
			return err
		}
		if len(all) >= webhook.MaxWebhooks {
			return webhook.ErrMany
		}
		h, err = tx.AddWebhook(h, fact.Fact{Deed: "webhook.made", Changes: webhookChanges(webhook.Webhook{}, h)})
		return err
	})
	return h, h.Secret, err
}

// ChangeWebhook changes name, address, deeds, or switches it on or off.
func (a *App) ChangeWebhook(ctx context.Context, who Who, i id.Webhook, version int64, change func(webhook.Webhook) webhook.Webhook) (h webhook.Webhook, err error) {
	err = a.write(ctx, who, member.WebhookManage, func(tx *store.Tx) error {
		before, err := tx.Webhook(i)
		if err != nil {
			return err
		}
		if version != 0 && version != before.Version {
			return store.ErrStale
		}
		next := change(before)
		next.ID, next.Version, next.Secret = before.ID, before.Version, before.Secret
		if next, err = next.Check(); err != nil {
			return err
		}
		if next.Active && !before.Active {
			next.Failed = 0
		}
		changes := webhookChanges(before, next)
		if h = before; len(changes) == 0 {
			return nil
		}
		h, err = tx.SaveWebhook(next, fact.Fact{Deed: "webhook.changed", Changes: changes})
		return err
	})
	return h, err
}

// EraseWebhook ends a subscription.
func (a *App) EraseWebhook(ctx context.Context, who Who, i id.Webhook) error {
	return a.write(ctx, who, member.WebhookManage, func(tx *store.Tx) error {
		h, err := tx.Webhook(i)
		if err != nil {
			return err
		}
		return tx.EraseWebhook(h, fact.Fact{Deed: "webhook.erased", Changes: webhookChanges(h, webhook.Webhook{})})
	})
}

func webhookChanges(a, b webhook.Webhook) []fact.Change {
	return changed(fact.Of("name", a.Name, b.Name), fact.Of("url", a.URL, b.URL), fact.Of("deeds", a.Deeds, b.Deeds), fact.Of("active", a.Active, b.Active))
}

// Deliveries is the log of a subscription, newest first.
func (a *App) Deliveries(ctx context.Context, who Who, i id.Webhook, before id.Delivery, limit int) (all []webhook.Delivery, err error) {
	err = a.read(ctx, who, member.WebhookManage, func(v *store.View) error {
		if _, err := v.Webhook(i); err != nil {
			return err
		}
		all, err = v.Deliveries(i, before, min(limit, 200))
		return err
	})
	return all, err
}

// WebhookHistory is what happened to a subscription, newest first.
func (a *App) WebhookHistory(ctx context.Context, who Who, i id.Webhook) (all []fact.Fact, err error) {
	err = a.read(ctx, who, member.WebhookManage, func(v *store.View) error {
		if _, err := v.Webhook(i); err != nil {
			return err
		}
		all, err = v.FactsOf(i.Any(), id.Fact{}, MostHistory)
		return err
	})
	return all, err
}

// Replay sends the message of a delivery once more, as a delivery of its own.
func (a *App) Replay(ctx context.Context, who Who, i id.Delivery) (d webhook.Delivery, err error) {
	err = a.write(ctx, who, member.WebhookManage, func(tx *store.Tx) error {
		old, err := tx.Delivery(i)
		if err != nil {
			return err
		}
		d, err = tx.AddDelivery(webhook.Delivery{Webhook: old.Webhook, Fact: old.Fact, Deed: old.Deed, Replay: true})
		return err
	})
	return d, err
}

// message is what a subscriber gets.
type message struct {
	Type      string    `json:"type"`
	Timestamp string    `json:"timestamp"` // RFC 3339
	Org       id.Org    `json:"organisation"`
	Data      fact.Fact `json:"data"`
}

// deliver is the job that makes one delivery. The message goes out between two
// transactions, so a crash in between sends it again: a subscriber tells a
// repetition by its webhook-id.
func (a *App) deliver(ctx context.Context, j job.Job) error {
	var args struct {
		Delivery id.Delivery `json:"delivery"`
	}
	if err := json.Unmarshal(j.Args, &args); err != nil {
		return err
	}
	var d webhook.Delivery
	var h webhook.Webhook
	var f fact.Fact
	err := a.db.Read(ctx, j.Org, func(v *store.View) (err error) {
		if d, err = v.Delivery(args.Delivery); err != nil {
			return err
		}
		if h, err = v.Webhook(d.Webhook); err != nil {
			return err
		}
		f, err = v.Fact(d.Fact)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil // the subscription ended meanwhile
	}
	if err != nil || d.State == webhook.Delivered {
		return err
	}
	if a.post == nil {
		return job.Later(errors.New("nothing to send with"), time.Minute)
	}
	if !h.Active && !d.Replay {
		return a.delivered(ctx, j, d, h, webhook.Attempt{At: a.db.Now(), Error: "switched off"}, true)
	}
	body, err := json.Marshal(message{Type: f.Deed, Timestamp: time.UnixMilli(f.At).UTC().Format(time.RFC3339Nano), Org: j.Org, Data: f})
	if err != nil {
		return err
	}
	now := a.db.Now()
	status, err := a.post(ctx, h.URL, map[string]string{
		"Content-Type": "application/json", "webhook-id": d.ID.String(), "webhook-timestamp": strconv.FormatInt(now/1000, 10),
		"webhook-signature": webhook.Sign(h.Secret, d.ID.String(), now/1000, body),
	}, body)
	try := webhook.Attempt{At: now, Status: status, Took: a.db.Now() - now}
	if err != nil {
		try.Error = cut(err.Error(), 200)
	}
	_, gone := webhook.Came(status)
	return a.delivered(ctx, j, d, h, try, gone || j.Attempt >= webhook.MaxAttempts)
}

// delivered writes down what came of an attempt; last is true when there will
// be no other.
func (a *App) delivered(ctx context.Context, j job.Job, d webhook.Delivery, h webhook.Webhook, try webhook.Attempt, last bool) error {
	ok, gone := webhook.Came(try.Status)
	d.Attempts = append(d.Attempts, try)
	err := a.db.Write(ctx, j.Org, system("webhook"), func(tx *store.Tx) error {
		now, err := tx.Webhook(h.ID)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		failed := now.Failed
		switch {
		case ok:
			d.State, failed = webhook.Delivered, 0
		case last:
			d.State, failed = webhook.Failed, failed+1
		}
		if err := tx.SaveDelivery(d); err != nil {
			return err
		}
		if now.Active && (gone || failed >= webhook.MaxFailed) {
			before := now
			now.Active, now.Failed = false, failed
			_, err := tx.SaveWebhook(now, fact.Fact{Deed: "webhook.switched_off", Why: fmt.Sprintf("%d deliveries in a row failed, the last with status %d", failed, try.Status), Changes: webhookChanges(before, now)})
			return err
		}
		return tx.CountFailed(h.ID, failed)
	})
	if err != nil || ok || last {
		return err
	}
	return fmt.Errorf("status %d %s", try.Status, try.Error) // the queue tries again
}

// pruneDeliveries forgets messages of more than thirty days ago; routine.
func (a *App) pruneDeliveries(ctx context.Context, _ job.Job) error {
	const month = int64(30 * 24 * time.Hour / time.Millisecond)
	return a.everyOrganisation(ctx, func(o id.Org) error {
		for {
			var n int64
			err := a.db.Write(ctx, o, system("routine"), func(tx *store.Tx) (err error) {
				n, err = tx.EraseDeliveries(tx.Now()-month, 500)
				return err
			})
			if err != nil || n < 500 {
				return err
			}
		}
	})
}

// sweepFiles takes away uploads that broke off; routine.
func (a *App) sweepFiles(ctx context.Context, _ job.Job) error {
	return a.everyOrganisation(ctx, func(o id.Org) error {
		return a.db.Write(ctx, o, system("routine"), func(tx *store.Tx) error {
			left, err := tx.UnreadyFiles(tx.Now() - int64(24*time.Hour/time.Millisecond))
			for _, f := range left {
				err = errors.Join(err, tx.EraseFile(f.ID))
			}
			return err
		})
	})
}

func (a *App) everyOrganisation(ctx context.Context, fn func(id.Org) error) error {
	var orgs []id.Org
	err := a.db.Peek(ctx, nowhere, func(v *store.View) error {
		all, err := v.Organisations(10_000)
		for _, o := range all {
			orgs = append(orgs, o.ID)
		}
		return err
	})
	for _, o := range orgs {
		err = errors.Join(err, fn(o))
	}
	return err
}
