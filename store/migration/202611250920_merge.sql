-- +goose Up
-- A record that was merged into another stays as a row, in the bin and out of
-- every list. merged_into is the record it is part of now, also after that one
-- was merged further.
ALTER TABLE account ADD COLUMN merged_into BYTES;
ALTER TABLE contact ADD COLUMN merged_into BYTES;
CREATE INDEX account_merged ON account (org_id, merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX contact_merged ON contact (org_id, merged_into) WHERE merged_into IS NOT NULL;
DROP INDEX account_bin;
DROP INDEX contact_bin;
CREATE INDEX account_bin ON account (org_id, deleted_at, id) WHERE deleted_at IS NOT NULL AND merged_into IS NULL;
CREATE INDEX contact_bin ON contact (org_id, deleted_at, id) WHERE deleted_at IS NOT NULL AND merged_into IS NULL;

-- Both records as they were and what was made of them, closed JSON. alias is
-- the external id of the one that went, by which it is still found.
CREATE TABLE merge (
    org_id        BYTES NOT NULL,
    id            BYTES NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN ('account', 'contact')),
    survivor_id   BYTES NOT NULL,
    loser_id      BYTES NOT NULL,
    loser_name    TEXT NOT NULL,
    part_of       BYTES,
    alias         TEXT,
    survivor_was  TEXT NOT NULL,
    survivor_made TEXT NOT NULL,
    loser_was     TEXT NOT NULL,
    member_id     BYTES,
    member_name   TEXT NOT NULL,
    merged_at     BIGINT NOT NULL,
    undone_at     BIGINT,
    PRIMARY KEY (org_id, id)
);
CREATE INDEX merge_survivor ON merge (org_id, survivor_id, id);
CREATE INDEX merge_loser ON merge (org_id, loser_id, id);
CREATE INDEX merge_part ON merge (org_id, part_of) WHERE part_of IS NOT NULL;
CREATE INDEX merge_alias ON merge (org_id, alias, kind) WHERE alias IS NOT NULL;

-- Which rows a merge pointed at the record that stayed, so that they can go
-- back. what is the column: fact.account_id.
CREATE TABLE merge_moved (
    org_id      BYTES NOT NULL,
    merge_id    BYTES NOT NULL,
    what        TEXT NOT NULL,
    row_id      BYTES NOT NULL,
    PRIMARY KEY (org_id, merge_id, what, row_id),
    FOREIGN KEY (org_id, merge_id) REFERENCES merge (org_id, id)
) /* clustered */;

-- The same for the people at an account: united when they were at both, and
-- then with what the link to the one that stayed was.
CREATE TABLE merge_link (
    org_id        BYTES NOT NULL,
    merge_id      BYTES NOT NULL,
    contact_id    BYTES NOT NULL,
    united        BOOLEAN NOT NULL,
    place         BIGINT NOT NULL,
    function      TEXT NOT NULL,
    roles         TEXT NOT NULL,
    main          BOOLEAN NOT NULL,
    kept_function TEXT NOT NULL,
    kept_roles    TEXT NOT NULL,
    PRIMARY KEY (org_id, merge_id, contact_id),
    FOREIGN KEY (org_id, merge_id) REFERENCES merge (org_id, id)
) /* clustered */;

-- +goose Down
SELECT 1;
