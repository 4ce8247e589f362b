package desk

import (
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kring/app"
	"kring/base/catalogue"
	"kring/base/column"
	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/job"
	"kring/domain/account"
	"kring/domain/field"
	"kring/domain/intake"
	"kring/domain/member"
	"kring/door"
	"kring/look"
	"kring/look/words"
	paper "kring/paper/sheet"
)

func (d *Desk) importRoutes() {
	d.member("GET /imports", importsPage)
	d.member("POST /imports", sendImport)
	d.member("GET /imports/new", newImport)
	d.member("GET /imports/{id}", importPage)
	d.member("GET /imports/{id}/progress", importProgress)
	d.member("GET /imports/{id}/rows", importRows)
	d.member("POST /imports/{id}/mapping", mapImport)
	d.member("POST /imports/{id}/fixes", fixImport)
	d.member("GET /imports/{id}/refused", refusedFile)
	for deed, do := range importDeeds {
		d.member("POST /imports/{id}/"+deed, func(v *visit) error { return doImport(v, do) })
	}
}

// importDeeds are the buttons of an import's page.
var importDeeds = map[string]func(v *visit, i id.Record) error{
	"check": func(v *visit, i id.Record) error {
		_, err := v.app.CheckIntake(v.r.Context(), v.who, i)
		return err
	},
	"run": func(v *visit, i id.Record) error {
		_, err := v.app.RunIntake(v.r.Context(), v.who, i)
		return err
	},
	"undo": func(v *visit, i id.Record) error {
		_, err := v.app.UndoIntake(v.r.Context(), v.who, i)
		return err
	},
	"resume": func(v *visit, i id.Record) error {
		_, err := v.app.ResumeIntake(v.r.Context(), v.who, i)
		return err
	},
	"stop": func(v *visit, i id.Record) error { return v.app.StopIntake(v.r.Context(), v.who, i) },
	"informed": func(v *visit, i id.Record) error {
		_, err := v.app.InformIntake(v.r.Context(), v.who, i)
		return err
	},
}

func doImport(v *visit, do func(*visit, id.Record) error) error {
	i, err := pathID[id.Record](v, "id")
	if err != nil {
		return err
	}
	if err := do(v, i); err != nil {
		return err
	}
	return v.to("/imports/" + i.String())
}

// importFrame is the page around an import.
func (v *visit) importFrame(title string) look.Frame {
	f := v.frame(title, "/imports")
	f.Shape = look.Full
	f.Head = look.Heading{Title: title}
	if title != v.words.T("intake.title") {
		f.Crumbs = []look.Crumb{{Label: v.words.T("intake.title"), Href: "/imports"}, {Label: title}}
	}
	return f
}

// importList is the page of all imports.
type importList struct {
	look.Frame
	Tell, Lines []importLine
	More        string
}

// importLine is an import in a list.
type importLine struct {
	Href, Name, Kind, State, Tone, Meta, Tell string
}

const importPageRows = 30

func importsPage(v *visit) error {
	if err := v.may(member.Import); err != nil {
		return err
	}
	var before id.Record
	if i, err := id.Parse[id.Record](v.r.URL.Query().Get("before")); err == nil {
		before = i
	}
	all, err := v.app.Intakes(v.r.Context(), v.who, before, importPageRows+1)
	if err != nil {
		return err
	}
	tell, err := v.app.IntakesToTell(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	names, err := v.memberNames()
	if err != nil {
		return err
	}
	p := importList{Frame: v.importFrame(v.words.T("intake.title"))}
	p.Head = look.Heading{Title: v.words.T("intake.title"), Lead: v.words.T("intake.lead")}
	p.Actions = []templ.Component{look.Button{Label: v.words.T("intake.new"), Icon: "plus", Kind: look.Primary, Href: "/imports/new"}}
	if len(all) > importPageRows {
		all = all[:importPageRows]
		p.More = "/imports?before=" + all[importPageRows-1].ID.String()
	}
	for _, in := range tell {
		if in.State == intake.Done || in.State == intake.Undone {
			l := v.importLine(in, names)
			l.Tell = v.words.Tf("intake.inform_short", words.P{"day": v.words.DayText(string(in.Inform))})
			p.Tell = append(p.Tell, l)
		}
	}
	for _, in := range all {
		p.Lines = append(p.Lines, v.importLine(in, names))
	}
	return v.show(http.StatusOK, importsView(p))
}

func (v *visit) memberNames() (map[id.Member]string, error) {
	all, err := v.app.Members(v.r.Context(), v.who)
	names := map[id.Member]string{}
	for _, m := range all {
		names[m.ID] = m.Name
	}
	return names, err
}

func (v *visit) importLine(in intake.Intake, names map[id.Member]string) importLine {
	who := names[in.Member]
	if in.Member.IsZero() {
		who = v.words.T("intake.machine")
	}
	return importLine{
		Href: "/imports/" + in.ID.String(), Name: in.Name, Kind: v.words.T("intake.kind_" + string(in.Kind)), State: v.words.T("intake.state_" + string(in.State)),
		Tone: importTone(in.State), Meta: v.words.Tf("intake.meta", words.P{"size": v.words.Size(in.Size), "when": v.words.DayTime(in.Created, v.app.Now()), "who": who}),
	}
}

func importTone(s intake.State) string {
	switch s {
	case intake.Done:
		return look.Good
	case intake.Checking, intake.Running, intake.Undoing:
		return look.Accent
	}
	return ""
}

// importFile is the page on which a file is chosen.
type importFile struct {
	look.Frame
	Kind string
	Said map[string]string
}

func newImport(v *visit) error {
	if err := v.may(member.Import); err != nil {
		return err
	}
	return v.fileForm(v.r.URL.Query().Get("kind"), nil)
}

func (v *visit) fileForm(kind string, said map[string]string) error {
	if !slices.Contains(intake.Kinds, kind) {
		kind = intake.Kinds[0]
	}
	code := http.StatusOK
	if said != nil {
		code = http.StatusUnprocessableEntity
	}
	return v.show(code, importFileView(importFile{Frame: v.importFrame(v.words.T("intake.new")), Kind: kind, Said: said}))
}

// mostImport lets one byte more through than a file may have and the form
// around it, so that the file's own fault is the one that is told.
const mostImport = intake.MaxSize + 1<<20

// sendImport takes a file in as it comes; nothing waits for all of it.
func sendImport(v *visit) error {
	if err := v.may(member.Import); err != nil {
		return err
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, mostImport)
	if kind, _, _ := mime.ParseMediaType(v.r.Header.Get("Content-Type")); kind != "multipart/form-data" {
		return errForm
	}
	parts, err := v.r.MultipartReader()
	if err != nil {
		return errForm
	}
	kind := ""
	for {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return v.fileForm(kind, map[string]string{"file": v.words.T("fault.file.empty")})
		}
		if err != nil {
			return errForm
		}
		switch p.FormName() {
		case "kind":
			b, err := io.ReadAll(io.LimitReader(p, 40))
			if err != nil {
				return errForm
			}
			kind = string(b)
		case "file":
			if p.FileName() == "" {
				return v.fileForm(kind, map[string]string{"file": v.words.T("fault.file.empty")})
			}
			in, err := v.app.AddIntake(v.r.Context(), v.who, fact.Kind(kind), p.FileName(), p)
			if f, ok := fault.From(err); ok && f.Kind == fault.Invalid {
				return v.fileForm(kind, map[string]string{"file": v.sentence(f)})
			}
			if err != nil {
				return err
			}
			return v.to("/imports/" + in.ID.String())
		}
	}
}

// importForm is the page of one import, however far it is.
type importForm struct {
	look.Frame
	v          *visit
	In         intake.Intake
	Job        job.Job
	Fields     column.Fields
	Labels     map[string]string // of fields, by key
	Sample     []app.Landing
	Options    intake.Options
	Mapping    intake.Mapping
	Said       map[string]string
	Columns    bool // the form with the columns is shown
	Stopped    bool
	Before     string // about another import of the same file
	Other      string
	Bad        []intake.Row
	BadMore    string
	Kept       []intake.Row
	Maker      string
	Quarantine bool
}

func (v *visit) openImport() (*importForm, error) {
	if err := v.may(member.Import); err != nil {
		return nil, err
	}
	i, err := pathID[id.Record](v, "id")
	if err != nil {
		return nil, err
	}
	f := &importForm{v: v}
	if f.In, f.Job, err = v.app.Intake(v.r.Context(), v.who, i); err != nil {
		return nil, err
	}
	f.Frame = v.importFrame(f.In.Name)
	f.Stopped = f.In.Busy() && f.Job.State.Ended()
	f.Quarantine = f.In.Options.Origin == "unknown"
	f.Mapping, f.Options = f.In.Mapping, f.In.Options
	names, err := v.memberNames()
	if err != nil {
		return nil, err
	}
	l := v.importLine(f.In, names)
	if f.Stopped {
		l.State, l.Tone = v.words.T("intake.state_stopped"), look.Warn
	}
	f.Head = look.Heading{Title: f.In.Name, Lead: l.Meta, Chips: []templ.Component{look.Chip{Label: l.Kind}, look.Chip{Label: l.State, Tone: l.Tone}}}
	if f.Fields, err = v.app.IntakeFields(v.r.Context(), v.who, f.In.Kind); err != nil {
		return nil, err
	}
	own, err := v.app.Fields(v.r.Context(), v.who, f.In.Kind)
	if err != nil {
		return nil, err
	}
	f.label(own)
	return f, nil
}

// label names the fields in the reader's words.
func (f *importForm) label(own []field.Definition) {
	w := f.v.words
	f.Labels = map[string]string{}
	for _, c := range f.Fields {
		key := string(f.In.Kind) + "." + c.Key
		if !w.Has(key) {
			key = "account." + c.Key
		}
		f.Labels[c.Key] = w.T(key)
	}
	for _, d := range own {
		f.Labels[catalogue.Own+d.Key] = d.Label.In(w.Lang())
	}
}

// fieldName is what a field is called, phone_2 with its number.
func (f *importForm) fieldName(key string) string {
	if name := f.Labels[key]; name != "" {
		return name
	}
	base, n := column.Part(key)
	return f.v.words.Tf("intake.nth", words.P{"field": f.Labels[base], "n": n})
}

// Choices are what a column can become.
func (f *importForm) Choices() (all []look.Option) {
	for _, c := range f.Fields {
		o := look.Option{Value: c.Key, Label: f.Labels[c.Key]}
		if strings.HasPrefix(c.Key, catalogue.Own) {
			o.Group = f.v.words.T("intake.own")
		}
		all = append(all, o)
		for n := 2; n <= min(c.Most, f.most(c.Key)); n++ {
			all = append(all, look.Option{Value: column.Nth(c.Key, n), Label: f.fieldName(column.Nth(c.Key, n))})
		}
	}
	return all
}

// most is how many of a field the menu offers: three, or one more than the file
// has.
func (f *importForm) most(key string) int {
	n := 3
	for _, c := range f.Mapping {
		if base, at := column.Part(c.Key); base == key {
			n = max(n, at+1)
		}
	}
	return n
}

// heading is what a column is called in the file.
func (f *importForm) heading(n int) string {
	if h := f.Mapping[n].Head; h != "" {
		return h
	}
	return f.v.words.Tf("intake.nameless", words.P{"n": n + 1})
}

// Examples are the first things in a column.
func (f *importForm) Examples(n int) string {
	var some []string
	for _, l := range f.Sample {
		if n < len(l.Cells) && l.Cells[n] != "" && !slices.Contains(some, l.Cells[n]) && len(some) < 3 {
			some = append(some, shortened(l.Cells[n], 32))
		}
	}
	return strings.Join(some, " · ")
}

func shortened(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// kindOf is what a column holds when it becomes its field.
func (f *importForm) kindOf(n int) catalogue.Kind {
	c, _ := f.Fields.Field(f.Mapping[n].Key)
	return c.Kind
}

// Doubt says that the days of a column can be read in two ways.
func (f *importForm) Doubt(n int) string {
	var cells []string
	for _, l := range f.Sample {
		if n < len(l.Cells) {
			cells = append(cells, l.Cells[n])
		}
	}
	if _, sure := column.Order(cells); sure || len(cells) == 0 {
		return ""
	}
	return f.v.words.T("intake.days_doubt")
}

// marked says that the numbers of a column have signs that can mean two things.
func (f *importForm) marked(n int) bool {
	return slices.ContainsFunc(f.Sample, func(l app.Landing) bool { return n < len(l.Cells) && strings.ContainsAny(l.Cells[n], ".,") })
}

// options are choices whose words are intake.<name>_<value>.
func (f *importForm) options(name string, values []string) (all []look.Option) {
	for _, value := range values {
		all = append(all, look.Option{Value: value, Label: f.v.words.T("intake." + name + "_" + value)})
	}
	return all
}

func (f *importForm) grounds() (all []look.Option) {
	for _, g := range intake.Grounds {
		all = append(all, look.Option{Value: g, Label: f.v.words.T("field.ground_" + g)})
	}
	return all
}

func (f *importForm) sources() (all []look.Option) {
	for _, s := range account.Sources {
		all = append(all, look.Option{Value: s, Label: f.v.words.T("account.source." + s)})
	}
	return all
}

// Taken are the columns that become something, for the preview.
func (f *importForm) Taken() (all []int) {
	for n, c := range f.Mapping {
		if c.Key != "" {
			all = append(all, n)
		}
	}
	return all
}

// Lands is what a cell of the preview becomes, in the reader's words.
func (f *importForm) Lands(l app.Landing, n int) string {
	key := f.Mapping[n].Key
	value := l.Values[key]
	if key == "name" && l.Label != "" {
		return l.Label
	}
	c, ok := f.Fields.Field(key)
	if !ok || len(c.Named) == 0 {
		if ok && c.Kind == catalogue.Date {
			return f.v.words.DayText(value)
		}
		return shortened(value, 60)
	}
	var said []string
	for _, one := range strings.Split(value, ",") {
		word := string(f.In.Kind) + "." + key + "." + one
		if f.v.words.Has(word) {
			one = f.v.words.T(word)
		}
		said = append(said, one)
	}
	return strings.Join(said, ", ")
}

// Wrong is what is the matter with a cell.
func (f *importForm) Wrong(problems []intake.Problem, n int) string {
	for _, p := range problems {
		if p.Column == n {
			return f.v.problem(p)
		}
	}
	return ""
}

// problem says in the reader's words what is the matter.
func (v *visit) problem(p intake.Problem) string {
	if key := "fault." + p.Code; v.words.Has(key) {
		return v.words.Tf(key, words.P(p.Params))
	}
	return p.Text
}

// Reasons are why rows did not land, the most frequent first.
func (f *importForm) Reasons(t intake.Tally) (all []look.Fact) {
	codes := slices.Collect(maps.Keys(t.Reasons))
	slices.SortFunc(codes, func(a, b string) int {
		if n := t.Reasons[b] - t.Reasons[a]; n != 0 {
			return int(n)
		}
		return strings.Compare(a, b)
	})
	for _, code := range codes {
		label := code
		if key := "fault." + code; f.v.words.Has(key) {
			label = f.v.words.Gist(key)
		}
		all = append(all, look.Fact{Label: label, Value: f.v.words.Count(int(t.Reasons[code]), false)})
	}
	return all
}

// Counts are the figures of a pass; those of a run open.
func (f *importForm) Counts(t intake.Tally, open bool) (all []look.Fact) {
	for _, c := range []struct {
		word string
		n    int64
		deed string
		tone string
	}{
		{"created", t.Created, "created", look.Good}, {"updated", t.Updated, "updated", ""}, {"same", t.Same, "", ""}, {"refused", t.Refused, "refused", look.Bad},
		{"twin", t.Twins, "twin", look.Warn}, {"besides", t.Besides, "", ""},
	} {
		if c.n == 0 && c.word == "besides" {
			continue
		}
		fact := look.Fact{Label: f.v.words.T("intake." + c.word), Value: f.v.words.Count(int(c.n), false)}
		if c.n > 0 {
			fact.Tone = c.tone
			if c.deed != "" && (open || c.deed == "refused" || c.deed == "twin") {
				fact.Href = f.at("rows") + "?deed=" + c.deed
			}
		}
		all = append(all, fact)
	}
	return all
}

// Undone are the figures of taking it back.
func (f *importForm) Undone() []look.Fact {
	w, u := f.v.words, f.In.Undo
	return []look.Fact{
		{Label: w.T("intake.erased"), Value: w.Count(int(u.Erased), false)}, {Label: w.T("intake.restored"), Value: w.Count(int(u.Restored), false)},
		{Label: w.T("intake.kept"), Value: w.Count(int(u.Kept), false)},
	}
}

// about are the answers that were given.
func (f *importForm) about() (all []look.Fact) {
	w, o := f.v.words, f.In.Options
	add := func(word, value string) {
		if value != "" {
			all = append(all, look.Fact{Label: w.T("intake.fact_" + word), Value: value})
		}
	}
	add("mode", w.T("intake.mode_"+string(o.Mode)))
	if o.Key != "" {
		add("key", w.T("intake.key_"+o.Key))
	}
	add("origin", w.T("intake.origin_"+o.Origin))
	add("ground", w.T("field.ground_"+o.Ground))
	add("proof", o.Proof)
	if o.Source != "" {
		add("source", strings.TrimSuffix(w.T("account.source."+o.Source)+" · "+o.SourceFrom, " · "))
	}
	return all
}

func (f *importForm) at(leaf string) string { return "/imports/" + f.In.ID.String() + "/" + leaf }

// progress is how far the job is.
func (f *importForm) progress() look.Progress {
	w := f.v.words
	t := f.In.Run
	if f.In.State == intake.Checking {
		t = f.In.Check
	}
	done, all := t.Rows, f.In.Total
	if f.In.State == intake.Undoing {
		done, all = f.Job.Done, f.Job.Total
	}
	p := look.Progress{Label: w.T("intake.state_" + string(f.In.State)), Value: int(min(done, max(all, 1))), Max: int(max(all, 1)), Words: w.Tf("intake.so_far", words.P{"n": w.Count(int(done), false)})}
	if all > 0 {
		p.Words = w.Tf("intake.so_far_of", words.P{"n": w.Count(int(done), false), "all": w.Count(int(all), false)})
	}
	return p
}

// steps are the steps of an import, and which is now.
func (f *importForm) steps() []look.Step {
	now := 1
	switch {
	case f.Columns:
	case f.In.State == intake.Checking, f.In.State == intake.Checked:
		now = 2
	case f.In.State != intake.New && f.In.State != intake.Ready:
		now = 3
	}
	var all []look.Step
	for n, word := range []string{"file", "map", "check", "run"} {
		all = append(all, look.Step{Label: f.v.words.T("intake.step_" + word), Done: n < now, Now: n == now})
	}
	if f.In.State == intake.Done || f.In.State == intake.Undone {
		all[3].Done, all[3].Now = true, false
	}
	return all
}

func importPage(v *visit) error {
	f, err := v.openImport()
	if err != nil {
		return err
	}
	if f.In.State == intake.New {
		f.suggest()
	}
	f.Columns = f.In.State == intake.New || f.In.State == intake.Ready || f.In.State == intake.Checked && v.r.URL.Query().Has("columns")
	return f.show(http.StatusOK)
}

// suggest answers what can be guessed.
func (f *importForm) suggest() {
	f.Options.Mode, f.Options.Twins, f.Options.Missing, f.Options.Source = intake.Create, intake.Skip, intake.Refuse, "import"
	for _, key := range intake.Keys[f.In.Kind] {
		if f.Mapping.Column(key) >= 0 {
			f.Options.Key, f.Options.Mode = key, intake.Both
			break
		}
	}
}

// show answers the page with what belongs to how far the import is.
func (f *importForm) show(code int) (err error) {
	ctx, v := f.v.r.Context(), f.v
	if f.Columns {
		if f.Sample, err = v.app.PreviewIntake(ctx, v.who, f.In.ID, f.Mapping, 8); err != nil {
			return err
		}
	}
	if f.In.State == intake.New || f.In.State == intake.Ready || f.In.State == intake.Checked {
		twins, err := v.app.IntakeTwins(ctx, v.who, f.In)
		if err != nil {
			return err
		}
		f.told(twins)
	}
	if f.In.State == intake.Checked && !f.Columns {
		if err := f.bad(); err != nil {
			return err
		}
	}
	if f.In.State == intake.Undone {
		if f.Kept, err = v.app.IntakeKept(ctx, v.who, f.In.ID, 0, 50); err != nil {
			return err
		}
	}
	return v.show(code, importView(f))
}

// told warns of another import of the very same file.
func (f *importForm) told(twins []intake.Intake) {
	for _, t := range twins {
		switch t.State {
		case intake.Running:
			f.Before = f.v.words.T("intake.twins_going")
		case intake.Done:
			f.Before = f.v.words.Tf("intake.twins_before", words.P{"when": f.v.words.DayTime(t.Started, f.v.app.Now())})
		default:
			continue
		}
		if t.Member == f.v.who.Member.ID || f.v.who.Can(member.SettingManage) {
			f.Other = "/imports/" + t.ID.String()
		}
		return
	}
}

const badRows = 20

// bad reads the next rows that do not fit.
func (f *importForm) bad() (err error) {
	after, _ := strconv.ParseInt(f.v.r.URL.Query().Get("after"), 10, 64) //nolint:errcheck // what is no number is the beginning
	if f.Bad, err = f.v.app.IntakeRows(f.v.r.Context(), f.v.who, f.In.ID, intake.Refused, after, badRows+1); err != nil {
		return err
	}
	if len(f.Bad) > badRows {
		f.Bad = f.Bad[:badRows]
		f.BadMore = "/imports/" + f.In.ID.String() + "?after=" + strconv.FormatInt(f.Bad[badRows-1].Row, 10) + "#bad"
	}
	return nil
}

// importProgress answers how far the job is; when it ended, the page is read
// again.
func importProgress(v *visit) error {
	f, err := v.openImport()
	if err != nil {
		return err
	}
	if !v.htmx() {
		return v.to("/imports/" + f.In.ID.String())
	}
	if !f.In.Busy() || f.Stopped {
		v.w.Header().Set("HX-Refresh", "true")
		v.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return v.show(http.StatusOK, importGoing(f))
}

// mapImport takes over the columns and the answers, and begins the dry run; or
// shows the first rows anew.
func mapImport(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	f, err := v.openImport()
	if err != nil {
		return err
	}
	f.Columns = true
	f.Mapping = slices.Clone(f.In.Mapping)
	for n := range f.Mapping {
		at := strconv.Itoa(n)
		f.Mapping[n].Key = form.Get("column." + at)
		if form.Has("days." + at) {
			f.Mapping[n].Days = column.Days(form.Get("days." + at))
		}
		if form.Has("point." + at) {
			f.Mapping[n].Point = form.Get("point."+at) == "point"
		}
		if form.Has("instead." + at) {
			f.Mapping[n].Instead = strings.ReplaceAll(form.Get("instead."+at), "\r\n", "\n")
		}
	}
	f.Options = intake.Options{
		Mode: intake.Mode(form.Get("mode")), Key: form.Get("key"), Twins: intake.Twins(form.Get("twins")), Missing: intake.Missing(form.Get("missing")),
		Source: form.Get("source"), SourceFrom: form.Get("source_from"), Origin: form.Get("origin"), Ground: form.Get("ground"), Proof: form.Get("proof"),
	}
	if form.Get("do") == "preview" {
		return f.show(http.StatusOK)
	}
	in, err := v.app.MapIntake(v.r.Context(), v.who, f.In.ID, f.Mapping, f.Options)
	if said := v.wrong(err); said != nil {
		f.Said = said
		return f.show(http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	if _, err := v.app.CheckIntake(v.r.Context(), v.who, in.ID); err != nil {
		return err
	}
	return v.to("/imports/" + in.ID.String())
}

// fixImport takes mended cells and checks again.
func fixImport(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	f, err := v.openImport()
	if err != nil {
		return err
	}
	var fixes []intake.Fix
	for name, values := range form {
		place, ok := strings.CutPrefix(name, "cell.")
		if !ok || values[0] == form.Get("was."+place) {
			continue
		}
		row, col, _ := strings.Cut(place, ".")
		n, err1 := strconv.ParseInt(row, 10, 64)
		c, err2 := strconv.Atoi(col)
		if err1 != nil || err2 != nil {
			return errForm
		}
		fixes = append(fixes, intake.Fix{Row: n, Column: c, Value: values[0]})
	}
	if _, err := v.app.FixIntake(v.r.Context(), v.who, f.In.ID, fixes); err != nil {
		return err
	}
	if _, err := v.app.CheckIntake(v.r.Context(), v.who, f.In.ID); err != nil {
		return err
	}
	return v.to("/imports/" + f.In.ID.String())
}

// importTable lists the rows of which one thing became.
type importTable struct {
	look.Frame
	v    *visit
	Of   *importForm
	Deed intake.Deed
	Rows []intake.Row
	More string
}

func importRows(v *visit) error {
	f, err := v.openImport()
	if err != nil {
		return err
	}
	asked := v.r.URL.Query()
	deed := intake.Deed(asked.Get("deed"))
	if !slices.Contains([]intake.Deed{intake.Created, intake.Updated, intake.Refused, intake.Twin}, deed) {
		return errNoPage
	}
	after, _ := strconv.ParseInt(asked.Get("after"), 10, 64) //nolint:errcheck // what is no number is the beginning
	const most = 100
	t := importTable{Frame: v.importFrame(v.words.T("intake." + string(deed))), v: v, Of: f, Deed: deed}
	t.Crumbs = []look.Crumb{{Label: v.words.T("intake.title"), Href: "/imports"}, {Label: f.In.Name, Href: "/imports/" + f.In.ID.String()}, {Label: v.words.T("intake." + string(deed))}}
	if t.Rows, err = v.app.IntakeRows(v.r.Context(), v.who, f.In.ID, deed, after, most); err != nil {
		return err
	}
	if len(t.Rows) == most {
		t.More = f.at("rows") + "?" + url.Values{"deed": {string(deed)}, "after": {strconv.FormatInt(t.Rows[most-1].Row, 10)}}.Encode()
	}
	return v.show(http.StatusOK, importTableView(t))
}

// recordAt is the page of a record.
func recordAt(kind fact.Kind, i id.Record) string {
	if i.IsZero() || kind == fact.Team { // which has no page of its own
		return ""
	}
	return "/" + string(kind) + "s/" + i.String()
}

// refusedFile hands the rows that did not land over as a file: as they stand in
// the file, with the reason behind.
func refusedFile(v *visit) error {
	f, err := v.openImport()
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(f.In.Name, "."+extension(f.In.Name)) + "-" + v.words.T("intake.refused") + "-" + string(day.At(v.app.Now(), v.who.Zone())) + ".csv"
	head := make([]string, 0, len(f.In.Mapping)+1)
	for _, c := range f.In.Mapping {
		head = append(head, c.Head)
	}
	v.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	v.w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": strings.ToLower(name)}))
	comma := ','
	if v.words.Lang() == "nl" {
		comma = ';' // what a Dutch spreadsheet expects beside its decimal comma
	}
	out := paper.NewCSV(v.w, comma)
	err = out.Row(append(slices.Clone(head), v.words.T("intake.reason_column")))
	if err == nil {
		err = v.app.EachRefused(v.r.Context(), v.who, f.In.ID, func(r intake.Row) error {
			row := slices.Clone(r.Cells)
			for len(row) < len(head) {
				row = append(row, "")
			}
			return out.Row(append(row[:len(head)], f.because(r)))
		})
	}
	if err == nil {
		err = out.Close()
	}
	if err != nil {
		door.Failed(v.r.Context(), err) // rows are out; the log has the cause
		panic(http.ErrAbortHandler)     // the browser sees that the file is not whole
	}
	return nil
}

// because says why a row did not land.
func (f *importForm) because(r intake.Row) string {
	var said []string
	for _, p := range r.Problems {
		s := f.v.problem(p)
		if p.Column >= 0 && p.Column < len(f.In.Mapping) {
			s = f.heading(p.Column) + ": " + s
		}
		said = append(said, s)
	}
	return strings.Join(said, " ")
}

func extension(name string) string {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return name[i+1:]
	}
	return ""
}

// whole is what is wrong with the form as a whole, or with no field of it.
func (f *importForm) whole() map[string]string {
	if f.Said == nil {
		return nil
	}
	if s := f.Said["columns"]; s != "" {
		return map[string]string{"": s}
	}
	return map[string]string{"": f.Said[""]}
}

// called is what a row is called in a list: its record, else its first cell.
func (f *importForm) called(r intake.Row) string {
	if r.Label != "" {
		return r.Label
	}
	for _, c := range r.Cells {
		if c != "" {
			return shortened(c, 60)
		}
	}
	return f.v.words.Tf("intake.row_n", words.P{"n": r.Row})
}

// cellAt is a cell of the file: its row and column.
func cellAt(row int64, col int) string { return strconv.FormatInt(row, 10) + "." + strconv.Itoa(col) }

func point(yes bool) string {
	if yes {
		return "point"
	}
	return "comma"
}
