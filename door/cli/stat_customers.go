package cli

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"kring/base/day"
	"kring/base/decimal"
	"kring/paper/sheet"
	"kring/stat/btyd"
)

// StatCustomers fits a customer-base model to a file of purchases.
type StatCustomers struct {
	File        string            `arg:"" type:"existingfile" help:"Purchases: columns customer, date and, for amounts, amount."`
	Until       string            `help:"The last day that counts; purchases after it are ignored. The last one in the file when left out." placeholder:"2026-12-31"`
	Unit        string            `help:"What time is counted in: day or week." enum:"day,week" default:"week"`
	Model       string            `help:"${enum}" enum:"pareto-nbd,bg-nbd,mbg-nbd,gamma-gamma" default:"pareto-nbd"`
	Predict     int               `help:"How many units ahead; a year when left out." placeholder:"N"`
	Map         map[string]string `help:"Which column is which, theirs=ours." mapsep:"," placeholder:"id=customer,…"`
	PerCustomer bool              `help:"One row for each customer." name:"per-customer"`
	Track       bool              `help:"Repeat purchases by unit of time, expected beside actual."`
}

// farthest is a century of days: beyond it no forecast means anything.
const farthest = 36525

var purchaseColumns = []column{
	{key: "customer", names: []string{"customer_id", "customer id", "cust", "id", "client", "klant", "klantnummer", "relatie", "account"}},
	{key: "date", names: []string{"datum", "day", "dag", "order_date", "orderdatum", "date of purchase"}},
	{key: "amount", names: []string{"bedrag", "total", "totaal", "value", "price", "sales"}, optional: true},
}

// customersSaid is what --json writes. What a model does not know is left out.
type customersSaid struct {
	Model         string             `json:"model"`
	Customers     int                `json:"customers"` // whom the fit rests on
	Repeaters     int                `json:"repeaters"`
	Until         day.Day            `json:"until"`
	Unit          string             `json:"unit"`
	Params        map[string]float64 `json:"params"`
	Errors        map[string]float64 `json:"se"`
	LogLikelihood float64            `json:"log_likelihood"`
	Predict       int                `json:"predict,omitempty"`
	Expected      *float64           `json:"expected_total,omitempty"`   // in the next N, given what each one did
	Cumulative    *float64           `json:"cumulative_total,omitempty"` // repeat purchases from birth to N after until
	MeanValue     *float64           `json:"expected_value,omitempty"`   // of an order of a customer one knows nothing of
	Correlation   *float64           `json:"correlation,omitempty"`
	Skipped       int                `json:"skipped,omitempty"` // rows with a negative amount
	Tracking      []trackRow         `json:"tracking,omitempty"`
	Rows          []customerRow      `json:"rows,omitempty"`

	names []string // of the parameters, in the order of the model
}

type trackRow struct {
	Day      day.Day `json:"day"`
	Expected float64 `json:"expected"`
	Actual   *int    `json:"actual,omitempty"` // absent after the last day in the file
}

type customerRow struct {
	Customer string   `json:"customer"`
	X        int      `json:"x"`
	Last     float64  `json:"t_x"`
	Age      float64  `json:"T"`
	Mean     *float64 `json:"zbar,omitempty"`
	Alive    *float64 `json:"p_alive,omitempty"`
	Expected *float64 `json:"expected,omitempty"`
	Value    *float64 `json:"expected_value,omitempty"`
}

// Run fits and prints. With --per-customer the rows go to the output as CSV and
// the summary beside it, so that the output can be piped.
func (s *StatCustomers) Run(r *run) error {
	if s.Predict < 0 || s.Predict > farthest {
		return fmt.Errorf("--predict is a number of units ahead, 1 to %d", farthest)
	}
	base, err := s.read()
	if err != nil {
		return err
	}
	said, err := s.fit(base)
	if err != nil {
		return err
	}
	if r.json {
		return r.writeJSON(said)
	}
	out := r.term.Out
	if s.PerCustomer {
		if err := said.writeRows(out); err != nil {
			return err
		}
		out = r.term.Err
	}
	return said.writeText(out)
}

// purchaseFile is what was read of a file.
type purchaseFile struct {
	journal   btyd.Journal
	until     int // day since 1970, as all days here
	last      int // day of the last purchase in the file
	amounts   bool
	skipped   int
	customers []btyd.Customer
}

func (s *StatCustomers) unit() btyd.Unit {
	if s.Unit == "day" {
		return btyd.Day
	}
	return btyd.Week
}

func (s *StatCustomers) read() (p *purchaseFile, err error) {
	table, at, done, err := openTable(s.File, purchaseColumns, s.Map)
	if err != nil {
		return nil, err
	}
	defer done()
	p = &purchaseFile{}
	_, p.amounts = at["amount"]
	if s.Model == "gamma-gamma" && !p.amounts {
		return nil, errors.New("gamma-gamma is about amounts: say which column they are in with --map theirs=amount")
	}
	for {
		row, err := table.Next()
		if err == io.EOF {
			break
		}
		if err == nil {
			err = row.Err
		}
		if err == nil {
			err = p.note(row, at)
		}
		if err != nil {
			return nil, inRow(row, err)
		}
	}
	last, some := p.journal.Last()
	if !some {
		return nil, sheet.ErrHeaderOnly
	}
	p.last, p.until = last, last
	if s.Until != "" {
		if p.until, err = dayNumber(s.Until); err != nil {
			return nil, fmt.Errorf("--until: %s", err.Error())
		}
	}
	p.customers = p.journal.Cut(p.until, s.unit())
	if len(p.customers) == 0 {
		return nil, fmt.Errorf("nobody bought anything until %s", dayOf(p.until))
	}
	return p, nil
}

// note reads one purchase. Money back is no purchase: it is left out, and said.
func (p *purchaseFile) note(row sheet.Row, at map[string]int) error {
	when, err := dayNumber(row.Cells[at["date"]])
	if err != nil {
		return err
	}
	amount := 0.0
	if p.amounts {
		if amount, err = decimal.Number(row.Cells[at["amount"]], decimal.Point); err != nil {
			return err
		}
	}
	if amount < 0 {
		p.skipped++
		return nil
	}
	return p.journal.Add(strings.TrimSpace(row.Cells[at["customer"]]), when, amount)
}

// dayNumber reads a day, also as 19970930 and with a time behind it, as days
// since 1970.
func dayNumber(text string) (int, error) {
	text = strings.TrimSpace(text)
	if len(text) > 10 && (text[10] == 'T' || text[10] == ' ') {
		text = text[:10]
	}
	if len(text) == 8 && strings.Trim(text, "0123456789") == "" {
		text = text[:4] + "-" + text[4:6] + "-" + text[6:]
	}
	d, err := day.Parse(text)
	if err != nil {
		return 0, fmt.Errorf("%q: %s", text, err.Error())
	}
	return day.Day("1970-01-01").Until(d), nil
}

func dayOf(number int) day.Day { return day.Day("1970-01-01").Add(number) }

func (s *StatCustomers) fit(p *purchaseFile) (*customersSaid, error) {
	said := &customersSaid{Model: s.Model, Until: dayOf(p.until), Unit: s.Unit, Skipped: p.skipped}
	cohort, err := btyd.NewCohort(btyd.Histories(p.customers))
	if err != nil {
		return nil, err
	}
	said.Repeaters = cohort.Repeaters()
	if s.Model == "gamma-gamma" {
		return said, s.fitValue(said, p)
	}
	model, e, err := fitModel(s.Model, cohort)
	if err != nil {
		return nil, err
	}
	said.settled(e)
	if said.Predict = s.Predict; said.Predict == 0 {
		said.Predict = 365 / int(s.unit())
	}
	ahead := float64(said.Predict)
	expected, cumulative := btyd.Total(model, cohort, ahead), btyd.Track(model, cohort, []float64{ahead})[0]
	said.Expected, said.Cumulative = &expected, &cumulative
	if s.Track {
		said.Tracking = p.track(model, cohort, s.unit(), said.Predict)
	}
	if s.PerCustomer {
		for _, c := range p.customers {
			row, alive, future := p.row(c), model.Alive(c.History), model.Future(c.History, ahead)
			row.Alive, row.Expected = &alive, &future
			said.Rows = append(said.Rows, row)
		}
	}
	return said, nil
}

func fitModel(name string, c *btyd.Cohort) (btyd.Model, btyd.Estimate, error) {
	switch name {
	case "bg-nbd":
		return btyd.FitBGNBD(c)
	case "mbg-nbd":
		return btyd.FitMBGNBD(c)
	default:
		return btyd.FitParetoNBD(c)
	}
}

func (s *StatCustomers) fitValue(said *customersSaid, p *purchaseFile) error {
	spends := btyd.Spends(p.customers)
	model, e, err := btyd.FitGammaGamma(spends)
	if err != nil {
		return err
	}
	said.settled(e)
	correlation := btyd.Correlation(spends)
	said.Correlation = &correlation
	if mean, err := model.Mean(btyd.Spend{}); err == nil {
		said.MeanValue = &mean
	}
	if s.PerCustomer {
		for _, c := range p.customers {
			row := p.row(c)
			if mean, err := model.Mean(c.Spend()); err == nil {
				row.Value = &mean
			}
			said.Rows = append(said.Rows, row)
		}
	}
	return nil
}

func (said *customersSaid) settled(e btyd.Estimate) {
	said.Customers, said.LogLikelihood, said.names = e.Customers, e.LogLikelihood, e.Names
	said.Params, said.Errors = map[string]float64{}, map[string]float64{}
	for i, name := range e.Names {
		said.Params[name], said.Errors[name] = e.Value[i], e.Error[i]
	}
}

func (p *purchaseFile) row(c btyd.Customer) customerRow {
	row := customerRow{Customer: c.Name, X: c.X, Last: c.Last, Age: c.Age}
	if p.amounts {
		row.Mean = &c.Mean
	}
	return row
}

// track compares, unit by unit from the first birth on, all repeat purchases so
// far of those who were customers on the last day that counts.
func (p *purchaseFile) track(m btyd.Model, c *btyd.Cohort, unit btyd.Unit, ahead int) (rows []trackRow) {
	first := p.until
	for _, k := range p.customers {
		first = min(first, k.Birth)
	}
	var moments []float64
	for i := -(p.until - first) / int(unit); i <= ahead; i++ {
		moments = append(moments, float64(i))
	}
	days, n := p.journal.Repeats(p.until), 0
	for i, expected := range btyd.Track(m, c, moments) {
		when := p.until + int(moments[i])*int(unit)
		row := trackRow{Day: dayOf(when), Expected: expected}
		for n < len(days) && days[n] <= when {
			n++
		}
		if when <= p.last {
			actual := n
			row.Actual = &actual
		}
		rows = append(rows, row)
	}
	return rows
}

func (said *customersSaid) writeText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "%s: %d customers, %d came back; in %ss, until %s\n\n", said.Model, said.Customers, said.Repeaters, said.Unit, said.Until)
	for _, name := range said.names {
		fmt.Fprintf(t, "%s\t%.4f\t± %.4f\t\n", name, said.Params[name], said.Errors[name])
	}
	fmt.Fprintf(t, "log-likelihood\t%.2f\t\t\n", said.LogLikelihood)
	number := func(what string, v *float64, digits int) {
		if v != nil {
			fmt.Fprintf(t, "%s\t%.*f\t\t\n", what, digits, *v)
		}
	}
	number(fmt.Sprintf("purchases in the next %d %ss", said.Predict, said.Unit), said.Expected, 1)
	number("repeat purchases by then", said.Cumulative, 1)
	number("value of an order", said.MeanValue, 2)
	number("correlation of number and value", said.Correlation, 3)
	if len(said.Tracking) > 0 {
		fmt.Fprintf(t, "\t\t\t\nrepeat purchases up to\texpected\tactual\t\n")
	}
	for _, row := range said.Tracking {
		actual := ""
		if row.Actual != nil {
			actual = strconv.Itoa(*row.Actual)
		}
		fmt.Fprintf(t, "%s\t%.1f\t%s\t\n", row.Day, row.Expected, actual)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, remark := range said.remarks() {
		fmt.Fprintf(w, "\n%s\n", remark)
	}
	return nil
}

// remarks is what one must know before believing the figures.
func (said *customersSaid) remarks() (all []string) {
	if said.Repeaters < 100 {
		all = append(all, "Fewer than a hundred customers came back: look at the standard errors before the figures.")
	}
	if said.Model == "bg-nbd" {
		all = append(all, "BG/NBD takes whoever bought once to be a customer for ever; pareto-nbd and mbg-nbd do not.")
	}
	if said.Correlation != nil && (*said.Correlation > .3 || *said.Correlation < -.3) {
		all = append(all, "Those who buy often do not spend like the others: gamma-gamma takes it that they do.")
	}
	if said.Model == "gamma-gamma" && said.MeanValue == nil {
		all = append(all, "No value of an order: q is not above 1, so that under the model it has no end.")
	}
	if said.Skipped > 0 {
		all = append(all, fmt.Sprintf("%d rows with a negative amount were left out.", said.Skipped))
	}
	return all
}

func (said *customersSaid) writeRows(w io.Writer) error {
	out := csv.NewWriter(w)
	number := func(v *float64) string {
		if v == nil {
			return ""
		}
		return strconv.FormatFloat(*v, 'g', 10, 64)
	}
	if err := out.Write([]string{"customer", "x", "t_x", "T", "zbar", "p_alive", "expected", "expected_value"}); err != nil {
		return err
	}
	for _, c := range said.Rows {
		if err := out.Write([]string{c.Customer, strconv.Itoa(c.X), number(&c.Last), number(&c.Age), number(c.Mean), number(c.Alive), number(c.Expected), number(c.Value)}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
