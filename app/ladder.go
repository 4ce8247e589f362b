package app

import (
	"context"
	"errors"
	"slices"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/ladder"
	"kring/domain/member"
	"kring/store"
)

var (
	// ErrLadderTeam says that somebody may not score for a team.
	ErrLadderTeam = fault.New(fault.Denied, "ladder.team", "you score for your own team, and for those below it")
	// ErrLadderTaken says that a team has a scan in that quarter.
	ErrLadderTaken = fault.New(fault.Conflict, "ladder.taken", "this team has a scan in this quarter already")
)

// Counted is evidence that the system itself can count: Part of Whole.
type Counted struct{ Part, Whole int64 }

// LadderPage is how the organisation stands on the ladder in a quarter.
type LadderPage struct {
	Quarter  ladder.Quarter
	Scans    []ladder.Scan
	Teams    []member.Group // all, by name
	Weakest  map[ladder.Rung]ladder.Level
	Stuck    ladder.Rung // the weakest rung over the teams that scored; "" when none is weak, or nobody scored
	Scored   int         // how many teams gave each rung a level
	Contacts Counted     // active members who did something about a relation this quarter
	Read     Counted     // active members who read what the organisation calls a customer, now
	Noted    Counted     // ranked customers with a note
}

// Ladder reads the scans of a quarter; without one, of the present quarter.
func (a *App) Ladder(ctx context.Context, who Who, q ladder.Quarter) (p LadderPage, err error) {
	if p.Quarter = q; q == "" {
		p.Quarter = ladder.QuarterOf(a.Today(who))
	}
	err = a.read(ctx, who, member.MemberRead, func(v *store.View) error {
		if p.Scans, err = v.Ladders(p.Quarter); err != nil {
			return err
		}
		if p.Teams, err = v.Teams(); err != nil {
			return err
		}
		if p.Contacts.Whole, p.Contacts.Part, err = v.Busy(p.Quarter.First().Start(who.Zone())); err != nil {
			return err
		}
		if p.Read, err = a.readBy(v); err != nil {
			return err
		}
		sums, err := v.RankLayers("", who.Reach(fact.Account))
		for k, t := range sums {
			if k.Class.Ranked() && k.Currency == HomeCurrency {
				p.Noted = Counted{p.Noted.Part + t.Noted, p.Noted.Whole + t.Count}
			}
		}
		return err
	})
	p.weigh()
	return p, err
}

// weigh finds the rung where the organisation stands still: of the teams that
// gave every rung a level.
func (p *LadderPage) weigh() {
	var done []map[ladder.Rung]ladder.Score
	for _, s := range p.Scans {
		if len(s.Scores) == len(ladder.Rungs) {
			done = append(done, s.Scores)
		}
	}
	p.Scored, p.Weakest = len(done), ladder.Weakest(done)
	if len(done) > 0 {
		p.Stuck, _ = ladder.Stuck(p.Weakest)
	}
}

// LadderScan is one scan.
func (a *App) LadderScan(ctx context.Context, who Who, i id.Record) (s ladder.Scan, err error) {
	err = a.peek(ctx, who, member.MemberRead, func(v *store.View) error {
		s, err = v.Ladder(i)
		return err
	})
	return s, err
}

// CanScore says whether who scores for a team: a director for all, others for
// their own and those below it.
func (w Who) CanScore(t id.Team, teams []member.Group) bool {
	if w.Can(member.LadderDecide) {
		return true
	}
	return w.Can(member.LadderScore) && !w.Member.Team.IsZero() && slices.Contains(member.Below(w.Member.Team, teams), t)
}

// ledTeam refuses who does not score for a team, and a team that is not there.
func ledTeam(tx *store.Tx, who Who, t id.Team) error {
	teams, err := tx.Teams()
	switch {
	case err != nil:
		return err
	case !slices.ContainsFunc(teams, func(g member.Group) bool { return g.ID == t }):
		return store.ErrNotFound
	case !who.CanScore(t, teams):
		return ErrLadderTeam
	}
	return nil
}

// BeginScan opens the scan of a team in a quarter.
func (a *App) BeginScan(ctx context.Context, who Who, team id.Team, q ladder.Quarter) (s ladder.Scan, err error) {
	err = a.write(ctx, who, member.LadderScore, func(tx *store.Tx) error {
		if q > ladder.QuarterOf(a.Today(who)).Next() {
			return fault.Field("quarter", ladder.ErrQuarter)
		}
		if err := ledTeam(tx, who, team); err != nil {
			return err
		}
		s, err = begunScan(tx, ladder.Begin(team, q))
		return err
	})
	return s, err
}

func begunScan(tx *store.Tx, s ladder.Scan) (ladder.Scan, error) {
	s, err := tx.AddLadder(s, fact.Fact{Deed: "ladder.begun"})
	if errors.Is(err, store.ErrTaken) {
		err = ErrLadderTaken
	}
	return s, err
}

// ScoreScan gives rungs their levels, with what shows them.
func (a *App) ScoreScan(ctx context.Context, who Who, i id.Record, version int64, scores map[ladder.Rung]ladder.Score) (s ladder.Scan, err error) {
	err = a.write(ctx, who, member.LadderScore, func(tx *store.Tx) error {
		was, err := ladderAt(tx, i, version)
		if err != nil {
			return err
		}
		if err := ledTeam(tx, who, was.Team); err != nil {
			return err
		}
		if s, err = was.Score(scores); err != nil {
			return err
		}
		var changes []fact.Change
		for _, r := range ladder.Rungs {
			if before, now := was.Scores[r], s.Scores[r]; before != now {
				changes = append(changes, fact.Of(string(r), before.Level, now.Level))
			}
		}
		s.By, s.ByName, s.At = who.Member.ID, who.Member.Name, tx.Now()
		s, err = tx.SaveLadder(s, fact.Fact{Deed: "ladder.scored", Changes: changes})
		return err
	})
	return s, err
}

func ladderAt(tx *store.Tx, i id.Record, version int64) (ladder.Scan, error) {
	s, err := tx.Ladder(i)
	if err == nil && version != 0 && version != s.Version {
		err = store.ErrStale
	}
	return s, err
}

// DiscussScan says that the board talked the levels over.
func (a *App) DiscussScan(ctx context.Context, who Who, i id.Record, version int64) (ladder.Scan, error) {
	return a.decideLadder(ctx, who, i, version, "ladder.discussed", ladder.Scan.Discuss)
}

// ActScan sets the one action with which a team climbs.
func (a *App) ActScan(ctx context.Context, who Who, i id.Record, version int64, action string, due day.Day) (ladder.Scan, error) {
	return a.decideLadder(ctx, who, i, version, "ladder.set", func(s ladder.Scan) (ladder.Scan, error) { return s.Act(action, due, a.Today(who)) })
}

func (a *App) decideLadder(ctx context.Context, who Who, i id.Record, version int64, deed string, change func(ladder.Scan) (ladder.Scan, error)) (s ladder.Scan, err error) {
	err = a.write(ctx, who, member.LadderDecide, func(tx *store.Tx) error {
		was, err := ladderAt(tx, i, version)
		if err != nil {
			return err
		}
		if s, err = change(was); err != nil {
			return err
		}
		changes := []fact.Change{fact.Of("state", was.State, s.State)}
		if s.Action != was.Action {
			changes = append(changes, fact.Of("action", was.Action, s.Action))
		}
		s, err = tx.SaveLadder(s, fact.Fact{Deed: deed, Changes: changes})
		return err
	})
	return s, err
}

// RescanLadder closes a scan of which the action was set, and opens the next.
func (a *App) RescanLadder(ctx context.Context, who Who, i id.Record, version int64) (next ladder.Scan, err error) {
	err = a.write(ctx, who, member.LadderScore, func(tx *store.Tx) error {
		was, err := ladderAt(tx, i, version)
		if err != nil {
			return err
		}
		if err := ledTeam(tx, who, was.Team); err != nil {
			return err
		}
		closed, begun, err := was.Again(a.Today(who))
		if err != nil {
			return err
		}
		if _, err := tx.SaveLadder(closed, fact.Fact{Deed: "ladder.rescanned", Changes: []fact.Change{fact.Of("state", was.State, closed.State)}}); err != nil {
			return err
		}
		next, err = begunScan(tx, begun)
		return err
	})
	return next, err
}
