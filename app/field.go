package app

import (
	"context"

	"kring/base/catalogue"
	"kring/base/fact"
	"kring/base/fault"
	"kring/domain/account"
	"kring/store"
)

// ownValues checks the values of own fields against their definitions.
func ownValues(v *store.View, kind fact.Kind, values map[string]any, whole bool) (map[string]any, error) {
	if len(values) == 0 {
		return nil, nil
	}
	fs := fault.Fields{}
	for key := range values {
		fs.Add("own."+key, account.ErrOwn)
	}
	return nil, fs.Err()
}

// catalogue adds the organisation's own fields to what a list can be asked.
func (a *App) catalogue(ctx context.Context, who Who, kind fact.Kind, base catalogue.Catalogue) (catalogue.Catalogue, error) {
	return base, nil
}
