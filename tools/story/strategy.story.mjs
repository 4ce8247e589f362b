// What do we call a customer, who is worth what, and how central are they? The
// board chooses a definition and the ring counts by it at once; the pyramid and
// its figures show their sums; a team climbs the ladder.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { axe, desk, openBrowser, openKring, people, phone, sideways, signIn, visit } from './house.mjs';

let kring, browser;
before(async () => { [kring, browser] = await Promise.all([openKring(), openBrowser()]); });
after(async () => { await browser?.close(); await kring?.stop(); });

const comeIn = async (who, options) => {
  const page = await visit(browser, kring, { allow: [403, 404, 409, 422], ...options });
  await signIn(page, { ...people.roos, email: `${who}@brandt.example` });
  return page;
};
const fine = async (page) => assert.deepEqual([...await axe(page), ...await sideways(page), ...page.complaints()], []);
const text = async (page) => (await page.locator('main').innerText()).replaceAll('\u00a0', ' ');
/** Looks at the page again until it says what it should. */
const until = async (page, path, ready) => {
  for (let n = 0; n < 400; n++) {
    await page.goto(path);
    if (await ready()) return;
    await page.waitForTimeout(250);
  }
  assert.fail(`${path} never came to what was waited for:\n${await text(page)}`);
};

const thresholds = { buys: 'min_purchases_for_customer', loyal: 'loyal_min_purchases', within: 'loyal_window_months', quiet: 'inactive_after_months' };
const propose = async (page, name, numbers) => {
  await page.goto('/settings/definition/new');
  await page.fill('[name=name]', name);
  for (const [key, n] of Object.entries(numbers)) await page.fill(`[name=${thresholds[key]}]`, n);
  await page.getByRole('button', { name: 'Toevoegen' }).click();
};
const card = (page, name) => page.locator('.definitions > li', { has: page.getByRole('heading', { name, exact: true }) });
const figures = async (locator) => {
  const all = {};
  for (const one of await locator.locator('dl > div, dl .fact').all()) {
    const [label, value] = (await one.innerText()).split(/\n+/);
    all[label.trim()] = Number(value.replaceAll('.', ''));
  }
  return all;
};

test('the board chooses what a customer is, and the ring counts by it at once', async () => {
  const page = await comeIn('daan');
  await propose(page, 'Wie vaak koopt', { loyal: '0', within: '601' });
  await page.locator('.field-error').nth(1).waitFor();
  assert.match(await text(page), /tussen 1 en 1\.000[^]*tussen 1 en 600/);
  assert.equal(await page.inputValue('[name=name]'), 'Wie vaak koopt');
  await fine(page);
  await propose(page, 'Wie vaak koopt', { buys: '4', loyal: '3' });
  await page.getByText('Wie loyaal is, kocht minstens zo vaak als wie klant is.').waitFor();

  await propose(page, 'Wie vaak koopt', { buys: '2', loyal: '5' });
  await page.waitForURL('**/settings/definition');
  await propose(page, 'Wie elk uur koopt', { loyal: '900', within: '1' });
  await page.waitForURL('**/settings/definition');
  await until(page, '/settings/definition', async () => (await page.locator('.definitions details').count()) >= 4 && await page.locator('progress, [role=progressbar]').count() === 0);
  const [now, often] = [await figures(card(page, 'Wie koopt')), await figures(card(page, 'Wie vaak koopt'))];
  assert.equal(now.Potentieel + now.Nieuw + now.Loyaal + now['Ex-klant'], 321);
  assert.equal(often.Potentieel + often.Nieuw + often.Loyaal + often['Ex-klant'], 321);
  assert.ok(often.Loyaal < now.Loyaal && often.Potentieel > now.Potentieel, JSON.stringify({ now, often }));
  assert.match(await card(page, 'Wie elk uur koopt').innerText(), /Niemand haalt de regel voor loyaal\./);
  await fine(page);

  await page.goto('/kring');
  const counted = (all, figures) => { for (const [phase, n] of Object.entries(figures)) assert.match(all, new RegExp(`${phase}\\s+${n}\\b`)); };
  assert.match(await text(page), /Geteld volgens: wie koopt, versie 1/);
  counted(await text(page), now);
  await page.goto('/settings/definition');
  const choice = card(page, 'Wie vaak koopt');
  await choice.locator('summary').click();
  await choice.getByRole('button', { name: 'Deze kiezen' }).click();
  await page.getByText('Schrijf op waarom.').waitFor();
  await fine(page);
  await choice.getByLabel('Waarom?').fill('Eén aankoop is nog geen klant.');
  await choice.getByRole('button', { name: 'Deze kiezen' }).click();
  await page.waitForURL('**/settings/definition');
  assert.match(await card(page, 'Wie vaak koopt').innerText(), /Geldt nu/);
  assert.match(await page.locator('#choices li').first().innerText(), /Wie vaak koopt, gekozen door Daan Kuipers\s+Eén aankoop is nog geen klant\./);
  await page.goto('/kring');
  assert.match(await text(page), /Geteld volgens: Wie vaak koopt, versie 4/);
  counted(await text(page), often);
  await page.context().close();

  const sanne = await comeIn('sanne');
  await sanne.goto('/settings/definition');
  assert.equal(await sanne.getByRole('button', { name: 'Intrekken' }).count(), 0);
  await sanne.getByRole('button', { name: 'Gelezen' }).click();
  await sanne.getByText('Jij las dit: vandaag.').waitFor();
  await sanne.locator('summary', { hasText: '1 van 13 medewerkers' }).click();
  assert.match(await card(sanne, 'Wie vaak koopt').innerText(), /Sanne de Wit\s+vandaag/);
  await fine(sanne);
  await sanne.goto('/ladder');
  assert.match(await text(sanne), /Wat hier een klant heet, is gelezen door 1 van 13 \(7,7%\)\./);
  await sanne.context().close();
});

test('the pyramid, its scores, new customers and their value', async () => {
  const page = await comeIn('daan');
  await page.goto('/pyramid');
  const compute = page.getByRole('button', { name: 'Reken uit' });
  if (await compute.count()) await compute.click();
  await until(page, '/pyramid', async () => await page.locator('table.pyramid').count() === 1 && await page.locator('.alert').count() === 0);
  const counts = await page.locator('table.pyramid tbody td:nth-child(3)').allInnerTexts();
  assert.equal(counts.reduce((sum, one) => sum + Number(one), 0), 321);
  await fine(page);
  await page.locator('.layer-top').getByRole('link').first().click();
  await page.waitForURL('**/accounts?class=top*');
  assert.equal(await page.locator('#rows-body tr').count(), Number(counts[0]));
  await page.goto('/pyramid?day=2999-01-01');
  await page.getByText('tot en met vandaag').waitFor();
  await fine(page);

  await page.goto('/pyramid/rfm');
  assert.equal(await page.locator('table.matrix tbody td').count(), 25);
  const cell = page.locator('table.matrix td a').first();
  const n = Number(await cell.locator('strong').innerText());
  await cell.click();
  await page.waitForURL('**/accounts?frequency=*');
  assert.equal(await page.locator('#rows-body tr').count(), n);

  await page.goto('/pyramid/new?cost=15000');
  assert.match(await text(page), /van nieuwe klanten ÷ [^]* = [\d,]+%[^]*€ 15\.000 ÷ \d+ nieuwe klanten = €/);
  await page.goto('/pyramid/new?cost=veel');
  await page.getByText('Dit is geen bedrag.').waitFor();
  await fine(page);

  await page.goto('/pyramid/value');
  const kept = await page.inputValue('[name=retention]');
  const [, part, whole, share] = (await text(page)).match(/Behoud komt uit de ring[^:]*: (\d+) ÷ (\d+) klanten = ([\d,]+)%/);
  assert.equal(kept, share);
  assert.equal((100 * part / whole).toFixed(1).replace('.', ',').replace(',0', ''), share.replace(',0', ''));
  await fine(page);
  await page.fill('[name=margin]', '2000');
  await page.fill('[name=retention]', '80');
  await page.fill('[name=discount]', '10');
  await page.getByRole('button', { name: 'Reken', exact: true }).click();
  await page.getByText('€ 5.333').first().waitFor();
  assert.match(await text(page), /2\.000 × 0,800 ÷ 0,300 = € 5\.333[^]*2\.000 × 1,100 ÷ 0,300 = € 7\.333/);
  await page.fill('[name=retention]', '100');
  await page.fill('[name=discount]', '0');
  await page.getByRole('button', { name: 'Reken', exact: true }).click();
  await page.getByText('oneindig veel waard').waitFor();
  assert.equal(await page.locator('.figure').count(), 0);
  await fine(page);
  await page.getByRole('link', { name: 'Bekijk de som' }).click();
  await page.waitForURL('**/kring?*');
  assert.match(await text(page), new RegExp(`Retentie\\s+${Math.round(100 * part / whole)}%`));
  await page.context().close();
});

let scan;

test('a team scores the ladder; the weakest step shows, and the board acts', async () => {
  const sanne = await comeIn('sanne');
  await sanne.goto('/ladder');
  assert.match(await text(sanne), /Nog geen team vulde alle treden in\./);
  assert.equal(await sanne.locator('select[name=team] option').count(), 1, 'her own team only');
  await sanne.getByRole('button', { name: 'Scan openen' }).click();
  await sanne.waitForURL((u) => /^\/ladder\/./.test(u.pathname));
  scan = new URL(sanne.url()).pathname;
  for (const [rung, level] of [['awareness', '4'], ['insight', '3'], ['orientation', '2'], ['friendliness', '3'], ['satisfaction', '3']]) {
    await sanne.selectOption(`[name="${rung}.level"]`, level);
    await sanne.fill(`[name="${rung}.evidence"]`, 'Staat in het handboek.');
  }
  await sanne.getByRole('button', { name: 'Opslaan' }).click();
  await sanne.getByText('heeft een meting nodig').first().waitFor();
  assert.equal(await sanne.inputValue('[name="insight.evidence"]'), 'Staat in het handboek.');
  await fine(sanne);
  await sanne.fill('[name="awareness.figure"]', '/pyramid/rfm');
  await sanne.getByRole('button', { name: 'Opslaan' }).click();
  await sanne.getByText('Dit team staat stil op Klantgerichtheid.').waitFor();
  assert.equal(await sanne.getByRole('button', { name: 'Besproken met de directie' }).count(), 0);
  await sanne.goto('/ladder');
  assert.match(await text(sanne), /Jullie staan stil op trede 3: Klantgerichtheid\./);
  assert.match(await sanne.locator('.ladder-stuck').innerText(), /3\. Klantgerichtheid[^]*2/);
  await fine(sanne);

  const daan = await comeIn('daan');
  await daan.goto(scan);
  await daan.getByRole('button', { name: 'Besproken met de directie' }).click();
  await daan.getByLabel('Wat gaan jullie doen om te klimmen?').fill('Elke stap krijgt een eigenaar.');
  await daan.fill('[name=due]', '2020-01-01');
  await daan.getByRole('button', { name: 'Actie bewaren' }).click();
  await daan.getByText('vanaf vandaag').first().waitFor();
  await fine(daan);
  await daan.fill('[name=due]', new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10));
  await daan.getByRole('button', { name: 'Actie bewaren' }).click();
  await daan.locator('#climb').getByText('Elke stap krijgt een eigenaar.').waitFor();
  await sanne.goto(scan);
  assert.equal(await sanne.locator('[name="insight.level"]').count(), 0, 'what was discussed stays');
  await fine(sanne);
  for (const page of [sanne, daan]) await page.context().close();
});

const addresses = ['/settings/definition', '/settings/definition/new', '/pyramid', '/pyramid/rfm', '/pyramid/new?cost=15000', '/pyramid/value?margin=2000&retention=80&discount=10&cost=1250', '/ladder'];

for (const [who, locale, theme, size] of [['daan', 'nl', 'dark', phone], ['claire', 'en', 'light', phone], ['claire', 'en', 'dark', desk]]) {
  test(`in ${locale}, ${theme}, ${size.width} wide`, async () => {
    const page = await comeIn(who, { locale, theme, size });
    for (const address of [...addresses, scan]) {
      const answer = await page.goto(address);
      if (answer.status() === 403) continue; // Claire chooses no definition
      assert.equal(answer.status(), 200, address);
      await fine(page);
    }
    await page.context().close();
  });
}
