package store

import (
	"database/sql"
	"encoding/json"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/webhook"
)

const webhookColumns = "id, version, name, url, deeds, active, secret, failed, created_at"

// announce hands facts to the webhooks that asked for them: a delivery each,
// and the job that makes it.
func (tx *Tx) announce(facts []fact.Fact) error {
	all, err := tx.webhooks(tx.where("").and("active = TRUE"))
	if err != nil {
		return err
	}
	for _, f := range facts {
		for _, w := range all {
			if w.Wants(f.Deed) {
				if _, err := tx.AddDelivery(webhook.Delivery{Webhook: w.ID, Fact: f.ID, Deed: f.Deed}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Webhooks are the organisation's subscriptions.
func (v *View) Webhooks() (_ []webhook.Webhook, err error) {
	defer fault.Wrap(&err, "store.Webhooks")
	return v.webhooks(v.where(""))
}

// Webhook is one subscription.
func (v *View) Webhook(i id.Webhook) (_ webhook.Webhook, err error) {
	defer fault.Wrap(&err, "store.Webhook(%s)", i)
	all, err := v.webhooks(v.where("").and("id = ?", i))
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return webhook.Webhook{}, err
	}
	return all[0], nil
}

func (v *View) webhooks(w *where) (all []webhook.Webhook, err error) {
	err = v.rows("SELECT "+webhookColumns+" FROM webhook"+w.String()+" ORDER BY id LIMIT 100", w.args, func(rs *sql.Rows) error {
		var h webhook.Webhook
		var deeds string
		err := rs.Scan(&h.ID, &h.Version, &h.Name, &h.URL, &deeds, &h.Active, &h.Secret, &h.Failed, &h.Created)
		h.Deeds = unlist(deeds)
		all = append(all, h)
		return err
	})
	return all, err
}

// AddWebhook stores a new subscription.
func (tx *Tx) AddWebhook(h webhook.Webhook, f fact.Fact) (_ webhook.Webhook, err error) {
	defer fault.Wrap(&err, "store.AddWebhook")
	h.ID, h.Version, h.Created = id.New[id.Webhook](), 1, tx.now
	if _, err := tx.exec("INSERT INTO webhook (org_id, "+webhookColumns+") VALUES ("+marks(10)+")",
		tx.org, h.ID, h.Version, h.Name, h.URL, list(h.Deeds), h.Active, h.Secret, h.Failed, h.Created); err != nil {
		return h, err
	}
	return h, tx.fact(aboutWebhook(h, f))
}

// SaveWebhook stores a changed subscription.
func (tx *Tx) SaveWebhook(h webhook.Webhook, f fact.Fact) (_ webhook.Webhook, err error) {
	defer fault.Wrap(&err, "store.SaveWebhook(%s)", h.ID)
	if err := tx.change1("UPDATE webhook SET version = version + 1, name = ?, url = ?, deeds = ?, active = ?, secret = ?, failed = ? WHERE org_id = ? AND id = ? AND version = ?",
		h.Name, h.URL, list(h.Deeds), h.Active, h.Secret, h.Failed, tx.org, h.ID, h.Version); err != nil {
		return h, err
	}
	h.Version++
	return h, tx.fact(aboutWebhook(h, f))
}

// CountFailed counts deliveries in a row that failed for good; no deed, so no
// fact.
func (tx *Tx) CountFailed(i id.Webhook, failed int) (err error) {
	defer fault.Wrap(&err, "store.CountFailed(%s)", i)
	_, err = tx.exec("UPDATE webhook SET failed = ? WHERE org_id = ? AND id = ? AND failed <> ?", failed, tx.org, i, failed)
	return err
}

// EraseWebhook takes a subscription away with its deliveries.
func (tx *Tx) EraseWebhook(h webhook.Webhook, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.EraseWebhook(%s)", h.ID)
	if _, err := tx.exec("DELETE FROM delivery WHERE org_id = ? AND webhook_id = ?", tx.org, h.ID); err != nil {
		return err
	}
	if err := tx.change1("DELETE FROM webhook WHERE org_id = ? AND id = ? AND version = ?", tx.org, h.ID, h.Version); err != nil {
		return err
	}
	return tx.fact(aboutWebhook(h, f))
}

func aboutWebhook(h webhook.Webhook, f fact.Fact) fact.Fact {
	f.Kind, f.Subject, f.Label = fact.Webhook, h.ID.Any(), h.Name
	return f
}

// AddDelivery stores a message to be made, with the job that makes it.
func (tx *Tx) AddDelivery(d webhook.Delivery) (_ webhook.Delivery, err error) {
	defer fault.Wrap(&err, "store.AddDelivery")
	d.ID, d.State, d.Created = id.New[id.Delivery](), webhook.Waiting, tx.now
	if _, err := tx.exec("INSERT INTO delivery (org_id, id, webhook_id, fact_id, deed, state, attempts, replay, created_at) VALUES ("+marks(9)+")",
		tx.org, d.ID, d.Webhook, d.Fact, d.Deed, string(d.State), "[]", d.Replay, d.Created); err != nil {
		return d, err
	}
	args, err := json.Marshal(map[string]any{"delivery": d.ID})
	if err != nil {
		return d, err
	}
	_, err = tx.Enqueue(Job{Kind: "webhook.deliver", Args: args, MaxAttempts: webhook.MaxAttempts})
	return d, err
}

// SaveDelivery stores what came of an attempt.
func (tx *Tx) SaveDelivery(d webhook.Delivery) (err error) {
	defer fault.Wrap(&err, "store.SaveDelivery(%s)", d.ID)
	attempts, err := json.Marshal(d.Attempts)
	if err != nil {
		return err
	}
	return tx.change1("UPDATE delivery SET state = ?, attempts = ? WHERE org_id = ? AND id = ?", string(d.State), string(attempts), tx.org, d.ID)
}

// Deliveries are the messages to a subscriber, newest first, before one when it
// is not zero.
func (v *View) Deliveries(h id.Webhook, before id.Delivery, limit int) (_ []webhook.Delivery, err error) {
	defer fault.Wrap(&err, "store.Deliveries(%s)", h)
	w := v.where("").and("webhook_id = ?", h)
	if !before.IsZero() {
		w.and("id < ?", before)
	}
	w.args = append(w.args, limit)
	return v.deliveries(w, " ORDER BY id DESC LIMIT ?")
}

// Delivery is one message.
func (v *View) Delivery(i id.Delivery) (_ webhook.Delivery, err error) {
	defer fault.Wrap(&err, "store.Delivery(%s)", i)
	all, err := v.deliveries(v.where("").and("id = ?", i), "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return webhook.Delivery{}, err
	}
	return all[0], nil
}

func (v *View) deliveries(w *where, rest string) (all []webhook.Delivery, err error) {
	err = v.rows("SELECT id, webhook_id, fact_id, deed, state, attempts, replay, created_at FROM delivery"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var d webhook.Delivery
		var state, attempts string
		if err := rs.Scan(&d.ID, &d.Webhook, &d.Fact, &d.Deed, &state, &attempts, &d.Replay, &d.Created); err != nil {
			return err
		}
		d.State = webhook.State(state)
		if err := json.Unmarshal([]byte(attempts), &d.Attempts); err != nil {
			return err
		}
		all = append(all, d)
		return nil
	})
	return all, err
}

// EraseDeliveries forgets messages made before an instant; at most most of them.
func (tx *Tx) EraseDeliveries(before int64, most int) (n int64, err error) {
	defer fault.Wrap(&err, "store.EraseDeliveries")
	return tx.exec(`DELETE FROM delivery WHERE org_id = ? AND id IN
		(SELECT d.id FROM delivery d WHERE d.org_id = ? AND d.created_at < ? AND d.state <> 'waiting' ORDER BY d.created_at, d.id LIMIT ?)`, tx.org, tx.org, before, most)
}
