package job

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kring/base/fault"
)

func TestAfter(t *testing.T) {
	t.Parallel()
	busy := fault.New(fault.Busy, "busy", "busy")
	invalid := fault.New(fault.Invalid, "bad", "bad")
	for _, c := range []struct {
		law     string
		attempt int
		err     error
		want    State
		wait    time.Duration
	}{
		{"no error is done", 1, nil, Done, 0},
		{"an unknown error may pass", 1, errors.New("connection reset"), Waiting, time.Second},
		{"a busy fault may pass", 3, fmt.Errorf("deep: %w", busy), Waiting, 4 * time.Second},
		{"another fault is an answer", 1, fmt.Errorf("deep: %w", invalid), Parked, 0},
		{"unless the handler says later", 1, Later(invalid, time.Minute), Waiting, time.Minute},
		{"also deep in a chain", 1, fmt.Errorf("deep: %w", Later(busy, time.Minute)), Waiting, time.Minute},
		{"the last attempt is the last", 5, busy, Parked, 0},
		{"also when it says later", 5, Later(busy, time.Minute), Parked, 0},
		{"the last attempt can succeed", 5, nil, Done, 0},
	} {
		state, wait := Job{Attempt: c.attempt, MaxAttempts: 5}.After(c.err, 0.5)
		if state != c.want || wait != c.wait {
			t.Errorf("%s: got %s after %v, want %s after %v", c.law, state, wait, c.want, c.wait)
		}
	}
	if Later(nil, time.Second) != nil {
		t.Error("no error stays no error")
	}
	if !errors.Is(Later(invalid, time.Second), invalid) {
		t.Error("a later error still is itself")
	}
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n, chance := rapid.IntRange(-3, 100).Draw(t, "n"), rapid.Float64Range(0, 0.999).Draw(t, "chance")
		got := Backoff(n, chance)
		if got < 750*time.Millisecond || got > 75*time.Minute {
			t.Fatalf("attempt %d waits %v", n, got)
		}
		if next := Backoff(n+1, chance); next < got {
			t.Fatalf("attempt %d waits %v, the next only %v", n, got, next)
		}
	})
}

func TestFill(t *testing.T) {
	t.Parallel()
	o := Options{Slots: 2, Lease: time.Second}.Fill()
	if o.Slots != 2 || o.Lease != time.Second || o.Poll == 0 || o.Grace == 0 || o.Keep == 0 {
		t.Errorf("got %+v", o)
	}
}
