package reach_test

import (
	"strings"
	"testing"

	"kring/base/fault"
	"kring/base/reach"
)

func TestLink(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                               "",
		" www.Kring.nl ":                 "https://www.kring.nl",
		"kring.nl/over ons":              "!",
		"http://kring.nl/a?b=c#d":        "http://kring.nl/a?b=c#d",
		"HTTPS://KRING.NL/A":             "https://kring.nl/A",
		"https://café.nl/x":              "https://xn--caf-dma.nl/x",
		"https://kring.nl:8443/":         "https://kring.nl:8443/",
		"https://192.168.1.1/":           "https://192.168.1.1/",
		"javascript:alert(1)":            "!",
		"javascript://kring.nl/%0aalert": "!",
		"data:text/html,x":               "!",
		"ftp://kring.nl":                 "!",
		"https://jan:geheim@kring.nl":    "!",
		"https://":                       "!",
		"kring":                          "!",
		"https://kring.nl:/":             "!",
		"https://kring.nl/<script>":      "!",
		"https://kr\x00ing.nl":           "!",
		"//evil.nl":                      "!",
		"https://x.nl/" + strings.Repeat("a", 2000): "!",
	} {
		got, err := reach.Link(in)
		if want == "!" {
			if got != "" || fault.KindOf(err) != fault.Invalid || err == nil {
				t.Errorf("%q passed as %q, %v", in, got, err)
			}
		} else if got != want || err != nil {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
}

// FuzzLink: a kept link stays as it is and is safe to put behind an anchor.
func FuzzLink(f *testing.F) {
	for _, s := range []string{"kring.nl", "https://café.nl/x?y=é", "javascript:alert(1)", "//x.nl", "http://a.b:1/%zz", "https://[::1]/", "https://a.nl/\u00a0x", "HTTP://İ.nl"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		got, err := reach.Link(typed)
		if err != nil || got == "" {
			return
		}
		if !strings.HasPrefix(got, "http://") && !strings.HasPrefix(got, "https://") || strings.ContainsAny(got, " \n\"<>\\") {
			t.Fatalf("%q: %q", typed, got)
		}
		if again, err := reach.Link(got); err != nil || again != got {
			t.Fatalf("%q: %q becomes %q, %v", typed, got, again, err)
		}
	})
}
