// The list that people live in: search, filter, sort, edit in place, choose,
// two tabs at once; by keyboard, by thumb, and without script.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { axe, openBrowser, openKring, people, phone, sideways, signIn, visit } from './house.mjs';

let kring, browser;
before(async () => { [kring, browser] = await Promise.all([openKring(), openBrowser()]); });
after(async () => { await browser?.close(); await kring?.stop(); });

const rows = (page) => page.locator('kring-table tbody tr[data-href]');
const names = (page) => page.locator('kring-table tbody tr[data-href] .name a').allInnerTexts();
const comeIn = async (options) => {
  const page = await visit(browser, kring, options);
  await signIn(page, options?.as ?? people.roos);
  await page.goto('/accounts');
  await rows(page).first().waitFor();
  return page;
};
const fine = async (page) => assert.deepEqual([...await axe(page), ...await sideways(page), ...page.complaints()], []);

test('typing in the search box narrows the list and the address follows', async () => {
  const page = await comeIn();
  await page.fill('#list-q', 'linden');
  await page.waitForFunction(() => document.querySelectorAll('kring-table tbody tr[data-href]').length < 10);
  assert.ok((await names(page)).some((name) => name.includes('De Linden')), await names(page));
  await page.waitForURL('**/accounts?*q=linden*');
  await page.reload();
  assert.equal(await page.inputValue('#list-q'), 'linden');
  await fine(page);
  await page.context().close();
});

test('a filter is a sentence, and the address holds it', async () => {
  const page = await comeIn();
  await page.keyboard.press('f');
  await page.locator('.menu-content button[name=field][value=city]').first().click();
  const value = page.locator('.menu-content .filter-form input[name=value]').first();
  await value.fill('Zwolle');
  await fine(page);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/accounts?*city=*Zwolle*');
  await rows(page).first().waitFor();
  const count = await rows(page).count();
  assert.ok(count > 0 && count < 50);
  for (const row of await rows(page).all()) assert.match(await row.innerText(), /Zwolle/);
  await fine(page);

  // Somebody else, with the same address and less reach, sees less.
  const other = await comeIn({ as: people.sanne });
  await other.goto(new URL(page.url()).pathname + new URL(page.url()).search);
  assert.ok(await rows(other).count() <= count);
  await fine(other);
  for (const one of [page, other]) await one.context().close();
});

test('what the address asks and nobody knows is said, not a failure', async () => {
  const page = await comeIn({ allow: [422] });
  await page.goto('/accounts?bogus=1&size=gte:veel&created_at=after:2026-13-40&sort=-nothing');
  assert.ok(await page.getByRole('alert').count() > 0);
  assert.ok(await rows(page).count() > 0);
  await fine(page);
  await page.context().close();
});

// A cell is clicked beside its link: the link calls or writes.
const beside = async (cell) => {
  const box = await cell.boundingBox();
  await cell.click({ position: { x: box.width - 4, y: 4 } });
};
const typed = '[name]:not([type=hidden])';

test('a cell is edited where it stands', async () => {
  const page = await comeIn({ allow: [422] });
  const href = await rows(page).first().getAttribute('data-href');
  const cell = page.locator(`tr[data-href="${href}"] td[data-edit*="phone"]`);
  await beside(cell);
  await cell.locator(typed).fill('038 456');
  await fine(page);
  await page.keyboard.press('Enter');
  await page.locator('td.failed').waitFor(); // too short: said in the cell, and kept
  assert.equal(await page.locator(`td.failed ${typed}`).inputValue(), '038 456');
  await fine(page);
  await page.locator(`td.failed ${typed}`).fill('0031 38 456 78 90');
  await page.keyboard.press('Tab');
  await page.waitForFunction((to) => document.querySelector(`tr[data-href="${to}"]`).innerText.includes('038 456 7890'), href);
  await page.keyboard.press('Escape');
  await page.reload();
  assert.match(await page.locator(`tr[data-href="${href}"]`).innerText(), /038 456 7890/);
  await page.context().close();
});

test('two tabs edit the same cell: the second is told, and nothing is lost', async () => {
  const [one, two] = [await comeIn({ allow: [409] }), await comeIn({ allow: [409], as: people.sanne })];
  for (const page of [one, two]) await page.goto('/accounts?q=linden&columns=email');
  const href = await rows(one).first().getAttribute('data-href');
  const cell = (page) => page.locator(`tr[data-href="${href}"] td[data-edit*="email"]`);
  await beside(cell(one));
  await beside(cell(two));
  await cell(one).locator(typed).fill('eerste@delinden.example');
  await cell(two).locator(typed).fill('tweede@delinden.example');
  await cell(one).locator(typed).press('Enter');
  await one.waitForFunction((to) => document.querySelector(`tr[data-href="${to}"]`).innerText.includes('eerste@'), href);
  await cell(two).locator(typed).press('Enter');
  await two.locator('td.failed').waitFor();
  assert.equal(await two.locator(`td.failed ${typed}`).inputValue(), 'tweede@delinden.example');
  assert.deepEqual(await axe(two), []);
  await two.goto('/accounts?q=linden&columns=email');
  assert.match(await two.locator(`tr[data-href="${href}"]`).innerText(), /eerste@delinden/);
  for (const page of [one, two]) {
    assert.deepEqual(page.complaints(), []);
    await page.context().close();
  }
});

test('by keyboard: down, tick, tag what was chosen', async () => {
  const page = await comeIn();
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await page.locator('.bulk').waitFor();
  assert.match(await page.locator('.bulk').innerText(), /2/);
  await fine(page);
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.locator('#keymap[open]').waitFor();
  await fine(page);
  await page.context().close();
});

test('with a thumb', async () => {
  const page = await comeIn({ size: phone, theme: 'dark' });
  await fine(page);
  await rows(page).first().click();
  await page.waitForURL('**/accounts/*');
  await page.context().close();
});

test('without script: search, filter, sort, page on', async () => {
  const page = await comeIn({ javaScript: false, locale: 'en' });
  await page.fill('#list-q', 'kantoor');
  await page.press('#list-q', 'Enter');
  await page.waitForURL('**/accounts?*q=kantoor*');
  assert.ok(await rows(page).count() > 0);
  await page.goto('/accounts?sort=-name');
  const last = await names(page);
  await page.goto('/accounts');
  assert.notDeepEqual(await names(page), last);
  const more = page.locator('a[href*="cursor="]').first();
  const first = await names(page);
  await more.click();
  await page.waitForURL('**cursor=**');
  const next = await names(page);
  assert.equal(next.filter((name, i) => first[i] === name).length < 5, true);
  assert.deepEqual(page.complaints(), []);
  await page.context().close();
});

test('the first page is light', async () => {
  const page = await visit(browser, kring);
  await signIn(page, people.sanne);
  const fresh = await visit(browser, kring); // nothing in its cache
  await fresh.context().addCookies(await page.context().cookies());
  const network = await fresh.context().newCDPSession(fresh);
  await network.send('Network.enable');
  let bytes = 0, requests = 0;
  network.on('Network.loadingFinished', (e) => { bytes += e.encodedDataLength; });
  network.on('Network.requestWillBeSent', (e) => { if (!e.request.url.startsWith('data:')) requests++; });
  await fresh.goto('/accounts');
  await fresh.waitForLoadState('networkidle');
  assert.ok(requests <= 8, `${requests} requests`);
  assert.ok(bytes <= 150_000, `${bytes} bytes`);
  console.log(`first page: ${requests} requests, ${Math.round(bytes / 1000)} kB`);
  for (const one of [page, fresh]) await one.context().close();
});
