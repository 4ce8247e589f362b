-- +goose Up
-- What was learned of how the customers of an organisation buy; models, sanity,
-- stay and refusal are closed. step and place say where the computation is that
-- runs: place is the last account of which the outlook was written.
CREATE TABLE fit (
    org_id     BYTES NOT NULL REFERENCES organisation (id),
    until_day  TEXT NOT NULL,
    customers  BIGINT NOT NULL,
    repeaters  BIGINT NOT NULL,
    currency   TEXT NOT NULL,
    large      BIGINT NOT NULL,
    model      TEXT NOT NULL,
    alive      TEXT NOT NULL,
    models     TEXT NOT NULL,
    sanity     TEXT NOT NULL,
    stay       TEXT NOT NULL,
    refusal    TEXT NOT NULL,
    step       TEXT NOT NULL,
    place      TEXT NOT NULL,
    begun_at   BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL,
    PRIMARY KEY (org_id)
);

-- What is expected of each account that buys. Below zero a chance, a number or a
-- value is not known. It is made out of the orders every night: an account that
-- goes into the bin takes its row along, and owner and team follow the account.
CREATE TABLE outlook (
    org_id     BYTES NOT NULL,
    account_id BYTES NOT NULL,
    owner_id   BYTES,
    team_id    BYTES,
    until_day  TEXT NOT NULL,
    first_day  TEXT NOT NULL,
    last_day   TEXT NOT NULL,
    purchases  BIGINT NOT NULL,
    intervals  BIGINT NOT NULL,
    median     DOUBLE PRECISION NOT NULL,
    regular    BOOLEAN NOT NULL,
    chance     DOUBLE PRECISION NOT NULL,
    expected   DOUBLE PRECISION NOT NULL,
    cents      BIGINT NOT NULL,
    year_cents BIGINT NOT NULL,
    currency   TEXT NOT NULL,
    big        BOOLEAN NOT NULL,
    reasons    TEXT NOT NULL,
    at_risk    BOOLEAN NOT NULL,
    rank       BIGINT NOT NULL,
    PRIMARY KEY (org_id, account_id)
) /* clustered */;
-- The list, with what it is kept to: who may see little of it looks through the
-- index and not through the accounts.
CREATE INDEX outlook_risk ON outlook (org_id, rank, account_id, owner_id, team_id) WHERE at_risk;
CREATE INDEX outlook_owner ON outlook (org_id, owner_id, rank, account_id) WHERE at_risk;

-- An account at risk that somebody put off until a day.
CREATE TABLE snooze (
    org_id     BYTES NOT NULL,
    account_id BYTES NOT NULL,
    until_day  TEXT NOT NULL,
    member_id  BYTES,
    at         BIGINT NOT NULL,
    PRIMARY KEY (org_id, account_id),
    FOREIGN KEY (org_id, account_id) REFERENCES account (org_id, id)
);

-- +goose Down
DROP TABLE snooze;
DROP TABLE outlook;
DROP TABLE fit;
