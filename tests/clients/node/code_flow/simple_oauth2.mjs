// simple-oauth2: what a partner's server does, by a form or by JSON as the realm documents it.
import { createHash, randomBytes } from 'node:crypto'
import { AuthorizationCode } from 'simple-oauth2'

const base64url = (bytes) => bytes.toString('base64url')

export default async function flow(app, visit) {
  const path = (endpoint) => new URL(endpoint).pathname
  const client = new AuthorizationCode({
    client: { id: app.client_id, secret: app.client_secret },
    auth: {
      tokenHost: app.issuer,
      tokenPath: path(app.token_endpoint),
      refreshPath: path(app.refresh_endpoint ?? app.token_endpoint),
      revokePath: path(app.revocation_endpoint),
      authorizePath: path(app.authorization_endpoint),
    },
    options: app.json
      ? { bodyFormat: 'json', authorizationMethod: 'body' }
      : { bodyFormat: 'form', authorizationMethod: 'header' },
  })
  const state = base64url(randomBytes(16))
  const code_verifier = base64url(randomBytes(32))
  const code_challenge = base64url(createHash('sha256').update(code_verifier).digest())
  const url = client.authorizeURL({
    redirect_uri: app.redirect_uri,
    scope: app.scope,
    state,
    code_challenge,
    code_challenge_method: 'S256',
  })
  const back = (await visit(url)).searchParams
  if (back.get('state') !== state) throw new Error('another state')
  const { redirect_uri } = app
  const token = await client.getToken({ code: back.get('code'), redirect_uri, code_verifier })
  const refreshed = await token.refresh()
  return { tokens: token.token, refreshed: refreshed.token }
}
