-- What the account pages and the administration show, filter and switch off.

-- Where an app asked for tokens from.
ALTER TABLE grants ADD COLUMN client_ip TEXT NOT NULL DEFAULT '';
ALTER TABLE grants ADD COLUMN user_agent TEXT NOT NULL DEFAULT '';
-- Does not count until it is enabled again.
ALTER TABLE grants ADD COLUMN disabled_at BIGINT;
ALTER TABLE access_tokens ADD COLUMN disabled_at BIGINT;
ALTER TABLE refresh_tokens ADD COLUMN disabled_at BIGINT;

-- Lists are ordered by id, which is time-ordered.
DROP INDEX grants_user;
DROP INDEX grants_client;
CREATE INDEX grants_user ON grants (user_id, id);
CREATE INDEX grants_client ON grants (client_id, id);
CREATE INDEX grants_revoked ON grants (id) WHERE revoked_at IS NOT NULL;
CREATE INDEX grants_disabled ON grants (id) WHERE disabled_at IS NOT NULL;
-- Of a hash: a client_id has 36 characters, and there are millions of rows. SQLite needs none.
CREATE INDEX access_tokens_client ON access_tokens (hashtextextended(client_id, 0), id);
CREATE INDEX access_tokens_grant ON access_tokens (grant_id, id) WHERE grant_id IS NOT NULL;
CREATE INDEX access_tokens_revoked ON access_tokens (id) WHERE revoked_at IS NOT NULL;
CREATE INDEX access_tokens_disabled ON access_tokens (id) WHERE disabled_at IS NOT NULL;
CREATE INDEX refresh_tokens_revoked ON refresh_tokens (id) WHERE revoked_at IS NOT NULL;
CREATE INDEX refresh_tokens_disabled ON refresh_tokens (id) WHERE disabled_at IS NOT NULL;

DROP INDEX consents_client;
CREATE INDEX consents_client ON consents (client_id, id);
CREATE INDEX consents_user ON consents (user_id, id);

CREATE INDEX clients_owner ON clients (owner_id, id) WHERE owner_id IS NOT NULL;

-- What admins order and search clients by, in lower case: name and id; name, id and description.
ALTER TABLE clients ADD COLUMN name_key TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN search_key TEXT NOT NULL DEFAULT '';
-- A name with a NUL, which JSON can hold and text can't, is found by its id until it changes.
UPDATE clients SET name_key = ' ' || id, search_key = ' ' || lower(id);
UPDATE clients SET
    name_key = lower(substr(coalesce(metadata::json ->> 'client_name', ''), 1, 100)) || ' ' || id,
    search_key = lower(coalesce(metadata::json ->> 'client_name', '') || ' ' || id || ' ' || coalesce(metadata::json ->> 'description', ''))
WHERE position('\u0000' IN metadata) = 0;
DROP INDEX clients_status;
CREATE INDEX clients_name ON clients (name_key);
CREATE INDEX clients_status ON clients (status, name_key);

-- The full name in lower case, to search by its beginning.
ALTER TABLE users ADD COLUMN name_key TEXT COLLATE "C";
UPDATE users SET name_key = substr(lower(claims::json ->> 'name'), 1, 100) WHERE position('\u0000' IN claims) = 0;
CREATE INDEX users_name ON users (name_key) WHERE name_key IS NOT NULL;
CREATE INDEX users_role ON users (role, username_key);
CREATE INDEX users_source ON users (auth_source, username_key);
CREATE INDEX users_disabled ON users (username_key) WHERE NOT active;
