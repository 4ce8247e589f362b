package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"kring/app"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/member"
)

// User is who may come in.
type User struct {
	Add     UserAdd     `cmd:"" help:"Invite a member: prints a link for one use, or sets a password with --password-stdin."`
	List    UserList    `cmd:"" help:"List the members."`
	Disable UserDisable `cmd:"" help:"Shut a member out at once: sessions, tokens and links end."`
	Enable  UserEnable  `cmd:"" help:"Let a member in again."`
	Reset   UserReset   `cmd:"" help:"Print a link, for one use within the hour, with which a member chooses a new password."`
}

// Reached says how visitors reach this Kring, for the links that are printed.
type Reached struct {
	Address string `help:"How visitors reach this Kring, for the link." default:"http://127.0.0.1:7400" placeholder:"https://…" env:"KRING_ADDRESS"`
}

func (r Reached) link(secret string) string {
	return strings.TrimSuffix(r.Address, "/") + app.LinkPath + secret
}

// userLine is a member as --json writes it.
type userLine struct {
	ID     id.Member    `json:"id"`
	Name   string       `json:"name"`
	Email  string       `json:"email"`
	Role   member.Role  `json:"role"`
	Team   string       `json:"team"`
	State  member.State `json:"state"`
	Locale string       `json:"locale"`
	Link   string       `json:"link,omitempty"`
}

func lineOf(m member.Member, teams []member.Group) userLine {
	l := userLine{ID: m.ID, Name: m.Name, Email: m.Email, Role: m.Role, State: m.State, Locale: m.Locale}
	for _, g := range teams {
		if g.ID == m.Team {
			l.Team = g.Name
		}
	}
	return l
}

func (r *run) writeJSON(v any) error {
	e := json.NewEncoder(r.term.Out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// UserAdd invites a member.
type UserAdd struct {
	Reached
	Email         string `arg:"" help:"E-mail address."`
	Name          string `help:"Name; the part before the @ when left out."`
	Role          string `help:"What the member comes to do: ${enum}." default:"account_manager" enum:"director,new_business,account_manager,marketer,service,order_desk,privacy,admin"`
	Team          string `help:"Name of the member's team."`
	Locale        string `help:"nl or en; the organisation's when left out." enum:"nl,en," default:""`
	PasswordStdin bool   `help:"Read a password from standard input instead of printing a link." name:"password-stdin"`
}

// Run prints the link, or nothing but a word when a password was given.
func (u *UserAdd) Run(r *run) (err error) {
	a, done, err := r.open()
	if err != nil {
		return err
	}
	defer done(&err)
	who, err := a.AsMachine(r.ctx)
	if err != nil {
		return err
	}
	in := app.Invitation{Name: u.Name, Email: u.Email, Role: member.Role(u.Role), Locale: u.Locale}
	if in.Name == "" {
		in.Name, _, _ = strings.Cut(u.Email, "@")
	}
	teams, err := a.Teams(r.ctx, who)
	if err != nil {
		return err
	}
	if in.Team, err = teamNamed(teams, u.Team); err != nil {
		return err
	}
	if u.PasswordStdin {
		if in.Password, err = line(r); err != nil {
			return err
		}
	}
	m, secret, err := a.Invite(r.ctx, who, in)
	if err != nil {
		return err
	}
	l := lineOf(m, teams)
	if secret != "" {
		l.Link = u.link(secret)
	}
	switch {
	case r.json:
		return r.writeJSON(l)
	case secret != "":
		fmt.Fprintln(r.term.Out, l.Link)
		fmt.Fprintf(r.term.Err, "%s is invited; the link works once, for seven days.\n", m.Email)
	default:
		fmt.Fprintf(r.term.Err, "%s can sign in.\n", m.Email)
	}
	return nil
}

// errNoTeam says that no team has a name.
var errNoTeam = fault.New(fault.NotFound, "team.unknown", "there is no team with this name")

func teamNamed(teams []member.Group, name string) (id.Team, error) {
	if name == "" {
		return id.Team{}, nil
	}
	for _, g := range teams {
		if strings.EqualFold(g.Name, name) {
			return g.ID, nil
		}
	}
	return id.Team{}, errNoTeam
}

// UserList lists the members.
type UserList struct{}

// Run writes a table, or JSON.
func (*UserList) Run(r *run) (err error) {
	a, done, err := r.open()
	if err != nil {
		return err
	}
	defer done(&err)
	who, err := a.AsMachine(r.ctx)
	if err != nil {
		return err
	}
	teams, err := a.Teams(r.ctx, who)
	if err != nil {
		return err
	}
	all, err := a.Members(r.ctx, who)
	if err != nil {
		return err
	}
	lines := make([]userLine, len(all))
	for i, m := range all {
		lines[i] = lineOf(m, teams)
	}
	if r.json {
		return r.writeJSON(lines)
	}
	w := tabwriter.NewWriter(r.term.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tE-MAIL\tROLE\tTEAM\tSTATE")
	for _, l := range lines {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", l.Name, l.Email, l.Role, l.Team, l.State)
	}
	return w.Flush()
}

// UserDisable shuts a member out.
type UserDisable struct {
	Email string `arg:"" help:"E-mail address of the member."`
}

// Run ends sessions, tokens and links in one change.
func (u *UserDisable) Run(r *run) error {
	return r.onMember(u.Email, func(a *app.App, who app.Who, m member.Member) error {
		m, err := a.Disable(r.ctx, who, m.ID, m.Version)
		return r.said(m, err, "%s is shut out.\n")
	})
}

// UserEnable lets a member in again.
type UserEnable struct {
	Email string `arg:"" help:"E-mail address of the member."`
}

// Run lets them in; who never accepted the invitation needs a new link.
func (u *UserEnable) Run(r *run) error {
	return r.onMember(u.Email, func(a *app.App, who app.Who, m member.Member) error {
		m, err := a.Enable(r.ctx, who, m.ID, m.Version)
		return r.said(m, err, "%s may come in again.\n")
	})
}

// UserReset makes a way in for who lost theirs.
type UserReset struct {
	Reached
	Email   string `arg:"" help:"E-mail address of the member."`
	TwoStep bool   `help:"Turn two-step verification and passkeys off too, for who lost the phone." name:"two-step"`
}

// Run prints the link.
func (u *UserReset) Run(r *run) error {
	return r.onMember(u.Email, func(a *app.App, who app.Who, m member.Member) error {
		if u.TwoStep {
			if err := a.DropSecondStep(r.ctx, who, m.ID); err != nil {
				return err
			}
		}
		make, words := a.Reset, "The link works once, within the hour."
		if m.State == member.Invited {
			make, words = a.InviteAgain, "This is a new invitation: it works once, for seven days."
		}
		secret, err := make(r.ctx, who, m.ID)
		if err != nil {
			return err
		}
		if r.json {
			l := lineOf(m, nil)
			l.Link = u.link(secret)
			return r.writeJSON(l)
		}
		fmt.Fprintln(r.term.Out, u.link(secret))
		fmt.Fprintln(r.term.Err, words)
		return nil
	})
}

func (r *run) onMember(email string, do func(*app.App, app.Who, member.Member) error) (err error) {
	a, done, err := r.open()
	if err != nil {
		return err
	}
	defer done(&err)
	who, err := a.AsMachine(r.ctx)
	if err != nil {
		return err
	}
	m, err := a.MemberByEmail(r.ctx, who, email)
	if err != nil {
		return err
	}
	return do(a, who, m)
}

func (r *run) said(m member.Member, err error, words string) error {
	switch {
	case err != nil:
		return err
	case r.json:
		return r.writeJSON(lineOf(m, nil))
	}
	fmt.Fprintf(r.term.Err, words, m.Email)
	return nil
}
