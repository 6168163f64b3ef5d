-- What limits and what is noted. Each is bounded: by the customers, by time, or by a number.
-- Events have no table here: the writer makes one a month. Frozen: later changes are later files.

CREATE TABLE budget (
    subject BLOB NOT NULL PRIMARY KEY,
    hour INTEGER NOT NULL,
    used_in_hour INTEGER NOT NULL,
    day INTEGER NOT NULL,
    used_in_day INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- until: milliseconds since the Unix epoch; NULL never ends.
CREATE TABLE revoked_token (
    token BLOB NOT NULL PRIMARY KEY,
    until INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX revoked_token_until ON revoked_token (until) WHERE until IS NOT NULL;

CREATE TABLE answer (
    realm TEXT NOT NULL,
    key BLOB NOT NULL,
    request BLOB NOT NULL,
    sealed BLOB NOT NULL,
    at INTEGER NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (realm, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX answer_until ON answer (until);

CREATE TABLE credential_use (
    credential BLOB NOT NULL PRIMARY KEY,
    last_at INTEGER NOT NULL,
    address TEXT,
    count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- In order of arrival. Not indexed by request: a flood would pay for each, a question for few.
CREATE TABLE refusal (
    arrived INTEGER NOT NULL PRIMARY KEY,
    named INTEGER NOT NULL,
    realm TEXT NOT NULL,
    request_id TEXT NOT NULL,
    subject TEXT,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX refusal_named ON refusal (named, arrived);
