// What every test shares: one browser, the demo's credentials, and a watch on every page.
//
// Invariant: a page that runs into its own policy, throws, asks another host or gets a 5xx fails the
// test that opened it, whatever the test was about.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { after } from 'node:test';
import { chromium } from 'playwright-core';

const [file, folder] = process.argv.slice(2);

export const demo = JSON.parse(readFileSync(file, 'utf8'));
export const realms = demo.realms;
export const shots = folder;
mkdirSync(shots, { recursive: true });

const ports = new URL(demo.portal);
export const partner = `http://localhost:${Number(ports.port) + 6}`;

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // Names that are not `localhost`: to them a browser sends no Fetch Metadata over plain http.
    '--host-resolver-rules=MAP 192.0.2.7 127.0.0.1',
  ],
});
after(() => browser.close());

/** What Chromium itself says of a status that a test may well expect. */
const status = /^Failed to load resource: (the server responded with a status of 4|net::ERR_CONNECTION)/;

/** Opens a browser of its own for `act`, with nobody signed in; the page is watched. */
export async function visitor(options, act) {
  const context = await browser.newContext({
    viewport: { width: 1100, height: 800 },
    locale: 'en-GB',
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(10_000);
  const trouble = [];
  context.on('page', (page) => watch(page, trouble));
  const page = await context.newPage();
  try {
    await act(page, context);
    assert.deepEqual(trouble, []);
  } catch (error) {
    await page.screenshot({ path: `${shots}/failed-${Date.now()}.png` }).catch(() => {});
    const text = await page.locator('body').innerText().catch(() => '');
    error.message += `\nat ${page.url()}\n${text}\n${trouble.join('\n')}`;
    throw error;
  } finally {
    await context.close();
  }
}

function watch(page, trouble) {
  page.on('pageerror', (error) => trouble.push(`threw ${error}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !status.test(message.text())) trouble.push(message.text());
  });
  page.on('response', (response) => {
    if (response.status() >= 500) trouble.push(`${response.status()} at ${response.url()}`);
  });
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    // Another scheme is another program on the machine.
    const here = /^(127\.0\.0\.1|localhost|192\.0\.2\.7)$/.test(hostname) || !protocol.startsWith('http');
    if (!here) trouble.push(`asked ${request.url()}`);
  });
}

/** Waits for the browser to be sent back to an app where nobody listens; gives the query. */
export async function sentBack(page, redirectUri, act) {
  const [request] = await Promise.all([
    page.waitForRequest((request) => request.url().startsWith(redirectUri)),
    act(),
  ]);
  return new URL(request.url());
}

/** A call to the admin API of a realm of the demo file. */
export async function administer({ base, admin_key: key }, method, path, body) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const answer = await fetch(`${base}/admin/v1${path}`, { method, headers, body: sent });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
}
