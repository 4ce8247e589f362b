package sheet

import (
	"encoding/csv"
	"io"
	"strings"
	"unicode"
)

// Writer takes the rows of a table, the header first. Close sends what is held
// back; what it writes to stays open.
type Writer interface {
	Row(cells []string) error
	Close() error
}

// CSV writes rows as RFC 4180 with a byte order mark, so that Excel reads the
// accents, and with cells that a spreadsheet would run as a formula made
// harmless.
type CSV struct {
	w   *csv.Writer
	raw io.Writer
	any bool
}

// NewCSV writes to w; comma is the delimiter (0 is a comma).
func NewCSV(w io.Writer, comma rune) *CSV {
	c := &CSV{w: csv.NewWriter(w), raw: w}
	if comma != 0 {
		c.w.Comma = comma
	}
	c.w.UseCRLF = true
	return c
}

// Row writes one row.
func (c *CSV) Row(cells []string) error {
	if !c.any {
		c.any = true
		if _, err := io.WriteString(c.raw, "\ufeff"); err != nil {
			return err
		}
	}
	safe := make([]string, len(cells))
	for i, s := range cells {
		safe[i] = Harmless(breaks.Replace(s))
	}
	return c.w.Write(safe)
}

// breaks are line breaks as \n; encoding/csv would drop a lone \r.
var breaks = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// Close sends what is held back; the writer below stays open.
func (c *CSV) Close() error {
	c.w.Flush()
	return c.w.Error()
}

// Harmless puts an apostrophe before a cell that a spreadsheet would take for a
// formula (CWE-1236), also behind blanks, in full width, or behind apostrophes
// of its own. A phone number in E.164 is none: plus and digits only.
func Harmless(s string) string {
	if formula(strings.TrimLeft(s, "'")) {
		return "'" + s
	}
	return s
}

// Plain takes back what Harmless did, and only that: Plain(Harmless(s)) is s.
func Plain(s string) string {
	if strings.HasPrefix(s, "'") && formula(strings.TrimLeft(s, "'")) {
		return s[1:]
	}
	return s
}

// formula tells what a spreadsheet may run.
func formula(s string) bool {
	if s == "" {
		return false
	}
	if s[0] == '\t' || s[0] == '\r' || s[0] == '\n' {
		return true
	}
	s = strings.TrimLeftFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
	})
	if s == "" || !strings.ContainsRune("=+-@＝＋－＠", []rune(s[:min(len(s), 4)])[0]) {
		return false
	}
	rest := s[1:]
	number := (s[0] == '+' || s[0] == '-') && rest != "" && strings.Trim(rest, "0123456789.,") == ""
	return !number
}
