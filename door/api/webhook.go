package api

import (
	"net/http"

	"kring/base/id"
	"kring/base/opt"
	"kring/domain/member"
	"kring/domain/webhook"
)

// webhookOut is a subscription as the API shows it.
type webhookOut struct {
	webhook.Webhook
	Created instant `json:"created_at"`
}

// webhookNew is a new subscription with its secret, once.
type webhookNew struct {
	webhookOut
	Secret string `json:"secret" doc:"signs the messages (Standard Webhooks); shown here and never again"`
}

// webhookDraft is what is filled in for a new subscription.
type webhookDraft struct {
	Name  string   `json:"name"`
	URL   string   `json:"url"`
	Deeds []string `json:"deeds" doc:"account.created, account.* or *"`
}

// webhookPatch is what is changed of a subscription.
type webhookPatch struct {
	Name   opt.Of[string]   `json:"name,omitzero"`
	URL    opt.Of[string]   `json:"url,omitzero"`
	Deeds  opt.Of[[]string] `json:"deeds,omitzero"`
	Active opt.Of[bool]     `json:"active,omitzero"`
}

// deliveryOut is a message of a subscription, with what came of it.
type deliveryOut struct {
	webhook.Delivery
	Attempts []attemptOut `json:"attempts"`
	Created  instant      `json:"created_at"`
}

type attemptOut struct {
	webhook.Attempt
	At instant `json:"at"`
}

func showWebhook(h webhook.Webhook) webhookOut { return webhookOut{h, instant(h.Created)} }

func showDelivery(d webhook.Delivery) deliveryOut {
	out := deliveryOut{d, []attemptOut{}, instant(d.Created)}
	for _, a := range d.Attempts {
		out.Attempts = append(out.Attempts, attemptOut{a, instant(a.At)})
	}
	return out
}

func webhookOperations() []operation {
	return []operation{
		{
			method: http.MethodGet, path: "/webhooks", name: "list_webhooks", tag: "Webhooks", right: member.WebhookManage, status: http.StatusOK, out: listOf[webhookOut]{},
			title: "List the subscriptions", do: listWebhooks,
		},
		{
			method: http.MethodPost, path: "/webhooks", name: "add_webhook", tag: "Webhooks", right: member.WebhookManage, status: http.StatusCreated, in: webhookDraft{}, out: webhookNew{}, tagged: true,
			title: "Subscribe an address", do: addWebhook,
			about: "Every fact that fits one of the deeds is posted there, signed, and tried again when it does not arrive. Asked again under the same Idempotency-Key, the answer has no secret.",
		},
		{
			method: http.MethodGet, path: "/webhooks/{id}", name: "get_webhook", tag: "Webhooks", right: member.WebhookManage, status: http.StatusOK, out: webhookOut{}, tagged: true,
			title: "Read a subscription", do: func(c *call) (answer, error) {
				return oneWebhook(c, func(i id.Webhook) (webhook.Webhook, error) { return c.app.Webhook(c.r.Context(), c.who, i) })
			},
		},
		{
			method: http.MethodPatch, path: "/webhooks/{id}", name: "change_webhook", tag: "Webhooks", right: member.WebhookManage, status: http.StatusOK, in: webhookPatch{}, out: webhookOut{},
			tagged: true, guarded: true, title: "Change a subscription", do: changeWebhook,
		},
		{
			method: http.MethodDelete, path: "/webhooks/{id}", name: "erase_webhook", tag: "Webhooks", right: member.WebhookManage, status: http.StatusNoContent,
			title: "End a subscription", do: eraseWebhook,
		},
		{
			method: http.MethodGet, path: "/webhooks/{id}/deliveries", name: "list_deliveries", tag: "Webhooks", right: member.WebhookManage, status: http.StatusOK, out: listOf[deliveryOut]{},
			title: "Read the delivery log", about: "Newest first, for thirty days.", query: pageParams(), do: listDeliveries,
		},
		{
			method: http.MethodPost, path: "/deliveries/{id}/replay", name: "replay_delivery", tag: "Webhooks", right: member.WebhookManage, status: http.StatusCreated, out: deliveryOut{},
			title: "Send a message once more", do: replay,
		},
	}
}

func listWebhooks(c *call) (answer, error) {
	all, err := c.app.Webhooks(c.r.Context(), c.who)
	if err != nil {
		return answer{}, err
	}
	page := listOf[webhookOut]{Items: []webhookOut{}}
	for _, h := range all {
		page.Items = append(page.Items, showWebhook(h))
	}
	return show(http.StatusOK, page)
}

func addWebhook(c *call) (answer, error) {
	d, err := take[webhookDraft](c)
	if err != nil {
		return answer{}, err
	}
	h, secret, err := c.app.AddWebhook(c.r.Context(), c.who, webhook.Webhook{Name: d.Name, URL: d.URL, Deeds: d.Deeds})
	if err != nil {
		return answer{}, err
	}
	kept, err := show(http.StatusCreated, webhookNew{showWebhook(h), ""})
	if err != nil {
		return answer{}, err
	}
	a, err := show(http.StatusCreated, webhookNew{showWebhook(h), secret})
	a.kept, a.version, a.location = kept.body, h.Version, base+"/webhooks/"+h.ID.String()
	return a, err
}

func oneWebhook(c *call, do func(id.Webhook) (webhook.Webhook, error)) (answer, error) {
	i, err := named[id.Webhook](c, "id")
	if err != nil {
		return answer{}, err
	}
	h, err := do(i)
	if err != nil {
		return answer{}, err
	}
	a, err := show(http.StatusOK, showWebhook(h))
	a.version = h.Version
	return a, err
}

func changeWebhook(c *call) (answer, error) {
	version, err := c.match()
	if err != nil {
		return answer{}, err
	}
	p, err := take[webhookPatch](c)
	if err != nil {
		return answer{}, err
	}
	return oneWebhook(c, func(i id.Webhook) (webhook.Webhook, error) {
		return c.app.ChangeWebhook(c.r.Context(), c.who, i, version, func(h webhook.Webhook) webhook.Webhook {
			h.Name, h.URL, h.Deeds, h.Active = p.Name.Or(h.Name), p.URL.Or(h.URL), p.Deeds.Or(h.Deeds), p.Active.Or(h.Active)
			return h
		})
	})
}

func eraseWebhook(c *call) (answer, error) {
	i, err := named[id.Webhook](c, "id")
	if err == nil {
		err = c.app.EraseWebhook(c.r.Context(), c.who, i)
	}
	return answer{status: http.StatusNoContent}, err
}

func listDeliveries(c *call) (answer, error) {
	i, err := named[id.Webhook](c, "id")
	if err != nil {
		return answer{}, err
	}
	before, limit, _, err := c.page()
	if err != nil {
		return answer{}, err
	}
	all, err := c.app.Deliveries(c.r.Context(), c.who, i, id.Delivery(before), limit)
	if err != nil {
		return answer{}, err
	}
	page := listOf[deliveryOut]{Items: []deliveryOut{}}
	for _, d := range all {
		page.Items = append(page.Items, showDelivery(d))
	}
	if len(all) == limit {
		next := all[len(all)-1].ID.String()
		page.Next = &next
	}
	return show(http.StatusOK, page)
}

func replay(c *call) (answer, error) {
	i, err := named[id.Delivery](c, "id")
	if err != nil {
		return answer{}, err
	}
	d, err := c.app.Replay(c.r.Context(), c.who, i)
	if err != nil {
		return answer{}, err
	}
	return show(http.StatusCreated, showDelivery(d))
}
