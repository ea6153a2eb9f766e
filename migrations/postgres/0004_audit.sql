-- The audit trail. Each entry carries a hash over its predecessor in the chain of the
-- process that wrote it; ids are made when an entry is written, so that their order is
-- the chain's order and inserts append.
CREATE TABLE audit_log (
    id             UUID NOT NULL PRIMARY KEY, -- UUIDv7 of the writing
    chain          UUID NOT NULL,
    sequence       BIGINT NOT NULL,            -- its place in the chain, from 1
    hash           BYTEA NOT NULL,           -- HMAC-SHA256 over the hash before it and all other columns
    event_time     BIGINT NOT NULL,
    event_type     TEXT COLLATE "C" NOT NULL,
    severity       TEXT COLLATE "C" NOT NULL,            -- INFO | WARNING | ERROR | CRITICAL
    actor_user_id  TEXT COLLATE "C" NOT NULL,            -- a user id, client:<client_id>, operator, or empty
    actor_username TEXT NOT NULL,
    actor_ip       TEXT COLLATE "C" NOT NULL,
    resource_type  TEXT COLLATE "C" NOT NULL,
    resource_id    TEXT COLLATE "C" NOT NULL,
    resource_name  TEXT NOT NULL,
    action         TEXT NOT NULL,
    details        TEXT NOT NULL,           -- JSON object
    success        BOOLEAN NOT NULL,
    error_message  TEXT NOT NULL,
    user_agent     TEXT NOT NULL,
    request_path   TEXT NOT NULL,
    request_method TEXT NOT NULL,
    request_id     TEXT NOT NULL,
    count          BIGINT NOT NULL             -- how many alike it stands for
);
CREATE INDEX audit_log_type ON audit_log (event_type, id);
CREATE INDEX audit_log_actor ON audit_log (actor_user_id, id);
CREATE INDEX audit_log_ip ON audit_log (actor_ip, id);
CREATE INDEX audit_log_resource ON audit_log (resource_id, id);
-- Most entries are about tokens, succeed and are as they should be: those are found without.
CREATE INDEX audit_log_kind ON audit_log (resource_type, id) WHERE resource_type <> 'TOKEN';
CREATE INDEX audit_log_failed ON audit_log (id) WHERE NOT success;
CREATE INDEX audit_log_severe ON audit_log (severity, id) WHERE severity <> 'INFO';

-- One chain a process. What stands between the first and the last is in audit_log.
CREATE TABLE audit_chains (
    id             UUID NOT NULL PRIMARY KEY,
    started_at     BIGINT NOT NULL,
    first_sequence BIGINT NOT NULL,            -- the oldest entry that was not removed by retention,
    first_hash     BYTEA NOT NULL,           -- and the hash before it
    last_sequence  BIGINT NOT NULL,
    last_hash      BYTEA NOT NULL,
    last_id        UUID NOT NULL,
    seal           BYTEA NOT NULL            -- HMAC-SHA256 over all of these
);

-- For statistics: events of an hour. By chain, so that processes don't wait for one another.
CREATE TABLE audit_counts (
    hour           BIGINT NOT NULL,
    chain          UUID NOT NULL,
    event_type     TEXT COLLATE "C" NOT NULL,
    severity       TEXT COLLATE "C" NOT NULL,
    success        BOOLEAN NOT NULL,
    count          BIGINT NOT NULL,
    PRIMARY KEY (hour, chain, event_type, severity, success)
);
