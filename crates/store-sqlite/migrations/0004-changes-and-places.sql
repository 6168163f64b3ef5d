-- What commits changed, for those who remember, and the next place of each realm in its status
-- lists. A change's number is the last that its commit was given. From when on changes are kept is
-- in meta: see `changes::begin`. Frozen: later changes are later files.

CREATE TABLE change (
    sequence INTEGER NOT NULL PRIMARY KEY,
    effects BLOB NOT NULL
) STRICT;

CREATE TABLE place (
    realm TEXT NOT NULL PRIMARY KEY,
    next INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
