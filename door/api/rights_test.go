package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"kring/app"
	"kring/base/day"
	"kring/base/fact"
	"kring/base/id"
	"kring/base/job"
	"kring/base/money"
	"kring/domain/account"
	"kring/domain/appointment"
	"kring/domain/contact"
	"kring/domain/conversation"
	"kring/domain/cycle"
	"kring/domain/field"
	"kring/domain/intake"
	"kring/domain/ladder"
	"kring/domain/match"
	"kring/domain/member"
	"kring/domain/merge"
	"kring/domain/need"
	"kring/domain/opportunity"
	"kring/domain/order"
	"kring/domain/process"
	"kring/domain/product"
	"kring/domain/promise"
	"kring/domain/quote"
	"kring/domain/task"
	"kring/domain/view"
	"kring/domain/webhook"
	"kring/door/api"
	"kring/kit"
	"kring/store"
)

// trial is what the rights say about one operation: which right it takes, and
// what the {id} in its path names.
type trial struct {
	right  member.Right
	on     string // what the path names; "" is nothing
	others int    // the answer to who sees it and is not the one; 0 is the good one
	lists  string // what the answer lists, of which only what is in reach may be there
	body   string
	query  string
	good   int
	setup  func(h *house, admin app.Who, target string) // what must be so before
	lead   bool                                         // of one's own team only, unless one decides for all
}

// trials has every operation of the API by its operationId. One that is not
// here fails the test.
var trials = map[string]trial{
	"list_accounts":         {right: member.AccountRead, lists: "account", query: "sort=-created_at&limit=200", good: 200},
	"add_account":           {right: member.AccountWrite, body: `{"name":"Nieuw"}`, good: 201},
	"bulk_accounts":         {right: member.AccountWrite, body: `{"items":[{"name":"Nieuw"}]}`, good: 200},
	"export_accounts":       {right: member.Export, lists: "account", query: "sort=-created_at", good: 200},
	"get_account":           {right: member.AccountRead, on: "account", good: 200},
	"change_account":        {right: member.AccountWrite, on: "account", body: `{"size":3}`, good: 200},
	"bin_account":           {right: member.AccountErase, on: "account", good: 204},
	"restore_account":       {right: member.AccountErase, on: "account", good: 200, setup: binAccount},
	"list_account_facts":    {right: member.AccountRead, on: "account", good: 200},
	"list_account_files":    {right: member.FileRead, on: "account", good: 200},
	"add_account_file":      {right: member.FileWrite, on: "account", query: "name=a.txt", body: "hallo", good: 201},
	"list_account_contacts": {right: member.ContactRead, on: "account", good: 200},

	"list_contacts":      {right: member.ContactRead, lists: "contact", query: "sort=-created_at&limit=200", good: 200},
	"add_contact":        {right: member.ContactWrite, body: `{"given":"Sanne","accounts":[{"account":"OWN"}]}`, good: 201},
	"bulk_contacts":      {right: member.ContactWrite, body: `{"items":[{"given":"Sanne","accounts":[{"account":"OWN"}]}]}`, good: 200},
	"export_contacts":    {right: member.Export, lists: "contact", query: "format=csv&sort=-created_at", good: 200},
	"get_contact":        {right: member.ContactRead, on: "contact", good: 200},
	"change_contact":     {right: member.ContactWrite, on: "contact", body: `{"note":"koffie"}`, good: 200},
	"bin_contact":        {right: member.ContactErase, on: "contact", good: 204},
	"restore_contact":    {right: member.ContactErase, on: "contact", good: 200, setup: binContact},
	"list_contact_facts": {right: member.ContactRead, on: "contact", good: 200},
	"list_contact_files": {right: member.FileRead, on: "contact", good: 200},
	"add_contact_file":   {right: member.FileWrite, on: "contact", query: "name=a.txt", body: "hallo", good: 201},

	"list_orders":         {right: member.OrderRead, lists: "order", query: "limit=200", good: 200},
	"add_order":           {right: member.OrderWrite, body: `{"account":"OWN","day":"2026-11-01","amount":"10.00"}`, good: 201},
	"get_order":           {right: member.OrderRead, on: "order", good: 200},
	"change_order":        {right: member.OrderWrite, on: "order", body: `{"day":"2026-11-02","amount":"11.00"}`, good: 200},
	"export_orders":       {right: member.Export, lists: "order", query: "format=csv", good: 200},
	"export_moves":        {right: member.Export, lists: "order", query: "format=csv", good: 200},
	"amend_order":         {right: member.OrderWrite, on: "order", body: `{"amount":"12.00"}`, good: 200},
	"cancel_order":        {right: member.OrderWrite, on: "order", body: `{"why":"dubbel"}`, good: 200},
	"revive_order":        {right: member.OrderWrite, on: "order", good: 200, setup: cancelledOrder},
	"check_order":         {right: member.OrderWrite, on: "order", good: 200},
	"release_order":       {right: member.OrderRelease, on: "held", body: `{"why":"Betaalt altijd"}`, good: 200},
	"confirm_order":       {right: member.OrderWrite, on: "order", good: 200},
	"plan_order":          {right: member.OrderWrite, on: "order", body: `{"day":"2026-12-01"}`, good: 200},
	"deliver_order":       {right: member.OrderWrite, on: "lines", body: `{"day":"2026-11-20","lines":[{"line":1,"quantity":1}]}`, good: 200},
	"accept_delivery":     {right: member.OrderWrite, on: "delivered", good: 409},
	"evaluate_order":      {right: member.OrderWrite, on: "order", body: `{"why":"goed"}`, good: 409},
	"drop_rest":           {right: member.OrderWrite, on: "delivered", body: `{"why":"niet meer nodig"}`, good: 200},
	"draft_order_invoice": {right: member.InvoiceWrite, on: "delivered", body: `{}`, good: 201},
	"set_credit_limit":    {right: member.OrderRelease, on: "account", body: `{"limit":"100.00"}`, good: 200},
	"list_invoices":       {right: member.InvoiceRead, lists: "invoice", query: "limit=200", good: 200},
	"add_invoice":         {right: member.InvoiceWrite, body: `{"account":"OWN","lines":[{"text":"Werk","quantity":1,"unit":"10.00"}]}`, good: 201},
	"get_invoice":         {right: member.InvoiceRead, on: "invoice", good: 200},
	"amend_invoice":       {right: member.InvoiceWrite, on: "draft", body: `{"note":"dank"}`, good: 200},
	"erase_invoice":       {right: member.InvoiceWrite, on: "draft", good: 204},
	"get_invoice_ubl":     {right: member.InvoiceRead, on: "invoice", good: 200},
	"send_invoice":        {right: member.InvoiceWrite, on: "draft", good: 200},
	"credit_invoice":      {right: member.InvoiceWrite, on: "invoice", body: `{"reason":"fout"}`, good: 201},
	"book_payment":        {right: member.PaymentWrite, on: "invoice", body: `{"day":"2026-11-20","amount":"1.00"}`, good: 200},
	"dispute_invoice":     {right: member.InvoiceWrite, on: "invoice", body: `{"text":"niet alles"}`, good: 200},
	"settle_dispute":      {right: member.InvoiceWrite, on: "invoice", body: `{"text":"opgelost"}`, good: 409},
	"remind_invoice":      {right: member.InvoiceWrite, on: "invoice", body: `{"step":"reminded","text":"Beste"}`, good: 409},
	"list_receivables":    {right: member.InvoiceRead, lists: "invoice", query: "limit=200", good: 200},
	"read_bank_file":      {right: member.PaymentWrite, query: "name=a.xml", body: "geen xml", good: 422},
	"list_bank_entries":   {right: member.PaymentWrite, query: "state=open", good: 200},
	"book_bank_entry":     {right: member.PaymentWrite, on: "entry", body: `{"shares":[]}`, good: 422},
	"leave_bank_entry":    {right: member.PaymentWrite, on: "entry", body: `{"why":"van de bank zelf"}`, good: 200},
	"book_sure_entries":   {right: member.PaymentWrite, good: 200},
	"list_contracts":      {right: member.InvoiceRead, lists: "contract", query: "limit=200", good: 200},
	"add_contract":        {right: member.ContractWrite, body: `{"account":"OWN","title":"Onderhoud","starts":"2026-12-01","term":12,"renewal":"ends","amount":"10.00","period":"month"}`, good: 201},
	"get_contract":        {right: member.InvoiceRead, on: "contract", good: 200},
	"renew_contract":      {right: member.ContractWrite, on: "contract", body: `{"term":6}`, good: 200},
	"end_contract":        {right: member.ContractWrite, on: "contract", body: `{"last":"2027-03-31","why":"te duur"}`, good: 200},

	"list_products":     {right: member.ProductRead, query: "q=koffie", good: 200},
	"add_product":       {right: member.ProductWrite, body: `{"code":"UNIQUE","name_nl":"Koffie","price":"10.00","active":true}`, good: 201},
	"get_product":       {right: member.ProductRead, on: "product", good: 200},
	"change_product":    {right: member.ProductWrite, on: "product", body: `{"code":"UNIQUE","name_nl":"Thee","price":"9.00","active":true}`, good: 200},
	"find_price":        {right: member.ProductRead, on: "product", query: "quantity=2", good: 200},
	"list_quotes":       {right: member.QuoteRead, lists: "quote", query: "limit=200", good: 200},
	"add_quote":         {right: member.QuoteWrite, body: `{"account":"OWN","lines":[{"text":"Koffie","quantity":1.5,"unit":"10.00","answers":"koffie"}]}`, good: 201},
	"get_quote":         {right: member.QuoteRead, on: "quote", good: 200},
	"change_quote":      {right: member.QuoteWrite, on: "quote", body: `{"lines":[{"text":"Thee","quantity":2,"unit":"9.00"}]}`, good: 200},
	"get_quote_pdf":     {right: member.QuoteRead, on: "quote", good: 200},
	"ask_approval":      {right: member.QuoteWrite, on: "quote", body: `{"why":"x"}`, good: 409}, // it is within the mandate of all
	"approve_quote":     {right: member.QuoteApprove, on: "beyond", body: `{"why":"past"}`, good: 200, setup: askedQuote},
	"return_quote":      {right: member.QuoteApprove, on: "beyond", body: `{"why":"te veel"}`, good: 200, setup: askedQuote},
	"send_quote":        {right: member.QuoteWrite, on: "quote", good: 200},
	"link_quote":        {right: member.QuoteWrite, on: "quote", good: 200, setup: sentQuote},
	"revise_quote":      {right: member.QuoteWrite, on: "quote", body: `{"why":"anders"}`, good: 200, setup: sentQuote},
	"withdraw_quote":    {right: member.QuoteWrite, on: "quote", body: `{"why":"anders"}`, good: 200, setup: sentQuote},
	"reject_quote":      {right: member.QuoteWrite, on: "quote", body: `{"why":"te duur"}`, good: 200, setup: sentQuote},
	"accept_quote":      {right: member.QuoteWrite, on: "quote", body: `{"name":"Inge","function":"Inkoper","email":"inge@linden.example"}`, good: 200, setup: sentQuote},
	"get_cycle":         {right: member.OrderRead, on: "account", good: 200},
	"decide":            {right: member.CycleDecide, on: "customer", body: `{"kind":"notice","day":"2026-11-20","reason":"price"}`, good: 201},
	"get_pyramid":       {right: member.OrderRead, good: 200},
	"compute_pyramid":   {right: member.OrderWrite, body: `{"day":"2026-06-30"}`, good: 202},
	"get_scores":        {right: member.OrderRead, good: 200},
	"get_new_business":  {right: member.OrderRead, query: "cost=15000", good: 200},
	"get_value":         {right: member.OrderRead, query: "margin=2000&retention=80&discount=10", good: 200},
	"get_rank":          {right: member.OrderRead, on: "account", good: 200},
	"get_ladder":        {right: member.MemberRead, good: 200},
	"begin_scan":        {right: member.LadderScore, on: "team", body: `{"quarter":"2026-Q4"}`, good: 201, lead: true},
	"get_scan":          {right: member.MemberRead, on: "ladder", good: 200},
	"score_scan":        {right: member.LadderScore, on: "ladder", body: `{"scores":{"insight":{"level":2,"evidence":"gezien"}}}`, good: 200, lead: true},
	"discuss_scan":      {right: member.LadderDecide, on: "ladder", good: 200, setup: scoredLadder},
	"act_scan":          {right: member.LadderDecide, on: "ladder", body: `{"action":"Meten","due":"2027-01-31"}`, good: 200, setup: discussedLadder},
	"rescan":            {right: member.LadderScore, on: "ladder", good: 201, setup: setLadder, lead: true},
	"list_decisions":    {right: member.CycleAgree, lists: "decision", query: "limit=200", good: 200},
	"answer_decision":   {right: member.CycleAgree, on: "decision", body: `{"agreed":true}`, good: 200},
	"withdraw_decision": {right: member.CycleDecide, on: "decision", good: 200},
	"get_ring":          {right: member.OrderRead, query: "from=2026-01-01&until=2026-11-23", good: 200},
	"list_moves":        {right: member.OrderRead, lists: "account", query: "from=2026-01-01&until=2026-11-23&to=potential&event=begun&limit=200", good: 200},
	"list_ring_months":  {right: member.OrderRead, query: "from=2026-01-01&until=2026-11-23", good: 200},
	"list_definitions":  {right: member.OrderRead, good: 200},
	"add_definition": {right: member.DefinitionSet, good: 409, // there is one with these thresholds
		body: `{"name":"Kopers","counts_potential":false,"counts_former":false,"min_purchases_for_customer":1,"loyal_min_purchases":3,"loyal_window_months":24,"inactive_after_months":12,"includes_non_monetary":false}`},
	"choose_definition": {right: member.DefinitionSet, body: `{"version":1,"after":1,"why":"Zo blijft het."}`, good: 409},
	"read_definition":   {right: member.OrderRead, body: `{"version":1}`, good: 200},
	"retire_definition": {right: member.DefinitionSet, body: `{"version":1}`, good: 409},

	"list_opportunities": {right: member.OpportunityRead, lists: "opportunity", query: "limit=200", good: 200},
	"add_opportunity":    {right: member.OpportunityWrite, body: `{"account":"OWN","name":"Koffie","value":"1200.00"}`, good: 201},
	"get_opportunity":    {right: member.OpportunityRead, on: "opportunity", good: 200},
	"change_opportunity": {right: member.OpportunityWrite, on: "opportunity", body: `{"next":"Bellen"}`, good: 200},
	"move_opportunity":   {right: member.OpportunityWrite, on: "opportunity", body: `{"stage":"negotiation"}`, good: 422},
	"win_opportunity":    {right: member.OpportunityWrite, on: "opportunity", body: `{}`, good: 422},
	"lose_opportunity":   {right: member.OpportunityWrite, on: "opportunity", body: `{"reason":"price"}`, good: 200},
	"reopen_opportunity": {right: member.OpportunityWrite, on: "opportunity", good: 200, setup: lostOpportunity},
	"list_pipelines":     {right: member.OpportunityRead, good: 200},

	"list_slipping":      {right: member.OrderRead, lists: "slip", query: "limit=200", good: 200},
	"get_slipping_model": {right: member.OrderRead, good: 200},
	"fit_slipping":       {right: member.SettingManage, good: 202},
	"get_outlook":        {right: member.OrderRead, on: "slip", good: 200},
	"postpone_slipping":  {right: member.CycleDecide, on: "slip", body: `{"until":"2026-12-24"}`, good: 200},
	"reopen_slipping": {right: member.CycleDecide, on: "slip", good: 200, setup: func(h *house, admin app.Who, target string) {
		_, err := h.App.PutOff(h.t.Context(), admin, parsed[id.Account](h, target), "2026-12-24")
		h.must(err)
	}},
	"list_processes":      {right: member.RunRead, good: 200},
	"get_process":         {right: member.RunRead, on: "process", good: 200},
	"change_process":      {right: member.ProcessManage, on: "process", body: `{"template":{"name":{"nl":"","en":""},"owner":"","begins":null,"steps":null}}`, good: 422},
	"get_process_figures": {right: member.RunRead, on: "process", good: 200},
	"list_runs":           {right: member.RunRead, lists: "run", query: "limit=200", good: 200},
	"get_run":             {right: member.RunRead, on: "run", good: 200},
	"begin_step":          {right: member.RunWrite, on: "run", body: `{"at":0}`, good: 200},
	"finish_step":         {right: member.RunWrite, on: "run", body: `{"at":0,"minutes":5}`, good: 200},
	"skip_step":           {right: member.RunWrite, on: "run", body: `{"at":0,"reason":"Niet nodig."}`, good: 200},
	"hold_step":           {right: member.RunWrite, on: "run", body: `{"at":0,"wait":"customer","reason":"Wacht op de maat."}`, good: 200},
	"assign_step":         {right: member.RunWrite, on: "run", body: `{"at":0,"member":null}`, good: 200},
	"retry_step":          {right: member.RunWrite, on: "run", body: `{"at":0}`, good: 409},
	"abort_run":           {right: member.RunWrite, on: "run", body: `{"at":0,"reason":"Klaar mee."}`, good: 200},
	"list_handovers":      {right: member.AccountRead, lists: "handover", query: "of=all&limit=200", good: 200},
	"propose_handover":    {right: member.HandoverWrite, on: "account", body: `{"to":"00000000-0000-0000-0000-000000000000"}`, good: 422},
	"get_handover":        {right: member.AccountRead, on: "handover", good: 200},
	"change_handover":     {right: member.HandoverWrite, on: "handover", body: `{"note":"Belt liever."}`, good: 200},
	"accept_handover":     {right: member.HandoverWrite, on: "reception", good: 200, others: 403},
	"return_handover":     {right: member.HandoverWrite, on: "reception", body: `{"reason":"Te ver weg."}`, good: 200, others: 403},
	"withdraw_handover":   {right: member.HandoverWrite, on: "handover", good: 200},
	"get_today":           {right: member.Self, good: 200},
	"list_tasks":          {right: member.TaskWrite, lists: "task", query: "of=all&limit=200", good: 200},
	"add_task":            {right: member.TaskWrite, body: `{"text":"Bellen","day":"2026-12-01","time":"14:30","repeat":"FREQ=WEEKLY"}`, good: 201},
	"get_task":            {right: member.TaskWrite, on: "task", good: 200},
	"change_task":         {right: member.TaskWrite, on: "task", body: `{"note":"Liever na tienen.","day":"2026-12-02"}`, good: 200},
	"finish_task":         {right: member.TaskWrite, on: "task", good: 200},
	"withdraw_task":       {right: member.TaskWrite, on: "task", body: `{"why":"Opgelost."}`, good: 200},
	"reopen_task": {right: member.TaskWrite, on: "task", good: 200, setup: func(h *house, admin app.Who, target string) {
		_, err := h.App.FinishTask(h.t.Context(), admin, parsed[id.Task](h, target), 0)
		h.must(err)
	}},
	"list_appointments":   {right: member.TaskWrite, query: "from=2026-11-23&until=2026-12-23", good: 200},
	"add_appointment":     {right: member.TaskWrite, body: `{"title":"Bellen","kind":"call","day":"2026-12-01","time":"14:30"}`, good: 201},
	"get_appointment":     {right: member.TaskWrite, on: "appointment", good: 200},
	"change_appointment":  {right: member.TaskWrite, on: "appointment", body: `{"title":"Bellen","day":"2026-12-01","time":"15:30"}`, good: 200},
	"cancel_appointment":  {right: member.TaskWrite, on: "appointment", body: `{"why":"Ziek."}`, good: 200},
	"renew_calendar_link": {right: member.TaskWrite, good: 201},
	"list_promises":       {right: member.AccountRead, lists: "promise", query: "limit=200", good: 200},
	"add_promise":         {right: member.PromiseWrite, body: `{"account":"OWN","text":"Bellen","day":"2099-12-01"}`, good: 201},
	"get_say_do":          {right: member.AccountRead, good: 200},
	"get_promise":         {right: member.AccountRead, on: "promise", good: 200},
	"change_promise":      {right: member.PromiseWrite, on: "promise", body: `{"norm":"voor twaalf uur"}`, good: 200},
	"keep_promise":        {right: member.PromiseWrite, on: "promise", good: 200},
	"break_promise":       {right: member.PromiseWrite, on: "promise", body: `{"why":"vergeten"}`, good: 409},
	"withdraw_promise":    {right: member.PromiseWrite, on: "promise", body: `{"why":"niet meer nodig"}`, good: 200},
	"renegotiate_promise": {right: member.PromiseWrite, on: "promise", body: `{"day":"2099-12-24"}`, good: 200},
	"reopen_promise":      {right: member.PromiseWrite, on: "promise", good: 409},
	"list_needs":          {right: member.AccountRead, on: "account", good: 200},
	"add_need":            {right: member.TalkWrite, body: `{"account":"OWN","words":"Machine valt uit"}`, good: 201},
	"get_need":            {right: member.AccountRead, on: "need", good: 200},
	"drop_need":           {right: member.TalkWrite, on: "need", body: `{"why":"bleek de stroom"}`, good: 200},

	"list_conversations":      {right: member.AccountRead, lists: "conversation", query: "limit=200", good: 200},
	"plan_conversation":       {right: member.TalkWrite, body: `{"account":"OWN","title":"Kennismaken","day":"2099-12-01","time":"10:30"}`, good: 201},
	"get_conversation":        {right: member.AccountRead, on: "conversation", good: 200},
	"list_conversation_notes": {right: member.AccountRead, on: "conversation", good: 200},
	"put_conversation_note":   {right: member.TalkWrite, on: "conversation", body: `{"letter":"s","text":"x"}`, good: 409},
	"begin_conversation":      {right: member.TalkWrite, on: "conversation", good: 200},
	"finish_conversation":     {right: member.TalkWrite, on: "conversation", body: `{"outcome":"no_sale"}`, good: 409},
	"report_conversation":     {right: member.TalkWrite, on: "conversation", body: `{"outcome":"no_sale"}`, good: 409},

	"propose_account_merge": {right: member.Merge, on: "account", query: "with=MATE", good: 200},
	"propose_contact_merge": {right: member.Merge, on: "contact", query: "with=MATE", good: 200},
	"merge_accounts":        {right: member.Merge, on: "account", body: `{"with":"MATE"}`, good: 201},
	"merge_contacts":        {right: member.Merge, on: "contact", body: `{"with":"MATE"}`, good: 201},
	"list_account_merges":   {right: member.AccountRead, on: "account", good: 200},
	"list_contact_merges":   {right: member.ContactRead, on: "contact", good: 200},
	"undo_merge":            {right: member.Merge, on: "merge", good: 200},
	"list_account_consents": {right: member.AccountRead, on: "account", good: 200},
	"list_contact_consents": {right: member.ContactRead, on: "contact", good: 200},
	"add_account_consent":   {right: member.ConsentWrite, on: "account", body: `{"channel":"all","purpose":"all","state":"objection","source":"phone"}`, good: 201},
	"add_contact_consent":   {right: member.ConsentWrite, on: "contact", body: `{"channel":"email","purpose":"service","state":"given","source":"form","wording":"ja"}`, good: 201},

	"get_file":         {right: member.FileRead, on: "file", good: 200},
	"get_file_content": {right: member.FileRead, on: "file", good: 200},
	"bin_file":         {right: member.FileWrite, on: "file", good: 204},
	"restore_file":     {right: member.FileWrite, on: "file", good: 200},

	"get_me":         {right: member.Self, good: 200},
	"list_members":   {right: member.MemberRead, lists: "member", good: 200},
	"invite_member":  {right: member.MemberManage, body: `{"name":"Nieuw","email":"nieuw-UNIQUE@proef.example","role":"service"}`, good: 201},
	"get_member":     {right: member.MemberRead, on: "member", good: 200},
	"change_member":  {right: member.MemberManage, on: "member", body: `{"name":"Anders"}`, good: 200},
	"disable_member": {right: member.MemberManage, on: "member", good: 200},
	"enable_member": {right: member.MemberManage, on: "member", good: 200, setup: func(h *house, admin app.Who, target string) {
		i := parsed[id.Member](h, target)
		m, err := h.App.Member(h.t.Context(), admin, i)
		h.must(err)
		_, err = h.App.Disable(h.t.Context(), admin, i, m.Version)
		h.must(err)
	}},
	"list_teams":  {right: member.MemberRead, lists: "team", good: 200},
	"add_team":    {right: member.MemberManage, body: `{"name":"Ploeg UNIQUE"}`, good: 201},
	"get_team":    {right: member.MemberRead, on: "team", good: 200},
	"change_team": {right: member.MemberManage, on: "team", body: `{"name":"Ploeg UNIQUE"}`, good: 200},
	"erase_team":  {right: member.MemberManage, on: "team", good: 204},

	"find_account_duplicates": {right: member.AccountWrite, body: `{"name":"Nieuw"}`, good: 200},
	"find_contact_duplicates": {right: member.ContactWrite, body: `{"given":"Sanne","accounts":[{"account":"OWN"}]}`, good: 200},
	"list_duplicates":         {right: member.AccountWrite, lists: "duplicate", good: 200},
	"get_duplicate":           {right: member.AccountWrite, on: "duplicate", good: 200},
	"keep_duplicate_apart":    {right: member.AccountWrite, on: "duplicate", good: 200},
	"postpone_duplicate":      {right: member.AccountWrite, on: "duplicate", body: `{"until":"2026-12-24"}`, good: 200},
	"reopen_duplicate": {right: member.AccountWrite, on: "duplicate", good: 200, setup: func(h *house, admin app.Who, target string) {
		_, err := h.App.KeepApart(h.t.Context(), admin, parsed[id.Record](h, target))
		h.must(err)
	}},

	"list_views":  {right: member.ViewRead, lists: "view", query: "kind=account", good: 200},
	"add_view":    {right: member.ViewRead, body: `{"kind":"account","name":"Mijn"}`, good: 201},
	"get_view":    {right: member.ViewRead, on: "view", good: 200},
	"change_view": {right: member.ViewRead, on: "view", body: `{"name":"Anders"}`, good: 200},
	"erase_view":  {right: member.ViewRead, on: "view", good: 204},

	"list_fields":   {right: member.AccountRead, lists: "field", query: "kind=account", good: 200},
	"add_field":     {right: member.FieldManage, body: `{"kind":"account","label":{"nl":"Veld"},"key":"k_UNIQUE","type":"text","purpose":"p","ground":"contract"}`, good: 201},
	"get_field":     {right: member.AccountRead, on: "field", good: 200},
	"change_field":  {right: member.FieldManage, on: "field", body: `{"purpose":"iets anders"}`, good: 200},
	"archive_field": {right: member.FieldManage, on: "field", good: 200},
	"revive_field": {right: member.FieldManage, on: "field", good: 200, setup: func(h *house, admin app.Who, target string) {
		_, err := h.App.ArchiveField(h.t.Context(), admin, parsed[id.Field](h, target), 0)
		h.must(err)
	}},

	"list_imports":       {right: member.Import, lists: "import", query: "limit=200", good: 200},
	"add_import":         {right: member.Import, query: "kind=account&name=a.csv", body: "naam\nZaak\n", good: 201},
	"get_import":         {right: member.Import, on: "import", good: 200},
	"list_import_fields": {right: member.Import, on: "import", good: 200},
	"preview_import":     {right: member.Import, on: "import", good: 200},
	"map_import":         {right: member.Import, on: "import", body: `{"columns":[{"head":"naam","key":"name"}],"options":{"origin":"own","ground":"contract"}}`, good: 200},
	"check_import":       {right: member.Import, on: "import", good: 200, setup: mapFirst},
	"run_import":         {right: member.Import, on: "import", good: 200, setup: mapFirst},
	"undo_import":        {right: member.Import, on: "import", good: 409},
	"resume_import":      {right: member.Import, on: "import", good: 409},
	"inform_import":      {right: member.Import, on: "import", good: 409},
	"fix_import":         {right: member.Import, on: "import", body: `{"fixes":[{"row":2,"column":0,"value":"Zaak"}]}`, good: 200, setup: mapFirst},
	"list_import_rows":   {right: member.Import, on: "import", query: "deed=refused", good: 200},
	"get_import_refused": {right: member.Import, on: "import", good: 200},

	"list_facts": {right: member.FactRead, lists: "fact", good: 200},
	"search":     {right: member.AccountRead, lists: "account", query: "q=NAME", good: 200},
	"list_tags":  {right: member.AccountRead, good: 200},

	"list_webhooks":   {right: member.WebhookManage, lists: "webhook", good: 200},
	"add_webhook":     {right: member.WebhookManage, body: `{"name":"w","url":"https://hook.example/","deeds":["*"]}`, good: 201},
	"get_webhook":     {right: member.WebhookManage, on: "webhook", good: 200},
	"change_webhook":  {right: member.WebhookManage, on: "webhook", body: `{"name":"x"}`, good: 200},
	"erase_webhook":   {right: member.WebhookManage, on: "webhook", good: 204},
	"list_deliveries": {right: member.WebhookManage, on: "webhook", good: 200},
	"replay_delivery": {right: member.WebhookManage, on: "delivery", good: 201},
}

func binAccount(h *house, admin app.Who, target string) {
	_, err := h.App.BinAccount(h.t.Context(), admin, parsed[id.Account](h, target), 0)
	h.must(err)
}

func sentQuote(h *house, admin app.Who, target string) {
	_, _, err := h.App.SendQuote(h.t.Context(), admin, parsed[id.Quote](h, target), 0)
	h.must(err)
}

func askedQuote(h *house, admin app.Who, target string) {
	desk := h.MemberOf(admin.Org, "B "+unique(), member.OrderDesk)
	_, err := h.App.AskApproval(h.t.Context(), desk, parsed[id.Quote](h, target), 0, "grote klant")
	h.must(err)
}

func cancelledOrder(h *house, admin app.Who, target string) {
	_, err := h.App.CancelOrder(h.t.Context(), admin, parsed[id.Order](h, target), 0, "dubbel")
	h.must(err)
}

func scoredLadder(h *house, admin app.Who, target string) {
	all := map[ladder.Rung]ladder.Score{}
	for _, r := range ladder.Rungs {
		all[r] = ladder.Score{Level: ladder.Some, Evidence: "gezien"}
	}
	_, err := h.App.ScoreScan(h.t.Context(), admin, parsed[id.Record](h, target), 0, all)
	h.must(err)
}

func discussedLadder(h *house, admin app.Who, target string) {
	scoredLadder(h, admin, target)
	_, err := h.App.DiscussScan(h.t.Context(), admin, parsed[id.Record](h, target), 0)
	h.must(err)
}

func setLadder(h *house, admin app.Who, target string) {
	discussedLadder(h, admin, target)
	_, err := h.App.ActScan(h.t.Context(), admin, parsed[id.Record](h, target), 0, "Meten", "2027-01-31")
	h.must(err)
}

func mapFirst(h *house, admin app.Who, target string) {
	i := parsed[id.Record](h, target)
	in, _, err := h.App.Intake(h.t.Context(), admin, i)
	h.must(err)
	_, err = h.App.MapIntake(h.t.Context(), admin, i, in.Mapping, intake.Options{Origin: "own", Ground: "contract"})
	h.must(err)
}

func binContact(h *house, admin app.Who, target string) {
	_, err := h.App.BinContact(h.t.Context(), admin, parsed[id.Contact](h, target), 0)
	h.must(err)
}

func parsed[T ~[16]byte](h *house, s string) T {
	h.t.Helper()
	i, err := id.Parse[T](s)
	h.must(err)
	return i
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// unique is a word that nothing else has.
func unique() string { return strings.ReplaceAll(id.New[id.Record]().String(), "-", "")[8:] }

// thing makes one of a kind that belongs to a member, and gives its id. admin
// is the administrator of the same organisation.
func (h *house) thing(kind string, admin, of app.Who) string {
	h.t.Helper()
	ctx := h.t.Context()
	at := func() account.Account {
		a, err := h.App.AddAccount(ctx, admin, account.Draft{Name: unique(), Owner: of.Member.ID, Team: of.Member.Team})
		h.must(err)
		h.name = a.Name
		return a
	}
	switch kind {
	case "account":
		return at().ID.String()
	case "slip": // who bought every six weeks, and then no more
		a := at()
		for _, on := range []day.Day{"2026-02-01", "2026-03-15", "2026-04-26", "2026-06-09"} {
			_, err := h.App.PlaceOrder(ctx, admin, order.Draft{Account: a.ID, Day: on, Amount: money.Money{Cents: 1000, Currency: "EUR"}})
			h.must(err)
		}
		h.must(h.App.Jobs()["slipping.fit"](ctx, job.Job{Kind: "slipping.fit", Org: admin.Org.ID}))
		return a.ID.String()
	case "product":
		p, err := h.App.AddProduct(ctx, admin, product.Draft{Code: unique(), NameNL: "Koffie", Price: 1000, Active: true})
		h.must(err)
		return p.ID.String()
	case "quote", "beyond":
		l := quote.Line{Text: "Koffie", Quantity: 1000, Unit: 1000, Answers: "koffie"}
		if kind == "beyond" {
			l.Discount = 2000
		}
		q, err := h.App.AddQuote(ctx, admin, quote.Text{Account: at().ID, Owner: h.MemberOf(admin.Org, "V "+unique(), member.AccountManager).Member.ID, Free: true, Lines: []quote.Line{l}})
		h.must(err)
		return q.ID.String()
	case "order", "customer", "decision":
		a := at()
		o, err := h.App.PlaceOrder(ctx, admin, order.Draft{Account: a.ID, Day: "2026-11-01", Amount: money.Money{Cents: 1000, Currency: "EUR"}})
		h.must(err)
		switch kind {
		case "order":
			return o.ID.String()
		case "customer":
			return a.ID.String()
		}
		d, err := h.App.Decide(ctx, admin, a.ID, cycle.Decision{Kind: cycle.Ending, Day: "2026-11-10", Reason: cycle.NonPayment, Note: "Betaalt niet."})
		h.must(err)
		return d.ID.String()
	case "promise":
		p, err := h.App.AddPromise(ctx, admin, promise.Draft{Account: at().ID, Text: "Bellen " + unique(), Day: "2099-12-01"})
		h.must(err)
		return p.ID.String()
	case "need":
		n, err := h.App.AddNeed(ctx, admin, need.Draft{Account: at().ID, Words: unique()})
		h.must(err)
		return n.ID.String()
	case "conversation":
		c, err := h.App.PlanConversation(ctx, admin, conversation.Draft{Account: at().ID, Title: "Gesprek " + unique(), Day: "2099-12-01", Time: "10:30"})
		h.must(err)
		return c.ID.String()
	case "opportunity":
		o, err := h.App.AddOpportunity(ctx, admin, opportunity.Draft{Account: at().ID, Name: "Koffie " + unique()})
		h.must(err)
		return o.ID.String()
	case "held", "lines", "delivered", "draft", "invoice", "contract", "entry":
		return h.cash(kind, admin, at)
	case "task":
		k, err := h.App.AddTask(ctx, admin, task.Draft{Text: "Bellen", Account: at().ID})
		h.must(err)
		return k.ID.String()
	case "appointment":
		p, _, err := h.App.AddAppointment(ctx, admin, id.New[id.Appointment](), appointment.Draft{Title: "Bellen", Account: at().ID, Members: []id.Member{of.Member.ID}, Day: "2026-12-01", Time: "14:00"})
		h.must(err)
		return p.ID.String()
	case "handover", "reception": // away from its owner, or to a member
		giver := h.MemberOf(admin.Org, "G "+unique(), member.AccountManager)
		from, to := of, giver
		if kind == "reception" && of.Can(member.HandoverWrite) {
			from, to = giver, of
		}
		a, err := h.App.AddAccount(ctx, admin, account.Draft{Name: unique(), Owner: from.Member.ID, Team: of.Member.Team})
		h.must(err)
		p, err := h.App.ProposeHandover(ctx, admin, a.ID, to.Member.ID, "")
		h.must(err)
		return p.ID.String()
	case "process", "run": // a process of its own, so that the organisation's others stay as they are
		step := process.Step{Key: "call", Name: process.Text{NL: "Bellen"}, Actor: process.Human, Role: "service", Purpose: process.Text{NL: "Weten hoe het gaat"}}
		p, err := h.App.AddProcess(ctx, admin, "p"+unique(), process.Template{Name: process.Text{NL: "Nabellen"}, Owner: "service", Begins: []string{"order.placed"}, Steps: []process.Step{step, {
			Key: "note", Name: process.Text{NL: "Noteren"}, Actor: process.Human, Role: "service", Purpose: process.Text{NL: "Onthouden"},
		}}})
		h.must(err)
		if kind == "process" {
			return p.ID.String()
		}
		a := at()
		_, err = h.App.PlaceOrder(ctx, admin, order.Draft{Account: a.ID, Day: "2026-11-20", Amount: money.Money{Cents: 100, Currency: "EUR"}})
		h.must(err)
		runs, err := h.App.Runs(ctx, admin, app.RunAsk{Process: p.ID, Account: a.ID, Limit: 1})
		h.must(err)
		_, err = h.App.SwitchProcess(ctx, admin, p.ID, 0, false)
		h.must(err)
		return runs[0].ID.String()
	case "contact":
		c, err := h.App.AddContact(ctx, admin, contact.Draft{Given: "Sanne", Owner: of.Member.ID, Team: of.Member.Team, Accounts: []contact.Link{{Account: at().ID}}})
		h.must(err)
		return c.ID.String()
	case "file":
		f, err := h.App.AddFile(ctx, admin, fact.Account, at().ID.Any(), "a.txt", strings.NewReader("hallo"))
		h.must(err)
		return f.ID.String()
	case "merge":
		m, err := h.App.Merge(ctx, admin, fact.Account, at().ID.Any(), at().ID.Any(), merge.Choice{})
		h.must(err)
		return m.ID.String()
	case "member":
		return h.MemberOf(of.Org, "M "+id.New[id.Record]().String(), member.Service).Member.ID.String()
	case "team":
		g, err := h.App.AddTeam(ctx, admin, "T "+id.New[id.Record]().String(), id.Team{})
		h.must(err)
		return g.ID.String()
	case "ladder": // of a team below theirs
		g, err := h.App.AddTeam(ctx, admin, "T "+unique(), of.Member.Team)
		h.must(err)
		s, err := h.App.BeginScan(ctx, admin, g.ID, "2026-Q4")
		h.must(err)
		return s.ID.String()
	case "duplicate":
		two := match.Same(fact.Account, at().ID.Any(), at().ID.Any())
		two.Probability = .9
		h.must(h.DB.Write(ctx, admin.Org.ID, fact.Actor{Kind: "system", Name: "test"}, func(tx *store.Tx) error { return tx.FoundPairs([]match.Pair{two}) }))
		p, err := h.App.PairsOf(ctx, admin, two.A)
		h.must(err)
		return p.Pairs[0].ID.String()
	case "view":
		v, err := h.App.AddView(ctx, of, view.View{Kind: fact.Account, Name: "Mijn"})
		h.must(err)
		return v.ID.String()
	case "field":
		f, err := h.App.AddField(ctx, admin, field.Draft{Kind: fact.Account, Key: "k_" + unique(), Label: field.Label{NL: "Veld"}, Type: field.Text, Purpose: "p", Ground: field.Contract})
		h.must(err)
		return f.ID.String()
	case "import":
		maker := of
		if !of.Can(member.Import) {
			maker = admin
		}
		in, err := h.App.AddIntake(ctx, maker, fact.Account, "a.csv", strings.NewReader("naam\nZaak\n"))
		h.must(err)
		return in.ID.String()
	case "webhook", "delivery":
		old, err := h.App.Webhooks(ctx, admin)
		h.must(err)
		for _, w := range old { // there is a most
			h.must(h.App.EraseWebhook(ctx, admin, w.ID))
		}
		hook, _, err := h.App.AddWebhook(ctx, admin, webhook.Webhook{Name: "w", URL: "https://hook.example/", Deeds: []string{"account.created"}})
		h.must(err)
		if kind == "webhook" {
			return hook.ID.String()
		}
		at()
		all, err := h.App.Deliveries(ctx, admin, hook.ID, id.Delivery{}, 1)
		h.must(err)
		if len(all) != 1 {
			h.t.Fatal("no delivery was made")
		}
		_, err = h.App.ChangeWebhook(ctx, admin, hook.ID, 0, func(w webhook.Webhook) webhook.Webhook { w.Active = false; return w })
		h.must(err)
		return all[0].ID.String()
	case "fact":
		at()
		all, err := h.App.Facts(ctx, admin, id.Fact{}, 1)
		h.must(err)
		return all[0].ID.String()
	}
	h.t.Fatalf("the test cannot make a %s", kind)
	return ""
}

// seen says whether the scope of a role lets it see a thing of its own, of
// another team, of another organisation.
func seen(who app.Who, kind, whose string) bool {
	switch {
	case whose == "own":
		return true
	case whose == "foreign":
		return false
	}
	switch kind {
	case "account", "merge", "file", "duplicate", "order", "customer", "decision", "slip", "task", "appointment", "handover", "reception", "opportunity",
		"promise", "need", "conversation", "run", "held", "lines", "delivered", "draft", "invoice", "contract", "quote", "beyond":
		return who.Scope(fact.Account) == member.All
	case "contact":
		return who.Scope(fact.Contact) == member.All
	case "import": // somebody else's
		return who.Can(member.SettingManage)
	case "view": // somebody else's, not shared
		return false
	}
	return true // the organisation's
}

type operationDoc struct {
	OperationID string `json:"operationId"`
	Right       string `json:"x-kring-right"`
	method      string
	path        string
}

// documented are the operations of the description, which are all there are:
// New hangs none that it does not write down.
func documented(t *testing.T, a *api.API) (all []operationDoc) {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]operationDoc `json:"paths"`
	}
	if err := json.Unmarshal(a.OpenAPI(), &doc); err != nil {
		t.Fatal(err)
	}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			op.method, op.path = strings.ToUpper(method), path
			all = append(all, op)
		}
	}
	slices.SortFunc(all, func(a, b operationDoc) int { return strings.Compare(a.OperationID, b.OperationID) })
	return all
}

// TestRights asks every operation as every role, of a thing of one's own, of
// another team's and of another organisation's.
func TestRights(t *testing.T) {
	t.Parallel()
	_, db, _ := kit.SQLite(t)
	h := open(t, db, api.Config{})
	ours, theirs := h.Team("Onze"), h.Team("Hun")
	admin := h.Member("Beheer", member.Admin)
	stranger := h.Member("Ander", member.AccountManager, theirs.ID)
	elsewhere := h.Organisation("Elders")
	foreigner := h.MemberOf(elsewhere, "Vreemde", member.Admin)

	known := map[string]bool{}
	type caller struct {
		who   app.Who
		token string
	}
	var callers []caller
	for _, r := range member.Roles {
		who := h.Member("Rol "+string(r), r, ours.ID)
		callers = append(callers, caller{who, h.token(who)})
	}
	for _, op := range documented(t, h.api) {
		known[op.OperationID] = true
		tr, ok := trials[op.OperationID]
		if !ok {
			t.Errorf("%s has no trial: say in trials which right it takes", op.OperationID)
			continue
		}
		if op.Right != string(tr.right) {
			t.Errorf("%s is documented with the right %s, the trial says %s", op.OperationID, op.Right, tr.right)
		}
		for _, c := range callers {
			may := c.who.Can(tr.right)
			for whose, of := range map[string]app.Who{"own": c.who, "team": stranger, "foreign": foreigner} {
				boss := admin
				if whose == "foreign" {
					boss = foreigner
				}
				name := fmt.Sprintf("%s as %s, %s", op.OperationID, c.who.Member.Role, whose)
				path, want := "/api/v1"+op.path, tr.good
				if !may {
					want = http.StatusForbidden
				}
				target := ""
				switch {
				case tr.on != "":
					target = h.thing(tr.on, boss, of)
					if tr.setup != nil {
						tr.setup(h, boss, target)
					}
					path = strings.ReplaceAll(path, "{id}", target)
					if may && !seen(c.who, tr.on, whose) {
						want = http.StatusNotFound
					} else if may && tr.lead && (whose != "own" || tr.on == "team") && !c.who.Can(member.LadderDecide) {
						want = http.StatusForbidden
					} else if may && whose != "own" && tr.others != 0 {
						want = tr.others
					}
				case tr.lists != "":
					target = h.thing(tr.lists, boss, of)
				}
				mate := "" // another of what the path names, as near
				if strings.Contains(tr.body+tr.query, "MATE") {
					mate = h.thing(tr.on, boss, of)
				}
				body := strings.NewReplacer("UNIQUE", unique(), "MATE", mate).Replace(tr.body)
				if strings.Contains(body, "OWN") {
					body = strings.ReplaceAll(body, "OWN", h.thing("account", boss, of))
					if may && !seen(c.who, "account", whose) {
						want = http.StatusUnprocessableEntity
					}
				}
				if tr.query != "" {
					path += "?" + strings.NewReplacer("NAME", h.name, "MATE", mate).Replace(tr.query)
				}
				w := h.ask(c.token, op.method, path, body)
				if w.Code != want {
					t.Errorf("%s: %d, want %d: %s", name, w.Code, want, w.Body)
				}
				if tr.lists != "" && w.Code == http.StatusOK {
					if got, want := strings.Contains(w.Body.String(), target), seen(c.who, tr.lists, whose); got != want {
						t.Errorf("%s: listed %v, want %v", name, got, want)
					}
				}
			}
		}
		// Nobody comes in without a token, or with one that is none.
		path := "/api/v1" + strings.ReplaceAll(op.path, "{id}", id.New[id.Record]().String())
		for _, token := range []string{"", "kring_x"} {
			if w := h.ask(token, op.method, path, tr.body); w.Code != http.StatusUnauthorized || w.Header().Get("WWW-Authenticate") == "" {
				t.Errorf("%s without a token: %d", op.OperationID, w.Code)
			}
		}
	}
	for name := range trials {
		if !known[name] {
			t.Errorf("there is no operation %s any more", name)
		}
	}
}

func lostOpportunity(h *house, admin app.Who, target string) {
	_, err := h.App.LoseOpportunity(h.t.Context(), admin, parsed[id.Opportunity](h, target), 0, "price", "")
	h.must(err)
}
