-- +goose Up
-- What a program asked under an Idempotency-Key and what it was answered, kept
-- for a day. The row is written in the transaction of the change itself.
-- holder is the token, or the member who came by a session.
CREATE TABLE once (
    org_id      BYTES NOT NULL,
    holder      BYTES NOT NULL,
    name        TEXT NOT NULL,
    request     BYTES NOT NULL,
    status      BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    location    TEXT NOT NULL,
    answer      TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, holder, name)
);
CREATE INDEX once_created ON once (org_id, created_at);

-- +goose Down
SELECT 1;
