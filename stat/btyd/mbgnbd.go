package btyd

// MBGNBD is the model of Batislam, Denizel and Filiztekin (2007): as BG/NBD, but
// a customer may leave after the first purchase too, so that of a one-time
// buyer one can doubt.
type MBGNBD struct{ R, Alpha, A, B float64 }

func (m MBGNBD) shared() betaGeometric { return betaGeometric{m.R, m.Alpha, m.A, m.B, 1} }

// Alive is the chance that the customer did not leave after its last purchase.
func (m MBGNBD) Alive(h History) float64 { return m.shared().alive(h) }

// Future counts purchases in the next t.
func (m MBGNBD) Future(h History, t float64) float64 { return m.shared().future(h, t) }

// Expected counts repeat purchases of a new customer in its first t.
func (m MBGNBD) Expected(t float64) float64 { return m.shared().expected(t) }

// Chance is P(X(t) = x).
func (m MBGNBD) Chance(x int, t float64) float64 { return m.shared().chance(x, t) }

// LogLikelihood is that of BG/NBD with one more chance to leave.
func (m MBGNBD) LogLikelihood(h History) float64 { return m.shared().logLikelihood(h) }

// FitMBGNBD finds the parameters r, alpha, a, b under which the cohort is likeliest.
func FitMBGNBD(c *Cohort) (MBGNBD, Estimate, error) {
	e, err := fitBetaGeometric(c, 1)
	if err != nil {
		return MBGNBD{}, e, err
	}
	return MBGNBD{e.Value[0], e.Value[1], e.Value[2], e.Value[3]}, e, nil
}
