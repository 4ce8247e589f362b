package app

import (
	"context"
	"errors"
	"strconv"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/job"
	"kring/base/money"
	"kring/domain/contract"
	"kring/domain/invoice"
	"kring/domain/member"
	"kring/domain/order"
	"kring/store"
)

// Contracts. Each period is an order of its own, delivered and invoiced as a
// draft in one change: so the ring, the pyramid and what is expected of a
// customer look at orders only, and money at invoices only (doc/cash.md).

// ContractLine is a contract as a row of a list.
type ContractLine = store.ContractLine

// SignContract stores a contract; under the id of a form it is stored once.
func (a *App) SignContract(ctx context.Context, who Who, i id.Contract, d contract.Draft) (c contract.Contract, err error) {
	err = a.write(ctx, who, member.ContractWrite, func(tx *store.Tx) error {
		l, err := tx.Contract(i, who.Reach(fact.Account))
		if !errors.Is(err, store.ErrNotFound) {
			c = l.Contract
			return err
		}
		c, err = a.addContract(tx, who, i, d)
		return err
	})
	return c, err
}

func (a *App) addContract(tx *store.Tx, who Who, i id.Contract, d contract.Draft) (contract.Contract, error) {
	if _, err := orderedBy(tx, who, d.Account); err != nil {
		return contract.Contract{}, err
	}
	if _, _, _, err := taxOf(d.VAT, 0, a.Today(who)); err != nil {
		return contract.Contract{}, fault.Field("vat", invoice.ErrVAT)
	}
	c, err := contract.New(i, tx.Now(), d)
	if err != nil {
		return c, err
	}
	c, err = tx.AddContract(c, fact.Fact{Deed: "contract.signed", Changes: contract.Diff(contract.Contract{}, c)})
	return c, named(err, contract.ErrExternal)
}

func (a *App) onContract(ctx context.Context, who Who, i id.Contract, version int64, deed string, why string, do func(c contract.Contract, now int64) (contract.Contract, []fact.Change, error)) (c contract.Contract, err error) {
	err = a.write(ctx, who, member.ContractWrite, func(tx *store.Tx) error {
		l, err := tx.Contract(i, who.Reach(fact.Account))
		if err != nil {
			return err
		}
		c = l.Contract
		if err := asRead(c, c.Version, version); err != nil {
			return err
		}
		next, changes, err := do(c, tx.Now())
		if err != nil || len(changes) == 0 {
			return err
		}
		c, err = tx.SaveContract(next, fact.Fact{Deed: deed, Why: why, Changes: changes})
		return err
	})
	return c, err
}

// RenewContract lets a contract go on for another term, for another amount when
// that is not zero.
func (a *App) RenewContract(ctx context.Context, who Who, i id.Contract, version, term, cents int64) (contract.Contract, error) {
	return a.onContract(ctx, who, i, version, "contract.renewed", "", func(c contract.Contract, now int64) (contract.Contract, []fact.Change, error) {
		return contract.Renew(c, now, term, cents)
	})
}

// StopContract says that somebody gave notice: on which day it ends, and why.
func (a *App) StopContract(ctx context.Context, who Who, i id.Contract, version int64, last day.Day, why string) (contract.Contract, error) {
	return a.onContract(ctx, who, i, version, "contract.ended", why, func(c contract.Contract, now int64) (contract.Contract, []fact.Change, error) {
		return contract.Stop(c, now, last, a.Today(who), why)
	})
}

// Contract is one contract of an account within who's reach, with its invoices.
func (a *App) Contract(ctx context.Context, who Who, i id.Contract) (c ContractLine, invoices []invoice.Listed, err error) {
	err = a.read(ctx, who, member.InvoiceRead, func(v *store.View) error {
		if c, err = v.Contract(i, everything); err != nil {
			return err
		}
		if _, _, err := readAccount(v, who, c.Account); err != nil {
			return err
		}
		invoices, err = v.Invoices(store.InvoiceQuery{Contract: i, Limit: 60})
		return err
	})
	if err != nil {
		return ContractLine{}, nil, err
	}
	return c, invoices, nil
}

// ContractQuery says which contracts a list shows; NoticePlace is a place in it.
type (
	ContractQuery = store.ContractQuery
	NoticePlace   = store.NoticePlace
)

// Contracts are those within who's reach, by the day until which notice can be
// given.
func (a *App) Contracts(ctx context.Context, who Who, q ContractQuery) (all []ContractLine, err error) {
	reach := who.Reach(fact.Account)
	q.Within, q.Limit = &reach, min(max(q.Limit, 1), 201)
	err = a.read(ctx, who, member.InvoiceRead, func(v *store.View) error {
		if !q.Account.IsZero() {
			if _, _, err := readAccount(v, who, q.Account); err != nil {
				return err
			}
			q.Within = nil
		}
		all, err = v.Contracts(q)
		return err
	})
	return all, err
}

// passContracts does what the day asks of contracts: periods that have come become
// orders and drafts of invoices, each once; what goes on by itself goes on and
// what is over ends. Routine.
func (a *App) passContracts(ctx context.Context, _ job.Job) error {
	return a.everyOrganisation(ctx, func(o id.Org) error {
		for more := true; more; {
			err := a.db.Write(ctx, o, system("clock"), func(tx *store.Tx) (err error) {
				more, err = a.passSome(tx)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// contractsEach is how many contracts are passed in one change.
const contractsEach = 50

func (a *App) passSome(tx *store.Tx) (more bool, err error) {
	org, err := tx.Organisation()
	if err != nil {
		return false, err
	}
	who := Who{Org: org, Actor: tx.Actor(), machine: true}
	who.Member.Role, who.Member.State = member.Admin, member.Active // the organisation itself: its reach is the whole
	today := a.Today(who)
	due, err := tx.ContractsDue(today, contractsEach)
	if err != nil {
		return false, err
	}
	for _, l := range due {
		if err := a.turnContract(tx, who, l, today); err != nil {
			return false, err
		}
	}
	if len(due) > 0 { // one that was away for long has more than one period to come
		return true, nil
	}
	over, err := tx.ContractsOver(today, contractsEach)
	if err != nil {
		return false, err
	}
	for _, l := range over {
		next, changes, err := contract.Pass(l.Contract, tx.Now(), today)
		if err != nil {
			return false, err
		}
		deed := "contract.renewed"
		if next.State == contract.Ended {
			deed = "contract.ended"
		}
		if _, err := tx.SaveContract(next, fact.Fact{Deed: deed, Why: string(l.Renewal), Changes: changes}); err != nil {
			return false, err
		}
	}
	return len(over) == contractsEach, nil
}

// turnContract makes the order and the draft of the period that has come.
func (a *App) turnContract(tx *store.Tx, who Who, l ContractLine, today day.Day) error {
	turn, next, ok := contract.Due(l.Contract, tx.Now(), today)
	if !ok {
		return nil
	}
	acc, err := tx.Account(l.Account, everything)
	if err != nil {
		return err
	}
	if _, err := tx.SaveContract(next, fact.Fact{Deed: "contract.invoiced", Evidence: string(turn.From), Changes: contract.Diff(l.Contract, next)}); err != nil {
		return err
	}
	if acc.Deleted != 0 { // nothing is invoiced to who lies in the bin; the period is past when they come back
		return nil
	}
	code, category, rate, err := taxOf(l.VAT, 0, today)
	if err != nil {
		return err
	}
	o, err := a.placeOrder(tx, who, id.New[id.Order](), order.Draft{
		Account: l.Account, Day: turn.From, Amount: money.Money{Currency: l.Currency}, ExternalID: "contract:" + l.ID.String() + ":" + strconv.FormatInt(turn.N, 10),
		Lines: []order.Line{{Text: l.Title, Quantity: 1000, Unit: turn.Cents, Cents: turn.Cents, VAT: code, Rate: rate}}, Links: order.Links{Opportunity: l.Opp, Quote: l.Quote},
	})
	if err != nil {
		return err
	}
	if o.Stage == order.Agreed { // what is supplied all the time asks no new check
		if o, err = a.ship(tx, who, checked(o), nil, order.Delivery{ID: id.New[id.Record](), Day: turn.From, Intact: true, Lines: []order.Moved{{Line: 1, Quantity: 1000}}}); err != nil {
			return err
		}
	}
	n := invoice.Invoice{
		Account: l.Account, Order: o.ID, Contract: l.ID, OrderNo: o.Number, Currency: l.Currency, From: turn.From, Until: turn.Until,
		Lines: []invoice.Line{{What: invoice.Goods, OrderLine: 1, Text: l.Title, Quantity: 1000, Unit: turn.Cents, Cents: turn.Cents, Code: code, Category: category, Rate: rate}},
	}
	_, err = a.addDraft(tx, who, id.New[id.Invoice](), n, "contract")
	return err
}

// checked is an order of which the credit needs no check.
func checked(o order.Order) order.Order {
	o.Stage = order.CreditOK
	return o
}

// PassContracts does what the day asks of contracts, now.
func (a *App) PassContracts(ctx context.Context) error { return a.passContracts(ctx, job.Job{}) }
