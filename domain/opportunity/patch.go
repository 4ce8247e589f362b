package opportunity

import (
	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/money"
	"kring/base/opt"
)

// Patch is what changes of an opportunity; a field that is not mentioned stays.
// A chance of nothing is that of the stage again.
type Patch struct {
	Name       opt.Of[string]      `json:"name,omitzero"`
	Value      opt.Of[money.Money] `json:"-"`
	Margin     opt.Of[int64]       `json:"margin,omitzero"`
	Close      opt.Of[day.Day]     `json:"close,omitzero"`
	Opened     opt.Of[day.Day]     `json:"opened,omitzero"`
	Owner      opt.Of[id.Member]   `json:"owner,omitzero"`
	Team       opt.Of[id.Team]     `json:"team,omitzero"`
	Chance     opt.Of[*int64]      `json:"chance,omitzero"`
	ChanceWhy  opt.Of[string]      `json:"chance_why,omitzero"`
	Go         opt.Of[*int64]      `json:"go,omitzero"`
	Get        opt.Of[*int64]      `json:"get,omitzero"`
	Next       opt.Of[string]      `json:"next,omitzero"`
	NextDay    opt.Of[day.Day]     `json:"next_day,omitzero"`
	Need       opt.Of[string]      `json:"need,omitzero"`
	Situation  opt.Of[Situation]   `json:"situation,omitzero"`
	Lines      opt.Of[[]Line]      `json:"lines,omitzero"`
	Rivals     opt.Of[[]Rival]     `json:"competitors,omitzero"`
	Reason     opt.Of[string]      `json:"reason,omitzero"`
	Lessons    opt.Of[string]      `json:"lessons,omitzero"`
	Source     opt.Of[string]      `json:"source,omitzero"`
	ExternalID opt.Of[string]      `json:"external_id,omitzero"`
}

// Mentions are the fields that the patch says something about.
func (p Patch) Mentions() (fields []string) {
	for _, f := range []struct {
		name  string
		given bool
	}{
		{"name", p.Name.Given()}, {"value", p.Value.Given()}, {"margin", p.Margin.Given()}, {"close", p.Close.Given()}, {"opened", p.Opened.Given()},
		{"owner", p.Owner.Given()}, {"team", p.Team.Given()}, {"chance", p.Chance.Given()}, {"chance_why", p.ChanceWhy.Given()}, {"go", p.Go.Given()}, {"get", p.Get.Given()},
		{"next", p.Next.Given()}, {"next_day", p.NextDay.Given()}, {"need", p.Need.Given()}, {"situation", p.Situation.Given()}, {"lines", p.Lines.Given()},
		{"competitors", p.Rivals.Given()}, {"reason", p.Reason.Given()}, {"lessons", p.Lessons.Given()}, {"source", p.Source.Given()}, {"external_id", p.ExternalID.Given()},
	} {
		if f.given {
			fields = append(fields, f.name)
		}
	}
	return fields
}

// after says whether a change fits one that is won or lost: what was learnt, and
// who looks after it.
func after(changes []fact.Change) bool {
	for _, c := range changes {
		switch c.Field {
		case "reason", "lessons", "owner", "team", "source", "external_id", "competitors", "name":
		default:
			return false
		}
	}
	return true
}

// Change puts other things in an opportunity. A close day that moves to a later
// one is counted; one that is over has to move.
func Change(o Opportunity, now int64, today day.Day, pl Pipeline, p Patch) (Opportunity, []fact.Change, error) {
	d, next, wrong := o.Draft(), o, fault.Fields{}
	said := func(o opt.Of[*int64], to *Odds) {
		if v, given := o.Get(); given {
			if *to = Said(-1); v != nil {
				*to = Said(*v)
				if *v < 0 {
					*to = Said(10_001) // refused below, not taken for "not said"
				}
			}
		}
	}
	said(p.Chance, &d.Chance)
	said(p.Go, &d.Go)
	said(p.Get, &d.Get)
	opt.Put(p.Name, &d.Name, wrong, "name", nil)
	opt.Put(p.Value, &d.Value, wrong, "value", nil)
	opt.Put(p.Margin, &d.Margin, wrong, "margin", nil)
	opt.Put(p.Close, &d.Close, wrong, "close", nil)
	opt.Put(p.Owner, &d.Owner, wrong, "owner", nil)
	opt.Put(p.Team, &d.Team, wrong, "team", nil)
	opt.Put(p.ChanceWhy, &d.ChanceWhy, wrong, "chance_why", nil)
	opt.Put(p.Next, &d.Next, wrong, "next", nil)
	opt.Put(p.NextDay, &d.NextDay, wrong, "next_day", nil)
	if v, given := p.Next.Get(); given && v == "" && !p.NextDay.Given() {
		d.NextDay = "" // a day of nothing
	}
	opt.Put(p.Need, &d.Need, wrong, "need", nil)
	opt.Put(p.Situation, &d.Situation, wrong, "situation", nil)
	opt.Put(p.Lines, &d.Lines, wrong, "lines", nil)
	opt.Put(p.Rivals, &d.Rivals, wrong, "competitors", nil)
	opt.Put(p.Source, &d.Source, wrong, "source", nil)
	opt.Put(p.ExternalID, &d.ExternalID, wrong, "external_id", nil)
	if v, given := p.Opened.Get(); given {
		if parsed, err := day.Parse(string(v)); err != nil {
			wrong.Add("opened", err)
		} else if parsed > today {
			wrong.Add("opened", ErrOpened)
		} else {
			next.Opened = parsed
		}
	}
	next.take(d, wrong)
	if next.Close != o.Close && next.Close != "" && next.Close < today && wrong["close"] == nil {
		wrong.Add("close", ErrClosePast)
	}
	if p.Reason.Given() || p.Lessons.Given() {
		next.takeEnd(pl, p.Reason.Or(o.Reason), p.Lessons.Or(o.Lessons), wrong)
	}
	if err := wrong.Err(); err != nil {
		return o, nil, err
	}
	next.slip(o, today)
	changes := Diff(o, next)
	if o.State != Open && !after(changes) {
		return o, nil, ErrEnded
	}
	if len(changes) > 0 {
		next.Updated = now
	}
	return next, changes, nil
}

// slip counts a close day that moved to a later one, and notes since when the
// next step is what it is.
func (o *Opportunity) slip(was Opportunity, today day.Day) {
	if was.Close != "" && o.Close > was.Close {
		o.Slips++
	}
	if o.Next != was.Next || o.NextDay != was.NextDay {
		o.Since = today
	}
}

// Refilled is the patch that says what a draft has and nothing of what it leaves
// empty, as a row of a file does.
func Refilled(d Draft) (p Patch) {
	text := func(s string, into *opt.Of[string]) {
		if s != "" {
			*into = opt.Some(s)
		}
	}
	text(d.Name, &p.Name)
	text(d.Next, &p.Next)
	text(d.Need, &p.Need)
	text(d.Source, &p.Source)
	text(d.ExternalID, &p.ExternalID)
	if d.Close != "" {
		p.Close = opt.Some(d.Close)
	}
	if d.NextDay != "" {
		p.NextDay = opt.Some(d.NextDay)
	}
	if d.Value.Cents != 0 {
		p.Value = opt.Some(d.Value)
	}
	if d.Margin != 0 {
		p.Margin = opt.Some(d.Margin)
	}
	if len(d.Lines) > 0 && d.Value.Cents != 0 {
		p.Lines = opt.Some(d.Lines)
	}
	if !d.Owner.IsZero() {
		p.Owner = opt.Some(d.Owner)
	}
	if !d.Team.IsZero() {
		p.Team = opt.Some(d.Team)
	}
	return p
}
