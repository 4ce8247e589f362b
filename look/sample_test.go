package look_test

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"kring/look"
)

func shell() look.Shell {
	return look.Shell{
		Org: "Brandt & Zoon",
		Nav: []look.NavGroup{
			{Items: []look.NavItem{{Label: "Vandaag", Icon: "sun", Href: "/", Count: "6"}, {Label: "De Kring", Icon: "circle-dot", Href: "/ring"}}},
			{Label: "Klanten", Items: []look.NavItem{
				{Label: "Relaties", Icon: "building-2", Href: "/accounts", Current: true},
				{Label: "Leads", Icon: "user-plus", Href: "/leads", Count: "12"},
				{Label: "Kansen", Icon: "kanban", Href: "/opportunities"},
				{Label: "Offertes & orders", Icon: "receipt-text", Href: "/quotes"},
				{Label: "Gesprekken", Icon: "messages-square", Href: "/talks", Count: "2"},
			}},
			{Label: "Waarmaken", Items: []look.NavItem{
				{Label: "Beloften", Icon: "handshake", Href: "/promises", Count: "4"},
				{Label: "Tevredenheid", Icon: "smile", Href: "/ratings"},
			}},
		},
		Foot: []look.NavItem{{Label: "Instellingen", Icon: "settings", Href: "/settings"}},
		Dock: []look.NavItem{{Label: "Vandaag", Icon: "sun", Href: "/"}, {Label: "Relaties", Icon: "building-2", Href: "/accounts", Current: true}, {Label: "Kansen", Icon: "kanban", Href: "/opportunities"}},
		Add:  []look.MenuItem{{Label: "Belofte", Icon: "handshake", Href: "/promises/new", Key: "B"}, {Label: "Relatie", Icon: "building-2", Href: "/accounts/new", Key: "R"}},
		User: look.User{Name: "Sanne de Wit", Role: "Accountmanager", Menu: []look.MenuItem{{Label: "Profiel", Icon: "circle-user", Href: "/me"}, {}, {Label: "Uitloggen", Icon: "log-out", Post: "/logout"}}},
	}
}

// together draws parts one after the other.
func together(parts ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, p := range parts {
			if err := p.Render(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
}

func sampleTable() look.Table {
	cols := []look.Column{
		{Key: "name", Label: "Relatie", Href: "?sort=name", Phone: look.PhoneTitle},
		{Key: "phase", Label: "Fase", Phone: look.PhoneSub},
		{Key: "revenue", Label: "Omzet 12 mnd", Href: "?sort=revenue", Sorted: "down", Number: true, Phone: look.PhoneEnd},
		{Key: "gap", Label: "Kloof", Number: true, Drop: 3},
		{Key: "owner", Label: "Eigenaar", Drop: 2},
		{Key: "next", Label: "Volgende stap", Drop: 1},
		{Key: "when", Label: "Wanneer"},
	}
	line := func(id, name, city, phase, revenue, gap, tone, next, when, whenTone, icon string) look.Row {
		return look.Row{ID: id, Name: name, Href: "/accounts/" + id, Cells: []look.Cell{
			{Text: name, Sub: city, Href: "/accounts/" + id, Lead: look.Avatar{Name: name}},
			{Content: look.Chip{Label: phase, Tone: look.Warn}},
			{Text: revenue}, {Text: gap, Tone: tone}, {Text: "Sanne de Wit"},
			{Text: next, Edit: "/accounts/" + id + "/cell/next"}, {Text: when, Tone: whenTone, Icon: icon},
		}}
	}
	rows := []look.Row{
		line("1", "Zorggroep De Linden", "Zwolle", "Loyaal", "€ 86.400", "−0,3", look.Bad, "Kwartaalgesprek", "vandaag 14:00", look.Accent, ""),
		line("2", "Hotel Haverkamp", "Deventer", "Loyaal", "€ 64.200", "−1,8", look.Bad, "Service bespreken", "vandaag", look.Accent, ""),
		line("3", "Ziekenhuis Oosterveld", "Meppel", "Loyaal", "€ 58.900", "+0,4", look.Good, "Herfstbezoek plannen", "96 dagen stil", look.Bad, "triangle-alert"),
		line("4", "Gemeente Oudeveen", "Oudeveen", "Loyaal", "€ 47.500", "+0,6", look.Good, "Contract verlengen", "2 dec", "", ""),
		line("5", "Camping Duinrand", "Ommen", "Ex-klant", "", "", "", "", "", "", ""),
	}
	rows[1].Selected = true
	return look.Table{Label: "Relaties", Columns: cols, Rows: rows, Select: true, Form: "bulk", More: "/accounts?cursor=x"}
}

func listPage() templ.Component {
	f := look.Frame{
		Shell: shell(), Title: "Relaties", Shape: look.List, Scripts: []string{"table.js"},
		Crumbs: []look.Crumb{{Label: "Relaties", Href: "/accounts"}, {Label: "Mijn relaties"}},
		Actions: []templ.Component{
			look.Button{Label: "Importeren", Icon: "upload", Kind: look.Ghost, Href: "/imports/new"},
			look.Button{Label: "Relatie", Icon: "plus", Kind: look.Primary, Href: "/accounts/new", Key: "R"},
		},
		Head: together(raw(`<h1 class="unseen">Relaties, Mijn relaties</h1>`), look.Tabs{Items: []look.Tab{
			{Label: "Alle", Href: "?", Count: "321"}, {Label: "Mijn relaties", Href: "?view=1", Count: "46", Current: true},
			{Label: "Onder verwachting", Href: "?view=2", Count: "7", Changed: true}, {Label: "Langer dan 90 dagen stil", Href: "?view=3", Count: "5"},
		}, End: look.Button{Label: "Weergave", Icon: "plus", Kind: look.Ghost, Size: look.Small}}),
	}
	return inside(f.Around(), together(
		look.FilterBar{
			Tokens: []look.FilterToken{
				{ID: "f1", Field: "Eigenaar", Operator: "is", Value: "Sanne de Wit", Remove: "?"},
				{ID: "f2", Field: "Regio", Operator: "is een van", Value: "Oost, Noord", Remove: "?", OpForm: look.Segmented{Name: "op", Label: "Hoe", Options: []look.Option{{Value: "is", Label: "is"}, {Value: "not", Label: "is niet"}}, Value: "is"}},
			},
			Add:   look.Menu{ID: "add-filter", Label: "Filter", Icon: "plus", Size: look.Small, Items: []look.MenuItem{{Label: "Plaats", Href: "?city="}}},
			Count: "14 van 46 getoond",
			End:   []templ.Component{look.Menu{ID: "sort", Label: "Sorteren", Icon: "arrow-up-down", Size: look.Small, End: true, Items: []look.MenuItem{{Label: "Naam", Href: "?sort=name", Current: true}}}},
		},
		sampleTable(),
		look.BulkBar{Form: "bulk", All: "Alle 46 kiezen", Actions: []templ.Component{
			look.Button{Label: "Eigenaar", Icon: "user", Submit: true, Action: "/accounts/owner"},
			look.Button{Label: "Exporteren", Icon: "download", Submit: true, Action: "/accounts/export"},
		}},
	))
}

// inside draws a part around its children.
func inside(part, children templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return part.Render(templ.WithChildren(ctx, children), w)
	})
}
