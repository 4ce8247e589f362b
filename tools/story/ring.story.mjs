// The ring of one relation: from potential through orders to loyal, gone, back for
// a second turn, ended by two of us, and let in again; its ring, badge, story and
// path say so. A first order of new business is handed over.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { axe, desk, openBrowser, openKring, people, phone, sideways, signIn, visit } from './house.mjs';

let kring, browser;
before(async () => { [kring, browser] = await Promise.all([openKring(), openBrowser()]); });
after(async () => { await browser?.close(); await kring?.stop(); });

const comeIn = async (who, options) => {
  const page = await visit(browser, kring, { allow: [404, 409, 422], ...options });
  await signIn(page, { ...people.roos, email: `${who}@brandt.example` });
  return page;
};
const fine = async (page) => assert.deepEqual([...await axe(page), ...await sideways(page), ...page.complaints()], []);
const text = (page) => page.locator('main').innerText();
const ago = (days) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
const record = /\/accounts\/[0-9a-f]{8}-[^/]*$/;

const make = async (page, name) => {
  await page.goto('/accounts/new');
  await page.fill('input[name=name]', name);
  await page.press('input[name=name]', 'Enter');
  await page.waitForURL((u) => record.test(u.pathname));
  return new URL(page.url()).pathname;
};
const order = async (page, at, day, amount) => {
  await page.goto(`${at}/orders`);
  await page.fill('input[name=day]', day);
  await page.fill('input[name=amount]', amount);
  await page.getByRole('button', { name: 'Vastleggen' }).click();
};
const farewell = async (page, at, kind, day, reason, note) => {
  await page.goto(`${at}/ending?kind=${kind}`);
  await page.selectOption('select[name=reason]', reason);
  await page.fill('input[name=day]', day);
  await page.fill('textarea[name=note]', note);
  await page.getByRole('button', { name: kind === 'ending' ? 'Beëindigen' : 'Vastleggen', exact: true }).click();
  await page.waitForURL((u) => u.pathname === at);
};
const stands = async (page, at, badge, ring, story) => {
  await page.goto(at);
  assert.equal(await page.locator('.heading .badge').innerText(), badge);
  assert.match(await page.locator('.heading svg.ring').getAttribute('aria-label'), ring);
  assert.match(await text(page), story);
};

let at;

test('a relation goes round: potential, new, loyal, gone, and round again', async () => {
  const page = await comeIn('sanne');
  at = await make(page, 'Brouwerij De Ring');
  await stands(page, at, 'Potentieel', /1e ronde, nu potentieel/, /Kocht nog niets/);

  await order(page, at, ago(-3), '100');
  await page.locator('.field-error').first().waitFor();
  assert.match(await text(page), /kan niet in de toekomst/);
  await fine(page);
  await order(page, at, ago(1000), '-5');
  await page.locator('.field-error').first().waitFor();
  assert.match(await text(page), /bedrag boven nul/);
  assert.equal(await page.inputValue('input[name=amount]'), '-5');

  for (const [days, badge] of [[1000, 'Nieuw'], [900, 'Nieuw'], [800, 'Loyaal']]) {
    await order(page, at, ago(days), '1.250,50');
    await page.waitForURL((u) => u.pathname === at);
    if (days === 1000) continue; // of then: it fell out of the window
    await page.goto(at);
    if (badge === 'Loyaal') assert.match(await text(page), /Loyaal geworden op/);
  }
  await order(page, at, ago(500), '800');
  await page.waitForURL((u) => u.pathname === at);
  await farewell(page, at, 'notice', ago(400), 'price', 'Een ander was goedkoper.');
  await stands(page, at, 'Potentieel', /2e ronde, nu potentieel/, /Vertrok zelf in \d{4} om de prijs, en is weer welkom/);
  await order(page, at, ago(60), '900');
  await page.waitForURL((u) => u.pathname === at);
  await stands(page, at, 'Nieuw', /2e ronde, nu nieuw/, /Tweede ronde\. Vertrok zelf in \d{4} om de prijs, kwam terug in \d{4}/);
  await fine(page);
  await page.goto('/accounts?q=brouwerij+de+ring');
  assert.equal(await page.locator('#rows .badge').first().innerText(), 'Nieuw');
  assert.equal(await page.locator('#rows svg.ring[width="1.75rem"]').count(), 1);
  await page.context().close();
});

test('an order and its lines are changed, and what two people changed is shown', async () => {
  const [one, two] = [await comeIn('sanne'), await comeIn('daan')];
  await one.goto(at);
  const href = await one.locator('#orders a[href^="/orders/"]').first().getAttribute('href');
  for (const page of [one, two]) await page.goto(`${href}/edit`);
  await one.fill('[name=number]', '2026-7');
  await one.locator('[name=line_text]').first().fill('Koffie');
  await one.locator('[name=line_quantity]').first().fill('1,5');
  await one.locator('[name=line_amount]').first().fill('90,00');
  await one.fill('[name=amount]', '');
  await one.getByRole('button', { name: 'Opslaan' }).last().click();
  await one.waitForURL((u) => u.pathname === href);
  assert.match(await text(one), /Koffie · 1,5/);
  await two.fill('[name=number]', '2026-8');
  await two.getByRole('button', { name: 'Opslaan' }).last().click();
  await two.getByText('Iemand anders wijzigde deze order').waitFor();
  assert.match(await text(two), /Iemand anders maakte hiervan: 2026-7/);
  assert.equal(await two.inputValue('[name=number]'), '2026-8');
  await fine(two);
  await two.fill('[name=external_id]', 'R-1');
  await two.getByRole('button', { name: 'Opslaan' }).last().click();
  await two.waitForURL((u) => u.pathname === href);
  assert.match(await text(two), /2026-8/);
  await two.goto(at);
  const other = await two.locator('#orders a[href^="/orders/"]').nth(1).getAttribute('href');
  await two.goto(`${other}/edit`);
  await two.fill('[name=external_id]', 'R-1');
  await two.getByRole('button', { name: 'Opslaan' }).last().click();
  await two.getByText('Een andere order heeft dit externe kenmerk al.').waitFor();
  for (const page of [one, two]) await page.context().close();
});

test('we end it, the two of us; of two at once one has nothing left to end', async () => {
  const [sanne, daan, roos] = [await comeIn('sanne'), await comeIn('daan'), await comeIn('roos')];
  await farewell(sanne, at, 'ending', ago(5), 'non_payment', 'Drie facturen staan open.');
  assert.match(await text(sanne), /Een ander beslist mee/);
  assert.equal(await sanne.getByRole('button', { name: 'Akkoord', exact: true }).count(), 0);
  await roos.goto(`${at}/ending?kind=ending`);
  await roos.selectOption('select[name=reason]', 'does_not_fit');
  await roos.fill('textarea[name=note]', 'Past niet.');
  await roos.getByRole('button', { name: 'Beëindigen', exact: true }).click();
  await roos.getByText('Iemand vroeg al om deze relatie te beëindigen.').waitFor();
  await daan.goto('/decisions');
  await fine(daan);
  const mine = daan.locator('li', { hasText: 'Brouwerij De Ring' });
  await mine.getByRole('button', { name: 'Akkoord', exact: true }).click();
  await daan.waitForURL((u) => u.pathname === at);
  await stands(daan, at, 'Ex-klant', /2e ronde, nu ex-klant/, /Door ons beëindigd in \d{4} omdat rekeningen openbleven/);
  await daan.getByRole('link', { name: 'Weer toelaten' }).click();
  await daan.fill('textarea[name=note]', 'Alles is betaald.');
  await daan.getByRole('button', { name: 'Toelaten' }).click();
  await daan.waitForURL((u) => u.pathname === at);
  await stands(daan, at, 'Potentieel', /3e ronde, nu potentieel/, /Door ons beëindigd, en in \d{4} weer toegelaten/);
  const path = await daan.locator('#path').innerText();
  for (const step of [/Weer toegelaten op/, /Door ons beëindigd op/, /akkoord: Daan Kuipers/, /Zelf vertrokken op/, /In beeld sinds/]) assert.match(path, step);
  await Promise.all([
    daan.waitForEvent('framenavigated'),
    daan.locator('form[action$="/bin"] button').first().evaluate((b) => b.form.requestSubmit(b)),
  ]);
  await daan.goto(`${at}/orders`);
  assert.equal(await daan.locator('#new-order').count(), 0, 'no order for who lies in the bin');
  for (const page of [sanne, daan, roos]) await page.context().close();
});

test('a first order of new business is handed over', async () => {
  const bram = await comeIn('bram');
  const theirs = await make(bram, 'Kapper Overzee');
  await order(bram, theirs, ago(1), '250');
  await bram.waitForURL((u) => u.pathname === theirs);
  assert.match(await bram.locator('#handover').innerText(), /Bram Willems draagt over aan/);
  await fine(bram);
  await bram.locator('#handover').getByRole('link', { name: 'Wijzigen' }).click();
  await bram.selectOption('select[name=to]', { label: 'Sanne de Wit, Accountmanager' });
  await bram.getByRole('button', { name: 'Opslaan' }).click();
  await bram.getByText('Overdracht gewijzigd.').first().waitFor();
  const sanne = await comeIn('sanne');
  await sanne.goto(theirs);
  assert.match(await text(sanne), /Je ziet deze relatie tot je antwoordt/);
  await fine(sanne);
  await sanne.locator('#handover').getByRole('button', { name: 'Overnemen' }).click();
  await sanne.waitForURL((u) => u.pathname === theirs);
  await sanne.goto(theirs);
  assert.match(await sanne.locator('.heading').innerText(), /Sanne de Wit/);
  const gone = await bram.goto(theirs);
  assert.equal(gone.status(), 404);
  for (const page of [bram, sanne]) await page.context().close();
});

test('on a phone, in the dark, in English', async () => {
  const page = await comeIn('claire', { locale: 'en', theme: 'dark', size: phone });
  for (const address of ['/accounts', '/orders', '/handovers']) {
    await page.goto(address);
    await fine(page);
  }
  await page.goto('/handovers');
  await page.locator('.handover-row a').first().click();
  assert.match(await text(page), /The first order is in/);
  await fine(page);
  await page.context().close();
  const wide = await comeIn('daan', { theme: 'dark', size: desk });
  for (const address of ['/orders', '/handovers', '/decisions']) {
    await wide.goto(address);
    await fine(wide);
  }
  await wide.context().close();
});
