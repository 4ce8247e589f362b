package door

import (
	"io"
	"log/slog"
	"regexp"
)

// Log makes the log: one line for each thing worth telling, as JSON for
// programs or as text for people. What looks like an e-mail address, a query
// string, a secret or a phone number is blacked out, wherever it comes from: an
// error of a library quotes whatever it choked on.
func Log(w io.Writer, level slog.Level, json bool) *slog.Logger {
	o := &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		switch a.Value.Kind() {
		case slog.KindString:
			return slog.String(a.Key, Blacken(a.Value.String()))
		case slog.KindAny:
			if err, ok := a.Value.Any().(error); ok {
				return slog.String(a.Key, Blacken(err.Error()))
			}
		}
		return a
	}}
	if json {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

var private = []struct {
	sees *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`[^\s"'<>(),:;=\[\]]+@[^\s"'<>(),:;=\[\]]+\.[^\s"'<>(),:;=\[\]]+`), "[address]"},
	{regexp.MustCompile(`\?[^\s"'?]*=[^\s"']*`), "?[query]"},
	{regexp.MustCompile(`\bkring_[A-Za-z0-9_-]{20,}`), "[token]"},
	{regexp.MustCompile(`://[^\s/@:]+:[^\s/@]+@`), "://[password]@"},
	{regexp.MustCompile(`\+\d[\d -]{7,}\d|\b0\d[\d -]{6,}\d\b`), "[number]"},
}

// Blacken takes personal data and secrets out of a text for the log.
func Blacken(s string) string {
	for _, p := range private {
		s = p.sees.ReplaceAllString(s, p.with)
	}
	return s
}
