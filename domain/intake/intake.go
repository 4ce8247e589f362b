// Package intake holds the rules of an import: a file of rows that become
// records. It knows which column of a file is which field, what is asked before
// anything lands, and the way an import goes: mapped, checked, run, taken back.
//
// What the fields are is told by each kind of record (account.Columns).
package intake

import (
	"slices"
	"time"

	"kring/base/column"
	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
)

// State is how far an import is.
type State string

// The states: new → ready → checking → checked → running → done → undoing →
// undone; from ready it can run at once, and from checked be mapped again.
const (
	New      State = "new"      // the file is here, a mapping is proposed
	Ready    State = "ready"    // mapped, and what is asked was answered
	Checking State = "checking" // the dry run
	Checked  State = "checked"
	Running  State = "running"
	Done     State = "done"
	Undoing  State = "undoing"
	Undone   State = "undone"
)

// Kinds are the kinds of records that can be imported.
var Kinds = []string{string(fact.Account), string(fact.Contact), string(fact.Order), string(fact.Opportunity), string(fact.Product), string(fact.Team)}

// Limits (HOUSE).
const (
	MaxSize  = 1 << 30 // bytes of a file
	MaxProof = 500
	MaxFixes = 5000 // cells mended on the screen
	MaxCell  = 20_000
	Page     = 500 // rows in one transaction
	Sample   = 200 // rows that are looked at to propose a mapping
	Keep     = 90  // days that the file, and with it the undo, is kept
)

// Mode says what a row may do.
type Mode string

// The modes.
const (
	Create Mode = "create"
	Update Mode = "update"
	Both   Mode = "both"
)

// Modes are all modes, in the order of a menu.
var Modes = []string{string(Create), string(Update), string(Both)}

// Keys are the columns by which a row can be known for a record that is here;
// without one, each row is a new record.
var Keys = map[fact.Kind][]string{
	fact.Account: {column.ID.Key, "external_id", "email", "kvk"},
	fact.Contact: {column.ID.Key, "external_id", "email"},
	fact.Order:   {column.ID.Key, "external_id"},
	fact.Product: {"code", "name_nl"},
	fact.Team:    {"name"},

	fact.Opportunity: {column.ID.Key, "external_id"},
}

// Twins says what to do with a row that may be a record that is here.
type Twins string

// The ways with likely duplicates.
const (
	Skip   Twins = "skip"   // leave it out and list it
	Add    Twins = "create" // make it all the same
	Follow Twins = "update" // when it is certain, update the one; else leave it out
)

// TwinWays are all ways, in the order of a menu.
var TwinWays = []string{string(Skip), string(Add), string(Follow)}

// Missing says what to do with a contact whose account is not here.
type Missing string

// The ways with accounts that are not here.
const (
	Refuse Missing = "refuse"
	Make   Missing = "create"
)

// MissingWays are both ways, in the order of a menu.
var MissingWays = []string{string(Refuse), string(Make)}

// Origins say whom the data came from (C-22, P-03).
var Origins = []string{"own", "person", "partner", "bought", "public", "unknown"}

// Grounds are the lawful bases of keeping the data (AVG 6(1)).
var Grounds = []string{"consent", "contract", "legal_duty", "vital", "public_task", "legitimate_interest"}

// What can be wrong with an import.
var (
	ErrKind       = fault.New(fault.Invalid, "intake.kind", "this kind of record cannot be imported yet: choose accounts, contacts, orders, opportunities or teams")
	ErrBig        = fault.New(fault.Invalid, "intake.big", "a file to import has at most 1 GB")
	ErrNoRows     = fault.New(fault.Invalid, "intake.no_rows", "there are no rows under the header of this file")
	ErrMode       = fault.New(fault.Invalid, "intake.mode", "the mode is create, update or both")
	ErrKey        = fault.New(fault.Invalid, "intake.key", "a row cannot be known by this for this kind of record")
	ErrNoKey      = fault.New(fault.Invalid, "intake.no_key", "to update records, choose by which column they are known")
	ErrTwins      = fault.New(fault.Invalid, "intake.twins", "likely duplicates are skipped, created or updated")
	ErrMissing    = fault.New(fault.Invalid, "intake.missing", "an account that is not here is refused or created")
	ErrOrigin     = fault.New(fault.Invalid, "intake.origin", "say whom the data came from")
	ErrGround     = fault.New(fault.Invalid, "intake.ground", "choose the lawful ground for keeping the data")
	ErrProof      = fault.New(fault.Invalid, "intake.proof", "for a bought or shared list, say how these people agreed to hear from you")
	ErrQuarantine = fault.New(fault.Conflict, "intake.quarantine", "nobody knows where this data comes from, so the list stays apart: say it first")
	ErrBroken     = fault.New(fault.Conflict, "intake.broken", "this file cannot be read to its end, so nothing of it lands: send it again whole")
	ErrColumns    = fault.New(fault.Invalid, "intake.columns", "the mapping has one entry for each column of the file")
	ErrField      = fault.New(fault.Invalid, "intake.field", "there is no such field")
	ErrTwice      = fault.New(fault.Invalid, "intake.twice", "two columns become the same field: choose one")
	ErrNoName     = fault.New(fault.Invalid, "intake.no_name", "choose the column that holds the name")
	ErrNoAccount  = fault.New(fault.Invalid, "intake.no_account", "choose the column that holds the account of the contact")
	ErrNoOrder    = fault.New(fault.Invalid, "intake.no_order", "choose the columns that hold the account, the day and the amount of the order")
	ErrNoChance   = fault.New(fault.Invalid, "intake.no_opportunity", "choose the columns that hold the account and the name or the product of the opportunity")
	ErrInstead    = fault.New(fault.Invalid, "intake.instead", "write one value a line, as: GTXPro = GTX Pro")
	ErrKeyColumn  = fault.New(fault.Invalid, "intake.key_column", "the records are known by a field that no column becomes")
	ErrState      = fault.New(fault.Conflict, "intake.state", "this cannot be done with the import as it is now")
	ErrUndone     = fault.New(fault.Conflict, "intake.undone", "this import was taken back already")
	ErrKept       = fault.New(fault.Conflict, "intake.kept", "this import is too long ago to be taken back")
	ErrFixes      = fault.New(fault.Invalid, "intake.fixes", "mend no more than 5,000 cells here: better mend the file and send it again")
	ErrCell       = fault.New(fault.Invalid, "intake.cell", "there is no such cell in the file")
	ErrLong       = fault.New(fault.Invalid, "intake.cell_long", "a cell has at most 20,000 characters")
)

// What can be wrong with a row; the rows come back with these.
var (
	ErrExists  = fault.New(fault.Conflict, "intake.exists", "this record is here already")
	ErrAbsent  = fault.New(fault.NotFound, "intake.absent", "no record is known by this")
	ErrForeign = fault.New(fault.NotFound, "intake.foreign", "there is no record with this id, or you may not see it; leave the cell empty to make a new one")
	ErrEmpty   = fault.New(fault.Invalid, "intake.key_empty", "the cell by which the record is known is empty")
	ErrSeveral = fault.New(fault.Conflict, "intake.several", "several records are known by this")
	ErrRepeat  = fault.New(fault.Conflict, "intake.repeat", "the same record stands in the file before")
	ErrTwin    = fault.New(fault.Conflict, "intake.twin", "this may be a record that is here already")
	ErrOwner   = fault.New(fault.Invalid, "intake.owner", "there is no such member: write a name or an e-mail address")
	ErrTeam    = fault.New(fault.Invalid, "intake.team", "there is no such team")
	ErrAccount = fault.New(fault.Invalid, "intake.account", "there is no such account")
	ErrNames   = fault.New(fault.Invalid, "intake.accounts", "several accounts have this name: write the external id or KvK number")
	ErrChanged = fault.New(fault.Conflict, "intake.changed", "somebody changed this since")
	ErrUsed    = fault.New(fault.Conflict, "intake.used", "something was attached to this since")
)

// Options are what is asked before anything lands.
type Options struct {
	Mode       Mode    `json:"mode"`
	Key        string  `json:"key"` // of Keys, or empty
	Twins      Twins   `json:"twins"`
	Missing    Missing `json:"missing"`     // of contacts
	Source     string  `json:"source"`      // of new records whose row says none
	SourceFrom string  `json:"source_from"` // as precise as the record has it
	Origin     string  `json:"origin"`      // of Origins
	Ground     string  `json:"ground"`      // of Grounds
	Proof      string  `json:"proof"`       // of a bought or shared list
}

// Check tidies the answers and says which are not right.
func (o Options) Check(kind fact.Kind) (Options, error) {
	wrong := fault.Fields{}
	if o.Mode == "" {
		o.Mode = Create
	}
	if o.Twins == "" {
		o.Twins = Skip
	}
	if o.Missing == "" {
		o.Missing = Refuse
	}
	if o.Source == "" {
		o.Source = "import"
	}
	known := func(name, value string, all []string, refusal *fault.Fault) {
		if !slices.Contains(all, value) {
			wrong.Add(name, refusal)
		}
	}
	known("mode", string(o.Mode), Modes, ErrMode)
	known("twins", string(o.Twins), TwinWays, ErrTwins)
	known("missing", string(o.Missing), MissingWays, ErrMissing)
	known("origin", o.Origin, Origins, ErrOrigin)
	known("ground", o.Ground, Grounds, ErrGround)
	switch {
	case o.Key != "":
		known("key", o.Key, Keys[kind], ErrKey)
	case o.Mode != Create:
		wrong.Add("key", ErrNoKey)
	}
	var err error
	o.Proof, err = fold.Text(o.Proof, MaxProof)
	wrong.Add("proof", err)
	if (o.Origin == "bought" || o.Origin == "partner") && o.Proof == "" {
		wrong.Add("proof", ErrProof)
	}
	return o, wrong.Err()
}

// Tally counts what became, or would become, of the rows.
type Tally struct {
	Rows    int64            `json:"rows"`
	Created int64            `json:"created"`
	Updated int64            `json:"updated"`
	Same    int64            `json:"same"`
	Refused int64            `json:"refused"`
	Twins   int64            `json:"twins"`   // left out: they may be here already
	Besides int64            `json:"besides"` // accounts made for contacts
	Reasons map[string]int64 `json:"reasons"` // of what was refused or left out, by code
}

// Because counts a reason; there are a few dozen.
func (t *Tally) Because(code string) {
	if t.Reasons == nil {
		t.Reasons = map[string]int64{}
	}
	t.Reasons[code]++
}

// Taken counts what became of the records when the import was taken back.
type Taken struct {
	Erased   int64 `json:"erased"`
	Restored int64 `json:"restored"`
	Kept     int64 `json:"kept"` // somebody changed or used them since
}

// Intake is one import. Times are milliseconds UTC.
type Intake struct {
	ID       id.Record `json:"id"`
	Kind     fact.Kind `json:"kind"`
	File     id.File   `json:"-"`
	Name     string    `json:"file_name"`
	Size     int64     `json:"file_size"`
	SHA256   string    `json:"file_sha256"`
	Format   string    `json:"format"`
	Member   id.Member `json:"member"`
	State    State     `json:"state"`
	Mapping  Mapping   `json:"mapping"`
	Options  Options   `json:"options"`
	Pass     int64     `json:"-"`    // each check and the run are one
	Place    int64     `json:"-"`    // rows of the file that are dealt with in this pass; the row before which an undo goes on
	Total    int64     `json:"rows"` // of the file; 0 is not counted yet
	Check    Tally     `json:"check"`
	Run      Tally     `json:"run"`
	Undo     Taken     `json:"undo"`
	Broken   string    `json:"broken"`    // code of why the file cannot be read to its end
	BrokenAt int64     `json:"broken_at"` // the row where it breaks off
	Job      id.Job    `json:"job"`
	Inform   day.Day   `json:"inform_before"` // the people in it must be told before (P-03); empty when they need not
	Informed int64     `json:"informed_at"`   // when somebody said they were
	Created  int64     `json:"created_at"`
	Started  int64     `json:"started_at"`
	Ended    int64     `json:"ended_at"`
	Version  int64     `json:"version"`
}

// Map takes over a mapping and the answers.
func (i Intake) Map(m Mapping, o Options) (Intake, error) {
	if i.State != New && i.State != Ready && i.State != Checked {
		return i, ErrState
	}
	o, err := o.Check(i.Kind)
	if err != nil {
		return i, err
	}
	i.Mapping, i.Options, i.State, i.Check = m, o, Ready, Tally{}
	return i, nil
}

// Again is an import whose cells were mended: it is to be checked again.
func (i Intake) Again() (Intake, error) {
	if i.State != Ready && i.State != Checked {
		return i, ErrState
	}
	i.State, i.Check = Ready, Tally{}
	return i, nil
}

// BeginCheck begins the dry run.
func (i Intake) BeginCheck() (Intake, error) {
	if i.State != Ready && i.State != Checked {
		return i, ErrState
	}
	i.State, i.Check = Checking, Tally{}
	return i.pass(), nil
}

// BeginRun lets the rows land. An import of which nobody knows where it comes
// from stays in quarantine (C-22). Where the data is not from the people
// themselves, they must be told within a month (P-03).
func (i Intake) BeginRun(now int64, zone *time.Location) (Intake, error) {
	switch {
	case i.State != Ready && i.State != Checked:
		return i, ErrState
	case i.Options.Origin == "unknown":
		return i, ErrQuarantine
	case i.Broken != "":
		return i, ErrBroken
	}
	i.State, i.Run, i.Started = Running, Tally{}, now
	if i.Options.Origin != "person" && i.Kind != fact.Order && i.Kind != fact.Opportunity && i.Kind != fact.Product && i.Kind != fact.Team { // an order is nobody new
		i.Inform = aMonthLater(day.At(now, zone))
	}
	return i.pass(), nil
}

func (i Intake) pass() Intake {
	i.Pass, i.Place = i.Pass+1, 0
	return i
}

// aMonthLater is the same day of the next month, or its last.
func aMonthLater(d day.Day) day.Day {
	t, err := time.Parse("2006-01-02", string(d))
	if err != nil {
		return d
	}
	next := t.AddDate(0, 1, 0)
	if next.Day() != t.Day() {
		next = next.AddDate(0, 0, -next.Day())
	}
	return day.Day(next.Format("2006-01-02"))
}

// Break notes where a file cannot be read on. A check ends there; a run that
// has let nothing land yet does not begin.
func (i Intake) Break(code string, row int64) Intake {
	i.Broken, i.BrokenAt = code, row
	if i.State == Running {
		i.State, i.Inform = Ready, ""
	}
	return i
}

// End closes the pass that is going on.
func (i Intake) End(now int64) Intake {
	switch i.State {
	case Checking:
		i.State = Checked
		if i.Broken == "" {
			i.Total = i.Check.Rows
		}
	case Running:
		i.State, i.Ended = Done, now
		if i.Run.Created+i.Run.Besides == 0 { // nobody new is in it
			i.Inform = ""
		}
	case Undoing:
		i.State = Undone
		if i.Undo.Kept == 0 {
			i.Inform = ""
		}
	}
	return i
}

// BeginUndo begins to take an import back: one that is done, or one that runs
// no more; stopped says so.
func (i Intake) BeginUndo(now int64, stopped bool) (Intake, error) {
	switch {
	case i.State == Undoing || i.State == Undone:
		return i, ErrUndone
	case i.State != Done && !(i.State == Running && stopped):
		return i, ErrState
	case i.Ended != 0 && now-i.Ended > Keep*24*time.Hour.Milliseconds():
		return i, ErrKept
	}
	i.State, i.Undo, i.Ended = Undoing, Taken{}, max(i.Ended, i.Started)
	i.Place = 1 << 62 // rows are taken back from the last
	return i, nil
}

// Busy says that a job works on it.
func (i Intake) Busy() bool { return i.State == Checking || i.State == Running || i.State == Undoing }

// Add counts what became of more rows.
func (t *Tally) Add(more Tally) {
	for to, n := range map[*int64]int64{
		&t.Rows: more.Rows, &t.Created: more.Created, &t.Updated: more.Updated, &t.Same: more.Same, &t.Refused: more.Refused, &t.Twins: more.Twins, &t.Besides: more.Besides,
	} {
		*to += n
	}
	for code, n := range more.Reasons {
		if t.Reasons == nil {
			t.Reasons = map[string]int64{}
		}
		t.Reasons[code] += n
	}
}

// Tally is what the pass that goes on, or was last, counts.
func (i *Intake) Tally() *Tally {
	if i.State == Checking || i.State == Checked {
		return &i.Check
	}
	return &i.Run
}

// Deed is what became of a row.
type Deed string

// The deeds.
const (
	Created Deed = "created"
	Updated Deed = "updated"
	Same    Deed = "same"
	Refused Deed = "refused"
	Twin    Deed = "twin"
)

// Problem is what is wrong with a row, or with one cell of it.
type Problem struct {
	Column int          `json:"column"` // from 0; -1 is the whole row
	Code   string       `json:"code"`
	Params fault.Params `json:"params,omitempty"`
	Text   string       `json:"text"`
}

// ProblemOf is a fault about a column.
func ProblemOf(column int, f *fault.Fault) Problem {
	return Problem{Column: column, Code: f.Code, Params: f.Params, Text: f.Text}
}

// Row is what became of one row of the file. A row can make two records (a
// contact and its account); the second is part 1. Rows that stay the same are
// counted and not kept.
type Row struct {
	Row      int64     `json:"row"` // of the file, the header is 1
	Part     int64     `json:"-"`
	Deed     Deed      `json:"deed"`
	Kind     fact.Kind `json:"kind"`
	Record   id.Record `json:"record"` // zero when there is none
	Label    string    `json:"label"`
	Version  int64     `json:"-"`     // that the import made of it
	Before   []byte    `json:"-"`     // JSON of what an updated record was
	Cells    []string  `json:"cells"` // of a row that was refused or left out
	Problems []Problem `json:"problems"`
	Undone   string    `json:"undone"` // erased, restored or kept
	Code     string    `json:"code"`   // why it was kept
}

// Fix is a cell that was mended.
type Fix struct {
	Row    int64  `json:"row"`
	Column int    `json:"column"` // from 0
	Value  string `json:"value"`
}
