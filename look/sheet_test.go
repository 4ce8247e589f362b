package look_test

import (
	"context"
	"fmt"
	"io"

	"github.com/a-h/templ"

	"kring/look"
)

// html is a piece of sample markup.
func raw(format string, args ...any) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := fmt.Fprintf(w, format, args...)
		return err
	})
}

// boxed draws parts inside an element.
func boxed(open, close string, parts ...templ.Component) templ.Component {
	return together(raw("%s", open), together(parts...), raw("%s", close))
}

func row(parts ...templ.Component) templ.Component {
	return boxed(`<div class="cluster gap-3">`, `</div>`, parts...)
}

func stack(parts ...templ.Component) templ.Component {
	return boxed(`<div class="stack">`, `</div>`, parts...)
}

func grid(parts ...templ.Component) templ.Component {
	return boxed(`<div class="form-row">`, `</div>`, parts...)
}

func headed(title string, parts ...templ.Component) templ.Component {
	return inside(look.Section{Title: title}.Around(), stack(parts...))
}

// parts is every part with samples, by name; TestParts renders them all.
func parts() map[string]templ.Component {
	return map[string]templ.Component{
		"button": stack(
			row(look.Button{Label: "Opslaan", Kind: look.Primary, Submit: true}, look.Button{Label: "Belofte", Icon: "plus", Key: "B", Kind: look.Primary}, look.Button{Label: "Belofte", Icon: "plus"}),
			row(look.Button{Label: "Later", Kind: look.Ghost}, look.Button{Label: "Verwijderen", Kind: look.Danger}, look.Button{Label: "Opslaan", Disabled: true, Why: "Er is niets gewijzigd"}, look.Button{Label: "Opslaan", Busy: true}, look.Button{Label: "Maak verrassing", Kind: look.Ink}),
			row(look.Button{Label: "Filter", Size: look.Small}, look.Button{Label: "Filter"}, look.Button{Label: "Filter", Size: look.Large}, look.Button{Label: "Filter", Size: look.Phone}, look.Button{Label: "Openen", Href: "/x"}),
			row(look.IconButton{Label: "Bewaren", Icon: "bookmark"}, look.IconButton{Label: "Wijzigen", Icon: "pencil", Href: "/edit", Key: "E"}, look.Keys("Ctrl", "K")),
		),
		"field": stack(
			look.Field{Name: "name", Label: "Naam relatie", Value: "Rederij Noordzij", Max: 200},
			look.Field{Name: "email", Type: "email", Label: "E-mailadres", Value: "inge@delinden", Error: "Er ontbreekt iets na het apenstaartje."},
			grid(
				look.Select{Field: look.Field{Name: "phase", Label: "Fase", Value: "2"}, Options: []look.Option{{Value: "1", Label: "Nieuw"}, {Value: "2", Label: "Loyaal"}}},
				look.Field{Name: "fixed", Label: "Kenmerk", Value: "Niet te wijzigen", ReadOnly: true},
			),
			look.Field{Name: "password", Type: "password", Label: "Wachtwoord", Icon: "lock", Reveal: true, Autocomplete: "current-password"},
			look.Field{Name: "budget", Type: "number", Label: "Budget", Unit: "€", Optional: true, Hint: "Per jaar, zonder btw."},
			look.TextArea{Field: look.Field{Name: "note", Label: "Notitie", Value: "Drinkt thee."}},
		),
		"choice": stack(
			row(look.Checkbox{Name: "on", Label: "Aan", Checked: true}, look.Checkbox{Name: "off", Label: "Uit"}, look.Switch{Name: "s1", Label: "Meldingen", On: true}, look.Switch{Name: "s2", Label: "Stil", Action: "/settings/quiet"}),
			look.Radio{Name: "kind", Legend: "Soort", Value: "org", Row: true, Options: []look.Option{{Value: "org", Label: "Organisatie"}, {Value: "person", Label: "Persoon"}}},
			look.Choices{Name: "roles", Legend: "Rollen", Several: true, Values: []string{"decider"}, Optional: true, Options: []look.Option{{Value: "decider", Label: "Beslisser"}, {Value: "user", Label: "Gebruiker", Hint: "Werkt er elke dag mee."}}},
			look.Choices{Name: "word", Legend: "Hoe noemen jullie wie bij je koopt?", Cards: true, Value: "klant", Options: []look.Option{{Value: "klant", Label: "Klant", Hint: "Winkel, dienst, groothandel."}, {Value: "client", Label: "Cliënt", Hint: "Zorg, advies, recht."}, {Value: "gast", Label: "Gast", Hint: "Hotel, horeca, vrije tijd."}}},
			row(look.Segmented{Name: "shape", Label: "Vorm", Value: "board", Options: []look.Option{{Value: "board", Label: "Bord"}, {Value: "list", Label: "Lijst"}}}, look.Segmented{Label: "Tijdlijn", Value: "all", Options: []look.Option{{Value: "all", Label: "Alles", Href: "?"}, {Value: "people", Label: "Mensen", Href: "?by=people"}}}),
		),
		"input": stack(
			look.Repeat{ID: "phones", Label: "Telefoon", Add: "Telefoon", Max: 3, Rows: []templ.Component{look.Field{Name: "phone-0", Label: "Nummer", HideLabel: true, Value: "06 12345678"}}, Blank: look.Field{Name: "phone-__n__", Label: "Nummer", HideLabel: true}},
			look.Picker{Field: look.Field{Name: "account", Label: "Relatie"}, Text: "Zorggroep De Linden", From: "/pick"},
			look.Copy{ID: "token", Label: "Token", Value: "kring_0197f3abc", Hint: "Je ziet hem maar één keer."},
			look.Upload{Field: look.Field{Name: "file", Label: "Bestand", Hint: "Hooguit 25 MB."}, Several: true},
			look.Field{Name: "tags", Label: "Labels", Suggest: []string{"vip", "pers"}},
		),
		"pick options": together(look.PickOptions([]look.PickOption{{Value: "1", Label: "Zorggroep De Linden", Note: "Zwolle", Lead: look.Avatar{Name: "Zorggroep"}}}), look.PickOptions(nil)),
		"chip": stack(
			row(look.PhaseBadge{Phase: look.Potential}, look.PhaseBadge{Phase: look.New}, look.PhaseBadge{Phase: look.Loyal, Extra: "Tweede ronde"}, look.PhaseBadge{Phase: look.Former}),
			row(look.Chip{Label: "Beslisser"}, look.Chip{Label: "E-mail", Icon: "check", Tone: look.Good}, look.Chip{Label: "Nieuwsbrief: nee", Icon: "ban", Tone: look.Bad}, look.Chip{Label: "Niet gevraagd", Icon: "circle", Tone: look.Dashed}, look.Chip{Label: "Verloopt vrijdag", Icon: "hourglass", Tone: look.Warn}, look.Chip{Label: "Vandaag", Icon: "clock", Tone: look.Accent}, look.Chip{Label: "vip", Remove: "/tags", Name: "tag", Value: "vip"}),
			row(look.Avatar{Name: "Sanne de Wit", Size: 22}, look.Avatar{Name: "Daan Kuipers", Size: 28}, look.Avatar{Name: "Inge Verbeek", Size: 46, Alone: "Inge Verbeek"}),
			look.PersonRow{Name: "Inge Verbeek", Meta: "Facilitair manager", Href: "/contacts/1", Chips: []look.Chip{{Label: "Beïnvloeder"}}},
		),
		"ring": stack(
			row(
				look.Ring{Size: 84, Turns: []look.Turn{{.55}}, Now: look.Potential, Label: "Nog nooit gekocht"},
				look.Ring{Size: 84, Turns: []look.Turn{{1, .5}}, Now: look.New},
				look.Ring{Size: 84, Turns: []look.Turn{{1, 1, .95}}, Now: look.Loyal},
				look.Ring{Size: 84, Turns: []look.Turn{{1, 1, 1, .6}}, Now: look.Former},
				look.Ring{Size: 112, Turns: []look.Turn{{1, 1, 1, 1}, {1, 1, .8}}, Now: look.Loyal, Count: "2e", Word: "ronde", Label: "Tweede ronde, nu loyaal"},
			),
			row(look.Ring{Size: 20, Turns: []look.Turn{{1, 1, .9}}, Now: look.Loyal}, look.Ring{Size: 28, Turns: []look.Turn{{1, 1, 1, 1}, {1, 1, .9}}, Now: look.Loyal}, look.Ring{Size: 56, Turns: []look.Turn{{1, 1, 1, 1}, {1, 1, 1, 1}, {1, .5}}, Now: look.New}, look.Ring{Size: 56}),
		),
		"message": stack(
			look.AlertStrip{Tone: look.Bad, Strong: "Service is voor deze klant het belangrijkst", Text: "en scoort 1,3 onder verwachting.", Action: "Maak er een belofte van", Href: "/promises/new"},
			look.AlertStrip{Tone: look.Warn, Text: "Iemand anders wijzigde dit ondertussen.", Live: true},
			boxed(`<div class="sheet-toasts">`, `</div>`, look.Toast{Text: "Belofte vastgelegd voor vrijdag", Undo: "/undo/1"}),
			look.Dialog{ID: "end", Title: "Relatie met Camping Duinrand beëindigen?", Lead: "Wie nam het besluit?", Action: "/end", Open: true,
				Content: look.Segmented{Name: "who", Label: "Wie nam het besluit?", Value: "us", Options: []look.Option{{Value: "us", Label: "Wij"}, {Value: "them", Label: "De klant"}}},
				Actions: []templ.Component{look.Closes("end", "Terug"), look.Button{Label: "Beëindigen", Kind: look.Danger, Submit: true}}},
		),
		"menu": stack(
			row(look.Menu{ID: "m1", Label: "Nieuw", Icon: "plus", Kind: look.Primary, Items: []look.MenuItem{{Label: "Belofte", Icon: "handshake", Key: "B", Href: "/p"}, {Label: "Gesprek", Icon: "message-square-quote", Key: "S", Href: "/s"}, {Label: "Kans", Icon: "kanban", Key: "K", Href: "/k"}, {}, {Label: "Verwijderen", Icon: "trash-2", Danger: true, Post: "/delete"}}},
				look.Menu{ID: "m2", Label: "Meer", Icon: "ellipsis", Square: true, End: true, Content: look.Field{Name: "q", Label: "Zoek"}}),
			look.Skeleton{},
			look.Progress{Label: "Importeren", Value: 412, Max: 640, Words: "Importeren, 412 van 640"},
		),
		"big ring":       sampleKring("drawn"),
		"big ring empty": look.Kring{ID: "none", Label: "Niemand", Total: look.KringFigure{Text: "0"}, Size: "Relaties"},
		"table":          sampleTable(),
		"plain table":    look.Table{Label: "Rijen", Plain: true, Columns: []look.Column{{Label: "Naam", Grow: true, Phone: look.PhoneTitle}, {Label: "Bedrag", Number: true, Phone: look.PhoneEnd}}, Rows: []look.Row{{ID: "a", Cells: []look.Cell{{Text: "Rij in rust"}, {Text: "€ 9.800"}}}, {ID: "b", Selected: true, Cells: []look.Cell{{Text: "Rij gekozen"}, {Text: "€ 18.400"}}}}},
		"empty table":    look.Table{Label: "Niets", Empty: look.EmptyState{Title: "Niets gevonden met deze filters."}},
		"lines": look.Lines{Label: "Verwacht en werkelijk", Top: "40", Most: 40, Begin: "1 jan", End: "1 jul", Mark: 4, Marked: "Achtergehouden", Lines: []look.Line{
			{Label: "Werkelijk", Values: []float64{3, 12, 22, 31, 28, 25}}, {Label: "Verwacht", Values: []float64{5, 14, 24, 28, 27, 26}}}},
		"empty": look.EmptyState{Picture: look.Ring{Size: 56}, Title: "Nog niemand aan het begin van de kring", Voice: "De cyclus begint bij wie nog niet koopt maar misschien interesse heeft.",
			Actions: []templ.Component{look.Button{Label: "Lead", Icon: "plus", Kind: look.Primary}, look.Button{Label: "Importeren", Kind: look.Ghost}}},
		"cell form": together(look.CellForm{Action: "/a/1/cell/city", Name: "value", Label: "Plaats", Value: "Zwolle", Version: "3", Error: "Dit is te lang."}, look.CellForm{Action: "/a/1/cell/phase", Name: "value", Label: "Fase", Options: []look.Option{{Value: "1", Label: "Nieuw"}}, HasNone: true}),
		"timeline": look.Timeline{Events: []look.Event{
			{When: "vandaag", Icon: "calendar", Tone: look.Accent, Title: "Kwartaalgesprek om 14:00 met Inge Verbeek en Paul Hoes", Meta: "Doel: vertrouwen in de service herstellen"},
			{When: "18 nov", Exact: "18 nov 2026 09:12", Icon: "smile", Tone: look.Bad, Title: "Inge Verbeek beoordeelde november", Quote: "De koffie is top, maar twee keer een halve dag zonder machine, dat kan echt niet.", QuoteLang: "nl", Chips: []look.Chip{{Label: "Service −1,3", Icon: "arrow-down-right", Tone: look.Bad}}},
			{When: "3 nov", Icon: "receipt-text", Machine: true, Title: "Order 2026-1187 gefactureerd, € 6.940", Meta: "Automatisch door Kring", Href: "/o"},
			{When: "9 mei", Era: "2023", Icon: "rotate-ccw", Tone: look.Accent, Title: "Begin van de tweede ronde"},
		}, More: "?before=1"},
		"facts": look.Facts{Items: []look.Fact{{Label: "Plaats", Value: "Zwolle", Edit: "/a/1/cell/city"}, {Label: "Website", Value: "delinden.nl", Href: "https://delinden.nl"}, {Label: "KvK-nummer"}, {Label: "Labels", Content: look.Chip{Label: "vip"}}}},
		"palette": look.PaletteList{Query: "bel lind", Groups: []look.PaletteGroup{
			{Label: "Doen", Items: []look.PaletteItem{{Label: "Belofte doen aan Zorggroep De Linden", Icon: "handshake", Href: "/p", Keys: "↵"}, {Label: "Bellen met Inge Verbeek, Zorggroep De Linden", Icon: "phone", Note: "06 12 34 56 78", Href: "tel:+31612345678"}}},
			{Label: "Relaties", Items: []look.PaletteItem{{Label: "Zorggroep De Linden", Lead: look.Ring{Size: 28, Turns: []look.Turn{{1, 1, .9}}, Now: look.Loyal}, Href: "/a", End: look.PhaseBadge{Phase: look.Loyal}}}},
			{Label: "Ga naar", Items: []look.PaletteItem{{Label: "Beloften", Icon: "handshake", Href: "/p", Keys: "G B"}, {Label: "Donker", Icon: "moon", Href: "/theme", Post: true}}},
			{Label: "Leeg"},
		}},
		"palette none": look.PaletteList{Query: "xyz"},
		"toasts":       together(look.Toast{Text: "Dit is niet gelukt.", Bad: true}, look.Toast{Text: "Geëxporteerd", Href: "/files/1", Label: "Openen"}, look.Toast{Text: "Weg", Undo: "/u", UndoName: "id", UndoValue: "1", OutOfBand: true}),
	}
}

// sheetPage is the sheet of parts, beside 15-onderdelen.
func sheetPage() templ.Component {
	p := parts()
	f := look.Frame{Shell: shell(), Title: "Onderdelen", Scripts: []string{"table.js"}, Crumbs: []look.Crumb{{Label: "Onderdelen"}}, Head: look.Heading{Title: "Onderdelen", Lead: "Elk onderdeel met zijn toestanden."}}
	return inside(f.Around(), together(
		headed("Knop", p["button"]), headed("Veld", p["field"]), headed("Keuze", p["choice"]), headed("Meer velden", p["input"]), headed("Fase, chip, persoon", p["chip"]),
		headed("Ring", p["ring"]), headed("De Kring", p["big ring"], p["big ring empty"]), headed("Melding", p["message"]), headed("Menu en laden", p["menu"]), headed("Tabel", p["plain table"]),
		headed("Leeg", p["empty"]), headed("Tijdlijn", p["timeline"]),
	))
}

// recordPage is an account as it looks in the first slice.
func recordPage() templ.Component {
	f := look.Frame{
		Shell: shell(), Title: "Zorggroep De Linden", Shape: look.Split, Scripts: []string{"table.js"},
		Crumbs: []look.Crumb{{Label: "Relaties", Href: "/accounts"}, {Label: "Zorggroep De Linden"}},
		Actions: []templ.Component{
			look.IconButton{Label: "Vorige", Icon: "chevron-up", Key: "["}, look.IconButton{Label: "Volgende", Icon: "chevron-down", Key: "]"},
			look.Menu{ID: "more", Label: "Meer mogelijkheden", Icon: "ellipsis", Square: true, End: true, Items: []look.MenuItem{{Label: "Geschiedenis", Icon: "history", Href: "/h"}, {}, {Label: "Weggooien", Icon: "trash-2", Danger: true, Post: "/bin"}}},
			look.Button{Label: "Wijzigen", Icon: "pencil", Href: "/edit"},
			look.Button{Label: "Contact", Icon: "plus", Kind: look.Primary, Href: "/contacts/new", Key: "C"},
		},
		Head: together(
			look.Heading{
				Title: "Zorggroep De Linden", Lead: "Tweede ronde. Vertrok zelf in 2022 om de prijs, kwam terug in 2023 voor de service.",
				Mark:  look.Ring{Size: 104, Turns: []look.Turn{{1, 1, 1, 1}, {1, 1, .8}}, Now: look.Loyal, Count: "2e", Word: "ronde"},
				Chips: []templ.Component{look.PhaseBadge{Phase: look.Loyal}},
				Meta:  []look.MetaFact{{Icon: "map-pin", Text: "Zwolle"}, {Icon: "heart", Text: "Zorg, 1.240 medewerkers"}, {Icon: "user", Text: "Sanne de Wit", Href: "/members/1"}},
				Facts: []look.Fact{{Label: "Omzet 12 mnd", Value: "€ 86.400"}, {Label: "Zeg en doe", Value: "11 van 12"}, {Label: "Kloof, gewogen", Value: "−0,3", Tone: look.Bad}},
			},
			look.Tabs{Label: "Onderdelen", Items: []look.Tab{{Label: "Overzicht", Href: "?", Current: true}, {Label: "Tijdlijn", Href: "?t"}, {Label: "Contacten", Href: "?c", Count: "4"}}},
		),
		Aside: together(
			inside(look.Section{Title: "Contacten", Count: "4", Line: true, End: raw(`<a href="/new">Nieuw</a>`)}.Around(), together(look.PersonRow{Name: "Inge Verbeek", Meta: "Facilitair manager", Chips: []look.Chip{{Label: "Beïnvloeder"}}}, look.PersonRow{Name: "Paul Hoes", Meta: "Directeur bedrijfsvoering", Chips: []look.Chip{{Label: "Beslisser"}}})),
			inside(look.Section{Title: "Bestanden", Line: true}.Around(), raw(`<p class="meta">Nog geen bestanden.</p>`)),
		),
	}
	f.Messages = []look.Toast{{Text: "Relatie opgeslagen", Undo: "/undo"}}
	p := parts()
	return inside(f.Around(), together(headed("Gegevens", p["facts"]), headed("Tijdlijn", p["timeline"])))
}

func formPage() templ.Component {
	f := look.Frame{Shell: shell(), Title: "Nieuwe relatie", Crumbs: []look.Crumb{{Label: "Relaties", Href: "/accounts"}, {Label: "Nieuw"}}, Head: look.Heading{Title: "Nieuwe relatie", Lead: "Begin met de naam; de rest kan later."}}
	p := parts()
	return inside(f.Around(), boxed(`<form class="form" method="post">`, `</form>`, p["field"], boxed(`<div class="form-actions">`, `</div>`, look.Button{Label: "Opslaan", Kind: look.Primary, Submit: true}, look.Button{Label: "Terug", Kind: look.Ghost, Href: "/accounts"})))
}

func settingsPage() templ.Component {
	f := look.Frame{Shell: shell(), Title: "Organisatie", Crumbs: []look.Crumb{{Label: "Instellingen", Href: "/settings"}, {Label: "Organisatie"}}, Head: look.Heading{Title: "Organisatie"},
		SecondIs: "Instellingen", Second: []look.NavGroup{{Label: "Jij", Items: []look.NavItem{{Label: "Profiel", Href: "/me"}, {Label: "Beveiliging", Href: "/security"}}}, {Label: "Organisatie", Items: []look.NavItem{{Label: "Organisatie", Href: "/org", Current: true}, {Label: "Leden", Href: "/members"}, {Label: "Eigen velden", Href: "/fields"}}}}}
	return inside(f.Around(), boxed(`<form class="form" method="post">`, `</form>`, parts()["input"], boxed(`<div class="form-actions">`, `</div>`, look.Button{Label: "Opslaan", Kind: look.Primary, Submit: true})))
}

func loginPage() templ.Component {
	b := look.Bare{Title: "Fijn dat je er bent", Lead: "Log in bij Brandt & Zoon.", Langs: []look.Choice{{Label: "Nederlands", Href: "?lang=nl", Current: true}, {Label: "English", Href: "?lang=en"}}}
	return inside(b.Around(), together(
		boxed(`<form method="post">`, `</form>`,
			look.Field{Name: "email", Type: "email", Label: "E-mailadres", Icon: "mail", Autocomplete: "username", Value: "sanne@brandtenzoon.nl"},
			look.Field{Name: "password", Type: "password", Label: "Wachtwoord", Icon: "lock", Reveal: true, Autocomplete: "current-password", Aside: raw(`<a href="/forgot">Vergeten?</a>`)},
			look.Button{Label: "Inloggen", Kind: look.Primary, Submit: true, Wide: true}),
		boxed(`<form method="post">`, `</form>`, look.Button{Label: "Met passkey", Icon: "key-round", Submit: true, Wide: true}),
	))
}

func stepsPage() templ.Component {
	s := look.Steps{Title: "Hoe heten jullie?", Lead: "Twee minuten, en Kring is van jullie.", Note: "Je kunt alles later wijzigen bij Instellingen.",
		Steps: []look.Step{{Label: "Bedrijf", Done: true}, {Label: "Beheerder", Now: true}, {Label: "Klaar"}}}
	p := parts()
	return inside(s.Around(), boxed(`<form class="form" method="post">`, `</form>`, p["choice"], boxed(`<div class="form-actions">`, `</div>`, look.Button{Label: "Verder", Kind: look.Primary, Size: look.Large, Submit: true})))
}

func errorPage() templ.Component {
	return inside(look.Frame{Shell: shell(), Title: "Niet gevonden", Crumbs: []look.Crumb{{Label: "Niet gevonden"}}}.Around(),
		look.ErrorPage{Title: "Dit is er niet (meer)", Text: "Misschien is het weggegooid, of hoort het bij een ander team.", ID: "0197f3", Actions: []templ.Component{look.Button{Label: "Naar relaties", Href: "/accounts", Kind: look.Primary}}})
}
