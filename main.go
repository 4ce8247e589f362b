// Command kring is the CRM that puts the customer at the centre and can prove it.
package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"runtime/debug"
	_ "time/tzdata" // days begin in the organisation's zone, also on a machine without zone files

	"kring/app"
	"kring/base/job"
	"kring/bench"
	"kring/demo"
	"kring/door"
	"kring/door/api"
	"kring/door/cli"
	"kring/door/clock"
	"kring/door/desk"
	"kring/door/hook"
	"kring/store"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], house(), cli.Terminal{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}

// house builds the floors from the ground up.
func house() cli.House {
	return cli.House{
		Open: func(ctx context.Context, w cli.Where, log *slog.Logger, address string) (*app.App, func() error, error) {
			db, err := store.Open(ctx, store.Config{Dir: w.Data, URL: w.Database, Log: log})
			if err != nil {
				return nil, nil, err
			}
			return app.New(db, app.Config{Log: log, Address: address}), db.Close, nil
		},
		Handler: handler,
		Work: func(ctx context.Context, a *app.App, log *slog.Logger, s *cli.Serve) error {
			a.SendBy(hook.Post(s.WebhooksInside))
			return clock.Run(ctx, a, log, job.Options{})
		},
		Demo:    demo.Found,
		Care:    care(),
		Bench:   measure,
		Version: version(),
	}
}

// care looks after a database that is not opened for use.
func care() cli.Care {
	at := func(w cli.Where) store.Config { return store.Config{Dir: w.Data, URL: w.Database} }
	return cli.Care{
		Backup: func(ctx context.Context, w cli.Where, to string) error { return store.Backup(ctx, at(w), to) },
		Restore: func(ctx context.Context, w cli.Where, from string) (string, error) {
			return store.Restore(ctx, at(w), from)
		},
		Examine: func(ctx context.Context, w cli.Where) (all []cli.Finding, err error) {
			found, err := store.Examine(ctx, at(w))
			for _, f := range found {
				all = append(all, cli.Finding(f))
			}
			return all, err
		},
		Schema: func(ctx context.Context, w cli.Where, log *slog.Logger) (was, is int64, err error) {
			c := at(w)
			c.Log = log
			return store.Migrate(ctx, c)
		},
	}
}

// measure is kring bench; the same program, asked by an earlier one, is what
// that one compares with, and then there is nothing to report.
func measure(ctx context.Context, w cli.Where, b cli.Bench, say io.Writer) (cli.Measured, error) {
	if plan := os.Getenv(bench.Bare); plan != "" {
		var none cli.Measured
		return none, bench.ServeBare(ctx, plan)
	}
	report, err := bench.Run(ctx, bench.Options{Accounts: b.Accounts, Seconds: b.Seconds, Clients: b.Clients, Seed: b.Seed, Lines: b.Rows, Against: b.Against, Data: w.Data, Database: w.Database, Say: say})
	if err != nil {
		return nil, err
	}
	return report, nil
}

// handler opens the doors over HTTP.
func handler(a *app.App, log *slog.Logger, s *cli.Serve) http.Handler {
	mux := http.NewServeMux()
	desk.New(a, mux)
	api.New(a, mux, api.Config{Rate: s.APIRate})
	metrics := door.Health{App: a, Log: log, From: s.MetricsFrom, Token: s.MetricsToken}.Open(mux)
	return door.Wrap(door.Config{Log: log, Proxies: s.Proxy, Metrics: metrics}, mux)
}

func version() string {
	if b, ok := debug.ReadBuildInfo(); ok {
		return b.Main.Version
	}
	return "unknown"
}
