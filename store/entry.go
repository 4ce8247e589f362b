package store

import (
	"database/sql"
	"encoding/json"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/entry"
	"kring/domain/member"
	"kring/domain/organisation"
)

// Visit is what a session or a token leads to, read in one statement: who
// comes in, for which organisation.
type Visit struct {
	Session entry.Session // when by session
	Token   entry.Token   // when by token
	Member  member.Member
	Org     organisation.Organisation
}

// Met is who came in, with the teams whose records they see.
type Met struct {
	Visit Visit
	Teams []id.Team
}

// mostMet bounds what a connection remembers.
const mostMet = 1000

// Meet gives what read found for a secret before on this connection, as long as
// nobody committed anything to the database since: not this process and not
// another. So whoever is disabled is out at once, and reading after reading
// costs one statement less, or two. name tells kinds of secrets apart.
func (v *View) Meet(name string, read func() (Met, error)) (m Met, err error) {
	defer fault.Wrap(&err, "store.Meet")
	if v.d.moved == "" {
		return read()
	}
	var now int64
	if err := v.one(v.d.moved, nil, func(row func(...any) error) error { return row(&now) }); err != nil {
		return m, err
	}
	if now != v.c.at || v.c.met == nil || len(v.c.met) >= mostMet {
		v.c.met, v.c.at = map[string]Met{}, now
	}
	if m, ok := v.c.met[name]; ok {
		return m, nil
	}
	if m, err = read(); err == nil {
		v.c.met[name] = m
	}
	return m, err
}

const visitColumns = `m.id, m.version, m.login_id, m.name, m.email, m.role, m.team_id, m.state, m.locale, m.settings, m.created_at,
	o.id, o.version, o.name, o.settings, o.created_at`

func (vi *Visit) into(extra ...any) ([]any, func() error) {
	var role, state, memberSettings, orgSettings string
	m, o := &vi.Member, &vi.Org
	dest := append([]any{&m.ID, &m.Version, &m.Login, &m.Name, &m.Email, &role, &m.Team, &state, &m.Locale, &memberSettings, &m.CreatedAt,
		&o.ID, &o.Version, &o.Name, &orgSettings, &o.CreatedAt}, extra...)
	return dest, func() error {
		m.Role, m.State = member.Role(role), member.State(state)
		if err := json.Unmarshal([]byte(memberSettings), &m.Settings); err != nil {
			return err
		}
		return json.Unmarshal([]byte(orgSettings), &o.Settings)
	}
}

// VisitBySession finds who a session cookie belongs to.
func (v *View) VisitBySession(hash []byte) (vi Visit, err error) {
	s := &vi.Session
	dest, done := vi.into(&s.Hash, &s.Login, &s.Org, &s.Member, &s.CreatedAt, &s.SeenAt, &s.Until, &s.Agent, &s.Address, &s.Proof)
	err = v.row(`SELECT `+visitColumns+`, s.hash, s.login_id, s.org_id, s.member_id, s.created_at, s.seen_at, s.until, s.agent, s.address, s.proof
		FROM session s
		JOIN member m ON m.org_id = s.org_id AND m.id = s.member_id
		JOIN organisation o ON o.id = s.org_id
		WHERE s.hash = ?`, []any{hash}, dest...)
	if err != nil {
		return vi, err
	}
	return vi, done()
}

const visitByToken = `SELECT ` + visitColumns + `, t.id, t.hash, t.org_id, t.member_id, t.name, t.hint, t.created_at, t.used_at, t.until
	FROM token t
	JOIN member m ON m.org_id = t.org_id AND m.id = t.member_id
	JOIN organisation o ON o.id = t.org_id
	WHERE t.hash = ?`

// VisitByToken finds who an API token belongs to.
func (v *View) VisitByToken(hash []byte) (vi Visit, err error) {
	t := &vi.Token
	var used, until sql.NullInt64
	dest, done := vi.into(&t.ID, &t.Hash, &t.Org, &t.Member, &t.Name, &t.Hint, &t.CreatedAt, &used, &until)
	err = v.row(visitByToken, []any{hash}, dest...)
	if err != nil {
		return vi, err
	}
	t.UsedAt, t.Until = used.Int64, until.Int64
	return vi, done()
}

// AddLogin stores someone who can sign in.
func (tx *Tx) AddLogin(l entry.Login) (_ entry.Login, err error) {
	defer fault.Wrap(&err, "store.AddLogin")
	l.ID, l.Version, l.CreatedAt = id.New[id.Login](), 1, tx.now
	_, err = tx.exec("INSERT INTO login (id, version, email, password, totp, created_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		l.ID, l.Version, l.Email, null(l.Password), null(l.TOTP), l.CreatedAt, tx.now)
	return l, err
}

// SaveLogin stores a changed login; the fact is about the member in this
// organisation.
func (tx *Tx) SaveLogin(l entry.Login, f fact.Fact) (_ entry.Login, err error) {
	defer fault.Wrap(&err, "store.SaveLogin(%s)", l.ID)
	if err := tx.change1("UPDATE login SET version = version + 1, email = ?, password = ?, totp = ?, changed_at = ? WHERE id = ? AND version = ?",
		l.Email, null(l.Password), null(l.TOTP), tx.now, l.ID, l.Version); err != nil {
		return l, err
	}
	l.Version++
	return l, tx.fact(f)
}

const loginColumns = "id, version, email, password, totp, created_at"

// LoginByEmail finds a login by its normalised address.
func (v *View) LoginByEmail(email string) (_ entry.Login, err error) {
	defer fault.Wrap(&err, "store.LoginByEmail")
	return v.login("email = ?", email)
}

// Login is one login.
func (v *View) Login(i id.Login) (_ entry.Login, err error) {
	defer fault.Wrap(&err, "store.Login(%s)", i)
	return v.login("id = ?", i)
}

func (v *View) login(cond string, arg any) (l entry.Login, err error) {
	var password, totp sql.NullString
	err = v.row("SELECT "+loginColumns+" FROM login WHERE "+cond, []any{arg}, &l.ID, &l.Version, &l.Email, &password, &totp, &l.CreatedAt)
	l.Password, l.TOTP = password.String, totp.String
	return l, err
}

// Memberships lists the organisations of a login and who it is there.
func (v *View) Memberships(l id.Login) (all []entry.Session, err error) {
	defer fault.Wrap(&err, "store.Memberships(%s)", l)
	err = v.rows("SELECT org_id, member_id FROM membership WHERE login_id = ? ORDER BY org_id LIMIT 100", []any{l}, func(rs *sql.Rows) error {
		s := entry.Session{Login: l}
		if err := rs.Scan(&s.Org, &s.Member); err != nil {
			return err
		}
		all = append(all, s)
		return nil
	})
	return all, err
}

// AddSession stores a signed-in device.
func (tx *Tx) AddSession(s entry.Session, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.AddSession")
	if _, err := tx.exec(`INSERT INTO session (hash, login_id, org_id, member_id, created_at, seen_at, until, agent, address, proof)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		s.Hash, s.Login, s.Org, s.Member, tx.now, tx.now, s.Until, s.Agent, s.Address, s.Proof); err != nil {
		return err
	}
	return tx.fact(f)
}

// SeenSession writes when a session was last seen, and until when it lives on.
// It is no deed, so no fact.
func (tx *Tx) SeenSession(hash []byte, until int64) error {
	_, err := tx.exec("UPDATE session SET seen_at = ?, until = ? WHERE hash = ?", tx.now, until, hash)
	return err
}

// SeenToken writes when a token was last used.
func (tx *Tx) SeenToken(i id.Token) error {
	_, err := tx.exec("UPDATE token SET used_at = ? WHERE id = ?", tx.now, i)
	return err
}

// Sessions lists the devices of a login, latest first.
func (v *View) Sessions(l id.Login) (all []entry.Session, err error) {
	defer fault.Wrap(&err, "store.Sessions(%s)", l)
	err = v.rows(`SELECT hash, login_id, org_id, member_id, created_at, seen_at, until, agent, address, proof
		FROM session WHERE login_id = ? AND until > ? ORDER BY created_at DESC LIMIT 100`, []any{l, v.now}, func(rs *sql.Rows) error {
		var s entry.Session
		if err := rs.Scan(&s.Hash, &s.Login, &s.Org, &s.Member, &s.CreatedAt, &s.SeenAt, &s.Until, &s.Agent, &s.Address, &s.Proof); err != nil {
			return err
		}
		all = append(all, s)
		return nil
	})
	return all, err
}

// EraseSession ends one session of a login; ErrNotFound when it has no such.
func (tx *Tx) EraseSession(l id.Login, hash []byte) (err error) {
	defer fault.Wrap(&err, "store.EraseSession")
	n, err := tx.exec("DELETE FROM session WHERE login_id = ? AND hash = ?", l, hash)
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	return err
}

// EraseSessions ends all sessions of a login but the one kept (nil keeps none),
// in one organisation or, when org is zero, in all.
func (tx *Tx) EraseSessions(l id.Login, org id.Org, kept []byte) (err error) {
	defer fault.Wrap(&err, "store.EraseSessions(%s)", l)
	if kept == nil {
		kept = []byte{}
	}
	if org.IsZero() {
		_, err = tx.exec("DELETE FROM session WHERE login_id = ? AND hash <> ?", l, kept)
	} else {
		_, err = tx.exec("DELETE FROM session WHERE login_id = ? AND org_id = ? AND hash <> ?", l, org, kept)
	}
	return err
}

// EraseOldSessions forgets the sessions that ended by themselves.
func (tx *Tx) EraseOldSessions() (err error) {
	defer fault.Wrap(&err, "store.EraseOldSessions")
	_, err = tx.exec("DELETE FROM session WHERE until < ?", tx.now)
	return err
}

// AddToken stores an API token's hash.
func (tx *Tx) AddToken(t entry.Token, f fact.Fact) (_ entry.Token, err error) {
	defer fault.Wrap(&err, "store.AddToken")
	t.ID, t.Org, t.CreatedAt = id.New[id.Token](), tx.org, tx.now
	if _, err := tx.exec("INSERT INTO token (id, hash, org_id, member_id, name, hint, created_at, until) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		t.ID, t.Hash, t.Org, t.Member, t.Name, t.Hint, t.CreatedAt, zeroNull(t.Until)); err != nil {
		return t, err
	}
	f.Kind, f.Subject, f.Label = fact.Token, t.ID.Any(), t.Name
	return t, tx.fact(f)
}

// EraseToken revokes a token of this organisation.
func (tx *Tx) EraseToken(t entry.Token, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.EraseToken(%s)", t.ID)
	if err := tx.change1("DELETE FROM token WHERE org_id = ? AND id = ?", tx.org, t.ID); err != nil {
		return err
	}
	f.Kind, f.Subject, f.Label = fact.Token, t.ID.Any(), t.Name
	return tx.fact(f)
}

// EraseTokens revokes all tokens of a member.
func (tx *Tx) EraseTokens(m id.Member) (err error) {
	defer fault.Wrap(&err, "store.EraseTokens(%s)", m)
	_, err = tx.exec("DELETE FROM token WHERE org_id = ? AND member_id = ?", tx.org, m)
	return err
}

// Tokens lists a member's tokens.
func (v *View) Tokens(m id.Member) (all []entry.Token, err error) {
	defer fault.Wrap(&err, "store.Tokens(%s)", m)
	w := v.where("").and("member_id = ?", m)
	err = v.rows("SELECT id, org_id, member_id, name, hint, created_at, used_at, until FROM token"+w.String()+" ORDER BY id LIMIT 200", w.args, func(rs *sql.Rows) error {
		var t entry.Token
		var used, until sql.NullInt64
		if err := rs.Scan(&t.ID, &t.Org, &t.Member, &t.Name, &t.Hint, &t.CreatedAt, &used, &until); err != nil {
			return err
		}
		t.UsedAt, t.Until = used.Int64, until.Int64
		all = append(all, t)
		return nil
	})
	return all, err
}

// AddLink stores an invitation or a reset and ends this organisation's earlier
// ones for the same login.
func (tx *Tx) AddLink(l entry.Link, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.AddLink")
	if err := tx.EraseLinks(l.Login); err != nil {
		return err
	}
	if _, err := tx.exec("INSERT INTO link (hash, purpose, login_id, org_id, created_at, until) VALUES (?, ?, ?, ?, ?, ?)",
		l.Hash, l.Purpose, l.Login, tx.org, tx.now, l.Until); err != nil {
		return err
	}
	return tx.fact(f)
}

// Link finds a link by its hash, used and expired ones too.
func (v *View) Link(hash []byte) (l entry.Link, err error) {
	defer fault.Wrap(&err, "store.Link")
	var used sql.NullInt64
	err = v.row("SELECT hash, purpose, login_id, org_id, created_at, until, used_at FROM link WHERE hash = ?", []any{hash},
		&l.Hash, &l.Purpose, &l.Login, &l.Org, &l.CreatedAt, &l.Until, &used)
	l.UsedAt = used.Int64
	return l, err
}

// EraseLinks ends this organisation's open invitations and resets of a login.
func (tx *Tx) EraseLinks(l id.Login) (err error) {
	defer fault.Wrap(&err, "store.EraseLinks(%s)", l)
	_, err = tx.exec("DELETE FROM link WHERE login_id = ? AND org_id = ? AND used_at IS NULL", l, tx.org)
	return err
}

// UseLink marks a link as used; ErrStale when another was quicker.
func (tx *Tx) UseLink(hash []byte) (err error) {
	defer fault.Wrap(&err, "store.UseLink")
	return tx.change1("UPDATE link SET used_at = ? WHERE hash = ? AND used_at IS NULL AND until > ?", tx.now, hash, tx.now)
}

// AddAttempt counts an attempt and says how many there were, this one
// included; the window begins at the first.
func (tx *Tx) AddAttempt(name string, window int64) (count int64, err error) {
	defer fault.Wrap(&err, "store.AddAttempt")
	if _, err := tx.exec(`INSERT INTO attempt (name, failed, since, until) VALUES (?, 1, ?, ?)
		ON CONFLICT (name) DO UPDATE SET
			failed = CASE WHEN attempt.until > excluded.since THEN attempt.failed + 1 ELSE 1 END,
			until = CASE WHEN attempt.until > excluded.since THEN attempt.until ELSE excluded.until END,
			since = CASE WHEN attempt.until > excluded.since THEN attempt.since ELSE excluded.since END`,
		name, tx.now, tx.now+window); err != nil {
		return 0, err
	}
	return count, tx.row("SELECT failed FROM attempt WHERE name = ?", []any{name}, &count)
}

// TakeBackAttempt uncounts one attempt that did not fail.
func (tx *Tx) TakeBackAttempt(name string) (err error) {
	defer fault.Wrap(&err, "store.TakeBackAttempt")
	_, err = tx.exec("UPDATE attempt SET failed = failed - 1 WHERE name = ? AND failed > 0", name)
	return err
}

// EraseAttempts forgets the failures of a name, and all that are past.
func (tx *Tx) EraseAttempts(name string) (err error) {
	defer fault.Wrap(&err, "store.EraseAttempts")
	_, err = tx.exec("DELETE FROM attempt WHERE name = ? OR until < ?", name, tx.now)
	return err
}

// Fact records a deed that changes no row of its own.
func (tx *Tx) Fact(f fact.Fact) error { return tx.fact(f) }

func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func zeroNull(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}
