package look_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"kring/look"
	"kring/look/words"
)

// TestParts renders every part and page with its samples, in both languages,
// and reads what comes out as a browser would.
func TestParts(t *testing.T) {
	t.Parallel()
	all := parts()
	for name, page := range samples() {
		all["page "+name] = page
	}
	for name, part := range all {
		for _, lang := range words.Langs {
			t.Run(name+" "+lang, func(t *testing.T) {
				t.Parallel()
				var b bytes.Buffer
				if err := part.Render(look.With(t.Context(), words.For(lang, "klant")), &b); err != nil {
					t.Fatal(err)
				}
				for _, complaint := range faultsOf(b.String()) {
					t.Error(complaint)
				}
			})
		}
	}
}

// TestFaults shows that the reading finds what it is there for.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ markup, want string }{
		{`<p>a<div>b</div></p>`, "p is closed by a div"},
		{`<span><b>x</span></b>`, "not open"},
		{`<div>`, "never closed"},
		{`<i id="a"></i><i id="a"></i>`, "twice"},
		{`<p style="color:red">x</p>`, "style"},
		{`<p onclick="x()">x</p>`, "onclick"},
		{`<script>x()</script>`, "inline script"},
		{`<style>p{}</style>`, "inline style"},
		{`<input name="a">`, "no label"},
		{`<button><svg></svg></button>`, "no name"},
		{`<label for="x">a</label>`, "nothing has the id"},
		{`<a href="javascript:x()">x</a>`, "javascript:"},
		{`<p>look.nothing</p>`, "untranslated"},
	} {
		got := strings.Join(faultsOf(row.markup), "; ")
		if !strings.Contains(got, row.want) {
			t.Errorf("%s: %q, want %q", row.markup, got, row.want)
		}
	}
	if got := faultsOf(`<label>a <input name="a"></label><p id="b">c</p><input aria-labelledby="b"><button><svg></svg><span>Weg</span></button>`); got != nil {
		t.Errorf("good markup: %v", got)
	}
}

var (
	void     = words2set("area base br col embed hr img input link meta source track wbr")
	closesP  = words2set("address article aside blockquote details div dl fieldset figure footer form h1 h2 h3 h4 header hr main nav ol p pre section table ul")
	svgParts = words2set("path circle line rect polyline polygon ellipse")
)

func words2set(s string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(s) {
		out[w] = true
	}
	return out
}

// reading is what faultsOf has seen so far.
type reading struct {
	open       []string
	ids        map[string]bool
	wanted     map[string]string // id → who points at it
	controls   []map[string]string
	labelled   map[string]bool // ids that a label names
	inLabel    int
	button     map[string]string // the button or link being read
	buttonText string
	complaints []string
}

func (r *reading) complain(format string, args ...any) {
	r.complaints = append(r.complaints, fmt.Sprintf(format, args...))
}

// faultsOf reads markup strictly: balanced tags, single ids, a name for every
// control, nothing inline that the policy refuses.
func faultsOf(markup string) []string {
	r := &reading{ids: map[string]bool{}, wanted: map[string]string{}, labelled: map[string]bool{}}
	z := html.NewTokenizer(strings.NewReader(markup))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		token := z.Token()
		switch kind {
		case html.StartTagToken, html.SelfClosingTagToken:
			r.start(token, kind == html.SelfClosingTagToken)
		case html.EndTagToken:
			r.end(token.Data)
		case html.TextToken:
			r.text(token.Data)
		}
	}
	for _, name := range r.open {
		r.complain("%s is never closed", name)
	}
	for _, c := range r.controls {
		if !r.labelled[c["id"]] {
			r.complain("%s %q has no label", c["tag"], c["name"])
		}
	}
	for id, who := range r.wanted {
		if !r.ids[id] {
			r.complain("nothing has the id %q that %s names", id, who)
		}
	}
	return r.complaints
}

func (r *reading) start(token html.Token, closed bool) {
	tag, attr := token.Data, map[string]string{}
	if len(r.open) > 0 && r.open[len(r.open)-1] == "p" && closesP[tag] {
		r.complain("p is closed by a %s", tag)
	}
	for _, a := range token.Attr {
		attr[a.Key] = a.Val
		switch {
		case a.Key == "style":
			r.complain("%s has a style attribute", tag)
		case strings.HasPrefix(a.Key, "on"):
			r.complain("%s has %s", tag, a.Key)
		case strings.HasPrefix(strings.ToLower(a.Val), "javascript:"):
			r.complain("%s goes to javascript:", tag)
		}
	}
	if id := attr["id"]; id != "" {
		if r.ids[id] {
			r.complain("the id %q is there twice", id)
		}
		r.ids[id] = true
	}
	for _, key := range []string{"for", "aria-labelledby", "aria-describedby", "aria-controls", "popovertarget", "commandfor"} {
		for _, id := range strings.Fields(attr[key]) {
			r.wanted[id] = tag + " " + key
		}
	}
	switch tag {
	case "script":
		if attr["src"] == "" && attr["type"] != "application/json" {
			r.complain("an inline script")
		}
	case "style":
		r.complain("an inline style")
	case "label":
		r.inLabel++
		r.labelled[attr["for"]] = true
	case "input", "select", "textarea":
		if attr["type"] != "hidden" && r.inLabel == 0 && attr["aria-label"] == "" && attr["aria-labelledby"] == "" {
			attr["tag"] = tag
			r.controls = append(r.controls, attr)
		}
	case "button", "a":
		r.button, r.buttonText = attr, ""
	}
	if !void[tag] && !closed && !svgParts[tag] || svgParts[tag] && !closed {
		r.open = append(r.open, tag)
	}
}

func (r *reading) end(tag string) {
	last := len(r.open) - 1
	if last < 0 || r.open[last] != tag {
		r.complain("%s ends but is not open (%v)", tag, r.open)
		return
	}
	r.open = r.open[:last]
	switch tag {
	case "label":
		r.inLabel--
	case "button", "a":
		if r.button["aria-label"] == "" && strings.TrimSpace(r.buttonText) == "" {
			r.complain("a %s has no name", tag)
		}
	}
}

func (r *reading) text(s string) {
	r.buttonText += s
	for _, word := range strings.Fields(s) {
		if strings.HasPrefix(word, "look.") && len(r.open) > 0 && r.open[len(r.open)-1] != "script" {
			r.complain("untranslated %s", word)
		}
	}
}
