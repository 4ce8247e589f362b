package app

import (
	"encoding/json"
	"errors"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/intake"
	"kring/domain/product"
	"kring/store"
)

// productLanding is a page of rows becoming products. A product is known by its
// code, and one without a code by its name.
type productLanding struct {
	*page
	drafts map[*line]product.Draft
	here   map[string]product.Product
	plans  map[*line]*productPlan
	made   map[string]*productPlan
}

// productPlan is what a row makes of a product.
type productPlan struct {
	was, now product.Product
	changes  []fact.Change
}

func landProducts(p *page) landing {
	return &productLanding{page: p, drafts: map[*line]product.Draft{}}
}

func (s *productLanding) draft(l *line) {
	d, err := product.Drafted(product.Product{}, l.values)
	if err == nil {
		_, err = product.New(id.New[id.Product](), s.now, d)
	}
	l.wrong = append(l.wrong, s.in.Mapping.Wrong(err)...)
	l.label = d.Code
	s.drafts[l] = d
}

func (s *productLanding) look(v *store.View) error {
	s.here, s.plans, s.made = map[string]product.Product{}, map[*line]*productPlan{}, map[string]*productPlan{}
	var codes []string
	for _, l := range s.lines {
		if d := s.drafts[l]; d.Code != "" {
			codes = append(codes, d.Code)
			l.names = []string{known("product", product.Key(d.Code))}
		}
	}
	all, err := v.ProductsByCode(distinct(codes))
	for _, p := range all {
		s.here[product.Key(p.Code)] = p
	}
	return err
}

func (s *productLanding) land(l *line) {
	d, mode := s.drafts[l], s.in.Options.Mode
	was, there := s.here[product.Key(d.Code)]
	n, again := s.seen(l.names[0])
	switch {
	case again:
		s.refuse(l, s.at("code", intake.ErrRepeat.With(fault.Params{"row": n})))
		return
	case there && mode == intake.Create:
		s.refuse(l, s.at("code", intake.ErrExists))
		l.record = was.ID.Any()
		return
	case !there && mode == intake.Update:
		s.refuse(l, s.at("code", intake.ErrAbsent))
		return
	}
	plan := &productPlan{was: was}
	var err error
	if there {
		if d, err = product.Drafted(was, l.values); err == nil {
			plan.now, plan.changes, err = product.Change(was, s.now, d)
		}
	} else {
		plan.now, err = product.New(id.New[id.Product](), s.now, d)
	}
	if err != nil {
		s.refuse(l, s.in.Mapping.Wrong(err)...)
		return
	}
	s.note(l, l.names...)
	s.plans[l], l.record = plan, plan.now.ID.Any()
	switch {
	case !there:
		l.deed = intake.Created
	case len(plan.changes) == 0:
		l.deed = intake.Same
	default:
		l.deed = intake.Updated
	}
}

func (s *productLanding) write(tx *store.Tx) error {
	for _, l := range s.lines {
		plan := s.plans[l]
		switch l.deed {
		case intake.Created:
			p, err := tx.AddProduct(plan.now, fact.Fact{Deed: "product.added", Why: "import", Evidence: s.evidence(l), Changes: product.Diff(product.Product{}, plan.now)})
			if err != nil {
				return codeTaken(err)
			}
			s.rows = append(s.rows, intake.Row{Row: l.n, Deed: l.deed, Kind: fact.Product, Record: p.ID.Any(), Label: p.Code, Version: 1})
		case intake.Updated:
			p, err := tx.SaveProduct(plan.now, fact.Fact{Deed: "product.changed", Why: "import", Evidence: s.evidence(l), Changes: plan.changes})
			if err != nil {
				return codeTaken(err)
			}
			rows, err := changedRows(fact.Product, []*line{l}, plan.was, p.Version)
			if err != nil {
				return err
			}
			s.rows = append(s.rows, rows...)
		}
	}
	return nil
}

// productsBack takes back products that an import made or changed, unless somebody
// changed them since or offered them.
func (a *App) productsBack(tx *store.Tx, rows []intake.Row) ([]intake.Row, error) {
	for n, r := range rows {
		p, err := tx.Product(id.Product(r.Record))
		switch {
		case errors.Is(err, store.ErrNotFound): // erased by somebody: there is nothing left of it
			rows[n].Undone = "erased"
			continue
		case err != nil:
			return nil, err
		case p.Version != r.Version:
			rows[n] = keep(r, intake.ErrChanged)
			continue
		}
		f := undone
		if r.Deed == intake.Created {
			used, err := tx.ProductsQuoted(p.ID)
			if err != nil {
				return nil, err
			}
			if used {
				rows[n] = keep(r, intake.ErrUsed)
				continue
			}
			f.Deed = "product.erased"
			if err := tx.EraseProduct(p, f); err != nil {
				return nil, err
			}
			rows[n].Undone = "erased"
			continue
		}
		var was product.Product
		if err := json.Unmarshal(r.Before, &was); err != nil {
			return nil, err
		}
		was.ID, was.Version, was.Updated = p.ID, p.Version, tx.Now()
		f.Deed, f.Changes = "product.changed", product.Diff(p, was)
		if _, err := tx.SaveProduct(was, f); err != nil {
			return nil, err
		}
		rows[n].Undone = "restored"
	}
	return rows, nil
}
