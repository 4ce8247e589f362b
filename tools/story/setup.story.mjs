// The first day: an empty Kring asks for the organisation and its first
// administrator, who then invites a colleague.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { axe, openBrowser, openKring, sideways, phone, signIn, visit } from './house.mjs';

let kring, browser;
before(async () => { [kring, browser] = await Promise.all([openKring({ demo: false }), openBrowser()]); });
after(async () => { await browser?.close(); await kring?.stop(); });

const password = 'een lange zin om te onthouden';

test('from an empty folder to a colleague who comes in', async () => {
  const page = await visit(browser, kring, { allow: [422] });
  await page.goto('/');
  assert.equal(new URL(page.url()).pathname, '/setup');
  assert.deepEqual([...await axe(page), ...await sideways(page)], []);

  // What is not right is said at the field, and what was typed stays.
  await page.fill('input[name=organisation]', 'Camping Duinrand');
  await page.check('input[name=word][value=guest]', { force: true });
  await page.fill('input[name=name]', 'Roos Visser');
  await page.fill('input[name=email]', 'roos@duinrand.example');
  await page.fill('input[name=password]', 'kort');
  await page.locator('main form button[type=submit], form[action="/setup"] button').last().click();
  await page.locator('input[name=password][aria-invalid=true]').waitFor();
  assert.equal(await page.inputValue('input[name=organisation]'), 'Camping Duinrand');
  assert.equal(await page.isChecked('input[name=word][value=guest]'), true);
  assert.deepEqual(await axe(page), []);

  await page.fill('input[name=password]', password);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/setup/team');
  assert.deepEqual([...await axe(page), ...await sideways(page)], []);

  await page.fill('input[name=name-1]', 'Bram Bakker');
  await page.fill('input[name=email-1]', 'bram@duinrand.example');
  await page.locator('form[action="/setup/team"] button[type=submit], form[action="/setup/team"] button').last().click();
  const invitation = (await page.locator('main, body').first().innerText()).match(/https?:\/\/\S+/) ?? (await page.locator('input[readonly], input[value*="http"]').first().inputValue()).match(/https?:\/\/\S+/);
  assert.ok(invitation, 'the link of the invitation is shown');
  assert.deepEqual([...await axe(page), ...page.complaints()], []);

  // The colleague, on a phone.
  const bram = await visit(browser, kring, { size: phone });
  await bram.goto(invitation[0]);
  assert.deepEqual([...await axe(bram), ...await sideways(bram)], []);
  await bram.fill('input[name=password]', password);
  await bram.keyboard.press('Enter');
  await bram.waitForURL((url) => !url.pathname.includes(new URL(invitation[0]).pathname));
  assert.deepEqual(bram.complaints(), []);

  // The link works once.
  const late = await visit(browser, kring, { allow: [404] });
  await late.goto(invitation[0]);
  assert.equal(await late.locator('input[name=password]').count(), 0);
  assert.deepEqual([...await axe(late), ...late.complaints()], []);

  // And the set-up page is closed.
  await late.goto('/setup');
  assert.notEqual(new URL(late.url()).pathname, '/setup');
  await signIn(late, { email: 'bram@duinrand.example', password });
  for (const one of [page, bram, late]) await one.context().close();
});
