package btyd

// BGNBD is the model of Fader, Hardie and Lee (2005). It takes whoever bought
// once to be a customer for ever: for a list of who is slipping away choose
// Pareto/NBD or MBG/NBD.
type BGNBD struct{ R, Alpha, A, B float64 }

func (m BGNBD) shared() betaGeometric { return betaGeometric{m.R, m.Alpha, m.A, m.B, 0} }

// Alive is 1 for everybody without a repeat purchase.
func (m BGNBD) Alive(h History) float64 { return m.shared().alive(h) }

// Future counts purchases in the next t.
func (m BGNBD) Future(h History, t float64) float64 { return m.shared().future(h, t) }

// Expected counts repeat purchases of a new customer in its first t.
func (m BGNBD) Expected(t float64) float64 { return m.shared().expected(t) }

// Chance is P(X(t) = x).
func (m BGNBD) Chance(x int, t float64) float64 { return m.shared().chance(x, t) }

// LogLikelihood follows the form that does not overflow (Fader, Hardie 2013).
func (m BGNBD) LogLikelihood(h History) float64 { return m.shared().logLikelihood(h) }

// FitBGNBD finds the parameters r, alpha, a, b under which the cohort is likeliest.
func FitBGNBD(c *Cohort) (BGNBD, Estimate, error) {
	e, err := fitBetaGeometric(c, 0)
	if err != nil {
		return BGNBD{}, e, err
	}
	return BGNBD{e.Value[0], e.Value[1], e.Value[2], e.Value[3]}, e, nil
}

func fitBetaGeometric(c *Cohort, first int) (Estimate, error) {
	if err := c.enough(); err != nil {
		return Estimate{}, err
	}
	unit := c.oldest() / 39
	return maximise(problem{
		names:  []string{"r", "alpha", "a", "b"},
		scale:  []float64{1, unit, 1, 1},
		starts: [][]float64{{1, 3, 1, 3}, {1, 1, 1, 1}, {0.3, 5, 0.5, 2}},
		mean:   newBetaGeometricLikelihood(c, first).at,
		count:  c.customers,
	})
}
