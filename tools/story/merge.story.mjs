// Two that turn out to be one: merged field by field, one from then on, and
// taken apart again. What somebody objects to stands, also after a merge.
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
const shot = async (page, name) => {
  if (!process.env.SHOTS) return;
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.screenshot({ path: `${process.env.SHOTS}/${name}-${scheme}.png`, fullPage: true });
  }
  await page.emulateMedia({ colorScheme: 'light' });
};
const fine = async (page) => assert.deepEqual([...await axe(page), ...await sideways(page), ...page.complaints()], []);
const record = /\/accounts\/[0-9a-f]{8}-[^/]*$/;
const make = async (page, name, number, city) => {
  await page.goto('/accounts/new');
  await page.fill('input[name=name]', name);
  await page.fill('[name="phones.0.number"]', number);
  await page.fill('[name="addresses.0.city"]', city);
  await page.press('input[name=name]', 'Enter');
  await page.waitForURL((u) => record.test(u.pathname));
  return new URL(page.url()).pathname;
};

let stays, goes;

test('two relations become one, with what was chosen, by keyboard', async () => {
  const page = await comeIn();
  stays = await make(page, 'Drukkerij Haverkamp', '038 421 10 01', 'Zwolle');
  goes = await make(page, 'Haverkamp Drukwerk', '038 421 10 02', 'Kampen');
  await page.goto(`${stays}/merge`);
  await fine(page);
  await page.goto(`${stays}/merge?with_text=Haverkamp`);
  await page.getByRole('radio', { name: /Haverkamp Drukwerk/ }).check();
  await page.getByRole('button', { name: 'Verder' }).click();
  await page.waitForURL(/with=[0-9a-f]/);
  assert.match(await page.locator('.merge-lead').innerText(), /Drukkerij Haverkamp blijft\./);
  assert.ok(await page.locator('input[name="side.phones"][value=both]').isChecked());
  assert.ok(await page.locator('input[name="side.name"][value=this]').isChecked());
  await fine(page);
  await shot(page, 'merge-1440');
  await page.locator('input[name="side.name"][value=this]').focus();
  await page.keyboard.press('ArrowRight');
  assert.ok(await page.locator('input[name="side.name"][value=with]').isChecked());
  await page.getByRole('button', { name: 'Samenvoegen' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL((u) => u.pathname === stays);
  assert.match(await page.locator('h1').innerText(), /Haverkamp Drukwerk/);
  assert.match(await page.locator('.toast').first().innerText(), /opgegaan in/);
  const text = await page.locator('main').innerText();
  assert.match(text, /038 421 1001/);
  assert.match(text, /038 421 1002/);
  await fine(page);
  await shot(page, 'merged-1440');
  const gone = await page.goto(goes);
  assert.equal(gone.status(), 200);
  assert.equal(new URL(page.url()).pathname, stays);
  await page.goto('/search?q=0384211002');
  const found = await page.locator('main').innerText();
  assert.match(found, /Haverkamp Drukwerk/);
  assert.doesNotMatch(found, /Drukkerij Haverkamp/);
  await page.context().close();
});

test('and come apart again', async () => {
  const page = await comeIn();
  await page.goto(stays);
  await page.getByRole('button', { name: 'Losmaken' }).click();
  await page.waitForURL((u) => u.pathname === stays);
  assert.match(await page.locator('h1').innerText(), /Drukkerij Haverkamp/);
  await page.goto(goes);
  assert.match(await page.locator('h1').innerText(), /Haverkamp Drukwerk/);
  await page.context().close();
});

test('two rows that are chosen in a list can be merged; three cannot', async () => {
  const page = await comeIn();
  await page.goto('/contacts');
  const boxes = page.locator('#rows-body input[type=checkbox]');
  const first = await page.locator('#rows-body tr').first().innerText();
  for (const n of [0, 1, 2]) await boxes.nth(n).check();
  await page.getByRole('button', { name: 'Samenvoegen' }).click();
  await page.getByText('Kies er precies twee').waitFor();
  await page.goto('/contacts');
  for (const n of [0, 1]) await boxes.nth(n).check();
  await page.getByRole('button', { name: 'Samenvoegen' }).click();
  await page.waitForURL(/\/contacts\/.*\/merge\?with=/);
  await fine(page);
  await shot(page, 'contacts-1440');
  await page.getByRole('button', { name: 'Samenvoegen' }).click();
  await page.locator('.toast').first().waitFor();
  await page.locator('.toast').getByRole('button', { name: 'Ongedaan maken' }).click();
  await page.getByText('zijn weer los').first().waitFor();
  await page.goto('/contacts');
  assert.equal((await page.locator('#rows-body tr').first().innerText()).split('\n')[0], first.split('\n')[0]);
  await page.context().close();
});

test('on a phone, and two of which one is the other', async () => {
  const page = await comeIn({ size: phone });
  await page.goto(`${stays}/merge?with=${goes.split('/').pop()}`);
  await fine(page);
  await shot(page, 'merge-390');
  await page.goto(`${stays}/merge?with=${stays.split('/').pop()}`);
  assert.match(await page.locator('main').innerText(), /één en dezelfde/);
  await page.context().close();
});

test('an objection stands, whatever was allowed before', async () => {
  const page = await comeIn();
  const say = async (state, more = {}) => {
    await page.goto(`${stays}/consents/new`);
    await page.getByRole('radio', { name: state }).check();
    for (const [name, value] of Object.entries(more)) {
      const box = page.locator(`[name=${name}]`);
      await (await box.evaluate((e) => e.tagName) === 'SELECT' ? box.selectOption(value) : box.fill(value));
    }
    await page.getByRole('button', { name: 'Vastleggen' }).click();
  };
  await say('Ja, dat mag', { channel: 'email', source: 'form' });
  assert.match(await page.locator('main form').first().innerText(), /Vul de tekst in/);
  await fine(page);
  await shot(page, 'consent-1440');
  await page.fill('[name=wording]', 'Stuur mij het nieuws van de drukkerij');
  await page.getByRole('button', { name: 'Vastleggen' }).click();
  await page.waitForURL((u) => u.pathname === stays);
  assert.match(await page.locator('.consent-facts').innerText(), /E-mail: mag/);
  await say('Bezwaar: nooit meer', { channel: 'email', purpose: 'all', source: 'phone' });
  await page.waitForURL((u) => u.pathname === stays);
  assert.match(await page.locator('.consent-facts').innerText(), /E-mail: bezwaar/);
  await say('Ja, dat mag', { channel: 'email', source: 'list', wording: 'lijst' });
  await page.waitForURL((u) => u.pathname === stays);
  assert.match(await page.locator('.consent-facts').innerText(), /E-mail: bezwaar/);
  await page.locator('#consent details summary, section:has(#consent) details summary, .consent-facts + details summary').first().click();
  assert.match(await page.locator('.consent-facts + details').innerText(), /Stuur mij het nieuws[^]*/);
  await fine(page);
  await shot(page, 'consented-1440');
  await page.goto(`${goes}/merge?with=${stays.split('/').pop()}`);
  await page.getByRole('button', { name: 'Samenvoegen' }).click();
  await page.waitForURL((u) => u.pathname === goes);
  assert.match(await page.locator('.consent-facts').innerText(), /E-mail: bezwaar/);
  await page.context().close();
});
