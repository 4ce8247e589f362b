package reach

import (
	"net/url"
	"strings"

	"golang.org/x/net/idna"

	"kring/base/fault"
	"kring/base/fold"
)

// MaxLink is the longest web address in characters.
const MaxLink = 2000

// ErrLink says that a text is no web address.
var ErrLink = fault.New(fault.Invalid, "link.invalid", "this is no web address (http or https)")

// Link is the one form of a typed web address: www.Kring.nl becomes
// https://www.kring.nl. Only http and https pass, so a kept link can be put in
// a page; a user name or password in it is refused.
func Link(typed string) (string, error) {
	s, err := fold.Clean(typed, MaxLink)
	if err != nil || s == "" {
		return "", err
	}
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || strings.ContainsAny(s, " <>\"\\") {
		return "", ErrLink
	}
	host, err := hosts.ToASCII(u.Hostname())
	if err != nil || !strings.Contains(host, ".") {
		return "", ErrLink
	}
	if port := u.Port(); port != "" {
		host += ":" + port
	} else if strings.Contains(u.Host, ":") {
		return "", ErrLink
	}
	u.Host = host
	return fold.Clean(u.String(), MaxLink)
}

var hosts = idna.New(idna.MapForLookup(), idna.StrictDomainName(true), idna.VerifyDNSLength(true), idna.Transitional(false))
