package main

// The house test keeps what no compiler keeps: floors, purity, one place for
// each thing, manners, completeness. Every check is a function over plain data
// that returns complaints; a complaint says what to do. TestHouse asks them of
// the tree, TestHouseComplains shows that each of them can fail.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// room is a package, as `go list -json` tells it; ImportPath is without "kring/".
type room struct {
	ImportPath string
	Imports    []string
}

// floors: the first pattern that fits a package says where it stands.
var floors = []struct {
	pattern string
	floor   int
}{
	{"base/*", 0}, {"stat/*", 0},
	{"domain/*", 10},
	{"store", 20}, {"paper/*", 20},
	{"app", 30},
	{"look", 35}, {"look/*", 35}, {"door", 35},
	{"door/*", 40}, {"demo", 40},
	{"bench", 45},
	{"kit", 45}, // imported by tests only
	{"", 50},    // main
	{"story", 50},
	{"tools/*", 50},
}

// neighbours are the only imports on one floor.
var neighbours = []string{
	"base/* base/*", "stat/* stat/*", "stat/* base/*", // statistics of names and numbers need the one form of them
	"look look/*", "look/* look/*", "look/* look",
	"kit store", "door/cli door/*", "door/cli demo",
}

func floorOf(name string) (int, bool) {
	for _, f := range floors {
		if fits(f.pattern, name) {
			return f.floor, true
		}
	}
	return 0, false
}

func fits(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return err == nil && ok
}

func fitsAny(patterns string, name string) bool {
	for _, pattern := range strings.Fields(patterns) {
		if fits(pattern, name) || pattern == "main" && name == "" {
			return true
		}
	}
	return false
}

func called(name string) string {
	if name == "" {
		return "main"
	}
	return name
}

// checkFloors: imports only go down.
func checkFloors(rooms []room) (complaints []string) {
	for _, r := range rooms {
		floor, known := floorOf(r.ImportPath)
		if !known {
			complaints = append(complaints, fmt.Sprintf("%s stands on no floor: move it to one, or give it a floor in house_test.go and doc/house.md", r.ImportPath))
			continue
		}
		for _, imported := range r.Imports {
			name, ours := strings.CutPrefix(imported, "kring/")
			if !ours {
				continue
			}
			below, _ := floorOf(name)
			beside := below == floor && slices.ContainsFunc(neighbours, func(pair string) bool {
				from, to, _ := strings.Cut(pair, " ")
				return fits(from, r.ImportPath) && fits(to, name)
			})
			switch {
			case name == "kit":
				complaints = append(complaints, fmt.Sprintf("%s imports kit: only tests may; move what it needs to a lower floor", called(r.ImportPath)))
			case below > floor:
				complaints = append(complaints, fmt.Sprintf("%s imports %s, which stands above it: let the caller pass what it needs", called(r.ImportPath), name))
			case below == floor && !beside:
				complaints = append(complaints, fmt.Sprintf("%s imports %s on its own floor: speak through ids and small structs, or move the shared part down", called(r.ImportPath), name))
			}
		}
	}
	return complaints
}

// checkPurity: what rules are made of has no clock, disk, network or chance.
func checkPurity(rooms []room) (complaints []string) {
	const impure = "context database/sql database/sql/* net net/* os os/* log log/* math/rand math/rand/*"
	const onlyText = "net/url net/mail net/netip database/sql/driver" // no I/O: forms of text, and the word for "value of a column"
	for _, r := range rooms {
		if !fitsAny("base/* domain/* stat/*", r.ImportPath) {
			continue
		}
		for _, imported := range r.Imports {
			if fitsAny(impure, imported) && !fitsAny(onlyText, imported) {
				complaints = append(complaints, fmt.Sprintf("%s imports %s: a rule is pure, so take the value as an argument", r.ImportPath, imported))
			}
		}
	}
	return complaints
}

// places: who alone may import what.
var places = []struct{ what, who, instead string }{
	{"kring/store", "app main kit bench", "call a use case of app, which asks who and which right"},
	{"database/sql", "store kit", "put the query in store"},
	{"net/http", "door door/* look main bench", "pass plain values; HTTP ends at the door"},
	{"github.com/a-h/templ", "look look/* door/desk door/portal door/api", "put the component in look or the page in a door"},
}

// checkPlaces: each thing has one place.
func checkPlaces(rooms []room) (complaints []string) {
	for _, r := range rooms {
		if fitsAny("story tools/*", r.ImportPath) {
			continue
		}
		for _, p := range places {
			if slices.Contains(r.Imports, p.what) && !fitsAny(p.who, r.ImportPath) {
				complaints = append(complaints, fmt.Sprintf("%s imports %s, which only %s may: %s", called(r.ImportPath), strings.TrimPrefix(p.what, "kring/"), p.who, p.instead))
			}
		}
	}
	return complaints
}

// source is one file: its path from the root and its text.
type source struct{ path, text string }

const (
	badFiles = "types.go errors.go helpers.go helper.go util.go utils.go common.go misc.go models.go constants.go"
	badRooms = "util utils common helper helpers misc types models manager shared"
	// clocks are the files that may ask what time it is; everybody else is told.
	clocks = "main.go store/store.go"
)

// known by their interface, these need no sentence.
const obvious = "String Error Is As Unwrap Scan Value Len Less Swap MarshalJSON UnmarshalJSON MarshalText UnmarshalText ServeHTTP Write Read Close Format Decode"

// checkManners reads Go files that people wrote, tests left out.
func checkManners(sources []source) (complaints []string) {
	complain := func(where, format string, args ...any) {
		complaints = append(complaints, where+": "+fmt.Sprintf(format, args...))
	}
	told := map[string]bool{}
	for _, s := range sources {
		dir, name := path.Split(s.path)
		if dir = strings.TrimSuffix(dir, "/"); fitsAny(badRooms, path.Base(dir)) {
			complain(s.path, "a package is named after what it is about, not %q", path.Base(dir))
		}
		if fitsAny(badFiles, name) {
			complain(s.path, "a file is named after its concept: move each thing to the file of its concept")
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, s.path, s.text, parser.ParseComments)
		if err != nil {
			complain(s.path, "does not parse: %s", err)
			continue
		}
		told[dir] = told[dir] || file.Doc != nil
		at := func(n ast.Node) string { return fmt.Sprintf("%s:%d", s.path, set.Position(n.Pos()).Line) }
		for _, group := range file.Comments {
			if todo.MatchString(group.Text()) {
				complain(at(group), "do it or file an issue; the code keeps no to-do list")
			}
		}
		for _, decl := range file.Decls {
			for _, silent := range undocumented(decl) {
				complain(at(silent), "%s is exported without a sentence: say what its name does not", silent.Name)
			}
			if f, ok := decl.(*ast.FuncDecl); ok && f.Body != nil && returnsPointerAndError(f) {
				ast.Inspect(f.Body, func(n ast.Node) bool {
					if _, inner := n.(*ast.FuncLit); inner {
						return false
					}
					if r, ok := n.(*ast.ReturnStmt); ok && allNil(r) {
						complain(at(r), "returns nil, nil: say fault.NotFound, so that nobody reads a nothing")
					}
					return true
				})
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && n.Sel.Name == "Now" && !fitsAny(clocks, s.path) && !fitsAny("kit demo bench tools door", strings.Split(s.path, "/")[0]) {
					complain(at(n), "asks the clock: take the time as an argument (only %s ask)", clocks)
				}
			case *ast.CallExpr:
				if hidesError(n) {
					complain(at(n), "formats an error with %%v: wrap it with %%w, so that errors.Is still knows it")
				}
			}
			return true
		})
	}
	for dir, ok := range told {
		if !ok {
			complain(called(dir), "has no package comment: begin one file with a sentence that starts its story")
		}
	}
	return complaints
}

var todo = regexp.MustCompile(`\b(TODO|FIXME|XXX|HACK)\b`)

// undocumented lists the exported names of a declaration that nobody explains.
func undocumented(decl ast.Decl) (names []*ast.Ident) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		hidden := d.Recv != nil && len(d.Recv.List) == 1 && !ast.IsExported(receiver(d.Recv.List[0].Type))
		if d.Doc == nil && d.Name.IsExported() && !hidden && !(d.Recv != nil && fitsAny(obvious, d.Name.Name)) {
			names = append(names, d.Name)
		}
	case *ast.GenDecl:
		if d.Doc != nil {
			return nil
		}
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Doc == nil && s.Comment == nil && s.Name.IsExported() {
					names = append(names, s.Name)
				}
			case *ast.ValueSpec:
				if s.Doc == nil && s.Comment == nil && s.Names[0].IsExported() {
					names = append(names, s.Names[0])
				}
			}
		}
	}
	return names
}

func receiver(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.StarExpr:
		return receiver(t.X)
	case *ast.IndexExpr:
		return receiver(t.X)
	case *ast.IndexListExpr:
		return receiver(t.X)
	case *ast.Ident:
		return t.Name
	}
	return ""
}

func returnsPointerAndError(f *ast.FuncDecl) bool {
	if f.Type.Results == nil || len(f.Type.Results.List) != 2 {
		return false
	}
	_, pointer := f.Type.Results.List[0].Type.(*ast.StarExpr)
	last, ok := f.Type.Results.List[1].Type.(*ast.Ident)
	return pointer && ok && last.Name == "error"
}

func allNil(r *ast.ReturnStmt) bool {
	return len(r.Results) == 2 && !slices.ContainsFunc(r.Results, func(e ast.Expr) bool {
		name, ok := e.(*ast.Ident)
		return !ok || name.Name != "nil"
	})
}

var verbs = regexp.MustCompile(`%[-+# 0]*[0-9.]*[a-zA-Z]`)

// hidesError sees fmt.Errorf("… %v", err).
func hidesError(call *ast.CallExpr) bool {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || f.Sel.Name != "Errorf" || len(call.Args) < 2 {
		return false
	}
	if x, ok := f.X.(*ast.Ident); !ok || x.Name != "fmt" {
		return false
	}
	format, ok := call.Args[0].(*ast.BasicLit)
	if !ok {
		return false
	}
	text, _ := strconv.Unquote(format.Value)
	for i, verb := range verbs.FindAllString(strings.ReplaceAll(text, "%%", ""), -1) {
		if i+1 >= len(call.Args) {
			break
		}
		arg, ok := call.Args[i+1].(*ast.Ident)
		if ok && strings.HasSuffix(strings.ToLower(arg.Name), "err") && !strings.HasSuffix(verb, "w") {
			return true
		}
	}
	return false
}

var (
	inlineScript = regexp.MustCompile(`<script(\s+type="(module|text/javascript)")?\s*>\s*[^<\s]`)
	inlineStyle  = regexp.MustCompile(`<style|\sstyle=`)
	inlineEvent  = regexp.MustCompile(`\son[a-z]+="`)
	foreignHost  = regexp.MustCompile(`\b(src|action|poster|srcset)="https?://|url\(["']?https?://|<link[^>]+href="https?://`)
)

// checkPages reads .templ and .css files: the strict content policy allows no
// inline script or style, and no request leaves for another host.
func checkPages(sources []source) (complaints []string) {
	for _, s := range sources {
		for _, rule := range []struct {
			sees *regexp.Regexp
			say  string
		}{
			{inlineScript, "has an inline script, which the content policy blocks: put it in a module under look"},
			{inlineStyle, "has an inline style, which the content policy blocks: use a class"},
			{inlineEvent, "has an inline event handler, which the content policy blocks: use a custom element or a delegated listener"},
			{foreignHost, "asks another host: embed the file instead"},
		} {
			if strings.HasSuffix(s.path, ".css") && rule.sees != foreignHost {
				continue
			}
			if found := rule.sees.FindStringIndex(s.text); found != nil {
				line := 1 + strings.Count(s.text[:found[0]], "\n")
				complaints = append(complaints, fmt.Sprintf("%s:%d: %s", s.path, line, rule.say))
			}
		}
	}
	return complaints
}

// checkRights: each right is asked for somewhere in app.
func checkRights(declared []string, users string) (complaints []string) {
	for _, name := range declared {
		if !regexp.MustCompile(`\bmember\.` + regexp.QuoteMeta(name) + `\b`).MatchString(users) {
			complaints = append(complaints, fmt.Sprintf("the right %s is never asked for: use it in app or remove it", name))
		}
	}
	return complaints
}

// checkWords: whatever can go wrong can be said in both languages.
func checkWords(codes []string, words map[string]string) (complaints []string) {
	for _, language := range []string{"nl", "en"} {
		for _, code := range codes {
			if !strings.Contains(words[language], `"fault.`+code+`"`) {
				complaints = append(complaints, fmt.Sprintf("fault %s has no words in %s: add fault.%s to look/words/%s", code, language, code, language))
			}
		}
	}
	return complaints
}

func TestHouse(t *testing.T) {
	t.Parallel()
	rooms, written, pages := readRooms(t), readSources(t, ".go"), readSources(t, ".templ", ".css")
	words := map[string]string{}
	for _, language := range []string{"nl", "en"} {
		words[language] = textOf(readSources(t, ".toml"), "look/words/"+language+"/")
	}
	for name, complaints := range map[string][]string{
		"floors":  checkFloors(rooms),
		"purity":  checkPurity(rooms),
		"places":  checkPlaces(rooms),
		"manners": checkManners(written),
		"pages":   checkPages(pages),
		"rights":  checkRights(matches(written, "domain/member/right.go", `(?m)^\t(\w+) +Right = "`), textOf(written, "app/")),
		"words":   checkWords(matches(written, "", `\bfault\.New\(fault\.\w+, "([a-z0-9_.]+)"`), words),
	} {
		for _, complaint := range complaints {
			t.Errorf("%s: %s", name, complaint)
		}
	}
}

func readRooms(t *testing.T) (rooms []room) {
	t.Helper()
	list := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	for lines := json.NewDecoder(bytes.NewReader(out)); ; {
		var r room
		if err := lines.Decode(&r); err == io.EOF {
			return rooms
		} else if err != nil {
			t.Fatal(err)
		}
		r.ImportPath = strings.TrimPrefix(strings.TrimPrefix(r.ImportPath, "kring"), "/")
		rooms = append(rooms, r)
	}
}

// readSources reads what people wrote: no tests, nothing generated.
func readSources(t *testing.T, endings ...string) (sources []source) {
	t.Helper()
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := entry.Name()
		if entry.IsDir() && (base == "node_modules" || base == "testdata" || base == "pages" || name != "." && strings.HasPrefix(base, ".")) {
			return filepath.SkipDir
		}
		if entry.IsDir() || !slices.Contains(endings, path.Ext(base)) || strings.HasSuffix(base, "_test.go") || strings.HasSuffix(base, "_templ.go") {
			return nil
		}
		text, err := os.ReadFile(name)
		sources = append(sources, source{filepath.ToSlash(name), string(text)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

// matches collects what the pattern's group finds in the files under a folder.
func matches(sources []source, under, pattern string) (found []string) {
	for _, s := range sources {
		if strings.HasPrefix(s.path, under) {
			for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(s.text, -1) {
				found = append(found, m[1])
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func textOf(sources []source, under string) string {
	var text strings.Builder
	for _, s := range sources {
		if strings.HasPrefix(s.path, under) {
			text.WriteString(s.text)
		}
	}
	return text.String()
}

func TestHouseComplains(t *testing.T) {
	t.Parallel()
	imports := func(name string, imported ...string) []room { return []room{{name, imported}} }
	goFile := func(name, text string) []string { return checkManners([]source{{name, text}}) }
	const documented = "// Package a is a sample.\npackage a\n"
	for _, test := range []struct {
		name string
		got  []string
		want string // "" = no complaint
	}{
		{"down is fine", checkFloors(imports("app", "kring/store", "kring/domain/account", "fmt")), ""},
		{"up is not", checkFloors(imports("store", "kring/app")), "above it"},
		{"concepts do not know each other", checkFloors(imports("domain/account", "kring/domain/contact")), "own floor"},
		{"doors do not know each other", checkFloors(imports("door/desk", "kring/door/api")), "own floor"},
		{"listed neighbours do", checkFloors(imports("look", "kring/look/words")), ""},
		{"a new room needs a floor", checkFloors(imports("service/billing")), "no floor"},
		{"kit is for tests", checkFloors(imports("", "kring/kit")), "only tests"},
		{"main may open doors", checkFloors(imports("", "kring/door/cli")), ""},
		{"a rule has no context", checkPurity(imports("domain/account", "context")), "pure"},
		{"nor a disk", checkPurity(imports("base/day", "os")), "pure"},
		{"nor chance", checkPurity(imports("stat/btyd", "math/rand/v2")), "pure"},
		{"an address is only text", checkPurity(imports("domain/filter", "net/url")), ""},
		{"the app may have a context", checkPurity(imports("app", "context")), ""},
		{"no door reaches a transaction", checkPlaces(imports("door/desk", "kring/store")), "use case"},
		{"SQL lives in store", checkPlaces(imports("app", "database/sql")), "query in store"},
		{"HTTP ends at the door", checkPlaces(imports("app", "net/http")), "HTTP ends"},
		{"pages live in the desk", checkPlaces(imports("app", "github.com/a-h/templ")), "component in look"},
		{"good manners", goFile("app/a.go", documented+"// F adds.\nfunc F() {}"), ""},
		{"a package tells its story", goFile("app/a.go", "package a"), "package comment"},
		{"a name tells something", goFile("app/a.go", documented+"func F() {}"), "without a sentence"},
		{"a type too", goFile("app/a.go", documented+"type F int"), "without a sentence"},
		{"String is obvious", goFile("app/a.go", documented+"// F is.\ntype F int\nfunc (F) String() string { return \"\" }"), ""},
		{"no junk drawers", goFile("base/util/a.go", documented), "named after what it is about"},
		{"no junk files", goFile("app/errors.go", documented), "named after its concept"},
		{"no to-do lists", goFile("app/a.go", documented+"// TODO: later\n"), "file an issue"},
		{"no nothing", goFile("app/a.go", documented+"func f() (*int, error) { return nil, nil }"), "nil, nil"},
		{"an empty list is something", goFile("app/a.go", documented+"func f() ([]int, error) { return nil, nil }"), ""},
		{"no hidden error", goFile("app/a.go", documented+`var _ = fmt.Errorf("a %d: %v", 1, err)`), "%w"},
		{"a wrapped one is fine", goFile("app/a.go", documented+`var _ = fmt.Errorf("a %d: %w", 1, err)`), ""},
		{"no hidden clock", goFile("app/a.go", documented+"var _ = time.Now()"), "asks the clock"},
		{"one place asks the clock", goFile("store/store.go", documented+"var _ = time.Now()"), ""},
		{"no inline script", checkPages([]source{{"a.templ", "<script>go()</script>"}}), "inline script"},
		{"a module is fine", checkPages([]source{{"a.templ", `<script type="module" src={ x }></script>`}}), ""},
		{"data is no script", checkPages([]source{{"a.templ", `<script type="application/json" id="keys">{"a":1}</script>`}}), ""},
		{"no inline style", checkPages([]source{{"a.templ", `<p style="color:red">`}}), "inline style"},
		{"no inline handler", checkPages([]source{{"a.templ", `<p onclick="go()">`}}), "event handler"},
		{"no other host", checkPages([]source{{"a.css", `@font-face { src: url("https://fonts.example/a.woff2") }`}}), "another host"},
		{"a right is used", checkRights([]string{"See"}, "who, member.See)"), ""},
		{"or removed", checkRights([]string{"See"}, "member.SeeAll, see.See"), "never asked for"},
		{"a fault has words", checkWords([]string{"a.b"}, map[string]string{"nl": `"fault.a.b" = "x"`, "en": `"fault.a.b" = "x"`}), ""},
		{"in both languages", checkWords([]string{"a.b"}, map[string]string{"nl": `"fault.a.b" = "x"`, "en": `"fault.a" = "x"`}), "no words in en"},
	} {
		switch {
		case test.want == "" && len(test.got) > 0:
			t.Errorf("%s: unexpected complaint %q", test.name, test.got)
		case test.want != "" && !slices.ContainsFunc(test.got, func(c string) bool { return strings.Contains(c, test.want) }):
			t.Errorf("%s: got %q, want a complaint with %q", test.name, test.got, test.want)
		}
	}
}
