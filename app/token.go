package app

import (
	"context"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/domain/entry"
	"kring/domain/member"
	"kring/store"
)

var (
	// ErrTokenName says that a token needs a name.
	ErrTokenName = fault.New(fault.Invalid, "token.name", "a token needs a name of at most 120 characters")
	// ErrTokenUntil says that a token ends in the past.
	ErrTokenUntil = fault.New(fault.Invalid, "token.until", "a token ends in the future, or never")
	// ErrTokenMost says that a member has tokens enough.
	ErrTokenMost = fault.New(fault.Conflict, "token.most", "revoke a token first; 50 is the most")
)

// AddToken makes an API token for who, until an instant or, when it is 0,
// until it is revoked; the secret is shown once. A token makes no tokens: who
// revokes it must be rid of it.
func (a *App) AddToken(ctx context.Context, who Who, name string, until int64) (t entry.Token, secret string, err error) {
	if !who.Token.IsZero() {
		return t, "", ErrDenied
	}
	fs := fault.Fields{}
	if name, err = fold.Clean(name, member.MaxName); err != nil || name == "" {
		fs.Add("name", ErrTokenName)
	}
	if until != 0 && until <= a.Now() {
		fs.Add("until", ErrTokenUntil)
	}
	if err := fs.Err(); err != nil {
		return t, "", err
	}
	secret, hash := newSecret("kring_")
	t = entry.Token{Hash: hash, Member: who.Member.ID, Name: name, Hint: secret[len(secret)-4:], Until: until}
	err = a.write(ctx, who, member.Self, func(tx *store.Tx) error {
		all, err := tx.Tokens(who.Member.ID)
		if err != nil || len(all) >= entry.MostTokens {
			return either(err, ErrTokenMost)
		}
		t, err = tx.AddToken(t, fact.Fact{Deed: "token.made"})
		return err
	})
	if err != nil {
		return t, "", err
	}
	return t, secret, nil
}

// Tokens lists a member's API tokens: one's own, or anybody's for who manages
// members.
func (a *App) Tokens(ctx context.Context, who Who, m id.Member) (all []entry.Token, err error) {
	err = a.peek(ctx, who, ofMember(who, m), func(v *store.View) error {
		all, err = v.Tokens(m)
		return err
	})
	return all, err
}

// EraseToken revokes a member's token; it stops working at once.
func (a *App) EraseToken(ctx context.Context, who Who, m id.Member, t id.Token) error {
	return a.write(ctx, who, ofMember(who, m), func(tx *store.Tx) error {
		all, err := tx.Tokens(m)
		if err != nil {
			return err
		}
		for _, have := range all {
			if have.ID == t {
				return tx.EraseToken(have, fact.Fact{Deed: "token.revoked"})
			}
		}
		return store.ErrNotFound
	})
}

func ofMember(who Who, m id.Member) member.Right {
	if m == who.Member.ID {
		return member.Self
	}
	return member.MemberManage
}
