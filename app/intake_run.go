package app

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"time"

	"kring/base/catalogue"
	"kring/base/column"
	"kring/base/decimal"
	"kring/base/email"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/job"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/field"
	"kring/domain/file"
	"kring/domain/intake"
	"kring/domain/match"
	"kring/domain/member"
	"kring/domain/opportunity"
	"kring/domain/order"
	"kring/domain/product"
	"kring/paper/sheet"
	"kring/store"
)

// landingKind is how rows of a file become records of one kind. A new kind that
// can be imported is one more of these.
type landingKind struct {
	columns func() column.Fields
	write   []member.Right // besides that to import
	sources []string       // where a record can come from
	start   func(*page) landing
}

// landings are the kinds that can be imported.
var landings = map[fact.Kind]landingKind{
	fact.Account:     {account.Columns, []member.Right{member.AccountWrite}, account.Sources, landAccounts},
	fact.Order:       {order.Columns, []member.Right{member.OrderWrite}, order.Sources, landOrders},
	fact.Opportunity: {opportunity.Columns, []member.Right{member.OpportunityWrite, member.OrderWrite}, opportunity.Sources, landOpportunities},
	fact.Product:     {product.Columns, []member.Right{member.ProductWrite}, order.Sources, landProducts},
	fact.Team:        {teamColumns, []member.Right{member.MemberManage}, order.Sources, landTeams},
	fact.Contact:     {contact.Columns, []member.Right{member.ContactWrite, member.AccountWrite}, contact.Sources, landContacts},
}

func (k landingKind) rights() []member.Right { return k.write }

// source checks the source that new records get.
func (k landingKind) source(o intake.Options, wrong fault.Fields) error {
	if o.Source != "" && !slices.Contains(k.sources, o.Source) {
		wrong.Add("source", account.ErrSource)
	}
	return nil
}

// landing is a page of rows becoming records. Each step deals with the whole
// page, so that the number of questions does not grow with the rows; only land
// goes row by row, in the order of the file, and asks nothing.
type landing interface {
	draft(*line)              // what the row says by itself, and what is wrong with it
	look(*store.View) error   // the records the rows are known for, and those they point at
	land(*line)               // what becomes of a row
	write(tx *store.Tx) error // writes the records, and notes on the page what became of the rows
}

// line is one row of the file.
type line struct {
	n      int64
	cells  []string
	values map[string]string // by field, as the record takes them
	ways   column.Reach
	own    map[string]any
	owner  id.Member
	team   id.Team
	wrong  []intake.Problem // whatever becomes of it
	unfit  []intake.Problem // as a new record
	label  string
	deed   intake.Deed
	record id.Record
	names  []string      // by what it is known in the file, hashed
	twins  []match.Found // records that it may be, the likeliest first
}

// page is a few hundred rows.
type page struct {
	a       *App
	who     Who
	in      *intake.Intake
	dry     bool
	now     int64
	fields  column.Fields
	own     []field.Definition
	members map[string]member.Member // by folded name and by e-mail
	teams   map[string]id.Team       // by folded name
	land    landing
	lines   []*line
	before  map[string]int64 // rows of earlier pages by what they are known by
	names   map[string]int64 // those of this page
	rows    []intake.Row
	tally   intake.Tally
}

// learn reads what every page needs to know.
func (p *page) learn(v *store.View) (err error) {
	p.now = v.Now()
	if p.fields, p.own, err = intakeFields(v, p.in.Kind); err != nil {
		return err
	}
	all, err := v.Members()
	if err != nil {
		return err
	}
	p.members = map[string]member.Member{}
	for _, m := range all {
		if m.State == member.Disabled {
			continue
		}
		key := column.Fold(m.Name)
		if _, twice := p.members[key]; twice { // a name that two bear says nothing
			p.members[key] = member.Member{}
		} else {
			p.members[key] = m
		}
		p.members[m.Email] = m
	}
	groups, err := v.Teams()
	p.teams = map[string]id.Team{}
	for _, g := range groups {
		p.teams[column.Fold(g.Name)] = g.ID
	}
	return err
}

// prepare reads the rows of a page: mended cells, values, what is wrong.
func (p *page) prepare(v *store.View, rows []sheet.Row) error {
	p.lines, p.land = nil, landings[p.in.Kind].start(p)
	if len(rows) == 0 {
		return nil
	}
	fixes, err := v.IntakeFixes(p.in.ID, rows[0].N, rows[len(rows)-1].N)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if blankRow(r) {
			continue
		}
		l := &line{n: r.N, cells: r.Cells}
		p.lines = append(p.lines, l)
		if f, bad := fault.From(r.Err); bad {
			l.wrong = []intake.Problem{intake.ProblemOf(-1, f)}
			continue
		}
		for _, f := range fixes {
			if f.Row == l.n && f.Column < len(l.cells) {
				l.cells[f.Column] = f.Value
			}
		}
		p.read(l)
		p.land.draft(l)
	}
	return nil
}

// read brings the cells of a row to values.
func (p *page) read(l *line) {
	l.values, l.wrong = p.in.Mapping.Read(p.fields, l.cells)
	var bad fault.Fields
	if _, reached := p.fields.Field("street"); reached { // of an order, a number is not that of a house
		l.ways, bad = column.Reached(l.values, p.who.Org.Settings.Country)
	} else {
		bad = fault.Fields{}
	}
	if name := l.values["owner"]; name != "" {
		m, ok := p.members[column.Fold(name)]
		if !ok || m.ID.IsZero() {
			if mail, err := email.Normalise(name); err == nil {
				m = p.members[mail]
			}
		}
		if l.owner = m.ID; m.ID.IsZero() {
			bad.Add("owner", intake.ErrOwner)
		}
		l.team = m.Team
	}
	if name := l.values["team"]; name != "" {
		t, ok := p.teams[column.Fold(name)]
		if l.team = t; !ok {
			bad.Add("team", intake.ErrTeam)
		}
	}
	if p.in.Options.Key == column.ID.Key && l.values[column.ID.Key] != "" {
		r, err := id.Parse[id.Record](l.values[column.ID.Key])
		bad.Add(column.ID.Key, err)
		l.values[column.ID.Key] = r.String() // as we write it
	}
	for _, f := range p.own {
		raw, given := l.values[catalogue.Own+f.Key]
		if !given || f.Archived != 0 {
			continue
		}
		value, err := field.AcceptIn(f, raw, decimal.Point)
		bad.Add(catalogue.Own+f.Key, err)
		if l.own == nil {
			l.own = map[string]any{}
		}
		l.own[f.Key] = value
	}
	l.wrong = append(l.wrong, p.in.Mapping.Wrong(bad.Err())...)
}

// missing are the required own fields that a new record lacks.
func (p *page) missing(l *line) (all []intake.Problem) {
	bad := fault.Fields{}
	for _, f := range p.own {
		if f.Required && f.Archived == 0 && l.own[f.Key] == nil {
			bad.Add(catalogue.Own+f.Key, field.ErrRequired)
		}
	}
	return p.in.Mapping.Wrong(bad.Err())
}

// at is the problem of a column, or of the row when no column became the field.
func (p *page) at(key string, f *fault.Fault) intake.Problem {
	return intake.ProblemOf(p.in.Mapping.Column(key), f)
}

// known hashes by what a row is known in the file.
func known(what, value string) string {
	sum := sha256.Sum256([]byte(what + "\x00" + value))
	return string(sum[:16])
}

// seen is the row of the file that was known by this before.
func (p *page) seen(name string) (int64, bool) {
	if n, ok := p.before[name]; ok {
		return n, true
	}
	n, ok := p.names[name]
	return n, ok
}

// note keeps by what a row is known.
func (p *page) note(l *line, names ...string) {
	for _, name := range names {
		if _, ok := p.seen(name); !ok {
			p.names[name] = l.n
		}
	}
}

func (p *page) refuse(l *line, problems ...intake.Problem) {
	l.deed, l.wrong = intake.Refused, problems
}

func (p *page) doubt(l *line, record id.Record, problem intake.Problem) {
	l.deed, l.record, l.wrong = intake.Twin, record, []intake.Problem{problem}
}

// evidence is what the facts of an import say: which, and which row.
func (p *page) evidence(l *line) string {
	return "import " + p.in.ID.String() + " · " + strconv.FormatInt(l.n, 10)
}

// decide looks everything up and says what becomes of each row.
func (p *page) decide(v *store.View) error {
	p.now, p.names, p.rows, p.tally = v.Now(), map[string]int64{}, nil, intake.Tally{}
	for _, l := range p.lines {
		l.deed, l.record = "", id.Record{}
	}
	var err error
	if err = p.land.look(v); err != nil {
		return err
	}
	var names [][]byte
	for _, l := range p.lines {
		for _, name := range l.names {
			names = append(names, []byte(name))
		}
	}
	if p.before, err = v.IntakeKeys(*p.in, names); err != nil {
		return err
	}
	for _, l := range p.lines {
		stands := l.wrong // deciding may be done again
		if len(l.wrong) > 0 {
			l.refuseWhole()
		} else {
			p.land.land(l)
		}
		p.count(l)
		l.wrong = stands
	}
	return nil
}

// refuseWhole names every bad cell of a row, so that all can be mended at once.
func (l *line) refuseWhole() {
	all := slices.Clone(l.wrong)
	for _, w := range l.unfit {
		if w.Column >= 0 && !slices.ContainsFunc(all, func(o intake.Problem) bool { return o.Column == w.Column }) {
			all = append(all, w)
		}
	}
	l.deed, l.wrong = intake.Refused, all
}

// count counts what becomes of a row, and notes it when it does not land.
func (p *page) count(l *line) {
	p.tally.Rows++
	switch l.deed {
	case intake.Created:
		p.tally.Created++
	case intake.Updated:
		p.tally.Updated++
	case intake.Same:
		p.tally.Same++
	case intake.Refused, intake.Twin:
		if l.deed == intake.Twin {
			p.tally.Twins++
		} else {
			p.tally.Refused++
		}
		for _, w := range l.wrong {
			p.tally.Because(w.Code)
		}
		p.rows = append(p.rows, intake.Row{Row: l.n, Deed: l.deed, Kind: p.in.Kind, Record: l.record, Label: l.label, Cells: l.cells, Problems: l.wrong})
	}
}

// intakeArgs says which import a job works on.
type intakeArgs struct {
	Intake id.Record `json:"intake"`
}

// begin reads what a job of an import works on, as whoever asked for it.
func (a *App) beginIntake(ctx context.Context, j job.Job) (in intake.Intake, who Who, f file.File, err error) {
	var args intakeArgs
	if err := json.Unmarshal(j.Args, &args); err != nil {
		return in, who, f, err
	}
	err = a.db.Read(ctx, j.Org, func(v *store.View) error {
		if in, err = v.Intake(args.Intake); err != nil {
			return err
		}
		if who, err = intakeWho(v, in); err != nil {
			return err
		}
		if in.File.IsZero() {
			return nil
		}
		f, err = v.File(in.File)
		return err
	})
	return in, who, f, err
}

// intakeWho is the member who imports, as they are now; the command line has
// none.
func intakeWho(v *store.View, in intake.Intake) (who Who, err error) {
	if !in.Member.IsZero() {
		return memberWho(v, in.Member)
	}
	who.Org, err = v.Organisation()
	return machineWho(who.Org), err
}

// runIntake is the job of a check and of a run: a page of rows in a transaction
// each, so that it goes on where it was, and no row lands twice.
func (a *App) runIntake(ctx context.Context, j job.Job) error {
	in, who, f, err := a.beginIntake(ctx, j)
	if err != nil || in.State != intake.Checking && in.State != intake.Running {
		return err
	}
	if in.Place == 0 {
		if err := a.sweepIntake(ctx, who, in, in.Pass, in.Pass); err != nil {
			return err
		}
	}
	if in.State == intake.Running && in.Place == 0 && in.Total == 0 {
		if ok, err := a.readThrough(ctx, who, in.ID, f); err != nil || !ok {
			return err
		}
	}
	t, err := a.openTable(ctx, who, f)
	if err != nil {
		return err
	}
	defer t.Close() //nolint:errcheck // it was only read
	for range in.Place {
		if _, err := nextRow(t); err != nil {
			return err
		}
	}
	p := &page{a: a, who: who, in: &in, dry: in.State == intake.Checking}
	if err := a.db.Read(ctx, j.Org, p.learn); err != nil {
		return err
	}
	for first, ended := true, false; !ended; first = false {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		rows, broken, err := takeRows(t)
		if err != nil {
			return err
		}
		ended = len(rows) < intake.Page
		if err := a.db.Read(ctx, j.Org, func(v *store.View) error { return p.prepare(v, rows) }); err != nil {
			return err
		}
		if err := a.intakePage(ctx, j, p, int64(len(rows)), broken); err != nil {
			return err
		}
		if first && !ended {
			if err := a.db.SizeIntake(ctx); err != nil {
				return err
			}
		}
	}
	if err := a.sweepIntake(ctx, who, in, in.Pass+1, in.Pass); err != nil {
		return err
	}
	return a.endIntake(ctx, who, in.ID)
}

// takeRows are the rows of the next page; broken says why there are no more
// when the file breaks off.
func takeRows(t sheet.Table) (rows []sheet.Row, broken *fault.Fault, err error) {
	for len(rows) < intake.Page {
		r, err := nextRow(t)
		if f, bad := breaks(err); bad {
			return rows, f, nil
		}
		if err == io.EOF {
			return rows, nil, nil
		}
		if err != nil {
			return nil, nil, err
		}
		r.Cells = slices.Clone(r.Cells)
		rows = append(rows, r)
	}
	return rows, nil, nil
}

// intakePage decides about a page of rows, and writes it unless dry, in one
// transaction with the progress of the job.
func (a *App) intakePage(ctx context.Context, j job.Job, p *page, read int64, broken *fault.Fault) error {
	next := *p.in
	err := a.persist(ctx, p.who, func(tx *store.Tx) error {
		if err := mayLand(p.who, p.in.Kind); err != nil { // they may have lost the right since they asked
			return err
		}
		now, err := tx.Intake(p.in.ID)
		if err != nil {
			return err
		}
		if now.Pass != p.in.Pass || now.Place != p.in.Place || now.State != p.in.State {
			return job.ErrLost
		}
		if err := tx.IntakeGate(); err != nil {
			return err
		}
		if p.in.Kind == fact.Team { // two moves at once could make a circle together
			if err := tx.HoldOrganisation(); err != nil {
				return err
			}
		}
		if err := p.decide(&tx.View); err != nil {
			return err
		}
		if !p.dry {
			if err := p.land.write(tx); err != nil {
				return err
			}
		}
		if err := tx.AddIntakeRows(now, p.rows); err != nil {
			return err
		}
		if err := tx.AddIntakeKeys(now, p.names); err != nil {
			return err
		}
		now.Place += read
		now.Tally().Add(p.tally)
		if broken != nil {
			now.Broken, now.BrokenAt = broken.Code, now.Place+2
		}
		if err := tx.Progress(j, now.Tally().Rows, max(now.Total, 0), ""); err != nil {
			return err
		}
		next, err = tx.SaveIntake(now)
		return err
	})
	if err == nil {
		*p.in = next
	}
	return err
}

// persist is write that is tried again where another was first: with the same
// record, or with the import itself.
func (a *App) persist(ctx context.Context, who Who, fn func(*store.Tx) error) (err error) {
	for range 5 {
		err = a.write(ctx, who, member.Import, fn)
		if !errors.Is(err, store.ErrTaken) && !errors.Is(err, store.ErrStale) {
			return err
		}
	}
	return job.Later(err, time.Second)
}

// readThrough reads the file to its end before anything lands: of one that is
// cut off nothing does. ok says that it is whole.
func (a *App) readThrough(ctx context.Context, who Who, i id.Record, f file.File) (ok bool, err error) {
	t, err := a.openTable(ctx, who, f)
	if err != nil {
		return false, err
	}
	defer t.Close() //nolint:errcheck // it was only read
	var count intake.Intake
	broken, err := wholeFile(ctx, &count, func() (int64, bool, error) {
		r, err := t.Next()
		return r.N, blankRow(r), err
	})
	if err != nil {
		return false, err
	}
	err = a.persist(ctx, who, func(tx *store.Tx) error {
		in, err := tx.Intake(i)
		if err != nil {
			return err
		}
		in.Total = count.Total
		if broken != "" {
			in = in.Break(broken, count.BrokenAt)
		}
		_, err = tx.SaveIntake(in)
		return err
	})
	return broken == "", err
}

// sweepIntake forgets what was noted in passes before these.
func (a *App) sweepIntake(ctx context.Context, who Who, in intake.Intake, keys, rows int64) error {
	for more := true; more; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		err := a.write(ctx, who, member.Import, func(tx *store.Tx) (err error) {
			more, err = tx.SweepIntake(in.ID, keys, rows)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *App) endIntake(ctx context.Context, who Who, i id.Record) error {
	return a.persist(ctx, who, func(tx *store.Tx) error {
		in, err := tx.Intake(i)
		if err != nil || !in.Busy() {
			return err
		}
		_, err = tx.SaveIntake(in.End(tx.Now()))
		return err
	})
}
