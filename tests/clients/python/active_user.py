"""Who a personal access token belongs to, as specklepy asks: unmodified, as its guide has it.

    python active_user.py DEMO_JSON

Prints what it saw as one JSON object; exits with 1 when a step fails.
"""

import json
import sys
from urllib.parse import urlparse

from specklepy.api.client import SpeckleClient


def main(path):
    with open(path, encoding="utf-8") as file:
        demo = json.load(file)["realms"]["speckle"]
    client = SpeckleClient(host=urlparse(demo["base"]).netloc, use_ssl=False)
    client.authenticate_with_token(demo["personal_access_token"])
    user = client.active_user.get()
    server = client.server.get()
    print(
        json.dumps(
            {
                "user": user.model_dump(),
                "server": server.model_dump(),
                "version": client.server.version(),
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
