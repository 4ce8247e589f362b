package door

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"kring/app"
	"kring/base/fault"
)

// Health answers those who look after Kring: whether the process lives,
// whether it can serve, and how busy it is.
type Health struct {
	App   *app.App
	Log   *slog.Logger
	From  []netip.Prefix // who may read the metrics, besides this machine
	Token string         // or who shows this; empty is nobody
}

// Open puts /healthz, /readyz and /metrics on mux. What it returns is where the
// other doors register what they count.
func (h Health) Open(mux *http.ServeMux) prometheus.Registerer {
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), vitals{h.App})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "alive") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := h.App.Ready(r.Context()); err != nil {
			h.Log.LogAttrs(r.Context(), slog.LevelWarn, "not ready", slog.String("request", ID(r.Context())), slog.Any("cause", err))
			text := "not ready"
			if f, ok := fault.From(err); ok {
				text += ": " + f.Error()
			}
			say(w, http.StatusServiceUnavailable, text)
			return
		}
		say(w, http.StatusOK, "ready")
	})
	page := promhttp.HandlerFor(metrics, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		if err := h.admit(r); err != nil {
			say(w, http.StatusForbidden, err.Error())
			return
		}
		page.ServeHTTP(w, r)
	})
	return metrics
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	fmt.Fprintln(w, text) //nolint:errcheck // whoever asked is gone
}

var errMetrics = errors.New("metrics are for this machine, the networks of --metrics-from, or who sends the token of --metrics-token")

// admit lets in whoever shows the token, comes from a named network or from
// this machine itself. A request that was forwarded by a proxy that is not
// trusted comes from anywhere, so its loopback address says nothing.
func (h Health) admit(r *http.Request) error {
	shown, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if ok && h.Token != "" && subtle.ConstantTimeCompare([]byte(shown), []byte(h.Token)) == 1 {
		return nil
	}
	visitor := of(r.Context())
	ip, err := netip.ParseAddr(visitor.client)
	if err != nil || visitor.unknown {
		return errMetrics
	}
	if ip.Unmap().IsLoopback() || within(visitor.client, h.From) {
		return nil
	}
	return errMetrics
}

// vitals tells Prometheus what the floors below count.
type vitals struct{ app *app.App }

var (
	waiting     = prometheus.NewDesc("kring_writer_waiting", "Changes that wait for the writer.", nil, nil)
	batchSize   = prometheus.NewDesc("kring_writer_batch", "Changes that shared one commit.", nil, nil)
	poolBusy    = prometheus.NewDesc("kring_database_connections_busy", "Connections in use.", []string{"pool"}, nil)
	poolMost    = prometheus.NewDesc("kring_database_connections_most", "Connections there can be.", []string{"pool"}, nil)
	jobs        = prometheus.NewDesc("kring_jobs", "Jobs that wait or run.", []string{"state"}, nil)
	jobsLate    = prometheus.NewDesc("kring_jobs_late_seconds", "How long the first waiting job is past its moment.", nil, nil)
	poolWaiting = prometheus.NewDesc("kring_database_connections_waited_total", "Times that somebody had to wait for a connection.", []string{"pool"}, nil)
)

func (vitals) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{waiting, batchSize, poolBusy, poolMost, poolWaiting, jobs, jobsLate} {
		to <- d
	}
}

func (v vitals) Collect(to chan<- prometheus.Metric) {
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Second)
	defer stop()
	now, err := v.app.Vitals(ctx)
	if err != nil {
		to <- prometheus.NewInvalidMetric(jobs, err)
	} else {
		to <- prometheus.MustNewConstMetric(jobs, prometheus.GaugeValue, float64(now.Jobs.Waiting), "waiting")
		to <- prometheus.MustNewConstMetric(jobs, prometheus.GaugeValue, float64(now.Jobs.Running), "running")
		to <- prometheus.MustNewConstMetric(jobsLate, prometheus.GaugeValue, float64(now.Jobs.Late)/1000)
	}
	to <- prometheus.MustNewConstMetric(waiting, prometheus.GaugeValue, float64(now.Waiting))
	if now.Commits > 0 {
		to <- prometheus.MustNewConstHistogram(batchSize, now.Commits, float64(now.Changes), now.Sizes)
	}
	for _, p := range now.Pools {
		to <- prometheus.MustNewConstMetric(poolBusy, prometheus.GaugeValue, float64(p.Busy), p.Name)
		to <- prometheus.MustNewConstMetric(poolMost, prometheus.GaugeValue, float64(p.Most), p.Name)
		to <- prometheus.MustNewConstMetric(poolWaiting, prometheus.CounterValue, float64(p.Waited), p.Name)
	}
}

// methodOf is the method as a label: a visitor may send any word, and must not
// fill the memory with counters.
func methodOf(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return r.Method
	}
	return "other"
}

// statuses are written once.
var statuses = func() (all [600]string) {
	for i := range all {
		all[i] = strconv.Itoa(i)
	}
	return all
}()

func statusOf(code int) string {
	if code < 0 || code >= len(statuses) {
		return "other"
	}
	return statuses[code]
}
