-- What commits changed, for those who remember, and the next place of each realm in its status
-- lists. Frozen: later changes are later files.

-- A change's number is the last that its commit was given.
CREATE TABLE change (
    sequence bigint PRIMARY KEY,
    effects bytea NOT NULL
);

-- swept: every change after this number is still there. Nobody kept what changed before.
ALTER TABLE feed ADD COLUMN kept bigint NOT NULL DEFAULT 0;
ALTER TABLE feed ADD COLUMN swept bigint NOT NULL DEFAULT 0;
UPDATE feed SET swept = sequence;

CREATE TABLE place (
    realm text PRIMARY KEY,
    next bigint NOT NULL
) WITH (fillfactor = 50);
