-- The entities, one table a kind: the keys to find and list them by, and a body of JSON.
-- The body is json, not jsonb: it is only ever read whole, and json keeps every text, "\u0000" too.
-- Frozen: later changes are later files.

CREATE TABLE meta (
    name text PRIMARY KEY,
    value text NOT NULL
);

DO $$
DECLARE
    kind text;
    owner text;
BEGIN
    FOREACH kind IN ARRAY ARRAY['organization', 'user', 'resource_server', 'client', 'grant',
                                'credential', 'signing_key']
    LOOP
        EXECUTE format(
            'CREATE TABLE %1$I (
                id uuid CONSTRAINT %2$I PRIMARY KEY,
                realm text NOT NULL,
                public_id text,
                handle text,
                organization uuid,
                user_id uuid,
                client uuid,
                resource_server uuid,
                grant_id uuid,
                variety text,
                version bigint NOT NULL,
                body json NOT NULL
            )', kind, kind || '_id');
        EXECUTE format('CREATE INDEX %2$I ON %1$I (realm, id)', kind, kind || '_realm');
        EXECUTE format('CREATE UNIQUE INDEX %2$I ON %1$I (realm, public_id)
            WHERE public_id IS NOT NULL', kind, kind || '_public_id');
        EXECUTE format('CREATE UNIQUE INDEX %2$I ON %1$I (realm, handle)
            WHERE handle IS NOT NULL', kind, kind || '_handle');
        FOREACH owner IN ARRAY ARRAY['organization', 'user_id', 'client', 'resource_server',
                                     'grant_id']
        LOOP
            EXECUTE format('CREATE INDEX %3$I ON %1$I (%2$I, id) WHERE %2$I IS NOT NULL',
                           kind, owner, kind || '_by_' || owner);
        END LOOP;
        EXECUTE format('CREATE INDEX %2$I ON %1$I (realm, variety, id)
            WHERE variety IS NOT NULL', kind, kind || '_by_variety');
    END LOOP;
END $$;
