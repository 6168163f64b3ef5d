// The machine flow as oauth4webapi does it: discovery, client credentials, introspection,
// revocation, and introspection once more.
//
//   node machine_flow.mjs DEMO_JSON REALM
//
// Prints what it saw as one JSON object; exits with 1 when a step fails.
import { readFile } from 'node:fs/promises'
import * as oauth from 'oauth4webapi'

const [file, realm] = process.argv.slice(2)
const demo = JSON.parse(await readFile(file, 'utf8')).realms[realm]
const insecure = { [oauth.allowInsecureRequests]: true }

// What the realm's own documentation hands to a customer.
const pair = demo.client_id
  ? { id: demo.client_id, secret: demo.client_secret, audience: demo.audience }
  : demo.api_key
const issuer = new URL(demo.base)
const server = await oauth
  .discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' })
  .then((response) => oauth.processDiscoveryResponse(issuer, response))
const client = { client_id: pair.id }
// The metadata name the endpoint of apps; keys have one of their own, and it takes Basic alone.
if (demo.api_key) server.token_endpoint = `${demo.base}/auth/token`

async function flow(authentication) {
  const parameters = new URLSearchParams(pair.audience ? { audience: pair.audience } : {})
  const token = await oauth
    .clientCredentialsGrantRequest(server, client, authentication, parameters, insecure)
    .then((response) => oauth.processClientCredentialsResponse(server, client, response))
  const introspect = () =>
    oauth
      .introspectionRequest(server, client, authentication, token.access_token, insecure)
      .then((response) => oauth.processIntrospectionResponse(server, client, response))
  const before = await introspect()
  await oauth
    .revocationRequest(server, client, authentication, token.access_token, insecure)
    .then((response) => oauth.processRevocationResponse(response))
  const after = await introspect()
  return { token_type: token.token_type, expires_in: token.expires_in, before, after }
}

const supported = demo.api_key
  ? ['client_secret_basic']
  : server.token_endpoint_auth_methods_supported
const seen = { issuer: server.issuer, supported }
if (supported.includes('client_secret_basic')) {
  seen.client_secret_basic = await flow(oauth.ClientSecretBasic(pair.secret))
}
if (supported.includes('client_secret_post')) {
  seen.client_secret_post = await flow(oauth.ClientSecretPost(pair.secret))
}
console.log(JSON.stringify(seen))
