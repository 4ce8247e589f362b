-- +goose Up
-- sought is what a record is found by, one text (base/find); NULL until it was
-- indexed, which happens in Go when the schema has been brought up to date.
ALTER TABLE account ADD COLUMN sought TEXT;
ALTER TABLE contact ADD COLUMN sought TEXT;
CREATE INDEX account_unsought ON account (org_id, id) WHERE sought IS NULL;
CREATE INDEX contact_unsought ON contact (org_id, id) WHERE sought IS NULL;

-- Contacts of a team, as there are accounts of one: a team with few is searched
-- by looking at all of them.
CREATE INDEX contact_team ON contact (org_id, team_id, id) WHERE team_id IS NOT NULL AND deleted_at IS NULL;

-- The tokens of that text, in one order: what has to go is made again from the
-- text as it was, so that no second order by record is kept.
DROP INDEX search_kind_token;
DROP TABLE search;
CREATE TABLE search (
    org_id      BYTES NOT NULL,
    kind        TEXT NOT NULL,
    token       TEXT NOT NULL,
    record_id   BYTES NOT NULL,
    PRIMARY KEY (org_id, kind, token, record_id)
) /* clustered */;

-- Every different word once, and the ends of it: a part from the middle of a
-- word leads to the word, and that to the records.
CREATE TABLE word (
    org_id      BYTES NOT NULL,
    word        TEXT NOT NULL,
    PRIMARY KEY (org_id, word)
) /* clustered */;
CREATE TABLE word_part (
    org_id      BYTES NOT NULL,
    part        TEXT NOT NULL,
    word        TEXT NOT NULL,
    PRIMARY KEY (org_id, part, word)
) /* clustered */;

-- +goose Down
SELECT 1;
