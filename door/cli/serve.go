package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// Serve opens the doors.
type Serve struct {
	Listen         string         `help:"Address to listen on." default:"127.0.0.1:7400" env:"KRING_LISTEN"`
	Address        string         `help:"How visitors reach this Kring, when a proxy stands before it." placeholder:"https://…" env:"KRING_ADDRESS"`
	Proxy          []netip.Prefix `help:"Networks of proxies whose X-Forwarded headers are believed." placeholder:"10.0.0.0/8" env:"KRING_PROXY"`
	MetricsFrom    []netip.Prefix `help:"Networks that may read /metrics, besides this machine." placeholder:"10.0.0.0/8" env:"KRING_METRICS_FROM"`
	MetricsToken   string         `help:"Who sends this as a bearer token may read /metrics from anywhere." placeholder:"SECRET" env:"KRING_METRICS_TOKEN"`
	WebhooksInside bool           `help:"Let webhooks go to addresses inside the own network, and over plain http." env:"KRING_WEBHOOKS_INSIDE"`
	APIRate        float64        `name:"api-rate" help:"Requests a second that one API token may make; 0 is no limit." placeholder:"N" env:"KRING_API_RATE"`
	Demo           bool           `help:"Open with the invented organisation Brandt & Zoon."`
}

// Run serves until it is asked to stop, then finishes what it was doing.
func (s *Serve) Run(r *run) (err error) {
	if r.where.Data == "" {
		r.where.Data = "kring-data"
		if s.Demo {
			r.where.Data = "kring-demo"
		}
	}
	listen, err := net.Listen("tcp", s.Listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", s.Listen, err)
	}
	if s.Address == "" {
		s.Address = "http://" + listen.Addr().String()
	}
	a, shut, err := r.house.Open(r.ctx, r.where, r.log, s.Address)
	if err != nil {
		return errors.Join(err, listen.Close())
	}
	defer func() { err = errors.Join(err, shut()) }()
	hint := ""
	if s.Demo {
		if hint, err = r.house.Demo(r.ctx, a); err != nil {
			return err
		}
	}
	server := &http.Server{
		Handler:           r.house.Handler(a, r.log, s),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       5 * time.Minute, // an upload over a slow line
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	work, stopWork := context.WithCancel(context.WithoutCancel(r.ctx))
	worked := make(chan error, 1)
	go func() { worked <- r.house.Work(work, a, r.log, s) }()
	served := make(chan error, 1)
	go func() { served <- server.Serve(listen) }()
	empty, err := a.Empty(r.ctx)
	if err != nil {
		stopWork()
		return errors.Join(err, server.Close(), <-worked)
	}
	fmt.Fprintf(r.term.Out, "Kring is open at http://%s\n", listen.Addr())
	switch {
	case hint != "":
		fmt.Fprintln(r.term.Out, hint)
	case empty:
		fmt.Fprintln(r.term.Out, "Nobody is in yet: the first page asks for your organisation and its first administrator.")
	}
	select {
	case err = <-served:
	case <-r.ctx.Done():
		grace, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		err = server.Shutdown(grace)
	}
	stopWork()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, <-worked)
}
