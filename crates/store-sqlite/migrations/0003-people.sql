-- Accounts, access requests, and what may be used once. The events' tables learn who acted, too: see
-- `event_month::tell_actors`. Frozen: later changes are later files.

CREATE TABLE account (
    id BLOB NOT NULL PRIMARY KEY,
    realm TEXT NOT NULL,
    public_id TEXT,
    handle TEXT,
    organization BLOB,
    user BLOB,
    client BLOB,
    resource_server BLOB,
    grant BLOB,
    variety TEXT,
    version INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX account_realm ON account (realm, id);
CREATE UNIQUE INDEX account_public_id ON account (realm, public_id) WHERE public_id IS NOT NULL;
CREATE UNIQUE INDEX account_handle ON account (realm, handle) WHERE handle IS NOT NULL;
CREATE INDEX account_organization ON account (organization, id) WHERE organization IS NOT NULL;
CREATE INDEX account_user ON account (user, id) WHERE user IS NOT NULL;
CREATE INDEX account_client ON account (client, id) WHERE client IS NOT NULL;
CREATE INDEX account_resource_server ON account (resource_server, id) WHERE resource_server IS NOT NULL;
CREATE INDEX account_grant ON account (grant, id) WHERE grant IS NOT NULL;
CREATE INDEX account_variety ON account (realm, variety, id) WHERE variety IS NOT NULL;

CREATE TABLE access_request (
    id BLOB NOT NULL PRIMARY KEY,
    realm TEXT NOT NULL,
    public_id TEXT,
    handle TEXT,
    organization BLOB,
    user BLOB,
    client BLOB,
    resource_server BLOB,
    grant BLOB,
    variety TEXT,
    version INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX access_request_realm ON access_request (realm, id);
CREATE UNIQUE INDEX access_request_public_id ON access_request (realm, public_id) WHERE public_id IS NOT NULL;
CREATE UNIQUE INDEX access_request_handle ON access_request (realm, handle) WHERE handle IS NOT NULL;
CREATE INDEX access_request_organization ON access_request (organization, id) WHERE organization IS NOT NULL;
CREATE INDEX access_request_user ON access_request (user, id) WHERE user IS NOT NULL;
CREATE INDEX access_request_client ON access_request (client, id) WHERE client IS NOT NULL;
CREATE INDEX access_request_resource_server ON access_request (resource_server, id) WHERE resource_server IS NOT NULL;
CREATE INDEX access_request_grant ON access_request (grant, id) WHERE grant IS NOT NULL;
CREATE INDEX access_request_variety ON access_request (realm, variety, id) WHERE variety IS NOT NULL;

-- until: milliseconds since the Unix epoch.
CREATE TABLE spent (
    id BLOB NOT NULL PRIMARY KEY,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX spent_until ON spent (until);
