package demo

import (
	"context"
	"fmt"
	"slices"

	"kring/app"
	"kring/base/day"
	"kring/base/id"
	"kring/base/money"
	"kring/base/opt"
	"kring/domain/account"
	"kring/domain/cycle"
	"kring/domain/handover"
	"kring/domain/order"
)

// What the relations of Brandt & Zoon ordered, and what was decided about them:
// years of it, counted back from the day on which the demo is founded, so that
// every phase, label and story is there, in about the numbers of the pictures.

// bought is an order, so many days ago.
type bought struct {
	ago   int
	cents int64
	note  string
	lines []order.Line
}

// decided is a decision, so many days ago. waits is an ending that nobody
// answered yet.
type decided struct {
	ago    int
	kind   cycle.Kind
	reason cycle.Reason
	note   string
	waits  bool
}

// life is what happened with a relation.
type life struct {
	orders    []bought
	decisions []decided
}

// every gives n orders that many days apart, the last one so many days ago.
func every(n, apart, last int, cents int64) (all []bought) {
	for i := range n {
		all = append(all, bought{ago: last + (n-1-i)*apart, cents: cents})
	}
	return all
}

func (l life) with(orders ...bought) life {
	l.orders = append(l.orders, orders...)
	return l
}

func (l life) then(ago int, kind cycle.Kind, reason cycle.Reason, note string) life {
	l.decisions = append(l.decisions, decided{ago: ago, kind: kind, reason: reason, note: note})
	return l
}

// year is about four orders of the last twelve months that add up.
func year(cents int64) []bought {
	part := cents / 400 * 100
	return []bought{{ago: 318, cents: part}, {ago: 226, cents: part}, {ago: 135, cents: part}, {ago: 43, cents: cents - 3*part}}
}

// lives are those of the relations of the pictures, by name.
var lives = map[string]life{
	"Zorggroep De Linden": life{}.with(every(4, 270, 1985, 1_480_000)...).then(1650, cycle.Notice, cycle.Price, "Een ander bood hetzelfde voor een tiende minder.").
		with(every(9, 88, 410, 1_640_000)...).with(year(8_640_000)...),
	"Hotel Haverkamp":           life{}.with(every(5, 120, 420, 1_500_000)...).with(year(6_420_000)...),
	"Ziekenhuis Oosterveld":     life{}.with(every(6, 180, 410, 2_600_000)...).with(year(5_890_000)...),
	"Gemeente Oudeveen":         life{}.with(every(3, 240, 500, 2_200_000)...).with(year(4_750_000)...),
	"Woningstichting Thuisvest": life{}.with(every(3, 200, 450, 1_700_000)...).with(year(3_960_000)...),
	"Ingenieursbureau Dijkema":  life{}.with(every(3, 150, 400, 640_000)...).with(year(2_610_000)...),
	"Drukkerij Lankhorst":       life{}.with(every(4, 210, 430, 560_000)...).with(year(2_275_000)...),
	"Logistiek Terbrugge":       life{}.with(bought{ago: 96, cents: 1_840_000, note: "Proef op de nachtploeg."}),
	"Museum De Wachter":         life{}.with(every(6, 260, 400, 410_000)...).with(year(1_430_000)...),
	"Theater De Kade":           life{}.with(bought{ago: 210, cents: 525_000}, bought{ago: 61, cents: 600_000, note: "Na de proefmaand."}),
	"Fysio Kerkplein":           life{}.with(bought{ago: 120, cents: 980_000}),
	"Rederij Noordzij":          life{}.with(every(5, 160, 540, 820_000)...).then(300, cycle.Notice, cycle.Service, "Twee keer wachten op een monteur in het hoogseizoen."),
	"Camping Duinrand":          life{}.with(every(4, 120, 560, 240_000)...).then(430, cycle.Ending, cycle.NonPayment, "Drie facturen open na vier herinneringen."),
}

// lot says how many relations of the account managers have which life.
var lots = []struct {
	n    int
	draw func(h *Hat) life
}{
	{90, steady}, {9, newlyLoyal}, {10, secondTurn}, {14, newlyWon}, {14, once}, {4, relapsed}, {23, ended}, {11, left}, {4, faded}, {2, readmitted},
}

// worth is what a relation that comes back buys in a year, in cents.
func worth(h *Hat) int64 { return int64(1_200_000 + 100_000*h.N(90)) }

func steady(h *Hat) life {
	w := worth(h) / 300 * 100
	n := 2 + h.N(4)
	return life{}.with(every(n, 120+h.N(90), 420+h.N(120), w)...).with(every(3, 100+h.N(20), 20+h.N(90), w)...)
}

func newlyLoyal(h *Hat) life { return life{}.with(every(3, 90+h.N(60), 5+h.N(35), 480_000)...) }

func secondTurn(h *Hat) life {
	why := any1(h, []cycle.Reason{cycle.Price, cycle.Service, cycle.Quality})
	return life{}.with(every(2, 150, 1500+h.N(200), 700_000)...).then(1300, cycle.Notice, why, "").with(every(4, 110+h.N(40), 15+h.N(80), worth(h)/300*100)...)
}

func newlyWon(h *Hat) life {
	return life{}.with(bought{ago: 3 + h.N(40), cents: int64(300_000 + 10_000*h.N(120))})
}

func once(h *Hat) life {
	return life{}.with(every(1+h.N(2), 60, 100+h.N(200), int64(400_000+10_000*h.N(160)))...)
}

func relapsed(h *Hat) life {
	return life{}.with(every(3, 100, 1100+h.N(200), 500_000)...).with(bought{ago: 30 + h.N(200), cents: 450_000})
}

func ended(h *Hat) life {
	why := any1(h, []cycle.Reason{cycle.NoFit, cycle.NonPayment, cycle.NonPayment, cycle.Ethics})
	said := map[cycle.Reason]string{
		cycle.NoFit: "Zij willen het goedkoopste, wij het beste.", cycle.NonPayment: "Facturen bleven open na drie herinneringen.", cycle.Ethics: "Vroegen om een rekening die niet klopte.",
	}
	ago := 40 + h.N(1200)
	return life{}.with(every(1+h.N(3), 110, ago+60+h.N(100), 350_000)...).then(ago, cycle.Ending, why, said[why])
}

func left(h *Hat) life {
	why := any1(h, []cycle.Reason{cycle.Price, cycle.Price, cycle.Quality, cycle.Service, cycle.Moved, cycle.Stopped})
	ago := 20 + h.N(900)
	return life{}.with(every(1+h.N(4), 130, ago+40+h.N(100), 380_000)...).then(ago, cycle.Notice, why, "")
}

func faded(h *Hat) life {
	ago := 30 + h.N(200)
	return life{}.with(every(2, 140, ago+400+h.N(100), 300_000)...).then(ago, cycle.Inactivity, cycle.Unknown, "Neemt niet meer op.")
}

func readmitted(h *Hat) life {
	ago := 60 + h.N(100)
	return life{}.with(every(2, 140, ago+500, 300_000)...).then(ago+300, cycle.Ending, cycle.NonPayment, "Facturen bleven open.").
		then(ago, cycle.Readmission, "", "Alles is betaald, en er is een nieuwe eigenaar.")
}

// deal gives the relations that nobody knows by name their lives. Those of new
// business have bought nothing, but for the last three: they wait for somebody.
func deal(firms []firm) {
	h := NewHat(1953)
	var theirs []int // of account managers
	for i, f := range firms {
		if f.owner != newBusiness {
			theirs = append(theirs, i)
		}
	}
	h.rng.Shuffle(len(theirs), func(i, j int) { theirs[i], theirs[j] = theirs[j], theirs[i] })
	for _, lot := range lots {
		for range lot.n {
			firms[theirs[0]].life = lot.draw(h)
			theirs = theirs[1:]
		}
	}
	for n, i := range []int{len(firms) - 3, len(firms) - 2, len(firms) - 1} {
		firms[i].life = life{}.with(bought{ago: 2 + 3*n, cents: int64(320_000 + 90_000*n)})
	}
	waiting := 0
	for i := range firms { // two endings wait for a second person
		if l := firms[i].life; waiting < 2 && len(l.orders) == 1 && len(l.decisions) == 0 && l.orders[0].ago > 100 {
			firms[i].life.decisions = []decided{{ago: 4 + waiting, kind: cycle.Ending, reason: cycle.NonPayment, note: "Betaalt niet, en belt niet terug.", waits: true}}
			waiting++
		}
	}
}

const newBusiness = "Bram"

// live lets happen what happened, as one change: the orders of the owner, and
// endings that the director agreed with.
func (f *founder) live(one firm, acc account.Account) error {
	if len(one.life.orders)+len(one.life.decisions) == 0 {
		return nil
	}
	who := f.members[one.owner]
	today := f.Today(who)
	return f.Together(f.ctx, who, func(ctx context.Context) error {
		for n, o := range one.life.orders {
			on := today.Add(-o.ago)
			_, err := f.PlaceOrder(ctx, who, order.Draft{
				Account: acc.ID, Day: on, Amount: money.Money{Cents: o.cents, Currency: "EUR"}, Note: o.note, Lines: o.lines,
				Number: orderNumber(on, acc, n),
			})
			if err != nil {
				return fmt.Errorf("order of %s: %w", acc.Name, err)
			}
		}
		for _, d := range one.life.decisions {
			if err := f.decide(ctx, who, acc, today, d); err != nil {
				return fmt.Errorf("%s of %s: %w", d.kind, acc.Name, err)
			}
		}
		return nil
	})
}

// orderNumber is what stands on the order, as if it came in among many.
func orderNumber(on day.Day, acc account.Account, n int) string {
	sum := n * 211
	for _, r := range acc.ExternalID {
		sum = sum*31 + int(r)
	}
	return fmt.Sprintf("%s-%04d", string(on)[:4], 100+sum%9000)
}

func (f *founder) decide(ctx context.Context, who app.Who, acc account.Account, today day.Day, d decided) error {
	director := f.members["Daan"]
	if d.kind == cycle.Readmission {
		who = director
	}
	made, err := f.Decide(ctx, who, acc.ID, cycle.Decision{Kind: d.kind, Day: today.Add(-d.ago), Reason: d.reason, Note: d.note})
	if err != nil || d.kind != cycle.Ending || d.waits {
		return err
	}
	_, err = f.AnswerDecision(ctx, director, made.ID, made.Version, true)
	return err
}

// handOvers answers some of what the first orders of new business proposed: one
// waits for Sanne, one came back, one waits for who has the fewest.
func (f *founder) handOvers() error {
	bram, sanne := f.members[newBusiness], f.members["Sanne"]
	all, err := f.Handovers(f.ctx, bram, app.HandoverAsk{Of: "from", State: handover.Proposed, Limit: 10})
	if err != nil || len(all) < 3 {
		return err
	}
	slices.SortFunc(all, func(a, b handover.Line) int { return slices.Compare(a.ID[:], b.ID[:]) })
	if _, err := f.ChangeHandover(f.ctx, bram, all[0].ID, 0, app.HandoverPatch{To: opt.Some(sanne.Member.ID), Note: opt.Some("Zit bij jou om de hoek. Zij willen vooral weten wie de machine vult."), Told: map[string]bool{"order": true}}); err != nil {
		return err
	}
	receiver, err := f.receiver(all[1].To)
	if err != nil {
		return err
	}
	_, err = f.ReturnHandover(f.ctx, receiver, all[1].ID, 0, "Ligt buiten mijn route; Joris rijdt er elke week langs.")
	return err
}

// receiver is the member with an id, among those who work here.
func (f *founder) receiver(i id.Member) (app.Who, error) {
	for _, who := range f.members {
		if who.Member.ID == i {
			return who, nil
		}
	}
	return app.Who{}, fmt.Errorf("nobody has the id %s", i)
}
