// Walks over every kind of page that can be reached by links from where it
// begins: one page for each pattern of address.

const pattern = (address) => {
  const url = new URL(address);
  return url.pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '{id}').replace(/\/\d+(?=\/|$)/g, '/{n}');
};

/** Calls look(page, pattern) once for each kind of page; returns the patterns. */
export async function everyPage(page, from, look, { skip = [], most = 120 } = {}) {
  skip = [...skip, /\/pdf$/]; // a letter, not a page
  const waiting = from.map((path) => new URL(path, page.url()).href);
  const seen = new Set();
  while (waiting.length > 0 && seen.size < most) {
    const address = waiting.shift();
    const kind = pattern(address);
    if (seen.has(kind) || skip.some((s) => s.test(kind))) continue;
    seen.add(kind);
    try {
      await page.goto(address);
    } catch (error) {
      if (String(error).includes('Download is starting')) continue; // a file, not a page
      throw error;
    }
    await page.waitForLoadState('load');
    await look(page, kind);
    const found = await page.locator('a[href]:not([download])').evaluateAll((all) => all.map((a) => new URL(a.getAttribute('href'), document.baseURI).href)); // a drawing's links have no plain href
    for (const href of found) {
      if (new URL(href).origin === new URL(address).origin && !seen.has(pattern(href))) waiting.push(href.split('#')[0]);
    }
  }
  return [...seen];
}
