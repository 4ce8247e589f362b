// The same relation twice: said while it is made, found at night, and decided
// about with both beside each other.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { axe, openBrowser, openKring, people, phone, sideways, signIn, visit } from './house.mjs';

let kring, browser;
before(async () => { [kring, browser] = await Promise.all([openKring(), openBrowser()]); });
after(async () => { await browser?.close(); await kring?.stop(); });

const comeIn = async (options) => {
  const page = await visit(browser, kring, { allow: [422], ...options });
  await signIn(page, people.roos);
  return page;
};
const fine = async (page) => assert.deepEqual([...await axe(page), ...await sideways(page), ...page.complaints()], []);
const make = async (page, name, number) => {
  await page.goto('/accounts/new');
  await page.fill('input[name=name]', name);
  await page.fill('[name="phones.0.number"]', number);
  await page.fill('[name="addresses.0.city"]', 'Zwolle');
  await page.press('input[name=name]', 'Enter');
};
const record = /\/accounts\/[0-9a-f]{8}-/;

test('who makes what is there already hears so, with the reason', async () => {
  const page = await comeIn();
  await make(page, 'Timmerbedrijf Wiegersma', '038 425 12 00');
  await page.waitForURL(record);
  await make(page, 'Wiegersma Timmerbedrijf B.V.', '038-4251200');
  const warning = page.locator('.alike');
  await warning.waitFor();
  assert.match(await warning.innerText(), /Deze staat er misschien al\.[^]*Timmerbedrijf Wiegersma[^]*zelfde naam, zelfde telefoon/);
  assert.equal(await page.inputValue('input[name=name]'), 'Wiegersma Timmerbedrijf B.V.');
  await fine(page);
  await page.getByRole('button', { name: 'Toch aanmaken' }).click();
  await page.waitForURL(record);
  assert.match(await page.locator('h1').innerText(), /Wiegersma Timmerbedrijf B\.V\./);
  await page.context().close();
});

test('the pair is found, compared, kept apart and taken back, by keyboard', async () => {
  const page = await comeIn();
  await page.goto('/duplicates');
  await page.locator('.pairs-settings > summary').click();
  await page.getByRole('button', { name: 'Nu zoeken' }).click();
  const row = page.locator('#rows-body tr', { hasText: 'Wiegersma' });
  for (let n = 0; n < 40 && !(await row.count()); n++) {
    await page.waitForTimeout(500);
    await page.goto('/duplicates');
  }
  assert.equal(await row.count(), 1);
  await fine(page);
  await page.locator('#rows').waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/duplicates\/[0-9a-f]{8}-/);
  await page.goto('/duplicates');
  await row.locator('a').first().click();
  await page.waitForURL(/\/duplicates\/[0-9a-f]{8}-/);
  const pair = new URL(page.url()).pathname;
  assert.match(await page.locator('main').innerText(), /Waarschijnlijk dezelfde 99%: zelfde naam/);
  await page.locator('details.fold > summary').first().click();
  assert.match(await page.locator('.pair-sum').innerText(), /\+\d/);
  await fine(page);
  await page.getByRole('button', { name: 'Apart houden' }).click();
  await page.waitForURL((url) => url.pathname === '/duplicates');
  assert.equal(await row.count(), 0);
  await page.goto('/duplicates?state=apart');
  assert.equal(await row.count(), 1);
  await page.goto(pair);
  await page.getByRole('button', { name: 'Weer open' }).click();
  await page.waitForURL((url) => url.pathname === pair);
  await page.goto('/duplicates');
  assert.equal(await row.count(), 1);
  await page.context().close();
});

test('on a phone, in the dark and without script', async () => {
  for (const options of [{ size: phone }, { size: phone, theme: 'dark' }, { javaScript: false }]) {
    const page = await comeIn(options);
    await page.goto('/duplicates');
    if (options.javaScript !== false) await fine(page);
    await page.locator('#rows-body tr', { hasText: 'Wiegersma' }).locator('a').first().click();
    await page.waitForURL(/\/duplicates\/[0-9a-f]{8}-/);
    if (options.javaScript !== false) await fine(page);
    await page.locator('.pair-later > summary').click();
    await page.fill('input[name=until]', '2020-01-01');
    await page.getByRole('button', { name: 'Uitstellen' }).click();
    await page.getByText('Kies een dag na vandaag').first().waitFor();
    await page.context().close();
  }
});
