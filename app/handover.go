package app

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/opt"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/cycle"
	"kring/domain/handover"
	"kring/domain/member"
	"kring/store"
)

// A potential relation belongs to new business, a customer to an account
// manager. On the first order a hand-over is proposed; who receives it accepts or
// returns it, and both see the relation meanwhile.

// heirs are who can look after a relation, in the order of a menu.
func heirs(all []member.Member) []member.Member {
	return slices.DeleteFunc(slices.Clone(all), func(m member.Member) bool {
		return m.State != member.Active || !m.Role.Can(member.HandoverWrite)
	})
}

// heir finds an account manager for a relation of new business: one of the
// owner's team, else of the relation's, else of all; who has the fewest relations.
type heir struct {
	all  []member.Member
	n    map[id.Member]int
	read bool
}

func (h *heir) learn(v *store.View) (err error) {
	if h.read {
		return nil
	}
	if h.all, err = v.Members(); err != nil {
		return err
	}
	var ids []id.Member
	for _, m := range h.managers() {
		ids = append(ids, m.ID)
	}
	h.n, err = v.Portfolios(ids)
	h.read = err == nil
	return err
}

func (h *heir) managers() []member.Member {
	return slices.DeleteFunc(heirs(h.all), func(m member.Member) bool { return m.Role != member.AccountManager })
}

func (h *heir) owner(i id.Member) member.Member {
	for _, m := range h.all {
		if m.ID == i {
			return m
		}
	}
	return member.Member{}
}

// of is to whom the relation goes, zero when there is nobody.
func (h *heir) of(acc account.Account) id.Member {
	all := h.managers()
	for _, team := range []id.Team{h.owner(acc.Owner).Team, acc.Team} {
		var near []id.Member
		for _, m := range all {
			if !team.IsZero() && m.Team == team {
				near = append(near, m.ID)
			}
		}
		if len(near) > 0 {
			return handover.Choose(near, h.n)
		}
	}
	return handover.Choose(each(all, func(m member.Member) id.Member { return m.ID }), h.n)
}

// handOver proposes what was bought for the first time to an account manager, and
// takes back what nobody answered when nothing was bought after all.
func (a *App) handOver(tx *store.Tx, who Who, all []account.Account, before, after []cycle.Path) error {
	var turned []id.Account
	for i, acc := range all {
		if before[i].Phase.Buying() != after[i].Phase.Buying() {
			turned = append(turned, acc.ID)
		}
	}
	if len(turned) == 0 {
		return nil
	}
	open, err := tx.OpenHandovers(turned)
	if err != nil {
		return err
	}
	var to heir
	for i, acc := range all {
		h, waits := open[acc.ID]
		switch was, is := before[i].Phase.Buying(), after[i].Phase.Buying(); {
		case is && !was && !waits && acc.Deleted == 0 && !acc.Owner.IsZero():
			if err := to.learn(&tx.View); err != nil {
				return err
			}
			if to.owner(acc.Owner).Role != member.NewBusiness {
				continue
			}
			h := handover.Handover{Account: acc.ID, From: acc.Owner, To: to.of(acc), Order: firstOrder(after[i])}
			if h.To.IsZero() {
				continue
			}
			to.n[h.To]++
			if _, err := a.proposeHandover(tx, who, acc, h, "order"); err != nil {
				return err
			}
		case was && !is && waits && h.By.IsZero():
			if err := tx.EraseHandover(h, fact.Fact{Deed: "handover.withdrawn", Why: "order"}); err != nil {
				return err
			}
		}
	}
	return nil
}

// firstOrder is the order that made the relation buy in this turn.
func firstOrder(p cycle.Path) id.Record {
	for i := len(p.Moves) - 1; i >= 0; i-- {
		if p.Moves[i].Event == cycle.Bought {
			return p.Moves[i].Evidence
		}
	}
	return id.Record{}
}

// proposeHandover stores a proposal with its list; one that came back before is left.
func (a *App) proposeHandover(tx *store.Tx, who Who, acc account.Account, h handover.Handover, why string) (handover.Handover, error) {
	back, err := tx.HandoverOf(acc.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return h, err
	}
	if err == nil && back.State == handover.Returned {
		if err := a.withdraw(tx, back.Handover, "again"); err != nil {
			return h, err
		}
	}
	if h.Items, err = a.checklist(&tx.View, who, acc, h); err != nil {
		return h, err
	}
	if h, err = handover.New(id.New[id.Record](), tx.Now(), a.Today(who), h); err != nil {
		return h, err
	}
	made, err := tx.AddHandover(h, fact.Fact{Deed: "handover.proposed", Why: why, Changes: handover.Diff(handover.Handover{}, h)})
	if err == nil && !made {
		err = handover.ErrOpen
	}
	if errors.Is(err, handover.ErrOpen) && why == "order" { // somebody was first
		err = nil
	}
	return h, err
}

// passedOn are the lines of the list of a hand-over, in its order: whoever adds
// something that a colleague has to know adds a line. One that counts nothing is
// left out.
var passedOn = []struct {
	key  string
	line func(a *App, v *store.View, who Who, acc account.Account, h handover.Handover) (n int, text string, err error)
}{
	{"order", orderLine}, {"contacts", contactLine}, {"history", historyLine}, {"decisions", decisionLine}, {"consents", consentLine},
	{"note", func(_ *App, _ *store.View, _ Who, acc account.Account, _ handover.Handover) (int, string, error) {
		return len([]rune(acc.Note)), "", nil
	}},
	{"files", fileLine}, {"duplicates", pairLine},
}

func (a *App) checklist(v *store.View, who Who, acc account.Account, h handover.Handover) (items []handover.Item, err error) {
	for _, t := range passedOn {
		n, text, err := t.line(a, v, who, acc, h)
		if err != nil {
			return nil, err
		}
		items = append(items, handover.Item{Key: t.key, N: n, Text: text})
	}
	return items, nil
}

func orderLine(_ *App, v *store.View, _ Who, _ account.Account, h handover.Handover) (int, string, error) {
	if h.Order.IsZero() {
		return 0, "", nil
	}
	all, err := v.OrdersByID([]id.Order{id.Order(h.Order)})
	if err != nil || len(all) == 0 {
		return 0, "", err
	}
	return 1, all[0].Number, nil
}

// contactLine are the people, those who decide first.
func contactLine(_ *App, v *store.View, _ Who, acc account.Account, _ handover.Handover) (int, string, error) {
	all, err := v.ContactsAt(acc.ID, 200)
	if err != nil {
		return 0, "", err
	}
	rank := func(c contact.Contact) int {
		l, _ := c.At(acc.ID)
		if slices.Contains(l.Roles, contact.Decider) {
			return 0
		}
		return 2 - min(len(l.Roles), 1)
	}
	slices.SortStableFunc(all, func(a, b contact.Contact) int { return rank(a) - rank(b) })
	var names []string
	for _, c := range all[:min(len(all), 4)] {
		name := c.Name()
		if l, _ := c.At(acc.ID); l.Function != "" {
			name += " (" + l.Function + ")"
		}
		names = append(names, name)
	}
	return len(all), strings.Join(names, ", "), nil
}

// historyLine is how often they left or were ended before.
func historyLine(a *App, v *store.View, who Who, acc account.Account, _ handover.Handover) (n int, text string, err error) {
	s, err := a.signals(v, who, acc)
	if err != nil {
		return 0, "", err
	}
	d, err := a.definition(v)
	if err != nil {
		return 0, "", err
	}
	for _, m := range cycle.Follow(s, d.Definition, a.Today(who)).Moves {
		if m.Event == cycle.Left || m.Event == cycle.Faded || m.Event == cycle.Ended {
			n++
			text = string(m.Day)
		}
	}
	return n, text, nil
}

func decisionLine(_ *App, v *store.View, _ Who, acc account.Account, _ handover.Handover) (n int, _ string, err error) {
	all, err := v.Decisions(acc.ID)
	for _, d := range all {
		if d.State == cycle.Asked {
			n++
		}
	}
	return n, "", err
}

// consentLine is what they allow and object to.
func consentLine(_ *App, v *store.View, _ Who, acc account.Account, _ handover.Handover) (int, string, error) {
	_, stands, err := ledger(v, acc.ID.Any(), nil)
	return len(stands), "", err
}

func fileLine(_ *App, v *store.View, _ Who, acc account.Account, _ handover.Handover) (int, string, error) {
	all, err := v.Files(acc.ID.Any())
	var names []string
	for _, f := range all[:min(len(all), 4)] {
		names = append(names, f.Name)
	}
	return len(all), strings.Join(names, ", "), err
}

func pairLine(_ *App, v *store.View, _ Who, acc account.Account, _ handover.Handover) (int, string, error) {
	all, err := v.PairsOf(acc.ID.Any(), map[fact.Kind]member.Reach{fact.Account: everything}, 5)
	return len(all), "", err
}

func (a *App) withdraw(tx *store.Tx, h handover.Handover, why string) error {
	next, changes, err := h.Withdraw(tx.Now())
	if err != nil {
		return err
	}
	_, err = tx.SaveHandover(next, fact.Fact{Deed: "handover.withdrawn", Why: why, Changes: changes})
	return err
}

// handedElsewhere withdraws what waits for an answer about an account that
// somebody else looks after by now, that lies in the bin, or that is another.
func (a *App) handedElsewhere(tx *store.Tx, acc id.Account, why string) error {
	h, err := tx.HandoverOf(acc)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return a.withdraw(tx, h.Handover, why)
}

// ProposeHandover hands a relation within who's reach over to a colleague: its
// owner does, or who steers.
func (a *App) ProposeHandover(ctx context.Context, who Who, of id.Account, to id.Member, note string) (h handover.Handover, err error) {
	err = a.write(ctx, who, member.HandoverWrite, func(tx *store.Tx) error {
		acc, err := standingAccount(tx, who, of)
		if err != nil {
			return err
		}
		if acc.Owner != who.Member.ID && !who.Can(member.HandoverSteer) {
			return handover.ErrProposer
		}
		if err := mayReceive(&tx.View, to); err != nil {
			return err
		}
		h, err = a.proposeHandover(tx, who, acc, handover.Handover{Account: of, From: acc.Owner, To: to, By: who.Member.ID, Note: note}, "")
		return err
	})
	return h, err
}

// mayReceive says whether a member can look after a relation.
func mayReceive(v *store.View, to id.Member) error {
	if to.IsZero() {
		return nil // the domain says so, beside what else is wrong
	}
	m, err := v.Member(to)
	if errors.Is(err, store.ErrNotFound) || err == nil && len(heirs([]member.Member{m})) == 0 {
		return fault.Field("to", handover.ErrTo)
	}
	return err
}

// HandoverPatch is what changes of a proposal: to whom, the note, or lines of the
// list that were told.
type HandoverPatch struct {
	To   opt.Of[id.Member]
	Note opt.Of[string]
	Told map[string]bool // by the keys of the lines
}

// ChangeHandover changes a proposal that waits. Who hands over changes to whom;
// who receives it may tick as well.
func (a *App) ChangeHandover(ctx context.Context, who Who, i id.Record, version int64, p HandoverPatch) (handover.Handover, error) {
	return a.aboutHandover(ctx, who, i, version, "handover.changed", func(tx *store.Tx, h handover.Handover) (handover.Handover, []fact.Change, error) {
		was, now := h, tx.Now()
		if p.To.Given() || p.Note.Given() {
			if err := mayDirect(who, h); err != nil {
				return h, nil, err
			}
			if to, given := p.To.Get(); given {
				if err := mayReceive(&tx.View, to); err != nil {
					return h, nil, err
				}
			}
			next, _, err := h.Redirect(now, p.To.Or(h.To), p.Note.Or(h.Note))
			if err != nil {
				return h, nil, err
			}
			h = next
		}
		for _, key := range slices.Sorted(maps.Keys(p.Told)) {
			next, _, err := h.Tick(now, key, p.Told[key], who.Member.ID)
			if err != nil {
				return h, nil, err
			}
			h = next
		}
		return h, handover.Diff(was, h), nil
	})
}

func mayDirect(who Who, h handover.Handover) error {
	if who.Member.ID == h.From || who.Member.ID == h.By || who.Can(member.HandoverSteer) {
		return nil
	}
	return handover.ErrProposer
}

// AcceptHandover makes who the owner of the relation, in the same change.
func (a *App) AcceptHandover(ctx context.Context, who Who, i id.Record, version int64) (handover.Handover, error) {
	return a.aboutHandover(ctx, who, i, version, "handover.accepted", func(tx *store.Tx, h handover.Handover) (handover.Handover, []fact.Change, error) {
		next, changes, err := h.Accept(tx.Now(), who.Member.ID)
		if err != nil {
			return h, nil, err
		}
		acc, err := tx.Account(h.Account, everything)
		switch {
		case err != nil:
			return h, nil, err
		case acc.Deleted != 0:
			return h, nil, account.ErrBinned
		case acc.Owner != h.From:
			return h, nil, handover.ErrMoved
		}
		made, moved, err := account.Change(acc, tx.Now(), who.Org.Settings.Country, account.Patch{Owner: opt.Some(who.Member.ID), Team: opt.Some(who.Member.Team)})
		if err != nil {
			return h, nil, err
		}
		if made, err = tx.SaveAccount(made, fact.Fact{Deed: "account.changed", Why: "handover", Changes: moved}); err != nil {
			return h, nil, err
		}
		return next, changes, a.personFollows(tx, who, acc, made, moved)
	})
}

// ReturnHandover gives a relation back to who proposed it.
func (a *App) ReturnHandover(ctx context.Context, who Who, i id.Record, version int64, reason string) (handover.Handover, error) {
	return a.aboutHandover(ctx, who, i, version, "handover.returned", func(tx *store.Tx, h handover.Handover) (handover.Handover, []fact.Change, error) {
		return h.Return(tx.Now(), who.Member.ID, reason)
	})
}

// WithdrawHandover takes a proposal back, or leaves one that was returned.
func (a *App) WithdrawHandover(ctx context.Context, who Who, i id.Record, version int64) (handover.Handover, error) {
	return a.aboutHandover(ctx, who, i, version, "handover.withdrawn", func(tx *store.Tx, h handover.Handover) (handover.Handover, []fact.Change, error) {
		if err := mayDirect(who, h); err != nil {
			return h, nil, err
		}
		return h.Withdraw(tx.Now())
	})
}

func (a *App) aboutHandover(ctx context.Context, who Who, i id.Record, version int64, deed string,
	change func(*store.Tx, handover.Handover) (handover.Handover, []fact.Change, error)) (h handover.Handover, err error) {
	err = a.write(ctx, who, member.HandoverWrite, func(tx *store.Tx) error {
		l, err := seenHandover(&tx.View, who, i)
		if err != nil {
			return err
		}
		h = l.Handover
		if err := asRead(h, h.Version, version); err != nil {
			return err
		}
		next, changes, err := change(tx, h)
		if err != nil || len(changes) == 0 {
			return err
		}
		h, err = tx.SaveHandover(next, fact.Fact{Deed: deed, Changes: changes})
		return err
	})
	return h, err
}

// seenHandover is a hand-over that concerns who, that who steers, or of a
// relation within reach.
func seenHandover(v *store.View, who Who, i id.Record) (handover.Line, error) {
	h, err := v.Handover(i)
	if err != nil || h.Concerns(who.Member.ID) || who.Can(member.HandoverSteer) && who.Scope(fact.Account) == member.All {
		return h, err
	}
	_, err = v.Account(h.Account, who.Reach(fact.Account))
	return h, err
}

// Handover is one hand-over that who may see.
func (a *App) Handover(ctx context.Context, who Who, i id.Record) (h handover.Line, err error) {
	err = a.read(ctx, who, member.AccountRead, func(v *store.View) error {
		h, err = seenHandover(v, who, i)
		return err
	})
	return h, err
}

// Heirs are to whom who can hand a relation over.
func (a *App) Heirs(ctx context.Context, who Who) (all []member.Member, err error) {
	err = a.peek(ctx, who, member.HandoverWrite, func(v *store.View) error {
		all, err = v.Members()
		all = heirs(all)
		return err
	})
	return all, err
}

// HandoverAsk says which hand-overs a list shows: those to who, those from who,
// or of all relations within reach.
type HandoverAsk struct {
	Of     string // to, from, all
	State  handover.State
	Before id.Record
	Limit  int
}

// ErrHandoverOf says that a list of hand-overs is one of three.
var ErrHandoverOf = fault.New(fault.Invalid, "handover.of", "ask for hand-overs to you, from you, or all")

// Handovers are the hand-overs that are asked, the latest first.
func (a *App) Handovers(ctx context.Context, who Who, ask HandoverAsk) (all []handover.Line, err error) {
	q := store.HandoverQuery{State: ask.State, Before: ask.Before, Limit: min(max(ask.Limit, 1), 201)}
	switch ask.Of {
	case "to":
		q.To = who.Member.ID
	case "from":
		q.From = who.Member.ID
	case "all":
		reach := who.Reach(fact.Account)
		q.Within = &reach
	default:
		return nil, ErrHandoverOf
	}
	err = a.read(ctx, who, member.AccountRead, func(v *store.View) error {
		all, err = v.Handovers(q)
		return err
	})
	return all, err
}

// MostHandoversCounted is how far they are counted.
const MostHandoversCounted = 99

// CountHandovers is how many wait for who.
func (a *App) CountHandovers(ctx context.Context, who Who) (n int, err error) {
	err = a.peek(ctx, who, member.HandoverWrite, func(v *store.View) error {
		n, err = v.CountHandovers(who.Member.ID, MostHandoversCounted+1)
		return err
	})
	return n, err
}

// CountDecisions is how many endings wait for an answer that who may give.
func (a *App) CountDecisions(ctx context.Context, who Who) (n int, err error) {
	err = a.peek(ctx, who, member.CycleAgree, func(v *store.View) error {
		n, err = v.CountAskedDecisions(who.Reach(fact.Account), MostHandoversCounted+1)
		return err
	})
	return n, err
}

// readAccount is an account that who may read: within reach, or proposed to them.
// people is how far they see among those at it.
func readAccount(v *store.View, who Who, i id.Account) (acc account.Account, people member.Reach, err error) {
	people = who.Reach(fact.Contact)
	acc, err = seenAccount(v, who, i)
	if !errors.Is(err, store.ErrNotFound) || who.Member.ID.IsZero() {
		return acc, people, err
	}
	handed, lost := v.HandedTo(i, who.Member.ID)
	if lost != nil || !handed {
		return acc, people, either(lost, err)
	}
	acc, err = v.Account(i, everything)
	return acc, everything, err
}

// readContact is a contact that who may read: within reach, or at an account that
// is proposed to them; those see it as a guest.
func readContact(v *store.View, who Who, i id.Contact) (c contact.Contact, guest bool, err error) {
	c, err = seenContact(v, who, i)
	if !errors.Is(err, store.ErrNotFound) || who.Member.ID.IsZero() {
		return c, false, err
	}
	there, lost := v.Contact(i, everything)
	if lost != nil || !there.Merged.IsZero() {
		return c, false, err
	}
	for _, l := range there.Accounts {
		handed, lost := v.HandedTo(l.Account, who.Member.ID)
		if lost != nil {
			return c, false, lost
		}
		if handed {
			return there, true, nil
		}
	}
	return c, false, err
}

// readRecord says whether who may read a record of a kind.
func readRecord(v *store.View, who Who, kind fact.Kind, record id.Record) (err error) {
	switch kind {
	case fact.Account:
		_, _, err = readAccount(v, who, id.Account(record))
	case fact.Contact:
		_, _, err = readContact(v, who, id.Contact(record))
	default:
		err = store.ErrNotFound
	}
	return err
}
