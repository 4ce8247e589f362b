// What every browser story needs: a Kring of its own, a visitor who watches,
// and eyes that see what a person with a screen reader would.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const demoPassword = 'een lange zin om te onthouden';

/** People of the demo organisation, each with a role of their own. */
export const people = Object.fromEntries(['sanne', 'roos', 'daan', 'joris', 'teun', 'claire'].map((name) => [name, { email: `${name}@brandt.example`, password: demoPassword }]));

/** Starts the built program in an empty folder; stop() ends it and removes the folder. */
export async function openKring({ demo = true, setup, env = {}, args = [] } = {}) {
  const data = await mkdtemp(join(tmpdir(), 'kring-story-'));
  if (setup) {
    demo = false;
    command(data, ['setup', '--org', setup.org, '--admin', setup.email, '--name', setup.name, '--locale', setup.locale ?? 'nl', '--password-stdin'], setup.password);
  }
  const words = ['serve', ...(demo ? ['--demo'] : []), '--data', data, '--listen', '127.0.0.1:0', ...args];
  const program = spawn(join(root, 'kring'), words, { cwd: data, env: { ...process.env, KRING_DEMO_PASSWORD: demoPassword, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const kring = { data, out: '', log: '', url: '' };
  program.stderr.on('data', (text) => { kring.log += text; });
  kring.stop = async () => {
    if (program.exitCode === null && program.signalCode === null) {
      program.kill('SIGTERM');
      await Promise.race([once(program, 'exit'), new Promise((late) => setTimeout(late, 10_000).unref())]);
      if (program.exitCode === null) program.kill('SIGKILL');
    }
    await rm(data, { recursive: true, force: true });
  };
  await new Promise((ready, fail) => {
    const late = setTimeout(() => fail(new Error(`kring printed no address in 30 s:\n${kring.out}${kring.log}`)), 30_000);
    program.stdout.on('data', (text) => {
      kring.out += text;
      const address = kring.out.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (address && !kring.url) {
        kring.url = address[0];
        setTimeout(ready, 50); // how to sign in is printed right after
        clearTimeout(late);
      }
    });
    program.on('exit', (code) => { clearTimeout(late); fail(new Error(`kring stopped with ${code}:\n${kring.out}${kring.log}`)); });
    program.on('error', fail);
  });
  return kring;
}

/** Runs another command of the program on the same data; returns what it printed. */
export function command(data, words, input = '') {
  const done = spawnSync(join(root, 'kring'), [...words, '--data', data], { cwd: data, input, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`kring ${words.join(' ')}: ${done.status}\n${done.stdout}${done.stderr}`);
  return done.stdout.trim();
}

export async function signIn(page, { email, password }) {
  await page.goto('/sign-in');
  await page.fill('input[name=email]', email);
  await page.fill('input[name=password]', password);
  await Promise.all([page.waitForURL((url) => url.pathname !== '/sign-in'), page.locator('form[action="/sign-in"] button[type=submit], form[action="/sign-in"] button:not([type])').first().click()]);
}

export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
    ],
  });
}

export const desk = { width: 1440, height: 900 };
export const phone = { width: 390, height: 844 };

/**
 * A visitor in a browser of their own. page.complaints() lists what must never
 * happen: errors in the console, blocked by the content policy, requests to
 * other hosts, answers of 500 and up. Expected 4xx answers are named in `allow`.
 */
export async function visit(browser, kring, { locale = 'nl', theme = 'light', size = desk, allow = [], javaScript = true, at = '127.0.0.1' } = {}) {
  const home = kring.url.replace('127.0.0.1', at); // passkeys want a name, not a number
  const context = await browser.newContext({
    baseURL: home,
    locale: locale === 'nl' ? 'nl-NL' : 'en-GB',
    timezoneId: 'Europe/Amsterdam',
    colorScheme: theme,
    viewport: size,
    hasTouch: size.width < 720,
    deviceScaleFactor: size.width < 720 ? 2 : 1,
    reducedMotion: 'reduce',
    javaScriptEnabled: javaScript,
  });
  context.setDefaultTimeout(10_000);
  const seen = [];
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (/^(https?|wss?):$/.test(url.protocol) && url.origin !== home && !allow.includes(url.origin)) seen.push(`asked another host: ${url}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 500) seen.push(`${response.status()} from ${response.request().method()} ${response.url()}`);
  });
  context.on('weberror', (error) => seen.push(`script error at ${error.page()?.url()}: ${error.error()?.stack}`));
  context.on('console', (message) => {
    const text = message.text();
    if (message.type() !== 'error' || allow.some((code) => typeof code === 'number' && text.includes(`status of ${code}`))) return;
    seen.push(`console at ${message.page()?.url()}: ${text} ${message.location()?.url ?? ''}`);
  });
  const page = await context.newPage();
  page.complaints = () => seen;
  return page;
}

/** Runs axe on the page as it stands; returns one sentence for each violation. */
export async function axe(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    resultTypes: ['violations'],
  }));
  const twice = await page.evaluate(() => {
    const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
    return [...new Set(ids.filter((id, i) => ids.indexOf(id) !== i))];
  });
  const doubles = twice.map((id) => `${page.url()}: two elements have the id ${id}`);
  return doubles.concat(violations.map((v) => `${page.url()}: ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => `${n.target.join(' ')} ${n.any?.[0]?.message ?? ''}`).join(' | ')}`));
}

/** Nothing wider than the window, but for scrollers of their own. */
export async function sideways(page) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  return wide > 0 ? [`${page.url()} is ${wide}px wider than the window`] : [];
}
