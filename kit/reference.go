package kit

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Entry is one figure of the reference data: published, or the run of an
// independent implementation.
type Entry struct {
	ID, Capability, Method, Dataset, Metric, Kind, Source, Note string

	Value     json.RawMessage
	Tolerance json.RawMessage // {"abs": 0.1}, {"rel": 0.002} or another sentence
}

// Reference is the figures of one capability. It skips the test, with a
// sentence, where the reference data is not on this machine: it is no part of
// the project.
func Reference(t testing.TB, capability string) []Entry {
	t.Helper()
	var all struct{ Entries []Entry }
	if err := json.Unmarshal(ReferenceFile(t, "reference_dev.json"), &all); err != nil {
		t.Fatal(err)
	}
	var entries []Entry
	for _, e := range all.Entries {
		if e.Capability == capability {
			entries = append(entries, e)
		}
	}
	return entries
}

// ReferenceFile is one file of the reference data, unpacked when its name ends
// in .gz; without it the test is skipped.
func ReferenceFile(t testing.TB, name string) []byte {
	t.Helper()
	path := filepath.Join(referenceDir(t), filepath.FromSlash(name))
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		t.Skipf("the reference data is not here (%s); KRING_REFDATA says where it is", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(name, ".gz") {
		return text
	}
	packed, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if text, err = io.ReadAll(packed); err != nil {
		t.Fatal(err)
	}
	return text
}

// referenceDir is KRING_REFDATA, or shared/data beside the project.
func referenceDir(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv("KRING_REFDATA"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(filepath.Dir(dir), "shared", "data")
		}
		above := filepath.Dir(dir)
		if above == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = above
	}
}

// Numbers is the value as a list, also when it is one number.
func (e Entry) Numbers(t testing.TB) []float64 {
	t.Helper()
	var one float64
	if json.Unmarshal(e.Value, &one) == nil {
		return []float64{one}
	}
	var many []float64
	if err := json.Unmarshal(e.Value, &many); err != nil {
		t.Fatalf("%s: the value is no list of numbers: %s", e.ID, e.Value)
	}
	return many
}

// Near complains when got is further from want than the entry tolerates.
func (e Entry) Near(t testing.TB, what string, got, want float64) {
	t.Helper()
	var within struct{ Abs, Rel *float64 }
	if err := json.Unmarshal(e.Tolerance, &within); err != nil || within.Abs == nil && within.Rel == nil {
		t.Fatalf("%s: tolerance %s", e.ID, e.Tolerance)
	}
	allowed := 0.0
	if within.Abs != nil {
		allowed = *within.Abs
	} else {
		allowed = *within.Rel * math.Abs(want)
	}
	if !(math.Abs(got-want) <= allowed) {
		t.Errorf("%s: %s, %s, %s %s = %.10g, want %.10g within %.3g", e.ID, e.Method, e.Dataset, e.Metric, what, got, want, allowed)
	}
}

// Agree compares every number of the value.
func (e Entry) Agree(t testing.TB, got ...float64) {
	t.Helper()
	want := e.Numbers(t)
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", e.ID, len(got), len(want))
	}
	for i := range want {
		e.Near(t, "", got[i], want[i])
	}
}
