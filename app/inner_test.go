package app

import (
	"context"

	"kring/base/fact"
	"kring/base/id"
	"kring/store"
)

// Happen says that something was done to a document, as its own slice would.
func (a *App) Happen(ctx context.Context, o id.Org, f fact.Fact) error {
	return a.change(ctx, o, fact.Actor{Kind: "system", Name: "test"}, func(tx *store.Tx) error { return tx.Fact(f) })
}
