package desk

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kring/app"
	"kring/base/decimal"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/member"
	"kring/domain/quote"
	"kring/look"
	"kring/look/letter"
)

// The sheet of a negotiation, for the deal team alone.

func (d *Desk) dealRoutes() {
	d.member("GET /quotes/{id}/deal", dealPage)
	d.member("POST /quotes/{id}/deal", saveDeal)
	d.member("POST /quotes/{id}/deal/concession", concede)
}

// dealSheet is the sheet as its page shows it.
type dealSheet struct {
	v       *visit
	q       quote.Quote
	d       quote.Deal
	members []member.Member
	text    map[string]string
	issues  []map[string]string
	team    []string
	said    map[string]string
}

var dealKeys = []string{"state", "batna", "batna_value", "other_batna", "interests", "criteria", "agreement", "agreed"}

var issueKeys = []string{"name", "unit", "target", "reserve", "opening", "other"}

func (v *visit) dealSheet() (*dealSheet, error) {
	if err := v.may(member.QuoteWrite); err != nil {
		return nil, err
	}
	i, err := pathID[id.Quote](v, "id")
	if err != nil {
		return nil, err
	}
	s := &dealSheet{v: v, text: map[string]string{}, said: map[string]string{}}
	if s.d, err = v.app.Deal(v.r.Context(), v.who, i); err != nil {
		return nil, err
	}
	if s.q, err = v.app.Quote(v.r.Context(), v.who, i); err != nil {
		return nil, err
	}
	if s.members, _, err = v.app.Colleagues(v.r.Context(), v.who); err != nil {
		return nil, err
	}
	s.fill()
	return s, nil
}

func (s *dealSheet) typed(n int64) string {
	if n == 0 {
		return ""
	}
	return s.v.comma(decimal.Amount(n))
}

func (s *dealSheet) fill() {
	d := s.d
	s.text = map[string]string{"state": string(d.State), "batna": d.Batna, "batna_value": s.typed(d.Value), "other_batna": d.Other, "interests": d.Interests, "criteria": d.Criteria, "agreement": d.Agreement, "agreed": s.typed(d.Agreed)}
	for _, i := range d.Issues {
		s.issues = append(s.issues, map[string]string{"name": i.Name, "unit": i.Unit, "target": s.typed(i.Target), "reserve": s.typed(i.Reserve), "opening": s.typed(i.Opening), "other": s.typed(i.Other)})
	}
	s.issues = append(s.issues, spareLines(max(1, 2-len(d.Issues)))...)
	for _, m := range d.Team {
		s.team = append(s.team, m.String())
	}
}

func dealPage(v *visit) error {
	s, err := v.dealSheet()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, dealView(s))
}

// take reads the form as it was sent.
func (s *dealSheet) take(form url.Values) (quote.Deal, error) {
	for _, key := range dealKeys {
		s.text[key] = form.Get(key)
	}
	s.team, s.issues = form["team"], nil
	wrong := fault.Fields{}
	amount := func(field, typed string) int64 {
		if strings.TrimSpace(typed) == "" {
			return 0
		}
		n, ok := s.v.words.ParseMoney(typed)
		if !ok {
			wrong.Add(field, decimal.ErrNumber)
		}
		return n
	}
	d := quote.Deal{Version: number64(form.Get("version")), State: quote.DealState(s.text["state"]), Batna: s.text["batna"], Value: amount("batna_value", s.text["batna_value"]), Other: s.text["other_batna"], Interests: s.text["interests"], Criteria: s.text["criteria"], Agreement: s.text["agreement"], Agreed: amount("agreed", s.text["agreed"])}
	for _, m := range s.team {
		d.Team = append(d.Team, id.OrZero[id.Member](m))
	}
	for i := range min(len(form["issue_name"]), quote.MaxIssues+5) {
		one, filled := map[string]string{}, false
		for _, key := range issueKeys {
			if all := form["issue_"+key]; i < len(all) {
				one[key] = all[i]
				filled = filled || strings.TrimSpace(all[i]) != ""
			}
		}
		if !filled {
			continue
		}
		n := len(d.Issues)
		d.Issues = append(d.Issues, quote.Issue{
			Name: one["name"], Unit: one["unit"], Target: amount(issueKey(n, "target"), one["target"]), Reserve: amount(issueKey(n, "reserve"), one["reserve"]), Opening: amount(issueKey(n, "opening"), one["opening"]), Other: amount(issueKey(n, "other"), one["other"]),
		})
		s.issues = append(s.issues, one)
	}
	s.issues = append(s.issues, spareLines(1)...)
	return d, wrong.Err()
}

func issueKey(n int, field string) string { return "issues." + decimal64(int64(n)) + "." + field }

func saveDeal(v *visit) error {
	return dealt(v, func(s *dealSheet, form url.Values) error {
		d, err := s.take(form)
		if err == nil {
			_, err = v.app.SaveDeal(v.r.Context(), v.who, s.q.ID, d)
		}
		return err
	})
}

func concede(v *visit) error {
	return dealt(v, func(s *dealSheet, form url.Values) error {
		for _, key := range []string{"gave", "got", "value"} {
			s.text[key] = form.Get(key)
		}
		value, ok := v.words.ParseMoney(s.text["value"])
		if !ok && strings.TrimSpace(s.text["value"]) != "" {
			return fault.Field("value", quote.ErrValue)
		}
		_, err := v.app.Concede(v.r.Context(), v.who, s.q.ID, number64(form.Get("version")), quote.Concession{Gave: s.text["gave"], Got: s.text["got"], Value: value})
		return err
	})
}

func dealt(v *visit, do func(*dealSheet, url.Values) error) error {
	s, err := v.dealSheet()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	if err = do(s, form); err == nil {
		v.toast(look.Toast{Text: v.words.T("deal.kept")})
		return v.to("/quotes/" + s.q.ID.String() + "/deal")
	}
	var stale *app.Stale[quote.Deal]
	if errors.As(err, &stale) {
		s.d, s.said[""] = stale.Now, v.words.T("quote.stale_form")
		return v.show(http.StatusConflict, dealView(s))
	}
	if code, ok := takeOver(v, s.said, err); ok {
		return v.show(code, dealView(s))
	}
	return err
}

func (s *dealSheet) t(key string) string { return s.v.words.T("deal." + key) }

func (s *dealSheet) money(c int64) string { return letter.Amount(s.v.words, c, s.q.Currency) }

func (s *dealSheet) frame() look.Frame {
	f := s.v.frame(s.t("one"), "/quotes")
	f.Crumbs = []look.Crumb{{Label: s.v.words.T("quote.many"), Href: "/quotes"}, {Label: s.q.Number, Href: "/quotes/" + s.q.ID.String()}, {Label: s.t("one")}}
	f.Head = look.Heading{Title: s.t("one"), Lead: s.t("private")}
	return f
}

// zones say of each issue whether there is room, and of the first what a deal at
// the price of the quote leaves us.
func (s *dealSheet) zones() (all []string) {
	for n, i := range s.d.Issues {
		if i.Reserve == 0 || i.Other == 0 {
			continue
		}
		z := quote.ZoneOf(i.Reserve, i.Other)
		p := map[string]any{"name": i.Name, "from": s.v.words.Number(float64(z.From)/100, 0), "until": s.v.words.Number(float64(z.Until)/100, 0), "width": s.v.words.Number(float64(z.Width)/100, 0)}
		switch {
		case !z.Overlap:
			all = append(all, s.v.words.Tf("deal.no_zone", p))
		default:
			text := s.v.words.Tf("deal.zone", p)
			price := s.d.Agreed
			if price == 0 {
				price = s.q.Totals().Net
			}
			if n == 0 && price >= z.From && price <= z.Until {
				text += " " + s.v.words.Tf("deal.share", map[string]any{"price": s.money(price), "share": letter.Percent(s.v.words, roundWhole(z.Share(price)))})
			}
			all = append(all, text)
		}
	}
	return all
}

func (s *dealSheet) colleagues() (list []look.Option) {
	for _, m := range s.members {
		if m.State == member.Active && m.ID != s.q.Owner && m.Role.Can(member.QuoteWrite) {
			list = append(list, look.Option{Value: m.ID.String(), Label: m.Name})
		}
	}
	return list
}

func (s *dealSheet) inTeam(value string) bool { return slices.Contains(s.team, value) }

func (s *dealSheet) states() (list []look.Option) {
	for _, one := range quote.DealStates {
		list = append(list, look.Option{Value: string(one), Label: s.t("state_" + string(one))})
	}
	return list
}
