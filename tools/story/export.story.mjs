// A list leaves Kring as a file, as it is shown: as CSV and as a workbook, with
// a thumb in the dark, and without script.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { axe, openBrowser, openKring, people, phone, sideways, signIn, visit } from './house.mjs';

let kring, browser;
before(async () => { [kring, browser] = await Promise.all([openKring(), openBrowser()]); });
after(async () => { await browser?.close(); await kring?.stop(); });

const asked = '/accounts?city=Zwolle&columns=name,city,phone&sort=-name';
const names = (page) => page.locator('kring-table tbody tr[data-href] .name a').allInnerTexts();
const comeIn = async (options) => {
  const page = await visit(browser, kring, options);
  await signIn(page, people.roos);
  await page.goto(asked);
  await page.locator('kring-table tbody tr[data-href]').first().waitFor();
  return page;
};
const take = async (page, what) => {
  await page.locator('[popovertarget=list-more]').click();
  const button = page.getByRole('menuitem', { name: what }).or(page.getByRole('button', { name: what })).first();
  await button.waitFor();
  assert.deepEqual([...await sideways(page)], []);
  const [file] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
};

test('a list leaves as CSV: its rows, its order, its columns', async () => {
  const page = await comeIn();
  const shown = await names(page);
  const { name, bytes } = await take(page, 'Exporteren als CSV');
  assert.match(name, /^relaties-\d{4}-\d{2}-\d{2}\.csv$/);
  const lines = bytes.toString('utf8').replace('\ufeff', '').trim().split('\r\n');
  assert.equal(lines[0], 'Naam;Plaats;Telefoon');
  assert.deepEqual(lines.slice(1).map((line) => line.split(';')[0].replaceAll('"', '')), shown);
  assert.ok(lines.slice(1).every((line) => line.split(';')[1] === 'Zwolle'));
  assert.deepEqual([...await axe(page), ...page.complaints()], []);
  await page.context().close();
});

test('and as a workbook, on a phone in the dark', async () => {
  const page = await comeIn({ size: phone, theme: 'dark' });
  const { name, bytes } = await take(page, 'Exporteren als Excel');
  assert.match(name, /\.xlsx$/);
  assert.equal(bytes.subarray(0, 2).toString(), 'PK');
  assert.deepEqual([...await axe(page), ...page.complaints()], []);
  await page.context().close();
});

test('without script too', async () => {
  const page = await comeIn({ javaScript: false });
  const { name, bytes } = await take(page, 'Exporteren als Excel');
  assert.match(name, /\.xlsx$/);
  assert.ok(bytes.length > 1000);
  await page.context().close();
});
