-- +goose Up
-- What was said to a customer. due_at is the last moment at which it is on time;
-- judged_at is the one by which it counts, which stays when another day is agreed
-- after it was missed. record_id names what it comes from, as a conversation.
CREATE TABLE promise (
    org_id       BYTES NOT NULL,
    id           BYTES NOT NULL,
    version      BIGINT NOT NULL,
    text         TEXT NOT NULL,
    aspect       TEXT NOT NULL CHECK (aspect IN ('product', 'service', 'price', 'availability')),
    norm         TEXT NOT NULL,
    account_id   BYTES NOT NULL,
    contact_id   BYTES,
    owner_id     BYTES,
    team_id      BYTES,
    member_id    BYTES,
    channel      TEXT NOT NULL,
    source       TEXT NOT NULL,
    subject_id   BYTES,
    day          TEXT NOT NULL,
    at           BIGINT NOT NULL,
    due_at       BIGINT NOT NULL,
    judged_at    BIGINT NOT NULL,
    moved        BIGINT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('open', 'kept', 'late', 'broken', 'withdrawn')),
    why          TEXT NOT NULL,
    confirmed_at BIGINT NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     BYTES,
    external_id  TEXT,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES account (org_id, id),
    FOREIGN KEY (org_id, contact_id) REFERENCES contact (org_id, id),
    FOREIGN KEY (org_id, owner_id) REFERENCES member (org_id, id),
    FOREIGN KEY (org_id, team_id) REFERENCES team (org_id, id)
);
CREATE INDEX promise_owner ON promise (org_id, owner_id, state, due_at, id);
CREATE INDEX promise_team ON promise (org_id, team_id, state, due_at, id) WHERE team_id IS NOT NULL;
CREATE INDEX promise_account ON promise (org_id, account_id, state, due_at, id);
CREATE INDEX promise_contact ON promise (org_id, contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX promise_state ON promise (org_id, state, due_at, id);
CREATE INDEX promise_all ON promise (org_id, due_at, id);
CREATE INDEX promise_subject ON promise (org_id, subject_id, id) WHERE subject_id IS NOT NULL;
CREATE INDEX promise_judged ON promise (org_id, judged_at, id);
CREATE INDEX promise_judged_owner ON promise (org_id, owner_id, judged_at, id);
CREATE INDEX promise_judged_account ON promise (org_id, account_id, judged_at, id);
CREATE UNIQUE INDEX promise_external ON promise (org_id, external_id) WHERE external_id IS NOT NULL;

-- What a customer needs, in the customer's words.
CREATE TABLE need (
    org_id          BYTES NOT NULL,
    id              BYTES NOT NULL,
    version         BIGINT NOT NULL,
    account_id      BYTES NOT NULL,
    opportunity_id  BYTES,
    conversation_id BYTES,
    contact_id      BYTES,
    member_id       BYTES,
    kind            TEXT NOT NULL CHECK (kind IN ('implied', 'explicit')),
    words           TEXT NOT NULL,
    problem_id      BYTES,
    implication     TEXT NOT NULL,
    basis           TEXT NOT NULL,
    payoff          TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('open', 'answered', 'dropped')),
    answer_kind     TEXT NOT NULL,
    subject_id      BYTES,
    why             TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES account (org_id, id),
    FOREIGN KEY (org_id, contact_id) REFERENCES contact (org_id, id)
);
CREATE INDEX need_account ON need (org_id, account_id, id);
CREATE INDEX need_opportunity ON need (org_id, opportunity_id, id) WHERE opportunity_id IS NOT NULL;
CREATE INDEX need_conversation ON need (org_id, conversation_id, id) WHERE conversation_id IS NOT NULL;
CREATE INDEX need_contact ON need (org_id, contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX need_subject ON need (org_id, subject_id, id) WHERE subject_id IS NOT NULL;

-- +goose Down
DROP TABLE need;
DROP TABLE promise;
