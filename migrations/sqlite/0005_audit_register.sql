-- Chains get numbers in the order in which they began, and say what stood before them, so
-- that one that was removed whole is missed. The first start after this numbers those that
-- are there, and seals the register.
ALTER TABLE audit_chains ADD COLUMN number INTEGER;
ALTER TABLE audit_chains ADD COLUMN witness TEXT NOT NULL DEFAULT ''; -- number:sequence:hash of ends when it began
CREATE UNIQUE INDEX audit_chains_number ON audit_chains (number);

-- One row. What it says of chains must be so.
CREATE TABLE audit_register (
    id           TEXT NOT NULL PRIMARY KEY, -- 'chains'
    begun_at     INTEGER NOT NULL,
    first_number INTEGER NOT NULL,             -- of the oldest chain that was not removed by retention
    last_number  INTEGER NOT NULL,             -- the last that was given
    counted_from INTEGER NOT NULL,             -- counts of later hours are all there
    seal         BLOB NOT NULL               -- HMAC-SHA256 over all of these; empty: not begun
);
INSERT INTO audit_register VALUES ('chains', 0, 1, 0, 0, x'');
