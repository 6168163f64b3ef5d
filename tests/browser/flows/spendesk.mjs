// Several companies behind one person: a connection each, independent of the others.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { realms, visitor } from '../session.mjs';
import { look } from '../look.mjs';
import { allow, allowIfAsked, backWith, connect, connections, pick, signIn } from '../steps.mjs';

const { user, companies: [first, second] } = realms.spendesk;

test('Spendesk: both companies are connected, one after the other, and are apart', () =>
  visitor({}, async (page) => {
    await connect(page, 'Spendesk');
    await look(page, 'sign-in');
    await signIn(page, user);
    await look(page, 'picker');
    await pick(page, first.name);
    await look(page, 'consent-spendesk');
    assert.match(await page.locator('main').innerText(), new RegExp(first.name));
    await allow(page);
    await backWith(page, /Spendesk is connected/);

    await connect(page, 'Spendesk');
    await pick(page, second.name);
    await allow(page);
    await backWith(page, /Spendesk is connected/);
    const cards = connections(page, 'Spendesk');
    assert.equal(await cards.count(), 2);
    const card = (company) => cards.filter({ hasText: company.name });

    for (const company of [first, second]) {
      await card(company).getByRole('button', { name: 'Call the API' }).click();
      assert.match(await card(company).locator('pre').innerText(), new RegExp(company.id));
    }
    await look(page, 'partner-connected');
    await card(first).getByRole('button', { name: 'Refresh now' }).click();
    await backWith(page, /new tokens/);
    assert.match(await card(first).innerText(), /Refreshed\s+1 time/);
    await card(first).getByRole('button', { name: 'Disconnect' }).click();
    await backWith(page, /gone/);
    assert.equal(await cards.count(), 1);
    await card(second).getByRole('button', { name: 'Refresh now' }).click();
    await backWith(page, /new tokens/);
    await card(second).getByRole('button', { name: 'Call the API' }).click();
    assert.match(await card(second).locator('.call .tag').innerText(), /200/);
  }));

test('Spendesk: what was allowed once is not asked again, but for another company it is', () =>
  visitor({}, async (page) => {
    await connect(page, 'Spendesk');
    await signIn(page, user);
    await pick(page, first.name);
    await allowIfAsked(page);
    await backWith(page, /connected/);
    await connect(page, 'Spendesk');
    await pick(page, first.name);
    await backWith(page, /connected/);
    assert.equal(await connections(page, 'Spendesk').count(), 1, 'the same one, made anew');
  }));
