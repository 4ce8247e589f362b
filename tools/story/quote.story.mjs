// A quote is made, goes beyond a mandate and is approved; the customer reads it on
// a page of their own, without script, and accepts; the order is there, and the
// letter says the same.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { axe, openBrowser, openKring, people, phone, sideways, signIn, visit } from './house.mjs';

let kring, browser;
before(async () => { [kring, browser] = await Promise.all([openKring(), openBrowser()]); });
after(async () => { await browser?.close(); await kring?.stop(); });

const fine = async (page) => assert.deepEqual([...await axe(page), ...await sideways(page), ...page.complaints()], []);
const plain = (text) => text.replaceAll('\u00a0', ' ');

test('from a draft to the order', async () => {
  const seller = await visit(browser, kring, { allow: [404, 409, 422] });
  await signIn(seller, people.sanne);
  await seller.goto('/quotes/new?q=' + encodeURIComponent('Zorggroep De Linden'));
  await seller.getByRole('link', { name: 'Zorggroep De Linden' }).first().click();
  await seller.getByLabel('Onderwerp').fill('Machines voor de nachtploeg');
  await seller.getByLabel('Artikel 1').fill('KM-350');
  await seller.getByLabel('Aantal 1').fill('2');
  await seller.getByLabel('Korting % 1').fill('101');
  await seller.getByLabel('Antwoord op welke behoefte 1').fill('koffie in de nacht');
  await seller.getByRole('button', { name: 'Opslaan' }).click();
  await seller.getByText('Een korting ligt tussen 0 en 100 %.').first().waitFor();
  assert.equal(await seller.getByLabel('Artikel 1').inputValue(), 'KM-350');
  await seller.getByLabel('Korting % 1').fill('15');
  await seller.getByRole('button', { name: 'Opslaan' }).click();
  await seller.waitForURL(/\/quotes\/[0-9a-f-]{36}$/);
  const address = new URL(seller.url()).pathname;
  const main = plain(await seller.locator('main').innerText());
  assert.match(main, /€ 9\.316,00[^]*Btw 21 % over € 9\.316,00[^]*€ 1\.956,36[^]*€ 11\.272,36/); // 2 × 5.480 − 15 %
  assert.match(plain(await seller.locator('body').innerText()), /Een korting van 15 % gaat verder dan je mandaat van 10 %\./);
  await fine(seller);
  await seller.getByLabel('Waarom').first().fill('Eerste van drie locaties');
  await seller.getByRole('button', { name: 'Akkoord vragen' }).click();

  const boss = await visit(browser, kring, { allow: [404] });
  await signIn(boss, people.daan);
  await boss.goto(address);
  await boss.getByLabel('Waarom').first().fill('Past bij het plan');
  await boss.getByRole('button', { name: 'Akkoord geven' }).click();
  await boss.goto(address + '/deal').then((answer) => assert.equal(answer.status(), 404)); // the sheet is the seller's

  await seller.goto(address);
  await seller.getByRole('button', { name: 'Versturen' }).click();
  const link = await seller.locator('input[name=link]').inputValue();
  await fine(seller);

  const guest = await visit(browser, kring, { allow: [404, 409, 422], size: phone, javaScript: false });
  const answer = await guest.goto(link);
  assert.match(answer.headers()['x-robots-tag'], /noindex/);
  assert.match(answer.headers()['cache-control'], /no-store/);
  assert.match(plain(await guest.locator('main').innerText()), /Machines voor de nachtploeg[^]*€ 11\.272,36/);
  const paper = await guest.request.get(link + '/pdf');
  assert.equal(paper.headers()['content-type'], 'application/pdf');
  assert.match(paper.headers()['content-disposition'], /offerte-2026-\d{4}-v1\.pdf/);
  assert.equal((await paper.body()).subarray(0, 5).toString(), '%PDF-');
  await guest.getByRole('button', { name: 'Akkoord geven' }).click();
  await guest.getByText('Vul een functie in.').first().waitFor();
  await guest.getByLabel('Uw naam').first().fill('Inge Verbeek');
  await guest.getByLabel('Uw functie').fill('Facilitair manager');
  await guest.getByLabel('Uw e-mailadres').fill('inge@delinden.example');
  await guest.getByRole('button', { name: 'Akkoord geven' }).click();
  await guest.getByText('Akkoord gegeven door Inge Verbeek').first().waitFor();
  assert.equal(await guest.getByRole('button', { name: 'Akkoord geven' }).count(), 0);
  assert.equal((await guest.goto(link.slice(0, -2) + 'AA')).status(), 404);

  const reader = await visit(browser, kring, {});
  await reader.goto(link + '?lang=en');
  await fine(reader);

  await seller.goto(address);
  await seller.getByRole('link', { name: 'Naar de order' }).click();
  assert.match(plain(await seller.locator('main').innerText()), /9\.316/);
});
