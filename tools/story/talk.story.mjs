// Say what you do: somebody plans a conversation, holds it with the keyboard,
// loses the connection, promises something with /, reports an advance, and the
// customer confirms it.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { axe, openBrowser, openKring, people, phone, sideways, signIn, visit } from './house.mjs';

let kring, browser;
before(async () => { [kring, browser] = await Promise.all([openKring(), openBrowser()]); });
after(async () => { await browser?.close(); await kring?.stop(); });

const fine = async (page) => assert.deepEqual([...await axe(page), ...await sideways(page), ...page.complaints()], []);
const soon = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

test('a conversation from its plan to the yes of the customer', async () => {
  const page = await visit(browser, kring, { allow: [422, 'Failed', 'net::'] });
  await signIn(page, people.sanne);
  await page.goto('/accounts?q=Wachter');
  await page.getByRole('link', { name: 'Museum De Wachter' }).first().click();
  await page.waitForURL(/\/accounts\/[0-9a-f-]{36}/);
  await page.keyboard.press('s');
  await page.waitForURL(/\/conversations\/new/);
  await page.fill('input[name=title]', 'Een tweede machine');
  await page.fill('input[name=goal]', 'Een proefweek in de foyer');
  const asks = page.locator('input[name=ask]');
  for (const [n, text] of ['Wie zet nu koffie?', 'Waar staat de rij?', 'Wat kost die rij?'].entries()) await asks.nth(n).fill(text);
  await page.locator('input[name=contact]').first().check();
  await fine(page);
  await page.getByRole('button', { name: 'Nu beginnen' }).click();
  await page.waitForURL(/\/conversations\/[0-9a-f-]{36}$/);

  const box = page.locator('#talk-text');
  await page.keyboard.press('2');
  await box.pressSequentially('De rij staat tot de garderobe');
  await page.keyboard.press('Enter');
  await page.locator('#talk-lines li:not(.unsent)', { hasText: 'tot de garderobe' }).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('w');
  await page.locator('[data-queue=turn] [aria-pressed=true]').waitFor();

  await page.context().setOffline(true);
  await page.keyboard.press('3');
  await box.pressSequentially('Bezoekers gaan naar de overkant');
  await page.keyboard.press('Enter');
  await page.locator('#talk-lines li.unsent').waitFor();
  await page.locator('#talk-state.bad').waitFor();
  await page.context().setOffline(false);
  await page.reload();
  await page.locator('#talk-lines li:not(.unsent)', { hasText: 'naar de overkant' }).waitFor();
  assert.equal(await page.locator('#talk-lines li', { hasText: 'naar de overkant' }).count(), 1);

  await box.fill('/belofte Proefmachine laten plaatsen');
  await page.keyboard.press('Enter');
  assert.equal(await page.locator('#promise-text').inputValue(), 'Proefmachine laten plaatsen');
  await page.fill('#promise-due', soon(5));
  await page.locator('#talk-promise button[type=submit]').click();
  await page.locator('#promised .promise-list', { hasText: 'Proefmachine laten plaatsen' }).waitFor();
  await page.getByRole('button', { name: /Vastleggen als impliciete behoefte: De rij/ }).click();
  await page.locator('#needs', { hasText: 'tot de garderobe' }).waitFor();
  page.complaints().length = 0; // the connection was lost on purpose
  await fine(page);

  await page.getByLabel('Voortgang').check();
  await page.keyboard.press('Control+Enter');
  await page.locator('#report').waitFor();
  await page.getByRole('button', { name: 'Verslag vastleggen' }).click();
  assert.match(await page.locator('main').innerText(), /Schrijf op wat/);
  await page.fill('input[name=action]', 'Zet de proefweek in de agenda');
  await page.locator('select[name=action_by]').selectOption({ index: 1 });
  await page.fill('input[name=action_day]', soon(2));
  await page.getByRole('button', { name: 'Verslag vastleggen' }).click();
  await page.getByRole('button', { name: 'Maak een link om te bevestigen' }).click();
  const link = await page.locator('#offer-link').inputValue();
  assert.match(await page.locator('#offer-text').inputValue(), /Dit hoorde ik van u:[^]*tot de garderobe[^]*Proefmachine laten plaatsen[^]*\/c\//);
  await fine(page);

  const customer = await visit(browser, kring, { size: phone, theme: 'dark', allow: [404] });
  await customer.goto(new URL(link).pathname);
  await fine(customer);
  await customer.fill('input[name=name]', 'Hanneke van Beek');
  await customer.getByRole('button', { name: 'Dit klopt' }).click();
  await customer.getByText('Bevestigd door Hanneke van Beek').waitFor();
  await page.reload();
  assert.match(await page.locator('main').innerText(), /Bevestigd door de klant/);
});

test('promises are kept with a way back; the coach shows one\'s own', async () => {
  const page = await visit(browser, kring, { size: phone });
  await signIn(page, people.sanne);
  await page.goto('/promises');
  await fine(page);
  await page.getByRole('button', { name: /Nagekomen: Proefpakket decaf/ }).click();
  await page.getByRole('status').filter({ hasText: 'Nagekomen' }).waitFor();
  assert.equal(await page.getByRole('button', { name: /Nagekomen: Proefpakket decaf/ }).count(), 0);
  await page.goto('/coach');
  assert.match(await page.locator('main').innerText(), /Alleen jij ziet deze pagina/);
  await page.getByLabel('Doorvragen op gevolgen').check();
  await page.getByRole('button', { name: 'Begin', exact: true }).click();
  assert.match(await page.locator('main').innerText(), /0 van 3 keer geprobeerd/);
  await fine(page);
});

test('without script a conversation is plain forms', async () => {
  const page = await visit(browser, kring, { javaScript: false });
  await signIn(page, people.sanne);
  await page.goto('/conversations');
  await page.getByRole('link', { name: 'Groei naar drie vestigingen' }).first().click();
  await page.fill('#talk-text', 'Daardoor blijft de telefoon onbeantwoord');
  await page.getByRole('button', { name: 'Noteer' }).first().click();
  assert.match(await page.locator('#talk-lines').innerText(), /onbeantwoord/);
});
