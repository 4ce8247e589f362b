-- +goose Up
-- A deed on many records. Its records are written down first, so that it goes
-- on where it was after a crash, and can be taken back.
CREATE TABLE bulk (
    org_id      BYTES NOT NULL,
    id          BYTES NOT NULL,
    kind        TEXT NOT NULL,
    deed        TEXT NOT NULL,
    member_id   BYTES NOT NULL,
    query       TEXT NOT NULL,
    place       TEXT NOT NULL,
    filled      BOOLEAN NOT NULL,
    total       BIGINT NOT NULL,
    done        BIGINT NOT NULL,
    refused     BIGINT NOT NULL,
    ended       BOOLEAN NOT NULL,
    undone      BOOLEAN NOT NULL,
    job_id      BYTES,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, member_id) REFERENCES member (org_id, id)
);

CREATE TABLE bulk_item (
    org_id      BYTES NOT NULL,
    bulk_id     BYTES NOT NULL,
    place       BIGINT NOT NULL,
    record_id   BYTES NOT NULL,
    version     BIGINT,
    before      TEXT,
    PRIMARY KEY (org_id, bulk_id, place),
    FOREIGN KEY (org_id, bulk_id) REFERENCES bulk (org_id, id)
) /* clustered */;

-- +goose Down
SELECT 1;
