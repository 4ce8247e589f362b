package sheet

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// markup reads XML piece by piece. encoding/xml would hold a text of a
// gigabyte whole, and takes four times as long; the parts of a workbook need
// elements, attributes and text, nothing else. Prefixes of names are dropped.
type markup struct {
	in    *bufio.Reader
	spare []byte // a tag longer than the buffer
	tag   []byte // of the last element: what stands between < and >
	name  string
	close bool              // the last element closes
	alone bool              // the last element opens and closes at once: <c/>
	names map[string]string // names that went by, so that each is made once
	text  []byte
	keep  int  // how many bytes of text are kept; 0 passes text over
	over  bool // the text was longer
}

// maxTag is the longest element with its attributes, in bytes.
const maxTag = 256 << 10

func newMarkup(r io.Reader) *markup {
	return &markup{in: bufio.NewReaderSize(r, 64<<10), names: map[string]string{}}
}

// next goes to the next element; the text before it is in text. io.EOF at the
// end, ErrCut when the end comes too early.
func (m *markup) next() error {
	for {
		if err := m.between(); err != nil {
			return err
		}
		if err := m.inside(); err != nil {
			return err
		}
		switch {
		case bytes.HasPrefix(m.tag, []byte("![CDATA[")):
			if err := m.literal(); err != nil {
				return err
			}
		case m.tag[0] == '!' || m.tag[0] == '?':
			if err := m.aside(); err != nil {
				return err
			}
		default:
			return m.element()
		}
	}
}

// between reads the text up to the next tag.
func (m *markup) between() error {
	for {
		piece, err := m.in.ReadSlice('<')
		if n := len(piece); err == nil {
			m.hold(piece[:n-1])
			return nil
		}
		if err == io.EOF && len(bytes.TrimSpace(piece)) > 0 {
			return ErrCut
		}
		if err != bufio.ErrBufferFull {
			return err
		}
		m.hold(piece)
	}
}

func (m *markup) hold(piece []byte) {
	if m.keep == 0 || len(piece) == 0 {
		return
	}
	if len(m.text)+len(piece) > m.keep {
		m.over = true
		piece = piece[:m.keep-len(m.text)]
	}
	m.text = append(m.text, piece...)
}

// inside reads the tag up to its end; a > inside quotes is no end.
func (m *markup) inside() error {
	piece, err := m.in.ReadSlice('>')
	open := quote(0, piece)
	if err == nil && open == 0 {
		m.tag = piece[:len(piece)-1]
	} else {
		m.spare = append(m.spare[:0], piece...)
		for err == bufio.ErrBufferFull || err == nil && open != 0 {
			piece, err = m.in.ReadSlice('>')
			if m.spare = append(m.spare, piece...); len(m.spare) > maxTag {
				return ErrCut
			}
			open = quote(open, piece)
		}
		if err == io.EOF {
			return ErrCut
		}
		if err != nil {
			return err
		}
		m.tag = m.spare[:len(m.spare)-1]
	}
	if len(m.tag) == 0 {
		return ErrCut
	}
	return nil
}

// quote is the quote that is open after a piece of a tag; 0 when none is. In a
// comment or a literal text quotes mean nothing.
func quote(open byte, piece []byte) byte {
	if len(piece) == 0 || open == 0 && (piece[0] == '!' || piece[0] == '?') {
		return open
	}
	for _, c := range piece {
		switch {
		case open == 0 && (c == '"' || c == '\''):
			open = c
		case c == open:
			open = 0
		}
	}
	return open
}

// literal reads a CDATA section, which counts as text.
func (m *markup) literal() error {
	piece := append([]byte(nil), m.tag[len("![CDATA["):]...)
	for {
		if text, done := bytes.CutSuffix(piece, []byte("]]")); done {
			m.hold(escape(text))
			return nil
		}
		m.hold(escape(append(piece, '>')))
		next, err := m.in.ReadSlice('>')
		if err != nil {
			return ErrCut // a piece of 64 kB without a > is no table either
		}
		piece = append(piece[:0], next[:len(next)-1]...)
	}
}

// escape makes literal text look like other text.
func escape(text []byte) []byte {
	return bytes.ReplaceAll(text, []byte("&"), []byte("&amp;"))
}

// aside passes a comment or an instruction over. A workbook has no document
// type; what declares one is not to be trusted.
func (m *markup) aside() error {
	if m.tag[0] == '?' {
		return nil
	}
	if !bytes.HasPrefix(m.tag, []byte("!--")) {
		return ErrCut
	}
	last := "!" + string(m.tag[max(0, len(m.tag)-2):]) + ">"
	if len(m.tag) < len("!----") {
		last = ""
	}
	for !strings.HasSuffix(last, "-->") {
		piece, err := m.in.ReadSlice('>')
		if err != nil && err != bufio.ErrBufferFull {
			return ErrCut
		}
		last += string(piece[max(0, len(piece)-3):])
		last = last[max(0, len(last)-3):]
	}
	return nil
}

func (m *markup) element() error {
	m.close, m.alone = m.tag[0] == '/', m.tag[len(m.tag)-1] == '/'
	name := bytes.Trim(m.tag, "/")
	if i := bytes.IndexAny(name, " \t\r\n"); i >= 0 {
		name = name[:i]
	}
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	known, seen := m.names[string(name)]
	if !seen {
		known = string(name)
		if len(m.names) < 64 {
			m.names[known] = known
		}
	}
	m.name = known
	return nil
}

// opens tells that the last element is of this name and opens.
func (m *markup) opens(name string) bool { return !m.close && m.name == name }

// closes tells that the last element is of this name and closes.
func (m *markup) closes(name string) bool { return (m.close || m.alone) && m.name == name }

// attr is an attribute of the last element, by its name without prefix; empty
// when it has none.
func (m *markup) attr(name string) string {
	rest := m.tag
	if i := bytes.IndexAny(rest, " \t\r\n"); i >= 0 {
		rest = rest[i:]
	} else {
		return ""
	}
	for {
		i := bytes.IndexByte(rest, '=')
		if i < 0 {
			return ""
		}
		key := bytes.TrimSpace(rest[:i])
		if j := bytes.IndexByte(key, ':'); j >= 0 {
			key = key[j+1:]
		}
		rest = bytes.TrimLeft(rest[i+1:], " \t\r\n")
		if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
			return ""
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return ""
		}
		if string(key) == name {
			return unescape(rest[1 : 1+end])
		}
		rest = rest[end+2:]
	}
}

// unescape is text with its entities as characters.
func unescape(text []byte) string {
	if bytes.IndexByte(text, '&') < 0 {
		return string(text)
	}
	var b strings.Builder
	for len(text) > 0 {
		i := bytes.IndexByte(text, '&')
		if i < 0 {
			b.Write(text)
			break
		}
		b.Write(text[:i])
		text = text[i:]
		end := bytes.IndexByte(text[:min(len(text), 12)], ';')
		r, known := rune(0), false
		if end > 0 {
			r, known = entity(string(text[1:end]))
		}
		if !known {
			b.WriteByte('&')
			text = text[1:]
			continue
		}
		b.WriteRune(r)
		text = text[end+1:]
	}
	return b.String()
}

func entity(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	digits, numbered := strings.CutPrefix(name, "#")
	base := 10
	if hex, is := strings.CutPrefix(digits, "x"); is {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if !numbered || err != nil {
		return 0, false
	}
	if !utf8.ValidRune(rune(n)) || n > utf8.MaxRune {
		return utf8.RuneError, true
	}
	return rune(n), true
}
