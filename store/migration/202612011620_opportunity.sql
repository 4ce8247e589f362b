-- +goose Up
-- Ways to an order, with their stages and lists as closed JSON. A stage is known
-- by its key within its pipeline.
CREATE TABLE pipeline (
    org_id         BYTES NOT NULL,
    id             BYTES NOT NULL,
    version        BIGINT NOT NULL,
    name           TEXT NOT NULL,
    place          BIGINT NOT NULL,
    stages         TEXT NOT NULL,
    won_name       TEXT NOT NULL,
    lost_name      TEXT NOT NULL,
    wins           TEXT NOT NULL,
    losses         TEXT NOT NULL,
    required_roles TEXT NOT NULL,
    silent_days    BIGINT NOT NULL,
    archived_at    BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id) REFERENCES organisation (id)
);

-- Chances to sell. chance, go_chance and get_chance are basis points, -1 where it
-- is not said; weighted is value × own chance, 0 without one: the chance of a
-- stage can change. lines and rivals are closed JSON.
CREATE TABLE opportunity (
    org_id      BYTES NOT NULL,
    id          BYTES NOT NULL,
    version     BIGINT NOT NULL,
    account_id  BYTES NOT NULL,
    pipeline_id BYTES NOT NULL,
    stage       TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('open', 'won', 'lost')),
    name        TEXT NOT NULL,
    cents       BIGINT NOT NULL,
    currency    TEXT NOT NULL,
    margin      BIGINT NOT NULL,
    close_day   TEXT NOT NULL,
    slips       BIGINT NOT NULL,
    opened_day  TEXT NOT NULL,
    entered_day TEXT NOT NULL,
    closed_day  TEXT NOT NULL,
    owner_id    BYTES,
    team_id     BYTES,
    chance      BIGINT NOT NULL,
    chance_why  TEXT NOT NULL,
    go_chance   BIGINT NOT NULL,
    get_chance  BIGINT NOT NULL,
    weighted    BIGINT NOT NULL,
    next_step   TEXT NOT NULL,
    next_day    TEXT NOT NULL,
    next_since  TEXT NOT NULL,
    need        TEXT NOT NULL,
    situation   TEXT NOT NULL,
    lines       TEXT NOT NULL,
    rivals      TEXT NOT NULL,
    reason      TEXT NOT NULL,
    lessons     TEXT NOT NULL,
    lead_id     BYTES,
    source      TEXT NOT NULL,
    quote_id    BYTES,
    order_id    BYTES,
    external_id TEXT,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES account (org_id, id),
    FOREIGN KEY (org_id, pipeline_id) REFERENCES pipeline (org_id, id)
);
CREATE INDEX opportunity_account ON opportunity (org_id, account_id, id);
CREATE UNIQUE INDEX opportunity_external ON opportunity (org_id, external_id) WHERE external_id IS NOT NULL;
-- The cards of a column, of all, of one owner, of one team.
CREATE INDEX opportunity_card ON opportunity (org_id, pipeline_id, stage, close_day, id) WHERE state = 'open';
CREATE INDEX opportunity_owner ON opportunity (org_id, owner_id, pipeline_id, stage, close_day, id) WHERE state = 'open';
CREATE INDEX opportunity_team ON opportunity (org_id, team_id, pipeline_id, stage, close_day, id) WHERE state = 'open';
-- The head of a column is read from this alone.
CREATE INDEX opportunity_sum ON opportunity (org_id, pipeline_id, stage, currency, owner_id, team_id, close_day, account_id, chance, cents, weighted) WHERE state = 'open';
-- What ended, the latest first, and what the figures of a period count.
CREATE INDEX opportunity_ended ON opportunity (org_id, state, closed_day, id);
CREATE INDEX opportunity_closed ON opportunity (org_id, pipeline_id, state, closed_day, id);
CREATE INDEX opportunity_lead ON opportunity (org_id, lead_id, id) WHERE lead_id IS NOT NULL;
CREATE INDEX opportunity_order ON opportunity (org_id, order_id) WHERE order_id IS NOT NULL;

-- How long an opportunity was in a stage; until_day is empty while it is there.
CREATE TABLE opportunity_stay (
    org_id         BYTES NOT NULL,
    opportunity_id BYTES NOT NULL,
    n              BIGINT NOT NULL,
    pipeline_id    BYTES NOT NULL,
    stage          TEXT NOT NULL,
    from_day       TEXT NOT NULL,
    until_day      TEXT NOT NULL,
    days           BIGINT NOT NULL,
    PRIMARY KEY (org_id, opportunity_id, n),
    FOREIGN KEY (org_id, opportunity_id) REFERENCES opportunity (org_id, id)
);
CREATE INDEX opportunity_stay_left ON opportunity_stay (org_id, pipeline_id, stage, until_day, days) WHERE until_day <> '';

-- Who has a part in the decision. Two rows about one person, as a merge leaves
-- them, are read as one. roles is closed JSON.
CREATE TABLE dmu (
    org_id         BYTES NOT NULL,
    id             BYTES NOT NULL,
    opportunity_id BYTES NOT NULL,
    contact_id     BYTES NOT NULL,
    roles          TEXT NOT NULL,
    influence      BIGINT NOT NULL,
    attitude       BIGINT NOT NULL,
    interest       TEXT NOT NULL,
    owner_id       BYTES,
    standing       TEXT NOT NULL,
    last_day       TEXT NOT NULL,
    source         TEXT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, opportunity_id) REFERENCES opportunity (org_id, id),
    FOREIGN KEY (org_id, contact_id) REFERENCES contact (org_id, id)
);
CREATE INDEX dmu_opportunity ON dmu (org_id, opportunity_id, id);
CREATE INDEX dmu_contact ON dmu (org_id, contact_id, id);

-- Every organisation that is here begins with the pipeline of the house; its
-- first one is known by the organisation's own id.
INSERT INTO pipeline (org_id, id, version, name, place, stages, won_name, lost_name, wins, losses, required_roles, silent_days, archived_at)
SELECT o.id, o.id, 1, '', 0,
    '[{"key":"need","name":"","chance":2500,"guards":null},{"key":"proposal","name":"","chance":5000,"guards":["need","decider"]},{"key":"quote","name":"","chance":6500,"guards":["value","close"]},{"key":"negotiation","name":"","chance":8000,"guards":null}]',
    '', '',
    '[{"key":"fit","name":""},{"key":"price","name":""},{"key":"service","name":""},{"key":"trust","name":""},{"key":"speed","name":""}]',
    '[{"key":"price","name":""},{"key":"competitor","name":""},{"key":"fit","name":""},{"key":"timing","name":""},{"key":"budget","name":""},{"key":"no_decision","name":""},{"key":"stopped","name":""}]',
    '["initiator","user","influencer","gatekeeper","buyer","decider"]',
    14, 0
FROM organisation o;

-- +goose Down
DROP TABLE dmu;
DROP TABLE opportunity_stay;
DROP TABLE opportunity;
DROP TABLE pipeline;
