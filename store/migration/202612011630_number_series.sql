-- +goose Up
-- The last number of each series of a year. It is taken in the transaction that
-- uses it, so a change that fails gives its number back and none is missing.
CREATE TABLE number_series (
    org_id BYTES NOT NULL,
    series TEXT NOT NULL,
    year   BIGINT NOT NULL,
    last   BIGINT NOT NULL,
    PRIMARY KEY (org_id, series, year),
    FOREIGN KEY (org_id) REFERENCES organisation (id)
);

-- +goose Down
DROP TABLE number_series;
