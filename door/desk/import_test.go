package desk_test

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kring/base/column"
	"kring/base/fact"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/look/words"
)

// What Kring calls a field or a choice, in either language, it recognises in a
// file: an export comes back.
func TestImportKnowsWords(t *testing.T) {
	t.Parallel()
	for _, lang := range words.Langs {
		for _, sector := range []string{"klant", "client", "gast"} {
			w := words.For(lang, sector)
			for kind, fields := range map[fact.Kind]column.Fields{fact.Account: account.Columns(), fact.Contact: contact.Columns()} {
				for _, f := range fields {
					name := string(kind) + "." + f.Key
					if w.Has(name) {
						known := false
						for _, word := range append([]string{f.Key}, f.Words...) {
							known = known || column.Fold(word) == column.Fold(w.T(name))
						}
						if !known {
							t.Errorf("%s: %q is not among the words of %s", lang, w.T(name), name)
						}
					}
					for choice := range f.Named {
						if !w.Has(name + "." + choice) {
							continue
						}
						if got, err := f.Read(w.T(name+"."+choice), column.Habit{}); got != choice {
							t.Errorf("%s: %q is not read as %s.%s: %q %v", lang, w.T(name+"."+choice), name, choice, got, err)
						}
					}
				}
			}
		}
	}
}

// A file through the pages, without script.
func TestImportPages(t *testing.T) {
	t.Parallel()
	b := office(t)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	form.WriteField("kind", "account") //nolint:errcheck // memory
	part, err := form.CreateFormFile("file", "klanten.csv")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(part, "naam;land\nZaak <b>Een</b>;NL\nZaak Twee;Nergens\n")
	form.Close()
	r := httptest.NewRequest("POST", "/imports", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	at := b.send(r).status(303).header.Get("Location")
	b.get(at).status(200).sees("Zaak &lt;b&gt;Een&lt;/b&gt;", "Dit land bestaat niet").misses("<b>Een")
	b.post(at+"/mapping", "column.0", "name", "column.1", "name").status(422).sees("Kolom naam wordt dit al", "Vertel waar deze gegevens vandaan komen")
	b.post(at+"/mapping", "column.0", "name", "column.1", "country", "mode", "create", "twins", "skip", "origin", "own", "ground", "contract", "source", "import").status(303)
	wait := func(says string) {
		t.Helper()
		ctx, stop := context.WithTimeout(t.Context(), 3*time.Minute)
		defer stop()
		ended := make(chan error, 1)
		go func() { ended <- b.world.App.WorkIntakes(ctx) }()
		for ctx.Err() == nil && !strings.Contains(b.get(at).body, says) {
			time.Sleep(10 * time.Millisecond)
		}
		b.get(at).status(200).sees(says)
		stop()
		<-ended
	}
	wait("Dit zou er gebeuren")
	b.get(at).sees("Nergens", `name="cell.3.1"`)
	b.get(at+"/refused").status(200).sees("Zaak Twee;Nergens;", "land: Dit land bestaat niet")
	b.post(at+"/fixes", "cell.3.1", "België", "was.3.1", "Nergens").status(303)
	wait("Dit zou er gebeuren")
	b.post(at + "/run").status(303)
	wait("Dit is er gebeurd")
	b.get(at+"/rows?deed=created").status(200).sees("Zaak Twee", "Rij 3")
	b.post(at + "/undo").status(303)
	wait("Gewist")
	b.post(at + "/undo").status(409)
	b.get("/imports").status(200).sees("klanten.csv", "Teruggedraaid")
}
