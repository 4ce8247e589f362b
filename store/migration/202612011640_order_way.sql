-- +goose Up
-- How far an order is on its way to money in the bank, and where it came from.
-- state stays what it was: whether the order stands.
ALTER TABLE orders ADD COLUMN stage TEXT NOT NULL DEFAULT 'confirmed';
ALTER TABLE orders ADD COLUMN held TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN wanted TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN confirmed_on TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN accepted_on TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN opportunity_id BYTES;
ALTER TABLE orders ADD COLUMN quote_id BYTES;
ALTER TABLE orders ADD COLUMN quote_version BIGINT NOT NULL DEFAULT 0;
CREATE INDEX orders_stage ON orders (org_id, stage, day, id) WHERE stage <> 'confirmed';
CREATE INDEX orders_opportunity ON orders (org_id, opportunity_id, id) WHERE opportunity_id IS NOT NULL;
CREATE INDEX orders_quote ON orders (org_id, quote_id, id) WHERE quote_id IS NOT NULL;

-- +goose Down
DROP INDEX orders_quote;
DROP INDEX orders_opportunity;
DROP INDEX orders_stage;
