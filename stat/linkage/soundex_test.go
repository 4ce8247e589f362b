package linkage_test

import (
	"testing"

	"kring/stat/linkage"
)

func TestSoundex(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Robert": "R163", "Rupert": "R163", "Rubin": "R150", "Tymczak": "T522", "Pfister": "P236", "Honeyman": "H555",
		"Ashcraft": "A261", "Ashcroft": "A261", "Lee": "L000", "Jackson": "J250", "VanDeusen": "V532",
		"Müller": "M460", "": "", "123": "", "de Wit": "D000", "Gutiérrez": "G362",
	} {
		if got := linkage.Soundex(name); got != want {
			t.Errorf("Soundex(%q) = %q, want %q", name, got, want)
		}
	}
}
