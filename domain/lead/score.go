package lead

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"kring/base/fold"
	"kring/base/id"
)

// MaxFit is the most that fitting adds, in hundredths.
const MaxFit = 50_00

const dayMS = 24 * 3600 * 1000

// Touch is something that happened with a lead: a sign of theirs, or a deed of
// ours. Kind is the key of a behaviour rule, or one that has no points.
type Touch struct {
	ID     id.Record `json:"id"`
	Lead   id.Lead   `json:"lead"`
	At     int64     `json:"at"` // milliseconds UTC
	Kind   string    `json:"kind"`
	Text   string    `json:"text"`
	Ours   bool      `json:"ours"` // a deed of ours: it counts as a response
	Member id.Member `json:"member"`
}

// MaxTouches is how many one lead can have.
const MaxTouches = 500

// Reason is one line of the arithmetic of a score.
type Reason struct {
	Fit    bool   // else behaviour
	Key    string // of the rule
	Text   string // of the fit rule, or of the touch
	Points int64  // as the rule says, in hundredths
	Adds   int64  // what is left of them, in hundredths
	Age    int    // days
	Half   int    // half-life in days; 0 for fit
}

// Score is what a lead counts for, in hundredths, with the reasons. Total is
// rounded once, from the exact sum.
type Score struct {
	Fit       int64 // 0 to MaxFit
	Behaviour int64
	Total     int64
	Reasons   []Reason
	Own       bool // a person gave the total
	Unscored  bool // they object to profiling: nothing is counted
}

// Decayed is what is left of points of so many days ago, by half-life: points ×
// 0.5^(age/half) (domain.md §2.17). Without a half-life nothing is lost.
func Decayed(points, age, half float64) float64 {
	if half <= 0 {
		return points
	}
	return points * math.Pow(0.5, max(age, 0)/half)
}

// Behaviour is the sum of decayed points.
func Behaviour(points, ages []float64, half float64) (sum float64) {
	for i := range points {
		sum += Decayed(points[i], ages[i], half)
	}
	return sum
}

// Count scores a lead now: fit between 0 and 50, behaviour with a half-life,
// negative points too.
func (s Setting) Count(l Lead, touches []Touch, now int64) Score {
	if l.Unscored {
		return Score{Unscored: true, Reasons: []Reason{}}
	}
	out := Score{Reasons: []Reason{}}
	for _, r := range s.Fit {
		if r.fits(l) {
			out.Fit += r.Points
			out.Reasons = append(out.Reasons, Reason{Fit: true, Key: r.Field + " " + r.Is + " " + r.Value, Text: r.Text(), Points: r.Points, Adds: r.Points})
		}
	}
	out.Fit = min(max(out.Fit, 0), MaxFit)
	rules := map[string]Event{}
	for _, e := range s.Events {
		rules[e.Key] = e
	}
	exact := 0.0
	for _, t := range touches {
		e, scored := rules[t.Kind]
		if !scored || e.Points == 0 {
			continue
		}
		age := float64(now-t.At) / dayMS
		adds := Decayed(float64(e.Points), age, float64(e.Half))
		exact += adds
		out.Reasons = append(out.Reasons, Reason{Key: e.Key, Text: t.Text, Points: e.Points, Adds: int64(math.Round(adds)), Age: int(max(age, 0)), Half: e.Half})
	}
	out.Behaviour = int64(math.Round(exact))
	out.Total = out.Fit + out.Behaviour
	if l.OwnWhy != "" {
		out.Total, out.Own = l.Own, true
	}
	slices.SortStableFunc(out.Reasons, func(a, b Reason) int { return int(size(b.Adds) - size(a.Adds)) })
	return out
}

func size(n int64) int64 { return max(n, -n) }

// fits says whether a rule holds of a lead.
func (r FitRule) fits(l Lead) bool {
	has := l.value(r.Field)
	switch r.Is {
	case "filled":
		return has != ""
	case "empty":
		return has == ""
	case "is":
		return fold.Key(has) == fold.Key(r.Value)
	case "has":
		return r.Value != "" && strings.Contains(fold.Key(has), fold.Key(r.Value))
	case "least":
		n, err1 := strconv.Atoi(has)
		least, err2 := strconv.Atoi(r.Value)
		return err1 == nil && err2 == nil && n >= least
	}
	return false
}

// value is a field of a lead as a rule reads it.
func (l Lead) value(field string) string {
	switch field {
	case "organisation":
		return l.Organisation
	case "function":
		return l.Function
	case "email":
		return l.Email
	case "phone":
		return l.Phone
	case "city":
		return l.City
	case "segment":
		return l.Segment
	case "source":
		return l.Source
	case "size":
		if l.Size > 0 {
			return strconv.Itoa(l.Size)
		}
	}
	return ""
}

// Text writes a rule for a reader who knows the words of the fields.
func (r FitRule) Text() string { return strings.TrimSpace(r.Field + " " + r.Is + " " + r.Value) }
