package sheet_test

import (
	"strings"
	"testing"

	"kring/paper/sheet"
)

func TestCSV(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	c := sheet.NewCSV(&b, ';')
	for _, row := range [][]string{{"naam", "bedrag"}, {"De \"Linden\"; Zwolle", "1.234,50"}, {"=HYPERLINK(1)", "+31612345678"}} {
		if err := c.Row(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	want := "\ufeffnaam;bedrag\r\n\"De \"\"Linden\"\"; Zwolle\";1.234,50\r\n'=HYPERLINK(1);+31612345678\r\n"
	if b.String() != want {
		t.Fatalf("%q", b.String())
	}
}

func TestHarmless(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "a=b": "a=b", "=1": "'=1", "@x": "'@x", "-5": "-5", "-5+cmd": "'-5+cmd", "+31 6": "'+31 6", "\tx": "'\tx", "-": "'-",
		" =1": "' =1", "\n=1": "'\n=1", "\u00a0@x": "'\u00a0@x", "\u200b=x": "'\u200b=x", "＝1": "'＝1", "＠x": "'＠x", "'=1": "''=1", "'t Hoff": "'t Hoff", "é=": "é="} {
		if got := sheet.Harmless(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
