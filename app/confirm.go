package app

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/id"
	"kring/domain/conversation"
	"kring/domain/member"
	"kring/domain/organisation"
	"kring/domain/promise"
	"kring/store"
)

// ConfirmPath is where the customer confirms a summary; the token follows. A token
// names the organisation, the conversation and a secret of 128 bits.
const ConfirmPath = "/c/"

// secretBytes is how long the secret of a link is.
const secretBytes = 16

// OfferSummary makes the link with which the customer confirms the summary of a
// conversation; an older link works no more. It gives the token of the link.
func (a *App) OfferSummary(ctx context.Context, who Who, i id.Conversation, version int64) (token string, err error) {
	var b [secretBytes]byte
	rand.Read(b[:]) //nolint:errcheck // never fails, it says
	secret := base64.RawURLEncoding.EncodeToString(b[:])
	c, err := a.aboutConversation(ctx, who, i, version, "conversation.offered", func(tx *store.Tx, c conversation.Conversation) (conversation.Conversation, []fact.Change, error) {
		return c.Offer(tx.Now(), secret)
	})
	return ConfirmToken(who.Org.ID, c), err
}

// ConfirmToken is the token of a conversation's link, empty when it has none.
func ConfirmToken(org id.Org, c conversation.Conversation) string {
	secret, err := base64.RawURLEncoding.DecodeString(c.Secret)
	if err != nil || len(secret) != secretBytes {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(append(append(org[:], c.ID[:]...), secret...))
}

func readToken(token string) (org id.Org, i id.Conversation, secret string, err error) {
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(b) != 32+secretBytes {
		return org, i, "", conversation.ErrLink
	}
	copy(org[:], b[:16])
	copy(i[:], b[16:32])
	return org, i, base64.RawURLEncoding.EncodeToString(b[32:]), nil
}

// Offered is what a customer sees behind a link: the summary and what was
// promised, and nothing else of the conversation.
type Offered struct {
	Org          organisation.Organisation
	Conversation conversation.Conversation
	From         member.Member
	Promises     []promise.Line
}

// Offered reads a link; conversation.ErrLink when it is too old or never was.
func (a *App) Offered(ctx context.Context, token string) (o Offered, err error) {
	org, i, secret, err := readToken(token)
	if err != nil {
		return o, err
	}
	err = a.db.Read(ctx, org, func(v *store.View) error {
		o, err = offered(v, i, secret)
		return err
	})
	return o, err
}

func offered(v *store.View, i id.Conversation, secret string) (o Offered, err error) {
	l, err := v.Conversation(i)
	if errors.Is(err, store.ErrNotFound) || err == nil && !l.Open(v.Now(), secret) {
		return o, conversation.ErrLink
	}
	if err != nil {
		return o, err
	}
	o.Conversation = l.Conversation
	if o.Org, err = v.Organisation(); err != nil {
		return o, err
	}
	if o.From, err = v.Member(l.Owner); err != nil {
		return o, err
	}
	o.Promises, err = v.Promises(store.PromiseQuery{Record: i.Any(), Limit: 100})
	return o, err
}

// ConfirmSummary says in the customer's name that a summary is right, with a
// remark or without. What was promised in it is confirmed by it.
func (a *App) ConfirmSummary(ctx context.Context, token, name, remark string) error {
	org, i, secret, err := readToken(token)
	if err != nil {
		return err
	}
	return a.db.Write(ctx, org, system("customer"), func(tx *store.Tx) error {
		o, err := offered(&tx.View, i, secret)
		if err != nil {
			return err
		}
		next, changes, err := o.Conversation.Confirm(tx.Now(), name, remark)
		if err != nil {
			return err
		}
		if _, err := tx.SaveConversation(next, fact.Fact{Deed: "conversation.confirmed", Why: next.Remark, Changes: changes}); err != nil {
			return err
		}
		for _, p := range o.Promises {
			confirmed, changes := p.Confirm(tx.Now())
			if len(changes) == 0 {
				continue
			}
			if _, err := tx.SavePromise(confirmed, fact.Fact{Deed: "promise.confirmed", Evidence: i.String(), Changes: changes}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Told is the draft of a summary for the customer, out of what stands in a
// conversation, in nl or en. link is the whole address to confirm it, or empty.
func (t Talk) Told(who Who, language, to, link string) string {
	told := conversation.Told{
		Language: language, To: to, From: who.Member.Name, Title: t.Title, Day: day.At(cmp.Or(t.Began, t.Start), who.Zone()), Action: t.Action, ActionOn: t.ActionDay, Next: t.Next, NextOn: t.NextDay, Link: link,
	}
	for _, n := range t.Needs {
		told.Heard = append(told.Heard, n.Words)
	}
	for _, p := range t.Promises {
		if p.State != promise.Withdrawn {
			told.Promised = append(told.Promised, conversation.Vow{Text: p.Text, On: p.Day})
		}
	}
	return told.Draft()
}
