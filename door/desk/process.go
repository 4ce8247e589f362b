package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kring/app"
	"kring/base/day"
	"kring/base/fact"
	"kring/base/id"
	"kring/domain/member"
	"kring/domain/process"
	"kring/look"
)

// Processes: what a period says about each, where everything stands, and how a
// process goes.

func (d *Desk) processRoutes() {
	d.member("GET /processes", processesPage)
	d.member("GET /processes/new", newProcess)
	d.member("POST /processes/new", newProcess)
	d.member("GET /processes/{id}", designPage)
	d.member("POST /processes/{id}", designPage)
	d.member("POST /processes/{id}/switch", switchProcess)
}

// works is what a period says about a process.
type works struct {
	v       *visit
	all     []process.Process
	p       process.Process
	sum     process.Sum
	days    int
	from    day.Day
	team    id.Team
	teams   []member.Group
	board   map[string][]process.Line
	now     int64
	canEdit bool
}

func (w *works) t(key string) string { return w.v.words.T("process." + key) }

func (w *works) tf(key string, with map[string]any) string { return w.v.words.Tf("process."+key, with) }

func (w *works) lang() string { return w.v.words.Lang() }

const onBoard = 4

func processesPage(v *visit) error {
	if err := v.may(member.RunRead); err != nil {
		return err
	}
	ctx, q := v.r.Context(), v.r.URL.Query()
	all, err := v.app.Processes(ctx, v.who)
	if err != nil {
		return err
	}
	w := &works{v: v, all: all, p: all[len(all)-1], days: 90, now: v.app.Now(), board: map[string][]process.Line{}, canEdit: v.who.Can(member.ProcessManage)}
	if at := slices.IndexFunc(all, func(p process.Process) bool { return p.Key == "order_to_cash" }); at >= 0 {
		w.p = all[at]
	}
	if at := slices.IndexFunc(all, func(p process.Process) bool { return p.ID.String() == q.Get("process") }); at >= 0 {
		w.p = all[at]
	}
	if n, err := strconv.Atoi(q.Get("days")); err == nil && slices.Contains([]int{30, 90, 365}, n) {
		w.days = n
	}
	w.from, w.team = v.app.Today(v.who).Add(-w.days), id.OrZero[id.Team](q.Get("team"))
	if _, w.teams, err = v.app.Colleagues(ctx, v.who); err != nil {
		return err
	}
	ask := app.RunAsk{Process: w.p.ID, From: w.from, Team: w.team}
	if w.sum, err = v.app.RunFigures(ctx, v.who, ask); err != nil {
		return err
	}
	w.order()
	for _, s := range w.p.Steps {
		if n := w.of(s.Key).Open; n == 0 {
			continue
		}
		ask := app.RunAsk{Process: w.p.ID, From: w.from, Team: w.team, Step: s.Key, Limit: onBoard}
		if w.board[s.Key], err = v.app.Runs(ctx, v.who, ask); err != nil {
			return err
		}
	}
	return v.show(http.StatusOK, processesView(w))
}

// order puts the figures in the order of the template; steps of older versions
// come last.
func (w *works) order() {
	place := func(s process.StepSum) int {
		if at := w.p.At(s.Key); at >= 0 {
			return at
		}
		return len(w.p.Steps)
	}
	slices.SortStableFunc(w.sum.Steps, func(a, b process.StepSum) int { return place(a) - place(b) })
}

func (w *works) of(key string) process.StepSum {
	at := slices.IndexFunc(w.sum.Steps, func(s process.StepSum) bool { return s.Key == key })
	if at < 0 {
		return process.StepSum{Key: key}
	}
	return w.sum.Steps[at]
}

func (w *works) step(key string) string {
	if at := w.p.At(key); at >= 0 {
		return w.p.Steps[at].Name.In(w.lang())
	}
	return key
}

func (w *works) who(key string) string {
	if at := w.p.At(key); at >= 0 {
		return w.v.laneOf(w.p.Steps[at])
	}
	return ""
}

// list is the address of the runs that a number counts.
func (w *works) list(with ...string) string {
	q := url.Values{"process": {w.p.ID.String()}, "from": {string(w.from)}, "turn": {"all"}}
	if !w.team.IsZero() {
		q.Set("team", w.team.String())
	}
	for i := 0; i+1 < len(with); i += 2 {
		q.Set(with[i], with[i+1])
	}
	return "/runs?" + q.Encode()
}

// here is the address of the page with other answers.
func (w *works) here(with ...string) string {
	q := url.Values{"process": {w.p.ID.String()}, "days": {strconv.Itoa(w.days)}}
	if !w.team.IsZero() {
		q.Set("team", w.team.String())
	}
	for i := 0; i+1 < len(with); i += 2 {
		q.Set(with[i], with[i+1])
	}
	return "/processes?" + q.Encode()
}

func (w *works) tabs() look.Tabs {
	t := look.Tabs{Label: w.t("many")}
	for _, p := range w.all {
		t.Items = append(t.Items, look.Tab{Label: p.Name.In(w.lang()), Href: w.here("process", p.ID.String()), Current: p.ID == w.p.ID})
	}
	return t
}

func (w *works) periods() (list []look.Option) {
	for _, n := range []int{30, 90, 365} {
		list = append(list, look.Option{Value: strconv.Itoa(n), Label: w.t("period_" + strconv.Itoa(n))})
	}
	return list
}

func (w *works) groups() (list []look.Option) {
	for _, t := range w.teams {
		list = append(list, look.Option{Value: t.ID.String(), Label: t.Name})
	}
	return list
}

func (w *works) count(n int64) string { return w.v.words.Count(int(n), false) }

func (w *works) frame() look.Frame {
	f := w.v.frame(w.t("many"), "/processes")
	f.Crumbs = []look.Crumb{{Label: w.t("many")}}
	f.Actions = append(f.Actions, look.Button{Label: w.t("runs"), Icon: "list", Kind: look.Ghost, Href: "/runs"}, look.Button{Label: w.t("design"), Icon: "workflow", Href: "/processes/" + w.p.ID.String()})
	f.Head = look.Heading{Title: w.p.Name.In(w.lang()), Lead: w.t("lead")}
	return f
}

// worst is how wide the longest waiting is drawn.
func (w *works) wide(s process.StepSum) string {
	worst := w.sum.Bottleneck()
	if worst < 0 {
		return "0"
	}
	return strconv.FormatInt(100*s.Jam()/max(1, w.sum.Steps[worst].Jam()), 10)
}

func (w *works) isWorst(s process.StepSum) bool {
	worst := w.sum.Bottleneck()
	return worst >= 0 && w.sum.Steps[worst].Key == s.Key
}

func (w *works) jam() string {
	worst := w.sum.Bottleneck()
	if worst < 0 {
		return ""
	}
	s := w.sum.Steps[worst]
	if s.Waited < 60_000 { // nothing to do about
		return ""
	}
	with := map[string]any{"step": w.step(s.Key), "median": w.v.duration(s.Waited), "n": s.Volume, "sum": w.v.duration(s.Jam())}
	return w.tf("jam", with) + " " + w.tf("jam_sum", with) + "."
}

// design is how a process goes, as a page shows and changes it.
type design struct {
	v        *visit
	p        process.Process
	t        process.Template // as it is, or as it was typed
	versions []app.ProcessVersion
	members  []member.Member
	said     map[string]string
	key      string
	fresh    bool
}

func (d *design) w(key string) string { return d.v.words.T("process." + key) }

func (d *design) may() bool { return d.v.who.Can(member.ProcessManage) }

func (d *design) lang() string { return d.v.words.Lang() }

func (d *design) path() string {
	if d.fresh {
		return "/processes/new"
	}
	return "/processes/" + d.p.ID.String()
}

func (d *design) frame() look.Frame {
	title := d.t.Name.In(d.lang())
	if d.fresh {
		title = d.w("new")
	}
	f := d.v.frame(title, "/processes")
	f.Crumbs = []look.Crumb{{Label: d.w("many"), Href: "/processes"}, {Label: title}}
	f.Head = look.Heading{Title: title, Lead: d.w("edit_lead")}
	if !d.fresh {
		f.Head = look.Heading{Title: title, Lead: d.w("edit_lead"), Chips: d.chips()}
		if d.may() {
			f.Actions = append(f.Actions, look.Button{Label: d.w("new"), Icon: "plus", Kind: look.Ghost, Href: "/processes/new"})
		}
	}
	return f
}

func designOf(v *visit) (*design, error) {
	i, err := pathID[id.Process](v, "id")
	if err != nil {
		return nil, err
	}
	d := &design{v: v, said: map[string]string{}}
	if d.p, d.versions, err = v.app.Process(v.r.Context(), v.who, i); err != nil {
		return nil, err
	}
	d.t = d.p.Template
	d.members, _, err = v.app.Colleagues(v.r.Context(), v.who)
	return d, err
}

func designPage(v *visit) error {
	if v.r.Method != http.MethodPost {
		if err := v.may(member.RunRead); err != nil {
			return err
		}
		d, err := designOf(v)
		if err != nil {
			return err
		}
		return v.show(http.StatusOK, designView(d))
	}
	if err := v.may(member.ProcessManage); err != nil {
		return err
	}
	in, err := v.form()
	if err != nil {
		return err
	}
	d, err := designOf(v)
	if err != nil {
		return err
	}
	d.t = d.read(in)
	if d.moved(in.Get("op")) {
		return v.show(http.StatusOK, designView(d))
	}
	p, err := v.app.ChangeProcess(v.r.Context(), v.who, d.p.ID, number64(in.Get("version")), d.t)
	if err != nil {
		if said := v.wrong(err); said != nil {
			d.said = said
			return v.show(http.StatusUnprocessableEntity, designView(d))
		}
		return err
	}
	v.toast(look.Toast{Text: v.words.Tf("process.saved", map[string]any{"n": p.Number})})
	return v.to("/processes/" + p.ID.String())
}

func newProcess(v *visit) error {
	if err := v.may(member.ProcessManage); err != nil {
		return err
	}
	d := &design{v: v, said: map[string]string{}, fresh: true}
	var err error
	if d.members, _, err = v.app.Colleagues(v.r.Context(), v.who); err != nil {
		return err
	}
	if v.r.Method != http.MethodPost {
		d.t = process.Template{Owner: string(v.who.Member.Role), Steps: []process.Step{{Key: "step_1", Actor: process.Human, Role: string(v.who.Member.Role)}}}
		return v.show(http.StatusOK, designView(d))
	}
	in, err := v.form()
	if err != nil {
		return err
	}
	d.t, d.key = d.read(in), in.Get("key")
	if d.moved(in.Get("op")) {
		return v.show(http.StatusOK, designView(d))
	}
	p, err := v.app.AddProcess(v.r.Context(), v.who, d.key, d.t)
	if err != nil {
		if said := v.wrong(err); said != nil {
			d.said = said
			return v.show(http.StatusUnprocessableEntity, designView(d))
		}
		return err
	}
	v.toast(look.Toast{Text: d.w("made")})
	return v.to("/processes/" + p.ID.String())
}

func switchProcess(v *visit) error {
	if err := v.may(member.ProcessManage); err != nil {
		return err
	}
	in, err := v.form()
	if err != nil {
		return err
	}
	d, err := designOf(v)
	if err != nil {
		return err
	}
	on := in.Get("on") != ""
	if _, err := v.app.SwitchProcess(v.r.Context(), v.who, d.p.ID, number64(in.Get("version")), on); err != nil {
		return err
	}
	said := "switched_off"
	if on {
		said = "switched_on"
	}
	v.toast(look.Toast{Text: d.w(said)})
	return v.to(d.path())
}

// read is the template that a form says.
func (d *design) read(in url.Values) process.Template {
	text := func(name string) process.Text {
		return process.Text{NL: in.Get(name + ".nl"), EN: in.Get(name + ".en")}
	}
	t := process.Template{Name: text("name"), Owner: in.Get("owner"), Begins: some(in["begins"]), Ends: some(in["ends"]), Stops: some(in["stops"])}
	n, _ := strconv.Atoi(in.Get("steps"))
	for i := range min(max(n, 0), process.MaxSteps+1) {
		at := "steps." + strconv.Itoa(i) + "."
		s := process.Step{
			Key: in.Get(at + "key"), Name: text(at + "name"), Actor: process.Actor(in.Get(at + "actor")), Role: in.Get(at + "role"), Action: process.Action(in.Get(at + "action")),
			Lane: text(at + "lane"), Input: text(at + "input"), Output: text(at + "output"), Purpose: text(at + "purpose"), Draft: text(at + "draft"),
			Hours: d.whole(in.Get(at + "hours")), Minutes: d.whole(in.Get(at + "minutes")), Days: d.whole(in.Get(at + "days")),
			Deeds: some(in[at+"deeds"]), Wait: process.Wait(in.Get(at + "wait")), Next: in.Get(at + "next"),
			Skip: process.Condition{Below: d.cents(in.Get(at + "below")), From: d.cents(in.Get(at + "from")), Kind: in.Get(at + "kind"), Bought: in.Get(at+"bought") != ""},
		}
		nl, en := strings.Split(in.Get(at+"checks.nl"), "\n"), strings.Split(in.Get(at+"checks.en"), "\n")
		for k := range max(len(nl), len(en)) {
			s.Checks = append(s.Checks, process.Text{NL: strings.TrimSpace(line(nl, k)), EN: strings.TrimSpace(line(en, k))})
		}
		s.Checks = slices.DeleteFunc(s.Checks, process.Text.IsZero)
		t.Steps = append(t.Steps, s)
	}
	return t
}

func line(all []string, n int) string {
	if n < len(all) {
		return all[n]
	}
	return ""
}

// some are the answers that were given.
func some(all []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s == "" })
}

// whole is a whole number that was typed, -1 when it is none, so that it is
// refused at its field.
func (d *design) whole(s string) int64 {
	if s = strings.TrimSpace(s); s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return -1
	}
	return n
}

func (d *design) cents(s string) int64 {
	if s = strings.TrimSpace(s); s == "" {
		return 0
	}
	n, ok := d.v.words.ParseMoney(s)
	if !ok {
		return -1
	}
	return n
}

// moved does what a button of the list of steps asks: up:2, down:2, remove:2, add.
func (d *design) moved(op string) bool {
	verb, at, _ := strings.Cut(op, ":")
	n, _ := strconv.Atoi(at)
	all := d.t.Steps
	switch {
	case verb == "add":
		key := ""
		for k := len(all) + 1; key == "" || d.t.At(key) >= 0; k++ {
			key = "step_" + strconv.Itoa(k)
		}
		d.t.Steps = append(all, process.Step{Key: key, Actor: process.Human, Role: d.t.Owner})
	case n < 0 || n >= len(all):
		return false
	case verb == "remove":
		d.t.Steps = slices.Delete(all, n, n+1)
	case verb == "up" && n > 0:
		all[n-1], all[n] = all[n], all[n-1]
	case verb == "down" && n+1 < len(all):
		all[n+1], all[n] = all[n], all[n+1]
	default:
		return false
	}
	return true
}

// rolesOf are those that a step can be of.
func (d *design) rolesOf(outside bool) (list []look.Option) {
	for _, r := range member.Roles {
		list = append(list, look.Option{Value: string(r), Label: d.v.role(string(r))})
	}
	if outside {
		list = append(list, look.Option{Value: process.Customer, Label: d.v.role(process.Customer)}, look.Option{Value: process.Supplier, Label: d.v.role(process.Supplier)})
	}
	return list
}

// nobodyHas says that no active member has the role of a step.
func (d *design) nobodyHas(s process.Step) bool {
	return !s.Outside() && !slices.ContainsFunc(d.members, func(m member.Member) bool { return m.State == member.Active && string(m.Role) == s.Role })
}

// deeds are what documents say, by kind.
func (d *design) deeds() (list []look.Option) {
	for _, deed := range process.Deeds() {
		kind := process.KindOf(deed)
		if slices.Contains(fact.Deeds(kind), deed) && d.v.words.Has("deed."+deed) {
			list = append(list, look.Option{Value: deed, Label: d.v.words.T("deed." + deed), Group: d.v.words.T("run.kind_" + string(kind))})
		}
	}
	return list
}

func (d *design) actors() []look.Option {
	return []look.Option{{Value: string(process.Human), Label: d.w("actor_human")}, {Value: string(process.Machine), Label: d.w("actor_machine")}}
}

func (d *design) actions() (list []look.Option) {
	for _, a := range process.Actions {
		list = append(list, look.Option{Value: string(a), Label: d.w("action_" + string(a))})
	}
	return list
}

func (d *design) waits() (list []look.Option) {
	for _, w := range process.Waits {
		list = append(list, look.Option{Value: string(w), Label: d.w("wait_" + string(w))})
	}
	return list
}

func (d *design) nexts(i int) (list []look.Option) {
	for _, s := range d.t.Steps[min(i+1, len(d.t.Steps)):] {
		list = append(list, look.Option{Value: s.Key, Label: s.Name.In(d.lang())})
	}
	return append(list, look.Option{Value: process.End, Label: d.w("next_end")})
}

// wrongIn says whether something is wrong with a step.
func (d *design) wrongIn(i int) bool {
	at := "steps." + strconv.Itoa(i) + "."
	for field := range d.said {
		if strings.HasPrefix(field, at) {
			return true
		}
	}
	return false
}

func (d *design) linesOf(checks []process.Text, lang string) string {
	var all []string
	for _, c := range checks {
		if lang == "nl" {
			all = append(all, c.NL)
		} else {
			all = append(all, c.EN)
		}
	}
	return strings.Join(all, "\n")
}

func typedWhole(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func (d *design) euros(cents int64) string {
	if cents <= 0 {
		return ""
	}
	return d.v.words.Number(float64(cents)/100, 2)
}

func (d *design) by(x app.ProcessVersion) string {
	if x.By.IsZero() {
		return d.w("as_shipped")
	}
	who := d.v.words.T("record.gone_member")
	if at := slices.IndexFunc(d.members, func(m member.Member) bool { return m.ID == x.By }); at >= 0 {
		who = d.members[at].Name
	}
	return d.v.words.Tf("process.by", map[string]any{"who": who, "when": d.v.words.Date(x.Created)})
}
