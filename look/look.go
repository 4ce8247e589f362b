// Package look is how Kring looks: tokens, parts, page frames, icons, fonts and
// the few scripts. Doors draw pages with it and bring no CSS, words or scripts
// of their own.
//
// A part is a struct that draws itself in a templ file:
//
//	@look.Button{Label: look.T(ctx, "look.save"), Kind: look.Primary, Submit: true}
//
// A part with something inside it is asked Around:
//
//	@look.Section{Title: "Contacten", Count: "4"}.Around() {
//		@look.PersonRow{Name: "Inge Verbeek", Meta: "Facilitair manager"}
//	}
//
// Words: the door puts them in the context once (look.With), parts and pages
// take them from there (look.W(ctx), look.T(ctx, "look.save")). New words go to
// look/words/nl/<slice>.toml and look/words/en/<slice>.toml.
//
// The map:
//
//	pages     Frame (shapes Full, Split, Reading, List) with its Shell · Bare · Steps · ErrorPage
//	actions   Button IconButton Menu MenuItem Dialog Opens Closes Keys Shortcut
//	forms     Field TextArea Select Checkbox Choices (Radio) Switch Segmented Option · Picker PickOptions Repeat Copy Upload; classes form form-row form-part form-actions
//	lists     Tabs FilterBar FilterToken Table Column Row Cell TableRows TableRow TableCell CellForm BulkBar
//	records   Heading Section Facts Fact FactValue Timeline PersonRow Avatar Chip
//	messages  Toast AlertStrip EmptyState Progress Skeleton
//	search    PaletteList PaletteGroup PaletteItem, answered at /palette
//	phases    PhaseBadge PhaseGlyph Ring RingArt
//	assets    Asset Assets Icon Mark; scripts kring.js (in every Frame), table.js (lists and in place editing)
//	classes   stack cluster spread push meta micro lead voice title soft quiet good bad warn now chips card rows narrow
//
// Addresses that the parts expect of the desk: GET /palette?q= (PaletteList
// alone when the request has HX-Request), POST /theme (theme=light|dark).
package look

import (
	"context"
	"strings"
	"unicode"

	"github.com/a-h/templ"

	"kring/look/words"
)

type wordsKey struct{}

// With gives a page its words; doors do it once for each request.
func With(ctx context.Context, w *words.Words) context.Context {
	return context.WithValue(ctx, wordsKey{}, w)
}

// W is the words of the page that is being drawn; Dutch when nobody chose.
func W(ctx context.Context) *words.Words {
	if w, ok := ctx.Value(wordsKey{}).(*words.Words); ok {
		return w
	}
	return words.For("nl", "klant")
}

// T is the message of a key in the words of the page.
func T(ctx context.Context, key string) string { return W(ctx).T(key) }

// address lets a link through when it stays here or goes to the web, a mailbox
// or a telephone; anything else (javascript:) goes nowhere. A colon in the
// query is not a scheme: filters are full of them.
func address(href string) templ.SafeURL {
	start, _, _ := strings.Cut(strings.TrimSpace(href), "?")
	scheme, _, ok := strings.Cut(start, ":")
	if strings.ContainsFunc(href, unicode.IsControl) {
		return "#"
	}
	if !ok || strings.ContainsAny(scheme, "/#") {
		return templ.SafeURL(href)
	}
	switch strings.ToLower(scheme) {
	case "http", "https", "mailto", "tel":
		return templ.SafeURL(href)
	}
	return "#"
}

// classes joins the names that are not empty.
func classes(names ...string) string {
	var kept []string
	for _, n := range names {
		if n != "" {
			kept = append(kept, n)
		}
	}
	return strings.Join(kept, " ")
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// when is the text if the condition holds.
func when(cond bool, text string) string {
	if cond {
		return text
	}
	return ""
}
