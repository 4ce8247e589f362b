package account_test

import (
	"testing"

	"kring/base/find"
	"kring/base/id"
	"kring/domain/account"
)

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := account.New(id.Account{1}, now, "NL", draft()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTokens(b *testing.B) {
	a, err := account.New(id.Account{1}, now, "NL", draft())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		find.Tokens(a.Trace().Text())
	}
}
