package store

import (
	"database/sql"
	"encoding/binary"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/ladder"
)

const ladderColumns = "l.id, l.version, l.quarter, l.team_id, l.state, l.member_id, l.member_name, l.scored_at, l.action, l.due"

// Ladder is one scan with its levels.
func (v *View) Ladder(i id.Record) (s ladder.Scan, err error) {
	defer fault.Wrap(&err, "store.Ladder(%s)", i)
	all, err := v.ladders(v.where("l").and("l.id = ?", i))
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return s, err
	}
	return all[0], nil
}

// Ladders are the scans of all teams in a quarter.
func (v *View) Ladders(q ladder.Quarter) (_ []ladder.Scan, err error) {
	defer fault.Wrap(&err, "store.Ladders(%s)", q)
	return v.ladders(v.where("l").and("l.quarter = ?", string(q)))
}

func (v *View) ladders(w *where) (all []ladder.Scan, err error) {
	place := map[id.Record]int{}
	args := append(append([]any{}, w.args...), MostTeams)
	err = v.rows("SELECT "+ladderColumns+" FROM ladder l"+w.String()+" ORDER BY l.id LIMIT ?", args, func(rs *sql.Rows) error {
		s := ladder.Scan{Scores: map[ladder.Rung]ladder.Score{}}
		var quarter, state string
		var due sql.NullString
		err := rs.Scan(&s.ID, &s.Version, &quarter, &s.Team, &state, &s.By, &s.ByName, &s.At, &s.Action, &due)
		s.Quarter, s.State, s.Due = ladder.Quarter(quarter), ladder.State(state), day.Day(due.String)
		place[s.ID] = len(all)
		all = append(all, s)
		return err
	})
	if err != nil || len(all) == 0 {
		return all, err
	}
	args = append(append([]any{}, w.args...), MostTeams*len(ladder.Rungs))
	err = v.rows("SELECT r.ladder_id, r.rung, r.level, r.evidence, r.figure FROM ladder l JOIN rung r ON r.org_id = l.org_id AND r.ladder_id = l.id"+w.String()+" LIMIT ?", args, func(rs *sql.Rows) error {
		var i id.Record
		var rung string
		var score ladder.Score
		err := rs.Scan(&i, &rung, &score.Level, &score.Evidence, &score.Figure)
		if n, ok := place[i]; ok {
			all[n].Scores[ladder.Rung(rung)] = score
		}
		return err
	})
	return all, err
}

// AddLadder stores a new scan; ErrTaken when the team has one in that quarter.
func (tx *Tx) AddLadder(s ladder.Scan, f fact.Fact) (_ ladder.Scan, err error) {
	defer fault.Wrap(&err, "store.AddLadder")
	s.Version = 1
	if _, err := tx.exec("INSERT INTO ladder (org_id, id, version, quarter, team_id, state, member_id, member_name, scored_at, action, due) VALUES ("+marks(11)+")",
		tx.org, s.ID, s.Version, string(s.Quarter), s.Team, string(s.State), s.By, s.ByName, s.At, s.Action, null(string(s.Due))); err != nil {
		return s, err
	}
	return s, tx.fact(aboutLadder(s, f))
}

// SaveLadder stores where a scan stands, with its levels; ErrStale when somebody
// changed it since s was read.
func (tx *Tx) SaveLadder(s ladder.Scan, f fact.Fact) (_ ladder.Scan, err error) {
	defer fault.Wrap(&err, "store.SaveLadder(%s)", s.ID)
	if err := tx.change1("UPDATE ladder SET version = version + 1, state = ?, member_id = ?, member_name = ?, scored_at = ?, action = ?, due = ? WHERE org_id = ? AND id = ? AND version = ?",
		string(s.State), s.By, s.ByName, s.At, s.Action, null(string(s.Due)), tx.org, s.ID, s.Version); err != nil {
		return s, err
	}
	s.Version++
	if _, err := tx.exec("DELETE FROM rung WHERE org_id = ? AND ladder_id = ?", tx.org, s.ID); err != nil {
		return s, err
	}
	var values []any
	for _, r := range ladder.Rungs {
		if score, ok := s.Scores[r]; ok {
			values = append(values, tx.org, s.ID, string(r), int(score.Level), score.Evidence, score.Figure)
		}
	}
	if err := tx.addRows("INSERT INTO rung (org_id, ladder_id, rung, level, evidence, figure) VALUES ", 6, values); err != nil {
		return s, err
	}
	return s, tx.fact(aboutLadder(s, f))
}

func aboutLadder(s ladder.Scan, f fact.Fact) fact.Fact {
	f.Kind, f.Subject, f.Label = fact.Ladder, s.ID, string(s.Quarter)
	return f
}

// Busy is how many active members there are, and how many of them did something
// about a relation since a moment.
func (v *View) Busy(since int64) (all, busy int64, err error) {
	defer fault.Wrap(&err, "store.Busy")
	var first id.Fact // the smallest name of that moment
	binary.BigEndian.PutUint64(first[:8], uint64(since)<<16)
	w := v.where("m").and("m.state = 'active'")
	err = v.row(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM fact f WHERE f.org_id = m.org_id AND f.actor_id = m.id AND f.id >= ? AND f.account_id IS NOT NULL) THEN 1 ELSE 0 END), 0)
		FROM member m`+w.String(), append([]any{first}, w.args...), &all, &busy)
	return all, busy, err
}
