package desk

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kring/app"
	"kring/base/catalogue"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/field"
	"kring/domain/file"
	"kring/domain/member"
	"kring/look"
)

// The small deeds on a record's page: a field in place, the bin, files.

var errNoField = fault.New(fault.Invalid, "record.field", "this field cannot be changed here")

// simple says whether a field is one line or one choice, so that it can be
// changed where it stands; the others have a form of their own.
func (d *dossier) simple(key string) bool {
	if own, ok := d.own(key); ok {
		return own.Type != field.Choices
	}
	switch key {
	case "phones", "emails", "addresses", "accounts", "counter_value", "note":
		return false
	}
	return true
}

func (d *dossier) knows(key string) bool {
	_, own := d.own(key)
	return own || slices.Contains(d.keys, key)
}

// fieldForm answers a value as a small form.
func (f *folder) fieldForm(v *visit) error {
	d, err := f.open(v, app.Look{})
	if err != nil {
		return err
	}
	key := v.r.URL.Query().Get("field")
	switch {
	case !v.who.Can(f.write):
		return app.ErrDenied
	case !d.knows(key) || !d.simple(key) || !d.mayWrite():
		return errNoField
	}
	q := d.form(url.Values{})
	q.fillOne(key, d.value(key))
	return v.show(http.StatusOK, d.cell(q, key, ""))
}

// form is a form about this record.
func (d *dossier) form(typed url.Values) *asked {
	return &asked{
		folder: d.folder, v: d.v, form: typed, fields: d.Fields, members: d.Members, groups: d.Groups, wrong: fault.Fields{},
		called: map[string]string{}, found: map[int][]app.Hit{}, version: d.version, name: d.name,
	}
}

// cell is one value being changed.
func (d *dossier) cell(q *asked, key, wrong string) look.CellForm {
	c := look.CellForm{
		Action: d.here("field", "field", key), Name: key, Label: d.label(key), Value: q.value(key), Version: decimal64(q.version), Error: wrong, Max: 2000,
	}
	if own, ok := d.own(key); ok {
		switch own.Type {
		case field.Choice:
			c.Options, c.HasNone = q.ownOptions(own, q.values(key)), true
		case field.YesNo:
			c.Options, c.HasNone = q.yesNo(), true
		case field.Date:
			c.Type = "date"
		}
		return c
	}
	switch key {
	case "kind":
		c.Options = q.wordOptions(key, account.Kinds)
	case "legal_form":
		c.Options = q.wordOptions(key, account.LegalForms)
	case "source":
		c.Options, c.HasNone = q.wordOptions(key, account.Sources), true
	case "honorific":
		c.Options, c.HasNone = q.wordOptions(key, contact.Honorifics), true
	case "owner":
		c.Options, c.HasNone = q.memberOptions(q.value(key)), true
	case "team":
		c.Options, c.HasNone = q.teamOptions(), true
	}
	return c
}

func (q *asked) yesNo() []look.Option {
	return []look.Option{{Value: "true", Label: q.t("record.yes")}, {Value: "false", Label: q.t("record.no")}}
}

// saveField takes over one value and answers it as it stands now.
func (f *folder) saveField(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	d, err := f.open(v, app.Look{})
	if err != nil {
		return err
	}
	key := v.r.URL.Query().Get("field")
	switch {
	case !v.who.Can(f.write):
		return app.ErrDenied
	case !d.knows(key) || !d.simple(key):
		return errNoField
	}
	q := d.form(form)
	q.form.Set("fields", key)
	if n, err := strconv.ParseInt(form.Get("version"), 10, 64); err == nil {
		q.version = n
	}
	c, err := q.keep(d.leaf)
	if c != nil {
		c.dossier, q.address = d, d.here("edit")
	}
	switch {
	case err != nil && v.htmx() && q.refused(err):
		return v.show(http.StatusUnprocessableEntity, d.cell(q, key, d.complaint(q, key)))
	case err != nil:
		return err
	case c != nil && v.htmx():
		theirs := v.words.Tf("record.clash_cell", map[string]any{"theirs": c.side(key, c.fields[0].theirs)})
		return v.show(http.StatusConflict, d.cell(q, key, theirs))
	case c != nil:
		return v.show(http.StatusConflict, clashPage(c))
	case !v.htmx():
		return v.to(d.here(""))
	}
	now, err := f.open(v, app.Look{})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, look.FactValue(now.fact(key)))
}

// complaint is the sentence about a field, else whatever was said.
func (d *dossier) complaint(q *asked, key string) string {
	if s := q.said[key]; s != "" {
		return s
	}
	for name, s := range q.said {
		if name != "" {
			return d.label(name) + ": " + s
		}
	}
	return q.said[""]
}

// fact is a field as the overview shows it.
func (d *dossier) fact(key string) look.Fact {
	value := d.value(key)
	f := look.Fact{Label: d.label(key), Value: d.text(key, value)}
	if d.mayWrite() && d.simple(key) {
		f.Edit = d.here("field", "field", key)
	}
	switch {
	case f.Value == "":
	case key == "phones", key == "emails", key == "addresses", key == "accounts":
		f.Content = recordWays(d, key)
	case key == "website":
		f.Href, f.Value = untyped(value), shortLink(untyped(value))
	case key == "legal_form":
		f.End = recordSoft(d.regime())
	case key == "size":
		f.End = recordSoft(d.sizeClass())
	default:
		if own, ok := d.own(key); ok && own.Type == field.Link {
			f.Href = untyped(value)
		}
	}
	return f
}

// facts are the fields of the overview: those with something in them and those
// without.
func (d *dossier) facts() (full, empty []string) {
	keys := slices.Clone(d.shown)
	for _, f := range d.Fields {
		keys = append(keys, catalogue.Own+f.Key)
	}
	for _, k := range keys {
		if d.text(k, d.value(k)) != "" {
			full = append(full, k)
		} else {
			empty = append(empty, k)
		}
	}
	return full, empty
}

// bin puts the record in the bin; the toast takes it back.
func (f *folder) bin(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	d, err := f.open(v, app.Look{})
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(form.Get("version"), 10, 64)
	if err != nil {
		version = 0
	}
	if _, err := f.move(v, d.id, version, true); err != nil {
		return err
	}
	v.toast(look.Toast{Text: v.words.Tf("record.binned", map[string]any{"name": d.name}), Icon: "trash-2", Undo: f.path + "/" + d.id.String() + "/restore"})
	if !d.Next.IsZero() {
		return v.to(d.beside(d.Next))
	}
	return v.to(d.back())
}

// restore takes it out again.
func (f *folder) restore(v *visit) error {
	i, err := f.ref(v)
	if err != nil {
		return err
	}
	l, err := f.move(v, i, 0, false)
	if err != nil {
		return err
	}
	v.toast(look.Toast{Text: v.words.Tf("record.restored", map[string]any{"name": l.name})})
	return v.to(f.path + "/" + i.String())
}

// mostUpload is how much one form of files may send.
const mostUpload = 4*file.MaxSize + 1<<20

// upload streams the files of a form onto the record, one piece in memory at a
// time.
func (f *folder) upload(v *visit) error {
	i, err := f.ref(v)
	if err != nil {
		return err
	}
	if _, _, err := f.load(v, i, app.Look{}); err != nil {
		return err
	}
	if !v.who.Can(member.FileWrite) {
		return app.ErrDenied
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, mostUpload)
	parts, err := v.r.MultipartReader()
	if err != nil {
		return errForm
	}
	added, err := v.takeFiles(f.kind, i, func() (string, io.Reader, error) {
		for {
			p, err := parts.NextPart()
			if err != nil {
				return "", nil, err
			}
			if p.FileName() != "" {
				return p.FileName(), p, nil
			}
		}
	})
	if g, ok := fault.From(err); ok && g.Kind == fault.Invalid {
		d, err := f.open(v, app.Look{})
		if err != nil {
			return err
		}
		d.tab = "files"
		return v.show(http.StatusUnprocessableEntity, filesRefused(d, v.sentence(g)))
	}
	if err != nil {
		return err
	}
	if len(added) > 0 {
		v.toast(look.Toast{Text: v.words.Tn("record.files_added", len(added), map[string]any{"name": added[0].Name})})
	}
	return v.to(f.path + "/" + i.String() + "/files")
}

// takeFiles adds one file after another; an empty form adds none.
func (v *visit) takeFiles(kind fact.Kind, on id.Record, next func() (string, io.Reader, error)) (added []file.File, err error) {
	for {
		name, r, err := next()
		if err == io.EOF {
			return added, nil
		}
		if err == nil {
			var one file.File
			if one, err = v.app.AddFile(v.r.Context(), v.who, kind, on, name, r); err == nil {
				added = append(added, one)
				continue
			}
		}
		var big *http.MaxBytesError
		switch _, said := fault.From(err); {
		case errors.As(err, &big):
			return added, file.ErrBig
		case said:
			return added, err
		case errors.Is(err, io.ErrUnexpectedEOF), strings.Contains(err.Error(), "multipart:"):
			return added, errForm
		}
		return added, err
	}
}

// download hands a file out, never to be shown in the browser.
func download(v *visit) error {
	i, err := pathID[id.File](v, "id")
	if err != nil {
		return err
	}
	f, err := v.app.File(v.r.Context(), v.who, i)
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", disposition(f.Name))
	h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("X-Content-Type-Options", "nosniff")
	return v.app.SendFile(v.r.Context(), v.who, f, v.w)
}

// disposition names a download; names beyond ASCII are written as RFC 6266 says.
func disposition(name string) string {
	if s := mime.FormatMediaType("attachment", map[string]string{"filename": name}); s != "" {
		return s
	}
	return "attachment"
}

func binFile(v *visit) error {
	f, err := v.file(v.app.BinFile)
	if err != nil {
		return err
	}
	v.toast(look.Toast{Text: v.words.Tf("record.binned", map[string]any{"name": f.Name}), Icon: "trash-2", Undo: "/files/" + f.ID.String() + "/restore"})
	return v.to(filesOf(f))
}

func restoreFile(v *visit) error {
	f, err := v.file(v.app.RestoreFile)
	if err != nil {
		return err
	}
	v.toast(look.Toast{Text: v.words.Tf("record.restored", map[string]any{"name": f.Name})})
	return v.to(filesOf(f))
}

func filesOf(f file.File) string {
	if f.Kind == fact.Contact {
		return contactFolder.path + "/" + f.Record.String() + "/files"
	}
	return accountFolder.path + "/" + f.Record.String() + "/files"
}

func (v *visit) file(move func(ctx context.Context, who app.Who, i id.File) (file.File, error)) (file.File, error) {
	i, err := pathID[id.File](v, "id")
	if err != nil {
		return file.File{}, err
	}
	return move(v.r.Context(), v.who, i)
}

// pick answers what was typed in a picker with records of a kind.
func pick(kind fact.Kind) handler {
	return func(v *visit) error {
		hits, err := v.found(kind, v.r.URL.Query().Get("q"))
		if err != nil {
			return err
		}
		var list []look.PickOption
		for _, h := range hits {
			list = append(list, look.PickOption{Value: h.ID.String(), Label: h.Name, Note: h.City, Lead: look.Avatar{Name: h.Name, Size: 22}})
		}
		return v.show(http.StatusOK, look.PickOptions(list))
	}
}

// found are the records of a kind that fit what was typed.
func (v *visit) found(kind fact.Kind, typed string) ([]app.Hit, error) {
	return v.app.SearchKind(v.r.Context(), v.who, kind, typed, 20)
}
