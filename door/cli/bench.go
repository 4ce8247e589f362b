package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// Bench measures this Kring on this machine.
type Bench struct {
	Accounts int     `help:"How many accounts to measure with." default:"100000"`
	Seconds  float64 `help:"How long to measure each path." default:"5"`
	Clients  int     `help:"How many ask at the same time." default:"16"`
	Seed     uint64  `help:"Which invented world." default:"1899"`
	Rows     int     `help:"How many rows to import; 0 imports nothing." default:"20000"`
	Against  string  `help:"The report (--json) on a smaller world, to see what growth costs." type:"existingfile"`
	Table    string  `help:"Write the table to this file, beside what is printed." type:"path"`
}

// Measured is what came out.
type Measured interface{ Table() string }

// Run fills a database (a temporary one, unless --data or --database names
// one), measures, and prints the budgets with what was measured.
func (b *Bench) Run(r *run) error {
	var say io.Writer = r.term.Err
	report, err := r.house.Bench(r.ctx, r.where, *b, say)
	if err != nil || report == nil {
		return err
	}
	if b.Table != "" {
		if err := os.WriteFile(b.Table, []byte(report.Table()), 0o644); err != nil {
			return err
		}
	}
	if r.json {
		e := json.NewEncoder(r.term.Out)
		e.SetIndent("", "  ")
		return e.Encode(report)
	}
	fmt.Fprint(r.term.Out, report.Table())
	return nil
}
