package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
)

// Care is how main lets this door look after a database without opening it for
// use.
type Care struct {
	Backup  func(ctx context.Context, w Where, to string) error
	Restore func(ctx context.Context, w Where, from string) (aside string, err error)
	Examine func(ctx context.Context, w Where) ([]Finding, error)
	Schema  func(ctx context.Context, w Where, log *slog.Logger) (was, is int64, err error)
}

// Finding is what the doctor says of one thing: fine, worry or wrong.
type Finding struct {
	Name  string `json:"name"`
	State string `json:"state"`
	Text  string `json:"text"`
}

// Backup writes everything into one file, while Kring runs.
type Backup struct {
	File string `arg:"" help:"The file to make; it must not exist."`
}

// Run makes the backup.
func (b *Backup) Run(r *run) error {
	if err := r.house.Care.Backup(r.ctx, r.at(), b.File); err != nil {
		return err
	}
	fmt.Fprintf(r.term.Err, "Everything is in %s.\n", b.File)
	return nil
}

// Restore puts a backup in the place of the database.
type Restore struct {
	File string `arg:"" help:"A file that kring backup made, or a copy that an upgrade or a restore kept."`
}

// Run puts it back.
func (c *Restore) Run(r *run) error {
	aside, err := r.house.Care.Restore(r.ctx, r.at(), c.File)
	if err != nil {
		return err
	}
	fmt.Fprintf(r.term.Err, "%s is restored.\n", c.File)
	if aside != "" {
		fmt.Fprintf(r.term.Err, "What was there before is in %s.\n", aside)
	}
	return nil
}

// Doctor looks everything over and changes nothing.
type Doctor struct{}

var errWrong = errors.New("something is wrong")

// Run says what it finds; it fails when something is wrong.
func (*Doctor) Run(r *run) error {
	all, err := r.house.Care.Examine(r.ctx, r.at())
	if err != nil {
		return err
	}
	wrong := false
	for _, f := range all {
		wrong = wrong || f.State == "wrong"
		if !r.json {
			fmt.Fprintf(r.term.Out, "%-6s %-16s %s\n", f.State, f.Name, f.Text)
		}
	}
	if r.json {
		e := json.NewEncoder(r.term.Out)
		e.SetIndent("", "  ")
		if err := e.Encode(map[string]any{"findings": all, "wrong": wrong}); err != nil {
			return err
		}
	}
	if wrong {
		return errWrong
	}
	return nil
}

// Migrate brings the schema up to date.
type Migrate struct{}

// Run upgrades the schema, after a copy, and says from what to what.
func (*Migrate) Run(r *run) error {
	was, is, err := r.house.Care.Schema(r.ctx, r.at(), r.log)
	if err != nil {
		return err
	}
	switch {
	case r.json:
		return json.NewEncoder(r.term.Out).Encode(map[string]int64{"from": was, "to": is})
	case was == is:
		fmt.Fprintf(r.term.Out, "The schema is up to date, version %d.\n", is)
	default:
		fmt.Fprintf(r.term.Out, "The schema went from version %d to %d.\n", was, is)
	}
	return nil
}

// at says where the database is.
func (r *run) at() Where {
	if r.where.Data == "" {
		r.where.Data = "kring-data"
	}
	return r.where
}
