package store

import (
	"kring/base/fault"
	"kring/base/id"
)

// Once is what a program asked under a key, and what it was answered.
type Once struct {
	Holder   id.Record // the token, or the member who came by a session
	Name     string    // the key
	Request  []byte    // hash of what was asked
	Status   int
	Version  int64 // of the record that the answer shows; 0 when it shows none
	Location string
	Answer   string
	At       int64
}

// Once finds what was answered under a key.
func (v *View) Once(holder id.Record, name string) (o Once, err error) {
	defer fault.Wrap(&err, "store.Once")
	o.Holder, o.Name = holder, name
	err = v.row("SELECT request, status, version, location, answer, created_at FROM once WHERE org_id = ? AND holder = ? AND name = ?",
		[]any{v.org, holder, name}, &o.Request, &o.Status, &o.Version, &o.Location, &o.Answer, &o.At)
	return o, err
}

// AddOnce takes a key, before the deed; ErrTaken when another transaction did.
func (tx *Tx) AddOnce(o Once) (err error) {
	defer fault.Wrap(&err, "store.AddOnce")
	_, err = tx.exec("INSERT INTO once (org_id, holder, name, request, status, version, location, answer, created_at) VALUES ("+marks(9)+")",
		tx.org, o.Holder, o.Name, o.Request, o.Status, o.Version, o.Location, o.Answer, tx.now)
	return err
}

// SaveOnce writes down the answer under a key that AddOnce took.
func (tx *Tx) SaveOnce(o Once) (err error) {
	defer fault.Wrap(&err, "store.SaveOnce")
	return tx.change1("UPDATE once SET status = ?, version = ?, location = ?, answer = ? WHERE org_id = ? AND holder = ? AND name = ?",
		o.Status, o.Version, o.Location, o.Answer, tx.org, o.Holder, o.Name)
}

// EraseOnce forgets one key.
func (tx *Tx) EraseOnce(o Once) (err error) {
	defer fault.Wrap(&err, "store.EraseOnce")
	_, err = tx.exec("DELETE FROM once WHERE org_id = ? AND holder = ? AND name = ?", tx.org, o.Holder, o.Name)
	return err
}

// EraseOnceBefore forgets what was asked before an instant.
func (tx *Tx) EraseOnceBefore(at int64) (err error) {
	defer fault.Wrap(&err, "store.EraseOnceBefore")
	_, err = tx.exec("DELETE FROM once WHERE org_id = ? AND created_at < ?", tx.org, at)
	return err
}
