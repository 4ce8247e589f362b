// Command tally reads `go test -json`, prints what a person wants to see and
// adds the counts to the file that $TALLY names. It fails when a test failed.
//
//	go test -json ./... | go run ./tools/tally
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// event is one line of `go test -json`.
type event struct {
	Action, Package, ImportPath, Test, Output string
	Elapsed                                   float64
}

// count is what a run comes to.
type count struct{ passed, failed, skipped int }

func main() {
	total, err := tally(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "tally:", err)
		os.Exit(2)
	}
	fmt.Printf("%d passed, %d failed, %d skipped\n", total.passed, total.failed, total.skipped)
	if name := os.Getenv("TALLY"); name != "" {
		file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err == nil {
			_, err = fmt.Fprintln(file, total.passed, total.failed, total.skipped)
			err = errors.Join(err, file.Close())
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "tally:", err)
			os.Exit(2)
		}
	}
	if total.failed > 0 {
		os.Exit(1)
	}
}

// tally counts tests and subtests. A package that fails without a failing test
// (it does not build, or its TestMain fell) counts as one failure.
func tally(in io.Reader, out io.Writer) (count, error) {
	var total count
	said := map[string]string{} // package and test → output so far
	fell := map[string]bool{}   // packages with a failing test
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Fprintln(out, lines.Text())
			continue
		}
		key := e.Package + " " + e.Test
		switch {
		case e.Action == "build-output":
			fmt.Fprint(out, e.Output)
		case e.Action == "output":
			if !strings.HasPrefix(e.Output, "=== ") { // RUN, PAUSE, CONT
				said[key] += e.Output
			}
		case e.Test != "" && e.Action == "pass":
			total.passed++
			delete(said, key)
		case e.Test != "" && e.Action == "skip":
			total.skipped++
			delete(said, key)
		case e.Test != "" && e.Action == "fail":
			total.failed++
			fell[e.Package] = true
			fmt.Fprint(out, said[key])
			delete(said, key)
		case e.Action == "pass":
			fmt.Fprintf(out, "ok    %6.1fs  %s\n", e.Elapsed, e.Package)
		case e.Action == "fail" && e.Package != "":
			if !fell[e.Package] {
				total.failed++
			}
			fmt.Fprint(out, unfinished(said, e.Package))
			fmt.Fprintf(out, "FAIL  %6.1fs  %s\n", e.Elapsed, e.Package)
		}
	}
	return total, lines.Err()
}

// unfinished is what a package and its tests said that never came to an end:
// where a panic or a time-out shows.
func unfinished(said map[string]string, pkg string) string {
	var text strings.Builder
	for key, output := range said {
		if strings.HasPrefix(key, pkg+" ") {
			text.WriteString(output)
		}
	}
	return text.String()
}
