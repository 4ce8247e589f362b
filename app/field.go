package app

import (
	"context"
	"errors"
	"slices"

	"kring/base/catalogue"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/opt"
	"kring/domain/account"
	"kring/domain/field"
	"kring/domain/member"
	"kring/store"
)

var (
	// ErrFieldKey says that another field has this key.
	ErrFieldKey = fault.New(fault.Conflict, "field.taken", "another field of this kind has this key")
	// ErrManyFields says that there are enough own fields.
	ErrManyFields = fault.New(fault.Invalid, "field.many", "a kind of record has at most 200 own fields")
)

// Fields are the own fields of a kind of record, those put away last.
func (a *App) Fields(ctx context.Context, who Who, kind fact.Kind) (all []field.Definition, err error) {
	err = a.peek(ctx, who, member.AccountRead, func(v *store.View) error {
		all, err = v.Fields(kind)
		return err
	})
	return all, err
}

// Field is one own field.
func (a *App) Field(ctx context.Context, who Who, i id.Field) (f field.Definition, err error) {
	err = a.peek(ctx, who, member.AccountRead, func(v *store.View) error {
		f, err = v.Field(i)
		return err
	})
	return f, err
}

// AddField defines an own field, with its purpose and ground (P-01).
func (a *App) AddField(ctx context.Context, who Who, d field.Draft) (f field.Definition, err error) {
	err = a.write(ctx, who, member.FieldManage, func(tx *store.Tx) error {
		all, err := tx.Fields(d.Kind)
		if err != nil {
			return err
		}
		if len(all) >= field.MaxFields {
			return ErrManyFields
		}
		if d.Position == 0 {
			for _, o := range all {
				d.Position = max(d.Position, o.Position+1)
			}
		}
		if f, err = field.Define(id.New[id.Field](), tx.Now(), d); err != nil {
			return err
		}
		for _, o := range all {
			if o.Key == f.Key {
				return fault.Field("key", ErrFieldKey)
			}
		}
		f, err = tx.AddField(f, fact.Fact{Deed: "field.defined", Changes: field.Diff(field.Definition{}, f)})
		return err
	})
	return f, err
}

// ChangeField changes what the patch mentions; version as in ChangeAccount.
func (a *App) ChangeField(ctx context.Context, who Who, i id.Field, version int64, p field.Patch) (field.Definition, error) {
	return a.moveField(ctx, who, i, version, "field.changed", func(f field.Definition, now int64) (field.Definition, []fact.Change, error) {
		return field.Change(f, now, p)
	})
}

// ArchiveField puts a field away: it is asked no more, its values stay.
func (a *App) ArchiveField(ctx context.Context, who Who, i id.Field, version int64) (field.Definition, error) {
	return a.moveField(ctx, who, i, version, "field.archived", field.Archive)
}

// ReviveField takes a field back into use.
func (a *App) ReviveField(ctx context.Context, who Who, i id.Field, version int64) (field.Definition, error) {
	return a.moveField(ctx, who, i, version, "field.revived", field.Revive)
}

// MoveField puts a field that is in use so many places further down, or up when
// negative, among those of its kind.
func (a *App) MoveField(ctx context.Context, who Who, i id.Field, by int) error {
	return a.write(ctx, who, member.FieldManage, func(tx *store.Tx) error {
		f, err := tx.Field(i)
		if err != nil {
			return err
		}
		if f.Archived != 0 {
			return field.ErrArchived
		}
		all, err := tx.Fields(f.Kind)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(o field.Definition) bool { return o.Archived != 0 })
		from := slices.IndexFunc(all, func(o field.Definition) bool { return o.ID == i })
		to := max(0, min(from+by, len(all)-1))
		all = slices.Insert(slices.Delete(all, from, from+1), to, f)
		for place, o := range all {
			next, changes, err := field.Change(o, tx.Now(), field.Patch{Position: opt.Some(place)})
			if err != nil {
				return err
			}
			if len(changes) == 0 {
				continue
			}
			if _, err := tx.SaveField(next, fact.Fact{Deed: "field.changed", Changes: changes}); err != nil {
				return err
			}
		}
		return nil
	})
}

// FieldHistory is what happened to an own field, newest first.
func (a *App) FieldHistory(ctx context.Context, who Who, i id.Field) (all []fact.Fact, err error) {
	err = a.read(ctx, who, member.FieldManage, func(v *store.View) error {
		if _, err := v.Field(i); err != nil {
			return err
		}
		all, err = v.FactsOf(i.Any(), id.Fact{}, MostHistory)
		return err
	})
	return all, err
}

func (a *App) moveField(ctx context.Context, who Who, i id.Field, version int64, deed string,
	move func(field.Definition, int64) (field.Definition, []fact.Change, error)) (f field.Definition, err error) {
	err = a.write(ctx, who, member.FieldManage, func(tx *store.Tx) error {
		if f, err = tx.Field(i); err != nil {
			return err
		}
		if version != 0 && version != f.Version {
			return store.ErrStale
		}
		next, changes, err := move(f, tx.Now())
		if err != nil || len(changes) == 0 {
			return err
		}
		f, err = tx.SaveField(next, fact.Fact{Deed: deed, Changes: changes})
		return err
	})
	return f, err
}

// catalogue adds the organisation's own fields to what a list can be asked.
func (a *App) catalogue(ctx context.Context, who Who, kind fact.Kind, base catalogue.Catalogue) (cat catalogue.Catalogue, err error) {
	err = a.peek(ctx, who, member.AccountRead, func(v *store.View) error {
		cat, err = withOwn(v, kind, base)
		return err
	})
	return cat, err
}

// withOwn is catalogue inside a transaction.
func withOwn(v *store.View, kind fact.Kind, base catalogue.Catalogue) (catalogue.Catalogue, error) {
	all, err := v.Fields(kind)
	if err != nil {
		return base, err
	}
	var asked []catalogue.Field
	for _, f := range all {
		if f.Archived == 0 {
			asked = append(asked, f.Asked())
		}
	}
	return base.With(asked...), nil
}

// ownValues checks the values of own fields against their definitions; whole
// says that this is all there is, so that what is required must be there.
func ownValues(v *store.View, kind fact.Kind, values map[string]any, whole bool) (map[string]any, error) {
	if len(values) == 0 && !whole {
		return nil, nil
	}
	defined, err := v.Fields(kind)
	if err != nil {
		return nil, err
	}
	fs, kept, known := fault.Fields{}, map[string]any{}, map[string]bool{}
	for _, f := range defined {
		if f.Archived != 0 {
			continue
		}
		known[f.Key] = true
		raw, given := values[f.Key]
		if !given && !whole {
			continue
		}
		value, err := field.Accept(f, raw)
		if _, ok := errors.AsType[*fault.Fault](err); err != nil && !ok {
			return nil, err
		}
		fs.Add(catalogue.Own+f.Key, err)
		if given {
			kept[f.Key] = value
		}
	}
	for key := range values {
		if !known[key] {
			fs.Add(catalogue.Own+key, account.ErrOwn)
		}
	}
	return kept, fs.Err()
}
