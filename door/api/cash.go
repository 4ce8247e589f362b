package api

import (
	"bytes"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kring/app"
	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/money"
	"kring/domain/contract"
	"kring/domain/invoice"
	"kring/domain/member"
	"kring/domain/order"
	"kring/paper/ubl"
)

// From order to money: deliveries, invoices, payments, the bank, contracts.

// invoiceLineIO is a line of an invoice.
type invoiceLineIO struct {
	What     invoice.What     `json:"what,omitempty" readOnly:"true" doc:"goods, advance, set_off, other, interest, costs; of a credit note returned, dropped, correction, discount"`
	Text     string           `json:"text"`
	Quantity float64          `json:"quantity"`
	Unit     string           `json:"unit,omitempty" doc:"price of one without VAT, before discount"`
	Discount float64          `json:"discount,omitempty" doc:"percent"`
	Amount   string           `json:"amount,omitempty" doc:"of the whole line, without VAT; follows from unit when left out"`
	VAT      string           `json:"vat,omitempty" doc:"high (when left out), low, zero, reverse, exempt"`
	Category invoice.Category `json:"category,omitempty" readOnly:"true" doc:"as EN 16931 writes it: S, Z, E, AE, O"`
	Rate     float64          `json:"vat_rate,omitempty" readOnly:"true" doc:"percent"`
}

// taxOut is the VAT of one rate.
type taxOut struct {
	Category invoice.Category `json:"category"`
	Rate     float64          `json:"rate"`
	Net      string           `json:"net"`
	Amount   string           `json:"amount"`
}

// invoiceOut is an invoice or a credit note as the API shows it.
type invoiceOut struct {
	ID        id.Invoice      `json:"id"`
	Kind      invoice.Kind    `json:"kind" doc:"invoice or credit"`
	Account   id.Account      `json:"account"`
	Order     id.Order        `json:"order,omitzero"`
	Contract  id.Contract     `json:"contract,omitzero"`
	About     id.Invoice      `json:"about,omitzero" doc:"of a credit note: its invoice"`
	State     invoice.State   `json:"state" doc:"draft, sent, reminded, notice, collection, disputed, paid, written_off"`
	Number    string          `json:"number" doc:"empty of a draft"`
	Reference string          `json:"reference" doc:"for the payment, ISO 11649"`
	Day       day.Day         `json:"day"`
	Due       day.Day         `json:"due"`
	Currency  string          `json:"currency"`
	Lines     []invoiceLineIO `json:"lines"`
	Taxes     []taxOut        `json:"taxes"`
	Net       string          `json:"net"`
	VAT       string          `json:"vat"`
	Gross     string          `json:"gross"`
	Credited  string          `json:"credited"`
	Paid      string          `json:"paid"`
	Refunded  string          `json:"refunded"`
	WriteOff  string          `json:"written_off"`
	Open      string          `json:"open" doc:"gross − credited − paid + refunded − written off"`
	YourRef   string          `json:"your_reference"`
	Note      string          `json:"note"`
	Reason    string          `json:"reason"`
	Dispute   string          `json:"dispute"`
	Created   instant         `json:"created_at"`
	Updated   instant         `json:"updated_at"`
	Version   int64           `json:"version"`
}

// invoiceIn is an invoice by hand.
type invoiceIn struct {
	Account  id.Account      `json:"account"`
	Currency string          `json:"currency,omitempty" doc:"EUR when left out"`
	Term     int64           `json:"term,omitempty" doc:"days; that of the organisation when left out"`
	YourRef  string          `json:"your_reference,omitempty"`
	Note     string          `json:"note,omitempty"`
	Lines    []invoiceLineIO `json:"lines"`
}

// draftIn asks for a draft of an order.
type draftIn struct {
	Share float64 `json:"share,omitempty" doc:"percent in advance; left out: all that was delivered and not invoiced"`
}

// invoicePatch is what changes of a draft.
type invoicePatch struct {
	Term    *int64  `json:"term,omitempty"`
	YourRef *string `json:"your_reference,omitempty"`
	Note    *string `json:"note,omitempty"`
}

// creditIn asks for a credit note.
type creditIn struct {
	Line   int    `json:"line,omitempty" doc:"1 is the first; with an amount: a discount on this line. Left out: all that is left of the invoice"`
	Amount string `json:"amount,omitempty" doc:"without VAT"`
	Reason string `json:"reason"`
}

// paymentIn is money on an invoice.
type paymentIn struct {
	Way    invoice.Way `json:"way,omitempty" doc:"payment (when left out), refund or write_off; the last two take payment.waive"`
	Day    string      `json:"day"`
	Amount string      `json:"amount"`
	Note   string      `json:"note,omitempty"`
}

// disputeIn is what is disputed, or how it was settled.
type disputeIn struct {
	Text string `json:"text"`
}

// reminderIn is a letter that was sent.
type reminderIn struct {
	Step invoice.State `json:"step" doc:"reminded, notice, collection"`
	Text string        `json:"text" doc:"as it was sent; empty only tells the account manager"`
}

// deliveryIn is a delivery or a return.
type deliveryIn struct {
	Return   bool      `json:"return,omitempty"`
	Day      string    `json:"day"`
	Lines    []movedIO `json:"lines"`
	Signer   string    `json:"signer,omitempty"`
	SignedAt string    `json:"signed_at,omitempty"`
	Damaged  bool      `json:"damaged,omitempty"`
	Note     string    `json:"note,omitempty"`
}

// movedIO is how much of a line went.
type movedIO struct {
	Line     int     `json:"line" doc:"1 is the first"`
	Quantity float64 `json:"quantity"`
}

// planIn is the day of delivery.
type planIn struct {
	Day string `json:"day"`
}

// limitIn is a credit limit.
type limitIn struct {
	Limit  string `json:"limit" doc:"with VAT; empty is without limit"`
	Source string `json:"source,omitempty"`
}

// limitOut is a credit limit that was set.
type limitOut struct {
	Account id.Account `json:"account"`
	Limit   string     `json:"limit"`
	Source  string     `json:"source"`
	Day     day.Day    `json:"day"`
}

// receivablesOut is what is open.
type receivablesOut struct {
	Items []invoiceOut `json:"items"`
	Next  *string      `json:"next"`
	Aged  []agedOut    `json:"aged"`
	DSO   float64      `json:"dso" doc:"open ÷ invoiced in a year × 365, in days"`
}

// agedOut is what is open in one currency by how late it is.
type agedOut struct {
	Currency string   `json:"currency"`
	Parts    []string `json:"parts" doc:"not due, to 30, 60, 90 days late, later"`
	Open     string   `json:"open"`
}

// bankFileOut is a bank file that was read.
type bankFileOut struct {
	ID      id.Record `json:"id"`
	Name    string    `json:"name"`
	Entries int64     `json:"entries"`
	Skipped int64     `json:"skipped"`
}

// bankEntryOut is money that came in.
type bankEntryOut struct {
	ID        id.Record          `json:"id"`
	Day       day.Day            `json:"day"`
	Amount    string             `json:"amount"`
	Left      string             `json:"left"`
	Currency  string             `json:"currency"`
	Name      string             `json:"name"`
	IBAN      string             `json:"iban"`
	Reference string             `json:"reference"`
	Text      string             `json:"text"`
	State     string             `json:"state"`
	Sure      bool               `json:"sure"`
	Proposals []bankProposalItem `json:"proposals"`
	Version   int64              `json:"version"`
}

// bankProposalItem is an invoice that money can be for.
type bankProposalItem struct {
	Invoice id.Invoice `json:"invoice"`
	Number  string     `json:"number"`
	Amount  string     `json:"amount"`
	Reasons []string   `json:"reasons"`
}

// bookingIn says on which invoices an entry is booked.
type bookingIn struct {
	Shares []bookingShare `json:"shares"`
}

// bookingShare is what of an entry is for an invoice.
type bookingShare struct {
	Invoice id.Invoice `json:"invoice,omitzero"`
	Number  string     `json:"number,omitempty"`
	Amount  string     `json:"amount,omitempty" doc:"all that is left when left out"`
}

// sureOut is how many entries were booked.
type sureOut struct {
	Booked int `json:"booked"`
}

// contractIn is a contract being signed.
type contractIn struct {
	Account       id.Account       `json:"account"`
	Title         string           `json:"title"`
	Signed        string           `json:"signed,omitempty"`
	Starts        string           `json:"starts"`
	Term          int64            `json:"term" doc:"months"`
	Notice        int64            `json:"notice,omitempty" doc:"days before the end"`
	Renewal       contract.Renewal `json:"renewal" doc:"proposal, silent, ends"`
	Amount        string           `json:"amount" doc:"each period, without VAT"`
	Currency      string           `json:"currency,omitempty"`
	Period        contract.Period  `json:"period" doc:"month, quarter, year"`
	VAT           string           `json:"vat,omitempty"`
	Index         float64          `json:"index,omitempty" doc:"percent a year"`
	InvoicedUntil string           `json:"invoiced_until,omitempty" doc:"the last day that was invoiced elsewhere"`
	ExternalID    string           `json:"external_id,omitempty"`
	Note          string           `json:"note,omitempty"`
}

// contractOut is a contract as the API shows it.
type contractOut struct {
	contract.Contract
	Amount   string  `json:"amount"`
	NoticeBy day.Day `json:"notice_by"`
	Propose  day.Day `json:"propose_from"`
	Created  instant `json:"created_at"`
	Updated  instant `json:"updated_at"`
}

// renewalIn lets a contract go on.
type renewalIn struct {
	Term   int64  `json:"term,omitempty" doc:"months; the same when left out"`
	Amount string `json:"amount,omitempty" doc:"the same when left out"`
}

// endingIn is notice of a contract.
type endingIn struct {
	Last string `json:"last" doc:"the last day"`
	Why  string `json:"why"`
}

func cashOperations() []operation {
	post := func(path, name, tag, title string, right member.Right, status int, in, out any, do func(*call) (answer, error)) operation {
		return operation{method: http.MethodPost, path: path, name: name, tag: tag, title: title, right: right, status: status, in: in, out: out, tagged: true, do: do}
	}
	guarded := func(o operation) operation {
		o.guarded = true
		return o
	}
	onOrder := func(path, name, title string, right member.Right, in any, do func(c *call, i id.Order, version int64) (order.Order, error)) operation {
		return guarded(post("/orders/{id}/"+path, name, "Orders", title, right, http.StatusOK, in, orderOut{}, func(c *call) (answer, error) {
			i, version, err := c.guardedOrder()
			if err != nil {
				return answer{}, err
			}
			o, err := do(c, i, version)
			return sayOrder(http.StatusOK, o, err)
		}))
	}
	onInvoice := func(path, name, title string, right member.Right, status int, in any, do func(c *call, i id.Invoice, version int64) (invoice.Invoice, error)) operation {
		return guarded(post("/invoices/{id}/"+path, name, "Invoices", title, right, status, in, invoiceOut{}, func(c *call) (answer, error) {
			i, version, err := c.guardedInvoice()
			if err != nil {
				return answer{}, err
			}
			n, err := do(c, i, version)
			return sayInvoice(status, n, err)
		}))
	}
	states := append(pageParams(), textParam("state", "only those", false), textParam("account", "only of this account", false))
	return []operation{
		onOrder("check", "check_order", "Check the credit of an order", member.OrderWrite, nil, func(c *call, i id.Order, v int64) (order.Order, error) {
			return c.app.CheckCredit(c.r.Context(), c.who, i, v)
		}),
		onOrder("release", "release_order", "Let an order on hold go on", member.OrderRelease, whyIn{}, func(c *call, i id.Order, v int64) (o order.Order, err error) {
			in, err := take[whyIn](c)
			if err != nil {
				return o, err
			}
			return c.app.ReleaseOrder(c.r.Context(), c.who, i, v, in.Why)
		}),
		onOrder("confirmation", "confirm_order", "Say that the confirmation went to the customer", member.OrderWrite, nil, func(c *call, i id.Order, v int64) (order.Order, error) {
			return c.app.ConfirmOrder(c.r.Context(), c.who, i, v)
		}),
		onOrder("plan", "plan_order", "Plan the delivery of an order", member.OrderWrite, planIn{}, func(c *call, i id.Order, v int64) (o order.Order, err error) {
			in, err := take[planIn](c)
			if err != nil {
				return o, err
			}
			return c.app.PlanOrder(c.r.Context(), c.who, i, v, day.Day(in.Day))
		}),
		onOrder("deliveries", "deliver_order", "Record a delivery or a return", member.OrderWrite, deliveryIn{}, deliverOrder),
		onOrder("acceptance", "accept_delivery", "Say that the customer accepted the delivery", member.OrderWrite, nil, func(c *call, i id.Order, v int64) (order.Order, error) {
			return c.app.AcceptDelivery(c.r.Context(), c.who, i, v)
		}),
		onOrder("evaluation", "evaluate_order", "Look back on an order that was paid", member.OrderWrite, whyIn{}, func(c *call, i id.Order, v int64) (o order.Order, err error) {
			in, err := take[whyIn](c)
			if err != nil {
				return o, err
			}
			return c.app.EvaluateOrder(c.r.Context(), c.who, i, v, in.Why)
		}),
		onOrder("dropping", "drop_rest", "Cancel what was not delivered of an order", member.OrderWrite, whyIn{}, func(c *call, i id.Order, v int64) (o order.Order, err error) {
			in, err := take[whyIn](c)
			if err != nil {
				return o, err
			}
			return c.app.DropRest(c.r.Context(), c.who, i, v, in.Why)
		}),
		post("/orders/{id}/invoices", "draft_order_invoice", "Invoices", "Make a draft of what was delivered of an order, or in advance", member.InvoiceWrite, http.StatusCreated, draftIn{}, invoiceOut{}, draftOrderInvoice),
		{method: http.MethodPut, path: "/accounts/{id}/credit_limit", name: "set_credit_limit", tag: "Accounts", title: "Set how much an account may have open", right: member.OrderRelease, status: http.StatusOK, in: limitIn{}, out: limitOut{}, do: setLimit},
		{method: http.MethodGet, path: "/invoices", name: "list_invoices", tag: "Invoices", title: "List invoices and credit notes", about: "The latest made first.", right: member.InvoiceRead, status: http.StatusOK, out: listOf[invoiceOut]{}, query: append(states, textParam("number", "the one with this number", false)), do: listInvoices},
		post("/invoices", "add_invoice", "Invoices", "Make a draft by hand", member.InvoiceWrite, http.StatusCreated, invoiceIn{}, invoiceOut{}, addInvoice),
		{method: http.MethodGet, path: "/invoices/{id}", name: "get_invoice", tag: "Invoices", title: "Read an invoice", right: member.InvoiceRead, status: http.StatusOK, out: invoiceOut{}, tagged: true, do: getInvoice},
		{method: http.MethodPatch, path: "/invoices/{id}", name: "amend_invoice", tag: "Invoices", title: "Change a draft", right: member.InvoiceWrite, status: http.StatusOK, in: invoicePatch{}, out: invoiceOut{}, tagged: true, guarded: true, do: amendInvoice},
		{method: http.MethodDelete, path: "/invoices/{id}", name: "erase_invoice", tag: "Invoices", title: "Take a draft away", right: member.InvoiceWrite, status: http.StatusNoContent, guarded: true, do: eraseInvoice},
		{method: http.MethodGet, path: "/invoices/{id}/ubl", name: "get_invoice_ubl", tag: "Invoices", title: "Read an invoice as UBL 2.1", about: "EN 16931, Peppol BIS Billing 3.0.", right: member.InvoiceRead, status: http.StatusOK, raw: ubl.MIME, do: getUBL},
		onInvoice("sending", "send_invoice", "Give a draft its number and its day", member.InvoiceWrite, http.StatusOK, nil, func(c *call, i id.Invoice, v int64) (invoice.Invoice, error) {
			return c.app.SendInvoice(c.r.Context(), c.who, i, v)
		}),
		onInvoice("credits", "credit_invoice", "Make a draft of a credit note", member.InvoiceWrite, http.StatusCreated, creditIn{}, creditInvoice),
		onInvoice("payments", "book_payment", "Book money on an invoice", member.PaymentWrite, http.StatusOK, paymentIn{}, bookPayment),
		onInvoice("dispute", "dispute_invoice", "Take down what the customer disputes", member.InvoiceWrite, http.StatusOK, disputeIn{}, func(c *call, i id.Invoice, v int64) (n invoice.Invoice, err error) {
			in, err := take[disputeIn](c)
			if err != nil {
				return n, err
			}
			return c.app.DisputeInvoice(c.r.Context(), c.who, i, v, in.Text)
		}),
		onInvoice("settlement", "settle_dispute", "End a dispute", member.InvoiceWrite, http.StatusOK, disputeIn{}, func(c *call, i id.Invoice, v int64) (n invoice.Invoice, err error) {
			in, err := take[disputeIn](c)
			if err != nil {
				return n, err
			}
			return c.app.SettleDispute(c.r.Context(), c.who, i, v, in.Text)
		}),
		onInvoice("reminders", "remind_invoice", "Take down a reminder that was sent", member.InvoiceWrite, http.StatusOK, reminderIn{}, func(c *call, i id.Invoice, v int64) (n invoice.Invoice, err error) {
			in, err := take[reminderIn](c)
			if err != nil {
				return n, err
			}
			if in.Text == "" {
				return c.app.TellReminder(c.r.Context(), c.who, i)
			}
			return c.app.RemindInvoice(c.r.Context(), c.who, i, v, in.Step, in.Text)
		}),
		{method: http.MethodGet, path: "/receivables", name: "list_receivables", tag: "Invoices", title: "List what is open", about: "The longest due first, with sums by age and the days of sales outstanding.", right: member.InvoiceRead, status: http.StatusOK, out: receivablesOut{}, query: append(pageParams(), textParam("account", "only of this account", false), textParam("late", "yes: only what is overdue", false, "yes")), do: listReceivables},
		{method: http.MethodPost, path: "/bank/files", name: "read_bank_file", tag: "Bank", title: "Read a bank statement (CAMT.053)", about: "All of it or, when something is wrong, nothing.", right: member.PaymentWrite, status: http.StatusCreated, raw: "application/xml", form: true, out: bankFileOut{}, most: 300 << 20, query: []*huma.Param{textParam("name", "of the file", false)}, do: readBankFile},
		{method: http.MethodGet, path: "/bank/entries", name: "list_bank_entries", tag: "Bank", title: "List money that came in", right: member.PaymentWrite, status: http.StatusOK, out: listOf[bankEntryOut]{}, query: append(pageParams(), textParam("state", "open when left out", false, "open", "booked", "ignored")), do: listBank},
		guarded(post("/bank/entries/{id}/booking", "book_bank_entry", "Bank", "Book money that came in on invoices", member.PaymentWrite, http.StatusOK, bookingIn{}, bankEntryOut{}, bookBankEntry)),
		guarded(post("/bank/entries/{id}/leaving", "leave_bank_entry", "Bank", "Leave money that belongs to no invoice", member.PaymentWrite, http.StatusOK, whyIn{}, bankEntryOut{}, leaveBankEntry)),
		post("/bank/sure", "book_sure_entries", "Bank", "Book all entries whose proposal is sure", member.PaymentWrite, http.StatusOK, nil, sureOut{}, func(c *call) (answer, error) {
			n, err := c.app.BookSure(c.r.Context(), c.who)
			if err != nil {
				return answer{}, err
			}
			return show(http.StatusOK, sureOut{n})
		}),
		{method: http.MethodGet, path: "/contracts", name: "list_contracts", tag: "Contracts", title: "List contracts", about: "By the day until which notice can be given.", right: member.InvoiceRead, status: http.StatusOK, out: listOf[contractOut]{}, query: states, do: listContracts},
		post("/contracts", "add_contract", "Contracts", "Sign a contract", member.ContractWrite, http.StatusCreated, contractIn{}, contractOut{}, addContract),
		{method: http.MethodGet, path: "/contracts/{id}", name: "get_contract", tag: "Contracts", title: "Read a contract", right: member.InvoiceRead, status: http.StatusOK, out: contractOut{}, tagged: true, do: getContract},
		guarded(post("/contracts/{id}/renewal", "renew_contract", "Contracts", "Let a contract go on for another term", member.ContractWrite, http.StatusOK, renewalIn{}, contractOut{}, renewContract)),
		guarded(post("/contracts/{id}/ending", "end_contract", "Contracts", "Take down notice of a contract", member.ContractWrite, http.StatusOK, endingIn{}, contractOut{}, endContract)),
	}
}

func (c *call) guardedInvoice() (i id.Invoice, version int64, err error) {
	if i, err = named[id.Invoice](c, "id"); err != nil {
		return i, 0, err
	}
	version, err = c.match()
	return i, version, err
}

func showInvoice(i invoice.Invoice) invoiceOut {
	amount := decimal.Amount
	out := invoiceOut{
		ID: i.ID, Kind: i.Kind, Account: i.Account, Order: i.Order, Contract: i.Contract, About: i.About, State: i.State, Number: i.Number, Reference: i.Reference, Day: i.Day, Due: i.Due, Currency: i.Currency,
		Lines: []invoiceLineIO{}, Taxes: []taxOut{}, Net: amount(i.Net), VAT: amount(i.VAT), Gross: amount(i.Gross), Credited: amount(i.Credited), Paid: amount(i.PaidCents), Refunded: amount(i.Refunded),
		WriteOff: amount(i.WriteOff), Open: amount(i.Open()), YourRef: i.YourRef, Note: i.Note, Reason: i.Reason, Dispute: i.Dispute, Created: instant(i.Created), Updated: instant(i.Updated), Version: i.Version,
	}
	for _, l := range i.Lines {
		one := invoiceLineIO{What: l.What, Text: l.Text, Quantity: float64(l.Quantity) / 1000, Discount: float64(l.Discount) / 100, Amount: amount(l.Cents), VAT: l.Code, Category: l.Category, Rate: float64(l.Rate) / 100}
		if l.Unit != 0 {
			one.Unit = amount(l.Unit)
		}
		out.Lines = append(out.Lines, one)
	}
	for _, t := range i.Taxes() {
		out.Taxes = append(out.Taxes, taxOut{t.Category, float64(t.Rate) / 100, amount(t.Net), amount(t.Cents)})
	}
	return out
}

func sayInvoice(status int, i invoice.Invoice, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	a, err := show(status, showInvoice(i))
	if a.version = i.Version; status == http.StatusCreated {
		a.location = base + "/invoices/" + i.ID.String()
	}
	return a, err
}

// centsIn reads an amount of a body.
func centsIn(field, typed string) (int64, error) {
	cents, err := decimal.Cents(typed, decimal.Point)
	wrong := fault.Fields{}
	wrong.Add(field, err)
	return cents, wrong.Err()
}

func deliverOrder(c *call, i id.Order, version int64) (o order.Order, err error) {
	in, err := take[deliveryIn](c)
	if err != nil {
		return o, err
	}
	d := order.Delivery{ID: id.New[id.Record](), Return: in.Return, Day: day.Day(in.Day), Signer: in.Signer, SignedAt: in.SignedAt, Intact: !in.Damaged, Note: in.Note}
	for _, m := range in.Lines {
		d.Lines = append(d.Lines, order.Moved{Line: m.Line, Quantity: int64(math.Round(m.Quantity * 1000))})
	}
	return c.app.Deliver(c.r.Context(), c.who, i, version, d)
}

func draftOrderInvoice(c *call) (answer, error) {
	i, err := named[id.Order](c, "id")
	if err != nil {
		return answer{}, err
	}
	in, err := take[draftIn](c)
	if err != nil {
		return answer{}, err
	}
	var n invoice.Invoice
	if in.Share != 0 {
		n, err = c.app.DraftAdvance(c.r.Context(), c.who, id.New[id.Invoice](), i, int64(math.Round(in.Share*100)))
	} else {
		n, err = c.app.DraftDelivered(c.r.Context(), c.who, id.New[id.Invoice](), i)
	}
	return sayInvoice(http.StatusCreated, n, err)
}

func setLimit(c *call) (answer, error) {
	i, err := named[id.Account](c, "id")
	if err != nil {
		return answer{}, err
	}
	in, err := take[limitIn](c)
	if err != nil {
		return answer{}, err
	}
	cents := int64(-1)
	if in.Limit != "" {
		if cents, err = centsIn("limit", in.Limit); err != nil {
			return answer{}, err
		}
	}
	l, err := c.app.SetCreditLimit(c.r.Context(), c.who, i, cents, in.Source)
	if err != nil {
		return answer{}, err
	}
	return show(http.StatusOK, limitOut{l.Account, in.Limit, l.Source, l.Day})
}

// pageAsk is what a list that goes by id is asked.
func (c *call) pageAsk() (ask map[string]string, limit int, err error) {
	params, err := c.params()
	if err != nil {
		return nil, 0, err
	}
	ask, limit = map[string]string{}, 50
	for k := range params {
		ask[k] = params.Get(k)
	}
	if ask["limit"] != "" {
		if limit, err = strconv.Atoi(ask["limit"]); err != nil || limit < 1 || limit > 200 {
			return nil, 0, fault.Field("limit", errQuery)
		}
	}
	return ask, limit, nil
}

func listInvoices(c *call) (answer, error) {
	ask, limit, err := c.pageAsk()
	if err != nil {
		return answer{}, err
	}
	all, err := c.app.Invoices(c.r.Context(), c.who, app.InvoiceQuery{State: invoice.State(ask["state"]), Number: ask["number"], Account: id.OrZero[id.Account](ask["account"]), Before: id.OrZero[id.Invoice](ask["cursor"]), Limit: limit + 1})
	if err != nil {
		return answer{}, err
	}
	page := listOf[invoiceOut]{Items: []invoiceOut{}}
	for n, i := range all {
		if n == limit {
			next := all[limit-1].ID.String()
			page.Next = &next
			break
		}
		page.Items = append(page.Items, showInvoice(i.Invoice))
	}
	return show(http.StatusOK, page)
}

func addInvoice(c *call) (answer, error) {
	in, err := take[invoiceIn](c)
	if err != nil {
		return answer{}, err
	}
	d := app.InvoiceDraft{Account: in.Account, Term: in.Term, YourRef: in.YourRef, Note: in.Note}
	wrong := fault.Fields{}
	d.Currency, err = money.Currency(in.Currency, "EUR")
	wrong.Add("currency", err)
	for n, l := range in.Lines {
		one := invoice.Line{Text: l.Text, Quantity: int64(math.Round(l.Quantity * 1000)), Discount: int64(math.Round(l.Discount * 100)), Code: l.VAT}
		for field, at := range map[string]struct {
			text string
			into *int64
		}{"unit": {l.Unit, &one.Unit}, "amount": {l.Amount, &one.Cents}} {
			if at.text != "" {
				*at.into, err = decimal.Cents(at.text, decimal.Point)
				wrong.Add("lines."+strconv.Itoa(n)+"."+field, err)
			}
		}
		d.Lines = append(d.Lines, one)
	}
	if err := wrong.Err(); err != nil {
		return answer{}, err
	}
	i, err := c.app.DraftInvoice(c.r.Context(), c.who, id.New[id.Invoice](), d)
	return sayInvoice(http.StatusCreated, i, err)
}

func getInvoice(c *call) (answer, error) {
	i, err := named[id.Invoice](c, "id")
	if err != nil {
		return answer{}, err
	}
	l, err := c.app.Invoice(c.r.Context(), c.who, i)
	return sayInvoice(http.StatusOK, l.Invoice, err)
}

func amendInvoice(c *call) (answer, error) {
	i, version, err := c.guardedInvoice()
	if err != nil {
		return answer{}, err
	}
	in, err := take[invoicePatch](c)
	if err != nil {
		return answer{}, err
	}
	n, err := c.app.ChangeInvoice(c.r.Context(), c.who, i, version, invoice.Patch{Term: in.Term, YourRef: in.YourRef, Note: in.Note})
	return sayInvoice(http.StatusOK, n, err)
}

func eraseInvoice(c *call) (answer, error) {
	i, version, err := c.guardedInvoice()
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusNoContent}, c.app.EraseInvoice(c.r.Context(), c.who, i, version)
}

func getUBL(c *call) (answer, error) {
	i, err := named[id.Invoice](c, "id")
	if err != nil {
		return answer{}, err
	}
	l, err := c.app.Invoice(c.r.Context(), c.who, i)
	if err != nil {
		return answer{}, err
	}
	var text bytes.Buffer
	if err := ubl.Write(&text, l.Invoice); err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, header: map[string]string{"Content-Type": ubl.MIME}, stream: func(w io.Writer) error {
		_, err := w.Write(text.Bytes())
		return err
	}}, nil
}

func creditInvoice(c *call, i id.Invoice, _ int64) (n invoice.Invoice, err error) {
	in, err := take[creditIn](c)
	if err != nil {
		return n, err
	}
	ask := app.CreditAsk{Line: in.Line, Reason: in.Reason}
	if in.Amount != "" {
		if ask.Cents, err = centsIn("amount", in.Amount); err != nil {
			return n, err
		}
		ask.Line = max(ask.Line, 1)
	}
	return c.app.CreditInvoice(c.r.Context(), c.who, id.New[id.Invoice](), i, ask)
}

func bookPayment(c *call, i id.Invoice, _ int64) (n invoice.Invoice, err error) {
	in, err := take[paymentIn](c)
	if err != nil {
		return n, err
	}
	p := invoice.Payment{ID: id.New[id.Payment](), Day: day.Day(in.Day), Note: in.Note}
	if p.Cents, err = centsIn("amount", in.Amount); err != nil {
		return n, err
	}
	switch in.Way {
	case invoice.RefundWay:
		return c.app.Refund(c.r.Context(), c.who, i, p)
	case invoice.WriteOffWay:
		return c.app.WriteOff(c.r.Context(), c.who, i, p)
	}
	return c.app.BookPayment(c.r.Context(), c.who, i, p)
}

func listReceivables(c *call) (answer, error) {
	ask, limit, err := c.pageAsk()
	if err != nil {
		return answer{}, err
	}
	on, name, _ := strings.Cut(ask["cursor"], "_")
	r, err := c.app.Receivables(c.r.Context(), c.who, id.OrZero[id.Account](ask["account"]), ask["late"] == "yes", app.DuePlace{Due: day.Day(on), ID: id.OrZero[id.Invoice](name)}, limit+1)
	if err != nil {
		return answer{}, err
	}
	page := receivablesOut{Items: []invoiceOut{}, Aged: []agedOut{}, DSO: math.Round(r.DSO*10) / 10}
	for n, i := range r.Rows {
		if n == limit {
			next := string(r.Rows[limit-1].Due) + "_" + r.Rows[limit-1].ID.String()
			page.Next = &next
			break
		}
		page.Items = append(page.Items, showInvoice(i.Invoice))
	}
	for _, a := range r.Aged {
		one := agedOut{Currency: a.Currency, Open: decimal.Amount(a.Total())}
		for _, cents := range a.Cents {
			one.Parts = append(one.Parts, decimal.Amount(cents))
		}
		page.Aged = append(page.Aged, one)
	}
	return show(http.StatusOK, page)
}

func readBankFile(c *call) (answer, error) {
	params, err := c.params()
	if err != nil {
		return answer{}, err
	}
	name, in, err := c.sentFile(params.Get("name"))
	if err != nil {
		return answer{}, err
	}
	f, err := c.app.ReadBank(c.r.Context(), c.who, name, in)
	if err != nil {
		return answer{}, err
	}
	return show(http.StatusCreated, bankFileOut{f.ID, f.Name, f.Entries, f.Skipped})
}

func showEntry(e app.BankEntry) bankEntryOut {
	out := bankEntryOut{
		ID: e.ID, Day: e.Day, Amount: decimal.Amount(e.Cents), Left: decimal.Amount(e.Left()), Currency: e.Currency, Name: e.Name, IBAN: e.IBAN, Reference: e.Reference, Text: e.Text, State: e.State, Sure: e.Sure,
		Proposals: []bankProposalItem{}, Version: e.Version,
	}
	for _, p := range e.Proposals {
		out.Proposals = append(out.Proposals, bankProposalItem{p.Invoice, p.Number, decimal.Amount(p.Cents), p.Reasons})
	}
	return out
}

func listBank(c *call) (answer, error) {
	ask, limit, err := c.pageAsk()
	if err != nil {
		return answer{}, err
	}
	if ask["state"] == "" {
		ask["state"] = "open"
	}
	b, err := c.app.Bank(c.r.Context(), c.who, ask["state"], id.OrZero[id.Record](ask["cursor"]), limit+1)
	if err != nil {
		return answer{}, err
	}
	page := listOf[bankEntryOut]{Items: []bankEntryOut{}}
	for n, e := range b.Entries {
		if n == limit {
			next := b.Entries[limit-1].ID.String()
			page.Next = &next
			break
		}
		page.Items = append(page.Items, showEntry(e))
	}
	return show(http.StatusOK, page)
}

func (c *call) entry(do func(i id.Record, version int64) (app.BankEntry, error)) (answer, error) {
	i, err := named[id.Record](c, "id")
	if err != nil {
		return answer{}, err
	}
	version, err := c.match()
	if err != nil {
		return answer{}, err
	}
	e, err := do(i, version)
	if err != nil {
		return answer{}, err
	}
	a, err := show(http.StatusOK, showEntry(e))
	a.version = e.Version
	return a, err
}

func bookBankEntry(c *call) (answer, error) {
	return c.entry(func(i id.Record, version int64) (e app.BankEntry, err error) {
		in, err := take[bookingIn](c)
		if err != nil {
			return e, err
		}
		var shares []app.Share
		for n, s := range in.Shares {
			one := app.Share{Invoice: s.Invoice, Number: s.Number}
			if s.Amount != "" {
				if one.Cents, err = centsIn("shares."+strconv.Itoa(n)+".amount", s.Amount); err != nil {
					return e, err
				}
			}
			shares = append(shares, one)
		}
		return c.app.BookEntry(c.r.Context(), c.who, i, version, shares)
	})
}

func leaveBankEntry(c *call) (answer, error) {
	return c.entry(func(i id.Record, version int64) (e app.BankEntry, err error) {
		in, err := take[whyIn](c)
		if err != nil {
			return e, err
		}
		return c.app.IgnoreEntry(c.r.Context(), c.who, i, version, in.Why)
	})
}

func showContract(c contract.Contract) contractOut {
	return contractOut{c, decimal.Amount(c.Cents), c.NoticeBy(), c.ProposeBy(), instant(c.Created), instant(c.Updated)}
}

func sayContract(status int, c contract.Contract, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	a, err := show(status, showContract(c))
	if a.version = c.Version; status == http.StatusCreated {
		a.location = base + "/contracts/" + c.ID.String()
	}
	return a, err
}

func listContracts(c *call) (answer, error) {
	ask, limit, err := c.pageAsk()
	if err != nil {
		return answer{}, err
	}
	on, name, _ := strings.Cut(ask["cursor"], "_")
	all, err := c.app.Contracts(c.r.Context(), c.who, app.ContractQuery{State: contract.State(ask["state"]), Account: id.OrZero[id.Account](ask["account"]), After: app.NoticePlace{NoticeBy: day.Day(on), ID: id.OrZero[id.Contract](name)}, Limit: limit + 1})
	if err != nil {
		return answer{}, err
	}
	page := listOf[contractOut]{Items: []contractOut{}}
	for n, l := range all {
		if n == limit {
			next := string(all[limit-1].NoticeBy()) + "_" + all[limit-1].ID.String()
			page.Next = &next
			break
		}
		page.Items = append(page.Items, showContract(l.Contract))
	}
	return show(http.StatusOK, page)
}

func addContract(c *call) (answer, error) {
	in, err := take[contractIn](c)
	if err != nil {
		return answer{}, err
	}
	d := contract.Draft{
		Account: in.Account, Title: in.Title, Signed: day.Day(in.Signed), Starts: day.Day(in.Starts), Term: in.Term, Notice: in.Notice, Renewal: in.Renewal, Period: in.Period, VAT: in.VAT,
		Index: int64(math.Round(in.Index * 100)), InvoicedUntil: day.Day(in.InvoicedUntil), ExternalID: in.ExternalID, Note: in.Note,
	}
	wrong := fault.Fields{}
	d.Amount.Currency, err = money.Currency(in.Currency, "EUR")
	wrong.Add("currency", err)
	d.Amount.Cents, err = decimal.Cents(in.Amount, decimal.Point)
	wrong.Add("amount", err)
	if err := wrong.Err(); err != nil {
		return answer{}, err
	}
	made, err := c.app.SignContract(c.r.Context(), c.who, id.New[id.Contract](), d)
	return sayContract(http.StatusCreated, made, err)
}

func getContract(c *call) (answer, error) {
	i, err := named[id.Contract](c, "id")
	if err != nil {
		return answer{}, err
	}
	l, _, err := c.app.Contract(c.r.Context(), c.who, i)
	return sayContract(http.StatusOK, l.Contract, err)
}

func (c *call) guardedContract() (i id.Contract, version int64, err error) {
	if i, err = named[id.Contract](c, "id"); err != nil {
		return i, 0, err
	}
	version, err = c.match()
	return i, version, err
}

func renewContract(c *call) (answer, error) {
	i, version, err := c.guardedContract()
	if err != nil {
		return answer{}, err
	}
	in, err := take[renewalIn](c)
	if err != nil {
		return answer{}, err
	}
	cents := int64(0)
	if in.Amount != "" {
		if cents, err = centsIn("amount", in.Amount); err != nil {
			return answer{}, err
		}
	}
	made, err := c.app.RenewContract(c.r.Context(), c.who, i, version, in.Term, cents)
	return sayContract(http.StatusOK, made, err)
}

func endContract(c *call) (answer, error) {
	i, version, err := c.guardedContract()
	if err != nil {
		return answer{}, err
	}
	in, err := take[endingIn](c)
	if err != nil {
		return answer{}, err
	}
	made, err := c.app.StopContract(c.r.Context(), c.who, i, version, day.Day(in.Last), in.Why)
	return sayContract(http.StatusOK, made, err)
}
