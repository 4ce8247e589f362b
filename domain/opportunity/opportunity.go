// Package opportunity holds the rules of a chance to sell something to a
// relation: what it is worth, where it stands in a pipeline, what has to be known
// before it goes on, and how it ends (domain.md §2.20, 2.21).
//
// Needs, quotes and orders live elsewhere: what they prove comes in as Evidence.
package opportunity

import (
	"slices"
	"strconv"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/money"
)

// State is whether an opportunity is open, or how it ended.
type State string

// The states. Won rests on a quote that was accepted or on an order.
const (
	Open State = "open"
	Won  State = "won"
	Lost State = "lost"
)

// States are all states, in the order of a menu.
var States = []State{Open, Won, Lost}

// Line is something that may be sold: a line of the grid.
type Line struct {
	Product  id.Product `json:"product,omitzero"`
	Text     string     `json:"text"`
	Quantity int64      `json:"quantity"`           // thousandths
	Unit     int64      `json:"unit"`               // cents for one, without VAT
	Discount int64      `json:"discount,omitempty"` // basis points, 0-10000
	Cost     int64      `json:"cost,omitempty"`     // cents for one; 0 is not known
}

// Cents is what the line comes to: quantity × price less the discount, rounded
// once, half away from zero.
func (l Line) Cents() int64 {
	return money.Round(l.Quantity*l.Unit, 10_000-l.Discount, 1000*10_000)
}

// Margin is what is left of the line after its cost; known says whether its cost
// is known.
func (l Line) Margin() (cents int64, known bool) {
	return l.Cents() - money.Round(l.Quantity, l.Cost, 1000), l.Cost != 0
}

// Rival is a competitor for the same deal.
type Rival struct {
	Name string `json:"name"`
	Note string `json:"note,omitempty"` // what they are strong or weak at
}

// Situation is how new the purchase is to the buyer (Robinson, Faris and Wind
// 1967).
type Situation string

// Situations are all buying situations; "" is not known.
var Situations = []Situation{"new_task", "modified_rebuy", "straight_rebuy"}

// Opportunity is one chance to sell. Times are milliseconds UTC, chances basis
// points.
type Opportunity struct {
	ID         id.Opportunity `json:"id"`
	Version    int64          `json:"version"`
	Account    id.Account     `json:"account"`
	Pipeline   id.Pipeline    `json:"pipeline"`
	Stage      string         `json:"stage"` // of an ended one: where it was last
	State      State          `json:"state"`
	Name       string         `json:"name"`
	Value      money.Money    `json:"-"`      // without VAT
	Margin     int64          `json:"margin"` // cents; 0 is not known
	Close      day.Day        `json:"close"`  // on which the customer is expected to decide; "" is not known
	Slips      int            `json:"slips"`  // how often that day was moved to a later one
	Opened     day.Day        `json:"opened"`
	Entered    day.Day        `json:"entered"` // the stage
	Closed     day.Day        `json:"closed"`  // won or lost; "" while open
	Owner      id.Member      `json:"owner"`
	Team       id.Team        `json:"team"`
	Chance     int64          `json:"chance"` // -1: that of the stage
	ChanceWhy  string         `json:"chance_why"`
	Go         int64          `json:"go"`   // that they buy from anyone; -1 is not said (domain.md §2.24)
	Get        int64          `json:"get"`  // that it is us, when they do; -1 is not said
	Next       string         `json:"next"` // step, "" when there is none
	NextDay    day.Day        `json:"next_day"`
	Since      day.Day        `json:"next_since"` // since when there is no next step, or this one
	Need       string         `json:"need"`       // in the customer's words
	Situation  Situation      `json:"situation"`
	Lines      []Line         `json:"lines"`
	Rivals     []Rival        `json:"competitors"`
	Reason     string         `json:"reason"` // of the end, a key of the pipeline's list
	Lessons    string         `json:"lessons"`
	Lead       id.Lead        `json:"lead"`
	Source     string         `json:"source"`
	Quote      id.Quote       `json:"quote"` // on which it was won
	Order      id.Order       `json:"order"`
	ExternalID string         `json:"external_id"`
	Created    int64          `json:"created_at"`
	Updated    int64          `json:"updated_at"`
}

// The limits of what is written.
const (
	MaxName   = 200
	MaxText   = 500
	MaxNote   = 5000
	MaxLines  = 1000
	MaxRivals = 50
	MaxCode   = 100
)

// Draft is what is filled in for an opportunity. What is left out of Pipeline
// and Stage is the first one; of Owner and Team, who makes it.
type Draft struct {
	Account    id.Account
	Pipeline   id.Pipeline
	Stage      string
	Name       string
	Value      money.Money // of its lines when it has any
	Margin     int64
	Close      day.Day
	Opened     day.Day // today when empty
	Owner      id.Member
	Team       id.Team
	Chance     Odds
	ChanceWhy  string
	Go, Get    Odds
	Next       string
	NextDay    day.Day
	Need       string
	Situation  Situation
	Lines      []Line
	Rivals     []Rival
	Lead       id.Lead
	Source     string
	ExternalID string
}

// Odds are a chance that may not be said: the zero value is not said, else it is
// one more than the basis points.
type Odds int64

// Said is a chance in basis points; under zero is not said.
func Said(points int64) Odds { return Odds(max(points, -1) + 1) }

func (o Odds) points() int64 { return int64(o) - 1 }

// What can be wrong with an opportunity.
var (
	ErrAccount   = fault.New(fault.Invalid, "opportunity.account", "an opportunity belongs to a relation")
	ErrBinned    = fault.New(fault.Conflict, "opportunity.account_binned", "this relation is in the bin")
	ErrName      = fault.New(fault.Invalid, "opportunity.name", "say in a few words what it is about")
	ErrValue     = fault.New(fault.Invalid, "opportunity.value", "a value is zero or more")
	ErrMargin    = fault.New(fault.Invalid, "opportunity.margin", "the margin is no more than the value")
	ErrChance    = fault.New(fault.Invalid, "opportunity.chance", "a chance is between 0 and 100 %")
	ErrChanceWhy = fault.New(fault.Invalid, "opportunity.chance_why", "write down why the chance is not that of the stage")
	ErrOpened    = fault.New(fault.Invalid, "opportunity.opened", "an opportunity cannot have begun in the future")
	ErrClosePast = fault.New(fault.Invalid, "opportunity.close_past", "this day is over: choose a day from today on")
	ErrSituation = fault.New(fault.Invalid, "opportunity.situation", "this buying situation is not known")
	ErrNext      = fault.New(fault.Invalid, "opportunity.next", "a day needs a step")
	ErrQuantity  = fault.New(fault.Invalid, "opportunity.quantity", "a line has a quantity above zero")
	ErrDiscount  = fault.New(fault.Invalid, "opportunity.discount", "a discount is between 0 and 100 %")
	ErrText      = fault.New(fault.Invalid, "opportunity.text", "a line says what may be sold")
	ErrLines     = fault.New(fault.Invalid, "opportunity.lines", "an opportunity has at most 1000 lines")
	ErrRivals    = fault.New(fault.Invalid, "opportunity.competitors", "an opportunity has at most 50 competitors")
	ErrExternal  = fault.New(fault.Conflict, "opportunity.external_taken", "another opportunity has this external id")
	ErrOwner     = fault.New(fault.Invalid, "opportunity.owner", "choose an active colleague")
	ErrTeam      = fault.New(fault.Invalid, "opportunity.team", "this team is not there")
	ErrEnded     = fault.New(fault.Conflict, "opportunity.ended", "this opportunity is won or lost already")
	ErrOpen      = fault.New(fault.Conflict, "opportunity.open", "this opportunity is open")
	ErrState     = fault.New(fault.Invalid, "opportunity.state", "an opportunity is open, won or lost")
)

// New makes an open opportunity in a pipeline. today is the organisation's.
func New(oid id.Opportunity, now int64, today day.Day, p Pipeline, d Draft) (Opportunity, error) {
	o := Opportunity{ID: oid, Version: 1, State: Open, Pipeline: p.ID, Stage: d.Stage, Opened: d.Opened, Lead: d.Lead, Since: today, Created: now, Updated: now}
	wrong := fault.Fields{}
	if o.Opened == "" {
		o.Opened = today
	} else if parsed, err := day.Parse(string(o.Opened)); err != nil {
		wrong.Add("opened", err)
	} else if parsed > today {
		wrong.Add("opened", ErrOpened)
	}
	if o.Stage == "" && len(p.Stages) > 0 {
		o.Stage = p.Stages[0].Key
	}
	if _, there := p.Stage(o.Stage); !there {
		wrong.Add("stage", ErrStage)
	}
	o.Entered = o.Opened
	o.take(d, wrong)
	return o, wrong.Err()
}

// take puts what was typed in its place.
func (o *Opportunity) take(d Draft, wrong fault.Fields) {
	clean := func(name, typed string, most int) string {
		s, err := fold.Clean(typed, most)
		wrong.Add(name, err)
		return s
	}
	text := func(name, typed string) string {
		s, err := fold.Text(typed, MaxNote)
		wrong.Add(name, err)
		return s
	}
	date := func(name string, typed day.Day) day.Day {
		if typed == "" {
			return ""
		}
		parsed, err := day.Parse(string(typed))
		wrong.Add(name, err)
		return parsed
	}
	o.Account, o.Owner, o.Team = d.Account, d.Owner, d.Team
	o.Name, o.ChanceWhy, o.Next, o.Source, o.ExternalID = clean("name", d.Name, MaxName), clean("chance_why", d.ChanceWhy, MaxText), clean("next", d.Next, MaxText), clean("source", d.Source, MaxText), clean("external_id", d.ExternalID, MaxCode)
	o.Need = text("need", d.Need)
	o.Close, o.NextDay = date("close", d.Close), date("next_day", d.NextDay)
	o.Value, o.Margin, o.Situation = d.Value, d.Margin, d.Situation
	o.Chance, o.Go, o.Get = d.Chance.points(), d.Go.points(), d.Get.points()
	o.takeRivals(d.Rivals, wrong)
	o.takeLines(d.Lines, wrong)
	o.agree(wrong)
}

func (o *Opportunity) takeRivals(rivals []Rival, wrong fault.Fields) {
	if len(rivals) > MaxRivals {
		wrong.Add("competitors", ErrRivals)
		return
	}
	o.Rivals = nil
	for i, r := range rivals {
		name, err := fold.Clean(r.Name, MaxName)
		wrong.Add("competitors."+strconv.Itoa(i)+".name", err)
		note, err := fold.Text(r.Note, MaxText)
		wrong.Add("competitors."+strconv.Itoa(i)+".note", err)
		if name != "" {
			o.Rivals = append(o.Rivals, Rival{Name: name, Note: note})
		}
	}
}

// takeLines: the value is that of the lines when there are any; the margin too,
// when the cost of each is known.
func (o *Opportunity) takeLines(lines []Line, wrong fault.Fields) {
	if len(lines) > MaxLines {
		wrong.Add("lines", ErrLines)
		return
	}
	o.Lines = nil
	var sum, margin int64
	known := len(lines) > 0
	for i, l := range lines {
		at := "lines." + strconv.Itoa(i)
		text, err := fold.Clean(l.Text, MaxText)
		wrong.Add(at+".text", err)
		if l.Text = text; text == "" && err == nil {
			wrong.Add(at+".text", ErrText)
		}
		switch {
		case l.Quantity <= 0 || l.Quantity > 1e12:
			wrong.Add(at+".quantity", ErrQuantity)
		case l.Unit < 0 || l.Unit > money.Most*100 || l.Unit > 0 && l.Quantity > (1<<62)/l.Unit:
			wrong.Add(at+".unit", money.ErrLarge)
		case l.Cost < 0 || l.Cost > money.Most*100:
			wrong.Add(at+".cost", money.ErrLarge)
		case l.Discount < 0 || l.Discount > 10_000:
			wrong.Add(at+".discount", ErrDiscount)
		default:
			m, ok := l.Margin()
			sum, margin, known = sum+l.Cents(), margin+m, known && ok
		}
		o.Lines = append(o.Lines, l)
	}
	if len(lines) > 0 {
		o.Value.Cents = sum
		if known {
			o.Margin = margin
		}
	}
}

func (o *Opportunity) agree(wrong fault.Fields) {
	if o.Account.IsZero() {
		wrong.Add("account", ErrAccount)
	}
	if o.Name == "" && wrong["name"] == nil {
		wrong.Add("name", ErrName)
	}
	if err := o.Value.Check(); err != nil {
		wrong.Add("value", err)
	} else if o.Value.Cents < 0 {
		wrong.Add("value", ErrValue)
	} else if o.Margin > o.Value.Cents {
		wrong.Add("margin", ErrMargin)
	}
	for name, c := range map[string]int64{"chance": o.Chance, "go": o.Go, "get": o.Get} {
		if c < -1 || c > 10_000 {
			wrong.Add(name, ErrChance)
		}
	}
	if o.Chance < 0 {
		o.ChanceWhy = ""
	} else if o.ChanceWhy == "" {
		wrong.Add("chance_why", ErrChanceWhy)
	}
	if o.Situation != "" && !slices.Contains(Situations, o.Situation) {
		wrong.Add("situation", ErrSituation)
	}
	if o.Next == "" && o.NextDay != "" {
		wrong.Add("next", ErrNext)
	}
}

// Draft is what was filled in, to change some of it.
func (o Opportunity) Draft() Draft {
	return Draft{
		Account: o.Account, Pipeline: o.Pipeline, Stage: o.Stage, Name: o.Name, Value: o.Value, Margin: o.Margin, Close: o.Close, Opened: o.Opened, Owner: o.Owner, Team: o.Team,
		Chance: Said(o.Chance), ChanceWhy: o.ChanceWhy, Go: Said(o.Go), Get: Said(o.Get), Next: o.Next, NextDay: o.NextDay, Need: o.Need, Situation: o.Situation,
		Lines: o.Lines, Rivals: o.Rivals, Lead: o.Lead, Source: o.Source, ExternalID: o.ExternalID,
	}
}

// Likely is the chance in basis points: its own, or that of its stage; 10,000
// when it is won, 0 when it is lost.
func (o Opportunity) Likely(p Pipeline) int64 {
	switch {
	case o.State == Won:
		return 10_000
	case o.State == Lost:
		return 0
	case o.Chance >= 0:
		return o.Chance
	}
	s, _ := p.Stage(o.Stage)
	return s.Chance
}

// Weighted is value × chance, in cents, rounded once.
func (o Opportunity) Weighted(p Pipeline) int64 {
	return money.Round(o.Value.Cents, o.Likely(p), 10_000)
}

// Diff is what is different between two versions of an opportunity.
func Diff(a, b Opportunity) (changes []fact.Change) {
	add := fact.Into(&changes)
	add("account", a.Account == b.Account, a.Account, b.Account)
	add("pipeline", a.Pipeline == b.Pipeline, a.Pipeline, b.Pipeline)
	add("stage", a.Stage == b.Stage, a.Stage, b.Stage)
	add("state", a.State == b.State, a.State, b.State)
	add("name", a.Name == b.Name, a.Name, b.Name)
	add("value", a.Value == b.Value, amount(a.Value), amount(b.Value))
	add("margin", a.Margin == b.Margin, a.Margin, b.Margin)
	add("close", a.Close == b.Close, a.Close, b.Close)
	add("opened", a.Opened == b.Opened, a.Opened, b.Opened)
	add("closed", a.Closed == b.Closed, a.Closed, b.Closed)
	add("owner", a.Owner == b.Owner, a.Owner, b.Owner)
	add("team", a.Team == b.Team, a.Team, b.Team)
	said := func(v int64) any {
		if v < 0 {
			return nil
		}
		return v
	}
	fresh := a.ID.IsZero() // says nothing of chances
	add("chance", a.Chance == b.Chance || fresh && b.Chance < 0, said(a.Chance), said(b.Chance))
	add("chance_why", a.ChanceWhy == b.ChanceWhy, a.ChanceWhy, b.ChanceWhy)
	add("go", a.Go == b.Go || fresh && b.Go < 0, said(a.Go), said(b.Go))
	add("get", a.Get == b.Get || fresh && b.Get < 0, said(a.Get), said(b.Get))
	add("next", a.Next == b.Next, a.Next, b.Next)
	add("next_day", a.NextDay == b.NextDay, a.NextDay, b.NextDay)
	add("need", a.Need == b.Need, a.Need, b.Need)
	add("situation", a.Situation == b.Situation, a.Situation, b.Situation)
	add("lines", slices.Equal(a.Lines, b.Lines), a.Lines, b.Lines)
	add("competitors", slices.Equal(a.Rivals, b.Rivals), a.Rivals, b.Rivals)
	add("reason", a.Reason == b.Reason, a.Reason, b.Reason)
	add("lessons", a.Lessons == b.Lessons, a.Lessons, b.Lessons)
	add("lead", a.Lead == b.Lead, a.Lead, b.Lead)
	add("source", a.Source == b.Source, a.Source, b.Source)
	add("quote", a.Quote == b.Quote, a.Quote, b.Quote)
	add("order", a.Order == b.Order, a.Order, b.Order)
	add("external_id", a.ExternalID == b.ExternalID, a.ExternalID, b.ExternalID)
	return changes
}

func amount(m money.Money) string {
	if m == (money.Money{}) {
		return ""
	}
	return m.String()
}
