-- +goose Up
-- Who asked to be told, and what was told them.
CREATE TABLE webhook (
    org_id      BYTES NOT NULL,
    id          BYTES NOT NULL,
    version     BIGINT NOT NULL,
    name        TEXT NOT NULL,
    url         TEXT NOT NULL,
    deeds       TEXT NOT NULL,
    active      BOOLEAN NOT NULL,
    secret      TEXT NOT NULL,
    failed      BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
);

CREATE TABLE delivery (
    org_id      BYTES NOT NULL,
    id          BYTES NOT NULL,
    webhook_id  BYTES NOT NULL,
    fact_id     BYTES NOT NULL,
    deed        TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
    attempts    TEXT NOT NULL,
    replay      BOOLEAN NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, webhook_id) REFERENCES webhook (org_id, id)
);
CREATE INDEX delivery_webhook ON delivery (org_id, webhook_id, id);
CREATE INDEX delivery_old ON delivery (org_id, created_at, id);

-- +goose Down
SELECT 1;
