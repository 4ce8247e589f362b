-- +goose Up
-- Who may come in, and for which organisation. The tables without org_id are
-- the few that are read before the organisation is known.

CREATE TABLE organisation (
    id          BYTES PRIMARY KEY,
    version     BIGINT NOT NULL,
    name        TEXT NOT NULL,
    settings    TEXT NOT NULL,
    created_at  BIGINT NOT NULL
);

CREATE TABLE login (
    id             BYTES PRIMARY KEY,
    version        BIGINT NOT NULL,
    email          TEXT NOT NULL UNIQUE,
    password       TEXT,
    totp           TEXT,
    created_at     BIGINT NOT NULL,
    changed_at     BIGINT NOT NULL
);

CREATE TABLE membership (
    login_id    BYTES NOT NULL REFERENCES login (id),
    org_id      BYTES NOT NULL REFERENCES organisation (id),
    member_id   BYTES NOT NULL,
    PRIMARY KEY (login_id, org_id)
);

CREATE TABLE session (
    hash        BYTES PRIMARY KEY,
    login_id    BYTES NOT NULL REFERENCES login (id),
    org_id      BYTES NOT NULL REFERENCES organisation (id),
    member_id   BYTES NOT NULL,
    created_at  BIGINT NOT NULL,
    seen_at     BIGINT NOT NULL,
    until       BIGINT NOT NULL,
    agent       TEXT NOT NULL,
    address     TEXT NOT NULL,
    proof       TEXT NOT NULL
);
CREATE INDEX session_login ON session (login_id, created_at);

CREATE TABLE token (
    id          BYTES PRIMARY KEY,
    hash        BYTES NOT NULL UNIQUE,
    org_id      BYTES NOT NULL REFERENCES organisation (id),
    member_id   BYTES NOT NULL,
    name        TEXT NOT NULL,
    hint        TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    used_at     BIGINT,
    until       BIGINT
);
CREATE INDEX token_member ON token (org_id, member_id, id);

CREATE TABLE link (
    hash        BYTES PRIMARY KEY,
    purpose     TEXT NOT NULL CHECK (purpose IN ('invite', 'reset')),
    login_id    BYTES NOT NULL REFERENCES login (id),
    org_id      BYTES NOT NULL REFERENCES organisation (id),
    created_at  BIGINT NOT NULL,
    until       BIGINT NOT NULL,
    used_at     BIGINT
);
CREATE INDEX link_login ON link (login_id);

CREATE TABLE attempt (
    name        TEXT PRIMARY KEY,
    failed      BIGINT NOT NULL,
    since       BIGINT NOT NULL,
    until       BIGINT NOT NULL
);

CREATE TABLE team (
    org_id      BYTES NOT NULL REFERENCES organisation (id),
    id          BYTES NOT NULL,
    version     BIGINT NOT NULL,
    name        TEXT NOT NULL,
    parent_id   BYTES,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, parent_id) REFERENCES team (org_id, id)
);
CREATE UNIQUE INDEX team_name ON team (org_id, name);

CREATE TABLE member (
    org_id      BYTES NOT NULL REFERENCES organisation (id),
    id          BYTES NOT NULL,
    version     BIGINT NOT NULL,
    login_id    BYTES NOT NULL,
    name        TEXT NOT NULL,
    email       TEXT NOT NULL,
    role        TEXT NOT NULL,
    team_id     BYTES,
    state       TEXT NOT NULL CHECK (state IN ('invited', 'active', 'disabled')),
    locale      TEXT NOT NULL,
    settings    TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, team_id) REFERENCES team (org_id, id)
);
CREATE UNIQUE INDEX member_login ON member (org_id, login_id);
CREATE INDEX member_name ON member (org_id, name, id);

-- Who did what to what: nothing is saved without a row here.
CREATE TABLE fact (
    org_id      BYTES NOT NULL,
    id          BYTES NOT NULL,
    at          BIGINT NOT NULL,
    actor_kind  TEXT NOT NULL,
    actor_id    BYTES,
    actor_name  TEXT NOT NULL,
    deed        TEXT NOT NULL,
    kind        TEXT NOT NULL,
    subject_id  BYTES NOT NULL,
    account_id  BYTES,
    label       TEXT NOT NULL,
    changes     TEXT NOT NULL,
    why         TEXT NOT NULL,
    evidence    TEXT NOT NULL,
    PRIMARY KEY (org_id, id)
);
CREATE INDEX fact_subject ON fact (org_id, subject_id, id);
CREATE INDEX fact_account ON fact (org_id, account_id, id);

-- +goose Down
SELECT 1;
