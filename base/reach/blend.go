package reach

import (
	"slices"

	"kring/base/blend"
	"kring/base/fault"
)

type dialled struct{ e164, ext string }

func (p Phone) key() dialled { return dialled{p.E164, p.Ext} }

func (e Email) key() string { return e.Normal }

// With is the numbers of two records that become one; the preferred one stays
// preferred.
func (ps Phones) With(others Phones) (Phones, error) {
	all := Phones(blend.Lists(ps, others, Phone.key))
	return all.one(), atMost(len(all))
}

// Back takes out of ps what a merge brought: ps was before, then after.
func (ps Phones) Back(before, after Phones) Phones {
	return Phones(blend.Back(before, after, ps, Phone.key)).one()
}

// one makes exactly one of the numbers the preferred one.
func (ps Phones) one() Phones {
	ps = slices.Clone(ps)
	at := max(slices.IndexFunc(ps, func(p Phone) bool { return p.Preferred }), 0)
	for i := range ps {
		ps[i].Preferred = i == at
	}
	return ps
}

// With is the addresses of two records that become one.
func (es Emails) With(others Emails) (Emails, error) {
	all := Emails(blend.Lists(es, others, Email.key))
	return all.one(), atMost(len(all))
}

// Back takes out of es what a merge brought.
func (es Emails) Back(before, after Emails) Emails {
	return Emails(blend.Back(before, after, es, Email.key)).one()
}

func (es Emails) one() Emails {
	es = slices.Clone(es)
	at := max(slices.IndexFunc(es, func(e Email) bool { return e.Preferred }), 0)
	for i := range es {
		es[i].Preferred = i == at
	}
	return es
}

// With is the addresses of two records that become one; the main one stays the
// main one.
func (as Addresses) With(others Addresses) (Addresses, error) {
	all := Addresses(blend.Lists(as, others, Address.place))
	return all, atMost(len(all))
}

// Back takes out of as what a merge brought.
func (as Addresses) Back(before, after Addresses) Addresses {
	return Addresses(blend.Back(before, after, as, Address.place))
}

// place is where an address is, whatever it is called.
func (a Address) place() Address {
	a.Label = ""
	return a
}

func atMost(n int) error {
	if n > MaxCount {
		return ErrMany.With(fault.Params{"max": MaxCount})
	}
	return nil
}
