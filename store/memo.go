package store

import (
	"fmt"
	"sync"
)

// memo remembers answers that are dear to find and asked for at every page: how
// many a list holds, which tags there are. An answer holds until this process
// writes anything, and for a moment at most, since another process may write
// too.
type memo struct {
	mu   sync.Mutex
	kept map[string]answer
}

type answer struct {
	writes uint64 // of this process, before it was found
	until  int64
	value  any
}

const (
	memoTerm = 2000 // milliseconds
	memoMost = 2000 // answers
)

// remembered gives what find found lately for the same question. Inside a change
// nothing is remembered: it sees what nobody else may.
func remembered[T any](v *View, q string, args []any, find func() (T, error)) (T, error) {
	if v.changing {
		return find()
	}
	m, key := &v.db.memo, fmt.Sprintf("%s %s %#v", q, v.org, args)
	m.mu.Lock()
	a, ok := m.kept[key]
	m.mu.Unlock()
	if ok && a.writes == v.writes && a.until > v.now && a.until <= v.now+memoTerm {
		if value, ok := a.value.(T); ok {
			return value, nil
		}
	}
	value, err := find()
	if err != nil {
		return value, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept == nil || len(m.kept) >= memoMost {
		m.kept = map[string]answer{}
	}
	m.kept[key] = answer{writes: v.writes, until: v.now + memoTerm, value: value}
	return value, nil
}
