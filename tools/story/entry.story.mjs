// Coming in: by e-mail and password, in both languages, both themes, at the
// desk and on a phone, with and without script.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { axe, desk, openBrowser, openKring, phone, sideways, signIn, visit } from './house.mjs';

const anna = { org: 'Proef', name: 'Anna de Wit', email: 'anna@proef.example', password: 'een lange zin om te onthouden' };
let kring, browser;
before(async () => { [kring, browser] = await Promise.all([openKring({ setup: anna }), openBrowser()]); });
after(async () => { await browser?.close(); await kring?.stop(); });

for (const locale of ['nl', 'en']) {
  for (const theme of ['light', 'dark']) {
    for (const size of [desk, phone]) {
      test(`the sign-in page, ${locale}, ${theme}, ${size.width} wide`, async () => {
        const page = await visit(browser, kring, { locale, theme, size });
        await page.goto('/sign-in');
        assert.equal(await page.locator('html').getAttribute('lang'), locale);
        assert.deepEqual([...await axe(page), ...await sideways(page), ...page.complaints()], []);
        await page.context().close();
      });
    }
  }
}

test('a wrong password says neither which was wrong nor forgets the address', async () => {
  const page = await visit(browser, kring, { allow: [401] });
  await page.goto('/sign-in');
  await page.fill('input[name=email]', anna.email);
  await page.fill('input[name=password]', 'iets anders dan dat');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  const wrong = await page.getByRole('alert').innerText();
  assert.equal(await page.inputValue('input[name=email]'), anna.email);
  assert.equal(await page.inputValue('input[name=password]'), '');
  assert.deepEqual([...await axe(page), ...page.complaints()], []);

  await page.fill('input[name=email]', 'niemand@proef.example');
  await page.fill('input[name=password]', 'iets anders dan dat');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('input[name=email]').value.startsWith('niemand'));
  assert.equal(await page.getByRole('alert').innerText(), wrong, 'a stranger hears the same as a member');
  await page.context().close();
});

test('what was asked for is shown after signing in', async () => {
  const page = await visit(browser, kring);
  await page.goto('/accounts?q=linden');
  assert.equal(new URL(page.url()).pathname, '/sign-in');
  await page.fill('input[name=email]', anna.email);
  await page.fill('input[name=password]', anna.password);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/accounts?q=linden');
  assert.deepEqual(page.complaints(), []);
  await page.context().close();
});

test('nobody is sent to another house', async () => {
  const page = await visit(browser, kring);
  await page.goto('/sign-in?next=//example.org/');
  await page.fill('input[name=email]', anna.email);
  await page.fill('input[name=password]', anna.password);
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.pathname !== '/sign-in');
  assert.equal(new URL(page.url()).origin, kring.url);
  await page.context().close();
});

test('it works without script', async () => {
  const page = await visit(browser, kring, { javaScript: false });
  await signIn(page, anna);
  assert.deepEqual(page.complaints(), []);
  const cookie = (await page.context().cookies()).find((c) => c.name === 'kring');
  assert.equal(cookie.httpOnly, true);
  assert.equal(cookie.sameSite, 'Lax');
  await page.context().close();
});
