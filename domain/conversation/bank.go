package conversation

import (
	"slices"
	"strings"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
)

// Question is one question of the bank: what one can ask in a branch, or in every
// one.
type Question struct {
	ID       id.Question `json:"id"`
	Version  int64       `json:"version"`
	Letter   Letter      `json:"letter"`
	Text     string      `json:"text"`
	Closed   bool        `json:"closed"`
	Basis    string      `json:"basis"`
	Branch   string      `json:"branch"` // the beginning of an SBI code, or a tag; empty is for all
	Archived bool        `json:"archived"`
	Created  int64       `json:"created_at"`
	Updated  int64       `json:"updated_at"`
}

// QuestionDraft is what is filled in for a question of the bank.
type QuestionDraft struct {
	Letter   Letter
	Text     string
	Closed   bool
	Basis    string
	Branch   string
	Archived bool
}

// MaxBranch is how long the name of a branch is.
const MaxBranch = 100

// MaxBank is how many questions a bank has.
const MaxBank = 1000

var (
	// ErrQuestionText says that a question asks something.
	ErrQuestionText = fault.New(fault.Invalid, "question.text", "write down what is asked")
	// ErrQuestionLetter says that it stands under one of four letters.
	ErrQuestionLetter = fault.New(fault.Invalid, "question.letter", "a question stands under S, P, I or N")
	// ErrBasis says that a question about harm or fear says on what it rests (E-03).
	ErrBasis = fault.New(fault.Invalid, "question.basis", "this question is about harm or fear: write down on what it rests, so that nobody is frightened with something invented")
	// ErrBank says that a bank is full.
	ErrBank = fault.New(fault.Conflict, "question.bank", "a bank has at most 1000 questions")
)

// NewQuestion makes a question.
func NewQuestion(i id.Question, now int64, d QuestionDraft) (Question, error) {
	q := Question{ID: i, Version: 1, Created: now, Updated: now}
	return q, q.take(d)
}

// ChangeQuestion changes a question.
func ChangeQuestion(q Question, now int64, d QuestionDraft) (Question, []fact.Change, error) {
	next := q
	if err := next.take(d); err != nil {
		return q, nil, err
	}
	changes := DiffQuestions(q, next)
	if len(changes) > 0 {
		next.Updated = now
	}
	return next, changes, nil
}

func (q *Question) take(d QuestionDraft) error {
	wrong := fault.Fields{}
	text := func(field, s string, most int) string {
		s, err := fold.Clean(s, most)
		wrong.Add(field, err)
		return s
	}
	q.Text, q.Basis, q.Branch = text("text", d.Text, MaxText), text("basis", d.Basis, MaxText), text("branch", d.Branch, MaxBranch)
	if q.Text == "" && wrong["text"] == nil {
		wrong.Add("text", ErrQuestionText)
	}
	if !slices.Contains(Letters, d.Letter) {
		wrong.Add("letter", ErrQuestionLetter)
	}
	q.Letter, q.Closed, q.Archived = d.Letter, d.Closed, d.Archived
	if q.Asking().Flagged() {
		wrong.Add("basis", ErrBasis)
	}
	return wrong.Err()
}

// Asking is the question as it stands in a plan.
func (q Question) Asking() Asking {
	return Asking{Letter: q.Letter, Text: q.Text, Closed: q.Closed, Basis: q.Basis}
}

// Segment is what decides which questions fit a relation: its branch code (SBI)
// and its tags.
type Segment struct {
	SBI  string
	Tags []string
}

// For says whether a question fits a segment. Digits are the beginning of a branch
// code, so 86 is all of health care; anything else is a tag.
func (q Question) For(s Segment) bool {
	if q.Archived || q.Branch == "" {
		return !q.Archived
	}
	if strings.Trim(q.Branch, "0123456789") == "" {
		return strings.HasPrefix(s.SBI, q.Branch)
	}
	return slices.ContainsFunc(s.Tags, func(t string) bool { return fold.Key(t) == fold.Key(q.Branch) })
}

// Suggest are the questions to ask now under a letter: those that were prepared,
// then those of the bank, first of the branch; at most n, and none that was asked.
func Suggest(l Letter, plan []Asking, bank []Question, s Segment, notes []Note, n int) (all []Asking) {
	add := func(q Asking) {
		asked := slices.ContainsFunc(notes, func(o Note) bool { return fold.Key(o.Question) == fold.Key(q.Text) })
		double := slices.ContainsFunc(all, func(o Asking) bool { return fold.Key(o.Text) == fold.Key(q.Text) })
		if q.Letter == l && !asked && !double && len(all) < n {
			all = append(all, q)
		}
	}
	for _, q := range plan {
		add(q)
	}
	for _, own := range []bool{true, false} {
		for _, q := range bank {
			if q.For(s) && (q.Branch != "") == own {
				add(q.Asking())
			}
		}
	}
	return all
}

// DiffQuestions is what is different between two versions of a question.
func DiffQuestions(a, b Question) (changes []fact.Change) {
	add := fact.Into(&changes)
	add("letter", a.Letter == b.Letter, a.Letter, b.Letter)
	add("text", a.Text == b.Text, a.Text, b.Text)
	add("closed", a.Closed == b.Closed, a.Closed, b.Closed)
	add("basis", a.Basis == b.Basis, a.Basis, b.Basis)
	add("branch", a.Branch == b.Branch, a.Branch, b.Branch)
	add("archived", a.Archived == b.Archived, a.Archived, b.Archived)
	return changes
}

// Standard are the questions with which an organisation can begin, in Dutch or in
// English.
func Standard(language string) (all []QuestionDraft) {
	texts := standard["en"]
	if language == "nl" {
		texts = standard["nl"]
	}
	for _, l := range Letters {
		for _, t := range texts[l] {
			all = append(all, QuestionDraft{Letter: l, Text: t})
		}
	}
	return all
}

var standard = map[string]map[Letter][]string{
	"nl": {
		Situation:   {"Hoe doen jullie dat nu?", "Wie werkt er elke dag mee?", "Sinds wanneer is dat zo?"},
		Problem:     {"Wat gaat er het vaakst mis?", "Waar ben je niet tevreden over?", "Wat kost jullie de meeste tijd?"},
		Implication: {"Wat betekent dat voor jullie klanten?", "Hoeveel tijd gaat daar per week in zitten?", "Wat gebeurt er als dit zo blijft?"},
		Payoff:      {"Wat zou het schelen als dat was opgelost?", "Waarom is dat voor jou belangrijk?", "Wie heeft er nog meer iets aan?"},
	},
	"en": {
		Situation:   {"How do you do that now?", "Who works with it every day?", "Since when is it like that?"},
		Problem:     {"What goes wrong most often?", "What are you not satisfied with?", "What takes most of your time?"},
		Implication: {"What does that mean for your customers?", "How much time goes into it each week?", "What happens if it stays like this?"},
		Payoff:      {"What would it change if that were solved?", "Why does that matter to you?", "Who else would gain from it?"},
	},
}
