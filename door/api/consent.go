package api

import (
	"net/http"
	"time"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/consent"
	"kring/domain/member"
)

// consentIn is what is written down.
type consentIn struct {
	Channel consent.Channel `json:"channel" doc:"email, phone, message, post, visit or robot; all for what is not given"`
	Purpose consent.Purpose `json:"purpose" doc:"commercial, service or research; all for what is not given"`
	State   consent.State   `json:"state" doc:"given, withdrawn or objection"`
	At      string          `json:"at,omitempty" doc:"when it was said, RFC 3339; now when it is left out"`
	Source  string          `json:"source" doc:"how it came to us: form, talk, phone, email, letter, portal, import or list"`
	Wording string          `json:"wording,omitempty" doc:"the words that were agreed to; consent needs them"`
	Version string          `json:"version,omitempty" doc:"of the wording"`
	Proof   string          `json:"proof,omitempty" doc:"where the proof is"`
}

// consentOut is a line of the ledger as the API shows it.
type consentOut struct {
	consent.Entry
	At       instant `json:"at"`
	Recorded instant `json:"recorded_at"`
}

func showConsent(e consent.Entry) consentOut {
	return consentOut{e, instant(e.At), instant(e.Recorded)}
}

// consentsOut is the ledger of a record, and what holds of it.
type consentsOut struct {
	Items    []consentOut      `json:"items" doc:"everything that was written down, latest first; nothing in it ever changes"`
	Standing []consentStanding `json:"standing" doc:"what holds by channel and purpose; what is not here was never asked"`
}

// consentStanding is what holds for one channel and one purpose.
type consentStanding struct {
	Channel consent.Channel `json:"channel"`
	Purpose consent.Purpose `json:"purpose"`
	State   consent.State   `json:"state"`
	At      instant         `json:"at"`
	Entry   id.Record       `json:"entry" doc:"the line that says so"`
}

func consentOperations() (all []operation) {
	for _, k := range []struct {
		one, many string
		kind      fact.Kind
		read      member.Right
	}{
		{"account", "accounts", fact.Account, member.AccountRead},
		{"contact", "contacts", fact.Contact, member.ContactRead},
	} {
		all = append(all, operation{
			method: http.MethodGet, path: "/" + k.many + "/{id}/consents", name: "list_" + k.one + "_consents", tag: "Consents", right: k.read, status: http.StatusOK, out: consentsOut{},
			title: "Read what " + article(k.one) + " allows and objects to", about: "With that of what was merged into it: of each the strictest holds.",
			do: func(c *call) (answer, error) { return listConsents(c, k.kind) },
		}, operation{
			method: http.MethodPost, path: "/" + k.many + "/{id}/consents", name: "add_" + k.one + "_consent", tag: "Consents", right: member.ConsentWrite, status: http.StatusCreated,
			in: consentIn{}, out: consentOut{}, title: "Write down what " + article(k.one) + " allows or objects to",
			about: "An objection stands until the person consents again in their own words: an import or a list does not lift it.",
			do:    func(c *call) (answer, error) { return addConsent(c, k.kind) },
		})
	}
	return all
}

func listConsents(c *call, kind fact.Kind) (answer, error) {
	i, err := named[id.Record](c, "id")
	if err != nil {
		return answer{}, err
	}
	all, standing, err := c.app.Consents(c.r.Context(), c.who, kind, i)
	if err != nil {
		return answer{}, err
	}
	out := consentsOut{[]consentOut{}, []consentStanding{}}
	for _, e := range all {
		out.Items = append(out.Items, showConsent(e))
	}
	for _, ch := range consent.Channels {
		for _, p := range consent.Purposes {
			cell := consent.Cell{Channel: consent.Channel(ch), Purpose: consent.Purpose(p)}
			if e, said := standing[cell]; said {
				out.Standing = append(out.Standing, consentStanding{cell.Channel, cell.Purpose, e.State, instant(e.At), e.ID})
			}
		}
	}
	return show(http.StatusOK, out)
}

func addConsent(c *call, kind fact.Kind) (answer, error) {
	i, err := named[id.Record](c, "id")
	if err != nil {
		return answer{}, err
	}
	in, err := take[consentIn](c)
	if err != nil {
		return answer{}, err
	}
	d := consent.Draft{Channel: in.Channel, Purpose: in.Purpose, State: in.State, Source: in.Source, Wording: in.Wording, Version: in.Version, Proof: in.Proof}
	if in.At != "" {
		at, err := time.Parse(time.RFC3339, in.At)
		if err != nil || at.UnixMilli() <= 0 {
			return answer{}, fault.Field("at", consent.ErrAt)
		}
		d.At = at.UnixMilli()
	}
	e, err := c.app.AddConsent(c.r.Context(), c.who, kind, i, d)
	if err != nil {
		return answer{}, err
	}
	return show(http.StatusCreated, showConsent(e))
}
