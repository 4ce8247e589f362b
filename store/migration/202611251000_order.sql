-- +goose Up
-- What was ordered, and what was decided about a relation: together they are
-- what moves it on the ring. "order" is a word of SQL, so the table has the
-- plural. lines is closed JSON.
CREATE TABLE orders (
    org_id        BYTES NOT NULL,
    id            BYTES NOT NULL,
    version       BIGINT NOT NULL,
    account_id    BYTES NOT NULL,
    day           TEXT NOT NULL,
    cents         BIGINT NOT NULL,
    currency      TEXT NOT NULL,
    counter_value TEXT NOT NULL,
    number        TEXT NOT NULL,
    lines         TEXT NOT NULL,
    note          TEXT NOT NULL,
    external_id   TEXT,
    state         TEXT NOT NULL CHECK (state IN ('confirmed', 'cancelled')),
    why           TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES account (org_id, id)
);
CREATE INDEX orders_account ON orders (org_id, account_id, day, id);
CREATE INDEX orders_day ON orders (org_id, day, id);
CREATE UNIQUE INDEX orders_external ON orders (org_id, external_id) WHERE external_id IS NOT NULL;

CREATE TABLE decision (
    org_id      BYTES NOT NULL,
    id          BYTES NOT NULL,
    version     BIGINT NOT NULL,
    account_id  BYTES NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('notice', 'inactivity', 'ending', 'readmission')),
    day         TEXT NOT NULL,
    at          BIGINT NOT NULL,
    reason      TEXT NOT NULL,
    note        TEXT NOT NULL,
    member_id   BYTES NOT NULL,
    approver_id BYTES,
    state       TEXT NOT NULL CHECK (state IN ('asked', 'stands', 'refused', 'withdrawn')),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES account (org_id, id)
);
CREATE INDEX decision_account ON decision (org_id, account_id, day, id);
CREATE INDEX decision_asked ON decision (org_id, id) WHERE state = 'asked';

-- +goose Down
DROP TABLE decision;
DROP TABLE orders;
