-- The entities, one table a kind: the keys to find and list them by, and a body of JSON.
-- See docs/decisions/0004-rows-are-keys-and-a-body.md. Frozen: later changes are later files.

CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE organization (
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
CREATE INDEX organization_realm ON organization (realm, id);
CREATE UNIQUE INDEX organization_public_id ON organization (realm, public_id) WHERE public_id IS NOT NULL;
CREATE UNIQUE INDEX organization_handle ON organization (realm, handle) WHERE handle IS NOT NULL;
CREATE INDEX organization_organization ON organization (organization, id) WHERE organization IS NOT NULL;
CREATE INDEX organization_user ON organization (user, id) WHERE user IS NOT NULL;
CREATE INDEX organization_client ON organization (client, id) WHERE client IS NOT NULL;
CREATE INDEX organization_resource_server ON organization (resource_server, id) WHERE resource_server IS NOT NULL;
CREATE INDEX organization_grant ON organization (grant, id) WHERE grant IS NOT NULL;
CREATE INDEX organization_variety ON organization (realm, variety, id) WHERE variety IS NOT NULL;

CREATE TABLE user (
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
CREATE INDEX user_realm ON user (realm, id);
CREATE UNIQUE INDEX user_public_id ON user (realm, public_id) WHERE public_id IS NOT NULL;
CREATE UNIQUE INDEX user_handle ON user (realm, handle) WHERE handle IS NOT NULL;
CREATE INDEX user_organization ON user (organization, id) WHERE organization IS NOT NULL;
CREATE INDEX user_user ON user (user, id) WHERE user IS NOT NULL;
CREATE INDEX user_client ON user (client, id) WHERE client IS NOT NULL;
CREATE INDEX user_resource_server ON user (resource_server, id) WHERE resource_server IS NOT NULL;
CREATE INDEX user_grant ON user (grant, id) WHERE grant IS NOT NULL;
CREATE INDEX user_variety ON user (realm, variety, id) WHERE variety IS NOT NULL;

CREATE TABLE resource_server (
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
CREATE INDEX resource_server_realm ON resource_server (realm, id);
CREATE UNIQUE INDEX resource_server_public_id ON resource_server (realm, public_id) WHERE public_id IS NOT NULL;
CREATE UNIQUE INDEX resource_server_handle ON resource_server (realm, handle) WHERE handle IS NOT NULL;
CREATE INDEX resource_server_organization ON resource_server (organization, id) WHERE organization IS NOT NULL;
CREATE INDEX resource_server_user ON resource_server (user, id) WHERE user IS NOT NULL;
CREATE INDEX resource_server_client ON resource_server (client, id) WHERE client IS NOT NULL;
CREATE INDEX resource_server_resource_server ON resource_server (resource_server, id) WHERE resource_server IS NOT NULL;
CREATE INDEX resource_server_grant ON resource_server (grant, id) WHERE grant IS NOT NULL;
CREATE INDEX resource_server_variety ON resource_server (realm, variety, id) WHERE variety IS NOT NULL;

CREATE TABLE client (
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
CREATE INDEX client_realm ON client (realm, id);
CREATE UNIQUE INDEX client_public_id ON client (realm, public_id) WHERE public_id IS NOT NULL;
CREATE UNIQUE INDEX client_handle ON client (realm, handle) WHERE handle IS NOT NULL;
CREATE INDEX client_organization ON client (organization, id) WHERE organization IS NOT NULL;
CREATE INDEX client_user ON client (user, id) WHERE user IS NOT NULL;
CREATE INDEX client_client ON client (client, id) WHERE client IS NOT NULL;
CREATE INDEX client_resource_server ON client (resource_server, id) WHERE resource_server IS NOT NULL;
CREATE INDEX client_grant ON client (grant, id) WHERE grant IS NOT NULL;
CREATE INDEX client_variety ON client (realm, variety, id) WHERE variety IS NOT NULL;

CREATE TABLE grant (
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
CREATE INDEX grant_realm ON grant (realm, id);
CREATE UNIQUE INDEX grant_public_id ON grant (realm, public_id) WHERE public_id IS NOT NULL;
CREATE UNIQUE INDEX grant_handle ON grant (realm, handle) WHERE handle IS NOT NULL;
CREATE INDEX grant_organization ON grant (organization, id) WHERE organization IS NOT NULL;
CREATE INDEX grant_user ON grant (user, id) WHERE user IS NOT NULL;
CREATE INDEX grant_client ON grant (client, id) WHERE client IS NOT NULL;
CREATE INDEX grant_resource_server ON grant (resource_server, id) WHERE resource_server IS NOT NULL;
CREATE INDEX grant_grant ON grant (grant, id) WHERE grant IS NOT NULL;
CREATE INDEX grant_variety ON grant (realm, variety, id) WHERE variety IS NOT NULL;

CREATE TABLE credential (
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
CREATE INDEX credential_realm ON credential (realm, id);
CREATE UNIQUE INDEX credential_public_id ON credential (realm, public_id) WHERE public_id IS NOT NULL;
CREATE UNIQUE INDEX credential_handle ON credential (realm, handle) WHERE handle IS NOT NULL;
CREATE INDEX credential_organization ON credential (organization, id) WHERE organization IS NOT NULL;
CREATE INDEX credential_user ON credential (user, id) WHERE user IS NOT NULL;
CREATE INDEX credential_client ON credential (client, id) WHERE client IS NOT NULL;
CREATE INDEX credential_resource_server ON credential (resource_server, id) WHERE resource_server IS NOT NULL;
CREATE INDEX credential_grant ON credential (grant, id) WHERE grant IS NOT NULL;
CREATE INDEX credential_variety ON credential (realm, variety, id) WHERE variety IS NOT NULL;

CREATE TABLE signing_key (
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
CREATE INDEX signing_key_realm ON signing_key (realm, id);
CREATE UNIQUE INDEX signing_key_public_id ON signing_key (realm, public_id) WHERE public_id IS NOT NULL;
CREATE UNIQUE INDEX signing_key_handle ON signing_key (realm, handle) WHERE handle IS NOT NULL;
CREATE INDEX signing_key_organization ON signing_key (organization, id) WHERE organization IS NOT NULL;
CREATE INDEX signing_key_user ON signing_key (user, id) WHERE user IS NOT NULL;
CREATE INDEX signing_key_client ON signing_key (client, id) WHERE client IS NOT NULL;
CREATE INDEX signing_key_resource_server ON signing_key (resource_server, id) WHERE resource_server IS NOT NULL;
CREATE INDEX signing_key_grant ON signing_key (grant, id) WHERE grant IS NOT NULL;
CREATE INDEX signing_key_variety ON signing_key (realm, variety, id) WHERE variety IS NOT NULL;
