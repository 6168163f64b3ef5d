// The pages that no flow comes by.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { administer, demo, partner, realms, visitor } from '../session.mjs';
import { look } from '../look.mjs';
import { signIn } from '../steps.mjs';

test('the portal leads to the app, to the sign-in pages and to the mail', () =>
  visitor({}, async (page) => {
    await page.goto(`${demo.portal}/`);
    await look(page, 'portal');
    for (const [link, there] of [[`${partner}/`, partner], ['Mail', `${demo.portal}/mail`]]) {
      await page.goto(`${demo.portal}/`);
      await page.getByRole('link', { name: link }).first().click();
      assert.ok(page.url().startsWith(there), page.url());
    }
  }));

test('the app of the partner, before anything is connected', () =>
  visitor({}, async (page) => {
    await page.goto(`${partner}/`);
    await look(page, 'partner');
    await page.goto(`${partner}/nothing`);
    await look(page, 'partner-nothing');
  }));

test('somebody asks for credentials, staff say yes, and the link in the mail shows them once', () =>
  visitor({}, async (page) => {
    await page.goto(`${demo.portal}/`);
    await page.getByRole('link', { name: 'Ask fyma for credentials' }).click();
    await look(page, 'access-request');
    await page.getByLabel('Your name').fill('Ada Byron');
    await page.locator('[name=organization]').fill('Analytical Engines');
    await page.locator('[name=use_case]').fill('Counting what passes the gate.');
    await page.locator('[name=contact]').fill('ada@analytical.example');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('heading', { name: 'Thank you' }).waitFor();
    await look(page, 'access-request-sent');

    const pending = await administer(realms.fyma, 'GET', '/access-requests?state=pending');
    const items = pending.items ?? pending.data ?? pending;
    await administer(realms.fyma, 'POST', `/access-requests/${items[0].id}/approve`, {});
    const letter = page.locator('article', { hasText: 'ada@analytical.example' });
    for (let tries = 0; tries < 50 && (await letter.count()) === 0; tries += 1) {
      await page.goto(`${demo.portal}/mail`);
    }
    await look(page, 'mail');
    await letter.getByRole('link').first().click();
    await look(page, 'credentials-offer');
    await page.getByRole('button', { name: 'Show my credentials' }).click();
    await page.getByRole('heading', { name: 'Your credentials' }).waitFor();
    await look(page, 'credentials');
    const link = page.url();
    await page.goto(link);
    await look(page, 'credentials-gone');
    assert.equal(await page.getByRole('button', { name: 'Show my credentials' }).count(), 0);
  }));

test('signing in without an app, and out again', () =>
  visitor({}, async (page) => {
    const { base, user } = realms.speckle;
    await page.goto(`${base}/sign-in`);
    await look(page, 'sign-in-alone');
    await signIn(page, user);
    await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
    await look(page, 'signed-in');
    await page.getByRole('link', { name: 'Sign out' }).click();
    await look(page, 'sign-out');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await look(page, 'signed-out');
  }));
