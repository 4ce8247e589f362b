package day_test

import (
	"testing"
	"time"

	"kring/base/day"
)

func TestZone(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Europe/Amsterdam", "UTC", "", "Amsterdam/Europe", "Europe/Amsterdam"} {
		want, err := time.LoadLocation(name)
		if err != nil {
			want = time.UTC
		}
		if got := day.Zone(name); got.String() != want.String() {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
	if first, again := day.Zone("Europe/Amsterdam"), day.Zone("Europe/Amsterdam"); first != again {
		t.Error("a zone is read from disk at every use")
	}
}
