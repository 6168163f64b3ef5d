// What an app does with its callback is its own: it redirects on, to another origin or to another program. A browser
// follows all of it after a form of ours, also without scripts.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { administer, realms, sentBack, visitor } from '../session.mjs';
import { allow, allowButton, deny, pick, signIn } from '../steps.mjs';

const SCHEME = 'claude://callback';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

/** Serves until the tests end; gives its port. */
async function serve(answer) {
  const server = createServer(answer);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => server.close());
  return server.address().port;
}

const elsewhere = `http://127.0.0.1:${await serve((_, response) => response.end('the end'))}/end`;
const between = await serve((request, response) => {
  response.writeHead(302, { location: `${elsewhere}${new URL(request.url, elsewhere).search}` }).end();
});
// The app: what it does with its callback is said in `state`.
const app = `http://127.0.0.1:${await serve((request, response) => {
  const { search, searchParams } = new URL(request.url, elsewhere);
  const onward = searchParams.get('state') === 'another program' ? SCHEME : `http://127.0.0.1:${between}/`;
  response.writeHead(302, { location: `${onward}${search}` }).end();
})}`;

const providers = {
  Spiko: { ...realms.spiko, authorize: '/oauth2/auth', signOut: '/oauth2/sessions/logout', scope: 'offline' },
  Spendesk: { ...realms.spendesk, authorize: '/oauth2/authorize', signOut: '/end-session', scope: 'settlement:read' },
};
const chains = { 'two more origins': elsewhere, 'another program': SCHEME };

for (const [name, provider] of Object.entries(providers)) {
  for (const [chain, end] of Object.entries(chains)) {
    for (const javaScriptEnabled of [true, false]) {
      const how = javaScriptEnabled ? '' : ', without scripts';
      test(`${name}: an app may redirect on to ${chain}${how}`, () =>
        visitor({ javaScriptEnabled }, (_, context) => walk(context, provider, chain, end)));
    }
  }
}

async function walk(context, provider, chain, end) {
  const { base, user, companies } = provider;
  const { id } = await administer(provider, 'POST', '/clients', {
    kind: 'app',
    name: `Redirects on to ${chain}`,
    redirect_uris: [`${app}/callback`],
    post_logout_redirect_uris: [`${app}/bye`],
    scopes: [provider.scope],
  });
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: id,
    redirect_uri: `${app}/callback`,
    scope: provider.scope,
    state: chain,
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
  });
  // A tab for each way: one that led to another program waits for that.
  const open = async (url) => {
    const page = await context.newPage();
    await page.goto(url);
    return page;
  };
  const ask = () => open(`${base}${provider.authorize}?${query}`);
  const ends = async (page, act) => {
    const there = await sentBack(page, end, act);
    assert.equal(there.searchParams.get('state'), chain);
    return there.searchParams;
  };
  const pickIfAsked = async (page) => {
    if (companies) await pick(page, companies[0].name);
  };

  let page = await ask();
  await signIn(page, user);
  await pickIfAsked(page);
  await allowButton(page).waitFor();
  assert.equal((await ends(page, () => deny(page))).get('error'), 'access_denied');
  page = await ask();
  await pickIfAsked(page);
  await allowButton(page).waitFor();
  assert.ok((await ends(page, () => allow(page))).get('code'));

  // A remembered consent: the form that leads to the app is the picker's, or that of the sign-in page.
  await context.clearCookies();
  page = await ask();
  if (companies) await signIn(page, user);
  const last = companies ? () => pickIfAsked(page) : () => signIn(page, user);
  assert.ok((await ends(page, last)).get('code'));

  const bye = new URLSearchParams({ client_id: id, post_logout_redirect_uri: `${app}/bye`, state: chain });
  page = await open(`${base}${provider.signOut}?${bye}`);
  await ends(page, () => page.getByRole('button', { name: 'Sign out' }).click());
}
