// Writes every kind of page of the demo organisation to pages/, at 1440 and
// 390, light and dark, Dutch and English, to compare by eye with the pictures.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { desk, openBrowser, openKring, people, phone, root, signIn, visit } from './house.mjs';
import { everyPage } from './crawl.mjs';

const to = join(root, 'pages');
await rm(to, { recursive: true, force: true });
await mkdir(to);
const [kring, browser] = await Promise.all([openKring(), openBrowser()]);
let written = 0;
try {
  for (const locale of ['nl', 'en']) {
    for (const theme of ['light', 'dark']) {
      for (const size of [desk, phone]) {
        const page = await visit(browser, kring, { locale, theme, size });
        const shoot = async (name) => {
          await page.screenshot({ path: join(to, `${name}-${locale}-${theme}-${size.width}.png`) });
          written++;
        };
        await page.goto('/sign-in');
        await shoot('sign-in');
        await signIn(page, people.roos);
        await page.goto('/settings/profile');
        await page.selectOption('select[name=locale]', locale);
        await page.locator('form[action="/settings/profile"] button[type=submit]').click();
        await page.locator(`html[lang=${locale}]`).waitFor();
        await everyPage(page, ['/accounts', '/accounts?q=linden'], async (_, kind) => {
          if (kind !== '/' && kind !== '/settings') await shoot(kind.slice(1).replaceAll('/', '_').replaceAll(/[{}]/g, ''));
        });
        await page.goto('/accounts?q=linden');
        await page.locator('.name a').first().click();
        await page.waitForURL('**/accounts/*');
        await shoot('account-linden');
        await page.goto('/accounts');
        await page.keyboard.press('Control+k');
        await page.locator('#palette[open]').waitFor();
        await page.locator('#palette input').pressSequentially('bel lind');
        await page.waitForTimeout(500);
        await shoot('palette-open');
        await page.context().close();
      }
    }
  }
} finally {
  await browser.close();
  await kring.stop();
}
console.log(`${written} screens in ${to}`);
