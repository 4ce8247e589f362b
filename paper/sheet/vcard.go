package sheet

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime/quotedprintable"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"kring/base/fault"
	"kring/base/fold"
)

// ErrCard says that a card begins and does not end.
var ErrCard = fault.New(fault.Invalid, "sheet.card", "this card is not whole: its end is missing")

// maxWays is how many phones and e-mails of a card are taken over.
const maxWays = 6

// cardHead are the columns of a table of cards, under the names by which an
// import knows them.
var cardHead = func() []string {
	head := []string{"name", "kind", "honorific", "initials", "given", "infix", "family", "language", "account", "function"}
	for _, way := range []string{"phone", "email"} {
		head = append(head, way)
		for n := 2; n <= maxWays; n++ {
			head = append(head, way+"_"+strconv.Itoa(n))
		}
	}
	return append(head, "street", "number", "suffix", "postcode", "city", "country", "website", "tags", "note", "external_id")
}()

// cardTable reads vCard 2.1, 3 and 4, a card at a time. emersion/go-vcard, which
// was looked at first, holds a card whole with the photo in it and reads no
// 2.1; here a photo is passed over.
type cardTable struct {
	in   *source
	code string
	line []byte
	over bool
	n    int64
	open bool // BEGIN:VCARD was read already
}

// carded tells a file of cards.
func carded(start []byte) bool {
	code, _, skip := marked(start)
	text := start[skip:]
	if code == encUTF16 {
		text = bytes.ReplaceAll(text, []byte{0}, nil)
	}
	text = bytes.TrimSpace(text[:min(len(text), 256)])
	return len(text) >= 11 && bytes.EqualFold(text[:11], []byte("BEGIN:VCARD"))
}

func openVCard(src io.ReaderAt, size int64, start []byte) (Table, error) {
	code, order, skip := marked(start)
	return &cardTable{in: newSource(src, size, skip, order), code: code}, nil
}

// Info says how the file was understood.
func (t *cardTable) Info() Info {
	code := t.code
	if code == "" {
		code = encUTF8
	}
	return Info{Format: VCardFile, Encoding: code}
}

// Head are the fields of a card.
func (t *cardTable) Head() []string { return slices.Clone(cardHead) }

// Close has nothing to let go of.
func (t *cardTable) Close() error { return nil }

// Next is the next card.
func (t *cardTable) Next() (Row, error) {
	for !t.open {
		p, ok, err := t.property()
		if err != nil {
			return Row{}, err
		}
		if !ok {
			return Row{}, io.EOF
		}
		t.open = p.is("BEGIN", "VCARD")
	}
	t.n++
	t.open = false
	row := Row{N: t.n}
	c := &card{cells: map[string]string{}}
	size, inside := 0, 0 // of an AGENT, which is a card in a card
	for {
		p, ok, err := t.property()
		if err != nil {
			return Row{}, err
		}
		switch size += len(p.value); {
		case !ok:
			row.Err = ErrCard
		case p.is("BEGIN", "VCARD") && c.agent:
			inside, c.agent = inside+1, false
			continue
		case p.is("BEGIN", "VCARD"):
			row.Err, t.open = ErrCard, true
		case p.is("END", "VCARD") && inside > 0:
			inside--
			continue
		case p.is("END", "VCARD"):
		case inside > 0:
			continue
		case p.over:
			c.wrong = ErrCell.With(fault.Params{"max": "1 MB"})
			continue
		case size > MaxRow:
			c.wrong = ErrRow.With(fault.Params{"max": "4 MB"})
			continue
		default:
			c.take(p)
			continue
		}
		row.Cells = c.row()
		if row.Err == nil && c.wrong != nil {
			row.Err = c.wrong
		}
		return row, nil
	}
}

// property is a line of a card, unfolded: a name, its parameters and a value.
type property struct {
	name   string
	params map[string][]string // in lower case, by their names in upper case
	value  string              // with its backslashes
	over   bool                // it is too long
}

func (p property) is(name, value string) bool {
	return p.name == name && strings.EqualFold(strings.TrimSpace(p.value), value)
}

// kind tells that a property is of a type: TYPE=home,cell or, in 2.1, ;HOME.
func (p property) kind(types ...string) bool {
	return slices.ContainsFunc(p.params["TYPE"], func(t string) bool { return slices.Contains(types, t) })
}

// property reads the next property; false at the end of the file. Of a photo,
// a sound or a key nothing is kept.
func (t *cardTable) property() (property, bool, error) {
	for {
		ok, err := t.logical()
		if !ok || err != nil {
			return property{}, false, err
		}
		p, is := t.parse()
		if !is { // a blank line, or a piece of what was passed over
			continue
		}
		if strings.EqualFold(p.param("ENCODING"), "quoted-printable") {
			if err := t.printable(&p); err != nil {
				return property{}, false, err
			}
		}
		p.value = t.decode(p)
		return p, true, nil
	}
}

// logical reads a line with the lines folded behind it.
func (t *cardTable) logical() (bool, error) {
	most := MaxCell
	t.line, t.over = t.line[:0], false
	if cap(t.line) > MaxCell/4 {
		t.line = nil
	}
	for first := true; ; first = false {
		line, over, ok, err := t.in.line(t.line, most)
		if err != nil || !ok && first {
			return false, err
		}
		t.line, t.over = line, t.over || over
		if first && heavy(t.line) {
			most = min(len(t.line), 64)
			t.line, t.over = t.line[:most], false
		}
		c, more, err := t.in.byte()
		if err != nil {
			return false, err
		}
		if !more || c != ' ' && c != '\t' {
			if most <= 64 {
				t.over = false
			}
			return true, nil
		}
		t.in.pos++
	}
}

// heavy tells the properties that hold a file.
func heavy(line []byte) bool {
	name, _, _ := bytes.Cut(line[:min(len(line), 64)], []byte(":"))
	name, _, _ = bytes.Cut(name, []byte(";"))
	if i := bytes.LastIndexByte(name, '.'); i >= 0 {
		name = name[i+1:]
	}
	return slices.Contains([]string{"PHOTO", "LOGO", "SOUND", "KEY"}, strings.ToUpper(string(name)))
}

// parse takes a line apart; a colon inside quotes parts nothing.
func (t *cardTable) parse() (property, bool) {
	colon, quoted := -1, false
	for i, c := range t.line {
		if c == '"' {
			quoted = !quoted
		}
		if c == ':' && !quoted {
			colon = i
			break
		}
	}
	if colon < 0 {
		return property{}, false
	}
	words := strings.Split(string(t.line[:colon]), ";")
	name := strings.ToUpper(strings.TrimSpace(words[0]))
	if i := strings.LastIndexByte(name, '.'); i >= 0 { // item1.TEL
		name = name[i+1:]
	}
	if name == "" || strings.ContainsAny(name, " \t") {
		return property{}, false
	}
	p := property{name: name, params: map[string][]string{}, value: string(t.line[colon+1:]), over: t.over}
	for _, w := range words[1:] {
		key, value, named := strings.Cut(w, "=")
		key = strings.ToUpper(strings.TrimSpace(key))
		if !named { // 2.1: TEL;HOME;CELL
			key, value = "TYPE", key
			if strings.EqualFold(value, "quoted-printable") {
				key = "ENCODING"
			}
		}
		for v := range strings.SplitSeq(value, ",") {
			p.params[key] = append(p.params[key], strings.ToLower(strings.Trim(v, "\" ")))
		}
	}
	return p, true
}

func (p property) param(name string) string {
	if all := p.params[name]; len(all) > 0 {
		return all[0]
	}
	return ""
}

// printable undoes the quoted-printable of 2.1, in which a = at the end of a
// line says that the next belongs to it.
func (t *cardTable) printable(p *property) error {
	for strings.HasSuffix(p.value, "=") {
		line, over, ok, err := t.in.line(t.line[:0], MaxCell-min(MaxCell, len(p.value)))
		if err != nil {
			return err
		}
		t.line, p.over = line, p.over || over
		p.value = strings.TrimSuffix(p.value, "=") + string(line)
		if !ok || p.over {
			break
		}
	}
	text, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(p.value)))
	if err == nil {
		p.value = string(text)
	}
	return nil
}

// decode makes a value UTF-8, by its CHARSET or by what its bytes can be.
func (t *cardTable) decode(p property) string {
	if strings.EqualFold(p.param("ENCODING"), "b") || strings.EqualFold(p.param("ENCODING"), "base64") {
		if text, err := base64.StdEncoding.DecodeString(p.value); err == nil {
			p.value = string(text)
		}
	}
	switch p.param("CHARSET") {
	case "iso-8859-1", "iso-8859-15", "windows-1252", "us-ascii":
		return latin([]byte(p.value))
	}
	if !utf8.ValidString(p.value) {
		return latin([]byte(p.value))
	}
	return p.value
}

// parts are the pieces of a structured value, with their escapes undone.
func parts(value string, sep byte) (all []string) {
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '\\' && i+1 < len(value):
			i++
			if value[i] == 'n' || value[i] == 'N' {
				b.WriteByte('\n')
			} else {
				b.WriteByte(value[i])
			}
		case c == sep:
			all = append(all, strings.TrimSpace(b.String()))
			b.Reset()
		default:
			b.WriteByte(c)
		}
	}
	return append(all, strings.TrimSpace(b.String()))
}

// text is a value that has no pieces.
func text(value string) string { return breaks.Replace(parts(value, 0)[0]) }

// card gathers what the properties of one card say.
type card struct {
	cells     map[string]string
	phones    []way
	emails    []way
	addresses []way
	company   bool
	agent     bool // the last property said that a card in this card comes
	wrong     error
}

// way is a phone, an e-mail or an address and how much it is preferred: less
// is more.
type way struct {
	value string
	rank  int
}

func (p property) rank() int {
	rank := 100
	if n, err := strconv.Atoi(p.param("PREF")); err == nil && n > 0 && n <= 100 {
		rank = n - 1
	}
	if p.kind("pref") {
		rank = 0
	}
	if p.kind("fax") {
		rank += 1000
	}
	return rank
}

// take takes over one property.
func (c *card) take(p property) {
	c.agent = p.name == "AGENT" && strings.TrimSpace(p.value) == ""
	switch p.name {
	case "N":
		c.name(parts(p.value, ';'))
	case "FN":
		c.put("name", text(p.value))
	case "KIND", "X-ABSHOWAS", "X-ADDRESSBOOKSERVER-KIND":
		c.company = c.company || slices.Contains([]string{"org", "company"}, strings.ToLower(text(p.value)))
	case "ORG":
		c.put("account", parts(p.value, ';')[0])
	case "TITLE":
		c.put("function", text(p.value))
	case "ROLE":
		c.put("role", text(p.value))
	case "TEL":
		number := strings.TrimPrefix(strings.Replace(text(p.value), ";ext=", " ext. ", 1), "tel:")
		c.phones = append(c.phones, way{number, p.rank()})
	case "EMAIL":
		c.emails = append(c.emails, way{strings.TrimPrefix(text(p.value), "mailto:"), p.rank()})
	case "ADR":
		rank := p.rank()
		if p.kind("work") {
			rank--
		}
		c.addresses = append(c.addresses, way{p.value, rank})
	case "URL":
		c.put("website", text(p.value))
	case "LANG":
		language, _, _ := strings.Cut(strings.ToLower(text(p.value)), "-")
		c.put("language", language)
	case "CATEGORIES":
		c.put("tags", strings.Join(parts(p.value, ','), ", "))
	case "NOTE":
		if note := text(p.value); note != "" && c.cells["note"] != "" {
			c.cells["note"] += "\n\n" + note
		} else {
			c.put("note", note)
		}
	case "UID":
		c.put("external_id", strings.TrimPrefix(text(p.value), "urn:uuid:"))
	}
}

// put fills a cell; what was said first stands.
func (c *card) put(key, value string) {
	if c.cells[key] == "" {
		c.cells[key] = strings.TrimSpace(value)
	}
}

// name takes over N: family, given, more given names, form of address. An
// infix can stand in the family name or among the given names.
func (c *card) name(n []string) {
	for len(n) < 5 {
		n = append(n, "")
	}
	infix, family := fold.Infix(n[0])
	if before, last := fold.Infix(n[2] + " x"); infix == "" && last == "x" && before != "" {
		infix, n[2] = before, ""
	}
	c.put("family", family)
	c.put("infix", infix)
	c.put("given", strings.Join(strings.Fields(n[1]+" "+n[2]), " "))
	switch strings.Trim(strings.ToLower(n[3]), ". ") {
	case "dhr", "de heer", "mr", "heer", "herr", "m":
		c.put("honorific", "mr")
	case "mevr", "mevrouw", "mw", "ms", "mrs", "miss", "frau", "mme":
		c.put("honorific", "ms")
	case "mx":
		c.put("honorific", "mx")
	}
}

// row are the cells in the order of the header.
func (c *card) row() []string {
	if c.company || c.cells["given"]+c.cells["family"] == "" && c.cells["account"] != "" && (c.cells["name"] == "" || c.cells["name"] == c.cells["account"]) {
		c.put("name", c.cells["account"])
		c.cells["kind"] = "organisation"
	} else {
		c.person()
	}
	c.put("function", c.cells["role"])
	c.ways("phone", c.phones)
	c.ways("email", c.emails)
	if len(c.addresses) > 0 {
		best := slices.MinFunc(c.addresses, func(a, b way) int { return a.rank - b.rank })
		c.address(parts(best.value, ';'))
	}
	cells := make([]string, len(cardHead))
	for i, key := range cardHead {
		cells[i] = strings.TrimSpace(c.cells[key])
		if strings.IndexByte(cells[i], 0) >= 0 {
			c.wrong = ErrNul
		}
	}
	return cells
}

// person fills in the whole name, or takes it apart where N said nothing.
func (c *card) person() {
	c.cells["kind"] = "person"
	if c.cells["given"]+c.cells["family"] == "" {
		words := strings.Fields(c.cells["name"])
		if len(words) > 1 {
			c.cells["given"] = words[0]
			words = words[1:]
		}
		c.cells["infix"], c.cells["family"] = fold.Infix(strings.Join(words, " "))
	}
	c.put("name", strings.Join(strings.Fields(c.cells["given"]+" "+c.cells["infix"]+" "+c.cells["family"]), " "))
}

// ways fills phone, phone_2 …: the preferred first, a fax last.
func (c *card) ways(key string, all []way) {
	slices.SortStableFunc(all, func(a, b way) int { return a.rank - b.rank })
	n := 0
	for _, w := range all {
		if w.value == "" || n == maxWays {
			continue
		}
		if n++; n == 1 {
			c.cells[key] = w.value
		} else {
			c.cells[key+"_"+strconv.Itoa(n)] = w.value
		}
	}
}

// housed is a street with the number behind it, as the Dutch write it.
var housed = regexp.MustCompile(`^(\D.*?)\s+(\d{1,5})(?:\s*[-/]?\s*([\pL\d][\pL\d ]{0,15}))?$`)

// address takes over ADR: box, more, street, place, region, postcode, country.
func (c *card) address(a []string) {
	for len(a) < 7 {
		a = append(a, "")
	}
	street := strings.Join(strings.Fields(a[2]), " ")
	if street == "" {
		street = strings.Join(strings.Fields(a[1]), " ")
	}
	if street == "" {
		street = a[0]
	}
	if m := housed.FindStringSubmatch(street); m != nil {
		street = m[1]
		c.put("number", m[2])
		c.put("suffix", m[3])
	}
	c.put("street", street)
	c.put("city", a[3])
	c.put("postcode", a[5])
	c.put("country", a[6])
}
