// From order to money: Brandt & Zoon says who sends invoices, an order is checked,
// delivered in two parts and invoiced, the e-invoice and the PDF say the same, the
// bank's statement pays it, and the order is paid. In Dutch, also on a phone and
// without script.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { axe, openBrowser, openKring, people, phone, sideways, signIn, visit } from './house.mjs';

let kring, browser;
before(async () => { [kring, browser] = await Promise.all([openKring(), openBrowser()]); });
after(async () => { await browser?.close(); await kring?.stop(); });

const comeIn = async (options) => {
  const page = await visit(browser, kring, { allow: [404, 409, 422], ...options });
  await signIn(page, people.roos);
  return page;
};
const fine = async (page) => assert.deepEqual([...await axe(page), ...await sideways(page), ...page.complaints()], []);
const text = async (page) => (await page.locator('main').innerText()).replaceAll('\u00a0', ' ');
const press = (page, name) => page.getByRole('button', { name, exact: true }).first().click();
const unfold = (page, name) => page.locator('summary', { hasText: name }).first().click();
const download = async (page, name) => {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name }).click()]);
  return readFile(await file.path());
};
const today = () => new Date().toLocaleDateString('sv', { timeZone: 'Europe/Amsterdam' });

/** A statement of one credit, as a bank writes it. */
const statement = (amount, reference, mark) => `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>${mark}</MsgId></GrpHdr><Stmt><Id>${mark}</Id>
<Acct><Id><IBAN>NL91ABNA0417164300</IBAN></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>${today()}</Dt></BookgDt><AcctSvcrRef>${mark}</AcctSvcrRef>
<NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>Zorggroep De Linden</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>BE68539007547034</IBAN></Id></DbtrAcct></RltdPties>
<RmtInf><Strd><CdtrRefInf><Ref>${reference}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>`;

test('an order becomes a delivery, an invoice and money in the bank', async () => {
  const page = await comeIn();
  await page.goto('/settings/seller');
  await page.fill('[name=iban]', 'NL91ABNA0417164301');
  await press(page, 'Opslaan');
  await page.getByText('Dit is geen IBAN').waitFor();
  await fine(page);
  await page.fill('[name=iban]', 'NL91 ABNA 0417 1643 00');
  await press(page, 'Opslaan');
  await page.waitForURL('**/settings/seller');

  // By hand, from here on: the machine of the process would check the credit too.
  await page.goto('/processes');
  await page.getByRole('link', { name: 'Order naar geld' }).first().click();
  await page.getByRole('link', { name: 'Ontwerp' }).first().click();
  await press(page, 'Uitzetten');
  await page.getByRole('button', { name: 'Aanzetten', exact: true }).first().waitFor();

  // An order at De Linden, with a line.
  await page.goto('/orders/new?q=Zorggroep+De+Linden');
  await page.locator('main').getByRole('link', { name: 'Zorggroep De Linden', exact: true }).click();
  await page.fill('[name=day]', today());
  await page.fill('[name=amount]', '2.500,00');
  await page.fill('[name=number]', 'KOSTEN-1');
  await press(page, 'Vastleggen');
  await page.getByRole('link', { name: /^.*$/ }).first().waitFor();
  await page.locator('tr', { hasText: 'KOSTEN-1' }).getByRole('link').first().click();
  const order = new URL(page.url()).pathname;
  await page.goto(`${order}/edit`);
  await page.fill('[id="lines.0.text"]', 'Espressomachine');
  await page.fill('[id="lines.0.quantity"]', '2');
  await page.fill('[id="lines.0.amount"]', '2.500,00');
  await press(page, 'Opslaan');
  await page.waitForURL(`**${order}`);

  // Credit, confirmation as a text, delivery in two parts.
  await press(page, 'Krediet toetsen');
  await page.getByText('Krediet akkoord').first().waitFor();
  await page.getByRole('link', { name: 'Orderbevestiging' }).click();
  assert.match(await page.inputValue('[name=text]'), /2 × Espressomachine[^]*3\.025/);
  await fine(page);
  await press(page, 'De klant heeft de bevestiging');
  await page.waitForURL(`**${order}`);
  const deliver = async (n, signer) => {
    if (!await page.locator('#out-1').isVisible()) await unfold(page, 'Levering vastleggen');
    await page.fill('#out-1', n);
    await page.fill('#out-signer', signer);
    await page.locator('#deliver').getByRole('button', { name: 'Levering vastleggen' }).click();
  };
  await deliver('3', 'M. de Wit');
  await page.getByText('Meer dan er van deze regel nog te leveren is').first().waitFor();
  assert.equal(await page.inputValue('#out-signer'), 'M. de Wit');
  await deliver('1', 'M. de Wit');
  await page.getByText('Deels geleverd').first().waitFor();
  await deliver('1', 'J. Smit');
  await page.getByText('Getekend door J. Smit').waitFor();
  await fine(page);

  // The invoice: a draft without a number, then sent.
  await press(page, 'Factureer wat geleverd is');
  await page.waitForURL('**/invoices/*');
  assert.match(await text(page), /Factuur, Concept/);
  await press(page, 'Versturen');
  await page.getByText(/Factuur \d{4}-\d{4}/).first().waitFor();
  const said = await text(page);
  const number = said.match(/\d{4}-\d{4}/)[0];
  const reference = said.match(/RF\d{2}\w+/)[0];
  assert.match(said, /2\.500[^]*Btw 21 %[^]*525[^]*3\.025/);
  await fine(page);
  const invoice = new URL(page.url()).pathname;

  const ubl = (await download(page, 'E-factuur (UBL)')).toString();
  for (const want of [`<cbc:ID>${number}</cbc:ID>`, '<cbc:PayableAmount currencyID="EUR">3025.00</cbc:PayableAmount>', '<cbc:TaxAmount currencyID="EUR">525.00</cbc:TaxAmount>', reference, 'NL91ABNA0417164300']) {
    assert.ok(ubl.includes(want), `${want} is not in\n${ubl}`);
  }
  const pdf = await download(page, 'PDF');
  assert.ok(pdf.subarray(0, 5).toString() === '%PDF-' && pdf.length > 10_000);

  // The bank: cut off is refused, the whole pays, twice is refused.
  const send = async (body) => {
    await page.goto('/bank');
    await page.setInputFiles('[name=file]', { name: 'afschrift.xml', mimeType: 'application/xml', buffer: Buffer.from(body) });
    await press(page, 'Inlezen');
  };
  const whole = statement('3025.00', reference, `m${number}`);
  await send(whole.slice(0, -300));
  await page.getByText('Dit bestand breekt af').first().waitFor();
  await send(whole);
  await page.getByText('betalingskenmerk klopt, bedrag klopt').waitFor();
  await fine(page);
  await press(page, 'Boek 1 zekere');
  await page.getByText('Er wacht geen geld op een factuur.').waitFor();
  await send(whole);
  await page.getByText('Dit bestand is al eens ingelezen.').first().waitFor();
  await page.goto(invoice);
  assert.match(await text(page), /Betaald[^]*Openstaand\s*€ ?0/);
  await page.goto(order);
  assert.match(await text(page), /Onderweg\s*Betaald/);
  await fine(page);
});

test('what is open, contracts and the bank are fine on a phone, in the dark and in English', async () => {
  for (const options of [{ size: phone, theme: 'dark' }, { locale: 'en' }]) {
    const page = await comeIn(options);
    for (const path of ['/invoices', '/receivables', '/contracts', '/bank', '/settings/seller']) {
      await page.goto(path);
      await fine(page);
    }
    await page.context().close();
  }
});
