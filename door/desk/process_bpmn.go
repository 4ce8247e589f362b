package desk

import (
	"net/http"
	"strconv"

	"kring/base/id"
	"kring/domain/member"
	"kring/domain/process"
	"kring/paper/bpmn"
)

// A process as a file for other tools, and back.

func (d *Desk) bpmnRoutes() {
	d.member("GET /processes/{id}/bpmn", processFile)
	d.member("POST /processes/{id}/bpmn", readProcessFile)
}

func (v *visit) bpmnLabels() bpmn.Labels {
	return bpmn.Labels{
		Locale: v.words.Lang(), Lane: v.laneOf, Skip: v.words.T("run.stand_skipped"),
		Deed: func(deed string) string {
			if v.words.Has("deed." + deed) {
				return v.words.T("deed." + deed)
			}
			return deed
		},
	}
}

// processFile answers with one version of a process, the one in use when the
// address names none.
func processFile(v *visit) error {
	if err := v.may(member.RunRead); err != nil {
		return err
	}
	i, err := pathID[id.Process](v, "id")
	if err != nil {
		return err
	}
	p, _, err := v.app.Process(v.r.Context(), v.who, i)
	if err != nil {
		return err
	}
	if n, err := strconv.Atoi(v.r.URL.Query().Get("version")); err == nil && n != p.Number {
		if p.Template, err = v.app.Template(v.r.Context(), v.who, i, n); err != nil {
			return err
		}
		p.Number = n
	}
	h := v.w.Header()
	h.Set("Content-Type", "application/xml; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+p.Key+"-"+strconv.Itoa(p.Number)+`.bpmn"`)
	return bpmn.Write(v.w, p.Key, p.Number, p.Template, v.bpmnLabels())
}

// readProcessFile shows what a file says, to be looked at before it is saved.
func readProcessFile(v *visit) error {
	if err := v.may(member.ProcessManage); err != nil {
		return err
	}
	d, err := designOf(v)
	if err != nil {
		return err
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, bpmn.MaxFile)
	read := func() (t process.Template, err error) {
		f, _, err := v.r.FormFile("file")
		if err != nil {
			return t, bpmn.ErrFile
		}
		defer f.Close() //nolint:errcheck // only read
		return bpmn.Read(f)
	}
	t, err := read()
	if err != nil {
		if said := v.wrong(err); said != nil {
			d.said = said
			return v.show(http.StatusUnprocessableEntity, designView(d))
		}
		return err
	}
	d.t = t
	return v.show(http.StatusOK, designView(d))
}
