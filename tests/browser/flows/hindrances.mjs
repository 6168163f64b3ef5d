// Whatever comes in between, the person gets where they were going.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partner, realms, visitor } from '../house.mjs';
import { look } from '../look.mjs';
import {
  allow, allowButton, backWith, connect, connections, email, password, pick, signIn, signInButton, tabTo,
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
    await Promise.race([allowButton(page).waitFor(), page.waitForURL(`${partner}/`)]);
  }));

test('a sign-in form that went stale is shown again, and then goes on', () =>
  visitor({}, async (page, context) => {
    await connect(page, 'Speckle');
    await context.clearCookies({ domain: '127.0.0.1' });
    await signIn(page, speckle.user);
    assert.equal(await email(page).inputValue(), speckle.user.email);
    await signIn(page, speckle.user);
    await Promise.race([allowButton(page).waitFor(), page.waitForURL(`${partner}/`)]);
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
    await Promise.race([allowButton(page).waitFor(), page.waitForURL(`${partner}/`)]);
    if (page.url() !== `${partner}/`) await allow(page);
    await backWith(page, /connected/);
  }));

test('all of it works without JavaScript, on a phone', () =>
  visitor({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } }, async (page) => {
    await connect(page, 'Spendesk');
    await signIn(page, spendesk.user);
    await pick(page, spendesk.companies[1].name);
    await page.waitForURL(/authorize|localhost/);
    if (page.url().includes('authorize')) await allow(page);
    await backWith(page, /Spendesk is connected/);
    await connections(page, 'Spendesk').getByRole('button', { name: 'Call the API' }).click();
    assert.match(await connections(page, 'Spendesk').locator('.call .tag').innerText(), /200/);
    await connect(page, 'Speckle');
    await signIn(page, speckle.user);
    await page.waitForURL(/verify|localhost/);
    if (page.url().includes('verify')) await allow(page);
    await backWith(page, /Speckle is connected/);
  }));

test('the keyboard is enough', () =>
  visitor({}, async (page) => {
    await page.goto(`${partner}/`);
    await tabTo(page, page.getByRole('button', { name: 'Connect Spendesk' }));
    await page.keyboard.press('Enter');
    await email(page).waitFor();
    if (!(await email(page).evaluate((it) => it === document.activeElement))) await tabTo(page, email(page));
    await page.keyboard.type(spendesk.user.email);
    await tabTo(page, password(page));
    await page.keyboard.type(spendesk.user.password);
    await tabTo(page, signInButton(page));
    await page.keyboard.press('Enter');
    const [company] = spendesk.companies;
    const choice = page.getByLabel(company.name, { exact: false });
    await choice.waitFor();
    if (!(await choice.isChecked())) {
      await tabTo(page, page.locator('[name=organization]').first());
      await page.keyboard.press('Space');
      if (!(await choice.isChecked())) await page.keyboard.press('ArrowDown');
    }
    assert.ok(await choice.isChecked());
    await page.keyboard.press('Enter');
    await page.waitForURL(/organization=|localhost/);
    if (page.url() !== `${partner}/`) {
      await tabTo(page, allowButton(page));
      await page.keyboard.press('Enter');
    }
    await backWith(page, /Spendesk is connected/);
  }));
