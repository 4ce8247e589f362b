-- +goose Up
-- What an organisation wants to know besides, for what and on which ground.
CREATE TABLE field (
    org_id      BYTES NOT NULL,
    id          BYTES NOT NULL,
    version     BIGINT NOT NULL,
    kind        TEXT NOT NULL,
    field       TEXT NOT NULL,
    label       TEXT NOT NULL,
    type        TEXT NOT NULL,
    choices     TEXT NOT NULL,
    required    BOOLEAN NOT NULL,
    purpose     TEXT NOT NULL,
    ground      TEXT NOT NULL,
    position    BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    archived_at BIGINT,
    PRIMARY KEY (org_id, id)
);
CREATE UNIQUE INDEX field_key ON field (org_id, kind, field);

-- +goose Down
SELECT 1;
