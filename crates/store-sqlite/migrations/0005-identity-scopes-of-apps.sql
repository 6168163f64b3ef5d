-- An app's list of scopes is the most it may ask people for, identity scopes too. Until now every app
-- could ask for these. So each app whose live connections have identity scopes gets those on its
-- list, and no app gets any other. Frozen: later changes are later files.

CREATE TEMP TABLE held AS
    SELECT DISTINCT client.id AS client, scope.value AS scope
    FROM client
    JOIN "grant" ON "grant".client = client.id
    JOIN json_each("grant".body, '$.scopes') AS scope
    WHERE json_extract(client.body, '$.kind') = 'app'
      AND "grant".user IS NOT NULL
      AND json_extract("grant".body, '$.revoked') IS NULL
      AND coalesce(json_extract("grant".body, '$.epoch'), 0)
          = coalesce(json_extract(client.body, '$.connections_epoch'), 0)
      AND scope.value IN ('openid', 'profile', 'email', 'offline', 'offline_access')
      AND scope.value NOT IN (SELECT own.value FROM json_each(client.body, '$.scopes') AS own);

UPDATE client SET
    version = version + 1,
    body = json_set(body, '$.scopes', json((
        SELECT json_group_array(scope) FROM (
            SELECT own.value AS scope FROM json_each(client.body, '$.scopes') AS own
            UNION
            SELECT held.scope FROM held WHERE held.client = client.id
        )
    )))
WHERE id IN (SELECT held.client FROM held);

DROP TABLE held;
