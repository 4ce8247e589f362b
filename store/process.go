package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/process"
)

// Processes are the processes of the organisation: its own, and the standard ones
// that it did not change, in the order of a menu.
func (v *View) Processes() (all []process.Process, err error) {
	defer fault.Wrap(&err, "store.Processes")
	own := map[id.Process]process.Process{}
	w := v.where("p")
	err = v.rows(`SELECT p.id, p.version, p.key, p.number, p.active, p.created_at, p.updated_at, x.body FROM process p
		JOIN process_version x ON x.org_id = p.org_id AND x.process_id = p.id AND x.number = p.number`+w.String()+" ORDER BY p.id LIMIT 200", w.args, func(rs *sql.Rows) error {
		var p process.Process
		var body string
		if err := rs.Scan(&p.ID, &p.Version, &p.Key, &p.Number, &p.On, &p.Created, &p.Updated, &body); err != nil {
			return err
		}
		own[p.ID] = p
		all = append(all, p)
		return json.Unmarshal([]byte(body), &all[len(all)-1].Template)
	})
	if err != nil {
		return nil, err
	}
	var found []process.Process
	for _, p := range process.Standard() {
		if _, there := own[p.ID]; there {
			at := slices.IndexFunc(all, func(o process.Process) bool { return o.ID == p.ID })
			p = all[at]
			all = slices.Delete(all, at, at+1)
		}
		found = append(found, p)
	}
	return append(found, all...), nil
}

// Process is one process in the version that new runs take.
func (v *View) Process(i id.Process) (p process.Process, err error) {
	defer fault.Wrap(&err, "store.Process(%s)", i)
	all, err := v.Processes()
	at := slices.IndexFunc(all, func(p process.Process) bool { return p.ID == i })
	if err == nil && at < 0 {
		err = ErrNotFound
	}
	if err != nil {
		return p, err
	}
	return all[at], nil
}

// Template is one version of a process.
func (v *View) Template(i id.Process, number int) (t process.Template, err error) {
	defer fault.Wrap(&err, "store.Template(%s, %d)", i, number)
	var body string
	w := v.where("").and("process_id = ?", i).and("number = ?", number)
	err = v.row("SELECT body FROM process_version"+w.String(), w.args, &body)
	if errors.Is(err, ErrNotFound) && number == 1 {
		for _, p := range process.Standard() {
			if p.ID == i {
				return p.Template, nil
			}
		}
	}
	if err != nil {
		return t, err
	}
	return t, json.Unmarshal([]byte(body), &t)
}

// ProcessVersion is one version of a process as a row of a list.
type ProcessVersion struct {
	Process id.Process
	Number  int
	By      id.Member
	Created int64
	Runs    bool // whether runs took it
}

// ProcessVersions are the versions of a process, the last first.
func (v *View) ProcessVersions(i id.Process) (all []ProcessVersion, err error) {
	defer fault.Wrap(&err, "store.ProcessVersions(%s)", i)
	w := v.where("").and("process_id = ?", i)
	err = v.rows("SELECT number, member_id, created_at FROM process_version"+w.String()+" ORDER BY number DESC LIMIT 200", w.args, func(rs *sql.Rows) error {
		x := ProcessVersion{Process: i}
		err := rs.Scan(&x.Number, &x.By, &x.Created)
		all = append(all, x)
		return err
	})
	return all, err
}

// SaveProcess stores a process and its version when that is new. A standard one
// that was changed for the first time gets its rows with this. ErrStale when
// somebody changed it since it was read.
func (tx *Tx) SaveProcess(p process.Process, f fact.Fact) (_ process.Process, err error) {
	defer fault.Wrap(&err, "store.SaveProcess(%s)", p.ID)
	if err := tx.keepProcess(p.ID); err != nil {
		return p, err
	}
	n, err := tx.exec("UPDATE process SET version = version + 1, number = ?, active = ?, updated_at = ? WHERE org_id = ? AND id = ? AND version = ?",
		p.Number, p.On, p.Updated, tx.org, p.ID, p.Version)
	if err != nil {
		return p, err
	}
	if n == 0 {
		n, err = tx.exec("INSERT INTO process (org_id, id, version, key, number, active, created_at, updated_at) VALUES ("+marks(8)+") ON CONFLICT DO NOTHING",
			tx.org, p.ID, int64(1), p.Key, p.Number, p.On, p.Created, p.Updated)
		if err == nil && n == 0 {
			err = ErrStale
		}
		if err != nil {
			return p, err
		}
		p.Version = 0
	}
	p.Version++
	if err := tx.addTemplate(p, tx.actor.Member); err != nil {
		return p, err
	}
	f.Kind, f.Subject, f.Label = fact.Process, p.ID.Any(), p.Name.NL
	return p, tx.fact(f)
}

func (tx *Tx) addTemplate(p process.Process, by id.Member) error {
	body, err := json.Marshal(p.Template)
	if err != nil {
		return err
	}
	_, err = tx.exec("INSERT INTO process_version (org_id, process_id, number, body, member_id, created_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		tx.org, p.ID, p.Number, string(body), by, tx.now)
	return err
}

// keepProcess writes the rows of a standard process that has none yet, so that
// runs can point at them.
func (tx *Tx) keepProcess(i id.Process) error {
	for _, p := range process.Standard() {
		if p.ID != i {
			continue
		}
		n, err := tx.exec("INSERT INTO process (org_id, id, version, key, number, active, created_at, updated_at) VALUES ("+marks(8)+") ON CONFLICT DO NOTHING",
			tx.org, p.ID, p.Version, p.Key, p.Number, p.On, tx.now, tx.now)
		if err != nil || n == 0 {
			return err
		}
		return tx.addTemplate(p, id.Member{})
	}
	return nil
}
