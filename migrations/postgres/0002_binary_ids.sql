-- Ids of grants and access tokens become 16 bytes: there are most of them, and they
-- stand in most indexes.

ALTER TABLE authorization_codes DROP CONSTRAINT authorization_codes_grant_id_fkey;
ALTER TABLE device_codes DROP CONSTRAINT device_codes_grant_id_fkey;
ALTER TABLE refresh_tokens DROP CONSTRAINT refresh_tokens_grant_id_fkey;

ALTER TABLE grants ALTER COLUMN id TYPE UUID USING id::uuid;
ALTER TABLE authorization_codes ALTER COLUMN grant_id TYPE UUID USING grant_id::uuid;
ALTER TABLE device_codes ALTER COLUMN grant_id TYPE UUID USING grant_id::uuid;
ALTER TABLE refresh_tokens ALTER COLUMN grant_id TYPE UUID USING grant_id::uuid;
ALTER TABLE access_tokens
    ALTER COLUMN id TYPE UUID USING id::uuid,
    ALTER COLUMN grant_id TYPE UUID USING grant_id::uuid;

ALTER TABLE authorization_codes ADD CONSTRAINT authorization_codes_grant_id_fkey
    FOREIGN KEY (grant_id) REFERENCES grants (id) ON DELETE CASCADE;
ALTER TABLE device_codes ADD CONSTRAINT device_codes_grant_id_fkey
    FOREIGN KEY (grant_id) REFERENCES grants (id) ON DELETE CASCADE;
ALTER TABLE refresh_tokens ADD CONSTRAINT refresh_tokens_grant_id_fkey
    FOREIGN KEY (grant_id) REFERENCES grants (id) ON DELETE CASCADE;
