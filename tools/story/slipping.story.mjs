// Who is slipping away: five hundred relations with two years of orders are
// imported, the models are fitted, and somebody works through the list.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { axe, command, openBrowser, openKring, people, phone, sideways, signIn, visit } from './house.mjs';

let kring, browser;

/** The same invented orders every time: rates, leaving and amounts differ by customer. */
function orders(count) {
  let seed = 1899;
  const chance = () => { seed = (seed * 1103515245 + 12345) % 2147483648; return (seed + 1) / 2147483649; };
  const wait = (mean) => -mean * Math.log(chance());
  const day = 86_400_000, today = Math.floor(Date.now() / day);
  const firms = ['naam,klantnummer,rechtsvorm'], rows = ['klantnummer,datum,bedrag'];
  for (let n = 1; n <= count; n++) {
    firms.push(`Proefklant ${n},P${n},BV`);
    const mean = 15 + wait(60), amount = 40 + wait(300), stays = wait(900);
    const born = today - 60 - Math.floor(chance() * 640);
    for (let at = born; at < Math.min(today, born + stays); at += 1 + Math.floor(wait(mean))) {
      rows.push(`P${n},${new Date(at * day).toISOString().slice(0, 10)},${(amount * (0.6 + 0.8 * chance())).toFixed(2)}`);
    }
  }
  return { firms: firms.join('\n'), rows: rows.join('\n') };
}

before(async () => {
  [kring, browser] = await Promise.all([openKring(), openBrowser()]);
  const { firms, rows } = orders(500);
  const file = (name, text) => { const path = join(kring.data, name); writeFileSync(path, text); return path; };
  const as = ['--as', people.roos.email];
  command(kring.data, ['import', 'accounts', file('firms.csv', firms), '--map', 'naam=name,klantnummer=external_id,rechtsvorm=legal_form', '--twins', 'create', ...as]);
  command(kring.data, ['import', 'orders', file('orders.csv', rows), '--map', 'klantnummer=account,datum=day,bedrag=amount', ...as]);
});
after(async () => { await browser?.close(); await kring?.stop(); });

const comeIn = async (options) => {
  const page = await visit(browser, kring, { allow: [422], ...options });
  await signIn(page, people.roos);
  return page;
};
const fine = async (page) => assert.deepEqual([...await axe(page), ...await sideways(page), ...page.complaints()], []);

test('the models are fitted, and say how well they do', async () => {
  const page = await comeIn();
  await page.goto('/slipping/model');
  await page.getByRole('button', { name: 'Nu berekenen' }).click();
  let text = '';
  for (let n = 0; n < 240; n++) { // there may be a computation from before the import
    await page.goto('/slipping/model');
    text = await page.locator('main').innerText();
    if (/met een order: (5\d\d|[6-9]\d\d|[\d.]{5,});[^]*Bekend tot en met/.test(text)) break;
    await page.waitForTimeout(500);
  }
  assert.match(text, /Pareto\/NBD[^]*±[^]*MBG\/NBD[^]*Gamma-Gamma/);
  assert.match(text, /Over de \d+ weken daarna verwachtte het [\d.]+ herhaalaankopen; het werden er [\d.]+\./);
  await page.locator('#sanity .fold > summary').click();
  assert.ok(await page.locator('#sanity tbody tr').count() > 60);
  await fine(page);
  await page.context().close();
});

test('who is at risk stands in words with one proposal; later is later', async () => {
  const page = await comeIn();
  await page.goto('/slipping');
  const first = page.locator('.slip', { hasText: 'Proefklant' }).first();
  assert.match(await first.innerText(), /Proefklant \d+[^]*(ritme|kans)[^]*Nog te behouden/i);
  assert.equal(await first.locator('.slip-deeds > .button').count(), 1);
  await fine(page);
  const name = await first.locator('.slip-name a').innerText();
  await first.locator('summary').click();
  await first.getByRole('button', { name: 'Uitstellen' }).click();
  await page.waitForURL('**/slipping');
  assert.equal(await page.locator('.slip-name a', { hasText: new RegExp(`^${name}$`) }).count(), 0);
  await page.goto('/slipping?show=later');
  assert.equal(await page.locator('.slip').count(), 1);
  await fine(page);
  await page.getByRole('button', { name: 'Terug op de lijst' }).click();
  await page.goto('/slipping');
  assert.equal(await page.locator('.slip-name a', { hasText: new RegExp(`^${name}$`) }).count(), 1);
  await page.getByRole('link', { name: 'Volgende' }).click();
  assert.equal(await page.locator('.slip').count(), 25);
  await page.context().close();
});

test('the relation says the same; on a phone, in English, in the dark', async () => {
  const page = await comeIn({ size: phone, theme: 'dark' });
  await page.goto('/slipping');
  await fine(page);
  await page.locator('.slip-name a', { hasText: 'Proefklant' }).first().click();
  await page.locator('#outlook').waitFor();
  assert.match(await page.locator('#outlook').innerText(), /Kans nog klant[^]*%/);
  await fine(page);
  await page.goto('/slipping/model');
  await fine(page);
  await page.context().close();
});
