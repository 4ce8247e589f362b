package app_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"

	"kring/app"
	"kring/base/id"
	"kring/domain/entry"
	"kring/domain/member"
	"kring/kit"
	"kring/store"
)

// authenticator is somebody's finger and the chip behind it.
type authenticator struct {
	*house
	key     *ecdsa.PrivateKey
	name    []byte
	handle  string
	counter uint32
	flags   byte // of the person: 1 present, 4 verified
}

func newAuthenticator(h *house) *authenticator {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	h.must(err)
	a := &authenticator{house: h, key: key, name: make([]byte, 16), flags: 1 | 4}
	rand.Read(a.name) //nolint:errcheck // never fails
	return a
}

func (a *authenticator) options(c app.Ceremony) (challenge, rp, user string) {
	a.Helper()
	var o struct {
		PublicKey struct {
			Challenge string `json:"challenge"`
			RPID      string `json:"rpId"`
			RP        struct {
				ID string `json:"id"`
			} `json:"rp"`
			User struct {
				ID string `json:"id"`
			} `json:"user"`
		} `json:"publicKey"`
	}
	a.must(json.Unmarshal(c.Options, &o))
	return o.PublicKey.Challenge, o.PublicKey.RPID + o.PublicKey.RP.ID, o.PublicKey.User.ID
}

func (a *authenticator) client(kind, challenge, origin string) []byte {
	b, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false})
	a.must(err)
	return b
}

func (a *authenticator) data(rp string, flags byte) []byte {
	hash := sha256.Sum256([]byte(rp))
	return binary.BigEndian.AppendUint32(append(hash[:], flags), a.counter)
}

var b64 = base64.RawURLEncoding

func (a *authenticator) answer(response map[string]string) []byte {
	b, err := json.Marshal(map[string]any{"id": b64.EncodeToString(a.name), "rawId": b64.EncodeToString(a.name), "type": "public-key",
		"response": response, "clientExtensionResults": map[string]any{}})
	a.must(err)
	return b
}

// make answers a registration.
func (a *authenticator) make(c app.Ceremony, origin string) []byte {
	a.Helper()
	challenge, rp, user := a.options(c)
	a.handle = user
	pub, err := a.key.PublicKey.ECDH()
	a.must(err)
	point := pub.Bytes() // 4, x, y
	cose, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	a.must(err)
	data := append(a.data(rp, a.flags|0x40), make([]byte, 16)...)
	data = binary.BigEndian.AppendUint16(data, uint16(len(a.name)))
	data = append(append(data, a.name...), cose...)
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	a.must(err)
	return a.answer(map[string]string{"clientDataJSON": b64.EncodeToString(a.client("webauthn.create", challenge, origin)), "attestationObject": b64.EncodeToString(object)})
}

// use answers a sign-in.
func (a *authenticator) use(c app.Ceremony, origin string) []byte {
	a.Helper()
	challenge, rp, _ := a.options(c)
	a.counter++
	client, data := a.client("webauthn.get", challenge, origin), a.data(rp, a.flags)
	clientHash := sha256.Sum256(client)
	hash := sha256.Sum256(append(append([]byte{}, data...), clientHash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, hash[:])
	a.must(err)
	return a.answer(map[string]string{"clientDataJSON": b64.EncodeToString(client), "authenticatorData": b64.EncodeToString(data),
		"signature": b64.EncodeToString(signature), "userHandle": a.handle})
}

func TestPasskey(t *testing.T) {
	t.Parallel()
	const at = "https://kring.example"
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		h := newHouse(t, db, clock, at)
		ctx := h.Context()
		els := h.colleague("Els", "els@brandt.example", member.Service, id.Team{})
		finger := newAuthenticator(h)

		_, err := h.a.OfferPasskey(ctx, els, "fout fout fout", at)
		h.refused(err, entry.ErrPassword)
		offer := func(who app.Who, word string) app.Ceremony {
			h.Helper()
			c, err := h.a.OfferPasskey(ctx, who, word, at)
			h.must(err)
			return c
		}
		c := offer(els, "vlinders boven het veld")
		_, err = h.a.AddPasskey(ctx, h.admin, c.Ticket, "Telefoon", at, finger.make(c, at)) // somebody else's ticket
		h.refused(err, entry.ErrPasskey)
		_, err = h.a.AddPasskey(ctx, els, c.Ticket, "Telefoon", at, finger.make(c, at)) // used up by that
		h.refused(err, entry.ErrStep)
		c = offer(els, "vlinders boven het veld")
		_, err = h.a.AddPasskey(ctx, els, c.Ticket, "Telefoon", at, finger.make(c, "https://boef.example"))
		h.refused(err, entry.ErrPasskey)
		c = offer(els, "vlinders boven het veld")
		_, err = h.a.AddPasskey(ctx, els, c.Ticket, " ", at, finger.make(c, at))
		h.refused(err, entry.ErrPasskeyName)
		p, err := h.a.AddPasskey(ctx, els, c.Ticket, "Telefoon", at, finger.make(c, at))
		h.must(err)
		c = offer(els, "vlinders boven het veld")
		_, err = h.a.AddPasskey(ctx, els, c.Ticket, "Nog eens", at, finger.make(c, at))
		h.refused(err, store.ErrTaken)

		in := func(a *authenticator, origin string) (app.Pass, error) {
			h.Helper()
			c, err := h.a.OfferSignIn(ctx, at, desk)
			h.must(err)
			return h.a.SignInByPasskey(ctx, c.Ticket, at, a.use(c, origin), desk)
		}
		pass, err := in(finger, at)
		h.must(err)
		if who := h.visit(pass.Session); who.Member.ID != els.Member.ID || who.Proof != "passkey" {
			h.Fatalf("came in as %+v by %s", who.Member, who.Proof)
		}
		_, err = in(finger, "https://boef.example")
		h.refused(err, entry.ErrPasskey)
		_, err = in(newAuthenticator(h), at)
		h.refused(err, entry.ErrPasskey)
		thief := newAuthenticator(h) // knows the name and the handle, not the key
		thief.name, thief.handle, thief.counter = finger.name, finger.handle, 100
		_, err = in(thief, at)
		h.refused(err, entry.ErrPasskey)
		finger.flags = 1 // present, but no finger, face or PIN
		_, err = in(finger, at)
		h.refused(err, entry.ErrPasskey)
		finger.flags = 1 | 4

		// An answer works once; a challenge does not last.
		c, err = h.a.OfferSignIn(ctx, at, desk)
		h.must(err)
		answer := finger.use(c, at)
		_, err = h.a.SignInByPasskey(ctx, c.Ticket, at, answer, desk)
		h.must(err)
		_, err = h.a.SignInByPasskey(ctx, c.Ticket, at, answer, desk)
		h.refused(err, entry.ErrStep)
		c, err = h.a.OfferSignIn(ctx, at, desk)
		h.must(err)
		_, err = h.a.SignInByPasskey(ctx, c.Ticket, at, answer, desk) // an old answer to a new question
		h.refused(err, entry.ErrPasskey)
		c, err = h.a.OfferSignIn(ctx, at, desk)
		h.must(err)
		clock.Advance(11 * time.Minute)
		_, err = h.a.SignInByPasskey(ctx, c.Ticket, at, finger.use(c, at), desk)
		h.refused(err, entry.ErrStep)

		// A counter that goes back: somebody copied the key.
		copied := *finger
		copied.counter = 0
		_, err = in(&copied, at)
		h.refused(err, entry.ErrPasskey)
		_, err = in(finger, at)
		h.must(err)

		h.must(h.a.RenamePasskey(ctx, els, p.ID, "Telefoon van Els"))
		h.refused(h.a.RenamePasskey(ctx, h.admin, p.ID, "Van mij"), store.ErrNotFound)
		h.refused(h.a.ErasePasskey(ctx, h.admin, p.ID), store.ErrNotFound)
		s, err := h.a.Security(ctx, els)
		h.must(err)
		if len(s.Passkeys) != 1 || s.Passkeys[0].Name != "Telefoon van Els" || s.Passkeys[0].UsedAt == 0 {
			h.Fatalf("passkeys %+v", s.Passkeys)
		}
		_, err = h.a.Disable(ctx, h.admin, els.Member.ID, els.Member.Version)
		h.must(err)
		_, err = in(finger, at)
		h.refused(err, entry.ErrRefused)
		m, err := h.a.Member(ctx, h.admin, els.Member.ID)
		h.must(err)
		_, err = h.a.Enable(ctx, h.admin, m.ID, m.Version)
		h.must(err)
		els = h.in("els@brandt.example", "vlinders boven het veld")
		h.must(h.a.ErasePasskey(ctx, els, p.ID))
		_, err = in(finger, at)
		h.refused(err, entry.ErrPasskey)

		// A program makes no passkeys.
		_, secret, err := h.a.AddToken(ctx, els, "kassa", 0)
		h.must(err)
		program, err := h.a.Program(ctx, secret)
		h.must(err)
		_, err = h.a.OfferPasskey(ctx, program, "vlinders boven het veld", at)
		h.refused(err, app.ErrDenied)
	})
}

func TestPasskeyPlace(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		address, origin string
		works           bool
	}{
		{"", "https://kring.example", true},
		{"", "http://localhost:7400", true},
		{"http://127.0.0.1:7400", "http://localhost:7400", true},
		{"http://127.0.0.1:7400", "http://127.0.0.1:7400", false},
		{"http://[::]:7400", "http://192.0.2.7:7400", false},
		{"http://[::]:7400", "http://kring.local:7400", false},
		{"https://kring.example", "http://anders.example", true}, // what was set counts, not what a visitor says
		{"http://kring.example", "http://kring.example", false},
	} {
		a := app.New(nil, app.Config{Address: test.address})
		if got := a.PasskeysAt(test.origin); got != test.works {
			t.Errorf("%s at %s: %t", test.origin, test.address, got)
		}
		if test.works {
			continue
		}
		if _, err := a.OfferSignIn(t.Context(), test.origin, desk); !errors.Is(err, entry.ErrPasskeyPlace) {
			t.Errorf("%s at %s: %v", test.origin, test.address, err)
		}
	}
}
