// Every page that links lead to, in both languages and themes, at the desk and
// on a phone: axe finds nothing, nothing is too wide, nothing is asked of
// another host, nothing fails.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { axe, desk, openBrowser, openKring, people, phone, sideways, signIn, visit } from './house.mjs';
import { everyPage } from './crawl.mjs';

let kring, browser;
before(async () => { [kring, browser] = await Promise.all([openKring(), openBrowser()]); });
after(async () => { await browser?.close(); await kring?.stop(); });

for (const [who, theme, size, least] of [['roos', 'light', desk, 25], ['roos', 'dark', phone, 25], ['claire', 'dark', desk, 18], ['claire', 'light', phone, 18]]) {
  test(`every page for ${who}, ${theme}, ${size.width} wide`, async () => {
    const page = await visit(browser, kring, { theme, size });
    await signIn(page, people[who]);
    const wrong = [];
    const kinds = await everyPage(page, ['/accounts'], async (_, kind) => {
      if (await page.locator('h1').count() !== 1) wrong.push(`${kind} has ${await page.locator('h1').count()} h1`);
      const language = await page.locator('html').getAttribute('lang');
      if (language !== (who === 'claire' ? 'en' : 'nl')) wrong.push(`${kind} speaks ${language}`);
      wrong.push(...await axe(page), ...await sideways(page));
    });
    assert.deepEqual([...wrong, ...page.complaints()], []);
    assert.ok(kinds.length >= least, `only ${kinds.length} kinds of page: ${kinds}`);
    await page.context().close();
  });
}
