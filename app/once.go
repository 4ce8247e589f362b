package app

import (
	"bytes"
	"context"
	"errors"
	"time"

	"kring/base/fault"
	"kring/base/id"
	"kring/base/job"
	"kring/domain/member"
	"kring/store"
)

// joined is the transaction that use cases called with a context take part in.
type joined struct{ tx *store.Tx }

type joinedKey struct{}

func joinedTo(ctx context.Context, o id.Org) (*store.Tx, bool) {
	j, ok := ctx.Value(joinedKey{}).(joined)
	if !ok || j.tx.Org() != o {
		return nil, false
	}
	return j.tx, true
}

// Together runs several use cases as one change: all of it happens or nothing
// does. They are called with the context that fn is given, and each asks for
// its right as always. fn may run more than once, must return what a use case
// returns as an error, and must have no effect outside the database.
func (a *App) Together(ctx context.Context, who Who, fn func(context.Context) error) error {
	return a.write(ctx, who, member.Self, func(tx *store.Tx) error {
		return fn(context.WithValue(ctx, joinedKey{}, joined{tx}))
	})
}

// OnceLasts is how long an answer is kept under its key.
const OnceLasts = int64(24 * time.Hour / time.Millisecond)

var (
	// ErrOnceOther says that a key came before with another question.
	ErrOnceOther = fault.New(fault.Invalid, "once.other", "this key was used before for another request")
	// ErrOnceBusy says that the same question is being answered right now.
	ErrOnceBusy = fault.New(fault.Conflict, "once.busy", "the first request with this key is still running")
)

// Asked is a question that comes under a key.
type Asked struct {
	Name    string
	Request []byte // hash of everything that matters of the question
}

// Answered is what a door answered, as far as it is said again.
type Answered struct {
	Status   int
	Version  int64
	Location string
	Body     string
}

// Once lets a program ask again what it does not know the answer of: the deed
// is done once, and the same answer given again for a day.
//
// It is safe against a crash at any moment because there is one transaction:
// it takes the key, does the deed through the use cases that fn calls (as in
// Together), and writes down the answer. Either all of that is on disk or
// nothing, and then asking again does it. Whoever asks while it runs waits for
// the key on the database and is then told ErrOnceBusy, or reads the answer. A
// question that is refused leaves nothing behind: it changed nothing.
func (a *App) Once(ctx context.Context, who Who, q Asked, fn func(context.Context) (Answered, error)) (said Answered, again bool, err error) {
	holder := who.Member.ID.Any()
	if !who.Token.IsZero() {
		holder = who.Token.Any()
	}
	err = a.write(ctx, who, member.Self, func(tx *store.Tx) error {
		row := store.Once{Holder: holder, Name: q.Name, Request: q.Request}
		before, err := tx.Once(holder, q.Name)
		switch {
		case err == nil && before.At < tx.Now()-OnceLasts:
			if err := tx.EraseOnce(row); err != nil {
				return err
			}
		case err == nil && !bytes.Equal(before.Request, q.Request):
			return ErrOnceOther
		case err == nil:
			said, again = Answered{Status: before.Status, Version: before.Version, Location: before.Location, Body: before.Answer}, true
			return nil
		case !errors.Is(err, store.ErrNotFound):
			return err
		}
		if err := tx.AddOnce(row); errors.Is(err, store.ErrTaken) {
			return ErrOnceBusy
		} else if err != nil {
			return err
		}
		if said, err = fn(context.WithValue(ctx, joinedKey{}, joined{tx})); err != nil {
			return err
		}
		again = false
		row.Status, row.Version, row.Location, row.Answer = said.Status, said.Version, said.Location, said.Body
		return tx.SaveOnce(row)
	})
	return said, again, err
}

// pruneOnce forgets answers of more than a day ago; routine.
func (a *App) pruneOnce(ctx context.Context, _ job.Job) error {
	return a.everyOrganisation(ctx, func(o id.Org) error {
		return a.db.Write(ctx, o, system("routine"), func(tx *store.Tx) error { return tx.EraseOnceBefore(tx.Now() - OnceLasts) })
	})
}
