// openid-client: discovery, PKCE, state, nonce, ID token, userinfo, refresh.
import * as client from 'openid-client'

export default async function flow(app, visit) {
  const algorithm = app.openid ? 'oidc' : 'oauth2'
  const config = await client.discovery(
    new URL(app.issuer),
    app.client_id,
    undefined,
    client.ClientSecretBasic(app.client_secret),
    { algorithm, execute: [client.allowInsecureRequests] },
  )
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const expectedNonce = app.openid ? client.randomNonce() : undefined
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: app.redirect_uri,
    scope: app.scope,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    ...(app.openid && { nonce: expectedNonce }),
  })
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: app.openid }
  const tokens = await client.authorizationCodeGrant(config, await visit(url), checks)
  const claims = tokens.claims()
  const person = claims && (await client.fetchUserInfo(config, tokens.access_token, claims.sub))
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token)
  return { tokens, claims, person, refreshed }
}
