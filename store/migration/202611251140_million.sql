-- +goose Up
-- Beside each order stands what lists are most often asked for, so that a list of
-- what one of a hundred records has reads five thousand narrow lines next to each
-- other, and only the fifty records that it shows.
DROP INDEX account_name;
DROP INDEX account_updated;
DROP INDEX account_created;
DROP INDEX account_owner;
DROP INDEX account_team;
DROP INDEX account_city;
DROP INDEX account_size;
CREATE INDEX account_name ON account (org_id, name_key, id, owner_id, team_id, kind, size, city_key) WHERE deleted_at IS NULL;
CREATE INDEX account_updated ON account (org_id, updated_at, id, owner_id, team_id, kind, size, city_key) WHERE deleted_at IS NULL;
CREATE INDEX account_created ON account (org_id, created_at, id, owner_id, team_id, kind, size, city_key) WHERE deleted_at IS NULL;
CREATE INDEX account_owner ON account (org_id, owner_id, name_key, id, team_id, kind, size, city_key) WHERE deleted_at IS NULL;
CREATE INDEX account_team ON account (org_id, team_id, name_key, id, owner_id, kind, size, city_key) WHERE deleted_at IS NULL;
CREATE INDEX account_city ON account (org_id, city_key, id, owner_id, team_id, kind, size) WHERE deleted_at IS NULL;
CREATE INDEX account_size ON account (org_id, size, id, owner_id, team_id, kind, city_key) WHERE deleted_at IS NULL;

DROP INDEX contact_name;
DROP INDEX contact_updated;
DROP INDEX contact_created;
DROP INDEX contact_city;
DROP INDEX contact_owner;
CREATE INDEX contact_name ON contact (org_id, name_key, id, owner_id, team_id, city_key) WHERE deleted_at IS NULL;
CREATE INDEX contact_updated ON contact (org_id, updated_at, id, owner_id, team_id, city_key) WHERE deleted_at IS NULL;
CREATE INDEX contact_created ON contact (org_id, created_at, id, owner_id, team_id, city_key) WHERE deleted_at IS NULL;
CREATE INDEX contact_city ON contact (org_id, city_key, id, owner_id, team_id) WHERE deleted_at IS NULL;
CREATE INDEX contact_owner ON contact (org_id, owner_id, name_key, id, team_id, city_key) WHERE deleted_at IS NULL;

-- +goose Down
SELECT 1;
