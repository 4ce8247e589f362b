package bench

import (
	"fmt"
	"strings"
	"time"
)

// Table is the report as a page of Markdown.
func (r *Report) Table() string {
	var b strings.Builder
	out := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	out("%s, %s, %s, %s", r.At.Format(time.DateTime+" MST"), r.Machine, r.System, r.Go)
	where := "server and clients on all cores"
	if r.Pinned {
		where = "server on one core, clients on the other"
	}
	out("%s with %s accounts, %s contacts, %s facts; %d clients; %s", r.Database, thousands(r.Accounts), thousands(r.Contacts), thousands(r.Facts), r.Clients, where)
	if r.Megabytes > 0 {
		out("database %d MB", r.Megabytes)
	}
	if r.Loading > 0 {
		out("loaded in %.1f s", r.Loading)
	}
	if len(r.Tuning) > 0 {
		out("set up with %s", strings.Join(r.Tuning, ", "))
	}
	if r.Smaller > 0 {
		out("growth is how many times slower than with %s accounts; at most 1.3", thousands(r.Smaller))
	}
	out("opportunities are not measured: there are none in Kring yet")
	out("")
	out("| path | /s | p50 ms | p95 ms | p99 ms | bytes | bare /s | of bare | driver /s | of driver | growth | budget | |")
	out("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|---|")
	for _, w := range r.Rows {
		driver, against, growth := "", "", ""
		if w.Growth > 0 {
			growth = fmt.Sprintf("%.2f", w.Growth)
		}
		if w.Driver > 0 {
			driver, against = thousands(int(w.Driver)), fmt.Sprintf("%.2f", w.Against)
		}
		out("| %s | %s | %.2f | %.2f | %.2f | %s | %s | %.2f | %s | %s | %s | %s | %s |", w.Path, thousands(int(w.Rate)), w.P50, w.P95, w.P99,
			thousands(w.Bytes), thousands(int(w.Bare)), w.Ratio, driver, against, growth, w.Budget, verdict(w))
	}
	out("| cold start | %.0f ms | | | | | | | | | | ≤ 300 ms | %s |", r.Cold, met(r.Cold <= 300))
	if r.Idle > 0 {
		out("| memory idle | %d MB | | | | | | | | | | ≤ 60 MB | %s |", r.Idle, met(r.Idle <= 60))
		out("| memory under load | %d MB | | | | | | | | | | ≤ 250 MB | %s |", r.Loaded, met(r.Loaded <= 250))
	}
	return b.String()
}

func verdict(w Row) string {
	if w.Errors > 0 {
		return fmt.Sprintf("**%d errors**", w.Errors)
	}
	if w.Met == nil {
		return ""
	}
	if w.Growth > 1.3 {
		return met(*w.Met) + ", **growth missed**"
	}
	return met(*w.Met)
}

func met(ok bool) string {
	if ok {
		return "met"
	}
	return "**missed**"
}

func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
