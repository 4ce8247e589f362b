-- +goose Up
-- Keys under which records are compared: two that share one may be the same.
-- Phone numbers and e-mail addresses are in point, KvK numbers in account.
CREATE TABLE block (
    org_id      BYTES NOT NULL,
    kind        TEXT NOT NULL,
    key         TEXT NOT NULL,
    record_id   BYTES NOT NULL,
    PRIMARY KEY (org_id, kind, key, record_id)
) /* clustered */;
CREATE INDEX block_record ON block (org_id, record_id);

-- Two records that may be the same, and what was decided about them; a_id is
-- the smaller. reasons is closed.
CREATE TABLE pair (
    org_id      BYTES NOT NULL,
    id          BYTES NOT NULL,
    version     BIGINT NOT NULL,
    kind        TEXT NOT NULL,
    a_id        BYTES NOT NULL,
    b_id        BYTES NOT NULL,
    probability DOUBLE PRECISION NOT NULL,
    reasons     TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('open', 'later', 'apart', 'merged')),
    until       TEXT,
    decided_by  BYTES,
    decided_at  BIGINT,
    found_at    BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, decided_by) REFERENCES member (org_id, id)
);
CREATE UNIQUE INDEX pair_two ON pair (org_id, a_id, b_id);
CREATE INDEX pair_second ON pair (org_id, b_id, a_id);
CREATE INDEX pair_state ON pair (org_id, state, probability, id);
CREATE INDEX pair_kind ON pair (org_id, kind, state, probability, id);
CREATE INDEX pair_later ON pair (org_id, until, id) WHERE state = 'later';

-- How far the scan for duplicates is with a kind of record, and the weights it
-- learned (closed).
CREATE TABLE scan (
    org_id      BYTES NOT NULL,
    kind        TEXT NOT NULL,
    weights     TEXT NOT NULL,
    learned_at  BIGINT NOT NULL,
    filled      BOOLEAN NOT NULL,
    step        TEXT NOT NULL,
    place       TEXT NOT NULL,
    since       BIGINT NOT NULL,
    begun_at    BIGINT NOT NULL,
    whole_at    BIGINT NOT NULL,
    ended_at    BIGINT NOT NULL,
    PRIMARY KEY (org_id, kind)
);

-- +goose Down
SELECT 1;
