// What must hold of every page, whatever is on it: axe finds nothing, in light and in dark; a phone
// of 360 pixels shows it without scrolling sideways; no script, no style of its own.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { shots } from './session.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const WIDE = { width: 1100, height: 800 };
const PHONE = { width: 360, height: 740 };

/** The pictures of the README, by the names of the pages: `readme-…png`, to be copied to docs/pictures/. */
const README = {
  'sign-in': { width: 640, height: 700 },
  picker: { width: 640, height: 700 },
  'consent-spendesk': { width: 640, height: 1090 },
  'partner-connected': { width: 1000, height: 780 },
};

/** Looks at the page as it is now, and leaves it as it was. */
export async function look(page, name) {
  // Before any picture: taking one leaves marks in the page.
  const own = await page
    .locator('script, style, [style], [onclick], iframe, object')
    .evaluateAll((all) => all.map((it) => it.outerHTML.slice(0, 200)));
  assert.deepEqual(own, [], `${name} has a script or a style of its own`);
  if (README[name]) {
    await page.setViewportSize(README[name]);
    await page.screenshot({ path: `${shots}/readme-${name}.png` });
  }
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    for (const [device, size] of [['wide', WIDE], ['phone', PHONE]]) {
      await page.setViewportSize(size);
      await page.screenshot({ path: `${shots}/${name}-${device}-${colorScheme}.png`, fullPage: true });
      await judge(page, `${name}, ${device}, ${colorScheme}`);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(WIDE);
}

async function judge(page, where) {
  const size = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return { scrollWidth, clientWidth };
  });
  assert.ok(size.scrollWidth <= size.clientWidth, `${where} scrolls sideways: ${JSON.stringify(size)}`);
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  const told = found.violations.map((it) => `${it.id}: ${it.help}\n  ${it.nodes.map((node) => `${node.html}\n    ${node.failureSummary}`).join('\n  ')}`);
  assert.deepEqual(told, [], where);
}
