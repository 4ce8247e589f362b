// Package bpmn writes a process as BPMN 2.0 XML (ISO/IEC 19510) with its diagram,
// and reads what it wrote back.
//
// What BPMN has no word for, as the purpose for the customer, stands in extension
// elements of Kring's own namespace, which other tools keep and ignore.
package bpmn

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"

	"kring/base/fault"
	"kring/domain/process"
)

// The namespaces of the standard (OMG formal/2011-01-03), and Kring's own.
const (
	Model   = "http://www.omg.org/spec/BPMN/20100524/MODEL"
	Diagram = "http://www.omg.org/spec/BPMN/20100524/DI"
	Bounds  = "http://www.omg.org/spec/DD/20100524/DC"
	Edges   = "http://www.omg.org/spec/DD/20100524/DI"
	Own     = "https://kring.example/bpmn/1"
)

// MaxFile is how much is read, in bytes.
const MaxFile = 4 << 20

var (
	// ErrFile says that a file is no BPMN that can be read.
	ErrFile = fault.New(fault.Invalid, "bpmn.file", "this is no BPMN file that can be read")
	// ErrForeign says that a file was not saved by Kring.
	ErrForeign = fault.New(fault.Invalid, "bpmn.foreign", "this BPMN file was not saved by Kring, so it does not say who does what")
)

// Labels are the words of a diagram that a template does not have.
type Labels struct {
	Locale string
	Lane   func(process.Step) string // in which lane a step is
	Deed   func(string) string       // what a document says
	Skip   string                    // on the way past a step: not needed
}

// node is something with a place in the diagram.
type node struct {
	id, kind, name string
	lane           int
	x, y, w, h     int
	step           *process.Step
	in, out        []string
	own            string // JSON of the template, at its start
	wait           string // ISO 8601 duration of a timer
}

type flow struct {
	id, from, to, name string
}

type drawing struct {
	lanes []string
	nodes []*node
	flows []flow
}

// The drawing: lanes of 120 under each other, a column of 150 for each thing.
const (
	laneHigh = 120
	colWide  = 150
	left     = 160
)

func (d *drawing) lane(name string) int {
	for i, l := range d.lanes {
		if l == name {
			return i
		}
	}
	d.lanes = append(d.lanes, name)
	return len(d.lanes) - 1
}

func (d *drawing) add(n *node, col int) *node {
	switch n.kind {
	case "startEvent", "endEvent", "intermediateCatchEvent":
		n.w, n.h = 36, 36
	case "exclusiveGateway":
		n.w, n.h = 50, 50
	default:
		n.w, n.h = 100, 80
	}
	n.x, n.y = left+col*colWide+(100-n.w)/2, n.lane*laneHigh+(laneHigh-n.h)/2
	d.nodes = append(d.nodes, n)
	return n
}

func (d *drawing) join(from, to *node, name string) {
	f := flow{id: "flow_" + strconv.Itoa(len(d.flows)+1), from: from.id, to: to.id, name: name}
	from.out, to.in = append(from.out, f.id), append(to.in, f.id)
	d.flows = append(d.flows, f)
}

// draw puts a template in a diagram: each step in its lane, before one that can be
// left out a gateway.
func draw(t process.Template, l Labels) (*drawing, error) {
	d := &drawing{}
	body, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	begins := ""
	for i, deed := range t.Begins {
		if i > 0 {
			begins += ", "
		}
		begins += l.Deed(deed)
	}
	lanes := make([]int, len(t.Steps))
	for i, s := range t.Steps {
		lanes[i] = d.lane(l.Lane(s))
	}
	first := 0
	if len(lanes) > 0 {
		first = lanes[0]
	}
	start := d.add(&node{id: "start", kind: "startEvent", name: begins, lane: first, own: string(body)}, 0)
	col := 1
	enter, doing := make([]*node, len(t.Steps)+1), make([]*node, len(t.Steps))
	for i := range t.Steps {
		s := &t.Steps[i]
		if !s.Skip.IsZero() {
			enter[i] = d.add(&node{id: "gate_" + s.Key, kind: "exclusiveGateway", lane: lanes[i]}, col)
			col++
		}
		n := &node{id: "step_" + s.Key, kind: "userTask", name: s.Name.In(l.Locale), lane: lanes[i], step: s}
		switch {
		case s.Actor == process.Machine && s.Action == process.WaitDays:
			n.kind, n.wait = "intermediateCatchEvent", "P"+strconv.FormatInt(s.Days, 10)+"D"
		case s.Actor == process.Machine && s.Action == process.WaitDeed:
			n.kind = "receiveTask"
		case s.Actor == process.Machine && s.Action == process.SendDraft:
			n.kind = "sendTask"
		case s.Actor == process.Machine:
			n.kind = "serviceTask"
		}
		doing[i] = d.add(n, col)
		if enter[i] == nil {
			enter[i] = n
		}
		col++
	}
	end := &node{id: "end", kind: "endEvent", lane: first}
	if len(lanes) > 0 {
		end.lane = lanes[len(lanes)-1]
	}
	enter[len(t.Steps)] = d.add(end, col)
	d.join(start, enter[0], "")
	for i, s := range t.Steps {
		if enter[i] != doing[i] {
			d.join(enter[i], doing[i], "")
			d.join(enter[i], enter[i+1], l.Skip)
		}
		to := i + 1
		if s.Next == process.End {
			to = len(t.Steps)
		} else if s.Next != "" && t.At(s.Next) > i {
			to = t.At(s.Next)
		}
		d.join(doing[i], enter[to], "")
	}
	return d, nil
}

// Write writes one version of a process. key and number name it; the template must
// be one that Clean accepts.
func Write(w io.Writer, key string, number int, t process.Template, l Labels) error {
	d, err := draw(t, l)
	if err != nil {
		return err
	}
	x := &writer{w: w}
	x.line(`<?xml version="1.0" encoding="UTF-8"?>`)
	x.line(`<definitions xmlns="%s" xmlns:bpmndi="%s" xmlns:dc="%s" xmlns:di="%s" xmlns:kring="%s" id="definitions_%s_%d" targetNamespace="%s" exporter="Kring" exporterVersion="1">`,
		Model, Diagram, Bounds, Edges, Own, key, number, Own)
	x.line(`  <collaboration id="collaboration"><participant id="participant" name="%s" processRef="%s"/></collaboration>`, esc(t.Name.In(l.Locale)), "process_"+key)
	x.line(`  <process id="process_%s" name="%s" isExecutable="false">`, key, esc(t.Name.In(l.Locale)))
	x.line(`    <laneSet id="lanes">`)
	for i, lane := range d.lanes {
		x.line(`      <lane id="lane_%d" name="%s">`, i, esc(lane))
		for _, n := range d.nodes {
			if n.lane == i {
				x.line(`        <flowNodeRef>%s</flowNodeRef>`, n.id)
			}
		}
		x.line(`      </lane>`)
	}
	x.line(`    </laneSet>`)
	for _, n := range d.nodes {
		x.node(n, l)
	}
	for _, f := range d.flows {
		x.line(`    <sequenceFlow id="%s" sourceRef="%s" targetRef="%s"%s/>`, f.id, f.from, f.to, attr("name", f.name))
	}
	x.line(`  </process>`)
	x.diagram(d)
	x.line(`</definitions>`)
	return x.err
}

type writer struct {
	w   io.Writer
	err error
}

func (x *writer) line(format string, args ...any) {
	if x.err == nil {
		_, x.err = fmt.Fprintf(x.w, format+"\n", args...)
	}
}

// node writes its parts in the order of the schema: documentation, extension
// elements, incoming, outgoing, its own.
func (x *writer) node(n *node, l Labels) {
	x.line(`    <%s id="%s"%s>`, n.kind, n.id, attr("name", n.name))
	if n.step != nil {
		x.line(`      <documentation>%s</documentation>`, esc(n.step.Purpose.In(l.Locale)))
		x.line(`      <extensionElements><kring:step role="%s" hours="%d" minutes="%d"%s/></extensionElements>`, esc(n.step.Role), n.step.Hours, n.step.Minutes, attr("action", string(n.step.Action)))
	}
	if n.own != "" {
		x.line(`      <extensionElements><kring:template>%s</kring:template></extensionElements>`, esc(n.own))
	}
	for _, f := range n.in {
		x.line(`      <incoming>%s</incoming>`, f)
	}
	for _, f := range n.out {
		x.line(`      <outgoing>%s</outgoing>`, f)
	}
	if n.wait != "" {
		x.line(`      <timerEventDefinition id="timer_%s"><timeDuration>%s</timeDuration></timerEventDefinition>`, n.step.Key, n.wait)
	}
	x.line(`    </%s>`, n.kind)
}

func (x *writer) diagram(d *drawing) {
	wide := 0
	at := map[string]*node{}
	for _, n := range d.nodes {
		wide = max(wide, n.x+n.w)
		at[n.id] = n
	}
	wide += 60
	x.line(`  <bpmndi:BPMNDiagram id="diagram"><bpmndi:BPMNPlane id="plane" bpmnElement="collaboration">`)
	x.shape("participant", 100, 0, wide-100, len(d.lanes)*laneHigh, ` isHorizontal="true"`)
	for i := range d.lanes {
		x.shape("lane_"+strconv.Itoa(i), 130, i*laneHigh, wide-130, laneHigh, ` isHorizontal="true"`)
	}
	for _, n := range d.nodes {
		more := ""
		if n.kind == "exclusiveGateway" {
			more = ` isMarkerVisible="true"`
		}
		x.shape(n.id, n.x, n.y, n.w, n.h, more)
	}
	for _, f := range d.flows {
		a, b := at[f.from], at[f.to]
		x1, y1, x2, y2 := a.x+a.w, a.y+a.h/2, b.x, b.y+b.h/2
		x.line(`    <bpmndi:BPMNEdge id="edge_%s" bpmnElement="%s">`, f.id, f.id)
		points := [][2]int{{x1, y1}}
		if y1 != y2 {
			points = append(points, [2]int{x2 - 15, y1}, [2]int{x2 - 15, y2})
		}
		for _, p := range append(points, [2]int{x2, y2}) {
			x.line(`      <di:waypoint x="%d" y="%d"/>`, p[0], p[1])
		}
		x.line(`    </bpmndi:BPMNEdge>`)
	}
	x.line(`  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>`)
}

func (x *writer) shape(of string, left, top, wide, high int, more string) {
	x.line(`    <bpmndi:BPMNShape id="shape_%s" bpmnElement="%s"%s><dc:Bounds x="%d" y="%d" width="%d" height="%d"/></bpmndi:BPMNShape>`, of, of, more, left, top, wide, high)
}

func attr(name, value string) string {
	if value == "" {
		return ""
	}
	return " " + name + `="` + esc(value) + `"`
}

// esc writes text for XML; what XML cannot hold becomes its replacement sign.
func esc(s string) string {
	var b builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return ""
	}
	return string(b)
}

type builder []byte

// Write never fails.
func (b *builder) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}

// Read gives back the template of a file that Write wrote; what another tool drew
// in it is not taken over.
func Read(r io.Reader) (t process.Template, err error) {
	var file struct {
		XMLName xml.Name `xml:"definitions"`
		Process struct {
			Start []struct {
				Body string `xml:"extensionElements>template"`
			} `xml:"startEvent"`
		} `xml:"process"`
	}
	d := xml.NewDecoder(io.LimitReader(r, MaxFile))
	if err := d.Decode(&file); err != nil || file.XMLName.Space != Model {
		return t, ErrFile
	}
	for _, s := range file.Process.Start {
		if s.Body != "" {
			if err := json.Unmarshal([]byte(s.Body), &t); err != nil {
				return t, ErrFile
			}
			return t, nil
		}
	}
	return t, ErrForeign
}
