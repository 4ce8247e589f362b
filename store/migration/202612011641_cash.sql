-- +goose Up
-- From delivery to money in the bank. lines, seller, buyer and proposals are
-- closed JSON. Sums beside an invoice (credited, paid …) are those of its credit
-- notes and payments, written in the same change.
CREATE TABLE shipment (
    org_id      BYTES NOT NULL,
    id          BYTES NOT NULL,
    order_id    BYTES NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('delivery', 'return')),
    day         TEXT NOT NULL,
    lines       TEXT NOT NULL,
    signer      TEXT NOT NULL,
    signed_at   TEXT NOT NULL,
    intact      BOOLEAN NOT NULL,
    note        TEXT NOT NULL,
    member_id   BYTES,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, order_id) REFERENCES orders (org_id, id)
);
CREATE INDEX shipment_order ON shipment (org_id, order_id, id);
CREATE INDEX shipment_day ON shipment (org_id, day, id);

CREATE TABLE contract (
    org_id         BYTES NOT NULL,
    id             BYTES NOT NULL,
    version        BIGINT NOT NULL,
    account_id     BYTES NOT NULL,
    title          TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('active', 'ended')),
    signed         TEXT NOT NULL,
    starts         TEXT NOT NULL,
    ends           TEXT NOT NULL,
    notice_by      TEXT NOT NULL,
    term           BIGINT NOT NULL,
    notice         BIGINT NOT NULL,
    renewal        TEXT NOT NULL CHECK (renewal IN ('proposal', 'silent', 'ends')),
    cents          BIGINT NOT NULL,
    currency       TEXT NOT NULL,
    period         TEXT NOT NULL CHECK (period IN ('month', 'quarter', 'year')),
    vat            TEXT NOT NULL,
    yearly_index   BIGINT NOT NULL,
    next_day       TEXT NOT NULL,
    done           BIGINT NOT NULL,
    stopped        TEXT NOT NULL,
    external_id    TEXT,
    note           TEXT NOT NULL,
    quote_id       BYTES,
    opportunity_id BYTES,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES account (org_id, id)
);
CREATE INDEX contract_account ON contract (org_id, account_id, id);
CREATE INDEX contract_notice ON contract (org_id, state, notice_by, id);
CREATE INDEX contract_next ON contract (org_id, next_day, id) WHERE state = 'active' AND next_day <> '';
CREATE INDEX contract_ends ON contract (org_id, ends, id) WHERE state = 'active';
CREATE UNIQUE INDEX contract_external ON contract (org_id, external_id) WHERE external_id IS NOT NULL;

CREATE TABLE invoice (
    org_id        BYTES NOT NULL,
    id            BYTES NOT NULL,
    version       BIGINT NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN ('invoice', 'credit')),
    account_id    BYTES NOT NULL,
    order_id      BYTES,
    contract_id   BYTES,
    about_id      BYTES,
    about_number  TEXT NOT NULL,
    about_day     TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('draft', 'sent', 'reminded', 'notice', 'collection', 'disputed', 'paid', 'written_off')),
    number        TEXT,
    reference     TEXT NOT NULL,
    day           TEXT NOT NULL,
    due           TEXT NOT NULL,
    term          BIGINT NOT NULL,
    currency      TEXT NOT NULL,
    lines         TEXT NOT NULL,
    seller        TEXT NOT NULL,
    buyer         TEXT NOT NULL,
    your_ref      TEXT NOT NULL,
    order_number  TEXT NOT NULL,
    from_day      TEXT NOT NULL,
    until_day     TEXT NOT NULL,
    note          TEXT NOT NULL,
    reason        TEXT NOT NULL,
    step          TEXT NOT NULL,
    step_day      TEXT NOT NULL,
    dispute       TEXT NOT NULL,
    net           BIGINT NOT NULL,
    vat           BIGINT NOT NULL,
    gross         BIGINT NOT NULL,
    credited      BIGINT NOT NULL,
    paid          BIGINT NOT NULL,
    refunded      BIGINT NOT NULL,
    written_off   BIGINT NOT NULL,
    open_cents    BIGINT NOT NULL,
    external_id   TEXT,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES account (org_id, id),
    FOREIGN KEY (org_id, order_id) REFERENCES orders (org_id, id),
    FOREIGN KEY (org_id, contract_id) REFERENCES contract (org_id, id),
    FOREIGN KEY (org_id, about_id) REFERENCES invoice (org_id, id)
);
CREATE UNIQUE INDEX invoice_number ON invoice (org_id, number) WHERE number IS NOT NULL;
CREATE UNIQUE INDEX invoice_external ON invoice (org_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX invoice_account ON invoice (org_id, account_id, id);
CREATE INDEX invoice_order ON invoice (org_id, order_id, id) WHERE order_id IS NOT NULL;
CREATE INDEX invoice_about ON invoice (org_id, about_id, id) WHERE about_id IS NOT NULL;
CREATE INDEX invoice_contract ON invoice (org_id, contract_id, id) WHERE contract_id IS NOT NULL;
CREATE INDEX invoice_state ON invoice (org_id, state, id);
CREATE INDEX invoice_day ON invoice (org_id, day, id);
CREATE INDEX invoice_open ON invoice (org_id, due, id) WHERE kind = 'invoice' AND state <> 'draft' AND open_cents <> 0;
CREATE INDEX invoice_amount ON invoice (org_id, open_cents, id) WHERE kind = 'invoice' AND state <> 'draft' AND open_cents > 0;
CREATE INDEX invoice_reference ON invoice (org_id, reference, id) WHERE reference <> '';

CREATE TABLE payment (
    org_id      BYTES NOT NULL,
    id          BYTES NOT NULL,
    invoice_id  BYTES NOT NULL,
    way         TEXT NOT NULL CHECK (way IN ('payment', 'refund', 'write_off')),
    day         TEXT NOT NULL,
    cents       BIGINT NOT NULL,
    currency    TEXT NOT NULL,
    source      TEXT NOT NULL,
    entry_id    BYTES,
    iban        TEXT NOT NULL,
    note        TEXT NOT NULL,
    member_id   BYTES,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, invoice_id) REFERENCES invoice (org_id, id)
);
CREATE INDEX payment_invoice ON payment (org_id, invoice_id, id);
CREATE INDEX payment_iban ON payment (org_id, iban, invoice_id) WHERE iban <> '';

CREATE TABLE reminder (
    org_id      BYTES NOT NULL,
    id          BYTES NOT NULL,
    invoice_id  BYTES NOT NULL,
    step        TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('told', 'sent')),
    day         TEXT NOT NULL,
    text        TEXT NOT NULL,
    member_id   BYTES,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, invoice_id) REFERENCES invoice (org_id, id)
);
CREATE INDEX reminder_invoice ON reminder (org_id, invoice_id, id);

CREATE TABLE credit_limit (
    org_id      BYTES NOT NULL,
    id          BYTES NOT NULL,
    account_id  BYTES NOT NULL,
    cents       BIGINT NOT NULL,
    source      TEXT NOT NULL,
    day         TEXT NOT NULL,
    member_id   BYTES,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES account (org_id, id)
);
CREATE INDEX credit_limit_account ON credit_limit (org_id, account_id, id);

CREATE TABLE bank_file (
    org_id      BYTES NOT NULL,
    id          BYTES NOT NULL,
    name        TEXT NOT NULL,
    sha256      TEXT NOT NULL,
    iban        TEXT NOT NULL,
    from_day    TEXT NOT NULL,
    until_day   TEXT NOT NULL,
    entries     BIGINT NOT NULL,
    skipped     BIGINT NOT NULL,
    member_id   BYTES,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
);
CREATE UNIQUE INDEX bank_file_sha ON bank_file (org_id, sha256);

CREATE TABLE bank_entry (
    org_id      BYTES NOT NULL,
    id          BYTES NOT NULL,
    version     BIGINT NOT NULL,
    file_id     BYTES NOT NULL,
    mark        TEXT NOT NULL,
    iban        TEXT NOT NULL,
    day         TEXT NOT NULL,
    cents       BIGINT NOT NULL,
    currency    TEXT NOT NULL,
    name        TEXT NOT NULL,
    from_iban   TEXT NOT NULL,
    reference   TEXT NOT NULL,
    text        TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('open', 'booked', 'ignored')),
    sure        BOOLEAN NOT NULL,
    proposals   TEXT NOT NULL,
    booked      BIGINT NOT NULL,
    why         TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, file_id) REFERENCES bank_file (org_id, id)
);
CREATE UNIQUE INDEX bank_entry_mark ON bank_entry (org_id, mark);
CREATE INDEX bank_entry_state ON bank_entry (org_id, state, id);
CREATE INDEX bank_entry_file ON bank_entry (org_id, file_id, state, id);
CREATE INDEX bank_entry_sure ON bank_entry (org_id, id) WHERE state = 'open' AND sure;

-- +goose Down
DROP TABLE bank_entry;
DROP TABLE bank_file;
DROP TABLE credit_limit;
DROP TABLE reminder;
DROP TABLE payment;
DROP TABLE invoice;
DROP TABLE contract;
DROP TABLE shipment;
