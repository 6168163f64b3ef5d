// What a person does on the pages of the issuer and of the partner's app, in their words.

import assert from 'node:assert/strict';
import { partner } from './session.mjs';

export const email = (page) => page.locator('input[name=email]');
export const password = (page) => page.locator('input[name=password]');
export const signInButton = (page) => page.locator('form:has(input[name=password]) button[type=submit], form:has(input[name=password]) button:not([type])').first();
export const allowButton = (page) => page.locator('button[name=decision][value=allow]');
export const denyButton = (page) => page.locator('button[name=decision][value=deny]');

/** From the app's page to the provider's. */
export async function connect(page, name) {
  if (!page.url().startsWith(partner)) await page.goto(`${partner}/`);
  await page.getByRole('button', { name: new RegExp(`^Connect ${name}`) }).click();
}

export async function signIn(page, user) {
  await email(page).fill(user.email);
  await password(page).fill(user.password);
  await signInButton(page).click();
}

/** On the picker: the company called `name`, then on. */
export async function pick(page, name) {
  await page.getByLabel(name, { exact: false }).check();
  await page.getByRole('button', { name: 'Continue' }).click();
}

/** Says yes where there is a question; a remembered yes goes straight back to the app. */
export async function allowIfAsked(page) {
  const back = (url) => url.origin === partner;
  await Promise.race([allowButton(page).waitFor(), page.waitForURL(back)]);
  if (!back(new URL(page.url()))) await allow(page);
}

export const allow = (page) => allowButton(page).click();
export const deny = (page) => denyButton(page).click();

/** The cards of the app's connections at a provider. */
export const connections = (page, name) => page.locator(`li[data-provider=${name.toLowerCase()}]`);

/** Back at the app, with a notice. */
export async function backWith(page, text) {
  await page.waitForURL(`${partner}/`);
  assert.match(await page.getByRole('status').innerText(), text);
}

/** Presses Tab until the focus is on what `locator` finds; what has the focus shows it. */
export async function tabTo(page, locator) {
  const wanted = await locator.elementHandle();
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    const there = await wanted.evaluate((it) => it === document.activeElement);
    if (!there) continue;
    // A radio may show it on its label.
    const outlines = await wanted.evaluate((it) =>
      [it, it.closest('label') ?? it].map((it) => getComputedStyle(it).outlineStyle));
    assert.notDeepEqual(outlines, ['none', 'none'], `the focus can be seen on ${locator}`);
    return;
  }
  assert.fail(`no way to ${locator} by the keyboard`);
}
