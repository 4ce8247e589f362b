// Package bench measures Kring against what the machine and its database can
// do: it fills a database with a large invented world, opens the real program
// on it, drives it with clients over loopback, and prints the budgets of the
// design with what was measured, beside a handler that does nothing and a
// driver that has nothing above it.
package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"kring/base/id"
)

// Options say what to measure.
type Options struct {
	Accounts int
	Seconds  float64 // for each path
	Clients  int
	Seed     uint64
	Data     string // folder of the embedded database; kept when it is named
	Database string // a PostgreSQL instead, empty or filled by an earlier run
	Lines    int    // rows of the file that is imported; 0 imports none
	Against  string // file with the report on a smaller world, to see what growth costs
	Say      io.Writer
}

// Row is one line of the table.
type Row struct {
	Name    string  `json:"name"` // the same whatever the size of the world
	Path    string  `json:"path"`
	Rate    float64 `json:"requests_per_second"`
	P50     float64 `json:"p50_ms"`
	P95     float64 `json:"p95_ms"`
	P99     float64 `json:"p99_ms"`
	Bytes   int     `json:"bytes"`
	Bare    float64 `json:"bare_per_second,omitempty"`   // the bare handler, as many bytes
	Ratio   float64 `json:"ratio_to_bare,omitempty"`     // to it
	Driver  float64 `json:"driver_per_second,omitempty"` // the bare driver doing the same
	Against float64 `json:"ratio_to_driver,omitempty"`
	Growth  float64 `json:"growth,omitempty"` // how many times slower than with the smaller world
	Budget  string  `json:"budget"`
	Met     *bool   `json:"met,omitempty"`
	Errors  int     `json:"errors,omitempty"`
}

// Report is what was measured, where and when.
type Report struct {
	Machine   string    `json:"machine"`
	System    string    `json:"system"`
	Go        string    `json:"go"`
	At        time.Time `json:"at"`
	Database  string    `json:"database"`
	Tuning    []string  `json:"tuning"`
	Smaller   int       `json:"smaller_accounts,omitempty"` // of the world that growth is measured against
	Accounts  int       `json:"accounts"`
	Contacts  int       `json:"contacts"`
	Facts     int       `json:"facts"`
	Megabytes int64     `json:"megabytes,omitempty"`
	Loading   float64   `json:"loading_seconds,omitempty"`
	Clients   int       `json:"clients"`
	Pinned    bool      `json:"pinned"` // server on one core, clients on the other
	Rows      []Row     `json:"rows"`
	Cold      float64   `json:"cold_start_ms"`
	Idle      int64     `json:"memory_idle_mb"`
	Loaded    int64     `json:"memory_under_load_mb"`
}

// run is one measurement under way.
type run struct {
	Options
	ctx    context.Context
	world  *world
	report *Report
	server *child
	bare   *child
	cookie string
	rng    *rand.Rand
	told   time.Time // when it was last said what is under way
}

// Run measures.
func Run(ctx context.Context, o Options) (rep *Report, err error) {
	if o.Data == "" && o.Database == "" {
		if o.Data, err = os.MkdirTemp("", "kring-bench-"); err != nil {
			return nil, err
		}
		defer os.RemoveAll(o.Data) //nolint:errcheck // a folder nobody asked for
	}
	r := &run{Options: o, ctx: ctx, rng: rand.New(rand.NewPCG(o.Seed, 7)), report: &Report{
		Machine: machine(), System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(), At: time.Now().UTC().Truncate(time.Second), Clients: o.Clients, Database: "sqlite",
	}}
	if o.Database != "" {
		r.report.Database = "postgres"
	}
	if r.world, err = r.load(); err != nil {
		return nil, fmt.Errorf("filling the database: %w", err)
	}
	small, err := smaller(o.Against, r.report)
	if err != nil {
		return nil, err
	}
	r.report.Pinned = r.pin()
	if err := r.open(); err != nil {
		return nil, err
	}
	defer r.server.stop()
	defer r.bare.stop()
	if err := r.measure(); err != nil {
		return nil, err
	}
	if err := r.fitting(23_570, mostFitted); err != nil {
		return nil, err
	}
	if err := r.importing(); err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	r.report.grown(small)
	return r.report, nil
}

// smaller reads the report on a smaller world; it must be of the same database.
func smaller(file string, now *Report) (small Report, err error) {
	if file == "" {
		return small, nil
	}
	b, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, &small)
	}
	if err != nil {
		return small, fmt.Errorf("the report to measure growth against: %w", err)
	}
	if small.Database != now.Database || small.Accounts >= now.Accounts {
		return small, fmt.Errorf("%s is about %d accounts on %s, and growth is measured against fewer on the same database", file, small.Accounts, small.Database)
	}
	return small, nil
}

// grown puts beside each path how many times slower it is than in a smaller
// world.
func (rep *Report) grown(small Report) {
	rep.Smaller = small.Accounts
	for i := range rep.Rows {
		for _, s := range small.Rows {
			if s.Name == rep.Rows[i].Name && rep.Rows[i].Rate > 0 {
				rep.Rows[i].Growth = s.Rate / rep.Rows[i].Rate
			}
		}
	}
}

func (r *run) say(format string, args ...any) {
	if r.Say != nil {
		fmt.Fprintf(r.Say, format+"\n", args...)
	}
}

// still says what is under way, now and then.
func (r *run) still(what string) {
	if time.Since(r.told) > 3*time.Second {
		r.say("  %s", what)
		r.told = time.Now()
	}
}

// pin puts the clients on the last core; the server gets the first.
func (r *run) pin() bool {
	tool, err := exec.LookPath("taskset")
	if err != nil || runtime.NumCPU() < 2 {
		return false
	}
	last := strconv.Itoa(runtime.NumCPU() - 1)
	if exec.CommandContext(r.ctx, tool, "-acp", last, strconv.Itoa(os.Getpid())).Run() != nil {
		return false
	}
	runtime.GOMAXPROCS(1)
	return true
}

// child is a program on the other core.
type child struct {
	cmd  *exec.Cmd
	addr string
}

func (r *run) start(env []string, args ...string) (*child, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args = append([]string{exe}, args...)
	if r.report.Pinned {
		args = append([]string{"taskset", "-c", "0"}, args...)
	}
	c := &child{cmd: exec.Command(args[0], args[1:]...)}
	c.cmd.Env = append(os.Environ(), env...)
	if r.report.Pinned {
		c.cmd.Env = append(c.cmd.Env, "GOMAXPROCS=1")
	}
	c.cmd.Stderr = os.Stderr
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	said := make([]byte, 0, 256)
	for {
		var b [256]byte
		n, err := out.Read(b[:])
		said = append(said, b[:n]...)
		if at := strings.Index(string(said), "http://"); at >= 0 && strings.ContainsAny(string(said[at:]), "\n") {
			c.addr, _, _ = strings.Cut(strings.TrimPrefix(string(said[at:]), "http://"), "\n")
			c.addr = strings.Fields(c.addr)[0]
			break
		}
		if err != nil {
			c.stop()
			return nil, fmt.Errorf("%s said no address: %s", args, said)
		}
	}
	go io.Copy(io.Discard, out) //nolint:errcheck // until it ends
	return c, nil
}

func (c *child) stop() {
	if c == nil || c.cmd.Process == nil {
		return
	}
	c.cmd.Process.Signal(os.Interrupt) //nolint:errcheck // or it is killed
	done := make(chan struct{})
	go func() { c.cmd.Wait(); close(done) }() //nolint:errcheck // it was stopped
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		c.cmd.Process.Kill() //nolint:errcheck // as above
	}
}

func (r *run) where() []string {
	if r.Database != "" {
		return []string{"--database", r.Database}
	}
	return []string{"--data", r.Data}
}

// open starts the program three times, for its cold start, and keeps the last.
func (r *run) open() (err error) {
	r.report.Cold = 1e9
	for range 3 {
		r.server.stop()
		begin := time.Now()
		if r.server, err = r.start(nil, append([]string{"serve", "--listen", "127.0.0.1:0", "--log-level", "error"}, r.where()...)...); err != nil {
			return err
		}
		for {
			res, err := http.Get("http://" + r.server.addr + "/readyz")
			if err == nil {
				res.Body.Close() //nolint:errcheck // only the status counts
				if res.StatusCode == http.StatusOK {
					break
				}
			}
			if time.Since(begin) > 30*time.Second {
				return fmt.Errorf("the server is not ready: %w", err)
			}
			time.Sleep(time.Millisecond)
		}
		r.report.Cold = min(r.report.Cold, float64(time.Since(begin).Microseconds())/1000)
	}
	time.Sleep(time.Second)
	r.report.Idle = memory(r.server.cmd.Process.Pid, "VmRSS")
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.PostForm("http://"+r.server.addr+"/sign-in", url.Values{"email": {r.world.Email}, "password": {r.world.Password}})
	if err != nil {
		return err
	}
	res.Body.Close() //nolint:errcheck // only the cookie counts
	for _, k := range res.Cookies() {
		if k.Name == "kring" && k.Value != "" {
			r.cookie = k.Name + "=" + k.Value
		}
	}
	if r.cookie == "" {
		return fmt.Errorf("sign-in answers %s without a session", res.Status)
	}
	plan, err := os.CreateTemp("", "kring-bench-*.json")
	if err != nil {
		return err
	}
	defer os.Remove(plan.Name()) //nolint:errcheck // read by then
	if err := errors.Join(json.NewEncoder(plan).Encode(bareWorld{r.Data, r.Database, r.world}), plan.Close()); err != nil {
		return err
	}
	r.bare, err = r.start([]string{Bare + "=" + plan.Name()}, "bench")
	return err
}

// machine is what runs this.
func machine() string {
	name := "unknown processor"
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for _, line := range strings.Split(string(b), "\n") {
			if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
				name = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%d × %s", runtime.NumCPU(), name)
}

// memory reads megabytes of a process from /proc; 0 where there is none.
func memory(pid int, what string) int64 {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(b), "\n") {
		if rest, ok := strings.CutPrefix(line, what+":"); ok {
			n, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return n / 1024
		}
	}
	return 0
}

// sample is an account that the clients ask for.
type sample struct {
	ID                 id.Account
	Name, Phone, Email string
	City, Tag          string
	Owner              id.Member
	Team               id.Team
}
