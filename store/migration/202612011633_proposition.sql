-- +goose Up
-- Promises of value. body is closed JSON.
CREATE TABLE proposition (
    org_id         BYTES NOT NULL,
    id             BYTES NOT NULL,
    version        BIGINT NOT NULL,
    name           TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('draft', 'tested', 'active', 'retired')),
    account_id     BYTES,
    opportunity_id BYTES,
    body           TEXT NOT NULL,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES account (org_id, id)
);
CREATE INDEX proposition_account ON proposition (org_id, account_id, id);

-- +goose Down
DROP TABLE proposition;
