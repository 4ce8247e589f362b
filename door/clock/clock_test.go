package clock_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"kring/base/fault"
	"kring/base/job"
	"kring/door/clock"
)

// house is an app whose jobs are the test's, and whose queue runs each once.
type house struct {
	jobs map[string]func(context.Context, job.Job) error
	got  job.Options
	errs map[string]error
}

func (h *house) Jobs() map[string]func(context.Context, job.Job) error { return h.jobs }

func (h *house) Work(ctx context.Context, handlers map[string]func(context.Context, job.Job) error, o job.Options) error {
	h.got, h.errs = o, map[string]error{}
	for kind, handle := range handlers {
		func() {
			defer func() {
				if p := recover(); p != nil {
					h.errs[kind] = errors.New("panic")
				}
			}()
			h.errs[kind] = handle(ctx, job.Job{Kind: kind, Attempt: 1, MaxAttempts: 2, Args: []byte(`"Jansen"`)})
		}()
	}
	return nil
}

func TestRun(t *testing.T) {
	t.Parallel()
	refused := fault.New(fault.Invalid, "webhook.refused", "refused by jansen@example.nl")
	broken := errors.New("broken pipe")
	h := &house{jobs: map[string]func(context.Context, job.Job) error{
		"good":    func(context.Context, job.Job) error { return nil },
		"refused": func(context.Context, job.Job) error { return refused },
		"broken":  func(context.Context, job.Job) error { return broken },
		"panics":  func(context.Context, job.Job) error { panic("boom") },
	}}
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	err := clock.Run(t.Context(), h, log, job.Options{Slots: 3})
	if err != nil {
		t.Fatal(err)
	}
	if h.got.Slots != 3 {
		t.Errorf("the queue got %+v", h.got)
	}
	if h.errs["good"] != nil || !errors.Is(h.errs["refused"], refused) || !errors.Is(h.errs["broken"], broken) || h.errs["panics"] == nil {
		t.Errorf("the queue must see what the handlers return: %v", h.errs)
	}
	said := out.String()
	for _, want := range []string{
		"level=DEBUG msg=job outcome=done kind=good",
		"level=ERROR msg=job outcome=parked code=webhook.refused kind=refused",
		`level=WARN msg=job outcome=waiting error="broken pipe" kind=broken`,
		"level=ERROR msg=job outcome=panic kind=panics",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("the log lacks %q:\n%s", want, said)
		}
	}
	if strings.Contains(strings.ToLower(said), "jansen") {
		t.Errorf("the log says about whom:\n%s", said)
	}
}
