package entry

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"kring/base/fault"
	"kring/base/id"
)

// Provider is an OpenID Connect provider: somebody else's sign-in page that an
// organisation trusts. Members are matched by verified e-mail address.
type Provider struct {
	ID        id.Provider `json:"id"`
	Version   int64       `json:"version"`
	Org       id.Org      `json:"-"`
	Name      string      `json:"name"`
	Issuer    string      `json:"issuer"`
	Client    string      `json:"client_id"`
	Secret    string      `json:"-"`
	Domains   []string    `json:"domains"` // newcomers of these domains join; none: members only
	Role      string      `json:"role"`    // what a newcomer becomes; "": members only
	CreatedAt int64       `json:"created_at"`
}

// Limits of a provider's fields, in characters, and how many an organisation has.
const (
	MaxProviderName  = 60
	MaxProviderField = 500
	MaxDomains       = 20
	MostProviders    = 10
)

var (
	// ErrProviderName says that a provider needs a name for its button.
	ErrProviderName = fault.New(fault.Invalid, "provider.name", "a provider needs a name of at most 60 characters")
	// ErrIssuer says that an issuer is an https address; on this machine http will do.
	ErrIssuer = fault.New(fault.Invalid, "provider.issuer", "the issuer is an https:// address without query")
	// ErrClient says that the client id is missing.
	ErrClient = fault.New(fault.Invalid, "provider.client", "the client id is missing or too long")
	// ErrSecret says that the client secret is too long.
	ErrSecret = fault.New(fault.Invalid, "provider.secret", "the client secret is too long")
	// ErrDomain says that a domain is not written as example.nl.
	ErrDomain = fault.New(fault.Invalid, "provider.domain", "a domain is written as example.nl; at most 20 of them")
	// ErrJoin says that joining needs both a role and a domain.
	ErrJoin = fault.New(fault.Invalid, "provider.join", "who may join needs both a role and a domain; an administrator is always invited")
)

// Check says which fields are not right. The role is checked by who knows roles.
func (p Provider) Check() error {
	fs := fault.Fields{}
	if n := utf8.RuneCountInString(p.Name); n == 0 || n > MaxProviderName {
		fs.Add("name", ErrProviderName)
	}
	if !IssuerFits(p.Issuer) {
		fs.Add("issuer", ErrIssuer)
	}
	if p.Client == "" || len(p.Client) > MaxProviderField {
		fs.Add("client_id", ErrClient)
	}
	if len(p.Secret) > MaxProviderField {
		fs.Add("secret", ErrSecret)
	}
	if len(p.Domains) > MaxDomains {
		fs.Add("domains", ErrDomain)
	}
	for _, d := range p.Domains {
		if !domainFits(d) {
			fs.Add("domains", ErrDomain)
		}
	}
	if (p.Role == "") != (len(p.Domains) == 0) || p.Role == "admin" {
		fs.Add("role", ErrJoin)
	}
	return fs.Err()
}

// IssuerFits is true for an https address, or http on this machine (to try
// things out); no query, no fragment, no name and password in it.
func IssuerFits(issuer string) bool {
	u, err := url.Parse(issuer)
	if err != nil || len(issuer) > MaxProviderField || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && Loopback(u.Hostname())
}

// Loopback is true for the names of the machine itself.
func Loopback(host string) bool {
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || host == "127.0.0.1" || host == "::1"
}

func domainFits(d string) bool {
	if len(d) < 4 || len(d) > 253 || !strings.Contains(d, ".") || strings.HasPrefix(d, ".") || strings.HasSuffix(d, ".") {
		return false
	}
	return !strings.ContainsFunc(d, func(r rune) bool {
		return r != '.' && r != '-' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
}

// Joins says whether a newcomer with this normalised address may join.
func (p Provider) Joins(email string) bool {
	_, domain, ok := strings.Cut(email, "@")
	return ok && p.Role != "" && slices.Contains(p.Domains, domain)
}
