package desk

import (
	"net/http"
	"net/url"
	"strings"

	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/member"
	"kring/domain/proposition"
	"kring/look"
	"kring/look/letter"
)

// Value propositions: what customers want, and what of ours answers it.

func (d *Desk) propositionRoutes() {
	d.member("GET /propositions", propositionList)
	d.member("GET /propositions/new", func(v *visit) error { return propositionPage(v, true) })
	d.member("GET /propositions/{id}", func(v *visit) error { return propositionPage(v, false) })
	d.member("POST /propositions/{id}", saveProposition)
}

// propositionShelf is the list of propositions.
type propositionShelf struct {
	v   *visit
	all []proposition.Proposition
}

func propositionList(v *visit) error {
	if err := v.may(member.ProductRead); err != nil {
		return err
	}
	all, err := v.app.Propositions(v.r.Context(), v.who, id.OrZero[id.Proposition](v.r.URL.Query().Get("after")), 200)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, propositionListView(propositionShelf{v, all}))
}

func (s propositionShelf) frame() look.Frame {
	t := s.v.words.T
	f := s.v.frame(t("proposition.many"), "/quotes")
	f.Crumbs = []look.Crumb{{Label: t("quote.many"), Href: "/quotes"}, {Label: t("proposition.many")}}
	f.Head = tabbedHead(look.Heading{Title: t("proposition.many"), Lead: t("proposition.lead")}, s.v.sellingTabs("/propositions"))
	if s.v.who.Can(member.ProposeWrite) {
		f.Actions = append(f.Actions, look.Button{Label: t("proposition.one"), Icon: "plus", Kind: look.Primary, Href: "/propositions/new"})
	}
	return f
}

func (s propositionShelf) table() look.Table {
	t, w := s.v.words.T, s.v.words
	table := look.Table{Label: t("proposition.many"), Plain: true, Columns: []look.Column{
		{Key: "name", Label: t("proposition.name"), Phone: look.PhoneTitle}, {Key: "segment", Label: t("proposition.segment"), Phone: look.PhoneSub}, {Key: "state", Label: t("proposition.state"), Drop: 2}, {Key: "fit", Label: t("proposition.fit"), Number: true, Phone: look.PhoneEnd},
	}}
	for _, p := range s.all {
		href, fit := "/propositions/"+p.ID.String(), "—"
		if share, known := p.Fit(); known {
			fit = letter.Percent(w, roundWhole(share))
		}
		table.Rows = append(table.Rows, look.Row{ID: p.ID.String(), Name: p.Name, Href: href, Muted: p.State == proposition.Retired, Cells: []look.Cell{{Text: p.Name, Href: href}, {Text: p.Segment}, {Text: t("proposition.state_" + string(p.State))}, {Text: fit}}})
	}
	return table
}

// propositionForm is a proposition being made or changed.
type propositionForm struct {
	v     *visit
	p     proposition.Proposition
	text  map[string]string
	items []map[string]string
	said  map[string]string
}

var propositionKeys = []string{"name", "segment", "state", "promise", "tested_with", "years"}

var propositionAmounts = []string{"reference", "price", "purchase", "install", "yearly", "residual", "saving"}

var itemKeys = []string{"kind", "text", "importance", "answer", "proof", "until"}

func propositionPage(v *visit, fresh bool) error {
	right := member.ProductRead
	if fresh {
		right = member.ProposeWrite
	}
	if err := v.may(right); err != nil {
		return err
	}
	f := &propositionForm{v: v, p: proposition.Proposition{ID: id.New[id.Proposition](), State: proposition.Draft}, said: map[string]string{}}
	if !fresh {
		i, err := pathID[id.Proposition](v, "id")
		if err != nil {
			return err
		}
		if f.p, err = v.app.Proposition(v.r.Context(), v.who, i); err != nil {
			return err
		}
	}
	f.fill()
	return v.show(http.StatusOK, propositionView(f))
}

func (f *propositionForm) amounts() map[string]*int64 {
	p := &f.p
	return map[string]*int64{"reference": &p.Reference, "price": &p.Price, "purchase": &p.Purchase, "install": &p.Install, "yearly": &p.Yearly, "residual": &p.Residual, "saving": &p.Saving}
}

func (f *propositionForm) fill() {
	p := f.p
	f.text = map[string]string{"name": p.Name, "segment": p.Segment, "state": string(p.State), "promise": p.Promise, "plus": f.lines(p.Plus), "minus": f.lines(p.Minus)}
	if p.TestedWith > 0 {
		f.text["tested_with"] = decimal64(p.TestedWith)
	}
	if p.Years > 0 {
		f.text["years"] = decimal64(p.Years)
	}
	for key, cents := range f.amounts() {
		if *cents != 0 {
			f.text[key] = f.v.comma(decimal.Amount(*cents))
		}
	}
	for _, t := range p.Items {
		f.items = append(f.items, map[string]string{"kind": t.Kind, "text": t.Text, "importance": decimal64(t.Importance), "answer": t.Answer, "proof": t.Proof, "until": string(t.Until)})
	}
	f.items = append(f.items, spareLines(2)...)
}

// lines are named amounts, one a line.
func (f *propositionForm) lines(all []proposition.Amount) string {
	var out []string
	for _, a := range all {
		out = append(out, a.Name+"; "+f.v.comma(decimal.Amount(a.Cents)))
	}
	return strings.Join(out, "\n")
}

func (f *propositionForm) read(field, typed string, wrong fault.Fields) (all []proposition.Amount) {
	for _, line := range strings.Split(typed, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		name, amount, _ := strings.Cut(line, ";")
		cents, ok := f.v.words.ParseMoney(strings.TrimSpace(amount))
		if !ok || len(all) >= 20 {
			wrong.Add(field, proposition.ErrAmount)
			return nil
		}
		all = append(all, proposition.Amount{Name: strings.TrimSpace(name), Cents: cents})
	}
	return all
}

func (f *propositionForm) take(form url.Values) error {
	wrong := fault.Fields{}
	f.text, f.items = map[string]string{"plus": form.Get("plus"), "minus": form.Get("minus")}, nil
	for _, key := range append(append([]string{}, propositionKeys...), propositionAmounts...) {
		f.text[key] = form.Get(key)
	}
	p := &f.p
	p.Version, p.Name, p.Segment, p.State, p.Promise = number64(form.Get("version")), f.text["name"], f.text["segment"], proposition.State(f.text["state"]), f.text["promise"]
	p.TestedWith, p.Years = number64(f.text["tested_with"]), number64(f.text["years"])
	p.Plus, p.Minus = f.read("plus", f.text["plus"], wrong), f.read("minus", f.text["minus"], wrong)
	for key, to := range f.amounts() {
		if *to = 0; strings.TrimSpace(f.text[key]) != "" {
			var ok bool
			if *to, ok = f.v.words.ParseMoney(f.text[key]); !ok {
				wrong.Add(key, proposition.ErrAmount)
			}
		}
	}
	p.Items = nil
	for i := range min(len(form["item_text"]), proposition.MaxItems+5) {
		one := map[string]string{}
		for _, key := range itemKeys {
			if all := form["item_"+key]; i < len(all) {
				one[key] = all[i]
			}
		}
		if strings.TrimSpace(one["text"]+one["answer"]+one["proof"]) == "" {
			continue
		}
		f.items = append(f.items, one)
		p.Items = append(p.Items, proposition.Item{Kind: one["kind"], Text: one["text"], Importance: number64(one["importance"]), Answer: one["answer"], Proof: one["proof"], Until: day.Day(one["until"])})
	}
	f.items = append(f.items, spareLines(1)...)
	return wrong.Err()
}

func saveProposition(v *visit) error {
	if err := v.may(member.ProposeWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	i, err := pathID[id.Proposition](v, "id")
	if err != nil {
		return err
	}
	f := &propositionForm{v: v, p: proposition.Proposition{ID: i}, said: map[string]string{}}
	if err = f.take(form); err == nil {
		_, err = v.app.SaveProposition(v.r.Context(), v.who, f.p)
	}
	if err == nil {
		v.toast(look.Toast{Text: v.words.T("proposition.kept")})
		return v.to("/propositions/" + i.String())
	}
	if code, ok := takeOver(v, f.said, err); ok {
		return v.show(code, propositionView(f))
	}
	return err
}

func (f *propositionForm) t(key string) string { return f.v.words.T("proposition." + key) }

func (f *propositionForm) frame() look.Frame {
	title := f.t("new")
	if f.p.Version != 0 {
		title = f.p.Name
	}
	fr := f.v.frame(title, "/quotes")
	fr.Crumbs = []look.Crumb{{Label: f.t("many"), Href: "/propositions"}, {Label: title}}
	fr.Head = look.Heading{Title: title, Lead: f.t("how")}
	return fr
}

// figures say what the numbers come to, with their sums.
func (f *propositionForm) figures() (all []string) {
	p, w := f.p, f.v.words
	money := func(c int64) string { return w.Money(c, "EUR") }
	say := func(key string, pairs map[string]any) { all = append(all, w.Tf("proposition."+key, pairs)) }
	if share, known := p.Fit(); known {
		say("fit_is", map[string]any{"fit": letter.Percent(w, roundWhole(share))})
	}
	if p.Reference > 0 {
		var plus, minus int64
		for _, a := range p.Plus {
			plus += a.Cents
		}
		for _, a := range p.Minus {
			minus += a.Cents
		}
		say("evc", map[string]any{"reference": money(p.Reference), "plus": money(plus), "minus": money(minus), "worth": money(p.Worth())})
		if p.Price > 0 {
			say("gain", map[string]any{"price": money(p.Price), "worth": money(p.Worth()), "gain": money(p.Gain())})
		}
	}
	if p.Purchase > 0 {
		say("tco", map[string]any{"purchase": money(p.Purchase), "install": money(p.Install), "years": p.Years, "yearly": money(p.Yearly), "residual": money(p.Residual), "owning": money(p.Owning())})
	}
	if years, ok := p.Payback(); ok && p.Purchase > 0 {
		say("payback", map[string]any{"investment": money(p.Purchase + p.Install), "saving": money(p.Saving), "years": w.Number(float64(years)/100, 1)})
	}
	return all
}

func (f *propositionForm) states() (list []look.Option) {
	for _, s := range proposition.States {
		list = append(list, look.Option{Value: string(s), Label: f.t("state_" + string(s))})
	}
	return list
}

func (f *propositionForm) kinds() (list []look.Option) {
	for _, k := range proposition.Kinds {
		list = append(list, look.Option{Value: k, Label: f.t("kind_" + k)})
	}
	return list
}

func itemKey(n int, field string) string { return "items." + decimal64(int64(n)) + "." + field }
