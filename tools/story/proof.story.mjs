// Other ways to prove who one is: a provider, codes of a telephone. Passkeys are
// in setting.story.mjs.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { axe, openBrowser, openKring, sideways, signIn, visit } from './house.mjs';
import { openProvider } from './provider.mjs';

const anna = { org: 'Proef', name: 'Anna de Wit', email: 'anna@proef.example', password: 'een lange zin om te onthouden' };
let kring, browser;
before(async () => { [kring, browser] = await Promise.all([openKring({ setup: anna }), openBrowser()]); });
after(async () => { await browser?.close(); await kring?.stop(); });

const signOut = async (page) => {
  await page.context().clearCookies();
  await page.goto('/sign-in');
};

test('a provider on loopback lets a member in, and a newcomer where the organisation says so', async () => {
  const provider = await openProvider({ client: 'kring', secret: 'a secret only for this test', person: { sub: 'a1', email: anna.email, name: anna.name } });
  const page = await visit(browser, kring, { allow: [provider.issuer, 403] });
  try {
    await signIn(page, anna);
    await page.goto('/settings/providers');
    assert.deepEqual([...await axe(page), ...await sideways(page)], []);
    await page.fill('input[name=name]', 'Proef ID');
    await page.fill('input[name=issuer]', provider.issuer);
    await page.fill('input[name=client_id]', 'kring');
    await page.fill('input[name=secret]', 'a secret only for this test');
    await page.locator('form[action="/settings/providers"] button').last().click();
    await page.waitForURL('**/settings/providers/*');
    assert.deepEqual(await axe(page), []);
    const mine = page.url();
    const text = await page.locator('main').innerText();
    provider.redirects.push(...[...text.matchAll(/http:\/\/127\.0\.0\.1:\d+\/\S+/g)].map((m) => m[0]));
    const begin = provider.redirects.find((address) => /[0-9a-f]{8}-/.test(address));
    assert.ok(begin, text);

    await signOut(page);
    await page.goto(begin);
    await page.waitForURL((url) => url.origin === kring.url && !url.pathname.startsWith('/sign-in'));
    await page.goto('/settings/profile');
    assert.match(await page.locator('main').innerHTML(), /Anna de Wit/);
    assert.deepEqual(page.complaints(), []);

    // A stranger of the same provider is not let in while nobody said so.
    provider.person = { sub: 'z9', email: 'zoe@proef.example', name: 'Zoë' };
    const zoe = await visit(browser, kring, { allow: [provider.issuer, 401, 403] });
    await zoe.goto(begin);
    await zoe.waitForURL((url) => url.origin === kring.url);
    await zoe.goto('/settings/profile');
    assert.equal(new URL(zoe.url()).pathname, '/sign-in');

    // Now somebody says so.
    await page.goto(mine);
    await page.selectOption('[name=role]', 'service');
    await page.fill('[name=domains]', 'proef.example');
    await page.locator(`form[action="${new URL(mine).pathname}"] button`).last().click();
    await page.getByRole('status').first().waitFor();
    await zoe.goto(begin);
    await zoe.waitForURL((url) => url.origin === kring.url && !url.pathname.startsWith('/sign-in'));
    await zoe.goto('/settings/profile');
    assert.match(await zoe.locator('main').innerHTML(), /Zoë/);
    assert.deepEqual(zoe.complaints(), []);
    await zoe.context().close();
  } finally {
    await page.context().close();
    await provider.stop();
  }
});

test('two steps: a code from the telephone, or one from the drawer', async () => {
  const page = await visit(browser, kring, { allow: [401, 422] });
  await signIn(page, anna);
  await page.goto('/settings/security');
  await page.locator('form[action="/settings/security/codes"] input[type=password]').fill(anna.password);
  await page.locator('form[action="/settings/security/codes"] button').last().click();
  await page.waitForURL('**/settings/security/codes');
  assert.deepEqual([...await axe(page), ...await sideways(page)], []);
  const secret = (await page.locator('main code').first().innerText()).replace(/\s/g, '');
  await page.fill('input[name=code]', totp(secret, 0));
  await page.keyboard.press('Enter');
  await page.locator('ol.codes code, ul.codes code').first().waitFor();
  const drawer = await page.locator('ul.codes code').allInnerTexts();
  assert.ok(drawer.length >= 8, `only ${drawer.length} recovery codes`);
  assert.deepEqual(await axe(page), []);

  await signOut(page);
  const password = async () => {
    await page.fill('input[name=email]', anna.email);
    await page.fill('input[name=password]', anna.password);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/sign-in/step**');
  };
  await password();
  assert.deepEqual([...await axe(page), ...await sideways(page)], []);
  await page.fill('input[name=code]', '000000');
  await page.keyboard.press('Enter');
  await page.locator('input[name=code][aria-invalid=true], [role=alert]').first().waitFor();
  assert.deepEqual(await axe(page), []);
  await page.fill('input[name=code]', totp(secret, 1)); // the next one: this minute's was used
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));

  await signOut(page);
  await password();
  await page.fill('input[name=code]', drawer[0]);
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  assert.deepEqual(page.complaints(), []);
  await page.context().close();
});

/** RFC 6238: the six digits of now, or of so many half minutes later. */
function totp(secret, later) {
  const bits = [...secret.toUpperCase().replace(/=+$/, '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const hash = createHmac('sha1', key).update(counter).digest();
  const at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
