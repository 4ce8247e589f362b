package webhook_test

import (
	"testing"

	"kring/base/fault"
	"kring/domain/webhook"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	w, err := webhook.Webhook{Name: " Magazijn ", URL: "https://magazijn.example/kring", Deeds: []string{"contact.*", "account.created", "account.created"}}.Check()
	if err != nil || w.Name != "Magazijn" || len(w.Deeds) != 2 {
		t.Fatal(w, err)
	}
	for url, ok := range map[string]bool{
		"https://a.example": true, "http://127.0.0.1:8080/x": true, "ftp://a.example": false, "https://": false, "https://u:p@a.example": false, "javascript:alert(1)": false, "": false, "https://a.example/#x": false,
	} {
		if _, err := (webhook.Webhook{Name: "x", URL: url, Deeds: []string{"*"}}).Check(); (err == nil) != ok {
			t.Errorf("%q: %v", url, err)
		}
	}
	for deed, ok := range map[string]bool{"*": true, "account.*": true, "account.created": true, "account": false, "*.created": false, "Account.Created": false, "a.b.c": false, "a.": false} {
		_, err := (webhook.Webhook{Name: "x", URL: "https://a.example", Deeds: []string{deed}}).Check()
		if (err == nil) != ok || err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", deed, err)
		}
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		deeds  []string
		active bool
		deed   string
		want   bool
	}{
		{[]string{"*"}, true, "account.created", true}, {[]string{"account.*"}, true, "account.created", true}, {[]string{"account.*"}, true, "accounting.created", false},
		{[]string{"account.binned"}, true, "account.created", false}, {[]string{"*"}, false, "account.created", false},
	} {
		if got := (webhook.Webhook{Deeds: c.deeds, Active: c.active}).Wants(c.deed); got != c.want {
			t.Errorf("%v %s: %v", c.deeds, c.deed, got)
		}
	}
}

// The example of the Standard Webhooks specification.
func TestSign(t *testing.T) {
	t.Parallel()
	got := webhook.Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Fatalf("%s, want %s", got, want)
	}
}
