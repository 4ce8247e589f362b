package desk

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kring/app"
	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/money"
	"kring/base/opt"
	"kring/domain/member"
	"kring/domain/opportunity"
	"kring/domain/order"
	"kring/look"
	"kring/look/words"
)

// kans is one opportunity as one of its pages shows it, with what was typed and
// what is wrong with it.
type kans struct {
	v       *visit
	p       app.OpportunityPage
	members []member.Member
	groups  []member.Group
	text    map[string]string
	several map[string][]string
	said    map[string]string
	lines   []gridLine
	version int64
	to      string // the stage of a move
	from    string // the board it was asked from
	fresh   bool   // it is being made
	at      string // the name of the account of a new one
}

func kansOf(v *visit) (*kans, error) {
	i, err := pathID[id.Opportunity](v, "id")
	if err != nil {
		return nil, err
	}
	k := &kans{v: v, text: map[string]string{}, several: map[string][]string{}, said: map[string]string{}}
	if k.p, err = v.app.OpportunityPage(v.r.Context(), v.who, i); err != nil {
		return nil, err
	}
	k.version = k.p.Version
	k.members, k.groups, err = v.app.Colleagues(v.r.Context(), v.who)
	return k, err
}

func (k *kans) t(key string) string { return k.v.words.T("opportunity." + key) }

func (k *kans) tf(key string, p words.P) string { return k.v.words.Tf("opportunity."+key, p) }

func (k *kans) pipe() opportunity.Pipeline { return k.p.Board.Pipeline }

func (k *kans) stage(key string) string { return stageName(k.v.words, k.pipe(), key) }

func (k *kans) href(more string) string { return "/opportunities/" + k.p.ID.String() + more }

func (k *kans) open() bool { return k.p.State == opportunity.Open }

func (k *kans) may() bool { return k.v.who.Can(member.OpportunityWrite) }

func (k *kans) money(cents int64) string { return k.v.words.Money(cents, k.p.Value.Currency) }

func (k *kans) day(d day.Day) string {
	if d == "" {
		return ""
	}
	return k.v.words.DayText(string(d))
}

func (k *kans) name(i id.Member) string {
	for _, m := range k.members {
		if m.ID == i {
			return m.Name
		}
	}
	return ""
}

func (k *kans) frame(title string) look.Frame {
	f := k.v.frame(title, "/opportunities")
	f.Crumbs = []look.Crumb{{Label: k.t("many"), Href: "/opportunities"}, {Label: k.p.Name, Href: k.href("")}, {Label: title}}
	if title == k.p.Name {
		f.Crumbs = f.Crumbs[:2]
		f.Crumbs[1].Href = ""
	}
	f.Head = look.Heading{Title: title}
	return f
}

// refusal takes over what an error says; false when a form cannot say it.
func (k *kans) refusal(err error) (int, bool) {
	var stale *app.Stale[opportunity.Opportunity]
	if errors.As(err, &stale) {
		k.said[""], k.version = k.v.words.T("opportunity.stale"), stale.Now.Version
		return http.StatusConflict, true
	}
	f, ok := fault.From(err)
	if !ok || f.Kind != fault.Invalid && f.Kind != fault.Conflict {
		return 0, false
	}
	if len(f.Fields) == 0 {
		k.said[""] = k.v.sentence(f)
	}
	for field, g := range f.Fields {
		k.said[field] = k.v.sentence(g)
	}
	return status(f.Kind), true
}

func opportunityPage(v *visit) error {
	if err := v.may(member.OpportunityRead); err != nil {
		return err
	}
	k, err := kansOf(v)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, opportunityView(k))
}

// pageFrame is the frame of the page itself.
func (k *kans) pageFrame() look.Frame {
	f := k.frame(k.p.Name)
	icon, text := k.v.footer(k.p.Seen)
	f.Head = look.Heading{Title: k.p.Name, Lead: text, Meta: []look.MetaFact{{Icon: "building-2", Text: k.p.Account, Href: "/accounts/" + k.p.Opportunity.Account.String()}, {Icon: icon, Text: k.stateText()}}}
	if k.may() && k.open() {
		f.Actions = append(f.Actions,
			look.Button{Label: k.t("lose"), Kind: look.Ghost, Href: k.href("/loss")},
			look.Button{Label: k.v.words.T("record.change"), Icon: "pencil", Href: k.href("/edit")},
			look.Button{Label: k.t("win"), Icon: "circle-check", Kind: look.Primary, Href: k.href("/win")})
	}
	return f
}

func (k *kans) stateText() string {
	if k.open() {
		return k.stage(k.p.Stage)
	}
	text := k.stage(string(k.p.State)) + ", " + k.day(k.p.Closed)
	if k.p.Reason != "" {
		text += " · " + reasonName(k.v.words, k.pipe(), k.p.Reason)
	}
	return text
}

// facts are what is known of it, in order.
func (k *kans) facts() (all []look.Fact) {
	add := func(label, value string) {
		if value != "" {
			all = append(all, look.Fact{Label: k.t(label), Value: value})
		}
	}
	o := k.p.Opportunity
	add("value", k.money(o.Value.Cents))
	if o.Margin != 0 {
		add("margin", k.money(o.Margin))
	}
	chance := points(k.v.words, o.Likely(k.pipe()))
	if o.Chance >= 0 && k.open() {
		chance += ": " + o.ChanceWhy
	}
	add("chance", chance)
	add("weighted_value", k.money(roundly(k.p.Weighted))+" = "+k.money(o.Value.Cents)+" × "+points(k.v.words, o.Likely(k.pipe())))
	if o.Go >= 0 && o.Get >= 0 {
		add("go_get", points(k.v.words, o.Go)+" × "+points(k.v.words, o.Get)+" × "+k.money(o.Value.Cents)+" = "+k.money(roundly(money.Round(money.Round(o.Value.Cents, o.Go, 10_000), o.Get, 10_000))))
	}
	close := k.day(o.Close)
	if o.Slips > 0 {
		close += " (" + k.v.words.Tn("opportunity.slipped", o.Slips) + ")"
	}
	add("close", close)
	next := o.Next
	if o.NextDay != "" {
		next += ", " + k.day(o.NextDay)
	}
	add("next", next)
	add("owner", k.name(o.Owner))
	for _, g := range k.groups {
		if g.ID == o.Team {
			add("team", g.Name)
		}
	}
	add("opened", k.day(o.Opened))
	if k.open() {
		age := k.v.words.Tn("opportunity.days", o.Age(k.p.Board.Today))
		if k.p.Median > 0 {
			age += ", " + k.tf("median", words.P{"days": k.v.words.Number(k.p.Median, 0)})
		}
		add("age", age)
	}
	if o.Situation != "" {
		add("situation", k.t("situation_"+string(o.Situation)))
	}
	add("source", o.Source)
	add("external_id", o.ExternalID)
	return all
}

// rivals are the competitors in one line.
func (k *kans) rivals() string {
	var all []string
	for _, r := range k.p.Rivals {
		if r.Note != "" {
			all = append(all, r.Name+" ("+r.Note+")")
		} else {
			all = append(all, r.Name)
		}
	}
	return strings.Join(all, "; ")
}

// The figures of the DMU with their sums.

func (k *kans) coverage() string {
	c := opportunity.Coverage(k.p.People, k.pipe().Roles)
	return k.tf("coverage", words.P{"held": c.Held, "required": c.Required, "share": k.v.words.Number(100*c.Share(), 0)})
}

func (k *kans) missing() string {
	var all []string
	for _, r := range opportunity.Coverage(k.p.People, k.pipe().Roles).Missing {
		all = append(all, strings.ToLower(k.t("role_"+string(r))))
	}
	return strings.Join(all, ", ")
}

func (k *kans) support() string {
	s := opportunity.Support(k.p.People)
	value, known := s.Value()
	if !known {
		return ""
	}
	var terms []string
	for _, t := range s.Terms {
		terms = append(terms, strconv.Itoa(t.Influence)+" × "+k.v.words.Signed(float64(t.Attitude), 0))
	}
	return k.tf("support", words.P{"sum": "(" + strings.Join(terms, " + ") + ") / " + strconv.Itoa(s.Influence), "value": k.v.words.Signed(value, 2)})
}

func (k *kans) roles(p opportunity.Person) string {
	var all []string
	for _, r := range p.Roles {
		all = append(all, k.t("role_"+string(r)))
	}
	return strings.Join(all, ", ")
}

func (k *kans) personMeta(p opportunity.Person) string {
	text := k.tf("person_meta", words.P{"influence": p.Influence, "attitude": k.v.words.Signed(float64(p.Attitude), 0)})
	text += " · " + k.t("standing_"+string(p.Standing))
	if p.Last != "" {
		text += " " + k.day(p.Last)
	}
	if p.Interest != "" {
		text += " · " + p.Interest
	}
	return text
}

// personName is who somebody is; who is out of reach is not named.
func (k *kans) personName(p opportunity.Person) string {
	if name := k.p.Names[p.Contact]; name != "" {
		return name
	}
	return k.t("person_elsewhere")
}

// The form of an opportunity, new or there.

func (k *kans) fill() {
	o := k.p.Opportunity
	cents := func(c int64) string {
		if c == 0 {
			return ""
		}
		return k.v.comma(decimal.Amount(c))
	}
	percentOf := func(p int64) string {
		if p < 0 {
			return ""
		}
		return k.v.comma(decimal.Plain(float64(p) / 100))
	}
	var rivals []string
	for _, r := range o.Rivals {
		line := r.Name
		if r.Note != "" {
			line += ": " + r.Note
		}
		rivals = append(rivals, line)
	}
	for key, value := range map[string]string{
		"name": o.Name, "value": cents(o.Value.Cents), "currency": o.Value.Currency, "margin": cents(o.Margin), "close": string(o.Close), "next": o.Next, "next_day": string(o.NextDay),
		"owner": o.Owner.String(), "team": o.Team.String(), "chance": percentOf(o.Chance), "chance_why": o.ChanceWhy, "go": percentOf(o.Go), "get": percentOf(o.Get), "need": o.Need,
		"situation": string(o.Situation), "competitors": strings.Join(rivals, "\n"), "source": o.Source, "reason": o.Reason, "lessons": o.Lessons, "stage": o.Stage,
		"pipeline": o.Pipeline.String(), "account": o.Account.String(), "opened": string(o.Opened),
	} {
		k.text[key] = value
	}
}

func (k *kans) take(form url.Values) {
	for key := range k.text {
		if _, sent := form[key]; sent {
			k.text[key] = form.Get(key)
		}
	}
	if v := form.Get("version"); v != "" {
		k.version = version(v)
	}
}

// patch is what the form says of the fields that it has; what cannot be read is
// in the error.
func (k *kans) patch(form url.Values) (p opportunity.Patch, err error) {
	wrong := fault.Fields{}
	text := func(key string, into *opt.Of[string]) {
		if _, sent := form[key]; sent {
			*into = opt.Some(form.Get(key))
		}
	}
	on := func(key string, into *opt.Of[day.Day]) {
		if _, sent := form[key]; sent {
			*into = opt.Some(day.Day(form.Get(key)))
		}
	}
	cents := func(key string) (int64, bool) {
		typed := strings.TrimSpace(form.Get(key))
		if _, sent := form[key]; !sent {
			return 0, false
		}
		c, ok := k.v.words.ParseMoney(typed)
		if !ok && typed != "" {
			wrong.Add(key, opportunity.ErrValue)
		}
		return c, true
	}
	points := func(key string, into *opt.Of[*int64]) {
		if _, sent := form[key]; !sent {
			return
		}
		typed := strings.TrimSuffix(strings.TrimSpace(form.Get(key)), "%")
		if typed == "" {
			*into = opt.Some[*int64](nil)
			return
		}
		f, ok := k.v.words.ParseNumber(typed)
		if !ok || f < 0 || f > 100 {
			wrong.Add(key, opportunity.ErrChance)
			return
		}
		n := int64(f*100 + .5)
		*into = opt.Some(&n)
	}
	for key, into := range map[string]*opt.Of[string]{"name": &p.Name, "chance_why": &p.ChanceWhy, "next": &p.Next, "need": &p.Need, "source": &p.Source, "lessons": &p.Lessons, "reason": &p.Reason} {
		text(key, into)
	}
	on("close", &p.Close)
	on("next_day", &p.NextDay)
	points("chance", &p.Chance)
	points("go", &p.Go)
	points("get", &p.Get)
	if c, sent := cents("value"); sent {
		m := money.Money{Cents: c, Currency: k.p.Value.Currency}
		if typed := form.Get("currency"); typed != "" {
			m.Currency, err = money.Currency(typed, app.HomeCurrency)
			wrong.Add("currency", err)
		}
		p.Value = opt.Some(m)
	}
	if c, sent := cents("margin"); sent {
		p.Margin = opt.Some(c)
	}
	if _, sent := form["owner"]; sent {
		p.Owner = opt.Some(id.OrZero[id.Member](form.Get("owner")))
	}
	if _, sent := form["team"]; sent {
		p.Team = opt.Some(id.OrZero[id.Team](form.Get("team")))
	}
	if _, sent := form["situation"]; sent {
		p.Situation = opt.Some(opportunity.Situation(form.Get("situation")))
	}
	if _, sent := form["competitors"]; sent {
		var all []opportunity.Rival
		for line := range strings.Lines(form.Get("competitors")) {
			name, note, _ := strings.Cut(line, ":")
			if strings.TrimSpace(name) != "" {
				all = append(all, opportunity.Rival{Name: name, Note: strings.TrimSpace(note)})
			}
		}
		p.Rivals = opt.Some(all)
	}
	return p, wrong.Err()
}

// changed leaves out of a patch what is as it was: what was not touched stays
// what others make of it.
func changed(o opportunity.Opportunity, p opportunity.Patch) opportunity.Patch {
	same := func(keep bool, drop func()) {
		if keep {
			drop()
		}
	}
	same(p.Name.Or("") == o.Name, func() { p.Name = opt.Of[string]{} })
	same(p.Value.Or(money.Money{}) == o.Value || len(o.Lines) > 0, func() { p.Value = opt.Of[money.Money]{} })
	same(p.Margin.Or(0) == o.Margin, func() { p.Margin = opt.Of[int64]{} })
	same(p.Close.Or("") == o.Close, func() { p.Close = opt.Of[day.Day]{} })
	same(p.Owner.Or(id.Member{}) == o.Owner, func() { p.Owner = opt.Of[id.Member]{} })
	same(p.Team.Or(id.Team{}) == o.Team, func() { p.Team = opt.Of[id.Team]{} })
	same(p.ChanceWhy.Or("") == o.ChanceWhy, func() { p.ChanceWhy = opt.Of[string]{} })
	same(p.Next.Or("") == o.Next, func() { p.Next = opt.Of[string]{} })
	same(p.NextDay.Or("") == o.NextDay, func() { p.NextDay = opt.Of[day.Day]{} })
	same(p.Need.Or("") == o.Need, func() { p.Need = opt.Of[string]{} })
	same(p.Situation.Or("") == o.Situation, func() { p.Situation = opt.Of[opportunity.Situation]{} })
	same(slices.Equal(p.Rivals.Or(nil), o.Rivals), func() { p.Rivals = opt.Of[[]opportunity.Rival]{} })
	same(p.Source.Or("") == o.Source, func() { p.Source = opt.Of[string]{} })
	same(p.Lessons.Or("") == o.Lessons, func() { p.Lessons = opt.Of[string]{} })
	same(p.Reason.Or("") == o.Reason, func() { p.Reason = opt.Of[string]{} })
	for at, was := range map[*opt.Of[*int64]]int64{&p.Chance: o.Chance, &p.Go: o.Go, &p.Get: o.Get} {
		if v := at.Or(nil); v == nil && was < 0 || v != nil && *v == was {
			*at = opt.Of[*int64]{}
		}
	}
	return p
}

func editOpportunity(v *visit) error {
	if err := v.may(member.OpportunityWrite); err != nil {
		return err
	}
	k, err := kansOf(v)
	if err != nil {
		return err
	}
	k.fill()
	return v.show(http.StatusOK, opportunityForm(k))
}

func saveOpportunity(v *visit) error {
	if err := v.may(member.OpportunityWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	k, err := kansOf(v)
	if err != nil {
		return err
	}
	k.fill()
	k.take(form)
	p, err := k.patch(form)
	if err == nil {
		_, err = v.app.ChangeOpportunity(v.r.Context(), v.who, k.p.ID, k.version, changed(k.p.Opportunity, p))
	}
	if err == nil {
		return v.saved("opportunity.saved", k.href(""))
	}
	if code, ok := k.refusal(err); ok {
		return v.show(code, opportunityForm(k))
	}
	return err
}

// newKans is one that is being made.
func (v *visit) newKans(text url.Values) (*kans, error) {
	k := &kans{v: v, text: map[string]string{}, several: map[string][]string{}, said: map[string]string{}, fresh: true}
	var err error
	if k.members, k.groups, err = v.app.Colleagues(v.r.Context(), v.who); err != nil {
		return nil, err
	}
	if k.p.Board.Pipelines, err = v.app.Pipelines(v.r.Context(), v.who); err != nil {
		return nil, err
	}
	want := id.OrZero[id.Pipeline](text.Get("pipeline"))
	for _, p := range k.p.Board.Pipelines {
		if k.p.Board.Pipeline.ID.IsZero() || p.ID == want {
			k.p.Board.Pipeline = p
		}
	}
	k.p.Opportunity.Pipeline, k.p.Opportunity.Chance, k.p.Go, k.p.Get = k.p.Board.Pipeline.ID, -1, -1, -1
	k.p.Stage, k.p.Value.Currency, k.p.Owner = text.Get("stage"), app.HomeCurrency, v.who.Member.ID
	k.fill()
	k.text["account"] = text.Get("account")
	k.text["id"] = id.New[id.Opportunity]().String()
	k.from = text.Get("from")
	if i := id.OrZero[id.Account](k.text["account"]); !i.IsZero() {
		called, err := v.app.AccountNames(v.r.Context(), v.who, []id.Account{i})
		if err != nil {
			return nil, err
		}
		k.at = called[i]
	}
	return k, nil
}

func newOpportunity(v *visit) error {
	if err := v.may(member.OpportunityWrite); err != nil {
		return err
	}
	k, err := v.newKans(v.r.URL.Query())
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, opportunityForm(k))
}

func addOpportunity(v *visit) error {
	if err := v.may(member.OpportunityWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	k, err := v.newKans(form)
	if err != nil {
		return err
	}
	k.text["id"] = form.Get("id")
	k.take(form)
	i, bad := id.Parse[id.Opportunity](k.text["id"])
	if bad != nil {
		i = id.New[id.Opportunity]()
	}
	p, err := k.patch(form)
	var made opportunity.Opportunity
	if err == nil {
		d := opportunity.Draft{
			Account: id.OrZero[id.Account](k.text["account"]), Pipeline: k.p.Board.Pipeline.ID, Stage: k.text["stage"], Name: p.Name.Or(""), Value: p.Value.Or(money.Money{}), Margin: p.Margin.Or(0),
			Close: p.Close.Or(""), Owner: p.Owner.Or(id.Member{}), Team: p.Team.Or(id.Team{}), ChanceWhy: p.ChanceWhy.Or(""), Next: p.Next.Or(""), NextDay: p.NextDay.Or(""), Need: p.Need.Or(""),
			Situation: p.Situation.Or(""), Rivals: p.Rivals.Or(nil), Source: p.Source.Or(""),
		}
		for at, into := range map[*opt.Of[*int64]]*opportunity.Odds{&p.Chance: &d.Chance, &p.Go: &d.Go, &p.Get: &d.Get} {
			if n := at.Or(nil); n != nil {
				*into = opportunity.Said(*n)
			}
		}
		made, err = v.app.AddOpportunityOnce(v.r.Context(), v.who, i, d)
	}
	if err == nil {
		return v.saved("opportunity.added", "/opportunities/"+made.ID.String())
	}
	if code, ok := k.refusal(err); ok {
		return v.show(code, opportunityForm(k))
	}
	return err
}

func (k *kans) stageOptions() (list []look.Option) {
	for _, s := range k.pipe().Stages {
		list = append(list, look.Option{Value: s.Key, Label: k.stage(s.Key) + " · " + points(k.v.words, s.Chance)})
	}
	return list
}

func (k *kans) teamOptions() (list []look.Option) {
	for _, g := range k.groups {
		list = append(list, look.Option{Value: g.ID.String(), Label: g.Name})
	}
	return list
}

func (k *kans) situations() (list []look.Option) {
	for _, s := range opportunity.Situations {
		list = append(list, look.Option{Value: string(s), Label: k.t("situation_" + string(s))})
	}
	return list
}

func (k *kans) contactOptions() (list []look.Option) {
	for _, c := range k.p.Contacts {
		list = append(list, look.Option{Value: c.ID.String(), Label: c.Name()})
	}
	return list
}

func (k *kans) reasonOptions(all []opportunity.Reason) (list []look.Option) {
	for _, r := range all {
		list = append(list, look.Option{Value: r.Key, Label: reasonName(k.v.words, k.pipe(), r.Key)})
	}
	return list
}

func (k *kans) orderOptions() (list []look.Option) {
	for _, o := range k.p.Linkable {
		list = append(list, look.Option{Value: o.ID.String(), Label: orderName(k.v.words, o)})
	}
	return list
}

func orderName(w *words.Words, o order.Order) string {
	text := w.DayText(string(o.Day)) + ", " + w.Money(o.Amount.Cents, o.Amount.Currency)
	if o.Number != "" {
		text = o.Number + " · " + text
	}
	return text
}

// Moving: what the stage asks is asked in a small form.

// asks are the guards that keep it from the stage it goes to.
func (k *kans) asks() []opportunity.Guard {
	return k.p.Lacks(k.pipe(), k.to, k.p.Board.Today, k.p.Evidence)
}

func stageForm(v *visit) error {
	if err := v.may(member.OpportunityWrite); err != nil {
		return err
	}
	k, err := kansOf(v)
	if err != nil {
		return err
	}
	k.fill()
	k.to, k.from = v.r.URL.Query().Get("to"), v.r.URL.Query().Get("from")
	return v.show(http.StatusOK, stageView(k))
}

func moveOpportunity(v *visit) error {
	if err := v.may(member.OpportunityWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	k, err := kansOf(v)
	if err != nil {
		return err
	}
	k.fill()
	k.take(form)
	k.to, k.from = form.Get("to"), form.Get("from")
	k.text["decider"], k.text["met"] = form.Get("decider"), form.Get("met")
	p, err := k.patch(form)
	if err == nil {
		_, err = v.app.MoveOpportunity(v.r.Context(), v.who, k.p.ID, k.version, k.to, app.Answer{
			Patch: changed(k.p.Opportunity, p), Decider: id.OrZero[id.Contact](form.Get("decider")), Met: day.Day(form.Get("met")),
		})
	}
	if err == nil {
		return k.moved(http.StatusOK)
	}
	var stale *app.Stale[opportunity.Opportunity]
	if errors.As(err, &stale) && v.htmx() {
		return k.moved(http.StatusConflict)
	}
	if code, ok := k.refusal(err); ok {
		if v.htmx() {
			return v.show(code, stageDialog(k))
		}
		return v.show(code, stageView(k))
	}
	return err
}

// moved answers with the board as it is now, or goes back to where it was asked.
func (k *kans) moved(code int) error {
	if !k.v.htmx() {
		return k.v.saved("opportunity.moved", k.back(), words.P{"name": k.p.Name, "stage": k.stage(k.to)})
	}
	text, err := url.ParseQuery(k.from)
	if err != nil {
		text = url.Values{}
	}
	board, err := k.v.askBoard(text)
	if err != nil {
		return err
	}
	if board.b, err = k.v.app.Board(k.v.r.Context(), k.v.who, board.ask); err != nil {
		return err
	}
	if code == http.StatusConflict {
		board.said = k.t("stale")
	}
	return k.v.show(code, boardMoved(board))
}

// back is the board a form was opened from, else the opportunity.
func (k *kans) back() string {
	if k.from == "" {
		return k.href("")
	}
	return within("/opportunities?" + k.from)
}

func winForm(v *visit) error {
	if err := v.may(member.OpportunityWrite); err != nil {
		return err
	}
	k, err := kansOf(v)
	if err != nil {
		return err
	}
	k.from = v.r.URL.Query().Get("from")
	if v.htmx() {
		return v.show(http.StatusOK, winDialog(k))
	}
	return v.show(http.StatusOK, winView(k))
}

func winOpportunity(v *visit) error {
	return ending(v, winView, "opportunity.is_won", func(k *kans, form url.Values) error {
		_, err := v.app.WinOpportunity(v.r.Context(), v.who, k.p.ID, k.version, id.OrZero[id.Order](form.Get("order")), form.Get("reason"), form.Get("lessons"))
		return err
	})
}

func lossForm(v *visit) error {
	if err := v.may(member.OpportunityWrite); err != nil {
		return err
	}
	k, err := kansOf(v)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, lossView(k))
}

func loseOpportunity(v *visit) error {
	return ending(v, lossView, "opportunity.is_lost", func(k *kans, form url.Values) error {
		_, err := v.app.LoseOpportunity(v.r.Context(), v.who, k.p.ID, k.version, form.Get("reason"), form.Get("lessons"))
		return err
	})
}

func reopenOpportunity(v *visit) error {
	return ending(v, opportunityView, "opportunity.is_open", func(k *kans, _ url.Values) error {
		_, err := v.app.ReopenOpportunity(v.r.Context(), v.who, k.p.ID, k.version)
		return err
	})
}

// number of thousandths that somebody typed.
func thousandths(w *words.Words, typed string) (int64, bool) {
	f, ok := w.ParseNumber(typed)
	if !ok || f <= 0 || f > 1e9 {
		return 0, false
	}
	return int64(f*1000 + .5), true
}
