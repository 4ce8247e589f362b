package desk

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"kring/app"
	"kring/base/id"
	"kring/domain/member"
	"kring/look"
)

// frame is the page around a member's content: places to go, keys, what just
// happened. Title is the h1's text; here is the path of the place it belongs
// to, as "/accounts".
func (v *visit) frame(title, here string) look.Frame {
	return look.Frame{Shell: v.shell(here), Title: title}
}

// anyFrame is frame for whoever asks; a visitor gets no places to go.
func (v *visit) anyFrame(title string) look.Frame {
	if v.who.IsZero() {
		return look.Frame{Shell: look.Shell{Theme: v.theme()}, Title: title}
	}
	return v.frame(title, v.r.URL.Path)
}

// place is somewhere to go: once, for sidebar, phone bar, palette and keys.
type place struct {
	key   string // of its word: nav.<key>
	href  string
	icon  string
	keys  string // "g r"
	right member.Right
	group string // nav.<group>, "" for the first
	dock  bool   // in the phone's bar
	foot  bool
	also  []string           // other paths that belong to it
	waits func(v *visit) int // of a place that is only there when something waits: how much
	tells func(v *visit) int // of one that is always there: how much asks for a deed
}

// waiting makes a count of app that of a place; a page is not refused for one that
// cannot be had.
func waiting(count func(*app.App, context.Context, app.Who) (int, error)) func(*visit) int {
	return func(v *visit) int {
		n, err := count(v.app, v.r.Context(), v.who)
		if err != nil {
			return 0
		}
		return n
	}
}

// places in the order of ui.md §2.4. What does not exist yet is absent.
var places = []place{
	{key: "today", href: "/today", icon: "sun", keys: "g v", right: member.Self, dock: true, tells: waiting((*app.App).CountToday)},
	{key: "kring", href: "/kring", icon: "circle-dot", keys: "g q", right: member.OrderRead, dock: true},
	{key: "accounts", href: "/accounts", icon: "building-2", keys: "g r", right: member.AccountRead, group: "customers", dock: true},
	{key: "contacts", href: "/contacts", icon: "users", keys: "g n", right: member.ContactRead, group: "customers"},
	{key: "leads", href: "/leads", icon: "inbox", keys: "g l", right: member.LeadRead, group: "customers", tells: waiting((*app.App).CountLeadsWaiting)},
	{key: "opportunities", href: "/opportunities", icon: "kanban", keys: "g k", right: member.OpportunityRead, group: "customers"},
	{key: "quotes", href: "/quotes", icon: "receipt-text", keys: "g o", right: member.QuoteRead, group: "customers", also: []string{"/orders", "/products", "/price-lists", "/propositions"}},
	{key: "conversations", href: "/conversations", icon: "messages-square", keys: "g c", right: member.TalkWrite, group: "customers", tells: waiting((*app.App).CountConversations)},
	{key: "slipping", href: "/slipping", icon: "arrow-down-right", keys: "g w", right: member.OrderRead, group: "customers"},
	{key: "duplicates", href: "/duplicates", icon: "copy", keys: "g d", right: member.AccountWrite, group: "customers", waits: waiting((*app.App).CountPairs)},
	{key: "handovers", href: "/handovers", icon: "handshake", keys: "g h", right: member.HandoverWrite, group: "customers", waits: waiting((*app.App).CountHandovers)},
	{key: "decisions", href: "/decisions", icon: "scale", keys: "g e", right: member.CycleAgree, group: "customers", waits: waiting((*app.App).CountDecisions)},
	{key: "promises", href: "/promises", icon: "badge-check", keys: "g b", right: member.AccountRead, group: "deliver", tells: waiting((*app.App).CountPromises)},
	{key: "calendar", href: "/calendar", icon: "calendar-days", keys: "g y", right: member.TaskWrite, group: "deliver"},
	{key: "tasks", href: "/tasks", icon: "list-checks", keys: "g a", right: member.TaskWrite, group: "deliver"},
	{key: "processes", href: "/processes", icon: "workflow", keys: "g p", right: member.RunRead, group: "deliver", tells: waiting((*app.App).CountRuns)},
	{key: "strategy", href: "/pyramid", icon: "layers", keys: "g s", right: member.OrderRead, group: "steer"},
	{key: "settings", href: "/settings", icon: "settings", keys: "g i", right: member.Self, foot: true},
}

func (v *visit) shell(here string) look.Shell {
	t := v.words.T
	s := look.Shell{
		Org: v.who.Org.Name, Theme: v.theme(), Messages: v.flash,
		Letters: look.LetterKeys(v.who.Member.Settings.NoKeys),
		User: look.User{Name: v.who.Member.Name, Role: t("role." + string(v.who.Member.Role)), Menu: []look.MenuItem{
			{Label: t("nav.profile"), Icon: "circle-user", Href: "/settings/profile"},
			{Label: t("nav.sign_out"), Icon: "log-out", Post: "/sign-out"},
		}},
	}
	for _, p := range places {
		if !v.who.Can(p.right) {
			continue
		}
		current := slices.ContainsFunc(append([]string{p.href}, p.also...), func(at string) bool { return here == at || strings.HasPrefix(here, at+"/") })
		item := look.NavItem{Label: t("nav." + p.key), Icon: p.icon, Href: p.href, Current: current}
		quiet := false
		if p.waits != nil {
			n := p.waits(v)
			if quiet = n == 0 && !current; n > 0 {
				item.Count = v.words.Count(min(n, app.MostPairsCounted), n > app.MostPairsCounted)
			}
		}
		if p.tells != nil {
			if n := p.tells(v); n > 0 {
				item.Count = v.words.Count(min(n, app.MostWaiting), n > app.MostWaiting)
			}
		}
		switch {
		case quiet:
		case p.foot:
			s.Foot = append(s.Foot, item)
		case p.group == "" || len(s.Nav) > 0 && s.Nav[len(s.Nav)-1].Label == t("nav."+p.group):
			if len(s.Nav) == 0 {
				s.Nav = append(s.Nav, look.NavGroup{})
			}
			last := &s.Nav[len(s.Nav)-1]
			last.Items = append(last.Items, item)
		default:
			s.Nav = append(s.Nav, look.NavGroup{Label: t("nav." + p.group), Items: []look.NavItem{item}})
		}
		if p.dock {
			s.Dock = append(s.Dock, item)
		}
		s.Keys = append(s.Keys, look.Shortcut{Keys: p.keys, Label: t("nav." + p.key), Group: t("nav.go"), Href: p.href})
	}
	for _, n := range newThings {
		if v.who.Can(n.right) {
			href := n.href
			if at := v.atAccount(); at != "" && (n.right == member.PromiseWrite || n.right == member.TalkWrite) {
				href += "?account=" + at
			}
			s.Add = append(s.Add, look.MenuItem{Label: t(n.word), Icon: n.icon, Href: href})
			if n.key != "" {
				s.Keys = append(s.Keys, look.Shortcut{Keys: n.key, Label: t(n.word), Group: t("nav.new"), Href: href})
			}
		}
	}
	return s
}

// newThings are what the + and the palette can begin.
var newThings = []struct {
	word, icon, href, key string
	right                 member.Right
}{
	{"account.new", "building-2", "/accounts/new", "r", member.AccountWrite},
	{"opportunity.new", "kanban", "/opportunities/new", "k", member.OpportunityWrite},
	{"contact.new", "user-plus", "/contacts/new", "", member.ContactWrite},
	{"appointment.new", "calendar-clock", "/appointments/new", "", member.TaskWrite},
	{"task.new", "list-checks", "/tasks/new", "t", member.TaskWrite},
	{"quote.new", "receipt-text", "/quotes/new", "", member.QuoteWrite},
	{"promise.new", "badge-check", "/promises/new", "b", member.PromiseWrite},
	{"talk.new", "messages-square", "/conversations/new", "s", member.TalkWrite},
	{"nav.imports", "upload", "/imports", "", member.Import},
}

// atAccount is the relation whose page is open, if one is.
func (v *visit) atAccount() string {
	rest, ok := strings.CutPrefix(v.r.URL.Path, "/accounts/")
	name, _, _ := strings.Cut(rest, "/")
	if i, err := id.Parse[id.Account](name); ok && err == nil {
		return i.String()
	}
	return ""
}

// theme is the member's choice, else the cookie's, else the system's ("").
func (v *visit) theme() string {
	if t := v.who.Member.Settings.Theme; t != "" {
		return t
	}
	if c, err := v.r.Cookie("theme"); err == nil && (c.Value == "light" || c.Value == "dark") {
		return c.Value
	}
	return ""
}

// routes names every page. Each file adds its own.
func (d *Desk) routes() {
	d.mux.Handle("GET /assets/", look.Assets())
	d.anyone("GET /{$}", home)
	d.anyone("GET /", func(v *visit) error { return errNoPage })
	d.entryRoutes()
	d.setupRoutes()
	d.settingRoutes()
	d.listRoutes()
	d.recordRoutes()
	d.matchRoutes()
	d.paletteRoutes()
	d.searchRoutes()
	d.importRoutes()
	d.cashRoutes()
	d.ringRoutes()
	d.kringRoutes()
	d.slippingRoutes()
	d.orderRoutes()
	d.opportunityRoutes()
	d.quoteRoutes()
	d.handoverRoutes()
	d.leadRoutes()
	d.leadFormRoutes()
	d.processRoutes()
	d.bpmnRoutes()
	d.runRoutes()
	d.todayRoutes()
	d.taskRoutes()
	d.promiseRoutes()
	d.talkRoutes()
	d.calendarRoutes()
	d.pyramidRoutes()
	d.ladderRoutes()
}

// home sends a member to what asks for a deed today, and a first visitor to the
// set-up.
func home(v *visit) error {
	if !v.who.IsZero() {
		http.Redirect(v.w, v.r, "/today", http.StatusSeeOther)
		return nil
	}
	empty, err := v.app.Empty(v.r.Context())
	if err != nil {
		return err
	}
	if empty {
		http.Redirect(v.w, v.r, "/setup", http.StatusSeeOther)
		return nil
	}
	http.Redirect(v.w, v.r, "/sign-in", http.StatusSeeOther)
	return nil
}
