package conversation

import (
	"strconv"
	"strings"
	"time"

	"kring/base/day"
)

// Told is what a summary for the customer is made of.
type Told struct {
	Language string // nl or en
	To       string // given name of the customer
	From     string // who spoke with them
	Title    string
	Day      day.Day
	Heard    []string // the needs, in the customer's words
	Action   string   // what the customer does
	ActionOn day.Day
	Promised []Vow
	Next     string
	NextOn   day.Day
	Link     string // with which the customer confirms it, or empty
}

// Vow is one promise in a summary.
type Vow struct {
	Text string
	On   day.Day
}

// Draft is the summary as a text to change, copy and send. Nothing sends it.
func (t Told) Draft() string {
	w := words["en"]
	if t.Language == "nl" {
		w = words["nl"]
	}
	var b strings.Builder
	line := func(parts ...string) { b.WriteString(strings.Join(parts, "") + "\n") }
	line(w.dear, t.To, ",")
	line()
	line(w.thanks, Date(t.Language, t.Day), w.about, t.Title, ".")
	list := func(head string, items []string) {
		if len(items) == 0 {
			return
		}
		line()
		line(head)
		for _, i := range items {
			line("- ", i)
		}
	}
	var heard, promised, action []string
	for _, h := range t.Heard {
		heard = append(heard, w.open+h+w.close)
	}
	for _, p := range t.Promised {
		promised = append(promised, p.Text+by(w.before, t.Language, p.On))
	}
	if t.Next != "" {
		promised = append(promised, t.Next+by(w.before, t.Language, t.NextOn))
	}
	if t.Action != "" {
		action = []string{t.Action + by(w.before, t.Language, t.ActionOn)}
	}
	list(w.heard, heard)
	list(w.you, action)
	list(w.we, promised)
	line()
	if t.Link != "" {
		line(w.confirm)
		line(t.Link)
		line()
	}
	line(w.regards)
	b.WriteString(t.From)
	return b.String()
}

func by(before, language string, d day.Day) string {
	if d == "" {
		return ""
	}
	return before + Date(language, d)
}

type phrases struct{ dear, thanks, about, heard, you, we, before, confirm, regards, open, close string }

var words = map[string]phrases{
	"nl": {
		"Beste ", "Dank u wel voor het gesprek van ", " over ", "Dit hoorde ik van u:", "U doet:", "Wij doen:", ", uiterlijk ",
		"Klopt dit? Bevestig het of vul het aan op deze pagina:", "Met vriendelijke groet,", "“", "”",
	},
	"en": {
		"Dear ", "Thank you for our conversation of ", " about ", "This is what I heard from you:", "You will:", "We will:", ", by ",
		"Is this right? Confirm it or add to it on this page:", "Kind regards,", "“", "”",
	},
}

var calendar = map[string][2][]string{
	"nl": {
		{"zondag", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag"},
		{"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"},
	},
	"en": {
		{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	},
}

// Date writes a day out: dinsdag 24 november 2026, Tuesday 24 November 2026.
func Date(language string, d day.Day) string {
	t, err := time.Parse("2006-01-02", string(d))
	if err != nil {
		return string(d)
	}
	names := calendar["en"]
	if language == "nl" {
		names = calendar["nl"]
	}
	return names[0][t.Weekday()] + " " + strconv.Itoa(t.Day()) + " " + names[1][t.Month()-1] + " " + strconv.Itoa(t.Year())
}

// ReportTask is what a task to report a conversation says.
func ReportTask(language, title string) string {
	say := "Report conversation: "
	if language == "nl" {
		say = "Verslag van gesprek: "
	}
	r := []rune(say + title)
	return string(r[:min(len(r), 200)])
}
