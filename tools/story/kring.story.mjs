// De Kring: a small world made over the API, and the sample of CDNOW imported
// through the page; the ring fills, opens its lists, and moves with the date.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { axe, command, desk, openBrowser, openKring, people, phone, root, sideways, signIn, visit } from './house.mjs';

let kring, browser;
before(async () => { [kring, browser] = await Promise.all([openKring(), openBrowser()]); });
after(async () => { await browser?.close(); await kring?.stop(); });

const day = (ago) => new Date(Date.now() - ago * 86_400_000).toLocaleDateString('sv-SE', { timeZone: 'Europe/Amsterdam' });
const comeIn = async (options, at = kring, who = people.roos) => {
  const page = await visit(browser, at, { allow: [422], ...options });
  await signIn(page, who);
  return page;
};
const fine = async (page) => assert.deepEqual([...await axe(page), ...await sideways(page), ...page.complaints()], []);
const shot = async (page, name) => { if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, `${name}.png`), fullPage: true }); };
const arc = (page, phase) => page.locator(`a.kring-phase[data-part="kring-${phase}"]`);
const figure = (text) => Number(text.match(/[\d.]+/)[0].replaceAll('.', ''));
const count = async (page, phase) => figure((await arc(page, phase).getAttribute('aria-label')).split(': ')[1]);
const total = async (page) => figure(await page.locator('a.kring-middle').getAttribute('aria-label'));
const ribbon = (page, said) => page.locator('a.kring-flow').and(page.locator(`[aria-label$="${said}"]`));
const speak = async (page, locale) => {
  await page.goto('/settings/profile');
  await page.selectOption('select[name=locale]', locale);
  await page.locator('form[action="/settings/profile"] button[type=submit]').click();
  await page.locator(`html[lang=${locale}]`).waitFor();
};

/** Asks the API as somebody. */
const asking = (who) => {
  const token = command(kring.data, ['token', 'add', '--user', who.email]);
  return async (method, path, body) => {
    const answer = await fetch(`${kring.url}/api/v1${path}`, { method, headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    const said = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${said}`);
    return JSON.parse(said);
  };
};

/** One relation of each kind: bought when, and how it ended. */
const small = [
  ['Bakkerij De Korenmolen', [0]], ['Hotel Zandkamp', [400]], ['Zorggroep De Zandlinden', [400, 380, 360]], ['Gemeente Zandveen', [400, 380, 0]],
  ['Camping Zandrand', [400], 'notice'], ['Rederij Zandzij', [400, 380], 'inactivity'], ['Garage Veldman', [400], 'ending'], ['School De Brug', []],
];

test('a small world stands on the ring, and every part of it opens its list', async () => {
  const roos = asking(people.roos), daan = asking(people.daan);
  const page = await comeIn();
  await page.goto('/kring');
  const were = { loyaal: await count(page, 'loyaal'), ex: await count(page, 'ex'), all: await total(page) };
  for (const [name, orders, end] of small) {
    const account = await roos('POST', '/accounts', { name, kind: 'organisation' });
    for (const ago of orders) await roos('POST', '/orders', { account: account.id, day: day(ago), amount: '1250.00' });
    if (end) {
      const made = await roos('POST', `/accounts/${account.id}/decisions`, { kind: end, day: day(0), reason: end === 'ending' ? 'does_not_fit' : 'price', note: 'Zo besloten.' });
      if (end === 'ending') await daan('POST', `/decisions/${made.id}/answer`, { agreed: true });
    }
  }
  await page.goto('/accounts');
  await page.getByRole('link', { name: 'De Kring' }).first().click();
  await page.getByRole('heading', { name: 'De Kring', level: 1 }).waitFor();
  await fine(page);
  await shot(page, 'kring');
  const sum = await count(page, 'pot') + await count(page, 'nieuw') + await count(page, 'loyaal') + await count(page, 'ex');
  assert.equal(sum, await total(page));
  assert.equal(sum, were.all + small.length);
  assert.equal(await count(page, 'loyaal'), were.loyaal + 2);
  assert.equal(await count(page, 'ex'), were.ex + 1);

  await arc(page, 'loyaal').press('Enter');
  await page.waitForURL('**/accounts?phase=loyal');
  assert.match(await page.locator('main').innerText(), new RegExp(`\\b${were.loyaal + 2} van`));
  await page.goBack();

  await page.locator('a.kring-pill').first().click();
  await page.waitForURL('**/kring/moves?way=*');
  await page.goBack();
  await ribbon(page, 'van nieuw naar loyaal').press('Enter');
  await page.getByRole('heading', { name: 'Van nieuw naar loyaal' }).waitFor();
  await page.getByRole('link', { name: 'Gemeente Zandveen' }).first().waitFor();
  await fine(page);
  await shot(page, 'kring-moves');
  await page.getByRole('link', { name: 'Kocht opnieuw' }).first().click();
  await page.waitForURL('**/orders/*');
  await page.goto('/kring');
  await page.locator('.kring-tiles a', { hasText: 'Afscheid' }).click();
  const left = await page.locator('tbody').innerText();
  assert.match(left, /Camping Zandrand[^]*Vertrok zelf/);
  assert.match(left, /Garage Veldman[^]*Door ons/);
  await fine(page);

  await page.goto('/kring');
  await page.locator('.kring-sum').first().locator('summary').click();
  assert.match(await page.locator('.kring-sum').first().innerText(), /Retentie[^]*\(\d+ − \d+\) ÷ \d+ = \d+%/);
  await page.getByRole('link', { name: 'Maand voor maand' }).click();
  await page.getByRole('heading', { name: 'Van fase naar fase' }).waitFor();
  await fine(page);
  await shot(page, 'kring-months');
  await page.context().close();
});

test('keys walk the ring, v shows the table, and value is a link away', async () => {
  const page = await comeIn();
  await page.goto('/kring');
  await arc(page, 'pot').focus();
  for (const phase of ['nieuw', 'loyaal', 'ex']) {
    await page.keyboard.press('ArrowRight');
    assert.equal(await page.evaluate(() => document.activeElement.dataset.part), `kring-${phase}`);
  }
  await page.keyboard.press('ArrowRight');
  assert.match(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), /van .* naar /);
  assert.ok(await page.locator('.kring-drawing.lit').count());
  const table = page.locator('.kring-table');
  assert.ok((await table.boundingBox()).width < 5);
  await page.keyboard.press('v');
  await page.waitForFunction(() => document.querySelector('.kring-table').getBoundingClientRect().width > 100);
  assert.match(await table.innerText(), new RegExp(`Loyaal\\s+${await count(page, 'loyaal')}\\s`));
  await page.evaluate(() => document.activeElement.blur()); // what is not pointed at is dimmed
  await fine(page);
  await page.getByRole('link', { name: 'Waarde' }).click();
  await page.waitForURL('**/kring?by=value');
  assert.match(await page.locator('a.kring-middle').getAttribute('aria-label'), /€/);
  await fine(page);
  await shot(page, 'kring-value');
  await page.locator('#kring-when-button').click();
  await page.locator('#kring-when').getByRole('link', { name: 'Vorig jaar' }).click();
  await page.waitForURL(/period=\d{4}/);
  await fine(page);
  await page.context().close();

  const bare = await comeIn({ javaScript: false });
  await bare.goto('/kring');
  await bare.getByRole('link', { name: 'Waarde' }).click();
  await bare.waitForURL('**/kring?by=value');
  await bare.goto('/kring?period=later');
  await bare.getByText('Deze periode is niet te lezen').waitFor();
  await arc(bare, 'nieuw').click();
  await bare.waitForURL('**/accounts?phase=new');
  await bare.context().close();
});

test('small and large, light and dark, in both languages', async () => {
  for (const locale of ['nl', 'en']) {
    for (const theme of ['light', 'dark']) {
      const page = await comeIn({ theme });
      await speak(page, locale);
      for (const [size, name] of [[desk, 'wide'], [phone, 'phone']]) {
        await page.setViewportSize(size);
        await page.goto('/kring');
        await fine(page);
        await shot(page, `kring-${locale}-${theme}-${name}`);
      }
      if (locale === 'en' && theme === 'dark') {
        await page.goto('/kring/months');
        await fine(page);
      }
      await page.context().close();
    }
  }
  const page = await comeIn();
  await speak(page, 'nl');
  await page.context().close();
});

test('two thousand customers of 1997 fill the ring through the page', async (t) => {
  const file = join(process.env.KRING_REFDATA ?? join(root, '..', 'shared', 'data'), 'customerbase', 'CDNOW_sample.txt');
  if (!existsSync(file)) return t.skip('the reference data is not here');
  const rows = readFileSync(file, 'utf8').trim().split('\n').map((line) => line.trim().split(/\s+/)).filter((r) => Number(r[4]) > 0);
  const names = [...new Set(rows.map((r) => r[0]))];
  const accounts = ['naam,klantnummer,rechtsvorm', ...names.map((n) => `Klant ${n},C${n},BV`)].join('\n');
  const orders = ['klantnummer,datum,bedrag,ordernummer', ...rows.map(([n, , d, , amount], i) => `C${n},${d.slice(0, 4)}-${d.slice(4, 6)}-${d.slice(6)},${amount},${i + 1}`)].join('\n');
  const els = { email: 'els@cdnow.example', name: 'Els', password: people.roos.password };
  const world = await openKring({ setup: { org: 'CDNOW', ...els } });
  try {
    const page = await comeIn({}, world, els);
    const bring = async (kind, text, columns) => {
      await page.goto(`/imports/new?kind=${kind}`);
      await page.setInputFiles('input[type=file]', { name: `${kind}.csv`, mimeType: 'text/csv', buffer: Buffer.from(text) });
      await page.getByRole('button', { name: 'Verder' }).click();
      await page.locator('#columns').waitFor();
      for (const [place, field] of columns.entries()) await page.selectOption(`[name="column.${place}"]`, field);
      for (const [name, value] of [['origin', 'own'], ['ground', 'contract'], ['twins', 'create']]) {
        if (await page.locator(`select[name=${name}]`).count()) await page.selectOption(`[name=${name}]`, value);
      }
      await page.getByRole('button', { name: 'Proef draaien' }).last().click();
      await page.locator('#would').waitFor({ timeout: 120_000 });
      await page.getByRole('button', { name: 'Importeren' }).click();
      await page.locator('#became').waitFor({ timeout: 120_000 });
    };
    await bring('account', accounts, ['name', 'external_id', 'legal_form']);
    await bring('order', orders, ['account', 'day', 'amount', 'external_id']);

    const during = async (from, until) => {
      await page.goto('/kring');
      await page.locator('#kring-when-button').click();
      await page.locator('#kring-from').fill(from);
      await page.locator('#kring-until').fill(until);
      await page.locator('#kring-when').getByRole('button', { name: 'Toon' }).click();
      await page.waitForURL(`**/kring?*from=${from}*`);
    };
    await during('1997-01-01', '1997-03-31'); // all of them came in these months
    assert.equal(await total(page), names.length);
    const early = await count(page, 'loyaal');
    await shot(page, 'kring-cdnow');
    await fine(page);
    await page.getByRole('link', { name: 'Later' }).click();
    await page.waitForURL(/from=1997-04-01/);
    const later = await count(page, 'loyaal');
    assert.ok(later > early, `${later} loyal after ${early}`);
    assert.equal(await total(page), names.length);
    assert.equal(await count(page, 'nieuw') + later, names.length);

    await page.goto('/kring?period=1997');
    assert.equal(await total(page), names.length);
    await shot(page, 'kring-cdnow-1997');
    const loyal = await count(page, 'loyaal');
    await arc(page, 'loyaal').click();
    await page.waitForURL(/phase=loyal/);
    assert.match(page.url(), /phase_on=1997-12-31/);
    assert.match(await page.locator('main').innerText(), new RegExp(`\\b${String(loyal).replace(/(?=\d{3}$)/, '.').replace(/^\./, '')} van`));
    await page.locator('tbody a', { hasText: /^Klant/ }).first().click();
    await page.locator('#path').waitFor();
    assert.match(await page.locator('#path').innerText(), /Loyaal geworden op [^]*Nieuw geworden op [^]*1997/);
    await page.goto('/kring?period=1997&by=value');
    await fine(page);
    await shot(page, 'kring-cdnow-value');
    await page.context().close();
  } finally {
    await world.stop();
  }
});
