package desk

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"kring/app"
	"kring/domain/cycle"
	"kring/domain/member"
	"kring/look"
	"kring/look/words"
)

// What the organisation calls a customer: the candidates side by side, each with
// what it makes of the relations, and which was chosen when and why.

func (d *Desk) definitionRoutes() {
	d.member("GET /settings/definition", definitionPage)
	d.member("POST /settings/definition", addDefinition)
	d.member("GET /settings/definition/new", newDefinition)
	d.member("POST /settings/definition/choice", chooseDefinition)
	d.member("POST /settings/definition/reading", readDefinition)
	d.member("POST /settings/definition/retirement", retireDefinition)
}

// definitionsPage is the page of definitions.
type definitionsPage struct {
	settingPage
	Cards   []definitionCard
	Choices []choiceLineOf
	After   string // the choice that holds
	May     bool
	Read    string // how many members read the active one
	Mine    string // when who looks did; "" when not yet
	Readers []look.Fact
	Said    map[string]string
	Of      string // the version of which Said tells
	Why     string
}

// definitionCard is one definition in words.
type definitionCard struct {
	Version  string
	Name     string
	Active   bool
	Number   string // how many customers
	Caption  string // "klanten"
	Rules    []string
	Facts    []look.Fact
	Nobody   bool // is loyal
	Progress look.Progress
}

// choiceLineOf is that somebody chose a version.
type choiceLineOf struct{ Day, Title, Why string }

func definitionPage(v *visit) error {
	return v.showDefinitions(http.StatusOK, definitionsPage{})
}

func (v *visit) showDefinitions(code int, p definitionsPage) error {
	if err := v.may(member.OrderRead); err != nil {
		return err
	}
	all, err := v.app.Definitions(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	p.settingPage, p.May = v.setting("definition", ""), v.who.Can(member.DefinitionSet)
	if p.May {
		p.Actions = []templ.Component{look.Button{Label: v.words.T("definition.add"), Icon: "plus", Kind: look.Primary, Href: "/settings/definition/new"}}
	}
	names := map[int64]string{}
	for _, d := range all.Retired {
		names[d.Version] = v.definitionName(d)
	}
	for _, d := range all.Live {
		names[d.Version] = v.definitionName(d.Definition)
		p.Cards = append(p.Cards, v.definitionCard(d))
	}
	p.Read = v.words.Tf("definition.read_by", words.P{"part": v.words.Number(float64(all.Read.Part), 0), "whole": v.words.Number(float64(all.Read.Whole), 0)})
	for _, r := range all.Readers {
		day := v.words.Day(r.At, v.app.Now())
		if r.By == v.who.Member.ID {
			p.Mine = v.words.Tf("definition.read_mine", words.P{"day": day})
		}
		p.Readers = append(p.Readers, look.Fact{Label: r.ByName, Value: day})
	}
	for _, c := range all.Choices {
		line := choiceLineOf{Day: v.words.Day(c.At, v.app.Now()), Why: c.Why}
		line.Title = v.words.Tf("definition.chosen", words.P{"n": c.Version, "name": names[c.Version], "who": c.ByName})
		if c.ByName == "" {
			line.Title = v.words.Tf("definition.began", words.P{"n": c.Version, "name": names[c.Version]})
		}
		p.Choices = append(p.Choices, line)
	}
	if len(all.Choices) > 0 {
		p.After = strconv.FormatInt(all.Choices[0].N, 10)
	}
	return v.show(code, definitionsView(p))
}

// definitionName is what a definition is called; Kring's own has no name of its
// own.
func (v *visit) definitionName(d app.Definition) string {
	if d.Name == "" {
		return v.words.T("definition.first")
	}
	return d.Name
}

func (v *visit) definitionCard(d app.Candidate) definitionCard {
	w := v.words
	c := definitionCard{
		Version: strconv.FormatInt(d.Version, 10), Name: v.definitionName(d.Definition), Active: d.State == app.ActiveDefinition,
		Number: w.Number(float64(d.Customers), 0), Caption: w.Tn("definition.customers", int(d.Customers)), Rules: v.rules(d.Definition.Definition), Nobody: d.NobodyLoyal(),
	}
	for _, p := range cycle.Phases {
		c.Facts = append(c.Facts, look.Fact{Label: w.T("account.phase." + string(p)), Value: w.Number(float64(d.Tally[p]), 0)})
	}
	if d.Counting.Total > 0 {
		said := w.Tf("definition.counting", words.P{"done": w.Number(float64(d.Counting.Done), 0), "total": w.Number(float64(d.Counting.Total), 0)})
		c.Progress = look.Progress{Label: w.T("definition.counting_label"), Value: int(d.Counting.Done), Max: int(d.Counting.Total), Words: said}
	}
	return c
}

// rules are the thresholds of a definition, a sentence for each.
func (v *visit) rules(d cycle.Definition) (all []string) {
	w := v.words
	switch {
	case d.Potential && d.Former:
		all = append(all, w.T("definition.counts_all"))
	case d.Potential:
		all = append(all, w.T("definition.counts_potential"))
	case d.Former:
		all = append(all, w.T("definition.counts_former"))
	default:
		all = append(all, w.T("definition.counts_buyers"))
	}
	all = append(all,
		w.Tn("definition.buys", d.MinPurchases),
		w.Tf("definition.loyal", words.P{"n": d.LoyalMin, "months": w.Tn("definition.months", d.LoyalMonths)}),
		w.Tf("definition.quiet", words.P{"months": w.Tn("definition.months", d.QuietMonths)}),
	)
	if d.OtherCounters {
		all = append(all, w.T("definition.other"))
	}
	return all
}

// reason is the reason that was typed for a version, and what is wrong with it.
func (p definitionsPage) reason(version string) (typed, wrong string) {
	if p.Of != version {
		return "", ""
	}
	return p.Why, p.Said["why"]
}

// whyField asks why a version is chosen.
func (p definitionsPage) whyField(version, label, hint string) look.Field {
	f := look.Field{Name: "why", ID: "why-" + version, Label: label, Hint: hint, Max: 2000}
	f.Value, f.Error = p.reason(version)
	return f
}

// definitionForm is a candidate being made.
type definitionForm struct {
	settingPage
	Name                        string
	Potential, Former, Other    bool
	Buys, Loyal, Within, Silent string
	Said                        map[string]string
}

func newDefinition(v *visit) error {
	if err := v.may(member.DefinitionSet); err != nil {
		return err
	}
	d, err := v.app.Definition(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	n := strconv.Itoa
	return v.showDefinition(http.StatusOK, definitionForm{Potential: d.Potential, Former: d.Former, Other: d.OtherCounters,
		Buys: n(d.MinPurchases), Loyal: n(d.LoyalMin), Within: n(d.LoyalMonths), Silent: n(d.QuietMonths)})
}

func (v *visit) showDefinition(code int, f definitionForm) error {
	f.settingPage = v.setting("definition", v.words.T("definition.new"))
	f.Lead = v.words.T("definition.new_lead")
	return v.show(code, definitionView(f))
}

func addDefinition(v *visit) error {
	if err := v.may(member.DefinitionSet); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	f := definitionForm{Name: form.Get("name"), Potential: form.Get("counts_potential") != "", Former: form.Get("counts_former") != "", Other: form.Get("includes_non_monetary") != "",
		Buys: form.Get("min_purchases_for_customer"), Loyal: form.Get("loyal_min_purchases"), Within: form.Get("loyal_window_months"), Silent: form.Get("inactive_after_months")}
	d, err := v.app.AddDefinition(v.r.Context(), v.who, f.Name, cycle.Definition{
		Potential: f.Potential, Former: f.Former, OtherCounters: f.Other,
		MinPurchases: counted(f.Buys), LoyalMin: counted(f.Loyal), LoyalMonths: counted(f.Within), QuietMonths: counted(f.Silent),
	})
	if said, code := v.inline(err, app.ErrDefinitionSame, app.ErrDefinitionMany); said != nil {
		f.Said = said
		return v.showDefinition(code, f)
	}
	if err != nil {
		return err
	}
	key := "definition.added"
	if !d.Ready {
		key = "definition.added_counting"
	}
	return v.saved(key, "/settings/definition", words.P{"name": d.Name})
}

// counted is a number that was typed; 0 when it is none, which no threshold is.
func counted(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

func chooseDefinition(v *visit) error {
	return v.aboutDefinition(func(form url.Values, n int64) (string, error) {
		_, err := v.app.ChooseDefinition(v.r.Context(), v.who, n, version(form.Get("after")), form.Get("why"))
		return "definition.chose", err
	})
}

// readDefinition is who looks saying that they read the one that holds; every
// member may.
func readDefinition(v *visit) error {
	if err := v.may(member.OrderRead); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	n := version(form.Get("version"))
	if n < 1 {
		return v.showDefinitions(http.StatusUnprocessableEntity, definitionsPage{})
	}
	_, err = v.app.ReadDefinition(v.r.Context(), v.who, n)
	if wrong, code := v.inline(err, errStale); wrong != nil {
		return v.showDefinitions(code, definitionsPage{Said: wrong})
	}
	if err != nil {
		return err
	}
	return v.saved("definition.read_said", "/settings/definition", words.P{"n": n})
}

func retireDefinition(v *visit) error {
	return v.aboutDefinition(func(_ url.Values, n int64) (string, error) {
		_, err := v.app.RetireDefinition(v.r.Context(), v.who, n)
		return "definition.retired", err
	})
}

func (v *visit) aboutDefinition(do func(url.Values, int64) (string, error)) error {
	if err := v.may(member.DefinitionSet); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	n := version(form.Get("version"))
	if n < 1 {
		return v.showDefinitions(http.StatusUnprocessableEntity, definitionsPage{})
	}
	said, err := do(form, n)
	if wrong, code := v.inline(err, errStale, app.ErrDefinitionActive, app.ErrDefinitionCounting, app.ErrDefinitionRetired); wrong != nil {
		return v.showDefinitions(code, definitionsPage{Said: wrong, Of: strconv.FormatInt(n, 10), Why: form.Get("why")})
	}
	if err != nil {
		return err
	}
	return v.saved(said, "/settings/definition", words.P{"n": n})
}
