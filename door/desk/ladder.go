package desk

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"kring/app"
	"kring/base/day"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/ladder"
	"kring/domain/member"
	"kring/look"
	"kring/look/words"
)

// The ladder of customer-centredness: where each team stands, and the scan of
// one.

func (d *Desk) ladderRoutes() {
	d.member("GET /ladder", ladderPage)
	d.member("POST /ladder", beginScan)
	d.member("GET /ladder/{id}", scanPage)
	d.member("POST /ladder/{id}", scoreScan)
	d.member("POST /ladder/{id}/discussion", scanDeed(func(v *visit, i id.Record, version int64, _ url.Values) (ladder.Scan, error) {
		return v.app.DiscussScan(v.r.Context(), v.who, i, version)
	}))
	d.member("POST /ladder/{id}/action", scanDeed(func(v *visit, i id.Record, version int64, form url.Values) (ladder.Scan, error) {
		return v.app.ActScan(v.r.Context(), v.who, i, version, form.Get("action"), day.Day(form.Get("due")))
	}))
	d.member("POST /ladder/{id}/rescan", scanDeed(func(v *visit, i id.Record, version int64, _ url.Values) (ladder.Scan, error) {
		return v.app.RescanLadder(v.r.Context(), v.who, i, version)
	}))
}

// ladderForm is the organisation on the ladder in a quarter.
type ladderForm struct {
	v    *visit
	p    app.LadderPage
	said map[string]string
}

func ladderPage(v *visit) error { return v.showLadder(http.StatusOK, map[string]string{}) }

func (v *visit) showLadder(code int, said map[string]string) (err error) {
	if err := v.may(member.MemberRead); err != nil {
		return err
	}
	f := ladderForm{v: v, said: said}
	q, err := ladder.ParseQuarter(v.r.URL.Query().Get("quarter"))
	if err != nil {
		q = "" // the present one
	}
	if f.p, err = v.app.Ladder(v.r.Context(), v.who, q); err != nil {
		return err
	}
	return v.show(code, ladderView(f))
}

func (f ladderForm) t(key string) string { return f.v.words.T("ladder." + key) }

// quarterText is a quarter as people say it.
func (v *visit) quarterText(q ladder.Quarter) string {
	year, n, _ := strings.Cut(string(q), "-Q")
	return v.words.Tf("ladder.quarter", words.P{"n": n, "year": year})
}

// scanOf is the scan of a team.
func (f ladderForm) scanOf(t id.Team) (ladder.Scan, bool) {
	for _, s := range f.p.Scans {
		if s.Team == t {
			return s, true
		}
	}
	return ladder.Scan{}, false
}

// teams are those that can begin a scan by who looks.
func (f ladderForm) teams() (all []look.Option) {
	for _, g := range f.p.Teams {
		if _, has := f.scanOf(g.ID); !has && f.v.who.CanScore(g.ID, f.p.Teams) {
			all = append(all, look.Option{Value: g.ID.String(), Label: g.Name})
		}
	}
	return all
}

// verdict is the sentence about the whole.
func (f ladderForm) verdict() string {
	switch {
	case f.p.Scored == 0:
		return f.t("nobody")
	case f.p.Stuck == "":
		return f.v.words.Tn("ladder.strong", f.p.Scored)
	}
	return f.v.words.Tf("ladder.stuck", words.P{"rung": f.t("rung_" + string(f.p.Stuck)), "n": f.place(f.p.Stuck)})
}

func (f ladderForm) place(r ladder.Rung) int {
	for i, one := range ladder.Rungs {
		if one == r {
			return i + 1
		}
	}
	return 0
}

// counted is the evidence that the system has for a rung itself, in a sentence;
// "" without.
func (v *visit) counted(p app.LadderPage, r ladder.Rung) string {
	say := func(key string, c app.Counted) string {
		if c.Whole == 0 {
			return ""
		}
		return v.words.Tf("ladder.counted_"+key, words.P{"part": v.words.Number(float64(c.Part), 0), "whole": v.words.Number(float64(c.Whole), 0), "share": v.share(c.Part, c.Whole)})
	}
	switch r {
	case ladder.Awareness:
		return strings.TrimSpace(say("contacts", p.Contacts) + " " + say("read", p.Read))
	case ladder.Insight:
		return say("noted", p.Noted)
	}
	return ""
}

func beginScan(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	q, err := ladder.ParseQuarter(form.Get("quarter"))
	var s ladder.Scan
	if err == nil {
		s, err = v.app.BeginScan(v.r.Context(), v.who, teamID(form.Get("team")), q)
	}
	if said := v.wrong(err); said != nil {
		return v.showLadder(http.StatusUnprocessableEntity, said)
	}
	if err != nil {
		return err
	}
	return v.to("/ladder/" + s.ID.String())
}

// scanForm is one scan, with what was typed and what is wrong with it.
type scanForm struct {
	v    *visit
	s    ladder.Scan
	p    app.LadderPage
	name string // of the team
	text map[string]string
	said map[string]string
}

func (v *visit) scan() (f scanForm, err error) {
	f = scanForm{v: v, text: map[string]string{}, said: map[string]string{}}
	if err := v.may(member.MemberRead); err != nil {
		return f, err
	}
	i, err := pathID[id.Record](v, "id")
	if err != nil {
		return f, err
	}
	if f.s, err = v.app.LadderScan(v.r.Context(), v.who, i); err != nil {
		return f, err
	}
	if f.p, err = v.app.Ladder(v.r.Context(), v.who, f.s.Quarter); err != nil {
		return f, err
	}
	for _, g := range f.p.Teams {
		if g.ID == f.s.Team {
			f.name = g.Name
		}
	}
	for r, score := range f.s.Scores {
		f.text[string(r)+".level"] = strconv.Itoa(int(score.Level))
		f.text[string(r)+".evidence"], f.text[string(r)+".figure"] = score.Evidence, score.Figure
	}
	f.text["action"], f.text["due"] = f.s.Action, string(f.s.Due)
	return f, nil
}

func scanPage(v *visit) error {
	f, err := v.scan()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, scanView(f))
}

func (f scanForm) t(key string) string { return f.v.words.T("ladder." + key) }

// open says whether who looks can still give levels.
func (f scanForm) open() bool {
	return (f.s.State == ladder.Open || f.s.State == ladder.Scored) && f.v.who.CanScore(f.s.Team, f.p.Teams)
}

func (f scanForm) levels() (all []look.Option) {
	for n := range 5 {
		all = append(all, look.Option{Value: strconv.Itoa(n), Label: strconv.Itoa(n) + " · " + f.t("level_"+strconv.Itoa(n))})
	}
	return all
}

// by says who gave the levels, and when.
func (f scanForm) by() string {
	if f.s.At == 0 {
		return f.t("not_scored")
	}
	return f.v.words.Tf("ladder.by", words.P{"name": f.s.ByName, "when": f.v.words.Day(f.s.At, f.v.app.Now())})
}

// stuck is the sentence about the weakest rung of this team.
func (f scanForm) stuck() string {
	if len(f.s.Scores) < len(ladder.Rungs) {
		return f.t("half")
	}
	r, ok := f.s.Stuck()
	if !ok {
		return f.t("strong_team")
	}
	return f.v.words.Tf("ladder.stuck_team", words.P{"rung": f.t("rung_" + string(r))})
}

func scoreScan(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	f, err := v.scan()
	if err != nil {
		return err
	}
	scores := map[ladder.Rung]ladder.Score{}
	for _, r := range ladder.Rungs {
		for _, part := range []string{"level", "evidence", "figure"} {
			f.text[string(r)+"."+part] = form.Get(string(r) + "." + part)
		}
		if level := f.text[string(r)+".level"]; level != "" {
			n, err := strconv.Atoi(level)
			if err != nil {
				n = -1 // refused as a level that is not there
			}
			scores[r] = ladder.Score{Level: ladder.Level(n), Evidence: f.text[string(r)+".evidence"], Figure: f.text[string(r)+".figure"]}
		}
	}
	_, err = v.app.ScoreScan(v.r.Context(), v.who, f.s.ID, version(form.Get("version")), scores)
	return f.answer(err, "ladder.saved", f.s.ID)
}

// answer goes back to the scan, or shows what is wrong.
func (f scanForm) answer(err error, said string, to id.Record) error {
	if g, ok := fault.From(err); ok && (g.Kind == fault.Invalid || errors.Is(err, ladder.ErrState)) {
		f.said = map[string]string{"": f.v.sentence(g)}
		for field, one := range g.Fields {
			f.said[field] = f.v.sentence(one)
		}
		return f.v.show(status(g.Kind), scanView(f))
	}
	if err != nil {
		return err
	}
	f.v.toast(look.Toast{Text: f.v.words.T(said)})
	return f.v.to("/ladder/" + to.String())
}

// scanDeed does what the board, or a team that looks again, does to a scan.
func scanDeed(deed func(v *visit, i id.Record, version int64, form url.Values) (ladder.Scan, error)) handler {
	return func(v *visit) error {
		form, err := v.form()
		if err != nil {
			return err
		}
		f, err := v.scan()
		if err != nil {
			return err
		}
		if form.Has("action") {
			f.text["action"], f.text["due"] = form.Get("action"), form.Get("due")
		}
		s, err := deed(v, f.s.ID, version(form.Get("version")), form)
		return f.answer(err, "ladder.state_"+string(s.State)+"_said", s.ID)
	}
}
