// One organization: nothing to choose. First the question, then never again.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partner, realms, visitor } from '../session.mjs';
import { look } from '../look.mjs';
import { allow, allowButton, allowIfAsked, backWith, connect, connections, deny, signIn, tabTo } from '../steps.mjs';

const { user } = realms.spiko;

test('Spiko: a no goes back to the app and connects nothing', () =>
  visitor({}, async (page) => {
    await connect(page, 'Spiko');
    await signIn(page, user);
    await deny(page);
    await backWith(page, /You said no/);
    assert.equal(await connections(page, 'Spiko').count(), 0);
  }));

test('Spiko: asked the first time, remembered the second', () =>
  visitor({}, async (page) => {
    await connect(page, 'Spiko');
    await signIn(page, user);
    await allowButton(page).waitFor();
    await look(page, 'consent-spiko');
    await allow(page);
    await backWith(page, /Spiko is connected/);
    const card = connections(page, 'Spiko');
    await card.getByRole('button', { name: 'Call the API' }).click();
    assert.match(await card.locator('.call .tag').innerText(), /200/);
    await card.getByRole('button', { name: 'Refresh now' }).click();
    await backWith(page, /new tokens/);
    await connect(page, 'Spiko');
    await backWith(page, /Spiko is connected/);
    assert.equal(await card.count(), 1);
    await card.getByRole('button', { name: 'Disconnect' }).click();
    await backWith(page, /gone/);
  }));

test('Spiko: what was connected is taken back among the connected apps, by the keyboard alone', () =>
  visitor({}, async (page) => {
    const { base } = realms.spiko;
    await page.goto(`${base}/settings/apps`);
    await signIn(page, user);
    await page.waitForURL(`${base}/settings/apps`);
    await connect(page, 'Spiko');
    await allowIfAsked(page);
    await backWith(page, /Spiko is connected/);
    await page.goto(`${base}/sign-in`);
    await page.getByRole('link', { name: 'Connected apps' }).click();
    const button = page.getByRole('button', { name: /^Disconnect/ });
    assert.equal(await button.count(), 1);
    await look(page, 'connected-apps');
    await tabTo(page, button);
    await page.keyboard.press('Enter');
    await page.getByText('No app is connected.').waitFor();
    assert.match(await page.getByRole('status').innerText(), /is disconnected/);
    assert.equal(page.url(), `${base}/settings/apps`);
    await look(page, 'connected-apps-none');
    await page.goto(`${partner}/`);
    const card = connections(page, 'Spiko');
    await card.getByRole('button', { name: 'Call the API' }).click();
    assert.match(await card.locator('.call .tag').innerText(), /401/);
    await card.getByRole('button', { name: 'Disconnect' }).click();
    await backWith(page, /gone/);
  }));

test('Spiko: an unknown app and a foreign redirect get a page, and nobody is sent anywhere', () =>
  visitor({}, async (page) => {
    const { base, app } = realms.spiko;
    const ask = (query) => `${base}/oauth2/auth?${new URLSearchParams(query)}`;
    const rest = { response_type: 'code', scope: 'offline', state: 'long-enough' };
    for (const query of [
      { client_id: 'nobody', redirect_uri: app.redirect_uri, ...rest },
      { client_id: app.client_id, redirect_uri: 'http://localhost:3000/elsewhere', ...rest },
    ]) {
      const answer = await page.goto(ask(query));
      assert.equal(answer.status(), 400);
      assert.ok(page.url().startsWith(base));
      await look(page, query.client_id === 'nobody' ? 'error-app' : 'error-redirect');
    }
  }));
