-- +goose Up
-- Offers. body is closed JSON of the whole; the columns are what is asked for and
-- what a merge moves. quote_version keeps each version as it was sent.
CREATE TABLE quote (
    org_id         BYTES NOT NULL,
    id             BYTES NOT NULL,
    version        BIGINT NOT NULL,
    number         TEXT NOT NULL,
    revision       BIGINT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('draft', 'approval', 'approved', 'sent', 'opened', 'accepted', 'rejected', 'expired', 'withdrawn')),
    account_id     BYTES NOT NULL,
    contact_id     BYTES,
    opportunity_id BYTES,
    owner_id       BYTES NOT NULL,
    order_id       BYTES,
    subject        TEXT NOT NULL,
    currency       TEXT NOT NULL,
    net            BIGINT NOT NULL,
    gross          BIGINT NOT NULL,
    valid_until    TEXT NOT NULL,
    sent_at        BIGINT NOT NULL,
    settled_at     BIGINT NOT NULL,
    body           TEXT NOT NULL,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES account (org_id, id)
);
CREATE UNIQUE INDEX quote_number ON quote (org_id, number);
CREATE INDEX quote_account ON quote (org_id, account_id, id);
CREATE INDEX quote_opportunity ON quote (org_id, opportunity_id, id) WHERE opportunity_id IS NOT NULL;
CREATE INDEX quote_state ON quote (org_id, state, id);
CREATE INDEX quote_lapse ON quote (org_id, valid_until, id) WHERE state IN ('sent', 'opened');
CREATE INDEX quote_settled ON quote (org_id, settled_at, id) WHERE settled_at > 0;

CREATE TABLE quote_version (
    org_id   BYTES NOT NULL,
    quote_id BYTES NOT NULL,
    revision BIGINT NOT NULL,
    body     TEXT NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (org_id, quote_id, revision),
    FOREIGN KEY (org_id, quote_id) REFERENCES quote (org_id, id)
);

-- The customer's way in: only the hash of the token is kept.
CREATE TABLE quote_link (
    org_id     BYTES NOT NULL,
    hash       BYTES NOT NULL,
    quote_id   BYTES NOT NULL,
    revision   BIGINT NOT NULL,
    until      BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, hash),
    FOREIGN KEY (org_id, quote_id) REFERENCES quote (org_id, id)
);
CREATE INDEX quote_link_quote ON quote_link (org_id, quote_id, revision);

-- The sheet of a negotiation is for the deal team: it has a table of its own, so
-- that no list, export or page of a quote can carry it along.
CREATE TABLE negotiation (
    org_id     BYTES NOT NULL,
    quote_id   BYTES NOT NULL,
    version    BIGINT NOT NULL,
    body       TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, quote_id),
    FOREIGN KEY (org_id, quote_id) REFERENCES quote (org_id, id)
);

-- +goose Down
DROP TABLE negotiation;
DROP TABLE quote_link;
DROP TABLE quote_version;
DROP TABLE quote;
