package cli

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"kring/app"
	"kring/base/fact"
	"kring/domain/file"
	"kring/domain/filter"
	"kring/paper/sheet"
)

// Export writes records to a file.
type Export struct {
	What      string   `arg:"" enum:"accounts,contacts,orders,teams,members,fields,views,moves,decisions,handovers,tasks,appointments,consents,merges,pairs,imports,products,price_lists,quotes,propositions,facts,files,everything" help:"What to write: ${enum}."`
	File      string   `arg:"" help:"The file to make: .csv or .xlsx, of everything .zip. - writes CSV to standard output."`
	Columns   []string `help:"Keys of the columns, in their order; all of them when left out. For accounts and contacts." placeholder:"name,city,…"`
	Where     string   `help:"Which accounts or contacts, as in the address of a list: city=Zwolle&sort=-updated_at." placeholder:"QUERY"`
	Semicolon bool     `help:"Part the cells of a CSV by semicolons, as a Dutch spreadsheet expects."`
	Force     bool     `help:"Write over a file that exists."`
}

// What can be wrong with an export at the terminal.
var (
	errExportExists = errors.New("the file exists already; --force writes over it")
	errExportName   = errors.New("the name ends in .csv or .xlsx, of everything in .zip")
	errExportWhere  = errors.New("--where and --columns go with accounts and contacts")
)

// exportedTable is what was written, as --json says it.
type exportedTable struct {
	Table string `json:"table"`
	Rows  int    `json:"rows"`
}

// Run writes the file under another name and gives it its own when it is whole.
func (e *Export) Run(r *run) (err error) {
	format := strings.TrimPrefix(strings.ToLower(filepath.Ext(e.File)), ".")
	switch {
	case e.File == "-" && e.What != "everything":
		format = "csv"
	case (format == "zip") != (e.What == "everything") || format != "zip" && format != "csv" && format != "xlsx":
		return errExportName
	}
	if (e.Where != "" || len(e.Columns) > 0) && e.What != "accounts" && e.What != "contacts" {
		return errExportWhere
	}
	a, done, err := r.open()
	if err != nil {
		return err
	}
	defer done(&err)
	who, err := a.AsMachine(r.ctx)
	if err != nil {
		return err
	}
	if e.File == "-" {
		_, err := e.table(r, a, who, r.term.Out, format)
		return err
	}
	if _, err := os.Stat(e.File); err == nil && !e.Force {
		return errExportExists
	}
	made, err := e.whole(r, a, who, format)
	if err != nil {
		return err
	}
	if r.json {
		return r.writeJSON(map[string]any{"file": e.File, "tables": made})
	}
	for _, t := range made {
		fmt.Fprintf(r.term.Err, "%s: %d\n", t.Table, t.Rows)
	}
	fmt.Fprintf(r.term.Err, "It is in %s.\n", e.File)
	return nil
}

// whole writes beside the file and puts what was written in its place: nobody
// finds half an export under its name.
func (e *Export) whole(r *run, a *app.App, who app.Who, format string) (made []exportedTable, err error) {
	out, err := os.CreateTemp(filepath.Dir(e.File), ".kring-export-*")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, out.Close(), os.Remove(out.Name()))
		}
	}()
	if e.What == "everything" {
		made, err = e.everything(r, a, who, out)
	} else {
		made, err = e.table(r, a, who, out, format)
	}
	if err != nil {
		return nil, err
	}
	if err := out.Sync(); err != nil {
		return nil, err
	}
	if err := os.Rename(out.Name(), e.File); err != nil {
		return nil, err
	}
	return made, out.Close()
}

// table writes one table.
func (e *Export) table(r *run, a *app.App, who app.Who, out io.Writer, format string) ([]exportedTable, error) {
	write := map[string]func(context.Context, app.Begin) (int, error){}
	for _, t := range a.Tables(who) {
		write[t.Name] = t.Write
	}
	if kind := map[string]fact.Kind{"accounts": fact.Account, "contacts": fact.Contact}[e.What]; kind != "" {
		q, err := e.query(r, a, who, kind)
		if err != nil {
			return nil, err
		}
		write[e.What] = func(ctx context.Context, begin app.Begin) (int, error) {
			t, err := a.Table(ctx, who, kind, q, e.Columns)
			if err != nil {
				return 0, err
			}
			return t.Write(ctx, begin)
		}
	}
	n, err := write[e.What](r.ctx, func(kinds []sheet.Kind) sheet.Writer {
		if format == "xlsx" {
			return e.counted(r, e.What, sheet.NewXLSX(out, e.What, kinds...))
		}
		return e.counted(r, e.What, sheet.NewCSV(out, e.comma()))
	})
	return []exportedTable{{e.What, n}}, err
}

func (e *Export) query(r *run, a *app.App, who app.Who, kind fact.Kind) (filter.Query, error) {
	fields, err := a.CatalogueOf(r.ctx, who, kind)
	if err != nil {
		return filter.Query{}, err
	}
	params, err := url.ParseQuery(e.Where)
	if err != nil {
		return filter.Query{}, err
	}
	return filter.Parse(fields, params, filter.Limits{})
}

func (e *Export) comma() rune {
	if e.Semicolon {
		return ';'
	}
	return ','
}

// everything writes a zip with every table as CSV and every file.
func (e *Export) everything(r *run, a *app.App, who app.Who, out io.Writer) (made []exportedTable, err error) {
	z := zip.NewWriter(out)
	for _, t := range a.Tables(who) {
		part, err := z.CreateHeader(&zip.FileHeader{Name: t.Name + ".csv", Method: zip.Deflate, Modified: time.UnixMilli(a.Now())})
		if err != nil {
			return nil, err
		}
		n, err := t.Write(r.ctx, func([]sheet.Kind) sheet.Writer { return e.counted(r, t.Name, sheet.NewCSV(part, e.comma())) })
		if err != nil {
			return nil, err
		}
		made = append(made, exportedTable{t.Name, n})
	}
	err = a.EachFile(r.ctx, who, func(f file.File, send func(io.Writer) error) error {
		part, err := z.CreateHeader(&zip.FileHeader{Name: app.FilePath(f), Method: zip.Deflate, Modified: time.UnixMilli(f.Added)})
		if err != nil {
			return err
		}
		return send(part)
	})
	if err != nil {
		return nil, err
	}
	return made, z.Close()
}

// counted tells a person who waits how far it is.
func (e *Export) counted(r *run, name string, w sheet.Writer) sheet.Writer {
	if r.json || !isTerminal(r.term.Err) {
		return w
	}
	return &counter{Writer: w, say: r.term.Err, name: name}
}

// counter says every ten thousand rows how many there are.
type counter struct {
	sheet.Writer
	say  io.Writer
	name string
	n    int
}

// Row writes a row and counts it.
func (c *counter) Row(cells []string) error {
	if c.n++; c.n%10_000 == 0 {
		fmt.Fprintf(c.say, "\r%s: %d …", c.name, c.n)
	}
	return c.Writer.Row(cells)
}

// Close ends the line that was counted on.
func (c *counter) Close() error {
	if c.n >= 10_000 {
		fmt.Fprint(c.say, "\r")
	}
	return c.Writer.Close()
}
