"""The authorization code flow by Authlib or requests-oauthlib.

    python code_flow.py LIBRARY CASE_JSON

Prints where a person has to go, one JSON object on a line; reads from standard input where they
were sent back to, one line; prints what it saw, one more object. Exits with 1 when a step fails.
"""

import json
import os
import secrets
import sys

import requests

# The tests have no TLS; both libraries insist on it otherwise.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"


def visit(url):
    print(json.dumps({"visit": url}), flush=True)
    return sys.stdin.readline().strip()


def authlib(app):
    from authlib.integrations.requests_client import OAuth2Session
    from joserfc import jwt
    from joserfc.jwk import KeySet

    session = OAuth2Session(
        app["client_id"],
        app["client_secret"],
        scope=app["scope"],
        redirect_uri=app["redirect_uri"],
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_basic",
    )
    verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    url, state = session.create_authorization_url(
        app["authorization_endpoint"], code_verifier=verifier, nonce=nonce
    )
    back = visit(url)
    tokens = session.fetch_token(
        app["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier
    )
    seen = {"tokens": dict(tokens)}
    if app["openid"]:
        server = requests.get(f"{app['issuer']}/.well-known/openid-configuration", timeout=10).json()
        keys = KeySet.import_key_set(requests.get(server["jwks_uri"], timeout=10).json())
        algorithms = server["id_token_signing_alg_values_supported"]
        claims = jwt.decode(tokens["id_token"], keys, algorithms=algorithms).claims
        jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": app["issuer"]},
            aud={"essential": True, "value": app["client_id"]},
            nonce={"essential": True, "value": nonce},
            exp={"essential": True},
        ).validate(claims)
        person = session.get(server["userinfo_endpoint"])
        person.raise_for_status()
        seen |= {"claims": claims, "person": person.json()}
    seen["refreshed"] = dict(session.refresh_token(app["token_endpoint"]))
    return seen


def requests_oauthlib(app):
    from requests.auth import HTTPBasicAuth
    from requests_oauthlib import OAuth2Session

    session = OAuth2Session(
        app["client_id"],
        redirect_uri=app["redirect_uri"],
        scope=app["scope"].split(),
        pkce="S256",
    )
    url, _ = session.authorization_url(app["authorization_endpoint"])
    tokens = session.fetch_token(
        app["token_endpoint"],
        authorization_response=visit(url),
        client_secret=app["client_secret"],
    )
    basic = HTTPBasicAuth(app["client_id"], app["client_secret"])
    refreshed = session.refresh_token(app["token_endpoint"], auth=basic)
    return {"tokens": dict(tokens), "refreshed": dict(refreshed)}


def main(library, path):
    with open(path, encoding="utf-8") as file:
        app = json.load(file)
    print(json.dumps({"authlib": authlib, "requests_oauthlib": requests_oauthlib}[library](app)))


if __name__ == "__main__":
    main(*sys.argv[1:])
