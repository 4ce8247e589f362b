package desk

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"kring/app"
	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/contact"
	"kring/domain/conversation"
	"kring/domain/member"
	"kring/domain/need"
	"kring/domain/promise"
	"kring/look"
	"kring/look/words"
)

// Conversations: the list, the plan, the page on which one is held, its report,
// and what the customer sees of it.

func (d *Desk) talkRoutes() {
	d.member("GET /conversations", talkList)
	d.member("GET /conversations/new", newTalk)
	d.member("POST /conversations/new", planTalk)
	d.member("GET /conversations/{id}", talkPage)
	d.member("GET /conversations/{id}/edit", editTalk)
	d.member("POST /conversations/{id}/edit", changeTalk)
	d.member("POST /conversations/{id}/begin", beginTalk)
	d.member("POST /conversations/{id}/notes", noteTalk)
	d.member("POST /conversations/{id}/notes/removal", eraseNote)
	d.member("POST /conversations/{id}/needs", needTalk)
	d.member("POST /conversations/{id}/promises", promiseTalk)
	d.member("POST /conversations/{id}/finish", finishTalk)
	d.member("POST /conversations/{id}/held", holdTalk)
	d.member("POST /conversations/{id}/report", reportTalk)
	d.member("POST /conversations/{id}/offer", offerTalk)
	d.member("POST /conversations/{id}/moved", moveTalk)
	d.member("POST /conversations/{id}/missed", missTalk)
	d.anyone("GET "+app.ConfirmPath+"{token}", confirmPage)
	d.anyone("POST "+app.ConfirmPath+"{token}", confirmTalk)
	d.member("GET /coach", coachPage)
	d.member("POST /coach/practice", practise)
	d.member("POST /coach/practice/end", endPractice)
	d.member("GET /settings/questions", questionsPage)
	d.member("POST /settings/questions", addQuestion)
	d.member("POST /settings/questions/standard", fillBank)
	d.member("POST /settings/questions/{question}", changeQuestion)
}

const talksOnPage = 50

var talkIcons = map[conversation.Channel]string{conversation.Visit: "map-pin", conversation.Phone: "phone", conversation.Video: "monitor"}

// talkMeta is what stands under a conversation.
func (v *visit) talkMeta(c conversation.Line, account bool) string {
	var parts []string
	if account {
		parts = append(parts, c.Name)
	}
	parts = append(parts, v.words.DayTime(c.Start, v.app.Now()))
	if c.Outcome != "" {
		parts = append(parts, v.words.T("talk.outcome_"+string(c.Outcome)))
	} else if c.Place != "" {
		parts = append(parts, c.Place)
	}
	return strings.Join(parts, " · ")
}

func (v *visit) talkChip(c conversation.Conversation) look.Chip {
	chip := look.Chip{Label: v.words.T("talk.state_" + string(c.State))}
	switch {
	case c.Live():
		return look.Chip{Label: v.words.T("talk.live"), Tone: look.Accent}
	case c.State == conversation.Held:
		late := v.app.Now() > c.ReportDue()
		return look.Chip{Label: v.words.T("talk.to_report"), Icon: "clock", Tone: map[bool]string{true: look.Bad, false: look.Warn}[late]}
	case c.State == conversation.Confirmed:
		chip.Tone, chip.Icon = look.Good, "check"
	}
	return chip
}

type talkRows struct {
	v       *visit
	ask     app.TalkAsk
	coming  bool
	all     []conversation.Line
	waiting []conversation.Line // to report
	people  people
	more    string
}

func talkList(v *visit) error {
	if err := v.may(member.TalkWrite); err != nil {
		return err
	}
	q := v.r.URL.Query()
	l := &talkRows{v: v, coming: q.Get("which") != "past", ask: app.TalkAsk{Of: "mine", Account: id.OrZero[id.Account](q.Get("account")), Limit: talksOnPage + 1}}
	if q.Get("of") == "all" {
		l.ask.Of = "all"
	}
	if l.coming {
		l.ask.Coming = true
	} else {
		l.ask.Back, l.ask.Was = true, true
	}
	at, of, _ := strings.Cut(q.Get("after"), "~")
	if i, err := id.Parse[id.Conversation](of); err == nil {
		l.ask.After = app.TalkPlace{Start: number64(at), ID: i}
	}
	all, err := v.app.Conversations(v.r.Context(), v.who, l.ask)
	if err != nil {
		return err
	}
	if l.all = all; len(all) > talksOnPage {
		l.all = all[:talksOnPage]
		last := l.all[talksOnPage-1]
		l.more = l.here("after", decimal64(last.Start)+"~"+last.ID.String())
	}
	if l.waiting, err = v.app.ToReport(v.r.Context(), v.who); err != nil {
		return err
	}
	if l.people, err = v.people(); err != nil {
		return err
	}
	return v.show(http.StatusOK, talkListView(l))
}

func (l *talkRows) here(key, value string) string {
	q := url.Values{}
	if l.ask.Of == "all" {
		q.Set("of", "all")
	}
	if !l.coming {
		q.Set("which", "past")
	}
	if !l.ask.Account.IsZero() {
		q.Set("account", l.ask.Account.String())
	}
	if q.Set(key, value); value == "" || value == "mine" {
		q.Del(key)
	}
	return address("/conversations", q)
}

func (l *talkRows) t(key string) string { return l.v.words.T("talk." + key) }

func (l *talkRows) frame() look.Frame {
	f := l.v.frame(l.t("many"), "/conversations")
	f.Crumbs = []look.Crumb{{Label: l.t("many")}}
	tabs := look.Tabs{Label: l.t("many")}
	for _, of := range []string{"mine", "all"} {
		tabs.Items = append(tabs.Items, look.Tab{Label: l.t("of_" + of), Href: l.here("of", of), Current: l.ask.Of == of})
	}
	tabs.Items = append(tabs.Items, look.Tab{Label: l.t("coach"), Href: "/coach"})
	f.Head = taskHead(look.Heading{Title: l.t("many"), Lead: l.t("lead")}, tabs)
	f.Actions = append(f.Actions, look.Button{Label: l.t("one"), Icon: "plus", Kind: look.Primary, Href: "/conversations/new", Key: "S"})
	return f
}

func (l *talkRows) which() look.Segmented {
	now := "coming"
	if !l.coming {
		now = "past"
	}
	return look.Segmented{Label: l.t("which"), Value: now, Options: []look.Option{
		{Value: "coming", Label: l.t("coming"), Href: l.here("which", "")}, {Value: "past", Label: l.t("past"), Href: l.here("which", "past")},
	}}
}

// talkForm is a plan being filled in.
type talkForm struct {
	v      *visit
	c      conversation.Line
	text   map[string]string
	said   map[string]string
	name   string
	at     []contact.Contact
	going  map[string]bool // ids of contacts and colleagues who are there
	asks   []conversation.Asking
	people people
	bank   []conversation.Question
	theirs string
}

func (f *talkForm) w(key string) string { return f.v.words.T("talk." + key) }

const askLines = 6

func (v *visit) talkForm(c conversation.Line) (*talkForm, error) {
	f := &talkForm{v: v, c: c, said: map[string]string{}, name: c.Name, text: map[string]string{}, going: map[string]bool{}}
	var err error
	if f.people, err = v.people(); err != nil {
		return nil, err
	}
	if f.bank, err = v.app.Questions(v.r.Context(), v.who); err != nil {
		return nil, err
	}
	if c.Version == 0 {
		return f, nil
	}
	d := c.Draft(v.who.Zone())
	f.text = map[string]string{
		"title": d.Title, "account": d.Account.String(), "opportunity": d.Opportunity.String(), "channel": string(d.Channel), "place": d.Place, "day": string(d.Day), "time": d.Time, "minutes": strconv.Itoa(d.Minutes),
		"owner": d.Owner.String(), "goal": d.Goal, "version": decimal64(c.Version),
	}
	f.asks = d.Questions
	var others []string
	for _, a := range d.Attendees {
		switch {
		case !a.Contact.IsZero():
			f.going[a.Contact.String()] = true
		case !a.Member.IsZero():
			f.going[a.Member.String()] = true
		default:
			others = append(others, a.Name)
		}
	}
	f.text["others"] = strings.Join(others, ", ")
	f.at, err = v.app.ContactsAt(v.r.Context(), v.who, c.Account)
	return f, err
}

// lines are the questions with a few empty ones.
func (f *talkForm) lines() []conversation.Asking {
	all := slices.Clone(f.asks)
	for n := 0; n < 2 || len(all) < askLines; n++ {
		all = append(all, conversation.Asking{Letter: conversation.Letters[min(len(all), 3)]})
	}
	return all
}

func (f *talkForm) letters() (list []look.Option) {
	for _, l := range conversation.Letters {
		list = append(list, look.Option{Value: string(l), Label: strings.ToUpper(string(l)) + " · " + f.w("letter_"+string(l))})
	}
	return list
}

func (f *talkForm) channels() (list []look.Option) {
	for _, c := range conversation.Channels {
		list = append(list, look.Option{Value: string(c), Label: f.w("channel_" + string(c))})
	}
	return list
}

func (f *talkForm) colleagues() (list []member.Member) {
	for _, m := range f.people.members {
		if m.State == member.Active && m.ID != f.v.who.Member.ID {
			list = append(list, m)
		}
	}
	return list
}

func (f *talkForm) owners() (list []look.Option) {
	for _, m := range f.people.members {
		if m.State == member.Active && m.Role.Can(member.TalkWrite) {
			list = append(list, look.Option{Value: m.ID.String(), Label: m.Name})
		}
	}
	return list
}

func (f *talkForm) frame() look.Frame {
	title := f.w("plan")
	if f.c.Version > 0 {
		title = f.c.Title
	}
	fr := f.v.frame(title, "/conversations")
	fr.Crumbs = []look.Crumb{{Label: f.w("many"), Href: "/conversations"}, {Label: title}}
	fr.Head = look.Heading{Title: title, Lead: f.w("plan_lead")}
	return fr
}

func newTalk(v *visit) error {
	if err := v.may(member.TalkWrite); err != nil {
		return err
	}
	f, err := v.talkForm(conversation.Line{})
	if err != nil {
		return err
	}
	q := v.r.URL.Query()
	now := time.UnixMilli(v.app.Now()).In(v.who.Zone())
	f.text["id"], f.text["owner"], f.text["day"], f.text["time"] = id.New[id.Conversation]().String(), v.who.Member.ID.String(), string(v.app.Today(v.who)), now.Format("15:04")
	f.text["minutes"], f.text["channel"] = "30", string(conversation.Visit)
	for _, key := range []string{"title", "account", "opportunity", "channel", "day", "time"} {
		if q.Has(key) {
			f.text[key] = strings.ToValidUTF8(q.Get(key), "")
		}
	}
	if i, err := id.Parse[id.Account](f.text["account"]); err == nil {
		if err := f.called(i); err != nil {
			return err
		}
	}
	return v.show(http.StatusOK, talkFormView(f))
}

func (f *talkForm) called(i id.Account) error {
	names, err := f.v.app.AccountNames(f.v.r.Context(), f.v.who, []id.Account{i})
	if err != nil {
		return err
	}
	if f.name = names[i]; f.name == "" {
		return nil
	}
	f.at, err = f.v.app.ContactsAt(f.v.r.Context(), f.v.who, i)
	return err
}

func (f *talkForm) posted(form url.Values) (d conversation.Draft, err error) {
	for _, key := range []string{"id", "title", "account", "opportunity", "channel", "place", "day", "time", "minutes", "owner", "goal", "others", "version"} {
		f.text[key] = form.Get(key)
	}
	wrong := fault.Fields{}
	minutes, bad := strconv.Atoi(or(form.Get("minutes"), "0"))
	if bad != nil {
		minutes = -1
	}
	d = conversation.Draft{
		Title: form.Get("title"), Channel: conversation.Channel(form.Get("channel")), Place: form.Get("place"), Day: day.Day(form.Get("day")), Time: form.Get("time"), Minutes: minutes,
		Owner: id.OrZero[id.Member](form.Get("owner")), Goal: form.Get("goal"), Opportunity: id.OrZero[id.Opportunity](form.Get("opportunity")),
	}
	f.going = map[string]bool{}
	for _, who := range form["contact"] {
		f.going[who] = true
		if i, err := id.Parse[id.Contact](who); err == nil {
			d.Attendees = append(d.Attendees, conversation.Attendee{Contact: i})
		}
	}
	for _, who := range form["member"] {
		f.going[who] = true
		if i, err := id.Parse[id.Member](who); err == nil {
			d.Attendees = append(d.Attendees, conversation.Attendee{Member: i})
		}
	}
	for name := range strings.SplitSeq(form.Get("others"), ",") {
		d.Attendees = append(d.Attendees, conversation.Attendee{Name: strings.TrimSpace(name)})
	}
	f.asks = nil
	for n, text := range form["ask"] {
		if strings.TrimSpace(text) == "" || n >= len(form["letter"]) || n > conversation.MaxQuestions {
			continue
		}
		q := conversation.Asking{Letter: conversation.Letter(form["letter"][n]), Text: text}
		if n < len(form["basis"]) {
			q.Basis = form["basis"][n]
		}
		f.asks = append(f.asks, q)
	}
	d.Questions = f.asks
	if f.c.Version > 0 {
		d.Account = f.c.Account
		return d, nil
	}
	d.Account, f.name, err = f.v.pickedAccount(form, "account")
	if err != nil {
		if _, ok := fault.From(err); !ok {
			return d, err
		}
		wrong.Add("account", conversation.ErrAccount)
	}
	f.text["account"] = d.Account.String()
	if !d.Account.IsZero() {
		if err := f.called(d.Account); err != nil {
			return d, err
		}
	}
	return d, wrong.Err()
}

func planTalk(v *visit) error {
	if err := v.may(member.TalkWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	f, err := v.talkForm(conversation.Line{})
	if err != nil {
		return err
	}
	d, err := f.posted(form)
	i, bad := id.Parse[id.Conversation](form.Get("id"))
	if bad != nil {
		i = id.New[id.Conversation]()
	}
	if err == nil {
		_, err = v.app.PlanConversationOnce(v.r.Context(), v.who, i, d)
	}
	if err == nil && form.Get("begin") != "" {
		_, err = v.app.BeginConversation(v.r.Context(), v.who, i)
	}
	if wrong := v.wrong(err); wrong != nil {
		f.said = wrong
		return v.show(http.StatusUnprocessableEntity, talkFormView(f))
	}
	if err != nil {
		return err
	}
	return v.to("/conversations/" + i.String())
}

func talkOf(v *visit) (app.Talk, error) {
	i, err := pathID[id.Conversation](v, "id")
	if err != nil {
		return app.Talk{}, err
	}
	return v.app.Conversation(v.r.Context(), v.who, i)
}

func editTalk(v *visit) error {
	if err := v.may(member.TalkWrite); err != nil {
		return err
	}
	t, err := talkOf(v)
	if err != nil {
		return err
	}
	if !t.State.Coming() {
		return conversation.ErrComing
	}
	f, err := v.talkForm(t.Line)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, talkFormView(f))
}

func changeTalk(v *visit) error {
	if err := v.may(member.TalkWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	t, err := talkOf(v)
	if err != nil {
		return err
	}
	f, err := v.talkForm(t.Line)
	if err != nil {
		return err
	}
	d, err := f.posted(form)
	if err == nil {
		_, err = v.app.ChangeConversation(v.r.Context(), v.who, t.ID, number64(form.Get("version")), func(was conversation.Draft) conversation.Draft {
			d.ExternalID = was.ExternalID
			return d
		})
	}
	var stale *app.Stale[conversation.Conversation]
	if errors.As(err, &stale) {
		f.theirs, f.text["version"] = stale.Now.Title, decimal64(stale.Now.Version)
		return v.show(http.StatusConflict, talkFormView(f))
	}
	if wrong := v.wrong(err); wrong != nil {
		f.said = wrong
		return v.show(http.StatusUnprocessableEntity, talkFormView(f))
	}
	if err != nil {
		return err
	}
	return v.to("/conversations/" + t.ID.String())
}

// talk is a conversation as its page shows it, with what was typed and refused.
type talk struct {
	v      *visit
	t      app.Talk
	people people
	at     []contact.Contact
	text   map[string]string
	said   map[string]string
	open   string
	link   string
}

func (v *visit) talk(t app.Talk) (*talk, error) {
	p := &talk{v: v, t: t, text: map[string]string{}, said: map[string]string{}}
	var err error
	if p.people, err = v.people(); err != nil {
		return nil, err
	}
	p.at, err = v.app.ContactsAt(v.r.Context(), v.who, t.Account)
	if fault.KindOf(err) == fault.NotFound {
		err = nil // a colleague who is there, and sees no more of the relation
	}
	if token := app.ConfirmToken(v.who.Org.ID, t.Conversation); token != "" {
		p.link = v.app.Base(v.origin()) + app.ConfirmPath + token
	}
	p.text["outcome"], p.text["action"], p.text["action_by"], p.text["action_day"] = string(t.Outcome), t.Action, t.ActionBy.String(), string(t.ActionDay)
	p.text["next"], p.text["next_day"], p.text["summary"], p.text["language"] = t.Next, string(t.NextDay), t.Summary, t.Language
	if l := v.r.URL.Query().Get("lang"); l == "nl" || l == "en" {
		p.text["language"], p.text["summary"] = l, ""
	}
	if p.text["summary"] == "" {
		p.text["summary"] = t.Told(v.who, p.text["language"], p.addressee(), "")
	}
	return p, err
}

// addressee is the given name of the first person of the customer's who was there.
func (p *talk) addressee() string {
	for _, a := range p.t.Attendees {
		for _, c := range p.at {
			if c.ID == a.Contact {
				return or(c.Given, c.Name())
			}
		}
	}
	return p.t.Name
}

func (p *talk) w(key string) string { return p.v.words.T("talk." + key) }

func (p *talk) path() string { return "/conversations/" + p.t.ID.String() }

// who are those who are there, by name.
func (p *talk) who() string {
	var names []string
	for _, a := range p.t.Attendees {
		names = append(names, or(p.attendee(a), a.Name))
	}
	return strings.Join(names, ", ")
}

func (p *talk) attendee(a conversation.Attendee) string {
	for _, c := range p.at {
		if c.ID == a.Contact {
			if l, _ := c.At(p.t.Account); l.Function != "" {
				return c.Name() + ", " + l.Function
			}
			return c.Name()
		}
	}
	return p.people.name(a.Member)
}

func (p *talk) lead() string {
	if who := p.who(); who != "" {
		return p.v.words.Tf("talk.with", words.P{"who": who, "name": p.t.Name})
	}
	return p.t.Name
}

func (p *talk) frame() look.Frame {
	f := p.v.frame(p.t.Title, "/conversations")
	f.Crumbs = []look.Crumb{{Label: p.w("many"), Href: "/conversations"}, {Label: p.t.Name, Href: "/accounts/" + p.t.Account.String()}}
	f.Head = look.Heading{Title: p.t.Title, Lead: p.lead(), Chips: []templComponent{p.v.talkChip(p.t.Conversation)}}
	f.Shape, f.Aside, f.AsideIs = look.Split, talkAside(p), p.w("aside")
	f.Scripts = []string{"talk.js"}
	if p.t.Live() {
		group := p.w("keys")
		for n, l := range conversation.Letters {
			f.Keys = append(f.Keys, look.Shortcut{Keys: strconv.Itoa(n + 1), Label: p.w("letter_" + string(l)), Group: group})
		}
		f.Keys = append(f.Keys, look.Shortcut{Keys: "w", Label: p.w("turn"), Group: group})
		f.Actions = append(f.Actions, talkClock(p), talkPause(p),
			look.Button{Label: p.w("finish"), Kind: look.Primary, Submit: true, Form: "talk-finish", Attr: map[string]any{"data-finish": true}})
	}
	return f
}

// clock writes seconds as 18:42.
func clockText(seconds int) string {
	s := strconv.Itoa(seconds/60) + ":"
	if seconds%60 < 10 {
		s += "0"
	}
	return s + strconv.Itoa(seconds%60)
}

func talkPage(v *visit) error {
	if err := v.may(member.AccountRead); err != nil {
		return err
	}
	t, err := talkOf(v)
	if err != nil {
		return err
	}
	p, err := v.talk(t)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, p.view())
}

func (p *talk) view() templComponent {
	switch {
	case p.t.Live():
		return talkLive(p)
	case p.t.State.Was():
		return talkReport(p)
	}
	return talkPlanned(p)
}

// done does something with the conversation that the address names, and shows its
// page again when it is refused. A script that sends what was written without a
// connection is answered without a page.
func talked(v *visit, open string, do func(p *talk, form url.Values) (to string, err error)) error {
	if err := v.may(member.TalkWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	t, err := talkOf(v)
	if err != nil {
		return err
	}
	p, err := v.talk(t)
	if err != nil {
		return err
	}
	to, err := do(p, form)
	queued := v.r.Header.Get("X-Kring-Queue") != ""
	if f, ok := fault.From(err); ok && queued {
		said := v.sentence(f)
		for _, one := range f.Fields {
			said = v.sentence(one)
		}
		code := http.StatusUnprocessableEntity
		if f.Kind == fault.Conflict {
			code = http.StatusConflict
		}
		http.Error(v.w, said, code)
		return nil
	}
	if wrong := v.wrong(err); wrong != nil {
		p.said, p.open = wrong, open
		for key := range form {
			p.text[key] = form.Get(key)
		}
		return v.show(http.StatusUnprocessableEntity, p.view())
	}
	if err != nil {
		return err
	}
	if queued {
		v.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return v.to(or(to, p.path()))
}

func beginTalk(v *visit) error {
	return talked(v, "", func(p *talk, _ url.Values) (string, error) {
		_, err := v.app.BeginConversation(v.r.Context(), v.who, p.t.ID)
		return "", err
	})
}

func noteTalk(v *visit) error {
	return talked(v, "note", func(p *talk, form url.Values) (string, error) {
		text := form.Get("text")
		if rest, ok := strings.CutPrefix(strings.TrimSpace(text), "/"); ok && conversation.Mark(or(form.Get("mark"), "said")) == conversation.Said {
			first, more, _ := strings.Cut(rest, " ") // "/belofte offerte sturen", "/promise …" or "/ offerte sturen"
			if first == "" || strings.HasPrefix("belofte", strings.ToLower(first)) || strings.HasPrefix("promise", strings.ToLower(first)) {
				rest = more
			}
			return address("/promises/new", url.Values{"account": {p.t.Account.String()}, "source": {string(fact.Conversation)}, "record": {p.t.ID.String()}, "text": {rest}, "channel": {string(p.t.Channel)}, "from": {p.path()}}), nil
		}
		n := conversation.Note{
			ID: id.OrZero[id.Record](form.Get("note")), Mark: conversation.Mark(form.Get("mark")), Letter: conversation.Letter(form.Get("letter")), Question: form.Get("question"), Closed: form.Get("closed") != "",
			Text: text, Basis: form.Get("basis"), Ground: conversation.Ground(form.Get("ground")), Handled: form.Get("handled"), Checked: form.Get("checked") != "", Need: id.OrZero[id.Need](form.Get("need")), At: number64(form.Get("at")),
		}
		if n.ID.IsZero() {
			n.ID = id.New[id.Record]()
		}
		_, err := v.app.PutNote(v.r.Context(), v.who, p.t.ID, number64(form.Get("version")), n)
		return p.path() + "?letter=" + url.QueryEscape(form.Get("letter")), err
	})
}

func eraseNote(v *visit) error {
	return talked(v, "", func(p *talk, form url.Values) (string, error) {
		return "", v.app.EraseNote(v.r.Context(), v.who, p.t.ID, id.OrZero[id.Record](form.Get("note")))
	})
}

func needTalk(v *visit) error {
	return talked(v, "need", func(p *talk, form url.Values) (string, error) {
		i := id.OrZero[id.Need](form.Get("note"))
		if i.IsZero() {
			i = id.New[id.Need]()
		}
		_, err := v.app.HeardNeed(v.r.Context(), v.who, p.t.ID, i, need.Draft{
			Kind: need.Kind(form.Get("kind")), Words: form.Get("words"), Problem: id.OrZero[id.Need](form.Get("problem")), Implication: form.Get("implication"), Basis: form.Get("need_basis"),
			Payoff: form.Get("payoff"), Contact: id.OrZero[id.Contact](form.Get("by")),
		})
		return "", err
	})
}

func promiseTalk(v *visit) error {
	return talked(v, "promise", func(p *talk, form url.Values) (string, error) {
		i := id.OrZero[id.Promise](form.Get("note"))
		if i.IsZero() {
			i = id.New[id.Promise]()
		}
		d := promise.Draft{Text: form.Get("promise"), Day: day.Day(form.Get("due")), Aspect: promise.Aspect(form.Get("aspect")), Contact: id.OrZero[id.Contact](form.Get("to"))}
		if team, ok := strings.CutPrefix(form.Get("keeper"), "team:"); ok {
			d.Team = id.OrZero[id.Team](team)
		} else {
			d.Owner = id.OrZero[id.Member](form.Get("keeper"))
		}
		_, err := v.app.PromisedIn(v.r.Context(), v.who, p.t.ID, i, d)
		return "", err
	})
}

func finishTalk(v *visit) error {
	return talked(v, "finish", func(p *talk, form url.Values) (string, error) {
		_, err := v.app.FinishConversation(v.r.Context(), v.who, p.t.ID, conversation.Outcome(form.Get("outcome")))
		return "", err
	})
}

func holdTalk(v *visit) error {
	return talked(v, "held", func(p *talk, form url.Values) (string, error) {
		_, err := v.app.HoldConversation(v.r.Context(), v.who, p.t.ID, conversation.Outcome(form.Get("outcome")), 0, 0)
		return "", err
	})
}

func reportTalk(v *visit) error {
	return talked(v, "report", func(p *talk, form url.Values) (string, error) {
		_, err := v.app.ReportConversation(v.r.Context(), v.who, p.t.ID, number64(form.Get("version")), conversation.Report{
			Outcome: conversation.Outcome(form.Get("outcome")), Action: form.Get("action"), ActionBy: id.OrZero[id.Contact](form.Get("action_by")), ActionDay: day.Day(form.Get("action_day")),
			Next: form.Get("next"), NextDay: day.Day(form.Get("next_day")), Summary: strings.ReplaceAll(form.Get("summary"), "\r\n", "\n"), Language: form.Get("language"),
		})
		if err == nil {
			v.toast(look.Toast{Text: p.w("said_reported")})
		}
		return "", err
	})
}

func offerTalk(v *visit) error {
	return talked(v, "", func(p *talk, form url.Values) (string, error) {
		_, err := v.app.OfferSummary(v.r.Context(), v.who, p.t.ID, number64(form.Get("version")))
		return p.path() + "#offer", err
	})
}

func moveTalk(v *visit) error {
	return talked(v, "move", func(_ *talk, form url.Values) (string, error) {
		i := id.OrZero[id.Conversation](v.r.PathValue("id"))
		next, err := v.app.MoveConversation(v.r.Context(), v.who, i, number64(form.Get("version")), day.Day(form.Get("day")), form.Get("time"), form.Get("why"))
		return "/conversations/" + next.ID.String(), err
	})
}

func missTalk(v *visit) error {
	return talked(v, "miss", func(p *talk, form url.Values) (string, error) {
		_, err := v.app.MissConversation(v.r.Context(), v.who, p.t.ID, number64(form.Get("version")), form.Get("why"))
		return "", err
	})
}

// notes are those under a letter, or of another mark.
func (p *talk) notes(mark conversation.Mark, l conversation.Letter) (all []conversation.Note) {
	for _, n := range p.t.Notes {
		if n.Mark == mark && n.Letter == l {
			all = append(all, n)
		}
	}
	return all
}

// beside are the objections, what was shown, and the signals.
func (p *talk) beside() (all []conversation.Note) {
	for _, n := range p.t.Notes {
		if n.Mark == conversation.Objection || n.Mark.Shown() || n.Mark == conversation.Signal {
			all = append(all, n)
		}
	}
	return all
}

func (p *talk) besideText(n conversation.Note) string {
	text := p.w("mark_"+string(n.Mark)) + ": " + n.Text
	if n.Mark == conversation.Objection {
		text = p.w("mark_objection") + ", " + p.w("ground_"+string(n.Ground)) + ": " + n.Text
		if n.Handled != "" {
			text += " → " + n.Handled
		}
		if n.Checked {
			text += " · " + p.w("is_checked")
		}
	}
	for _, one := range p.t.Needs {
		if one.ID == n.Need {
			text += " · “" + one.Words + "”"
		}
	}
	return text
}

func (p *talk) needs(k need.Kind) (all []need.Need) {
	for _, n := range p.t.Needs {
		if n.Kind == k {
			all = append(all, n)
		}
	}
	return all
}

func (p *talk) needOptions(k need.Kind) (list []look.Option) {
	for _, n := range p.needs(k) {
		list = append(list, look.Option{Value: n.ID.String(), Label: n.Words})
	}
	return list
}

func (p *talk) contactOptions() (list []look.Option) {
	for _, c := range p.at {
		list = append(list, look.Option{Value: c.ID.String(), Label: c.Name()})
	}
	return list
}

// letter is the one under which is written now.
func (p *talk) letter() conversation.Letter {
	l := conversation.Letter(or(p.text["letter"], p.v.r.URL.Query().Get("letter")))
	if slices.Contains(conversation.Letters, l) {
		return l
	}
	return conversation.Current(p.t.Notes)
}

// cover is what the meter shows of a letter.
func (p *talk) coverText(c conversation.Cover) string {
	if c.Most > 0 {
		return p.v.words.Tf("talk.cover_most", words.P{"n": c.N, "most": c.Most})
	}
	return p.v.words.Tf("talk.cover_least", words.P{"n": c.N, "least": c.Least})
}

// cells are the four marks of the meter.
func (p *talk) cells(c conversation.Cover) (all []string) {
	for n := range 4 {
		switch {
		case n < c.N && c.Enough():
			all = append(all, "full")
		case n < c.N && conversation.Current(p.t.Notes) == c.Letter:
			all = append(all, "now")
		case n < c.N:
			all = append(all, "full")
		case n < c.Least:
			all = append(all, "want")
		default:
			all = append(all, "")
		}
	}
	return all
}

func (p *talk) letterClass(c conversation.Cover) string {
	switch {
	case p.letter() == c.Letter && p.t.Live():
		return "now"
	case c.N > 0 && c.Enough():
		return "full"
	}
	return ""
}

func (p *talk) outcomes() (list []look.Option) {
	for _, o := range conversation.Outcomes {
		list = append(list, look.Option{Value: string(o), Label: p.w("outcome_" + string(o))})
	}
	return list
}

func (p *talk) facts() (all []look.Fact) {
	add := func(key, text string) {
		if text != "" {
			all = append(all, look.Fact{Label: p.w(key), Value: text})
		}
	}
	c, w := p.t.Conversation, p.v.words
	add("when", w.Long(c.Start)+", "+w.Time(c.Start))
	add("channel", p.w("channel_"+string(c.Channel)))
	add("place", c.Place)
	add("owner", p.people.name(c.Owner))
	add("goal", c.Goal)
	add("why", c.Why)
	if c.State.Was() {
		add("outcome", p.w("outcome_"+string(c.Outcome)))
		if c.Action != "" {
			add("action", c.Action+" · "+w.DayText(string(c.ActionDay)))
		}
	}
	if c.Confirmed != 0 {
		add("confirmed", c.ConfirmedBy+", "+w.Stamp(c.Confirmed))
		add("remark", c.Remark)
	}
	return all
}

// offerForm is what a customer sees behind a link.
type offerForm struct {
	page look.Bare
	o    app.Offered
	text map[string]string
	said map[string]string
	v    *visit
}

func (v *visit) offered() (*offerForm, error) {
	o, err := v.app.Offered(v.r.Context(), v.r.PathValue("token"))
	if err != nil {
		return nil, err
	}
	v.words = words.For(o.Conversation.Language, sector(o.Org.Settings.Word))
	v.read()
	f := &offerForm{v: v, o: o, text: map[string]string{}, said: map[string]string{}}
	f.page = v.bare(v.words.Tf("talk.confirm_title", words.P{"organisation": o.Org.Name}))
	f.page.Lead = v.words.Tf("talk.confirm_lead", words.P{"name": o.From.Name})
	v.w.Header().Set("Referrer-Policy", "no-referrer")
	v.w.Header().Set("X-Robots-Tag", "noindex")
	return f, nil
}

func confirmPage(v *visit) error {
	f, err := v.offered()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, confirmView(f))
}

func confirmTalk(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	f, err := v.offered()
	if err != nil {
		return err
	}
	err = v.app.ConfirmSummary(v.r.Context(), v.r.PathValue("token"), form.Get("name"), form.Get("remark"))
	if wrong := v.wrong(err); wrong != nil {
		f.said, f.text["name"], f.text["remark"] = wrong, form.Get("name"), form.Get("remark")
		return v.show(http.StatusUnprocessableEntity, confirmView(f))
	}
	if err != nil && !errors.Is(err, conversation.ErrSettled) {
		return err
	}
	return v.to(v.r.URL.Path)
}
