// What may be sold: a file of years of deals lands, the board and the list show
// it, a card moves by pointer and by keyboard, and won rests on an order.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { axe, command, openBrowser, openKring, people, phone, root, sideways, signIn, visit } from './house.mjs';

let kring, browser;
before(async () => { [kring, browser] = await Promise.all([openKring(), openBrowser()]); });
after(async () => { await browser?.close(); await kring?.stop(); });

const fine = async (page) => assert.deepEqual([...await axe(page), ...await sideways(page), ...page.complaints()], []);
const shot = async (page, name) => { if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, `${name}.png`), fullPage: true }); };
const comeIn = async (options) => {
  const page = await visit(browser, kring, options);
  await signIn(page, options?.as ?? people.sanne);
  return page;
};
const column = (page, stage) => page.locator(`.board-column[data-stage="${stage}"]`);
const card = (page, name) => page.locator('.kans-card', { hasText: name }).first();
const drag = async (page, from, to) => {
  const a = await from.boundingBox(), b = await to.boundingBox();
  await page.mouse.move(a.x + 40, a.y + 12);
  await page.mouse.down();
  await page.mouse.move(a.x + 60, a.y + 20);
  await page.mouse.move(b.x + b.width / 2, b.y + 160, { steps: 4 });
  await page.mouse.up();
};

test('a card moves by pointer and keyboard, a stage asks, won is an order', async () => {
  const page = await comeIn({ allow: [409, 422] });
  await page.goto('/opportunities');
  assert.match(await page.locator('.board-total').innerText(), /€\s251\.150 open · gewogen €\s134\.842/);
  await fine(page);
  await shot(page, 'board');

  // Dragged: the stage asks what is not known, in a small form.
  await drag(page, card(page, 'Waterpunten bij revalidatie'), column(page, 'proposal'));
  const form = page.locator('dialog#move');
  await form.waitFor();
  await fine(page);
  await shot(page, 'board-asks');
  await form.locator('[name=need]').fill('Wie revalideert moet zelf water kunnen pakken.');
  await form.getByRole('button', { name: 'Verzetten' }).click();
  await column(page, 'proposal').locator('.kans-card', { hasText: 'Waterpunten' }).waitFor();

  // Lifted with Space, moved with the arrows, put back with Escape, then down.
  const link = card(page, 'Waterpunten').locator('a');
  await link.focus();
  await page.keyboard.press('Space');
  await page.locator('#board-said', { hasText: 'opgepakt' }).waitFor();
  await page.keyboard.press('ArrowRight');
  await page.locator('#board-said', { hasText: 'Offerte, kolom 3 van 5' }).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('#board-said', { hasText: 'blijft' }).waitFor();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Space');
  await page.locator('#board-said', { hasText: 'staat nu in Behoefte' }).waitFor();
  await column(page, 'need').locator('.kans-card', { hasText: 'Waterpunten' }).waitFor();

  // Won asks for an order of this customer.
  await drag(page, card(page, 'Verlenging stadhuis'), column(page, 'won'));
  const win = page.locator('dialog#win');
  await win.waitFor();
  await fine(page);
  await win.locator('[name=order]').selectOption({ index: 1 });
  await win.getByRole('button', { name: 'Gewonnen' }).click();
  await column(page, 'won').locator('.kans-card', { hasText: 'Verlenging stadhuis' }).waitFor();

  // Its page, its lines in a grid with a piece of a sheet, who decides.
  await card(page, 'Locatie Zuid').locator('a').click();
  await page.getByRole('heading', { name: 'Locatie Zuid' }).waitFor();
  await fine(page);
  await shot(page, 'opportunity');
  await page.locator('#lines a').first().click();
  await page.locator('#line-0-text').focus();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData('text/plain', 'Machine\t6\t5000,00\nOnderhoud\t3\t900,00');
    document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  assert.match(await page.locator('[data-total]').innerText(), /32\.700,00/);
  await fine(page);
  await page.getByRole('button', { name: 'Opslaan' }).click();
  await page.getByText('€ 32.700').first().waitFor();
  await page.goto('/opportunities/figures?target=50000');
  await fine(page);
  await shot(page, 'figures');
  await page.context().close();
});

test('seven thousand deals land through the page, and the board and the list carry them', async (t) => {
  const dir = join(root, '..', 'shared', 'data', 'pipeline');
  if (!existsSync(dir)) return t.skip('the reference data is not here');
  command(kring.data, ['import', 'accounts', join(dir, 'accounts.csv'), '--map', 'sector=', '--map', 'office_location=', '--map', 'employees=']);
  writeFileSync(join(kring.data, 'meer.csv'), 'Naam\nNog onbekend\n');
  command(kring.data, ['import', 'accounts', join(kring.data, 'meer.csv')]);
  const page = await comeIn({ as: people.roos, allow: [422] });
  await page.goto('/imports/new?kind=opportunity');
  await page.setInputFiles('input[type=file]', join(dir, 'sales_pipeline_asof_2017-09-30.csv'));
  await page.getByRole('button', { name: 'Verder' }).click();
  await page.locator('#columns').waitFor();
  await page.selectOption('[name="column.1"]', ''); // these sellers do not work here
  for (const [n, rule] of [[2, 'GTXPro = GTX Pro'], [3, ' = Nog onbekend'], [4, 'Engaging = Behoefte']]) {
    await page.locator(`details:has(#instead-${n}) summary`).click();
    await page.fill(`[name="instead.${n}"]`, rule);
  }
  await page.selectOption('[name=origin]', 'own');
  await page.selectOption('[name=ground]', 'contract');
  await fine(page);
  await page.getByRole('button', { name: 'Proef draaien' }).last().click();
  await page.locator('#would').waitFor({ timeout: 60_000 });
  await page.locator('.import-counts').getByText('7.135', { exact: true }).first().waitFor();
  await page.getByRole('button', { name: 'Importeren' }).click();
  await page.locator('#became').waitFor({ timeout: 90_000 });
  await page.locator('.import-counts').getByText('7.135', { exact: true }).first().waitFor();

  await page.goto('/opportunities');
  await page.locator('.board-column[data-stage=need] .count', { hasText: '2.412' }).waitFor();
  assert.equal(await page.locator('.board-column[data-stage=need] .kans-card').count(), 25);
  await page.locator('.board-column[data-stage=need] .board-more a').click();
  await page.locator('.board-column[data-stage=need] .kans-card').nth(49).waitFor();
  await fine(page);
  await shot(page, 'board-full');
  await page.goto('/opportunities?view=list&state=won');
  await page.getByText('GTX Pro').first().waitFor();
  assert.equal(await page.getByText('GTXPro').count(), 0);
  await fine(page);
  const small = await comeIn({ as: people.daan, size: phone, theme: 'dark' });
  await small.goto('/opportunities');
  await small.locator('.kans-card').first().waitFor();
  await fine(small);
  await shot(small, 'board-phone');
  await small.context().close();
  await page.context().close();
});
