package app_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"kring/app"
	"kring/base/fact"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/file"
	"kring/domain/member"
	"kring/domain/view"
	"kring/kit"
	"kring/store"
)

// broken is an upload that stops halfway.
type broken struct{ io.Reader }

func (b broken) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF // as a request body that broke off
	}
	return n, err
}

func TestFile(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		w := kit.New(t, db)
		anna, ben := w.Member("Anna", member.AccountManager), w.Member("Ben", member.AccountManager)
		acme, err := w.App.AddAccount(t.Context(), anna, account.Draft{Name: "Acme"})
		if err != nil {
			t.Fatal(err)
		}
		add := func(who app.Who, r io.Reader) (file.File, error) {
			return w.App.AddFile(t.Context(), who, fact.Account, acme.ID.Any(), `C:\offerte "1".pdf`, r)
		}
		text := strings.Repeat("kring ", 100_000)
		f, err := add(anna, strings.NewReader(text))
		if err != nil || f.Size != int64(len(text)) || f.Name != "offerte _1_.pdf" {
			t.Fatalf("%+v %v", f, err)
		}
		var back bytes.Buffer
		if err := w.App.SendFile(t.Context(), anna, f, &back); err != nil || back.String() != text {
			t.Fatalf("came back as %d bytes, %v", back.Len(), err)
		}
		if _, err := w.App.File(t.Context(), ben, f.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a file out of reach: %v", err)
		}
		if _, err := add(ben, strings.NewReader("x")); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a file on a record out of reach: %v", err)
		}
		for name, c := range map[string]struct {
			r    io.Reader
			want error
		}{
			"empty": {strings.NewReader(""), file.ErrEmpty}, "too big": {io.LimitReader(zeroes{}, file.MaxSize+1), file.ErrBig}, "broken off": {broken{strings.NewReader(text)}, nil},
		} {
			if _, err := add(anna, c.r); err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		all, err := w.App.Files(t.Context(), anna, fact.Account, acme.ID.Any())
		if err != nil || len(all) != 1 {
			t.Fatalf("%d files, %v", len(all), err)
		}
		if _, err := w.App.BinFile(t.Context(), anna, f.ID); err != nil {
			t.Fatal(err)
		}
		if all, _ := w.App.Files(t.Context(), anna, fact.Account, acme.ID.Any()); len(all) != 0 {
			t.Error("still there after the bin")
		}
		if _, err := w.App.RestoreFile(t.Context(), anna, f.ID); err != nil {
			t.Fatal(err)
		}
		line, err := w.App.Timeline(t.Context(), anna, acme.ID, id.Fact{}, 10)
		if err != nil || len(line) != 4 || line[2].Deed != "file.added" {
			t.Errorf("timeline %+v %v", line, err)
		}
	})
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) { return len(p), nil }

func TestView(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		w := kit.New(t, db)
		anna, dirk := w.Member("Anna", member.AccountManager), w.Member("Dirk", member.Director)
		mine, err := w.App.AddView(t.Context(), anna, view.View{Kind: fact.Account, Name: "Zwolle", Query: "city=Zwolle"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.App.AddView(t.Context(), anna, view.View{Kind: fact.Account, Name: "Ieder", Shared: true}); !errors.Is(err, app.ErrDenied) {
			t.Errorf("sharing without the right: %v", err)
		}
		if _, err := w.App.SavedView(t.Context(), dirk, mine.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("another's private view: %v", err)
		}
		ours, err := w.App.AddView(t.Context(), dirk, view.View{Kind: fact.Account, Name: "Ieder", Shared: true})
		if err != nil {
			t.Fatal(err)
		}
		seen, err := w.App.Views(t.Context(), anna, fact.Account)
		if err != nil || len(seen) != 2 {
			t.Fatalf("%+v %v", seen, err)
		}
		if _, err := w.App.EraseView(t.Context(), anna, ours.ID); !errors.Is(err, view.ErrNotYours) {
			t.Errorf("another's shared view: %v", err)
		}
		got, err := w.App.ChangeView(t.Context(), anna, mine.ID, func(v view.View) view.View { v.Name = "Overijssel"; return v })
		if err != nil || got.Name != "Overijssel" || got.Version != 2 {
			t.Fatalf("%+v %v", got, err)
		}
		if _, err := w.App.EraseView(t.Context(), anna, mine.ID); err != nil {
			t.Fatal(err)
		}
	})
}
