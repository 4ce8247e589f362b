package survey

// Category is what a feature is to somebody (Kano 1984; domain.md §2.7).
type Category byte

// The categories; A O M I count, R and Q are said beside them.
const (
	Attractive     Category = 'A'
	OneDimensional Category = 'O'
	MustBe         Category = 'M'
	Indifferent    Category = 'I'
	Reverse        Category = 'R'
	Questionable   Category = 'Q'
)

// The answers to "how is it when it is there" and "when it is not".
const (
	Like = iota
	Expect
	Neutral
	Tolerate
	Dislike
)

// kano has a row for each answer when it is there, a column for each when it is not.
var kano = [5]string{"QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ"}

// Classify is the category of one person's pair of answers.
func Classify(present, absent int) (Category, error) {
	if present < Like || present > Dislike || absent < Like || absent > Dislike {
		return 0, ErrScale
	}
	return Category(kano[present][absent]), nil
}

// Kano counts the categories of a feature over people.
type Kano map[Category]int

// tie is the order in which equally frequent categories win: what must be there
// goes before what pleases.
const tie = "MOAIRQ"

// Category is the most frequent one.
func (k Kano) Category() (Category, error) {
	best := Category(0)
	for i := range len(tie) {
		if c := Category(tie[i]); k[c] > k[best] {
			best = c
		}
	}
	if best == 0 {
		return 0, ErrNone
	}
	return best, nil
}

// Coefficients are Berger's: better = (A+O)/(A+O+M+I), how far having it pleases,
// and worse = −(O+M)/(A+O+M+I), how far missing it displeases.
func (k Kano) Coefficients() (better, worse float64, err error) {
	a, o, m, i := float64(k[Attractive]), float64(k[OneDimensional]), float64(k[MustBe]), float64(k[Indifferent])
	all := a + o + m + i
	if all == 0 {
		return 0, 0, ErrNone
	}
	return (a + o) / all, -(o + m) / all, nil
}
