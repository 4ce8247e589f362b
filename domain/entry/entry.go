// Package entry has the rules of coming in: what a password must be, how long
// a session, a link and a lock last. How secrets are hashed and compared is
// app's business.
package entry

import (
	"strings"
	"unicode/utf8"

	"kring/base/fault"
	"kring/base/id"
)

// Login is someone who can sign in; a member of one or more organisations.
type Login struct {
	ID        id.Login
	Version   int64
	Email     string // normalised; unique
	Password  string // argon2id in PHC form; "" when never set
	TOTP      string // secret, "" when off
	CreatedAt int64
}

// Passkey is a key pair of which we hold the public half.
type Passkey struct {
	ID         id.Passkey
	Credential []byte // the authenticator's own name for it
	Login      id.Login
	Name       string
	Record     string // the library's record, JSON
	CreatedAt  int64
	UsedAt     int64 // 0 when never
}

// Pending is a step of coming in that waits for the next one.
type Pending struct {
	Hash    []byte
	Purpose string // totp, totp_add, passkey_add, passkey_in, provider
	Login   id.Login
	State   string // what the next step must know, JSON
	Failed  int64
	Until   int64
}

// Session is one signed-in device.
type Session struct {
	Hash      []byte // SHA-256 of what the cookie holds
	Login     id.Login
	Org       id.Org
	Member    id.Member
	CreatedAt int64
	SeenAt    int64
	Until     int64
	Agent     string // the browser, as it names itself, cut short
	Address   string
	Proof     string // password, password+totp, passkey, oidc
}

// Token lets a program in as a member.
type Token struct {
	ID        id.Token  `json:"id"`
	Hash      []byte    `json:"-"` // SHA-256 of what was shown once
	Org       id.Org    `json:"-"`
	Member    id.Member `json:"member"`
	Name      string    `json:"name"`
	Hint      string    `json:"hint"` // its last four characters
	CreatedAt int64     `json:"created_at"`
	UsedAt    int64     `json:"used_at"` // 0 when never
	Until     int64     `json:"until"`   // 0 when without end
}

// Link is a single-use way in: an invitation or a password reset.
type Link struct {
	Hash      []byte
	Purpose   string // invite, reset
	Login     id.Login
	Org       id.Org
	CreatedAt int64
	Until     int64
	UsedAt    int64
}

// How long things last, in milliseconds (HOUSE).
const (
	minute        = int64(60_000)
	SessionIdle   = 14 * 24 * 60 * minute // unseen for so long ends a session
	SessionMost   = 60 * 24 * 60 * minute // however often it is seen
	InviteLasts   = 7 * 24 * 60 * minute
	ResetLasts    = 60 * minute
	SeenEvery     = 5 * minute // how often "last seen" is written
	AttemptWindow = 15 * minute
	StepLasts     = 10 * minute // between one step of coming in and the next
	CodeLasts     = minute / 2  // a TOTP code (RFC 6238)
)

// How many sign-ins may fail within AttemptWindow before the door stays shut
// for the rest of it: per account, and per address (an office shares one). A
// code of six digits is guessed sooner than a password, so it gets fewer.
const (
	MostPerAccount = 10
	MostPerAddress = 50
	MostPerCode    = 5
)

// How much of it there is.
const (
	RecoveryCodes = 10
	MostPasskeys  = 20
	MostTokens    = 50
)

var (
	// ErrRefused is the one answer to a wrong address, a wrong password and a
	// disabled member: it never says which.
	ErrRefused = fault.New(fault.Unknown, "entry.refused", "this address and password do not belong together")
	// ErrTooOften says that the door stays shut for a while.
	ErrTooOften = fault.New(fault.Busy, "entry.too_often", "too many attempts; wait a quarter of an hour")
	// ErrLink says that a link was used, has expired or never was.
	ErrLink = fault.New(fault.NotFound, "entry.link", "this link was used already or has expired")
	// ErrShort says that a password is too short.
	ErrShort = fault.New(fault.Invalid, "entry.short", "a password has at least 10 characters")
	// ErrLong says that a password is too long.
	ErrLong = fault.New(fault.Invalid, "entry.long", "a password has at most 200 characters")
	// ErrGuessable says that a password is too easy to guess.
	ErrGuessable = fault.New(fault.Invalid, "entry.guessable", "this password is too easy to guess")
	// ErrPassword says that the password asked once more is not the one.
	ErrPassword = fault.New(fault.Invalid, "entry.password", "this is not your password")
	// ErrCode says that a code is wrong or was used already.
	ErrCode = fault.New(fault.Invalid, "entry.code", "this code is not right, or was used already")
	// ErrStep says that the first step of signing in is too long ago.
	ErrStep = fault.New(fault.Unknown, "entry.step", "this took too long; begin again")
	// ErrTwoStep says that two-step verification is on, or off, already.
	ErrTwoStep = fault.New(fault.Conflict, "entry.two_step", "two-step verification is in that state already")
	// ErrPasskey says that a passkey was not accepted.
	ErrPasskey = fault.New(fault.Unknown, "entry.passkey", "this passkey is not known here")
	// ErrPasskeyMost says that there are passkeys enough.
	ErrPasskeyMost = fault.New(fault.Conflict, "entry.passkey_most", "remove a passkey first; 20 is the most")
	// ErrPasskeyPlace says that passkeys do not work at this address.
	ErrPasskeyPlace = fault.New(fault.Conflict, "entry.passkey_place", "passkeys need a name with https, or localhost on this machine")
	// ErrPasskeyName says that a passkey needs a name.
	ErrPasskeyName = fault.New(fault.Invalid, "entry.passkey_name", "a passkey needs a name of at most 120 characters")
	// ErrProvider says that somebody else's sign-in page did not answer as agreed.
	ErrProvider = fault.New(fault.Busy, "entry.provider", "the sign-in page elsewhere did not answer as agreed; use your password or try again")
	// ErrUnverified says that the provider does not vouch for the address.
	ErrUnverified = fault.New(fault.Denied, "entry.unverified", "your provider has not verified your e-mail address")
	// ErrStranger says that the provider's visitor is no member here.
	ErrStranger = fault.New(fault.Denied, "entry.stranger", "you are no member here; ask your administrator to invite you")
	// ErrShared says that a login belongs to other organisations too.
	ErrShared = fault.New(fault.Denied, "entry.shared", "this person also works for another organisation and keeps their own password")
	// ErrVisitor says that nobody is signed in.
	ErrVisitor = fault.New(fault.Unknown, "entry.visitor", "sign in first")
)

// CheckPassword follows NIST SP 800-63B §5.1.1.2: length and not guessable;
// no rules about kinds of characters.
func CheckPassword(password, email, name string) error {
	switch n := utf8.RuneCountInString(password); {
	case n < 10:
		return ErrShort
	case n > 200:
		return ErrLong
	}
	low := strings.ToLower(password)
	user, _, _ := strings.Cut(strings.ToLower(email), "@")
	if len(user) >= 4 && strings.Contains(low, user) || strings.Contains(low, "kring") && len(low) < 14 {
		return ErrGuessable
	}
	for _, part := range strings.Fields(strings.ToLower(name)) {
		if len(part) >= 4 && strings.Contains(low, part) && len(low) < 14 {
			return ErrGuessable
		}
	}
	if repeats(low) {
		return ErrGuessable
	}
	for _, common := range guessable {
		if strings.Contains(low, common) && utf8.RuneCountInString(low) < len(common)+4 {
			return ErrGuessable
		}
	}
	return nil
}

// repeats finds aaaaaaaaaa, abababab… and 1234567890, abcdefghij.
func repeats(s string) bool {
	rs := []rune(s)
	for period := 1; period <= 3; period++ {
		same := true
		for i := period; i < len(rs) && same; i++ {
			same = rs[i] == rs[i-period]
		}
		if same {
			return true
		}
	}
	run := true
	for i := 1; i < len(rs) && run; i++ {
		run = rs[i] == rs[i-1]+1 || rs[i] == rs[i-1]-1 || rs[i] == '0' && rs[i-1] == '9'
	}
	return run
}

// guessable are the commonest passwords of ten characters and more, and the
// Dutch ones that guessing lists begin with.
var guessable = []string{
	"1234567890", "0987654321", "password", "passw0rd", "wachtwoord", "welkom", "qwertyuiop", "qwerty123", "azertyuiop",
	"letmein", "iloveyou", "administrator", "changeme", "sinterklaas", "voetbal", "ajax", "feyenoord", "amsterdam",
	"rotterdam", "nederland", "zomer20", "winter20", "lente20", "herfst20", "geheim", "abc123", "1q2w3e4r", "qazwsx",
}
