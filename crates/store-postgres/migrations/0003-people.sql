-- Accounts, access requests, what may be used once, and who acted in each event. Times are
-- milliseconds since the Unix epoch. Frozen: later changes are later files.

DO $$
DECLARE
    kind text;
    owner text;
BEGIN
    FOREACH kind IN ARRAY ARRAY['account', 'access_request']
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

CREATE TABLE spent (
    id uuid PRIMARY KEY,
    until bigint NOT NULL
);
CREATE INDEX spent_until ON spent (until);

-- The kind of actor and, after a colon, its public id. Taken out of the body without reading it as
-- text (#>>): the body may hold "\u0000", which no text does.
ALTER TABLE event ADD COLUMN actor text;
UPDATE event SET actor =
    concat_ws(':', trim('"' FROM (body #> '{origin,actor,kind}')::text),
                   trim('"' FROM (body #> '{origin,actor,id}')::text));
CREATE INDEX event_actor ON event (actor, sequence);
