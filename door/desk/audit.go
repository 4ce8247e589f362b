package desk

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"kring/base/decimal"
	"kring/base/fact"
	"kring/base/id"
	"kring/domain/member"
	"kring/look"
	"kring/look/words"
)

func (d *Desk) auditRoutes() {
	d.member("GET /settings/audit", auditPage)
}

// auditForm is a page of the log, with what it was asked.
type auditForm struct {
	settingPage
	What, Who    string
	Whats, Whos  []look.Option
	Days         []auditDay
	More         string
	Asked, Later bool // something was asked; this is not the newest page
}

type auditDay struct {
	Day   string
	Lines []auditLine
}

// auditLine is one deed in words.
type auditLine struct {
	Time, Exact, Who, Kind, Deed, Label, Href, Why string
	Machine                                        bool
	Changes                                        []string
}

const auditRows = 50

func auditPage(v *visit) error {
	if err := v.may(member.FactRead); err != nil {
		return err
	}
	asked := v.r.URL.Query()
	f := auditForm{settingPage: v.setting("audit", ""), What: asked.Get("what"), Who: asked.Get("who")}
	q := fact.Query{Limit: auditRows + 1}
	f.Whats = append(f.Whats, look.Option{Label: v.words.T("audit.everything")})
	for _, k := range fact.Kinds() {
		group := v.words.T("audit.kind_" + string(k))
		f.Whats = append(f.Whats, look.Option{Value: string(k), Label: v.words.Tf("audit.all_of", words.P{"kind": group}), Group: group})
		if f.What == string(k) {
			q.Kind = k
		}
		for _, deed := range fact.Deeds(k) {
			f.Whats = append(f.Whats, look.Option{Value: deed, Label: v.deed(deed), Group: group})
			if f.What == deed {
				q.Deed = deed
			}
		}
	}
	people, groups, err := v.app.Colleagues(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	f.Whos = append(f.Whos, look.Option{Label: v.words.T("audit.everyone")})
	for _, m := range people {
		f.Whos = append(f.Whos, look.Option{Value: m.ID.String(), Label: m.Name})
		if f.Who == m.ID.String() {
			q.Member = m.ID
		}
	}
	if i, err := id.Parse[id.Fact](asked.Get("before")); err == nil {
		q.Before, f.Later = i, true
	}
	f.Asked = q.Kind != "" || q.Deed != "" || !q.Member.IsZero()
	facts, err := v.app.FactLog(v.r.Context(), v.who, q)
	if err != nil {
		return err
	}
	if len(facts) > auditRows {
		facts = facts[:auditRows]
		next := url.Values{"before": {facts[auditRows-1].ID.String()}}
		for name, value := range map[string]string{"what": f.What, "who": f.Who} {
			if value != "" {
				next.Set(name, value)
			}
		}
		f.More = "/settings/audit?" + next.Encode()
	}
	s := v.teller(people, groups)
	for _, one := range facts {
		day := v.words.Long(one.At)
		if n := len(f.Days); n == 0 || f.Days[n-1].Day != day {
			f.Days = append(f.Days, auditDay{Day: day})
		}
		last := &f.Days[len(f.Days)-1]
		last.Lines = append(last.Lines, s.line(one))
	}
	return v.show(http.StatusOK, auditView(f))
}

// teller puts facts in words.
type teller struct {
	v     *visit
	names map[string]string // of members and teams
}

func (v *visit) teller(people []member.Member, groups []member.Group) teller {
	s := teller{v, map[string]string{}}
	for _, m := range people {
		s.names[m.ID.String()] = m.Name
	}
	for _, g := range groups {
		s.names[g.ID.String()] = g.Name
	}
	return s
}

// told is a history in words.
func (v *visit) told(facts []fact.Fact) (all []pastChange, err error) {
	people, groups, err := v.app.Colleagues(v.r.Context(), v.who)
	if err != nil {
		return nil, err
	}
	s := v.teller(people, groups)
	for _, f := range facts {
		all = append(all, pastChange{At: v.words.Stamp(f.At), Who: s.actor(f.Actor), Deed: v.deed(f.Deed), Changes: s.changes(f)})
	}
	return all, nil
}

func (s teller) line(f fact.Fact) auditLine {
	w := s.v.words
	l := auditLine{Time: w.Time(f.At), Exact: w.Stamp(f.At), Who: s.actor(f.Actor), Kind: string(f.Kind), Deed: s.v.deed(f.Deed), Label: f.Label, Why: f.Why,
		Machine: f.Actor.Kind != "member", Href: s.v.page(f), Changes: s.changes(f)}
	if key := "audit.one_" + string(f.Kind); w.Has(key) {
		l.Kind = w.T(key)
	}
	if key := "audit.why_" + f.Why; f.Why != "" && w.Has(key) {
		l.Why = w.T(key)
	}
	if f.Kind == fact.Job && w.Has("job.kind."+f.Label) {
		l.Label = w.T("job.kind." + f.Label)
	}
	if key := "audit.bulk_" + f.Label; f.Kind == fact.Bulk && w.Has(key) {
		l.Label = w.T(key)
	}
	return l
}

// deed says a deed without the name of what it was done to.
func (v *visit) deed(deed string) string {
	key := "deed." + deed
	if !v.words.Has(key) {
		return deed
	}
	return strings.Join(strings.Fields(v.words.Tf(key, words.P{"name": ""})), " ")
}

func (s teller) actor(a fact.Actor) string {
	switch a.Kind {
	case "member":
		return a.Name
	case "token":
		return s.v.words.Tf("audit.by_token", words.P{"name": a.Name})
	}
	return "Kring"
}

// page is the address of what a fact is about, when this member may go there.
func (v *visit) page(f fact.Fact) string {
	subject := f.Subject.String()
	for kind, to := range map[fact.Kind]struct {
		right member.Right
		href  string
	}{
		fact.Account:      {member.AccountRead, "/accounts/" + subject},
		fact.Contact:      {member.ContactRead, "/contacts/" + subject},
		fact.Member:       {member.MemberManage, "/settings/members/" + subject},
		fact.Team:         {member.MemberManage, "/settings/teams"},
		fact.Organisation: {member.SettingManage, "/settings/organisation"},
		fact.Provider:     {member.SettingManage, "/settings/providers"},
		fact.Field:        {member.FieldManage, "/settings/fields/" + subject},
		fact.Webhook:      {member.WebhookManage, "/settings/webhooks/" + subject},
		fact.Job:          {member.SettingManage, "/settings/jobs/" + subject},
		fact.Bulk:         {member.SettingManage, "/bulk/" + subject},
	} {
		if kind != f.Kind || !v.who.Can(to.right) || strings.HasSuffix(f.Deed, ".erased") {
			continue
		}
		return to.href
	}
	if f.Kind == fact.File && !f.Account.IsZero() && v.who.Can(member.AccountRead) {
		return "/accounts/" + f.Account.String()
	}
	return ""
}

func (s teller) changes(f fact.Fact) (all []string) {
	w := s.v.words
	for _, c := range f.Changes {
		from, to := s.value(f.Kind, c.Field, c.From), s.value(f.Kind, c.Field, c.To)
		p := words.P{"field": s.field(f.Kind, c.Field), "from": from, "to": to}
		switch {
		case from == to:
			all = append(all, w.Tf("setting.change_only", p))
		case from == "—":
			all = append(all, w.Tf("audit.set", p))
		default:
			all = append(all, w.Tf("setting.change", p))
		}
	}
	return all
}

// field is the name of a field of a kind of record.
func (s teller) field(kind fact.Kind, key string) string {
	for _, word := range []string{"audit.field_" + key, string(kind) + "." + key, "setting.field_" + key} {
		if s.v.words.Has(word) {
			return s.v.words.T(word)
		}
	}
	return strings.TrimPrefix(key, "own.")
}

// value is a kept value for a reader, on one line; a dash when there is none.
func (s teller) value(kind fact.Kind, key string, raw json.RawMessage) string {
	var kept any
	if json.Unmarshal(raw, &kept) != nil {
		return "—"
	}
	text := strings.Join(strings.Fields(s.text(kind, key, kept)), " ")
	if text == "" {
		return "—"
	}
	if r := []rune(text); len(r) > 120 {
		return string(r[:117]) + "…"
	}
	return text
}

func (s teller) text(kind fact.Kind, key string, kept any) string {
	w := s.v.words
	switch x := kept.(type) {
	case bool:
		if x {
			return w.T("audit.yes")
		}
		return w.T("audit.no")
	case float64:
		switch {
		case strings.HasSuffix(key, "_at") && x == 0:
			return ""
		case strings.HasSuffix(key, "_at"):
			return w.Stamp(int64(x))
		}
		_, part, _ := strings.Cut(decimal.Plain(x), ".")
		return w.Number(x, len(part))
	case string:
		if name := s.names[x]; name != "" {
			return name
		}
		for _, word := range []string{string(kind) + "." + key + "." + x, string(kind) + "." + key + "_" + x, key + "." + x, "member.state_" + x, "setting.word_" + x, "entry.lang_" + x} {
			if x != "" && w.Has(word) {
				return w.T(word)
			}
		}
		return x
	case []any:
		var list []string
		for _, one := range x {
			if text := s.text(kind, key, one); text != "" {
				list = append(list, text)
			}
		}
		return strings.Join(list, ", ")
	case map[string]any:
		return s.gist(kind, key, x)
	}
	return ""
}

// gist is what says most of a value with parts: its name, number or address.
func (s teller) gist(kind fact.Kind, key string, x map[string]any) string {
	if gone, _ := x["archived"].(bool); gone {
		return ""
	}
	for _, part := range []string{"label", "number", "address", "street", "city", "function", s.v.words.Lang(), "nl", "en"} {
		if part == "label" {
			if _, isName := x[part].(map[string]any); !isName {
				continue
			}
		}
		if text := s.text(kind, key, x[part]); text != "" {
			return text
		}
	}
	return ""
}
