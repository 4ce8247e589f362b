package lead

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
)

// Form is a web form that anyone can fill in. Texts are by language: nl and en.
type Form struct {
	ID      id.Source `json:"id"`
	Version int64     `json:"version"`
	Key     string    `json:"key"` // its address: /f/<key>
	Secret  string    `json:"-"`   // signs the time at which a page was made

	Name       string    `json:"name"` // for ourselves
	Title      Texts     `json:"title"`
	Intro      Texts     `json:"intro"`
	Thanks     Texts     `json:"thanks"`
	Fields     []Ask     `json:"fields"`
	Source     string    `json:"source"`
	SourceFrom string    `json:"source_from"`
	Segment    string    `json:"segment"`
	Event      string    `json:"event"` // what filling it in is: form, download, webinar
	Owner      id.Member `json:"owner"`
	Team       id.Team   `json:"team"`
	Consent    Consent   `json:"consent"`
	Sites      []string  `json:"sites"`   // where it may stand in a frame, and from where it may be sent: https://www.example.nl
	Privacy    string    `json:"privacy"` // address of the privacy statement
	Closed     bool      `json:"closed"`

	Created int64 `json:"created_at"`
	Updated int64 `json:"updated_at"`
}

// Texts is a text in both languages.
type Texts struct {
	NL string `json:"nl"`
	EN string `json:"en"`
}

// In is the text in a language, the other one when this is empty.
func (t Texts) In(lang string) string {
	if lang == "en" && t.EN != "" || t.NL == "" {
		return t.EN
	}
	return t.NL
}

// Ask is a field that a form asks.
type Ask struct {
	Field    string `json:"field"` // of Askable
	Required bool   `json:"required"`
}

// Askable are the fields that a form can ask.
var Askable = []string{"name", "organisation", "function", "email", "phone", "city", "size", "question"}

// Consent is what a form asks permission for, in which words; without words it
// asks nothing. Saying yes counts only after a confirmation (double opt-in).
type Consent struct {
	Text    Texts  `json:"text"`
	Channel string `json:"channel"` // email, phone, message
	Purpose string `json:"purpose"` // commercial, research
	Version string `json:"version"` // of the words
}

// Asked says whether a form asks for consent.
func (c Consent) Asked() bool { return c.Text.NL != "" || c.Text.EN != "" }

// The limits of a form, and of how fast it is filled in: who needs less than
// two seconds is no person, and a page that is older than a day is asked again.
const (
	MaxSites    = 20
	LeastFill   = 2_000
	MostFill    = 24 * 3600 * 1000
	PerAddress  = 5   // posts of one address within the window
	PerForm     = 200 // posts of one form within the window
	PerAPI      = 60  // posts by a program of one address within the window
	OptInLasts  = 30 * dayMS
	MaxFormText = 2000
)

// What can be wrong with a form, and with filling it in.
var (
	ErrFormName = fault.New(fault.Invalid, "lead.form_name", "give the form a name for yourself, and a title")
	ErrAsk      = fault.New(fault.Invalid, "lead.ask", "a form asks known fields, each once, and at least an e-mail address or a phone number")
	ErrSite     = fault.New(fault.Invalid, "lead.site", "write a site as https://www.example.nl, without anything behind it")
	ErrChannel  = fault.New(fault.Invalid, "lead.channel", "consent is for e-mail, phone or messages, and for offers or research")
	ErrEventKey = fault.New(fault.Invalid, "lead.form_event", "filling in a form is form, download or webinar")
	ErrPrivacy  = fault.New(fault.Invalid, "lead.privacy", "write the address of your privacy statement as https://…")
	ErrClosed   = fault.New(fault.NotFound, "lead.form_closed", "this form is closed")
	ErrFast     = fault.New(fault.Invalid, "lead.fast", "that was very quick; look at it once more and send it again")
	ErrAged     = fault.New(fault.Invalid, "lead.aged", "this page stood open for long; send it once more")
	ErrNeeded   = fault.New(fault.Invalid, "lead.needed", "this is needed")
	ErrOften    = fault.New(fault.Busy, "lead.often", "this form was sent very often just now; try it again in a quarter of an hour")
	ErrOptIn    = fault.New(fault.NotFound, "lead.opt_in", "this link does not work any more")
)

// Tidy cleans a form and says what is wrong with it.
func (f Form) Tidy() (Form, error) {
	wrong := fault.Fields{}
	line := func(field string, into *string, most int) {
		s, err := fold.Clean(*into, most)
		wrong.Add(field, err)
		*into = s
	}
	text := func(field string, into *string) {
		s, err := fold.Text(*into, MaxFormText)
		wrong.Add(field, err)
		*into = s
	}
	line("name", &f.Name, MaxName)
	line("title_nl", &f.Title.NL, MaxName)
	line("title_en", &f.Title.EN, MaxName)
	line("source_from", &f.SourceFrom, MaxName)
	line("segment", &f.Segment, MaxShort)
	line("privacy", &f.Privacy, MaxName)
	text("intro_nl", &f.Intro.NL)
	text("intro_en", &f.Intro.EN)
	text("thanks_nl", &f.Thanks.NL)
	text("thanks_en", &f.Thanks.EN)
	text("consent_nl", &f.Consent.Text.NL)
	text("consent_en", &f.Consent.Text.EN)
	line("consent_version", &f.Consent.Version, 60)
	if f.Name == "" {
		wrong.Add("name", ErrFormName)
	}
	if f.Title.NL == "" && f.Title.EN == "" {
		wrong.Add("title_nl", ErrFormName)
	}
	if !slices.Contains(Sources, f.Source) {
		wrong.Add("source", ErrSource)
	}
	if f.Event == "" {
		f.Event = "form"
	}
	if !slices.Contains([]string{"form", "download", "webinar"}, f.Event) {
		wrong.Add("event", ErrEventKey)
	}
	seen := map[string]bool{}
	for _, a := range f.Fields {
		if !slices.Contains(Askable, a.Field) || seen[a.Field] {
			wrong.Add("fields", ErrAsk)
		}
		seen[a.Field] = true
	}
	if !seen["email"] && !seen["phone"] {
		wrong.Add("fields", ErrAsk)
	}
	if c := f.Consent; c.Asked() && (!slices.Contains([]string{"email", "phone", "message"}, c.Channel) || !slices.Contains([]string{"commercial", "research"}, c.Purpose)) {
		wrong.Add("channel", ErrChannel)
	}
	if f.Privacy != "" && !strings.HasPrefix(f.Privacy, "https://") {
		wrong.Add("privacy", ErrPrivacy)
	}
	sites := []string{}
	for _, s := range f.Sites {
		if s = strings.ToLower(strings.TrimRight(strings.TrimSpace(s), "/")); s == "" || slices.Contains(sites, s) {
			continue
		}
		if !origin(s) || len(sites) == MaxSites {
			wrong.Add("sites", ErrSite)
		}
		sites = append(sites, s)
	}
	f.Sites = sites
	return f, wrong.Err()
}

// origin says whether a text is the origin of a site as a browser writes it:
// nothing in it can end a header or name another source.
func origin(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Scheme+"://"+u.Host != s || u.Hostname() == "" {
		return false
	}
	for _, r := range u.Host {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '.' && r != '-' && r != ':' {
			return false
		}
	}
	return u.Scheme == "https" || u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1"
}

// Filled makes a draft of what a visitor filled in: only what the form asks
// counts.
func (f Form) Filled(typed map[string]string, lang string) (Draft, error) {
	wrong := fault.Fields{}
	get := func(field string) string {
		i := slices.IndexFunc(f.Fields, func(a Ask) bool { return a.Field == field })
		if i < 0 {
			return ""
		}
		v := strings.TrimSpace(typed[field])
		if v == "" && f.Fields[i].Required {
			wrong.Add(field, ErrNeeded)
		}
		return v
	}
	d := Draft{
		Name: get("name"), Organisation: get("organisation"), Function: get("function"), Email: get("email"), Phone: get("phone"), City: get("city"), Question: get("question"),
		Segment: f.Segment, Source: f.Source, SourceFrom: f.SourceFrom, Owner: f.Owner, Team: f.Team,
	}
	if lang == "nl" || lang == "en" {
		d.Language = lang
	}
	if size := get("size"); size != "" {
		n, err := strconv.Atoi(size)
		if err != nil {
			wrong.Add("size", ErrSize)
		}
		d.Size = n
	}
	if d.Email == "" && d.Phone == "" && len(wrong) == 0 {
		wrong.Add(f.reachBy(), ErrNeeded)
	}
	return d, wrong.Err()
}

// reachBy is the field by which a form reaches somebody.
func (f Form) reachBy() string {
	if slices.ContainsFunc(f.Fields, func(a Ask) bool { return a.Field == "email" }) {
		return "email"
	}
	return "phone"
}

// Stamp is what a page carries that was made now: the id that its lead will
// have, so that a page sent twice is one lead, and the time, both signed.
func (f Form) Stamp(i id.Lead, now int64) string {
	var b [24]byte
	binary.BigEndian.PutUint64(b[:8], uint64(now))
	copy(b[8:], i[:])
	return base64.RawURLEncoding.EncodeToString(append(b[:], f.sign(b[:])...))
}

// Read reads a stamp: who fills a page in too fast is no person, and a page can
// be too old. A stamp of another form, or of nobody, is as an old one.
func (f Form) Read(stamp string, now int64) (id.Lead, error) {
	b, err := base64.RawURLEncoding.DecodeString(stamp)
	if err != nil || len(b) != 24+16 || !hmac.Equal(b[24:], f.sign(b[:24])) {
		return id.Lead{}, ErrAged
	}
	at := int64(binary.BigEndian.Uint64(b[:8])) //nolint:gosec // signed by us
	switch took := now - at; {
	case took < LeastFill:
		return id.Lead{}, ErrFast
	case took > MostFill:
		return id.Lead{}, ErrAged
	}
	return id.Lead(b[8:24]), nil
}

func (f Form) sign(b []byte) []byte {
	m := hmac.New(sha256.New, []byte("kring form "+f.Key+" "+f.Secret))
	m.Write(b)
	return m.Sum(nil)[:16]
}

// OptIn is a consent that somebody ticked and did not confirm yet.
type OptIn struct {
	ID        id.Record `json:"id"`
	Lead      id.Lead   `json:"lead"`
	Form      id.Source `json:"form"`
	Secret    string    `json:"-"` // in the link that confirms it
	Wording   string    `json:"wording"`
	Channel   string    `json:"channel"`
	Purpose   string    `json:"purpose"`
	Text      string    `json:"text"` // version of the words
	Asked     int64     `json:"asked_at"`
	Confirmed int64     `json:"confirmed_at"`
}

// Stands says whether it can be confirmed.
func (o OptIn) Stands(now int64) bool { return o.Confirmed == 0 && now < o.Asked+OptInLasts }

// DiffForm is what is different between two versions of a form.
func DiffForm(a, b Form) []fact.Change {
	keys := []string{"name", "title", "intro", "thanks", "fields", "source", "source_from", "segment", "event", "owner", "team", "consent", "sites", "privacy", "closed"}
	of := func(f Form) func(string) any {
		return func(key string) any {
			return map[string]any{
				"name": f.Name, "title": f.Title, "intro": f.Intro, "thanks": f.Thanks, "fields": f.Fields, "source": f.Source, "source_from": f.SourceFrom, "segment": f.Segment,
				"event": f.Event, "owner": f.Owner, "team": f.Team, "consent": f.Consent, "sites": f.Sites, "privacy": f.Privacy, "closed": f.Closed,
			}[key]
		}
	}
	return fact.Between(keys, of(a), of(b))
}
