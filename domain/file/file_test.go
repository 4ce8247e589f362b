package file_test

import (
	"strings"
	"testing"

	"kring/domain/file"
)

func TestName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"offerte.pdf": "offerte.pdf", `C:\Users\Anna\offerte 3.pdf`: "offerte 3.pdf", "../../etc/passwd": "passwd", "a\"b.txt": "a_b.txt",
		"..": "", "": "", "x\x00y": "", strings.Repeat("é", 161): "", "...verborgen": "verborgen",
	} {
		got, err := file.Name(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q %v", in, got, err)
		}
	}
}
