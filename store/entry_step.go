package store

import (
	"database/sql"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/entry"
)

// AddPending stores a step that waits for the next, and forgets those that
// waited too long.
func (tx *Tx) AddPending(p entry.Pending) (err error) {
	defer fault.Wrap(&err, "store.AddPending")
	if _, err := tx.exec("DELETE FROM pending WHERE until < ?", tx.now); err != nil {
		return err
	}
	_, err = tx.exec("INSERT INTO pending (hash, purpose, login_id, state, failed, until) VALUES (?, ?, ?, ?, 0, ?)",
		p.Hash, p.Purpose, p.Login, p.State, p.Until)
	return err
}

// Pending finds a waiting step that is not too late.
func (v *View) Pending(hash []byte, purpose string) (p entry.Pending, err error) {
	defer fault.Wrap(&err, "store.Pending(%s)", purpose)
	err = v.row("SELECT hash, purpose, login_id, state, failed, until FROM pending WHERE hash = ? AND purpose = ? AND until > ?",
		[]any{hash, purpose, v.now}, &p.Hash, &p.Purpose, &p.Login, &p.State, &p.Failed, &p.Until)
	return p, err
}

// UsePending takes a waiting step away; ErrStale when another was quicker.
func (tx *Tx) UsePending(hash []byte) (err error) {
	defer fault.Wrap(&err, "store.UsePending")
	return tx.change1("DELETE FROM pending WHERE hash = ? AND until > ?", hash, tx.now)
}

// ErasePending ends the waiting steps of a login.
func (tx *Tx) ErasePending(l id.Login) (err error) {
	defer fault.Wrap(&err, "store.ErasePending(%s)", l)
	_, err = tx.exec("DELETE FROM pending WHERE login_id = ?", l)
	return err
}

// UseCode notes that the code of this time step was used; ErrStale when it, or
// a later one, was used before.
func (tx *Tx) UseCode(l id.Login, step int64) (err error) {
	defer fault.Wrap(&err, "store.UseCode(%s)", l)
	return tx.change1("UPDATE login SET totp_step = ? WHERE id = ? AND (totp_step IS NULL OR totp_step < ?)", step, l, step)
}

// ForgetCodes lets a new secret begin with a clean slate.
func (tx *Tx) ForgetCodes(l id.Login) (err error) {
	defer fault.Wrap(&err, "store.ForgetCodes(%s)", l)
	_, err = tx.exec("UPDATE login SET totp_step = NULL WHERE id = ?", l)
	return err
}

// SaveRecovery replaces the recovery codes of a login by these hashes.
func (tx *Tx) SaveRecovery(l id.Login, hashes [][]byte) (err error) {
	defer fault.Wrap(&err, "store.SaveRecovery(%s)", l)
	if _, err := tx.exec("DELETE FROM recovery WHERE login_id = ?", l); err != nil {
		return err
	}
	for _, h := range hashes {
		if _, err := tx.exec("INSERT INTO recovery (login_id, hash) VALUES (?, ?)", l, h); err != nil {
			return err
		}
	}
	return nil
}

// UseRecovery takes a recovery code; ErrStale when there is no such.
func (tx *Tx) UseRecovery(l id.Login, hash []byte) (err error) {
	defer fault.Wrap(&err, "store.UseRecovery(%s)", l)
	return tx.change1("DELETE FROM recovery WHERE login_id = ? AND hash = ?", l, hash)
}

// RecoveryLeft counts the recovery codes that were not used.
func (v *View) RecoveryLeft(l id.Login) (n int64, err error) {
	defer fault.Wrap(&err, "store.RecoveryLeft(%s)", l)
	return n, v.row("SELECT count(*) FROM recovery WHERE login_id = ?", []any{l}, &n)
}

const passkeyColumns = "id, credential, login_id, name, record, created_at, used_at"

// AddPasskey stores a passkey; the fact is about the member.
func (tx *Tx) AddPasskey(p entry.Passkey, f fact.Fact) (_ entry.Passkey, err error) {
	defer fault.Wrap(&err, "store.AddPasskey")
	p.ID, p.CreatedAt = id.New[id.Passkey](), tx.now
	if _, err := tx.exec("INSERT INTO passkey ("+passkeyColumns+") VALUES (?, ?, ?, ?, ?, ?, ?)",
		p.ID, p.Credential, p.Login, p.Name, p.Record, p.CreatedAt, zeroNull(p.UsedAt)); err != nil {
		return p, err
	}
	return p, tx.fact(f)
}

// SavePasskey renames a passkey of its login.
func (tx *Tx) SavePasskey(p entry.Passkey, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.SavePasskey(%s)", p.ID)
	n, err := tx.exec("UPDATE passkey SET name = ? WHERE id = ? AND login_id = ?", p.Name, p.ID, p.Login)
	if err != nil || n == 0 {
		return either(err, ErrNotFound)
	}
	return tx.fact(f)
}

// SeenPasskey keeps the record with its new counter and the moment of a use;
// ErrStale when the passkey was used meanwhile. It is no deed: the session that
// begins is.
func (tx *Tx) SeenPasskey(p entry.Passkey, record string) (err error) {
	defer fault.Wrap(&err, "store.SeenPasskey(%s)", p.ID)
	return tx.change1("UPDATE passkey SET record = ?, used_at = ? WHERE id = ? AND login_id = ? AND record = ?", record, tx.now, p.ID, p.Login, p.Record)
}

// ErasePasskey removes a passkey of its login.
func (tx *Tx) ErasePasskey(p entry.Passkey, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.ErasePasskey(%s)", p.ID)
	n, err := tx.exec("DELETE FROM passkey WHERE id = ? AND login_id = ?", p.ID, p.Login)
	if err != nil || n == 0 {
		return either(err, ErrNotFound)
	}
	return tx.fact(f)
}

// Passkeys lists the passkeys of a login, oldest first.
func (v *View) Passkeys(l id.Login) (all []entry.Passkey, err error) {
	defer fault.Wrap(&err, "store.Passkeys(%s)", l)
	err = v.rows("SELECT "+passkeyColumns+" FROM passkey WHERE login_id = ? ORDER BY id LIMIT ?", []any{l, entry.MostPasskeys + 1}, func(rs *sql.Rows) error {
		var p entry.Passkey
		var used sql.NullInt64
		if err := rs.Scan(&p.ID, &p.Credential, &p.Login, &p.Name, &p.Record, &p.CreatedAt, &used); err != nil {
			return err
		}
		p.UsedAt = used.Int64
		all = append(all, p)
		return nil
	})
	return all, err
}

func either(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
