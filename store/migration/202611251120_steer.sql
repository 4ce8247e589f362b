-- +goose Up
-- Where each account stands in the pyramid, and its recency, frequency and money
-- in fifths (0 for who has no place among the ordered). day is '' in the rows
-- that are renewed every night, or the day that somebody asked to see. owner_id
-- and team_id are those under whom it was counted.
CREATE TABLE rank (
    org_id     BYTES NOT NULL,
    day        TEXT NOT NULL,
    account_id BYTES NOT NULL,
    class      TEXT NOT NULL,
    cents      BIGINT NOT NULL,
    times      BIGINT NOT NULL,
    first_day  TEXT,
    last_day   TEXT,
    wait       BIGINT,
    recency    BIGINT NOT NULL,
    frequency  BIGINT NOT NULL,
    money      BIGINT NOT NULL,
    owner_id   BYTES,
    team_id    BYTES,
    PRIMARY KEY (org_id, day, account_id)
) /* clustered */;
CREATE INDEX rank_class ON rank (org_id, day, class, account_id);
CREATE INDEX rank_score ON rank (org_id, day, recency, frequency, money, account_id) WHERE recency > 0;
CREATE INDEX rank_first ON rank (org_id, day, first_day, wait, owner_id, team_id) WHERE first_day IS NOT NULL;

-- How far a computation is of which the rows of rank came: until is the last day
-- that it looked at, least what the smallest of each layer bought.
CREATE TABLE ranking (
    org_id      BYTES NOT NULL,
    day         TEXT NOT NULL,
    until       TEXT NOT NULL,
    least       TEXT NOT NULL,
    computed_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, day)
);

-- The sums of rank, and for Beside and for other currencies what stands beside
-- it; noted is how many have a note. place has no meaning.
CREATE TABLE rank_sum (
    org_id     BYTES NOT NULL,
    day        TEXT NOT NULL,
    place      BIGINT NOT NULL,
    owner_id   BYTES,
    team_id    BYTES,
    class      TEXT NOT NULL,
    recency    BIGINT NOT NULL,
    frequency  BIGINT NOT NULL,
    currency   TEXT NOT NULL,
    n          BIGINT NOT NULL,
    cents      BIGINT NOT NULL,
    noted      BIGINT NOT NULL,
    PRIMARY KEY (org_id, day, place)
) /* clustered */;

-- Turnover per month, by the month of the customer's first order; of who came
-- long ago that is ''. Renewed every night.
CREATE TABLE cohort (
    org_id     BYTES NOT NULL,
    place      BIGINT NOT NULL,
    owner_id   BYTES,
    team_id    BYTES,
    came       TEXT NOT NULL,
    month      TEXT NOT NULL,
    n          BIGINT NOT NULL,
    cents      BIGINT NOT NULL,
    PRIMARY KEY (org_id, place)
) /* clustered */;
CREATE INDEX cohort_month ON cohort (org_id, month, came);

-- The ladder of customer-centredness: a look by one team in one quarter.
CREATE TABLE ladder (
    org_id      BYTES NOT NULL,
    id          BYTES NOT NULL,
    version     BIGINT NOT NULL,
    quarter     TEXT NOT NULL,
    team_id     BYTES NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('open', 'scored', 'discussed', 'set', 'rescanned')),
    member_id   BYTES,
    member_name TEXT NOT NULL,
    scored_at   BIGINT NOT NULL,
    action      TEXT NOT NULL,
    due         TEXT,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, team_id) REFERENCES team (org_id, id)
);
CREATE UNIQUE INDEX ladder_quarter ON ladder (org_id, quarter, team_id);

CREATE TABLE rung (
    org_id      BYTES NOT NULL,
    ladder_id   BYTES NOT NULL,
    rung        TEXT NOT NULL,
    level       BIGINT NOT NULL CHECK (level BETWEEN 0 AND 4),
    evidence    TEXT NOT NULL,
    figure      TEXT NOT NULL,
    PRIMARY KEY (org_id, ladder_id, rung),
    FOREIGN KEY (org_id, ladder_id) REFERENCES ladder (org_id, id)
) /* clustered */;

-- +goose Down
DROP TABLE rung;
DROP TABLE ladder;
DROP TABLE cohort;
DROP TABLE rank_sum;
DROP TABLE ranking;
DROP TABLE rank;
