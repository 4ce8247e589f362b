package desk

import (
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kring/app"
	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/money"
	"kring/domain/cycle"
	"kring/domain/member"
	"kring/domain/order"
	"kring/look"
)

// The ring of an account: where it stands, how it came there, its orders, and
// what people decide about it.

func (d *Desk) ringRoutes() {
	d.member("GET /accounts/{id}/orders", ordersPage)
	d.member("POST /accounts/{id}/orders", placeOrder)
	d.member("GET /orders/{id}", orderPage)
	d.member("POST /orders/{id}/cancellation", cancelOrder)
	d.member("POST /orders/{id}/revival", reviveOrder)
	d.member("GET /accounts/{id}/ending", endingPage)
	d.member("POST /accounts/{id}/ending", endRelation)
	d.member("GET /decisions", decisionsPage)
	d.member("POST /decisions/{id}/answer", answerDecision)
	d.member("POST /decisions/{id}/withdrawal", withdrawDecision)
}

var phaseKeys = map[cycle.Phase]string{cycle.Potential: look.Potential, cycle.New: look.New, cycle.Loyal: look.Loyal, cycle.Ex: look.Former}

// usual is how long a phase takes, in days, until an organisation's own medians
// are measured: the arc of the phase that goes on is filled by it.
var usual = map[cycle.Phase]int{cycle.Potential: 365, cycle.New: 365, cycle.Loyal: 730, cycle.Ex: 365}

// turns are the turns of a path as the ring draws them.
func turns(p cycle.Path, today day.Day) (all []look.Turn) {
	entered := p.Turns()
	for n, t := range entered {
		var turn look.Turn
		for k, on := range t {
			if on != "" {
				turn[k] = 1
			}
			if n == len(entered)-1 && cycle.Phases[k] == p.Phase {
				turn[k] = min(1, max(.08, float64(p.Since.Until(today))/float64(usual[p.Phase])))
			}
		}
		all = append(all, turn)
	}
	return all
}

// mark is the ring before the name of an account, the emblem of anybody else.
func (d *dossier) mark() templ.Component {
	if d.standing == nil {
		return look.Emblem{Name: d.name, Icon: d.emblem()}
	}
	w := d.v.words
	r := look.Ring{
		Size: 104, Turns: turns(d.standing.Path, d.v.app.Today(d.v.who)), Now: phaseKeys[d.standing.Phase],
		Count: w.Tf("cycle.nth", map[string]any{"n": d.standing.Turn}), Word: d.t("cycle.turn"),
		Label: w.Tf("cycle.ring", map[string]any{"turn": w.Tf("cycle.nth", map[string]any{"n": d.standing.Turn}), "phase": strings.ToLower(d.phase(d.standing.Phase))}),
	}
	for _, t := range d.standing.Turns() {
		var tips [4]string
		for k, on := range t {
			if on != "" {
				tips[k] = w.Tf("cycle.tip", map[string]any{"phase": d.phase(cycle.Phases[k]), "day": w.DayText(string(on))})
			}
		}
		r.Tips = append(r.Tips, tips)
	}
	return r
}

func (d *dossier) phase(p cycle.Phase) string { return d.t("phase." + phaseKeys[p]) }

// extra are the soft words behind the badge.
func (v *visit) extra(p cycle.Path) string {
	last := p.Moves[len(p.Moves)-1]
	switch {
	case last.Event == cycle.Left, last.Event == cycle.Faded, last.Event == cycle.Ended, last.Event == cycle.Lapsed, last.Event == cycle.Readmitted:
		return v.words.T("cycle.label_" + string(last.Event))
	case p.Turn > 1:
		return v.words.Tf("cycle.nth_turn", map[string]any{"nth": v.nth(p.Turn)})
	}
	return ""
}

func (v *visit) nth(n int) string {
	if key := "cycle.ordinal_" + decimal64(int64(n)); v.words.Has(key) {
		return v.words.T(key)
	}
	return v.words.Tf("cycle.nth", map[string]any{"n": n})
}

// story says in a sentence how the relation came where it is.
func (d *dossier) story() string {
	p, w := d.standing, d.v.words
	last := p.Moves[len(p.Moves)-1]
	said := map[string]any{"day": w.DayText(string(p.Since)), "because": d.because(last.Reason), "year": string(last.Day)[:4], "came": "", "nth": d.v.nth(p.Turn)}
	key := "cycle.story_" + string(last.Event)
	if p.Turn > 1 && p.Phase.Buying() {
		for _, m := range p.Moves {
			switch {
			case m.Turn == p.Turn && m.To == cycle.Potential:
				key = "cycle.again_" + string(m.Event)
				said["year"], said["because"] = string(m.Day)[:4], d.because(m.Reason)
				if m.Event == cycle.Readmitted {
					said["because"] = ""
				}
			case m.Turn == p.Turn && m.Event == cycle.Bought:
				said["came"] = string(m.Day)[:4]
			}
		}
	}
	return w.Tf(key, said)
}

// because is why, as a piece of a sentence.
func (d *dossier) because(r cycle.Reason) string {
	if r == "" || r == cycle.Unknown {
		return ""
	}
	return " " + d.t("cycle.because_"+string(r))
}

// bought is what was bought in twelve months, per currency.
func (d *dossier) bought() (list []look.Fact) {
	if d.standing == nil {
		return nil
	}
	var all []string
	for _, m := range d.standing.Year {
		all = append(all, d.v.words.Money(m.Cents, m.Currency))
	}
	return []look.Fact{{Label: d.t("cycle.year"), Value: strings.Join(all, " + "), Href: d.here("orders")}}
}

// amountText is an amount of a fact in the reader's words.
func (d *dossier) amountText(s string) string {
	m, err := money.Parse(s, "EUR", decimal.Point)
	if err != nil {
		return s
	}
	return d.v.words.Money(m.Cents, m.Currency)
}

// path are the moves, the latest first, each with what it rests on.
func (d *dossier) way() (t look.Timeline) {
	w := d.v.words
	moves := slices.Clone(d.standing.Moves)
	slices.Reverse(moves)
	for n, m := range moves {
		if n == 20 { // the whole is in the timeline
			break
		}
		e := look.Event{When: w.DayText(string(m.Day)), Title: w.Tf("cycle.event_"+string(m.Event), map[string]any{"day": w.DayText(string(m.Day))}), Icon: "circle-dot", Machine: true}
		switch m.Event {
		case cycle.Bought, cycle.Returned:
			e.Href, e.Meta, e.Tone = "/orders/"+m.Evidence.String(), d.t("cycle.by_order"), look.Good
		case cycle.Begun:
			e.Meta = w.Tf("cycle.in_turn", map[string]any{"nth": d.v.nth(m.Turn)})
		case cycle.Lapsed:
			e.Meta = d.t("cycle.by_time")
		default:
			e.Machine = false
			for _, one := range d.standing.Decisions {
				if one.ID == m.Evidence {
					e.Content = ringDecision(d, one)
				}
			}
		}
		t.Events = append(t.Events, e)
	}
	return t
}

// asked is the ending that waits for an answer.
func (d *dossier) asked() (cycle.Decision, bool) {
	i := slices.IndexFunc(d.standing.Decisions, func(o cycle.Decision) bool { return o.State == cycle.Asked })
	if i < 0 {
		return cycle.Decision{}, false
	}
	return d.standing.Decisions[i], true
}

func (d *dossier) may(r member.Right) bool { return d.binned == 0 && !d.Guest && d.v.who.Can(r) }

// ringForm is a form about an order or a decision: what was typed, and what is
// wrong with it.
type ringForm struct {
	*dossier
	kind cycle.Kind
	text map[string]string
	said map[string]string
	once string
}

func (v *visit) ringForm(look1 app.Look) (ringForm, error) {
	d, err := accountFolder.open(v, look1)
	return ringForm{dossier: d, text: map[string]string{}, said: map[string]string{}}, err
}

// refusal takes over what an error says, the whole form's under "".
func (f *ringForm) refusal(err error) (int, bool) {
	g, ok := fault.From(err)
	if !ok || g.Kind != fault.Invalid && g.Kind != fault.Conflict {
		return 0, false
	}
	if len(g.Fields) == 0 {
		f.said[""] = f.v.sentence(g)
	}
	for name, one := range g.Fields {
		f.said[name] = f.v.sentence(one)
	}
	return status(g.Kind), true
}

const ordersOnPage = 50

func ordersPage(v *visit) error {
	if err := v.may(member.OrderRead); err != nil {
		return err
	}
	l := app.Look{Orders: ordersOnPage}
	l.After = orderPlaceOf(v.r.URL.Query().Get("after"))
	f, err := v.ringForm(l)
	if err != nil {
		return err
	}
	f.tab = "orders"
	f.text["day"] = string(v.app.Today(v.who))
	f.once = id.New[id.Order]().String()
	return v.show(http.StatusOK, ordersView(f))
}

func placeOrder(v *visit) error {
	if err := v.may(member.OrderWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	f, err := v.ringForm(app.Look{Orders: ordersOnPage})
	if err != nil {
		return err
	}
	f.tab = "orders"
	for _, key := range []string{"day", "amount", "currency", "number", "note"} {
		f.text[key] = form.Get(key)
	}
	i, err := id.Parse[id.Order](form.Get("once"))
	if err != nil {
		i = id.New[id.Order]()
	}
	f.once = i.String()
	d := order.Draft{Account: id.Account(f.id), Day: day.Day(form.Get("day")), Number: form.Get("number"), Note: form.Get("note")}
	cents, readable := v.words.ParseMoney(form.Get("amount"))
	d.Amount.Cents = cents
	if d.Amount.Currency, err = money.Currency(form.Get("currency"), "EUR"); err == nil && !readable {
		err = fault.Field("amount", order.ErrAmount)
	}
	if err == nil {
		_, err = v.app.PlaceOrderOnce(v.r.Context(), v.who, i, d)
	}
	if err != nil {
		if code, ok := f.refusal(err); ok {
			return v.show(code, ordersView(f))
		}
		return err
	}
	v.toast(look.Toast{Text: v.words.T("order.placed")})
	return v.to(f.here(""))
}

// orderOf is the order that the address names, at its account.
func orderOf(v *visit) (order.Order, *dossier, error) {
	i, err := pathID[id.Order](v, "id")
	if err != nil {
		return order.Order{}, nil, err
	}
	o, err := v.app.Order(v.r.Context(), v.who, i)
	if err != nil {
		return o, nil, err
	}
	d := &dossier{folder: accountFolder, v: v}
	d.leaf, d.RecordPage, err = accountFolder.load(v, o.Account.Any(), app.Look{})
	return o, d, err
}

func orderPage(v *visit) error {
	if err := v.may(member.OrderRead); err != nil {
		return err
	}
	p, err := v.wayPage()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, orderView(p, ""))
}

func cancelOrder(v *visit) error {
	if err := v.may(member.OrderWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	o, d, err := orderOf(v)
	if err != nil {
		return err
	}
	_, err = v.app.CancelOrder(v.r.Context(), v.who, o.ID, number64(form.Get("version")), form.Get("why"))
	if g, ok := fault.From(err); ok && g.Fields["why"] != nil {
		p, lost := v.wayPage()
		if lost != nil {
			return lost
		}
		return v.show(http.StatusUnprocessableEntity, orderView(p, v.sentence(g.Fields["why"])))
	}
	if err != nil {
		return err
	}
	v.toast(look.Toast{Text: v.words.T("order.cancelled"), Undo: "/orders/" + o.ID.String() + "/revival"})
	return v.to(d.here(""))
}

func reviveOrder(v *visit) error {
	if err := v.may(member.OrderWrite); err != nil {
		return err
	}
	o, d, err := orderOf(v)
	if err != nil {
		return err
	}
	if _, err := v.app.ReviveOrder(v.r.Context(), v.who, o.ID, 0); err != nil {
		return err
	}
	v.toast(look.Toast{Text: v.words.T("order.revived")})
	return v.to(d.here(""))
}

// decided is the kind of decision that an address asks about.
func (f *ringForm) decided(asked string) {
	f.kind = cycle.Kind(asked)
	if f.standing != nil && f.standing.Phase == cycle.Ex {
		f.kind = cycle.Readmission
	} else if f.kind != cycle.Inactivity && f.kind != cycle.Ending {
		f.kind = cycle.Notice
	}
}

func endingPage(v *visit) error {
	if err := v.may(member.CycleDecide); err != nil {
		return err
	}
	f, err := v.ringForm(app.Look{})
	if err != nil {
		return err
	}
	f.decided(v.r.URL.Query().Get("kind"))
	f.text["day"] = string(v.app.Today(v.who))
	return v.show(http.StatusOK, endingView(f))
}

func endRelation(v *visit) error {
	if err := v.may(member.CycleDecide); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	f, err := v.ringForm(app.Look{})
	if err != nil {
		return err
	}
	f.decided(form.Get("kind"))
	for _, key := range []string{"day", "reason", "note"} {
		f.text[key] = form.Get(key)
	}
	made, err := v.app.Decide(v.r.Context(), v.who, id.Account(f.id), cycle.Decision{
		Kind: f.kind, Day: day.Day(form.Get("day")), Reason: cycle.Reason(form.Get("reason")), Note: form.Get("note"),
	})
	if err != nil {
		if code, ok := f.refusal(err); ok {
			return v.show(code, endingView(f))
		}
		return err
	}
	said := "cycle.said_" + string(f.kind)
	if made.State == cycle.Asked {
		said = "cycle.said_asked"
	}
	v.toast(look.Toast{Text: v.words.T(said)})
	return v.to(f.here(""))
}

func decisionsPage(v *visit) error {
	all, err := v.app.AskedDecisions(v.r.Context(), v.who, id.Record{}, 200)
	if err != nil {
		return err
	}
	var ids []id.Account
	for _, d := range all {
		ids = append(ids, d.Account)
	}
	called, err := v.app.AccountNames(v.r.Context(), v.who, ids)
	if err != nil {
		return err
	}
	f := v.frame(v.words.T("cycle.decisions"), "/decisions")
	f.Crumbs = []look.Crumb{{Label: v.words.T("cycle.decisions")}}
	f.Head = look.Heading{Title: v.words.T("cycle.decisions"), Lead: v.words.T("cycle.decisions_lead")}
	return v.show(http.StatusOK, decisionsView(v, f, all, called))
}

// aboutDecision answers or takes back the decision that the address names.
func aboutDecision(v *visit, right member.Right, do func(d app.Decision) error) error {
	if err := v.may(right); err != nil {
		return err
	}
	i, err := pathID[id.Record](v, "id")
	if err != nil {
		return err
	}
	d, err := v.app.Decision(v.r.Context(), v.who, i)
	if err != nil {
		return err
	}
	if err := do(d); err != nil {
		return err
	}
	return v.to("/accounts/" + d.Account.String())
}

func answerDecision(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	agreed := form.Get("agreed")
	return aboutDecision(v, member.CycleAgree, func(d app.Decision) error {
		if agreed != "yes" && agreed != "no" {
			return errForm
		}
		_, err := v.app.AnswerDecision(v.r.Context(), v.who, d.ID, d.Version, agreed == "yes")
		if err == nil {
			v.toast(look.Toast{Text: v.words.T("cycle.said_" + agreed)})
		}
		return err
	})
}

func withdrawDecision(v *visit) error {
	return aboutDecision(v, member.CycleDecide, func(d app.Decision) error {
		_, err := v.app.WithdrawDecision(v.r.Context(), v.who, d.ID, d.Version)
		if err == nil {
			v.toast(look.Toast{Text: v.words.T("cycle.said_withdrawn")})
		}
		return err
	})
}

// reasons are those of the kind of decision that is asked about.
func (f ringForm) reasons() (list []look.Option) {
	for _, r := range f.kind.Reasons() {
		list = append(list, look.Option{Value: string(r), Label: f.t("cycle.reason_" + string(r))})
	}
	return list
}

// kinds choose who took the decision: each is an address, so that the reasons fit.
func (f ringForm) kinds() look.Segmented {
	s := look.Segmented{Label: f.t("cycle.who_decided"), Value: string(f.kind)}
	for _, k := range []cycle.Kind{cycle.Notice, cycle.Inactivity, cycle.Ending} {
		s.Options = append(s.Options, look.Option{Value: string(k), Label: f.t("cycle.kind_" + string(k)), Href: f.here("ending", "kind", string(k))})
	}
	return s
}

func (f ringForm) frameOf(title string) look.Frame {
	fr := f.v.frame(title, "/accounts")
	fr.Crumbs = []look.Crumb{{Label: f.say("many"), Href: f.back()}, {Label: f.name, Href: f.here("")}, {Label: title}}
	fr.Head = look.Heading{Title: title}
	return fr
}
