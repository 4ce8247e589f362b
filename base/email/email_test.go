package email_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"kring/base/email"
	"kring/base/fault"
)

func TestNormalise(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 64)
	for _, c := range []struct {
		name, typed, want string
		err               error
	}{
		{"lower case", " Jan@Example.NL ", "jan@example.nl", nil},
		{"plus and dots", "j.de-vries+kring@mail.example.nl", "j.de-vries+kring@mail.example.nl", nil},
		{"link", "mailto:jan@example.nl", "jan@example.nl", nil},
		{"angle brackets", "<jan@example.nl>", "jan@example.nl", nil},
		{"domain with an accent", "info@Café.nl", "info@xn--caf-dma.nl", nil},
		{"the same decomposed", "info@Cafe\u0301.nl", "info@xn--caf-dma.nl", nil},
		{"already punycode", "info@xn--caf-dma.nl", "info@xn--caf-dma.nl", nil},
		{"name with an accent", "Renée@example.nl", "renée@example.nl", nil},
		{"apostrophe", "o'brien@example.ie", "o'brien@example.ie", nil},
		{"64 before the @", long + "@example.nl", long + "@example.nl", nil},
		{"nothing", "", "", email.ErrEmpty},
		{"spaces", "  ", "", email.ErrEmpty},
		{"no @", "jan.example.nl", "", email.ErrNoAt},
		{"two @", "jan@piet@example.nl", "", email.ErrManyAt},
		{"nothing before", "@example.nl", "", email.ErrNoName},
		{"nothing after", "jan@", "", email.ErrNoHost},
		{"no end", "jan@example", "", email.ErrNoDot},
		{"dot at the end", "jan@example.nl.", "", email.ErrNoDot},
		{"two dots after", "jan@example..nl", "", email.ErrHost},
		{"two dots before", "jan..p@example.nl", "", email.ErrName},
		{"dot in front", ".jan@example.nl", "", email.ErrName},
		{"space within", "jan de vries@example.nl", "", email.ErrSpace},
		{"comma", "jan@example,nl", "", email.ErrNoDot},
		{"comma after a dot", "jan@mail.example,nl", "", email.ErrHost},
		{"quoted", `"jan"@example.nl`, "", email.ErrName},
		{"numeric host", "jan@127.0.0.1", "", email.ErrHost},
		{"bracketed host", "jan@[127.0.0.1]", "", email.ErrHost},
		{"underscore in the domain", "jan@exa_mple.nl", "", email.ErrHost},
		{"hyphen in front", "jan@-example.nl", "", email.ErrHost},
		{"control character", "jan\x00@example.nl", "", email.ErrControl},
		{"zero width", "jan\u200b@example.nl", "", email.ErrControl},
		{"line", "jan@example.nl\nbcc: x@y.nl", "", email.ErrSpace},
		{"not UTF-8", "jan\xff@example.nl", "", email.ErrControl},
		{"65 before the @", long + "a@example.nl", "", email.ErrLong},
		{"label too long", "a@" + long + ".nl", "", email.ErrHost},
		{"too long", "a@" + strings.Repeat("abcdefgh.", 30) + "nl", "", email.ErrHost},
		{"hopeless", strings.Repeat("a", 5000), "", email.ErrLong},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := email.Normalise(c.typed)
			if got != c.want || !errors.Is(err, c.err) {
				t.Fatalf("%q: got %q, %v; want %q, %v", c.typed, got, err, c.want, c.err)
			}
		})
	}
}

func TestShow(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"info@xn--caf-dma.nl": "info@café.nl", "jan@example.nl": "jan@example.nl", "": "", "x": "x"} {
		if got := email.Show(in); got != want {
			t.Errorf("%s: %q", in, got)
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	if got, want := email.Words("j.de-vries@xn--caf-dma.nl"), []string{"j.de-vries", "j", "de", "vries", "café.nl", "café"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := email.Words("nothing"); got != nil {
		t.Errorf("%q", got)
	}
}

// FuzzNormalise: an accepted address reads back as itself and could be sent to.
func FuzzNormalise(f *testing.F) {
	for _, s := range []string{"Jan@Example.NL", "info@café.nl", "<jan@example.nl>", "mailto:a@b.cd", "a@b@c.de", "İ@straße.de", "a@xn--a.nl", "\xff@\x00", "a@ﬀ.nl", "ǅ@example.com"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		got, err := email.Normalise(typed)
		if err != nil {
			if _, ok := fault.From(err); !ok || got != "" {
				t.Fatalf("%q: %q, %v", typed, got, err)
			}
			return
		}
		again, err := email.Normalise(got)
		if err != nil || again != got {
			t.Fatalf("%q: %q reads back as %q, %v", typed, got, again, err)
		}
		if strings.Count(got, "@") != 1 || len(got) > 254 || strings.ContainsAny(got, " \t\r\n\x00<>,;") {
			t.Fatalf("%q: kept as %q", typed, got)
		}
		if shown, err := email.Normalise(email.Show(got)); err != nil || shown != got {
			t.Fatalf("%q: shown as %q, which reads as %q, %v", typed, email.Show(got), shown, err)
		}
		email.Words(got)
	})
}
