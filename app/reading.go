package app

import (
	"context"
	"strconv"

	"kring/base/fact"
	"kring/domain/member"
	"kring/store"
)

// Reading is that a member read a version of the definition.
type Reading = store.Reading

// ReadDefinition says that who read the version that holds; ErrStale when
// another holds by now, for nobody read that.
func (a *App) ReadDefinition(ctx context.Context, who Who, version int64) (r Reading, err error) {
	err = a.write(ctx, who, member.OrderRead, func(tx *store.Tx) error {
		d, err := tx.Definition(version)
		if err != nil {
			return err
		}
		if d.State != store.Active {
			return store.ErrStale
		}
		r, err = tx.ReadDefinition(d, fact.Fact{Deed: "definition.read", Evidence: strconv.FormatInt(version, 10)})
		return err
	})
	return r, err
}

// readBy is how many of the active members read the version that holds.
func (a *App) readBy(v *store.View) (c Counted, err error) {
	d, err := a.definition(v)
	if err != nil {
		return c, err
	}
	c.Whole, c.Part, err = v.ReadBy(d.Version)
	return c, err
}
