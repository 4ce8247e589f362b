// Package cli is the door at the terminal: every command of Kring, its exit
// code and one sentence when it fails.
//
// main gives it the House, since a door does not know the store nor the other
// doors.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"kring/app"
	"kring/base/fault"
	"kring/door"
)

// Where says which database.
type Where struct {
	Data     string `help:"Folder of the embedded database." env:"KRING_DATA" placeholder:"DIR"`
	Database string `help:"PostgreSQL address, postgres://…, instead of the embedded database." env:"KRING_DATABASE" placeholder:"URL"`
}

// House is what main builds and this door walks through.
type House struct {
	Open    func(ctx context.Context, w Where, log *slog.Logger, address string) (*app.App, func() error, error)
	Handler func(a *app.App, log *slog.Logger, s *Serve) http.Handler
	Work    func(ctx context.Context, a *app.App, log *slog.Logger, s *Serve) error // background jobs, until ctx ends
	Demo    func(ctx context.Context, a *app.App) (signIn string, err error)
	Care    Care
	Bench   func(ctx context.Context, w Where, b Bench, say io.Writer) (Measured, error)
	Version string
}

// Terminal is where a command reads and writes.
type Terminal struct {
	In       io.Reader
	Out, Err io.Writer
}

type commands struct {
	Where
	JSON    bool             `help:"Write machine-readable output." name:"json"`
	Level   slog.Level       `help:"What the log tells: debug, info, warn or error." name:"log-level" default:"info" env:"KRING_LOG_LEVEL"`
	Version kong.VersionFlag `help:"Print the version." short:"V"`

	Serve   Serve   `cmd:"" help:"Open the doors: pages, API, background work."`
	Setup   Setup   `cmd:"" help:"Make the organisation and its first administrator, as the first-run page does."`
	User    User    `cmd:"" help:"Members: who may come in."`
	Token   Token   `cmd:"" help:"API tokens."`
	Export  Export  `cmd:"" help:"Write records to a file that a spreadsheet or another Kring reads."`
	Import  Import  `cmd:"" help:"Make records of the rows of a file, or take that back."`
	Backup  Backup  `cmd:"" help:"Write everything into one file, while Kring runs."`
	Restore Restore `cmd:"" help:"Put a backup in the place of the database."`
	Migrate Migrate `cmd:"" help:"Bring the schema up to date (serve does so by itself)."`
	Stat    Stat    `cmd:"" help:"Statistics on plain files, without a database."`
	Bench   Bench   `cmd:"" help:"Fill a large world and measure the budgets on this machine."`
	Doctor  Doctor  `cmd:"" help:"Look database, schema, disk and settings over."`
}

// run is what each command gets.
type run struct {
	ctx   context.Context
	house House
	term  Terminal
	where Where
	json  bool
	log   *slog.Logger
}

// Main runs a command line and gives the exit code: 0 done, 1 failed, 2 wrong
// words.
func Main(args []string, house House, term Terminal) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	var c commands
	code := -1
	parser, err := kong.New(&c, kong.Name("kring"), kong.Description("The CRM that puts the customer at the centre and can prove it."),
		kong.Writers(term.Out, term.Err), kong.Exit(func(n int) { code = n }), kong.UsageOnError(),
		kong.Vars{"version": house.Version})
	if err != nil {
		fmt.Fprintln(term.Err, err)
		return 2
	}
	k, err := parser.Parse(args)
	if code >= 0 {
		return code // --help or --version has answered
	}
	if err != nil {
		fmt.Fprintf(term.Err, "kring: %v\n", err)
		return 2
	}
	r := &run{ctx: ctx, house: house, term: term, where: c.Where, json: c.JSON, log: door.Log(term.Err, c.Level, !isTerminal(term.Err))}
	if err := k.Run(r); err != nil {
		fmt.Fprintf(term.Err, "kring: %s\n", sentence(err))
		return 1
	}
	return 0
}

// isTerminal tells whether a person reads along: they get text, programs JSON.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	i, err := f.Stat()
	return err == nil && i.Mode()&os.ModeCharDevice != 0
}

// sentence is what a person at a terminal reads.
func sentence(err error) string {
	if f, ok := fault.From(err); ok {
		return f.Error()
	}
	return err.Error()
}

// open opens the database; done closes it.
func (r *run) open() (a *app.App, done func(*error), err error) {
	a, shut, err := r.house.Open(r.ctx, r.at(), r.log, "")
	if err != nil {
		return nil, nil, err
	}
	return a, func(err *error) { *err = errors.Join(*err, shut()) }, nil
}
