-- A client's own tokens count from this id on (ids are ordered by time): all of them are
-- ended by one write, however many there are. A new client's begin with the client, so
-- that those of an earlier one of the same id never count again.
ALTER TABLE clients ADD COLUMN own_tokens_since UUID NOT NULL
    DEFAULT '00000000-0000-0000-0000-000000000000';
