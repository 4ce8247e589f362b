-- +goose Up
-- What comes after the password: a second step, passkeys, somebody else's
-- sign-in page. totp_step is the last code that was used, so that none is
-- taken twice.
ALTER TABLE login ADD COLUMN totp_step BIGINT;

-- A recovery code is kept as its hash and goes when it is used.
CREATE TABLE recovery (
    login_id    BYTES NOT NULL REFERENCES login (id),
    hash        BYTES NOT NULL,
    PRIMARY KEY (login_id, hash)
);

-- record is the library's credential record as closed JSON.
CREATE TABLE passkey (
    id          BYTES PRIMARY KEY,
    credential  BYTES NOT NULL UNIQUE,
    login_id    BYTES NOT NULL REFERENCES login (id),
    name        TEXT NOT NULL,
    record      TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    used_at     BIGINT
);
CREATE INDEX passkey_login ON passkey (login_id, id);

-- A step of coming in that waits for the next one; hash is of what the
-- visitor's cookie holds.
CREATE TABLE pending (
    hash        BYTES PRIMARY KEY,
    purpose     TEXT NOT NULL CHECK (purpose IN ('totp', 'totp_add', 'passkey_add', 'passkey_in', 'provider')),
    login_id    BYTES REFERENCES login (id),
    state       TEXT NOT NULL,
    failed      BIGINT NOT NULL,
    until       BIGINT NOT NULL
);
CREATE INDEX pending_until ON pending (until);

-- An OpenID Connect provider of an organisation. secret is what the provider
-- gave us; domains is closed JSON; role is empty unless newcomers may join.
CREATE TABLE provider (
    org_id      BYTES NOT NULL REFERENCES organisation (id),
    id          BYTES NOT NULL,
    version     BIGINT NOT NULL,
    name        TEXT NOT NULL,
    issuer      TEXT NOT NULL,
    client_id   TEXT NOT NULL,
    secret      TEXT NOT NULL,
    domains     TEXT NOT NULL,
    role        TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
);

-- +goose Down
SELECT 1;
