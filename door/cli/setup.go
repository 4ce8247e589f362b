package cli

import (
	"bufio"
	"errors"
	"fmt"
	"strings"

	"kring/app"
	"kring/domain/organisation"
)

// Setup does what the first-run page does.
type Setup struct {
	Reached
	Org           string `help:"Name of the organisation." required:""`
	Admin         string `help:"E-mail address of the first administrator." required:"" placeholder:"EMAIL"`
	Name          string `help:"Name of the first administrator; the part before the @ when left out."`
	Locale        string `help:"nl or en." default:"nl" enum:"nl,en"`
	Word          string `help:"What customers are called: customer (klant), client (cliënt), guest (gast)." default:"customer" enum:"customer,client,guest"`
	PasswordStdin bool   `help:"Read the password from standard input." name:"password-stdin"`
}

// Run makes the organisation. Without --password-stdin it prints a link, for
// one use, with which the administrator chooses a password.
func (s *Setup) Run(r *run) (err error) {
	a, done, err := r.open()
	if err != nil {
		return err
	}
	defer done(&err)
	name := s.Name
	if name == "" {
		name, _, _ = strings.Cut(s.Admin, "@")
	}
	in := app.Setup{Organisation: s.Org, Word: organisation.Word(s.Word), Locale: s.Locale, Name: name, Email: s.Admin}
	if in.ByLink = !s.PasswordStdin; !in.ByLink {
		if in.Password, err = line(r); err != nil {
			return err
		}
	}
	secret, err := a.Setup(r.ctx, in)
	if err != nil {
		return err
	}
	if in.ByLink {
		fmt.Fprintln(r.term.Out, s.link(secret))
		fmt.Fprintf(r.term.Err, "%s is ready; with this link, which works once, %s chooses a password.\n", s.Org, s.Admin)
		return nil
	}
	fmt.Fprintf(r.term.Err, "%s is ready; %s can sign in.\n", s.Org, s.Admin)
	return nil
}

func line(r *run) (string, error) {
	sc := bufio.NewScanner(r.term.In)
	if !sc.Scan() {
		return "", errors.Join(errors.New("nothing on standard input"), sc.Err())
	}
	return strings.TrimRight(sc.Text(), "\r"), nil
}

// Token makes API tokens.
type Token struct {
	Add TokenAdd `cmd:"" help:"Make a token for a member and print it, once."`
}

// TokenAdd makes a token.
type TokenAdd struct {
	User string `help:"E-mail address of the member." required:"" placeholder:"EMAIL"`
	Name string `help:"What the token is for." default:"command line"`
}

// Run prints nothing but the token.
func (t *TokenAdd) Run(r *run) (err error) {
	a, done, err := r.open()
	if err != nil {
		return err
	}
	defer done(&err)
	who, err := a.AsMember(r.ctx, t.User)
	if err != nil {
		return err
	}
	_, secret, err := a.AddToken(r.ctx, who, t.Name, 0)
	if err != nil {
		return err
	}
	fmt.Fprintln(r.term.Out, secret)
	return nil
}
