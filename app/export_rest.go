package app

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"kring/base/decimal"
	"kring/base/fact"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/consent"
	"kring/domain/cycle"
	"kring/domain/filter"
	"kring/domain/handover"
	"kring/domain/intake"
	"kring/domain/match"
	"kring/domain/member"
	"kring/domain/merge"
	"kring/domain/order"
	"kring/store"
)

// restTables are the tables of what happened with records.
func (a *App) restTables(who Who) []smallTable {
	return []smallTable{
		{"orders", orderHead, a.orderRows(who, order.Filter{})},
		{"moves", moveHead, a.moveRows(who)},
		{"decisions", []string{"account", "kind", "day", "reason", "note", "state", "at", "member", "approver", "id"}, a.decisionRows(who)},
		{"handovers", []string{"account", "from", "to", "proposed_by", "state", "day", "note", "reason", "checklist", "order", "created_at", "updated_at", "id"}, a.handoverRows(who)},
		{"tasks", taskHead, a.taskRows(who)},
		{"appointments", meetHead, a.meetRows(who)},
		{"consents", []string{"kind", "record", "channel", "purpose", "state", "at", "source", "wording", "version", "proof", "member", "recorded_at", "id"}, a.consentRows(who)},
		{"merges", []string{"kind", "survivor", "merged", "name", "member", "merged_at", "undone_at", "id"}, a.mergeRows(who)},
		{"pairs", []string{"kind", "a", "b", "probability", "state", "until", "decided_by", "decided_at", "found_at", "id"}, a.pairRows(who)},
		{"imports", []string{"kind", "file_name", "file_size", "file_sha256", "member", "state", "origin", "ground", "proof", "rows", "created", "updated", "unchanged", "refused", "perhaps_double", "erased", "restored", "kept", "inform_before", "informed_at", "created_at", "started_at", "ended_at", "id"}, a.importRows(who)},
	}
}

// smallTable is a table that is written row by row.
type smallTable struct {
	name string
	head []string
	rows rowsOf
}

// orderHead are the columns of orders, as an import finds them.
var orderHead = []string{"external_id", "account", "day", "amount", "currency", "counter_value", "number", "lines", "note", "state", "why", "created_at", "updated_at", "id"}

// OrderTable are the orders that a filter finds as a table that an import takes
// back.
func (a *App) OrderTable(ctx context.Context, who Who, f order.Filter) (Listed, error) {
	t := a.listed(who, smallTable{"orders", orderHead, a.orderRows(who, f)})
	return t, a.mayExport(ctx, who, f.Account)
}

// mayExport asks before a table begins: once rows are out, nothing can be said.
func (a *App) mayExport(ctx context.Context, who Who, of id.Account) error {
	return a.peek(ctx, who, member.Export, func(v *store.View) error {
		if err := may(who, member.OrderRead); err != nil || of.IsZero() {
			return err
		}
		_, err := v.Account(of, who.Reach(fact.Account))
		return err
	})
}

// moveHead are the columns of the facts of the cycle: each move of each relation.
var moveHead = []string{"account", "day", "from", "to", "event", "turn", "reason", "evidence", "account_id"}

// MoveTable are the facts of the cycle as a table.
func (a *App) MoveTable(ctx context.Context, who Who) (Listed, error) {
	return a.listed(who, smallTable{"moves", moveHead, a.moveRows(who)}), a.mayExport(ctx, who, id.Account{})
}

// moveRows are the moves of all accounts within who's reach until today, account
// by account. Evidence is the id of the order or the decision, empty when time
// alone moved it.
func (a *App) moveRows(who Who) rowsOf {
	return func(ctx context.Context, row func(...string) error) error {
		for q := filter.New(account.Catalogue()); ; {
			var p Page[account.Line]
			var by map[id.Account]cycle.Path
			q.Limit = 200
			err := a.read(ctx, who, member.OrderRead, func(v *store.View) (err error) {
				if p, err = v.AccountLines(q, a.lens(who), who.Reach(fact.Account)); err != nil {
					return err
				}
				by, err = a.rings(v, who, p.Items)
				return err
			})
			if err != nil {
				return err
			}
			for _, l := range p.Items {
				for _, m := range by[l.ID].Moves {
					if err := row(moveCells(l, m)...); err != nil {
						return err
					}
				}
			}
			if p.Next.IsZero() {
				return nil
			}
			q.Cursor = p.Next
		}
	}
}

func moveCells(l account.Line, m cycle.Move) []string {
	called, evidence := l.ExternalID, ""
	if called == "" {
		called = l.Name
	}
	if !m.Evidence.IsZero() {
		evidence = m.Evidence.String()
	}
	return []string{called, string(m.Day), string(m.From), string(m.To), string(m.Event), strconv.Itoa(m.Turn), string(m.Reason), evidence, l.ID.String()}
}

// orderRows are the orders within who's reach, the latest first. An account is
// its external id where it has one, as an import finds it.
func (a *App) orderRows(who Who, f order.Filter) rowsOf {
	return func(ctx context.Context, row func(...string) error) error {
		for at := (store.OrderPlace{}); ; {
			page, err := a.Orders(ctx, who, f, at, 200)
			if err != nil || len(page) == 0 {
				return err
			}
			called := map[id.Account]string{}
			err = a.read(ctx, who, member.Export, func(v *store.View) error {
				var ids []id.Account
				for _, o := range page {
					ids = append(ids, o.Account)
				}
				all, err := v.AccountsByID(distinct(ids), who.Reach(fact.Account))
				for _, acc := range all {
					if called[acc.ID] = acc.ExternalID; acc.ExternalID == "" {
						called[acc.ID] = acc.Name
					}
				}
				return err
			})
			if err != nil {
				return err
			}
			for _, o := range page {
				lines, err := json.Marshal(o.Lines)
				if err != nil {
					return err
				}
				if err := row(o.ExternalID, called[o.Account], string(o.Day), decimal.Amount(o.Amount.Cents), o.Amount.Currency, o.Counter, o.Number, string(lines), o.Note, string(o.State), o.Why, instant(o.Created), instant(o.Updated), o.ID.String()); err != nil {
					return err
				}
				at = store.OrderPlace{Day: o.Day, ID: o.ID}
			}
		}
	}
}

// told walks a table from its first row to its last, leaving out what is about
// records that who may not see.
func told[T any](a *App, who Who, page func(*store.View, id.Record) ([]T, error), about func(T) (at id.Record, kind fact.Kind, records []id.Record), cells func(T) []string) rowsOf {
	return func(ctx context.Context, row func(...string) error) error {
		for after := (id.Record{}); ; {
			var all, seen []T
			err := a.read(ctx, who, member.Export, func(v *store.View) (err error) {
				seen = nil
				if all, err = page(v, after); err != nil {
					return err
				}
				for _, one := range all {
					at, kind, records := about(one)
					after = at
					ok, err := a.sees(v, who, kind, records)
					if err != nil {
						return err
					}
					if ok {
						seen = append(seen, one)
					}
				}
				return nil
			})
			if err != nil || len(all) == 0 {
				return err
			}
			for _, one := range seen {
				if err := row(cells(one)...); err != nil {
					return err
				}
			}
		}
	}
}

// sees says whether who may see every one of some records; whoever may see all
// of them sees what is told of erased ones too.
func (a *App) sees(v *store.View, who Who, kind fact.Kind, records []id.Record) (bool, error) {
	if !who.Can(readRight(kind)) {
		return false, nil
	}
	if who.Reach(kind).Scope == member.All {
		return true, nil
	}
	for _, r := range records {
		err := a.onRecord(v, who, kind, r)
		if kind == fact.Lead {
			_, err = v.Lead(id.Lead(r), who.Reach(fact.Account))
		}
		if errors.Is(err, store.ErrNotFound) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

const exportPage = 200

func (a *App) decisionRows(who Who) rowsOf {
	return told(a, who,
		func(v *store.View, after id.Record) ([]store.Decision, error) {
			return v.DecisionsAfter(after, exportPage)
		},
		func(d store.Decision) (id.Record, fact.Kind, []id.Record) {
			return d.ID, fact.Account, []id.Record{d.Account.Any()}
		},
		func(d store.Decision) []string {
			return []string{d.Account.String(), string(d.Kind), string(d.Day), string(d.Reason), d.Note, string(d.State), instant(d.At), d.By.String(), d.Approver.String(), d.ID.String()}
		})
}

func (a *App) handoverRows(who Who) rowsOf {
	return told(a, who,
		func(v *store.View, after id.Record) ([]handover.Line, error) {
			return v.HandoversAfter(after, exportPage)
		},
		func(h handover.Line) (id.Record, fact.Kind, []id.Record) {
			return h.ID, fact.Account, []id.Record{h.Account.Any()}
		},
		func(h handover.Line) []string {
			items, err := json.Marshal(h.Items)
			if err != nil { // keys, counts and names
				items = nil
			}
			return []string{h.Account.String(), h.From.String(), h.To.String(), h.By.String(), string(h.State), string(h.Day), h.Note, h.Reason, string(items), h.Order.String(), instant(h.Created), instant(h.Updated), h.ID.String()}
		})
}

func (a *App) consentRows(who Who) rowsOf {
	return told(a, who,
		func(v *store.View, after id.Record) ([]consent.Entry, error) {
			return v.ConsentsAfter(after, exportPage)
		},
		func(e consent.Entry) (id.Record, fact.Kind, []id.Record) {
			return e.ID, e.Kind, []id.Record{e.Subject}
		},
		func(e consent.Entry) []string {
			return []string{string(e.Kind), e.Subject.String(), string(e.Channel), string(e.Purpose), string(e.State), instant(e.At), e.Source, e.Wording, e.Version, e.Proof, e.By, instant(e.Recorded), e.ID.String()}
		})
}

func (a *App) mergeRows(who Who) rowsOf {
	return told(a, who,
		func(v *store.View, after id.Record) ([]merge.Merge, error) { return v.MergesAfter(after, exportPage) },
		func(m merge.Merge) (id.Record, fact.Kind, []id.Record) {
			return m.ID, m.Kind, []id.Record{m.Survivor}
		},
		func(m merge.Merge) []string {
			return []string{string(m.Kind), m.Survivor.String(), m.Loser.String(), m.LoserName, m.By, instant(m.At), instant(m.Undone), m.ID.String()}
		})
}

func (a *App) pairRows(who Who) rowsOf {
	return told(a, who,
		func(v *store.View, after id.Record) ([]match.Pair, error) { return v.PairsAfter(after, exportPage) },
		func(p match.Pair) (id.Record, fact.Kind, []id.Record) { return p.ID, p.Kind, []id.Record{p.A, p.B} },
		func(p match.Pair) []string {
			return []string{string(p.Kind), p.A.String(), p.B.String(), decimal.Plain(p.Probability), string(p.State), string(p.Until), p.By.String(), instant(p.At), instant(p.Found), p.ID.String()}
		})
}

// importRows are the imports that who may see, newest first.
func (a *App) importRows(who Who) rowsOf {
	return func(ctx context.Context, row func(...string) error) error {
		if !who.Can(member.Import) {
			return nil
		}
		for before := (id.Record{}); ; {
			page, err := a.Intakes(ctx, who, before, 200)
			if err != nil || len(page) == 0 {
				return err
			}
			for _, in := range page {
				if err := row(importCells(in)...); err != nil {
					return err
				}
				before = in.ID
			}
		}
	}
}

func importCells(in intake.Intake) []string {
	n := func(i int64) string { return strconv.FormatInt(i, 10) }
	o, t := in.Options, in.Run
	return []string{
		string(in.Kind), in.Name, n(in.Size), in.SHA256, in.Member.String(), string(in.State), o.Origin, o.Ground, o.Proof, n(in.Total),
		n(t.Created), n(t.Updated), n(t.Same), n(t.Refused), n(t.Twins), n(in.Undo.Erased), n(in.Undo.Restored), n(in.Undo.Kept),
		string(in.Inform), instant(in.Informed), instant(in.Created), instant(in.Started), instant(in.Ended), in.ID.String(),
	}
}
