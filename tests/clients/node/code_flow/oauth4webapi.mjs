// oauth4webapi: every step by itself, and every answer checked. Also for an app without a secret.
import * as oauth from 'oauth4webapi'

const insecure = { [oauth.allowInsecureRequests]: true }

export default async function flow(app, visit) {
  const issuer = new URL(app.issuer)
  const server = await oauth
    .discoveryRequest(issuer, { ...insecure, algorithm: app.openid ? 'oidc' : 'oauth2' })
    .then((response) => oauth.processDiscoveryResponse(issuer, response))
  const client = { client_id: app.client_id }
  const authentication = app.client_secret
    ? oauth.ClientSecretPost(app.client_secret)
    : oauth.None()
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const expectedNonce = app.openid ? oauth.generateRandomNonce() : undefined
  const url = new URL(server.authorization_endpoint)
  const parameters = {
    client_id: app.client_id,
    redirect_uri: app.redirect_uri,
    response_type: 'code',
    scope: app.scope,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    ...(app.openid && { nonce: expectedNonce }),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  // RFC 9207: it checks who answered, since the metadata promise it.
  const answer = oauth.validateAuthResponse(server, client, await visit(url), state)
  const tokens = await oauth
    .authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      answer,
      app.redirect_uri,
      verifier,
      insecure,
    )
    .then((response) =>
      oauth.processAuthorizationCodeResponse(server, client, response, {
        expectedNonce,
        requireIdToken: app.openid,
      }),
    )
  const claims = oauth.getValidatedIdTokenClaims(tokens)
  const person =
    claims &&
    (await oauth
      .userInfoRequest(server, client, tokens.access_token, insecure)
      .then((response) => oauth.processUserInfoResponse(server, client, claims.sub, response)))
  const refreshed = await oauth
    .refreshTokenGrantRequest(server, client, authentication, tokens.refresh_token, insecure)
    .then((response) => oauth.processRefreshTokenResponse(server, client, response))
  return { iss: server.authorization_response_iss_parameter_supported, tokens, claims, person, refreshed }
}
