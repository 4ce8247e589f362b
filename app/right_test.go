package app_test

import (
	"errors"
	"testing"

	"kring/app"
	"kring/base/fact"
	"kring/base/id"
	"kring/domain/entry"
	"kring/domain/member"
)

// Every deed of an administrator is refused to every other role, to who is
// disabled and to who is nobody, before anything is looked up.
func TestManageRefused(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx := h.Context()
		els := h.colleague("Els", "els@brandt.example", member.Service, id.Team{})
		m, team, provider := h.admin.Member.ID, id.New[id.Team](), id.New[id.Provider]()
		deeds := map[string]func(who app.Who) error{
			"Invite":         func(w app.Who) error { _, _, err := h.a.Invite(ctx, w, app.Invitation{}); return err },
			"InviteAgain":    func(w app.Who) error { _, err := h.a.InviteAgain(ctx, w, m); return err },
			"Reset":          func(w app.Who) error { _, err := h.a.Reset(ctx, w, m); return err },
			"ChangeMember":   func(w app.Who) error { _, err := h.a.ChangeMember(ctx, w, m, 1, app.MemberPatch{}); return err },
			"Disable":        func(w app.Who) error { _, err := h.a.Disable(ctx, w, m, 1); return err },
			"Enable":         func(w app.Who) error { _, err := h.a.Enable(ctx, w, m, 1); return err },
			"DropSecondStep": func(w app.Who) error { return h.a.DropSecondStep(ctx, w, m) },
			"SettingHistory": func(w app.Who) error { _, err := h.a.SettingHistory(ctx, w, m.Any(), id.Fact{}); return err },
			"WhySee":         func(w app.Who) error { _, err := h.a.WhySee(ctx, w, m, fact.Account, id.Record{}); return err },
			"Tokens":         func(w app.Who) error { _, err := h.a.Tokens(ctx, w, m); return err },
			"EraseToken":     func(w app.Who) error { return h.a.EraseToken(ctx, w, m, id.Token{}) },
			"AddTeam":        func(w app.Who) error { _, err := h.a.AddTeam(ctx, w, "X", id.Team{}); return err },
			"SaveTeam":       func(w app.Who) error { _, err := h.a.SaveTeam(ctx, w, team, 1, "X", id.Team{}); return err },
			"EraseTeam":      func(w app.Who) error { return h.a.EraseTeam(ctx, w, team, 1) },
			"SaveOrganisation": func(w app.Who) error {
				_, err := h.a.SaveOrganisation(ctx, w, 1, app.OrganisationPatch{})
				return err
			},
			"SaveScopes":  func(w app.Who) error { _, err := h.a.SaveScopes(ctx, w, 1, nil); return err },
			"Providers":   func(w app.Who) error { _, err := h.a.Providers(ctx, w); return err },
			"AddProvider": func(w app.Who) error { _, err := h.a.AddProvider(ctx, w, app.ProviderDraft{}); return err },
			"SaveProvider": func(w app.Who) error {
				_, err := h.a.SaveProvider(ctx, w, provider, 1, app.ProviderDraft{})
				return err
			},
			"EraseProvider": func(w app.Who) error { return h.a.EraseProvider(ctx, w, provider, 1) },
		}
		for name, do := range deeds {
			for _, role := range member.Roles {
				w := els
				w.Member.Role = role
				if err := do(w); (role != member.Admin) != errors.Is(err, app.ErrDenied) {
					h.Errorf("%s by %s: %v", name, role, err)
				}
			}
			w := h.admin
			w.Member.State = member.Disabled
			if err := do(w); !errors.Is(err, app.ErrDenied) {
				h.Errorf("%s by a disabled administrator: %v", name, err)
			}
			if err := do(app.Who{}); !errors.Is(err, entry.ErrVisitor) {
				h.Errorf("%s by nobody: %v", name, err)
			}
		}
	})
}
