package words

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"

	"kring/base/fact"
)

// TestSameKeys holds the two catalogues against each other, file by file.
func TestSameKeys(t *testing.T) {
	t.Parallel()
	names := map[string][]string{}
	for _, lang := range Langs {
		entries, err := catalogues.ReadDir(lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			names[lang] = append(names[lang], e.Name())
		}
	}
	if !slices.Equal(names["nl"], names["en"]) {
		t.Errorf("files differ: nl %v, en %v", names["nl"], names["en"])
	}
	seen := map[string]string{}
	for _, name := range names["nl"] {
		nl, en := keys(t, "nl", name), keys(t, "en", name)
		for key := range nl {
			if _, ok := en[key]; !ok {
				t.Errorf("%s: %q has no English", name, key)
			}
			if before, ok := seen[key]; ok {
				t.Errorf("%q is in %s and in %s", key, before, name)
			}
			seen[key] = name
		}
		for key, m := range en {
			if _, ok := nl[key]; !ok {
				t.Errorf("%s: %q has no Dutch", name, key)
			} else if got, want := params(m), params(nl[key]); !slices.Equal(got, want) {
				t.Errorf("%s: %q takes %v in English and %v in Dutch", name, key, got, want)
			}
		}
	}
}

func keys(t *testing.T, lang, name string) map[string]*i18n.Message {
	t.Helper()
	text, err := catalogues.ReadFile(path.Join(lang, name))
	if err != nil {
		t.Fatal(err)
	}
	file, err := i18n.ParseMessageFileBytes(text, name+"."+lang+".toml", map[string]i18n.UnmarshalFunc{"toml": toml.Unmarshal})
	if err != nil {
		t.Fatalf("%s/%s: %v", lang, name, err)
	}
	out := map[string]*i18n.Message{}
	for _, m := range file.Messages {
		out[m.ID] = m
		if m.Other == "" {
			t.Errorf("%s/%s: %q says nothing", lang, name, m.ID)
		}
		for _, form := range []string{m.One, m.Other} {
			if strings.Contains(onlyParams.ReplaceAllString(form, ""), "{{") {
				t.Errorf("%s/%s: %q holds more than {{.name}}: %s", lang, name, m.ID, form)
			}
		}
	}
	return out
}

var onlyParams = regexp.MustCompile(`\{\{\.(\w+)\}\}`)

// params are the parameters a message needs besides the words for customer.
func params(m *i18n.Message) []string {
	var out []string
	for _, found := range onlyParams.FindAllStringSubmatch(m.One+m.Other, -1) {
		if !strings.Contains("klanten", strings.ToLower(found[1])) && !slices.Contains(out, found[1]) {
			out = append(out, found[1])
		}
	}
	slices.Sort(out)
	return out
}

var (
	// T("key"), Tf("key", …), Tn("key", …) and look.T(ctx, "key"); a key that goes
	// on with + is made while running and is the business of its own test.
	called = regexp.MustCompile(`\bT[fn]?\((?:ctx, ?)?"([a-z0-9_.]+)"\s*[,)]`)
	faults = regexp.MustCompile(`fault\.New\(\s*(?:fault\.)?\w+,\s*"([a-z0-9_.]+)"`)
)

// TestEveryKey walks the source: every key that is asked for and every code of
// a fault has its words.
func TestEveryKey(t *testing.T) {
	t.Parallel()
	w := For("nl", "klant")
	found := 0
	err := filepath.WalkDir("../..", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2 || d.Name() == "node_modules" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		source := strings.HasSuffix(name, ".templ") || strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(name, "_templ.go")
		if d.IsDir() || !source {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, m := range called.FindAllSubmatch(text, -1) {
			found++
			if key := string(m[1]); !w.Has(key) {
				t.Errorf("%s: no words for %q", name, key)
			}
		}
		for _, m := range faults.FindAllSubmatch(text, -1) {
			found++
			if key := "fault." + string(m[1]); !w.Has(key) {
				t.Errorf("%s: no words for %q", name, key)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 20 {
		t.Errorf("found only %d keys; does the search still read the source?", found)
	}
}

// TestEveryDeed: every deed of the table has a sentence in both languages, and
// every deed that app does is in the table.
func TestEveryDeed(t *testing.T) {
	t.Parallel()
	known := map[string]bool{
		"bulk.run": true, "file.sweep": true, "webhook.deliver": true, "webhook.prune": true, // jobs
		"account.person": true, // why a contact was changed
	}
	for _, k := range fact.Kinds() {
		for _, deed := range fact.Deeds(k) {
			known[deed] = true
			for _, lang := range Langs {
				if !For(lang, "klant").Has("deed." + deed) {
					t.Errorf("no words in %s for %q", lang, "deed."+deed)
				}
			}
		}
	}
	files, err := filepath.Glob("../../app/*.go")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files of app, %v", len(files), err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range done.FindAllSubmatch(faults.ReplaceAll(text, nil), -1) {
			if deed := string(m[1]); !known[deed] {
				t.Errorf("%s does %q, which is not in the table of base/fact", name, deed)
			}
		}
	}
}

var done = regexp.MustCompile(`"((?:account|contact|member|team|organisation|field|file|view|webhook|token|provider|bulk|job)\.[a-z_]+)"`)
