-- +goose Up
-- A relation on its way from one member to another. checklist is closed JSON.
-- An account is on its way once at a time.
CREATE TABLE handover (
    org_id      BYTES NOT NULL,
    id          BYTES NOT NULL,
    version     BIGINT NOT NULL,
    account_id  BYTES NOT NULL,
    from_id     BYTES NOT NULL,
    to_id       BYTES NOT NULL,
    member_id   BYTES,
    state       TEXT NOT NULL CHECK (state IN ('proposed', 'accepted', 'returned', 'withdrawn')),
    day         TEXT NOT NULL,
    note        TEXT NOT NULL,
    reason      TEXT NOT NULL,
    checklist   TEXT NOT NULL,
    order_id    BYTES,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES account (org_id, id),
    FOREIGN KEY (org_id, from_id) REFERENCES member (org_id, id),
    FOREIGN KEY (org_id, to_id) REFERENCES member (org_id, id)
);
CREATE UNIQUE INDEX handover_open ON handover (org_id, account_id) WHERE state = 'proposed';
CREATE INDEX handover_account ON handover (org_id, account_id, id);
CREATE INDEX handover_to ON handover (org_id, to_id, state, id);
CREATE INDEX handover_from ON handover (org_id, from_id, state, id);
CREATE INDEX handover_state ON handover (org_id, state, id);

-- Of all orders few are cancelled, and a list can ask for those.
CREATE INDEX orders_cancelled ON orders (org_id, day, id) WHERE state = 'cancelled';

-- +goose Down
DROP INDEX orders_cancelled;
DROP TABLE handover;
