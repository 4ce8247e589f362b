package lead

import (
	"math"
	"slices"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
)

// Frame is a way to qualify: which questions, with what weight (domain.md §2.17).
type Frame string

// The frames: BANT (IBM), CHAMP, MEDDIC.
const (
	BANT   Frame = "bant"
	CHAMP  Frame = "champ"
	MEDDIC Frame = "meddic"
)

// Frames are all frames, in the order of a menu.
var Frames = []Frame{BANT, CHAMP, MEDDIC}

// Part is a letter of a frame, with its weight in hundredths; those of a frame
// add up to a hundred.
type Part struct {
	Key    string
	Weight int
}

var parts = map[Frame][]Part{
	BANT:   {{"budget", 30}, {"authority", 20}, {"need", 30}, {"timing", 20}},
	CHAMP:  {{"challenges", 30}, {"authority", 25}, {"money", 25}, {"prioritisation", 20}},
	MEDDIC: {{"metrics", 17}, {"economic_buyer", 17}, {"decision_criteria", 17}, {"decision_process", 16}, {"identify_pain", 17}, {"champion", 16}},
}

// Parts are the letters of a frame, in order.
func (f Frame) Parts() []Part { return parts[f] }

// Letter is what is known about a letter of the frame, and from what.
type Letter struct {
	Key      string `json:"key"`
	Level    string `json:"level"` // of Levels
	Evidence string `json:"evidence"`
}

// Levels are how well a letter is known.
var Levels = []string{"unknown", "weak", "ok", "strong"}

var levels = map[string]float64{"unknown": 0, "weak": .33, "ok": .66, "strong": 1}

// Pursue is from which weighted answer on a lead is worth going after.
const Pursue = .6

var (
	// ErrFrame says that there is no such frame.
	ErrFrame = fault.New(fault.Invalid, "lead.frame", "the frame is BANT, CHAMP or MEDDIC")
	// ErrLevel says that a letter is known in one of four ways.
	ErrLevel = fault.New(fault.Invalid, "lead.level", "a letter is unknown, weak, ok or strong")
	// ErrEvidence says that a letter that is known says from what.
	ErrEvidence = fault.New(fault.Invalid, "lead.evidence", "write down what you know this from")
)

// Weigh is the sum of weight × answer, both from 0 to 1.
func Weigh(weights, answers []float64) (sum float64) {
	for i := range weights {
		sum += weights[i] * answers[i]
	}
	return sum
}

// Answer is how well a lead is qualified by its frame, from 0 to 1.
func (l Lead) Answer() float64 {
	var weights, answers []float64
	for _, p := range l.Frame.Parts() {
		weights = append(weights, float64(p.Weight)/100)
		answers = append(answers, levels[l.Letter(p.Key).Level])
	}
	return math.Round(Weigh(weights, answers)*10_000) / 10_000
}

// Letter is what is known about a letter; unknown when nobody said.
func (l Lead) Letter(key string) Letter {
	if i := slices.IndexFunc(l.Letters, func(x Letter) bool { return x.Key == key }); i >= 0 {
		return l.Letters[i]
	}
	return Letter{Key: key, Level: "unknown"}
}

// Qualify writes down the answers by a frame. A letter that is left out becomes
// unknown; one that is known has evidence.
func (l Lead) Qualify(now int64, f Frame, answers []Letter) (Lead, []fact.Change, error) {
	if l.State == Converted {
		return l, nil, ErrConverted
	}
	if !slices.Contains(Frames, f) {
		return l, nil, fault.Field("frame", ErrFrame)
	}
	next, wrong := l, fault.Fields{}
	next.Frame, next.Letters = f, []Letter{}
	for _, p := range f.Parts() {
		i := slices.IndexFunc(answers, func(x Letter) bool { return x.Key == p.Key })
		if i < 0 || answers[i].Level == "" {
			continue
		}
		a := answers[i]
		text, err := fold.Text(a.Evidence, MaxWhy)
		if _, known := levels[a.Level]; !known {
			err = ErrLevel
		} else if err == nil && text == "" && a.Level != "unknown" {
			err = ErrEvidence
		}
		wrong.Add(p.Key, err)
		if a.Evidence = text; a.Level != "unknown" || text != "" {
			next.Letters = append(next.Letters, a)
		}
	}
	if err := wrong.Err(); err != nil {
		return l, nil, err
	}
	return l.became(next, now)
}
