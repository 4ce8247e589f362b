package desk

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kring/app"
	"kring/base/decimal"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/member"
	"kring/domain/opportunity"
	"kring/look"
)

// The settings of pipelines: their stages with chance and guards, their lists of
// reasons, the roles that a decision needs.

func (d *Desk) pipelineRoutes() {
	d.member("GET /settings/pipelines", pipelinesPage)
	d.member("POST /settings/pipelines", addPipeline)
	d.member("GET /settings/pipelines/{id}", pipelinePage)
	d.member("POST /settings/pipelines/{id}", savePipeline)
	d.member("POST /settings/pipelines/{id}/archive", archivePipeline)
}

// pipelineList is the page of all pipelines.
type pipelineList struct {
	settingPage
	v    *visit
	all  []opportunity.Pipeline
	text string
	once string
	said map[string]string
}

func (v *visit) pipelineList() (l pipelineList, err error) {
	l = pipelineList{settingPage: v.setting("pipelines", ""), v: v, said: map[string]string{}, once: id.New[id.Pipeline]().String()}
	l.all, err = v.app.Pipelines(v.r.Context(), v.who)
	return l, err
}

func pipelinesPage(v *visit) error {
	if err := v.may(member.PipelineSet); err != nil {
		return err
	}
	l, err := v.pipelineList()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, pipelinesView(l))
}

func addPipeline(v *visit) error {
	if err := v.may(member.PipelineSet); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	i, err := id.Parse[id.Pipeline](form.Get("id"))
	if err != nil {
		i = id.New[id.Pipeline]()
	}
	made, err := v.app.AddPipelineOnce(v.r.Context(), v.who, i, opportunity.Pipeline{Name: form.Get("name")})
	if said := v.wrong(err); said != nil {
		l, err := v.pipelineList()
		if err != nil {
			return err
		}
		l.said, l.text = said, form.Get("name")
		return v.show(http.StatusUnprocessableEntity, pipelinesView(l))
	}
	if err != nil {
		return err
	}
	return v.saved("pipeline.added", "/settings/pipelines/"+made.ID.String())
}

// stageText is a stage as it is typed.
type stageText struct {
	key, name, chance, told, place string
	guards                         []string
	remove                         bool
	goes                           string
}

// pipelineForm is a pipeline being changed.
type pipelineForm struct {
	settingPage
	v       *visit
	p       opportunity.Pipeline
	version int64
	text    map[string]string
	stages  []stageText
	roles   []string
	said    map[string]string
	full    map[string]bool // stages that ask where their cards go
}

func (v *visit) pipelineForm() (*pipelineForm, error) {
	i, err := pathID[id.Pipeline](v, "id")
	if err != nil {
		return nil, err
	}
	p, err := v.app.Pipeline(v.r.Context(), v.who, i)
	if err != nil {
		return nil, err
	}
	f := &pipelineForm{settingPage: v.setting("pipelines", pipelineName(v.words, p)), v: v, p: p, version: p.Version, said: map[string]string{}, full: map[string]bool{}}
	list := func(all []opportunity.Reason) string {
		var names []string
		for _, r := range all {
			names = append(names, reasonName(v.words, p, r.Key))
		}
		return strings.Join(names, "\n")
	}
	f.text = map[string]string{"name": p.Name, "won_name": p.WonName, "lost_name": p.LostName, "win_reasons": list(p.Wins), "loss_reasons": list(p.Losses), "silent_days": strconv.Itoa(p.Silent)}
	for n, s := range p.Stages {
		t := stageText{key: s.Key, name: stageName(v.words, p, s.Key), chance: v.comma(decimal.Plain(float64(s.Chance) / 100)), told: s.Told, place: strconv.Itoa(n + 1)}
		for _, g := range s.Guards {
			t.guards = append(t.guards, string(g))
		}
		f.stages = append(f.stages, t)
	}
	f.stages = append(f.stages, stageText{place: strconv.Itoa(len(p.Stages) + 1)})
	for _, r := range p.Roles {
		f.roles = append(f.roles, string(r))
	}
	return f, nil
}

func pipelinePage(v *visit) error {
	if err := v.may(member.PipelineSet); err != nil {
		return err
	}
	f, err := v.pipelineForm()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, pipelineView(f))
}

// take reads the form as it was sent.
func (f *pipelineForm) take(form url.Values) {
	f.version = version(form.Get("version"))
	for key := range f.text {
		f.text[key] = form.Get(key)
	}
	f.roles = form["roles"]
	f.stages = nil
	for n := range min(len(form["stage_key"]), opportunity.MaxStages+1) {
		at := func(key string) string {
			if all := form[key]; n < len(all) {
				return all[n]
			}
			return ""
		}
		i := strconv.Itoa(n)
		f.stages = append(f.stages, stageText{
			key: at("stage_key"), name: at("stage_name"), chance: at("stage_chance"), told: at("stage_told"), place: at("stage_place"),
			guards: form["guards_"+i], remove: form.Get("remove_"+i) != "", goes: form.Get("goes_" + i),
		})
	}
}

// read is the pipeline that the form describes, and where cards of stages that go
// go to.
func (f *pipelineForm) read() (p opportunity.Pipeline, goes map[string]string, err error) {
	wrong, w := fault.Fields{}, f.v.words
	p, goes = f.p, map[string]string{}
	p.Name, p.WonName, p.LostName = f.text["name"], f.text["won_name"], f.text["lost_name"]
	silent, ok := w.ParseNumber(f.text["silent_days"])
	if p.Silent = int(silent); !ok {
		wrong.Add("silent_days", opportunity.ErrSilent)
	}
	p.Wins, p.Losses = f.reasons("win_reasons", p.Wins), f.reasons("loss_reasons", p.Losses)
	p.Roles = nil
	for _, r := range opportunity.Roles {
		if slices.Contains(f.roles, string(r)) {
			p.Roles = append(p.Roles, r)
		}
	}
	order := make([]int, len(f.stages))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return f.place(a) - f.place(b) })
	p.Stages = nil
	for _, i := range order {
		t := f.stages[i]
		if t.remove && t.key != "" {
			goes[t.key] = t.goes
			continue
		}
		if t.key == "" && strings.TrimSpace(t.name) == "" {
			continue
		}
		s := opportunity.Stage{Key: t.key, Name: t.name, Told: t.told}
		if opportunity.House(t.key) && t.name == w.T("opportunity.stage_"+t.key) {
			s.Name = "" // the word of the house, in each reader's language
		}
		chance, ok := w.ParseNumber(strings.TrimSuffix(strings.TrimSpace(t.chance), "%"))
		if s.Chance = int64(chance*100 + .5); !ok || chance < 0 || chance > 100 {
			wrong.Add("stages."+strconv.Itoa(len(p.Stages))+".chance", opportunity.ErrChance)
			s.Chance = 0
		}
		for _, g := range t.guards {
			s.Guards = append(s.Guards, opportunity.Guard(g))
		}
		p.Stages = append(p.Stages, s)
	}
	return p, goes, wrong.Err()
}

func (f *pipelineForm) place(i int) int {
	n, err := strconv.Atoi(strings.TrimSpace(f.stages[i].place))
	if err != nil {
		return 1000 // at the end
	}
	return n
}

// reasons are a list as it was typed, one a line; those that were there keep
// their keys.
func (f *pipelineForm) reasons(field string, were []opportunity.Reason) (all []opportunity.Reason) {
	for line := range strings.Lines(f.text[field]) {
		name := strings.TrimSpace(line)
		if name == "" {
			continue
		}
		r := opportunity.Reason{Name: name}
		for _, was := range were {
			if reasonName(f.v.words, f.p, was.Key) == name {
				r = was
			}
		}
		all = append(all, r)
	}
	return all
}

func savePipeline(v *visit) error {
	if err := v.may(member.PipelineSet); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	f, err := v.pipelineForm()
	if err != nil {
		return err
	}
	f.take(form)
	p, goes, err := f.read()
	if err == nil {
		_, err = v.app.SavePipeline(v.r.Context(), v.who, f.version, p, goes)
	}
	if err == nil {
		return v.saved("pipeline.saved", "/settings/pipelines/"+p.ID.String())
	}
	code, ok := f.refusal(err)
	if !ok {
		return err
	}
	return v.show(code, pipelineView(f))
}

func (f *pipelineForm) refusal(err error) (int, bool) {
	var stale *app.Stale[opportunity.Pipeline]
	if errors.As(err, &stale) {
		f.said[""], f.version = f.v.words.T("pipeline.stale"), stale.Now.Version
		return http.StatusConflict, true
	}
	g, ok := fault.From(err)
	if !ok || g.Kind != fault.Invalid && g.Kind != fault.Conflict {
		return 0, false
	}
	if len(g.Fields) == 0 {
		f.said[""] = f.v.sentence(g)
	}
	code := status(g.Kind)
	for field, one := range g.Fields {
		f.said[field] = f.v.sentence(one)
		if key, goes := strings.CutPrefix(field, "goes."); goes {
			f.full[key] = true
		}
	}
	return code, true
}

func archivePipeline(v *visit) error {
	if err := v.may(member.PipelineSet); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	f, err := v.pipelineForm()
	if err != nil {
		return err
	}
	if _, err = v.app.ArchivePipeline(v.r.Context(), v.who, f.p.ID, version(form.Get("version")), f.p.Archived == 0); err == nil {
		return v.saved("pipeline.saved", "/settings/pipelines")
	}
	if code, ok := f.refusal(err); ok {
		return v.show(code, pipelineView(f))
	}
	return err
}

func (f *pipelineForm) t(key string) string { return f.v.words.T("pipeline." + key) }

func (f *pipelineForm) guardOptions() (list []look.Option) {
	for _, g := range opportunity.Guards {
		list = append(list, look.Option{Value: string(g), Label: f.t("guard_" + string(g))})
	}
	return list
}

func (f *pipelineForm) roleOptions() (list []look.Option) {
	for _, r := range opportunity.Roles {
		list = append(list, look.Option{Value: string(r), Label: f.v.words.T("opportunity.role_" + string(r))})
	}
	return list
}

// stays are the stages that cards of another can go to.
func (f *pipelineForm) stays(not string) (list []look.Option) {
	for _, t := range f.stages {
		if t.key != "" && t.key != not && !t.remove {
			list = append(list, look.Option{Value: t.key, Label: t.name})
		}
	}
	return list
}

// stageSaid is what is wrong with a stage, all in one sentence.
func (f *pipelineForm) stageSaid(i int) string {
	at, all := "stages."+strconv.Itoa(f.rank(i))+".", []string{}
	for _, field := range []string{"name", "chance", "guards", "told"} {
		if s := f.said[at+field]; s != "" {
			all = append(all, s)
		}
	}
	if s := f.said["goes."+f.stages[i].key]; s != "" && f.stages[i].key != "" {
		all = append(all, s)
	}
	return strings.Join(all, " ")
}

// rank is the place of a row among the stages that are left.
func (f *pipelineForm) rank(i int) (n int) {
	for j, t := range f.stages {
		if t.remove && t.key != "" || t.key == "" && strings.TrimSpace(t.name) == "" {
			continue
		}
		if f.place(j) < f.place(i) || f.place(j) == f.place(i) && j < i {
			n++
		}
	}
	return n
}

func (l pipelineList) gist(p opportunity.Pipeline) string {
	var names []string
	for _, s := range p.Stages {
		names = append(names, stageName(l.v.words, p, s.Key)+" "+points(l.v.words, s.Chance))
	}
	return strings.Join(names, " → ")
}
