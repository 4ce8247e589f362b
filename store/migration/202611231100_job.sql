-- +goose Up
-- Work that is done after the change that asked for it. due_at is the one
-- moment at which a row may be taken: of a waiting job when it may begin, of a
-- running one when the lease of the process that runs it ends. See doc/jobs.md.

CREATE TABLE job (
    org_id        BYTES NOT NULL,
    id            BYTES NOT NULL,
    kind          TEXT NOT NULL,
    args          TEXT NOT NULL,
    due_at        BIGINT NOT NULL,
    unique_key    TEXT NOT NULL,
    max_attempts  BIGINT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'parked', 'cancelled')),
    attempt       BIGINT NOT NULL,
    so_far        BIGINT NOT NULL,
    in_all        BIGINT NOT NULL,
    progress      TEXT NOT NULL,
    code          TEXT NOT NULL,
    reason        TEXT NOT NULL,
    cancel_asked  BOOLEAN NOT NULL,
    created_at    BIGINT NOT NULL,
    started_at    BIGINT NOT NULL,
    finished_at   BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
);
CREATE INDEX job_due ON job (org_id, due_at, kind, id) WHERE state IN ('waiting', 'running');
CREATE UNIQUE INDEX job_unique ON job (org_id, kind, unique_key) WHERE unique_key <> '' AND state = 'waiting';
CREATE INDEX job_kind ON job (org_id, kind, id);
CREATE INDEX job_parked ON job (org_id, id) WHERE state = 'parked';

-- +goose Down
DROP TABLE job;
