-- +goose Up
-- A rule is the thresholds by which a path is folded; definitions that have the
-- same ones share it. What is kept below is kept for every rule that is not
-- dropped. place is the last account that was counted, of a rule that is being
-- counted.
CREATE TABLE rule (
    org_id         BYTES NOT NULL REFERENCES organisation (id),
    rule           BIGINT NOT NULL,
    min_purchases  BIGINT NOT NULL,
    loyal_min      BIGINT NOT NULL,
    loyal_months   BIGINT NOT NULL,
    quiet_months   BIGINT NOT NULL,
    other_counters BOOLEAN NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('counting', 'ready', 'dropped')),
    place          BYTES,
    done           BIGINT NOT NULL,
    PRIMARY KEY (org_id, rule)
);

-- What the organisation calls a customer, in versions; exactly one is active.
CREATE TABLE definition (
    org_id           BYTES NOT NULL,
    version          BIGINT NOT NULL,
    rule             BIGINT NOT NULL,
    name             TEXT NOT NULL,
    counts_potential BOOLEAN NOT NULL,
    counts_former    BOOLEAN NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('candidate', 'active', 'retired')),
    member_id        BYTES,
    member_name      TEXT NOT NULL,
    made_at          BIGINT NOT NULL,
    PRIMARY KEY (org_id, version),
    FOREIGN KEY (org_id, rule) REFERENCES rule (org_id, rule)
);
CREATE UNIQUE INDEX definition_active ON definition (org_id) WHERE state = 'active';

-- Who chose which version, when and why; the last one is active.
CREATE TABLE choice (
    org_id      BYTES NOT NULL,
    n           BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    member_id   BYTES,
    member_name TEXT NOT NULL,
    at          BIGINT NOT NULL,
    why         TEXT NOT NULL,
    PRIMARY KEY (org_id, n),
    FOREIGN KEY (org_id, version) REFERENCES definition (org_id, version)
);

-- Every organisation begins with the definition of Kring. Where there are
-- relations already they are counted in the background.
INSERT INTO rule (org_id, rule, min_purchases, loyal_min, loyal_months, quiet_months, other_counters, state, done)
SELECT o.id, 1, 1, 3, 24, 12, FALSE, CASE WHEN EXISTS (SELECT 1 FROM account a WHERE a.org_id = o.id) THEN 'counting' ELSE 'ready' END, 0 FROM organisation o;
INSERT INTO definition (org_id, version, rule, name, counts_potential, counts_former, state, member_name, made_at)
SELECT o.id, 1, 1, '', FALSE, FALSE, 'active', '', o.created_at FROM organisation o;
INSERT INTO choice (org_id, n, version, member_name, at, why)
SELECT o.id, 1, 1, '', o.created_at, '' FROM organisation o;

-- The stays of a relation in a phase, in their order. until_day is the day on
-- which it went on after so many days, NULL for the present one. cents
-- is what it bought in the twelve months until it came, in euros.
CREATE TABLE stay (
    org_id     BYTES NOT NULL,
    rule       BIGINT NOT NULL,
    account_id BYTES NOT NULL,
    n          BIGINT NOT NULL,
    phase      TEXT NOT NULL,
    came_from  TEXT NOT NULL,
    event      TEXT NOT NULL,
    turn       BIGINT NOT NULL,
    reason     TEXT NOT NULL,
    evidence   BYTES,
    from_day   TEXT NOT NULL,
    until_day  TEXT,
    days       BIGINT,
    cents      BIGINT NOT NULL,
    PRIMARY KEY (org_id, rule, account_id, n),
    FOREIGN KEY (org_id, account_id) REFERENCES account (org_id, id)
) /* clustered */;
CREATE INDEX stay_move ON stay (org_id, rule, phase, came_from, event, from_day, account_id, n);
CREATE INDEX stay_ended ON stay (org_id, rule, until_day, phase, days) WHERE until_day IS NOT NULL;

-- Where a relation stands now. due is the day on which time alone moves it,
-- quiet from when its inactivity may be confirmed, bought its last purchase
-- while it buys. owner_id and team_id are those under whom it is counted. A
-- relation in the bin has no row: it is counted nowhere.
CREATE TABLE standing (
    org_id     BYTES NOT NULL,
    rule       BIGINT NOT NULL,
    account_id BYTES NOT NULL,
    phase      TEXT NOT NULL,
    turn       BIGINT NOT NULL,
    label      TEXT NOT NULL,
    since      TEXT NOT NULL,
    begun      TEXT NOT NULL,
    due        TEXT,
    bought     TEXT,
    quiet      TEXT,
    stays      BIGINT NOT NULL,
    owner_id   BYTES,
    team_id    BYTES,
    PRIMARY KEY (org_id, rule, account_id),
    FOREIGN KEY (org_id, account_id) REFERENCES account (org_id, id)
) /* clustered */;
CREATE INDEX standing_phase ON standing (org_id, rule, phase, account_id);
CREATE INDEX standing_due ON standing (org_id, rule, due, account_id) WHERE due IS NOT NULL;

-- How many went from one phase to another, and what they bought in the twelve
-- months before: per day, and per month on its first day. Without an owner or a
-- team the name is sixteen zeroes, so that it can be part of the key.
CREATE TABLE flow (
    org_id    BYTES NOT NULL,
    rule      BIGINT NOT NULL,
    grain     TEXT NOT NULL CHECK (grain IN ('month', 'day')),
    day       TEXT NOT NULL,
    owner_id  BYTES NOT NULL,
    team_id   BYTES NOT NULL,
    came_from TEXT NOT NULL,
    phase     TEXT NOT NULL,
    event     TEXT NOT NULL,
    n         BIGINT NOT NULL,
    cents     BIGINT NOT NULL,
    PRIMARY KEY (org_id, rule, grain, day, owner_id, team_id, came_from, phase, event)
) /* clustered */;

-- What was bought, by the phase in which the buyer stood at the end of that day.
CREATE TABLE turnover (
    org_id   BYTES NOT NULL,
    rule     BIGINT NOT NULL,
    grain    TEXT NOT NULL CHECK (grain IN ('month', 'day')),
    day      TEXT NOT NULL,
    owner_id BYTES NOT NULL,
    team_id  BYTES NOT NULL,
    phase    TEXT NOT NULL,
    currency TEXT NOT NULL,
    cents    BIGINT NOT NULL,
    orders   BIGINT NOT NULL,
    PRIMARY KEY (org_id, rule, grain, day, owner_id, team_id, phase, currency)
) /* clustered */;

-- +goose Down
DROP TABLE turnover;
DROP TABLE flow;
DROP TABLE standing;
DROP TABLE stay;
DROP TABLE choice;
DROP TABLE definition;
DROP TABLE rule;
