// Package webhook has the rules of telling other systems what happened: which
// deeds a subscriber asked for, how a message is signed, when a failing
// subscriber is left alone. It follows the Standard Webhooks specification
// (standardwebhooks.com), so that existing libraries can check a message.
package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
)

// Webhook is a subscription.
type Webhook struct {
	ID      id.Webhook `json:"id"`
	Version int64      `json:"version"`
	Name    string     `json:"name"`
	URL     string     `json:"url"`
	Deeds   []string   `json:"deeds"` // "account.created", "account.*", "*"
	Active  bool       `json:"active"`
	Secret  string     `json:"-"`      // whsec_…; shown once
	Failed  int        `json:"failed"` // deliveries in a row that failed for good
	Created int64      `json:"created_at"`
}

// State is where a delivery stands.
type State string

// The states of a delivery.
const (
	Waiting   State = "waiting"
	Delivered State = "delivered"
	Failed    State = "failed" // for good: every attempt
)

// Delivery is one message to one subscriber, with its attempts.
type Delivery struct {
	ID       id.Delivery `json:"id"`
	Webhook  id.Webhook  `json:"webhook"`
	Fact     id.Fact     `json:"fact"`
	Deed     string      `json:"deed"`
	State    State       `json:"state"`
	Attempts []Attempt   `json:"attempts"`
	Replay   bool        `json:"replay"`
	Created  int64       `json:"created_at"`
}

// Attempt is one try: when, what came back, how long it took.
type Attempt struct {
	At     int64  `json:"at"`
	Status int    `json:"status"` // 0 when there was no answer
	Error  string `json:"error,omitempty"`
	Took   int64  `json:"took_ms"`
}

// Limits.
const (
	MaxName     = 80
	MaxURL      = 500
	MaxDeeds    = 50
	MaxWebhooks = 50 // of one organisation
	MaxAttempts = 8  // 1 s to about an hour apart
	MaxFailed   = 20 // deliveries in a row before it is switched off
)

var (
	// ErrName says that a webhook needs a name.
	ErrName = fault.New(fault.Invalid, "webhook.name", "a webhook needs a name of at most 80 characters")
	// ErrURL says that an address cannot be posted to.
	ErrURL = fault.New(fault.Invalid, "webhook.url", "this is no address that can be posted to: https://…, without name and password")
	// ErrDeed says that a pattern of deeds is not right.
	ErrDeed = fault.New(fault.Invalid, "webhook.deed", "a deed is a word such as account.created, account.* or *")
	// ErrMany says that there are enough webhooks.
	ErrMany = fault.New(fault.Invalid, "webhook.many", "an organisation has at most 50 webhooks")
)

// Check tidies a webhook and says which fields are not right. Plain http is
// for addresses inside the house, which the door decides about.
func (w Webhook) Check() (Webhook, error) {
	fs := fault.Fields{}
	name, err := fold.Clean(w.Name, MaxName)
	fs.Add("name", err)
	if w.Name = name; err == nil && name == "" {
		fs.Add("name", ErrName)
	}
	w.URL = strings.TrimSpace(w.URL)
	u, err := url.Parse(w.URL)
	if err != nil || len(w.URL) > MaxURL || u.Host == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http" {
		fs.Add("url", ErrURL)
	}
	var deeds []string
	for _, d := range w.Deeds {
		if d = strings.TrimSpace(d); d == "" {
			continue
		}
		if !pattern(d) {
			fs.Add("deeds", ErrDeed)
		}
		deeds = append(deeds, d)
	}
	slices.Sort(deeds)
	if w.Deeds = slices.Compact(deeds); len(w.Deeds) == 0 || len(w.Deeds) > MaxDeeds {
		fs.Add("deeds", ErrDeed)
	}
	return w, fs.Err()
}

func pattern(d string) bool {
	if d == "*" {
		return true
	}
	kind, deed, ok := strings.Cut(d, ".")
	word := func(s string) bool { return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_") == "" }
	return ok && len(d) <= 60 && word(kind) && (deed == "*" || word(deed))
}

// Wants says whether the subscriber asked for a deed.
func (w Webhook) Wants(deed string) bool {
	if !w.Active {
		return false
	}
	kind, _, _ := strings.Cut(deed, ".")
	return slices.ContainsFunc(w.Deeds, func(p string) bool { return p == "*" || p == deed || p == kind+".*" })
}

// secretPrefix marks a signing secret, as the specification asks.
const secretPrefix = "whsec_"

// Secret writes a signing secret of random bytes.
func Secret(random []byte) string { return secretPrefix + base64.StdEncoding.EncodeToString(random) }

// Sign is the webhook-signature of a message: "v1," and the HMAC-SHA256 of
// "id.seconds.body" under the secret.
func Sign(secret, message string, seconds int64, body []byte) string {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	if err != nil {
		key = []byte(secret)
	}
	h := hmac.New(sha256.New, key)
	h.Write([]byte(message + "." + strconv.FormatInt(seconds, 10) + "."))
	h.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// Came says what an answer means: delivered, tried again, or pointless to try
// again (410 Gone switches the webhook off).
func Came(status int) (delivered, gone bool) {
	return status >= 200 && status < 300, status == 410
}
