package bpmn

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"kring/domain/process"
)

var nl = Labels{
	Locale: "nl", Skip: "niet nodig", Deed: func(d string) string { return d },
	Lane: func(s process.Step) string {
		if s.Actor == process.Machine {
			return "Kring"
		}
		return s.Role
	},
}

// sequence is the order of the children that the schema of the OMG (BPMN20.xsd,
// Semantic.xsd) asks of what we write.
var sequence = map[string][]string{
	"definitions":            {"collaboration", "process", "BPMNDiagram"},
	"collaboration":          {"participant"},
	"process":                {"laneSet", "*"},
	"laneSet":                {"lane"},
	"lane":                   {"flowNodeRef"},
	"startEvent":             {"documentation", "extensionElements", "incoming", "outgoing"},
	"endEvent":               {"documentation", "extensionElements", "incoming", "outgoing"},
	"userTask":               {"documentation", "extensionElements", "incoming", "outgoing"},
	"serviceTask":            {"documentation", "extensionElements", "incoming", "outgoing"},
	"sendTask":               {"documentation", "extensionElements", "incoming", "outgoing"},
	"receiveTask":            {"documentation", "extensionElements", "incoming", "outgoing"},
	"exclusiveGateway":       {"documentation", "extensionElements", "incoming", "outgoing"},
	"intermediateCatchEvent": {"documentation", "extensionElements", "incoming", "outgoing", "timerEventDefinition"},
	"timerEventDefinition":   {"timeDuration"},
	"BPMNDiagram":            {"BPMNPlane"},
	"BPMNPlane":              {"*"},
	"BPMNShape":              {"Bounds"},
	"BPMNEdge":               {"waypoint"},
}

// complaints are what is wrong with a file: its structure, ids, references, flows,
// lanes and shapes.
func complaints(file []byte) (all []string) {
	complain := func(s string) { all = append(all, s) }
	ids, refs := map[string]string{}, [][2]string{}
	type open struct{ name, id string }
	var stack []open
	last := []int{0}
	in, out := map[string][]string{}, map[string][]string{}
	flows := map[string][2]string{}
	laned, shaped := map[string]int{}, map[string]int{}
	d := xml.NewDecoder(bytes.NewReader(file))
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return []string{err.Error()}
		}
		switch x := tok.(type) {
		case xml.StartElement:
			name := x.Name.Local
			a := map[string]string{}
			for _, at := range x.Attr {
				a[at.Name.Local] = at.Value
			}
			if len(stack) > 0 && x.Name.Space != Own {
				if order := sequence[stack[len(stack)-1].name]; order != nil {
					at := slices.Index(order, name)
					if at < 0 {
						at = slices.Index(order, "*")
					}
					if at < last[len(last)-1] {
						complain(name + " is not where the schema has it in " + stack[len(stack)-1].name)
					}
					last[len(last)-1] = max(at, last[len(last)-1])
				}
			}
			if i := a["id"]; i != "" {
				if ids[i] != "" {
					complain("twice the id " + i)
				}
				if strings.ContainsAny(i[:1], "0123456789") || strings.ContainsAny(i, " :") {
					complain("no NCName: " + i)
				}
				ids[i] = name
			}
			for _, k := range []string{"sourceRef", "targetRef", "processRef", "bpmnElement"} {
				if a[k] != "" {
					refs = append(refs, [2]string{k, a[k]})
				}
			}
			if name == "sequenceFlow" {
				flows[a["id"]] = [2]string{a["sourceRef"], a["targetRef"]}
			}
			if name == "BPMNShape" || name == "BPMNEdge" {
				shaped[a["bpmnElement"]]++
			}
			if name == "incoming" || name == "outgoing" || name == "flowNodeRef" {
				var text string
				if err := d.DecodeElement(&text, &x); err != nil {
					return []string{err.Error()}
				}
				owner := stack[len(stack)-1].id
				refs = append(refs, [2]string{name, text})
				switch name {
				case "incoming":
					in[owner] = append(in[owner], text)
				case "outgoing":
					out[owner] = append(out[owner], text)
				default:
					laned[text]++
				}
				continue
			}
			stack, last = append(stack, open{name, a["id"]}), append(last, 0)
		case xml.EndElement:
			stack, last = stack[:len(stack)-1], last[:len(last)-1]
		}
	}
	for _, r := range refs {
		if ids[r[1]] == "" {
			complain(r[0] + " points at nothing: " + r[1])
		}
	}
	for i, f := range flows {
		if !slices.Contains(out[f[0]], i) || !slices.Contains(in[f[1]], i) {
			complain("a flow that its ends do not know: " + i)
		}
		if shaped[i] != 1 {
			complain("a flow without an edge: " + i)
		}
	}
	starts, ends := 0, 0
	for i, kind := range ids {
		switch kind {
		case "startEvent":
			starts++
			if len(in[i]) != 0 || len(out[i]) != 1 {
				complain("the start has flows in, or not one out")
			}
		case "endEvent":
			ends++
			if len(out[i]) != 0 || len(in[i]) == 0 {
				complain("the end goes on, or is never reached")
			}
		case "userTask", "serviceTask", "sendTask", "receiveTask", "intermediateCatchEvent", "exclusiveGateway":
			if len(in[i]) == 0 || len(out[i]) == 0 {
				complain("a dead end: " + i)
			}
		default:
			continue
		}
		if laned[i] != 1 || shaped[i] != 1 {
			complain("not in one lane, or without one shape: " + i)
		}
	}
	if starts != 1 || ends != 1 {
		complain("not one start and one end")
	}
	return all
}

func written(t *testing.T, tpl process.Template) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, "order_to_cash", 3, tpl, nl); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestStandard: each standard process is a file as the OMG's schema has it, and
// comes back as it was.
func TestStandard(t *testing.T) {
	t.Parallel()
	for _, p := range process.Standard() {
		tpl := p.Template
		if p.Key == "order_to_cash" { // a wait, a way to the end, and signs that XML does not like
			tpl.Steps = slices.Clone(tpl.Steps)
			tpl.Steps[1] = process.Step{Key: "pause", Name: process.Text{NL: `Wacht <2 & "3" dagen`}, Actor: process.Machine, Role: "service", Action: process.WaitDays, Days: 3}
			tpl.Steps[4].Skip, tpl.Steps[4].Next = process.Condition{Below: 5000}, "invoice"
			tpl.Steps[7].Next = process.End
			tpl.Steps[7].Skip = process.Condition{Kind: "person"}
		}
		file := written(t, tpl)
		for _, c := range complaints(file) {
			t.Errorf("%s: %s", p.Key, c)
		}
		back, err := Read(bytes.NewReader(file))
		if err != nil || !reflect.DeepEqual(back, tpl) {
			t.Errorf("%s comes back otherwise: %v", p.Key, err)
		}
	}
}

// TestComplaints: the checks complain about files that are wrong.
func TestComplaints(t *testing.T) {
	t.Parallel()
	good := string(written(t, process.Standard()[2].Template))
	for name, spoil := range map[string][2]string{
		"an id twice":         {`id="end"`, `id="start"`},
		"a flow to nothing":   {`targetRef="step_confirm"`, `targetRef="step_none"`},
		"a step in no lane":   {`<flowNodeRef>step_confirm</flowNodeRef>`, ``},
		"a step not drawn":    {`bpmnElement="step_confirm"`, `bpmnElement="participant"`},
		"a step not gone to":  {`<incoming>flow_2</incoming>`, ``},
		"no end of a tag":     {`</process>`, ``},
		"outgoing before in":  {`<incoming>flow_2</incoming>`, `<outgoing>flow_3</outgoing><incoming>flow_2</incoming>`},
		"a number for a name": {`id="end"`, `id="1end"`},
	} {
		bad := strings.Replace(good, spoil[0], spoil[1], 1)
		if bad == good || len(complaints([]byte(bad))) == 0 {
			t.Errorf("%s is not seen", name)
		}
	}
}

// TestRefused: what is no BPMN, or not ours.
func TestRefused(t *testing.T) {
	t.Parallel()
	foreign := `<definitions xmlns="` + Model + `" id="d" targetNamespace="x"><process id="p"><startEvent id="s"/></process></definitions>`
	for name, c := range map[string]struct {
		file string
		want error
	}{"nothing": {"", ErrFile}, "a page": {"<html></html>", ErrFile}, "another's": {foreign, ErrForeign}, "cut off": {foreign[:len(foreign)-20], ErrFile}} {
		if _, err := Read(strings.NewReader(c.file)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
