package store

import (
	"database/sql"
	"encoding/json"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/member"
	"kring/domain/organisation"
)

// AddOrganisation stores a new organisation and turns the transaction to it.
func (tx *Tx) AddOrganisation(o organisation.Organisation, f fact.Fact) (_ organisation.Organisation, err error) {
	defer fault.Wrap(&err, "store.AddOrganisation")
	o.ID, o.Version, o.CreatedAt = id.New[id.Org](), 1, tx.now
	settings, err := json.Marshal(o.Settings)
	if err != nil {
		return o, err
	}
	if _, err := tx.exec("INSERT INTO organisation (id, version, name, settings, created_at) VALUES (?, ?, ?, ?, ?)",
		o.ID, o.Version, o.Name, string(settings), o.CreatedAt); err != nil {
		return o, err
	}
	tx.For(o.ID)
	if err := tx.addFirstDefinition(); err != nil {
		return o, err
	}
	if err := tx.addFirstPipeline(); err != nil {
		return o, err
	}
	f.Kind, f.Subject, f.Label = fact.Organisation, o.ID.Any(), o.Name
	return o, tx.fact(f)
}

// SaveOrganisation stores a changed organisation.
func (tx *Tx) SaveOrganisation(o organisation.Organisation, f fact.Fact) (_ organisation.Organisation, err error) {
	defer fault.Wrap(&err, "store.SaveOrganisation(%s)", o.ID)
	if o.ID != tx.org {
		return o, ErrNotFound
	}
	settings, err := json.Marshal(o.Settings)
	if err != nil {
		return o, err
	}
	if err := tx.change1("UPDATE organisation SET version = version + 1, name = ?, settings = ? WHERE id = ? AND version = ?",
		o.Name, string(settings), tx.org, o.Version); err != nil {
		return o, err
	}
	o.Version++
	f.Kind, f.Subject, f.Label = fact.Organisation, o.ID.Any(), o.Name
	return o, tx.fact(f)
}

// Organisation is the one this view is of.
func (v *View) Organisation() (o organisation.Organisation, err error) {
	defer fault.Wrap(&err, "store.Organisation(%s)", v.org)
	var settings string
	if err := v.row("SELECT id, version, name, settings, created_at FROM organisation WHERE id = ?", []any{v.org},
		&o.ID, &o.Version, &o.Name, &settings, &o.CreatedAt); err != nil {
		return o, err
	}
	return o, json.Unmarshal([]byte(settings), &o.Settings)
}

// Organisations lists the organisations of this database, oldest first; at
// most limit.
func (v *View) Organisations(limit int) (all []organisation.Organisation, err error) {
	defer fault.Wrap(&err, "store.Organisations")
	err = v.rows("SELECT id, version, name, settings, created_at FROM organisation ORDER BY created_at, id LIMIT ?", []any{limit}, func(rs *sql.Rows) error {
		var o organisation.Organisation
		var settings string
		if err := rs.Scan(&o.ID, &o.Version, &o.Name, &settings, &o.CreatedAt); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(settings), &o.Settings); err != nil {
			return err
		}
		all = append(all, o)
		return nil
	})
	return all, err
}

const memberColumns = "id, version, login_id, name, email, role, team_id, state, locale, settings, created_at"

// AddMember stores a new member and lets its login in.
func (tx *Tx) AddMember(m member.Member, f fact.Fact) (_ member.Member, err error) {
	defer fault.Wrap(&err, "store.AddMember")
	m.ID, m.Version, m.CreatedAt = id.New[id.Member](), 1, tx.now
	settings, err := json.Marshal(m.Settings)
	if err != nil {
		return m, err
	}
	if _, err := tx.exec("INSERT INTO member (org_id, "+memberColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.org, m.ID, m.Version, m.Login, m.Name, m.Email, string(m.Role), m.Team, string(m.State), m.Locale, string(settings), m.CreatedAt); err != nil {
		return m, err
	}
	if _, err := tx.exec("INSERT INTO membership (login_id, org_id, member_id) VALUES (?, ?, ?)", m.Login, tx.org, m.ID); err != nil {
		return m, err
	}
	f.Kind, f.Subject, f.Label = fact.Member, m.ID.Any(), m.Name
	return m, tx.fact(f)
}

// SaveMember stores a changed member.
func (tx *Tx) SaveMember(m member.Member, f fact.Fact) (_ member.Member, err error) {
	defer fault.Wrap(&err, "store.SaveMember(%s)", m.ID)
	settings, err := json.Marshal(m.Settings)
	if err != nil {
		return m, err
	}
	if err := tx.change1(`UPDATE member SET version = version + 1, name = ?, email = ?, role = ?, team_id = ?, state = ?, locale = ?, settings = ?
		WHERE org_id = ? AND id = ? AND version = ?`,
		m.Name, m.Email, string(m.Role), m.Team, string(m.State), m.Locale, string(settings), tx.org, m.ID, m.Version); err != nil {
		return m, err
	}
	m.Version++
	f.Kind, f.Subject, f.Label = fact.Member, m.ID.Any(), m.Name
	return m, tx.fact(f)
}

// Member is one member.
func (v *View) Member(i id.Member) (_ member.Member, err error) {
	defer fault.Wrap(&err, "store.Member(%s)", i)
	all, err := v.members(v.where("").and("id = ?", i), 1)
	if err != nil {
		return member.Member{}, err
	}
	if len(all) == 0 {
		return member.Member{}, ErrNotFound
	}
	return all[0], nil
}

// MemberOf is the member that a login is in this organisation.
func (v *View) MemberOf(l id.Login) (_ member.Member, err error) {
	defer fault.Wrap(&err, "store.MemberOf(%s)", l)
	all, err := v.members(v.where("").and("login_id = ?", l), 1)
	if err != nil {
		return member.Member{}, err
	}
	if len(all) == 0 {
		return member.Member{}, ErrNotFound
	}
	return all[0], nil
}

// HoldOrganisation makes changes wait that must see each other: who counts
// administrators counts what the other one left.
func (tx *Tx) HoldOrganisation() (err error) {
	defer fault.Wrap(&err, "store.HoldOrganisation")
	return tx.change1("UPDATE organisation SET version = version WHERE id = ?", tx.org)
}

// ActiveAdmins counts the administrators who can come in.
func (v *View) ActiveAdmins() (n int64, err error) {
	defer fault.Wrap(&err, "store.ActiveAdmins")
	w := v.where("").and("role = ?", string(member.Admin)).and("state = ?", string(member.Active))
	return n, v.row("SELECT count(*) FROM member"+w.String(), w.args, &n)
}

// MostMembers is how many members a list holds at most.
const MostMembers = 1000

// Members lists the members by name, at most MostMembers.
func (v *View) Members() (_ []member.Member, err error) {
	defer fault.Wrap(&err, "store.Members")
	return v.members(v.where(""), MostMembers)
}

func (v *View) members(w *where, limit int) (all []member.Member, err error) {
	w.args = append(w.args, limit)
	err = v.rows("SELECT "+memberColumns+" FROM member"+w.String()+" ORDER BY name, id LIMIT ?", w.args, func(rs *sql.Rows) error {
		var m member.Member
		var role, state, settings string
		if err := rs.Scan(&m.ID, &m.Version, &m.Login, &m.Name, &m.Email, &role, &m.Team, &state, &m.Locale, &settings, &m.CreatedAt); err != nil {
			return err
		}
		m.Role, m.State = member.Role(role), member.State(state)
		if err := json.Unmarshal([]byte(settings), &m.Settings); err != nil {
			return err
		}
		all = append(all, m)
		return nil
	})
	return all, err
}

// AddTeam stores a new team.
func (tx *Tx) AddTeam(g member.Group, f fact.Fact) (_ member.Group, err error) {
	defer fault.Wrap(&err, "store.AddTeam")
	if g.ID.IsZero() { // of a file, others already hang under it
		g.ID = id.New[id.Team]()
	}
	g.Version = 1
	if _, err := tx.exec("INSERT INTO team (org_id, id, version, name, parent_id) VALUES (?, ?, ?, ?, ?)", tx.org, g.ID, g.Version, g.Name, g.Parent); err != nil {
		return g, err
	}
	f.Kind, f.Subject, f.Label = fact.Team, g.ID.Any(), g.Name
	return g, tx.fact(f)
}

// SaveTeam stores a changed team.
func (tx *Tx) SaveTeam(g member.Group, f fact.Fact) (_ member.Group, err error) {
	defer fault.Wrap(&err, "store.SaveTeam(%s)", g.ID)
	if err := tx.change1("UPDATE team SET version = version + 1, name = ?, parent_id = ? WHERE org_id = ? AND id = ? AND version = ?",
		g.Name, g.Parent, tx.org, g.ID, g.Version); err != nil {
		return g, err
	}
	g.Version++
	f.Kind, f.Subject, f.Label = fact.Team, g.ID.Any(), g.Name
	return g, tx.fact(f)
}

// EraseTeam removes a team; ErrDangling while something belongs to it.
func (tx *Tx) EraseTeam(g member.Group, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.EraseTeam(%s)", g.ID)
	if err := tx.change1("DELETE FROM team WHERE org_id = ? AND id = ? AND version = ?", tx.org, g.ID, g.Version); err != nil {
		return err
	}
	f.Kind, f.Subject, f.Label = fact.Team, g.ID.Any(), g.Name
	return tx.fact(f)
}

// TeamUsed says whether something belongs to a team: members, teams, records.
// Those that are not in the bin are asked for by themselves, as their index is.
func (v *View) TeamUsed(i id.Team) (used bool, err error) {
	defer fault.Wrap(&err, "store.TeamUsed(%s)", i)
	for _, what := range []string{
		"member WHERE org_id = ? AND team_id = ?", "team WHERE org_id = ? AND parent_id = ?",
		"account WHERE org_id = ? AND team_id = ? AND deleted_at IS NULL", "account WHERE org_id = ? AND team_id = ? AND deleted_at IS NOT NULL",
		"contact WHERE org_id = ? AND team_id = ? AND deleted_at IS NULL", "contact WHERE org_id = ? AND team_id = ? AND deleted_at IS NOT NULL",
	} {
		err := v.rows("SELECT 1 FROM "+what+" LIMIT 1", []any{v.org, i}, func(rs *sql.Rows) error {
			var one int
			used = true
			return rs.Scan(&one)
		})
		if err != nil || used {
			return used, err
		}
	}
	return false, nil
}

// MostTeams is how many teams an organisation has at most.
const MostTeams = 500

// Teams lists the teams by name.
func (v *View) Teams() (all []member.Group, err error) {
	defer fault.Wrap(&err, "store.Teams")
	w := v.where("")
	w.args = append(w.args, MostTeams)
	err = v.rows("SELECT id, version, name, parent_id FROM team"+w.String()+" ORDER BY name, id LIMIT ?", w.args, func(rs *sql.Rows) error {
		var g member.Group
		if err := rs.Scan(&g.ID, &g.Version, &g.Name, &g.Parent); err != nil {
			return err
		}
		all = append(all, g)
		return nil
	})
	return all, err
}
