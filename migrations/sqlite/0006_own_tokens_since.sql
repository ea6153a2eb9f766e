-- A client's own tokens count from this id on (ids are ordered by time): all of them are
-- ended by one write, however many there are. A new client's begin with the client, so
-- that those of an earlier one of the same id never count again.
ALTER TABLE clients ADD COLUMN own_tokens_since BLOB NOT NULL
    DEFAULT x'00000000000000000000000000000000';
