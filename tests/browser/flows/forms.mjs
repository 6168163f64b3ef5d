// What stands between a form of ours and its effect, beside the person.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { realms, visitor } from '../session.mjs';
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
