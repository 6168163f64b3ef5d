-- What limits, what is told and what is noted. All but the events is bounded: by the customers, by
-- time, or by a number. Times are milliseconds since the Unix epoch. Frozen: later changes are
-- later files.

CREATE TABLE budget (
    subject uuid PRIMARY KEY,
    hour bigint NOT NULL,
    used_in_hour bigint NOT NULL,
    day bigint NOT NULL,
    used_in_day bigint NOT NULL
) WITH (fillfactor = 50);

-- until: NULL never ends.
CREATE TABLE revoked_token (
    token uuid PRIMARY KEY,
    until bigint
);
CREATE INDEX revoked_token_until ON revoked_token (until) WHERE until IS NOT NULL;

CREATE TABLE answer (
    realm text NOT NULL,
    key bytea NOT NULL,
    request bytea NOT NULL,
    sealed bytea NOT NULL,
    at bigint NOT NULL,
    until bigint NOT NULL,
    PRIMARY KEY (realm, key)
);
CREATE INDEX answer_until ON answer (until);

-- One row, locked by each transaction that tells events from when it takes its numbers until it has
-- committed: so numbers rise in commit order, and none shows before a smaller one.
CREATE TABLE feed (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    sequence bigint NOT NULL
);
INSERT INTO feed (sequence) VALUES (0);

-- A partition a UTC month, made on demand: event_YYYYMM.
CREATE TABLE event (
    sequence bigint NOT NULL,
    at bigint NOT NULL,
    realm text NOT NULL,
    target text NOT NULL,
    request_id text,
    body json NOT NULL,
    PRIMARY KEY (sequence, at)
) PARTITION BY RANGE (at);
CREATE INDEX event_realm ON event (realm, sequence);
CREATE INDEX event_target ON event (target, sequence);
CREATE INDEX event_request ON event (request_id, sequence) WHERE request_id IS NOT NULL;

CREATE TABLE credential_use (
    credential uuid PRIMARY KEY,
    last_at bigint NOT NULL,
    address text,
    count bigint NOT NULL
) WITH (fillfactor = 50);

-- Two rings, of refusals that name a subject and of those that name none: a row is a slot and is
-- written over. Not indexed by request: a flood would pay for each, a question for few.
CREATE TABLE refusal_ring (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    named bigint NOT NULL,
    nameless bigint NOT NULL
);
INSERT INTO refusal_ring (named, nameless) VALUES (0, 0);
CREATE TABLE refusal (
    named boolean NOT NULL,
    slot bigint NOT NULL,
    arrived bigint NOT NULL,
    realm text NOT NULL,
    request_id text NOT NULL,
    subject text,
    body json NOT NULL,
    PRIMARY KEY (named, slot)
);
CREATE INDEX refusal_arrived ON refusal (arrived);
