-- +goose Up
-- What people allow and what they object to. Rows are added, never changed:
-- the ledger is the proof. subject_id is about whom it was said, also when that
-- record was merged into another since.
CREATE TABLE consent (
    org_id      BYTES NOT NULL,
    id          BYTES NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('account', 'contact')),
    subject_id  BYTES NOT NULL,
    channel     TEXT NOT NULL,
    purpose     TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('given', 'withdrawn', 'objection')),
    at          BIGINT NOT NULL,
    source      TEXT NOT NULL,
    wording     TEXT NOT NULL,
    version     TEXT NOT NULL,
    proof       TEXT NOT NULL,
    member_id   BYTES,
    member_name TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
);
CREATE INDEX consent_subject ON consent (org_id, subject_id, id);

-- +goose Down
SELECT 1;
