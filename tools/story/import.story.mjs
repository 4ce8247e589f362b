// A file becomes relations: chosen, mapped, tried, mended, imported, taken back.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { axe, openBrowser, openKring, people, phone, root, sideways, signIn, visit } from './house.mjs';

let kring, browser;
before(async () => { [kring, browser] = await Promise.all([openKring(), openBrowser()]); });
after(async () => { await browser?.close(); await kring?.stop(); });

const fine = async (page) => assert.deepEqual([...await axe(page), ...await sideways(page), ...page.complaints()], []);
const shot = async (page, name) => { if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, `${name}.png`), fullPage: true }); };
const comeIn = async (options) => {
  const page = await visit(browser, kring, options);
  await signIn(page, options?.as ?? people.roos);
  return page;
};
const figure = (page, label) => page.locator('.import-counts .fact', { hasText: label }).locator('dd').first().innerText();
const ended = (page, id) => page.locator(`#${id}`).waitFor({ timeout: 30_000 });
const send = async (page, file, go = 'Verder') => {
  await page.setInputFiles('input[type=file]', file);
  await page.getByRole('button', { name: go }).click();
  await page.locator('#columns').waitFor();
};

test('a list of accounts is mapped, tried, mended, imported and taken back', async (t) => {
  const file = join(root, '..', 'shared', 'data', 'pipeline', 'accounts.csv');
  if (!existsSync(file)) return t.skip('the reference data is not here');
  const page = await comeIn({ allow: [422] });
  await page.goto('/accounts');
  await page.goto('/imports');
  await fine(page);
  await page.getByRole('link', { name: 'Nieuwe import' }).first().click();
  await fine(page);
  await shot(page, 'import-file');
  await send(page, file);

  // Kring proposes; what it cannot know is chosen, or left out.
  const chosen = await page.locator('.import-columns select[name^="column."]').evaluateAll((all) => all.map((s) => s.value));
  assert.deepEqual(chosen, ['name', 'tags', '', '', 'size', 'country', '']);
  await fine(page);
  await shot(page, 'import-columns');
  await page.selectOption('[name="column.6"]', 'name');
  await page.getByRole('button', { name: 'Proef draaien' }).last().click();
  await page.getByText('Kolom account wordt dit al').waitFor();
  await fine(page);
  await page.selectOption('[name="column.6"]', '');
  await page.selectOption('[name=origin]', 'own');
  await page.selectOption('[name=ground]', 'contract');
  await page.getByRole('button', { name: 'Proef draaien' }).last().click();
  await ended(page, 'would');
  assert.equal(await figure(page, 'Toegevoegd'), '83');
  assert.equal(await figure(page, 'Geweigerd'), '2');
  await fine(page);
  await shot(page, 'import-checked');

  // Two cells name no country: mended on the screen, tried again.
  for (const [wrong, right] of [['Philipines', 'Philippines'], ['Korea', 'South Korea']]) {
    await page.locator(`.import-mend input[value="${wrong}"]:not([type=hidden])`).fill(right);
  }
  await page.getByRole('button', { name: 'Opslaan en opnieuw proberen' }).click();
  await page.locator('.import-counts').getByText('85', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Importeren' }).click();
  await ended(page, 'became');
  assert.equal(await figure(page, 'Toegevoegd'), '85');
  await fine(page);
  await shot(page, 'import-done');
  await page.locator('.import-counts a', { hasText: '85' }).click();
  await page.getByRole('link', { name: 'Acme Corporation' }).click();
  await page.getByRole('heading', { name: 'Acme Corporation' }).waitFor();
  await page.goBack();
  await fine(page);

  await page.goto('/imports');
  await page.getByRole('link', { name: 'accounts.csv' }).first().click();
  await page.getByRole('button', { name: 'Ongedaan maken' }).click();
  await ended(page, 'undone');
  assert.equal(await page.locator('#undone .fact', { hasText: 'Gewist' }).locator('dd').innerText(), '85');
  await fine(page);
  await shot(page, 'import-undone');
  await page.context().close();
});

/** A page is in the language of whoever reads it, which is chosen in the profile. */
const speak = async (page, locale) => {
  await page.goto('/settings/profile');
  await page.selectOption('select[name=locale]', locale);
  await page.locator('form[action="/settings/profile"] button[type=submit]').click();
  await page.locator(`html[lang=${locale}]`).waitFor();
};

const people2 = { name: 'mensen.csv', mimeType: 'text/csv', buffer: Buffer.from('Naam;Bedrijf;E-mail;Telefoon\nSanne de Wit;Nieuwe Zaak;sanne@nieuwezaak.example;0612345678\nJoost Vos;Nieuwe Zaak;geen adres;06-1\n') };

test('contacts on a phone, in the dark, in English', async () => {
  const page = await comeIn({ size: phone, theme: 'dark' });
  await speak(page, 'en');
  await page.goto('/imports/new?kind=contact');
  await fine(page);
  await send(page, people2, 'Continue');
  await page.getByLabel('Add the relation').check();
  await page.selectOption('[name=origin]', 'person');
  await page.selectOption('[name=ground]', 'consent');
  await fine(page);
  await shot(page, 'import-phone-columns');
  await page.getByRole('button', { name: 'Start the dry run' }).last().click();
  await ended(page, 'would');
  await page.getByRole('heading', { name: 'This is what would happen' }).waitFor();
  assert.equal(await figure(page, 'Refused'), '1');
  await fine(page);
  await shot(page, 'import-phone-checked');
  await page.goto('/imports');
  await fine(page);
  await shot(page, 'import-phone-list');
  await speak(page, 'nl');
  await page.context().close();
});

test('a wrong file is refused in words, also without script', async () => {
  const page = await comeIn({ javaScript: false, allow: [422] });
  await page.goto('/imports/new');
  await page.setInputFiles('input[type=file]', { name: 'leeg.csv', mimeType: 'text/csv', buffer: Buffer.from('naam,plaats\n') });
  await page.getByRole('button', { name: 'Verder' }).click();
  await page.getByText('alleen een kopregel').waitFor();
  await send(page, { name: 'twee.csv', mimeType: 'text/csv', buffer: Buffer.from('naam,plaats\nZaak Een,Zwolle\nZaak Twee,Almelo\n') });
  await page.selectOption('[name=origin]', 'unknown');
  await page.selectOption('[name=ground]', 'contract');
  await page.getByRole('button', { name: 'Proef draaien' }).last().click();
  for (let n = 0; n < 40 && await page.locator('#would').count() === 0; n++) {
    await page.waitForTimeout(250);
    await page.reload();
  }
  await page.getByText('blijft hij apart staan').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Importeren' }).count(), 0);
  await page.context().close();
});
