package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"kring/base/fault"
)

// Finding is what the doctor says of one thing.
type Finding struct {
	Name  string `json:"name"`
	State string `json:"state"` // fine, worry, wrong
	Text  string `json:"text"`
}

// Examine looks a database over and changes nothing. It can while Kring runs.
func Examine(ctx context.Context, c Config) (all []Finding, err error) {
	defer fault.Wrap(&err, "store.Examine")
	db, err := attach(ctx, c)
	if err != nil {
		return []Finding{{"database", "wrong", err.Error()}}, nil
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	x := &examination{ctx: ctx, db: db}
	x.fine("database", "%s answers", db.d.name)
	x.schema()
	if db.d == &sqlite {
		x.file()
		x.folder()
	} else {
		x.server()
	}
	x.clock()
	if x.fits {
		x.orphans()
		x.people()
	}
	return x.said, nil
}

type examination struct {
	ctx  context.Context
	db   *DB
	fits bool
	said []Finding
}

func (x *examination) fine(name, format string, args ...any)  { x.say(name, "fine", format, args...) }
func (x *examination) worry(name, format string, args ...any) { x.say(name, "worry", format, args...) }
func (x *examination) wrong(name, format string, args ...any) { x.say(name, "wrong", format, args...) }
func (x *examination) say(name, state, format string, args ...any) {
	x.said = append(x.said, Finding{name, state, fmt.Sprintf(format, args...)})
}

// number asks for one number.
func (x *examination) number(q string, args ...any) (n int64, err error) {
	all, err := column[int64](x.ctx, x.db.read.sql, x.db.d.rebind(q), args...)
	if err == nil && len(all) > 0 {
		n = all[0]
	}
	return n, err
}

func (x *examination) schema() {
	has, want, err := x.db.Schema(x.ctx)
	if err == nil {
		err = x.db.Ready(x.ctx)
	}
	switch {
	case errors.Is(err, ErrBehind):
		x.worry("schema", "version %d, this program brings %d: the next start upgrades it", has, want)
	case err != nil:
		x.wrong("schema", "version %d, this program brings %d: %s", has, want, err)
	default:
		x.fits = true
		x.fine("schema", "version %d", has)
	}
}

// file looks at the embedded database itself.
func (x *examination) file() {
	if err := whole(x.ctx, x.db.read.sql); err != nil {
		x.wrong("integrity", "%s", err)
	} else {
		x.fine("integrity", "the file is sound, and nothing points at what is not there")
	}
	// connect refused it otherwise
	x.fine("durable", "acknowledged means on disk: journal_mode wal, synchronous full")
}

// folder looks at where the database stands.
func (x *examination) folder() {
	var size int64
	for _, part := range []string{"", "-wal"} {
		if i, err := os.Stat(x.db.file() + part); err == nil {
			size += i.Size()
		}
	}
	const mega = 1 << 20
	room, err := free(x.db.dir)
	switch need := uint64(max(size, 256*mega)); {
	case err != nil:
		x.worry("disk", "the room left is not known: %s", err)
	case room < 64*mega:
		x.wrong("disk", "%d MB left", room/mega)
	case room < 2*need:
		x.worry("disk", "%d MB left; an upgrade or a backup copies %d MB", room/mega, size/mega)
	default:
		x.fine("disk", "%d MB in use, %d MB left", size/mega, room/mega)
	}
	if i, err := os.Stat(x.db.dir); err != nil {
		x.wrong("permissions", "%s", err)
	} else if loose := i.Mode().Perm() & 0o077; runtime.GOOS != "windows" && loose != 0 {
		x.wrong("permissions", "others on this machine can open the folder (%s): chmod 700 it", i.Mode().Perm())
	} else {
		x.fine("permissions", "the folder is its owner's alone")
	}
	copies, err := filepath.Glob(filepath.Join(x.db.dir, "backup", "*.db"))
	if err == nil && len(copies) > 5 {
		x.worry("copies", "%d copies from upgrades and restores in %s: remove what you do not need", len(copies), filepath.Join(x.db.dir, "backup"))
	}
}

// server asks a PostgreSQL what it promises.
func (x *examination) server() {
	for _, s := range []struct{ name, want, means string }{
		{"fsync", "on", "a power failure can destroy the database"},
		{"full_page_writes", "on", "a power failure can destroy pages"},
		{"synchronous_commit", "on", "what was acknowledged can be lost"},
		{"server_encoding", "UTF8", "names cannot be stored as they are written"},
	} {
		got, err := column[string](x.ctx, x.db.read.sql, "SELECT current_setting($1)", s.name)
		switch {
		case err != nil || len(got) != 1:
			x.worry(s.name, "not known: %s", err)
		case got[0] != s.want && !(s.name == "synchronous_commit" && strings.HasPrefix(got[0], "remote_")):
			x.wrong(s.name, "%s instead of %s: %s", got[0], s.want, s.means)
		default:
			x.fine(s.name, "%s", got[0])
		}
	}
	got, err := column[string](x.ctx, x.db.read.sql, "SELECT current_setting('server_version_num')")
	if err == nil && len(got) == 1 {
		if n, _ := strconv.Atoi(got[0]); n < 150000 {
			x.worry("version", "PostgreSQL %d: Kring is tested with 15 and newer", n/10000)
		}
	}
	if n, err := x.number("SELECT count(*) FROM pg_constraint WHERE NOT convalidated AND connamespace = current_schema()::regnamespace"); err != nil || n > 0 {
		x.wrong("integrity", "%d constraints were never checked %v", n, err)
	} else {
		x.fine("integrity", "every constraint holds")
	}
}

func (x *examination) clock() {
	now := x.db.clock()
	if now.Year() < 2026 {
		x.wrong("clock", "it says %s", now.UTC().Format(time.DateTime))
		return
	}
	if x.db.d == &postgres {
		theirs, err := x.number("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")
		if off := time.Duration(theirs-x.db.clock().UnixMilli()) * time.Millisecond; err == nil && off.Abs() > 2*time.Second {
			x.worry("clock", "the database's clock is %s off", off.Round(time.Second))
			return
		}
	}
	if x.fits {
		last, err := x.number("SELECT coalesce(max(at), 0) FROM fact")
		if ahead := time.Duration(last-now.UnixMilli()) * time.Millisecond; err == nil && ahead > time.Minute {
			x.worry("clock", "the last fact is %s ahead of the clock: it was put back", ahead.Round(time.Second))
			return
		}
	}
	x.fine("clock", "%s", now.UTC().Format(time.DateTime)+" UTC")
}

// orphaned is what should belong to something; there is no foreign key since
// the one they belong to is of one of several kinds.
var orphaned = []struct{ name, query string }{
	{"search", "SELECT count(*) FROM search o WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.org_id = o.org_id AND a.id = o.record_id) AND NOT EXISTS (SELECT 1 FROM contact c WHERE c.org_id = o.org_id AND c.id = o.record_id)"},
	{"point", "SELECT count(*) FROM point o WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.org_id = o.org_id AND a.id = o.record_id) AND NOT EXISTS (SELECT 1 FROM contact c WHERE c.org_id = o.org_id AND c.id = o.record_id)"},
	{"tagging", "SELECT count(*) FROM tagging o WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.org_id = o.org_id AND a.id = o.record_id) AND NOT EXISTS (SELECT 1 FROM contact c WHERE c.org_id = o.org_id AND c.id = o.record_id)"},
	{"own_value", "SELECT count(*) FROM own_value o WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.org_id = o.org_id AND a.id = o.record_id) AND NOT EXISTS (SELECT 1 FROM contact c WHERE c.org_id = o.org_id AND c.id = o.record_id)"},
	{"fact", "SELECT count(*) FROM fact o WHERE NOT EXISTS (SELECT 1 FROM organisation a WHERE a.id = o.org_id)"},
	{"account", "SELECT count(*) FROM account o WHERE NOT EXISTS (SELECT 1 FROM fact f WHERE f.org_id = o.org_id AND f.subject_id = o.id)"},
	{"contact", "SELECT count(*) FROM contact o WHERE NOT EXISTS (SELECT 1 FROM fact f WHERE f.org_id = o.org_id AND f.subject_id = o.id)"},
	{"membership", "SELECT count(*) FROM membership o WHERE NOT EXISTS (SELECT 1 FROM member m WHERE m.org_id = o.org_id AND m.id = o.member_id)"},
}

func (x *examination) orphans() {
	sound := true
	for _, o := range orphaned {
		if n, err := x.number(o.query); err != nil || n > 0 {
			sound = false
			x.wrong("orphans", "%d rows of %s belong to nothing %s", n, o.name, because(err))
		}
	}
	if sound {
		x.fine("orphans", "every row belongs to something, and every record has its facts")
	}
}

func (x *examination) people() {
	if n, err := x.number("SELECT count(*) FROM organisation o WHERE NOT EXISTS (SELECT 1 FROM member m WHERE m.org_id = o.id AND m.role = 'admin' AND m.state = 'active')"); err != nil || n > 0 {
		x.wrong("administrators", "%d organisations have nobody to manage them %s", n, because(err))
	} else {
		x.fine("administrators", "every organisation has one")
	}
	if n, err := x.number("SELECT count(*) FROM job WHERE state = 'parked'"); err != nil || n > 0 {
		x.worry("jobs", "%d jobs were given up and wait for somebody to look %s", n, because(err))
	} else {
		x.fine("jobs", "none were given up")
	}
}

func because(err error) string {
	if err == nil {
		return ""
	}
	return "(" + err.Error() + ")"
}
