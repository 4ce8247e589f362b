package opportunity

import (
	"slices"
	"strconv"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
)

// Guard is what has to be known before an opportunity enters a stage.
type Guard string

// The guards.
const (
	NeedsValue   Guard = "value"   // what it is worth
	NeedsClose   Guard = "close"   // a close day that is not over
	NeedsNext    Guard = "next"    // a next step with a day
	NeedsNeed    Guard = "need"    // an explicit need, in the customer's words
	NeedsDecider Guard = "decider" // who decides is known
	NeedsMet     Guard = "met"     // and was spoken with
	NeedsQuote   Guard = "quote"   // a quote was sent
)

// Guards are all guards, in the order of a menu.
var Guards = []Guard{NeedsValue, NeedsClose, NeedsNext, NeedsNeed, NeedsDecider, NeedsMet, NeedsQuote}

// Stage is a column of a pipeline. Key names it for ever; a Name of nothing is
// that of the key in the words of the house.
type Stage struct {
	Key    string  `json:"key"`
	Name   string  `json:"name"`
	Chance int64   `json:"chance"` // basis points
	Guards []Guard `json:"guards"`
	Told   string  `json:"told,omitempty"` // at the foot of the column
}

// Reason is why an opportunity ended; as with stages, a Name of nothing is the
// key's.
type Reason struct {
	Key  string `json:"key"`
	Name string `json:"name"`
}

// Pipeline is a way to an order: its stages in order, and its lists. Every
// pipeline ends in won and lost; those are no stages. WonName and LostName are
// what its people call them, "" as the house does.
type Pipeline struct {
	ID       id.Pipeline `json:"id"`
	Version  int64       `json:"version"`
	Name     string      `json:"name"` // "" is that of the house
	Place    int64       `json:"place"`
	Stages   []Stage     `json:"stages"`
	WonName  string      `json:"won_name"`
	LostName string      `json:"lost_name"`
	Wins     []Reason    `json:"win_reasons"`
	Losses   []Reason    `json:"loss_reasons"`
	Roles    []Role      `json:"required_roles"` // of the DMU
	Silent   int         `json:"silent_days"`    // without a next step
	Archived int64       `json:"archived_at"`    // milliseconds UTC; 0 when in use
}

// The limits of a pipeline.
const (
	MaxStages  = 20
	MaxReasons = 50
	MostSilent = 365
)

// What can be wrong with a pipeline.
var (
	ErrPipeline   = fault.New(fault.Invalid, "pipeline.unknown", "this pipeline is not there")
	ErrArchived   = fault.New(fault.Conflict, "pipeline.archived", "this pipeline is archived")
	ErrPipeName   = fault.New(fault.Invalid, "pipeline.name", "give the pipeline a name")
	ErrStage      = fault.New(fault.Invalid, "pipeline.stage", "this pipeline has no such stage")
	ErrStages     = fault.New(fault.Invalid, "pipeline.stages", "a pipeline has 1 to 20 stages")
	ErrStageName  = fault.New(fault.Invalid, "pipeline.stage_name", "give the stage a name")
	ErrStageTwice = fault.New(fault.Invalid, "pipeline.stage_twice", "two stages have this name")
	ErrGuard      = fault.New(fault.Invalid, "pipeline.guard", "this guard is not known")
	ErrReasons    = fault.New(fault.Invalid, "pipeline.reasons", "a list has 1 to 50 reasons, each once")
	ErrSilent     = fault.New(fault.Invalid, "pipeline.silent", "a number of days is between 1 and 365")
	ErrFull       = fault.New(fault.Conflict, "pipeline.stage_full", "opportunities stand in this stage: say where they go")
	ErrWhere      = fault.New(fault.Invalid, "pipeline.where", "they go to a stage that stays")
	ErrInUse      = fault.New(fault.Conflict, "pipeline.in_use", "opportunities are open in this pipeline")
	ErrLast       = fault.New(fault.Conflict, "pipeline.last", "the last pipeline stays")
)

// Default is the pipeline of a new organisation, as domain.md §2.21 and the
// picture of the board have it: behoefte 25, voorstel 50, offerte 65,
// onderhandeling 80 %.
func Default(i id.Pipeline) Pipeline {
	return Pipeline{
		ID: i, Version: 1,
		Stages: []Stage{
			{Key: "need", Chance: 2500},
			{Key: "proposal", Chance: 5000, Guards: []Guard{NeedsNeed, NeedsDecider}},
			{Key: "quote", Chance: 6500, Guards: []Guard{NeedsValue, NeedsClose}},
			{Key: "negotiation", Chance: 8000},
		},
		Wins:   keyed("fit", "price", "service", "trust", "speed"),
		Losses: keyed("price", "competitor", "fit", "timing", "budget", "no_decision", "stopped"),
		Roles:  slices.Clone(Roles), Silent: 14,
	}
}

func keyed(keys ...string) (all []Reason) {
	for _, k := range keys {
		all = append(all, Reason{Key: k})
	}
	return all
}

// House says whether the words of the house name a stage of this key.
func House(key string) bool {
	return slices.ContainsFunc(Default(id.Pipeline{}).Stages, func(s Stage) bool { return s.Key == key })
}

// HouseReason says whether the words of the house name a reason of this key.
func HouseReason(key string) bool {
	d := Default(id.Pipeline{})
	has := func(r Reason) bool { return r.Key == key }
	return slices.ContainsFunc(d.Wins, has) || slices.ContainsFunc(d.Losses, has)
}

// Stage is the stage of a key.
func (p Pipeline) Stage(key string) (Stage, bool) {
	if i := p.At(key); i >= 0 {
		return p.Stages[i], true
	}
	return Stage{}, false
}

// At is the place of a stage, from 0; -1 when there is none.
func (p Pipeline) At(key string) int {
	return slices.IndexFunc(p.Stages, func(s Stage) bool { return s.Key == key })
}

// Check tidies a pipeline. Stages and reasons without a key get one.
func (p Pipeline) Check() (Pipeline, error) {
	wrong := fault.Fields{}
	clean := func(field, typed string) string {
		s, err := fold.Clean(typed, MaxName)
		wrong.Add(field, err)
		return s
	}
	p.Name, p.WonName, p.LostName = clean("name", p.Name), clean("won_name", p.WonName), clean("lost_name", p.LostName)
	if p.Name == "" && p.Place != 0 && wrong["name"] == nil {
		wrong.Add("name", ErrPipeName) // only the first one is the house's
	}
	if len(p.Stages) == 0 || len(p.Stages) > MaxStages {
		wrong.Add("stages", ErrStages)
		return p, wrong.Err()
	}
	p.Stages = slices.Clone(p.Stages)
	names, keys := map[string]bool{}, map[string]bool{}
	for i := range p.Stages {
		s, at := &p.Stages[i], "stages."+strconv.Itoa(i)
		s.Name, s.Told = clean(at+".name", s.Name), clean(at+".told", s.Told)
		if s.Key == "" {
			s.Key = unused(s.Name, func(k string) bool { return House(k) || p.At(k) >= 0 })
		}
		switch name := fold.Key(s.Name); {
		case s.Name == "" && !House(s.Key):
			wrong.Add(at+".name", ErrStageName)
		case name != "" && names[name], keys[s.Key]:
			wrong.Add(at+".name", ErrStageTwice)
		default:
			names[name], keys[s.Key] = true, true
		}
		if s.Chance < 0 || s.Chance > 10_000 {
			wrong.Add(at+".chance", ErrChance)
		}
		if slices.ContainsFunc(s.Guards, func(g Guard) bool { return !slices.Contains(Guards, g) }) {
			wrong.Add(at+".guards", ErrGuard)
		}
	}
	p.Wins, p.Losses = tidy(p.Wins, "win_reasons", wrong), tidy(p.Losses, "loss_reasons", wrong)
	if slices.ContainsFunc(p.Roles, func(r Role) bool { return !slices.Contains(Roles, r) }) {
		wrong.Add("required_roles", ErrRole)
	}
	if p.Silent < 1 || p.Silent > MostSilent {
		wrong.Add("silent_days", ErrSilent)
	}
	return p, wrong.Err()
}

func tidy(all []Reason, field string, wrong fault.Fields) (kept []Reason) {
	if len(all) == 0 || len(all) > MaxReasons {
		wrong.Add(field, ErrReasons)
		return all
	}
	for _, r := range all {
		name, err := fold.Clean(r.Name, MaxName)
		wrong.Add(field, err)
		r.Name = name
		taken := func(k string) bool { return slices.ContainsFunc(kept, func(o Reason) bool { return o.Key == k }) }
		if r.Key == "" {
			r.Key = unused(name, func(k string) bool { return HouseReason(k) || taken(k) })
		}
		if r.Name == "" && !HouseReason(r.Key) || taken(r.Key) {
			wrong.Add(field, ErrReasons)
		}
		kept = append(kept, r)
	}
	return kept
}

// unused makes a key out of a name.
func unused(name string, taken func(string) bool) string {
	base := ""
	for _, r := range fold.Key(name) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			base += string(r)
		}
	}
	if base = base[:min(len(base), 30)]; base == "" {
		base = "stage"
	}
	key := base
	for n := 2; taken(key); n++ {
		key = base + strconv.Itoa(n)
	}
	return key
}

// Gone are the stages that a pipeline had and has no more.
func Gone(was, is Pipeline) (keys []string) {
	for _, s := range was.Stages {
		if is.At(s.Key) < 0 {
			keys = append(keys, s.Key)
		}
	}
	return keys
}

// PipelineDiff is what is different between two versions of a pipeline.
func PipelineDiff(a, b Pipeline) []fact.Change {
	return fact.Between([]string{"name", "place", "stages", "won_name", "lost_name", "win_reasons", "loss_reasons", "required_roles", "silent_days", "archived_at"}, a.field, b.field)
}

func (p Pipeline) field(key string) any {
	return map[string]any{
		"name": p.Name, "place": p.Place, "stages": p.Stages, "won_name": p.WonName, "lost_name": p.LostName,
		"win_reasons": p.Wins, "loss_reasons": p.Losses, "required_roles": p.Roles, "silent_days": p.Silent, "archived_at": p.Archived,
	}[key]
}
