package api

import (
	"strings"

	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/field"
	"kring/domain/member"
)

// told is what the description says of a field beside its form.
type told struct {
	about    string
	choices  []string
	most     int
	readOnly bool
	loose    bool // need not be there when it is sent
	example  any
}

// toldOf finds what is told of a field of a component: AccountDraft.kvk is
// account.kvk, else what holds everywhere.
func toldOf(component, name string) told {
	if t, ok := tellings[component+"."+name]; ok {
		return t
	}
	concept := component
	for _, end := range []string{"Draft", "Patch", "Item", "New"} {
		concept = strings.TrimSuffix(concept, end)
	}
	if t, ok := tellings[concept+"."+name]; ok {
		return t
	}
	return tellings[name]
}

func roles() (all []string) {
	for _, r := range member.Roles {
		all = append(all, string(r))
	}
	return all
}

var tellings = map[string]told{
	"id":          {about: "its name, for ever", readOnly: true},
	"version":     {about: "goes up with every change; the ETag", readOnly: true},
	"owner":       {about: "the member whose it is"},
	"team":        {about: "the team it belongs to"},
	"phones":      {about: "one is preferred; a Dutch number needs no country"},
	"emails":      {about: "one is preferred"},
	"addresses":   {about: "the first is the main one"},
	"tags":        {about: "words to find it by, in lower case", example: []string{"vip"}},
	"note":        {about: "anything worth knowing", most: account.MaxNote},
	"source_from": {about: "where it comes from, precisely", most: account.MaxSourceFrom, example: "Vakbeurs Zorg 2026"},
	"external_id": {about: "its name in another system; once in a kind", most: account.MaxExternalID},
	"own":         {about: "the organisation's own fields by key: text, number, yes or no, or a list of choices; see /fields"},
	"created_at":  {readOnly: true},
	"updated_at":  {readOnly: true},
	"deleted_at":  {about: "when it went into the bin; null when it did not", readOnly: true},
	"items":       {about: "the records"},

	"Account.kind":          {about: "an organisation or a person", choices: account.Kinds},
	"Account.name":          {about: "how it is called", most: account.MaxName, example: "De Linden Zorg B.V."},
	"Account.legal_form":    {about: "the legal form; it decides the regime", choices: account.LegalForms},
	"Account.regime":        {about: "which rules of contact hold: those for people are stricter", choices: []string{"natural", "legal"}, readOnly: true},
	"Account.kvk":           {about: "number at the Chamber of Commerce: eight digits", example: "12345678"},
	"Account.branch":        {about: "number of the branch: twelve digits"},
	"Account.vat_id":        {about: "VAT number with its country", example: "NL123456782B90"},
	"Account.sbi":           {about: "branch code, digits only"},
	"Account.size":          {about: "working persons; 0 is not known"},
	"Account.counter_value": {about: "what they give in return", choices: account.CounterValues},
	"Account.website":       {about: "a web address"},
	"Account.source":        {about: "where it comes from; empty is not known", choices: append([]string{""}, account.Sources...)},

	"Contact.honorific": {about: "how to address; empty is not known", choices: append([]string{""}, contact.Honorifics...)},
	"Contact.initials":  {about: "S.J.", most: contact.MaxInitials},
	"Contact.given":     {about: "the given name", most: contact.MaxName, example: "Sanne"},
	"Contact.infix":     {about: "the tussenvoegsel", most: contact.MaxInfix, example: "de"},
	"Contact.family":    {about: "the family name", most: contact.MaxName, example: "Wit"},
	"Contact.name":      {about: "the name in Dutch order", readOnly: true},
	"Contact.language":  {about: "two letters; empty is not known", example: "nl"},
	"Contact.accounts":  {about: "where they work, and as what; exactly one is primary"},
	"Contact.source":    {about: "where they come from; empty is not known", choices: append([]string{""}, contact.Sources...)},

	"ContactLink.account":  {about: "the account"},
	"ContactLink.function": {about: "what they are there", most: contact.MaxFunction},
	"ContactLink.roles":    {about: "their part in a buying decision", choices: contact.Roles},
	"ContactLink.primary":  {about: "the main one"},

	"Phone.number":    {about: "as typed", example: "06-12345678"},
	"Phone.e164":      {about: "what it comes to", readOnly: true, example: "+31612345678"},
	"Phone.ext":       {about: "dialled after the connection", readOnly: true},
	"Phone.label":     {about: "such as " + strings.Join(reach.PointLabels, ", "), most: reach.MaxLabel},
	"Email.address":   {about: "as typed", example: "Jan@DeLinden.example"},
	"Email.normal":    {about: "what it comes to", readOnly: true},
	"Email.label":     {about: "such as " + strings.Join(reach.PointLabels, ", "), most: reach.MaxLabel},
	"Address.label":   {about: "such as " + strings.Join(reach.AddressLabels, ", "), most: reach.MaxLabel},
	"Address.number":  {about: "of the house"},
	"Address.suffix":  {about: "A, bis, 2 hoog"},
	"Address.country": {about: "ISO 3166, two letters", example: "NL"},

	"Member.role":     {about: "what they come to do", choices: roles()},
	"Invitation.role": {about: "what they come to do", choices: roles()},
	"Member.state":    {about: "invited, active or disabled"},
	"Team.parent":     {about: "the team that this one is under"},

	"Field.kind":          {about: "of which kind of record", choices: field.Kinds},
	"Field.type":          {about: "what it holds; chosen once", choices: field.Types},
	"Field.ground":        {about: "the lawful ground for keeping it (AVG 6(1))", choices: field.Grounds},
	"Field.purpose":       {about: "for what it is kept", most: field.MaxPurpose},
	"Field.position":      {about: "its place among the others"},
	"Field.archived_at":   {about: "since when it is asked no more", readOnly: true},
	"FieldOption.key":     {about: "made of the label when it is left out", loose: true},
	"View.query":          {about: "the query of the list"},
	"View.place":          {about: "its place among the tabs"},
	"Webhook.failed":      {about: "deliveries in a row that failed for good"},
	"Delivery.state":      {about: "waiting, delivered or failed"},
	"Fact.deed":           {about: "what was done: account.created"},
	"Fact.subject":        {about: "to which record"},
	"Fact.account":        {about: "whose timeline shows it"},
	"Fact.label":          {about: "what the record was called"},
	"Change.from":         {about: "what it was"},
	"Change.to":           {about: "what it became"},
	"Actor.kind":          {about: "member, token or system"},
	"Problem.status":      {about: "the status of the answer"},
	"AccountItem.id":      {about: "which account to change; without it one is added"},
	"ContactItem.id":      {about: "which contact to change; without it one is added"},
	"AccountItem.version": {about: "as If-Match: the version that was read"},
	"ContactItem.version": {about: "as If-Match: the version that was read"},
	"AccountBulk.items":   {about: "between 1 and 1,000"},
	"ContactBulk.items":   {about: "between 1 and 1,000"},
	"Invitation.email":    {about: "where they can be reached"},
	"Attempt.took_ms":     {about: "how long it took, in milliseconds"},
	"Attempt.status":      {about: "what came back; 0 when nothing did"},
	"File.record":         {about: "the record it is on"},
	"File.sha256":         {about: "of what is in it, in hexadecimal"},
	"File.size":           {about: "in bytes"},
	"Delivery.replay":     {about: "whether somebody asked for it"},
	"Organisation.zone":   {about: "where its days begin"},
	"Problem.request_id":  {about: "the same in the log of the server"},
}

// examples are bodies as they are sent, and with _out as they are answered.
var examples = map[string]any{
	"add_account": map[string]any{"name": "De Linden Zorg B.V.", "kind": "organisation", "legal_form": "bv", "kvk": "12345678",
		"phones": []any{map[string]any{"number": "038-1234567"}}, "addresses": []any{map[string]any{"street": "Kade", "number": "1", "postcode": "8011 AB", "city": "Zwolle"}}, "tags": []any{"zorg"}},
	"change_account": map[string]any{"size": 120, "note": nil},
	"bulk_accounts":  map[string]any{"items": []any{map[string]any{"name": "Kade 9", "kind": "organisation"}, map[string]any{"id": "019399a0-6f00-7000-8000-000000000001", "version": 3, "tags": []any{"vip"}}}},
	"add_contact": map[string]any{"given": "Sanne", "family": "de Wit",
		"accounts": []any{map[string]any{"account": "019399a0-6f00-7000-8000-000000000001", "function": "Inkoper", "roles": []any{"buyer"}}}},
	"change_contact": map[string]any{"emails": []any{map[string]any{"address": "sanne@delinden.example"}}},
	"add_webhook":    map[string]any{"name": "Boekhouding", "url": "https://books.example/kring", "deeds": []any{"account.*"}},
	"add_field": map[string]any{"kind": "account", "label": map[string]any{"nl": "Jaarbudget", "en": "Yearly budget"}, "type": "money",
		"purpose": "Een passend voorstel doen", "ground": "legitimate_interest"},
}
