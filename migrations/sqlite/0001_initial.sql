-- Instants are milliseconds since the epoch. Ids are text; those of records that
-- are made on hot paths are time-ordered (UUIDv7), so that inserts append.
-- Secrets, tokens and codes are stored as SHA-256 only.

CREATE TABLE users (
    id             TEXT    NOT NULL PRIMARY KEY,
    username       TEXT    NOT NULL,
    username_key   TEXT    NOT NULL UNIQUE, -- lower case: people don't mind case
    email          TEXT,
    email_key      TEXT    UNIQUE,
    email_verified INTEGER NOT NULL,
    password_hash  TEXT,                    -- PHC string or bcrypt; null: can't sign in with a password
    role           TEXT    NOT NULL,        -- admin | user
    active         INTEGER NOT NULL,
    claims         TEXT    NOT NULL,        -- JSON object of further OpenID Connect standard claims
    auth_source    TEXT    NOT NULL,        -- local, or the identity source that owns the account
    external_id    TEXT,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX users_external ON users (auth_source, external_id) WHERE external_id IS NOT NULL;

CREATE TABLE clients (
    id                      TEXT    NOT NULL PRIMARY KEY, -- the client_id
    secret_hash             TEXT,                         -- sha256:<hex>, or an imported bcrypt hash; null: public
    metadata                TEXT    NOT NULL,             -- RFC 7591 client metadata
    status                  TEXT    NOT NULL,             -- pending | active | inactive
    registration_token_hash BLOB,                         -- RFC 7592
    owner_id                TEXT    REFERENCES users (id) ON DELETE SET NULL,
    created_at              INTEGER NOT NULL,
    updated_at              INTEGER NOT NULL
) STRICT;
CREATE INDEX clients_status ON clients (status, id);

CREATE TABLE signing_keys (
    id           TEXT    NOT NULL PRIMARY KEY, -- the kid
    algorithm    TEXT    NOT NULL,
    sealed       BLOB    NOT NULL,             -- private key, encrypted with the instance's secret
    created_at   INTEGER NOT NULL,
    activates_at INTEGER NOT NULL,             -- published before, signs from here on
    expires_at   INTEGER                       -- leaves the key set; null: not superseded yet
) STRICT;

CREATE TABLE sessions (
    id           TEXT    NOT NULL PRIMARY KEY,
    hash         BLOB    NOT NULL,
    user_id      TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    auth_time    INTEGER NOT NULL,
    amr          TEXT    NOT NULL, -- space-separated, RFC 8176
    remembered   INTEGER NOT NULL,
    fingerprint  BLOB,
    client_ip    TEXT    NOT NULL,
    user_agent   TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    revoked_at   INTEGER
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE consents (
    id         TEXT    NOT NULL PRIMARY KEY,
    user_id    TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id  TEXT    NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    scope      TEXT    NOT NULL, -- space-separated, grows with each approval
    claims     TEXT    NOT NULL, -- space-separated names approved one by one
    granted_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    revoked_at INTEGER,
    UNIQUE (user_id, client_id)
) STRICT;
CREATE INDEX consents_client ON consents (client_id);

-- A grant is what one approval gave: all tokens of a family hang on its row, and
-- one write to it ends them all.
CREATE TABLE grants (
    id         TEXT    NOT NULL PRIMARY KEY,
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
CREATE INDEX grants_user ON grants (user_id);
CREATE INDEX grants_client ON grants (client_id);
CREATE INDEX grants_session ON grants (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX grants_consent ON grants (consent_id) WHERE consent_id IS NOT NULL;
CREATE INDEX grants_expiry ON grants (expires_at);

CREATE TABLE authorization_requests (
    id         TEXT    NOT NULL PRIMARY KEY,
    hash       BLOB    NOT NULL,
    client_id  TEXT    NOT NULL,
    parameters TEXT    NOT NULL, -- JSON
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX authorization_requests_expiry ON authorization_requests (expires_at);

CREATE TABLE authorization_codes (
    id             TEXT    NOT NULL PRIMARY KEY,
    hash           BLOB    NOT NULL,
    grant_id       TEXT    NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    client_id      TEXT    NOT NULL,
    redirect_uri   TEXT,             -- null: the request left it out
    code_challenge TEXT,
    expires_at     INTEGER NOT NULL,
    used_at        INTEGER
) STRICT;
CREATE INDEX authorization_codes_grant ON authorization_codes (grant_id);
CREATE INDEX authorization_codes_expiry ON authorization_codes (expires_at);

CREATE TABLE device_codes (
    id         TEXT    NOT NULL PRIMARY KEY,
    hash       BLOB    NOT NULL,
    user_code  TEXT    NOT NULL UNIQUE,
    client_id  TEXT    NOT NULL,
    scope      TEXT    NOT NULL,
    status     TEXT    NOT NULL, -- pending | approved | denied | redeemed
    grant_id   TEXT    REFERENCES grants (id) ON DELETE CASCADE,
    client_ip  TEXT    NOT NULL,
    user_agent TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX device_codes_grant ON device_codes (grant_id) WHERE grant_id IS NOT NULL;
CREATE INDEX device_codes_expiry ON device_codes (expires_at);

CREATE TABLE refresh_tokens (
    id           TEXT    NOT NULL PRIMARY KEY,
    hash         BLOB    NOT NULL,
    grant_id     TEXT    NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    rotated_at   INTEGER,
    successor_id TEXT,
    revoked_at   INTEGER
) STRICT;
CREATE INDEX refresh_tokens_grant ON refresh_tokens (grant_id);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);

-- The key is the token's jti: no index on a hash. What all tokens of a family
-- share stands in the grant.
CREATE TABLE access_tokens (
    id         TEXT    NOT NULL PRIMARY KEY,
    client_id  TEXT    NOT NULL,
    grant_id   TEXT,             -- null: client credentials
    scope      TEXT    NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX access_tokens_expiry ON access_tokens (expires_at);

-- Failures counted against one account, address or session; the key is a hash.
CREATE TABLE throttles (
    id            TEXT    NOT NULL PRIMARY KEY,
    failures      INTEGER NOT NULL,
    window_ends   INTEGER NOT NULL,
    blocked_until INTEGER NOT NULL
) STRICT;
CREATE INDEX throttles_window ON throttles (window_ends);

-- Password and secret hashes as the seed file last gave them, hashed: the stored
-- ones are replaced by better hashes at sign-in, and are not put back for that.
CREATE TABLE seeded_credentials (
    id   TEXT NOT NULL PRIMARY KEY, -- user:<id> or client:<id>
    hash BLOB NOT NULL
) STRICT;
