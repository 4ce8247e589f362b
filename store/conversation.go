package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/conversation"
	"kring/domain/member"
)

const conversationSet = "account_id, opportunity_id, title, channel, place, starts_at, minutes, owner_id, member_id, goal, questions, state, follows_id, why, began_at, ended_at, customer_seconds, self_seconds, outcome, action, contact_id, action_day, next, next_day, summary, language, secret, link_until, reported_at, confirmed_at, confirmed_by, remark, external_id, created_at, updated_at"

const conversationColumns = "c.id, c.version, c.account_id, c.opportunity_id, c.title, c.channel, c.place, c.starts_at, c.minutes, c.owner_id, c.member_id, c.goal, c.questions, c.state, c.follows_id, c.why, c.began_at, c.ended_at, c.customer_seconds, c.self_seconds, c.outcome, c.action, c.contact_id, c.action_day, c.next, c.next_day, c.summary, c.language, c.secret, c.link_until, c.reported_at, c.confirmed_at, c.confirmed_by, c.remark, c.external_id, c.created_at, c.updated_at, acc.name"

// Conversation is one conversation, whoever asks; who may see it is for the
// caller.
func (v *View) Conversation(i id.Conversation) (c conversation.Line, err error) {
	defer fault.Wrap(&err, "store.Conversation(%s)", i)
	all, err := v.conversations(v.where("c").and("c.id = ?", i), "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return c, err
	}
	return all[0], nil
}

// TalkPlace is the place of a conversation in a list: when it begins, and its id.
type TalkPlace struct {
	Start int64
	ID    id.Conversation
}

// IsZero is the place before all others.
func (p TalkPlace) IsZero() bool { return p == TalkPlace{} }

// TalkQuery says which conversations a list shows; what is zero does not count.
type TalkQuery struct {
	Owner       id.Member
	Account     id.Account
	Opportunity id.Opportunity
	State       conversation.State
	Coming      bool          // only what is still to take place
	Was         bool          // only what took place
	Since       int64         // begins at this moment or after
	Until       int64         // begins at this moment or before
	Within      *member.Reach // only with accounts within reach
	Back        bool          // the last first
	After       TalkPlace
	Limit       int
}

// Conversations are conversations in the order in which they begin.
func (v *View) Conversations(q TalkQuery) (_ []conversation.Line, err error) {
	defer fault.Wrap(&err, "store.Conversations")
	w := v.where("c")
	same := func(column string, zero bool, value any) {
		if !zero {
			w.and(column+" = ?", value)
		}
	}
	same("c.owner_id", q.Owner.IsZero(), q.Owner)
	same("c.account_id", q.Account.IsZero(), q.Account)
	same("c.opportunity_id", q.Opportunity.IsZero(), q.Opportunity)
	same("c.state", q.State == "", string(q.State))
	if q.Coming {
		w.and("c.state IN ('planned', 'prepared')")
	}
	if q.Was {
		w.and("c.state IN ('held', 'reported', 'confirmed')")
	}
	if q.Since != 0 {
		w.and("c.starts_at >= ?", q.Since)
	}
	if q.Until != 0 {
		w.and("c.starts_at <= ?", q.Until)
	}
	if q.Within != nil {
		w.reachAccount("c", *q.Within)
	}
	order, than := " ORDER BY c.starts_at, c.id LIMIT ?", ">"
	if q.Back {
		order, than = " ORDER BY c.starts_at DESC, c.id DESC LIMIT ?", "<"
	}
	if !q.After.IsZero() {
		w.and("(c.starts_at, c.id) "+than+" (?, ?)", q.After.Start, q.After.ID)
	}
	w.args = append(w.args, q.Limit)
	return v.conversations(w, order)
}

// ToReport are the conversations of a member that were held and not reported, the
// one that waits longest first.
func (v *View) ToReport(m id.Member, limit int) (_ []conversation.Line, err error) {
	defer fault.Wrap(&err, "store.ToReport")
	w := v.where("c").and("c.owner_id = ?", m).and("c.state = 'held'")
	w.args = append(w.args, limit)
	return v.conversations(w, " ORDER BY c.ended_at, c.id LIMIT ?")
}

// ConversationsAfter are all conversations, for an export of everything.
func (v *View) ConversationsAfter(after id.Record, limit int) (_ []conversation.Line, err error) {
	defer fault.Wrap(&err, "store.ConversationsAfter")
	return v.conversations(v.onwards("c", after, limit), " ORDER BY c.id LIMIT ?")
}

// ConversationsKnown are the conversations that have one of these external ids.
func (v *View) ConversationsKnown(externals []string) (all []conversation.Line, err error) {
	defer fault.Wrap(&err, "store.ConversationsKnown")
	for chunk := range slices.Chunk(externals, 200) {
		some, err := v.conversations(v.where("c").in("c.external_id", len(chunk), anys(chunk)...).and("c.external_id IS NOT NULL"), "")
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// CountConversations is how many conversations of a member are still to take
// place from one moment up to and including another, up to most.
func (v *View) CountConversations(m id.Member, since, until int64, most int) (n int, err error) {
	defer fault.Wrap(&err, "store.CountConversations")
	w := v.where("").and("owner_id = ?", m).and("starts_at >= ?", since).and("starts_at <= ?", until).and("state IN ('planned', 'prepared')")
	q, args := "SELECT COUNT(*) FROM (SELECT 1 FROM conversation"+w.String()+" LIMIT ?) counted", append(w.args, most)
	return Remembered(v, q, args, func() (n int, err error) {
		err = v.row(q, args, &n)
		return n, err
	})
}

func (v *View) conversations(w *where, rest string) (all []conversation.Line, err error) {
	err = v.rows("SELECT "+conversationColumns+" FROM conversation c JOIN account acc ON acc.org_id = c.org_id AND acc.id = c.account_id"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var c conversation.Line
		var channel, questions, state, outcome, action, next string
		var external sql.NullString
		err := rs.Scan(&c.ID, &c.Version, &c.Account, &c.Opportunity, &c.Title, &channel, &c.Place, &c.Start, &c.Minutes, &c.Owner, &c.By, &c.Goal, &questions, &state, &c.Follows, &c.Why,
			&c.Began, &c.Ended, &c.Customer, &c.Self, &outcome, &c.Action, &c.ActionBy, &action, &c.Next, &next, &c.Summary, &c.Language, &c.Secret, &c.LinkUntil, &c.Reported, &c.Confirmed,
			&c.ConfirmedBy, &c.Remark, &external, &c.Created, &c.Updated, &c.Name)
		if err != nil {
			return err
		}
		c.Channel, c.State, c.Outcome = conversation.Channel(channel), conversation.State(state), conversation.Outcome(outcome)
		c.ActionDay, c.NextDay, c.ExternalID = day.Day(action), day.Day(next), external.String
		if err := json.Unmarshal([]byte(questions), &c.Questions); err != nil {
			return err
		}
		all = append(all, c)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, v.attending(all)
}

// attending reads who is at conversations.
func (v *View) attending(all []conversation.Line) error {
	at := make(map[id.Conversation]int, len(all))
	ids := make([]id.Conversation, len(all))
	for n, c := range all {
		at[c.ID], ids[n] = n, c.ID
	}
	for chunk := range slices.Chunk(ids, 200) {
		w := v.where("").in("conversation_id", len(chunk), anys(chunk)...)
		err := v.rows("SELECT conversation_id, contact_id, member_id, name FROM attendee"+w.String()+" ORDER BY conversation_id, place", w.args, func(rs *sql.Rows) error {
			var i id.Conversation
			var a conversation.Attendee
			if err := rs.Scan(&i, &a.Contact, &a.Member, &a.Name); err != nil {
				return err
			}
			all[at[i]].Attendees = append(all[at[i]].Attendees, a)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func conversationRow(c conversation.Conversation) ([]any, error) {
	if c.Questions == nil {
		c.Questions = []conversation.Asking{}
	}
	questions, err := json.Marshal(c.Questions)
	return []any{
		c.Account, c.Opportunity, c.Title, string(c.Channel), c.Place, c.Start, c.Minutes, c.Owner, c.By, c.Goal, string(questions), string(c.State), c.Follows, c.Why, c.Began, c.Ended,
		c.Customer, c.Self, string(c.Outcome), c.Action, c.ActionBy, string(c.ActionDay), c.Next, string(c.NextDay), c.Summary, c.Language, c.Secret, c.LinkUntil, c.Reported, c.Confirmed,
		c.ConfirmedBy, c.Remark, null(c.ExternalID), c.Created, c.Updated,
	}, err
}

// AddConversation stores a new conversation. ErrTaken when its external id is
// taken.
func (tx *Tx) AddConversation(c conversation.Conversation, f fact.Fact) (_ conversation.Conversation, err error) {
	defer fault.Wrap(&err, "store.AddConversation")
	c.Version = 1
	row, err := conversationRow(c)
	if err != nil {
		return c, err
	}
	if _, err := tx.exec("INSERT INTO conversation (org_id, id, version, "+conversationSet+") VALUES ("+marks(38)+")", append([]any{tx.org, c.ID, c.Version}, row...)...); err != nil {
		return c, err
	}
	if err := tx.attend(c); err != nil {
		return c, err
	}
	return c, tx.fact(aboutConversation(c, f))
}

// SaveConversation stores a changed conversation; ErrStale when it was changed
// since c was read.
func (tx *Tx) SaveConversation(c conversation.Conversation, f fact.Fact) (_ conversation.Conversation, err error) {
	defer fault.Wrap(&err, "store.SaveConversation(%s)", c.ID)
	row, err := conversationRow(c)
	if err != nil {
		return c, err
	}
	if err := tx.change1("UPDATE conversation SET version = version + 1, ("+conversationSet+") = ("+marks(35)+") WHERE org_id = ? AND id = ? AND version = ?", append(row, tx.org, c.ID, c.Version)...); err != nil {
		return c, err
	}
	c.Version++
	if _, err := tx.exec("DELETE FROM attendee WHERE org_id = ? AND conversation_id = ?", tx.org, c.ID); err != nil {
		return c, err
	}
	if err := tx.attend(c); err != nil {
		return c, err
	}
	return c, tx.fact(aboutConversation(c, f))
}

func (tx *Tx) attend(c conversation.Conversation) error {
	for n, a := range c.Attendees {
		if _, err := tx.exec("INSERT INTO attendee (org_id, id, conversation_id, place, contact_id, member_id, name) VALUES ("+marks(7)+")",
			tx.org, id.New[id.Record](), c.ID, n, a.Contact, a.Member, a.Name); err != nil {
			return err
		}
	}
	return tx.pointedAt(c.Account)
}

func aboutConversation(c conversation.Conversation, f fact.Fact) fact.Fact {
	f.Kind, f.Subject, f.Account, f.Label = fact.Conversation, c.ID.Any(), c.Account, c.Title
	return f
}

const noteSet = "conversation_id, mark, letter, question, closed, text, basis, ground, handled, checked, need_id, member_id, at, created_at, updated_at"

// mostNotes is how many notes of one conversation are read at most.
const mostNotes = 2000

// Notes are the notes of a conversation as they were written.
func (v *View) Notes(c id.Conversation) (_ []conversation.Note, err error) {
	defer fault.Wrap(&err, "store.Notes(%s)", c)
	w := v.where("").and("conversation_id = ?", c)
	w.args = append(w.args, mostNotes)
	return v.notes(w, " ORDER BY at, id LIMIT ?")
}

// NotesOf are the notes of some conversations.
func (v *View) NotesOf(all []id.Conversation) (by map[id.Conversation][]conversation.Note, err error) {
	defer fault.Wrap(&err, "store.NotesOf(%d)", len(all))
	by = map[id.Conversation][]conversation.Note{}
	for chunk := range slices.Chunk(all, 200) {
		some, err := v.notes(v.where("").in("conversation_id", len(chunk), anys(chunk)...), " ORDER BY conversation_id, at, id")
		if err != nil {
			return nil, err
		}
		for _, n := range some {
			by[n.Conversation] = append(by[n.Conversation], n)
		}
	}
	return by, nil
}

// Note is one note.
func (v *View) Note(i id.Record) (n conversation.Note, err error) {
	defer fault.Wrap(&err, "store.Note(%s)", i)
	all, err := v.notes(v.where("").and("id = ?", i), "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return n, err
	}
	return all[0], nil
}

// NotesAfter are all notes, for an export of everything.
func (v *View) NotesAfter(after id.Record, limit int) (_ []conversation.Note, err error) {
	defer fault.Wrap(&err, "store.NotesAfter")
	return v.notes(v.onwards("", after, limit), " ORDER BY id LIMIT ?")
}

func (v *View) notes(w *where, rest string) (all []conversation.Note, err error) {
	err = v.rows("SELECT id, version, "+noteSet+" FROM talk_note"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var n conversation.Note
		var mark, letter, ground string
		err := rs.Scan(&n.ID, &n.Version, &n.Conversation, &mark, &letter, &n.Question, &n.Closed, &n.Text, &n.Basis, &ground, &n.Handled, &n.Checked, &n.Need, &n.By, &n.At, &n.Created, &n.Updated)
		n.Mark, n.Letter, n.Ground = conversation.Mark(mark), conversation.Letter(letter), conversation.Ground(ground)
		all = append(all, n)
		return err
	})
	return all, err
}

func noteRow(n conversation.Note) []any {
	return []any{n.Conversation, string(n.Mark), string(n.Letter), n.Question, n.Closed, n.Text, n.Basis, string(n.Ground), n.Handled, n.Checked, n.Need, n.By, n.At, n.Created, n.Updated}
}

// AddNote stores a new note of a conversation.
func (tx *Tx) AddNote(c conversation.Conversation, n conversation.Note, f fact.Fact) (_ conversation.Note, err error) {
	defer fault.Wrap(&err, "store.AddNote")
	n.Version = 1
	if _, err := tx.exec("INSERT INTO talk_note (org_id, id, version, "+noteSet+") VALUES ("+marks(18)+")", append([]any{tx.org, n.ID, n.Version}, noteRow(n)...)...); err != nil {
		return n, err
	}
	return n, tx.fact(aboutNote(c, f))
}

// SaveNote stores a changed note; ErrStale when it was changed since n was read.
func (tx *Tx) SaveNote(c conversation.Conversation, n conversation.Note, f fact.Fact) (_ conversation.Note, err error) {
	defer fault.Wrap(&err, "store.SaveNote(%s)", n.ID)
	if err := tx.change1("UPDATE talk_note SET version = version + 1, ("+noteSet+") = ("+marks(15)+") WHERE org_id = ? AND id = ? AND version = ?", append(noteRow(n), tx.org, n.ID, n.Version)...); err != nil {
		return n, err
	}
	n.Version++
	return n, tx.fact(aboutNote(c, f))
}

// EraseNote takes a note away.
func (tx *Tx) EraseNote(c conversation.Conversation, n conversation.Note, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.EraseNote(%s)", n.ID)
	if err := tx.change1("DELETE FROM talk_note WHERE org_id = ? AND id = ? AND version = ?", tx.org, n.ID, n.Version); err != nil {
		return err
	}
	return tx.fact(aboutNote(c, f))
}

// aboutNote is a fact of a note: it is in the log, and on no timeline, which
// shows the conversation.
func aboutNote(c conversation.Conversation, f fact.Fact) fact.Fact {
	f = aboutConversation(c, f)
	f.Account = id.Account{}
	return f
}

const questionSet = "letter, text, closed, basis, branch, archived, created_at, updated_at"

// Questions are all questions of the bank, in the order in which they came.
func (v *View) Questions() (all []conversation.Question, err error) {
	defer fault.Wrap(&err, "store.Questions")
	w := v.where("")
	w.args = append(w.args, conversation.MaxBank)
	return v.questions(w, " ORDER BY id LIMIT ?")
}

// Question is one question of the bank.
func (v *View) Question(i id.Question) (q conversation.Question, err error) {
	defer fault.Wrap(&err, "store.Question(%s)", i)
	all, err := v.questions(v.where("").and("id = ?", i), "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return q, err
	}
	return all[0], nil
}

func (v *View) questions(w *where, rest string) (all []conversation.Question, err error) {
	err = v.rows("SELECT id, version, "+questionSet+" FROM question"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var q conversation.Question
		var letter string
		err := rs.Scan(&q.ID, &q.Version, &letter, &q.Text, &q.Closed, &q.Basis, &q.Branch, &q.Archived, &q.Created, &q.Updated)
		q.Letter = conversation.Letter(letter)
		all = append(all, q)
		return err
	})
	return all, err
}

func questionRow(q conversation.Question) []any {
	return []any{string(q.Letter), q.Text, q.Closed, q.Basis, q.Branch, q.Archived, q.Created, q.Updated}
}

// AddQuestion stores a question in the bank.
func (tx *Tx) AddQuestion(q conversation.Question, f fact.Fact) (_ conversation.Question, err error) {
	defer fault.Wrap(&err, "store.AddQuestion")
	q.Version = 1
	if _, err := tx.exec("INSERT INTO question (org_id, id, version, "+questionSet+") VALUES ("+marks(11)+")", append([]any{tx.org, q.ID, q.Version}, questionRow(q)...)...); err != nil {
		return q, err
	}
	return q, tx.fact(aboutQuestion(q, f))
}

// SaveQuestion stores a changed question; ErrStale when it was changed since q was
// read.
func (tx *Tx) SaveQuestion(q conversation.Question, f fact.Fact) (_ conversation.Question, err error) {
	defer fault.Wrap(&err, "store.SaveQuestion(%s)", q.ID)
	if err := tx.change1("UPDATE question SET version = version + 1, ("+questionSet+") = ("+marks(8)+") WHERE org_id = ? AND id = ? AND version = ?", append(questionRow(q), tx.org, q.ID, q.Version)...); err != nil {
		return q, err
	}
	q.Version++
	return q, tx.fact(aboutQuestion(q, f))
}

func aboutQuestion(q conversation.Question, f fact.Fact) fact.Fact {
	f.Kind, f.Subject, f.Label = fact.Question, q.ID.Any(), q.Text
	return f
}

// Practices are what a member practised and practises, the latest first. Nobody
// else's is ever read.
func (v *View) Practices(m id.Member, limit int) (all []conversation.Practice, err error) {
	defer fault.Wrap(&err, "store.Practices")
	w := v.where("").and("member_id = ?", m)
	w.args = append(w.args, limit)
	err = v.rows("SELECT id, version, member_id, behaviour, began_at, ended_at, reflection FROM practice"+w.String()+" ORDER BY id DESC LIMIT ?", w.args, func(rs *sql.Rows) error {
		var p conversation.Practice
		var behaviour string
		err := rs.Scan(&p.ID, &p.Version, &p.Member, &behaviour, &p.Began, &p.Ended, &p.Reflection)
		p.Behaviour = conversation.Behaviour(behaviour)
		all = append(all, p)
		return err
	})
	return all, err
}

// AddPractice stores what a member begins to practise; conversation.ErrOne when
// they practise something already. The log says no more than that it began.
func (tx *Tx) AddPractice(p conversation.Practice, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.AddPractice")
	_, err = tx.exec("INSERT INTO practice (org_id, id, version, member_id, behaviour, began_at, ended_at, reflection) VALUES ("+marks(8)+")",
		tx.org, p.ID, 1, p.Member, string(p.Behaviour), p.Began, p.Ended, p.Reflection)
	if errors.Is(err, ErrTaken) {
		return conversation.ErrOne
	}
	if err != nil {
		return err
	}
	return tx.fact(aboutPractice(p, f))
}

// SavePractice stores what became of it.
func (tx *Tx) SavePractice(p conversation.Practice, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.SavePractice")
	if err := tx.change1("UPDATE practice SET version = version + 1, ended_at = ?, reflection = ? WHERE org_id = ? AND id = ? AND version = ?", p.Ended, p.Reflection, tx.org, p.ID, p.Version); err != nil {
		return err
	}
	return tx.fact(aboutPractice(p, f))
}

func aboutPractice(p conversation.Practice, f fact.Fact) fact.Fact {
	f.Kind, f.Subject = fact.Practice, p.ID
	return f
}
