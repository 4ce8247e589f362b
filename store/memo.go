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
	busy map[string]*finding
}

// finding is an answer that somebody is looking for. Whoever asks the same
// meanwhile waits: when an answer has had its time, all who look at the list ask
// at once.
type finding struct {
	writes uint64
	done   chan struct{}
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

// Remembered gives what find found lately for the same question; what it gives is
// shared, so nobody changes it. Inside a change nothing is remembered: it sees
// what nobody else may.
func Remembered[T any](v *View, q string, args []any, find func() (T, error)) (T, error) {
	if v.changing {
		return find()
	}
	m, key := &v.db.memo, fmt.Sprintf("%s %s %#v", q, v.org, args)
	if value, ok := recalled[T](m, key, v); ok {
		return value, nil
	}
	m.mu.Lock()
	other := m.busy[key]
	mine := &finding{writes: v.writes, done: make(chan struct{})}
	if other == nil {
		if m.busy == nil {
			m.busy = map[string]*finding{}
		}
		m.busy[key] = mine
	}
	m.mu.Unlock()
	if other != nil && other.writes == v.writes {
		select {
		case <-other.done:
		case <-v.ctx.Done():
		}
		if value, ok := recalled[T](m, key, v); ok {
			return value, nil
		}
	}
	defer func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.busy[key] == mine {
			delete(m.busy, key)
			close(mine.done)
		}
	}()
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

// recalled is the answer that was kept, while it holds.
func recalled[T any](m *memo, key string, v *View) (value T, ok bool) {
	m.mu.Lock()
	a, ok := m.kept[key]
	m.mu.Unlock()
	if !ok || a.writes != v.writes || a.until <= v.now || a.until > v.now+memoTerm {
		return value, false
	}
	value, ok = a.value.(T)
	return value, ok
}
