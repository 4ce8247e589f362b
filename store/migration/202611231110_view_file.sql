-- +goose Up
-- A question to a list, kept under a name; member_id made it.
CREATE TABLE view (
    org_id      BYTES NOT NULL,
    id          BYTES NOT NULL,
    version     BIGINT NOT NULL,
    kind        TEXT NOT NULL,
    member_id   BYTES NOT NULL,
    shared      BOOLEAN NOT NULL,
    name        TEXT NOT NULL,
    query       TEXT NOT NULL,
    place       BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, member_id) REFERENCES member (org_id, id)
);
CREATE INDEX view_kind ON view (org_id, kind, place, id);

-- A file on a record. It is there once ready; what never became ready is swept.
CREATE TABLE file (
    org_id      BYTES NOT NULL,
    id          BYTES NOT NULL,
    kind        TEXT NOT NULL,
    record_id   BYTES NOT NULL,
    name        TEXT NOT NULL,
    size        BIGINT NOT NULL,
    sha256      TEXT NOT NULL,
    member_id   BYTES,
    added_at    BIGINT NOT NULL,
    deleted_at  BIGINT,
    ready       BOOLEAN NOT NULL,
    PRIMARY KEY (org_id, id)
);
CREATE INDEX file_record ON file (org_id, record_id, id);
CREATE INDEX file_unready ON file (org_id, added_at, id) WHERE NOT ready;

CREATE TABLE file_piece (
    org_id      BYTES NOT NULL,
    file_id     BYTES NOT NULL,
    place       BIGINT NOT NULL,
    bytes       BYTES NOT NULL,
    PRIMARY KEY (org_id, file_id, place),
    FOREIGN KEY (org_id, file_id) REFERENCES file (org_id, id)
);

-- +goose Down
SELECT 1;
