package app

import (
	"context"
	"errors"
	"io"
	"strings"

	"kring/base/column"
	"kring/base/decimal"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/file"
	"kring/domain/intake"
	"kring/domain/member"
	"kring/domain/opportunity"
	"kring/domain/order"
	"kring/paper/sheet"
	"kring/store"
)

// AddIntake takes a file in, of which the rows are to become records of a kind,
// and proposes what its columns become. Nothing of it lands yet. Memory holds
// one piece of the file.
func (a *App) AddIntake(ctx context.Context, who Who, kind fact.Kind, name string, r io.Reader) (i intake.Intake, err error) {
	if err := intakeKind(kind); err != nil {
		return i, err
	}
	if name, err = file.Name(name); err != nil {
		return i, err
	}
	i = intake.Intake{ID: id.New[id.Record](), Kind: kind, Name: name, Member: who.Member.ID, State: intake.New}
	var f file.File
	err = a.write(ctx, who, member.Import, func(tx *store.Tx) error {
		f, err = tx.BeginFile(file.File{Kind: fact.Intake, Record: i.ID, Name: name, Member: who.Member.ID})
		return err
	})
	if err != nil {
		return i, err
	}
	err = a.takePieces(ctx, who, member.Import, &f, r, limited{intake.MaxSize, intake.ErrBig})
	if err == nil {
		err = a.propose(ctx, who, f, &i)
	}
	if err != nil {
		drop := func(tx *store.Tx) error { return tx.EraseFile(f.ID) }
		return i, errors.Join(err, a.write(context.WithoutCancel(ctx), who, member.Import, drop))
	}
	err = a.write(ctx, who, member.Import, func(tx *store.Tx) error {
		if err := tx.ReadyFile(f); err != nil {
			return err
		}
		i.File, i.Size, i.SHA256 = f.ID, f.Size, f.SHA256
		i, err = tx.AddIntake(i, fact.Fact{Deed: "intake.added"})
		return err
	})
	return i, err
}

func intakeKind(kind fact.Kind) error {
	if _, ok := landings[kind]; !ok {
		return intake.ErrKind
	}
	return nil
}

// propose reads the header and the first rows, and finds what each column
// becomes: as it was for a file with this header before, else by name and by
// what is in it.
func (a *App) propose(ctx context.Context, who Who, f file.File, i *intake.Intake) error {
	t, err := a.openTable(ctx, who, f)
	if err != nil {
		return err
	}
	defer t.Close() //nolint:errcheck // it was only read
	sample, err := firstRows(t, intake.Sample)
	if err != nil {
		return err
	}
	if len(sample) == 0 {
		return intake.ErrNoRows
	}
	i.Format = string(t.Info().Format)
	return a.read(ctx, who, member.Import, func(v *store.View) error {
		fields, _, err := intakeFields(v, i.Kind)
		if err != nil {
			return err
		}
		var cells [][]string
		for _, r := range sample {
			cells = append(cells, r.Cells)
		}
		i.Mapping = intake.Propose(fields, t.Head(), cells, decimal.Style(who.Locale() == "en"))
		if err := ourIDs(v, who, i, cells); err != nil {
			return err
		}
		before, err := v.RecallMapping(i.Kind, intake.Print(t.Head()), who.Member.ID)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		i.Mapping = i.Mapping.Recall(before, fields)
		return err
	})
}

// ourIDs keeps a column of ids as what rows are known by when one of them is of
// a record that who may see.
func ourIDs(v *store.View, who Who, i *intake.Intake, sample [][]string) error {
	at := i.Mapping.Column(column.ID.Key)
	if at < 0 {
		return nil
	}
	var ids []id.Record
	for _, cells := range sample {
		if r, err := id.Parse[id.Record](strings.TrimSpace(cells[at])); err == nil {
			ids = append(ids, r)
		}
	}
	found := 0
	if i.Kind == fact.Order {
		all, err := v.OrdersByID(each(ids, func(r id.Record) id.Order { return id.Order(r) }))
		if err != nil {
			return err
		}
		at, err := v.AccountsByID(distinct(each(all, func(o order.Order) id.Account { return o.Account })), who.Reach(fact.Account))
		if err != nil {
			return err
		}
		found = len(at)
	} else if i.Kind == fact.Opportunity {
		all, err := v.OpportunitiesByID(each(ids, func(r id.Record) id.Opportunity { return id.Opportunity(r) }))
		if err != nil {
			return err
		}
		at, err := v.AccountsByID(distinct(each(all, func(o opportunity.Opportunity) id.Account { return o.Account })), who.Reach(fact.Account))
		if err != nil {
			return err
		}
		found = len(at)
	} else if i.Kind == fact.Contact {
		all, err := v.ContactsByID(each(ids, func(r id.Record) id.Contact { return id.Contact(r) }), who.Reach(fact.Contact))
		if err != nil {
			return err
		}
		found = len(all)
	} else {
		all, err := v.AccountsByID(each(ids, func(r id.Record) id.Account { return id.Account(r) }), who.Reach(fact.Account))
		if err != nil {
			return err
		}
		found = len(all)
	}
	if found == 0 {
		i.Mapping.Foreign()
	}
	return nil
}

// firstRows are the first rows that can be read. A file that breaks off later
// than that is found broken when all of it is read.
func firstRows(t sheet.Table, most int) (rows []sheet.Row, err error) {
	for len(rows) < most {
		r, err := nextRow(t)
		if err == io.EOF || len(rows) > 0 && err != nil {
			break
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// nextRow is the next row of a table, its cells as they were before an export
// made them harmless.
func nextRow(t sheet.Table) (sheet.Row, error) {
	r, err := t.Next()
	for n, c := range r.Cells {
		r.Cells[n] = sheet.Plain(c)
	}
	return r, err
}

func blankRow(r sheet.Row) bool {
	for _, c := range r.Cells {
		if c != "" {
			return false
		}
	}
	return r.Err == nil
}

// openTable opens the file of an import as a table.
func (a *App) openTable(ctx context.Context, who Who, f file.File) (sheet.Table, error) {
	return sheet.Open(&pieces{a: a, ctx: ctx, who: who, file: f.ID, size: f.Size, held: map[int64][]byte{}}, f.Size)
}

// pieces reads a file back from any place, so that whichever process goes on
// with an import can. It holds a few pieces: a workbook is read here and there.
type pieces struct {
	a    *App
	ctx  context.Context
	who  Who
	file id.File
	size int64
	held map[int64][]byte
	last []int64 // the pieces held, the one used last at the end
}

const mostHeld = 6

// ReadAt reads from a place in the file.
func (p *pieces) ReadAt(b []byte, at int64) (n int, err error) {
	for n < len(b) {
		place := (at + int64(n)) / pieceSize
		if at+int64(n) >= p.size {
			return n, io.EOF
		}
		piece, err := p.piece(place)
		if err != nil {
			return n, err
		}
		from := at + int64(n) - place*pieceSize
		if from >= int64(len(piece)) {
			return n, io.ErrUnexpectedEOF
		}
		n += copy(b[n:], piece[from:])
	}
	return n, nil
}

func (p *pieces) piece(place int64) ([]byte, error) {
	if b, ok := p.held[place]; ok {
		if p.last[len(p.last)-1] != place {
			for i, at := range p.last {
				if at == place {
					p.last = append(append(p.last[:i:i], p.last[i+1:]...), place)
					break
				}
			}
		}
		return b, nil
	}
	var b []byte
	err := p.a.db.Peek(p.ctx, p.who.Org.ID, func(v *store.View) (err error) {
		b, err = v.Piece(p.file, int(place))
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(p.last) == mostHeld {
		delete(p.held, p.last[0])
		p.last = p.last[1:]
	}
	p.held[place], p.last = b, append(p.last, place)
	return b, nil
}

// breaks says whether a file itself cannot be read on, and as what; any other
// error may pass.
func breaks(err error) (*fault.Fault, bool) {
	f, ok := fault.From(err)
	return f, ok && f.Kind == fault.Invalid
}
