package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kring/app"
	"kring/base/fact"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/opt"
	"kring/base/reach"
	"kring/domain/member"
	"kring/look"
)

// The palette: find a record, go somewhere, do something, or a verb and a
// record in two words ("bel lind").

func (d *Desk) paletteRoutes() {
	d.member("GET /palette", palette)
	d.member("POST /palette/{deed}", paletteDeed)
}

func palette(v *visit) error {
	typed := v.r.URL.Query().Get("q")
	if len(typed) > 400 {
		typed = typed[:400]
	}
	typed = strings.ToValidUTF8(typed, "")
	list, err := v.palette(typed)
	if err != nil {
		return err
	}
	if v.htmx() {
		return v.show(http.StatusOK, list)
	}
	return v.show(http.StatusOK, palettePage(v, typed, list))
}

// mostFound is how many records of a kind the palette shows.
const mostFound = 6

func (v *visit) palette(typed string) (look.PaletteList, error) {
	words := strings.TrimSpace(typed)
	only, rest := strings.CutPrefix(words, ">")
	if rest {
		only = strings.TrimSpace(only)
		return look.PaletteList{Query: only, Groups: []look.PaletteGroup{{Label: v.words.T("palette.do"), Items: v.commands(only)}, {Label: v.words.T("nav.go"), Items: v.goTo(only)}}}, nil
	}
	list := look.PaletteList{Query: words}
	deeds, of, err := v.deeds(words)
	if err != nil {
		return list, err
	}
	hits, err := v.app.Search(v.r.Context(), v.who, words, mostFound)
	if err != nil {
		return list, err
	}
	if len(hits) == 0 {
		hits = of
	}
	accounts := found(hits, fact.Account)
	if err := v.ringFound(hits, accounts); err != nil {
		return list, err
	}
	list.Groups = []look.PaletteGroup{
		{Label: v.words.T("palette.do"), Items: deeds},
		{Label: v.words.T("account.many"), Items: accounts},
		{Label: v.words.T("contact.many"), Items: found(hits, fact.Contact)},
		{Label: v.words.T("nav.go"), Items: v.goTo(words)},
		{Label: v.words.T("palette.commands"), Items: v.commands(words)},
	}
	if len(hits) > 0 && words != "" {
		all := look.PaletteItem{Label: v.words.T("search.all"), Icon: "search", Href: "/search?" + url.Values{"q": {words}}.Encode()}
		list.Groups = append(list.Groups, look.PaletteGroup{Label: v.words.T("look.search"), Items: []look.PaletteItem{all}})
	}
	return list, nil
}

// found are the records of a kind, in the order in which they were found.
func found(hits []app.Hit, kind fact.Kind) (items []look.PaletteItem) {
	for _, h := range hits {
		if h.Kind == kind {
			items = append(items, look.PaletteItem{Label: h.Name, Note: h.City, Lead: look.Avatar{Name: h.Name, Size: 22}, Href: pathOf(h)})
		}
	}
	return items
}

// ringFound gives the accounts that were found their rings.
func (v *visit) ringFound(hits []app.Hit, items []look.PaletteItem) error {
	if len(items) == 0 || !v.who.Can(member.OrderRead) {
		return nil
	}
	var ids []id.Account
	for _, h := range hits {
		if h.Kind == fact.Account {
			ids = append(ids, id.Account(h.ID))
		}
	}
	rings, err := v.app.RingsAt(v.r.Context(), v.who, ids)
	for n, i := range ids {
		if path := rings[i]; path.Phase != "" {
			items[n].Lead, items[n].End = v.smallRing(path), look.PhaseBadge{Phase: phaseKeys[path.Phase]}
		}
	}
	return err
}

func pathOf(h app.Hit) string {
	if h.Kind == fact.Contact {
		return contactFolder.path + "/" + h.ID.String()
	}
	return accountFolder.path + "/" + h.ID.String()
}

// begins says whether every word that was typed begins a word of the label.
func begins(label, words string) bool {
	have := fold.Words(label)
	for _, w := range fold.Words(words) {
		if !slices.ContainsFunc(have, func(h string) bool { return strings.HasPrefix(h, w) }) {
			return false
		}
	}
	return true
}

// goTo are the places whose name begins so.
func (v *visit) goTo(words string) (items []look.PaletteItem) {
	add := func(p look.PaletteItem, right member.Right) {
		if v.who.Can(right) && begins(p.Label, words) {
			items = append(items, p)
		}
	}
	for _, p := range places {
		add(look.PaletteItem{Label: v.words.T("nav." + p.key), Icon: p.icon, Href: p.href, Keys: strings.ToUpper(p.keys)}, p.right)
	}
	add(look.PaletteItem{Label: v.words.T("nav.profile"), Icon: "circle-user", Href: "/settings/profile"}, member.Self)
	add(look.PaletteItem{Label: v.words.T("palette.bin_accounts"), Icon: "trash-2", Href: "/accounts?bin=true"}, member.AccountRead)
	add(look.PaletteItem{Label: v.words.T("palette.bin_contacts"), Icon: "trash-2", Href: "/contacts?bin=true"}, member.ContactRead)
	return items
}

// commands are the things to do that need no record.
func (v *visit) commands(words string) (items []look.PaletteItem) {
	add := func(p look.PaletteItem) {
		if begins(p.Label, words) {
			items = append(items, p)
		}
	}
	for _, n := range newThings {
		if v.who.Can(n.right) {
			add(look.PaletteItem{Label: v.words.T("palette.new") + " " + strings.ToLower(v.words.T(n.word)), Icon: n.icon, Href: n.href, Keys: strings.ToUpper(n.key)})
		}
	}
	for _, e := range []errand{orderErrand, endingErrand} {
		if v.who.Can(e.right) {
			add(look.PaletteItem{Label: v.words.T("errand." + e.word), Icon: map[string]string{"order": "receipt-text", "ending": "hourglass"}[e.word], Href: e.path})
		}
	}
	if v.theme() != "dark" {
		add(look.PaletteItem{Label: v.words.T("palette.dark"), Icon: "moon", Href: "/palette/dark", Post: true, Keys: "D"})
	}
	if v.theme() != "light" {
		add(look.PaletteItem{Label: v.words.T("palette.light"), Icon: "sun", Href: "/palette/light", Post: true})
	}
	if v.theme() != "" {
		add(look.PaletteItem{Label: v.words.T("palette.system"), Icon: "monitor", Href: "/palette/system", Post: true})
	}
	if v.words.Lang() == "nl" {
		add(look.PaletteItem{Label: v.words.T("palette.english"), Icon: "globe", Href: "/palette/en", Post: true})
	} else {
		add(look.PaletteItem{Label: v.words.T("palette.dutch"), Icon: "globe", Href: "/palette/nl", Post: true})
	}
	add(look.PaletteItem{Label: v.words.T("nav.sign_out"), Icon: "log-out", Href: "/sign-out", Post: true})
	return items
}

// verb is something to do with a record.
type verb struct {
	key  string // of its words: palette.verb_<key> says how it can be typed
	icon string
	does func(v *visit, h app.Hit) (look.PaletteItem, error) // without Href it cannot be done
}

var verbs = []verb{
	{"call", "phone", callTo},
	{"mail", "mail", mailTo},
	{"edit", "pencil", func(v *visit, h app.Hit) (p look.PaletteItem, err error) {
		right := member.AccountWrite
		if h.Kind == fact.Contact {
			right = member.ContactWrite
		}
		if v.who.Can(right) {
			p.Href = pathOf(h) + "/edit"
		}
		return p, nil
	}},
	{"contact", "user-plus", func(v *visit, h app.Hit) (p look.PaletteItem, err error) {
		if h.Kind == fact.Account && v.who.Can(member.ContactWrite) {
			p.Href = contactFolder.path + "/new?account=" + h.ID.String()
		}
		return p, nil
	}},
	{"order", "receipt-text", atAccount(orderErrand.right, orderErrand.to)},
	{"ending", "hourglass", atAccount(endingErrand.right, endingErrand.to)},
	{"handover", "handshake", atAccount(member.HandoverWrite, "/handover")},
	{"task", "list-checks", withAccount(member.TaskWrite, "/tasks/new?from=%2Ftasks&account=")},
	{"meet", "calendar-clock", withAccount(member.TaskWrite, "/appointments/new?account=")},
	{"timeline", "history", func(_ *visit, h app.Hit) (p look.PaletteItem, err error) {
		p.Href = pathOf(h) + "/timeline"
		return p, nil
	}},
}

// atAccount leads to a page of a relation, for who may.
func atAccount(right member.Right, page string) func(*visit, app.Hit) (look.PaletteItem, error) {
	return func(v *visit, h app.Hit) (p look.PaletteItem, err error) {
		if h.Kind == fact.Account && v.who.Can(right) {
			p.Href = pathOf(h) + page
		}
		return p, nil
	}
}

// withAccount leads to a form that begins with a relation, for who may.
func withAccount(right member.Right, form string) func(*visit, app.Hit) (look.PaletteItem, error) {
	return func(v *visit, h app.Hit) (p look.PaletteItem, err error) {
		if h.Kind == fact.Account && v.who.Can(right) {
			p.Href = form + h.ID.String()
		}
		return p, nil
	}
}

// mostDeeds is how many verbs with a record are offered.
const mostDeeds = 6

// deeds are verbs with the records that the other words find.
func (v *visit) deeds(typed string) (items []look.PaletteItem, hits []app.Hit, err error) {
	first, rest, two := strings.Cut(typed, " ")
	if first = fold.Key(first); !two || first == "" || strings.TrimSpace(rest) == "" {
		return nil, nil, nil
	}
	for _, do := range verbs {
		if !slices.ContainsFunc(strings.Fields(v.words.T("palette.verb_"+do.key)), func(w string) bool { return strings.HasPrefix(fold.Key(w), first) }) {
			continue
		}
		if hits == nil {
			if hits, err = v.app.Search(v.r.Context(), v.who, rest, mostDeeds); err != nil || len(hits) == 0 {
				return nil, nil, err
			}
		}
		for _, h := range hits {
			if len(items) == mostDeeds {
				break
			}
			p, err := do.does(v, h)
			if err != nil {
				return nil, nil, err
			}
			if p.Href == "" {
				continue
			}
			p.Label, p.Icon = v.words.Tf("palette.do_"+do.key, map[string]any{"name": h.Name}), do.icon
			items = append(items, p)
		}
	}
	return items, hits, nil
}

func callTo(v *visit, h app.Hit) (p look.PaletteItem, err error) {
	phones, _, err := v.ways(h)
	if phone := phones.Preferred(); err == nil && phone.E164 != "" {
		p.Href, p.Note = "tel:"+phone.E164, phone.Show(v.region())
	}
	return p, err
}

func mailTo(v *visit, h app.Hit) (p look.PaletteItem, err error) {
	_, emails, err := v.ways(h)
	if mail := emails.Preferred(); err == nil && mail.Normal != "" {
		p.Href, p.Note = "mailto:"+mail.Normal, mail.Address
	}
	return p, err
}

// ways are how a record that was found can be reached.
func (v *visit) ways(h app.Hit) (reach.Phones, reach.Emails, error) {
	if h.Kind == fact.Contact {
		c, err := v.app.Contact(v.r.Context(), v.who, id.Contact(h.ID))
		return c.Phones, c.Emails, err
	}
	a, err := v.app.Account(v.r.Context(), v.who, id.Account(h.ID))
	return a.Phones, a.Emails, err
}

// paletteDeed does what a choice without a page of its own does.
func paletteDeed(v *visit) error {
	switch deed := v.r.PathValue("deed"); deed {
	case "dark", "light", "system":
		if deed == "system" {
			deed = ""
		}
		if err := v.keepTheme(deed); err != nil {
			return err
		}
	case "nl", "en":
		if _, err := v.app.SaveProfile(v.r.Context(), v.who, app.Profile{Locale: opt.Some(deed)}); err != nil {
			return err
		}
		v.setCookie("lang", deed, 400*24*3600, true)
	default:
		return errNoPage
	}
	return v.back()
}
