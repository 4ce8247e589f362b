// Package words speaks to the reader in Dutch or English: every label, message
// and error of every page comes from the catalogues nl/*.toml and en/*.toml,
// and dates, numbers and money take the reader's form.
//
// A catalogue holds flat keys ("account.name" = "Naam"). A message with plural
// forms is a table with one and other. {{.x}} names a parameter; the
// organisation's own word for a customer is always there as {{.klant}},
// {{.klanten}}, {{.Klant}} and {{.Klanten}}, in both languages.
package words

import (
	"embed"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // the binary runs on machines without a zone database

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed nl/*.toml en/*.toml
var catalogues embed.FS

// Langs are the languages every key exists in.
var Langs = []string{"nl", "en"}

// Sectors are the words an organisation can choose for its customers; the
// first is the default.
var Sectors = []string{"klant", "client", "gast"}

// P holds the parameters of one message.
type P map[string]any

// Words speaks one language with one word for customer; safe for many readers.
type Words struct {
	lang  string
	plain map[string]string
	forms map[string]message
	names form
	zone  *time.Location
	tag   language.Tag
}

type form struct {
	decimal, group      string
	months, days        []string
	longMonth, longDay  []string
	today, tomorrow     string
	yesterday, moneyGap string
}

// message is one catalogue entry, cut at its parameters.
type message struct{ one, other template }

var cache sync.Map // lang+"/"+sector → *Words

// For returns the words of a language for an organisation that says sector
// ("klant", "client" or "gast"); what is unknown falls back to nl and klant.
func For(lang, sector string) *Words {
	if !slices.Contains(Langs, lang) {
		lang = Langs[0]
	}
	if sector == "cliënt" {
		sector = "client"
	}
	if !slices.Contains(Sectors, sector) {
		sector = Sectors[0]
	}
	if w, ok := cache.Load(lang + "/" + sector); ok {
		return w.(*Words)
	}
	w, _ := cache.LoadOrStore(lang+"/"+sector, speak(lang, sector))
	return w.(*Words)
}

// In returns the same words telling time in another zone.
func (w *Words) In(zone *time.Location) *Words {
	other := *w
	other.zone = zone
	return &other
}

// Lang is "nl" or "en", for the lang attribute.
func (w *Words) Lang() string { return w.lang }

// T is the message of a key without parameters; an unknown key shows itself.
func (w *Words) T(key string) string {
	if s, ok := w.plain[key]; ok {
		return s
	}
	if m, ok := w.forms[key]; ok {
		return m.other.fill(nil)
	}
	return key
}

// Has tells whether a key exists, for keys that are made while running.
func (w *Words) Has(key string) bool {
	if _, ok := w.plain[key]; ok {
		return true
	}
	_, ok := w.forms[key]
	return ok
}

// Tf is the message of a key with its parameters filled in.
func (w *Words) Tf(key string, p P) string {
	if m, ok := w.forms[key]; ok {
		return m.other.fill(p)
	}
	return w.T(key)
}

// Gist is the message of a key for many cases at once: what differs between them
// is left open.
func (w *Words) Gist(key string) string {
	m, ok := w.forms[key]
	if !ok {
		return w.T(key)
	}
	open := P{}
	for _, piece := range m.other {
		if piece.param {
			open[piece.text] = "…"
		}
	}
	return m.other.fill(open)
}

// Tn is the message of a key in the form the number asks for; {{.n}} is the
// number in the reader's form unless p has its own.
func (w *Words) Tn(key string, n int, p ...P) string {
	m, ok := w.forms[key]
	if !ok {
		return w.T(key)
	}
	params := P{"n": w.Number(float64(n), 0)}
	for _, more := range p {
		for k, v := range more {
			params[k] = v
		}
	}
	if plural.Cardinal.MatchPlural(w.tag, n, 0, 0, 0, 0) == plural.One && m.one != nil {
		return m.one.fill(params)
	}
	return m.other.fill(params)
}

// speak reads the catalogue of a language and settles the word for customer.
func speak(lang, sector string) *Words {
	messages, err := read(lang)
	if err != nil {
		panic(err) // a broken catalogue is a programmer's mistake; a test reads every file
	}
	w := &Words{
		lang: lang, tag: language.Make(lang), names: forms[lang], zone: amsterdam,
		plain: make(map[string]string, len(messages)), forms: map[string]message{},
	}
	own := P{}
	for _, m := range messages {
		if name, ok := strings.CutPrefix(m.ID, "sector."+sector+"."); ok {
			own[name] = m.Other
			own[capital(name)] = capital(m.Other)
		}
	}
	for _, m := range messages {
		other := cut(m.Other).settle(own)
		if m.One == "" && len(other) <= 1 && (len(other) == 0 || !other[0].param) {
			w.plain[m.ID] = other.fill(nil)
			continue
		}
		entry := message{other: other}
		if m.One != "" {
			entry.one = cut(m.One).settle(own)
		}
		w.forms[m.ID] = entry
	}
	return w
}

// read parses all files of one language; a key that two files hold is an error
// of the test, the later file wins here.
func read(lang string) ([]*i18n.Message, error) {
	files, err := catalogues.ReadDir(lang)
	if err != nil {
		return nil, err
	}
	parsers := map[string]i18n.UnmarshalFunc{"toml": toml.Unmarshal}
	var all []*i18n.Message
	for _, f := range files {
		text, err := catalogues.ReadFile(path.Join(lang, f.Name()))
		if err != nil {
			return nil, err
		}
		file, err := i18n.ParseMessageFileBytes(text, f.Name()+"."+lang+".toml", parsers)
		if err != nil {
			return nil, err
		}
		all = append(all, file.Messages...)
	}
	return all, nil
}
