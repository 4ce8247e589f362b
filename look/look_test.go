package look

import "testing"

func TestAddress(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ href, want string }{
		{"/accounts/1", "/accounts/1"},
		{"?city=in:Zwolle,Deventer", "?city=in:Zwolle,Deventer"},
		{"/accounts?created_at=after:2026-01-01", "/accounts?created_at=after:2026-01-01"},
		{"https://delinden.nl:8080/a", "https://delinden.nl:8080/a"},
		{"mailto:inge@delinden.nl", "mailto:inge@delinden.nl"},
		{"tel:+31612345678", "tel:+31612345678"},
		{"HTTP://x.nl", "HTTP://x.nl"},
		{"#part:1", "#part:1"},
		{"javascript:alert(1)", "#"},
		{" JavaScript:alert(1)", "#"},
		{"java\nscript:alert(1)", "#"},
		{"\x01javascript:alert(1)", "#"},
		{"data:text/html,x", "#"},
		{"vbscript:x", "#"},
	} {
		if got := string(address(row.href)); got != row.want {
			t.Errorf("%q: %q, want %q", row.href, got, row.want)
		}
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ label, query, want string }{
		{"Zorggroep De Linden", "lind", "Zorggroep De [Lind]en"},
		{"Bellen met Inge Verbeek", "bel ver", "[Bel]len met Inge [Ver]beek"},
		{"Café Élan", "él", "Café [Él]an"},
		{"Belinda", "lind", "Be[lind]a"},
		{"Belinda Lind", "lind", "Belinda [Lind]"},
		{"Zoë José", "zoe jose", "[Zoë] [José]"},
		{"Straße", "ss", "Stra[ß]e"},
		{"Linden", "", "Linden"},
		{"Aa-bb", "bb a", "[A]a-[bb]"},
	} {
		got := ""
		for _, p := range matches(row.label, row.query) {
			if p.hit {
				got += "[" + p.text + "]"
			} else {
				got += p.text
			}
		}
		if got != row.want {
			t.Errorf("%q %q: %s, want %s", row.label, row.query, got, row.want)
		}
	}
}

func TestInitials(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Sanne de Wit": "SW", "Inge Verbeek": "IV", "jan": "J", "": "", "Brandt & Zoon": "BZ", "Anna Maria van den Berg": "AB", "3M Nederland": "3N",
	} {
		if got := Initials(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestSpacedKeys(t *testing.T) {
	t.Parallel()
	if got := (Shortcut{Keys: "g r"}).caps(); len(got) != 2 || got[0] != "G" {
		t.Errorf("caps %v", got)
	}
	if got := hotkey("R")["data-hotkey"]; got != "r" {
		t.Errorf("hotkey %v", got)
	}
}
