package desk

import (
	"net/http"
	"slices"

	"kring/app"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/opt"
	"kring/domain/handover"
	"kring/domain/member"
	"kring/look"
)

// A relation on its way from one colleague to another: on the page of the
// relation, on a page of its own, and in a list.

func (d *Desk) handoverRoutes() {
	d.member("GET /handovers", handoversPage)
	d.member("GET /handovers/{id}", handoverPage)
	d.member("POST /handovers/{id}/change", changeHandover)
	d.member("POST /handovers/{id}/list", tickHandover)
	d.member("POST /handovers/{id}/acceptance", acceptHandover)
	d.member("POST /handovers/{id}/return", returnHandover)
	d.member("POST /handovers/{id}/withdrawal", withdrawHandover)
	d.member("GET /accounts/{id}/handover", handoverForm)
	d.member("POST /accounts/{id}/handover", proposeHandover)
}

// passage is a hand-over as a page shows it, with what was typed and what is
// wrong with it.
type passage struct {
	v       *visit
	h       handover.Line
	members []member.Member
	guest   bool // the reader may read the relation, as long as it waits
	text    map[string]string
	said    map[string]string
}

func (v *visit) passage(h handover.Line, members []member.Member) *passage {
	return &passage{v: v, h: h, members: members, text: map[string]string{"to": h.To.String(), "note": h.Note}, said: map[string]string{}}
}

func (p *passage) t(key string) string { return p.v.words.T("handover." + key) }

func (p *passage) name(i id.Member) string {
	at := slices.IndexFunc(p.members, func(m member.Member) bool { return m.ID == i })
	if at < 0 {
		return p.v.words.T("record.gone_member")
	}
	return p.members[at].Name
}

func (p *passage) me() id.Member { return p.v.who.Member.ID }

func (p *passage) may() bool { return p.v.who.Can(member.HandoverWrite) }

// mine says whether the reader receives it.
func (p *passage) mine() bool { return p.may() && p.h.State == handover.Proposed && p.h.To == p.me() }

// directs says whether the reader hands it over, or steers.
func (p *passage) directs() bool {
	return p.may() && (p.h.From == p.me() || p.h.By == p.me() || p.v.who.Can(member.HandoverSteer))
}

// ticks says whether the reader ticks the list.
func (p *passage) ticks() bool {
	return p.h.State == handover.Proposed && len(p.h.Items) > 0 && (p.mine() || p.directs())
}

// gist says in a sentence what is going on.
func (p *passage) gist() string {
	said := map[string]any{"from": p.name(p.h.From), "to": p.name(p.h.To), "day": p.v.words.DayText(string(p.h.Day))}
	key := "gist_" + string(p.h.State)
	if p.h.State == handover.Proposed && p.h.By.IsZero() {
		key += "_order"
	}
	return p.v.words.Tf("handover."+key, said)
}

// item is a line of the list in words.
func (p *passage) item(l handover.Item) string {
	text := p.v.words.Tn("handover.item_"+l.Key, l.N)
	if l.Key == "history" {
		text += ": " + p.v.words.DayText(l.Text)
	} else if l.Text != "" {
		text += ": " + l.Text
	}
	return text
}

// receivers are to whom it can be handed.
func (p *passage) receivers(owner id.Member) (list []look.Option) {
	for _, m := range p.members {
		if m.State == member.Active && m.Role.Can(member.HandoverWrite) && m.ID != owner {
			list = append(list, look.Option{Value: m.ID.String(), Label: m.Name + ", " + p.v.words.T("role."+string(m.Role))})
		}
	}
	return list
}

// refusal takes over what an error says.
func (p *passage) refusal(err error) (int, bool) {
	r := ringForm{dossier: &dossier{v: p.v}, said: p.said}
	return r.refusal(err)
}

func handoversPage(v *visit) error {
	if err := v.may(member.HandoverWrite); err != nil {
		return err
	}
	members, _, err := v.app.Colleagues(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	l := handoverList{v: v}
	asks := []struct {
		of    string
		state handover.State
		title string
		into  *[]*passage
	}{{"to", handover.Proposed, "to_accept", &l.accept}, {"from", handover.Returned, "came_back", &l.back}, {"from", handover.Proposed, "proposed", &l.sent}}
	if v.who.Can(member.HandoverSteer) {
		asks = append(asks, struct {
			of    string
			state handover.State
			title string
			into  *[]*passage
		}{"all", handover.Proposed, "all", &l.all})
	}
	for _, ask := range asks {
		found, err := v.app.Handovers(v.r.Context(), v.who, app.HandoverAsk{Of: ask.of, State: ask.state, Limit: 100})
		if err != nil {
			return err
		}
		for _, h := range found {
			*ask.into = append(*ask.into, v.passage(h, members))
		}
	}
	return v.show(http.StatusOK, handoversView(l))
}

// handoverList is what waits, by for whom.
type handoverList struct {
	v                       *visit
	accept, back, sent, all []*passage
}

func (l handoverList) frame() look.Frame {
	t := l.v.words.T
	f := l.v.frame(t("handover.many"), "/handovers")
	f.Crumbs = []look.Crumb{{Label: t("handover.many")}}
	f.Head = look.Heading{Title: t("handover.many"), Lead: t("handover.lead")}
	return f
}

// handoverOf is the hand-over that the address names.
func handoverOf(v *visit) (*passage, error) {
	i, err := pathID[id.Record](v, "id")
	if err != nil {
		return nil, err
	}
	h, err := v.app.Handover(v.r.Context(), v.who, i)
	if err != nil {
		return nil, err
	}
	members, _, err := v.app.Colleagues(v.r.Context(), v.who)
	return v.passage(h, members), err
}

func handoverPage(v *visit) error {
	if err := v.may(member.AccountRead); err != nil {
		return err
	}
	p, err := handoverOf(v)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, handoverView(p))
}

func (p *passage) frame() look.Frame {
	f := p.v.frame(p.t("one"), "/handovers")
	f.Crumbs = []look.Crumb{{Label: p.t("many"), Href: "/handovers"}, {Label: p.h.Name}}
	f.Head = look.Heading{Title: p.v.words.Tf("handover.title", map[string]any{"name": p.h.Name}), Lead: p.gist()}
	return f
}

// answered does something with the hand-over that the address names, and shows
// its page again when it is refused.
func answered(v *visit, to func(p *passage) string, said string, do func(p *passage, version int64, form formed) error) error {
	if err := v.may(member.HandoverWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	p, err := handoverOf(v)
	if err != nil {
		return err
	}
	if err := do(p, number64(form.Get("version")), form); err != nil {
		if f, ok := fault.From(err); ok && len(f.Fields) > 0 {
			code, _ := p.refusal(err)
			return v.show(code, handoverView(p))
		}
		return err
	}
	v.toast(look.Toast{Text: p.t(said)})
	return v.to(to(p))
}

// formed is a form that was sent.
type formed = map[string][]string

func toAccount(p *passage) string { return "/accounts/" + p.h.Account.String() }

func toHandover(p *passage) string { return "/handovers/" + p.h.ID.String() }

func toHandovers(*passage) string { return "/handovers" }

func sent(form formed, key string) string {
	if all := form[key]; len(all) > 0 {
		return all[0]
	}
	return ""
}

func changeHandover(v *visit) error {
	return answered(v, toHandover, "changed", func(p *passage, version int64, form formed) error {
		p.text["to"], p.text["note"] = sent(form, "to"), sent(form, "note")
		to, err := id.Parse[id.Member](p.text["to"])
		if err != nil {
			return fault.Field("to", handover.ErrTo)
		}
		_, err = v.app.ChangeHandover(v.r.Context(), v.who, p.h.ID, version, app.HandoverPatch{To: opt.Some(to), Note: opt.Some(p.text["note"])})
		return err
	})
}

func tickHandover(v *visit) error {
	return answered(v, toHandover, "ticked", func(p *passage, version int64, form formed) error {
		told := map[string]bool{}
		for _, l := range p.h.Items {
			told[l.Key] = slices.Contains(form["told"], l.Key)
		}
		_, err := v.app.ChangeHandover(v.r.Context(), v.who, p.h.ID, version, app.HandoverPatch{Told: told})
		return err
	})
}

func acceptHandover(v *visit) error {
	return answered(v, toAccount, "accepted", func(p *passage, version int64, _ formed) error {
		_, err := v.app.AcceptHandover(v.r.Context(), v.who, p.h.ID, version)
		return err
	})
}

func returnHandover(v *visit) error {
	return answered(v, toHandovers, "returned", func(p *passage, version int64, form formed) error {
		p.text["reason"] = sent(form, "reason")
		_, err := v.app.ReturnHandover(v.r.Context(), v.who, p.h.ID, version, p.text["reason"])
		return err
	})
}

func withdrawHandover(v *visit) error {
	return answered(v, toHandovers, "withdrawn", func(p *passage, version int64, _ formed) error {
		_, err := v.app.WithdrawHandover(v.r.Context(), v.who, p.h.ID, version)
		return err
	})
}

// giving is a hand-over being made, at its account.
type giving struct {
	*dossier
	p *passage
}

func (v *visit) giving() (giving, error) {
	d, err := accountFolder.open(v, app.Look{})
	if err != nil {
		return giving{}, err
	}
	p := v.passage(handover.Line{}, d.Members)
	p.text["to"], p.text["note"] = "", ""
	return giving{d, p}, nil
}

func (g giving) frame() look.Frame {
	return ringForm{dossier: g.dossier}.frameOf(g.t("handover.give"))
}

// owner is who looks after the account now.
func (g giving) owner() id.Member {
	owner, _ := g.value("owner").(id.Member)
	return owner
}

func handoverForm(v *visit) error {
	if err := v.may(member.HandoverWrite); err != nil {
		return err
	}
	g, err := v.giving()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, givingView(g))
}

func proposeHandover(v *visit) error {
	if err := v.may(member.HandoverWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	g, err := v.giving()
	if err != nil {
		return err
	}
	g.p.text["to"], g.p.text["note"] = form.Get("to"), form.Get("note")
	to, err := id.Parse[id.Member](form.Get("to"))
	if err != nil {
		err = fault.Field("to", handover.ErrTo)
	} else {
		_, err = v.app.ProposeHandover(v.r.Context(), v.who, id.Account(g.id), to, form.Get("note"))
	}
	if err != nil {
		if code, ok := g.p.refusal(err); ok {
			return v.show(code, givingView(g))
		}
		return err
	}
	v.toast(look.Toast{Text: v.words.T("handover.said")})
	return v.to(g.here(""))
}

// passing is the hand-over of the account that waits for somebody.
func (d *dossier) passing() *passage {
	if d.handover == nil {
		return nil
	}
	p := d.v.passage(handover.Line{Handover: *d.handover, Name: d.name}, d.Members)
	p.guest = d.Guest
	return p
}

// mayHandOver says whether the reader can propose a hand-over.
func (d *dossier) mayHandOver() bool {
	owner, _ := d.value("owner").(id.Member)
	open := d.handover != nil && d.handover.State == handover.Proposed
	return d.handable() && !open && !owner.IsZero() && (owner == d.v.who.Member.ID || d.v.who.Can(member.HandoverSteer))
}

func (d *dossier) handable() bool {
	return d.binned == 0 && d.standing != nil && !d.Guest && d.v.who.Can(member.HandoverWrite)
}
