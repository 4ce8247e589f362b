// One relation from beginning to bin: made, edited, edited by two at once,
// walked through, thrown away and fetched back; and the palette that finds it.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { axe, openBrowser, openKring, people, sideways, signIn, visit } from './house.mjs';

let kring, browser;
before(async () => { [kring, browser] = await Promise.all([openKring(), openBrowser()]); });
after(async () => { await browser?.close(); await kring?.stop(); });

const comeIn = async (options) => {
  const page = await visit(browser, kring, options);
  await signIn(page, options?.as ?? people.sanne);
  return page;
};
const fine = async (page) => assert.deepEqual([...await axe(page), ...await sideways(page), ...page.complaints()], []);
const send = (page, form) => page.locator(`form[action*="${form}"] button[type=submit]`).last().click();

test('a relation is made; what is wrong is said at the field', async () => {
  const page = await comeIn({ allow: [422] });
  await page.goto('/accounts');
  await page.keyboard.press('r');
  await page.waitForURL('**/accounts/new**');
  await page.locator('details:has(input[name=kvk]):not([open]) > summary').click();
  await page.fill('input[name=kvk]', '12');
  await page.fill('input[name=name]', 'Bakkerij Proef');
  await page.press('input[name=name]', 'Enter');
  await page.locator('input[name=kvk][aria-invalid=true]').waitFor();
  assert.equal(await page.inputValue('input[name=name]'), 'Bakkerij Proef');
  await fine(page);
  await page.fill('input[name=kvk]', '');
  await page.press('input[name=name]', 'Enter');
  await page.waitForURL(/\/accounts\/[0-9a-f]{8}-/);
  assert.match(await page.locator('h1').innerText(), /Bakkerij Proef/);
  await fine(page);
  await page.context().close();
});

test('two people edit one relation: the second sees both versions, and chooses', async () => {
  const [one, two] = [await comeIn({ allow: [409] }), await comeIn({ as: people.roos, allow: [409] })];
  await one.goto('/accounts?q=linden');
  const address = await one.locator('.name a').first().getAttribute('href');
  const edit = address.split('?')[0] + '/edit';
  for (const page of [one, two]) await page.goto(edit);
  await one.fill('[name=note]', 'De eerste schrijft dit.');
  await send(one, '/edit');
  await one.waitForURL((url) => !url.pathname.endsWith('/edit'));
  await two.fill('[name=note]', 'De tweede schrijft dat.');
  await send(two, '/edit');
  await two.getByText('De eerste schrijft dit.').first().waitFor();
  assert.match(await two.locator('main').innerHTML(), /De tweede schrijft dat\./);
  await fine(two);
  for (const page of [one, two]) await page.context().close();
});

test('the next in the list, the history, the bin and back', async () => {
  const page = await comeIn();
  await page.goto('/accounts?tags=zorg');
  await page.locator('.name a').first().click();
  await page.waitForURL(/\/accounts\/[0-9a-f]{8}-/);
  const first = new URL(page.url()).pathname;
  await page.keyboard.press(']');
  await page.waitForURL((url) => url.pathname !== first);
  await page.keyboard.press('[');
  await page.waitForURL((url) => url.pathname === first);
  await page.goto(`${first}/history`);
  await fine(page);
  await page.goto(first);
  await page.locator(`form[action*="${first}/bin"] button, button[formaction*="${first}/bin"]`).first().evaluate((button) => button.form.requestSubmit(button));
  await page.waitForURL((url) => url.pathname !== first);
  await page.goto(first);
  await page.locator('form[action$="/restore"] button').first().click();
  await page.waitForLoadState('load');
  await page.goto(first);
  assert.equal(await page.locator('form[action$="/restore"]').count(), 0);
  await fine(page);
  await page.context().close();
});

test('the palette finds, goes and does', async () => {
  const page = await comeIn();
  await page.goto('/contacts');
  await page.keyboard.press('Control+k');
  await page.locator('#palette[open]').waitFor();
  await page.keyboard.type('linden');
  await page.locator('#palette [role=option]', { hasText: 'De Linden' }).first().waitFor();
  await fine(page);
  await page.locator('#palette [role=option][href^="/search"]').click();
  await page.waitForURL('**/search?q=linden');
  await page.locator('main a', { hasText: 'De Linden' }).first().waitFor();
  await fine(page);
  await page.getByRole('searchbox').fill('06 1234');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/search?q=06+1234');
  await page.goto('/contacts');
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await page.waitForURL('**/accounts');
  assert.deepEqual(page.complaints(), []);
  await page.context().close();
});
