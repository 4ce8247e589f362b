-- +goose Up
-- Who may become a customer (domain.md §2.17). body is closed JSON: what no list
-- asks for. due_at of one on which no clock runs is far away, so that it is last.
CREATE TABLE lead (
    org_id        BYTES NOT NULL,
    id            BYTES NOT NULL,
    version       BIGINT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('new', 'working', 'mql', 'sal', 'sql', 'nurture', 'disqualified', 'converted')),
    is_open       BOOLEAN NOT NULL,
    due_at        BIGINT NOT NULL,
    score         BIGINT NOT NULL,
    owner_id      BYTES,
    team_id       BYTES,
    source        TEXT NOT NULL,
    form_id       BYTES,
    segment       TEXT NOT NULL,
    name_key      TEXT NOT NULL,
    email         TEXT NOT NULL,
    external_id   TEXT,
    account_id    BYTES,
    touched_at    BIGINT NOT NULL,
    responded_at  BIGINT NOT NULL,
    speed         BIGINT NOT NULL,
    working_at    BIGINT NOT NULL,
    mql_at        BIGINT NOT NULL,
    sal_at        BIGINT NOT NULL,
    sql_at        BIGINT NOT NULL,
    ended_at      BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    body          TEXT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, owner_id) REFERENCES member (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES account (org_id, id)
);
CREATE INDEX lead_due ON lead (org_id, is_open, due_at, id);
CREATE INDEX lead_score ON lead (org_id, is_open, score, id);
CREATE INDEX lead_state ON lead (org_id, state, due_at, id);
CREATE INDEX lead_owner ON lead (org_id, owner_id, state, due_at, id);
CREATE INDEX lead_created ON lead (org_id, created_at, id);
CREATE INDEX lead_source ON lead (org_id, source, created_at, id);
CREATE INDEX lead_name ON lead (org_id, name_key, id);
CREATE INDEX lead_email ON lead (org_id, email, id) WHERE email <> '';
CREATE INDEX lead_account ON lead (org_id, account_id, id) WHERE account_id IS NOT NULL;
CREATE INDEX lead_touched ON lead (org_id, touched_at, id);
CREATE UNIQUE INDEX lead_external ON lead (org_id, external_id) WHERE external_id IS NOT NULL;

-- What happened with a lead.
CREATE TABLE lead_touch (
    org_id     BYTES NOT NULL,
    id         BYTES NOT NULL,
    lead_id    BYTES NOT NULL,
    at         BIGINT NOT NULL,
    kind       TEXT NOT NULL,
    text       TEXT NOT NULL,
    ours       BOOLEAN NOT NULL,
    member_id  BYTES,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, lead_id) REFERENCES lead (org_id, id)
);
CREATE INDEX lead_touch_lead ON lead_touch (org_id, lead_id, at, id);

-- A web form. secret signs the time at which a page was made.
CREATE TABLE lead_form (
    org_id      BYTES NOT NULL,
    id          BYTES NOT NULL,
    version     BIGINT NOT NULL,
    form_key    TEXT NOT NULL,
    secret      TEXT NOT NULL,
    body        TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
);
CREATE UNIQUE INDEX lead_form_key ON lead_form (org_id, form_key);

-- A consent that was ticked, until it is confirmed.
CREATE TABLE lead_optin (
    org_id        BYTES NOT NULL,
    id            BYTES NOT NULL,
    lead_id       BYTES NOT NULL,
    form_id       BYTES NOT NULL,
    secret        TEXT NOT NULL,
    wording       TEXT NOT NULL,
    channel       TEXT NOT NULL,
    purpose       TEXT NOT NULL,
    text_version  TEXT NOT NULL,
    asked_at      BIGINT NOT NULL,
    confirmed_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, lead_id) REFERENCES lead (org_id, id)
);
CREATE UNIQUE INDEX lead_optin_secret ON lead_optin (org_id, secret);
CREATE INDEX lead_optin_lead ON lead_optin (org_id, lead_id, id);

-- How an organisation scores and times its leads, as closed JSON.
CREATE TABLE lead_setting (
    org_id   BYTES NOT NULL,
    version  BIGINT NOT NULL,
    body     TEXT NOT NULL,
    PRIMARY KEY (org_id)
);

-- What getting leads cost, in whole cents.
CREATE TABLE lead_cost (
    org_id     BYTES NOT NULL,
    month      TEXT NOT NULL,
    source     TEXT NOT NULL,
    marketing  BIGINT NOT NULL,
    sales      BIGINT NOT NULL,
    PRIMARY KEY (org_id, month, source)
);

-- Who said never, as a hash of the address or number: it stays when everything
-- else of them is erased (C-06, P-05).
CREATE TABLE objection (
    org_id      BYTES NOT NULL,
    hash        BYTES NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, hash)
);

-- +goose Down
DROP TABLE objection;
DROP TABLE lead_cost;
DROP TABLE lead_setting;
DROP TABLE lead_optin;
DROP TABLE lead_form;
DROP TABLE lead_touch;
DROP TABLE lead;
