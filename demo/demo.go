// Package demo founds Brandt & Zoon, an invented family firm that brings coffee
// and water to offices and care, with the people who work there and the
// relations they look after. All of it goes through app, as a person would, so
// that whoever opens the demo sees real facts and real rights.
//
// Names, numbers and addresses are invented; e-mail addresses and sites end in
// .example, which nobody can have.
package demo

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"kring/app"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/cycle"
	"kring/domain/member"
	"kring/domain/organisation"
	"kring/domain/view"
)

// ErrReal says that somebody works here: the demo leaves it alone.
var ErrReal = errors.New("this database has a real organisation; the demo wants one of its own, so give another --data")

// Password is the variable that says with which password all invented members
// sign in; without it each start makes another, for two of them.
const Password = "KRING_DEMO_PASSWORD"

// Found makes the organisation, or finds it as it was left, and says how to
// sign in.
func Found(ctx context.Context, a *app.App) (hint string, err error) {
	chosen := os.Getenv(Password)
	password := chosen
	if password == "" {
		password = invent()
	}
	empty, err := a.Empty(ctx)
	if err != nil {
		return "", err
	}
	if empty {
		f := &founder{App: a, ctx: ctx, password: password, hat: NewHat(1899), members: map[string]app.Who{}, teams: map[string]id.Team{}}
		err = f.found()
	} else {
		err = again(ctx, a, password, chosen != "")
	}
	if err != nil {
		return "", err
	}
	said := password
	if chosen != "" {
		said = "the one in " + Password
	}
	return fmt.Sprintf("Sign in as %s (account manager) or %s (administrator), password %s", people[0].email(), people[1].email(), said), nil
}

// invent makes a password that is easy to type over: 80 bits.
func invent() string {
	var b [10]byte
	rand.Read(b[:]) //nolint:errcheck // never fails, it says
	s := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
	return s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:]
}

// again lets the first two in, or all when a password was chosen for all: the
// former password is known to nobody any more.
func again(ctx context.Context, a *app.App, password string, all bool) error {
	machine, err := a.AsMachine(ctx)
	if err != nil {
		return err
	}
	if !machine.Org.Settings.Demo {
		return ErrReal
	}
	for i, p := range people {
		if i > 1 && !all || p.state != member.Active {
			continue
		}
		m, err := a.MemberByEmail(ctx, machine, p.email())
		if err == nil && m.State == member.Active {
			var secret string
			if secret, err = a.Reset(ctx, machine, m.ID); err == nil {
				_, err = a.AcceptLink(ctx, secret, password, app.Device{Agent: "demo"})
			}
		}
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
	}
	return nil
}

type founder struct {
	*app.App
	ctx      context.Context
	password string
	hat      *Hat
	members  map[string]app.Who // by first name
	teams    map[string]id.Team
	number   int // of the last customer
}

func (f *founder) found() error {
	admin := people[1]
	_, err := f.Setup(f.ctx, app.Setup{
		Organisation: "Brandt & Zoon", Word: organisation.Customer, Locale: "nl", Name: admin.name, Email: admin.email(), Password: f.password, Demo: true,
		Device: app.Device{Agent: "demo"},
	})
	if err != nil {
		return err
	}
	for _, step := range []func() error{f.settle, f.ask, f.candidates, f.relations, f.sell, f.offer, f.cash, f.said, f.views} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// settle makes teams and members.
func (f *founder) settle() error {
	machine, err := f.AsMachine(f.ctx)
	if err != nil {
		return err
	}
	for _, t := range teams {
		g, err := f.AddTeam(f.ctx, machine, t.name, f.teams[t.parent])
		if err != nil {
			return err
		}
		f.teams[t.name] = g.ID
	}
	for i, p := range people {
		in := app.Invitation{Name: p.name, Email: p.email(), Role: p.role, Team: f.teams[p.team], Locale: p.locale}
		if p.state != member.Invited {
			in.Password = f.password
		}
		var m member.Member
		if i != 1 {
			if m, _, err = f.Invite(f.ctx, machine, in); err != nil {
				return err
			}
		}
		if p.state == member.Disabled {
			if _, err := f.Disable(f.ctx, machine, m.ID, m.Version); err != nil {
				return err
			}
		}
		if p.state == member.Active {
			first, _, _ := strings.Cut(p.name, " ")
			if f.members[first], err = f.AsMember(f.ctx, p.email()); err != nil {
				return err
			}
		}
	}
	return nil
}

// ask makes the own fields.
func (f *founder) ask() error {
	for i, d := range fields {
		d.Position = i
		if _, err := f.AddField(f.ctx, f.members["Roos"], d); err != nil {
			return fmt.Errorf("own field %s: %w", d.Key, err)
		}
	}
	return nil
}

// candidates are the other answers to what a customer is that the board looks at.
func (f *founder) candidates() error {
	former, everyone := cycle.Default, cycle.Default
	former.Former = true
	everyone.Former, everyone.Potential = true, true
	_, err1 := f.AddDefinition(f.ctx, f.members["Roos"], "Ook ex-klanten", former)
	_, err2 := f.AddDefinition(f.ctx, f.members["Roos"], "Iedereen", everyone)
	return errors.Join(err1, err2)
}

// relations makes the accounts that nobody knows by name, then those of the
// pictures, so that these are on top of what was changed last.
func (f *founder) relations() error {
	var firms []firm
	for _, p := range portfolios {
		for range p.n {
			firms = append(firms, f.draw(p))
		}
	}
	deal(firms)
	var found []firm // of new business: they bought after all others, one by one
	firms = slices.DeleteFunc(firms, func(one firm) bool {
		if one.owner == newBusiness && len(one.life.orders) > 0 {
			found = append(found, one)
			return true
		}
		return false
	})
	// Several at a time: those that wait for the disk share one commit.
	jobs, failed := make(chan firm), make([]error, 16)
	var wg sync.WaitGroup
	for i := range failed {
		wg.Go(func() {
			for one := range jobs {
				if failed[i] == nil {
					failed[i] = f.add(one)
				}
			}
		})
	}
	for _, one := range firms {
		jobs <- one
	}
	close(jobs)
	wg.Wait()
	if err := errors.Join(failed...); err != nil {
		return err
	}
	for i := len(pictured) - 1; i >= 0; i-- {
		p := pictured[i]
		p.account.ExternalID = f.customer()
		p.account.Kind, p.life = account.Organisation, lives[p.account.Name]
		if err := f.add(p); err != nil {
			return err
		}
	}
	for _, one := range found {
		if err := f.add(one); err != nil {
			return err
		}
	}
	if err := f.todays(); err != nil {
		return err
	}
	if err := f.handOvers(); err != nil {
		return err
	}
	return f.binned()
}

func (f *founder) customer() string {
	f.number++
	return fmt.Sprintf("BZ-%05d", 10_000+f.number)
}

// firm is an account with the people at it.
type firm struct {
	owner   string
	account account.Draft
	people  []contact.Draft
	files   []paper
	life    life
}

type paper struct{ name, text string }

func (f *founder) draw(p portfolio) firm {
	h, t := f.hat, f.hat.Town(p.regions...)
	if h.N(20) == 0 {
		d := h.Private(t)
		d.ExternalID, d.Own = f.customer(), map[string]any{"regio": t.Region}
		return firm{owner: p.owner, account: d}
	}
	d, host := h.Firm(t)
	d.ExternalID = f.customer()
	d.Own = map[string]any{"regio": t.Region}
	if h.N(3) > 0 {
		d.Own["machines"] = 1 + d.Size/60 + h.N(3)
		d.Own["contract_tot"] = fmt.Sprintf("20%d-%02d-01", 27+h.N(3), 1+h.N(12))
		d.Own["smaken"] = []string{any1(h, flavours).Key, any1(h, flavours).Key}
	}
	if h.N(4) == 0 {
		d.Own["budget"] = fmt.Sprintf("%d.00", 250*(1+h.N(160)))
	}
	one := firm{owner: p.owner, account: d}
	for n := range 1 + h.N(3) {
		one.people = append(one.people, h.Colleague(host, n))
	}
	return one
}

func (f *founder) add(one firm) error {
	who, ok := f.members[one.owner]
	if !ok {
		return fmt.Errorf("there is nobody called %s", one.owner)
	}
	acc, err := f.AddAccount(f.ctx, who, one.account)
	if err != nil {
		return fmt.Errorf("%s: %w", one.account.Name, err)
	}
	for _, p := range one.people {
		p.Accounts[0].Account = acc.ID
		if _, err := f.AddContact(f.ctx, who, p); err != nil {
			return fmt.Errorf("%s at %s: %w", p.Family, acc.Name, err)
		}
	}
	for _, p := range one.files {
		if _, err := f.AddFile(f.ctx, who, fact.Account, acc.ID.Any(), p.name, strings.NewReader(p.text)); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return f.live(one, acc)
}

// binned puts two old relations away, so that the bin has something in it.
func (f *founder) binned() error {
	for _, name := range []string{"Koffiehuis De Oude Tijd", "Drukkerij Van Loon (dubbel)"} {
		who := f.members["Joris"]
		acc, err := f.AddAccount(f.ctx, who, account.Draft{Name: name, LegalForm: account.SoleTrader, Addresses: reach.Addresses{{City: "Gouda"}}})
		if err != nil {
			return err
		}
		if _, err := f.BinAccount(f.ctx, who, acc.ID, acc.Version); err != nil {
			return err
		}
	}
	return nil
}

func (f *founder) views() error {
	for _, v := range shared {
		v.Shared = true
		if _, err := f.AddView(f.ctx, f.members["Daan"], v); err != nil {
			return fmt.Errorf("view %s: %w", v.Name, err)
		}
	}
	_, err := f.AddView(f.ctx, f.members["Sanne"], view.View{Kind: fact.Account, Name: "Oost en Noord", Query: "owner=me&own.regio=in:oost,noord&sort=name"})
	return err
}
