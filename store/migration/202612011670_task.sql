-- +goose Up
-- What somebody has to do. due_at is the last moment at which it is on time:
-- that of the day, or the end of it; what has no day comes after all others.
-- about and record_id name what it rests on, as a quote.
CREATE TABLE task (
    org_id      BYTES NOT NULL,
    id          BYTES NOT NULL,
    version     BIGINT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('task', 'call', 'meeting')),
    text        TEXT NOT NULL,
    note        TEXT NOT NULL,
    account_id  BYTES,
    contact_id  BYTES,
    about       TEXT NOT NULL,
    subject_id  BYTES,
    owner_id    BYTES NOT NULL,
    member_id   BYTES,
    day         TEXT NOT NULL,
    at          BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    rule        TEXT NOT NULL,
    first       TEXT NOT NULL,
    follows_id  BYTES,
    state       TEXT NOT NULL CHECK (state IN ('open', 'done', 'withdrawn')),
    why         TEXT NOT NULL,
    ended_at    BIGINT NOT NULL,
    ended_by    BYTES,
    external_id TEXT,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES account (org_id, id),
    FOREIGN KEY (org_id, contact_id) REFERENCES contact (org_id, id),
    FOREIGN KEY (org_id, owner_id) REFERENCES member (org_id, id)
);
CREATE INDEX task_owner ON task (org_id, owner_id, state, due_at, id);
CREATE INDEX task_given ON task (org_id, member_id, state, due_at, id);
CREATE INDEX task_account ON task (org_id, account_id, state, due_at, id);
CREATE INDEX task_contact ON task (org_id, contact_id, id);
CREATE INDEX task_state ON task (org_id, state, due_at, id);
CREATE INDEX task_subject ON task (org_id, subject_id, state, id) WHERE subject_id IS NOT NULL;
CREATE INDEX task_follows ON task (org_id, follows_id) WHERE follows_id IS NOT NULL;
CREATE UNIQUE INDEX task_external ON task (org_id, external_id) WHERE external_id IS NOT NULL;

-- +goose Down
DROP TABLE task;
