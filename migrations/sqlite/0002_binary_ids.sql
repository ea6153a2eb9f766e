-- Ids of grants and access tokens become 16 bytes: there are most of them, and they
-- stand in most indexes. A table is made anew, because SQLite can't change a column's type.

CREATE TABLE new_grants (
    id         BLOB    NOT NULL PRIMARY KEY,
    client_id  TEXT    NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    user_id    TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    session_id TEXT,
    consent_id TEXT,
    scope      TEXT    NOT NULL,
    claims     TEXT    NOT NULL, -- JSON: the claims parameter that was granted; {} for none
    nonce      TEXT,
    auth_time  INTEGER NOT NULL,
    amr        TEXT    NOT NULL,
    acr        TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL, -- no token of the family outlives this
    revoked_at INTEGER
) STRICT;
INSERT INTO new_grants (id, client_id, user_id, session_id, consent_id, scope, claims, nonce, auth_time, amr, acr, created_at, expires_at, revoked_at)
SELECT unhex(replace(id, '-', '')), client_id, user_id, session_id, consent_id, scope, claims, nonce, auth_time, amr, acr, created_at, expires_at, revoked_at
FROM grants;

CREATE TABLE new_authorization_codes (
    id             TEXT    NOT NULL PRIMARY KEY,
    hash           BLOB    NOT NULL,
    grant_id       BLOB    NOT NULL REFERENCES new_grants (id) ON DELETE CASCADE,
    client_id      TEXT    NOT NULL,
    redirect_uri   TEXT,             -- null: the request left it out
    code_challenge TEXT,
    expires_at     INTEGER NOT NULL,
    used_at        INTEGER
) STRICT;
INSERT INTO new_authorization_codes (id, hash, grant_id, client_id, redirect_uri, code_challenge, expires_at, used_at)
SELECT id, hash, unhex(replace(grant_id, '-', '')), client_id, redirect_uri, code_challenge, expires_at, used_at
FROM authorization_codes;

CREATE TABLE new_device_codes (
    id         TEXT    NOT NULL PRIMARY KEY,
    hash       BLOB    NOT NULL,
    user_code  TEXT    NOT NULL UNIQUE,
    client_id  TEXT    NOT NULL,
    scope      TEXT    NOT NULL,
    status     TEXT    NOT NULL, -- pending | approved | denied | redeemed
    grant_id   BLOB    REFERENCES new_grants (id) ON DELETE CASCADE,
    client_ip  TEXT    NOT NULL,
    user_agent TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
INSERT INTO new_device_codes (id, hash, user_code, client_id, scope, status, grant_id, client_ip, user_agent, created_at, expires_at)
SELECT id, hash, user_code, client_id, scope, status, unhex(replace(grant_id, '-', '')), client_ip, user_agent, created_at, expires_at
FROM device_codes;

CREATE TABLE new_refresh_tokens (
    id           TEXT    NOT NULL PRIMARY KEY,
    hash         BLOB    NOT NULL,
    grant_id     BLOB    NOT NULL REFERENCES new_grants (id) ON DELETE CASCADE,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    rotated_at   INTEGER,
    successor_id TEXT,
    revoked_at   INTEGER
) STRICT;
INSERT INTO new_refresh_tokens (id, hash, grant_id, created_at, expires_at, last_used_at, rotated_at, successor_id, revoked_at)
SELECT id, hash, unhex(replace(grant_id, '-', '')), created_at, expires_at, last_used_at, rotated_at, successor_id, revoked_at
FROM refresh_tokens;

CREATE TABLE new_access_tokens (
    id         BLOB    NOT NULL PRIMARY KEY,
    client_id  TEXT    NOT NULL,
    grant_id   BLOB,             -- null: client credentials
    scope      TEXT    NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;
INSERT INTO new_access_tokens (id, client_id, grant_id, scope, expires_at, revoked_at)
SELECT unhex(replace(id, '-', '')), client_id, unhex(replace(grant_id, '-', '')), scope, expires_at, revoked_at
FROM access_tokens;

-- Those that name grants go first: with a table its rows go, and what hangs on them.
DROP TABLE authorization_codes;
DROP TABLE device_codes;
DROP TABLE refresh_tokens;
DROP TABLE access_tokens;
DROP TABLE grants;

ALTER TABLE new_grants RENAME TO grants;
ALTER TABLE new_authorization_codes RENAME TO authorization_codes;
ALTER TABLE new_device_codes RENAME TO device_codes;
ALTER TABLE new_refresh_tokens RENAME TO refresh_tokens;
ALTER TABLE new_access_tokens RENAME TO access_tokens;

CREATE INDEX grants_user ON grants (user_id);
CREATE INDEX grants_client ON grants (client_id);
CREATE INDEX grants_session ON grants (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX grants_consent ON grants (consent_id) WHERE consent_id IS NOT NULL;
CREATE INDEX grants_expiry ON grants (expires_at);
CREATE INDEX authorization_codes_grant ON authorization_codes (grant_id);
CREATE INDEX authorization_codes_expiry ON authorization_codes (expires_at);
CREATE INDEX device_codes_grant ON device_codes (grant_id) WHERE grant_id IS NOT NULL;
CREATE INDEX device_codes_expiry ON device_codes (expires_at);
CREATE INDEX refresh_tokens_grant ON refresh_tokens (grant_id);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);
CREATE INDEX access_tokens_expiry ON access_tokens (expires_at);
