-- +goose Up
-- A lead can allow and object before it is a contact. A check cannot be changed
-- on both databases, so the table is made anew.
ALTER TABLE consent RENAME TO consent_before;
DROP INDEX consent_subject;
CREATE TABLE consent (
    org_id      BYTES NOT NULL,
    id          BYTES NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('account', 'contact', 'lead')),
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
INSERT INTO consent (org_id, id, kind, subject_id, channel, purpose, state, at, source, wording, version, proof, member_id, member_name, recorded_at) SELECT org_id, id, kind, subject_id, channel, purpose, state, at, source, wording, version, proof, member_id, member_name, recorded_at FROM consent_before;
DROP TABLE consent_before;
CREATE INDEX consent_subject ON consent (org_id, subject_id, id);

-- +goose Down
SELECT 1;
