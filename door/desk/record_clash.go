package desk

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"kring/base/fact"
	"kring/base/fault"
)

// clash is two people who changed the same field of a record: what it was, what
// they made of it, what the reader makes of it. It holds the whole form, so
// that choosing is all there is left to do.
type clash struct {
	*dossier
	form   *asked
	fields []clashed
}

// clashed is one field of a clash.
type clashed struct {
	key                    string
	original, theirs, mine any
}

// keep saves the form. Somebody else may have changed the record since it was
// read: what they alone changed stays theirs, what both made the same is no
// quarrel, and what both changed is asked.
func (q *asked) keep(l leaf) (*clash, error) {
	keys := q.mentioned()
	version := q.version
	for range 3 {
		_, err := q.change(q.v, l.id, version, q, keys)
		now, theirs, stale := q.stale(err)
		if !stale {
			return nil, err
		}
		fields, mine, err := q.compare(now, theirs, keys)
		if err != nil {
			return nil, err
		}
		if len(fields) > 0 {
			q.version = now.version
			for _, f := range fields {
				mine = append(mine, f.key)
			}
			q.form["fields"] = mine // what only the other changed stays theirs
			return &clash{form: q, fields: fields}, nil
		}
		keys, version = mine, now.version
	}
	return nil, errStill
}

// compare tells which fields both changed, and which keys are left to save.
func (q *asked) compare(now leaf, theirs []fact.Change, keys []string) (fields []clashed, mine []string, err error) {
	wish, err := q.preview(q.v, now, q, keys)
	if err != nil {
		return nil, nil, err
	}
	for _, k := range keys {
		at := slices.IndexFunc(theirs, func(c fact.Change) bool { return c.Field == k })
		if at < 0 {
			mine = append(mine, k)
			continue
		}
		original, ours, here := theirs[at].From, written(wish.value(k)), written(now.value(k))
		switch {
		case bytes.Equal(ours, here), bytes.Equal(ours, original):
		default:
			fields = append(fields, clashed{key: k, original: json.RawMessage(original), theirs: now.value(k), mine: wish.value(k)})
		}
	}
	return fields, mine, nil
}

func written(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return b
}

// side is what one side makes of a field, in words.
func (c *clash) side(key string, value any) string {
	if raw, ok := value.(json.RawMessage); ok {
		value = c.kept(key, raw)
	}
	return c.text(key, value)
}

// hidden is the form as it was sent, to be sent again.
func (c *clash) hidden() (pairs [][2]string) {
	for _, name := range slices.Sorted(maps.Keys(c.form.form)) {
		if name == "version" || strings.HasPrefix(name, "keep.") {
			continue
		}
		for _, text := range c.form.form[name] {
			pairs = append(pairs, [2]string{name, strings.ToValidUTF8(text, "\uFFFD")})
		}
	}
	return pairs
}

// errStill says that others kept changing the record while this was tried.
var errStill = fault.New(fault.Conflict, "stale", "someone else changed this meanwhile")
