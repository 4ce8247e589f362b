package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"kring/app"
	columns "kring/base/column"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/job"
	"kring/domain/intake"
	"kring/look/words"
	"kring/paper/sheet"
)

// Import makes records of the rows of a file, and takes that back.
type Import struct {
	Kind string `arg:"" optional:"" help:"accounts, contacts, orders, opportunities, products or teams; leads as they come to exist."`
	File string `arg:"" optional:"" type:"existingfile" help:"CSV, XLSX or vCard."`

	Map        []string `help:"What a column becomes, in place of the proposal: 'Customer no=external_id'; nothing behind the = leaves it out; a number names the column by its place." placeholder:"COLUMN=FIELD"`
	Value      []string `help:"What a value of a column becomes, in every row: 'product:GTXPro=GTX Pro'; nothing before the = is an empty cell." placeholder:"COLUMN:VALUE=VALUE"`
	DryRun     bool     `help:"Say what would happen and change nothing."`
	Mode       string   `help:"What a row may do: ${enum}." default:"create" enum:"create,update,both"`
	Key        string   `help:"By what a record is known: id, external_id, email or kvk; a team: name." placeholder:"FIELD"`
	Twins      string   `help:"A row that looks like a record that is here: ${enum}." default:"skip" enum:"skip,create,update"`
	Missing    string   `help:"An account of a contact that is not here: ${enum}." default:"refuse" enum:"refuse,create"`
	Source     string   `help:"Source of new records." default:"import"`
	SourceFrom string   `help:"The source in detail." placeholder:"TEXT"`
	Origin     string   `help:"From whom the data is: ${enum}." default:"own" enum:"own,person,partner,bought,public,unknown"`
	Ground     string   `help:"The lawful ground for keeping it: ${enum}." default:"legitimate_interest" enum:"consent,contract,legal_duty,vital,public_task,legitimate_interest"`
	Proof      string   `help:"Of a bought or shared list: how these people agreed." placeholder:"TEXT"`
	Refused    string   `help:"Write the rows that did not land to this file, with the reason." placeholder:"FILE"`
	As         string   `help:"Import as this member; the command line has no owner to give." placeholder:"EMAIL"`
	Undo       string   `help:"Take this import back." placeholder:"ID"`
	Resume     string   `help:"Go on with this import where it was." placeholder:"ID"`
}

var (
	errImportKinds = fault.New(fault.Invalid, "intake.kind", "this kind of record cannot be imported yet: accounts, contacts, orders, opportunities, products and teams can")
	errImportFile  = fault.New(fault.Invalid, "intake.file", "say what to import: kring import accounts FILE")
	errImportMap   = fault.New(fault.Invalid, "intake.map", "there is no such column")
)

// Run does the work itself, in this process; one that is ended half-way goes on
// with --resume, or in the server that runs beside it.
func (c *Import) Run(r *run) (err error) {
	kind := fact.Kind(strings.TrimSuffix(c.Kind, "s"))
	if c.Kind == "opportunities" {
		kind = fact.Opportunity
	}
	switch {
	case c.Undo != "" || c.Resume != "":
	case c.Kind == "" || c.File == "":
		return errImportFile
	case !slices.Contains(intake.Kinds, string(kind)) || !strings.HasSuffix(c.Kind, "s"):
		return errImportKinds
	}
	a, done, err := r.open()
	if err != nil {
		return err
	}
	defer done(&err)
	who, err := a.AsMachine(r.ctx)
	if c.As != "" {
		who, err = a.AsMember(r.ctx, c.As)
	}
	if err != nil {
		return err
	}
	t := &importRun{Import: c, run: r, app: a, who: who}
	in, err := t.begin(kind)
	if err != nil {
		return err
	}
	if in, err = t.work(in.ID); err != nil {
		return err
	}
	return t.tell(in)
}

// importRun is one import at a terminal.
type importRun struct {
	*Import
	*run
	app *app.App
	who app.Who
}

// begin asks for what is to be done, as a job.
func (t *importRun) begin(kind fact.Kind) (in intake.Intake, err error) {
	for _, known := range []struct {
		name string
		do   func(context.Context, app.Who, id.Record) (intake.Intake, error)
	}{{t.Undo, t.app.UndoIntake}, {t.Resume, t.resume}} {
		if known.name == "" {
			continue
		}
		i, err := id.Parse[id.Record](known.name)
		if err != nil {
			return in, err
		}
		return known.do(t.ctx, t.who, i)
	}
	f, err := os.Open(t.File)
	if err != nil {
		return in, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	if in, err = t.app.AddIntake(t.ctx, t.who, kind, filepath.Base(t.File), f); err != nil {
		return in, err
	}
	m, err := t.mapping(in)
	if err != nil {
		return in, err
	}
	o := intake.Options{
		Mode: intake.Mode(t.Mode), Key: t.Key, Twins: intake.Twins(t.Twins), Missing: intake.Missing(t.Missing), Source: t.Source, SourceFrom: t.SourceFrom,
		Origin: t.Origin, Ground: t.Ground, Proof: t.Proof,
	}
	if o.Key == "" && o.Mode != intake.Create {
		for _, key := range intake.Keys[kind] {
			if m.Column(key) >= 0 {
				o.Key = key
				break
			}
		}
	}
	if in, err = t.app.MapIntake(t.ctx, t.who, in.ID, m, o); err != nil {
		return in, t.explain(err, m)
	}
	t.say("%s: %s\n", in.ID, shown(m))
	if t.DryRun {
		return t.app.CheckIntake(t.ctx, t.who, in.ID)
	}
	return t.app.RunIntake(t.ctx, t.who, in.ID)
}

// resume goes on; a job that still waits is as good.
func (t *importRun) resume(ctx context.Context, who app.Who, i id.Record) (intake.Intake, error) {
	in, j, err := t.app.Intake(ctx, who, i)
	if err != nil || in.Busy() && !j.State.Ended() {
		return in, err
	}
	return t.app.ResumeIntake(ctx, who, i)
}

// mapping is the proposal with what --map says.
func (t *importRun) mapping(in intake.Intake) (intake.Mapping, error) {
	m := slices.Clone(in.Mapping)
	for _, one := range t.Map {
		name, key, _ := strings.Cut(one, "=")
		at := slices.IndexFunc(m, func(c intake.Column) bool { return columns.Fold(c.Head) == columns.Fold(name) })
		if n, err := strconv.Atoi(name); at < 0 && err == nil && n >= 1 && n <= len(m) {
			at = n - 1
		}
		if at < 0 {
			f := errImportMap.With(fault.Params{"column": name})
			f.Text = "there is no column " + strconv.Quote(name) + " in this file"
			return nil, f
		}
		for n := range m { // what it becomes now, nothing else does
			if key != "" && m[n].Key == key {
				m[n].Key = ""
			}
		}
		m[at].Key = strings.TrimSpace(key)
	}
	return m, t.values(m)
}

// values notes what becomes of values that the source writes wrongly.
func (t *importRun) values(m intake.Mapping) error {
	for _, one := range t.Value {
		name, rule, ok := strings.Cut(one, ":")
		at := slices.IndexFunc(m, func(c intake.Column) bool { return columns.Fold(c.Head) == columns.Fold(name) })
		if !ok || at < 0 {
			f := errImportMap.With(fault.Params{"column": name})
			f.Text = "there is no column " + strconv.Quote(name) + " in this file"
			return f
		}
		m[at].Instead = strings.TrimPrefix(m[at].Instead+"\n"+rule, "\n")
	}
	return nil
}

// explain names the columns of a mapping that is refused.
func (t *importRun) explain(err error, m intake.Mapping) error {
	f, ok := fault.From(err)
	if !ok || len(f.Fields) == 0 {
		return err
	}
	var said []string
	for _, name := range slices.Sorted(maps.Keys(f.Fields)) {
		place := name
		if n, err := strconv.Atoi(strings.TrimPrefix(name, "columns.")); err == nil && n < len(m) {
			place = m[n].Head + " → " + m[n].Key
		}
		said = append(said, place+": "+f.Fields[name].Text)
	}
	return errors.New(strings.Join(said, "; "))
}

func shown(m intake.Mapping) string {
	var all []string
	for _, c := range m {
		if c.Key != "" {
			all = append(all, c.Head+" → "+c.Key)
		}
	}
	return strings.Join(all, ", ")
}

func (t *importRun) say(format string, args ...any) {
	if !t.json {
		fmt.Fprintf(t.term.Err, format, args...)
	}
}

// work works until the import ended, and says how far it is.
func (t *importRun) work(i id.Record) (in intake.Intake, err error) {
	ctx, stop := context.WithCancel(t.ctx)
	defer stop()
	worked := make(chan error, 1)
	go func() { worked <- t.app.WorkIntakes(ctx) }()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	live := isTerminal(t.term.Err)
	for {
		select {
		case <-t.ctx.Done():
			<-worked
			t.say("\nStopped. Go on with: kring import --resume %s\n", i)
			return in, context.Cause(t.ctx)
		case err := <-worked:
			return in, err
		case <-tick.C:
		}
		var j job.Job
		if in, j, err = t.app.Intake(t.ctx, t.who, i); err != nil {
			continue // said again when it lasts: the job ends, or the terminal
		}
		if live {
			t.say("\r%d rows", max(in.Tally().Rows, j.Done))
		}
		if in.Busy() && j.State == job.Parked {
			stop()
			return in, errors.Join(fmt.Errorf("the import stands still (%s): %s", j.Code, j.Reason), <-worked)
		}
		if !in.Busy() {
			if live {
				t.say("\r")
			}
			stop()
			return in, <-worked
		}
	}
}

// tell says what came of it.
func (t *importRun) tell(in intake.Intake) error {
	if t.Refused != "" && in.State != intake.Undone {
		if err := t.refused(in); err != nil {
			return err
		}
	}
	n := in.Tally()
	reasons := reasonsOf(n)
	if t.json {
		if err := t.writeJSON(told{in, reasons}); err != nil {
			return err
		}
	}
	if in.Broken != "" {
		return intake.ErrBroken
	}
	if t.json {
		return nil
	}
	if in.State == intake.Undone {
		fmt.Fprintf(t.term.Out, "%d erased, %d restored, %d kept\n", in.Undo.Erased, in.Undo.Restored, in.Undo.Kept)
		return nil
	}
	fmt.Fprintf(t.term.Out, "%d rows: %d created, %d updated, %d unchanged, %d refused, %d perhaps double\n", n.Rows, n.Created, n.Updated, n.Same, n.Refused, n.Twins)
	for _, r := range reasons {
		fmt.Fprintf(t.term.Out, "  %6d  %s\n", r.Rows, r.Text)
	}
	if in.State == intake.Done {
		t.say("Undo with: kring import --undo %s\n", in.ID)
	}
	if in.Inform != "" {
		t.say("These people must be told that you have their data before %s.\n", in.Inform)
	}
	return nil
}

// told is an import as --json tells it: as the API has it, and why rows did not
// land in words.
type told struct {
	intake.Intake
	Reasons []refusal `json:"reasons"`
}

type refusal struct {
	Code string `json:"code"`
	Text string `json:"text"`
	Rows int64  `json:"rows"`
}

// reasonsOf are why rows did not land, the most frequent first.
func reasonsOf(n *intake.Tally) []refusal {
	all := []refusal{}
	speech := words.For("en", "")
	for _, code := range slices.Sorted(maps.Keys(n.Reasons)) {
		r := refusal{Code: code, Text: code, Rows: n.Reasons[code]}
		if key := "fault." + code; speech.Has(key) {
			r.Text = speech.Gist(key)
		}
		all = append(all, r)
	}
	slices.SortStableFunc(all, func(a, b refusal) int { return int(b.Rows - a.Rows) })
	return all
}

// refused writes the rows that did not land, with the reason.
func (t *importRun) refused(in intake.Intake) (err error) {
	f, err := os.OpenFile(t.Refused, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return writeRefused(t.ctx, t.app, t.who, in, f)
}

func writeRefused(ctx context.Context, a *app.App, who app.Who, in intake.Intake, w io.Writer) error {
	out := sheet.NewCSV(w, ',')
	var head []string
	for _, c := range in.Mapping {
		head = append(head, c.Head)
	}
	if err := out.Row(append(head, "reason")); err != nil {
		return err
	}
	err := a.EachRefused(ctx, who, in.ID, func(r intake.Row) error { return out.Row(r.Explained(in.Mapping)) })
	return errors.Join(err, out.Close())
}
