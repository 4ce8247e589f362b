package sheet

import (
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// source hands a file over as bytes in which ASCII is ASCII: as they are, or
// made UTF-8 from UTF-16. It can go back, which a quote that never closes asks.
type source struct {
	src   io.ReaderAt
	size  int64
	order binary.ByteOrder // of UTF-16; nil otherwise
	raw   []byte
	buf   []byte
	pos   int
	from  int64 // place in the file of buf[seen]
	seen  int   // 0, unless the file is UTF-16
	next  int64 // place in the file after buf
}

func newSource(src io.ReaderAt, size, at int64, order binary.ByteOrder) *source {
	return &source{src: src, size: size, order: order, raw: make([]byte, sniffed), from: at, next: at}
}

// fill reads the next piece; io.EOF when there is none.
func (s *source) fill() error {
	n := int(min(int64(len(s.raw)), s.size-s.next))
	if n <= 0 {
		return io.EOF
	}
	n, err := s.src.ReadAt(s.raw[:n], s.next)
	if n == 0 {
		if err == nil || err == io.EOF { // the file is shorter than was said
			return ErrCut
		}
		return err
	}
	s.from, s.pos, s.seen = s.next, 0, 0
	if s.order == nil {
		s.buf = s.raw[:n]
		s.next += int64(n)
		return nil
	}
	s.next += int64(s.widen(n, s.next+int64(n) == s.size))
	return nil
}

// widen makes UTF-8 of n bytes of UTF-16 and tells how many it took: half a
// pair at the end waits for its other half.
func (s *source) widen(n int, last bool) (took int) {
	s.buf = s.buf[:0]
	for took+2 <= n {
		r := rune(s.order.Uint16(s.raw[took:]))
		if r >= 0xd800 && r < 0xdc00 {
			if took+4 > n && !last && took > 0 {
				return took
			}
			if took+4 <= n {
				if pair := utf16.DecodeRune(r, rune(s.order.Uint16(s.raw[took+2:]))); pair != utf8.RuneError {
					s.buf = utf8.AppendRune(s.buf, pair)
					took += 4
					continue
				}
			}
		}
		s.buf = utf8.AppendRune(s.buf, r) // half a pair becomes the mark of what is no character
		took += 2
	}
	if took < n && (last || took == 0) { // half a character at the very end
		s.buf = utf8.AppendRune(s.buf, utf8.RuneError)
		took = n
	}
	return took
}

// place is where in the file reading is.
func (s *source) place() int64 {
	if s.order == nil {
		return s.from + int64(s.pos)
	}
	for s.seen < s.pos {
		_, size := utf8.DecodeRune(s.buf[s.seen:])
		s.seen += size
		s.from += 2
		if size == 4 {
			s.from += 2
		}
	}
	return s.from
}

// back continues reading at a place in the file.
func (s *source) back(place int64) {
	s.buf, s.pos, s.seen, s.from, s.next = s.buf[:0], 0, 0, place, place
}

// byte is the next byte, without taking it; false at the end of the file.
func (s *source) byte() (byte, bool, error) {
	for s.pos == len(s.buf) {
		if err := s.fill(); err == io.EOF {
			return 0, false, nil
		} else if err != nil {
			return 0, false, err
		}
	}
	return s.buf[s.pos], true, nil
}

// newline takes a line break: \n, \r\n or \r.
func (s *source) newline() error {
	cr := s.buf[s.pos] == '\r'
	s.pos++
	if !cr {
		return nil
	}
	if c, ok, err := s.byte(); err != nil {
		return err
	} else if ok && c == '\n' {
		s.pos++
	}
	return nil
}

// line adds the next line to dst, at most so many bytes of it; over tells that
// it was longer, ok that there was one.
func (s *source) line(dst []byte, most int) (_ []byte, over, ok bool, err error) {
	for {
		_, more, err := s.byte()
		if !more || err != nil {
			return dst, over, ok, err
		}
		ok = true
		rest := s.buf[s.pos:]
		n := bytes.IndexAny(rest, "\r\n")
		if n < 0 {
			n = len(rest)
		}
		fits := min(n, max(0, most-len(dst)))
		dst, over = append(dst, rest[:fits]...), over || fits < n
		s.pos += n
		if n < len(rest) {
			return dst, over, true, s.newline()
		}
	}
}
