package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"kring/base/day"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/ladder"
	"kring/domain/member"
)

// scanOut is the scan of a team.
type scanOut struct {
	ID      id.Record                    `json:"id"`
	Quarter ladder.Quarter               `json:"quarter"`
	Team    id.Team                      `json:"team"`
	State   ladder.State                 `json:"state" doc:"open, scored, discussed, set (an action) or rescanned"`
	Scores  map[ladder.Rung]ladder.Score `json:"scores" doc:"by step: awareness, insight, orientation, friendliness, satisfaction"`
	Stuck   ladder.Rung                  `json:"stuck" doc:"the lowest step below level 3; empty until every step has a level, and when none is weak"`
	By      id.Member                    `json:"scored_by"`
	ByName  string                       `json:"scored_by_name"`
	At      instant                      `json:"scored_at"`
	Action  string                       `json:"action"`
	Due     day.Day                      `json:"due"`
	Version int64                        `json:"version"`
}

// ladderOut is the organisation on the ladder.
type ladderOut struct {
	Quarter  ladder.Quarter               `json:"quarter"`
	Weakest  map[ladder.Rung]ladder.Level `json:"weakest" doc:"the lowest level of each step, of the teams that gave every step one"`
	Stuck    ladder.Rung                  `json:"stuck"`
	Scored   int                          `json:"teams_scored"`
	Contacts countedOut                   `json:"counted_contacts" doc:"active members who wrote something down about a relation since the quarter began"`
	Read     countedOut                   `json:"counted_readers" doc:"active members who read the active definition of a customer"`
	Noted    countedOut                   `json:"counted_notes" doc:"active customers with a note"`
	Scans    []scanOut                    `json:"scans"`
}

type countedOut struct {
	Part  int64 `json:"part"`
	Whole int64 `json:"whole"`
}

// beginIn opens a scan.
type beginIn struct {
	Quarter string `json:"quarter" doc:"2026-Q4"`
}

// levelsIn gives steps their levels; those that are not named stay.
type levelsIn struct {
	Scores map[ladder.Rung]ladder.Score `json:"scores"`
}

// actIn is the one thing to do.
type actIn struct {
	Action string `json:"action"`
	Due    string `json:"due" doc:"a day from today on"`
}

func ladderOperations() []operation {
	return []operation{
		{method: http.MethodGet, path: "/ladder", name: "get_ladder", tag: "Ladder", right: member.MemberRead, status: http.StatusOK, out: ladderOut{},
			query: []*huma.Param{textParam("quarter", "2026-Q4; the present one when left out", false)}, title: "Read how the organisation stands on the ladder", do: getLadder},
		{method: http.MethodPost, path: "/teams/{id}/ladder", name: "begin_scan", tag: "Ladder", right: member.LadderScore, status: http.StatusCreated, in: beginIn{}, out: scanOut{}, tagged: true,
			title: "Open the scan of a team in a quarter", do: beginScan, about: "Of one's own team and those below it; who has ladder.decide, of all."},
		{method: http.MethodGet, path: "/ladder/{id}", name: "get_scan", tag: "Ladder", right: member.MemberRead, status: http.StatusOK, out: scanOut{}, tagged: true,
			title: "Read a scan", do: getScan},
		{method: http.MethodPatch, path: "/ladder/{id}", name: "score_scan", tag: "Ladder", right: member.LadderScore, status: http.StatusOK, in: levelsIn{}, out: scanOut{}, tagged: true, guarded: true,
			title: "Give steps their levels", do: scoreScan, about: "A level above 0 needs evidence, level 4 a figure: the address of a measurement."},
		{method: http.MethodPost, path: "/ladder/{id}/discussion", name: "discuss_scan", tag: "Ladder", right: member.LadderDecide, status: http.StatusOK, out: scanOut{}, tagged: true, guarded: true,
			title: "Say that a scan was discussed", do: discussScan},
		{method: http.MethodPost, path: "/ladder/{id}/action", name: "act_scan", tag: "Ladder", right: member.LadderDecide, status: http.StatusOK, in: actIn{}, out: scanOut{}, tagged: true, guarded: true,
			title: "Set the action of a team", do: actScan},
		{method: http.MethodPost, path: "/ladder/{id}/rescan", name: "rescan", tag: "Ladder", right: member.LadderScore, status: http.StatusCreated, out: scanOut{}, tagged: true, guarded: true,
			title: "Close a scan and open the next", do: rescan},
	}
}

func showScan(s ladder.Scan) scanOut {
	out := scanOut{ID: s.ID, Quarter: s.Quarter, Team: s.Team, State: s.State, Scores: s.Scores, By: s.By, ByName: s.ByName, At: instant(s.At), Action: s.Action, Due: s.Due, Version: s.Version}
	out.Stuck, _ = s.Stuck()
	return out
}

func sayScan(status int, s ladder.Scan, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	a, err := show(status, showScan(s))
	if a.version = s.Version; status == http.StatusCreated {
		a.location = base + "/ladder/" + s.ID.String()
	}
	return a, err
}

func getLadder(c *call) (answer, error) {
	get, err := c.only("quarter")
	if err != nil {
		return answer{}, err
	}
	q := ladder.Quarter("")
	if s := get("quarter"); s != "" {
		if q, err = ladder.ParseQuarter(s); err != nil {
			return answer{}, fault.Field("quarter", ladder.ErrQuarter)
		}
	}
	p, err := c.app.Ladder(c.r.Context(), c.who, q)
	if err != nil {
		return answer{}, err
	}
	out := ladderOut{
		Quarter: p.Quarter, Weakest: p.Weakest, Stuck: p.Stuck, Scored: p.Scored, Scans: []scanOut{},
		Contacts: countedOut{p.Contacts.Part, p.Contacts.Whole}, Read: countedOut{p.Read.Part, p.Read.Whole}, Noted: countedOut{p.Noted.Part, p.Noted.Whole},
	}
	for _, s := range p.Scans {
		out.Scans = append(out.Scans, showScan(s))
	}
	return show(http.StatusOK, out)
}

func beginScan(c *call) (answer, error) {
	team, err := named[id.Team](c, "id")
	if err != nil {
		return answer{}, err
	}
	in, err := take[beginIn](c)
	if err != nil {
		return answer{}, err
	}
	q, err := ladder.ParseQuarter(in.Quarter)
	if err != nil {
		return answer{}, fault.Field("quarter", ladder.ErrQuarter)
	}
	s, err := c.app.BeginScan(c.r.Context(), c.who, team, q)
	return sayScan(http.StatusCreated, s, err)
}

// ladderNamed is the scan that the path names, and the version that was seen.
func (c *call) ladderNamed() (i id.Record, version int64, err error) {
	if i, err = named[id.Record](c, "id"); err != nil {
		return i, 0, err
	}
	version, err = c.match()
	return i, version, err
}

func getScan(c *call) (answer, error) {
	i, err := named[id.Record](c, "id")
	if err != nil {
		return answer{}, err
	}
	s, err := c.app.LadderScan(c.r.Context(), c.who, i)
	return sayScan(http.StatusOK, s, err)
}

func scoreScan(c *call) (answer, error) {
	i, version, err := c.ladderNamed()
	if err != nil {
		return answer{}, err
	}
	in, err := take[levelsIn](c)
	if err != nil {
		return answer{}, err
	}
	s, err := c.app.ScoreScan(c.r.Context(), c.who, i, version, in.Scores)
	return sayScan(http.StatusOK, s, err)
}

func discussScan(c *call) (answer, error) {
	i, version, err := c.ladderNamed()
	if err != nil {
		return answer{}, err
	}
	s, err := c.app.DiscussScan(c.r.Context(), c.who, i, version)
	return sayScan(http.StatusOK, s, err)
}

func actScan(c *call) (answer, error) {
	i, version, err := c.ladderNamed()
	if err != nil {
		return answer{}, err
	}
	in, err := take[actIn](c)
	if err != nil {
		return answer{}, err
	}
	due, err := day.Parse(in.Due)
	if err != nil {
		return answer{}, fault.Field("due", ladder.ErrDue)
	}
	s, err := c.app.ActScan(c.r.Context(), c.who, i, version, in.Action, due)
	return sayScan(http.StatusOK, s, err)
}

func rescan(c *call) (answer, error) {
	i, version, err := c.ladderNamed()
	if err != nil {
		return answer{}, err
	}
	s, err := c.app.RescanLadder(c.r.Context(), c.who, i, version)
	return sayScan(http.StatusCreated, s, err)
}
