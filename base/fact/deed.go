package fact

import "kring/base/id"

// deeds are all deeds there are, the kinds in the order of a page. Each has its
// sentence in look/words as deed.<kind>.<deed>; webhooks and the audit log
// offer them from here.
var deeds = []struct {
	kind Kind
	done []string
}{
	{Account, []string{"created", "changed", "binned", "restored", "erased", "merged", "unmerged", "exported", "limited"}},
	{Contact, []string{"created", "changed", "binned", "restored", "erased", "merged", "unmerged", "exported"}},
	{Consent, []string{"recorded"}},
	{File, []string{"added", "binned", "restored"}},
	{View, []string{"made", "changed", "erased"}},
	{Bulk, []string{"begun", "undone"}},
	{Intake, []string{"added", "begun", "undone", "informed"}},
	{Member, []string{
		"added", "invited", "link_made", "accepted", "joined", "changed", "profile_changed", "disabled", "enabled", "signed_in", "signed_out", "signed_out_everywhere",
		"password_chosen", "password_changed", "password_reset", "two_step_on", "two_step_off", "recovery_renewed", "passkey_added", "passkey_renamed", "passkey_removed",
		"calendar_linked", "calendar_unlinked",
	}},
	{Team, []string{"made", "changed", "removed"}},
	{Token, []string{"made", "revoked"}},
	{Provider, []string{"added", "changed", "removed"}},
	{Organisation, []string{"founded", "changed", "scopes_changed", "exported"}},
	{Field, []string{"defined", "changed", "archived", "revived"}},
	{Webhook, []string{"made", "changed", "switched_off", "erased"}},
	{Pair, []string{"kept_apart", "postponed", "reopened", "merged", "unmerged"}},
	{Job, []string{"cancelled", "retried"}},
	{Order, []string{"placed", "changed", "cancelled", "revived", "erased", "confirmed", "checked", "held", "released", "planned", "delivered", "returned", "accepted", "invoiced", "paid", "evaluated"}},
	{Opportunity, []string{"created", "changed", "moved", "won", "lost", "reopened", "erased", "exported"}},
	{Pipeline, []string{"made", "changed", "archived", "revived"}},
	{Invoice, []string{"drafted", "changed", "sent", "paid", "credited", "reminded", "told", "disputed", "settled", "written_off", "erased"}},
	{Payment, []string{"booked", "read", "left"}},
	{Contract, []string{"signed", "changed", "renewed", "invoiced", "ended"}},
	{Decision, []string{"asked", "taken", "agreed", "refused", "withdrawn"}},
	{Handover, []string{"proposed", "changed", "accepted", "returned", "withdrawn"}},
	{Appointment, []string{"planned", "changed", "cancelled", "revived"}},
	{Task, []string{"made", "changed", "done", "withdrawn", "reopened"}},
	{Promise, []string{"made", "changed", "renegotiated", "confirmed", "kept", "broken", "withdrawn", "reopened"}},
	{Conversation, []string{"planned", "changed", "begun", "noted", "note_changed", "note_erased", "held", "reported", "offered", "confirmed", "moved", "missed"}},
	{Question, []string{"added", "changed"}},
	{Practice, []string{"begun", "ended"}},
	{Need, []string{"found", "changed", "answered", "dropped", "reopened"}},
	{Product, []string{"added", "changed", "erased"}},
	{PriceList, []string{"added", "changed"}},
	{Quote, []string{"drafted", "changed", "asked", "approved", "returned", "sent", "opened", "wondered", "answered", "revised", "accepted", "rejected", "expired", "withdrawn", "linked", "negotiated"}},
	{Proposition, []string{"added", "changed"}},
	{Process, []string{"made", "changed", "switched_on", "switched_off"}},
	{Run, []string{"started", "step_begun", "step_done", "step_skipped", "step_passed", "step_parked", "retried", "held", "resumed", "assigned", "done", "aborted"}},
	{Ladder, []string{"begun", "scored", "discussed", "set", "rescanned"}},
	{Cycle, []string{"moved", "taken_back"}},
	{Outlook, []string{"put_off", "taken_up"}},
	{Definition, []string{"added", "chosen", "read", "retired"}},
	{Lead, []string{
		"created", "changed", "touched", "worked", "scored", "asked", "qualified", "accepted", "returned", "confirmed", "nurtured",
		"disqualified", "objected", "converted", "erased", "ruled", "costed",
	}},
	{Form, []string{"made", "changed"}},
}

// Kinds are the kinds that something can happen to, in the order of a page.
func Kinds() (all []Kind) {
	for _, d := range deeds {
		all = append(all, d.kind)
	}
	return all
}

// Deeds are the deeds that can be done to a kind: "account.created" …
func Deeds(k Kind) (all []string) {
	for _, d := range deeds {
		if d.kind != k {
			continue
		}
		for _, done := range d.done {
			all = append(all, string(k)+"."+done)
		}
	}
	return all
}

// Query says which facts of the log to read, newest first. What is left out
// does not count.
type Query struct {
	Kind   Kind
	Deed   string
	Member id.Member // who did it, in person or by a token
	Before id.Fact   // the last one of the page before
	Limit  int
}
