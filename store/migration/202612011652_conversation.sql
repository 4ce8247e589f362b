-- +goose Up
-- A sales conversation. questions is closed JSON. secret is that of the link with
-- which the customer confirms the summary, and shows nothing but that summary.
CREATE TABLE conversation (
    org_id           BYTES NOT NULL,
    id               BYTES NOT NULL,
    version          BIGINT NOT NULL,
    account_id       BYTES NOT NULL,
    opportunity_id   BYTES,
    title            TEXT NOT NULL,
    channel          TEXT NOT NULL CHECK (channel IN ('visit', 'phone', 'video')),
    place            TEXT NOT NULL,
    starts_at        BIGINT NOT NULL,
    minutes          BIGINT NOT NULL,
    owner_id         BYTES NOT NULL,
    member_id        BYTES,
    goal             TEXT NOT NULL,
    questions        TEXT NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('planned', 'prepared', 'held', 'moved', 'no_show', 'reported', 'confirmed')),
    follows_id       BYTES,
    why              TEXT NOT NULL,
    began_at         BIGINT NOT NULL,
    ended_at         BIGINT NOT NULL,
    customer_seconds BIGINT NOT NULL,
    self_seconds     BIGINT NOT NULL,
    outcome          TEXT NOT NULL CHECK (outcome IN ('', 'order', 'advance', 'continuation', 'no_sale')),
    action           TEXT NOT NULL,
    contact_id       BYTES,
    action_day       TEXT NOT NULL,
    next             TEXT NOT NULL,
    next_day         TEXT NOT NULL,
    summary          TEXT NOT NULL,
    language         TEXT NOT NULL,
    secret           TEXT NOT NULL,
    link_until       BIGINT NOT NULL,
    reported_at      BIGINT NOT NULL,
    confirmed_at     BIGINT NOT NULL,
    confirmed_by     TEXT NOT NULL,
    remark           TEXT NOT NULL,
    external_id      TEXT,
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES account (org_id, id),
    FOREIGN KEY (org_id, contact_id) REFERENCES contact (org_id, id),
    FOREIGN KEY (org_id, owner_id) REFERENCES member (org_id, id)
);
CREATE INDEX conversation_starts ON conversation (org_id, starts_at, id);
CREATE INDEX conversation_owner ON conversation (org_id, owner_id, starts_at, id);
CREATE INDEX conversation_account ON conversation (org_id, account_id, starts_at, id);
CREATE INDEX conversation_contact ON conversation (org_id, contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX conversation_opportunity ON conversation (org_id, opportunity_id, starts_at, id) WHERE opportunity_id IS NOT NULL;
CREATE INDEX conversation_held ON conversation (org_id, owner_id, ended_at, id) WHERE state = 'held';
CREATE UNIQUE INDEX conversation_external ON conversation (org_id, external_id) WHERE external_id IS NOT NULL;

-- Who is there.
CREATE TABLE attendee (
    org_id          BYTES NOT NULL,
    id              BYTES NOT NULL,
    conversation_id BYTES NOT NULL,
    place           BIGINT NOT NULL,
    contact_id      BYTES,
    member_id       BYTES,
    name            TEXT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, conversation_id) REFERENCES conversation (org_id, id),
    FOREIGN KEY (org_id, contact_id) REFERENCES contact (org_id, id),
    FOREIGN KEY (org_id, member_id) REFERENCES member (org_id, id)
);
CREATE INDEX attendee_conversation ON attendee (org_id, conversation_id, place);
CREATE INDEX attendee_contact ON attendee (org_id, contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX attendee_member ON attendee (org_id, member_id, id) WHERE member_id IS NOT NULL;

-- What happened in a conversation. The id is given by the page that wrote it down.
CREATE TABLE talk_note (
    org_id          BYTES NOT NULL,
    id              BYTES NOT NULL,
    version         BIGINT NOT NULL,
    conversation_id BYTES NOT NULL,
    mark            TEXT NOT NULL,
    letter          TEXT NOT NULL,
    question        TEXT NOT NULL,
    closed          BOOLEAN NOT NULL,
    text            TEXT NOT NULL,
    basis           TEXT NOT NULL,
    ground          TEXT NOT NULL,
    handled         TEXT NOT NULL,
    checked         BOOLEAN NOT NULL,
    need_id         BYTES,
    member_id       BYTES,
    at              BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, conversation_id) REFERENCES conversation (org_id, id)
);
CREATE INDEX talk_note_conversation ON talk_note (org_id, conversation_id, at, id);

-- The bank of questions.
CREATE TABLE question (
    org_id     BYTES NOT NULL,
    id         BYTES NOT NULL,
    version    BIGINT NOT NULL,
    letter     TEXT NOT NULL CHECK (letter IN ('s', 'p', 'i', 'n')),
    text       TEXT NOT NULL,
    closed     BOOLEAN NOT NULL,
    basis      TEXT NOT NULL,
    branch     TEXT NOT NULL,
    archived   BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
);

-- What a member practises: one behaviour at a time.
CREATE TABLE practice (
    org_id     BYTES NOT NULL,
    id         BYTES NOT NULL,
    version    BIGINT NOT NULL,
    member_id  BYTES NOT NULL,
    behaviour  TEXT NOT NULL,
    began_at   BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL,
    reflection TEXT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, member_id) REFERENCES member (org_id, id)
);
CREATE INDEX practice_member ON practice (org_id, member_id, id);
CREATE UNIQUE INDEX practice_one ON practice (org_id, member_id) WHERE ended_at = 0;

-- +goose Down
DROP TABLE practice;
DROP TABLE question;
DROP TABLE talk_note;
DROP TABLE attendee;
DROP TABLE conversation;
