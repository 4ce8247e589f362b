package sheet

import (
	"encoding/binary"
	"errors"
	"os"
)

// spill keeps the shared texts of a workbook: in memory while they are few, in
// a temporary file once they are many. Of every sixteenth the place is kept.
type spill struct {
	held   []byte
	file   *os.File
	named  bool  // the system keeps the name of an open file (Windows)
	size   int64 // bytes kept
	count  int
	places []int64
	cache  map[int][]string // groups that were read
	cached int              // bytes of them
}

const (
	spillGroup = 16
	spillHeld  = 4 << 20
)

// add keeps one more text.
func (s *spill) add(text string) error {
	if s.count%spillGroup == 0 {
		s.places = append(s.places, s.size)
	}
	s.count++
	before := len(s.held)
	s.held = binary.AppendUvarint(s.held, uint64(len(text)))
	s.held = append(s.held, text...)
	s.size += int64(len(s.held) - before)
	if len(s.held) < spillHeld {
		return nil
	}
	return s.flush()
}

func (s *spill) flush() (err error) {
	if s.file == nil {
		if s.file, err = os.CreateTemp("", "kring-sheet-*"); err != nil {
			return err
		}
		s.named = os.Remove(s.file.Name()) != nil // else it is gone with the program, however that ends
	}
	_, err = s.file.Write(s.held)
	s.held = s.held[:0]
	return err
}

// text is one of the texts; false when there is none of that number.
func (s *spill) text(n int) (string, bool, error) {
	if n < 0 || n >= s.count {
		return "", false, nil
	}
	group, known := s.cache[n/spillGroup]
	if !known {
		var err error
		if group, err = s.read(n / spillGroup); err != nil {
			return "", false, err
		}
	}
	return group[n%spillGroup], true, nil
}

func (s *spill) read(n int) ([]string, error) {
	if s.file != nil && len(s.held) > 0 {
		if err := s.flush(); err != nil {
			return nil, err
		}
	}
	from, to := s.places[n], s.size
	if n+1 < len(s.places) {
		to = s.places[n+1]
	}
	var b []byte
	if s.file == nil {
		b = s.held[from:to]
	} else {
		b = make([]byte, to-from)
		if _, err := s.file.ReadAt(b, from); err != nil {
			return nil, err
		}
	}
	group := make([]string, 0, spillGroup)
	for len(b) > 0 {
		size, w := binary.Uvarint(b)
		group = append(group, string(b[w:w+int(size)]))
		b = b[w+int(size):]
	}
	if s.cached += int(to-from) + 64; s.cache == nil || s.cached > spillHeld {
		s.cache, s.cached = map[int][]string{}, int(to-from)+64
	}
	s.cache[n] = group
	return group, nil
}

func (s *spill) close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	if s.named {
		err = errors.Join(err, os.Remove(s.file.Name()))
	}
	return err
}
