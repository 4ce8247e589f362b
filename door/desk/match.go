package desk

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kring/app"
	"kring/base/day"
	"kring/base/fact"
	"kring/base/id"
	"kring/domain/match"
	"kring/domain/member"
	"kring/look"
	"kring/look/words"
)

func (d *Desk) matchRoutes() {
	d.member("GET /duplicates", pairsPage)
	d.member("POST /duplicates/scan", scanNow)
	d.member("POST /duplicates/thresholds", saveThresholds)
	d.member("GET /duplicates/{id}", pairPage)
	d.member("POST /duplicates/{id}/separation", decidePair(keepApart))
	d.member("POST /duplicates/{id}/postponement", decidePair(postpone))
	d.member("POST /duplicates/{id}/reopening", decidePair(reopen))
}

// pairList is a page of pairs that may be the same.
type pairList struct {
	v          *visit
	State      match.State
	Kind       fact.Kind
	States     look.Tabs
	Kinds      look.Segmented
	Rows       look.Table
	More       string
	Scanned    string
	Manage     bool
	Thresholds []look.Select
	Said       map[string]string
}

const pairRows = 50

// listed are the states that have a list: what was merged is one record, which
// tells so itself.
var listed = []match.State{match.Open, match.Later, match.Apart}

func mayPair(v *visit) error {
	if !v.who.Can(member.AccountWrite) && !v.who.Can(member.ContactWrite) {
		return app.ErrDenied
	}
	return nil
}

func pairsPage(v *visit) error { return showPairs(v, http.StatusOK, nil) }

func showPairs(v *visit, code int, said map[string]string) error {
	if err := mayPair(v); err != nil {
		return err
	}
	asked, w := v.r.URL.Query(), v.words
	l := pairList{v: v, State: match.State(asked.Get("state")), Kind: fact.Kind(asked.Get("kind")), Manage: v.who.Can(member.SettingManage), Said: said}
	if !slices.Contains(listed, l.State) {
		l.State = match.Open
	}
	if l.Kind != fact.Account && l.Kind != fact.Contact {
		l.Kind = ""
	}
	before, _ := readPairPlace(asked.Get("after")) // a place that cannot be read is the beginning
	p, err := v.app.Pairs(v.r.Context(), v.who, l.Kind, l.State, before, pairRows)
	if err != nil {
		return err
	}
	scans, err := v.app.Scans(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	l.Scanned = v.scanned(scans)
	l.States.Label = w.T("match.states")
	for _, s := range listed {
		l.States.Items = append(l.States.Items, look.Tab{Label: w.T("match.state." + string(s)), Href: l.address(s, l.Kind), Current: s == l.State})
	}
	l.Kinds = look.Segmented{Label: w.T("match.kinds"), Value: string(l.Kind), Options: []look.Option{
		{Label: w.T("match.both"), Href: l.address(l.State, "")},
		{Value: "account", Label: w.T("nav.accounts"), Href: l.address(l.State, fact.Account)},
		{Value: "contact", Label: w.T("nav.contacts"), Href: l.address(l.State, fact.Contact)},
	}}
	l.Rows = v.pairTable(p, l.State)
	if p.More {
		last := p.Pairs[len(p.Pairs)-1]
		l.More = l.address(l.State, l.Kind) + "&after=" + url.QueryEscape(pairPlace(last))
	}
	if l.Manage {
		t := v.who.Thresholds()
		l.Thresholds = []look.Select{thresholdField(v, "warn", t.Warn, said), thresholdField(v, "likely", t.Likely, said)}
	}
	return v.show(code, pairsView(l))
}

func (l pairList) address(s match.State, k fact.Kind) string {
	return "/duplicates?state=" + string(s) + "&kind=" + string(k)
}

// pairPlace is where the next page begins.
func pairPlace(p match.Pair) string {
	return strconv.FormatFloat(p.Probability, 'g', -1, 64) + "~" + p.ID.String()
}

func readPairPlace(s string) (p match.Pair, err error) {
	number, of, _ := strings.Cut(s, "~")
	if p.ID, err = id.Parse[id.Record](of); err != nil {
		return match.Pair{}, err
	}
	p.Probability, err = strconv.ParseFloat(number, 64)
	return p, err
}

// scanned says when the records were last looked at.
func (v *visit) scanned(all map[fact.Kind]app.ScanState) string {
	last, busy := int64(0), false
	for _, s := range all {
		last, busy = max(last, s.Ended), busy || s.Busy
	}
	switch {
	case busy:
		return v.words.T("match.busy")
	case last == 0:
		return v.words.T("match.never")
	}
	return v.words.Tf("match.looked", words.P{"when": v.words.DayTime(last, v.app.Now())})
}

func (v *visit) pairTable(p app.PairPage, s match.State) look.Table {
	w := v.words
	t := look.Table{Label: w.T("match.title"), Plain: true, Columns: []look.Column{
		{Key: "a", Label: w.T("match.first"), Phone: look.PhoneTitle}, {Key: "b", Label: w.T("match.second"), Phone: look.PhoneSub},
		{Key: "why", Label: w.T("match.why"), Grow: true, Drop: 1}, {Key: "chance", Label: w.T("match.chance"), Number: true, Phone: look.PhoneEnd},
	}}
	if s == match.Later {
		t.Columns[2].Label = w.T("match.until")
	}
	for _, two := range p.Pairs {
		a, b := pairSide(p, two.A), pairSide(p, two.B)
		why := look.Cell{Text: v.reasons(two.Reasons, 3)}
		if s == match.Later {
			why = look.Cell{Text: w.DayText(string(two.Until))}
		}
		t.Rows = append(t.Rows, look.Row{ID: two.ID.String(), Name: a.name + " · " + b.name, Href: "/duplicates/" + two.ID.String(), Cells: []look.Cell{
			{Text: a.name, Sub: a.beside, Href: "/duplicates/" + two.ID.String()}, {Text: b.name, Sub: b.beside}, why,
			{Text: percent(v, two.Probability)},
		}})
	}
	t.Empty = look.EmptyState{Title: w.T("match.none_" + string(s)), Text: w.T("match.none_text")}
	return t
}

// side is one record of a pair as a list shows it.
type side struct{ name, beside string }

func pairSide(p app.PairPage, i id.Record) side {
	if a, ok := p.Accounts[i]; ok {
		return side{a.Name, a.City()}
	}
	c := p.Contacts[i]
	return side{c.Name(), cmp.Or(p.Names[c.Primary().Account], c.Addresses.Main().City)}
}

// reasons are the strongest that speak for it, in one line.
func (v *visit) reasons(all []match.Reason, most int) string {
	var list []string
	for _, r := range all {
		if r.Weight > 0 && len(list) < most {
			list = append(list, v.words.T("match.reason."+r.Word))
		}
	}
	return strings.Join(list, ", ")
}

// likely is a probability in words.
func (v *visit) likely(p float64) string {
	if p >= v.who.Thresholds().Likely {
		return v.words.T("match.likely")
	}
	return v.words.T("match.perhaps")
}

// comparison is two records beside each other.
type comparison struct {
	v      *visit
	Pair   match.Pair
	A, B   *dossier
	Rows   []comparedRow
	Sum    []look.Fact
	Merge  string
	Begin  string // what the day of later is at first
	Said   map[string]string
	Decide bool
}

// comparedRow is one field of both; Differs when both have it and not the same.
type comparedRow struct {
	Label, A, B string
	Differs     bool
}

func pairPage(v *visit) error {
	c, err := v.comparison()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, comparisonView(c))
}

func (v *visit) comparison() (c *comparison, err error) {
	if err := mayPair(v); err != nil {
		return nil, err
	}
	i, err := pathID[id.Record](v, "id")
	if err != nil {
		return nil, err
	}
	p, err := v.app.Pair(v.r.Context(), v.who, i)
	if err != nil {
		return nil, err
	}
	two := p.Pairs[0]
	f := accountFolder
	if two.Kind == fact.Contact {
		f = contactFolder
	}
	c = &comparison{v: v, Pair: two, Decide: two.State != match.Merged, Begin: string(day.At(v.app.Now(), v.who.Zone()).Add(30))}
	for to, of := range map[**dossier]id.Record{&c.A: two.A, &c.B: two.B} {
		d := &dossier{folder: f, v: v}
		if d.leaf, d.RecordPage, err = f.load(v, of, app.Look{}); err != nil {
			return nil, err
		}
		*to = d
	}
	for _, key := range append(slices.Clone(f.keys), c.A.ownKeys()...) {
		a, b := c.A.text(key, c.A.value(key)), c.B.text(key, c.B.value(key))
		if a+b != "" {
			c.Rows = append(c.Rows, comparedRow{c.A.label(key), a, b, a != b && a != "" && b != ""})
		}
	}
	w := v.words
	c.Rows = append(c.Rows, comparedRow{Label: c.A.say("created_at"), A: w.Date(c.A.created), B: w.Date(c.B.created)})
	for _, r := range two.Reasons {
		c.Sum = append(c.Sum, look.Fact{Label: w.T("match.reason." + r.Word), Value: w.Signed(r.Weight, 1)})
	}
	if v.who.Can(member.Merge) {
		c.Merge = f.path + "/" + two.A.String() + "/merge?with=" + two.B.String()
	}
	return c, nil
}

// percent writes a probability; nothing is certain.
func percent(v *visit, p float64) string { return v.words.Number(min(100*p, 99), 0) + "%" }

func (l pairList) frame() look.Frame {
	f := l.v.frame(l.v.words.T("match.title"), "/duplicates")
	f.Shape, f.Scripts = look.Full, []string{"table.js"}
	f.Crumbs = []look.Crumb{{Label: l.v.words.T("match.title")}}
	f.Head = pairHead(l)
	return f
}

func (c *comparison) frame() look.Frame {
	w := c.v.words
	f := c.v.frame(w.T("match.compare_title"), "/duplicates")
	f.Shape = look.Full
	f.Crumbs = []look.Crumb{{Label: w.T("match.title"), Href: "/duplicates"}, {Label: c.A.name + " · " + c.B.name}}
	f.Head = look.Heading{Title: w.T("match.compare_title")}
	return f
}

// decided is what was decided about the pair, and when.
func (c *comparison) decided() string {
	w, p := c.v.words, c.Pair
	switch p.State {
	case match.Open:
		return ""
	case match.Later:
		return w.Tf("match.is_later", words.P{"day": w.DayText(string(p.Until))})
	case match.Apart:
		return w.Tf("match.is_apart", words.P{"who": c.A.memberName(p.By), "when": w.Day(p.At, c.v.app.Now())})
	}
	return w.T("match.is_merged")
}

type pairDeed func(v *visit, i id.Record, form url.Values) (said string, err error)

// decidePair does a deed to a pair and goes back to the list; the toast takes it
// back.
func decidePair(deed pairDeed) handler {
	return func(v *visit) error {
		form, err := v.form()
		if err != nil {
			return err
		}
		if err := mayPair(v); err != nil {
			return err
		}
		i, err := pathID[id.Record](v, "id")
		if err != nil {
			return err
		}
		said, err := deed(v, i, form)
		if wrong := v.wrong(err); wrong != nil && wrong["until"] != "" {
			c, err := v.comparison()
			if err != nil {
				return err
			}
			c.Said, c.Begin = wrong, form.Get("until")
			return v.show(http.StatusUnprocessableEntity, comparisonView(c))
		}
		if err != nil {
			return err
		}
		t := look.Toast{Text: said}
		if !strings.HasSuffix(v.r.URL.Path, "/reopening") {
			t.Undo = "/duplicates/" + i.String() + "/reopening"
			v.toast(t)
			return v.to("/duplicates")
		}
		v.toast(t)
		return v.to("/duplicates/" + i.String())
	}
}

func keepApart(v *visit, i id.Record, _ url.Values) (string, error) {
	_, err := v.app.KeepApart(v.r.Context(), v.who, i)
	return v.words.T("match.kept_apart"), err
}

func postpone(v *visit, i id.Record, form url.Values) (string, error) {
	until, _ := day.Parse(form.Get("until")) // no day is refused below, under its field
	p, err := v.app.Postpone(v.r.Context(), v.who, i, until)
	if err != nil {
		return "", err
	}
	return v.words.Tf("match.put_off", words.P{"day": v.words.DayText(string(p.Until))}), nil
}

func reopen(v *visit, i id.Record, _ url.Values) (string, error) {
	_, err := v.app.ReopenPair(v.r.Context(), v.who, i)
	return v.words.T("match.reopened"), err
}

func scanNow(v *visit) error {
	if _, err := v.app.ScanNow(v.r.Context(), v.who); err != nil {
		return err
	}
	v.toast(look.Toast{Text: v.words.T("match.scanning")})
	return v.to("/duplicates")
}

// The shares that an administrator chooses from.
var thresholdChoices = map[string][]float64{"warn": {.3, .4, .5, .6, .7, .8}, "likely": {.8, .85, .9, .95, .99}}

func thresholdField(v *visit, key string, now float64, said map[string]string) look.Select {
	f := look.Select{Field: look.Field{Name: key, Label: v.words.T("match.from_" + key), Hint: v.words.T("match.from_" + key + "_is"), Value: strconv.FormatFloat(now, 'g', -1, 64)}}
	if key == "warn" {
		f.Field.Error = said["match_warn"]
	}
	known := slices.Clone(thresholdChoices[key])
	if !slices.Contains(known, now) {
		known = append(known, now)
	}
	slices.Sort(known)
	for _, p := range known {
		f.Options = append(f.Options, look.Option{Value: strconv.FormatFloat(p, 'g', -1, 64), Label: percent(v, p)})
	}
	return f
}

func saveThresholds(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	if !v.who.Can(member.SettingManage) {
		return app.ErrDenied
	}
	t := match.Thresholds{}
	for key, into := range map[string]*float64{"warn": &t.Warn, "likely": &t.Likely} {
		p, err := strconv.ParseFloat(form.Get(key), 64)
		if err != nil {
			p = 2 // no share: refused as one that is out of bounds
		}
		*into = p
	}
	_, err = v.app.SaveThresholds(v.r.Context(), v.who, v.who.Org.Version, t)
	if said := v.wrong(err); said != nil {
		return showPairs(v, http.StatusUnprocessableEntity, said)
	}
	if err != nil {
		return err
	}
	v.toast(look.Toast{Text: v.words.T("match.thresholds_saved")})
	return v.to("/duplicates")
}

// alikeLine is a record that looks like the one in the form.
type alikeLine struct{ Name, Beside, Href, Likely, Why string }

// warning lists what looks like the record that somebody is about to make.
func (q *asked) warning() (list []alikeLine) {
	for _, f := range q.alike {
		list = append(list, alikeLine{f.Name, f.City, q.path + "/" + f.ID.String(), q.v.likely(f.Probability), q.v.reasons(f.Reasons, 4)})
	}
	return list
}

// looksLike is the hint on a record of which an open pair is there.
func (d *dossier) looksLike() templ.Component {
	if len(d.alike.Pairs) == 0 || d.binned != 0 {
		return nil
	}
	p := d.alike.Pairs[0]
	other := pairSide(d.alike, p.Other(d.id))
	name := other.name
	if other.beside != "" {
		name += " (" + other.beside + ")"
	}
	return look.AlertStrip{Tone: look.Warn, Icon: "copy", Text: d.v.words.Tf("match.hint", words.P{"name": name, "why": d.v.reasons(p.Reasons, 2)}),
		Action: d.v.words.T("match.compare"), Href: "/duplicates/" + p.ID.String()}
}
