package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"kring/base/fact"
	"kring/base/id"
	"kring/demo"
	"kring/domain/account"
	"kring/domain/intake"
	"kring/domain/member"
	"kring/store"
)

// importing lets the program import a file of r.Rows relations that it has not
// seen, with the check for doubles, and lets the driver alone write what as many
// rows write: as many at a time, each page on disk before the next. It comes last,
// since the world is larger afterwards.
func (r *run) importing() error {
	if r.Lines == 0 {
		return nil
	}
	file := filepath.Join(os.TempDir(), "kring-bench-"+id.New[id.Record]().String()+".csv")
	defer os.Remove(file) //nolint:errcheck // nobody needs it any more
	if err := relations(file, r.Lines); err != nil {
		return err
	}
	driver, err := r.alone(fmt.Sprintf("/bulk?rows=%d", min(r.Lines, 20_000)))
	if err != nil {
		return err
	}
	r.server.stop() // or it would take part in the work
	took, peak, landed, err := r.land(file)
	if err != nil {
		return err
	}
	row := Row{Name: "import", Path: fmt.Sprintf("CSV import of %s rows, doubles looked for (%s landed), peak %d MB", thousands(r.Lines), thousands(landed), peak),
		Rate: float64(r.Lines) / took.Seconds(), Driver: driver, Budget: "≥ 0.30 of the bare driver's bulk insert"}
	row.Against = row.Rate / driver
	met := row.Against >= 0.30
	row.Met = &met
	r.report.Rows = append(r.report.Rows, row)
	r.say("  %-36s %8.0f rows/s, peak %d MB, %.2f of the driver", "CSV import", row.Rate, peak, row.Against)
	return nil
}

// relations writes a file of invented relations.
func relations(file string, rows int) (err error) {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	buffered := bufio.NewWriter(f)
	w := csv.NewWriter(buffered)
	if err := w.Write([]string{"klantnummer", "bedrijfsnaam", "straat", "huisnummer", "postcode", "plaats", "telefoon", "e-mail", "kvk", "medewerkers", "labels"}); err != nil {
		return err
	}
	hat := demo.NewHat(uint64(time.Now().UnixNano()))
	run := strconv.FormatInt(time.Now().UnixMilli(), 36)
	for n := range rows {
		d, host := hat.Firm(hat.Town())
		ad, phone := d.Addresses[0], ""
		if len(d.Phones) > 0 {
			phone = d.Phones[0].Number
		}
		if err := w.Write([]string{run + "-" + strconv.Itoa(n), d.Name, ad.Street, ad.Number, ad.Postcode, ad.City, phone, "info" + strconv.Itoa(n) + "@" + run + host, d.KvK, strconv.Itoa(d.Size), d.Tags[0]}); err != nil {
			return err
		}
	}
	w.Flush()
	return errors.Join(w.Error(), buffered.Flush())
}

// land runs the import as a person would, on the core that the server had.
func (r *run) land(file string) (took time.Duration, peak int64, landed int, err error) {
	exe, err := os.Executable()
	if err != nil {
		return 0, 0, 0, err
	}
	args := append([]string{exe, "import", "accounts", file, "--json", "--source", "other", "--as", r.world.Email}, r.where()...)
	env := os.Environ()
	if r.report.Pinned {
		args, env = append([]string{"taskset", "-c", "0"}, args...), append(env, "GOMAXPROCS=1")
	}
	cmd := exec.CommandContext(r.ctx, args[0], args[1:]...)
	cmd.Env, cmd.Stderr = env, os.Stderr
	var out bytes.Buffer
	cmd.Stdout = &out
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for running := true; running; {
		select {
		case err = <-ended:
			running = false
		case <-time.After(100 * time.Millisecond):
			peak = max(peak, memory(cmd.Process.Pid, "VmHWM"))
		}
	}
	if took = time.Since(begin); err != nil {
		return took, 0, 0, fmt.Errorf("%w: %.300s", err, out.Bytes())
	}
	var said intake.Intake
	err = json.Unmarshal(out.Bytes(), &said)
	return took, peak, int(said.Run.Created), err
}

// bulk has the driver write what Kring writes for pages of new accounts.
func bulk(ctx context.Context, c store.Config, bare *store.Bare, w *world, rows int) (float64, error) {
	db, err := store.Open(ctx, store.Config{Dir: c.Dir, URL: c.URL, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return 0, err
	}
	defer db.Close() //nolint:errcheck // only taken down
	var pages [][]store.Call
	hat := demo.NewHat(uint64(time.Now().UnixNano()))
	for done := 0; done < rows; done += intake.Page {
		lot, err := drawLot(hat, []member.Member{{}}, intake.Page, db.Now())
		if err != nil {
			return 0, err
		}
		facts := make([]fact.Fact, len(lot.accounts))
		for i, a := range lot.accounts {
			facts[i] = fact.Fact{Deed: "account.created", Changes: account.Diff(account.Account{}, a)}
		}
		calls, err := db.Hear(ctx, w.Org, fact.Actor{Kind: "system", Name: "bench"}, func(tx *store.Tx) error { return tx.AddAccounts(lot.accounts, facts) })
		if err != nil {
			return 0, err
		}
		pages = append(pages, calls)
	}
	if err := db.Close(); err != nil {
		return 0, err
	}
	begin := time.Now()
	for _, calls := range pages {
		if err := bare.Do(ctx, calls); err != nil {
			return 0, err
		}
	}
	return float64(len(pages)*intake.Page) / time.Since(begin).Seconds(), nil
}
