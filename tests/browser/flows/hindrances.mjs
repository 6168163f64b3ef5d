// Whatever comes in between, the person gets where they were going.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partner, realms, sentBack, visitor } from '../session.mjs';
import { look } from '../look.mjs';
import {
  allow, allowButton, allowIfAsked, backWith, connect, connections, email, password, pick, signIn, tabTo,
} from '../steps.mjs';

const { spendesk, spiko, speckle } = realms;

test('a wrong password says so, keeps the address, and loses nothing', () =>
  visitor({}, async (page) => {
    await connect(page, 'Spiko');
    const asked = page.url();
    await signIn(page, { email: spiko.user.email, password: 'not the password' });
    await page.locator('[role=alert]').waitFor();
    await look(page, 'sign-in-wrong');
    const told = await page.locator('[role=alert]').innerText();
    await signIn(page, { email: 'nobody@example.com', password: 'not the password' });
    assert.equal(await page.locator('[role=alert]').innerText(), told, 'who is unknown is told the same');
    assert.equal(await email(page).inputValue(), 'nobody@example.com', 'what was typed is kept');
    assert.equal(await password(page).inputValue(), '', 'but the password');
    assert.equal(new URL(page.url()).search, new URL(asked).search, 'where to go on is kept');
    await signIn(page, spiko.user);
    await allowIfAsked(page);
    await backWith(page, /connected/);
  }));

test('a sign-in form that went stale is shown again, and then goes on', () =>
  visitor({}, async (page, context) => {
    await connect(page, 'Speckle');
    await context.clearCookies({ domain: '127.0.0.1' });
    await signIn(page, speckle.user);
    assert.equal(await email(page).inputValue(), speckle.user.email);
    await signIn(page, speckle.user);
    await allowIfAsked(page);
    await backWith(page, /connected/);
  }));

test('a question left open while the session ended asks to sign in, and comes back to itself', () =>
  visitor({}, async (page, context) => {
    await connect(page, 'Spendesk');
    await signIn(page, spendesk.user);
    await page.locator('[name=organization]').first().waitFor();
    await context.clearCookies({ domain: '127.0.0.1' });
    await pick(page, spendesk.companies[0].name);
    await signIn(page, spendesk.user);
    await pick(page, spendesk.companies[0].name);
    await allowIfAsked(page);
    await backWith(page, /connected/);
  }));

test('a yes that came too late is asked for again, and then counts', () =>
  visitor({}, async (page, context) => {
    const { base, app, user } = spiko;
    const query = {
      response_type: 'code',
      client_id: app.client_id,
      redirect_uri: app.redirect_uri,
      scope: 'offline',
      state: 'eight or more',
    };
    await page.goto(`${base}/oauth2/auth?${new URLSearchParams(query)}`);
    await signIn(page, user);
    await allowButton(page).waitFor();
    await context.clearCookies({ domain: '127.0.0.1' });
    await allow(page);
    await signIn(page, user);
    const back = await sentBack(page, app.redirect_uri, () => allow(page));
    assert.ok(back.searchParams.get('code'));
    assert.equal(back.searchParams.get('state'), query.state);
  }));

test('all of it works without JavaScript, on a phone', () =>
  visitor({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } }, async (page) => {
    await connect(page, 'Spendesk');
    await signIn(page, spendesk.user);
    await pick(page, spendesk.companies[1].name);
    await allowIfAsked(page);
    await backWith(page, /Spendesk is connected/);
    await connections(page, 'Spendesk').getByRole('button', { name: 'Call the API' }).click();
    assert.match(await connections(page, 'Spendesk').locator('.call .tag').innerText(), /200/);
    await connect(page, 'Speckle');
    await signIn(page, speckle.user);
    await allowIfAsked(page);
    await backWith(page, /Speckle is connected/);
  }));

test('the keyboard is enough', () =>
  visitor({}, async (page) => {
    await page.goto(`${partner}/`);
    await tabTo(page, page.getByRole('button', { name: 'Connect Spiko' }));
    await page.keyboard.press('Enter');
    await email(page).waitFor();
    // From here on with the app of the demo file, whose question nobody has answered yet.
    const { base, app, user, companies: [company] } = spendesk;
    const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
    const query = {
      response_type: 'code',
      client_id: app.client_id,
      redirect_uri: app.redirect_uri,
      scope: 'settlement:read',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    };
    await page.goto(`${base}/oauth2/authorize?${new URLSearchParams(query)}`);
    const focused = await email(page).evaluate((it) => it === document.activeElement);
    if (!focused) await tabTo(page, email(page));
    await page.keyboard.type(user.email);
    await tabTo(page, password(page));
    await page.keyboard.type(user.password);
    await page.keyboard.press('Enter');
    const choice = page.getByLabel(company.name, { exact: false });
    await tabTo(page, page.locator('[name=organization]').first());
    await page.keyboard.press('Space');
    if (!(await choice.isChecked())) await page.keyboard.press('ArrowDown');
    assert.ok(await choice.isChecked());
    // Enter in a form is its first button: that has to be the one that goes on.
    await page.keyboard.press('Enter');
    await tabTo(page, allowButton(page));
    const back = await sentBack(page, app.redirect_uri, () => page.keyboard.press('Enter'));
    assert.ok(back.searchParams.get('code'));
  }));
