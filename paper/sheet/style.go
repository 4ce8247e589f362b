package sheet

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// style is how a number is shown: as it is, as a day, as a time, or with
// zeros before it.
type style struct {
	day, time bool
	digits    int
}

// maxStyles is how many styles of cells and formats a workbook can have.
const maxStyles = 70_000

// readStyles reads how each style shows a number.
func (b *book) readStyles(part string) error {
	formats, inside := map[string]string{}, false
	return b.each(part, maxSmall, func(m *markup) error {
		switch {
		case m.opens("numFmt") && len(formats) < maxStyles:
			formats[m.attr("numFmtId")] = m.attr("formatCode")
		case m.name == "cellXfs":
			inside = m.opens("cellXfs") && !m.alone
		case inside && m.opens("xf") && len(b.styles) < maxStyles:
			id := m.attr("numFmtId")
			b.styles = append(b.styles, styled(id, formats[id]))
		}
		return nil
	})
}

// styled reads a format: one of Excel's own by number, or a code.
func styled(id, code string) style {
	if code == "" {
		switch n, _ := strconv.Atoi(id); {
		case n >= 14 && n <= 17, n >= 27 && n <= 31, n == 36, n >= 50 && n <= 54, n == 57, n == 58:
			return style{day: true}
		case n >= 18 && n <= 21, n >= 32 && n <= 35, n >= 45 && n <= 47, n == 55, n == 56:
			return style{time: true}
		case n == 22:
			return style{day: true, time: true}
		}
		return style{}
	}
	letters := bones(code)
	if letters != "" && letters[0] == '0' && strings.Trim(letters, "0#") == "" && len(letters) > 1 && len(letters) <= 20 {
		return style{digits: len(letters)}
	}
	if strings.HasPrefix(letters, "general") || strings.HasPrefix(letters, "standa") {
		return style{}
	}
	s := style{day: strings.ContainsAny(letters, "yd"), time: strings.ContainsAny(letters, "hs")}
	s.day = s.day || !s.time && strings.Contains(letters, "m")
	return s
}

// bones is a format code in lower case without texts, colours and signs that
// stand for themselves; of its sections the first.
func bones(code string) string {
	var b strings.Builder
	rs := []rune(strings.ToLower(code))
	for i := 0; i < len(rs); i++ {
		switch rs[i] {
		case '"':
			for i++; i < len(rs) && rs[i] != '"'; i++ {
			}
		case '\\', '_', '*':
			i++
		case '[':
			from := i + 1
			for i++; i < len(rs) && rs[i] != ']'; i++ {
			}
			if word := string(rs[from:min(i, len(rs))]); strings.Trim(word, "hms") == "" {
				b.WriteString(word) // [hh]: hours beyond a day
			}
		case ';':
			return b.String()
		default:
			b.WriteRune(rs[i])
		}
	}
	return b.String()
}

// number is a number as a reader sees it: no noise behind the fifteenth digit,
// no exponent, days as 2026-11-25.
func (b *book) number(raw string, s style) string {
	n, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return raw
	}
	if s.day || s.time {
		if text := b.moment(n, s); text != "" {
			return text
		}
	}
	text := strconv.FormatFloat(n, 'g', 15, 64)
	if strings.Contains(text, "e") {
		rounded, err := strconv.ParseFloat(text, 64)
		if err != nil || math.Abs(rounded) > 1e40 || rounded != 0 && math.Abs(rounded) < 1e-40 {
			return raw
		}
		text = strconv.FormatFloat(rounded, 'f', -1, 64)
	}
	if s.digits > len(text) && strings.Trim(text, "0123456789") == "" {
		text = strings.Repeat("0", s.digits-len(text)) + text
	}
	if text == "-0" {
		return "0"
	}
	return text
}

// moment is the day and time of a serial number; empty when it is none.
func (b *book) moment(n float64, s style) string {
	if n < 0 || n >= 2_958_466 { // 31-12-9999
		return ""
	}
	first := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case b.since:
		first = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case n < 60: // the calendar of Excel has 29-02-1900
		first = first.AddDate(0, 0, 1)
	}
	seconds := int64(math.Round(n * 86_400))
	at := first.AddDate(0, 0, int(seconds/86_400)).Add(time.Duration(seconds%86_400) * time.Second)
	clock := at.Format("15:04")
	if at.Second() != 0 {
		clock = at.Format("15:04:05")
	}
	switch {
	case s.day && s.time && clock != "00:00":
		return at.Format("2006-01-02 ") + clock
	case s.day:
		return at.Format("2006-01-02")
	case n < 1:
		return clock
	}
	return "" // hours beyond a day: a length of time, no moment
}

// column is the place of a cell from its reference: 0 for A7, 27 for AB7; -1
// when there is none.
func column(ref string) int {
	n := 0
	for _, c := range []byte(ref) {
		switch {
		case c >= 'A' && c <= 'Z':
			n = n*26 + int(c-'A') + 1
		case c >= 'a' && c <= 'z':
			n = n*26 + int(c-'a') + 1
		default:
			return n - 1
		}
		if n > 1<<20 {
			return n
		}
	}
	return n - 1
}

// letters is the name of a column: A for 0, AB for 27.
func letters(n int) string {
	var b []byte
	for n++; n > 0; n = (n - 1) / 26 {
		b = append(b, byte('A'+(n-1)%26))
	}
	slices.Reverse(b)
	return string(b)
}
