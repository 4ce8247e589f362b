package app

import (
	"context"
	"encoding/json"
	"net/url"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/job"
	"kring/base/opt"
	"kring/domain/account"
	"kring/domain/bulk"
	"kring/domain/contact"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/store"
)

// Selection is what a bulk is about: records chosen one by one, or everything
// that a list finds.
type Selection struct {
	Kind fact.Kind
	IDs  []id.Record
	All  *filter.Query // instead of IDs
}

// bulkRight is the right that a deed takes for a kind of record.
func bulkRight(kind fact.Kind, do bulk.Do) member.Right {
	erase := do == bulk.Bin || do == bulk.Restore
	switch {
	case do == bulk.Retag:
		return member.TagWrite
	case kind == fact.Contact && erase:
		return member.ContactErase
	case kind == fact.Contact:
		return member.ContactWrite
	case erase:
		return member.AccountErase
	}
	return member.AccountWrite
}

// Bulk does a deed to each record of a selection that is within who's reach. A
// small one is done when it returns; a large one goes on as a job.
func (a *App) Bulk(ctx context.Context, who Who, s Selection, d bulk.Deed) (b bulk.Bulk, err error) {
	if d, err = d.Check(); err != nil {
		return b, err
	}
	if d.Do == bulk.Undo {
		return b, bulk.ErrDo
	}
	if s.Kind != fact.Account && s.Kind != fact.Contact {
		return b, bulk.ErrDo
	}
	b = bulk.Bulk{Kind: s.Kind, Deed: d, Member: who.Member.ID, Filled: s.All == nil}
	if s.All != nil {
		b.Query = s.All.View().Encode()
	} else if len(s.IDs) == 0 {
		return b, bulk.ErrNone
	}
	err = a.write(ctx, who, bulkRight(s.Kind, d.Do), func(tx *store.Tx) error {
		if d.Do == bulk.Owner || d.Do == bulk.Team {
			if _, err := placed(tx, d.Member, d.Team); err != nil {
				return err
			}
		}
		now := b
		if now, err = tx.AddBulk(now, s.IDs, fact.Fact{Deed: "bulk.begun"}); err != nil {
			return err
		}
		if !now.Filled {
			p, err := a.bulkRecords(&tx.View, who, now, filter.Cursor{})
			if err != nil {
				return err
			}
			if p.Next.IsZero() { // few: here and now
				if err := tx.AddBulkItems(now.ID, 0, p.Items); err != nil {
					return err
				}
				now.Filled, now.Total = true, len(p.Items)
			}
		}
		if now.Filled && now.Total <= bulk.AtOnce {
			now, err = a.bulkPage(tx, who, now)
			b = now
			return err
		}
		if now.Job, err = enqueueBulk(tx, now.ID); err != nil {
			return err
		}
		b = now
		return tx.SaveBulk(now, "")
	})
	return b, err
}

func enqueueBulk(tx *store.Tx, b id.Record) (id.Job, error) {
	args, err := json.Marshal(map[string]any{"bulk": b})
	if err != nil {
		return id.Job{}, err
	}
	return tx.Enqueue(job.Job{Kind: "bulk.run", Args: args, Unique: b.String()})
}

// UndoBulk gives each record what it had before, unless somebody changed it
// since: those are refused and kept.
func (a *App) UndoBulk(ctx context.Context, who Who, i id.Record) (b bulk.Bulk, err error) {
	err = a.write(ctx, who, member.AccountWrite, func(tx *store.Tx) error {
		of, place, err := tx.Bulk(i)
		if err != nil {
			return err
		}
		if of.Member != who.Member.ID && !who.Can(member.SettingManage) {
			return store.ErrNotFound
		}
		if !who.Can(bulkRight(of.Kind, of.Deed.Do)) {
			return ErrDenied
		}
		if !of.Ended || of.Undone || of.Deed.Do == bulk.Undo {
			return bulk.ErrUndone
		}
		of.Undone = true
		if err := tx.SaveBulk(of, place); err != nil {
			return err
		}
		next := bulk.Bulk{Kind: of.Kind, Deed: bulk.Deed{Do: bulk.Undo, Of: of.ID}, Member: who.Member.ID, Filled: true}
		if next, err = tx.AddBulk(next, nil, fact.Fact{Deed: "bulk.undone"}); err != nil {
			return err
		}
		next.Total = of.Total
		if next.Total <= bulk.AtOnce {
			b, err = a.bulkPage(tx, who, next)
			return err
		}
		if next.Job, err = enqueueBulk(tx, next.ID); err != nil {
			return err
		}
		b = next
		return tx.SaveBulk(next, "")
	})
	return b, err
}

// BulkState tells how far a bulk is, to whoever began it.
func (a *App) BulkState(ctx context.Context, who Who, i id.Record) (b bulk.Bulk, err error) {
	err = a.peek(ctx, who, member.Self, func(v *store.View) error {
		b, _, err = v.Bulk(i)
		if err == nil && b.Member != who.Member.ID && !who.Can(member.SettingManage) {
			err = store.ErrNotFound
		}
		return err
	})
	return b, err
}

// runBulk is the job: it writes down what the list finds, then does the deed,
// a page in a transaction each. Both go on where they were.
func (a *App) runBulk(ctx context.Context, j job.Job) error {
	var args struct {
		Bulk id.Record `json:"bulk"`
	}
	if err := json.Unmarshal(j.Args, &args); err != nil {
		return err
	}
	var b bulk.Bulk
	var who Who
	err := a.db.Read(ctx, j.Org, func(v *store.View) (err error) {
		if b, _, err = v.Bulk(args.Bulk); err == nil {
			who, err = memberWho(v, b.Member)
		}
		return err
	})
	if err != nil {
		return err
	}
	for ended := false; !ended; {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		// The member may have lost the right, or the door, since they asked.
		err := a.write(ctx, who, bulkRight(b.Kind, b.Deed.Do), func(tx *store.Tx) error {
			now, place, err := tx.Bulk(args.Bulk)
			if err != nil {
				return err
			}
			if !now.Filled {
				if now, err = a.fillBulk(tx, who, now, place); err != nil {
					return err
				}
				return tx.Progress(j, 0, int64(now.Total), "")
			}
			if now, err = a.bulkPage(tx, who, now); err != nil {
				return err
			}
			ended = now.Ended
			return tx.Progress(j, int64(now.Done+now.Refused), int64(now.Total), "")
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *App) fillBulk(tx *store.Tx, who Who, b bulk.Bulk, place string) (bulk.Bulk, error) {
	q, err := bulkQuery(&tx.View, b)
	if err != nil {
		return b, err
	}
	var at filter.Cursor
	if place != "" {
		if at, err = filter.ReadCursor(place, q.Sort); err != nil {
			return b, err
		}
	}
	p, err := a.bulkRecords(&tx.View, who, b, at)
	if err != nil {
		return b, err
	}
	if err := tx.AddBulkItems(b.ID, b.Total, p.Items); err != nil {
		return b, err
	}
	b.Total += len(p.Items)
	b.Filled = p.Next.IsZero()
	b.Ended = b.Filled && b.Total == 0
	return b, tx.SaveBulk(b, p.Next.String())
}

func bulkQuery(v *store.View, b bulk.Bulk) (filter.Query, error) {
	params, err := url.ParseQuery(b.Query)
	if err != nil {
		return filter.Query{}, err
	}
	base := account.Catalogue()
	if b.Kind == fact.Contact {
		base = contact.Catalogue()
	}
	cat, err := withOwn(v, b.Kind, base)
	if err != nil {
		return filter.Query{}, err
	}
	return filter.Parse(cat, params, filter.Limits{})
}

func (a *App) bulkRecords(v *store.View, who Who, b bulk.Bulk, at filter.Cursor) (p Page[id.Record], err error) {
	q, err := bulkQuery(v, b)
	if err != nil {
		return p, err
	}
	q.Limit, q.Cursor = bulk.AtOnce, at
	if b.Kind == fact.Contact {
		return v.ContactIDs(q, a.lens(who), who.Reach(b.Kind))
	}
	return v.AccountIDs(q, a.lens(who), who.Reach(b.Kind))
}

// bulkPage does the deed to the next page of records.
func (a *App) bulkPage(tx *store.Tx, who Who, b bulk.Bulk) (bulk.Bulk, error) {
	from := b.ID
	if b.Deed.Do == bulk.Undo {
		from = b.Deed.Of
	}
	items, err := tx.BulkItems(from, b.Done+b.Refused, bulk.Page)
	if err != nil {
		return b, err
	}
	for _, it := range items {
		done, err := a.bulkOne(tx, who, b, it)
		if err != nil {
			return b, err
		}
		if done {
			b.Done++
		} else {
			b.Refused++
		}
	}
	b.Ended = b.Done+b.Refused >= b.Total || len(items) == 0
	if b.Ended && (b.Deed.Do == bulk.Untag || b.Deed.Do == bulk.Retag) {
		if err := tx.SweepTag(b.Deed.Tag); err != nil {
			return b, err
		}
	}
	return b, tx.SaveBulk(b, "")
}

// bulkOne does the deed to one record; false when it was refused. A refusal
// comes before anything is written, so the transaction can go on.
func (a *App) bulkOne(tx *store.Tx, who Who, b bulk.Bulk, it store.BulkItem) (bool, error) {
	if b.Deed.Do == bulk.Undo && it.Version == 0 { // never touched, so as it was
		return true, nil
	}
	var err error
	if b.Kind == fact.Contact {
		err = a.bulkContact(tx, who, b, &it)
	} else {
		err = a.bulkAccount(tx, who, b, &it)
	}
	switch fault.KindOf(err) {
	case fault.Invalid, fault.NotFound, fault.Conflict:
		return false, nil
	}
	if err != nil || b.Deed.Do == bulk.Undo || it.Version == 0 {
		return err == nil, err
	}
	return true, tx.SaveBulkItem(b.ID, it)
}

// before is what a deed may change of a record.
type before struct {
	Owner   id.Member `json:"owner"`
	Team    id.Team   `json:"team"`
	Tags    []string  `json:"tags"`
	Deleted bool      `json:"deleted"`
}

func (a *App) bulkAccount(tx *store.Tx, who Who, b bulk.Bulk, it *store.BulkItem) error {
	i := id.Account(it.Record)
	acc, err := seenAccount(&tx.View, who, i)
	if err != nil {
		return err
	}
	was := before{acc.Owner, acc.Team, acc.Tags, acc.Deleted != 0}
	d := b.Deed
	if d.Do == bulk.Undo {
		old, err := wasBefore(it, acc.Version)
		if err != nil {
			return err
		}
		if old.Deleted != was.Deleted {
			move, deed := account.Restore, "account.restored"
			if old.Deleted {
				move, deed = account.Bin, "account.binned"
			}
			_, err := a.moveAccountTx(tx, who, acc, move, deed)
			return err
		}
		_, err = a.changeAccount(tx, who, i, 0, account.Patch{Owner: opt.Some(old.Owner), Team: opt.Some(old.Team), Tags: opt.Some(old.Tags)})
		return err
	}
	var next account.Account
	switch d.Do {
	case bulk.Bin:
		next, err = a.moveAccountTx(tx, who, acc, account.Bin, "account.binned")
	case bulk.Restore:
		next, err = a.moveAccountTx(tx, who, acc, account.Restore, "account.restored")
	default:
		p := account.Patch{}
		switch d.Do {
		case bulk.Owner:
			p.Owner = opt.Some(d.Member)
		case bulk.Team:
			p.Team = opt.Some(d.Team)
		default:
			p.Tags = opt.Some(retagged(acc.Tags, d))
		}
		next, err = a.changeAccount(tx, who, i, 0, p)
	}
	return remember(it, was, acc.Version, next.Version, err)
}

func (a *App) bulkContact(tx *store.Tx, who Who, b bulk.Bulk, it *store.BulkItem) error {
	i := id.Contact(it.Record)
	c, err := seenContact(&tx.View, who, i)
	if err != nil {
		return err
	}
	was := before{c.Owner, c.Team, c.Tags, c.Deleted != 0}
	d := b.Deed
	if d.Do == bulk.Undo {
		old, err := wasBefore(it, c.Version)
		if err != nil {
			return err
		}
		if old.Deleted != was.Deleted {
			move, deed := contact.Restore, "contact.restored"
			if old.Deleted {
				move, deed = contact.Bin, "contact.binned"
			}
			_, err := a.moveContactTx(tx, c, move, deed)
			return err
		}
		_, err = a.changeContact(tx, who, i, 0, contact.Patch{Owner: opt.Some(old.Owner), Team: opt.Some(old.Team), Tags: opt.Some(old.Tags)})
		return err
	}
	var next contact.Contact
	switch d.Do {
	case bulk.Bin:
		next, err = a.moveContactTx(tx, c, contact.Bin, "contact.binned")
	case bulk.Restore:
		next, err = a.moveContactTx(tx, c, contact.Restore, "contact.restored")
	default:
		p := contact.Patch{}
		switch d.Do {
		case bulk.Owner:
			p.Owner = opt.Some(d.Member)
		case bulk.Team:
			p.Team = opt.Some(d.Team)
		default:
			p.Tags = opt.Some(retagged(c.Tags, d))
		}
		next, err = a.changeContact(tx, who, i, 0, p)
	}
	return remember(it, was, c.Version, next.Version, err)
}

func remember(it *store.BulkItem, was before, old, now int64, err error) error {
	if err != nil || old == now { // it was so already
		return err
	}
	it.Version = now
	it.Before, err = json.Marshal(was)
	return err
}

// wasBefore is what a record was; a conflict when it was changed since, or was
// never touched.
func wasBefore(it *store.BulkItem, version int64) (old before, err error) {
	if it.Version == 0 || it.Version != version {
		return old, store.ErrStale
	}
	return old, json.Unmarshal(it.Before, &old)
}

func retagged(tags []string, d bulk.Deed) []string {
	var kept []string
	had := false
	for _, t := range tags {
		if t == d.Tag && d.Do != bulk.Tag {
			had = true
			continue
		}
		kept = append(kept, t)
	}
	switch {
	case d.Do == bulk.Tag:
		kept = append(kept, d.Tag)
	case d.Do == bulk.Retag && had:
		kept = append(kept, d.To)
	}
	return kept
}

// Tags lists the tags that begin with a text.
func (a *App) Tags(ctx context.Context, who Who, begin string, limit int) (all []store.TagCount, err error) {
	err = a.peek(ctx, who, member.AccountRead, func(v *store.View) error {
		all, err = v.Tags(begin, min(limit, 500))
		return err
	})
	return all, err
}

// memberWho is a member as they are now, for work that goes on without them.
func memberWho(v *store.View, i id.Member) (who Who, err error) {
	if who.Member, err = v.Member(i); err != nil {
		return who, err
	}
	if who.Org, err = v.Organisation(); err != nil {
		return who, err
	}
	groups, err := v.Teams()
	who.teams = member.Below(who.Member.Team, groups)
	who.Actor = fact.Actor{Kind: "member", Member: who.Member.ID, Name: who.Member.Name}
	return who, err
}
