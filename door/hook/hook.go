// Package hook is the door through which webhooks leave: an HTTP client that
// follows no redirects, reads little of the answer, waits ten seconds at most,
// and does not let an administrator's address reach into the network that
// Kring itself stands in, unless the installation says so.
package hook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// ErrInside says that an address is inside the house.
var ErrInside = errors.New("this address is inside the own network; serve with --webhooks-inside to allow it")

// Post makes the function that app posts with. inside allows loopback, private
// and link-local addresses, and plain http.
func Post(inside bool) func(ctx context.Context, url string, header map[string]string, body []byte) (int, error) {
	dial := &net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		if inside {
			return nil
		}
		return outside(address)
	}}
	client := &http.Client{
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: dial.DialContext, TLSHandshakeTimeout: 5 * time.Second, MaxResponseHeaderBytes: 64 << 10,
			MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second,
		},
	}
	return func(ctx context.Context, url string, header map[string]string, body []byte) (int, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
		if err != nil {
			return 0, err
		}
		if req.URL.Scheme != "https" && !inside {
			return 0, fmt.Errorf("%s is not https", req.URL.Scheme)
		}
		for k, v := range header {
			req.Header.Set(k, v)
		}
		req.Header.Set("User-Agent", "Kring")
		resp, err := client.Do(req)
		if err != nil {
			return 0, err
		}
		defer resp.Body.Close()                               //nolint:errcheck // nothing is done with it
		io.Copy(io.Discard, io.LimitReader(resp.Body, 8<<10)) //nolint:errcheck // only to use the connection again
		return resp.StatusCode, nil
	}
}

// outside looks at the address that is really dialled, after the name was
// looked up, so that no name can point inside.
func outside(address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := at.Addr().Unmap()
	if ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() {
		return ErrInside
	}
	for _, n := range nobodys {
		if n.Contains(ip) {
			return ErrInside
		}
	}
	return nil
}

// nobodys are the networks that no subscriber on the internet has (IANA's
// special-purpose registries): carriers' own, benchmarks, reserved, and the
// IPv6 forms that carry an IPv4 address inside.
var nobodys = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"),
}
