-- An app's list of scopes is the most it may ask people for, identity scopes too. Until now every app
-- could ask for these. So each app whose live connections have identity scopes gets those on its
-- list, and no app gets any other. Bodies are taken apart as json: jsonb has no "\u0000".
-- Frozen: later changes are later files.

WITH held AS (
    SELECT DISTINCT client.id AS client, scope.value AS scope
    FROM client
    JOIN "grant" ON "grant".client = client.id
    CROSS JOIN LATERAL json_array_elements_text("grant".body -> 'scopes') AS scope (value)
    WHERE client.body ->> 'kind' = 'app'
      AND "grant".user_id IS NOT NULL
      AND "grant".body ->> 'revoked' IS NULL
      AND coalesce("grant".body ->> 'epoch', '0') = coalesce(client.body ->> 'connections_epoch', '0')
      AND scope.value IN ('openid', 'profile', 'email', 'offline', 'offline_access')
), owned AS (
    SELECT client.id AS client, own.value AS scope
    FROM client
    CROSS JOIN LATERAL json_array_elements_text(coalesce(client.body -> 'scopes', '[]')) AS own (value)
    WHERE client.id IN (SELECT held.client FROM held)
), wider AS (
    SELECT scopes.client, json_agg(scopes.scope ORDER BY scopes.scope COLLATE "C") AS scopes
    FROM (SELECT * FROM owned UNION SELECT * FROM held) AS scopes
    GROUP BY scopes.client
)
UPDATE client SET
    version = version + 1,
    body = (
        SELECT json_object_agg(member.key, member.value)
        FROM (
            SELECT key, value FROM json_each(client.body) WHERE key <> 'scopes'
            UNION ALL
            SELECT 'scopes', wider.scopes
        ) AS member
    )
FROM wider
WHERE wider.client = client.id
  AND EXISTS (SELECT * FROM held WHERE held.client = client.id
              EXCEPT SELECT * FROM owned WHERE owned.client = client.id);
