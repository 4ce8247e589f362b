package app

import (
	"context"
	"errors"

	"kring/base/fact"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/consent"
	"kring/domain/contact"
	"kring/domain/conversation"
	"kring/domain/field"
	"kring/domain/file"
	"kring/domain/filter"
	"kring/domain/handover"
	"kring/domain/member"
	"kring/domain/merge"
	"kring/domain/order"
	"kring/domain/promise"
	"kring/store"
)

// Look says how much of a record a page wants to see.
type Look struct {
	Facts  int           // how many of the newest facts; 0 is none
	Before id.Fact       // those before this one
	By     []string      // of these kinds of actors; none is everybody
	List   *filter.Query // the list it was opened from, for the next and the previous
	Orders int           // of an account: how many of the latest orders; 0 is none
	After  OrderPlace    // those after this one
}

// RecordPage is what the pages of every kind of record show beside the record,
// all as it was at one moment.
type RecordPage struct {
	Fields       []field.Definition // own fields
	Members      []member.Member
	Groups       []member.Group
	Files        []file.File // without those in the bin
	Facts        []fact.Fact // newest first
	Before, Next id.Record   // in the list; zero at an end

	Consents []consent.Entry                // the ledger, latest written first
	Standing map[consent.Cell]consent.Entry // what holds of it
	Merges   []merge.Merge                  // the standing merges into the record, latest first
	parts    []id.Record                    // what was merged into it
	Guest    bool                           // it is not within reach: it was proposed to the reader, who may read it
}

// AccountPage is one account with everything about it.
type AccountPage struct {
	RecordPage
	Account  account.Account
	Contacts []contact.Contact
	Standing *Standing          // nil for who may not see orders
	Orders   []order.Order      // the latest of them, or the page that was asked
	Handover *handover.Handover // the one that waits for somebody
	Rank     *Ranked            // its place in the pyramid; nil when it was not there last night
	Outlook  *Slip              // what is expected; nil when nothing is

	Opportunities []Seen         // the latest, when orders are asked too
	Promises      []promise.Line // open ones, the first due first
	Kept          promise.SayDo  // of what fell due in the last year
	Talks         []conversation.Line
}

// AccountPage reads an account within who's reach, with everything about it.
func (a *App) AccountPage(ctx context.Context, who Who, i id.Account, l Look) (p AccountPage, err error) {
	err = a.read(ctx, who, member.AccountRead, func(v *store.View) error {
		var people member.Reach
		if p.Account, people, err = readAccount(v, who, i); err != nil {
			return err
		}
		p.Guest = who.Reach(fact.Account).Why(p.Account.Owner, p.Account.Team) == ""
		if p.parts, err = v.PartsOf(fact.Account, i.Any()); err != nil {
			return err
		}
		if who.Can(member.ContactRead) {
			if p.Contacts, err = v.ContactsWithin(i, people, 200); err != nil {
				return err
			}
		}
		if l.Facts > 0 {
			if p.Facts, err = v.FactsAround(i, people, l.Before, min(l.Facts, 500), l.By...); err != nil {
				return err
			}
		}
		if who.Can(member.OrderRead) {
			if err := a.ringBeside(v, who, l, &p); err != nil {
				return err
			}
		}
		if l.Orders > 0 && who.Can(member.OpportunityRead) {
			if p.Opportunities, err = a.opportunitiesAt(v, who, i, id.Opportunity{}, 10); err != nil {
				return err
			}
		}
		if l.List != nil {
			if p.Before, p.Next, err = v.AccountBeside(i.Any(), *l.List, a.lens(who), who.Reach(fact.Account)); err != nil {
				return err
			}
		}
		if err := handedBeside(v, &p); err != nil {
			return err
		}
		if err := a.saidBeside(v, who, &p); err != nil {
			return err
		}
		return p.beside(v, who, fact.Account, i.Any())
	})
	return p, err
}

// fewSaid is how many promises and conversations a page of an account shows.
const fewSaid = 6

// saidBeside reads what was promised to the account and spoken about with it.
func (a *App) saidBeside(v *store.View, who Who, p *AccountPage) (err error) {
	if p.Promises, err = v.Promises(store.PromiseQuery{Account: p.Account.ID, State: promise.Open, Limit: fewSaid}); err != nil {
		return err
	}
	until := a.db.Now()
	since := a.Today(who).Add(-365).Start(who.Zone())
	judged, err := v.PromisesJudged(store.PromiseQuery{Account: p.Account.ID, Since: since, Until: until, Limit: MostJudged})
	if err != nil {
		return err
	}
	p.Kept = promise.Tally(each(judged, func(l promise.Line) promise.Promise { return l.Promise }), since, until)
	p.Talks, err = v.Conversations(store.TalkQuery{Account: p.Account.ID, Back: true, Limit: fewSaid})
	return err
}

// handedBeside reads the hand-over of the account that waits for somebody.
func handedBeside(v *store.View, p *AccountPage) error {
	h, err := v.HandoverOf(p.Account.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	p.Handover = &h.Handover
	return err
}

// ringBeside reads where the account stands, and its orders when they are asked.
func (a *App) ringBeside(v *store.View, who Who, l Look, p *AccountPage) error {
	s, err := a.standing(v, who, p.Account, "")
	if err != nil {
		return err
	}
	p.Standing = &s
	if r, known, err := rankOf(v, p.Account.ID); err != nil {
		return err
	} else if known {
		p.Rank = &r
	}
	if l.Orders > 0 {
		if p.Orders, err = v.OrdersOf(p.Account.ID, l.After, min(l.Orders, 201)); err != nil {
			return err
		}
	}
	switch found, err := a.outlook(v, who, p.Account.ID); {
	case err == nil:
		p.Outlook = &found
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	return nil
}

// ContactPage is one contact with everything about it.
type ContactPage struct {
	RecordPage
	Contact  contact.Contact
	Accounts map[id.Account]string // names of those within reach
}

// ContactPage reads a contact within who's reach, with everything about it.
func (a *App) ContactPage(ctx context.Context, who Who, i id.Contact, l Look) (p ContactPage, err error) {
	err = a.read(ctx, who, member.ContactRead, func(v *store.View) error {
		if p.Contact, p.Guest, err = readContact(v, who, i); err != nil {
			return err
		}
		if p.parts, err = v.PartsOf(fact.Contact, i.Any()); err != nil {
			return err
		}
		var at []id.Account
		for _, link := range p.Contact.Accounts {
			at = append(at, link.Account)
		}
		if p.Accounts, err = v.AccountNames(at, who.Reach(fact.Account)); err != nil {
			return err
		}
		if l.Facts > 0 {
			if p.Facts, err = v.History(append(p.parts, i.Any()), l.Before, min(l.Facts, 500), l.By...); err != nil {
				return err
			}
		}
		if l.List != nil {
			if p.Before, p.Next, err = v.ContactBeside(i.Any(), *l.List, a.lens(who), who.Reach(fact.Contact)); err != nil {
				return err
			}
		}
		return p.beside(v, who, fact.Contact, i.Any())
	})
	return p, err
}

func (p *RecordPage) beside(v *store.View, who Who, kind fact.Kind, record id.Record) (err error) {
	if p.Fields, err = v.Fields(kind); err != nil {
		return err
	}
	if p.Members, err = v.Members(); err != nil {
		return err
	}
	if p.Groups, err = v.Teams(); err != nil {
		return err
	}
	if p.Consents, p.Standing, err = ledger(v, record, p.parts); err != nil {
		return err
	}
	if len(p.parts) > 0 {
		if p.Merges, err = mergesInto(v, who, record); err != nil {
			return err
		}
	}
	if who.Can(member.FileRead) {
		p.Files, err = v.Files(record)
	}
	return err
}
