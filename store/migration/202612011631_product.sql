-- +goose Up
-- What is sold, and for how much to whom. search holds what a search looks in,
-- prices is closed JSON.
CREATE TABLE product (
    org_id     BYTES NOT NULL,
    id         BYTES NOT NULL,
    version    BIGINT NOT NULL,
    code       TEXT NOT NULL,
    code_key   TEXT NOT NULL,
    name_nl    TEXT NOT NULL,
    name_en    TEXT NOT NULL,
    unit       TEXT NOT NULL,
    category   TEXT NOT NULL,
    cents      BIGINT NOT NULL,
    cost       BIGINT NOT NULL,
    currency   TEXT NOT NULL,
    vat        TEXT NOT NULL,
    active     BOOLEAN NOT NULL,
    search     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id) REFERENCES organisation (id)
);
CREATE UNIQUE INDEX product_code ON product (org_id, code_key);

CREATE TABLE price_list (
    org_id     BYTES NOT NULL,
    id         BYTES NOT NULL,
    version    BIGINT NOT NULL,
    name       TEXT NOT NULL,
    account_id BYTES,
    segment    TEXT NOT NULL,
    from_day   TEXT NOT NULL,
    until_day  TEXT NOT NULL,
    currency   TEXT NOT NULL,
    prices     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES account (org_id, id)
);
CREATE INDEX price_list_account ON price_list (org_id, account_id, id);

-- +goose Down
DROP TABLE price_list;
DROP TABLE product;
