package app

import (
	"cmp"
	"context"
	"slices"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/job"
	"kring/domain/appointment"
	"kring/domain/cycle"
	"kring/domain/handover"
	"kring/domain/member"
	"kring/domain/promise"
	"kring/domain/task"
	"kring/store"
)

// Today is what asks somebody for a deed today, and what their role looks at
// first (domain.md §5). Each block has a handful and says how many there are.
type Today struct {
	Now      int64
	Day      day.Day
	Promises []promise.Line // due within two days, or missed
	Promised int            // how many of those, up to MostWaiting + 1
	Tasks    []task.Line    // due today or before
	Waiting  int            // how many of those, up to MostWaiting + 1
	Meetings []Meeting      // today's, those to come and those going on first
	SayDo    *SayDo         // of one's own promises in thirty days; nil when none fell due
	Notices  []Notice       // what Kring noticed, the most urgent first
	Noticed  int
	Ring     cycle.Tally // where one's own relations stand; nil for who looks after none
	Delight  *Anniversary
}

// Meeting is an appointment of today with the names of who comes.
type Meeting struct {
	appointment.Occurrence
	People []string
}

// Anniversary is somebody who bought for the first time years ago.
type Anniversary struct {
	store.Anniversary
	Day   day.Day // on which it is so many years ago
	Years int
}

// MostWaiting is how far what waits is counted.
const MostWaiting = 99

// perSource is how many notices of a kind are looked at.
const perSource = 20

// Notice is something that Kring noticed. Key says what, and which words and
// which deed belong to it.
type Notice struct {
	Key      string     `json:"key"`
	Record   id.Record  `json:"record"` // what it is about; with Key it is what can be put off
	Account  id.Account `json:"account"`
	Name     string     `json:"name"` // of the account, or of what it is about
	Text     string     `json:"text,omitempty"`
	Day      day.Day    `json:"day,omitempty"`
	N        int        `json:"n,omitempty"`
	Cents    int64      `json:"cents,omitempty"`
	Currency string     `json:"currency,omitempty"`
	Slip     *Slip      `json:"-"`
	urgent   int64      // less is more urgent
}

// source finds notices of one kind, at most perSource, with how many there are.
type source struct {
	key   string
	right member.Right
	roles []member.Role // none: all
	find  func(a *App, v *store.View, who Who) (all []Notice, err error)
}

// sources are where notices come from, for which roles. Whoever lets something
// wait for somebody adds a line.
var sources = []source{
	{"decision", member.CycleAgree, nil, askedNotices},
	{"handover", member.HandoverWrite, nil, handoverNotices},
	{"inform", member.Import, nil, informNotices},
	{"job", member.SettingManage, nil, jobNotices},
	{"opportunity", member.OpportunityRead, nil, askingNotices},
	{"slipping", member.OrderRead, []member.Role{member.AccountManager, member.NewBusiness, member.Director}, slippingNotices},
	{"duplicates", member.AccountWrite, []member.Role{member.Marketer, member.Service, member.OrderDesk, member.Admin}, pairNotices},
}

// TodayOf is what who has to do today, at most so many of each block; how many
// there are is told beside them.
func (a *App) TodayOf(ctx context.Context, who Who, most int) (t Today, err error) {
	err = a.read(ctx, who, member.Self, func(v *store.View) error {
		t = Today{Now: a.db.Now(), Day: a.Today(who)}
		until := t.Day.Add(1).Start(who.Zone()) - 1
		if who.Can(member.PromiseWrite) {
			if err := a.todayPromises(v, who, &t, most); err != nil {
				return err
			}
		}
		if who.Can(member.TaskWrite) {
			if t.Meetings, err = a.meetings(v, who, t.Day); err != nil {
				return err
			}
		}
		if who.Can(member.TaskWrite) {
			if t.Tasks, err = v.Tasks(store.TaskQuery{Owner: who.Member.ID, State: task.Open, Until: until, Limit: most + 1}); err != nil {
				return err
			}
			if t.Waiting = len(t.Tasks); t.Waiting > most {
				t.Tasks = t.Tasks[:most]
				if t.Waiting, err = v.CountTasks(who.Member.ID, until, MostWaiting+1); err != nil {
					return err
				}
			}
		}
		if err := a.notice(v, who, &t, most); err != nil {
			return err
		}
		return a.todayBeside(v, who, &t)
	})
	return t, err
}

// promisesAhead is how many days ahead a promise asks for a deed (domain.md §2.6).
const promisesAhead = 1

// todayPromises are the promises of who that are due, and what became of those
// that were.
func (a *App) todayPromises(v *store.View, who Who, t *Today, most int) (err error) {
	until := t.Day.Add(1+promisesAhead).Start(who.Zone()) - 1
	if t.Promises, err = v.Promises(store.PromiseQuery{Owner: who.Member.ID, State: promise.Open, Until: until, Limit: most + 1}); err != nil {
		return err
	}
	if t.Promised = len(t.Promises); t.Promised > most {
		t.Promises = t.Promises[:most]
		if t.Promised, err = v.CountPromises(who.Member.ID, until, MostWaiting+1); err != nil {
			return err
		}
	}
	s := SayDo{From: t.Day.Add(-29), Until: t.Day}
	q := store.PromiseQuery{Owner: who.Member.ID, Since: s.From.Start(who.Zone()), Until: t.Day.Add(1).Start(who.Zone()) - 1, Limit: sayDoOnToday}
	judged, err := v.PromisesJudged(q)
	s.SayDo = promise.Tally(each(judged, func(l promise.Line) promise.Promise { return l.Promise }), q.Since, min(q.Until, t.Now))
	if s.More = len(judged) == sayDoOnToday; s.Due > 0 {
		t.SayDo = &s
	}
	return err
}

// sayDoOnToday is how many promises of thirty days the strip looks at.
const sayDoOnToday = 200

// meetings are the appointments of who today, with who comes.
func (a *App) meetings(v *store.View, who Who, on day.Day) (all []Meeting, err error) {
	found, err := a.occurrences(v, who, CalendarAsk{Span: Span{From: on, Until: on}})
	if err != nil {
		return nil, err
	}
	var people []id.Contact
	for _, o := range found {
		people = append(people, o.Contacts...)
	}
	called := map[id.Contact]string{}
	if len(people) > 0 {
		known, err := v.ContactsByID(distinct(people), who.Reach(fact.Contact))
		if err != nil {
			return nil, err
		}
		for _, c := range known {
			called[c.ID] = c.Name()
		}
	}
	for _, o := range found {
		m := Meeting{Occurrence: o}
		for _, c := range o.Contacts {
			if name := called[c]; name != "" {
				m.People = append(m.People, name)
			}
		}
		all = append(all, m)
	}
	return all, nil
}

// CountToday is how much asks who for a deed today: promises, tasks and what is
// still to be met, as the menu counts it.
func (a *App) CountToday(ctx context.Context, who Who) (n int, err error) {
	today := a.Today(who)
	until := today.Add(1).Start(who.Zone()) - 1
	err = a.read(ctx, who, member.Self, func(v *store.View) error {
		if n = 0; who.Can(member.PromiseWrite) {
			if n, err = v.CountPromises(who.Member.ID, until, MostWaiting+1); err != nil {
				return err
			}
		}
		if who.Can(member.TaskWrite) {
			tasks, err := v.CountTasks(who.Member.ID, until, MostWaiting+1)
			if err != nil {
				return err
			}
			n += tasks
		}
		return nil
	})
	return n, err
}

// notice reads all sources of who's role, without what who put off.
func (a *App) notice(v *store.View, who Who, t *Today, most int) error {
	later, err := v.Laters(who.Member.ID, t.Day)
	if err != nil {
		return err
	}
	for n, s := range sources {
		if !who.Can(s.right) || len(s.roles) > 0 && !slices.Contains(s.roles, who.Member.Role) {
			continue
		}
		found, err := s.find(a, v, who)
		if err != nil {
			return err
		}
		for i, one := range found {
			if one.Key == "" {
				one.Key = s.key
			}
			one.urgent = cmp.Or(one.urgent, int64(n)<<20+int64(i))
			if !later[store.Later{What: one.Key, Record: one.Record}] {
				t.Notices = append(t.Notices, one)
			}
		}
	}
	slices.SortStableFunc(t.Notices, func(x, y Notice) int { return cmp.Compare(x.urgent, y.urgent) })
	t.Noticed = len(t.Notices)
	t.Notices = t.Notices[:min(len(t.Notices), most)]
	for i, one := range t.Notices {
		if one.Slip == nil {
			continue
		}
		s, err := a.slipOf(v, who, one.Slip.Outlook)
		if err != nil {
			return err
		}
		t.Notices[i].Slip = &s
	}
	return nil
}

// todayBeside is the ring of one's own relations, and whom to surprise.
func (a *App) todayBeside(v *store.View, who Who, t *Today) error {
	if !who.Can(member.OrderRead) || !who.Member.Role.Can(member.HandoverWrite) {
		return nil
	}
	ask := RingAsk{Span: Span{From: t.Day, Until: t.Day}}
	if who.Member.Role != member.Director && who.Member.Role != member.Admin {
		ask.Owner = who.Member.ID
	}
	r, err := a.ring(v, who, ask)
	if err != nil {
		return err
	}
	t.Ring = r.End
	if ask.Owner.IsZero() {
		return nil
	}
	later, err := v.Laters(who.Member.ID, t.Day)
	if err != nil {
		return err
	}
	all, err := v.Anniversaries(who.Member.ID, who.Reach(fact.Account), anniversaryDays(t.Day), 20)
	if err != nil {
		return err
	}
	for _, one := range all {
		if later[store.Later{What: "delight", Record: one.Account.Any()}] {
			continue
		}
		c := anniversaryOf(one, t.Day)
		if t.Delight == nil || c.Day < t.Delight.Day || c.Day == t.Delight.Day && (c.Years > t.Delight.Years || c.Years == t.Delight.Years && c.Account.String() < t.Delight.Account.String()) {
			t.Delight = &c
		}
	}
	return nil
}

// The days to come on which an anniversary is told, today among them, and for how
// many years back. A first purchase this year is no anniversary.
const (
	anniversaryAhead = 7
	anniversaryYears = 15
)

// anniversaryDays are the days on which somebody bought for the first time of
// whom it is an anniversary this week.
func anniversaryDays(today day.Day) (all []day.Day) {
	for ahead := range anniversaryAhead + 1 {
		for years := 1; years <= anniversaryYears; years++ {
			all = append(all, today.Add(ahead).Months(-12*years))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func anniversaryOf(one store.Anniversary, today day.Day) Anniversary {
	c := Anniversary{Anniversary: one}
	for ahead := range anniversaryAhead + 1 {
		for years := 1; years <= anniversaryYears; years++ {
			if on := today.Add(ahead); on.Months(-12*years) == one.First {
				c.Day, c.Years = on, years
				return c
			}
		}
	}
	return c
}

// askedNotices are endings that wait for a second person.
func askedNotices(_ *App, v *store.View, who Who) (all []Notice, err error) {
	asked, err := v.AskedDecisions(who.Reach(fact.Account), id.Record{}, perSource)
	if err != nil || len(asked) == 0 {
		return nil, err
	}
	names, err := v.AccountNames(each(asked, func(d Decision) id.Account { return d.Account }), who.Reach(fact.Account))
	for _, d := range asked {
		all = append(all, Notice{Record: d.ID, Account: d.Account, Name: names[d.Account], Day: d.Day, Text: string(d.Reason)})
	}
	return all, err
}

// handoverNotices are relations proposed to who, and those that came back.
func handoverNotices(_ *App, v *store.View, who Who) (all []Notice, err error) {
	for _, q := range []store.HandoverQuery{{To: who.Member.ID, State: handover.Proposed}, {From: who.Member.ID, State: handover.Returned}} {
		q.Limit = perSource
		found, err := v.Handovers(q)
		if err != nil {
			return nil, err
		}
		for _, h := range found {
			n := Notice{Record: h.ID, Account: h.Account, Name: h.Name, Day: h.Day}
			if h.State == handover.Returned {
				n.Key, n.Text = "returned", h.Reason
			}
			all = append(all, n)
		}
	}
	return all, nil
}

// informNotices are imports of whose people nobody said yet that they were told
// that we keep their data (P-03).
func informNotices(a *App, v *store.View, who Who) (all []Notice, err error) {
	found, err := v.IntakesToTell(50)
	for _, in := range found {
		if m := whose(who); m.IsZero() || in.Member == m {
			all = append(all, Notice{Record: in.ID, Name: in.Name, Day: in.Inform})
		}
	}
	return all[:min(len(all), perSource)], err
}

// jobNotices are jobs that gave up and wait for somebody to look.
func jobNotices(_ *App, v *store.View, _ Who) (all []Notice, err error) {
	parked, err := v.Jobs(job.Filter{State: job.Parked, Limit: perSource})
	for _, j := range parked {
		all = append(all, Notice{Record: j.ID.Any(), Name: j.Kind, Text: j.Reason})
	}
	return all, err
}

// askingNotices are who's own opportunities without a next step to come, or past
// their day.
func askingNotices(a *App, v *store.View, who Who) (all []Notice, err error) {
	today := a.Today(who)
	found, err := v.AskingOf(who.Member.ID, today, perSource)
	for _, o := range found {
		n := Notice{Record: o.ID.Any(), Account: o.Account, Name: o.Name, Text: o.Title, Cents: o.Cents, Currency: o.Money, Day: o.Since}
		if n.N = o.Since.Until(today); o.Close != "" && o.Close < today {
			n.Key, n.Day, n.N = "overdue", o.Close, o.Close.Until(today)
		}
		all = append(all, n)
	}
	return all, err
}

// slippingNotices are relations at risk: one's own; of a director all in reach.
func slippingNotices(a *App, v *store.View, who Who) (all []Notice, err error) {
	q := store.SlippingQuery{Reach: who.Reach(fact.Account), Today: a.Today(who), Limit: perSource}
	if who.Member.Role != member.Director {
		q.Owner = who.Member.ID
	}
	found, err := v.Slipping(q)
	for _, one := range found {
		s := Slip{Outlook: one, Stays: -1}
		all = append(all, Notice{Record: one.Account.Any(), Account: one.Account, Name: one.Name, Slip: &s, N: one.Silent(q.Today)})
	}
	return all, err
}

// pairNotices says how many records may stand there twice.
func pairNotices(a *App, v *store.View, who Who) (all []Notice, err error) {
	n, err := a.pairsToday(v, who)
	if err != nil || n == 0 {
		return nil, err
	}
	return []Notice{{N: n}}, nil
}

// ErrLater says that something is put off until a day to come.
var ErrLater = fault.New(fault.Invalid, "today.later", "put it off until a day to come, at most a year")

// PutLater puts a notice off for who alone, until a day; an empty day takes that
// back.
func (a *App) PutLater(ctx context.Context, who Who, what string, record id.Record, until day.Day) error {
	today := a.Today(who)
	if record.IsZero() || what == "" || len(what) > 30 || until != "" && (until <= today || until > today.Months(12)) {
		return fault.Field("until", ErrLater)
	}
	return a.write(ctx, who, member.Self, func(tx *store.Tx) error {
		return tx.PutLater(who.Member.ID, store.Later{What: what, Record: record}, until, today)
	})
}
