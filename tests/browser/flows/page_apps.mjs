// An app that is a page: it has no secret and no server, and does everything with `fetch()` from its own origin.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { administer, realms, visitor } from '../session.mjs';
import { allow, signIn } from '../steps.mjs';

const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

/** The app: every path is the same empty page. */
const server = createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>An app</title>');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
after(() => server.close());
const callback = `http://127.0.0.1:${server.address().port}/callback`;

/** `fetch()` in the page; gives what its script can read. */
const fetched = (page, url, options) =>
  page.evaluate(async ([url, { form, ...options }]) => {
    if (form) Object.assign(options, { method: 'POST', body: new URLSearchParams(form) });
    const answer = await fetch(url, options);
    const text = await answer.text();
    return { status: answer.status, id: answer.headers.get('x-request-id'), body: text ? JSON.parse(text) : null };
  }, [url, options ?? {}]);

test('an app in a page gets its tokens, refreshes, asks who it is, and revokes', () =>
  visitor({}, async (page) => {
    const { base, user } = realms.spiko;
    const { id } = await administer(realms.spiko, 'POST', '/clients', {
      kind: 'app',
      name: 'In a page',
      redirect_uris: [callback],
      scopes: ['openid', 'offline'],
      auth_methods: ['none'],
    });
    const query = {
      response_type: 'code',
      client_id: id,
      redirect_uri: callback,
      scope: 'openid offline',
      state: 'eight or more',
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
    };
    await page.goto(`${base}/oauth2/auth?${new URLSearchParams(query)}`);
    await signIn(page, user);
    await allow(page);
    await page.waitForURL(`${callback}**`);
    const code = new URL(page.url()).searchParams.get('code');

    const { body: metadata } = await fetched(page, `${base}/.well-known/openid-configuration`);
    assert.equal((await fetched(page, metadata.jwks_uri)).status, 200);
    const token = (form, headers) => fetched(page, metadata.token_endpoint, { form: { client_id: id, ...form }, headers });
    const exchange = { grant_type: 'authorization_code', code, redirect_uri: callback };
    const wrong = await token({ ...exchange, code: 'another' });
    assert.deepEqual([wrong.status, wrong.body.error], [400, 'invalid_grant'], 'an error can be read');
    assert.ok(wrong.id, 'and the id that support asks for');
    const tokens = await token({ ...exchange, code_verifier: VERIFIER });
    assert.equal(tokens.status, 200);
    const refreshed = await token({ grant_type: 'refresh_token', refresh_token: tokens.body.refresh_token });
    assert.equal(refreshed.status, 200);

    // A header that needs a preflight.
    const authorization = `Bearer ${refreshed.body.access_token}`;
    const who = await fetched(page, metadata.userinfo_endpoint, { headers: { authorization } });
    assert.equal(who.status, 200);
    const basic = { form: exchange, headers: { authorization: 'Basic eDp5' } };
    assert.equal((await fetched(page, metadata.token_endpoint, basic)).status, 401, 'after a preflight');
    const form = { client_id: id, token: refreshed.body.refresh_token };
    assert.equal((await fetched(page, metadata.revocation_endpoint, { form })).status, 200);
    const gone = await token({ grant_type: 'refresh_token', refresh_token: refreshed.body.refresh_token });
    assert.equal(gone.status, 400);
  }));
