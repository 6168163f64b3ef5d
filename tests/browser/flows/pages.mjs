// The pages that no flow comes by.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demo, partner, visitor } from '../house.mjs';
import { look } from '../look.mjs';

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
