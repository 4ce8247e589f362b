package hook_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"kring/door/hook"
)

func TestPost(t *testing.T) {
	t.Parallel()
	var got, kind string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "http://169.254.169.254/latest", http.StatusTemporaryRedirect)
			return
		}
		b, _ := io.ReadAll(r.Body)
		got, kind = string(b), r.Header.Get("Webhook-Id")
		w.WriteHeader(http.StatusAccepted)
	}))
	defer s.Close()
	if status, err := hook.Post(true)(t.Context(), s.URL, map[string]string{"webhook-id": "7"}, []byte("hoi")); err != nil || status != 202 || got != "hoi" || kind != "7" {
		t.Fatal(status, err, got, kind)
	}
	if status, err := hook.Post(true)(t.Context(), s.URL+"/away", nil, nil); err != nil || status != 307 {
		t.Errorf("a redirect is not followed: %d %v", status, err)
	}
	if _, err := hook.Post(false)(t.Context(), s.URL, nil, nil); err == nil {
		t.Error("plain http went out")
	}
	for _, url := range []string{strings.Replace(s.URL, "http:", "https:", 1), "https://10.0.0.1/", "https://[::1]/", "https://169.254.169.254/", "https://0.0.0.0/", "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://198.18.0.1/", "https://240.0.0.1/"} {
		if _, err := hook.Post(false)(t.Context(), url, nil, nil); !errors.Is(err, hook.ErrInside) {
			t.Errorf("%s: %v", url, err)
		}
	}
}
