// The way of its own: an access code, and no state.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { realms, sentBack, visitor } from '../session.mjs';
import { look } from '../look.mjs';
import { allow, allowButton, backWith, connect, connections, deny, signIn } from '../steps.mjs';

const { app, base, user } = realms.speckle;
const verify = `${base}/authn/verify/${app.id}`;

test('Speckle: the app of the demo file walks the flow, code last', () =>
  visitor({}, async (page) => {
    await page.goto(`${verify}/a-challenge-of-the-demo`);
    await signIn(page, user);
    await look(page, 'consent-speckle');
    const back = await sentBack(page, app.redirect_uri, () => allow(page));
    assert.equal([...back.searchParams.keys()].at(-1), 'access_code');
    const exchange = (challenge) =>
      fetch(`${base}/auth/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          appId: app.id,
          appSecret: app.secret,
          accessCode: back.searchParams.get('access_code'),
          challenge,
        }),
      });
    const answer = await exchange('a-challenge-of-the-demo');
    assert.equal(answer.status, 200);
    assert.equal((await answer.json()).token.length, 42);
    assert.equal((await exchange('a-challenge-of-the-demo')).status, 401, 'one attempt');
  }));

test('Speckle: a no is told by denied=true', () =>
  visitor({}, async (page) => {
    await connect(page, 'Speckle');
    await signIn(page, user);
    await deny(page);
    await backWith(page, /You said no/);
  }));

test('Speckle: the partner app connects, calls, refreshes, and is remembered', () =>
  visitor({}, async (page) => {
    await connect(page, 'Speckle');
    await signIn(page, user);
    await allowButton(page).waitFor();
    await allow(page);
    await backWith(page, /Speckle is connected/);
    const card = connections(page, 'Speckle');
    await card.getByRole('button', { name: 'Call the API' }).click();
    assert.match(await card.locator('pre').innerText(), new RegExp(user.email));
    await card.getByRole('button', { name: 'Refresh now' }).click();
    await backWith(page, /new tokens/);
    await connect(page, 'Speckle');
    await backWith(page, /Speckle is connected/);
    await card.getByRole('button', { name: 'Disconnect' }).click();
    await backWith(page, /gone/);
  }));
