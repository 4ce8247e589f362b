package app

import (
	"context"

	"kring/base/catalogue"
	"kring/base/fact"
	"kring/base/id"
	"kring/domain/member"
	"kring/domain/view"
	"kring/store"
)

// Views are the saved views of a list that who sees.
func (a *App) Views(ctx context.Context, who Who, kind fact.Kind) (all []view.View, err error) {
	err = a.peek(ctx, who, member.ViewRead, func(v *store.View) error {
		all, err = v.Views(kind, who.Member.ID)
		return err
	})
	return all, err
}

// SavedView is one view that who sees.
func (a *App) SavedView(ctx context.Context, who Who, i id.View) (s view.View, err error) {
	err = a.peek(ctx, who, member.ViewRead, func(v *store.View) error {
		s, err = seenView(v, who, i)
		return err
	})
	return s, err
}

func seenView(v *store.View, who Who, i id.View) (view.View, error) {
	s, err := v.SavedView(i)
	if err == nil && !s.Seen(who.Member.ID) {
		return view.View{}, store.ErrNotFound
	}
	return s, err
}

// AddView keeps a question under a name. Sharing takes the right to.
func (a *App) AddView(ctx context.Context, who Who, s view.View) (_ view.View, err error) {
	s.Member = who.Member.ID
	if s, err = s.Check(); err != nil {
		return s, err
	}
	err = a.write(ctx, who, member.ViewRead, func(tx *store.Tx) error {
		if s.Shared && !who.Can(member.ViewShare) {
			return ErrDenied
		}
		all, err := tx.Views(s.Kind, who.Member.ID)
		if err != nil {
			return err
		}
		mine := 0
		s.Place = 0
		for _, o := range all {
			s.Place = max(s.Place, o.Place+1)
			if o.Member == who.Member.ID {
				mine++
			}
		}
		if mine >= view.MaxViews {
			return view.ErrMany
		}
		s, err = tx.AddView(s, fact.Fact{Deed: "view.made", Changes: viewChanges(view.View{}, s)})
		return err
	})
	return s, err
}

// ChangeView gives a view another name, question, place or audience.
func (a *App) ChangeView(ctx context.Context, who Who, i id.View, change func(view.View) view.View) (s view.View, err error) {
	err = a.write(ctx, who, member.ViewRead, func(tx *store.Tx) error {
		before, err := seenView(&tx.View, who, i)
		if err != nil {
			return err
		}
		next := change(before)
		next.ID, next.Version, next.Member, next.Kind = before.ID, before.Version, before.Member, before.Kind
		if !before.Changeable(who.Member.ID, who.Can(member.ViewShare)) || next.Shared && !who.Can(member.ViewShare) {
			return view.ErrNotYours
		}
		if next, err = next.Check(); err != nil {
			return err
		}
		changes := viewChanges(before, next)
		if s = before; len(changes) == 0 {
			return nil
		}
		s, err = tx.SaveView(next, fact.Fact{Deed: "view.changed", Changes: changes})
		return err
	})
	return s, err
}

// EraseView takes a view away; the answer is what it was, to bring it back.
func (a *App) EraseView(ctx context.Context, who Who, i id.View) (s view.View, err error) {
	err = a.write(ctx, who, member.ViewRead, func(tx *store.Tx) error {
		if s, err = seenView(&tx.View, who, i); err != nil {
			return err
		}
		if !s.Changeable(who.Member.ID, who.Can(member.ViewShare)) {
			return view.ErrNotYours
		}
		return tx.EraseView(s, fact.Fact{Deed: "view.erased", Changes: viewChanges(s, view.View{})})
	})
	return s, err
}

func viewChanges(a, b view.View) []fact.Change {
	return changed(fact.Of("name", a.Name, b.Name), fact.Of("query", a.Query, b.Query), fact.Of("shared", a.Shared, b.Shared), fact.Of("place", a.Place, b.Place))
}

// changed keeps the changes that change something.
func changed(all ...fact.Change) (real []fact.Change) {
	for _, c := range all {
		if string(c.From) != string(c.To) {
			real = append(real, c)
		}
	}
	return real
}

// CatalogueOf is what a list of a kind can be asked.
func (a *App) CatalogueOf(ctx context.Context, who Who, kind fact.Kind) (catalogue.Catalogue, error) {
	if kind == fact.Contact {
		return a.ContactCatalogue(ctx, who)
	}
	return a.AccountCatalogue(ctx, who)
}
