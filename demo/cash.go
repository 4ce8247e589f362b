package demo

import (
	"fmt"

	"kring/app"
	"kring/base/fact"
	"kring/base/id"
	"kring/base/money"
	"kring/domain/contract"
	"kring/domain/invoice"
	"kring/domain/order"
	"kring/domain/organisation"
)

// What Brandt & Zoon agreed for years, and what they are to be paid. An invoice has
// the day on which it is sent, so those of the demo are of the day it is founded.

// agreed is a contract that was taken over from the old books: it began so many
// months ago, and the period that runs was invoiced there.
type agreed struct {
	at, title string
	euros     int64
	began     int // days ago
	term      int64
	notice    int64
	period    contract.Period
	renewal   contract.Renewal
}

var contracts = []agreed{
	{"Zorggroep De Linden", "Onderhoud en water, 14 machines", 5_400, 330, 12, 30, contract.Quarter, contract.Proposal},
	{"Gemeente Oudeveen", "Volledige verzorging stadhuis", 1_350, 700, 36, 90, contract.Month, contract.Proposal},
	{"Theater De Kade", "Onderhoud foyer", 980, 200, 12, 60, contract.Year, contract.Silent},
}

// cash says who sends invoices, and makes contracts and invoices.
func (f *founder) cash() error {
	roos := f.members["Roos"]
	o, err := f.SaveSeller(f.ctx, roos, roos.Org.Version, organisation.Seller{
		Name: "Brandt & Zoon B.V.", Street: "Koperslagerij 14", Postcode: "7411 AB", City: "Deventer", VatID: "NL004495445B01", KvK: "08123456", IBAN: "NL91ABNA0417164300", BIC: "ABNANL2A",
		Email: "facturen@brandt.example", Phone: "0570 123 456", Term: 30,
	})
	if err != nil {
		return err
	}
	for name, who := range f.members {
		who.Org = o
		f.members[name] = who
	}
	roos = f.members["Roos"]
	today := f.Today(roos)
	for _, c := range contracts {
		at, err := f.called(roos, c.at)
		if err != nil {
			return err
		}
		_, err = f.SignContract(f.ctx, roos, id.New[id.Contract](), contract.Draft{
			Account: at, Title: c.title, Starts: today.Add(-c.began), Term: c.term, Notice: c.notice, Renewal: c.renewal, Amount: money.Money{Cents: c.euros * 100, Currency: "EUR"}, Period: c.period,
			Index: 250, InvoicedUntil: today,
		})
		if err != nil {
			return fmt.Errorf("%s: %w", c.title, err)
		}
	}
	for n, name := range []string{"Museum De Wachter", "Ingenieursbureau Dijkema", "Theater De Kade"} {
		if err := f.bill(roos, name, n); err != nil {
			return fmt.Errorf("invoice of %s: %w", name, err)
		}
	}
	return nil
}

func (f *founder) called(who app.Who, name string) (id.Account, error) {
	hits, err := f.SearchKind(f.ctx, who, fact.Account, name, 1)
	if err == nil && len(hits) == 0 {
		err = fmt.Errorf("there is no relation called %s", name)
	}
	if err != nil {
		return id.Account{}, err
	}
	return id.Account(hits[0].ID), nil
}

// bill invoices the latest order of a relation: the first is paid, of the second a
// part, the third waits as a draft.
func (f *founder) bill(who app.Who, name string, n int) error {
	at, err := f.called(who, name)
	if err != nil {
		return err
	}
	orders, err := f.Orders(f.ctx, who, order.Filter{Account: at, State: order.Confirmed}, app.OrderPlace{}, 1)
	if err != nil || len(orders) == 0 {
		return err
	}
	if lines := orders[0].Lines; len(lines) > 0 {
		d := order.Delivery{ID: id.New[id.Record](), Day: orders[0].Day, Signer: "Balie", SignedAt: "10:40", Intact: true}
		for k, l := range lines {
			d.Lines = append(d.Lines, order.Moved{Line: k + 1, Quantity: l.Quantity})
		}
		if _, err := f.Deliver(f.ctx, who, orders[0].ID, 0, d); err != nil {
			return err
		}
	}
	i, err := f.DraftDelivered(f.ctx, who, id.New[id.Invoice](), orders[0].ID)
	if err != nil || n == 2 {
		return err
	}
	acc, err := f.Account(f.ctx, who, at)
	if err != nil || acc.Addresses.Main().Street == "" || acc.City() == "" { // it waits until somebody fills that in
		return err
	}
	if i, err = f.SendInvoice(f.ctx, who, i.ID, 0); err != nil {
		return err
	}
	paid := i.Gross
	if n == 1 {
		paid /= 2
	}
	_, err = f.BookPayment(f.ctx, who, i.ID, invoice.Payment{ID: id.New[id.Payment](), Day: f.Today(who), Cents: paid})
	return err
}
