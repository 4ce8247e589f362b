package desk

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kring/app"
	"kring/base/fact"
	"kring/base/id"
	"kring/base/reach"
	"kring/base/tag"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/member"
	"kring/look"
)

// What the templates of a record ask.

func (d *dossier) noFact() id.Fact { return id.Fact{} }

// emblem is the mark of a record that is no person.
func (d *dossier) emblem() string {
	if d.person {
		return ""
	}
	return d.icon
}

// lead is the sentence under the name.
func (d *dossier) lead() string {
	if d.standing != nil {
		return d.story()
	}
	if d.kind == fact.Contact {
		for _, l := range d.links {
			if l.Primary {
				return strings.TrimPrefix(strings.TrimSuffix(l.Function+", "+d.called[l.Account], ", "), ", ")
			}
		}
		return ""
	}
	if d.person {
		return ""
	}
	return d.choice("legal_form", untyped(d.value("legal_form")))
}

// chips are the kind and the tags.
func (d *dossier) chips() (list []templ.Component) {
	if d.standing != nil {
		list = append(list, look.PhaseBadge{Phase: phaseKeys[d.standing.Phase], Extra: d.v.extra(d.standing.Path)})
	}
	if d.kind == fact.Account {
		list = append(list, look.Chip{Label: d.choice("kind", untyped(d.value("kind")))})
	}
	if tags, ok := d.value("tags").(tag.Set); ok {
		for _, t := range tags {
			list = append(list, look.Chip{Label: t, Icon: "tag", Href: d.path + "?tags=" + url.QueryEscape("any:"+t)})
		}
	}
	return list
}

// meta are the soft facts under the name.
func (d *dossier) meta() (list []look.MetaFact) {
	add := func(icon, text, href string) {
		if text != "" {
			list = append(list, look.MetaFact{Icon: icon, Text: text, Href: href})
		}
	}
	if places, ok := d.value("addresses").(reach.Addresses); ok {
		add("map-pin", places.Main().City, "")
	}
	if n, ok := d.value("size").(int); ok && n > 0 {
		add("users", d.v.words.Tn("record.people", n), "")
	}
	if d.kind == fact.Contact {
		if phones, ok := d.value("phones").(reach.Phones); ok && len(phones) > 0 {
			add("phone", phones.Preferred().Show(d.v.region()), "tel:"+phones.Preferred().E164)
		}
		if mails, ok := d.value("emails").(reach.Emails); ok && len(mails) > 0 {
			add("mail", mails.Preferred().Address, "mailto:"+mails.Preferred().Normal)
		}
	}
	if owner, ok := d.value("owner").(id.Member); ok {
		add("user", d.memberName(owner), "")
	}
	since := d.v.words.Date(d.created)
	if d.standing != nil { // what is known of them may be older than the record
		since = d.v.words.DayText(string(d.standing.Moves[0].Day))
	}
	add("calendar", d.v.words.Tf("record.since", map[string]any{"day": since}), "")
	return list
}

// call is the number to call on a phone.
func (d *dossier) call() string {
	if phones, ok := d.value("phones").(reach.Phones); ok && phones.Preferred().E164 != "" {
		return "tel:" + phones.Preferred().E164
	}
	return ""
}

// regime says which rules of contact the legal form brings.
func (d *dossier) regime() string {
	f, ok := d.value("legal_form").(account.LegalForm)
	if !ok {
		return ""
	}
	return d.t("record.regime_" + string(f.Regime()))
}

func (d *dossier) sizeClass() string {
	n, ok := d.value("size").(int)
	if !ok || n <= 0 {
		return ""
	}
	return d.t("account.size_class." + string(account.Account{Size: n}.SizeClass()))
}

// dates say when the record was made and changed.
func (d *dossier) dates() []look.Fact {
	w, now := d.v.words, d.v.app.Now()
	return []look.Fact{{Label: d.say("created_at"), Value: w.DayTime(d.created, now)}, {Label: d.say("updated_at"), Value: w.DayTime(d.updated, now)}}
}

// function is what a contact does at this account.
func (d *dossier) function(c contact.Contact) string {
	l, _ := c.At(id.Account(d.id))
	return l.Function
}

// roles are the parts a contact has in decisions of this account.
func (d *dossier) roles(c contact.Contact) (list []look.Chip) {
	l, _ := c.At(id.Account(d.id))
	for _, r := range l.Roles {
		list = append(list, look.Chip{Label: d.v.words.T("contact.roles." + string(r))})
	}
	return list
}

func (d *dossier) newPerson() []templ.Component {
	if !d.mayWrite() || !d.v.who.Can(member.ContactWrite) || d.person {
		return nil
	}
	return []templ.Component{look.Button{Label: d.v.words.T("contact.new"), Icon: "plus", Href: "/contacts/new?account=" + d.id.String()}}
}

// called2 is a label in the reader's words, or as somebody made it up.
func (d *dossier) called2(prefix, label string) string {
	if key := prefix + "." + label; d.v.words.Has(key) {
		return d.v.words.T(key)
	}
	return label
}

// names are the fields of changes, in one line.
func (d *dossier) names(changes []fact.Change) string {
	var list []string
	for _, c := range changes {
		list = append(list, d.label(c.Field))
	}
	return strings.Join(list, ", ")
}

func (d *dossier) fieldOptions() (list []look.Option) {
	for _, k := range append(slices.Clone(d.keys), d.ownKeys()...) {
		list = append(list, look.Option{Value: k, Label: d.label(k)})
	}
	return list
}

func firstPhones(all reach.Phones) reach.Phones {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b reach.Phone) int { return first(a.Preferred) - first(b.Preferred) })
	return all
}

func firstEmails(all reach.Emails) reach.Emails {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b reach.Email) int { return first(a.Preferred) - first(b.Preferred) })
	return all
}

func first(preferred bool) int {
	if preferred {
		return 0
	}
	return 1
}

// clashFrame is the page around a quarrel.
func (c *clash) clashFrame() look.Frame {
	f := c.v.frame(c.t("record.clash"), c.path)
	f.Crumbs = []look.Crumb{{Label: c.say("many"), Href: c.path}, {Label: c.name, Href: c.here("")}, {Label: c.t("record.clash")}}
	f.Head = look.Heading{Title: c.t("record.clash"), Lead: c.t("record.clash_lead")}
	return f
}

// title is what the form is for.
func (q *asked) title() string {
	switch {
	case q.name == "":
		return q.t("record.new_" + q.word)
	case len(q.only) == 1:
		return q.label(q.only[0])
	}
	return q.v.words.Tf("record.edit_of", map[string]any{"name": q.name})
}

// posts is where the form goes: a form of some fields stays one when something
// is wrong.
func (q *asked) posts() string {
	address := q.address
	for n, k := range q.only {
		sign := "&"
		if n == 0 && !strings.Contains(address, "?") {
			sign = "?"
		}
		address += sign + "field=" + url.QueryEscape(k)
	}
	return address
}

func (q *asked) buttons() []templ.Component {
	return []templ.Component{look.Closes("record-dialog", q.t("look.cancel")), look.Button{Label: q.t("look.save"), Kind: look.Primary, Submit: true}}
}

// frame is the page around the form.
func (q *asked) frame() look.Frame {
	f := q.v.frame(q.title(), q.path)
	f.Crumbs = []look.Crumb{{Label: q.v.words.T(q.word + ".many"), Href: q.path}}
	if q.name != "" {
		f.Crumbs = append(f.Crumbs, look.Crumb{Label: q.name, Href: q.back})
	}
	f.Crumbs = append(f.Crumbs, look.Crumb{Label: q.title()})
	f.Head = look.Heading{Title: q.title()}
	return f
}

func (q *asked) teamHint() string {
	if q.version > 0 {
		return ""
	}
	return q.t("record.team_hint")
}

// pickedText is what the picker of a row shows: the name of what is chosen,
// else what was typed.
func (q *asked) pickedText(n string) string {
	if name := q.called[q.chosen("accounts."+n+".account")]; name != "" {
		return name
	}
	return q.value("accounts." + n + ".account_text")
}

// choicesOf are the accounts that the words in a row could mean.
func (q *asked) choicesOf(n string) []app.Hit {
	i, err := strconv.Atoi(n)
	if err != nil {
		return nil
	}
	return q.found[i]
}

// sideBySide are fields that stand on one line of the form.
var sideBySide = [][]string{
	{"given", "infix", "family"}, {"owner", "team"}, {"kvk", "branch"}, {"vat_id", "sbi"}, {"legal_form", "size"}, {"source", "source_from"},
	{"honorific", "initials", "language"},
}

// formRows puts fields that belong beside each other on one line.
func formRows(keys []string) (rows [][]string) {
	used := map[string]bool{}
	for _, k := range keys {
		if used[k] {
			continue
		}
		row := []string{k}
		for _, together := range sideBySide {
			if together[0] == k || slices.Contains(together, k) {
				row = slices.DeleteFunc(slices.Clone(together), func(o string) bool { return !slices.Contains(keys, o) })
			}
		}
		for _, o := range row {
			used[o] = true
		}
		rows = append(rows, row)
	}
	return rows
}
