package desk

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"kring/app"
	"kring/base/id"
	"kring/domain/conversation"
	"kring/domain/member"
	"kring/look"
	"kring/look/words"
)

// The coach page shows the reader's own conversations and nobody else's; it has no
// address that names a member.

type coach struct {
	v    *visit
	c    app.Coach
	said map[string]string
}

func (p *coach) w(key string) string { return p.v.words.T("coach." + key) }

func coachPage(v *visit) error {
	if err := v.may(member.TalkWrite); err != nil {
		return err
	}
	return v.coach(http.StatusOK, nil)
}

func (v *visit) coach(code int, said map[string]string) error {
	c, err := v.app.Coach(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	return v.show(code, coachView(&coach{v: v, c: c, said: said}))
}

func (p *coach) frame() look.Frame {
	f := p.v.frame(p.w("title"), "/conversations")
	f.Crumbs = []look.Crumb{{Label: p.v.words.T("talk.many"), Href: "/conversations"}, {Label: p.w("title")}}
	f.Head = look.Heading{Title: p.w("title"), Lead: p.w("lead")}
	return f
}

// coachFigure is one number with the sum that makes it.
type coachFigure struct{ Label, Value, Sum string }

func (p *coach) figures() (all []coachFigure) {
	c := p.c
	part := func(key string, points int, ok bool, n, of int) {
		f := coachFigure{Label: p.w(key), Value: "–", Sum: p.v.words.Tf("coach."+key+"_sum", words.P{"n": n, "of": of})}
		if ok {
			f.Value = p.v.percent(points)
		}
		all = append(all, f)
	}
	success, ok := c.Success()
	part("success", success, ok, c.Outcomes[conversation.Order]+c.Outcomes[conversation.Advance], c.Held)
	for _, l := range conversation.Letters {
		share, ok := c.Share(l)
		f := coachFigure{Label: p.v.words.T("talk.letter_" + string(l)), Value: "–", Sum: p.v.words.Tf("coach.share_sum", words.P{"n": c.Counts.Of(l), "of": c.Counts.Questions()})}
		if ok {
			f.Value = p.v.words.Number(float64((share+50)/100), 0) + "%"
		}
		all = append(all, f)
	}
	development, ok := c.Development()
	part("development", development, ok, c.Explicit, c.Implied)
	match, ok := c.Match()
	part("match", match, ok, c.Counts.Benefits, c.Counts.Shown)
	share, ok := c.TalkShare()
	talk := coachFigure{Label: p.w("talk"), Value: "–", Sum: p.v.words.Tf("coach.talk_sum", words.P{"customer": clockText(c.Customer), "self": clockText(c.Self)})}
	if ok {
		talk.Value = p.v.percent(share)
	}
	all = append(all, talk)
	in, ok := conversation.Part(c.InTime, c.Reported)
	part("in_time", in, ok, c.InTime, c.Reported)
	return all
}

func (p *coach) behaviours() (list []look.Option) {
	for _, b := range conversation.Behaviours {
		list = append(list, look.Option{Value: string(b), Label: p.w("behaviour_" + string(b)), Hint: p.w("behaviour_" + string(b) + "_why")})
	}
	return list
}

func practise(v *visit) error {
	return practised(v, func(form string) error {
		return v.app.Practise(v.r.Context(), v.who, conversation.Behaviour(form))
	}, "behaviour")
}

func endPractice(v *visit) error {
	return practised(v, func(form string) error { return v.app.EndPractice(v.r.Context(), v.who, form) }, "reflection")
}

func practised(v *visit, do func(string) error, field string) error {
	if err := v.may(member.TalkWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	err = do(form.Get(field))
	if wrong := v.wrong(err); wrong != nil {
		return v.coach(http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	return v.to("/coach")
}

// questionBank is the page of the bank of questions.
type questionBank struct {
	settingPage
	v    *visit
	all  []conversation.Question
	text map[string]string
	said map[string]string
	open string // id of the question of which the change was refused; "new"
}

func questionsPage(v *visit) error {
	if err := v.may(member.QuestionSet); err != nil {
		return err
	}
	return v.questionBank(http.StatusOK, &questionBank{})
}

func (v *visit) questionBank(code int, b *questionBank) error {
	b.v, b.settingPage = v, v.setting("questions", "")
	all, err := v.app.Questions(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	slices.SortStableFunc(all, func(x, y conversation.Question) int {
		if x.Archived != y.Archived {
			if x.Archived {
				return 1
			}
			return -1
		}
		return slices.Index(conversation.Letters, x.Letter) - slices.Index(conversation.Letters, y.Letter)
	})
	b.all = all
	if b.text == nil {
		b.text = map[string]string{"letter": "s"}
	}
	return v.show(code, questionsView(b))
}

func (b *questionBank) w(key string) string { return b.v.words.T("question." + key) }

func (b *questionBank) letters() []look.Option { return (&talkForm{v: b.v}).letters() }

// textOf is what stands in a field of a question, or what was typed there.
func (b *questionBank) textOf(q conversation.Question, key string) string {
	name := q.ID.String()
	if q.ID.IsZero() {
		name = "new"
	}
	if b.open == name || q.ID.IsZero() {
		return b.text[key]
	}
	return map[string]string{"letter": string(q.Letter), "text": q.Text, "basis": q.Basis, "branch": q.Branch, "closed": strconv.FormatBool(q.Closed), "archived": strconv.FormatBool(q.Archived)}[key]
}

func (b *questionBank) saidOf(q conversation.Question, key string) string {
	if q.ID.IsZero() && b.open == "new" || !q.ID.IsZero() && b.open == q.ID.String() {
		return b.said[key]
	}
	return ""
}

func addQuestion(v *visit) error {
	return banking(v, "new", func(form map[string]string, d conversation.QuestionDraft) error {
		i := id.OrZero[id.Question](form["id"])
		if i.IsZero() {
			i = id.New[id.Question]()
		}
		_, err := v.app.AddQuestion(v.r.Context(), v.who, i, d)
		return err
	})
}

func changeQuestion(v *visit) error {
	name := v.r.PathValue("question")
	i, err := id.Parse[id.Question](name)
	if err != nil {
		i = id.Question{}
	}
	return banking(v, name, func(form map[string]string, d conversation.QuestionDraft) error {
		_, err := v.app.ChangeQuestion(v.r.Context(), v.who, i, number64(form["version"]), d)
		return err
	})
}

func banking(v *visit, open string, do func(map[string]string, conversation.QuestionDraft) error) error {
	if err := v.may(member.QuestionSet); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	b := &questionBank{text: map[string]string{}, open: open}
	for _, key := range []string{"id", "version", "letter", "text", "basis", "branch"} {
		b.text[key] = form.Get(key)
	}
	d := conversation.QuestionDraft{
		Letter: conversation.Letter(form.Get("letter")), Text: form.Get("text"), Basis: form.Get("basis"), Branch: form.Get("branch"), Closed: form.Get("closed") != "", Archived: form.Get("archived") != "",
	}
	b.text["closed"], b.text["archived"] = strconv.FormatBool(d.Closed), strconv.FormatBool(d.Archived)
	err = do(b.text, d)
	var stale *app.Stale[conversation.Question]
	if errors.As(err, &stale) {
		b.said = map[string]string{"": v.words.Tf("task.clash", words.P{"text": stale.Now.Text})}
		b.text["version"] = decimal64(stale.Now.Version)
		return v.questionBank(http.StatusConflict, b)
	}
	if wrong := v.wrong(err); wrong != nil {
		b.said = wrong
		return v.questionBank(http.StatusUnprocessableEntity, b)
	}
	if err != nil {
		return err
	}
	return v.saved("question.saved", "/settings/questions")
}

func fillBank(v *visit) error {
	if err := v.may(member.QuestionSet); err != nil {
		return err
	}
	if err := v.app.FillBank(v.r.Context(), v.who); err != nil {
		return err
	}
	return v.saved("question.saved", "/settings/questions")
}
