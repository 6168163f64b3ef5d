// passport-oauth2: the strategy as an Express app has it, with a session of one visitor.
import OAuth2Strategy from 'passport-oauth2'

export default async function flow(app, visit) {
  const session = {}
  const strategy = new OAuth2Strategy(
    {
      authorizationURL: app.authorization_endpoint,
      tokenURL: app.token_endpoint,
      clientID: app.client_id,
      clientSecret: app.client_secret,
      callbackURL: app.redirect_uri,
      scope: app.scope,
      state: true,
      pkce: true,
    },
    (access_token, refresh_token, params, _profile, done) =>
      done(null, { ...params, access_token, refresh_token }),
  )
  // What passport adds to a strategy for one request.
  const authenticate = (query) =>
    new Promise((resolve, reject) => {
      const once = Object.create(strategy)
      once.redirect = resolve
      once.success = resolve
      once.error = reject
      once.fail = (challenge) => reject(new Error(JSON.stringify(challenge)))
      once.authenticate({ session, query, url: app.redirect_uri, headers: {}, connection: {} }, {})
    })
  const back = await visit(await authenticate({}))
  return { tokens: await authenticate(Object.fromEntries(back.searchParams)) }
}
