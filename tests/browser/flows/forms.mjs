// What stands between a form of ours and its effect, beside the person: cookies of others, other tabs, old browsers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { administer, demo, realms, visitor } from '../session.mjs';
import { signIn } from '../steps.mjs';

const { base, user } = realms.spiko;
const signedIn = (page) => page.getByRole('heading', { name: 'You are signed in' }).waitFor();

test('a cookie of another program with letters that are not ASCII is no matter', () =>
  visitor({}, async (page) => {
    await page.goto(`${base}/sign-in`);
    await page.evaluate(() => {
      document.cookie = 'company=Société; path=/';
    });
    await page.reload();
    await signIn(page, user);
    await signedIn(page);
    const me = await page.goto(`${base}/account/v1/me`);
    assert.equal(me.status(), 200);
  }));

test('of two tabs that were opened before any cookie existed, both work', () =>
  visitor({}, async (first, context) => {
    await first.goto(`${base}/sign-in`);
    const before = await context.cookies();
    await context.clearCookies();
    const second = await context.newPage();
    await second.goto(`${base}/sign-in`);
    // What the browser has when both pages were on their way at once, the first one's answer first.
    const after = await context.cookies();
    await context.addCookies([...before, ...after]);
    await signIn(first, user);
    await signedIn(first);
    await signIn(second, user);
    await signedIn(second);
  }));

test('the page of a one-time link works in a browser that sends no Fetch Metadata', () =>
  visitor({}, async (page) => {
    // Chromium sends none over plain http to another address than its own machine's.
    const old = new URL(realms.fyma.base);
    old.hostname = '192.0.2.7';
    await page.goto(`${old.origin}/access-request`);
    await page.getByLabel('Your name').fill('Grace Hopper');
    await page.locator('[name=organization]').fill('Nanoseconds');
    await page.locator('[name=use_case]').fill('Counting what passes the gate.');
    await page.locator('[name=contact]').fill('grace@nanoseconds.example');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('heading', { name: 'Thank you' }).waitFor();

    const { data } = await administer(realms.fyma, 'GET', '/access-requests?state=pending');
    const { id } = data.find((it) => it.contact === 'grace@nanoseconds.example');
    await administer(realms.fyma, 'POST', `/access-requests/${id}/approve`, {});
    const letter = page.locator('article', { hasText: 'grace@nanoseconds.example' });
    for (let tries = 0; tries < 50 && (await letter.count()) === 0; tries += 1) {
      await page.goto(`${demo.portal}/mail`);
    }
    const link = new URL(await letter.getByRole('link').first().getAttribute('href'));
    link.host = old.host;
    await page.goto(link.href);
    const sent = page.waitForRequest((request) => request.method() === 'POST');
    await page.getByRole('button', { name: 'Show my credentials' }).click();
    const headers = await (await sent).allHeaders();
    assert.equal(headers['sec-fetch-site'], undefined, 'the browser of this test is an old one');
    assert.equal(headers.origin, old.origin);
    assert.ok(!headers.referer?.includes('/credentials/'), 'the link stays out of Referer');
    await page.getByRole('heading', { name: 'Your credentials' }).waitFor();
  }));
