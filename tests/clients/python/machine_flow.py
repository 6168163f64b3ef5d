"""The machine flow as Authlib does it: client credentials, introspection, revocation, and
introspection once more.

    python machine_flow.py DEMO_JSON REALM

Prints what it saw as one JSON object; exits with 1 when a step fails.
"""

import json
import sys

import requests
from authlib.integrations.requests_client import OAuth2Session


def pair(demo):
    """What the realm's own documentation hands to a customer: id, secret, parameters."""
    if "client_id" in demo:
        return demo["client_id"], demo["client_secret"], {"audience": demo["audience"]}
    return demo["api_key"]["id"], demo["api_key"]["secret"], {}


def flow(server, client, secret, parameters, method):
    session = OAuth2Session(
        client,
        secret,
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
    )
    token = session.fetch_token(
        server["token_endpoint"], grant_type="client_credentials", **parameters
    )

    def introspect():
        answer = session.introspect_token(
            server["introspection_endpoint"], token=token["access_token"]
        )
        answer.raise_for_status()
        return answer.json()

    before = introspect()
    session.revoke_token(
        server["revocation_endpoint"], token=token["access_token"]
    ).raise_for_status()
    after = introspect()
    return {
        "token_type": token["token_type"],
        "expires_in": token["expires_in"],
        "before": before,
        "after": after,
    }


def main(path, realm):
    with open(path, encoding="utf-8") as file:
        demo = json.load(file)["realms"][realm]
    metadata = requests.get(f"{demo['base']}/.well-known/oauth-authorization-server", timeout=10)
    metadata.raise_for_status()
    server = metadata.json()
    client, secret, parameters = pair(demo)
    methods = server["token_endpoint_auth_methods_supported"]
    if "api_key" in demo:
        # The metadata name the endpoint of apps; keys have one of their own, and it takes Basic alone.
        server["token_endpoint"] = f"{demo['base']}/auth/token"
        methods = ["client_secret_basic"]
    seen = {"issuer": server["issuer"]}
    for method in ("client_secret_basic", "client_secret_post"):
        if method in methods:
            seen[method] = flow(server, client, secret, parameters, method)
    print(json.dumps(seen))


if __name__ == "__main__":
    main(*sys.argv[1:])
