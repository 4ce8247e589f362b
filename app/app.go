// Package app is what a person can do and see: one method per use case.
//
// It has no rules (those are below, in domain), no SQL (store) and no HTTP (the
// doors above). Every method names who asks and, through write or read, which
// right it takes; there is no other way to a transaction, so neither can be
// forgotten. How far a member sees is compiled into the SQL by store from
// Who.Reach.
//
// What one change causes elsewhere is plain code in ripple.go, in the same
// transaction.
package app

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/workday"
	"kring/domain/entry"
	"kring/domain/member"
	"kring/domain/organisation"
	"kring/store"
)

// Config is what main decides.
type Config struct {
	Log     *slog.Logger
	Address string // how visitors reach this Kring, as https://kring.example.nl; "" when not known
}

// App holds the use cases.
type App struct {
	db    *store.DB
	log   *slog.Logger
	conf  Config
	post  Post
	argon chan struct{} // at most two hashes at a time: each takes 19 MiB

	matchers sync.Map // of id.Org: how its records are compared
}

// New makes the use cases over an open database.
func New(db *store.DB, c Config) *App {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &App{db: db, log: c.Log, conf: c, argon: make(chan struct{}, 2)}
}

// ErrDenied says that a member misses a right.
var ErrDenied = fault.New(fault.Denied, "denied", "your role does not allow this")

// Who is a member at the door: what they may do and how far they see.
type Who struct {
	Org     organisation.Organisation
	Member  member.Member
	Actor   fact.Actor
	Session []byte // hash of the session, when signed in by one
	Token   id.Token
	Proof   string
	teams   []id.Team
	machine bool // the command line, with the machine in hand
}

// IsZero is true for a visitor who is not signed in.
func (w Who) IsZero() bool { return w.Member.ID.IsZero() && !w.machine }

// Can says whether this member has a right.
func (w Who) Can(r member.Right) bool {
	return w.Member.State == member.Active && w.Member.Role.Can(r)
}

// Scope is how far this member sees among the records of a kind: the
// organisation's setting for the role, else the role's default.
func (w Who) Scope(kind fact.Kind) member.Scope {
	return scopeOf(w.Org.Settings, w.Member.Role, kind)
}

func scopeOf(s organisation.Settings, r member.Role, kind fact.Kind) member.Scope {
	if set := member.Scope(s.Scopes[string(r)][string(kind)]); set.Valid() == nil {
		return set
	}
	return r.DefaultScope()
}

// Reach is what store compiles into the SQL for a kind of record.
func (w Who) Reach(kind fact.Kind) member.Reach {
	return member.Reach{Scope: w.Scope(kind), Member: w.Member.ID, Teams: w.teams}
}

// Locale is the language this member reads.
func (w Who) Locale() string {
	if w.Member.Locale != "" {
		return w.Member.Locale
	}
	return w.Org.Settings.Locale
}

// Zone is where the organisation's days begin.
func (w Who) Zone() *time.Location { return day.Zone(w.Org.Settings.Zone) }

// Calendar counts in the organisation's working time.
func (w Who) Calendar() workday.Calendar { return w.Org.Settings.Opening.In(w.Zone()) }

// write runs fn in a transaction when who has the right. fn may run more than
// once and must have no effect outside the database.
func (a *App) write(ctx context.Context, who Who, right member.Right, fn func(*store.Tx) error) error {
	if err := may(who, right); err != nil {
		return err
	}
	if tx, ok := joinedTo(ctx, who.Org.ID); ok {
		return fn(tx)
	}
	return a.change(ctx, who.Org.ID, who.Actor, fn)
}

// change runs fn in a transaction of an organisation, with what it causes
// (ripple.go). Whoever writes documents goes through here; a.db.Write is for what
// no process follows.
func (a *App) change(ctx context.Context, o id.Org, by fact.Actor, fn func(*store.Tx) error) error {
	return a.db.Write(ctx, o, by, func(tx *store.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return a.afterFacts(tx)
	})
}

// read runs fn on one consistent view when who has the right.
func (a *App) read(ctx context.Context, who Who, right member.Right, fn func(*store.View) error) error {
	if err := may(who, right); err != nil {
		return err
	}
	if tx, ok := joinedTo(ctx, who.Org.ID); ok {
		return fn(&tx.View)
	}
	return a.db.Read(ctx, who.Org.ID, fn)
}

// peek is read for a single statement.
func (a *App) peek(ctx context.Context, who Who, right member.Right, fn func(*store.View) error) error {
	if err := may(who, right); err != nil {
		return err
	}
	if tx, ok := joinedTo(ctx, who.Org.ID); ok {
		return fn(&tx.View)
	}
	return a.db.Peek(ctx, who.Org.ID, fn)
}

func may(who Who, right member.Right) error {
	if who.IsZero() {
		return entry.ErrVisitor
	}
	if !who.Can(right) {
		return ErrDenied
	}
	return nil
}

// Now is the one clock, in milliseconds UTC.
func (a *App) Now() int64 { return a.db.Now() }

// Ready says whether the database answers and its schema fits this program.
func (a *App) Ready(ctx context.Context) error { return a.db.Ready(ctx) }

// Vitals is how busy the store is.
func (a *App) Vitals(ctx context.Context) (store.Vitals, error) { return a.db.Vitals(ctx) }

// system is the actor of what nobody in particular does.
func system(name string) fact.Actor { return fact.Actor{Kind: "system", Name: name} }
